"""Arrays of another library: the matrix-free engine in torch, cupy, or any namespace of the array API standard."""

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .._support.optional import require
from .._support.user_function import UserFunction, changed_arguments, not_real
from .._support.validation import described
from .._support.validation import function as takes
from ..errors import KernelError
from ..matrices import KernelMatrix, SampledMatrix
from .krylov import Pass, Product
from .matrix_free import MatrixFree, rows_at_a_time
from .thread_safety import to_numpy

# How far the two versions of h may be apart, relative to the largest value tried, by precision: functions of two
# libraries may differ by some hundred roundings, and where h is steep by more.
_FUNCTION_RTOL = {"float64": 1e-9, "float32": 1e-4}


@dataclass(frozen=True)
class ArrayBlocks(MatrixFree):
    """The matrix-free engine with entries and products in another array library, on a GPU if it has one.

    Parameters
    ----------
    library : str, default "torch"
        The name of the library: ``"torch"``, ``"cupy"``, ``"array_api_strict"``, ``"numpy"``. Needs array-api-compat
        (the extra ``array``), and the library itself.
    function : callable, optional
        The kernel for arrays of the library, such as ``lambda x, y: torch.tanh(x * y)``. By default h itself, which
        must then take such arrays; whichever it is, it is compared with h on a few points.
    device : optional
        Where the library puts its arrays, such as ``"cuda"``; by default where it likes.

    Notes
    -----
    Vectors come to `function` as x of shape (n, 1, k) and y of shape (1, m, k). The small dense problems between the
    passes are solved by numpy, and kernels of blocks are evaluated by it. Other parameters are those of `MatrixFree`.
    """

    library: str = "torch"
    function: Callable[[Any, Any], Any] | None = None
    device: Any = None

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        library: Any = self.library
        if not (isinstance(library, str) and library):
            raise TypeError(f"library must be the name of an array library, got {described(library)}; pass for "
                            f"example 'torch'")
        if self.function is not None:
            takes(self.function, "function", "h(x, y)", f"h itself, on arrays of {self.library}, or leave it out", 2)

    def one_pass(self, matrix: SampledMatrix, q: np.ndarray, product: Product) -> Pass:
        """See `MatrixFree.one_pass`."""
        xp, n, step = self._namespace(), matrix.shape[0], rows_at_a_time(matrix)
        on_host = partial(self._on_host, xp, matrix)
        evaluated = self._evaluated(xp, matrix) if isinstance(matrix, KernelMatrix) else on_host
        moved = None if product == "left" else self._to(xp, q)
        parts, total, energy = [], 0.0, 0.0
        for start in range(0, n, step):
            block = evaluated(start, min(start + step, n))
            part = _energy(xp, block)
            if not math.isfinite(part):    # where h is not finite, the host knows what to do
                block = on_host(start, min(start + step, n))
                part = _energy(xp, block)
            energy += part
            y = block[:, :0] if product == "left" else block @ moved
            if product != "right":
                total = total + block.T @ (y if product == "both" else self._to(xp, q[start : start + step]))
            parts.append(to_numpy(y))
        return Pass(np.concatenate(parts), to_numpy(total), energy)

    def block_memory(self, matrix: SampledMatrix, width: int) -> float:
        """See `MatrixFree.block_memory`: blocks are evaluated whole, the next while the last is still there."""
        if not isinstance(matrix, KernelMatrix):
            return 2.0 * super().block_memory(matrix, width)
        size = float(np.dtype(self.dtype).itemsize)
        return (size + size / 8.0 * matrix.entry_bytes()) * rows_at_a_time(matrix) * matrix.shape[1]

    def _namespace(self) -> Any:
        compat = require("array_api_compat", "array", "the engine with arrays of another library")
        try:
            library = importlib.import_module(self.library)
            zero = library.asarray([0.0])
        except (ImportError, AttributeError, TypeError) as error:
            raise ImportError(f"library must name an installed array library, got {self.library!r}; install it, or "
                              f"pass another, such as ArrayBlocks(library='torch')") from error
        return compat.array_namespace(zero)

    def _to(self, xp: Any, array: np.ndarray) -> Any:
        return xp.asarray(array, dtype=getattr(xp, self.dtype), device=self.device)

    def _on_host(self, xp: Any, matrix: SampledMatrix, start: int, stop: int) -> Any:
        """Rows start to stop, evaluated by numpy."""
        return self._to(xp, matrix.fill(np.empty((stop - start, matrix.shape[1]), dtype=self.dtype), start))

    def _evaluated(self, xp: Any, matrix: KernelMatrix) -> Callable[[int, int], Any]:
        """Return a function that gives rows start to stop, evaluated by the library."""
        function = (matrix.kernel.of_arrays() if self.function is None
                    else UserFunction(self.function, "function", matrix.kernel.factor))
        if matrix.watched is not None:
            function = matrix.watched(function, (int(matrix.x.ndim > 1), int(matrix.y.ndim > 1)), 0)
        x, y = self._to(xp, matrix.x), self._to(xp, matrix.y)

        def on_device(start: int, stop: int) -> Any:
            points = x[start:stop, None, ...], y[None, ...]
            given = [xp.asarray(part, copy=True) for part in points]    # not all libraries have arrays to read only
            values = function(*given)
            if not all(bool(xp.all(one == other)) for one, other in zip(given, points, strict=True)):
                raise changed_arguments("function" if self.function else "h", f"other {self.library} arrays after it")
            if xp.isdtype(values.dtype, "complex floating"):
                raise not_real("function", values.dtype, "; take its real part, or engine='dense'")
            return xp.astype(values, getattr(xp, self.dtype))

        try:
            tried = to_numpy(on_device(0, min(4, matrix.shape[0])))
        except KernelError:
            raise
        except Exception as error:
            raise KernelError(
                f"h must take arrays of {self.library} for this engine, but failed with {type(error).__name__}: "
                f"{error}. Pass the same function for such arrays, as ArrayBlocks(library={self.library!r}, "
                f"function=lambda x, y: {self.library}.tanh(x * y))") from error
        expected = matrix.values(slice(0, len(tried)), slice(None))
        # A few entries may fall on the other side of a jump; where h is not finite, the host takes over.
        alike = tried.shape == expected.shape
        apart = np.where(np.isfinite(tried), np.abs(tried - expected), 0.0) if alike else np.array([np.inf])
        if np.mean(apart > _FUNCTION_RTOL[self.dtype] * np.abs(expected).max()) > 1e-3:
            raise KernelError(f"function must be h for arrays of {self.library}, but differs from it by up to "
                              f"{np.max(apart):.2g} at the first points; write the same formula for both")
        return on_device


def _energy(xp: Any, block: Any) -> float:
    """The sum of squares, in double precision where the library sums in it."""
    return float(xp.sum(xp.astype(xp.sum(block * block, axis=1), xp.float64)))
