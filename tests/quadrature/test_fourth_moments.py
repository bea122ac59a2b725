"""Fourth moments by a rule and by weighted points, and when they are said not to be known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from opsvd.quadrature import composite_gauss_legendre, fourth_moments_by_rule, unknown_by_sample, wide_sample

GRADED = np.append(0.0, 2.0 ** np.arange(-60.0, 1.0))


@pytest.mark.parametrize("a", [0.05, 0.15, 0.26, 0.4])
def test_roots_of_a_uniform_variable(a):
    """E x^(-4a) = 1 / (1 - 4a) is finite below a = 1/4; E x^(-2a) = 1 / (1 - 2a) beside a constant always is."""
    x, weights = composite_gauss_legendre(GRADED, 16)
    moments = fourth_moments_by_rule(np.stack([x ** (-2.0 * a), np.ones_like(x)], axis=1), weights)
    assert_allclose(moments[0, 0], 1.0 / (1.0 - 4.0 * a) if a < 0.25 else np.inf, rtol=1e-6)
    assert_allclose(moments[0, 1], 1.0 / (1.0 - 2.0 * a), rtol=0.02)    # less what is never drawn, if a > 1/4
    assert_allclose(moments[1, 1], 1.0, rtol=1e-12)


def test_a_function_of_one_rare_point_is_not_known():
    """A moment that rests on a set of probability 1e-12 is never seen in samples; one of 1e-6 may be."""
    for mass, known in ((1e-12, False), (1e-6, True)):
        weights = np.array([1.0 - mass, mass])
        moments = fourth_moments_by_rule(np.array([[0.0], [1.0 / mass]]), weights)
        assert np.isfinite(moments[0, 0]) == known


def test_means_over_far_points_are_means():
    """Weighted means over points that reach farther: E x^4 = 3 and E x^2 y^2 = 1 in every number of directions."""
    for directions in (2, 6, 30):
        z, weights = wide_sample(directions)
        squares = z[:, :2] ** 2
        assert_allclose((squares * weights[:, None]).T @ squares, [[3.0, 1.0], [1.0, 3.0]], rtol=0.15)
        assert_allclose(weights.sum(), 1.0, rtol=1e-12)


def test_a_mean_that_few_points_make_is_not_known():
    """Of points with a tail of the power 2 the mean of fourth powers is one point; of Gaussian ones it is known."""
    rng = np.random.default_rng(0)
    heavy, light = rng.random(20_000) ** -0.5, rng.standard_normal(20_000)
    squares = np.stack([heavy, light], axis=1) ** 2
    assert unknown_by_sample(squares, np.full(20_000, 1.0 / 20_000)).tolist() == [True, False]
