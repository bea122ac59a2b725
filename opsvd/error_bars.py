"""The promise behind every number: error bars from rules that the method did not use."""

from dataclasses import dataclass

import numpy as np

from .discretisation import Discretisation
from .domain import weighted_samples
from .kernels import SMALLEST_SIZE, Kernel, size_out_of_range
from .singular_functions import SingularSystem

__all__ = ["Evidence", "error_bars", "gather_evidence"]

_EPS = float(np.finfo(np.float64).eps)
# The remainder is known from a sample of its values: its norm is taken to be up to this much larger.
_SAFETY = 2.0
# Backward error of LAPACK's SVD, in units of eps * s_1, as seen on the problem table, with a margin.
_ROUNDING = 16.0


@dataclass(frozen=True)
class Evidence:
    r"""How the answer compares with the kernel, seen on independent rules.

    With :math:`R = h - \sum_i s_i f_i g_i` the remainder:

    Attributes
    ----------
    norm : float
        :math:`\sqrt{E[h^2]}`.
    remainder : float
        :math:`\sqrt{E[R^2]}`, the largest over the rules, with what lies outside the domain.
    coupling : float
        The Frobenius norm of :math:`E[f_i R g_j]`, the largest over the rules: what the remainder does to the singular
        values at first order.
    """

    norm: float
    remainder: float
    coupling: float


def gather_evidence(kernel: Kernel, discretisation: Discretisation, system: SingularSystem) -> Evidence:
    """Hold the answer against the kernel on the check rules of a discretisation."""
    norms, remainders, couplings = [], [], []
    for rule_x, rule_y in discretisation.checks:
        samples = weighted_samples(kernel, discretisation.domain, rule_x, rule_y)
        f = system.left.half_density(rule_x.nodes) * rule_x.sqrt_lebesgue[:, None]
        g = system.right.half_density(rule_y.nodes) * rule_y.sqrt_lebesgue[:, None]
        remainder = samples - (f * system.values) @ g.T
        norms.append(float(np.linalg.norm(samples)))
        remainders.append(float(np.linalg.norm(remainder)))
        couplings.append(float(np.linalg.norm(f.T @ remainder @ g)))
    if norms[0] < SMALLEST_SIZE and not discretisation.domain.is_zero:
        raise size_out_of_range(norms[0])
    outside = discretisation.domain.missing * norms[0]
    # Rules that disagree on the size of the remainder have not resolved it, and do not know its integrals either.
    trusted = max(remainders) <= 4.0 * remainders[0] + 4.0 * _EPS * norms[0]
    return Evidence(norm=float(np.hypot(norms[0], outside)), remainder=float(np.hypot(max(remainders), outside)),
                    coupling=max(couplings) if trusted else max(remainders))


def error_bars(singular_values: np.ndarray, evidence: Evidence) -> np.ndarray:
    r"""Error bars of singular values, shape (r,), from the remainder :math:`R`.

    Weyl: every singular value of :math:`T = T_r + R` is within :math:`\|R\|` of that of :math:`T_r`. More sharply, in
    the bases of the computed singular functions T is the 2 by 2 block matrix with S + K and D on its diagonal, where
    :math:`K_{ij} = E[f_i R g_j]`, and D and the off-diagonal blocks are parts of R, so that (Li and Li 2005)

    .. math:: |\sigma_i - s_i| \le \|K\| + \frac{2 \|R\|^2}{\eta_i + \sqrt{\eta_i^2 + 4 \|R\|^2}},
              \qquad \eta_i = s_i - \|R\| > 0 .

    The smaller of the two, plus rounding. Both are rigorous given the norms; the norms are Hilbert-Schmidt
    norms, hence upper bounds, estimated by quadrature, hence the safety factor of two.

    References
    ----------
    C.-K. Li and R.-C. Li, A note on eigenvalues of perturbed Hermitian matrices, Linear Algebra Appl. 395 (2005).
    """
    if len(singular_values) == 0:
        return np.zeros(0)
    remainder, coupling = _SAFETY * evidence.remainder, _SAFETY * evidence.coupling
    gap = np.maximum(singular_values - remainder, 0.0)
    quadratic = 2.0 * remainder**2 / np.maximum(gap + np.sqrt(gap**2 + 4.0 * remainder**2), np.finfo(float).tiny)
    return np.asarray(np.minimum(remainder, coupling + quadratic) + _ROUNDING * _EPS * singular_values[0])
