"""The recurrence of Jacobi polynomials."""

import numpy as np
import pytest
from scipy.special import beta

from opsvd.quadrature import composite_gauss_legendre, jacobi_recurrence, orthonormal_polynomials


@pytest.mark.parametrize(("a", "b"), [(-0.5, -0.5), (0.0, 0.0), (0.5, -0.5), (3.0, 0.5), (-0.5, 0.5)])
def test_polynomials_are_orthonormal(a, b):
    """Under the density (1 - s)^a (1 + s)^b, also where a + b is 0 or -1; s = cos(t) takes the singular ends away."""
    t, weights = composite_gauss_legendre(np.linspace(0.0, np.pi, 9), 20)
    density = 2.0 * np.sin(0.5 * t) ** (2 * a + 1) * np.cos(0.5 * t) ** (2 * b + 1) / (2.0 * beta(a + 1, b + 1))
    values = orthonormal_polynomials(np.cos(t), 1.0, *jacobi_recurrence(a, b, 12))
    np.testing.assert_allclose((values * (weights * density)[:, None]).T @ values, np.eye(12), atol=1e-12)


def test_one_polynomial_takes_no_recurrence():
    """The constant alone."""
    shifts, roots = jacobi_recurrence(0.5, -0.5, 1)
    assert shifts.shape == roots.shape == (1,)
