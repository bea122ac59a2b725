"""Matrices of kernels with matrices for values, entry by entry as any other sampled matrix."""

from typing import Any

import numpy as np

from ..kernels import MatrixKernel
from .matrix import Index, SampledMatrix

__all__ = ["ValuedMatrix"]


class ValuedMatrix(SampledMatrix):
    r"""The (n p, m q) matrix of all values :math:`h(x_i, y_j) / \sqrt{nm}`, p by q each.

    Parameters
    ----------
    kernel : MatrixKernel
    x, y : ndarray, shape (n,) or (n, k), and (m,) or (m, k)
    """

    def __init__(self, kernel: MatrixKernel, x: np.ndarray, y: np.ndarray) -> None:
        self.kernel, self.x, self.y = kernel, x, y
        self.shape = (len(x) * kernel.p, len(y) * kernel.q)
        self.scale = 1.0 / float(np.sqrt(float(len(x)) * len(y)))

    def values(self, rows: Index, columns: Index, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`; h is evaluated in double precision whatever `dtype` is."""
        p, q = self.kernel.p, self.kernel.q
        i, j = np.arange(self.shape[0])[rows], np.arange(self.shape[1])[columns]
        (points_x, at_x), (points_y, at_y) = (np.unique(numbers // width, return_inverse=True)
                                              for numbers, width in ((i, p), (j, q)))
        whole = self.kernel.finite_grid(self.x[points_x], self.y[points_y])
        return np.asarray(whole[at_x * p + i % p][:, at_y * q + j % q].astype(dtype, copy=False))

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        p, q = self.kernel.p, self.kernel.q
        values = self.kernel.finite_beside(self.x[rows // p], self.y[columns // q])
        return np.asarray(values[np.arange(len(rows)), rows % p, columns % q])
