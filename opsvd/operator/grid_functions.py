"""Singular functions as sums of products of functions of one standard coordinate each."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from .._support.linalg import leading_columns
from ..bases import FARTHEST, Basis, HermiteBasis, PanelBasis
from ..kernels import Side
from ..measures import Gaussian, GaussianVector
from ..quadrature import wide_sample

__all__ = ["GridFunctions"]

_CHUNK = 4_000_000
_STANDARD = Gaussian()
# Coordinates whose squares are numbers.
_HUGE = 1e150


@dataclass(frozen=True, eq=False)
class GridFunctions:
    r"""The functions :math:`f_1, \dots, f_r` with values in R^p and :math:`E[f_i \cdot f_j] = \delta_{ij}`.

    Called with points it gives (..., p, r), or (..., r) for plain numbers; blocks of b rows have shape (..., b, k), or
    (..., b) where rows are numbers. Farther out than 8.6 in standard coordinates, where functions have lost their
    digits, they keep the value that they have at that distance in the same direction; a coordinate beyond the panels,
    which end at 6.5 or 8, counts as their end.

    Attributes
    ----------
    side : Side
    basis : Basis
        Under the standard Gaussian, the same in each direction.
    coefficients : ndarray, shape (N^directions * p, r)
    """

    side: Side
    basis: Basis
    coefficients: np.ndarray

    def __repr__(self) -> str:
        """Say how many functions there are, and of what."""
        return f"GridFunctions(rank {len(self)}, variable ~ {self.side.measure!r})"

    def __len__(self) -> int:
        """Return the number of functions."""
        return int(self.coefficients.shape[1])

    @property
    def measure(self) -> Gaussian | GaussianVector:
        """The measure of a point, or of a row of a block."""
        return self.side.measure

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate at points."""
        points, leading = self.side.flattened(x)
        return self.side.shaped(self._values(self.side.standard(points)), leading)

    def _known(self, z: np.ndarray) -> np.ndarray:
        """The points (n, directions), or those nearer to zero at which sums in the basis keep their digits."""
        inside = np.clip(z, *(self.basis.interval if isinstance(self.basis, PanelBasis) else (-_HUGE, _HUGE)))
        length = np.linalg.norm(inside, axis=1, keepdims=True)
        return np.asarray(inside * np.minimum(1.0, FARTHEST / np.maximum(length, FARTHEST)))

    def _values(self, z: np.ndarray) -> np.ndarray:
        """At standard coordinates (n, directions), in chunks: shape (n p, r)."""
        step = max(1, _CHUNK // len(self.coefficients))
        parts = [self._at(z[start:start + step]) for start in range(0, len(z), step)]
        return np.concatenate(parts or [np.zeros((0, len(self)))])

    def _at(self, z: np.ndarray) -> np.ndarray:
        product, z = np.ones((len(z), 1)), self._known(z)
        for axis in range(self.side.directions):
            values = self.basis.half_density(z[:, axis]) / _STANDARD.sqrt_density(z[:, axis])[:, None]
            product = (product[:, :, None] * values[:, None]).reshape(len(z), -1)
        vectors = self.coefficients.reshape(product.shape[1], self.side.width * len(self))
        return np.asarray((product @ vectors).reshape(len(z) * self.side.width, len(self)))

    def extend(self, x: Any) -> np.ndarray:
        """The same as a call."""
        return self(x)

    def truncated(self, rank: int) -> "GridFunctions":
        """The first `rank` functions."""
        return replace(self, coefficients=leading_columns(self.coefficients, rank))

    @cached_property
    def fourth_moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Fourth moments as means over 20 000 points; see `Side.moments`."""
        z, weights = wide_sample(self.side.directions)
        return self.side.moments(self._values(z).reshape(len(z), self.side.width, len(self)), weights)

    def state(self, prefix: str) -> dict[str, Any]:
        """Arrays for saving, under names that begin with `prefix`."""
        return {f"{prefix}.grid": type(self.basis).__name__, f"{prefix}.coefficients": self.coefficients,
                **{f"{prefix}.basis.{name}": value for name, value in self.basis.state().items()},
                **self.side.state(prefix)}

    @classmethod
    def from_state(cls, measure: Gaussian | GaussianVector, arrays: Any, prefix: str) -> "GridFunctions":
        """Rebuild from what `state` gave."""
        head = f"{prefix}.basis."
        state = {name.removeprefix(head): arrays[name] for name in arrays if name.startswith(head)}
        basis: Basis = (PanelBasis(_STANDARD, state["edges"], int(state["order"])) if "edges" in state else
                        HermiteBasis(_STANDARD, int(state["degree"])))
        return cls(Side.from_state(measure, arrays, prefix), basis, arrays[f"{prefix}.coefficients"])
