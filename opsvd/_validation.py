"""Checks of arguments, made once, where they enter.

Every message names the argument, says what was needed, shows what came, and tells what to do.
"""

import math
import operator
from typing import Any

import numpy as np

__all__ = ["finite_float", "nonnegative_int", "positive_float", "positive_int", "real_array", "tolerance"]


def _described(value: object) -> str:
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def finite_float(value: Any, name: str) -> float:
    """Return `value` as a finite float, or raise naming `name`."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a real number, got {_described(value)}; pass a float") from None
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}; pass an ordinary number")
    return number


def positive_float(value: Any, name: str) -> float:
    """Return `value` as a finite float above zero, or raise naming `name`."""
    number = finite_float(value, name)
    if number <= 0.0:
        raise ValueError(f"{name} must be positive, got {number}; pass a number greater than zero")
    return number


def tolerance(value: Any, name: str) -> float:
    """Return `value` as a relative tolerance in (0, 1), or raise naming `name`."""
    number = positive_float(value, name)
    if number >= 1.0:
        raise ValueError(f"{name} must be below 1, being relative to the largest singular value, got {number}; "
                         f"pass for example 1e-10")
    return number


def positive_int(value: Any, name: str) -> int:
    """Return `value` as an int of at least one, or raise naming `name`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {_described(value)}; pass for example 100") from None
    if isinstance(value, (bool, np.bool_)) or number < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {value!r}; pass for example 100")
    return number


def nonnegative_int(value: Any, name: str) -> int:
    """Return `value` as an int of at least zero, or raise naming `name`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {_described(value)}; pass for example 0") from None
    if isinstance(value, (bool, np.bool_)) or number < 0:
        raise ValueError(f"{name} must be an integer of at least 0, got {value!r}; pass for example 0")
    return number


def real_array(value: Any, name: str) -> np.ndarray:
    """Return `value` as an array of float64, or raise naming `name`."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got dtype {array.dtype}; convert it to float first")
    return array.astype(np.float64, copy=False)
