"""Arrays of quadruple precision: products, norms, and their bits."""

import numpy as np
import pytest
from scipy import special

from opsvd._support.quad import (
    EPS_QUAD,
    as_quad,
    dtype_at,
    from_bits,
    is_quad,
    norm,
    product,
    quad_pi,
    rounded,
    rounded_as,
    to_bits,
)
from opsvd._support.quad_erf import erf

pytest.importorskip("numpy_quaddtype")


def drawn(rng, *shape):
    """Numbers with all 113 bits."""
    return as_quad(rng.standard_normal(shape)) + as_quad(rng.standard_normal(shape)) * 2.0**-55


def by_elements(one, other):
    """The product by sums of products, which numpy-quaddtype does right."""
    return (one[:, :, None] * other[None]).sum(axis=1)


def test_products_are_those_of_sums_whatever_the_order_in_memory():
    """Views and transposed arrays too, of which the operator @ of numpy-quaddtype makes wrong numbers."""
    rng = np.random.default_rng(0)
    one, other = drawn(rng, 23, 17), drawn(rng, 17, 11)
    right = by_elements(one, other)
    for left in (one, one.T.copy().T, drawn(rng, 46, 17)[::2] * 0.0 + one):
        assert float(np.abs(product(left, np.asfortranarray(other)) - right).max()) <= 50.0 * EPS_QUAD
    assert np.array_equal(product(np.eye(3), np.ones((3, 2))), np.ones((3, 2)))


def test_products_keep_digits_where_sizes_run_against_each_other():
    """Columns of one that grow as the rows of the other fall cost no digits; nor do rows of other sizes."""
    rng = np.random.default_rng(1)
    scale = 10.0 ** np.linspace(-40.0, 40.0, 9)
    one, other = drawn(rng, 5, 9) * scale, drawn(rng, 9, 4) / scale[:, None]
    rows = 10.0 ** np.arange(-90.0, 10.0, 20.0)[:, None]
    error = product(rows * one, other) - by_elements(rows * one, other)
    assert float(np.abs(error / rows).max()) <= 50.0 * EPS_QUAD


def test_rows_beyond_double_precision_are_zero_or_nothing():
    """Of a row below 1e-308 the product is zero, and not NaN; others keep their digits beside it."""
    one = as_quad([[1.0, 2.0], [1e-200, 1e-220], [0.0, 0.0]]) * as_quad([[1.0], [1e-120], [1.0]])
    other = as_quad([[3.0], [0.5]])
    assert rounded(product(one, other)).ravel().tolist() == [4.0, 0.0, 0.0]
    with np.errstate(all="ignore"):
        assert np.isnan(rounded(product(one[:1] * as_quad(1e200) * 1e200, other))).all()


def test_empty_and_zero_arrays():
    """They have products and norms."""
    zero = as_quad(np.zeros((3, 2)))
    assert float(np.abs(product(zero, zero.T)).max()) == 0.0
    assert product(as_quad(np.zeros((0, 2))), zero.T).shape == (0, 3)
    assert norm(as_quad(np.zeros((0, 4)))) == 0.0


def test_numbers_are_told_and_rounded():
    """Where points are of double precision, so are values."""
    three = as_quad([1.0, 2.0, 3.0]) / 3.0
    assert is_quad(three)
    assert is_quad(three[0])
    assert not is_quad(np.ones(2))
    assert rounded(three).dtype == rounded(np.ones(2)).dtype == np.float64
    assert rounded_as(np.ones(1), three).dtype == dtype_at(np.ones(1), three.dtype) == np.float64
    assert is_quad(rounded_as(three, three))
    assert abs(float(3.0 * three[0] - 1.0)) <= EPS_QUAD
    assert abs(float(np.sin(quad_pi()))) <= 4.0 * EPS_QUAD


def test_bits_hold_all_digits():
    """There and back, also of views and of no numbers."""
    numbers = drawn(np.random.default_rng(2), 4, 3)
    for array in (numbers, numbers.T, numbers[:0], np.sqrt(np.abs(numbers)) * 1e-4000):
        back = from_bits(to_bits(array))
        assert back.shape == array.shape
        assert bool(np.all(back == array))


def from_mpmath(numbers):
    """Numbers of mpmath as sums of three doubles: numpy-quaddtype reads text of small numbers to twenty digits."""
    high = [float(number) for number in numbers]
    middle = [float(number - a) for number, a in zip(numbers, high, strict=True)]
    low = [float(number - a - b) for number, a, b in zip(numbers, high, middle, strict=True)]
    return as_quad(high) + as_quad(middle) + as_quad(low)


def test_the_error_function():
    """To a few roundings beside mpmath at points of every piece, and that of scipy for others."""
    mpmath = pytest.importorskip("mpmath")
    x = as_quad(np.concatenate([np.linspace(-9.5, 9.5, 77), [1e-30, 0.03125, 1.0 / 3.0, 40.0]])) + 2.0**-90
    with mpmath.workdps(60):
        # As the sum of two doubles, which these numbers are.
        exact = from_mpmath([mpmath.erf(mpmath.mpf(high) + mpmath.mpf(low)) for high, low in
                             zip(rounded(x).tolist(), rounded(x - rounded(x)).tolist(), strict=True)])
    found = erf(x)
    assert is_quad(found)
    sizes = np.where(exact == 0.0, 1.0, np.abs(exact))
    assert float(np.abs((found - exact) / sizes).max()) <= 8.0 * EPS_QUAD
    assert float(erf(as_quad([np.inf, -np.inf]))[1]) == -1.0
    assert np.isnan(erf(as_quad([np.nan]))).all()
    assert erf(0.3) == special.erf(0.3)
