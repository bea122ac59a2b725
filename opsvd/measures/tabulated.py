"""Densities as tables of polynomials on pieces of a coordinate."""

from collections.abc import Callable
from dataclasses import astuple
from functools import cached_property
from typing import Any

import numpy as np

from .._support.arrays import read_only
from .._support.floats import EPS, TINY
from ..quadrature import PIECE_ORDER, Distribution, composite_gauss_legendre, gauss_legendre, place_between
from ..quadrature.legendre import TRUNCATED, legendre_sum, legendre_transform
from .coordinates import Coordinate, HyperbolicSine, Logarithm, Logit, Plain, Reflected, Softplus
from .focused import Focused
from .line import LineMeasure

_KINDS: tuple[type[Any], ...] = (Plain, Logit, Softplus, Logarithm, HyperbolicSine)


class Tabulated(LineMeasure):
    r"""A measure whose root of the density is a polynomial of degree below 16 on each of some pieces.

    Each polynomial is good to 1e-13 of its own largest value, so that the density has digits where it is tiny too.
    All of it is numbers: the measure can be saved.

    Parameters
    ----------
    kind : ndarray, shape (5,), or (6 + 2 peaks,)
        The coordinate, as `coordinate_numbers` gives it.
    panels : ndarray, shape (n + 1,)
        Ends of the pieces of t.
    coefficients : ndarray, shape (16, n)
        Of Legendre polynomials orthonormal on [-1, 1].
    edges : ndarray, shape (m,)
        Where the density breaks.
    middle : ndarray, shape (2,)
        The center and the scale of t.
    """

    arguments = ("kind", "panels", "coefficients", "edges", "middle")

    def __init__(self, kind: np.ndarray, panels: np.ndarray, coefficients: np.ndarray, edges: np.ndarray,
                 middle: np.ndarray) -> None:
        self.kind, self.panels, self.coefficients, self.edges, self.middle = map(
            read_only, (kind, panels, coefficients, edges, middle))
        self.coordinates = _coordinate(self.kind)
        if isinstance(self.coordinates, Focused):    # polynomials are no basis where there are narrow peaks
            self.most_polynomials = 0.0
        nodes, _ = composite_gauss_legendre(self.panels, PIECE_ORDER)
        self._largest = self.sqrt_density(nodes).reshape(-1, PIECE_ORDER).max(axis=1)

    def __repr__(self) -> str:
        """Say how large the table is."""
        return f"Tabulated({len(self.panels) - 1} pieces)"

    @property
    def plain(self) -> bool:
        """Whether the coordinate is x itself."""
        return isinstance(self.coordinates, Plain)

    @property
    def span(self) -> tuple[float, float]:
        """That of the coordinate."""
        return self.coordinates.span

    @property
    def center(self) -> float:
        """The median of the coordinate, roughly."""
        return float(self.middle[0])

    @property
    def scale(self) -> float:
        """The standard deviation of the coordinate, roughly."""
        return float(self.middle[1])

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density of t; zero outside of the table."""
        t = np.asarray(t, dtype=np.float64)
        piece = np.clip(np.searchsorted(self.panels, t, side="right") - 1, 0, len(self.panels) - 2)
        place = place_between(self.panels[piece], self.panels[piece + 1], t)
        inside = np.abs(place) <= 1.0
        values = legendre_sum(self.coefficients[:, piece], np.where(inside, place, 0.0))
        return np.where(inside, np.maximum(values, 0.0), 0.0)

    @cached_property
    def distribution(self) -> Distribution:
        """From the pieces: others might miss narrow peaks."""
        low, high = self.box(1e-20)
        return Distribution(self.sqrt_density, self.panels[(self.panels >= low) & (self.panels <= high)])

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t."""
        return self.coordinates.points(np.asarray(t, dtype=np.float64))

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The coordinates t of points x."""
        return self.coordinates.inverse(x)

    def logarithmic_slope(self, t: np.ndarray) -> np.ndarray:
        """By the slope of the map."""
        return self.coordinates.logarithmic_slope(np.asarray(t, dtype=np.float64))

    def box(self, tol: float) -> tuple[float, float]:
        """The pieces on which the root of the density times the scale exceeds tol."""
        dense = np.flatnonzero(self._largest * np.sqrt(self.scale) > tol)
        return float(self.panels[dense[0]]), float(self.panels[dense[-1] + 1])


def tabulated(root: Callable[[np.ndarray], np.ndarray], coordinates: Coordinate, panels: np.ndarray, edges: np.ndarray,
              middle: tuple[float, float]) -> tuple[Tabulated, float]:
    """The measure of a root of a density, (n,) -> (n,), normalised, and the mass that it had.

    Raises
    ------
    ValueError
        If the density is not smooth on 4000 pieces.
    """
    for tol in (1e-13, 1e-11, 1e-9):    # densities have no more digits than those of their formulas
        found = _resolved(root, panels, middle[1], tol, coordinates.rounding)
        if found is not None:
            break
    else:
        raise ValueError("pdf must be smooth between some 4000 points, but what it returned is not, to nine digits; "
                         "smooth it, or pass samples")
    ends, coefficients = found
    mass = float(0.5 * np.diff(ends) @ np.sum(coefficients**2, axis=0))
    if mass == 0.0:
        return Tabulated(coordinate_numbers(coordinates), ends, coefficients, edges, np.array(middle)), 0.0
    return Tabulated(coordinate_numbers(coordinates), ends, coefficients / np.sqrt(mass), edges, np.array(middle)), mass


def _resolved(root: Callable[[np.ndarray], np.ndarray], panels: np.ndarray, scale: float,
              tol: float, rounding: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
    """Ends of pieces that resolve a function, each to a part of its own largest value, and coefficients, (16, n)."""
    t, weights = gauss_legendre(PIECE_ORDER)
    waiting, done = np.stack([panels[:-1], panels[1:]], axis=1), []
    while len(waiting):
        left, right = waiting.T
        half = 0.5 * (right - left)
        nodes = np.where(t < 0.0, left[:, None] + half[:, None] * (1.0 + t), right[:, None] - half[:, None] * (1.0 - t))
        values = root(nodes.ravel()).reshape(nodes.shape)
        coefficients = legendre_transform(PIECE_ORDER) @ (values * np.sqrt(weights)).T
        largest, least = values.max(axis=1), values.min(axis=1)
        missed = np.abs(coefficients[-TRUNCATED:]).sum(axis=0)
        # Of exp(-L) an error of L is left, and of nodes their rounding.
        logs = np.abs(np.log(np.maximum(largest * np.sqrt(scale), 1e-300)))
        steps = np.maximum(np.diff(nodes, axis=1), TINY)    # nodes of a piece between two floats may be one
        slopes = np.abs(np.diff(values, axis=1) / steps).max(axis=1)
        far = np.maximum(rounding(left), rounding(right))
        noise = 8.0 * EPS * (largest * (1.0 + logs) + slopes * far)
        # On wide pieces the least value is to have digits as well, unless it is nothing.
        steep = (least < 1e-4 * largest) & (half > 0.05 * scale)
        empty = largest * np.sqrt(scale) < 1e-145
        narrow = half <= 32.0 * EPS * far + 1e-17 * scale
        good = empty | narrow | ((missed <= np.maximum(tol * largest, noise)) & ~steep)
        done += [(left[i], right[i], coefficients[:, i] * ~empty[i]) for i in np.flatnonzero(good)]
        middle = 0.5 * (left + right)[~good]
        waiting = np.concatenate([np.stack([left[~good], middle], axis=1), np.stack([middle, right[~good]], axis=1)])
        if len(done) + len(waiting) > 4000:
            return None
    done.sort(key=lambda piece: piece[0])
    return (np.array([*(piece[0] for piece in done), done[-1][1]]),
            np.stack([piece[2] for piece in done], axis=1))


def coordinate_numbers(coordinate: Coordinate) -> np.ndarray:
    """Numbers that stand for a coordinate: which it is, whether turned, and its parameters; then those of peaks."""
    if isinstance(coordinate, Focused):
        return np.array([*coordinate_numbers(coordinate.base), coordinate.unit, *coordinate.places, *coordinate.widths])
    turned = isinstance(coordinate, Reflected)
    plain: Any = coordinate.other if isinstance(coordinate, Reflected) else coordinate
    numbers = [float(number) for number in astuple(plain)]
    return np.array([_KINDS.index(type(plain)), turned, *numbers, 0.0][:5])


def _coordinate(kind: np.ndarray) -> Coordinate:
    """The inverse of `coordinate_numbers`."""
    number, turned, *parameters = kind[:5].tolist()
    which = _KINDS[int(number)]
    coordinate: Coordinate = which(*parameters[:2], *([bool(parameters[2])] if which is HyperbolicSine else []))
    base = Reflected(coordinate) if turned else coordinate
    if len(kind) == 5:
        return base
    unit, *peaks = kind[5:].tolist()
    count = len(peaks) // 2
    return Focused(base, unit, tuple(peaks[:count]), tuple(peaks[count:]))
