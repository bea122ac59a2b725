"""Singular functions of kernels of vectors without symmetry: sums of products of Hermite polynomials."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._support.linalg import leading_columns
from .._support.validation import finite_points
from ..bases import FARTHEST
from ..measures import Gaussian, GaussianVector, Measure
from ..quadrature import hermite_polynomials, unknown_by_sample, wide_sample

__all__ = ["TensorFunctions"]

_CHUNK = 4_000_000


@dataclass(frozen=True, eq=False)
class TensorFunctions:
    r"""The functions :math:`f_1, \dots, f_r`, orthonormal in :math:`L^2(\mu)`, as polynomials of whitened coordinates.

    Called with points of shape (..., k), or (...) for a measure on the line, it gives (..., r). Beyond 8.6 standard
    deviations in a coordinate, where polynomials have lost their digits, a function keeps the value that it has there.

    Attributes
    ----------
    measure : Measure
    turn : ndarray, shape (k, k)
        The coordinates are those of the whitened variable, times this.
    parts : tuple of (tuple of int, tuple of int)
        For each component its coordinates, and the numbers of polynomials in their directions.
    coefficients : ndarray, shape (N, r)
        Of the constant, and of the products of each component but its constant.
    """

    measure: Measure
    turn: np.ndarray
    parts: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    coefficients: np.ndarray

    def __repr__(self) -> str:
        """Say how many functions there are, and of what."""
        return f"TensorFunctions(rank {len(self)}, variable ~ {self.measure!r})"

    def __len__(self) -> int:
        """Return the number of functions."""
        return int(self.coefficients.shape[1])

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate at points, giving (..., r)."""
        dim = self.measure.dim
        points = finite_points(x, "x", dim)
        leading = points.shape[:-1] if dim > 1 else points.shape
        if isinstance(self.measure, GaussianVector):
            z = self.measure.whiten(points.reshape(-1, dim))
        else:
            with np.errstate(over="ignore"):
                z = ((points.reshape(-1) - self.measure.center) / self.measure.scale)[:, None]
        z = np.clip(z @ self.turn, -FARTHEST, FARTHEST)
        step = max(1, _CHUNK // len(self.coefficients))
        values = [self._basis(z[i:i + step]) @ self.coefficients for i in range(0, len(z), step)]
        return np.concatenate(values or [np.zeros((0, len(self)))]).reshape(*leading, len(self))

    def _basis(self, z: np.ndarray) -> np.ndarray:
        columns = [np.ones((len(z), 1))]
        for axes, sizes in self.parts:
            product = np.ones((len(z), 1))
            for axis, size in zip(axes, sizes, strict=True):
                product = (product[:, :, None] * hermite_polynomials(z[:, axis], size)[:, None]).reshape(len(z), -1)
            columns.append(product[:, 1:])
        return np.concatenate(columns, axis=1)

    def extend(self, x: Any) -> np.ndarray:
        """The same as a call."""
        return self(x)

    def truncated(self, rank: int) -> "TensorFunctions":
        """The first `rank` functions."""
        return replace(self, coefficients=leading_columns(self.coefficients, rank))

    def moments(self) -> np.ndarray:
        """E[f_i^2 f_j^2], shape (r, r), as means over 20 000 points; E[f_i^4] is inf where these do not tell."""
        values, weights = self.sampled()
        squares = values**2
        moments = (squares * weights[:, None]).T @ squares
        np.fill_diagonal(moments, np.where(unknown_by_sample(squares, weights), np.inf, np.diag(moments)))
        return np.asarray(moments)

    def sampled(self) -> tuple[np.ndarray, np.ndarray]:
        """The functions at 20 000 random points, always the same ones, (20 000, r), and the weights of means."""
        if isinstance(self.measure, GaussianVector):
            z, weights = wide_sample(self.measure.rank)
            return self(self.measure.unwhiten(z)), weights
        z, weights = wide_sample(1)
        return self(self.measure.center + self.measure.scale * z[:, 0]), weights

    def state(self, prefix: str) -> dict[str, Any]:
        """Arrays for saving, under names that begin with `prefix`."""
        flat = [number for axes, sizes in self.parts for number in (len(axes), *axes, *sizes)]
        return {f"{prefix}.turn": self.turn, f"{prefix}.coefficients": self.coefficients,
                f"{prefix}.parts": np.array(flat, dtype=int)}

    @classmethod
    def from_state(cls, measure: Gaussian | GaussianVector, arrays: Any, prefix: str) -> "TensorFunctions":
        """Rebuild from what `state` gave."""
        numbers, parts, i = arrays[f"{prefix}.parts"].tolist(), [], 0
        while i < len(numbers):
            d = numbers[i]
            parts.append((tuple(numbers[i + 1:i + 1 + d]), tuple(numbers[i + 1 + d:i + 1 + 2 * d])))
            i += 1 + 2 * d
        return cls(measure, arrays[f"{prefix}.turn"], tuple(parts), arrays[f"{prefix}.coefficients"])
