"""phi(w), filtered in log|w| near its breaks: what the trapezoid rule in log|x| may take in its place.

A filter in log z of the mean of phi(z t) over t is the mean of the filtered phi, so that one table serves all degrees.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..quadrature import FILTER_WINDOW, Pieces, band_limited, gauss_legendre, legendre_analysis, on_panels
from .profile import Profile, edges_beyond, rough_spans

# Nodes on a panel, as on the pieces of phi.
_ORDER = 16


@dataclass(frozen=True, eq=False)
class FilteredProfile:
    """The even and the odd part of a filtered phi, as Legendre series on panels in log|w|.

    Attributes
    ----------
    left, right : ndarray, shape (panels,)
        The ends of the panels, increasing; between some there are gaps, where phi needs no filter.
    coefficients : ndarray, shape (panels, 16, 2)
    edges : ndarray
        Ends of panels on which rules with sixteen nodes are exact.
    """

    left: np.ndarray
    right: np.ndarray
    coefficients: np.ndarray
    edges: np.ndarray

    def covers(self, s: np.ndarray) -> np.ndarray:
        """Whether points (...) are on a panel."""
        panel = np.searchsorted(self.left, s, side="right") - 1
        return np.asarray((panel >= 0) & (s <= self.right[np.maximum(panel, 0)]))

    def __call__(self, s: np.ndarray) -> np.ndarray:
        """The parts at points (n,) on the panels: (2, n)."""
        panel = np.searchsorted(self.left, s, side="right") - 1
        place = (2.0 * s - self.left[panel] - self.right[panel]) / (self.right[panel] - self.left[panel])
        basis = np.polynomial.legendre.legvander(place, _ORDER - 1)
        return np.asarray(np.einsum("ni,nij->jn", basis, self.coefficients[panel]))


def filtered_profile(profile: Profile, pieces: Pieces, step: float, tol: float,
                     importance: Callable[[np.ndarray], np.ndarray]) -> FilteredProfile | None:
    """Filter phi for the trapezoid rule with a step; None if there is no need to, or phi grows too fast for it.

    Parameters
    ----------
    profile : Profile
    pieces : Pieces
        Where phi is smooth, in log|w|, as far as it matters.
    step : float
    tol : float
    importance : callable
        How much phi matters at points in log|w|.
    """
    left, right, edges, tables = [], [], [], []
    for low, high in _windows(pieces, step):
        # The fastest wave that the filter passes has two steps: the table has panels of half of it.
        ends = np.linspace(low, high, int(np.ceil((high - low) / step)) + 1)
        nodes, _ = on_panels(ends[:-1, None], ends[1:, None], *gauss_legendre(_ORDER))
        if (smooth := edges_beyond(profile, pieces, ends, step=step, tol=tol, importance=importance)) is None:
            return None
        # By 2000 points at once, against some hundred nodes: a few megabytes.
        values = np.concatenate([band_limited(profile.finite, some, step, smooth) for some in
                                 np.array_split(nodes.ravel(), nodes.size // 2000 + 1)])
        tables.append(legendre_analysis(_ORDER) @ values.reshape(*nodes.shape, 2))
        left.append(ends[:-1])
        right.append(ends[1:])
        # A rule of 16 nodes is exact on panels of one and a half waves.
        edges.append(np.linspace(low, high, int(np.ceil((high - low) / (3.0 * step))) + 1))
    if not tables:
        return None
    others = [e for e in pieces.edges if not any(part[0] <= e <= part[-1] for part in edges)]
    return FilteredProfile(np.concatenate(left), np.concatenate(right), np.concatenate(tables),
                           np.unique(np.concatenate([others, *edges])))


def _windows(pieces: Pieces, step: float) -> Iterator[tuple[float, float]]:
    """Intervals around rough places as wide as the filter, joined where they meet, up to the end of the pieces."""
    spans, reach = rough_spans(pieces, step), FILTER_WINDOW * step
    low, high = spans[np.argsort(spans[:, 0])].T
    low, high = low - reach, np.minimum(np.maximum.accumulate(high) + reach, pieces.edges[-1])
    first, last = low > np.append(-np.inf, high[:-1]), np.append(low[1:], np.inf) > high
    return zip(low[first], high[last], strict=True)
