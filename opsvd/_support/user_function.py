"""Functions that users give: what they get, what they must not do, and what they may return."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import KernelError
from .arrays import read_only
from .floats import EPS
from .prices import Prices
from .quad import is_quad

# What numpy, numba and Cython say where a function writes into an array that is not its own.
_WRITES = ("read-only", "readonly", "WRITEABLE")


class UserFunction:
    """A function of a user, which gets arrays that it cannot change; its values are multiplied by a factor.

    What it returns is not looked at: see `numbers`. Arrays of other libraries than numpy go in as they are.

    Parameters
    ----------
    function : callable
    name : str
        What the documentation calls it: "h" or "phi".
    factor : float, default 1.0
        A power of two.

    Attributes
    ----------
    values : int
        How many it has returned.
    prices : Prices
        What its calls have cost.
    first : ndarray, optional
        What it returned where it was called before there was a kernel of it.
    eps : float
        The distance from one to the next number in the type of its values, of the coarsest that it has returned.
    """

    def __init__(self, function: Callable[..., Any], name: str, factor: float = 1.0) -> None:
        self.function, self.name, self.factor = function, name, factor
        self.values, self.eps, self.prices = 0, EPS, Prices()
        self.first: np.ndarray | None = None

    def __call__(self, *points: Any) -> Any:
        """The values at points; raises KernelError if the function writes into these."""
        before = time.monotonic()
        try:
            with np.errstate(all="ignore"):
                values = self.function(*map(_locked, points))
        except Exception as error:
            if isinstance(error, KernelError) or not any(word in str(error) for word in _WRITES):
                raise
            raise changed_arguments(self.name, f"{type(error).__name__}: {error}") from error
        count = values.size if isinstance(values, np.ndarray) else 1
        self.values += count
        self.prices.note(count, time.monotonic() - before)
        eps = _eps_of_type(values.dtype) if isinstance(values, np.ndarray) else _eps(getattr(values, "dtype", ""))
        self.eps = max(self.eps, eps)
        if self.factor == 1.0:
            return values
        with np.errstate(invalid="ignore"):    # of a complex number that is infinite the product is none
            return (np.asarray(values) if isinstance(values, list | tuple) else values) * self.factor

    def at_first(self, *points: Any) -> Any:
        """The values at the points where it is tried first, which may be known."""
        return self(*points) if self.first is None else self.first

    def times(self, factor: float) -> "UserFunction":
        """The same function with values multiplied by a further factor."""
        return UserFunction(self.function, self.name, self.factor * factor)


def _eps(dtype: Any) -> float:
    """The distance from one to the next number in the type of an array, of numpy or of another library."""
    name = str(dtype).rpartition(".")[-1]    # torch has torch.float32
    bits = {"float32": 23, "complex64": 23, "float16": 10, "bfloat16": 7}    # of the fraction
    return 2.0 ** -bits[name] if name in bits else EPS


@lru_cache(maxsize=64)
def _eps_of_type(dtype: np.dtype[Any]) -> float:
    """The same of numpy's types, which take longer to be named than a call of h does otherwise."""
    return _eps(dtype)


def _locked(points: Any) -> Any:
    """A view of an array that cannot be written into; anything else as it is."""
    if not isinstance(points, np.ndarray):
        return points
    if is_quad(points):    # of which there are no buffers
        return read_only(points.view())
    # By way of a buffer: of a mere view the flag could be set again.
    return np.asarray(points.data.toreadonly())


def changed_arguments(name: str, found: str) -> KernelError:
    """Build the error for a function that changes its arguments in place."""
    argument = "z" if name == "phi" else "x"
    return KernelError(f"{name} must not change its arguments, which other values need as they are, got {found}; write "
                       f"{argument} = {argument} * {argument} and not {argument} *= {argument}, and copy an array "
                       f"before writing into it")


def numbers(values: Any, name: str) -> np.ndarray:
    """What a function of a user returned, as an array of real or complex numbers of any type; or raise KernelError."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        masked = int(np.ma.getmaskarray(values).sum())
        raise KernelError(f"{name} must return a number everywhere, got a masked array with {masked} values masked; "
                          f"fill them, as values.filled(0.0) does")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise KernelError(f"{name} must return an array of numbers, got {type(values).__name__}: {error}; return "
                          f"an array of float") from error
    if array.dtype.kind not in "biufc":
        kind = "" if isinstance(values, np.ndarray) else f" from {type(values).__name__}"
        raise KernelError(f"{name} must return numbers, got dtype {array.dtype}{kind}; return an array of float")
    return array


def real_values(values: Any, name: str, advice: str = "; return its real part, if that is what it means") -> np.ndarray:
    """What a function of a user returned, as an array of real numbers of any type; or raise KernelError."""
    array = numbers(values, name)
    if array.dtype.kind == "c":
        raise not_real(name, array.dtype, advice)
    return array


def not_real(name: str, dtype: Any, advice: str) -> KernelError:
    """Build the error for a function that returned complex numbers where none are taken."""
    return KernelError(f"{name} must return real numbers, got dtype {dtype}{advice}")


def equal_values(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether values that broadcast agree to six digits of the largest, whatever its size."""
    # More than a function loses where an array is cut elsewhere, and less than mixing its numbers changes.
    digits = 1e-6
    size = 1.0 * np.abs(one[np.isfinite(one)])
    with np.errstate(all="ignore"):
        return np.allclose(one, other, rtol=digits, atol=digits * float(size.max(initial=0.0)), equal_nan=True)
