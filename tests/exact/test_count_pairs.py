"""Probability ratios of dependent counts, against scipy's laws, and against pairs that are made of their parts."""

import numpy as np
import pytest
from measure_rules import spectrum_at
from numpy.testing import assert_allclose
from scipy.stats import binom, poisson

from opsvd import exact
from opsvd.errors import NotSquareIntegrableError


@pytest.mark.parametrize(("mean", "r", "atoms"), [(2.0, 0.5, 40), (10.0, 0.3, 70), (100.0, 0.9, 260), (1.0, 0.0, 30)])
def test_poisson_values(mean, r, atoms):
    """The kernel at all atoms that matter has the values r^i; gamma functions of hundreds cost two digits."""
    x = np.arange(atoms)
    sampled = spectrum_at(exact.poisson_pair_kernel(r, mean), (x, poisson.pmf(x, mean)))
    assert_allclose(sampled[:12], exact.poisson_pair(r, 12), rtol=0, atol=1e-13)


def test_poisson_kernel_is_that_of_a_common_part():
    """P(x, y) = sum_w P(W = w) P(U = x - w) P(V = y - w) over P(x) P(y)."""
    r, mean = 0.35, 3.0
    x = np.arange(25)
    common = poisson.pmf(x, r * mean)
    apart = poisson.pmf(x[:, None] - x, (1 - r) * mean)
    marginal = poisson.pmf(x, mean)
    expected = (apart * common) @ apart.T / np.outer(marginal, marginal)
    assert_allclose(exact.poisson_pair_kernel(r, mean)(x[:, None], x), expected, rtol=1e-12)


@pytest.mark.parametrize(("trials", "p", "r"), [(10, 0.3, 0.5), (40, 0.9, 0.7), (5, 0.5, 1.0), (200, 0.2, 0.9)])
def test_binomial_values(trials, p, r):
    """The kernel at all atoms has the values r^i; gamma functions of hundreds cost two digits."""
    x = np.arange(trials + 1)
    sampled = spectrum_at(exact.binomial_pair_kernel(r, trials, p), (x, binom.pmf(x, trials, p)))
    values = exact.binomial_pair(r, trials)
    assert values.shape == (trials + 1,)
    assert_allclose(sampled, values, rtol=0, atol=3e-13)


def test_binomial_kernel_is_that_of_pairs_of_trials():
    """The law of the sum of pairs of trials, by convolution, over the product of its marginals."""
    trials, p, r = 6, 0.35, 0.4
    q = 1 - p
    one = np.array([[q * q + r * p * q, p * q * (1 - r)], [p * q * (1 - r), p * p + r * p * q]])
    joint = np.ones((1, 1))
    for _ in range(trials):
        larger = np.zeros((len(joint) + 1,) * 2)
        for i in (0, 1):
            for j in (0, 1):
                larger[i:i + len(joint), j:j + len(joint)] += one[i, j] * joint
        joint = larger
    x = np.arange(trials + 1)
    expected = joint / np.outer(joint.sum(axis=1), joint.sum(axis=0))
    assert_allclose(exact.binomial_pair_kernel(r, trials, p)(x[:, None], x), expected, rtol=1e-13)


def test_binomial_pairs_that_are_independent_or_equal():
    """At r = 0 there is one value; at r = 1 the kernel is 1 / P(x) on the diagonal."""
    assert_allclose(exact.binomial_pair(0.0, 4), [1.0])
    x = np.arange(4)
    assert_allclose(exact.binomial_pair_kernel(1.0, 3, 0.25)(x[:, None], x), np.diag(1 / binom.pmf(x, 3, 0.25)),
                    rtol=1e-14)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.poisson_pair(1.0, 3), NotSquareIntegrableError, "r must be below 1"),
    (lambda: exact.poisson_pair_kernel(0.5, 0.0), ValueError, "mean must be positive"),
    (lambda: exact.binomial_pair(1.1, 3), ValueError, r"r must lie in \[0, 1\]"),
    (lambda: exact.binomial_pair(0.5, 0), ValueError, "trials must be an integer of at least 1"),
    (lambda: exact.binomial_pair_kernel(0.5, 3, 1.0), ValueError, "p must lie between 0 and 1"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
