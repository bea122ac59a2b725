"""Factors of the matrix of a kernel for given points."""

import math
from typing import Any, NamedTuple

import numpy as np

from .._support.quad import is_quad
from .._support.validation import finite_points
from ..operator.singular_functions import SingularFunctions


class Factors(NamedTuple):
    """Matrices U, (n, r), and V, (m, r), and values s, (r,), with ``h(x_i, y_j)`` near ``(U * s) @ V.T``."""

    U: np.ndarray
    s: np.ndarray
    V: np.ndarray


def factor(functions: SingularFunctions, points: Any, name: str) -> np.ndarray:
    """The functions at a list of points, (n, r), or (n p, r) where they have p values; `name` is that of the points."""
    found = finite_points(points, name, functions.measure.dim)
    values = functions.in_products(points if is_quad(points) else found)
    axes = 2 if functions.side.values is None else 3
    if values.ndim != axes:
        raise ValueError(f"{name} must be a list of points, one axis of them, got {values.ndim - axes + 1} axes; pass "
                         f"for example {name}.ravel() for numbers, or reshape it")
    return values.reshape(math.prod(values.shape[:-1]), len(functions))
