"""The metric entropy: closed forms of its lower bound, coverings of ellipsoids that are counted, and what bars do."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

import opsvd
from opsvd.spectrum import Tail, metric_entropy


def test_geometric_spectra():
    """For s_i = q^i, eps = q^m the sum is m (m + 1) / 2 log(1/q), and the upper bound exceeds it by at most 2 m."""
    for q, m in ((0.5, 10), (0.9, 40), (0.1, 4)):
        found = metric_entropy(q ** np.arange(200), q**m * 1.0000001)
        assert_allclose(found.value, 0.5 * m * (m + 1) * math.log(1.0 / q), rtol=1e-5)
        assert found.lower <= found.value <= found.upper <= found.value + 2.0 * m


def test_one_axis():
    """An interval of half-length s is covered by ceil(s / eps) intervals: the logarithm is between the bounds."""
    for ratio in (0.3, 1.0, 1.5, 7.3, 1e6):
        found, true = metric_entropy([2.0 * ratio], 2.0), math.log(math.ceil(ratio))
        assert found.lower <= true <= found.upper


def test_a_disc():
    """A disc of radius 1 needs 7 discs of radius 1/2, and an ellipse of half-axes 1 and 1/4 between 2 and 5."""
    disc = metric_entropy([1.0], 0.5, multiplicities=[2])
    assert disc.lower <= math.log(7.0) <= disc.upper
    ellipse = metric_entropy([1.0, 0.25], 0.5)
    assert ellipse.lower <= math.log(2.0)
    assert ellipse.upper >= math.log(2.0)


def test_a_greedy_covering_lies_below_the_upper_bound():
    """Points eps apart, chosen greedily, give balls of radius eps that cover; they are no more than the bound says."""
    rng = np.random.default_rng(5)
    s, eps = np.array([1.0, 0.7, 0.4]), 0.35
    ball = rng.standard_normal((20000, 3))
    ball *= (rng.random(20000) ** (1.0 / 3.0) / np.linalg.norm(ball, axis=1))[:, None]
    rest, chosen = ball * s, 0
    while rest.size:
        rest, chosen = rest[np.linalg.norm(rest - rest[0], axis=1) > eps], chosen + 1
    found = metric_entropy(s, eps)
    assert found.lower <= math.log(chosen) <= found.upper


def test_bars_and_tails_widen_the_bounds():
    """The bounds hold for all spectra within the bars and with at most the energy of the tail."""
    s, bars, tail = np.array([1.0, 0.4, 0.1]), np.array([0.05, 0.02, 0.01]), Tail(0.2)
    found, rng = metric_entropy(s, 0.08, errors=bars, tail=tail), np.random.default_rng(0)
    for _ in range(50):
        beyond = np.sort(np.minimum(rng.random(30), 0.1))[::-1]
        beyond *= min(1.0, 0.2 / np.linalg.norm(beyond))
        other = metric_entropy([*(s + bars * rng.uniform(-1.0, 1.0, 3)), *beyond], 0.08)
        assert found.lower <= other.lower
        assert other.upper <= found.upper


def test_small_and_large_radii():
    """One ball of radius s_1 covers the whole, and radii that are no squares of numbers are as good as others."""
    assert metric_entropy([1.0, 0.5], 1.0).upper == 0.0
    assert metric_entropy([], 1.0) == 0.0
    assert metric_entropy([0.0], 1e-300).upper == 0.0
    assert_allclose(metric_entropy([1.0], 1e-300).value, 300.0 * math.log(10.0), rtol=1e-12)
    assert metric_entropy([1e-300], 1e300, tail=Tail(1e-300)).upper == 0.0
    assert metric_entropy([1.0], 0.9, tail=Tail(math.inf)).upper == math.inf
    with pytest.raises(ValueError, match="eps"):
        metric_entropy([1.0], 0.0)


def test_of_a_decomposition():
    """That of exp(-0.3 (x - y)^2) has the closed form of a geometric sequence."""
    svd = opsvd.decompose(lambda x, y: np.exp(-0.3 * (x - y) ** 2))
    s, eps = opsvd.exact.squared_exponential(math.sqrt(1.0 / 0.6), 60), 1e-6
    found, true = svd.metric_entropy(eps), np.log(s[s > eps] / eps).sum()
    assert found.lower <= true * (1.0 + 1e-12)
    assert_allclose(found.value, true, rtol=1e-6)
    assert found.upper >= metric_entropy(s, eps).upper * (1.0 - 1e-12)
