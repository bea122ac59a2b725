"""What an engine sees of a sampled matrix: its shape, and its entries, block by block."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from .._support.validation import described, instance, number_array, require_memory
from ..kernels import Kernel

Index = slice | np.ndarray
"""A range of rows or columns, or an array of their numbers."""

# Entries of a tile: with 2 MB, a kernel's intermediate arrays stay in the cache while they come and go.
_TILE_ENTRIES = 1 << 18


class SampledMatrix(ABC):
    """An (n, m) matrix whose entries can be asked for; nothing is stored unless an engine stores it.

    A subclass says what its values are. Engines multiply by `scale` as late as they can.
    """

    shape: tuple[int, int]
    scale: float = 1.0
    dtype: np.dtype[Any] = np.dtype(np.float64)
    """Of the values: float64 or complex128."""
    coordinates: int = 1
    """How many numbers a kernel may write for each entry while it is evaluated."""
    watched: Callable[..., Any] | None = None
    """While trials run in threads: makes a function for arrays of another library a watched one; see `Witness`."""

    def __repr__(self) -> str:
        """Name the size."""
        return f"{type(self).__name__}({self.shape[0]} x {self.shape[1]})"

    @abstractmethod
    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """Finite values at all pairs of the given rows (a) and columns (b), shape (a, b), before scaling."""

    @abstractmethod
    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Finite values at the pairs (rows[k], columns[k]), shape (k,), before scaling."""

    def order(self, axis: int) -> np.ndarray:
        """The order of the rows (axis 0) or columns (1) in which features are ranges; by default their own."""
        return np.arange(self.shape[axis])

    def fill(self, out: np.ndarray, start: int) -> np.ndarray:
        """Write the values of rows start, start + 1, ... into `out`, shape (rows, m), tile by tile, and return it."""
        rows = slice(start, start + len(out))
        step = max(1, _TILE_ENTRIES // max(len(out) * self.coordinates, 1))
        for left in range(0, self.shape[1], step):
            columns = slice(left, min(left + step, self.shape[1]))
            out[:, columns] = self.values(rows, columns, out.dtype)
        return out

    def entry_bytes(self) -> float:
        """Bytes that an entry may take while it is evaluated: two arrays, of values or of products of coordinates."""
        return 2.0 * self.dtype.itemsize * self.coordinates

    def tile_bytes(self) -> float:
        """Bytes that the evaluation of a tile may take; see `fill`."""
        return self.entry_bytes() * min(_TILE_ENTRIES / self.coordinates, float(self.shape[0]) * self.shape[1])

    def stored(self) -> np.ndarray:
        """The whole matrix, scaled."""
        n, m = self.shape
        require_memory(float(n) * m, "n", n, f"take fewer rows than {n}, or columns than {m}, or an engine that does "
                                             f"not store the matrix, such as engine='row-blocks'")
        whole = self.fill(np.empty(self.shape, self.dtype), 0)
        whole *= self.scale
        return whole


class MatrixOfKernel(SampledMatrix):
    """What matrices of a kernel of any kind have in common: its points x and y, a row and a column for each."""

    def __init__(self, kernel: Kernel, x: np.ndarray, y: np.ndarray) -> None:
        self.kernel = instance(kernel, "kernel", Kernel, "pass opsvd.Kernel(h)")
        self.dtype = kernel.dtype
        self.x, self.y = kernel.listed(x, y)
        for name, points in (("x", self.x), ("y", self.y)):
            if not (len(points) and np.isfinite(points).all()):
                raise ValueError(f"{name} must hold finite points, at least one, got {described(points)}; pass what a "
                                 f"measure samples")
        self.shape = (len(self.x), len(self.y))
        self.scale = 1.0 / float(np.sqrt(float(len(self.x)) * len(self.y)))

    def order(self, axis: int) -> np.ndarray:
        """Points on the line by size; vectors by length."""
        points = (self.x, self.y)[axis]
        return np.argsort(points if points.ndim == 1 else np.linalg.norm(points, axis=1))


class KernelMatrix(MatrixOfKernel):
    r"""The matrix :math:`h(x_i, y_j) / \sqrt{nm}` of a kernel at points x and y.

    Parameters
    ----------
    kernel : Kernel
    x, y : ndarray, shape (n,) and (m,)
        Points; where a kernel takes vectors, shape (n, k) and (m, k).
    """

    def __init__(self, kernel: Kernel, x: np.ndarray, y: np.ndarray) -> None:
        super().__init__(kernel, x, y)
        self.coordinates = kernel.coordinates_written

    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`; in single precision the kernel itself is evaluated in it."""
        x, y = self.x[rows], self.y[columns]
        if dtype == self.dtype or self.kernel.factor != 1.0:    # sizes that are scaled may be none in single precision
            return self.kernel.finite_grid(x, y).astype(dtype, copy=False)
        values = self.kernel.converted(self.kernel.function(x[:, None].astype(dtype), y[None].astype(dtype)), dtype)
        values = np.broadcast_to(values, (len(x), len(y)))
        return values if np.isfinite(values).all() else self.kernel.finite_grid(x, y).astype(dtype)

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        return self.kernel.finite_beside(self.x[rows], self.y[columns])


class StoredMatrix(SampledMatrix):
    """A matrix that is there already, shape (n, m)."""

    def __init__(self, array: Any) -> None:
        self.array = number_array(array, "matrix")
        self.dtype = self.array.dtype
        if self.array.ndim != 2 or 0 in self.array.shape or not np.isfinite(self.array).all():
            raise ValueError(f"matrix must be a two-dimensional array of finite numbers with at least one row and "
                             f"column, got {described(array)} of shape {self.array.shape}; pass one, and leave out "
                             f"what is not finite")
        self.shape = (self.array.shape[0], self.array.shape[1])

    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`."""
        return np.asarray(self.array[rows][:, columns], dtype=dtype)

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        return np.asarray(self.array[rows, columns])

    def stored(self) -> np.ndarray:
        """The array itself, unless it is scaled."""
        return self.array if self.scale == 1.0 else self.array * self.scale


class WeightedMatrix(SampledMatrix):
    """A matrix of which each row and each column is multiplied by a number, shapes (n,) and (m,)."""

    def __init__(self, whole: SampledMatrix, rows: np.ndarray, columns: np.ndarray) -> None:
        self.whole, self.rows, self.columns = whole, rows, columns
        self.shape, self.dtype, self.coordinates = whole.shape, whole.dtype, whole.coordinates

    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`."""
        found = self.whole.values(rows, columns, dtype)
        return np.asarray(found * self.rows[rows, None] * self.columns[columns], dtype=dtype)

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        return np.asarray(self.whole.pairs(rows, columns) * self.rows[rows] * self.columns[columns])

    def order(self, axis: int) -> np.ndarray:
        """That of the matrix without weights."""
        return self.whole.order(axis)


class Part(SampledMatrix):
    """Some rows and columns of a matrix, by number, in the order of their points; no larger than they are."""

    def __init__(self, whole: SampledMatrix, rows: np.ndarray, columns: np.ndarray) -> None:
        self.whole, self.rows, self.columns = whole, rows, columns
        self.shape, self.scale, self.coordinates = (rows.size, columns.size), whole.scale, whole.coordinates
        self.dtype = whole.dtype

    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`."""
        return self.whole.values(self.rows[rows], self.columns[columns], dtype)

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        return self.whole.pairs(self.rows[rows], self.columns[columns])
