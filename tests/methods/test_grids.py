"""Products of panels in two directions a side: tanh to 1e-5, and honest bars across kinks and jumps."""


import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Gaussian, elementwise, exact

TWO = Gaussian.standard(2)


def tanh_of_two(x, y):
    """tanh of two products of coordinates, one of half the size."""
    return np.tanh(x[..., 0] * y[..., 0] + 0.5 * x[..., 1] * y[..., 1])


def of_inner(phi):
    """A kernel phi(<x, y>) that does not say so."""
    return lambda x, y: phi(np.einsum("...k,...k->...", x, y))


def by_grids(h, rtol):
    """The answer of products of one basis in every direction, whatever else there is."""
    return quietly(h, TWO, TWO, rtol=rtol, method="grid")


@pytest.fixture(scope="module")
def svd():
    """tanh of two products."""
    return opsvd.decompose(tanh_of_two, TWO, TWO, rtol=1e-5, method="grid")


@pytest.mark.thorough
def test_tanh_of_two_products(svd):
    """To 1e-5 and better, with bars: 4096 panel nodes a side, solved on their own, give the same."""
    assert svd.converged
    assert "panels" in svd.method
    np.testing.assert_allclose(svd.values[:3], [0.49370662, 0.29961097, 0.06205948], atol=1e-8)
    assert svd.errors[0] < 1e-6
    assert opsvd.crosscheck(tanh_of_two, (200, 400), TWO, TWO, trials=8, rng=0, svd=svd).agrees


@pytest.mark.thorough
def test_functions_on_panels(svd, tmp_path):
    """Orthonormal by a tensor rule, the sum is h to the tail, and all survives saving."""
    x, y = np.random.default_rng(0).standard_normal((2, 20_000, 2))
    f = svd.left(x)[:, :4]
    np.testing.assert_allclose(f.T @ f / len(x), np.eye(4), atol=0.06)
    assert np.sqrt(np.mean((svd(x, y) - tanh_of_two(x, y)) ** 2)) < 2.0 * svd.tail
    svd.save(tmp_path / "svd.npz")
    np.testing.assert_array_equal(opsvd.load(tmp_path / "svd.npz")(x[:9], y[:9]), svd(x[:9], y[:9]))


def relu(z):
    """The positive part."""
    return np.maximum(z, 0.0)


def root(z):
    """The square root of the size."""
    return np.sqrt(np.abs(z))


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["relu", "sign", "root"])
def test_bars_hold_across_kinks(name):
    """Rules that are wrong alike about integrals across kinks and jumps do not make bars small."""
    phi = {"relu": relu, "sign": np.sign, "root": root}[name]
    expected = opsvd.decompose(elementwise(phi, 2, [0]), rtol=1e-6).singular_values
    for rtol in (0.3, 0.03) if name != "sign" else (0.3,):
        svd = by_grids(of_inner(phi), rtol)
        q = min(svd.rank, len(expected))
        assert (np.abs(svd.values[:q] - expected[:q]) <= svd.errors[:q]).all()


@pytest.mark.thorough
def test_bars_hold_where_x_equals_y():
    """A kink on the diagonal, times cos(x2 y2): products of both spectra."""
    scalar = opsvd.decompose(lambda x, y: np.abs(x - y), rtol=1e-6).values
    expected = np.sort(np.outer(scalar, exact.cos_product(1.0, 60)).ravel())[::-1]
    for rtol in (0.3, 0.03):
        svd = by_grids(lambda x, y: np.abs(x[..., 0] - y[..., 0]) * np.cos(x[..., 1] * y[..., 1]), rtol)
        assert svd.rank >= 1
        assert (np.abs(svd.values - expected[:svd.rank]) <= svd.errors).all()


@pytest.mark.thorough
def test_values_that_are_singular_on_the_diagonal():
    """log|x - y| in the first coordinates: x and y have no node in common."""
    svd = by_grids(lambda x, y: np.log(np.abs(x[..., 0] - y[..., 0])) * np.exp(0.2 * x[..., 1] * y[..., 1]), 0.5)
    scalar = opsvd.decompose(lambda x, y: np.log(np.abs(x - y)), rtol=1e-6).values
    expected = np.sort(np.outer(scalar, exact.exp_product(0.2, 30)).ravel())[::-1][:svd.rank]
    assert (np.abs(svd.values - expected) <= svd.errors).all()


@pytest.mark.parametrize("size", [2, 8])
def test_matrices_take_few_values(size):
    """What random points take of a budget leaves enough for finer products: all values of exp(xy / 5) times ones."""
    h = opsvd.MatrixKernel(lambda x, y: np.exp(0.2 * x * y)[..., None, None] * np.ones((size, size)))
    svd = opsvd.decompose(h, rtol=1e-6, max_evaluations=1_000_000, method="grid")
    assert svd.converged
    assert "in products" in svd.method
    assert svd.errors[0] <= 1e-6 * svd.values[0]
    assert (np.abs(svd.values - size * exact.exp_product(0.2, svd.rank)) <= svd.errors).all()
