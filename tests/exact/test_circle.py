"""Functions of a difference of angles and their images under the arcsine law, against equally spaced angles."""

import math

import numpy as np
import pytest
from measure_rules import arcsine_rule, circle_rule, spectrum_at
from numpy.testing import assert_allclose
from scipy.integrate import quad

from opsvd import exact


@pytest.mark.parametrize(("values", "kernel"), [
    (exact.von_mises(1.5, 21), lambda t: np.exp(1.5 * np.cos(t))),
    (exact.von_mises(-20.0, 21), lambda t: np.exp(-20 * np.cos(t))),
    (exact.circle_poisson(-0.3, 21), lambda t: (1 - 0.09) / (1.09 + 0.6 * np.cos(t))),
    (exact.circle_difference([0.5, 2.0, 0.0, math.hypot(0.5, 1.0)]),
     lambda t: 0.5 + 4 * np.sin(t) + np.cos(3 * t) - 2 * np.sin(3 * t)),
], ids=["von Mises", "von Mises, large", "Poisson", "a polynomial"])
def test_values_are_those_of_equally_spaced_angles(values, kernel):
    """The trapezoid rule with 80 angles is exact but for Fourier coefficients from the 40th on."""
    sampled = spectrum_at(lambda x, y: kernel(x - y), circle_rule(80))
    assert_allclose(values, sampled[:len(values)], rtol=0, atol=1e-14 * values[0])


def test_von_mises_under_the_arcsine_law():
    """exp(k x y) cosh(k sqrt((1 - x^2)(1 - y^2))) has each modified Bessel function once."""
    def kernel(x, y):
        return np.exp(3 * x * y) * np.cosh(3 * np.sqrt((1 - x**2) * (1 - y**2)))

    values = exact.von_mises(3.0, 29)[::2]
    assert_allclose(values, spectrum_at(kernel, arcsine_rule(60))[:15], rtol=0, atol=1e-14 * values[0])


@pytest.mark.parametrize("i", [0, 1, 2, 5])
@pytest.mark.parametrize("theta", [0.0, 0.4, 2.0])
def test_logarithm_under_the_arcsine_law(i, theta):
    """E[log|x - y| T_i(y)] by adaptive quadrature in the angle of y: -log 2, or -T_i(x) / i.

    The distance from the angle of x is the fourth power of the variable, and cos x - cos y is a product of sines.
    """
    def integrand(v, length):
        away = length * v**4
        logarithm = math.log(2 * abs(math.sin(theta + 0.5 * away) * math.sin(0.5 * away)))
        return logarithm * math.cos(i * (theta + away)) * 4 * abs(length) * v**3

    pieces = [quad(integrand, 0, 1, (length,), epsabs=1e-13, epsrel=1e-12)[0]
              for length in (-theta, math.pi - theta) if length]
    expected = -math.log(2) if i == 0 else -math.cos(i * theta) / i
    assert_allclose(sum(pieces) / math.pi, expected, rtol=0, atol=1e-12)


def test_logarithm_on_other_intervals():
    """On an interval of width w the constant is log(w / 4); at w = 4 it is no value."""
    assert_allclose(exact.log_abs_difference_arcsine(4, width=1.0), [math.log(4), 1, 1 / 2, 1 / 3], rtol=1e-15)
    assert_allclose(exact.log_abs_difference_arcsine(3, width=4.0), [1, 1 / 2, 1 / 3], rtol=1e-15)
    assert_allclose(exact.log_abs_difference_arcsine(1), [1.0], rtol=1e-15)


def test_no_coefficients():
    """The zero function has no values."""
    assert exact.circle_difference([]).shape == (0,)
    assert exact.circle_difference([0.0]).shape == (0,)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: exact.von_mises(701, 3), r"kappa must lie in \[-700, 700\]"),
    (lambda: exact.circle_poisson(1.0, 3), r"r must lie in \(-1, 1\)"),
    (lambda: exact.circle_difference([[1.0]]), "coefficients must be a list of finite numbers"),
    (lambda: exact.circle_difference([math.nan]), "coefficients must be a list of finite numbers"),
    (lambda: exact.log_abs_difference_arcsine(3, width=0), "width must be positive"),
])
def test_arguments_out_of_range_are_named(call, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(ValueError, match=message):
        call()
