"""Functions of the angle: sums of Gegenbauer polynomials by integrals that are split, and kernels of the angle."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad, quad_vec
from scipy.special import beta, poch

import opsvd
from opsvd import Gaussian
from opsvd.kernels import Kernel
from opsvd.methods.angular_slices import AngleLaw, angular_slices, angular_sums, first_panels
from opsvd.quadrature import gegenbauer, harmonics


def cosine(x, y):
    """The cosine of the angle between vectors."""
    return np.clip(np.sum(x * y, axis=-1) / np.sqrt(np.sum(x * x, axis=-1) * np.sum(y * y, axis=-1)), -1.0, 1.0)


def angle_values(phi, k, breaks, degrees):
    """The values |E[phi(t) p_l(t)]| / sqrt(N) of a function of the cosine: adaptive integrals between breaks in t."""
    constant = math.gamma(0.5 * k) / (math.sqrt(math.pi) * math.gamma(0.5 * (k - 1)))
    ends = [0.0, *sorted(np.arccos(breaks)), math.pi]

    def integrand(theta):
        t = math.cos(theta)
        return phi(t) * gegenbauer(np.array(t), k, degrees) * constant * math.sin(theta) ** (k - 2)

    moments = sum(quad_vec(integrand, a, b, epsabs=1e-12, epsrel=1e-12, norm="max", limit=400)[0]
                  for a, b in pairwise(ends))
    return np.abs(moments) / np.sqrt([harmonics(k, degree) for degree in range(degrees)])


KERNELS = {
    "angle": (np.arccos, ()),
    "arc-cosine 1": (lambda t: (np.sqrt(1 - t * t) + (np.pi - np.arccos(t)) * t) / np.pi, ()),
    "fourth root of the distance": (lambda t: (1 - t) ** 0.25, ()),
    "step": (lambda t: (t > 0.3) * 1.0, (0.3,)),
    "two kinks": (lambda t: np.abs(t - 0.2) + np.abs(t + 0.7), (-0.7, 0.2)),
}


@pytest.mark.parametrize(("name", "k"), [
    ("angle", 3), ("step", 5), *(pytest.param(name, k, marks=pytest.mark.thorough) for name, k in (
        ("arc-cosine 1", 2), ("arc-cosine 1", 4), ("fourth root of the distance", 5), ("two kinks", 4)))
])
def test_bars_of_kernels_of_the_angle_hold(name, k):
    """Every value is within its bar of an adaptive integral: such kernels had bars fifteen times too small."""
    phi, breaks = KERNELS[name]
    mu = Gaussian.standard(k)
    svd = opsvd.decompose(lambda x, y: phi(cosine(x, y)), mu, mu, rtol=1e-4, max_rank=8, max_seconds=200.0)
    exact = angle_values(phi, k, breaks, 14)
    expected = np.sort(np.repeat(exact, [harmonics(k, degree) for degree in range(14)]))[::-1]
    assert (np.abs(svd.singular_values - expected[:svd.rank]) <= svd.errors + 1e-12).all()
    assert svd.converged
    np.testing.assert_allclose(svd.singular_values, expected[:svd.rank], atol=1e-8)


@pytest.mark.thorough
def test_the_angle_in_the_plane():
    """arccos(cos theta) in R^2: pi / 2, then 2 / (pi l^2) twice for odd l."""
    mu = Gaussian.standard(2)
    svd = opsvd.decompose(lambda x, y: np.arccos(cosine(x, y)), mu, mu, rtol=1e-6, max_rank=5, max_seconds=200.0)
    expected = np.array([0.5 * np.pi, *[2.0 / np.pi] * 2, *[2.0 / (9.0 * np.pi)] * 2])
    assert (np.abs(svd.singular_values - expected) <= svd.errors).all()
    np.testing.assert_allclose(svd.singular_values, expected, atol=1e-12)


@pytest.mark.parametrize("k", [2, 3, 6, 50])
def test_the_law_of_the_angle(k):
    """The density has mass one, the Gauss rule its moments, and samples have the second moment 1/k of the cosine."""
    law = AngleLaw(k)
    mass = quad(lambda x: float(law.sqrt_density(np.array(x))) ** 2, 0.0, math.pi, epsabs=1e-12)[0]
    rule = law.gauss_rule(8)
    assert mass == pytest.approx(1.0, abs=1e-10)
    assert rule.weights @ np.cos(rule.nodes) ** 2 == pytest.approx(1.0 / k, rel=1e-12)
    samples = np.cos(law.sample(20_000, np.random.default_rng(k)))
    assert np.mean(samples**2) == pytest.approx(1.0 / k, rel=0.05)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("k", [2, 3, 4, 7])
def test_coefficients_of_powers_of_the_distance(k, check):
    r"""E[(1 - t)^a p_l(t)] by Rodrigues' formula, at singular and at smooth powers a, three functions at once."""
    powers, size, tol = np.array([0.25, 0.5, 3.0]), 6, 1e-9
    kernel = Kernel(lambda x, theta: (2.0 * np.sin(0.5 * theta) ** 2) ** x[..., 0], dims=(2, 1))
    slices = angular_slices(kernel, k, np.stack([powers, powers], axis=1), np.ones(3), tol,
                            edges=first_panels(k, check=check), check=check, size=1.0)
    sums = angular_sums(slices, k, size, 0.0)
    half = 0.5 * (k - 1)
    moments = np.array([poch(-powers, degree) / poch(half, degree) * 2.0**powers * beta(powers + half, degree + half)
                        / beta(half, half) for degree in range(size)])
    roots = np.sqrt([float(harmonics(k, degree)) for degree in range(size)])[:, None]
    np.testing.assert_allclose(sums.coefficients, roots * moments, atol=1e-8)
    energy = 4.0**powers * beta(half + 2 * powers, half) / beta(half, half)
    np.testing.assert_allclose(sums.beyond[:2] ** 2, (energy - np.sum(sums.coefficients**2, axis=0))[:2], rtol=1e-5)


def test_polynomials_leave_nothing():
    """What sums of degree 5 leave of the third power of the distance is rounding: it is not found by subtraction."""
    kernel = Kernel(lambda x, theta: (2.0 * np.sin(0.5 * theta) ** 2) ** x[..., 0], dims=(2, 1))
    slices = angular_slices(kernel, 3, np.array([[3.0, 3.0]]), np.ones(1), 1e-12, edges=first_panels(3), check=False,
                            size=None)
    assert angular_sums(slices, 3, 6, 0.0).beyond[0] < 1e-13


def test_truncation_errors_are_counted():
    """Noise cannot be split: what is given up is in `lost`, of the size of the noise."""
    kernel = Kernel(lambda x, theta: np.sin(1e6 * theta * (1.0 + x[..., 0])), dims=(2, 1))
    slices = angular_slices(kernel, 2, np.array([[0.1, 0.1]]), np.ones(1), 1e-6, edges=first_panels(2), check=False,
                            size=None)
    assert angular_sums(slices, 2, 4, 0.0).truncation[0] > 1e-3
