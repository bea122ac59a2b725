"""Checks of arguments, made once, where they enter.

Every message names the argument, says what was needed, shows what came, and tells what to do.
"""

import dataclasses
import inspect
import math
import operator
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from .quad import is_quad

T = TypeVar("T")

# Integers up to this are floats without rounding; a larger number of anything cannot be computed with.
_LARGEST_EXACT_INTEGER = 2**53
_DOUBLE = np.dtype(np.float64)
# What Python and numpy turn into a float all the same.
_NO_NUMBERS = (str, bytes, bool, np.bool_, complex, np.complexfloating, np.datetime64, np.timedelta64)


def described(value: object) -> str:
    """What came, in a few words: its text, cut off if it is long, and its type."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 -- whatever a user's class raises
        text = "an object that cannot be shown"
    text = " ".join(text.split())
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def real_number(value: Any, name: str) -> float:
    """Return `value` as a float, which may be infinite or NaN, or raise naming `name`."""
    try:
        if isinstance(value, _NO_NUMBERS) or bool(getattr(value, "ndim", 0)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a real number, got {described(value)}; pass a float") from None
    except OverflowError:
        raise ValueError(f"{name} must be within the range of a float, got {described(value)}; pass a smaller number"
                         ) from None


def finite_float(value: Any, name: str) -> float:
    """Return `value` as a finite float, or raise naming `name`."""
    number = real_number(value, name)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {described(value)}; pass an ordinary number")
    return number


def positive_float(value: Any, name: str) -> float:
    """Return `value` as a finite float above zero, or raise naming `name`."""
    number = finite_float(value, name)
    if number <= 0.0:
        raise ValueError(f"{name} must be positive, got {number}; pass a number greater than zero")
    return number


def nonnegative_float(value: Any, name: str) -> float:
    """Return `value` as a finite float that is not negative, or raise naming `name`."""
    number = finite_float(value, name)
    if number < 0.0:
        raise ValueError(f"{name} must not be negative, got {number}; pass zero or a positive number")
    return number


def size(value: Any, name: str) -> float:
    """Return `value` as a float that is not negative, and may be infinite, or raise naming `name`."""
    number = real_number(value, name)
    if not number >= 0.0:
        raise ValueError(f"{name} must not be negative, got {described(value)}; pass zero or more, or infinity")
    return number


def require_fields(record: Any) -> None:
    """Raise, naming the field, unless the fields of a dataclass are what they say: sizes for floats, flags and text."""
    checks: dict[Any, Callable[[Any, str], object]] = {float: size, bool: boolean, str: text}
    for field in dataclasses.fields(record):
        if field.type in checks:
            checks[field.type](getattr(record, field.name), field.name)


def tolerance(value: Any, name: str) -> float:
    """Return `value` as a relative tolerance in (0, 1), or raise naming `name`."""
    number = positive_float(value, name)
    if number >= 1.0:
        raise ValueError(f"{name} must be below 1, being relative to the largest singular value, got {number}; "
                         f"pass for example 1e-10")
    return number


def _integer(value: Any, name: str, least: int, most: int) -> int:
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {described(value)}; pass for example 100") from None
    if number < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {described(number)}; pass for example "
                         f"100")
    if number > most:
        raise ValueError(f"{name} must be an integer of at most {most}, got {described(number)}; pass a smaller one")
    return number


def positive_int(value: Any, name: str, most: int = _LARGEST_EXACT_INTEGER) -> int:
    """Return `value` as an int from one to `most`, or raise naming `name`."""
    return _integer(value, name, 1, most)


def int_of_at_least(value: Any, name: str, least: int, why: str) -> int:
    """Return `value` as an int of at least `least`, which takes what `why` says, or raise naming `name`."""
    number = positive_int(value, name)
    if number < least:
        raise ValueError(f"{name} must be at least {least}, {why}, got {number}; leave it out for the default")
    return number


def nonnegative_int(value: Any, name: str, most: int = _LARGEST_EXACT_INTEGER) -> int:
    """Return `value` as an int from zero to `most`, or raise naming `name`."""
    return _integer(value, name, 0, most)


def boolean(value: Any, name: str) -> bool:
    """Return `value` as a bool, or raise naming `name`."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {described(value)}; pass one of them")
    return bool(value)


def real_array(value: Any, name: str) -> np.ndarray:
    """Return `value` as an array of float64, or raise naming `name`."""
    try:
        array = np.asarray(value)
    except Exception:  # noqa: BLE001 -- lists of unequal lengths, and objects with an __array__ of their own
        raise TypeError(f"{name} must be an array of real numbers, got {described(value)}, whose parts differ in "
                        f"length; pass numbers in rows of one length") from None
    if array.dtype is _DOUBLE:
        return array
    if array.dtype.kind not in "biuf" and not is_quad(array):
        raise TypeError(f"{name} must be an array of real numbers, got {described(value)} of dtype {array.dtype}; "
                        f"convert it to float first")
    return array.astype(np.float64, copy=False)


def number_array(value: Any, name: str) -> np.ndarray:
    """Return `value` as an array of float64, or of complex128 if its numbers are complex, or raise naming `name`."""
    if getattr(value, "dtype", np.asarray(0.0).dtype).kind == "c":
        return np.asarray(value, dtype=np.complex128)
    return real_array(value, name)


def points(value: Any, name: str, dim: int) -> np.ndarray:
    """Return points of R^dim, shape (...) for numbers and (..., dim) for vectors, as floats, or raise naming `name`."""
    array = real_array(value, name)
    if dim > 1 and (array.ndim == 0 or array.shape[-1] != dim):
        raise ValueError(f"{name} must hold vectors of R^{dim}, shape (..., {dim}), got shape {array.shape}; pass a "
                         f"single one as an array of shape ({dim},)")
    return array


def finite_points(value: Any, name: str, dim: int) -> np.ndarray:
    """Return what `points` does, or raise if a number among them is not finite."""
    array = points(value, name, dim)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, got {described(value)}; leave out what is not a point")
    return array


def list_of_points(value: Any, name: str, dim: int) -> np.ndarray:
    """Return a list of points, shape (n,) or (n, dim), as floats, or raise naming `name`."""
    array = points(value, name, dim)
    shape = "(n,)" if dim == 1 else f"(n, {dim})"
    if array.ndim != (1 if dim == 1 else 2):
        raise ValueError(f"{name} must be a list of points, shape {shape}, got shape {array.shape}; pass an array of "
                         f"that shape")
    return array


def broadcast(x: np.ndarray, y: np.ndarray) -> tuple[int, ...]:
    """Return the shape that arrays with an entry for each of the points x and y broadcast to, or raise naming both."""
    try:
        return np.broadcast(x, y).shape    # of shapes alone it takes ten times as long
    except ValueError:
        raise ValueError(f"x and y must broadcast against each other, got {x.shape} and {y.shape} points; pass as many "
                         f"of one as of the other, or x[:, None] and y[None] for all pairs") from None


def counts(value: Any, name: str, like: np.ndarray, least: float) -> np.ndarray:
    """Return how often each of some values stands, as floats of the same shape: integers may be beyond int64."""
    array = np.asarray(value, dtype=object)
    found = np.array([real_number(count, name) for count in array.ravel()]).reshape(array.shape)
    if found.shape != like.shape or not ((found >= least) & np.isfinite(found)).all():
        raise ValueError(f"{name} must be finite numbers of at least {least:g}, one for each of the {like.size} "
                         f"values, got {described(value)}; pass an array of shape {like.shape}")
    return found


def is_array(value: Any) -> bool:
    """Whether a value is a sequence or an array, and not a single number or text."""
    return bool(value.ndim) if isinstance(value, np.ndarray) else (
        isinstance(value, Sequence) and not isinstance(value, str | bytes))


def one_of(value: Any, name: str, options: Iterable[str], advice: str, also: str = "") -> str:
    """Return `value` if it is one of these strings, or raise naming `name`, and what else it may be."""
    if not (isinstance(value, str) and value in options):
        listed = ", ".join(map(repr, options))
        raise ValueError(f"{name} must be one of {listed}{also}, got {described(value)}; {advice}")
    return value


def function(value: Any, name: str, call: str, example: str, arguments: int | None = None) -> Callable[..., Any]:
    """Return `value` if it can be called, with so many arguments, or raise naming `name`, the call, and an example."""
    fits = callable(value)
    if fits and arguments is not None:
        try:
            inspect.signature(value).bind(*[None] * arguments)
        except TypeError:
            fits = False
        except ValueError:    # some functions written in C do not tell
            pass
        # After its arguments numpy's own function takes an array to write into.
        fits = fits and (not isinstance(value, np.ufunc) or value.nin == arguments)
    if not fits:
        raise TypeError(f"{name} must be callable as {call}, got {described(value)}; pass a function such as {example}")
    return value  # type: ignore[no-any-return]


def instance(value: Any, name: str, kind: type[T], advice: str) -> T:
    """Return `value` if it is of a class, or raise naming `name` and saying where such objects come from."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIO" else "a"
        raise TypeError(f"{name} must be {article} {kind.__name__}, got {described(value)}; {advice}")
    return value


def text(value: Any, name: str) -> str:
    """Return `value` if it is text, or raise naming `name`."""
    return instance(value, name, str, "leave it out, or pass text")


def sequence(value: Any, name: str, example: str) -> list[Any]:
    """Return the members of a sequence or an array, or raise naming `name`; text is none."""
    try:
        if isinstance(value, str | bytes | dict | set | frozenset):    # sets have no order
            raise TypeError
        members = list(value)
    except TypeError:
        raise TypeError(f"{name} must be a sequence, got {described(value)}; pass for example {example}") from None
    if not members:
        raise ValueError(f"{name} must name at least one, got {described(value)}; pass for example {example}")
    return members


def pair(value: Any, name: str, number: Callable[[Any, str], T], what: str, example: str) -> tuple[T, T]:
    """Return two numbers, each checked by `number`, or raise naming `name` and saying what the two are."""
    members = sequence(value, name, example)
    if len(members) != 2:
        raise ValueError(f"{name} must hold {what}, got {described(value)}; pass for example {example}")
    return number(members[0], name), number(members[1], name)


def sizes(value: Any, name: str) -> tuple[int, ...]:
    """Return one size or a sequence of them as integers of at least one, or raise naming `name`."""
    if not isinstance(value, str | bytes) and not hasattr(value, "__iter__"):
        return (positive_int(value, name),)
    return tuple(positive_int(size, name) for size in sequence(value, name, f"{name}=(100, 300, 1000)"))


def generator(rng: Any, name: str = "rng") -> np.random.Generator:
    """Return the random generator that numpy makes of a seed, or raise naming `name`."""
    try:
        if isinstance(rng, str | bytes | bool):
            raise TypeError
        return np.random.default_rng(rng)
    except Exception:  # noqa: BLE001 -- numpy has another exception for each kind of mistake
        raise (ValueError if isinstance(rng, int) else TypeError)(
            f"{name} must be a seed, a nonnegative integer, or a numpy.random.Generator, got {described(rng)}; "
            f"pass for example 0, or leave it out for new random numbers") from None


def affordable(value: Any, name: str, each: float = 1.0) -> int:
    """Return `value` as a count of things of so many floats each that all fit into memory, or raise naming `name`."""
    number = positive_int(value, name)
    require_memory(number * each, name, number, "take fewer")
    return number


def require_memory(numbers: float, name: str, value: object, advice: str) -> None:
    """Raise ValueError, naming `name` and its value, if so many floats exceed the memory of this machine."""
    try:
        memory = float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):    # not known on every system
        memory = 2.0**40    # more than most machines have, and less than what a mistake asks for
    if 8.0 * numbers > memory:
        raise ValueError(f"{name} must be so small that its numbers fit into memory, got {described(value)}, for "
                         f"{numbers:.2g} numbers of 8 bytes where this machine has {memory / 1e9:.3g} GB; {advice}")
