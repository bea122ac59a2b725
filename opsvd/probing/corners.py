"""Points where curves of breaks meet: slices near one differ on strips beside it that lie between all nodes."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Corners:
    r"""Points (x, y) where two curves of breaks meet, of which y are edges of panels.

    A slice at a distance d from x has its strip about :math:`d^p` from y: p is one where curves cross, 1/2 where one
    turns back, and up to 3 where two touch or end in a cusp. So slices far away need not be looked at closely.

    Attributes
    ----------
    x, y : ndarray, shape (k,)
    scale_x, scale_y : float
        Of the measures: distances are relative to these.
    """

    x: np.ndarray = field(default_factory=lambda: np.zeros(0))
    y: np.ndarray = field(default_factory=lambda: np.zeros(0))
    scale_x: float = 1.0
    scale_y: float = 1.0

    def __len__(self) -> int:
        """How many there are."""
        return len(self.x)

    def halvings(self, x: np.ndarray, ends: np.ndarray, widths: np.ndarray) -> np.ndarray:
        """How many halvings of panels reach as near to their ends as strips may be: (m,), zero where y is no corner.

        Parameters
        ----------
        x, ends, widths : ndarray, shape (m,)
            The slice of each panel, one of its ends, and its width.
        """
        steepness = 8    # strips may be so many halvings nearer than curves of slope one would make them
        most = 40    # what is narrower than 2^-40 of a panel is below 1e-6 of a norm
        edges, place = np.unique(self.y, return_inverse=True)
        there = np.minimum(np.searchsorted(edges, ends), max(len(edges) - 1, 0))
        count = np.zeros(len(ends))
        near = np.flatnonzero(edges[there] == ends) if len(edges) else np.zeros(0, dtype=np.intp)
        # The points at each edge, in a table that is filled up with points infinitely far away.
        order = np.argsort(place, kind="stable")
        column = np.arange(len(order)) - np.searchsorted(place[order], place[order])
        table = np.full((len(edges), int(column.max(initial=0)) + 1), np.inf)
        table[place[order], column] = self.x[order]
        distance = np.abs(table[there[near]] - x[near, None]).min(axis=1) / self.scale_x
        with np.errstate(divide="ignore"):
            count[near] = np.log2(widths[near] / self.scale_y) - 3.0 * np.log2(np.minimum(distance, 1.0)) + steepness
        return np.clip(np.ceil(count), 0.0, most)


NO_CORNERS = Corners()
"""None are known."""
