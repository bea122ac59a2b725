"""Gaussian kernels: geometric spectra, of which floats do not reach the energy, or whose ridge is narrow."""

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Gaussian, exact

MANY = 1000
R = 0.9999


def mehler(x, y, r=R):
    """The density ratio of two standard Gaussians of correlation r."""
    rest = 1.0 - r * r
    return np.exp(-(r * r * (x * x + y * y) - 2.0 * r * x * y) / (2.0 * rest)) / np.sqrt(rest)


CASES = {
    "Mehler 0.999": (lambda x, y: mehler(x, y, 0.999), exact.mehler(0.999, MANY), 80),
    "Mehler -0.9999": (lambda x, y: mehler(-x, y), exact.mehler(R, MANY), 10),
    "exp(0.499xy)": (lambda x, y: np.exp(0.499 * x * y), exact.exp_product(0.499, MANY), 300),
    "-exp(0.4999xy)": (lambda x, y: -np.exp(0.4999 * x * y), exact.exp_product(0.4999, MANY), 700),
    "length 0.001": (lambda x, y: np.exp(-(x - y) ** 2 / 2e-6), exact.squared_exponential(1e-3, MANY), 100),
}


@pytest.mark.parametrize("name", CASES)
def test_values_to_ten_digits(name):
    """By the default method: closed forms, bars that hold and are within the tolerance, and what lies beyond."""
    h, values, count = CASES[name]
    svd = opsvd.decompose(h)
    error = np.abs(svd.singular_values - values[:svd.rank])
    assert svd.method.startswith("Gaussian kernel")
    assert svd.converged
    assert svd.rank >= count
    assert (error <= svd.errors).all()
    assert svd.errors.max() <= 1e-10 * values[0]
    assert svd.tail >= np.linalg.norm(values[svd.rank:])
    assert abs(svd.norm.value ** 2 * (1.0 - values[1] / values[0]) * (1.0 + values[1] / values[0]) / values[0] ** 2
               - 1.0) <= 1e-7


def test_functions_far_out():
    """Those of Mehler's kernel are Hermite polynomials, at any distance, and h is their sum near the ridge."""
    svd = opsvd.decompose(mehler)
    x = np.array([-30.0, -3.0, 0.5, 9.0, 25.0])
    # An error of the deviation of the Gaussian, in which functions are summed, is multiplied by x^2.
    np.testing.assert_allclose(svd.left[2](x), (x**2 - 1.0) / np.sqrt(2.0), rtol=1e-5)
    assert svd.left(x).shape == (5, svd.rank)


def test_what_is_no_exponential_elsewhere_is_seen():
    """A step far from the ridge leaves wide bars here, and the default method takes another way."""
    def h(x, y):
        return np.exp(0.49 * x * y) + np.where((x > 5.0) & (y < -5.0), 1e8, 0.0)
    alone, chosen = quietly(h, method="gaussian-kernel"), quietly(h)
    assert not alone.converged
    assert not chosen.method.startswith("Gaussian kernel")
    assert chosen.converged


@pytest.mark.parametrize("c", [0.3, 0.49])
def test_a_bump_beside_the_exponential_is_seen(c):
    """Integrals of Gaussians over points far apart do not see it: they are no evidence for a kernel that has one."""
    def with_bump(x, y):
        return np.exp(c * x * y) + 1e-2 * ((np.abs(x - 1.0) < 0.02) & (np.abs(y) < 0.02))

    svd = quietly(with_bump, method="gaussian-kernel")
    smooth = opsvd.decompose(lambda x, y: np.exp(c * x * y), method="gaussian-kernel")
    count = min(svd.rank, smooth.rank)
    # The norm of the bump is 1e-2 times the root of its mass, of 0.04 by 0.04 under densities of 0.24 and 0.40.
    assert not svd.converged
    assert (svd.errors[:count] > 1e-4).all()
    assert svd.tail > 1e-4


def test_where_digits_are_lost_bars_are_wider():
    """A relative error of 1e-12, of which log h shows nothing."""
    svd = opsvd.decompose(lambda x, y: np.exp(0.49 * x * y) * (1.0 + 1e-12 * np.cos(3.0 * x)))
    values = exact.exp_product(0.49, svd.rank)
    assert 1e-13 <= svd.errors[0] <= 1e-10
    assert (np.abs(svd.singular_values - values) <= svd.errors).all()


def test_the_note_says_where_floats_end():
    """exp(0.499xy) overflows at energies that matter; a squared exponential does not."""
    assert "overflows" in opsvd.decompose(CASES["exp(0.499xy)"][0]).method
    assert "overflows" not in opsvd.decompose(lambda x, y: np.exp(-50.0 * (x - y) ** 2)).method


def test_other_kernels_are_given_up():
    """Without an answer of its own: what comes is coarse."""
    assert not quietly(lambda x, y: np.tanh(x * y), method="gaussian-kernel").converged


def test_other_measures_are_refused():
    """The message names the method that takes them."""
    with pytest.raises(ValueError, match=r"must be Gaussian for Gaussian kernels, .* use method='panels'"):
        opsvd.decompose(lambda x, y: np.exp(x * y), opsvd.Uniform(), Gaussian(), method="gaussian-kernel")


def test_energies_that_floats_do_not_reach_are_refused_of_others():
    """A Mehler kernel with a factor is no Gaussian kernel, and refused as before."""
    with pytest.raises(opsvd.NotSquareIntegrableError, match="as far as floats tell"):
        opsvd.decompose(lambda x, y: mehler(x, y) * np.cos(x))


def test_it_is_saved(tmp_path):
    """And loaded, with functions at any distance."""
    svd = opsvd.decompose(mehler)
    svd.save(tmp_path / "mehler.npz")
    again = opsvd.load(tmp_path / "mehler.npz")
    x = np.array([0.3, 20.0])
    np.testing.assert_array_equal(again.left(x), svd.left(x))


@pytest.mark.thorough
def test_a_strip_on_a_gaussian_kernel():
    """It holds a thousandth of the mass of y, between all points of two grids: no closed form is the answer."""
    def h(x, y):
        return np.exp(-((x - y) ** 2) / 2.0) + 78.0 * ((y > 2.12) & (y < 2.1335)) * np.sin(3.0 * x)

    t, w = np.polynomial.legendre.leggauss(24)
    edges = np.concatenate([np.linspace(-9.0, 2.12, 31), np.linspace(2.1335, 9.0, 31)])
    half = 0.5 * np.diff(edges)[:, None]
    x = (0.5 * (edges[1:] + edges[:-1])[:, None] + half * t).ravel()
    roots = np.sqrt((half * w).ravel()) * Gaussian().sqrt_density(x)
    exact = np.linalg.svd(roots[:, None] * h(x[:, None], x) * roots, compute_uv=False)
    svd = quietly(h, Gaussian(), Gaussian(), max_rank=4)
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors).all()
    assert abs(svd.norm - np.linalg.norm(exact)) <= svd.norm.error + 1e-13
    assert svd.rank == 4
