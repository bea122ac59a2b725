"""A few functions that are piecewise polynomials on very many panels."""

from typing import Any

import numpy as np

from ..measures import LineMeasure
from .base import LineBasis
from .panels import PanelBasis


class SpanBasis(LineBasis):
    r"""r orthonormal combinations :math:`\sum_i q_{ik} b_i` of the functions of a `PanelBasis`.

    Parameters
    ----------
    measure : LineMeasure
    edges : ndarray, shape (panels + 1,)
    order : int
        Nodes on a panel.
    coefficients : ndarray, shape (panels * order, r)
        Orthonormal columns q.
    """

    def __init__(self, measure: LineMeasure, edges: np.ndarray, order: int, coefficients: np.ndarray) -> None:
        self.measure, self.at_nodes = measure, coefficients
        self._on = PanelBasis(measure, edges, order)
        self.rule = self._on.rule

    @property
    def panels(self) -> np.ndarray:
        """The edges."""
        return self._on.edges

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Interpolate within the panel of each point."""
        return self._on.combine(x, self.at_nodes)

    def state(self) -> dict[str, Any]:
        """Edges, order and coefficients."""
        return {"edges": self._on.edges, "order": self._on.order, "coefficients": self.at_nodes}
