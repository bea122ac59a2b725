"""The whole spectrum of a large sampled matrix whose operator has values of high multiplicity: a free law."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .._support.tables import Records
from .._support.validation import counts as counted
from .._support.validation import described, nonnegative_float, positive_int, real_array
from .shell_equations import ShellEquations, shell_equations
from .spectrum_law import SpectrumLaw

# How far grids reach, as the logarithm of t over the mean size of a value: e^-25 is 1e-11. At 12 the nuclear norms of
# tests/prediction/test_equivalent.py are wrong by more than they may.
_REACH = 25.0


@dataclass(frozen=True, eq=False)
class DeterministicEquivalent(SpectrumLaw):
    r"""What the spectrum of a sampled n x m matrix tends to when multiplicities grow with n and m.

    Attributes
    ----------
    n, m : int
    values, multiplicities : ndarray, shape (q,)
        The operator's distinct singular values, and how often each stands.
    tail_energy : float
        The sum of the squares of all others, each of which is taken to be small.
    """

    n: int
    m: int
    values: np.ndarray
    multiplicities: np.ndarray
    tail_energy: float

    @property
    def energy(self) -> float:
        """The expected squared Frobenius norm, which is that of the operator at any n and m."""
        return float(self.multiplicities @ self.values**2) + self.tail_energy

    @property
    def rank(self) -> int:
        """How many singular values are not zero."""
        least = min(self.n, self.m)
        return least if self.tail_energy > 0.0 else int(min(least, self.multiplicities.sum()))

    @cached_property
    def nuclear_norm(self) -> float:
        r"""The sum of the singular values, :math:`\frac{2}{\pi} \int_0^\infty \mathrm{df}(\kappa(t))\, dt`."""
        if self.energy == 0.0:
            return 0.0
        scale = math.sqrt(self.energy / self.rank)
        # The trapezoid rule converges exponentially in log t: at twenty times this step the error is 1e-6.
        step = 0.05
        t = scale * np.exp(np.arange(-_REACH, _REACH, step))
        degrees = self._degrees(self._kappa(t))
        # Beyond the grid df is the rank, or the energy over t^2.
        return 2.0 / math.pi * float((degrees * t).sum() * step + self.rank * t[0] + self.energy / t[-1])

    @property
    def effective_rank(self) -> float:
        """The square of the nuclear norm, over the energy."""
        return self.nuclear_norm**2 / self.energy if self.energy > 0.0 else 0.0

    def _degrees(self, kappa: np.ndarray) -> np.ndarray:
        """The degrees of freedom df at kappa, shape (k,)."""
        d = self.values**2
        return np.asarray((d / (d + kappa[:, None])) @ self.multiplicities + self.tail_energy / kappa)

    def _kappa(self, t: np.ndarray) -> np.ndarray:
        """Solve kappa (1 - df/n) (1 - df/m) = t^2 for real kappa, by bisection in its logarithm."""
        # kappa > t^2, and df(kappa) < energy / kappa.
        low, high = np.log(t**2), np.log(2.0 * (t**2 + self.energy * (1.0 / self.n + 1.0 / self.m)) + 1e-300)
        for _ in range(80):
            middle = 0.5 * (low + high)
            kappa = np.exp(middle)
            one, other = (1.0 - self._degrees(kappa) / size for size in (self.n, self.m))
            below = (np.minimum(one, other) <= 0.0) | (kappa * one * other < t**2)
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.exp(high)

    def _equations(self) -> ShellEquations:
        one, levels = np.ones(1), self.values[:, None, None]
        return shell_equations(levels, self.multiplicities, (one, one), np.full((1, 1), self.tail_energy),
                               (self.n, self.m))

    def records(self) -> Records:
        """A row for each functional: the nuclear norm, the energy, and the effective rank."""
        return [{"quantity": name, "value": float(getattr(self, name))} for name in (
            "nuclear_norm", "energy", "effective_rank")]

    def _heading(self) -> tuple[str, str]:
        return "Deterministic equivalent", f"the law of all singular values of a sampled matrix of {self.n} x {self.m}"

    def __repr__(self) -> str:
        """Name the size and the effective rank."""
        return f"DeterministicEquivalent(n={self.n}, m={self.m}, effective rank {self.effective_rank:.6g})"


def deterministic_equivalent(
    values: Any, multiplicities: Any, n: int, m: int | None = None, *, tail_energy: float = 0.0
) -> DeterministicEquivalent:
    r"""The law of all singular values of a sampled n x m matrix, for multiplicities that are not small against n.

    The sampled matrix is :math:`F S G^T`, the rows of F and G being independent, with the identity as covariance. Where
    many of the singular functions have the same value of s, as with the spherical harmonics of :math:`x \in R^k`, a row
    behaves like a Gaussian vector, and the spectrum follows the free multiplicative law of two Wishart matrices and
    :math:`S^2`. With :math:`\mathrm{df}(\kappa) = \sum_i s_i^2 / (s_i^2 + \kappa)` it is

    .. math:: \sum_i \frac{\sigma_i^2}{\sigma_i^2 + t^2} = \mathrm{df}(\kappa), \qquad
              \kappa\, (1 - \mathrm{df}/n) (1 - \mathrm{df}/m) = t^2.

    Parameters
    ----------
    values, multiplicities : array_like, shape (q,)
        The operator's distinct singular values, and how often each stands; counts may be astronomical.
    n : int
        The number of samples of x.
    m : int, optional
        The number of samples of y, by default n.
    tail_energy : float, default 0.0
        The sum of squares of all values not given, each of which is taken to be so small, and to stand so often, that
        in the sample they are noise.

    Returns
    -------
    DeterministicEquivalent

    Raises
    ------
    TypeError, ValueError
        If the arrays do not match, or are not finite and nonnegative.

    Notes
    -----
    *Validity.* It is a limit, for n, m and multiplicities growing together, and needs rows that are Gaussian: that all
    singular functions of a level have :math:`\sum f^2` constant. For functions phi(<x, y>) this is so if phi is
    homogeneous of degree zero (sign). Elsewhere the functions vary with the length of x, and effective ranks come out
    too large: by 2 to 11 per cent for tanh, relu and the quadratic Hermite polynomial in R^k, k = 4 to 64, and at
    k = 4 at any n. From values alone that cannot be seen; `OperatorSVD.equivalent`, which knows the functions, takes
    the lengths into account, and states its error. For values of multiplicity one use
    `opsvd.prediction.finite_size.predict`.

    *Derivation.* Given Y, :math:`A A^T` is a sample covariance matrix with population :math:`S (G^T G) S`, whose
    companion Stieltjes transform satisfies Silverstein's equation; its trace over :math:`S (G^T G) S` is again of that
    kind. Eliminating both transforms leaves the equation above.

    References
    ----------
    J. W. Silverstein, J. Multivariate Anal. 55 (1995), 331-339; Z. Burda, R. A. Janik, B. Waclaw, Phys. Rev. E 81
    (2010), 041132 (products of Gaussian matrices); X. Cheng and A. Singer, Random Matrices: Theory Appl. 2 (2013),
    1350010 (inner-product kernels).

    Examples
    --------
    Independent entries are the case of nothing but a tail: the quarter circle, of effective rank (8 / 3 pi)^2 n.

    >>> from opsvd.prediction.equivalent import deterministic_equivalent
    >>> law = deterministic_equivalent([], [], 1000, tail_energy=1.0)
    >>> round(law.effective_rank / 1000, 6), round((8 / (3 * 3.14159265)) ** 2, 6)
    (0.720506, 0.720506)
    """
    s = real_array(values, "values")
    counts = counted(multiplicities, "multiplicities", s, 0.0)
    tail = nonnegative_float(tail_energy, "tail_energy")
    n, m = positive_int(n, "n"), positive_int(n if m is None else m, "m")
    if s.ndim != 1 or not np.isfinite(s).all() or (s < 0.0).any():
        raise ValueError(f"values must be finite and not negative, shape (q,), got {described(values)}; pass singular "
                         f"values")
    kept = (s > 0.0) & (counts > 0.0)
    return DeterministicEquivalent(n, m, s[kept], counts[kept], tail)
