"""Sampled matrices h(x_i, y_j) / n, and the matrix with independent entries for contrast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .._support.validation import generator, instance, pair, positive_int, require_memory
from ..kernels import BlockKernel, Kernel, MatrixKernel, paired
from ..matrices import BlockMatrix, KernelMatrix, MatrixOfKernel, ValuedMatrix
from ..measures import Gaussian, Measure, MeasureLike


class Sample(NamedTuple):
    """A sampled matrix and the points behind it: matrix[i, j] = h(x[i], y[j]) / sqrt(nm)."""

    matrix: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def __repr__(self) -> str:
        """Name the size."""
        return f"Sample({self.matrix.shape[0]} x {self.matrix.shape[1]})"


def draw_sample(
    h: Callable[..., Any] | Kernel,
    n: int,
    mu_x: MeasureLike = Gaussian(),  # noqa: B008 -- immutable
    mu_y: MeasureLike = Gaussian(),  # noqa: B008
    *,
    m: int | None = None,
    rng: Any = None,
) -> Sample:
    """Draw the matrix of `sample_matrix`, and return the points x and y, (n,) or (n, k), beside it."""
    kernel, mu_x, mu_y = paired(h, mu_x, mu_y)
    shape = positive_int(n, "n"), positive_int(n if m is None else m, "m")
    matrix = draw_matrix(kernel, shape, mu_x, mu_y, generator(rng))
    return Sample(matrix.stored(), matrix.x, matrix.y)


def draw_matrix(
    kernel: Kernel, shape: tuple[int, int], mu_x: Measure, mu_y: Measure, rng: np.random.Generator
) -> MatrixOfKernel:
    """Draw the points of a sampled matrix, of measures that fit the kernel; entries are evaluated when asked for."""
    kernel = instance(kernel, "kernel", Kernel, "pass opsvd.Kernel(h)")
    n, m = pair(shape, "shape", positive_int, "two numbers, of rows and of columns", "(100, 50)")
    (kernel, mu_x, mu_y), rng = paired(kernel, mu_x, mu_y), generator(rng)
    require_memory(float(n) * kernel.dims[0], "n", n, "take fewer rows")
    require_memory(float(m) * kernel.dims[1], "m", m, "take fewer columns")
    x, y = mu_x.sample(n, rng), mu_y.sample(m, rng)
    if isinstance(kernel, MatrixKernel):
        return ValuedMatrix(kernel, x, y)
    return BlockMatrix(kernel, x, y) if isinstance(kernel, BlockKernel) else KernelMatrix(kernel, x, y)


def sample_matrix(
    h: Callable[..., Any] | Kernel,
    n: int,
    mu_x: MeasureLike = Gaussian(),  # noqa: B008
    mu_y: MeasureLike = Gaussian(),  # noqa: B008
    rng: Any = None,
    *,
    m: int | None = None,
) -> np.ndarray:
    r"""Draw the matrix :math:`H_{ij} = h(x_i, y_j) / \sqrt{nm}`, :math:`x_i \sim \mu_x, y_j \sim \mu_y` independent.

    For large n its singular values are those of the operator, with an error of order :math:`n^{-1/2}`.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised; for vectors x has shape (..., k).
    n : int
        The number of rows, and of columns unless m is given.
    mu_x, mu_y : Measure, or what stands for one
        As for `decompose`; by default standard Gaussians, of the dimension of h if it knows that, as
        ``elementwise(phi, k)`` does.
    rng : optional
        Anything that `numpy.random.default_rng` takes.
    m : int, optional
        The number of columns.

    Returns
    -------
    ndarray, shape (n, m)

    Raises
    ------
    NonFiniteKernelError
        If h is not finite at a sampled pair; the message names it.
    TypeError, ValueError
        If n is not a positive integer, or a measure is not one.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.sampling import sample_matrix
    >>> matrix = sample_matrix(lambda x, y: np.sign(x * y), 200, rng=0)
    >>> print(np.linalg.svd(matrix, compute_uv=False)[:2].round(12))
    [1. 0.]
    """
    return draw_sample(h, n, mu_x, mu_y, m=m, rng=rng).matrix


def iid_gaussian(n: int, rng: Any = None) -> np.ndarray:
    r"""Draw a matrix with independent entries :math:`M_{ij} \sim N(0, 1/n)`, shape (n, n): full rank, for contrast.

    Its singular values fill the quarter circle on [0, 2], and its effective rank tends to
    :math:`(8 / 3\pi)^2 n = 0.72 n`.
    """
    n, rng = positive_int(n, "n"), generator(rng)
    require_memory(float(n) ** 2, "n", n, "take fewer")
    return np.asarray(rng.standard_normal((n, n)) / np.sqrt(n))
