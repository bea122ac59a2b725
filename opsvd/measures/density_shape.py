"""What a density looks like: where its mass is, how it behaves at the ends, and which coordinate suits it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .._support.floats import EPS
from ..quadrature import PIECE_ORDER, gauss_legendre
from ..quadrature.legendre import TRUNCATED, legendre_transform
from .coordinates import Coordinate, HyperbolicSine, Logarithm, Logit, Place, Plain, Reflected, Softplus
from .placed import PlacedMeasure


class Density(Protocol):
    """A function (n,) -> (n,), which raises where it is negative or not finite, and one that does not."""

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Values at points."""

    def unchecked(self, x: np.ndarray) -> np.ndarray:
        """The same, whatever they are."""


@dataclass(frozen=True)
class PowerLaw:
    """What a density is near a singular end: a power of the distance d, times the exponential of a polynomial of d / u.

    Attributes
    ----------
    limit : float
        The logarithm of the distance below which it holds.
    unit : float
        The logarithm of u.
    power : float
    coefficients : tuple of float
        Of the polynomial, from the constant on, which is minus infinity where the density is zero.
    """

    limit: float
    unit: float
    power: float
    coefficients: tuple[float, ...]

    def log_density(self, log_distance: np.ndarray) -> np.ndarray:
        """The logarithm of the density at distances."""
        log_ratio = log_distance - self.unit
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(self.power * log_ratio + np.polynomial.polynomial.polyval(
                np.exp(np.minimum(log_ratio, 0.0)), self.coefficients))


@dataclass(frozen=True)
class Shape:
    """A density on an interval without singular points inside.

    Attributes
    ----------
    ends : (float, float)
    quantiles : ndarray, shape (15,)
        The points below which there is a sixteenth of its mass, two, ..., roughly.
    reach : (float, float)
        The smallest and largest points at which it was seen not to be zero.
    coordinate : Coordinate
    laws : tuple of (PowerLaw or None), of the lower and the upper end
    """

    ends: tuple[float, float]
    quantiles: np.ndarray
    reach: tuple[float, float]
    coordinate: Coordinate
    laws: tuple[PowerLaw | None, PowerLaw | None]

    @property
    def quartiles(self) -> np.ndarray:
        """The points below which there is a quarter, a half and three quarters, shape (3,)."""
        return self.quantiles[3::4]

    def before_laws(self, x: np.ndarray) -> np.ndarray:
        """Those of some points, (n,), that are not so close to a singular end that its law holds there."""
        kept = np.ones(len(x), dtype=bool)
        for end, law in zip(self.ends, self.laws, strict=True):
            if law is not None:
                kept &= np.abs(x - end) > np.exp(law.limit)
        return x[kept]


class Placed(PlacedMeasure):
    """The density in its coordinate."""

    def __init__(self, pdf: Density, shape: Shape, middle: tuple[float, float] | None = None) -> None:
        inf = np.inf
        self.pdf, self.shape, self.coordinates = pdf, shape, shape.coordinate
        first, median, last = self.coordinates.inverse(shape.quartiles).tolist()
        # The quartiles of a Gaussian are 1.35 deviations apart.
        self._median, self._scale = middle or (float(median), float(last - first) / 1.35)
        low, high = (float(end) for end in self.coordinates.place(np.array(self.span)).x)
        self.ends = shape.ends
        # Next to an end where the root is smooth a formula may fail, and nothing changes.
        beside = [0.0 if law else 1e-17 * float(shape.quartiles[2] - shape.quartiles[0]) for law in shape.laws]
        self.inside = np.nextafter(low + beside[0], inf), np.nextafter(high - beside[1], -inf)

    @property
    def center(self) -> float:
        """The median, roughly."""
        return self._median

    @property
    def scale(self) -> float:
        """The standard deviation, roughly."""
        return self._scale

    def log_density(self, place: Place) -> np.ndarray:
        """By the function, or by the laws of the ends where these are nearer than it, or floats, can tell."""
        first, inner, last = self.shape.quartiles
        distances = (place.log_below, place.log_above)
        near = [np.zeros(place.x.shape, dtype=bool) if law is None else distance < law.limit
                for law, distance in zip(self.shape.laws, distances, strict=True)]
        x = np.clip(np.where(near[0] | near[1], inner, place.x), self.inside[0], self.inside[1])
        with np.errstate(divide="ignore"):
            values = np.log(self.pdf(x.ravel()).reshape(x.shape))
        for law, distance, end, here in zip(self.shape.laws, distances, self.ends, near, strict=True):
            if law is not None:
                beside = ~here & (distance < law.unit)
                values[beside] -= self._rounded(x[beside] - end, distance[beside], end)
                values[here] = law.log_density(distance[here])
        # Where coordinates have the largest point, and tiny densities have few digits, nothing is left.
        values[(np.abs(place.x - inner) > 1e140 * (last - first)) | (values < -680.0)] = -np.inf
        return np.asarray(values)

    def _rounded(self, apart: np.ndarray, log_distance: np.ndarray, end: float) -> np.ndarray:
        """How much larger the logarithm of the density is at a float than at the distance that is meant."""
        if end == 0.0:
            return np.zeros(apart.shape)
        wider, nearer = apart * np.sqrt(2.0), apart * np.sqrt(0.5)
        with np.errstate(divide="ignore", invalid="ignore"):
            first, last = (np.log(self.pdf(end + places)) for places in (nearer, wider))
            slopes = (last - first) / np.log(2.0)
            moved = np.log(np.abs(apart)) - log_distance
        return np.where(np.isfinite(slopes), slopes * moved, 0.0)


def look_at(pdf: Density, low: float, high: float, places: Sequence[float]) -> Shape | None:
    """Look at a density between two ends; None if it is zero wherever it was looked at.

    Parameters
    ----------
    pdf : callable
        Points (n,) inside the interval -> values (n,).
    low, high : float
        The ends, which may be infinite.
    places : sequence of float
        Points near which something may happen.
    """
    found = _found(pdf, low, high, places)
    if found is None:
        return None
    quantiles, reach = found
    quartiles = quantiles[3::4]
    width = float(quartiles[2] - quartiles[0])
    inner = [place for place in places if low < place < high]
    laws = [None if np.isinf(end) else find_law(pdf, end, inwards, min(abs(nearest - end), width))
            for end, inwards, nearest in ((low, 1.0, min([*inner, high])), (high, -1.0, max([*inner, low])))]
    # An exponential tail is zero to floats 800 deviations away.
    far = _finite_values(pdf, quartiles[1] + 800.0 * width * np.array([-1.0, 1.0])) * width > 1e-298
    heavy = [bool(seen) and bool(np.isinf(end)) for seen, end in zip(far, (low, high), strict=True)]
    return Shape((low, high), quantiles, reach, _coordinate(low, high, quartiles, laws, heavy), (laws[0], laws[1]))


def _coordinate(low: float, high: float, quartiles: np.ndarray, laws: Sequence[PowerLaw | None],
                heavy: list[bool]) -> Coordinate:
    """The coordinate for ends with these laws and tails."""
    width = float(quartiles[2] - quartiles[0])
    if np.isinf(low) and np.isinf(high):
        return HyperbolicSine(float(quartiles[1]), width) if any(heavy) else Plain(low, high)
    if np.isinf(low):
        return Reflected(_coordinate(-high, np.inf, -quartiles[::-1], laws[::-1], heavy[::-1])) if (
            any(heavy) or laws[1] is not None) else Plain(low, high)
    if np.isinf(high):
        if laws[0] is None:
            return HyperbolicSine(low, width, above=True) if any(heavy) else Plain(low, high)
        return (Logarithm if any(heavy) else Softplus)(low, width)
    return Plain(low, high) if laws == [None, None] else Logit(low, high)


def _found(pdf: Density, low: float, high: float,
           places: Sequence[float]) -> tuple[np.ndarray, tuple[float, float]] | None:
    """The sixteenths of the mass, roughly, and between which points there is any; None if none is seen.

    Points are spaced geometrically about the ends, zero and the places, and then between those where the trapezoid rule
    is wrong.
    """
    anchors = np.array([point for point in (low, high, 0.0, *places) if np.isfinite(point) and low <= point <= high])
    if not len(anchors):
        anchors = np.zeros(1)
    # Fifty points a decade: a Gaussian seen at a fortieth of its distance from an anchor is no zero yet.
    steps = 10.0 ** np.arange(-16.0, 16.0, 0.02)
    steps = np.concatenate([-steps, steps])
    # Not where a function that takes a difference has no digits of it.
    x = np.unique(np.concatenate([places, *(anchor + steps[np.abs(steps) > 1e-9 * abs(anchor)]
                                            for anchor in anchors.tolist())]))
    x = x[(x > low) & (x < high)]
    values = _finite_values(pdf, x)
    for _ in range(60):
        middle = 0.5 * (x[:-1] + x[1:])
        fresh = (middle > x[:-1]) & (middle < x[1:])
        rough = 0.5 * (values[:-1] + values[1:]) * np.diff(x)
        # Where the two ends differ the trapezoid rule may be wrong by so much.
        doubt = 0.5 * np.abs(np.diff(values)) * np.diff(x)
        bad = fresh & (doubt > 1e-3 * rough.sum())
        if not bad.any():
            break
        more = middle[bad]
        order = np.argsort(np.append(x, more), kind="stable")
        x, values = np.append(x, more)[order], np.append(values, _finite_values(pdf, more))[order]
    masses = 0.5 * (values[:-1] + values[1:]) * np.diff(x)
    if not masses.sum() > 0.0:
        return None
    below = np.append(0.0, np.cumsum(masses)) / masses.sum()
    seen = x[values > 0.0]
    return np.interp(np.arange(1.0, 16.0) / 16.0, below, x), (float(seen[0]), float(seen[-1]))


def _finite_values(pdf: Density, x: np.ndarray) -> np.ndarray:
    """Values at points, and zero where they are none: the search for the mass does not depend on a few."""
    values = pdf.unchecked(x)
    return np.where(np.isfinite(values) & (values > 0.0), values, 0.0)


def _is_smooth(pdf: Density, end: float, inwards: float, room: float) -> bool:
    """Whether the root of a density is a polynomial of degree below 16 close to a point, on one side of it."""
    t, weights = gauss_legendre(PIECE_ORDER)
    for width in room * 4.0 ** -np.arange(6.0):
        roots = np.sqrt(_finite_values(pdf, end + inwards * 0.5 * width * (1.0 + t)))
        last = np.abs(legendre_transform(PIECE_ORDER)[-TRUNCATED:] @ (roots * np.sqrt(weights))).sum()
        # Of the root of a power d^a, a no even integer, the last are above 1e-11 for a below 7. Points are rounded.
        if last <= max(1e-11, 1e3 * EPS * abs(end) / width) * roots.max(initial=0.0):
            return True
    return False


def _vanishes(pdf: Density, end: float, inwards: float, room: float) -> float | None:
    """A distance below which a density is zero to floats, as exp(-1 / d) is, towards which it falls ever faster."""
    distances = room * 2.0 ** -np.arange(0.0, 48.0)
    values = _finite_values(pdf, end + inwards * distances)
    zero = int(np.argmax(values == 0.0))
    if zero < 4 or values[zero:].any():
        return None
    with np.errstate(divide="ignore"):
        powers = -np.diff(np.log(values[:zero]))
    return float(distances[zero]) if powers[-1] > 1.5 * powers[-2] > 15.0 * np.log(2.0) else None


def find_law(pdf: Density, end: float, inwards: float, room: float) -> PowerLaw | None:
    """The law of a density near a point, on one side; None if its root is smooth there.

    Raises
    ------
    ValueError
        If the power is not above minus one.
    """
    if (zero := _vanishes(pdf, end, inwards, room)) is not None:
        return PowerLaw(np.log(zero), np.log(room), 0.0, (-np.inf,))
    if _is_smooth(pdf, end, inwards, room):
        return None
    law = _fitted(pdf, end, inwards, room) if end else None
    # Without one it holds from where floats do not tell the distance any more, or where the function fails.
    nears = 10.0 ** -np.array([290.0, 200.0, 100.0, 50.0, 30.0, 20.0, 10.0]) if end == 0.0 else (
        4096.0 * np.spacing(abs(end)) * 4.0 ** np.arange(8.0))
    for near in nears.tolist():
        if law is not None:
            break
        x = end + inwards * near * np.array([1.0, 4.0, 16.0])
        values, distances = pdf.unchecked(x), np.abs(x - end)
        if not np.isfinite(values).all():
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            powers = np.diff(np.log(values)) / np.diff(np.log(distances))
        # Slopes of C d^a (1 + c d) between d, 4d and 16d: the error falls by four.
        log_distance, power = float(np.log(distances[0])), float((4.0 * powers[0] - powers[1]) / 3.0)
        # A zero vanishes faster than floats tell.
        law = PowerLaw(log_distance, float(np.log(room)), *(
            (power, (float(np.log(values[0])) + power * (np.log(room) - log_distance),)) if np.isfinite(power) else
            (0.0, (-np.inf,))))
    if law is None or not law.power > -1.0 + 1e-6:
        rise = "" if law is None else f", like the distance to the power {law.power:.4g}"
        raise ValueError(f"pdf must have a finite integral, got one that rises without bound towards {end:.6g}{rise}; "
                         f"take another support")
    return law


def _fitted(pdf: Density, end: float, inwards: float, room: float) -> PowerLaw | None:
    """A law that fits a density near an end that is not zero, to rounding; None if there is none."""
    # As far as a twentieth of the room polynomials of degree 10 have the logarithm of an analytic factor to rounding.
    unit, degree = 0.05 * room, 10
    wanted = unit * np.unique(np.concatenate([np.sin(0.5 * np.pi * np.arange(1.0, 41.0) / 40.0) ** 2,
                                              10.0 ** np.arange(-4.0, 0.0, 0.1)]))
    x = end + inwards * wanted
    distances, values = np.abs(x - end), pdf.unchecked(x)
    if not (np.isfinite(values) & (values > 0.0)).all():
        return None
    # A function finds the distance by a difference, perhaps of other numbers of the size of the end.
    noise = EPS * (4.0 + (abs(end) + room) / distances)
    ratio = distances / unit
    columns = np.column_stack([np.log(ratio), np.vander(ratio, degree + 1, increasing=True)])
    solution = np.linalg.lstsq(columns / noise[:, None], np.log(values) / noise, rcond=None)[0]
    if not (np.abs(columns @ solution - np.log(values)) <= 16.0 * noise).all():
        return None
    return PowerLaw(float(np.log(0.5 * unit)), float(np.log(unit)), float(solution[0]), tuple(solution[1:].tolist()))
