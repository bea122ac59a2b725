"""Legendre polynomials by recurrence, beside those of numpy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from opsvd.quadrature import gauss_legendre, legendre_moments, legendre_sum, legendre_transform, orthonormal_legendre

RNG = np.random.default_rng(0)
T = np.concatenate([RNG.uniform(-1.0, 1.0, (50, 7)), np.full((1, 7), -1.0), np.full((1, 7), 1.0), np.zeros((1, 7))])


def reference(t, order):
    """numpy's polynomials, with their norms."""
    return np.polynomial.legendre.legvander(t, order - 1) * np.sqrt(np.arange(order) + 0.5)


@pytest.mark.parametrize("order", [1, 2, 16, 32])
def test_values(order):
    """At random points, at the ends and at zero, in any shape."""
    assert_allclose(orthonormal_legendre(T, order), reference(T, order), rtol=0, atol=1e-13 * order)
    assert orthonormal_legendre(np.zeros((0, 3)), order).shape == (0, 3, order)


@pytest.mark.parametrize("order", [1, 2, 16, 32])
def test_moments(order):
    """Sums of values times polynomials, row by row."""
    values = RNG.standard_normal(T.shape)
    assert_allclose(legendre_moments(T, values, order), np.einsum("pn,pnk->pk", values, reference(T, order)),
                    rtol=0, atol=1e-12 * order)


@pytest.mark.parametrize("order", [1, 2, 16, 32])
def test_sums(order):
    """One set of coefficients a row, or one for all."""
    coefficients = RNG.standard_normal((order, len(T)))
    expected = np.einsum("kp,pnk->pn", coefficients, reference(T, order))
    assert_allclose(legendre_sum(coefficients[:, :, None], T), expected, rtol=0, atol=1e-12 * order)
    assert_allclose(legendre_sum(coefficients[:, 0], T[:, 0]), reference(T[:, 0], order) @ coefficients[:, 0],
                    rtol=0, atol=1e-12 * order)


@pytest.mark.parametrize("order", [1, 16, 20])
def test_the_transform_is_orthogonal(order):
    """From weighted samples at the nodes to coefficients: of a polynomial, its own."""
    transform, (nodes, weights) = legendre_transform(order), gauss_legendre(order)
    assert_allclose(transform @ transform.T, np.eye(order), rtol=0, atol=1e-14 * order)
    coefficients = RNG.standard_normal(order)
    samples = np.sqrt(weights) * (orthonormal_legendre(nodes, order) @ coefficients)
    assert_allclose(transform @ samples, coefficients, rtol=0, atol=1e-13 * order)
