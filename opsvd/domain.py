"""Where a kernel lives: the box that carries E[h^2], and whether E[h^2] is finite at all."""

from dataclasses import dataclass

import numpy as np

from .errors import NotSquareIntegrableError
from .kernels import SMALLEST_SIZE, Kernel, non_finite, size_out_of_range
from .measures import Measure
from .quadrature import Rule

__all__ = ["Domain", "find_domain", "weighted_samples"]

_POINTS = 64
_SECOND_LOOK = 1000
_GROWTH = 1.12
# Beyond 37 scales a Gaussian density times a Lebesgue weight is below the smallest double.
_WIDEST = 37.0
_SAFE_START = 4.0


@dataclass(frozen=True)
class Domain:
    """A box that holds all of E[h^2] but `missing`^2.

    Attributes
    ----------
    x, y : tuple of float
        The intervals of the two variables.
    missing : float
        The Hilbert-Schmidt norm of h outside the box, extrapolated from its decay; relative to that inside.
    is_zero : bool
        Whether all values of h seen while the box was sought were zero.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    missing: float
    is_zero: bool


def weighted_samples(kernel: Kernel, domain: Domain, left: Rule, right: Rule) -> np.ndarray:
    r"""The matrix :math:`\sqrt{w_i} h(x_i, y_j) \sqrt{w_j}`, zero outside the domain, where h is not evaluated.

    Raises NonFiniteKernelError, naming a point, where h is not finite.
    """
    rows = (left.nodes >= domain.x[0]) & (left.nodes <= domain.x[1])
    columns = (right.nodes >= domain.y[0]) & (right.nodes <= domain.y[1])
    if not (rows.all() and columns.all()):
        samples = np.zeros((len(left), len(right)))
        inside = weighted_samples(kernel, domain, left.restricted(rows), right.restricted(columns))
        samples[np.ix_(rows, columns)] = inside
        return samples
    values = kernel.finite_grid(left.nodes, right.nodes)
    # The densities go in one after the other: their product may underflow where h makes up for it.
    return np.asarray((values * left.sqrt_weights[:, None]) * right.sqrt_weights)


def find_domain(kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float) -> Domain:
    r"""Find the box outside of which h has a norm of at most a hundredth of rtol times that inside.

    The energy density :math:`h^2 \rho_x \rho_y` is sampled on a coarse grid. Its marginals are extrapolated beyond
    each side as a power :math:`t^{-p}`, with p measured there: a Gaussian decay shows a large p, and p <= 1 means
    that E[h^2] diverges. A side whose tail is too heavy moves outwards, until h overflows or the density does.

    Raises
    ------
    NotSquareIntegrableError
        If the energy does not decay.
    NonFiniteKernelError
        If h is NaN within the box, or infinite within four scales of the centre.
    KernelError
        If h is so large that its square is not a number.
    """
    tol = max(1e-2 * rtol, 1e-15)
    scales = np.array([mu_x.scale, mu_x.scale, mu_y.scale, mu_y.scale])
    centers = np.array([mu_x.center, mu_x.center, mu_y.center, mu_y.center])
    outwards = np.array([-1.0, 1.0, -1.0, 1.0])
    # The width at which the half-density of a Gaussian, and so of a bounded kernel, has fallen to tol.
    sides = np.full(4, max(np.sqrt(-4.0 * np.log(tol)), _SAFE_START))

    def box(sides: np.ndarray) -> np.ndarray:
        return np.asarray(centers + outwards * scales * sides)

    energy = _log_energy(kernel, mu_x, mu_y, box(sides))
    if energy is None:
        sides = np.full(4, _SAFE_START)
        energy = _log_energy(kernel, mu_x, mu_y, box(sides))
        if energy is None:
            raise _infinite_point(kernel, box(sides))
    while True:
        tails, powers = _tails(energy, sides)
        heavy = (tails > tol * tol) & (sides < _WIDEST)
        wider = np.where(heavy, np.minimum(_GROWTH * sides, _WIDEST), sides)
        wider_energy = _log_energy(kernel, mu_x, mu_y, box(wider)) if heavy.any() else None
        if wider_energy is None:
            break
        sides, energy = wider, wider_energy
    heavy = tails > tol * tol
    if (powers[heavy] <= 1.0).any():
        raise NotSquareIntegrableError(
            f"h must be square-integrable, but h^2 times the densities does not decay along the edge of the box "
            f"{np.round(box(sides), 2).tolist()}: E[h^2] is infinite. Decompose a kernel that grows more slowly "
            f"(exp(c*x*y) needs |c| < 1/2 under unit Gaussians), or take measures with a smaller std")
    if energy.max() > -2.0 * np.log(SMALLEST_SIZE):
        raise size_out_of_range(float(np.exp(0.5 * energy.max())))
    x0, x1, y0, y1 = box(sides).tolist()
    # What looks like zero gets a second look, for the trace of something narrow.
    is_zero = energy.max() == -np.inf and not kernel.grid(*_grid(box(sides), _SECOND_LOOK)).any()
    return Domain((x0, x1), (y0, y1), float(np.sqrt(tails.sum())), bool(is_zero))


def _grid(box: np.ndarray, points: int = _POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Interior points of the box, off its centre and never equal in x and y, where kernels have their exceptions."""
    x, y = ((np.arange(points) + shift) / points for shift in (0.5424, 0.4677))
    return box[0] + (box[1] - box[0]) * x, box[2] + (box[3] - box[2]) * y


def _log_energy(kernel: Kernel, mu_x: Measure, mu_y: Measure, box: np.ndarray) -> np.ndarray | None:
    """The logarithm of h^2 rho_x rho_y on the grid of the box, or None if h overflows; raises at NaN."""
    x, y = _grid(box)
    values = kernel.grid(x, y)
    if np.isnan(values).any():
        i, j = np.argwhere(np.isnan(values))[0]
        raise non_finite(float(x[i]), float(y[j]), np.nan)
    if np.isinf(values).any():
        return None
    with np.errstate(divide="ignore"):
        return np.asarray(2.0 * (np.log(np.abs(values)) + np.log(mu_x.sqrt_density(x))[:, None]
                                 + np.log(mu_y.sqrt_density(y))))


def _tails(log_energy: np.ndarray, sides: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Relative energy beyond each side, extrapolated as a power of the distance, and that power: shape (4,) each."""
    peak = log_energy.max()
    if not np.isfinite(peak):
        return np.zeros(4), np.full(4, np.inf)
    energy = np.exp(log_energy - peak)
    marginals = [energy.sum(axis=1)[::-1], energy.sum(axis=1), energy.sum(axis=0)[::-1], energy.sum(axis=0)]
    width = np.array([sides[0] + sides[1]] * 2 + [sides[2] + sides[3]] * 2)
    tails, powers = np.zeros(4), np.full(4, np.inf)
    for side, marginal in enumerate(marginals):
        # Means over a few points: an oscillating kernel has zeros on any single line.
        edge, inner = marginal[-3:].mean(), marginal[-9:-6].mean()
        if edge == 0.0 or inner == 0.0:
            continue
        step = width[side] / _POINTS
        distance = sides[side] - 2.0 * step
        powers[side] = np.log(inner / edge) / np.log(distance / (distance - 6.0 * step))
        tails[side] = edge * distance / max(powers[side] - 1.0, 1e-3) / (marginal.sum() * step)
    return tails, powers


def _infinite_point(kernel: Kernel, box: np.ndarray) -> Exception:
    """The error for a kernel that is infinite close to the centre."""
    x, y = _grid(box)
    values = kernel.grid(x, y)
    i, j = np.argwhere(np.isinf(values))[0]
    return non_finite(float(x[i]), float(y[j]), float(values[i, j]))
