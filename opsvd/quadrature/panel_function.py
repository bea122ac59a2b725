"""Functions of one number as polynomials on panels."""

from collections.abc import Callable

import numpy as np

from .._support.floats import EPS
from .gauss_legendre import composite_gauss_legendre, place_between
from .legendre import legendre_sum, legendre_transform


class PanelFunction:
    """A polynomial on every panel; outside of all panels the value where they end.

    Parameters
    ----------
    edges : ndarray, shape (panels + 1,)
        Increasing.
    coefficients : ndarray, shape (panels, order)
        Of orthonormal Legendre polynomials on [-1, 1].
    """

    def __init__(self, edges: np.ndarray, coefficients: np.ndarray) -> None:
        self.edges, self.coefficients = edges, coefficients

    @classmethod
    def of(cls, function: Callable[[np.ndarray], np.ndarray], edges: np.ndarray, order: int) -> "PanelFunction":
        """From the values of a function at Gauss-Legendre nodes."""
        nodes, weights = composite_gauss_legendre(edges, order)
        roots = np.sqrt(2.0 * weights.reshape(-1, order) / np.diff(edges)[:, None])
        coefficients = (function(nodes).reshape(-1, order) * roots) @ legendre_transform(order).T
        sizes = np.abs(coefficients).max(axis=0)
        matter = np.flatnonzero(sizes > 16.0 * EPS * sizes.max())    # those of a linear function are two
        return cls(edges, coefficients[:, :matter.max(initial=0) + 1])

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """The values at points of any shape."""
        z = np.clip(z, self.edges[0], self.edges[-1])
        panel = np.clip(np.searchsorted(self.edges, z, side="right") - 1, 0, len(self.coefficients) - 1)
        return self.on(panel, place_between(self.edges[panel], self.edges[panel + 1], z))

    def on(self, panel: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The values at places from -1 to 1 of panels; shapes broadcast."""
        place = np.broadcast_to(place, np.broadcast_shapes(np.shape(panel), np.shape(place)))
        return legendre_sum(np.moveaxis(self.coefficients[panel], -1, 0), place)
