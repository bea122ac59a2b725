"""Piecewise polynomials on panels, times the inverse square root of the density."""

import numpy as np

from ..measures import LineMeasure
from ..quadrature import (
    BENDS,
    bent_nodes,
    bent_places,
    bent_rule,
    graded_towards_roots,
    on_panels,
    orthonormal_legendre,
)
from .base import LineBasis


class PanelBasis(LineBasis):
    r"""Lagrange functions :math:`l_i(x) / \sqrt{\lambda_i \rho(x)}` on panels, orthonormal in :math:`L^2(\mu)`.

    On every panel [e_p, e_{p+1}] the Lagrange polynomials of the Gauss-Legendre nodes are orthogonal, with squared
    norm :math:`\lambda_i`; divided by :math:`\sqrt\rho` they are orthonormal for mu exactly, whatever its density.
    Coefficients are the samples :math:`\sqrt{w_i} f(x_i)` themselves: Galerkin and Nystrom are one.

    Parameters
    ----------
    measure : LineMeasure
    edges : ndarray, shape (panels + 1,)
        Increasing; outside of them the functions are zero.
    order : int
        Nodes on a panel.
    roots : ndarray, shape (r, 2), optional
        Edges c at which functions are smooth in :math:`|x - c|^{1/2}`, and the side: 1 for x > c, -1 for x < c. On the
        panel there they are polynomials in that root, and the nodes are those of Gauss and Jacobi: see
        `opsvd.quadrature.rooted`.
    """

    arguments = ("edges", "order", "roots")

    def __init__(self, measure: LineMeasure, edges: np.ndarray, order: int, roots: np.ndarray | tuple[()] = ()) -> None:
        self.measure = measure
        self.edges = np.asarray(edges, dtype=np.float64)
        self.order, self.roots = order, np.asarray(roots, dtype=np.float64).reshape(-1, 2)
        self.bends = bends_of(self.edges, self.roots)
        nodes, weights = on_panels(self.edges[:-1, None], self.edges[1:, None], *bent_nodes(order, self.bends))
        self.rule = measure.rule(nodes.ravel(), weights.ravel())

    def same(self, other: "PanelBasis | None") -> bool:
        """Whether another basis of the measure has the same functions."""
        return other is not None and np.array_equal(self.edges, other.edges) and np.array_equal(self.bends, other.bends)

    def common(self, other: "PanelBasis | None") -> tuple[np.ndarray, np.ndarray]:
        """The numbers of panels whose functions another basis has as well, and their numbers there."""
        if other is None:
            return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
        place = np.minimum(np.searchsorted(other.edges, self.edges), len(other.edges) - 1)
        there = other.edges[place] == self.edges
        new = np.flatnonzero(there[:-1] & there[1:] & (np.diff(place) == 1))
        new = new[other.bends[place[new]] == self.bends[new]]
        return new, place[new]

    @property
    def pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """The edges, and the roots."""
        return self.edges, self.roots

    @property
    def size(self) -> int:
        """Panels times order."""
        return len(self.rule)

    @property
    def panels(self) -> np.ndarray:
        """The edges, and more of them towards roots."""
        return graded_towards_roots(self.edges, self.bends) if self.bends.any() else self.edges

    def located(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The panel of each point, and its place there, from -1 to 1, in the root if there is one: shapes as x.

        Points outside belong to the nearest panel.
        """
        panel = np.clip(np.searchsorted(self.edges, x, side="right") - 1, 0, len(self.edges) - 2)
        return panel, bent_places(self.edges[panel], self.edges[panel + 1], self.bends[panel], x)

    def local(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""The panel of each point, shape (n,), and the half-densities of its functions there, shape (n, order).

        Points outside belong to the nearest panel, where the functions are zero for them.
        """
        panel, z = self.located(x)
        inside = (x >= self.edges[0]) & (x <= self.edges[-1])
        local = self.from_legendre(orthonormal_legendre(np.where(inside, z, 0.0), self.order), panel)
        local *= (inside * np.sqrt(2.0 / np.diff(self.edges)[panel]))[:, None]
        return panel, local

    def from_legendre(self, sums: np.ndarray, panel: np.ndarray) -> np.ndarray:
        """Sums of the functions of panels, (n,), from those of Legendre polynomials of the places: (n, order)."""
        if not self.bends.any():
            return np.asarray(sums @ bent_rule(self.order, 0).functions)
        found, bends = np.empty_like(sums), self.bends[panel]
        for bend in BENDS:
            found[bends == bend] = sums[bends == bend] @ bent_rule(self.order, bend).functions
        return found

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Interpolate within the panel of each point; zero outside the panels."""
        x = np.asarray(x, dtype=np.float64)
        panel, local = self.local(x.ravel())
        values = np.zeros((x.size, self.size))
        values[np.arange(x.size)[:, None], panel[:, None] * self.order + np.arange(self.order)] = local
        return values.reshape(*x.shape, self.size)

    def combine(self, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sum within the panel of each point alone."""
        x = np.asarray(x, dtype=np.float64)
        panel, local = self.local(x.ravel())
        values = np.zeros((x.size, coefficients.shape[1]), coefficients.dtype)
        order = np.argsort(panel, kind="stable") if (panel[1:] < panel[:-1]).any() else slice(None)
        ends = np.searchsorted(panel[order], np.arange(len(self.edges)))
        for p in np.flatnonzero(ends[1:] > ends[:-1]).tolist():
            chosen = slice(ends[p], ends[p + 1]) if isinstance(order, slice) else order[ends[p]:ends[p + 1]]
            values[chosen] = local[chosen] @ coefficients[p * self.order:(p + 1) * self.order]
        return values.reshape(*x.shape, coefficients.shape[1])

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """The samples are the coefficients."""
        return samples

    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients are the samples."""
        return coefficients


def bends_of(edges: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """The bend of each panel, by the ends at which it has roots: integers, shape (panels,)."""
    after, before = (np.isin(part, roots[roots[:, 1] == side, 0]).astype(int) for part, side in
                     ((edges[:-1], 1.0), (edges[1:], -1.0)))
    return np.asarray(np.where(before == 1, 3 * after - 1, after))
