"""Sums over whole multiplets of functions of linear forms, whose members need not be listed."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..bases import Basis, MultipletBasis

Summed = tuple[Basis, np.ndarray, np.ndarray]
"""A basis, coefficients (N, r), and the places of their functions among all."""


def sum_of_products(parts: tuple[Sequence[Summed], Sequence[Summed]], values: np.ndarray, x: Any, y: Any) -> np.ndarray:
    r"""The sum :math:`\sum_i s_i f_i(x) g_i(y)` over all members; x and y broadcast against each other."""
    (points, shape), (others, shape_y) = (some[0][0].side.flattened(z) for some, z in zip(parts, (x, y), strict=True))
    leading = np.broadcast_shapes(shape, shape_y)
    first, second = (np.broadcast_to(np.arange(len(part)).reshape(own), leading).ravel()
                     for part, own in ((points, shape), (others, shape_y)))
    total = np.zeros(math.prod(leading))
    for (left, mine, columns), (right, its, _) in zip(*parts, strict=True):
        if isinstance(left, MultipletBasis) and isinstance(right, MultipletBasis):
            f, g = left.distinct(points, mine) * values[columns], right.distinct(others, its)
            members = left.over_members(right, points[first], others[second])
            total += np.sum(f[first] * g[second], axis=1) * members
    return total.reshape(leading)


def distinct_values(parts: Sequence[Summed], points: np.ndarray) -> np.ndarray:
    """All distinct functions at points, (n, q): of several members, the root of their mean square, with a sign."""
    values = np.zeros((len(points), sum(len(columns) for _, _, columns in parts)))
    for basis, coefficients, columns in parts:
        if isinstance(basis, MultipletBasis):
            values[:, columns] = basis.distinct(points, coefficients)
    return values
