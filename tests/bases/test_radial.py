"""Radial functions: the density of the length at any k, and a basis that is orthonormal under it."""

import numpy as np
import pytest

from opsvd.bases import RadialBasis
from opsvd.measures import radial_half_density, radial_reach


@pytest.mark.parametrize("k", [2, 3, 50, 1000, 10**6])
def test_the_density_of_the_length(k):
    """E 1 = 1, E|x|^2 = k and E|x|^4 = k (k + 2), by the trapezoid rule in the logarithm."""
    low, high = radial_reach(70.0, k)
    delta = np.linspace(low, high, 400)
    weights = radial_half_density(delta, k) ** 2 * (delta[1] - delta[0])
    moments = [weights @ np.exp(2.0 * p * delta) for p in (0, 1, 2)]
    np.testing.assert_allclose(moments, [1.0, 1.0, 1.0 + 2.0 / k], rtol=1e-13)


def test_the_basis_interpolates_and_is_orthonormal():
    """At a node one function is 1 / sqrt(step), the others are zero; a finer rule finds them orthonormal."""
    basis = RadialBasis(3, 0.2, 1.5, 31)
    np.testing.assert_allclose(basis.half_density(basis.grid), np.eye(31) / np.sqrt(0.2), atol=1e-12)
    fine = basis.last + 0.1 - 6.2 * (np.arange(62) + 0.3) / 62
    values = basis.half_density(fine)
    np.testing.assert_allclose(values.T @ values * 0.1, np.eye(31), atol=1e-11)
    assert not basis.half_density(np.array([basis.last + 0.11])).any()
