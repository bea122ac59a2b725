"""Radial functions and spherical harmonics: orthonormal at any k, and refused where they are too many."""

import numpy as np
import pytest

from opsvd.bases import RadialBasis, radial_half_density, radial_reach, spherical_harmonics
from opsvd.quadrature import gegenbauer, harmonics


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


@pytest.mark.parametrize(("k", "degree"), [(2, 5), (3, 4), (4, 3), (5, 3), (7, 2), (3, 12), (4, 0), (900, 1)])
def test_harmonics_satisfy_the_addition_theorem(k, degree):
    """sum_m Y_m(u) Y_m(v) = sqrt(N) p_l(<u, v>), which makes them orthonormal."""
    x = np.random.default_rng(0).standard_normal((6, k))
    u = x / np.linalg.norm(x, axis=1)[:, None]
    y = spherical_harmonics(x, degree)
    count = harmonics(k, degree)
    assert y.shape == (6, count)
    expected = np.sqrt(count) * gegenbauer(np.clip(u @ u.T, -1.0, 1.0), k, degree + 1)[-1]
    np.testing.assert_allclose(y @ y.T, expected, atol=1e-12 * count)


def test_harmonics_at_the_origin_and_the_pole():
    """Finite and of the right size where the recursion has no direction to go on with."""
    points = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    np.testing.assert_allclose((spherical_harmonics(points, 4) ** 2).sum(axis=1), [9.0, 9.0])


def test_too_many_harmonics_are_refused():
    """The message says how many, and what to do."""
    with pytest.raises(ValueError, match="degree 3 in R\\^1000 must be few enough to be listed, got 167166000"):
        spherical_harmonics(np.ones((1, 1000)), 3)
    with pytest.raises(ValueError, match=r"about 1e25 of them"):
        spherical_harmonics(np.ones((1, 1000)), 11)
