"""Evidence in quadruple precision: the remainder on panels that the method did not use."""

import math
from dataclasses import dataclass

import numpy as np

from .._support.linalg import norm_bound
from .._support.quad import EPS_QUAD, norm, product, rounded
from ..bases import QuadBasis
from ..kernels import QuadKernel, operator_grid
from ..operator.singular_functions import SingularSystem
from ..quadrature import Rule
from .remainder import NORM_MARGIN, RemainderEvidence


@dataclass(frozen=True, eq=False, kw_only=True)
class QuadEvidence(RemainderEvidence):
    """The remainder, as `RemainderEvidence` takes it, where roundings are those of quadruple precision.

    Attributes
    ----------
    unfound : float
        The largest value that may not have been found: what the remainder has as its operator norm.
    exhausted : bool
        It is False, since finer rules lower the bars until they are rounding.
    """

    unfound: float = 0.0
    exhausted: bool = False


@dataclass(frozen=True, eq=False)
class QuadComparison:
    """What is held against the kernel: the functions and values of an answer, on another rule than its own.

    The rule of the answer is a trapezoid or Gauss rule; the other one has Gauss-Legendre panels between its nodes, half
    as many nodes again. The functions there are sums in their basis, so that neither values of h nor sums are shared.

    Attributes
    ----------
    kernel : QuadKernel
    left, right : QuadBasis
        Those of all functions of the rules.
    rounding : float
        The root mean square of the errors of values of h, relative to that of h.
    missing : float
        The norm of what lies beyond the nodes, relative to that of h.
    """

    kernel: QuadKernel
    left: QuadBasis
    right: QuadBasis
    rounding: float
    missing: float

    @np.errstate(all="ignore")    # numpy-quaddtype raises flags of invalid numbers where there are none
    def __call__(self, system: SingularSystem) -> QuadEvidence | None:
        """The evidence; None where h is zero at all nodes."""
        if len(system.values) == 0:
            return None
        rules = self.left.check_rule(), self.right.check_rule()
        f, g = (_weighted(side.half_density(rule.nodes), rule.sqrt_lebesgue) for side, rule in
                zip((system.left, system.right), rules, strict=True))
        samples = weighted_grid(self.kernel, *rules)
        remainder = samples - product(f * system.values, g.T)
        coupling = product(product(f.T, remainder), g)
        size, left = norm(samples), norm(remainder)
        missing = self.missing * size
        bound = norm_bound(rounded(remainder)) + missing
        whole = math.hypot(left, missing)
        # A value has moved by no more than the norm of all errors of values of h; eight roundings are those of the SVD
        # and of the sums, of which no more than two are seen in tests/_support/test_quad_linalg.py.
        errors = NORM_MARGIN * self.rounding + 8.0 * EPS_QUAD
        return QuadEvidence(values=rounded(system.values), size=math.hypot(size, missing), remainder=whole,
                            operator_norm=min(bound, whole), coupling=norm(coupling), dimension=min(samples.shape),
                            least=left, overlaps=rounded(np.diagonal(coupling))[None],
                            rounding=errors * size / float(system.values[0]), unfound=min(bound, whole))


def weighted_grid(kernel: QuadKernel, left: Rule, right: Rule) -> np.ndarray:
    """The values of h on all pairs of nodes, times the roots of the weights."""
    values = operator_grid(kernel, left.nodes, right.nodes)
    return np.asarray(_weighted(values, left.sqrt_weights) * right.sqrt_weights)


def _weighted(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.asarray(values * weights[:, None])
