"""Kernels with matrices for values: h(x, y) of shape (..., p, q)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from .._support.probe import PAIRS_ALONE, POINTS_ALONE, require_alone, tried
from .._support.user_function import UserFunction, numbers
from ..errors import KernelError, NonFiniteKernelError
from ..measures import MeasureLike
from .kernel import Kernel, as_function
from .probe_grid import probe_grid


class MatrixKernel(Kernel):
    r"""A kernel whose values are p by q matrices, from a callable that returns shape (..., p, q).

    .. math:: h(x, y) = \sum_i s_i f_i(x)\, g_i(y)^T, \qquad E[f_i \cdot f_j] = E[g_i \cdot g_j] = \delta_{ij},

    with :math:`f_i` in :math:`\mathbb R^p` and :math:`g_i` in :math:`\mathbb R^q`: the singular values of
    :math:`(T g)(x) = E_y[h(x, y)\, g(y)]`. `decompose` and the samplers take the callable itself, and see what it
    returns; this class says so, and where x and y are vectors, of which dimensions. On n points of x and m of y, `grid`
    is the (n p, m q) matrix of all values; a sample of n points a side, over n, has for large n the values of T.

    Parameters
    ----------
    h : callable
        ``h(x, y)``: arrays that broadcast, for vectors over the axes before the last, give matrices in the last two
        axes of the result.
    dims : (int, int), default (1, 1)
        The dimensions of x and y.
    name : str, optional
    measures : (Measure, Measure), optional
        As for `Kernel`.

    Attributes
    ----------
    p, q : int

    Raises
    ------
    KernelError
        If h does not broadcast, or does not return matrices of one shape.

    Examples
    --------
    The identity times a kernel of numbers: every value stands twice.

    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.exp(0.2 * x * y)[..., None, None] * np.eye(2), rtol=1e-8)
    >>> svd.singular_values[:4].round(6).tolist()
    [1.021548, 1.021548, 0.21321, 0.21321]
    """

    _why_real = " in matrices; take their real or imaginary parts, or return numbers, which may be complex"

    def __init__(self, h: Callable[..., Any], dims: tuple[int, int] = (1, 1), name: str | None = None,
                 measures: tuple[MeasureLike, MeasureLike] | None = None) -> None:
        self._begin(UserFunction(as_function(h), "h"), name, dims)
        grid = probe_grid(self.dims, measures)
        shape = matrix_shape(self.function, grid)
        if shape is None:
            raise self._fault(grid)
        self.p, self.q = self.value_shape = shape
        if 0 in shape:
            raise KernelError(f"h must return matrices of at least one row and one column, got {self.p} by {self.q}; "
                              f"return numbers, or matrices that are not empty")
        require_alone(self._numbers, grid, self.converted(self.function.first), PAIRS_ALONE, POINTS_ALONE)
        self.eps = self.function.eps

    def __repr__(self) -> str:
        """Name it and the shape of its values."""
        return f"MatrixKernel({self.name}, {self.p} x {self.q})"

    def _shape_error(self, x: np.ndarray, y: np.ndarray, shape: tuple[int, ...]) -> KernelError:
        return KernelError(f"h must return matrices of one shape, {self.p} by {self.q}: for x of shape {x.shape} and "
                           f"y of shape {y.shape} it returned shape {shape}")

    def _as_matrix(self, values: np.ndarray) -> np.ndarray:
        """Values (n, m, p, q) as one matrix (n p, m q)."""
        n, m, p, q = values.shape
        return np.asarray(values.transpose(0, 2, 1, 3).reshape(n * p, m * q))

    def finite_beside(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h at points that broadcast, shape (..., p, q); raises where it is not finite, naming a point."""
        values = self(x, y)
        if not np.isfinite(values).all():
            bad = tuple(np.argwhere(~np.isfinite(values))[0])
            x, y = self._of_every_value(values.shape[:-2], *self.mapped(x, y))
            point = f"x = {x[bad[:-2]].tolist()!r}, y = {y[bad[:-2]].tolist()!r}"
            raise NonFiniteKernelError(f"h must be finite, but has an entry {values[bad]} at {point}; define h there")
        return values

    def _fault(self, grid: tuple[np.ndarray, np.ndarray]) -> KernelError:
        """Build the error for values that are no matrices; raises what is wrong with them, if it is more than that."""
        found = tried(self._numbers, grid, "h failed on arrays that broadcast",
                      "it must return shape (..., p, q)").shape
        return KernelError(f"h must return matrices, shape (..., p, q): for x of shape (3, 1) and y of shape (1, 4), "
                           f"not counting the axis of a vector's coordinates, shape (3, 4, p, q), but it returned "
                           f"shape {found}; build them with np.stack, or leave MatrixKernel out if h returns numbers")

    def transposed(self) -> Self:
        """Return the kernel (y, x) -> h(x, y)^T."""
        return super().transposed()._changed(p=self.q, q=self.p, value_shape=(self.q, self.p))

    def _at_exchanged(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.swapaxes(super()._at_exchanged(y, x), -1, -2)


def matrix_shape(function: UserFunction, grid: tuple[np.ndarray, np.ndarray]) -> tuple[int, int] | None:
    """The shape (p, q) of the values of a function on a grid if they are matrices, else None; the values stay with it.

    `Kernel` explains what fails.
    """
    try:
        values = numbers(function(*grid), "h")
    except Exception:  # noqa: BLE001 -- whatever a user's function raises
        return None
    function.first = values.copy()    # it may write its next values where these are
    if values.ndim != 4 or values.shape[0] not in {1, 3} or values.shape[1] not in {1, 4}:
        return None
    return values.shape[2], values.shape[3]
