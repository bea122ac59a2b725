"""Spherical harmonics: orthonormal at any k, and refused where they are too many."""

import numpy as np
import pytest

from opsvd.bases import spherical_harmonics
from opsvd.quadrature import gegenbauer, harmonics


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
