"""The bound of the effective rank by frequencies: equality for a wave, energies by quadrature, and drawn functions."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

import opsvd
from opsvd import exact, rank_bound


@pytest.mark.parametrize("c", [1e-3, 0.5, -3.0, 200.0])
def test_a_wave_has_its_bound(c):
    """For one sine or one cosine the bound is the effective rank."""
    assert_allclose(rank_bound([c], [0.0], [2.0]), math.hypot(1.0, 2.0 * c), rtol=1e-13)
    assert_allclose(rank_bound([c], [-0.1]), math.hypot(1.0, 2.0 * c), rtol=1e-13)
    assert_allclose(rank_bound([0.1 * c], [1.0], k=3), exact.effective_rank_cos_inner_product(0.1 * c, 3), rtol=1e-12)
    assert_allclose(rank_bound([0.1 * c], [0.0], [1.0], k=3), exact.effective_rank_sin_inner_product(0.1 * c, 3),
                    rtol=1e-12)


def drawn(rng):
    """Some waves: frequencies from 0.03 to 3, amplitudes of either sign."""
    size = int(rng.integers(1, 5))
    return np.exp(rng.uniform(np.log(0.03), np.log(3.0), size)), *rng.standard_normal((2, size))


@pytest.mark.parametrize("seed", range(6))
def test_drawn_functions_stay_below(seed):
    """No effective rank that the library computes is above the bound, with the norm in closed form or computed."""
    c, a, b = drawn(np.random.default_rng(seed))
    svd = opsvd.decompose(lambda x, y: np.cos((x * y)[..., None] * c) @ a + np.sin((x * y)[..., None] * c) @ b,
                          rtol=1e-8)
    rank, bound = svd.effective_rank(), rank_bound(c, a, b)
    assert rank.value - rank.error <= bound
    assert_allclose(rank_bound(c, a, b, norm=svd.norm), bound, rtol=1e-7)


def test_signs_of_frequencies():
    """Minus a frequency is minus the amplitude of the sine, and one frequency may stand twice."""
    assert_allclose(rank_bound([-1.0, 2.0], 0.0, [1.0, 1.0]), rank_bound([1.0, 2.0], 0.0, [-1.0, 1.0]), rtol=1e-14)
    assert_allclose(rank_bound([1.0, 1.0], 0.0, [0.5, 0.5]), math.sqrt(5.0), rtol=1e-13)


def test_small_frequencies_lose_no_digits():
    """sin(1e-9 xy) has rank one, though its energy is that of a difference of nearly equal numbers."""
    assert_allclose(rank_bound([1e-9], [0.0], [1.0]), 1.0, rtol=1e-14)


def test_what_cancels_has_no_bound():
    """The energy of waves that cancel is rounding: nothing is bounded by it; that of no waves is zero."""
    assert rank_bound([1.0, 1.0], [1.0, -1.0]) == math.inf
    assert rank_bound([1.0], [0.0]) == math.inf
    assert rank_bound([1.0], [1.0], k=10**6) == math.inf


def test_sizes_do_not_matter():
    """Amplitudes of any size give the same bound."""
    assert_allclose(rank_bound([1.0, 3.0], [1e200, 2e200]), rank_bound([1.0, 3.0], [1e-200, 2e-200]), rtol=1e-13)


def test_a_density_of_frequencies():
    """tanh(z) is the integral of sin(cz) / sinh(pi c / 2): at the nodes of a rule, and E[tanh^2] as it is known."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    c, weights = 8.0 * (nodes + 1.0), 8.0 * weights
    svd = opsvd.decompose(lambda x, y: np.tanh(x * y))
    bound = rank_bound(c, 0.0, weights / np.sinh(0.5 * math.pi * c), norm=svd.norm)
    assert_allclose(bound, rank_bound(c, 0.0, weights / np.sinh(0.5 * math.pi * c)), rtol=1e-8)
    assert svd.effective_rank() < bound < 2.5


@pytest.mark.parametrize(("arguments", "words"), [
    (([1.0], [1.0, 2.0]), "cosines must be a list of finite numbers of shape"),
    (([math.nan], [1.0]), "frequencies must be a list of finite numbers"),
    (([[1.0]], [[1.0]]), "frequencies must be a list of finite numbers"),
])
def test_bad_arguments_are_named(arguments, words):
    """A message says which argument does not fit."""
    with pytest.raises(ValueError, match=words):
        rank_bound(*arguments)
