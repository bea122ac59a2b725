"""Rotation-invariant kernels that are singular where x = y: values that other mathematics knows."""

import math

import numpy as np
import pytest

import opsvd
from opsvd import Gaussian, Kernel
from opsvd.measures import lengths_of
from opsvd.methods.around_points import AroundSizes, breaks_along_rays
from opsvd.quadrature import gauss_of_lengths, radial_hermite


def distance(x, y):
    """The distance of points."""
    return np.sqrt(np.sum((x - y) ** 2, axis=-1))


def matern_in_space(order):
    """Values of degree 0 in R^3 by sines: (1 - Laplacian)^order u = c rho u / s with u = r f, on [0, 40].

    The functions exp(-r) and (1 + r) exp(-r) have the transforms 8 pi / (1 + k^2)^2 and 32 pi / (1 + k^2)^3.
    """
    length, count = 40.0, 500
    r = length * (np.arange(2000) + 0.5) / 2000
    waves = math.pi * np.arange(1, count + 1) / length
    sines = np.sin(waves[:, None] * r) * math.sqrt(2.0 / 2000)
    root = np.sqrt({2: 8.0, 3: 32.0}[order] * math.pi * (2.0 * math.pi) ** -1.5 * np.exp(-0.5 * r**2))
    return np.linalg.svd(sines * root / (1.0 + waves[:, None] ** 2) ** (0.5 * order), compute_uv=False) ** 2


def test_radial_hermite_functions_are_orthonormal():
    """By the Gauss rule of the lengths."""
    for k, degree in ((2, 0), (2, 7), (3, 4), (5, 1)):
        lengths, weights = gauss_of_lengths(k, 24)
        functions = radial_hermite(lengths, k, degree, 12)
        assert np.abs((functions * weights) @ functions.T - np.eye(12)).max() < 1e-12


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
@pytest.mark.parametrize("order", [2, 3])
def test_matern_covariances_in_space_have_the_values_of_a_differential_equation(order):
    """Those of degree 0, to within their bars; ten values have ten digits."""
    def h(x, y):
        r = distance(x, y)
        return (1.0 + (r if order == 3 else 0.0)) * np.exp(-r)

    mu = opsvd.Gaussian.standard(3)
    svd = opsvd.decompose(h, mu, mu)
    found = svd.left.degrees == 0
    exact = matern_in_space(order)[:int(found.sum())]
    apart = np.abs(svd.values[found] - exact)
    assert (apart <= svd.value_errors[found] + 1e-14).all()
    assert (svd.value_errors[:10] <= 1e-10 * svd.values[0]).all()


@pytest.mark.thorough
def test_a_smooth_kernel_under_other_deviations_has_its_known_values():
    """A squared exponential is a product over coordinates."""
    mu_x, mu_y = (opsvd.Gaussian(np.zeros(2), std**2 * np.eye(2)) for std in (1.0, 0.6))
    h = lambda x, y: np.exp(-0.5 * distance(x, y) ** 2)    # noqa: E731
    svd = opsvd.decompose(h, mu_x, mu_y, method="sectors", rtol=1e-9)
    line = opsvd.decompose(lambda x, y: np.exp(-0.5 * (x - y) ** 2), opsvd.Gaussian(0.0, 1.0), opsvd.Gaussian(0.0, 0.6))
    exact = np.sort(np.multiply.outer(line.singular_values, line.singular_values).ravel())[::-1]
    count = 20
    assert "around x" in svd.method
    assert (np.abs(svd.singular_values[:count] - exact[:count]) <= svd.errors[:count] + 1e-14).all()
    assert (svd.errors[:count] <= 1e-9 * exact[0]).all()


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_functions_and_sums_belong_to_the_kernel():
    """The answer differs from h by its tail, and the values add up to the trace."""
    mu = opsvd.Gaussian.standard(2)
    svd = opsvd.decompose(lambda x, y: (1.0 + distance(x, y)) * np.exp(-distance(x, y)), mu, mu, rtol=1e-6)
    x, y = (mu.sample(400, np.random.default_rng(seed)) for seed in (1, 2))
    answer = svd(x, y)
    missed = np.sqrt(np.mean((answer - (1.0 + distance(x, y)) * np.exp(-distance(x, y))) ** 2))
    assert missed <= 2.0 * svd.tail
    nuclear = svd.nuclear_norm()
    assert abs(nuclear.value - 1.0) <= nuclear.error    # the trace of a covariance


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_kernels_that_are_not_square_integrable_are_not_given_values_around_x():
    """The energy of 1 / |x - y| in the plane diverges like a logarithm."""
    mu = opsvd.Gaussian.standard(2)
    try:
        svd = opsvd.decompose(lambda x, y: 1.0 / distance(x, y), mu, mu, rtol=1e-3, max_seconds=5)
    except opsvd.NotSquareIntegrableError:
        return
    assert "around x" not in svd.method


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_bars_know_of_breaks_away_from_x():
    """(1 - |x - y|^2 / 16)^6 where that is positive, in R^3: degree 0 by a kernel of lengths, in closed form."""
    def power(t, exponent):
        return np.maximum(1.0 - t * t / 16.0, 0.0) ** exponent

    def of_lengths(r, s):
        return 4.0 / 7.0 * (power(r - s, 7) - power(r + s, 7)) / (r * s)

    space, lengths = Gaussian.standard(3), lengths_of(Gaussian.standard(3))
    svd = opsvd.decompose(lambda x, y: power(distance(x, y), 6), space, space, rtol=1e-8)
    true = opsvd.decompose(of_lengths, lengths, lengths)
    first = np.flatnonzero(svd.multiplicities == 1)[:4]
    values, bars = svd.values[first], svd.value_errors[first]
    assert (np.abs(values - true.singular_values[:4]) <= bars + true.errors[:4]).all()
    assert (bars <= 1e-10 * svd.values[0]).all()


def test_breaks_are_seen_on_rays():
    """Of functions with compact support, also where six derivatives are continuous, and none of Matern's."""
    sizes = AroundSizes(64, 64)
    for k in (2, 3):
        for h, breaks in ((lambda x, y: np.maximum(1.0 - distance(x, y) / 3.0, 0.0) ** 8, True),
                          (lambda x, y: distance(x, y) < 0.3, True),
                          (lambda x, y: np.log(distance(x, y)), False),
                          (lambda x, y: np.maximum(np.sum(x * y, axis=-1) - 0.5, 0.0) ** 4, True),
                          (lambda x, y: np.exp(-distance(x, y)), False),
                          (lambda x, y: 1.0 / (1.0 + distance(x, y) ** 2), False)):
            assert breaks_along_rays(Kernel(h, dims=(k, k)), (1.0, 1.0), sizes) is breaks
