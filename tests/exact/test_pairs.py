"""Density ratios of dependent pairs, against Gauss rules and against other formulas for the law of a pair."""

import math

import numpy as np
import pytest
from measure_rules import arcsine_rule, gamma_rule, spectrum_at
from numpy.testing import assert_allclose
from scipy.integrate import simpson
from scipy.stats import gamma, nbinom

from opsvd import exact
from opsvd.errors import NotSquareIntegrableError


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.5, 30.0])
@pytest.mark.parametrize("r", [0.0, 0.3, 0.7])
def test_gamma_values_are_those_of_gauss_laguerre(r, shape):
    """The kernel at 120 nodes has the values r^i."""
    h = exact.gamma_pair_kernel(r, shape)
    assert_allclose(spectrum_at(h, gamma_rule(120, shape))[:20], exact.gamma_pair(r, 20), rtol=0, atol=3e-14)


@pytest.mark.parametrize("shape", [0.5, 1.0, 7.0, 100.0, 300.0])
def test_gamma_kernel_is_that_of_a_mixture(shape):
    """Given K of a negative binomial law, x and y are independent of the law Gamma(shape + K), of scale 1 - r."""
    r = 0.4
    x = gamma.ppf([1e-6, 0.01, 0.3, 0.7, 0.99, 1 - 1e-6], shape)
    k = np.arange(1000)
    ratio = gamma.pdf(x[:, None], shape + k, scale=1 - r) / gamma.pdf(x[:, None], shape)
    expected = (ratio * nbinom.pmf(k, shape, 1 - r)) @ ratio.T
    assert_allclose(exact.gamma_pair_kernel(r, shape)(x[:, None], x), expected, rtol=2e-12)


def test_gamma_kernel_far_out():
    """E[h(x, y)] = 1 over y for x of hundreds, where the Bessel function overflows; 1 / (1 - r)^a at zero."""
    h = exact.gamma_pair_kernel(0.5, 1.0)
    assert_allclose(h(0.0, 0.0), 2, rtol=1e-15)
    y = np.linspace(0, 4000, 40001)
    for x in (0.0, 1.0, 500.0):
        assert_allclose(simpson(h(x, y) * np.exp(-y), x=y), 1, rtol=1e-5)


@pytest.mark.parametrize("r", [0.0, 0.5, -0.6])
def test_arcsine_values_are_those_of_chebyshev_nodes(r):
    """The kernel at 200 nodes has the values |r|^i."""
    sampled = spectrum_at(exact.arcsine_pair_kernel(r), arcsine_rule(200))
    assert_allclose(sampled[:40], exact.arcsine_pair(r, 40), rtol=0, atol=1e-14)


@pytest.mark.parametrize("r", [0.0, 0.5, -0.6])
def test_semicircle_values_are_those_of_chebyshev_nodes(r):
    """The kernel at 200 nodes of the second kind, with the weights of the semicircle, has the values |r|^i."""
    theta = np.pi * np.arange(1, 201) / 201
    sampled = spectrum_at(exact.semicircle_pair_kernel(r), (np.cos(theta), 2 * np.sin(theta) ** 2 / 201))
    assert_allclose(sampled[:40], exact.semicircle_pair(r, 40), rtol=0, atol=1e-14)


def test_arcsine_kernel_next_to_the_ends():
    """For r = 0.999 and x, y within 1e-6 of an end, against the mean of the two Poisson kernels of angles."""
    r, theta, phi = 0.999, np.array([1e-3, 2e-4, 0.0])[:, None], np.array([1e-3, 5e-4, 1.0])

    def poisson(t):
        return (1 - r) * (1 + r) / ((1 - r) ** 2 + 4 * r * np.sin(t / 2) ** 2)

    expected = 0.5 * (poisson(theta - phi) + poisson(theta + phi))
    h = exact.arcsine_pair_kernel(r)
    assert_allclose(h(np.cos(theta), np.cos(phi)), expected, rtol=1e-8)    # rounding of cos: 1e-16 of 1e-6
    assert_allclose(exact.arcsine_pair_kernel(-r)(np.cos(theta), -np.cos(phi)), h(np.cos(theta), np.cos(phi)),
                    rtol=1e-15)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.gamma_pair(1.0, 3), NotSquareIntegrableError, "r must be below 1"),
    (lambda: exact.gamma_pair(-0.1, 3), ValueError, "r must not be negative"),
    (lambda: exact.gamma_pair_kernel(0.5, 0.0), ValueError, "shape must be positive"),
    (lambda: exact.gamma_pair_kernel(0.5, 301), ValueError, "shape must be at most 300"),
    (lambda: exact.arcsine_pair(-1.0, 3), NotSquareIntegrableError, "r must be below 1"),
    (lambda: exact.semicircle_pair_kernel(1.5), NotSquareIntegrableError, "r must be below 1"),
    (lambda: exact.arcsine_pair_kernel(math.inf), ValueError, "r must be finite"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
