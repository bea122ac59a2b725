"""Exponentials of polynomials of degree two: recognised along their ridge, and others not."""

import math

import numpy as np
import pytest

from opsvd import Gaussian, Kernel
from opsvd.probing.quadratic_exponent import find_quadratic_exponent

STANDARD = Gaussian()


def mehler(r):
    """The density ratio of two standard Gaussians of correlation r."""
    rest = 1.0 - r * r
    return lambda x, y: np.exp(-(r * r * (x * x + y * y) - 2.0 * r * x * y) / (2.0 * rest)) / np.sqrt(rest)


@pytest.mark.parametrize("r", [0.5, -0.9, 0.99, 0.999, -0.9999, 0.99999])
@pytest.mark.parametrize("mean", [0.0, 1.7])
def test_the_ratio_is_the_correlation(r, mean):
    """Mehler: to 1e-11, though the ridge is a few thousandths wide and the energy reaches to hundreds of deviations."""
    h = mehler(r)
    kernel = Kernel(lambda x, y: h(x - mean, (y + 1.0) / 2.0))
    found = find_quadratic_exponent(kernel, Gaussian(mean), Gaussian(-1.0, 2.0))
    assert abs(found.ratio - abs(r)) <= 1e-11
    assert abs(found.first_value - 1.0) <= 1e-9
    np.testing.assert_allclose(found.center, 0.0, atol=1e-5)
    np.testing.assert_allclose(found.deviations, 1.0, rtol=1e-6)


def test_the_form_of_any_polynomial():
    """Its maximum, its curvature and its sign, from values alone."""
    def h(x, y):
        return -3.0 * np.exp(x - 0.5 * y - 0.1 * x**2 + 0.3 * x * y - 0.2 * y**2)
    found = find_quadratic_exponent(Kernel(h), STANDARD, STANDARD)
    form = np.array([[0.7, -0.3], [-0.3, 0.9]])
    np.testing.assert_allclose(found.form, form, rtol=1e-12)
    np.testing.assert_allclose(found.center, np.linalg.solve(form, [1.0, -0.5]), rtol=1e-12)
    assert abs(found.determinant - np.linalg.det(form)) <= 1e-13
    assert found.sign == -1.0
    w = np.array([[0.3, -2.0], [1.0, 0.4]])
    logarithms, seen = found.logarithms(w)
    np.testing.assert_allclose(-np.exp(logarithms), h(*w), rtol=1e-12)
    assert seen.all()
    assert not found.overflows


@pytest.mark.parametrize("c", [1e5, 1e6, 1e7])
def test_ridges_of_which_few_values_are_more_than_zero(c):
    """Those beside the ridge are subnormal numbers, of few digits, which tell no polynomial."""
    found = find_quadratic_exponent(Kernel(lambda x, y: np.exp(-c * (x - y) ** 2)), STANDARD, STANDARD)
    root = math.sqrt(2.0 * c + 0.25) / (2.0 * c + 0.5)
    assert abs(found.ratio - math.sqrt((1.0 - root) / (1.0 + root))) <= 1e-9
    assert abs(found.first_value * math.sqrt((2.0 * c + 0.5) * (1.0 + root)) - 1.0) <= 1e-9


@pytest.mark.parametrize("h", [
    lambda x, y: np.exp(0.5 * x * y), lambda x, y: np.exp(0.6 * x * y), lambda x, y: np.exp(0.3 * x**2 + 0.0 * y),
    lambda x, y: np.tanh(x * y), lambda x, y: np.exp(np.sin(x * y)), lambda x, y: (x > y) * 1.0,
    lambda x, y: 0.0 * x * y, lambda x, y: np.exp(0.4 * x * y) * (1.0 + 1e-9 * np.sin(x)),
    lambda x, y: np.exp(-np.abs(x - y)), lambda x, y: np.exp(0.1j * x * y),
    lambda x, y: np.where(x > 0.1, np.nan, 1.0) + y,
])
def test_other_kernels(h):
    """Of infinite energy, of two signs, broken, zero, complex, or off by more than roundings."""
    assert find_quadratic_exponent(Kernel(h), STANDARD, STANDARD) is None
