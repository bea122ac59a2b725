"""Kernels: one wrapper over any callable h(x, y)."""

import copy
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .._support.budget import Budget, BudgetExhaustedError, evaluated
from .._support.probe import PAIRS_ALONE, POINTS_ALONE, require_alone
from .._support.user_function import UserFunction, real_values
from .._support.validation import (
    broadcast,
    described,
    function,
    list_of_points,
    optional_text,
    points,
    positive_int,
    real_array,
    sequence,
)
from ..errors import KernelError, NonFiniteKernelError

__all__ = ["PROBED", "SMALLEST_SIZE", "Elementwise", "Kernel", "as_dims", "as_function", "as_kernel", "elementwise",
           "non_finite", "probe_grid", "size_out_of_range"]

SMALLEST_SIZE = 1e-120
"""Kernels smaller than this, or larger than its inverse, are refused: their squares are not numbers."""

# From a point on a singular curve to one beside it.
_BESIDE = 32.0 * float(np.finfo(np.float64).eps)
# And from the origin: its square is a number.
_SMALL = 1e-150

# Irregular numbers of the size of one: no zeros, no symmetry, no two equal.
_PROBE_X = np.array([-1.37, 0.29, 0.83])
_PROBE_Y = np.array([-0.61, 1.13, 0.47, -1.71])

PROBED = 10_000
"""A kernel of vectors with more coordinates than this is not tried on construction."""

_VECTORISE = (
    "h must accept arrays and broadcast, like numpy's functions: write np.tanh(x * y) and not math.tanh(x * y), "
    "np.where(x > y, 1.0, 0.0) and not `1.0 if x > y else 0.0`; a function of two numbers "
    "can be wrapped, slowly, as np.vectorize(h)"
)
_VECTORISE_VECTORS = (
    "for vectors h must accept x of shape (..., p) and y of shape (..., q) and broadcast over the axes before the "
    "last: write np.tanh(np.sum(x * y, axis=-1)) and not np.tanh(x @ y), x[..., 0] and not x[0]; it is called with "
    "x[:, None, :] and y[None, :, :]; points of R itself, p or q = 1, have no last axis"
)
_VECTORISE_PHI = (
    "phi must take one array and act on each of its numbers, like numpy's functions: np.tanh and not math.tanh, "
    "np.maximum(z, 0) and not max(z, 0), no sum, sort or softmax over them; a function of two variables is passed as h "
    "itself"
)


class Kernel:
    r"""A real kernel h(x, y) of two variables, numbers or vectors, from any vectorised callable.

    The callable is tried on construction, on a 3 by 4 grid and on some of its pairs in another order: it must
    broadcast, act on each pair (x, y) by itself, and return real numbers. Its arguments are read-only: other values
    need them as they are. Integers and booleans are taken as floats, and masked arrays if nothing is masked. A result
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

    Attributes
    ----------
    name : str
    dims : (int, int)
    evaluations : int
        How many values h(x, y) have been asked for so far.

    Raises
    ------
    TypeError
        If `h` is not callable.
    KernelError
        If `h` accepts only numbers, changes its arguments, returns anything but real numbers or the wrong shape, or
        mixes points, as a softmax or a sort over them does.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.kernels import Kernel
    >>> kernel = Kernel(lambda x, y: np.tanh(x * y))
    >>> kernel.grid(np.array([0.0, 1.0]), np.array([1.0, 2.0, 3.0])).shape
    (2, 3)
    """

    def __init__(self, h: Callable[..., Any], name: str | None = None, dims: tuple[int, int] = (1, 1)) -> None:
        self.function = UserFunction(as_function(h), "h")
        self.name = optional_text(name, "name") or getattr(h, "__name__", type(h).__name__)
        self.dims = as_dims(dims)
        self.evaluations = 0
        self.budget: Budget | None = None
        if max(self.dims) <= PROBED:
            self._probe()

    def __repr__(self) -> str:
        """Name the kernel."""
        return f"Kernel({self.name})"

    def __call__(self, x: Any, y: Any) -> np.ndarray:
        """Evaluate h at points x and y that broadcast against each other; the values may be infinite or NaN."""
        x, y = points(x, "x", self.dims[0]), points(y, "y", self.dims[1])
        leading = self._leading(x, 0), self._leading(y, 1)
        broadcast(*leading)
        return evaluated(self.budget, self._at_once, (x, y), (x.ndim - len(leading[0]), y.ndim - len(leading[1])))

    def _at_once(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The values of h, from one call of it."""
        shape = np.broadcast_shapes(self._leading(x, 0), self._leading(y, 1))
        values = self._real(self.function(x, y))
        self.evaluations += math.prod(shape)
        if values.shape == shape:
            return values
        try:
            return np.broadcast_to(values, shape)
        except ValueError:
            raise self._shape_error(x, y, values.shape) from None

    def grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h on the grid of all pairs: x (n,) or (n, p) and y (m,) or (m, q) give (n, m)."""
        x, y = self.listed(x, y)
        return self(x[:, None], y[None])

    def listed(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return lists of points x, (n,) or (n, p), and y, (m,) or (m, q), as floats."""
        return list_of_points(x, "x", self.dims[0]), list_of_points(y, "y", self.dims[1])

    def _leading(self, array: np.ndarray, side: int) -> tuple[int, ...]:
        """The shape of an array of points of x (side 0) or y (side 1), without the axis of a vector's coordinates."""
        return array.shape if self.dims[side] == 1 else array.shape[:-1]

    def finite_grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h on the grid of all pairs; see `finite_beside` for where it is not finite."""
        x, y = self.listed(x, y)
        return self.finite_beside(x[:, None], y[None])

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
        x, y = (np.broadcast_to(array, values.shape + array.shape[len(self._leading(array, side)):])[bad]
                for side, array in enumerate((x, y)))
        # Unequal steps, which lead away from x = y as well; and where these lead along a curve, others across it.
        step = _BESIDE * (_size(x) + _size(y)) + _SMALL
        step_x, step_y = (step[:, None] if array.ndim > 1 else step for array in (x, y))
        beside = self(x + step_x, y + 2.0 * step_y)
        if not np.isfinite(beside).all():
            beside = np.where(np.isfinite(beside), beside, self(x + 2.0 * step_x, y - step_y))
        if not np.isfinite(beside).all():
            i = int(np.argmin(np.isfinite(beside)))
            raise non_finite(x[i], y[i], float(values[bad][i]))
        values = values.copy()
        values[bad] = beside
        return values

    def limited(self, budget: Budget) -> "Kernel":
        """Return the same kernel, with a count of its own, whose evaluations the budget must allow."""
        kernel = copy.copy(self)
        kernel.evaluations, kernel.budget = 0, budget
        return kernel

    def transposed(self) -> "Kernel":
        """Return the kernel (y, x) -> h(x, y); on grids h still sees x as a column and y as a row."""
        kernel = copy.copy(self)
        kernel.dims = self.dims[::-1]
        kernel.function = UserFunction(self._at_exchanged, "h")
        kernel.name, kernel.evaluations, kernel.budget = f"{self.name} transposed", 0, None    # self counts, and pays
        return kernel

    def _at_exchanged(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The values at (x, y), with the axes that broadcast reversed."""
        return _exchanged(self(*(_exchanged(points, points.ndim - len(self._leading(points, side)))
                                 for side, points in enumerate((x, y)))))

    @property
    def factor(self) -> float:
        """What the values of the user's function are multiplied by."""
        return self.function.factor

    def scaled(self, factor: float) -> "Kernel":
        """Return the kernel times a factor, with the same count and budget."""
        kernel = copy.copy(self)
        kernel.function = self.function.times(factor)
        return kernel

    def _real(self, values: Any) -> np.ndarray:
        return real_values(values, "h").astype(np.float64, copy=False)

    def _shape_error(self, x: np.ndarray, y: np.ndarray, shape: tuple[int, ...]) -> KernelError:
        return KernelError(f"h must return one value a pair: for x of shape {x.shape} and y of shape {y.shape} it "
                           f"returned shape {shape}. {self._advice}")

    @property
    def _advice(self) -> str:
        return _VECTORISE if self.dims == (1, 1) else _VECTORISE_VECTORS

    def _probe(self) -> None:
        """Try the callable on a small grid, where every mistake in its form shows."""
        x, y = probe_grid(self.dims)
        try:
            values = self._real(self.function(x, y))
        except (KernelError, BudgetExhaustedError):
            raise
        except Exception as error:
            raise KernelError(f"h failed on arrays x of shape {x.shape} and y of shape {y.shape} with "
                              f"{type(error).__name__}: {error}. {self._advice}") from error
        if values.ndim == 0 and not np.array_equal(values, self._real(self.function(x + 0.5, y)), equal_nan=True):
            # A number that changes with the points is a reduction (np.sum, np.dot), not a constant kernel.
            raise self._shape_error(x, y, values.shape)
        if values.ndim > 2 or any(n not in (1, full) for n, full in zip(values.shape[::-1], (4, 3), strict=False)):
            raise self._shape_error(x, y, values.shape)
        require_alone(lambda x, y: self._real(self.function(x, y)), (x, y), values, PAIRS_ALONE, POINTS_ALONE)


class Elementwise(Kernel):
    """The kernel phi(<x, y>), which knows its phi and where phi is not smooth; made by `elementwise`.

    Attributes
    ----------
    phi : callable
    k : int
        The dimension of x and y.
    kinks : tuple of float
        In increasing order.
    """

    def __init__(self, phi: Callable[[Any], Any], k: int, kinks: Any) -> None:
        self.phi = UserFunction(function(phi, "phi", "phi(z)", "np.tanh"), "phi")
        self.k, self.kinks = positive_int(k, "k"), _kinks(kinks)
        _probe_phi(self.phi)
        super().__init__(_at_products(self.phi, self.k), name=getattr(phi, "__name__", type(phi).__name__), dims=(k, k))

    def __repr__(self) -> str:
        """Name the function, and the dimension if it is not one."""
        return f"Elementwise({self.name})" if self.k == 1 else f"Elementwise({self.name}, k={self.k})"

    @property
    def on_the_line(self) -> "Elementwise":
        """The kernel phi(xy) of the same phi, with a count of its own and the same budget."""
        kernel = Elementwise(self.phi, 1, self.kinks)
        kernel.budget = self.budget
        return kernel

    @property
    def factor(self) -> float:
        """What the values of phi are multiplied by."""
        return self.phi.factor

    def scaled(self, factor: float) -> "Elementwise":
        """Return the kernel of phi times a factor, with the same count and budget."""
        kernel = copy.copy(self)
        kernel.phi = self.phi.times(factor)
        kernel.function = UserFunction(_at_products(kernel.phi, self.k), "h")
        return kernel


def elementwise(phi: Callable[[Any], Any], k: int = 1, kinks: Any = ()) -> Elementwise:
    r"""The kernel :math:`h(x, y) = \varphi(\langle x, y \rangle)` of a function applied to each entry of a matrix.

    For :math:`X, Y` of shape (n, k) with random rows, :math:`\varphi(X Y^T)` is a sample of it. Any function of two
    variables that depends on xy alone would do; this form says so, and spares the search for kinks.

    Parameters
    ----------
    phi : callable
        A function of one variable that acts on each number of an array by itself.
    k : int, default 1
        The dimension of x and y: any, at about the same cost. For k > 1 x and y have shape (..., k), and measures
        that are not given are ``Gaussian.standard(k)``. Normalise by composing:
        ``elementwise(lambda z: np.tanh(z / np.sqrt(k)), k)``.
    kinks : array_like of float, default ()
        Where phi, or a derivative of it, is not continuous: ``(-1, 1)`` for ``lambda z: np.clip(z, -1, 1)``, ``(0,)``
        for the absolute value. If there are none, or they are not known, leave it empty.

    Returns
    -------
    Elementwise
        A `Kernel`.

    Raises
    ------
    TypeError
        If `phi` is not callable, or `kinks` are not numbers.
    KernelError
        If `phi` does not act on arrays, or not on each of their numbers by itself.
    ValueError
        If `k` is not positive, or `kinks` are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.kernels import elementwise
    >>> kernel = elementwise(lambda z: np.clip(z, -1.0, 1.0), kinks=[1, -1])
    >>> kernel.kinks
    (-1.0, 1.0)
    >>> print(kernel(0.5, np.array([1.0, 4.0])))
    [0.5 1. ]
    """
    return Elementwise(phi, k, kinks)


def _kinks(kinks: Any) -> tuple[float, ...]:
    places = real_array(kinks, "kinks")
    if places.ndim != 1 or not np.isfinite(places).all():
        raise ValueError(f"kinks must be a sequence of finite numbers z where phi(z) is not smooth, got "
                         f"{described(kinks)}; pass for example (-1, 1)")
    return tuple(np.unique(places).tolist())


def _probe_phi(phi: Callable[[Any], Any]) -> None:
    """Try phi on an array and on some of its numbers: what mixes them, as a softmax does, gives no kernel."""
    z = np.outer(_PROBE_X, _PROBE_Y)
    try:
        whole = real_values(phi(z), "phi")
    except (KernelError, BudgetExhaustedError):
        raise
    except Exception as error:
        raise KernelError(f"phi failed on an array z of shape {z.shape} with {type(error).__name__}: {error}. "
                          f"{_VECTORISE_PHI}") from error
    if whole.shape not in {(), z.shape}:
        raise KernelError(f"phi must act on each number by itself: for z of shape {z.shape} it returned shape "
                          f"{whole.shape}. {_VECTORISE_PHI}")
    require_alone(phi, (z,), whole, "phi must act on each number by itself", _VECTORISE_PHI)


def _at_products(phi: UserFunction, k: int) -> Callable[[Any, Any], Any]:
    """The function (x, y) -> phi(<x, y>) of points in R^k; it pickles if phi does."""
    return partial(_of_product if k == 1 else _of_inner, phi)


def _of_product(phi: Callable[[Any], Any], x: np.ndarray, y: np.ndarray) -> Any:
    return phi(x * y)


def _of_inner(phi: Callable[[Any], Any], x: np.ndarray, y: np.ndarray) -> Any:
    return phi(_inner(x, y))


def _inner(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The products <x, y> of vectors that broadcast; on a grid, (n, 1, k) and (1, m, k), by one matrix product."""
    if x.ndim == y.ndim == 3 and x.shape[1] == y.shape[0] == 1:
        return np.asarray(x[:, 0] @ y[0].T)
    return np.asarray(np.einsum("...k,...k->...", x, y))


def _size(array: np.ndarray) -> np.ndarray:
    """The absolute values of points, (n,) or (n, k): shape (n,)."""
    with np.errstate(over="ignore"):
        return np.abs(array) if array.ndim == 1 else np.asarray(np.linalg.norm(array, axis=-1))


def _exchanged(array: np.ndarray, fixed: int = 0) -> np.ndarray:
    """Reverse the axes of an array but for the last `fixed` ones, which stay."""
    last = tuple(range(array.ndim - fixed, array.ndim))
    return np.transpose(array, (*range(array.ndim - fixed - 1, -1, -1), *last))


def probe_grid(dims: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Three points x and four points y, numbers or vectors, so that they broadcast to a grid of 3 by 4."""
    return _probe_points(_PROBE_X, dims[0])[:, None], _probe_points(_PROBE_Y, dims[1])[None, :]


def _probe_points(numbers: np.ndarray, dim: int) -> np.ndarray:
    """Irregular points, (n,) or (n, dim), from irregular numbers, (n,)."""
    if dim == 1:
        return numbers
    column = numbers[:, None]
    return np.asarray(column + np.sin(3.0 * column * (1.0 + np.sqrt(2.0) * np.arange(dim))) / np.sqrt(dim))


def non_finite(x: Any, y: Any, value: float) -> NonFiniteKernelError:
    """Build the error for a kernel value that is not finite."""
    x, y = (point.tolist() if isinstance(point, np.ndarray | np.generic) else point for point in (x, y))
    return NonFiniteKernelError(f"h must be finite, but h({x!r}, {y!r}) = {value}; "
                                f"define h there (np.where, np.nan_to_num), or take measures that avoid it")


def size_out_of_range(size: float) -> KernelError:
    """Build the error for a kernel whose squares overflow or underflow, or of which only the last trace was seen."""
    return KernelError(f"h must have a size sqrt(E[h^2]) between {SMALLEST_SIZE:g} and {1.0 / SMALLEST_SIZE:g}, so "
                       f"that squares are numbers, got {size:.3g} although h is not zero; decompose c * h with a "
                       f"suitable constant c, or shift and scale x and y to where h is large")


def as_function(h: Any) -> Callable[..., Any]:
    """Return `h` if it can be called, or raise naming it."""
    return function(h, "h", "h(x, y)", "lambda x, y: np.tanh(x * y)")


def as_dims(dims: Any) -> tuple[int, int]:
    """Return the dimensions of x and y, or raise naming `dims`."""
    pair = sequence(dims, "dims", "(1, 1)")
    if len(pair) != 2:
        raise ValueError(f"dims must hold two dimensions, of x and of y, got {described(dims)}; pass for example "
                         f"(1, 1)")
    return positive_int(pair[0], "dims"), positive_int(pair[1], "dims")


def as_kernel(h: "Callable[..., Any] | Kernel", dims: tuple[int, int] = (1, 1)) -> Kernel:
    """Return `h` itself if it is a Kernel, and wrap it, for x and y of these dimensions, otherwise."""
    return h if isinstance(h, Kernel) else Kernel(h, dims=dims)
