"""Densities as tables of polynomials on pieces of a coordinate."""

from collections.abc import Callable
from dataclasses import astuple
from functools import cached_property
from typing import Any

import numpy as np

from .._support.arrays import read_only
from .._support.floats import EPS, TINY
from ..quadrature import PIECE_ORDER, Distribution, composite_gauss_legendre, gauss_legendre, on_panels, place_between
from ..quadrature.legendre import TRUNCATED, legendre_sum, legendre_transform, orthonormal_legendre
from .coordinates import Coordinate, HyperbolicSine, Logarithm, Logit, Plain, Reflected, Softplus
from .focused import Focused
from .placed import CoordinateMeasure

_KINDS: tuple[type[Any], ...] = (Plain, Logit, Softplus, Logarithm, HyperbolicSine)


class Tabulated(CoordinateMeasure):
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
    uncertainty : float, default 0
        How far the root of the density is from that of the table; see `Measure`.
    """

    arguments = ("kind", "panels", "coefficients", "edges", "middle", "uncertainty")

    def __init__(self, kind: np.ndarray, panels: np.ndarray, coefficients: np.ndarray, edges: np.ndarray,
                 middle: np.ndarray, *, uncertainty: float = 0.0) -> None:
        # Tables of smooth densities are good to half of this, as all is.
        self.uncertainty = float(uncertainty) if uncertainty > 16.0 * EPS else 0.0
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

    def box(self, tol: float) -> tuple[float, float]:
        """The pieces on which the root of the density times the scale exceeds tol."""
        dense = np.flatnonzero(self._largest * np.sqrt(self.scale) > tol)
        return float(self.panels[dense[0]]), float(self.panels[dense[-1] + 1])


def tabulated(root: Callable[[np.ndarray], np.ndarray], coordinates: Coordinate, panels: np.ndarray, edges: np.ndarray,
              middle: tuple[float, float]) -> tuple[Tabulated, float] | None:
    """The measure of a root of a density, (n,) -> (n,), normalised, and the mass that it had.

    None if the density is not smooth on 4000 pieces, to five digits.
    """
    # Densities have no more digits than those of their formulas, and some have none far out, where they are nothing.
    for tol, faint in ((1e-13, 0.0), (1e-11, 0.0), (1e-9, 0.0), (1e-11, 1e-15), (1e-9, 1e-13), (1e-7, 1e-11),
                       (1e-5, 1e-9)):
        found = _resolved(root, panels, middle[1], (tol, faint), coordinates.rounding)
        if found is not None:
            break
    else:
        return None
    ends, coefficients, misfit = found
    mass = float(0.5 * np.diff(ends) @ np.sum(coefficients**2, axis=0))
    unit = np.sqrt(mass) or 1.0
    return Tabulated(coordinate_numbers(coordinates), ends, coefficients / unit, edges, np.array(middle),
                     uncertainty=misfit / (mass or 1.0)), mass


def _resolved(root: Callable[[np.ndarray], np.ndarray], panels: np.ndarray, scale: float,
              tolerances: tuple[float, float], rounding: Callable[[np.ndarray], np.ndarray],
              ) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Ends of pieces that resolve a function, coefficients, (16, n), and its inner product with what they miss of it.

    Tolerances are relative to the largest value on a piece, and to the root of the density at a distance of the scale.
    """
    tol, faint = tolerances
    waiting, done = np.stack([panels[:-1], panels[1:]], axis=1), []
    while len(waiting):
        left, right = waiting.T
        half, far = 0.5 * (right - left), np.maximum(rounding(left), rounding(right))
        values, coefficients, missed, misfit = _interpolated(root, waiting, far)
        largest, least = values.max(axis=1), values.min(axis=1)
        # Of exp(-L) an error of L is left, and of nodes their rounding.
        logs = np.abs(np.log(np.maximum(largest * np.sqrt(scale), 1e-300)))
        # Nodes of a piece between two floats may be one.
        steps = np.maximum(half[:, None] * np.diff(gauss_legendre(PIECE_ORDER)[0]), TINY)
        slopes = np.abs(np.diff(values, axis=1) / steps).max(axis=1)
        noise = 8.0 * EPS * (largest * (1.0 + logs) + slopes * far)
        # On wide pieces the least value is to have digits as well, unless it is nothing.
        steep = (least < 1e-4 * largest) & (half > 0.05 * scale)
        empty = largest * np.sqrt(scale) < 1e-145
        narrow = half <= 32.0 * EPS * far + 1e-17 * scale
        exact = (missed <= np.maximum(tol * largest, noise)) & ~steep
        good = empty | narrow | exact | (missed * np.sqrt(scale) <= faint)
        done += [(left[i], right[i], coefficients[:, i] * ~empty[i], misfit[i]) for i in np.flatnonzero(good)]
        middle = 0.5 * (left + right)[~good]
        waiting = np.concatenate([np.stack([left[~good], middle], axis=1), np.stack([middle, right[~good]], axis=1)])
        if len(done) + len(waiting) > 4000:
            return None
    done.sort(key=lambda piece: piece[0])
    return (np.array([*(piece[0] for piece in done), done[-1][1]]),
            np.stack([piece[2] for piece in done], axis=1), float(sum(piece[3] for piece in done)))


def _interpolated(root: Callable[[np.ndarray], np.ndarray], pieces: np.ndarray,
                  far: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of a function on pieces, (n, 2): values (n, 16), coefficients (16, n), what these miss, and the integral of both.

    What they miss is told by the last of them, and at other points: nodes of another rule, and next to the ends, where
    a kink may be that is beyond the outermost nodes. Ends are rounded like `far`, (n,).
    """
    left, right = pieces[:, :1], pieces[:, 1:]
    (t, weights), others = gauss_legendre(PIECE_ORDER), gauss_legendre(9)
    beside = np.minimum(16.0 * EPS * far[:, None], 0.5e-3 * (right - left))
    checks, lebesgue = on_panels(left, right, *others)
    x = np.concatenate([on_panels(left, right, t, weights)[0], checks, left + beside, right - beside], axis=1)
    values, checked = np.split(root(x.ravel()).reshape(x.shape), [PIECE_ORDER], axis=1)
    coefficients = legendre_transform(PIECE_ORDER) @ (values * np.sqrt(weights)).T
    polynomials = orthonormal_legendre(np.append(others[0], (-1.0, 1.0)), PIECE_ORDER)
    apart = np.abs(checked - (polynomials @ coefficients).T)
    # What rounding at the nodes becomes at these points, and that of the value there.
    amplified = 1.0 + np.abs(polynomials @ legendre_transform(PIECE_ORDER) * np.sqrt(weights)).sum(axis=1)
    missed = np.maximum(np.abs(coefficients[-TRUNCATED:]).sum(axis=0), (apart / amplified).max(axis=1))
    misfit = lebesgue * (apart * np.abs(checked))[:, :len(others[0])]
    return values, coefficients, missed, misfit.sum(axis=1)


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
