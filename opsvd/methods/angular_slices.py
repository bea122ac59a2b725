r"""Functions of an angle, many at once, as sums of Gegenbauer polynomials: integrals that are split where they break.

With :math:`\theta` the angle between x and y in R^k, :math:`\rho_k(\theta) = c_k \sin^{k-2}\theta` its density on
:math:`[0, \pi]` and :math:`p_l(\cos\theta)` the polynomials orthonormal under it, a function a has the coefficients
:math:`c_l = \int a\, p_l\, \rho_k\, d\theta`. Each function is split into pieces of its own (see
`opsvd.probing.slices`), that end where it breaks and are graded towards its singular points, the ends of
the interval among them.
"""

import math
from typing import NamedTuple

import numpy as np

from .._support.arrays import squares
from .._support.budget import check_time
from .._support.floats import EPS, TINY
from ..bases import PanelBasis
from ..kernels import Kernel
from ..measures import LineMeasure
from ..probing.slice_splitter import slice_integrals
from ..probing.slices import SliceIntegrals
from ..quadrature import Rule, angle_density, divided, gauss_gegenbauer, gegenbauer

# Evaluations that a function may take on average, besides the first look: for ten breaks, and grading towards them.
SPLITTING = 4000
# Nodes on a piece.
ORDER = 16
# Nodes on a piece for checks, whose panels are others as well: benchmarks/check_rules.py shows what these see.
CHECK_ORDER = 20
# The polynomial of the highest degree turns by at most so many radians on a panel: Gauss rules of 16 nodes then
# integrate it times another polynomial of degree 15 to 1e-12, while for twice as many radians they err by 1e-7.
PHASE = 6.0
# Where panels are cut for checks: at the golden section, so that no cut is near one of halves or thirds.
CHECK_CUT = 0.382


class AngleLaw(LineMeasure):
    r"""The angle between two vectors of R^k of independent directions: density :math:`c_k \sin^{k-2}\theta`.

    Parameters
    ----------
    k : int
        At least 2. For even k the square root of the density is a trigonometric polynomial.
    """

    def __init__(self, k: int) -> None:
        self.k = k

    @property
    def span(self) -> tuple[float, float]:
        """From zero to pi."""
        return 0.0, math.pi

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
    beyond : ndarray, shape (n,)
        The root mean squares of what all other degrees hold.
    truncation : ndarray, shape (n,)
        Norms of the truncation errors of the pieces: by so much a coefficient may be wrong.
    """

    coefficients: np.ndarray
    beyond: np.ndarray
    truncation: np.ndarray


def first_panels(k: int, *, check: bool = False) -> np.ndarray:
    """Edges of panels in the angle that all functions share, where the density matters; others for checks."""
    reach = 0.5 * math.pi
    if k > 2:
        # Angles at which the density is below e^-100 of its largest value are left out, but for less than 0.07 at 0.
        reach = math.acos(min(math.exp(-100.0 / (k - 2.0)), 1.0))
        reach = 0.5 * math.pi if reach > 1.5 else reach
    # At least four panels, of at most four standard deviations.
    panels = 2 * math.ceil(reach / min(0.8, 4.0 / math.sqrt(k)))
    edges = np.linspace(0.5 * math.pi - reach, 0.5 * math.pi + reach, panels + 1)
    inner = edges[:-1] + CHECK_CUT * np.diff(edges) if check else edges[1:-1]
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
                           order=CHECK_ORDER if check else ORDER, size=size, budget=budget * len(points))


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
    beyond = energies - squares(coefficients).sum(axis=0)
    # A difference of energies, each rounded by some eps, has an error of some 1e-9 of itself where it is 1e-6 of them.
    # Below that what the sums leave is seen point by point, unless even an error of one per cent does not matter.
    total = energies.sum()
    if np.maximum(beyond, 0.0).sum() < 1e-6 * total and negligible**2 < 1e-12 * total:
        samples = slices.dense @ finer.T - coefficients.T @ polynomials
        samples[slices.split] += pieces
        largest = np.maximum(np.abs(samples).max(axis=1), TINY)
        beyond = largest**2 * (squares(samples / largest[:, None]) @ ratio)
    return AngularSums(coefficients, np.sqrt(np.maximum(beyond, 0.0)), np.sqrt(slices.truncation))


def misplacement(kernel: Kernel, k: int, breaks: np.ndarray) -> np.ndarray:
    r"""What it does to values and to energies, (2, b), that jumps are placed no better than the cosine is rounded.

    By its cosine an angle is known to :math:`\delta = \epsilon / \sin\theta`, or to the root of eps beside zero and pi.
    If a function jumps by J there, its integral against a harmonic is off by at most :math:`\delta J \rho_k` times the
    largest value of that, the root of the number of harmonics. Values are divided by this root.

    Parameters
    ----------
    kernel : Kernel
        Of parameters and an angle.
    k : int
    breaks : ndarray, shape (b, p + 1)
        Parameters and angles.
    """
    points, theta = breaks[:, :-1], breaks[:, -1]
    apart = np.maximum(np.sin(theta), EPS)
    steps = (8.0 * EPS * np.maximum(theta, apart), 1e-4 * apart)
    sides = np.array([[kernel.finite_beside(points, theta + sign * step) for sign in (-1.0, 1.0)] for step in steps])
    jumps = np.abs(np.diff([sides, squares(sides)], axis=2)[:, :, 0]).max(axis=1)
    # By its cosine a function jumps no nearer to an end than 1e-9. What it does nearer it sees without the cosine.
    seen = apart > 1e-3 * math.sqrt(EPS)
    density = angle_density(0.5 * np.pi - theta, k)
    return np.asarray(np.where(seen, jumps * density * np.minimum(EPS / apart, math.sqrt(2.0 * EPS)), 0.0))


def _polynomials(shared: PanelBasis, k: int, size: int) -> tuple[PanelBasis, np.ndarray, np.ndarray]:
    """Panels on which the p_l are resolved, the p_l there times roots of weights, and the ratio of the densities."""
    law, width = shared.measure, PHASE / math.sqrt(size * (size + k - 2.0))
    edges = divided(shared.edges, np.ceil(np.diff(shared.edges) / width).astype(int))
    basis = PanelBasis(law, edges, shared.order)
    polynomials = gegenbauer(np.cos(basis.rule.nodes), k, size) * basis.rule.sqrt_weights
    return basis, polynomials, _ratio(basis.rule.nodes, law, k)


def _ratio(theta: np.ndarray, law: LineMeasure, k: int) -> np.ndarray:
    """The density of the angle in R^k over that of a law: one for even k, and the sine up to a factor for odd k."""
    return np.asarray(angle_density(0.5 * np.pi - theta, k) / law.sqrt_density(theta) ** 2)
