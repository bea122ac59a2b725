"""Numbers of quadruple precision: arrays of the type of numpy-quaddtype, and what numpy does not do with them.

That type has 113 bits, some 34 digits. numpy's elementwise functions and sums work on its arrays. With numpy-quaddtype
1.0.0 `einsum` returns zeros for them, and `@` returns wrong products of arrays that are not contiguous, both without an
error: every product goes through `product`.
"""

import math
from typing import Any

import numpy as np

from .optional import require

EPS_QUAD = math.ldexp(1.0, -112)
"""The distance from one to the next number of quadruple precision: 1.9e-34."""


def quad_type() -> Any:
    """The type of the arrays; raises ImportError with the extra to install if numpy-quaddtype is missing."""
    return require("numpy_quaddtype", "quad", "precision='quad'").QuadPrecDType()


def is_quad(array: Any) -> bool:
    """Whether something is an array of quadruple precision, or a number of it."""
    return type(getattr(array, "dtype", None)).__name__ == "QuadPrecDType"


def as_quad(array: Any) -> np.ndarray:
    """The same numbers in quadruple precision."""
    return np.asarray(array) if is_quad(array) else np.asarray(np.asarray(array).astype(quad_type()))


def rounded(array: Any) -> Any:
    """The same numbers in double precision, if they are of quadruple precision; all others as they are."""
    return array.astype(np.float64) if is_quad(array) else array


def rounded_as(points: Any, values: np.ndarray) -> np.ndarray:
    """Values as they are at points of quadruple precision, and rounded at others."""
    return values if is_quad(points) else np.asarray(rounded(values))


def dtype_at(points: Any, dtype: np.dtype[Any]) -> Any:
    """The type that `rounded_as` gives values of a type."""
    return rounded_as(points, np.empty(0, dtype)).dtype


def quad_pi() -> np.ndarray:
    """The number pi, shape ()."""
    return np.asarray(np.arccos(as_quad(-1.0)))


def norm(array: np.ndarray) -> float:
    """The root of the sum of the squares of all entries."""
    return float(np.sqrt((array * array).sum())) if array.size else 0.0


def product(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    r"""The product of two matrices of any precision, to rounding of the largest parts of its sums.

    Numbers of quadruple precision are split into integers of so few bits that products in double precision are exact,
    which is some ten times as fast as sums of products in quadruple precision.

    References
    ----------
    K. Ozaki, T. Ogita, S. Oishi and S. M. Rump, Error-free transformations of matrix multiplication by using fast
    routines of matrix multiplication and its applications, Numerical Algorithms 59 (2012).
    """
    if not (is_quad(one) or is_quad(other)):
        return np.asarray(one @ other)
    one, other = as_quad(one), as_quad(other)
    # Where the columns of one grow and the rows of the other fall, both are made of one size.
    sizes = [np.frexp(np.abs(matrix).max(axis=axis, initial=0.0).astype(np.float64))[1] for matrix, axis in
             ((one, 0), (other, 1))]
    moved = np.ldexp(1.0, (sizes[1] - sizes[0]) // 2)
    one, other = one * moved, other / moved[:, None]
    # Sums of so many products, of up to eight pairs of pieces, are integers below 2^53.
    bits = (50 - max(one.shape[1], 1).bit_length()) // 2
    count = math.ceil(118 / bits)    # 113 bits, and five for entries that are smaller than the largest of a row
    left, rows = _pieces(one, bits, count)
    right, columns = _pieces(np.ascontiguousarray(other.T), bits, count)
    total = as_quad(np.zeros((len(rows), len(columns))))
    for last in range(count - 1, -1, -1):    # the smallest first
        total = (total + sum(left[i] @ right[last - i].T for i in range(last + 1))) * 2.0**-bits
    return np.asarray(total * 2.0**-bits * rows[:, None] * columns)


def _pieces(matrix: np.ndarray, bits: int, count: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Integers of so many bits, that follow each other in the entries of rows over their powers of two."""
    largest = np.abs(matrix).max(axis=1, initial=0.0).astype(np.float64)
    # The last units are normal numbers of double precision: what is below 1e-271 is zero. Rows that overflow have none.
    scales = np.where(np.isfinite(largest), np.ldexp(1.0, np.maximum(np.frexp(largest)[1], -900)), np.inf)
    rest, pieces = matrix.copy(), []
    for k in range(1, count + 1):
        unit = scales[:, None] * 2.0 ** (-bits * k)
        pieces.append(np.rint(rest.astype(np.float64) / unit))
        rest -= pieces[-1] * unit
    return pieces, scales


def to_bits(array: np.ndarray) -> np.ndarray:
    """Numbers of quadruple precision, (...), as pairs of integers, (..., 2), that hold their bits."""
    return np.ascontiguousarray(array).view(np.uint64).reshape(*array.shape, 2)


def from_bits(bits: np.ndarray) -> np.ndarray:
    """The inverse of `to_bits`."""
    return np.asarray(np.ascontiguousarray(bits).reshape(-1).view(quad_type()).reshape(bits.shape[:-1]))
