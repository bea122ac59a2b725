"""Singular functions of kernels of vectors without symmetry: sums of sinc functions on a uniform grid."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .measures import Gaussian, GaussianVector, Measure
from .methods.lattice import Lattice, half_density
from .tensor_functions import whitened

__all__ = ["LatticeFunctions"]

_CHUNK = 4_000_000


@dataclass(frozen=True, eq=False)
class LatticeFunctions:
    r"""The functions :math:`f_1, \dots, f_r`, orthonormal in :math:`L^2(\mu)`: sums on a grid over :math:`\sqrt\rho`.

    Called with points of shape (..., k), or (...) for a measure on the line, it gives (..., r). Towards the end of the
    grid digits are lost, and beyond it raises ValueError.

    Attributes
    ----------
    measure : Measure
    turn : ndarray, shape (k, k)
        The coordinates are those of the whitened variable, times this.
    axes : tuple of int
        Those that h uses.
    lattice : Lattice
        The grid in these.
    coefficients : ndarray, shape (N, r)
    """

    measure: Measure
    turn: np.ndarray
    axes: tuple[int, ...]
    lattice: Lattice
    coefficients: np.ndarray

    def __len__(self) -> int:
        """Return the number of functions."""
        return int(self.coefficients.shape[1])

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate at points, giving (..., r)."""
        z, leading = whitened(self.measure, self.turn, x)
        z = z[:, self.axes]
        far, radius = np.linalg.norm(z, axis=1), self.lattice.radius
        if (far > radius).any():
            raise ValueError(f"x must be where its measure is, within {radius:.3g} standard deviations, got a point at "
                             f"{float(far.max()):.3g}; beyond, the singular functions are not known to any digits")
        return self.at(z).reshape(*leading, len(self))

    def at(self, z: np.ndarray) -> np.ndarray:
        """Evaluate at standard coordinates (n, d)."""
        step = max(1, _CHUNK // len(self.coefficients))
        values = [self.lattice.basis(z[i:i + step]) @ self.coefficients for i in range(0, len(z), step)]
        return np.asarray(np.concatenate(values or [np.zeros((0, len(self)))]) / half_density(z)[:, None])

    def extend(self, x: Any) -> np.ndarray:
        """The same as a call."""
        return self(x)

    def truncated(self, rank: int) -> "LatticeFunctions":
        """The first `rank` functions."""
        return replace(self, coefficients=self.coefficients[:, :rank])

    def moments(self) -> np.ndarray:
        """E[f_i^2 f_j^2], shape (r, r), by the rule of the grid."""
        squares = (self.coefficients / self.lattice.weights[:, None]) ** 2
        return np.asarray(squares.T @ self.coefficients**2)

    def state(self, prefix: str) -> dict[str, Any]:
        """Arrays for saving, under names that begin with `prefix`."""
        return {f"{prefix}.turn": self.turn, f"{prefix}.axes": np.array(self.axes, dtype=int),
                f"{prefix}.lattice": self.lattice.index, f"{prefix}.steps": self.lattice.steps,
                f"{prefix}.shape": np.array([self.lattice.radius, self.lattice.shift]),
                f"{prefix}.coefficients": self.coefficients}

    @classmethod
    def from_state(cls, measure: Gaussian | GaussianVector, arrays: Any, prefix: str) -> "LatticeFunctions":
        """Rebuild from what `state` gave."""
        radius, shift = arrays[f"{prefix}.shape"].tolist()
        grid = Lattice(arrays[f"{prefix}.steps"], radius, shift, arrays[f"{prefix}.lattice"])
        return cls(measure, arrays[f"{prefix}.turn"], tuple(arrays[f"{prefix}.axes"].tolist()), grid,
                   arrays[f"{prefix}.coefficients"])
