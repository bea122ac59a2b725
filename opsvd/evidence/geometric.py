"""Evidence for Gaussian kernels: closed forms held against h along its ridge, at random points, and by images."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from .._support.arrays import squares
from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..kernels import Kernel
from ..measures import Gaussian
from ..operator.singular_functions import SingularSystem
from ..probing.quadratic_exponent import QuadraticExponent
from ..spectrum import Estimate, Unlisted
from .carriers import few_carriers_margin
from .images import Images
from .remainder import ORDER_MARGIN, RemainderEvidence, settled


@dataclass(frozen=True, eq=False, kw_only=True)
class GeometricEvidence(RemainderEvidence):
    """What is known of values that go on as a geometric sequence beyond those that have functions.

    Attributes
    ----------
    ratio : float
        Of neighbouring values.
    """

    ratio: float

    def beside(self) -> np.ndarray:
        """Bounds of the norm of what is left beside the leading q functions: the value that follows, and R."""
        return np.asarray(self.values * self.ratio + ORDER_MARGIN * self.remainder)

    @property
    def norm(self) -> Estimate:
        """The root of the sum of all squares."""
        return Estimate(self.size, self.remainder + 8.0 * EPS * self.size)

    def left_out(self, rank: int) -> float:
        """The norm of all values that follow, and of the remainder."""
        return self.size * self.ratio**rank + self.remainder

    def beyond(self, rank: int) -> Unlisted:
        """All values that follow, of which the sum is known."""
        seen = super().beyond(rank)
        following = float(self.values[-1]) * self.ratio / (1.0 - self.ratio)
        return replace(seen, computed=seen.computed + following)


def geometric_evidence(kernel: Kernel, measures: tuple[Gaussian, Gaussian], found: QuadraticExponent, rtol: float,
                       system: SingularSystem) -> GeometricEvidence:
    r"""Hold a closed form against h.

    The remainder is h less the exponential that was found: at pairs drawn in proportion to :math:`|H|^2`, as far out as
    h and the densities are numbers, at pairs drawn from the measures, and at pairs anywhere in a square. Where that
    leaves bars above the tolerance although h differs by its rounding alone, as where it loses digits far out along the
    ridge, there are images T g_j besides, by integrals over the ridge; what of a function lies where h is not a number
    counts as an error there. These integrals take points far apart: they do not see what h has between them, such as a
    bump.
    """
    values, ratio, rng = system.values, found.ratio, np.random.default_rng(0)
    size = float(values[0]) / np.sqrt((1.0 - ratio) * (1.0 + ratio))
    ridge = _misfit(kernel, measures, found, found.drawn(4000, rng))    # known to some percent
    # What is wrong with h elsewhere may lie where the mass is, or far out: each of two grids sees the whole square.
    spots, end = 300, 12.0
    # One point in each of as many cells of equal mass, or width, so that no gap is wider than two.
    cells = (np.arange(spots) + rng.random((2, 2, spots))) / spots
    drawn, anywhere = ndtri(cells[0]), end * (2.0 * cells[1] - 1.0)
    grids = [_grid(drawn, np.ones_like(drawn)), _grid(anywhere, 2.0 * end * Gaussian().sqrt_density(anywhere) ** 2)]
    # A strip along a line may lie between the points of a grid: pairs have one in each of 4096 cells of a variable.
    apart = rng.permuted(np.tile(np.arange(4096.0), (2, 1)), axis=1)
    pairs = ndtri((apart + rng.random(apart.shape)) / 4096.0), np.ones(4096)
    elsewhere = [_misfit(kernel, measures, found, *points) for points in (*grids, pairs)]
    remainder = float(np.hypot(size * ridge.norm, max(some.norm for some in elsewhere)))
    evidence = GeometricEvidence(values=values, size=size, remainder=remainder, operator_norm=remainder,
                                 coupling=remainder, dimension=spots, ratio=ratio)
    if settled(values, evidence.bars(), rtol) or not all(some.is_rounding(found) for some in (ridge, *elsewhere)):
        return evidence
    count = 160    # as in `opsvd.evidence.images`
    leading = SingularSystem(values[:count], system.left.truncated(count), system.right.truncated(count))
    forth = _residuals(kernel, leading, measures, found)
    turned = replace(found, center=found.center[::-1], form=found.form[::-1, ::-1])
    exchanged = SingularSystem(leading.values, leading.right, leading.left)
    back = _residuals(kernel.adjoint(), exchanged, measures[::-1], turned)
    residual, coupling = (np.maximum(*both) for both in zip(forth, back, strict=True))
    return replace(evidence, images=Images(residual, coupling))


def _grid(points: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of points, (2, n, n), and the products of their weights, (n, n)."""
    return np.stack(np.broadcast_arrays(points[0][:, None], points[1])), weights[0][:, None] * weights[1]


class _Misfit(NamedTuple):
    """What h differs by from the exponential at some points.

    norm: the root mean square.
    wrong, right: by how much it differs at each point, and the size of the exponential; both times a factor.
    points: in units of deviations from the means, (2, n).
    least: what counts as rounding whatever the size.
    """

    norm: float
    wrong: np.ndarray
    right: np.ndarray
    points: np.ndarray
    least: float

    def is_rounding(self, found: QuadraticExponent) -> bool:
        """Whether rounding is all that it is."""
        with np.errstate(all="ignore"):
            relative = found.rounding(self.points).max(initial=0.0)
            return bool((self.wrong <= relative * self.right + self.least).all())


def _misfit(kernel: Kernel, measures: tuple[Gaussian, Gaussian], found: QuadraticExponent, w: np.ndarray,
            weights: np.ndarray | None = None) -> _Misfit:
    """How h differs from the exponential, where both are numbers.

    With weights, the squares of differences are multiplied by them; without, differences are parts of the exponential.
    """
    x, y = (mu.mean + mu.std * points for mu, points in zip(measures, w, strict=True))
    logarithms, seen = found.logarithms(w)
    if weights is not None:
        seen |= logarithms < 0.0    # where the exponential underflows h is to be zero
    with np.errstate(all="ignore"):
        expected = found.sign * np.exp(logarithms[seen])
        scale = 1.0 / np.abs(expected) if weights is None else np.sqrt(weights[seen])
        wrong, right = np.abs(kernel(x[seen], y[seen]) - expected) * scale, np.abs(expected) * scale
    # Far from the ridge the fit is less sure than rounding, where the exponential is nothing beside its largest.
    least = EPS * float(right.max(initial=0.0)) if weights is not None else 0.0
    norm = np.inf
    if len(wrong) and np.isfinite(wrong).all():
        margin = 1.0 if weights is None else float(few_carriers_margin(squares(wrong)))
        norm = margin * float(np.sqrt(np.mean(squares(wrong))))
    return _Misfit(norm, wrong, right, w[:, seen], least)


def _residuals(kernel: Kernel, system: SingularSystem, measures: tuple[Gaussian, Gaussian],
               found: QuadraticExponent) -> tuple[np.ndarray, np.ndarray]:
    r"""Cumulative norms of T g_j - s_j f_j, and of its components along f_i, for j (and i) up to 1, 2, ...

    Integrals over x and over y are sums over equidistant points: for products of Gaussians and Hermite functions they
    converge faster than geometrically. Those over y reach to where the Gaussian of a slice has fallen to e^-39.
    """
    (mu_x, mu_y), values = measures, system.values
    # Hermite functions of degree n and deviation s have the wave number sqrt(n) / s, and end soon after 2 sqrt(n) s.
    (std_x, std_y), root = found.deviations, np.sqrt(len(values))
    reach, step = 2.0 * root + 12.0, 2.0 * np.pi / (2.2 * root + 9.0)
    u = found.center[0] + std_x * np.arange(-reach + 0.37 * step, reach, step)
    width = 1.0 / np.sqrt(found.form[1, 1])
    fine = 2.0 * np.pi / (1.1 * (root + 3.0) / std_y + 8.85 / width)
    ridge = found.center[1] - found.form[0, 1] / found.form[1, 1] * (u - found.center[0])
    v = ridge[:, None] + np.arange(-8.85 * width, 8.85 * width, fine)
    x, y = mu_x.mean + mu_x.std * u, mu_y.mean + mu_y.std * v
    with np.errstate(all="ignore"):
        slices = kernel(x[:, None], y) * mu_x.sqrt_density(x)[:, None] * mu_y.sqrt_density(y)
    slices[~np.isfinite(slices)] = 0.0
    weight = mu_y.std * fine * np.sqrt(mu_x.std * std_x * step)
    g = system.right.half_density(y.ravel()).reshape(*y.shape, -1)
    there = np.einsum("ij,ijk->ik", slices, g) * weight
    f = system.left.half_density(x) * np.sqrt(mu_x.std * std_x * step)
    residual = there - f * values
    return np.sqrt(np.cumsum(np.sum(squares(residual), axis=0))), corner_norms(f.T @ residual)
