"""Sums of a function of x and one of y, against their matrices and moments by adaptive quadrature."""

import math

import numpy as np
import pytest
from gaussian_rules import gaussian_mean
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from opsvd import exact


def test_log_abs_moments():
    """The two values of log|xy| are those of the matrix of moments of log|x|, found by adaptive quadrature."""
    m = gaussian_mean(lambda t: math.log(abs(t)), points=(0.0,))
    second = gaussian_mean(lambda t: math.log(abs(t)) ** 2, points=(0.0,))
    std = math.sqrt(second - m * m)
    expected = np.linalg.svd(np.array([[2 * m, std], [std, 0]]), compute_uv=False)
    assert_allclose(exact.log_abs_product(), expected, rtol=1e-10)


@pytest.mark.parametrize(("values", "energy"), [
    (exact.linear_sum(), 2.0),
    (exact.log_abs_product(), 2 * gaussian_mean(lambda t: math.log(abs(t)) ** 2, points=(0.0,))
     + 2 * gaussian_mean(lambda t: math.log(abs(t)), points=(0.0,)) ** 2),
], ids=["x + y", "log"])
def test_values_have_the_right_energy(values, energy):
    """The squares sum to E[h^2], from one-dimensional moments by adaptive quadrature."""
    assert_allclose(np.sum(values**2), energy, rtol=1e-11)

FINITE = st.floats(-10, 10).filter(lambda t: t == 0 or abs(t) > 1e-3)


@given(f_mean=FINITE, f_std=FINITE.map(abs), g_mean=FINITE, g_std=FINITE.map(abs))
def test_sums_of_functions_match_their_matrix(f_mean, f_std, g_mean, g_std):
    """f(x) + g(y) has the values of [[m, tau], [sigma, 0]]; zeros are left out."""
    expected = np.linalg.svd(np.array([[f_mean + g_mean, g_std], [f_std, 0]]), compute_uv=False)
    s = exact.sum_of_functions(f_mean, f_std, g_mean, g_std)
    assert_allclose(np.concatenate([s, np.zeros(2 - len(s))]), expected, rtol=0, atol=1e-14 * max(expected[0], 1))


def test_degenerate_sums():
    """A constant and a function of x alone have rank one, and zero has rank none."""
    assert_allclose(exact.sum_of_functions(3, 0, -1, 0), [2])
    assert_allclose(exact.sum_of_functions(3, 4, 0, 0), [5])
    assert exact.sum_of_functions(1, 0, -1, 0).shape == (0,)


def test_a_negative_standard_deviation_is_named():
    """Standard deviations are not negative."""
    with pytest.raises(ValueError, match="g_std must not be negative"):
        exact.sum_of_functions(0, 1, 0, -1)
