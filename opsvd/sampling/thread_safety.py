"""Kernels that threads call at the same time: some of the values they gave are asked for once more, and compared."""

import copy
import functools
import math
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ..errors import KernelError
from ..kernels import BlockKernel, MatrixKernel
from ..matrices import MatrixOfKernel, SampledMatrix

# Points of x and of y, at equal steps, at which a call is compared: another thread seldom writes over less than a 32nd.
_POINTS_COMPARED = 32

Function = TypeVar("Function", bound=Callable[..., Any])


class Witness:
    """Keeps some of the values that functions give while other threads run, and asks for them again."""

    def __init__(self) -> None:
        self._kept: deque[tuple[Callable[..., Any], tuple[Any, ...], np.ndarray]] = deque()

    def watch_matrix(self, matrix: SampledMatrix) -> SampledMatrix:
        """Let the matrix evaluate a watched copy of its kernel; a stored one has none."""
        if isinstance(matrix, MatrixOfKernel):
            matrix.watched = self.watched
            kernel = matrix.kernel = copy.copy(matrix.kernel)
            tails = (2,) if isinstance(kernel, BlockKernel) else tuple(int(dim > 1) for dim in kernel.dims)
            tail = 2 if isinstance(kernel, BlockKernel | MatrixKernel) else 0
            kernel.function = self.watched(kernel.function, tails, tail)
        return matrix

    def watched(self, function: Function, tails: tuple[int, ...], tail: int) -> Function:
        """Return the same function, whose calls leave some of their values here.

        `tails` says how many of the last axes of each argument do not broadcast, and `tail` how many of the values.
        """
        calls = 0

        def watching(*points: Any) -> Any:
            nonlocal calls
            # A copy at once: a function that gives out its own memory may write to it again.
            values = copy.deepcopy(function(*points))
            calls += 1
            # The first 64 calls of a matrix are all compared, and then those whose number is a power of two.
            if calls <= 64 or calls & (calls - 1) == 0:
                self._keep(function, points, tails, values, tail)
            return values

        return functools.update_wrapper(watching, function)    # type: ignore[return-value]

    def _keep(self, function: Callable[..., Any], points: tuple[Any, ...], tails: tuple[int, ...], values: Any,
              tail: int) -> None:
        leading = [np.ndim(array) - fixed for array, fixed in zip(points, tails, strict=True)]
        shape = np.broadcast_shapes(*(np.shape(array)[:axes] for array, axes in zip(points, leading, strict=True)))
        width = max(math.prod(np.shape(array)[axes:]) for array, axes in zip(points, leading, strict=True))
        most = max(min(_POINTS_COMPARED, 2**14 // width), 2)    # 128 kB of coordinates for a call
        steps = [slice(None, None, -(-size // most)) for size in shape]

        def cut(array: Any, fixed: int) -> Any:
            axes = max(np.ndim(array) - fixed, 0)
            return copy.deepcopy(array[tuple(steps[len(steps) - axes :])]) if axes else array

        self._kept.append((function, tuple(map(cut, points, tails)), to_numpy(cut(values, tail))))

    def compare(self) -> None:
        """Ask for the values that were kept again; other threads may go on meanwhile.

        Raises
        ------
        KernelError
            If they are others.
        """
        while self._kept:
            function, points, first = self._kept.popleft()
            try:
                with np.errstate(all="ignore"):
                    again = to_numpy(function(*points))
            except Exception:    # noqa: BLE001, S112 -- an error of the user's that lasts ends a trial, which names it
                continue         # and keeps the trials that are done; one that does not says nothing about the values
            if differs(first, again):
                raise unsafe(first, again, "workers=1")


def evenly(count: int) -> np.ndarray:
    """Numbers below `count` at equal steps, at which values are compared."""
    return np.unique(np.linspace(0, count - 1, min(count, _POINTS_COMPARED)).astype(int))


def differs(first: np.ndarray, again: np.ndarray) -> bool:
    """Whether two evaluations of one function at the same points differ by more than rounding explains.

    Another shape of the arrays changes the rounding of products, and a value beside a jump may fall to its other side:
    a hundredth of the entries may differ. In what another thread has written over, many differ in their first digits.
    """
    first, again = 1.0 * np.asarray(first), 1.0 * np.asarray(again)    # of booleans too
    if first.shape != again.shape:
        return True
    with np.errstate(all="ignore"):
        sizes = np.abs(first) + np.abs(again)
        largest = np.max(sizes, where=np.isfinite(sizes), initial=0.0)
        equal = (first == again) | (np.isnan(first) & np.isnan(again))
        apart = ~equal & ~(np.abs(first - again) <= 1e-4 * sizes + 1e-12 * largest)
    return bool(apart.any() and apart.mean() > 0.01)


def unsafe(first: np.ndarray, again: np.ndarray, remedy: str) -> KernelError:
    """Build the error for a kernel that gave other values when it was asked again."""
    values = ""
    if np.shape(first) == np.shape(again):
        with np.errstate(all="ignore"):
            # Where one of them is not a number, that is where argmax stops.
            worst = np.unravel_index(np.argmax(np.abs(1.0 * np.asarray(first) - again)), np.shape(first))
        values = f", for example {np.asarray(again)[worst]:.6g} where it had given {np.asarray(first)[worst]:.6g}"
    return KernelError(f"h must give the same values whenever it is called, also while other threads call it, but "
                       f"gave others when it was asked again{values}. It is not thread-safe, because it writes to an "
                       f"array or a variable that it keeps between calls, or its values depend on more than one pair "
                       f"of points; let it make new arrays at every call, or use {remedy}")


def to_numpy(array: Any) -> np.ndarray:
    """An array of any library, wherever it is, as one of numpy."""
    if hasattr(array, "detach"):    # torch
        array = array.detach().cpu()
    elif hasattr(array, "get"):    # cupy
        array = array.get()
    return np.asarray(array)
