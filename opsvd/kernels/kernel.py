"""Kernels: one wrapper over any callable h(x, y)."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from .._support.arrays import leading_part
from .._support.budget import Budget, evaluated
from .._support.floats import EPS
from .._support.probe import PAIRS_ALONE, POINTS_ALONE, broadcasts_to, require_alone, tried
from .._support.user_function import UserFunction, numbers, real_values
from .._support.validation import broadcast, function, list_of_points, pair, points, positive_int, text
from ..errors import KernelError, NonFiniteKernelError
from ..measures import LineMeasure, MeasureLike
from .probe_grid import probe_grid

SMALLEST_SIZE = 1e-120
"""Kernels smaller than this, or larger than its inverse, are refused.

Their squares and what weights make of these must be numbers: 1e-240 leaves 68 decades for weights.
"""

PROBED = 10_000
"""A kernel of vectors with more coordinates than this is not tried on construction: twelve points take a megabyte."""

_VECTORISE = (
    "h must accept arrays and broadcast, like numpy's functions: write np.tanh(x * y) and not math.tanh(x * y), "
    "np.where(x > y, 1.0, 0.0) and not `1.0 if x > y else 0.0`; a function of two numbers "
    "can be wrapped, slowly, as np.vectorize(h); for vectors pass measures of vectors, as Gaussian.standard(3)"
)
_VECTORISE_VECTORS = (
    "for vectors h must accept x of shape (..., p) and y of shape (..., q) and broadcast over the axes before the "
    "last: write np.tanh(np.sum(x * y, axis=-1)) and not np.tanh(x @ y), x[..., 0] and not x[0]; it is called with "
    "x[:, None, :] and y[None, :, :]; points of R itself, p or q = 1, have no last axis"
)


class Kernel:
    r"""A kernel h(x, y) of two variables, numbers or vectors, from any vectorised callable.

    The callable is tried on construction, on a 3 by 4 grid and on some of its pairs in another order: it must
    broadcast, act on each pair (x, y) by itself, and return numbers. If they are complex there, the kernel is complex;
    else they must be real everywhere. Its arguments are read-only: other values need them as they are. Integers and
    booleans are taken as floats, and masked arrays if nothing is masked. A result
    that does not depend on one of the variables may have the shape of the other (``lambda x, y: np.sin(x)``), and a
    constant may be a plain number.

    Vectors of R^p have shape (..., p), and what broadcasts are the axes before the last: on a grid the callable gets x
    of shape (n, 1, p) and y of shape (1, m, q), and returns shape (n, m). Numbers, p = 1, have no last axis.

    Parameters
    ----------
    h : callable
        ``h(x, y)``, accepting arrays x of shape (n, 1) and y of shape (1, m) and returning shape (n, m).
    name : str, optional
        For tables and messages; by default the name of the callable.
    dims : (int, int), default (1, 1)
        The dimensions p and q of x and y.
    measures : (Measure, Measure), optional
        Those of x and y, of whose points h is tried at a few; by default these are numbers between -2 and 2.

    Attributes
    ----------
    name : str
    dims : (int, int)
    dtype : numpy.dtype
        Of the values: float64 or complex128.
    eps : float
        The distance from one to the next number in the type that the callable returned where it was tried: it is
        larger for float32.
    evaluations : int
        How many values h(x, y) have been asked for so far.

    Raises
    ------
    TypeError
        If `h` is not callable.
    KernelError
        If `h` accepts only numbers, changes its arguments, returns anything but numbers or the wrong shape, or mixes
        points, as a softmax or a sort over them does.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.kernels import Kernel
    >>> kernel = Kernel(lambda x, y: np.tanh(x * y))
    >>> kernel.grid(np.array([0.0, 1.0]), np.array([1.0, 2.0, 3.0])).shape
    (2, 3)
    >>> Kernel(lambda x, y: np.exp(1j * x * y)).dtype
    dtype('complex128')
    """

    _called = "h"    # by messages
    _why_real = (" after real numbers where it was tried; return complex numbers everywhere, as x + 0j does, or take "
                 "the real part")
    value_shape: tuple[int, ...] = ()    # for matrices (p, q)

    def __init__(self, h: Callable[..., Any], name: str | None = None, dims: tuple[int, int] = (1, 1),
                 measures: tuple[MeasureLike, MeasureLike] | None = None) -> None:
        self._begin(h if isinstance(h, UserFunction) else UserFunction(as_function(h), "h"), name, dims)
        if max(self.dims) <= PROBED:
            self._probe(*probe_grid(self.dims, measures))
        self.eps = self.function.eps

    def _begin(self, function: UserFunction, name: str | None, dims: tuple[int, int]) -> None:
        """Set what every kernel has; nothing is evaluated yet."""
        self.function, self.dims = function, pair(dims, "dims", positive_int, "two dimensions, of x and of y", "(1, 1)")
        self.name = ("" if name is None else text(name, "name")) or name_of(function.function)
        self.evaluations = 0
        self.dtype: np.dtype[Any] = np.dtype(np.float64)
        self.eps = EPS
        self.budget: Budget | None = None
        self.payer: Kernel | None = None    # of a transposed kernel that which it was made of
        self.lines: tuple[LineMeasure | None, LineMeasure | None] = None, None

    def __repr__(self) -> str:
        """Name the kernel."""
        return f"Kernel({self.name})"

    def __call__(self, x: Any, y: Any) -> np.ndarray:
        """Evaluate h at points x and y that broadcast against each other; the values may be infinite or NaN."""
        dim_x, dim_y = self.coordinate_dims
        x, y = points(x, "x", dim_x), points(y, "y", dim_y)
        broadcast(leading_part(x, dim_x > 1), leading_part(y, dim_y > 1))
        return self.at_points(*self.mapped(x, y))

    def at_points(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The values of h at points that broadcast, whatever `along` says: within the budget."""
        return evaluated(self.budget, self._at_once, (x, y), self._coordinate_axes, width=math.prod(self.value_shape))

    @property
    def coordinate_dims(self) -> tuple[int, int]:
        """The dimensions of what it is called with: of points, and one for coordinates where it was made by `along`."""
        mu_x, mu_y = self.lines
        return self.dims[0] if mu_x is None else 1, self.dims[1] if mu_y is None else 1

    @property
    def _coordinate_axes(self) -> tuple[int, int]:
        """How many axes the coordinates of x and of y take: one for vectors, none for numbers."""
        return int(self.dims[0] > 1), int(self.dims[1] > 1)

    def _at_once(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The values of h from one call, whatever the budget; none where there are no points: h may take a minimum."""
        shape = np.broadcast(*map(leading_part, (x, y), self._coordinate_axes)).shape + self.value_shape
        if 0 in shape:
            return np.zeros(shape, self.dtype)
        values = self._numbers(x, y)
        self.evaluations += math.prod(shape)
        if values.shape == shape:
            return values
        try:
            return np.broadcast_to(values, shape)
        except ValueError:
            raise self._shape_error(x, y, values.shape) from None

    def mapped(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The points that h gets for x and y: others where the kernel was made by `along`."""
        mu_x, mu_y = self.lines
        return x if mu_x is None else mu_x.points(x), y if mu_y is None else mu_y.points(y)

    def grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h on the grid of all pairs: x (n,) or (n, p) and y (m,) or (m, q) give (n, m)."""
        x, y = self.listed(x, y)
        return self._as_matrix(self(x[:, None], y[None]))

    def _as_matrix(self, values: np.ndarray) -> np.ndarray:
        """The values on a grid as a matrix."""
        return values

    def listed(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return lists of points x, (n,) or (n, p), and y, (m,) or (m, q), as floats."""
        dim_x, dim_y = self.coordinate_dims
        return list_of_points(x, "x", dim_x), list_of_points(y, "y", dim_y)

    def _of_every_value(self, shape: tuple[int, ...], x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
        """Points x and y, broadcast to the shape that all of their pairs have."""
        return [np.broadcast_to(array, shape + array.shape[array.ndim - axes:])
                for array, axes in zip((x, y), self._coordinate_axes, strict=True)]

    def finite_grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h on the grid of all pairs; see `finite_beside` for where it is not finite."""
        x, y = self.listed(x, y)
        return self._as_matrix(self.finite_beside(x[:, None], y[None]))

    def finite_beside(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h at points that broadcast; where it is not finite, beside them, a few roundings away.

        On a curve where h is singular it may be infinite, or 0/0, but not beside it. Raises NonFiniteKernelError,
        naming a point, where it is not finite there either.
        """
        values = self(x, y)
        finite = np.isfinite(values)
        if finite.all():
            return values
        bad = np.nonzero(~finite)
        x, y = (array[bad] for array in self._of_every_value(values.shape, *self.mapped(x, y)))
        # By some roundings, and from the origin by a number whose square is one. The steps are unequal, so that they
        # lead away from x = y as well; where they lead along a curve on which h is singular, others lead across it.
        step = 32.0 * EPS * (_size(x) + _size(y)) + 1e-150
        step_x, step_y = (step[:, None] if array.ndim > 1 else step for array in (x, y))
        beside = self.at_points(*self._supported(x + step_x, y + 2.0 * step_y))
        if not np.isfinite(beside).all():
            beside = np.where(np.isfinite(beside), beside,
                              self.at_points(*self._supported(x + 2.0 * step_x, y - step_y)))
        if not np.isfinite(beside).all():
            i = int(np.argmin(np.isfinite(beside)))
            raise non_finite(x[i], y[i], values[bad][i].item())
        values = values.copy()
        values[bad] = beside
        return values

    def non_finite(self, x: Any, y: Any, value: complex) -> NonFiniteKernelError:
        """Build the error for a value at x and y that is not finite."""
        return non_finite(*self.mapped(np.asarray(x, dtype=float), np.asarray(y, dtype=float)), value)

    def along(self, mu_x: LineMeasure | None, mu_y: LineMeasure | None) -> Self:
        """Return the kernel (t, u) -> h(x(t), y(u)) of the coordinates of measures, with a count of its own.

        Evaluations are paid for by the same budget. A variable without a measure, or with one whose coordinates are
        all points of the line, stays as it is.
        """
        lines = tuple(None if mu is None or mu.covers_line else mu for mu in (mu_x, mu_y))
        same = all(one is other for one, other in zip(lines, self.lines, strict=True))
        return self if same else self._changed(lines=lines, evaluations=0)

    def _supported(self, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
        """Points moved into the supports of the measures of the coordinates."""
        return [points if mu is None else mu.supported(points) for points, mu in zip((x, y), self.lines, strict=True)]

    def limited(self, budget: Budget) -> Self:
        """Return the same kernel, with a count of its own, whose evaluations the budget must allow."""
        return self._changed(evaluations=0, budget=budget)

    def transposed(self) -> Self:
        """Return the kernel (y, x) -> h(x, y); on grids h still sees x as a column and y as a row."""
        # Evaluations are counted, and paid for, by self.
        return self._changed(dims=self.dims[::-1], function=UserFunction(self._at_exchanged, "h"), evaluations=0,
                             name=f"{self.name} transposed", budget=None, payer=self, lines=self.lines[::-1])

    def adjoint(self) -> Self:
        """Return the kernel (y, x) -> conj(h(x, y)) of the adjoint operator: of a real kernel, `transposed`."""
        swapped = self.transposed()
        if not self.complex:
            return swapped
        return swapped._changed(function=UserFunction(self._conjugate_at_exchanged, "h"))

    @property
    def coordinates_written(self) -> int:
        """How many numbers the evaluation of one value may write: all coordinates of a pair of vectors, multiplied."""
        return max(self.dims)

    def of_arrays(self) -> Callable[[Any, Any], Any]:
        """The function for arrays of any library that are a grid of points; of vectors x (n, 1, p) and y (1, m, q)."""
        return self.function

    @property
    def dear(self) -> bool:
        """Whether values are to be spared, as its budget tells."""
        return self.payer.dear if self.payer is not None else self.budget is not None and self.budget.dear

    @property
    def complex(self) -> bool:
        """Whether values are complex."""
        return self.dtype.kind == "c"

    def _at_exchanged(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The values at (x, y), with the axes that broadcast reversed."""
        x, y = (_reversed(array, axes) for array, axes in zip((x, y), self._coordinate_axes, strict=True))
        return _reversed(self.at_points(x, y), len(self.value_shape))

    def _conjugate_at_exchanged(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return self._at_exchanged(y, x).conj()

    @property
    def factor(self) -> float:
        """What the values of the user's function are multiplied by."""
        return self.function.factor

    def scaled(self, factor: float) -> Self:
        """Return the kernel times a factor, with the same count and budget."""
        return self._changed(function=self.function.times(factor))

    def _changed(self, **attributes: Any) -> Self:
        """Return the same kernel with other values of some attributes."""
        kernel = copy.copy(self)
        vars(kernel).update(attributes)
        return kernel

    def _numbers(self, *points: np.ndarray) -> np.ndarray:
        """The values that the function returns for points, of the type of the kernel."""
        return self.converted(self.function(*points))

    def converted(self, values: Any, dtype: Any = None) -> np.ndarray:
        """What the function returned as an array of the type of the kernel, or of another one that is given.

        Raises KernelError for what are no numbers, and for complex numbers if the kernel is real.
        """
        array = numbers(values, self._called) if self.complex else real_values(values, self._called, self._why_real)
        return array.astype(self.dtype if dtype is None else dtype, copy=False)

    def _shape_error(self, x: np.ndarray, y: np.ndarray, shape: tuple[int, ...]) -> KernelError:
        return KernelError(f"h must return one value a pair: for x of shape {x.shape} and y of shape {y.shape} it "
                           f"returned shape {shape}. {self._advice}")

    @property
    def _advice(self) -> str:
        return _VECTORISE if self.dims == (1, 1) else _VECTORISE_VECTORS

    def _probe(self, x: np.ndarray, y: np.ndarray) -> None:
        """Try the callable on a small grid, where every mistake in its form shows, and whether values are complex."""
        values = tried(lambda x, y: numbers(self.function.at_first(x, y), self._called), (x, y),
                       f"h failed on arrays x of shape {x.shape} and y of shape {y.shape}", self._advice)
        self.dtype = np.dtype(np.complex128 if values.dtype.kind == "c" else np.float64)
        values = self.converted(values)
        # A number that changes with the points is a reduction (np.sum, np.dot), not a constant kernel.
        other = np.broadcast_to(x[:1], x.shape).copy()
        reduced = values.ndim == 0 and not np.array_equal(values, self._numbers(other, y), equal_nan=True)
        if reduced or not broadcasts_to(values.shape, (3, 4)):
            raise self._shape_error(x, y, values.shape)
        require_alone(self._numbers, (x, y), values, PAIRS_ALONE, POINTS_ALONE)


def _size(array: np.ndarray) -> np.ndarray:
    """The absolute values of points, (n,) or (n, k): shape (n,)."""
    with np.errstate(over="ignore"):
        return np.abs(array) if array.ndim == 1 else np.asarray(np.linalg.norm(array, axis=-1))


def _reversed(array: np.ndarray, fixed: int) -> np.ndarray:
    """Reverse the axes of an array but for the last `fixed` ones, which stay."""
    moved = array.ndim - fixed
    return np.transpose(array, (*reversed(range(moved)), *range(moved, array.ndim)))


def untried(h: Callable[..., Any], dims: tuple[int, int], dtype: Any = np.float64) -> Kernel:
    """The kernel of a function of the library itself, which is vectorised: it is not tried at any points."""
    kernel = Kernel.__new__(Kernel)
    kernel._begin(UserFunction(h, "h"), None, dims)
    return kernel._changed(dtype=np.dtype(dtype))


def non_finite(x: np.ndarray, y: np.ndarray, value: complex) -> NonFiniteKernelError:
    """Build the error for a value at points x and y that is not finite."""
    return NonFiniteKernelError(f"h must be finite, but h({x.tolist()!r}, {y.tolist()!r}) = {value}; "
                                f"define h there (np.where, np.nan_to_num), or take measures that avoid it")


def size_out_of_range(size: float) -> KernelError:
    """Build the error for a kernel whose squares overflow or underflow, or of which only the last trace was seen."""
    seen = "although h is not zero" if size < 1.0 else "which may be a part of E[h^2] that is infinite"
    return KernelError(f"h must have a size sqrt(E[h^2]) between {SMALLEST_SIZE:g} and {1.0 / SMALLEST_SIZE:g}, so "
                       f"that squares are numbers, got {size:.3g}, {seen}; decompose c * h with a suitable constant c, "
                       f"or shift and scale x and y to where h is large"
                       + ("" if size < 1.0 else ", or bound h where it grows"))


def name_of(function: Callable[..., Any]) -> str:
    """The name of a function, or of the class of an object that is called."""
    return str(getattr(function, "__name__", type(function).__name__))


def as_function(h: Any) -> Callable[..., Any]:
    """Return `h` if it can be called, or raise naming it."""
    return function(h, "h", "h(x, y)", "lambda x, y: np.tanh(x * y)", 2)


def as_kernel(h: Callable[..., Any] | Kernel, dims: tuple[int, int] = (1, 1),
              measures: tuple[MeasureLike, MeasureLike] | None = None) -> Kernel:
    """Return `h` itself if it is a Kernel, and wrap it, for x and y of these dimensions, otherwise."""
    return h if isinstance(h, Kernel) else Kernel(h, dims=dims, measures=measures)
