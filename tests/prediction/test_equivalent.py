"""The deterministic equivalent: against closed forms, products of Gaussian matrices, and a sampled kernel."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from opsvd.essay import quarter_circle_quantiles
from opsvd.prediction.equivalent import deterministic_equivalent


def product(values, counts, n, m, tail):
    """The singular values of a sum of s X Y^T with Gaussian X (n, count), Y (m, count), and of independent entries."""
    rng = np.random.default_rng(0)
    matrix = math.sqrt(tail) * rng.standard_normal((n, m))
    for s, count in zip(values, counts, strict=True):
        matrix += s * rng.standard_normal((n, count)) @ rng.standard_normal((count, m))
    return np.linalg.svd(matrix / math.sqrt(n * m), compute_uv=False)


def test_independent_entries_are_the_quarter_circle():
    """Nothing but a tail: nuclear norm 8 / 3 pi sqrt(n), and the quantiles of the quarter circle."""
    law = deterministic_equivalent([], [], 400, tail_energy=1.0)
    assert_allclose(law.nuclear_norm, 8.0 / (3.0 * math.pi) * 20.0, rtol=1e-6)
    assert_allclose(law.singular_values * 20.0, quarter_circle_quantiles(400), atol=0.02)


@pytest.mark.parametrize(("values", "counts", "n", "m", "tail"), [
    ([1.0, 0.1], [40, 300], 300, 300, 0.0),
    ([1.0, 0.2, 0.05], [20, 200, 2000], 300, 200, 1.0),
    ([0.3], [60], 240, 120, 0.0),
    ([1.0, 0.3], [200, 200], 200, 500, 0.5),
])
def test_products_of_gaussian_matrices(values, counts, n, m, tail):
    """Nuclear norm and effective rank within two per cent of one sample; each quantile to 5 per cent of s_1."""
    s = product(values, counts, n, m, tail)
    law = deterministic_equivalent(values, counts, n, m, tail_energy=tail)
    assert_allclose(law.nuclear_norm, s.sum(), rtol=0.02)
    assert_allclose(law.effective_rank, s.sum() ** 2 / (s**2).sum(), rtol=0.02)
    assert_allclose(law.singular_values, s, atol=0.05 * s[0])
    assert_allclose(law.singular_values.sum(), law.nuclear_norm, rtol=3e-3)
    assert law.singular_values.shape == (min(n, m),)


def test_few_values_and_many_samples_are_the_operator():
    """For multiplicities that are small against n the law is the operator's spectrum."""
    law = deterministic_equivalent([1.0, 0.5], [3, 2], 10**7)
    assert_allclose(law.nuclear_norm, 4.0, rtol=1e-5)
    assert_allclose(law.effective_rank, 16.0 / 3.5, rtol=1e-5)
    assert law.rank == 5


def test_a_tail_is_the_limit_of_many_small_values():
    """A value of multiplicity 10^9 and its energy given as a tail are the same; so are rows and columns exchanged."""
    many = deterministic_equivalent([1.0, 1e-5], [10, 1e9], 300, 200)
    tail = deterministic_equivalent([1.0], [10], 300, 200, tail_energy=0.1)
    assert_allclose(many.nuclear_norm, tail.nuclear_norm, rtol=1e-5)
    other = deterministic_equivalent([1.0], [10], 200, 300, tail_energy=0.1)
    assert_allclose(other.nuclear_norm, tail.nuclear_norm, rtol=1e-12)
    assert repr(other) == f"DeterministicEquivalent(n=200, m=300, effective rank {other.effective_rank:.6g})"


def test_nothing():
    """The zero operator has a zero spectrum."""
    law = deterministic_equivalent([], [], 5)
    assert (law.nuclear_norm, law.effective_rank, law.energy) == (0.0, 0.0, 0.0)
    assert law.singular_values.tolist() == [0.0] * 5


def test_bad_arguments():
    """Every mistake is named."""
    with pytest.raises(ValueError, match=r"multiplicities must be .*, one for each of the 1 values"):
        deterministic_equivalent([1.0], [1, 2], 10)
    with pytest.raises(ValueError, match="multiplicities must be finite numbers of at least 0"):
        deterministic_equivalent([1.0], [-1], 10)
    with pytest.raises(ValueError, match="values must be finite and not negative"):
        deterministic_equivalent([-1.0], [1], 10)
    with pytest.raises(ValueError, match="tail_energy must not be negative"):
        deterministic_equivalent([1.0], [1], 10, tail_energy=-1.0)
    with pytest.raises(ValueError, match="n must be an integer of at least 1"):
        deterministic_equivalent([1.0], [1], 0)
