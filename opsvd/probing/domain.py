"""Where a kernel lives: the box that carries E[h^2], and whether E[h^2] is finite at all."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .._support.budget import BudgetExhaustedError
from ..errors import NonFiniteKernelError, NotSquareIntegrableError
from ..kernels import SMALLEST_SIZE, Kernel, size_out_of_range
from ..measures import UNDERFLOW, LineMeasure
from ..quadrature import Rule

# Of the grid on which the energy is looked at, on either axis; `_tails` takes means over some of them.
_POINTS = 64
# Within four deviations of the mean of a Gaussian, where the root of the density is that part of its largest, h must
# be finite; and so where that of another measure is.
_NEAR = math.exp(-4.0)
# Of a box to the next wider one: at five deviations a Gaussian density falls by e^3.
_STEP = 1.12


@dataclass(frozen=True)
class Domain:
    r"""A box that holds all of E[h^2] but `missing`^2.

    Attributes
    ----------
    x, y : tuple of float
        The intervals of the two variables.
    missing : float
        The Hilbert-Schmidt norm of h outside the box, extrapolated from its decay; relative to that inside.
    norm : float
        :math:`\sqrt{E[h^2]}` as seen on a coarse grid; zero only if all values were.
    widened : bool
        Whether the box is clearly wider than a bounded kernel needs.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    missing: float
    norm: float
    widened: bool


def weighted_samples(kernel: Kernel, domain: Domain, left: Rule, right: Rule) -> np.ndarray:
    r"""The matrix :math:`\sqrt{w_i} h(x_i, y_j) \sqrt{w_j}`, zero outside the domain, where h is not evaluated.

    Raises NonFiniteKernelError, naming a point, where h is not finite.
    """
    samples = np.zeros((len(left), len(right)), kernel.dtype)
    for where, block in blocks_of_samples(kernel, domain, left, right):
        samples[where] = block
    return samples


def blocks_of_samples(kernel: Kernel, domain: Domain, left: Rule, right: Rule) -> Iterator[tuple[Any, np.ndarray]]:
    """The same in blocks of rows inside the domain: where each is in the matrix, and the block.

    Half a megabyte at a time: passes over fresh memory, and over what no cache holds, cost more than most kernels.
    """
    rows, columns = _run_within(left.nodes, domain.x), _run_within(right.nodes, domain.y)
    x, y = left.restricted(rows), right.restricted(columns)
    in_place = isinstance(rows, slice) and isinstance(columns, slice)
    places, others = np.arange(len(left))[rows], np.arange(len(right))[columns]
    step = max(1, 2**16 // max(1, len(y)))
    for some in (slice(start, start + step) for start in range(0, len(x), step)):
        # The densities go in one after the other: their product may underflow where h makes up for it.
        block = kernel.finite_grid(x.nodes[some], y.nodes) * x.sqrt_weights[some, None]
        block *= y.sqrt_weights
        there = places[some]
        yield (slice(there[0], there[-1] + 1), columns) if in_place else np.ix_(there, others), block


def within(points: np.ndarray, interval: tuple[float, float]) -> np.ndarray:
    """Which points are in an interval: a mask."""
    return np.asarray((points >= interval[0]) & (points <= interval[1]))


def _run_within(nodes: np.ndarray, interval: tuple[float, float]) -> slice | np.ndarray:
    """Which nodes are in an interval: a slice, if they are one run, or a mask."""
    mask = within(nodes, interval)
    where = np.flatnonzero(mask)
    if len(where) == 0 or where[-1] - where[0] + 1 > len(where):
        return mask
    return slice(int(where[0]), int(where[-1]) + 1)


def find_domain(kernel: Kernel, mu_x: LineMeasure, mu_y: LineMeasure, rtol: float) -> Domain:
    r"""Find the box outside of which h has a norm of at most a hundredth of rtol times that inside.

    The kernel takes the coordinates of the measures, and the box is one of coordinates. It ends where their spans do.

    The energy density :math:`h^2 \rho_x \rho_y` is sampled on a coarse grid. Its marginals are extrapolated beyond
    each side as a power :math:`t^{-p}`, with p measured there: a Gaussian decay shows a large p, and p <= 1 means
    that E[h^2] diverges. A side whose tail is too heavy moves outwards, until h overflows or the density does.

    Raises
    ------
    NotSquareIntegrableError
        If the energy does not decay.
    NonFiniteKernelError
        If h is NaN within the box, or infinite near the centre.
    KernelError
        If h is so large that its square is not a number.
    """
    tol = max(1e-2 * rtol, 1e-15)
    # Below and above the centres, of x and of y, shape (2, 2): first where the half-densities, and so a bounded kernel,
    # have fallen to tol.
    bounded, widest = (_distances(mu_x, mu_y, part) for part in (tol, UNDERFLOW))
    ends = np.array([_at_ends(mu) for mu in (mu_x, mu_y)])
    sides = bounded
    points = _points_for(kernel)
    look = partial(_log_energy, kernel, mu_x, mu_y, points=points)
    energy = look(sides)
    if energy is None:
        sides = _distances(mu_x, mu_y, _NEAR)
        energy = look(sides)
        if energy is None:
            raise _infinite_point(kernel, mu_x, mu_y, sides, points)
    if energy.max() == -np.inf:    # all of the energy may be where the densities are small
        wide = _distances(mu_x, mu_y, 1e-15)
        beyond = look(wide)
        if beyond is not None and beyond.max() > -np.inf:
            sides, energy = wide, beyond
    box, affordable = _decayed(look, _Box(sides, energy, *_tails(energy, sides)), ends, widest, tol)
    sides, energy, tails, powers, growing = box
    heavy = tails > tol * tol
    # Where the budget ends, nobody knows whether what is beyond decays: it is missing.
    if affordable and ((powers <= 1.0) & ~growing)[heavy].any():
        farther = ", or lies where the densities are zero to any float" if (sides >= widest)[heavy].any() else ""
        edges = [mu.points(end).round(2).tolist()
                 for mu, end in zip((mu_x, mu_y), _ends(mu_x, mu_y, sides), strict=True)]
        raise NotSquareIntegrableError(
            f"h must be square-integrable, but h^2 times the densities does not decay along the edge of the box "
            f"{edges[0] + edges[1]}: E[h^2] is infinite{farther}, as far as floats "
            f"tell. Decompose a slower kernel (exp(c*x*y) needs |c| < 1/2 under unit Gaussians), or take measures with "
            f"a smaller std or lighter tails")
    if energy.max() == -np.inf:    # what looks like zero gets a second look, for the trace of something narrow
        energy = _log_energy(kernel, mu_x, mu_y, sides, 1000)
    if energy is None:
        raise size_out_of_range(0.0)
    largest, widths = float(energy.max()), [_widths(side, len(energy)) for side in sides]
    norm = float(np.sqrt(widths[0] @ np.exp(np.minimum(energy, 700.0)) @ widths[1]))
    lines = points // 4 if kernel.dear else points
    unseen = (_unseen(kernel, mu_x, mu_y, sides, lines, norm=norm, tol=tol)
              + _unseen(kernel.transposed(), mu_y, mu_x, sides[::-1], lines, norm=norm, tol=tol))
    if np.isfinite(largest) and abs(largest) > -2.0 * np.log(SMALLEST_SIZE):
        raise size_out_of_range(math.exp(min(0.5 * largest, 700.0)))
    (x0, x1), (y0, y1) = (ends.tolist() for ends in _ends(mu_x, mu_y, sides))
    # Clearly wider is what grew three times, to 1.12^3 = 1.4 of what a bounded kernel needs.
    return Domain((x0, x1), (y0, y1), math.sqrt(float(tails.sum()) + unseen), norm, bool((sides > 1.3 * bounded).any()))


def _at_ends(mu: LineMeasure) -> np.ndarray:
    """Whether the measure ends where its widest box does, below and above: at its span, or by a jump to zero.

    Tables of densities with long tails end too, where the root is far below 1e-30.
    """
    box = np.array(mu.box(UNDERFLOW))
    inside = mu.sqrt_density(box + 1e-9 * mu.scale * np.array([1.0, -1.0])) * np.sqrt(mu.scale)
    return np.asarray((np.isfinite(mu.span) & (np.array(mu.span) == box)) | (inside > 1e-30))


def _points_for(kernel: Kernel) -> int:
    """The points of the grid, on either axis: half as many where values are dear, and a quarter where few are left."""
    if not kernel.dear or kernel.budget is None:
        return _POINTS
    few = _POINTS // 2
    return few if kernel.budget.values_left > 16 * few**2 else few // 2    # four grids are a quarter of what is left


class _Box(NamedTuple):
    """How far a box goes, the energies on its grid, and what `_tails` makes of them."""

    sides: np.ndarray
    energy: np.ndarray
    tails: np.ndarray
    powers: np.ndarray
    growing: np.ndarray


def _decayed(look: Callable[[np.ndarray], np.ndarray | None], box: _Box, ends: np.ndarray, widest: np.ndarray,
             tol: float) -> tuple[_Box, bool]:
    """The box, made wider until its tails are tol^2 or h overflows; and whether the budget had the values for that."""
    while True:
        box.tails[ends & (box.sides >= widest)] = 0.0
        heavy = (box.tails > tol * tol) & (box.sides < widest)
        if not heavy.any():
            return box, True
        try:
            grown = _grown(look, box.sides, (heavy * _steps(box.tails, box.powers, tol), heavy), widest)
        except BudgetExhaustedError:
            return box, False
        if grown is None:
            return box, True
        box = _Box(*grown, *_tails(grown[1], grown[0]))


def _grown(look: Callable[[np.ndarray], np.ndarray | None], sides: np.ndarray, steps: tuple[np.ndarray, np.ndarray],
           widest: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """A wider box and the energies on it: by many steps, or by few where h overflows on that.

    None where it overflows on both.
    """
    for some in steps if (steps[0] != steps[1]).any() else steps[:1]:
        wider = np.minimum(sides * _STEP**some, widest)
        energy = look(wider)
        if energy is not None:
            return wider, energy
    return None


def _steps(tails: np.ndarray, powers: np.ndarray, tol: float) -> np.ndarray:
    """How often a box is to be made wider by one step until its tails are tol^2, by their decay: shape (2, 2).

    The power of a Gaussian decay grows like the square of the distance. It is taken to stay, so that no more steps are
    taken at once than one after the other.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.log(tails / tol**2) / (np.maximum(powers, 1.0) * math.log(_STEP))
    return np.asarray(np.clip(np.floor(np.nan_to_num(times, posinf=1.0)), 1.0, 6.0))


def _distances(mu_x: LineMeasure, mu_y: LineMeasure, tol: float) -> np.ndarray:
    """How far the intervals of the measures go below and above their centres, shape (2, 2): see `LineMeasure.box`."""
    return np.array([np.abs(np.array(mu.box(tol)) - mu.center) for mu in (mu_x, mu_y)])


def _grid(mu_x: LineMeasure, mu_y: LineMeasure, sides: np.ndarray,
          points: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of the box, as many on either side of the centre of each measure.

    None is at a centre, and none equal in x and y, where kernels have their exceptions.
    """
    grids = []
    for mu, side, shift in ((mu_x, sides[0], 0.5424), (mu_y, sides[1], 0.4677)):
        place = (np.arange(points) + shift) / (0.5 * points) - 1.0
        grids.append(mu.center + place * np.where(place < 0.0, *side))
    return grids[0], grids[1]


def _ends(mu_x: LineMeasure, mu_y: LineMeasure, sides: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the two intervals of the box, within the spans."""
    x, y = (np.clip(mu.center + np.array([-1.0, 1.0]) * side, *mu.span) for mu, side in
            zip((mu_x, mu_y), sides, strict=True))
    return x, y


def _corners(mu_x: LineMeasure, mu_y: LineMeasure, sides: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where h must not overflow: beside the corners, but not on the diagonals of the box, where it may be singular."""
    return _ends(mu_x, mu_y, sides * np.array([[1.0, 0.9999], [0.9998, 0.9997]]))


def _widths(sides: np.ndarray, points: int) -> np.ndarray:
    """The widths of the cells about the points of a grid that goes so far on either side, shape (points,)."""
    return np.repeat(sides / (0.5 * points), points // 2)


def _log_energy(kernel: Kernel, mu_x: LineMeasure, mu_y: LineMeasure, sides: np.ndarray,
                points: int) -> np.ndarray | None:
    """The logarithm of h^2 rho_x rho_y on a grid of the box; None if h overflows, also in a corner; raises at NaN."""
    x, y = _grid(mu_x, mu_y, sides, points)
    values = kernel.grid(x, y)
    infinite = np.isinf(values)    # of complex numbers one part may be, and the other be no number
    if (unknown := np.isnan(values) & ~infinite).any():
        i, j = np.argwhere(unknown)[0]
        raise kernel.non_finite(x[i], y[j], np.nan)
    try:    # on a curve where h is singular it may be infinite, but not beside it
        values = kernel.finite_grid(x, y) if infinite.any() else values
        kernel.finite_grid(*_corners(mu_x, mu_y, sides))
    except NonFiniteKernelError:
        return None
    with np.errstate(divide="ignore"):
        return np.asarray(2.0 * (np.log(np.abs(values)) + np.log(mu_x.sqrt_density(x))[:, None]
                                 + np.log(mu_y.sqrt_density(y))))


def _tails(log_energy: np.ndarray, sides: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Relative energy beyond each side, extrapolated as a power of the distance, and that power: shape (2, 2) each.

    And whether the power grows outwards, as that of a Gaussian does, however slowly it decays: then it does not show
    that the energy is infinite.
    """
    peak = log_energy.max()
    if not np.isfinite(peak):
        return np.zeros((2, 2)), np.full((2, 2), np.inf), np.ones((2, 2), dtype=bool)
    energy = np.exp(log_energy - peak)
    points = len(energy)
    widths_x, widths_y = (_widths(side, points) for side in sides)
    along_x, along_y = energy @ widths_y, widths_x @ energy
    total = float(along_x @ widths_x)
    few = max(2, points // 21)
    stops = [few + 3 * part * points // 32 for part in range(4)]
    tails, powers, growing = np.zeros((2, 2)), np.full((2, 2), np.inf), np.ones((2, 2), dtype=bool)
    for side, marginal in zip(np.ndindex(2, 2), (along_x[::-1], along_x, along_y[::-1], along_y), strict=True):
        # Means over two or three points: an oscillating kernel may have zeros on any single line.
        means = [sum(marginal[points - stop:points - stop + few].tolist()) / few for stop in stops]
        if means[0] == 0.0:
            continue
        # From the centre: half of the points are on this side of it.
        distance = [float(sides[side]) * (1.0 - (stop - 1) / (0.5 * points)) for stop in stops]
        # Where all of the energy begins out there, nobody knows where it ends.
        powers[side], growing[side] = _decay(means, distance) if means[1] > 0.0 else (1.0, True)
        tails[side] = means[0] * distance[0] / max(powers[side] - 1.0, 1e-3) / total
    return tails, powers, growing


def _decay(means: list[float], distances: list[float]) -> tuple[float, bool]:
    """The power by which four means fall with the distance, from the farthest inwards, and whether it grows."""
    power, outer, before = map(_power, means[1:], means, distances, distances[1:])
    # Away from the corner, where the box cuts off what lies along its diagonal. The power of a Gaussian decay grows
    # like the square of the distance; one below 0.1 is no decay.
    return power, outer > 1.2 * max(before, 0.1)


def _unseen(kernel: Kernel, mu_x: LineMeasure, mu_y: LineMeasure, sides: np.ndarray, points: int, *,
            norm: float, tol: float) -> float:
    r"""Relative energy of what h does along tails of x within the box, beyond where floats tell points apart.

    All points are one there, at a distance T. If the energy falls like :math:`t^{-p}` and the density like
    :math:`t^{-q}`, then h goes on like :math:`t^{(q - p) / 2}` and is taken to be constant, with an error of the energy

    .. math:: \int_T^\infty \rho(t)\, (h(t) - h(T))^2\, dt
              = E(T)\, T\, \frac{(q - p)^2}{2\, (q - 1)\, (p - 1)\, ((p + q) / 2 - 1)} .

    Raises NotSquareIntegrableError if the energy does not fall, and is more than tol^2.
    """
    if norm == 0.0 or not mu_x.tails:
        return 0.0
    total, (low, high) = 0.0, mu_x.center + np.array([-1.0, 1.0]) * sides[0]
    _, y = _grid(mu_x, mu_y, sides, points)
    roots = mu_y.sqrt_density(y) * np.sqrt(_widths(sides[1], points))
    for tail in mu_x.tails:
        if not within(tail.coordinates, (low, high)).all():
            continue    # the energy ends before
        values = np.abs(kernel.finite_grid(tail.coordinates.ravel(), y)) * (roots / norm)
        sections = np.sum((values * tail.sqrt_density.reshape(-1, 1)) ** 2, axis=1).reshape(tail.coordinates.shape)
        means, mass = (np.mean(part, axis=1).tolist() for part in (sections, tail.sqrt_density**2))
        if min(means[:2] + mass[:2]) == 0.0:
            continue
        (power, growing), (bounded, _) = (_decay(part, tail.distances.tolist()) for part in (means, mass))
        p, q = max(power - 1.0, 1e-3), max(bounded - 1.0, 1e-3)
        unseen = means[0] * tail.distances[0] * max(q - p, 0.0) ** 2 / (q * p * (p + q))
        if power <= 1.0 and not growing and unseen > tol * tol:
            raise _no_decay(mu_x, float(mu_x.points(tail.coordinates[0, :1])[0]))
        total += unseen
    return total


def _no_decay(measure: LineMeasure, last: float) -> NotSquareIntegrableError:
    """The error for a kernel whose energy does not fall along a tail, to the last points that are told apart."""
    return NotSquareIntegrableError(
        f"h must be square-integrable, but h^2 times the densities does not decay along the tail of {measure!r} "
        f"towards {last:.3g}, beyond which floats do not tell points apart: E[h^2] is infinite, or lies there. "
        f"Decompose a kernel that grows less there, or take a measure with less mass there")


def _power(inward: float, outward: float, far: float, near: float) -> float:
    """The power by which what is at a near distance falls to what is at a far one; none if nothing is near."""
    if inward == 0.0:
        return 0.0
    return math.inf if outward == 0.0 else math.log(inward / outward) / math.log(far / near)


def _infinite_point(kernel: Kernel, mu_x: LineMeasure, mu_y: LineMeasure, sides: np.ndarray,
                    points: int) -> Exception:
    """The error for a kernel that is infinite close to the centre."""
    x, y = (np.append(*both) for both in zip(_grid(mu_x, mu_y, sides, points), _corners(mu_x, mu_y, sides),
                                             strict=True))
    values = kernel.grid(x, y)
    i, j = np.argwhere(np.isinf(values))[0]
    return kernel.non_finite(x[i], y[j], values[i, j].item())
