"""Values from roots: their functions go through the operator by adaptive quadrature, and squares sum to E[h^2]."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import j0, jv

from opsvd import exact


def energy(values):
    """The sum of all squares, with those beyond continued: values fall like 1 / i^2."""
    return np.sum(values**2) + values[-1] ** 2 * len(values) / 3


UNIFORM = (lambda y: 1.0), 0.0, 1.0
"""A law: its density, and the ends of its support."""


def image(h, f, law, x):
    """(T f)(x) = E[h(x, y) f(y)], split at y = x, where h breaks."""
    density, low, high = law

    def integrand(y):
        return h(x, y) * f(y) * density(y)

    return sum(quad(integrand, a, b, epsabs=1e-14, epsrel=1e-12, limit=200)[0] for a, b in ((low, x), (x, high)))


def assert_eigenfunctions(h, values, functions, law, points):
    """T f = s f at some points, to the twelve digits of the quadrature, for the first four values."""
    for s, f in zip(values[:4], functions[:4], strict=True):
        for x in points:
            assert_allclose(image(h, f, law, x), s * f(x), rtol=0, atol=1e-11 * values[0])


def waves(s, length):
    """The eigenfunctions of the exponential covariance on [0, 1], from its values."""
    w = np.sqrt(2 / (length * s) - 1 / length**2)
    return [lambda x, u=u, i=i: (math.sin if i % 2 else math.cos)(u * (x - 0.5)) for i, u in enumerate(w)]


@pytest.mark.parametrize("length", [0.05, 1.0, 30.0])
def test_exponential_covariance(length):
    """On [0, 1]: the functions are sines and cosines; all squares sum to E[exp(-2 |x - y| / l)]."""
    values = exact.exponential_covariance(length, 20000)
    assert_eigenfunctions(lambda x, y: math.exp(-abs(x - y) / length), values, waves(values[:4], length),
                          UNIFORM, (0.0, 0.3, 0.9))
    k = 1 / length
    assert_allclose(energy(values), (2 * k + math.expm1(-2 * k)) / (2 * k * k), rtol=1e-12)
    assert_allclose(exact.exponential_covariance(3 * length, 50, width=3.0), values[:50], rtol=1e-14)


@pytest.mark.parametrize("length", [1e-140, 1e-6, 1e6, 1e140])
def test_exponential_covariance_at_extreme_lengths(length):
    """The values of a long length begin with one, those of a short length with 2 l; the trace is one."""
    values = exact.exponential_covariance(length, 1000)
    assert np.all(np.diff(values) <= 0)
    assert np.all(values > 0)
    assert np.sum(values) <= 1 + 1e-14
    assert_allclose(values[0], min(1.0, 2 * length), rtol=1e-6)


def test_distance():
    """|x - y| on [0, 1]: the functions are cosh, cos and sin about the middle; traces of powers of all values."""
    values = exact.abs_difference_cdf(100001)
    t = np.sqrt(0.5 / values[:4])
    functions = [lambda x: math.cosh(2 * t[0] * (x - 0.5)), lambda x: math.sin(2 * t[1] * (x - 0.5)),
                 lambda x: math.cos(2 * t[2] * (x - 0.5)), lambda x: math.sin(2 * t[3] * (x - 0.5))]
    for sign, s, f in zip((1, -1, -1, -1), values[:4], functions, strict=True):
        assert_allclose(image(lambda x, y: abs(x - y), f, UNIFORM, 0.3), sign * s * f(0.3), rtol=0, atol=1e-12)
    assert np.all(np.diff(values) < 0)
    assert_allclose(energy(values), 1 / 6, rtol=1e-13)
    assert_allclose(values[0] - np.sum(values[1:]), 0, rtol=0, atol=3e-6)    # E[h(x, x)]; beyond 1 / (pi^2 n / 2)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_any_number_of_distances(n):
    """As many values come back as asked for."""
    assert_allclose(exact.abs_difference_cdf(n), exact.abs_difference_cdf(9)[:n], rtol=1e-15)


def test_rectified_difference():
    """max(x - y, 0) on [0, 1] against V^2, V being integration, in Legendre polynomials; the squares sum to 1 / 12."""
    k = np.arange(119)
    below = 0.5 / np.sqrt((2 * k + 1) * (2 * k + 3))
    integration = np.diag(below, -1) - np.diag(below, 1)
    integration[0, 0] = 0.5
    values = exact.relu_difference_cdf(2000)
    sampled = np.linalg.svd(integration @ integration, compute_uv=False)
    assert_allclose(values[:12], sampled[:12], rtol=0, atol=1e-15)
    assert_allclose(energy(values), 1 / 12, rtol=1e-13)
    assert np.all(np.diff(values) < 0)


@pytest.mark.parametrize("rate", [1.0, 2.5])
def test_minimum_of_exponential_variables(rate):
    """The functions are J_0(j exp(-rate x / 2)); all squares sum to E[min^2]."""
    values = exact.min_exponential(300, rate)
    functions = [lambda x, j=j: j0(j * math.exp(-0.5 * rate * x)) for j in 2 / np.sqrt(rate * values[:4])]
    law = (lambda y: rate * math.exp(-rate * y)), 0.0, 60.0 / rate
    assert_eigenfunctions(min, values, functions, law, (0.2, 1, 5))
    assert_allclose(energy(values), 0.5 / rate**2, rtol=1e-9)


@pytest.mark.parametrize("a", [0.5, 1.0, 4.0])
def test_minimum_under_power_laws(a):
    """The functions are sqrt(x) J_nu(j x^(1 / (2 nu))); all squares sum to E[min^2]; the jump has their roots."""
    values = exact.min_power_law(a, 300)
    nu = 1 / (a + 1)
    functions = [lambda x, j=j: math.sqrt(x) * jv(nu, j * x ** (0.5 / nu))
                 for j in 2 * nu * np.sqrt(a / values[:4])]
    law = (lambda y: a * y ** (a - 1)), 0.0, 1.0
    assert_eigenfunctions(min, values, functions, law, (0.04, 0.5, 1.0))
    assert_allclose(energy(values), 1 - 4 / (a + 2) + 1 / (a + 1), rtol=1e-9)
    assert_allclose(exact.jump_power_law(a, 300) ** 2, values, rtol=1e-14)


def test_power_law_of_power_one():
    """The uniform law has the values of Brownian motion, and of Volterra's operator."""
    assert_allclose(exact.min_power_law(1.0, 40), exact.min_cdf(40), rtol=0, atol=1e-15)
    assert_allclose(exact.jump_power_law(1.0, 40), exact.heaviside_difference(40), rtol=0, atol=1e-15)


@pytest.mark.parametrize("c", [0.1, 3.0])
def test_exponential_covariance_on_the_half_line(c):
    """The functions are J_2c(j exp(-x / 2)); all squares sum to E[exp(-2 c |x - y|)] = 1 / (1 + 2 c)."""
    values = exact.exponential_covariance_half_line(c, 500)
    functions = [lambda x, j=j: jv(2 * c, j * math.exp(-0.5 * x)) for j in np.sqrt(8 * c / values[:4])]
    law = (lambda y: math.exp(-y)), 0.0, 60.0
    assert_eigenfunctions(lambda x, y: math.exp(-c * abs(x - y)), values, functions, law, (0.0, 1.0, 5.0))
    assert_allclose(energy(values), 1 / (1 + 2 * c), rtol=1e-5 if c == 30 else 1e-8)    # more values are large


def test_bessel_functions_of_order_one_half():
    """For c = 3/4 the zeros are those of the sine: the values are 6 / (i pi)^2."""
    i = np.arange(1, 101)
    assert_allclose(exact.exponential_covariance_half_line(0.75, 100), 6 / (i * math.pi) ** 2, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: exact.exponential_covariance(0.0, 3), "length must be positive"),
    (lambda: exact.exponential_covariance(1.0, 3, width=-1), "width must be positive"),
    (lambda: exact.exponential_covariance(1e160, 3), "length must be within"),
    (lambda: exact.exponential_covariance_half_line(2e6, 3), r"c must be at most 10\^6"),
    (lambda: exact.min_power_law(0.0, 3), "a must be positive"),
    (lambda: exact.min_exponential(3, rate=0), "rate must be positive"),
    (lambda: exact.abs_difference_cdf(0), "n must be an integer of at least 1"),
])
def test_arguments_out_of_range_are_named(call, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(ValueError, match=message):
        call()
