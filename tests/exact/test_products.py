"""Products of functions and homogeneous functions of xy, against moments by adaptive quadrature."""

import math

import numpy as np
import pytest
from gaussian_rules import gaussian_mean
from numpy.testing import assert_allclose
from scipy.integrate import quad

from opsvd import exact
from opsvd.errors import NotSquareIntegrableError


@pytest.mark.parametrize("a", [-0.3, 0.0, 0.5, 1.0, 2.5])
def test_absolute_moments(a):
    """The value of |xy|^a is E|x|^(2a), by adaptive quadrature in t = x^(1/4), where it is smooth enough."""
    expected = 2 * quad(lambda t: 4 * t ** (8 * a + 3) * math.exp(-(t**8) / 2), 0, 2, epsabs=1e-15, epsrel=1e-13)[0]
    assert_allclose(exact.abs_power_product(a), [expected / math.sqrt(2 * math.pi)], rtol=1e-11)


@pytest.mark.parametrize("p", [1, 2, 3, 10, 150])
def test_monomials_are_even_moments(p):
    """(2p - 1)!! agrees with the Gamma function, up to the last p whose value is a double."""
    assert_allclose(exact.monomial_product(p), exact.abs_power_product(p), rtol=1e-13)


@pytest.mark.parametrize(("values", "energy"), [
    (exact.sign_product(), 1.0),
    (exact.relu_product(), 2 * gaussian_mean(lambda t: max(t, 0.0) ** 2, points=(0.0,)) ** 2),
    (exact.separable(math.exp(2), 1), gaussian_mean(lambda t: math.exp(2 * t))),
], ids=["sign", "relu", "exp(x)|y|"])
def test_values_have_the_right_energy(values, energy):
    """The squares sum to E[h^2], from one-dimensional moments by adaptive quadrature."""
    assert_allclose(np.sum(values**2), energy, rtol=1e-11)


def test_a_product_with_zero():
    """Zero has no singular values."""
    assert exact.separable(0, 5).shape == (0,)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.abs_power_product(-0.5), NotSquareIntegrableError, "a must be above -1/2"),
    (lambda: exact.abs_power_product(151), ValueError, "a must be at most 150"),
    (lambda: exact.monomial_product(0), ValueError, "p must be an integer of at least 1"),
    (lambda: exact.monomial_product(151), ValueError, "p must be at most 150"),
    (lambda: exact.separable(-1, 1), ValueError, "f_second_moment must not be negative"),
    (lambda: exact.separable(1, math.inf), ValueError, "g_second_moment must be finite"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
