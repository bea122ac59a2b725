"""Gauss-Hermite rules and Hermite functions, where naive formulas overflow and underflow."""

import numpy as np
import pytest
from scipy.special import eval_hermitenorm, factorial2, gammaln

from opsvd.quadrature import gauss_hermite, hermite_functions, hermite_polynomials


@pytest.mark.parametrize("n", [2, 20, 80, 320, 1000, 1500])
def test_weights_are_finite_and_integrate_moments(n):
    """Weights stay finite at 1000 nodes, and give E x^(2p) = (2p - 1)!! as long as 2p < 2n."""
    nodes, lebesgue = gauss_hermite(n)
    weights = lebesgue * np.exp(-0.5 * nodes**2) / np.sqrt(2.0 * np.pi)
    assert np.isfinite(lebesgue).all()
    assert (lebesgue > 0.0).all()
    for p in range(min(n, 8)):
        assert weights @ nodes ** (2 * p) == pytest.approx(factorial2(2 * p - 1) if p else 1.0, rel=1e-12)


@pytest.mark.parametrize("n", [80, 1000])
def test_functions_are_orthonormal_in_the_rule(n):
    """The matrix sqrt(lambda_i) phi_k(x_i) is orthogonal: no node and no degree is garbage."""
    nodes, lebesgue = gauss_hermite(n)
    matrix = np.sqrt(lebesgue)[:, None] * hermite_functions(nodes, n)
    assert np.abs(matrix.T @ matrix - np.eye(n)).max() < 1e-12


def test_polynomials_agree_with_scipy():
    """psi_n = He_n / sqrt(n!) for moderate degrees, from an independent implementation."""
    x, n = np.linspace(-5.0, 5.0, 21), np.arange(60)
    expected = eval_hermitenorm(n, x[:, None]) / np.exp(0.5 * gammaln(n + 1.0))
    np.testing.assert_allclose(hermite_polynomials(x, 60), expected, rtol=1e-10, atol=1e-10)


def test_degree_1000_neither_overflows_nor_becomes_nan():
    """To degree 1000 the polynomials are finite for |x| <= 50; beyond, what no double holds is infinite, never NaN."""
    assert np.isfinite(hermite_polynomials(np.linspace(-50.0, 50.0, 101), 1001)).all()
    assert not np.isnan(hermite_polynomials(np.array([-80.0, 80.0, 300.0]), 1001)).any()
    functions = hermite_functions(np.linspace(-200.0, 200.0, 401), 1001)
    assert np.isfinite(functions).all()
    assert np.abs(functions).max() < 0.7


def test_functions_decay_beyond_their_turning_point():
    """A start that underflows does not wipe out the functions that are large there: degree 1000 at x = 60."""
    assert abs(hermite_functions(np.array([60.0]), 1001)[0, 1000]) > 1e-2
