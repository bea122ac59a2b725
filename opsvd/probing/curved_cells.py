r"""A kernel of numbers on cells between curves: what stands for it where it breaks along curves, from few slices.

Panels divide the interval of x. On a panel the slices h(x_i, .) at the Gauss-Legendre nodes are split where they break.
If all have as many breaks, polynomials in x through these are curves. Between two curves a place t from -1 to 1 is
carried from slice to slice, and h is a polynomial in x and t on each of a few cells.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..quadrature import PIECE_ORDER, bent_places, legendre_sum, place_between
from ..quadrature.legendre import orthonormal_legendre


class CurvedPanel(NamedTuple):
    """What stands for h on a panel in x.

    bend: at which ends functions are smooth in the root of the distance: see `opsvd.quadrature.rooted`.
    curves: orthonormal Legendre coefficients in x, or in its place by the bend, (n, c), of both ends of the interval of
        y and the breaks between.
    region, low, high: of each cell, the number of the curve below it, and its ends in t.
    cells: orthonormal Legendre coefficients of h times the roots of the densities, (cells, n, PIECE_ORDER).
    missed: the operator norm of what it is expected to miss.
    misplaced: the Hilbert-Schmidt norm of what lies between its curves and where h jumps.
    """

    left: float
    right: float
    bend: int
    curves: np.ndarray
    region: np.ndarray
    low: np.ndarray
    high: np.ndarray
    cells: np.ndarray
    missed: float
    misplaced: float

    def located(self, curves: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where points y (n,) are between curves (c, n) there: cells, places on these, and whether y is in the box."""
        region = np.clip(np.sum(curves <= y, axis=0) - 1, 0, len(curves) - 2)
        at = np.arange(len(y))
        t = np.clip(place_between(curves[region, at], curves[region + 1, at], y), -1.0, 1.0)
        # One number for region and place: a region is four wide, of which cells fill two.
        cell = np.searchsorted(4.0 * self.region + self.low, 4.0 * region + t, side="right") - 1
        return cell, place_between(self.low[cell], self.high[cell], t), (y >= curves[0]) & (y <= curves[-1])


@dataclass(frozen=True, eq=False)
class CurvedCells:
    r"""What stands for a kernel times the roots of the densities, :math:`h \sqrt{\rho_x \rho_y}`, on a box.

    Attributes
    ----------
    panels : list
        By increasing x.
    missed : float
        The operator norm of what slices show that they miss.
    """

    panels: list[CurvedPanel]
    missed: float = 0.0

    @property
    def misplaced(self) -> float:
        """The Hilbert-Schmidt norm of what lies between curves and where h jumps, whose operator norm is less."""
        return math.hypot(*(panel.misplaced for panel in self.panels))

    @property
    def edges(self) -> np.ndarray:
        """The ends of the panels in x."""
        return np.array([panel.left for panel in self.panels] + [self.panels[-1].right])

    def curves(self, panel: int, x: np.ndarray) -> np.ndarray:
        """Where the ends of y and the curves of a panel are at points x (n,): shape (c, n)."""
        part = self.panels[panel]
        t = bent_places(np.array(part.left), np.array(part.right), np.array(part.bend), x)
        return np.asarray((orthonormal_legendre(t, len(part.curves)) @ part.curves).T)

    def __call__(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Values at pairs of coordinates, both (n,); zero outside the box."""
        edges = self.edges
        number = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(self.panels) - 1)
        order = np.argsort(number, kind="stable")
        number, there, y = number[order], x[order], y[order]
        bends = np.array([part.bend for part in self.panels])
        functions = orthonormal_legendre(bent_places(edges[number], edges[number + 1], bends[number], there),
                                         max(len(part.curves) for part in self.panels)).T
        inside, place = (there >= edges[0]) & (there <= edges[-1]), np.empty(len(x))
        # Coefficients of the polynomials in the place on a cell, those of one cell side by side.
        sums, starts = np.empty((PIECE_ORDER, len(x))), np.searchsorted(number, np.arange(len(self.panels) + 1))
        for part, some in zip(self.panels, map(slice, starts[:-1], starts[1:]), strict=True):
            if some.start < some.stop:
                along_x = functions[:len(part.curves), some]
                cell, found, within = part.located(part.curves.T @ along_x, y[some])
                by_cell = np.argsort(cell, kind="stable")
                order[some], place[some], inside[some] = order[some][by_cell], found[by_cell], (
                    inside[some] & within)[by_cell]
                cell, along_x = cell[by_cell], along_x[:, by_cell]
                ends = np.concatenate([[0], np.flatnonzero(np.diff(cell)) + 1, [len(cell)]])
                for low, high in pairwise(ends.tolist()):
                    np.matmul(part.cells[cell[low]].T, along_x[:, low:high],
                              out=sums[:, some.start + low:some.start + high])
        values = np.empty(len(x))
        values[order] = np.where(inside, legendre_sum(sums, place), 0.0)
        return values
