"""Measures given by a density."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .._support.floats import EPS
from .._support.user_function import UserFunction, equal_values, real_values
from .._support.validation import described, finite_points, function, pair, real_number
from ..quadrature import Pieces, find_pieces
from .chain import Chain
from .density_shape import Placed, find_law, look_at
from .line import UNDERFLOW
from .narrow_peaks import narrow_pieces, overlooked
from .tabulated import Tabulated, tabulated


class Density(Chain):
    r"""The measure of a density :math:`\rho(x)` on an interval.

    The density is looked at, and kept as a table of polynomials, to thirteen digits or what it has itself. How far it
    is from the table, and how much of its mass was not found, is its `uncertainty`, and goes into all error bars. What
    is narrower than some 1e-3 of where the mass is, and takes as much from beside it as it adds, is not seen: say where
    by `near`. Where it jumps or has kinks is found, but better said. At an end where its root is not smooth, as for
    :math:`(x - l)^{-1/2}`, the coordinate puts the end infinitely far away. Closer to a singular end that is not zero
    than floats tell, the density goes on as a power of the distance.

    Parameters
    ----------
    pdf : callable
        The density, positive, with the integral one: arrays x, (n,), -> arrays of the same shape. It is called at
        points inside the support only.
    support : (float, float)
        Where it is not zero; the ends may be infinite.
    breaks : sequence of float, default ()
        Points inside, at which the density jumps, or has a kink or a singular point.
    near : sequence of float, default ()
        Points near which there is mass, where the density is so narrow that a search does not find it.

    Raises
    ------
    TypeError, ValueError
        If `pdf` is not a function of arrays, or the interval or the points are none.
    ValueError
        If the density is negative or not finite somewhere, is not smooth between some thousand points, to five digits,
        is not integrable, or has another integral than one, by more than 1e-7.
    KernelError
        If `pdf` changes its argument, or returns anything but real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import Density
    >>> mu = Density(lambda x: 0.5 * np.exp(-np.abs(x)), (-np.inf, np.inf), breaks=[0.0])    # the law of Laplace
    >>> print(round(float(mu.points(mu.quantile(0.75))), 10))    # log(2)
    0.6931471806
    >>> Density(lambda x: x, (0.0, 1.0))
    Traceback (most recent call last):
        ...
    ValueError: pdf must have the integral one, got 0.5 on (0, 1); divide it by that, or pass another support; nearly...
    """

    def __init__(self, pdf: Callable[[np.ndarray], Any], support: tuple[float, float],
                 breaks: Sequence[float] | np.ndarray = (), near: Sequence[float] | np.ndarray = ()) -> None:
        checked = _Checked(pdf)
        low, high = pair(support, "support", real_number, "two ends", "(0.0, 1.0), or (-np.inf, np.inf)")
        if not low < high:
            raise ValueError(f"support must be two numbers in order, which may be infinite, got {described(support)}; "
                             f"pass for example (0.0, 1.0)")
        inner, places = _inside(breaks, "breaks", low, high), _inside(near, "near", low, high)
        width = high - low if np.isfinite(high - low) else 1.0
        infinite = [point for point in inner.tolist() if _infinite_at(checked, point, inner, (low, high), width)]
        ends = list(zip([low, *infinite], [*infinite, high], strict=True))
        found = _parts(checked, ends, inner, places)
        tol = 1e-7    # what numerical integrals are good to, with which densities are normalised
        # Tables are good to 1e-5 or better.
        for count, least in ((30_000, 1e-4), (30_000, 1e-8), (200_000, 1e-4), (1_200_000, 1e-4)):
            lacking = 1.0 - sum(mass for _, mass in found)
            if lacking <= 1e-12 or (lacking <= tol and count > 30_000):
                break
            apart = max(least, min(100.0 * max((part.uncertainty for part, _ in found), default=0.0), 1e-4))
            for _ in range(5):    # what is found may hide more
                more = np.setdiff1d(overlooked(checked.seen, found, (low, high), count, apart), places)
                if not len(more):
                    break
                places = np.union1d(places, more)
                found = _parts(checked, ends, inner, places)
        parts, masses = [part for part, _ in found], [mass for _, mass in found]
        total = float(sum(masses))
        if not abs(total - 1.0) <= tol:
            raise ValueError(f"pdf must have the integral one, got {total:.9g} on ({low:.6g}, {high:.6g}); divide it "
                             f"by that, or pass another support{_what_was_seen(found) if total < 1.0 else ''}")
        self._set(tuple(parts), np.array(masses) / total, max(1.0 - total, 0.0))
        if len(parts) == 1:
            self.symmetry = _symmetry(checked, parts[0], (low, high))

    def _set(self, parts: tuple[Tabulated, ...], shares: np.ndarray, lacking: float) -> None:
        """Be the sum of these parts, beside which so much of the mass was not found."""
        self.parts, self.shares, self.lacking = parts, shares, lacking
        self._join(parts, shares.tolist())
        self.uncertainty += lacking if lacking > 16.0 * EPS else 0.0    # sums of masses are rounded
        if len(parts) == 1:
            self.most_polynomials = min(self.most_polynomials, _polynomials(parts[0]))

    @property
    def given(self) -> dict[str, Any]:
        """The tables, with their shares; the place of the symmetry, NaN if there is none; the mass not found."""
        symmetry = np.nan if self.symmetry is None else self.symmetry
        return {"parts": self.parts, "shares": self.shares, "symmetry": np.array(symmetry), "lacking": self.lacking}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Density":
        """From the tables."""
        density = cls.__new__(cls)
        density._set(tuple(state["parts"]), np.atleast_1d(state["shares"]), float(state.get("lacking", 0.0)))
        density.symmetry = None if np.isnan(state["symmetry"]) else float(state["symmetry"])
        return density

    def __eq__(self, other: object) -> bool:
        """Whether the tables are the same."""
        return (isinstance(other, Density) and self.parts == other.parts and np.array_equal(self.shares, other.shares))

    def __hash__(self) -> int:
        """By tables."""
        return hash((self.parts, self.shares.tobytes()))

    def __repr__(self) -> str:
        """Say where it is."""
        low, high = self.support
        return f"Density(on ({low:.6g}, {high:.6g}), {sum(len(part.panels) - 1 for part in self.parts)} pieces)"


class _Checked:
    """A user's density, whose values are checked."""

    def __init__(self, pdf: Callable[[np.ndarray], Any]) -> None:
        self.function = UserFunction(function(pdf, "pdf", "pdf(array)", "scipy.stats.norm.pdf", 1), "pdf")
        self.tried, self.began = False, time.perf_counter()

    def unchecked(self, x: np.ndarray) -> np.ndarray:
        """Values at points (n,), of any kind."""
        if (spent := time.perf_counter() - self.began) > 60.0:    # what is fast takes less than two seconds
            raise ValueError(f"pdf must be fast enough for some 30000 points or more, got {spent:.0f} seconds and it "
                             f"was not done; give a faster one, or pass samples")
        values = real_values(self.function(x), "pdf").astype(np.float64, copy=False)
        if values.shape != x.shape:
            raise ValueError(f"pdf must return one value for each point, got shape {values.shape} for points of shape "
                             f"{x.shape}; write it with numpy's functions, and a constant as 0.5 + 0.0 * x")
        if not self.tried and len(x) > 1:
            self.tried = True
            if not equal_values(values, self.unchecked(x[::-1])[::-1]):
                raise ValueError("pdf must act on each point by itself, got other values for the same points in "
                                 "another order; let nothing be summed, sorted or normalised over the points")
        return values

    def seen(self, x: np.ndarray) -> np.ndarray:
        """Values at points, and zero where they are no numbers."""
        values = self.unchecked(x)
        return np.where(np.isfinite(values), values, 0.0)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Values at points (n,), finite and not negative."""
        values = self.unchecked(x)
        bad = ~(np.isfinite(values) & (values >= 0.0))
        if bad.any():
            i = int(np.argmax(bad))
            raise ValueError(f"pdf must be finite and not negative inside the support, got pdf({float(x[i])!r}) = "
                             f"{float(values[i])!r}; take another support, or give singular points as breaks")
        return values


def _inside(points: Any, name: str, low: float, high: float) -> np.ndarray:
    """Points inside the support, increasing; or raise."""
    array = np.unique(finite_points(points, name, 1))
    if not ((array > low) & (array < high)).all():
        raise ValueError(f"{name} must lie inside the support ({low:.6g}, {high:.6g}), got {described(points)}; leave "
                         f"out the ends")
    return array


def _parts(pdf: _Checked, ends: list[tuple[float, float]], breaks: np.ndarray,
           near: np.ndarray) -> list[tuple[Tabulated, float]]:
    """The parts of the density between the points at which it is infinite, each with its mass, where there is any."""
    looked = [_part(pdf, both, breaks, near) for both in ends]
    return [(part, mass) for part, mass in looked if part is not None]


def _what_was_seen(parts: list[tuple[Tabulated, float]]) -> str:
    """Where the mass is that was found, and what to do if more of it is in narrow peaks."""
    ends = [part.points(part.quantile(np.array([0.01, 0.99]))) for part, _ in parts]
    where = " and ".join(f"({low:.6g}, {high:.6g})" for low, high in ends)
    seen = f"nearly all of it was found in {where}" if ends else "none was found"
    return f"; {seen}: if there is more in a narrow peak, pass a point of it by near, or its ends by breaks"


def _infinite_at(pdf: _Checked, point: float, breaks: np.ndarray, support: tuple[float, float], width: float) -> bool:
    """Whether the density rises without bound on either side of a break: then the break is an end of two parts."""
    others = np.abs(np.append(breaks[breaks != point], support) - point)
    laws = [find_law(pdf, point, side, min(float(others.min()), width)) for side in (-1.0, 1.0)]
    return any(law is not None and law.power < -1e-3 for law in laws)    # a logarithm is a power of -1/30 or so


def _part(pdf: _Checked, ends: tuple[float, float], breaks: np.ndarray,
          near: np.ndarray) -> tuple[Tabulated | None, float]:
    """The density between two ends as a measure, and its mass; nothing if it is zero."""
    anchors = np.union1d(breaks, near)
    for _ in range(3):
        shape = look_at(pdf, *ends, anchors.tolist())
        if shape is None:
            return None, 0.0
        placed = Placed(pdf, shape)
        table, mass = _smooth(_table(placed, breaks, near))
        if mass == 0.0:
            return None, 0.0
        # The table may see more than the search for the mass did: then look where the mass is.
        quantiles = table.points(table.quantile(np.arange(1.0, 16.0) / 16.0))
        width = min(float(of[11] - of[3]) for of in (quantiles, shape.quantiles))
        if (np.abs(quantiles - shape.quantiles) <= 0.5 * width).all():
            break
        anchors = np.union1d(anchors, shape.before_laws(quantiles))
    for _ in range(4):    # each sees peaks in peaks
        peaks = narrow_pieces(table, placed)
        if peaks is None:
            break
        coordinate, center = peaks
        placed = Placed(pdf, replace(placed.shape, coordinate=coordinate), (center, 1.0))
        finer = _table(placed, breaks, near)
        # One that takes too many pieces, or has fewer digits, is no better.
        if finer is None or finer[0].uncertainty > max(2.0 * table.uncertainty, 1e-12):
            break
        table, mass = finer
    return table, mass


def _smooth(table: tuple[Tabulated, float] | None) -> tuple[Tabulated, float]:
    """The table of a density that is smooth enough; or raise."""
    if table is None:
        raise ValueError("pdf must be smooth between some 4000 points, but what it returned is not, to five digits; "
                         "smooth it, or pass samples")
    return table


def _table(placed: Placed, breaks: np.ndarray, near: np.ndarray) -> tuple[Tabulated, float] | None:
    """The density in a coordinate, and its mass; None if it is not smooth."""
    low, high = placed.box(UNDERFLOW)
    first, last = placed.coordinates.inverse(np.array(placed.shape.reach)).tolist()
    low, high = max(min(low, first), placed.span[0]), min(max(high, last), placed.span[1])
    edges = _edges(placed, breaks)
    inside = placed.coordinates.inverse(near[(near > placed.ends[0]) & (near < placed.ends[1])])
    quantiles = placed.coordinates.inverse(placed.shape.quantiles[[0, 3, 11, 14]])
    panels = _without_slivers(np.union1d(edges, inside), quantiles)
    panels = _without_slivers(panels, np.linspace(low, high, 14))
    panels = np.append(np.append(low, panels[(panels > low) & (panels < high)]), high)
    return tabulated(placed.sqrt_density, placed.coordinates, panels, edges, (placed.center, placed.scale))


def _polynomials(part: Tabulated) -> float:
    r"""How many polynomials of x have finite norms: :math:`x^k` has one if :math:`|x|^{2k}` times the mass falls."""
    powers = [math.inf]
    for end, outer in zip(part.box(UNDERFLOW), part.span, strict=True):
        t = part.center + (end - part.center) * np.array([0.95, 0.75])
        far, near = np.abs(part.points(t)).tolist()
        if math.isinf(outer) and far > 10.0 * near:    # an infinite end, which the coordinate reaches exponentially
            first, last = part.sqrt_density(t).tolist()
            # Where the table is zero its density has no digits, and no power.
            powers.append(2.0 * math.log(last / first) / math.log(far / near) if min(first, last) > 0.0 else 0.0)
    return max(math.ceil(0.5 * min(powers) - 1e-3), 1) if min(powers) < math.inf else math.inf


def _without_slivers(kept: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Points with more of them, but for those that would make slivers: next to points that are kept."""
    apart = np.min(np.abs(more[:, None] - more) + np.diag(np.full(len(more), np.inf)), axis=1)
    nearest = np.min(np.abs(more[:, None] - kept), axis=1, initial=np.inf)
    return np.union1d(kept, more[nearest > 0.5 * apart])


def _edges(placed: Placed, breaks: np.ndarray) -> np.ndarray:
    """The coordinates at which the density breaks: those that are known, and others that are found."""
    known = placed.coordinates.inverse(breaks[(breaks > placed.ends[0]) & (breaks < placed.ends[1])])
    start, stop = placed.box(1e-12)
    given = known[(known > start) & (known < stop)]
    # Irregular numbers: a break on an edge is not found.
    begun = start + (stop - start) * np.append(0.0, (np.arange(13.0) + np.sqrt(0.5)) / 13.0)
    begun[-1] = stop
    first = Pieces(np.union1d(begun, given), given)
    pieces = find_pieces(lambda t: placed.sqrt_density(t)[:, None], np.ones_like, first, 1e-12,
                         search_width=0.05 * (stop - start), limit=1000, unit=1e-3 * placed.scale)
    found = np.zeros(0) if pieces is None else np.setdiff1d(pieces.breaks, given)
    # Not twice the same, which may be zero.
    found = np.where(np.abs(found) < 1e-9 * placed.scale, 0.0, found)
    for point in found.tolist():
        if not len(known) or np.abs(known - point).min() > 1e-9 * placed.scale:
            known = np.union1d(known, point)
    return known


def _symmetry(pdf: _Checked, part: Tabulated, support: tuple[float, float]) -> float | None:
    """The point about which the density is symmetric, found at some points."""
    if np.isfinite(support).all():
        place = 0.5 * (support[0] + support[1])
    elif np.isinf(support).all():
        place = float(part.points(part.quantile(np.array(0.5))))
    else:
        return None
    x = part.points(part.quantile(np.linspace(0.51, 0.99, 25)))
    width = float(x[-1] - place)
    # The median is found by its rounding, or worse where the density is zero there.
    for point in (0.0, place):
        right = x[x > point + 1e-3 * width]
        back = 2.0 * point - right
        if (abs(point - place) < 1e-3 * width and len(right) and back.min() > support[0]
                and np.allclose(pdf(right), pdf(back), rtol=1e-9, atol=0.0)):
            return point
    return None
