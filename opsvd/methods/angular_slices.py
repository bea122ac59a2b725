r"""Functions of an angle, many at once, as sums of Gegenbauer polynomials: integrals that are split where they break.

With :math:`\theta` the angle between x and y in R^k, :math:`\rho_k(\theta) = c_k \sin^{k-2}\theta` its density on
:math:`[0, \pi]` and :math:`p_l(\cos\theta)` the polynomials orthonormal under it, a function a has the coefficients
:math:`c_l = \int a\, p_l\, \rho_k\, d\theta`. Each function is split into pieces of its own (see
`opsvd.probing.slices`), that end where it breaks and are graded towards its singular points, the ends of
the interval among them.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .._support.budget import check_time
from ..bases import PanelBasis
from ..kernels import Kernel
from ..measures import Measure
from ..probing.slice_splitter import slice_integrals
from ..probing.slices import SliceIntegrals
from ..quadrature import Rule, angle_density, gauss_gegenbauer, gegenbauer

__all__ = ["SPLITTING", "AngleLaw", "AngularSums", "angular_sums", "first_panels"]

SPLITTING = 4000
"""Evaluations that a function may take on average, besides the first look: for ten breaks, and grading towards them."""

# Nodes on a piece, and for checks.
_ORDER, _CHECK_ORDER = 16, 20
# The first panels are no wider than this, so that there are four at least, nor than this many widths of the density.
_WIDEST, _WIDTHS = 0.8, 4.0
# Cosines at which the density is below e^-100 of its largest value are left out.
_NEGLIGIBLE = 100.0
# A polynomial turns by at most this much, in radians, on a panel: Gauss rules of 16 nodes then integrate it times
# another polynomial of degree 15 to rounding.
_PHASE = 6.0
# Where the panels for checks are cut: no multiple of a simple fraction.
_ELSEWHERE = 0.382
# What is left of a sum of squares by subtraction is known to one per cent above this part of it.
_CANCELS = 1e-12


class AngleLaw(Measure):
    r"""The angle between two vectors of R^k of independent directions: density :math:`c_k \sin^{k-2}\theta`.

    Parameters
    ----------
    k : int
        At least 2. For even k the square root of the density is a trigonometric polynomial.
    """

    def __init__(self, k: int) -> None:
        self.k = k

    @property
    def dim(self) -> int:
        """One."""
        return 1

    @property
    def center(self) -> float:
        """A right angle."""
        return 0.5 * math.pi

    @property
    def scale(self) -> float:
        """The standard deviation of the cosine, that of the angle for large k; at most one."""
        return min(1.0, 2.0 / math.sqrt(self.k))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n angles."""
        half = 0.5 * (self.k - 1.0)
        return np.asarray(np.arccos(2.0 * rng.beta(half, half, n) - 1.0))

    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The square root of the density at angles (...)."""
        return np.asarray(np.sqrt(angle_density(0.5 * np.pi - x, self.k)))

    def gauss_rule(self, n: int) -> Rule:
        """The rule that is exact for polynomials of the cosine of degree below 2n."""
        cosines, weights = gauss_gegenbauer(self.k, n)
        angles = np.arccos(cosines)
        return self.rule(angles, weights / angle_density(0.5 * np.pi - angles, self.k))


class AngularSums(NamedTuple):
    """Sums of Gegenbauer polynomials for n functions.

    Attributes
    ----------
    coefficients : ndarray, shape (size, n)
        c_l for l < size.
    rest : ndarray, shape (n,)
        The root mean squares of what the sums leave.
    lost : ndarray, shape (n,)
        Norms of the truncation errors of the pieces: so much may be missing from a coefficient.
    """

    coefficients: np.ndarray
    rest: np.ndarray
    lost: np.ndarray


def first_panels(k: int, *, check: bool = False) -> np.ndarray:
    """Edges of panels in the angle that all functions share, where the density matters; others for checks."""
    reach = 0.5 * math.pi
    if k > 2:
        reach = math.acos(min(math.exp(-_NEGLIGIBLE / (k - 2.0)), 1.0))
        reach = 0.5 * math.pi if reach > 1.5 else reach
    panels = 2 * math.ceil(reach / min(_WIDEST, _WIDTHS / math.sqrt(k)))
    edges = np.linspace(0.5 * math.pi - reach, 0.5 * math.pi + reach, panels + 1)
    inner = edges[:-1] + _ELSEWHERE * np.diff(edges) if check else edges[1:-1]
    return np.concatenate([edges[:1], inner, edges[-1:]])


def angular_slices(kernel: Kernel, k: int, points: np.ndarray, weights: np.ndarray, tol: float, *,
                   edges: np.ndarray, check: bool, size: float | None, budget: int = SPLITTING) -> SliceIntegrals:
    r"""Split the functions :math:`w_i\, a(x_i, \theta)` of the angle in R^k.

    Parameters
    ----------
    kernel : Kernel
        ``a(x, theta)`` of parameters x and an angle.
    k : int
    points, weights : ndarray, shape (n, p) and (n,)
        The parameters x_i, and the weights w_i of the functions.
    tol : float
        What the truncation of a function may change in a coefficient, relative to `size`.
    edges : ndarray
        First panels.
    check : bool
        Whether to take the order for checks.
    size : float or None
        The norm of a weighted function that matters; None for the average.
    budget : int
        Evaluations that a function may take on average, besides the first look.
    """
    # Under the law in an even dimension the square root of the density is smooth at the ends as well.
    law, one = AngleLaw(k - k % 2), np.ones(len(points))
    return slice_integrals(kernel, Rule(points, weights, one), law, edges, tol,
                           order=_CHECK_ORDER if check else _ORDER, size=size, budget=budget * len(points))


def angular_sums(slices: SliceIntegrals, k: int, size: int, negligible: float) -> AngularSums:
    """Sums of degree below `size` of functions that are split, as `angular_slices` gives them.

    What the sums leave of all functions together need not be known below the norm `negligible`.
    """
    check_time()
    basis, polynomials, ratio = _polynomials(slices.basis, k, size)
    # From samples on the panels that all share: polynomials there, integrated against the p_l on narrower panels.
    finer = slices.basis.half_density(basis.rule.nodes) * basis.rule.sqrt_lebesgue[:, None]
    coefficients = (polynomials * ratio) @ finer @ slices.dense.T
    pieces = slices.restricted(slices.split).matrix_of_pieces(basis)
    coefficients[:, slices.split] += (polynomials * ratio) @ pieces.T
    energies = slices.energies(lambda theta: _ratio(theta, slices.basis.measure, k))
    rest = energies - np.einsum("ij,ij->j", coefficients, coefficients)
    if np.maximum(rest, 0.0).sum() < _CANCELS * energies.sum() and negligible**2 < _CANCELS * energies.sum():
        # The difference is rounding: what the sums leave is seen point by point.
        samples = slices.dense @ finer.T - coefficients.T @ polynomials
        samples[slices.split] += pieces
        largest = np.maximum(np.abs(samples).max(axis=1), np.finfo(float).tiny)
        rest = largest**2 * ((samples / largest[:, None]) ** 2 @ ratio)
    return AngularSums(coefficients, np.sqrt(np.maximum(rest, 0.0)), np.sqrt(slices.lost))


def _polynomials(shared: PanelBasis, k: int, size: int) -> tuple[PanelBasis, np.ndarray, np.ndarray]:
    """Panels on which the p_l are resolved, the p_l there times roots of weights, and the ratio of the densities."""
    law, width = shared.measure, _PHASE / math.sqrt(size * (size + k - 2.0))
    edges = [np.linspace(a, b, math.ceil((b - a) / width), endpoint=False) for a, b in pairwise(shared.edges)]
    basis = PanelBasis(law, np.concatenate([*edges, shared.edges[-1:]]), shared.order)
    polynomials = gegenbauer(np.cos(basis.rule.nodes), k, size) * basis.rule.sqrt_weights
    return basis, polynomials, _ratio(basis.rule.nodes, law, k)


def _ratio(theta: np.ndarray, law: Measure, k: int) -> np.ndarray:
    """The density of the angle in R^k over that of a law: one for even k, and the sine up to a factor for odd k."""
    return np.asarray(angle_density(0.5 * np.pi - theta, k) / law.sqrt_density(theta) ** 2)
