"""Products of functions of one standard coordinate each, the same basis in every direction."""

import math
from typing import Any

import numpy as np

from .._support.budget import check_time
from .._support.floats import chunks
from ..kernels import Side
from ..measures import Gaussian
from ..quadrature import Rule
from .base import Basis, LineBasis
from .digits import FARTHEST
from .hermite import HermiteBasis
from .panels import PanelBasis

_STANDARD = Gaussian()
_LARGEST = 1e150    # a coordinate whose square is a number


class GridBasis(Basis):
    r"""All products :math:`b_{n_1}(z_1) \cdots b_{n_d}(z_d)` in standard coordinates, times a unit vector of values.

    Farther out than 8.6, where sums have lost their digits, they keep the value that they have at that distance in the
    same direction; a coordinate beyond the panels, which end at 6.5 or 8, counts as their end.

    Parameters
    ----------
    side : Side
    line : LineBasis
        Under the standard Gaussian, the same in each direction.
    """

    def __init__(self, side: Side, line: LineBasis) -> None:
        self.side, self.line = side, line

    @property
    def kind(self) -> tuple[type, ...]:
        """With that of the functions in one direction."""
        return (*super().kind, type(self.line))

    @property
    def size(self) -> int:
        """The functions of the line to the power of the directions, times the width."""
        return int(self.line.size**self.side.directions * self.side.width)

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of products, in chunks."""
        z = self.side.unplaced(points)
        parts = [self._sums(z[some], coefficients) for some in chunks(len(z), len(coefficients))]
        return np.concatenate(parts or [np.zeros((0, coefficients.shape[1]))])

    def _sums(self, z: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        product, z = np.ones((len(z), 1)), self._known(z)
        for axis in range(self.side.directions):
            values = self.line.half_density(z[:, axis]) / _STANDARD.sqrt_density(z[:, axis])[:, None]
            product = (product[:, :, None] * values[:, None]).reshape(len(z), -1)
        width, count = self.side.width, coefficients.shape[1]
        vectors = coefficients.reshape(product.shape[1], width * count)
        return np.asarray((product @ vectors).reshape(len(z) * width, count))

    def _known(self, z: np.ndarray) -> np.ndarray:
        """The points (n, directions), or those nearer to zero at which sums keep their digits."""
        inside = np.clip(z, *(self.line.interval if isinstance(self.line, PanelBasis) else (-_LARGEST, _LARGEST)))
        length = np.linalg.norm(inside, axis=1, keepdims=True)
        return np.asarray(inside * np.minimum(1.0, FARTHEST / np.maximum(length, FARTHEST)))

    def on_rule(self, rule: Rule, coefficients: np.ndarray) -> np.ndarray:
        """Sums at products of the nodes of a rule, with square roots of weights: (rows, r)."""
        return self._along(self.line.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None], coefficients)

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """Coefficients from weighted samples at products of the nodes of the line's rule, as many as functions."""
        return self._along(self.line.analyse(np.eye(self.line.size)), samples)

    def _along(self, transform: np.ndarray, tensor: np.ndarray) -> np.ndarray:
        """Apply a matrix (m, size) in each direction of columns (size^directions width, r)."""
        directions, count = self.side.directions, tensor.shape[1]
        shaped = tensor.reshape(*[self.line.size] * directions, self.side.width, count)
        for axis in range(directions):
            check_time()
            shaped = np.moveaxis(np.tensordot(transform, shaped, axes=(1, axis)), 0, axis)
        return np.asarray(shaped.reshape(math.prod(shaped.shape[:-1]), count))

    def state(self) -> dict[str, Any]:
        """The basis of one direction."""
        return self.line.state()

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "GridBasis":
        """From a side and the state of a basis on panels, which has edges, or of one of Hermite polynomials."""
        line = PanelBasis if "edges" in state else HermiteBasis
        return cls(side, line.from_state(Side(_STANDARD), state))
