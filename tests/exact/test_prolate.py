"""Exponentials and waves of xy on [-1, 1], against Gauss-Legendre rules, energies, traces and limits of small c."""

import math

import numpy as np
import pytest
from measure_rules import spectrum_at, uniform_rule
from numpy.testing import assert_allclose
from scipy.special import gammaln

from opsvd import exact


def difference(c):
    """The function sin(c (x - y)) / (c (x - y))."""
    return lambda x, y: np.sinc(c * (x - y) / math.pi)


@pytest.mark.parametrize("c", [0.5, -1.0, 4.0, 20.0])
@pytest.mark.parametrize(("spectrum", "kernel"), [
    (exact.exp_i_product_uniform, lambda c: lambda x, y: np.exp(1j * c * x * y)),
    (exact.cos_product_uniform, lambda c: lambda x, y: np.cos(c * x * y)),
    (exact.sin_product_uniform, lambda c: lambda x, y: np.sin(c * x * y)),
    (exact.sinc_difference_uniform, difference),
    (exact.exp_product_uniform, lambda c: lambda x, y: np.exp(c * x * y)),
], ids=["exp(icxy)", "cos", "sin", "sinc", "exp(cxy)"])
def test_values_are_those_of_gauss_legendre(spectrum, kernel, c):
    """The first values are those of the kernel at 60 nodes, where exponents of size c are rounded."""
    values = spectrum(c, 30)
    assert np.all(np.diff(values) <= 0)
    sampled = spectrum_at(kernel(c), uniform_rule(60))[:30]
    assert_allclose(values, sampled, rtol=0, atol=1e-15 * max(abs(c), 3.0) * values[0])


@pytest.mark.parametrize("c", [1e-100, 0.3, 10.0, 100.0, 500.0])
def test_energies(c):
    """The squares of the values of exp(icxy), which are the values of the sinc, sum to E|h|^2 = 1."""
    assert_allclose(np.sum(exact.exp_i_product_uniform(c, 1200) ** 2), 1, rtol=1e-14)
    assert_allclose(np.sum(exact.sinc_difference_uniform(c, 1200)), 1, rtol=1e-14)


@pytest.mark.parametrize("c", [100.0, 500.0])
def test_the_plateau(c):
    """Well below 2 c / pi all values are sqrt(pi / (2c)), as those of the Fourier transform of the whole line."""
    assert_allclose(exact.exp_i_product_uniform(c, int(0.4 * c)), math.sqrt(math.pi / (2 * c)), rtol=5e-14)


@pytest.mark.parametrize("c", [0.3, 3.0, 10.0])
def test_traces_of_the_products(c):
    """E[exp(c x^2)] is the sum of the values of exp(cxy), and E[exp(2 c x y)] that of their squares."""
    values = exact.exp_product_uniform(c, 60)
    x, p = uniform_rule(60)
    assert_allclose(np.sum(values), p @ np.exp(c * x**2), rtol=1e-13)
    assert_allclose(np.sum(values**2), p @ np.exp(2 * c * x[:, None] * x) @ p, rtol=1e-13)


@pytest.mark.parametrize("spectrum", [exact.exp_i_product_uniform, exact.exp_product_uniform])
def test_small_values_have_digits(spectrum):
    """For small c the i-th value is sqrt(pi) c^i i!^2 / (2 (2i)! Gamma(i + 3/2)), to a relative error of c^2."""
    i = np.arange(40.0)
    c = 1e-5
    limit = i * math.log(c) + 2 * gammaln(i + 1) - gammaln(2 * i + 1) - gammaln(i + 1.5) + math.log(math.pi) / 2
    assert_allclose(spectrum(c, 40), 0.5 * np.exp(limit), rtol=1e-9)


def test_small_values_in_the_middle_of_their_range():
    """Three values at c = 4, by a Gauss-Legendre rule of 70 nodes in mpmath with 70 digits, split by parity."""
    values = exact.exp_i_product_uniform(4.0, 36)[[15, 23, 31]]
    assert_allclose(values, [1.1810296331105187586e-12, 6.0104157051466816401e-23, 1.8950017584450069927e-34],
                    rtol=2e-14)


@pytest.mark.parametrize("spectrum", [exact.exp_i_product_uniform, exact.exp_product_uniform])
@pytest.mark.parametrize("n", [1, 2, 3, 2000])
def test_any_number_of_values(spectrum, n):
    """As many values come back as asked for; those below the smallest double, and all but one at c = 0, are zero."""
    for c in (0.0, 1e-300, 1e-149, 1.0):
        values = spectrum(c, n)
        assert values.shape == (n,)
        assert np.all(np.diff(values) <= 0)
        assert_allclose(values[0], spectrum(c, 5)[0], rtol=1e-15)
    assert np.all(spectrum(0.0, n) == np.eye(1, n)[0])


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.exp_i_product_uniform(501, 3), ValueError, r"c must lie in \[-500, 500\].*got \|c\| = 501"),
    (lambda: exact.exp_product_uniform(-1e300, 3), ValueError, "c must lie in"),
    (lambda: exact.sinc_difference_uniform(math.nan, 3), ValueError, "c must be finite"),
    (lambda: exact.cos_product_uniform(1, 0), ValueError, "n must be an integer of at least 1"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
