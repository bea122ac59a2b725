"""Distribution functions and their inverses, from a density on an interval."""

from collections.abc import Callable

import numpy as np

from .._support.floats import EPS
from .gauss_legendre import composite_gauss_legendre, place_between
from .legendre import legendre_analysis
from .pieces import PIECE_ORDER, Pieces, find_pieces


class Distribution:
    r"""The distribution function :math:`F(t) = \int^t \rho` of a density, and its inverse.

    The density is a polynomial of degree below 16 on each of up to 4000 pieces, to 1e-14 of its largest value, or what
    digits it has.

    Parameters
    ----------
    sqrt_density : callable
        Points (n,) -> roots of the density (n,).
    edges : ndarray
        Increasing: the interval, and points at which the density breaks.

    Attributes
    ----------
    edges : ndarray, shape (pieces + 1,)
    mass : float
        The integral of the density over the interval.
    """

    def __init__(self, sqrt_density: Callable[[np.ndarray], np.ndarray], edges: np.ndarray) -> None:
        width = float(edges[-1] - edges[0])
        for tol in (1e-14, 1e-12, 1e-10):    # densities of large parameters have no more digits than that
            pieces = find_pieces(lambda t: sqrt_density(t)[:, None] ** 2, np.ones_like, Pieces(edges, edges[1:-1]), tol,
                                 search_width=0.02 * width, limit=4000, unit=1e-3 * width)
            if pieces is not None:
                break
        else:
            raise ValueError("the density must be smooth between 4000 points, but it is not; smooth it, or pass "
                             "samples")
        self.edges = pieces.edges
        nodes, weights = composite_gauss_legendre(self.edges, PIECE_ORDER)
        values = sqrt_density(nodes).reshape(-1, PIECE_ORDER) ** 2
        masses = np.sum(values * weights.reshape(values.shape), axis=1)
        self.mass = float(masses.sum())
        self._below = np.append(0.0, np.cumsum(masses))
        self._above = np.append(np.cumsum(masses[::-1])[::-1], 0.0)
        half = 0.5 * np.diff(self.edges)[:, None]
        # Of the density by the place in a piece, from -1 to 1; and of its integral from -1.
        self._density = (values @ legendre_analysis(PIECE_ORDER).T * half).T
        self._integral = np.polynomial.legendre.legint(self._density, lbnd=-1)

    def __call__(self, t: np.ndarray) -> np.ndarray:
        """F(t), shape as t."""
        t = np.clip(np.asarray(t, dtype=np.float64), self.edges[0], self.edges[-1])
        piece = np.clip(np.searchsorted(self.edges, t, side="right") - 1, 0, len(self.edges) - 2)
        place = place_between(self.edges[piece], self.edges[piece + 1], t)
        return np.asarray((self._below[piece] + _series(self._integral, piece, place)) / self.mass)

    def inverse(self, p: np.ndarray) -> np.ndarray:
        """The t with F(t) = p, shape as p, from 0 to 1; by bisection and Newton steps."""
        p = np.clip(np.asarray(p, dtype=np.float64), 0.0, 1.0)
        flat = p.ravel()
        # From the nearer end, where the part above is 1 - p.
        piece = np.where(flat < 0.5, np.searchsorted(self._below, flat * self.mass, side="right") - 1,
                         len(self._above) - 1 - np.searchsorted(self._above[::-1], (1.0 - flat) * self.mass))
        piece = np.clip(piece, 0, len(self.edges) - 2)
        rest = np.where(flat < 0.5, flat * self.mass - self._below[piece],
                        _mass_of(self._integral, piece) - ((1.0 - flat) * self.mass - self._above[piece + 1]))
        low, high = np.full(len(flat), -1.0), np.full(len(flat), 1.0)
        place = np.zeros(len(flat))
        moving = np.arange(len(flat))
        for _ in range(60):    # bisection alone comes to rounding in so many
            here, owner = place[moving], piece[moving]
            value, slope = _series(self._integral, owner, here) - rest[moving], _series(self._density, owner, here)
            low[moving], high[moving] = np.where(value < 0.0, (here, high[moving]), (low[moving], here))
            newton = here - value / np.where(slope > 0.0, slope, np.inf)
            # A step of zero stays: its place is an end of the interval that is left, and not to be bisected.
            between = (newton >= low[moving]) & (newton <= high[moving]) & (slope > 0.0)
            place[moving] = np.where(between, newton, 0.5 * (low[moving] + high[moving]))
            moving = moving[np.abs(place[moving] - here) > 4.0 * EPS]
            if not len(moving):
                break
        left, right = self.edges[piece], self.edges[piece + 1]
        half = 0.5 * (right - left)
        t = np.where(place < 0.0, left + half * (1.0 + place), right - half * (1.0 - place))
        return np.asarray(t.reshape(p.shape))


def _series(coefficients: np.ndarray, piece: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Legendre series of pieces, coefficients (degrees, pieces), at places in these."""
    return np.asarray(np.polynomial.legendre.legval(place, coefficients[:, piece], tensor=False))


def _mass_of(integral: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """The masses of pieces: all Legendre polynomials are one at the end."""
    return np.asarray(integral.sum(axis=0)[piece])
