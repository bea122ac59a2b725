"""Kernels: one wrapper over any callable h(x, y)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import KernelError, NonFiniteKernelError

__all__ = ["SMALLEST_SIZE", "Kernel", "as_kernel", "non_finite", "size_out_of_range"]

SMALLEST_SIZE = 1e-120
"""Kernels smaller than this, or larger than its inverse, are refused: their squares are not numbers."""

# Irregular numbers of the size of one: no zeros, no symmetry, no two equal.
_PROBE_X = np.array([-1.37, 0.29, 0.83])
_PROBE_Y = np.array([-0.61, 1.13, 0.47, -1.71])

_VECTORISE = (
    "h must accept arrays and broadcast, like numpy's functions: write np.tanh(x * y) and not math.tanh(x * y), "
    "np.where(x > y, 1.0, 0.0) and not `1.0 if x > y else 0.0`; a function of two numbers "
    "can be wrapped, slowly, as np.vectorize(h)"
)


class Kernel:
    r"""A real kernel h(x, y) of two variables, from any vectorised callable.

    The callable is tried once, on construction, on a 3 by 4 grid: it must broadcast, and return real numbers.
    Integers and booleans are taken as floats. A result that does not depend on one of the variables may have the
    shape of the other (``lambda x, y: np.sin(x)``), and a constant may be a plain number.

    Parameters
    ----------
    h : callable
        ``h(x, y)``, accepting arrays x of shape (n, 1) and y of shape (1, m) and returning shape (n, m).
    name : str, optional
        For tables and messages; by default the name of the callable.

    Attributes
    ----------
    name : str
    evaluations : int
        How many values h(x, y) have been asked for so far.

    Raises
    ------
    TypeError
        If `h` is not callable.
    KernelError
        If `h` accepts only numbers, returns complex numbers, or returns the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.kernels import Kernel
    >>> kernel = Kernel(lambda x, y: np.tanh(x * y))
    >>> kernel.grid(np.array([0.0, 1.0]), np.array([1.0, 2.0, 3.0])).shape
    (2, 3)
    """

    def __init__(self, h: Callable[..., Any], name: str | None = None) -> None:
        if not callable(h):
            raise TypeError(f"h must be callable as h(x, y), got {type(h).__name__}; "
                            f"pass a function such as lambda x, y: np.tanh(x * y)")
        self.function = h
        self.name = name if name is not None else getattr(h, "__name__", type(h).__name__)
        self.evaluations = 0
        self._probe()

    def __repr__(self) -> str:
        """Name the kernel."""
        return f"Kernel({self.name})"

    def __call__(self, x: Any, y: Any) -> np.ndarray:
        """Evaluate h at points x and y that broadcast against each other; the values may be infinite or NaN."""
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        shape = np.broadcast_shapes(x.shape, y.shape)
        with np.errstate(all="ignore"):
            values = self._real(self.function(x, y))
        self.evaluations += int(np.prod(shape))
        try:
            return np.broadcast_to(values, shape)
        except ValueError:
            raise self._shape_error(x, y, values.shape) from None

    def grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h on the grid of all pairs: x (n,) and y (m,) give (n, m)."""
        return self(x[:, None], y[None, :])

    def finite_grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Evaluate h on the grid of all pairs, and raise NonFiniteKernelError naming a point where it is not finite."""
        values = self.grid(x, y)
        if not np.isfinite(values).all():
            i, j = np.argwhere(~np.isfinite(values))[0]
            raise non_finite(float(x[i]), float(y[j]), float(values[i, j]))
        return values

    def transposed(self) -> "Kernel":
        """Return the kernel (y, x) -> h(x, y); on grids h still sees x as a column and y as a row."""
        h = self.function
        return Kernel(lambda y, x: np.transpose(h(np.transpose(x), np.transpose(y))), name=f"{self.name} transposed")

    def _real(self, values: Any) -> np.ndarray:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise KernelError(f"h must return real numbers, got dtype {array.dtype}; "
                              f"decompose its real and imaginary parts separately (h.real, h.imag)")
        if array.dtype.kind not in "biuf":
            raise KernelError(f"h must return real numbers, got dtype {array.dtype}; return an array of float")
        return array.astype(np.float64, copy=False)

    def _shape_error(self, x: np.ndarray, y: np.ndarray, shape: tuple[int, ...]) -> KernelError:
        return KernelError(f"h must return one value a pair: for x of shape {x.shape} and y of shape {y.shape} it "
                           f"returned shape {shape}. {_VECTORISE}")

    def _probe(self) -> None:
        """Try the callable on a small grid, where every mistake in its form shows."""
        x, y = _PROBE_X[:, None], _PROBE_Y[None, :]
        with np.errstate(all="ignore"):
            try:
                values = self._real(self.function(x, y))
            except KernelError:
                raise
            except Exception as error:
                raise KernelError(f"h failed on arrays x of shape {x.shape} and y of shape {y.shape} with "
                                  f"{type(error).__name__}: {error}. {_VECTORISE}") from error
            if values.ndim == 0 and not np.array_equal(values, self._real(self.function(x + 0.5, y)), equal_nan=True):
                # A number that changes with the points is a reduction (np.sum, np.dot), not a constant kernel.
                raise self._shape_error(x, y, values.shape)
        if values.ndim > 2 or any(n not in (1, full) for n, full in zip(values.shape[::-1], (4, 3), strict=False)):
            raise self._shape_error(x, y, values.shape)


def non_finite(x: float, y: float, value: float) -> NonFiniteKernelError:
    """Build the error for a kernel value that is not finite."""
    return NonFiniteKernelError(f"h must be finite, but h({x!r}, {y!r}) = {value}; "
                                f"define h there (np.where, np.nan_to_num), or take measures that avoid it")


def size_out_of_range(size: float) -> KernelError:
    """Build the error for a kernel whose squares overflow or underflow, or of which only the last trace was seen."""
    return KernelError(f"h must have a size sqrt(E[h^2]) between {SMALLEST_SIZE:g} and {1.0 / SMALLEST_SIZE:g}, so "
                       f"that squares are numbers, got {size:.3g} although h is not zero; decompose c * h with a "
                       f"suitable constant c, or shift and scale x and y to where h is large")


def as_kernel(h: "Callable[..., Any] | Kernel") -> Kernel:
    """Return `h` itself if it is a Kernel, and wrap it otherwise."""
    return h if isinstance(h, Kernel) else Kernel(h)
