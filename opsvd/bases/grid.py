"""Products of functions of one coordinate each, with one basis for each coordinate of a point, or of a row."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._support.budget import check_time
from .._support.floats import chunks
from ..kernels import Side
from ..measures import Gaussian, LineMeasure
from ..quadrature import Rule, composite_gauss_legendre
from .base import Basis, LineBasis
from .digits import FARTHEST, SPARSE
from .hermite import HermiteBasis
from .panels import PanelBasis
from .polynomials import PolynomialBasis

_LARGEST = 1e150    # a coordinate whose square is a number


class GridBasis(Basis):
    r"""All products :math:`b_{n_1}(t_1) \cdots b_{n_d}(t_d)` in the coordinates of a side, times a unit vector.

    Farther out than 8.6 in standard Gaussian coordinates, where sums have lost their digits, they keep the value that
    they have at that distance in the same direction; a coordinate beyond the panels, which end at 6.5 or 8, counts as
    their end. In other coordinates each ends by itself where its density is so small, or panels end.

    Parameters
    ----------
    side : Side
    *lines : LineBasis
        Under the laws of the coordinates of one row.
    """

    def __init__(self, side: Side, *lines: LineBasis) -> None:
        self.side, self.lines = side, lines

    @property
    def kind(self) -> tuple[type, ...]:
        """With those of the functions of each coordinate."""
        return (*super().kind, *map(type, self.lines))

    @property
    def directions(self) -> tuple[LineBasis, ...]:
        """The bases of all coordinates, of one row after the other."""
        return self.lines * (self.side.rows or 1)

    @property
    def size(self) -> int:
        """The product of the numbers of functions, times the width."""
        return math.prod(line.size for line in self.directions) * self.side.width

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums of products, in chunks."""
        z = self.side.unplaced(points)
        parts = [self._sums(z[some], coefficients) for some in chunks(len(z), len(coefficients))]
        return np.concatenate(parts or [np.zeros((0, coefficients.shape[1]))])

    def _sums(self, z: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        product, z = np.ones((len(z), 1)), self._known(z)
        for axis, line in enumerate(self.directions):
            values = line.half_density(z[:, axis]) / line.measure.sqrt_density(z[:, axis])[:, None]
            product = (product[:, :, None] * values[:, None]).reshape(len(z), -1)
        width, count = self.side.width, coefficients.shape[1]
        vectors = coefficients.reshape(product.shape[1], width * count)
        return np.asarray((product @ vectors).reshape(len(z) * width, count))

    def beyond_ends(self, coefficients: np.ndarray) -> np.ndarray:
        """What sums have beyond the panels, where a coordinate counts as the end of these."""
        tensor = coefficients.reshape(*(line.size for line in self.directions), -1)
        gram = np.zeros((coefficients.shape[1],) * 2, coefficients.dtype)
        for axis, line in enumerate(self.directions):
            if isinstance(line, PanelBasis):
                ends = np.array(line.interval)
                functions = line.half_density(ends) / line.measure.sqrt_density(ends)[:, None]
                faces = np.tensordot(np.sqrt(_masses_beyond(line))[:, None] * functions, tensor, axes=(1, axis))
                gram += faces.reshape(-1, len(gram)).conj().T @ faces.reshape(-1, len(gram))
        return gram

    def _known(self, z: np.ndarray) -> np.ndarray:
        """The points (n, directions), or those nearer to the middle at which sums keep their digits."""
        ends = np.array([line.interval if isinstance(line, PanelBasis) else (-_LARGEST, _LARGEST)
                         for line in self.directions])
        inside = np.clip(z, ends[:, 0], ends[:, 1])
        if not self.side.measure.rotatable:
            ends = np.array([line.measure.box(SPARSE) for line in self.directions])
            return np.asarray(np.clip(inside, ends[:, 0], ends[:, 1]))
        length = np.linalg.norm(inside, axis=1, keepdims=True)
        return np.asarray(inside * np.minimum(1.0, FARTHEST / np.maximum(length, FARTHEST)))

    def on_rules(self, rules: Sequence[Rule], coefficients: np.ndarray) -> np.ndarray:
        """Sums at products of the nodes of rules, one for each of `lines`, with square roots of weights: (rows, r)."""
        return self._along([line.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None]
                            for line, rule in zip(self.lines, rules, strict=True)], coefficients)

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """Coefficients from weighted samples at products of the nodes of the lines' rules, as many as functions."""
        return self._along([line.analyse(np.eye(line.size)) for line in self.lines], samples)

    def _along(self, transforms: list[np.ndarray], tensor: np.ndarray) -> np.ndarray:
        """Apply matrices (m, size), one for each of `lines`, to columns (product of sizes times width, r)."""
        count = tensor.shape[1]
        shaped = tensor.reshape(*(line.size for line in self.directions), self.side.width, count)
        for axis, transform in enumerate(transforms * (self.side.rows or 1)):
            check_time()
            shaped = np.moveaxis(np.tensordot(transform, shaped, axes=(1, axis)), 0, axis)
        return np.asarray(shaped.reshape(math.prod(shaped.shape[:-1]), count))

    def state(self) -> dict[str, Any]:
        """The bases of the coordinates of a row, numbered; of one alone if all are the same."""
        if len(set(map(id, self.lines))) == 1:
            return self.lines[0].state()
        return {f"{name}.{i}": value for i, line in enumerate(self.lines) for name, value in line.state().items()}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "GridBasis":
        """From a side and the states of bases on panels, which have edges, or of polynomials."""
        laws = side.measure.lines
        numbered = [{name.removesuffix(f".{i}"): value for name, value in state.items() if name.endswith(f".{i}")}
                    for i in range(len(laws))] if "edges" not in state and "degree" not in state else [state]
        lines = [_line(law, some) for law, some in zip(laws, numbered, strict=False)]
        return cls(side, *(lines * len(laws) if len(numbered) == 1 else lines))


def _masses_beyond(basis: PanelBasis) -> np.ndarray:
    """The masses below the first panel and above the last, (2,)."""
    # Where the root of the density is below this part of its largest nothing counts.
    far, (low, high) = basis.measure.box(1e-16), basis.interval
    return np.array([np.sum(basis.measure.rule(*composite_gauss_legendre(np.linspace(*ends, 5), 16)).sqrt_weights ** 2)
                     if ends[0] < ends[1] else 0.0 for ends in ((far[0], low), (high, far[1]))])


def _line(law: LineMeasure, state: dict[str, Any]) -> LineBasis:
    """A basis from the state of one on panels, which has edges, or of one of polynomials."""
    kind = PanelBasis if "edges" in state else HermiteBasis if isinstance(law, Gaussian) else PolynomialBasis
    return kind.from_state(Side(law), state)
