"""Waves in an inner product: against products of the values of one coordinate, closed sums, and decompositions."""

import math
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

import opsvd
from opsvd import exact

SPECTRA = {"exp": exact.exp_i_inner_product, "cos": exact.cos_inner_product, "sin": exact.sin_inner_product}
RANKS = {"cos": exact.effective_rank_cos_inner_product, "sin": exact.effective_rank_sin_inner_product}


@pytest.mark.parametrize("c", [0.3, -2.0])
def test_one_coordinate(c):
    """For k = 1 the degrees are the values of cos(cxy) and sin(cxy) in turn, each once."""
    values, counts = exact.exp_i_inner_product(c, 1, 9)
    assert_allclose(values[0::2], exact.cos_product(c, 5), rtol=1e-14)
    assert_allclose(values[1::2], exact.sin_product(c, 4), rtol=1e-14)
    assert counts.tolist() == [1] * 9


def test_three_coordinates():
    """The values of a product of kernels are all products of theirs."""
    one = exact.exp_i_inner_product(0.7, 1, 30)[0]
    products = np.sort([a * b * c for a, b, c in product(one[:12], repeat=3)])[::-1]
    assert_allclose(exact.listed(*exact.exp_i_inner_product(0.7, 3, 9), 100), products[:100], rtol=1e-13)


@pytest.mark.parametrize("name", ["cos", "sin"])
@pytest.mark.parametrize(("c", "k"), [(1e-9, 3), (0.2, 1), (0.2, 5), (1.5, 2)])
def test_sums_and_energies(name, c, k):
    """Values sum to cosh or sinh of k theta / 2, and squares to E[h^2]; the effective rank follows from both."""
    values, counts = SPECTRA[name](c, k, 400)
    counts, half = counts.astype(np.float64), 0.5 * k * math.asinh(2.0 * c)
    total, energy = counts @ values, counts @ values**2
    assert_allclose(total, math.cosh(half) if name == "cos" else math.sinh(half), rtol=1e-12)
    shrunk = math.expm1(-0.5 * k * math.log1p(4.0 * c * c))
    assert_allclose(energy, (2.0 + shrunk) / 2.0 if name == "cos" else -shrunk / 2.0, rtol=1e-12)
    assert_allclose(RANKS[name](c, k), total**2 / energy, rtol=1e-12)


@pytest.mark.parametrize("name", ["cos", "sin"])
def test_decompositions(name):
    """The library finds the values and multiplicities of a wave in three dimensions."""
    svd = opsvd.decompose(opsvd.elementwise(lambda z: getattr(np, name)(0.6 * z), 3), rtol=1e-8)
    expected = exact.listed(*SPECTRA[name](0.6, 3, 40), svd.rank)
    assert (np.abs(svd.singular_values - expected) <= svd.errors + 1e-15).all()
    assert abs(svd.effective_rank() - RANKS[name](0.6, 3)) <= svd.effective_rank().error


def test_extremes():
    """Without a wave there is one value, and a sum beyond doubles is infinite; the sine of nothing has no rank."""
    assert exact.listed(*exact.cos_inner_product(0.0, 4, 5), 9).tolist() == [1.0]
    assert exact.effective_rank_cos_inner_product(0.0, 4) == 1.0
    assert exact.effective_rank_cos_inner_product(1.0, 5000) == math.inf
    assert_allclose(exact.effective_rank_sin_inner_product(1e-200, 7), 7.0, rtol=1e-12)
    with pytest.raises(ValueError, match="c must not be zero"):
        exact.effective_rank_sin_inner_product(0.0, 2)
