"""Grids under measures that are not Gaussian: blocks, matrices and two coordinates a side."""

import math

import numpy as np
import pytest
from quiet import quietly
from scipy.special import ndtr

import opsvd
from opsvd import Beta, Discrete, Exponential, Gaussian, Product, Sphere, Uniform, exact
from opsvd.bases import GridBasis, PanelBasis
from opsvd.kernels import Side

SQUARE, MATRIX = Uniform(-1.0, 1.0), np.array([[2.0, 1.0], [0.5, -1.0]])


def test_matrices_have_the_products_of_values(tmp_path):
    """exp(xy) M on [-1, 1]: prolate values times those of M; functions are orthonormal, and saved."""
    svd = opsvd.decompose(lambda x, y: np.exp(x * y)[..., None, None] * MATRIX, SQUARE, SQUARE, max_seconds=1e4)
    both = np.outer(exact.exp_product_uniform(1.0, 12), np.linalg.svd(MATRIX, compute_uv=False))
    np.testing.assert_allclose(svd.singular_values[:8], np.sort(both.ravel())[::-1][:8], rtol=0, atol=1e-12)
    assert svd.converged
    assert "orthonormal polynomials" in svd.method
    rule = SQUARE.gauss_rule(30)
    f = svd.left(rule.nodes)[..., :6] * rule.sqrt_weights[:, None, None]
    np.testing.assert_allclose(np.einsum("nia,nib->ab", f, f), np.eye(6), atol=1e-9)
    svd.save(tmp_path / "svd.npz")
    np.testing.assert_array_equal(opsvd.load(tmp_path / "svd.npz").left(rule.nodes), svd.left(rule.nodes))


def test_blocks_of_uniform_rows():
    """A block and its sum, by products of linear functions."""
    def total(blocks):
        return blocks + np.sum(blocks, axis=(-2, -1), keepdims=True)

    svd = quietly(opsvd.blockwise(total, 2), SQUARE, SQUARE, max_seconds=1e4)
    # T is sum_ij x_i y_j (E_ij + J) / 2; on each side there are the functions x_i e_j, of norm sqrt(1/3).
    e = np.eye(4).reshape(2, 2, 2, 2)    # E_ij, by i and j
    coefficients = (e + 1.0) / 6.0    # of x_i on output row a, and of y_j on column b: axes i, j, a, b
    flat = coefficients.transpose(0, 2, 1, 3).reshape(4, 4)
    expected = np.linalg.svd(flat, compute_uv=False)
    np.testing.assert_allclose(svd.singular_values, expected[:svd.rank], atol=1e-12)
    assert "in products" in svd.method


@pytest.mark.parametrize("laws", [(Uniform(), Gaussian()), pytest.param(
    (Exponential(), Beta(2.0, 0.3)), marks=pytest.mark.thorough)], ids=str)
def test_panels_of_two_laws(laws, tmp_path):
    """A product of two functions with poles has the products of their values, within bars, and again from a file."""
    def h(x, y):
        return np.prod(1.0 / (1.0 + (x - y) ** 2), axis=-1)

    mu = Product(*laws)
    svd = quietly(h, mu, mu, method="grid", rtol=1e-4, max_seconds=1e4, max_evaluations=12_000_000)
    one, two = (opsvd.decompose(lambda x, y: 1.0 / (1.0 + (x - y) ** 2), law, law, rtol=1e-9) for law in laws)
    expected = np.sort(np.outer(one.singular_values, two.singular_values).ravel())[::-1][:svd.rank]
    assert svd.rank >= 4
    assert (np.abs(svd.singular_values - expected) <= svd.errors + 1e-9).all()
    assert isinstance(svd.left.parts[0].basis, GridBasis)
    svd.save(tmp_path / "svd.npz")
    x = mu.sample(20, np.random.default_rng(0))
    np.testing.assert_array_equal(opsvd.load(tmp_path / "svd.npz").left(x), svd.left(x))


def test_laws_without_coordinates_are_refused():
    """A sphere has none, and atoms have no panels."""
    for mu in (Product(Sphere(2), Uniform()), Product(Discrete([0.0, 1.0], [0.5, 0.5]), Uniform())):
        with pytest.raises(ValueError, match="takes measures of independent coordinates whose"):
            opsvd.decompose(lambda x, y: x[..., 0] * y[..., 0], mu, mu, method="grid")


@pytest.mark.thorough
def test_tables_of_quarters_of_a_square():
    """A table of four quarters a side is a matrix; panels that end at 6.5 deviations would lack 8e-11 of its values."""
    table = np.array([[1.0, 0.3, 0.2, 0.5], [0.1, -0.7, 0.4, 0.2], [0.9, 0.2, -0.3, 0.1], [0.4, 0.4, 0.8, -0.6]])

    def quarter(points):
        return (points >= 0.5) @ np.array([1, 2])

    mu, exact = Product(Uniform(), Uniform()), np.linalg.svd(table / 4.0, compute_uv=False)
    svd = quietly(lambda x, y: table[quarter(x), quarter(y)], mu, mu, method="grid", max_seconds=1e4,
                  max_evaluations=10_000_000)
    assert (np.abs(svd.singular_values - exact) <= svd.errors + 1e-15).all()
    assert svd.errors[0] < 1e-12


@pytest.mark.parametrize(("law", "mass"), [(Gaussian(), 2.0 * ndtr(-2.0)), (Exponential(), math.exp(-2.0))], ids=str)
def test_sums_beyond_panels_keep_the_value_at_their_end(law, mass):
    """One over panels from -2 (or 0) to 2 in two coordinates has the mass of what is beyond, twice."""
    low, side = max(law.span[0], -2.0) if law == Gaussian() else law.box(1e-16)[0], Side(Product(law, law))
    end = 2.0 if law == Gaussian() else float(law.coordinate(np.array(2.0)))
    line = PanelBasis(law, np.linspace(low, end, 9), 16)
    basis = GridBasis(side, line, line)
    one = line.rule.sqrt_weights
    np.testing.assert_allclose(basis.beyond_ends(np.outer(one, one).reshape(-1, 1)), [[2.0 * mass * (1.0 - mass)]],
                               rtol=1e-9)
