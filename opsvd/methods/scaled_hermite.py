"""Galerkin projection onto Hermite functions at the scale of the kernel, and not of the measure."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from .._support.linalg import compact_svd
from .._support.validation import boolean
from ..bases import HermiteBasis
from ..evidence.comparison import compared
from ..measures import Gaussian
from ..operator.discretisation import Discretisation, galerkin_block
from ..operator.problem import Problem
from .base import Method, measures_refused
from .hermite_checks import hermite_check_rules, relative_tail
from .phase_space import fitting_gaussians

__all__ = ["ScaledHermite"]

_FIRST, _LAST = 127, 767
# Degrees are of this step less one, and this much larger than geometric decay asks for; decay is geometric if its
# exponent falls behind by no more than that.
_STEP, _MARGIN, _GEOMETRIC = 64, 1.1, 0.8
_SPARE = 16
# More nodes in y than in x: none of them coincide, where log|x - y| is infinite.
_UNLIKE = 2
# Leading values, so many, stand still if they move by less than this part of rtol times the first.
_LEADING, _STILL = 12, 0.1
# Nodes a function where a ridge is narrower than the functions of this degree can tell.
_MORE, _STILL_MORE = 4, 6


class ScaledHermite(Method):
    r"""Singular values of the matrix of h between Hermite functions of Gaussians that fit h.

    The functions :math:`\psi_n((x - c) / s) \sqrt{\rho_{c, s} / \rho_x}` are orthonormal under mu_x for every c and s.
    These are chosen such that the energy :math:`h^2 \rho_x \rho_y` spreads equally in position and in wave number (see
    `opsvd.methods.phase_space`). Then kernels that reach far out, oscillate fast, or have a short length, take as few
    functions as is possible: the singular functions of exp(0.49xy), sin(10xy) and exp(-(x - y)^2 / 2l^2) *are* such
    Hermite functions.

    Degrees of 127 to 767 are tried while they promise anything. Where the whole spectrum would take more,
    as that of the Mehler kernel of correlation 0.99, leading values that no longer move are given.

    Parameters
    ----------
    leading : bool, default True
        Whether to give leading values where the whole spectrum is out of reach.

    Raises
    ------
    ValueError
        If a measure is not Gaussian.

    References
    ----------
    T. Tang, The Hermite spectral method for Gaussian-type functions, SIAM J. Sci. Comput. 14 (1993), on scaling.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.exp(0.49 * x * y), method="scaled-hermite")
    >>> round(float(svd.singular_values[1] / svd.singular_values[0]), 9)    # (1 - sqrt(1 - 4 c^2)) / 2c at c = 0.49
    0.817349503
    """

    def __init__(self, *, leading: bool = True) -> None:
        self.leading = boolean(leading, "leading")

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"ScaledHermite(leading={self.leading})"

    def refusal(self, problem: Problem) -> str | None:
        """It takes Gaussian measures."""
        return super().refusal(problem) or measures_refused(
            problem, problem.gaussian, "Gaussian for Hermite functions", "panels")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield when all coefficients have decayed, or the leading values stand still."""
        measures, rtol = problem.gaussians, problem.rtol
        fitting = fitting_gaussians(problem)
        if fitting is None:
            return
        # The bars fall faster than the coefficients; and these reach the end of the domain, but not further.
        enough = max(rtol**0.75, min(2.0 * problem.domain.missing, np.sqrt(rtol)))
        degree, before = _FIRST, None
        while before is None or degree > before.degree:
            now = _Attempt(problem, measures, fitting, degree)
            geometric = before is None or now.geometric(before)
            if now.tail <= enough:
                yield now.discretisation(leading=now.tail > rtol**0.75)
            elif before is not None and (now.needed(enough) > _LAST or not geometric):
                if not self.leading or (not geometric and now.moved(before) > _STILL * rtol):
                    return
                more = now.oversampled(_MORE)
                if more.unsettled <= _STILL * rtol:
                    still_more = now.oversampled(_STILL_MORE)
                    if still_more.moved(more) > _STILL * rtol:
                        return    # so many nodes do not resolve what breaks
                    yield still_more.discretisation(leading=True)
            if not geometric:
                return
            # One attempt does not tell how coefficients decay.
            following = now.needed(enough) if before is not None and geometric else 2 * degree + 1
            degree, before = following if following <= _LAST else min(2 * degree + 1, _LAST), now


class _Attempt:
    """The matrix at one degree, and what it says of others."""

    def __init__(self, problem: Problem, measures: tuple[Gaussian, Gaussian], fitting: tuple[Gaussian, Gaussian],
                 degree: int, *, nodes: int = 0) -> None:
        self.arguments = problem, measures, fitting, degree
        self.degree, self.problem = degree, problem
        nodes = max(nodes, degree + 1 + _SPARE)
        self.left, self.right = (HermiteBasis(mu, degree, nodes + more, gaussian.mean, gaussian.std)
                                 for mu, gaussian, more in zip(measures, fitting, (0, _UNLIKE), strict=True))
        self.block = galerkin_block(problem, self.left, self.right)
        self.tail = relative_tail(self.block.matrix)

    def oversampled(self, times: int) -> "_Attempt":
        """The same degree with more nodes, which resolve what the functions do not."""
        return _Attempt(*self.arguments, nodes=times * (self.degree + 1))

    def geometric(self, before: "_Attempt") -> bool:
        """Whether coefficients have decayed geometrically since an attempt of lower degree."""
        return bool(self.tail <= before.tail ** (_GEOMETRIC * (self.degree + 1) / (before.degree + 1)))

    def needed(self, enough: float) -> int:
        """The degree at which geometric decay leaves that much of the coefficients, and at least twice this degree."""
        size = self.degree + 1
        times = np.log(enough) / np.log(np.clip(self.tail, enough, 0.99))
        return _STEP * int(np.ceil(max(_MARGIN * times, 2.0) * size / _STEP)) - 1

    def moved(self, before: "_Attempt") -> float:
        """How far the leading values have moved, relative to the first."""
        now = self.leading
        return float(np.abs(now - before.leading).max()) / max(float(now[0]), float(np.finfo(float).tiny))

    @property
    def unsettled(self) -> float:
        """How far the leading values are from those of the matrix of lower degrees, relative to the first."""
        cut = 2 * len(self.block.matrix) // 3
        fewer = np.resize(compact_svd(self.block.matrix[:cut, :cut])[1], _LEADING)
        return float(np.abs(self.leading - fewer).max()) / max(float(self.leading[0]), float(np.finfo(float).tiny))

    @cached_property
    def leading(self) -> np.ndarray:
        """The leading singular values."""
        return np.resize(compact_svd(self.block.matrix)[1], _LEADING)

    def discretisation(self, *, leading: bool) -> Discretisation:
        """With the evidence."""
        x, y = self.left.reference, self.right.reference
        note = (f"Hermite functions of degree {self.degree}, of mean {x.mean:.3g} and deviation {x.std:.3g} in x, "
                f"{y.mean:.3g} and {y.std:.3g} in y")
        checks = hermite_check_rules(self.left, self.right, self.problem.domain)
        return compared(self.problem, (self.block,), checks, note, leading=leading)
