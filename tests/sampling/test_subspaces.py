"""Sampled singular vectors against singular functions, as subspaces."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from opsvd import decompose
from opsvd.sampling import draw_sample, near_equal, subspace_error


def gauss(x, y):
    """The squared-exponential kernel: symmetric, so that f_i = g_i."""
    return np.exp(-((x - y) ** 2) / 2.0)


def errors(h, n, functions, groups, rng):
    """Left and right subspace errors of one sampled matrix."""
    sample = draw_sample(h, n, rng=rng)
    u, _, vt = np.linalg.svd(sample.matrix)
    r = functions(sample.x).shape[1]
    return [subspace_error(vectors[:, :r], functions(points), groups)
            for vectors, points in ((u, sample.x), (vt.T, sample.y))]


def test_vectors_approach_the_functions():
    """Angles with f_1 and f_2 fall like n^(-1/2), left and right; a wrong function stays far."""
    functions = decompose(gauss, max_rank=2).left
    small, large = (np.mean([errors(gauss, n, functions, [[0], [1]], rng) for rng in range(15)], axis=(0, 1))
                    for n in (50, 400))
    assert (large < [0.03, 0.1]).all()
    assert_allclose(small / large, math.sqrt(8.0), rtol=0.35)
    swapped = errors(gauss, 400, lambda x: functions(x)[:, ::-1], [[0], [1]], 0)
    assert np.min(swapped) > 0.9


def test_equal_values_are_compared_as_a_whole():
    """For relu(xy), 1/2 twice: single vectors are arbitrary, their span is exact."""
    def halves(x):
        return np.stack([np.maximum(x, 0.0), np.maximum(-x, 0.0)], axis=-1) @ np.array([[1.0, 1.0], [1.0, -1.0]])

    def relu(x, y):
        return np.maximum(x * y, 0.0)

    together, single = (errors(relu, 200, halves, near_equal(values, 1e-3), 1) for values in ([0.5, 0.5], [0.5, 0.4]))
    assert np.max(together) < 1e-10
    assert np.min(single) > 0.1


def test_signs_scales_and_mixing_do_not_matter():
    """The error is of spans: any invertible mixing of the columns leaves it."""
    rng = np.random.default_rng(0)
    vectors = np.linalg.qr(rng.standard_normal((50, 3)))[0]
    functions = vectors @ rng.standard_normal((3, 3))
    assert subspace_error(vectors, functions, [[0, 1, 2]])[0] < 1e-10
    assert_allclose(subspace_error(vectors, -7.0 * vectors, [[0], [1, 2]]), 0.0, atol=1e-12)


def test_the_error_is_the_sine_of_the_angle():
    """Two lines at 30 degrees are half apart."""
    lines = np.array([[1.0], [0.0]]), np.array([[math.cos(math.pi / 6)], [math.sin(math.pi / 6)]])
    assert_allclose(subspace_error(*lines, [[0]]), [0.5])


def test_near_equal_groups():
    """Chains of close neighbours go together; nothing gives no group with members."""
    assert [g.tolist() for g in near_equal([3.0, 2.95, 2.9, 1.0, 1.0, 0.1], 0.06)] == [[0, 1, 2], [3, 4], [5]]
    assert [g.tolist() for g in near_equal([1.0], 0.1)] == [[0]]


def test_bad_arguments():
    """Arrays that do not match are named."""
    with pytest.raises(ValueError, match=r"same shape \(n, r\), got \(5, 2\) and \(5, 3\)"):
        subspace_error(np.ones((5, 2)), np.ones((5, 3)), [[0]])
    with pytest.raises(TypeError, match="gap must be a real number"):
        near_equal([1.0], "small")
