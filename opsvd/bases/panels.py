"""Piecewise polynomials on panels, times the inverse square root of the density."""

import numpy as np

from ..measures import LineMeasure
from ..quadrature import composite_gauss_legendre, legendre_transform, orthonormal_legendre, place_between
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
    """

    arguments = ("edges", "order")

    def __init__(self, measure: LineMeasure, edges: np.ndarray, order: int) -> None:
        self.measure = measure
        self.edges = np.asarray(edges, dtype=np.float64)
        self.order = order
        self.rule = measure.rule(*composite_gauss_legendre(self.edges, order))

    @property
    def size(self) -> int:
        """Panels times order."""
        return len(self.rule)

    @property
    def panels(self) -> np.ndarray:
        """The edges."""
        return self.edges

    def located(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The panel of each point, and its place there, from -1 to 1: shapes as x.

        Points outside belong to the nearest panel.
        """
        panel = np.clip(np.searchsorted(self.edges, x, side="right") - 1, 0, len(self.edges) - 2)
        return panel, place_between(self.edges[panel], self.edges[panel + 1], x)

    def local(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""The panel of each point, shape (n,), and the half-densities of its functions there, shape (n, order).

        Points outside belong to the nearest panel, where the functions are zero for them.
        """
        panel, t = self.located(x)
        inside = np.abs(t) <= 1.0
        local = orthonormal_legendre(np.where(inside, t, 0.0), self.order) @ legendre_transform(self.order)
        local *= (inside * np.sqrt(2.0 / np.diff(self.edges)[panel]))[:, None]
        return panel, np.asarray(local)

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
