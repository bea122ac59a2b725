"""Chebyshev polynomials beside functions, and beside numpy's sums."""

import numpy as np
from numpy.polynomial.chebyshev import chebval

from opsvd.quadrature import chebyshev_analysis, chebyshev_sum, gauss_legendre


def test_polynomials_go_through_the_values():
    """Of a function that sixteen nodes resolve they give it to rounding everywhere."""
    t, nodes = np.linspace(-1.0, 1.0, 101), gauss_legendre(16)[0]
    coefficients = chebyshev_analysis(16) @ np.exp(nodes)
    assert np.abs(chebyshev_sum(np.tile(coefficients[:, None], (1, 101)), t) - np.exp(t)).max() < 1e-14


def test_every_point_has_coefficients_of_its_own():
    """As numpy sums them one by one."""
    rng = np.random.default_rng(0)
    coefficients, t = rng.standard_normal((7, 50)), rng.uniform(-1.0, 1.0, 50)
    expected = [chebval(place, column) for place, column in zip(t, coefficients.T, strict=True)]
    np.testing.assert_allclose(chebyshev_sum(coefficients, t), expected, atol=1e-13)
