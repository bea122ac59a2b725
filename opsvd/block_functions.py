"""Singular functions of kernels of blocks: vectors of b polynomials of b rows."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._validation import real_array
from .measures import Gaussian, GaussianVector, Measure
from .quadrature import hermite_polynomials

__all__ = ["BlockFunctions"]


@dataclass(frozen=True, eq=False)
class BlockFunctions:
    r"""The functions :math:`f_1, \dots, f_r` with values in R^b and :math:`E[f_i \cdot f_j] = \delta_{ij}`.

    Called with b rows, shape (..., b, k), or (..., b) for rows that are numbers, it gives (..., b, r).

    Attributes
    ----------
    measure : Gaussian or GaussianVector
        Of one row.
    b, size : int
        How many rows and entries, and the number of polynomials in each of the directions.
    coefficients : ndarray, shape (polynomials * b, r)
    """

    measure: Gaussian | GaussianVector
    b: int
    size: int
    coefficients: np.ndarray

    def __len__(self) -> int:
        """Return the number of functions."""
        return int(self.coefficients.shape[1])

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate at blocks of rows, giving (..., b, r)."""
        points, k = real_array(x, "x"), self.measure.dim
        shape = (self.b,) if k == 1 else (self.b, k)
        if points.shape[-len(shape):] != shape:
            raise ValueError(f"x must hold {self.b} rows, shape {('...', *shape)}, got shape {points.shape}")
        leading = points.shape[:points.ndim - len(shape)]
        z = whitened(self.measure, points.reshape(-1, self.b, k))
        basis = np.ones((len(z), 1))
        for axis in range(z.shape[1]):
            values = hermite_polynomials(z[:, axis], self.size)
            basis = (basis[:, :, None] * values[:, None]).reshape(len(z), -1)
        vectors = self.coefficients.reshape(basis.shape[1], self.b, -1)
        return np.asarray(np.tensordot(basis, vectors, axes=1).reshape(*leading, self.b, len(self)))

    def truncated(self, rank: int) -> "BlockFunctions":
        """The first `rank` functions."""
        return replace(self, coefficients=self.coefficients[:, :rank])

    def moments(self) -> np.ndarray:
        """Refuse: samples of blocks follow other laws than those of pairs of numbers."""
        raise NotImplementedError("what a sample of a kernel of blocks must look like is not predicted; compare it "
                                  "with opsvd.monte_carlo over several trials")

    def state(self, prefix: str) -> dict[str, Any]:
        """Refuse, naming what can be saved."""
        raise TypeError(f"the {prefix} functions of a kernel of blocks cannot be saved; save the values alone with "
                        f"numpy.savez")


def whitened(measure: Measure, rows: np.ndarray) -> np.ndarray:
    """Standard coordinates of blocks of rows, (n, b, k) to (n, b r)."""
    if isinstance(measure, GaussianVector):
        return measure.whiten(rows).reshape(len(rows), -1)
    return np.asarray((rows - measure.center) / measure.scale).reshape(len(rows), -1)
