"""Complex-valued kernels: one SVD, with complex singular functions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from quiet import quietly

import opsvd
from opsvd import exact

UNIFORM = opsvd.Uniform(-1.0, 1.0)


def gaussian_values(c, n):
    """Of exp(icxy) under standard Gaussians: geometric, with an effective rank of sqrt(1 + 4 c^2)."""
    ratio = (np.sqrt(1.0 + 4.0 * c * c) - 1.0) / (2.0 * c)
    return np.sqrt(1.0 - ratio**2) * ratio ** np.arange(n)


@pytest.mark.parametrize("rtol", [1e-4, 1e-8, 1e-10])
@pytest.mark.parametrize("c", [0.5, 1.0, 3.0])
def test_the_fourier_kernel_under_gaussians(c, rtol):
    """Its values are those of the closed form, within their bars, at every tolerance."""
    svd = quietly(lambda x, y: np.exp(1j * c * x * y), rtol=rtol)
    true = gaussian_values(c, svd.rank)
    assert svd.rank >= 6
    assert (np.abs(svd.singular_values - true) <= svd.errors).all()
    assert_allclose(svd.singular_values[:6], true[:6], rtol=0, atol=rtol * true[0])


@pytest.mark.parametrize("c", [2.0, 20.0])
def test_the_fourier_kernel_on_an_interval(c):
    """Prolate values."""
    svd = opsvd.decompose(lambda x, y: np.exp(1j * c * x * y), UNIFORM, UNIFORM)
    true = exact.exp_i_product_uniform(c, svd.rank)
    assert (np.abs(svd.singular_values - true) <= svd.errors).all()
    assert_allclose(svd.singular_values[:6], true[:6], rtol=0, atol=1e-12)


def test_functions_are_orthonormal_and_sum_to_the_kernel():
    """E[f_i conj(f_j)] is the identity, and h is the sum of s_i f_i(x) conj(g_i(y))."""
    svd = opsvd.decompose(lambda x, y: np.exp(1j * x * y), UNIFORM, UNIFORM)
    rule = UNIFORM.gauss_rule(60)
    f = svd.left(rule.nodes)[:, :6]
    gram = (f.conj() * rule.weights[:, None]).T @ f
    assert_allclose(gram, np.eye(6), rtol=0, atol=1e-9)
    x, y = np.array([0.3, -0.8]), np.array([0.5, 0.9])
    assert_allclose(svd(x, y), np.exp(1j * x * y), rtol=0, atol=1e-9)


def test_a_phase_changes_no_value():
    """A real kernel times exp(i a(x)) exp(i b(y)) has its values."""
    real = opsvd.decompose(lambda x, y: np.exp(x * y), UNIFORM, UNIFORM)
    turned = opsvd.decompose(lambda x, y: np.exp(x * y + 2.0j * x - 1.0j * y), UNIFORM, UNIFORM)
    count = min(real.rank, turned.rank)
    assert (np.abs(real.singular_values[:count] - turned.singular_values[:count])
            <= real.errors[:count] + turned.errors[:count]).all()


def test_a_file_keeps_complex_functions(tmp_path):
    """Saved and loaded."""
    svd = opsvd.decompose(lambda x, y: np.exp(1j * x * y), UNIFORM, UNIFORM, rtol=1e-8)
    svd.save(tmp_path / "svd.npz")
    x = np.linspace(-0.9, 0.9, 5)
    assert_allclose(opsvd.load(tmp_path / "svd.npz").left(x), svd.left(x), rtol=0, atol=1e-14)
