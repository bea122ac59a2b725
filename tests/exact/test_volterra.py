"""Spectra of functions of the order of x and y, against Legendre polynomials and the traces of powers."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import polygamma

from opsvd import exact


def volterra(size):
    """The matrix of (V g)(u) = integral of g over [0, u] in orthonormal Legendre polynomials on [0, 1].

    The integral of P_k is (P_{k+1} - P_{k-1}) / (2 (2k + 1)) there: a tridiagonal matrix, exact but for the cut.
    """
    k = np.arange(size - 1)
    below = 0.5 / np.sqrt((2 * k + 1) * (2 * k + 3))
    matrix = np.diag(below, -1) - np.diag(below, 1)
    matrix[0, 0] = 0.5
    return matrix


# The coefficients of u in Legendre polynomials on [0, 1].
IDENTITY = np.array([0.5, 0.5 / math.sqrt(3), *np.zeros(118)])


@pytest.mark.parametrize(("spectrum", "matrix"), [
    (exact.heaviside_difference, volterra(120)),
    (exact.min_cdf, volterra(120) @ volterra(120).T),
    (exact.sign_difference, volterra(120) - volterra(120).T),
    (exact.bridge_cdf, volterra(120) @ volterra(120).T - np.outer(IDENTITY, IDENTITY)),
], ids=["jump", "min", "sign", "bridge"])
def test_spectra_in_quantile_coordinates(spectrum, matrix):
    """Legendre-Galerkin in u = F(x): (u > v) is Volterra's V, min(u, v) is V V^T, sign(u - v) is V - V^T.

    The bridge is min(u, v) less u v.
    """
    assert_allclose(spectrum(12), np.linalg.svd(matrix, compute_uv=False)[:12], rtol=0, atol=1e-14)


def power_sum_beyond(i, power):
    """The sum of ((j - 1/2) pi)^-power over j > i, a polygamma value."""
    return polygamma(power - 1, i + 0.5) / (math.factorial(power - 1) * math.pi**power)


@pytest.mark.parametrize(("powers", "beyond", "trace"), [
    (exact.heaviside_difference(100) ** 2, power_sum_beyond(100, 2), 1 / 2),    # E[(u > v)^2]
    (exact.heaviside_difference(100) ** 4, power_sum_beyond(100, 4), 1 / 6),    # E[min(u, v)^2], as V V* is min
    (exact.sign_difference(100) ** 2, 2 * power_sum_beyond(50, 2), 1),    # E[sign^2]; the values stand in pairs
    (exact.min_cdf(100), power_sum_beyond(100, 2), 1 / 2),    # E[min(u, u)]
    (exact.min_cdf(100) ** 2, power_sum_beyond(100, 4), 1 / 6),    # E[min(u, v)^2]
    (exact.bridge_cdf(100), polygamma(1, 101) / math.pi**2, 1 / 6),    # E[u - u^2]
], ids=["jump, squares", "jump, fourth powers", "sign, squares", "min, trace", "min, squares", "bridge, trace"])
def test_trace_identities(powers, beyond, trace):
    """Powers of all values sum to traces known from the kernel alone."""
    assert_allclose(np.sum(powers) + beyond, trace, rtol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_odd_and_even_numbers_of_values(n):
    """As many values come back as asked for, nonincreasing, also where they stand in pairs."""
    for spectrum in (exact.heaviside_difference, exact.min_cdf, exact.sign_difference, exact.bridge_cdf):
        s = spectrum(n)
        assert s.shape == (n,)
        assert np.all(np.diff(s) <= 0)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.sign_difference(2.5), TypeError, "n must be an integer"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
