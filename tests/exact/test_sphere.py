"""Values on spheres, against integrals over the angle, product rules on the sphere of R^3, and energies."""

import math

import numpy as np
import pytest
from measure_rules import circle_rule, spectrum_at, uniform_rule
from numpy.testing import assert_allclose
from scipy.special import eval_gegenbauer

from opsvd import exact


def angle_rule(k, nodes=80):
    """Cosines and probabilities of the angle between two uniform points, by Gauss-Legendre on either side of t = 0."""
    halves = [uniform_rule(nodes, low, low + np.pi / 2) for low in (0.0, np.pi / 2)]
    theta, p = (np.concatenate(parts) for parts in zip(*halves, strict=True))
    weights = p * np.exp((k - 2) * np.log(np.sin(theta)))
    return np.cos(theta), weights / weights.sum()


def by_integration(phi, k, degrees):
    """|E[phi(t) P_l(t)]| for the Gegenbauer polynomials P_l with P_l(1) = 1."""
    t, p = angle_rule(k)
    if k == 2:
        polynomials = [np.cos(degree * np.arccos(t)) for degree in range(degrees)]
    else:
        polynomials = [eval_gegenbauer(degree, k / 2 - 1, t) / eval_gegenbauer(degree, k / 2 - 1, 1.0)
                       for degree in range(degrees)]
    return np.abs([p @ (phi(t) * polynomial) for polynomial in polynomials])


def arc_cosine(order):
    """The kernels of Cho and Saul, from their paper."""
    def phi(t):
        theta = np.arccos(t)
        j = {0: np.pi - theta, 1: np.sin(theta) + (np.pi - theta) * t,
             2: 3 * np.sin(theta) * t + (np.pi - theta) * (1 + 2 * t**2)}
        return j[order] / np.pi
    return phi


@pytest.mark.parametrize("k", [2, 3, 4, 11, 300])
@pytest.mark.parametrize(("spectrum", "phi"), [
    (lambda k: exact.exp_on_sphere(1.5, k, 12), lambda t: np.exp(1.5 * t)),
    (lambda k: exact.exp_on_sphere(-20.0, k, 12), lambda t: np.exp(-20 * t)),
    (lambda k: exact.sign_on_sphere(k, 12), np.sign),
    (lambda k: exact.relu_on_sphere(k, 12), lambda t: np.maximum(t, 0)),
    (lambda k: exact.rectified_power_on_sphere(0, k, 12), lambda t: np.heaviside(t, 0.5)),
    (lambda k: exact.rectified_power_on_sphere(4, k, 12), lambda t: np.maximum(t, 0) ** 4),
    (lambda k: exact.arc_cosine_on_sphere(0, k, 12), arc_cosine(0)),
    (lambda k: exact.arc_cosine_on_sphere(1, k, 12), arc_cosine(1)),
    (lambda k: exact.arc_cosine_on_sphere(2, k, 12), arc_cosine(2)),
], ids=["exp", "exp, large", "sign", "relu", "step", "fourth power", "arc-cosine 0", "arc-cosine 1", "arc-cosine 2"])
def test_values_are_integrals_over_the_angle(spectrum, phi, k):
    """Funk and Hecke's formula, with polynomials of scipy."""
    values, _ = spectrum(k)
    assert_allclose(values, by_integration(phi, k, 12), rtol=0, atol=2e-14 * max(values[0], values[1]))


@pytest.mark.parametrize("k", [2, 3, 6])
def test_poisson_kernel(k):
    """The values are |r|^l: the kernel is a generating function of the polynomials."""
    values, _ = exact.poisson_on_sphere(-0.4, k, 12)
    expected = by_integration(lambda t: (1 - 0.16) / (1.16 + 0.8 * t) ** (k / 2), k, 12)
    assert_allclose(values, expected, rtol=0, atol=1e-14)


def test_multiplicities_on_the_sphere_of_three_dimensions():
    """A product rule of 12 heights and 24 longitudes, exact up to degree 23, has each value 2l + 1 times."""
    height, p = uniform_rule(12)
    angle, q = circle_rule(24)
    around = np.sqrt(1 - height[:, None] ** 2)
    points = np.stack([around * np.cos(angle), around * np.sin(angle), height[:, None] + 0 * angle], axis=-1)
    rule = np.arange(288), np.outer(p, q).ravel()
    points = points.reshape(288, 3)
    sampled = spectrum_at(lambda i, j: np.exp(2 * np.einsum("...i,...i->...", points[i], points[j])), rule)
    listed = exact.listed(*exact.exp_on_sphere(2.0, 3, 10), 49)
    assert_allclose(sampled[:49], listed, rtol=0, atol=1e-14)    # degrees 0 to 6; with 18 and more, sums are not exact


@pytest.mark.parametrize(("spectrum", "energy"), [
    (lambda k: exact.exp_on_sphere(3.0, k, 60), lambda k: exact.exp_on_sphere(6.0, k, 1)[0][0]),
    (lambda k: exact.poisson_on_sphere(0.5, k, 100),
     lambda k: sum(0.25**degree * count for degree, count in enumerate(exact.exp_on_sphere(0, k, 200)[1].tolist()))),
    (lambda k: exact.rectified_power_on_sphere(4, k, 400), lambda k: 0.5 * 105 / (k * (k + 2) * (k + 4) * (k + 6))),
], ids=["exp", "Poisson", "fourth power"])
@pytest.mark.parametrize("k", [2, 3, 8])
def test_energies(spectrum, energy, k):
    """All squares, with their multiplicities, sum to E[phi(t)^2]."""
    values, multiplicities = spectrum(k)
    assert_allclose(np.sum(values**2 * multiplicities), energy(k), rtol=1e-12)


def test_large_dimensions():
    """k E|t|^2 = 1 and E|t| is near sqrt(2 / (pi k)); multiplicities are exact integers."""
    k = 10**8
    values, multiplicities = exact.relu_on_sphere(k, 4)
    assert_allclose(values[:2], [0.5 * math.sqrt(2 / (math.pi * k)) * (1 + 0.25 / k), 0.5 / k], rtol=1e-14)
    assert multiplicities.tolist() == [1, k, math.comb(k + 1, 2) - 1, math.comb(k + 2, 3) - k]
    assert_allclose(exact.exp_on_sphere(1.0, k, 2)[0], [1 + 0.5 / k, (1 + 0.5 / k) / k], rtol=1e-14)


def test_degrees_that_are_few():
    """One degree, and two, are the first of many."""
    for spectrum in (exact.relu_on_sphere, exact.sign_on_sphere, lambda k, n: exact.exp_on_sphere(0.0, k, n)):
        for n in (1, 2, 3):
            assert_allclose(spectrum(4, n)[0], spectrum(4, 9)[0][:n], rtol=1e-15)


def test_listed_values():
    """Sorted, repeated, without zeros, and cut off."""
    assert_allclose(exact.listed([0.5, 0.0, 2.0], [2, 5, 3], 4), [2, 2, 2, 0.5])
    assert_allclose(exact.listed([0.5, 0.0], [2, 5], 9), [0.5, 0.5])
    assert_allclose(exact.listed([1.0, 0.5], [1, 10**30], 3), [1, 0.5, 0.5])
    assert exact.listed([], [], 3).shape == (0,)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: exact.exp_on_sphere(701, 3, 3), r"c must lie in \[-700, 700\]"),
    (lambda: exact.exp_on_sphere(1, 1, 3), "k must be at least 2"),
    (lambda: exact.sign_on_sphere(3, 0), "degrees must be an integer of at least 1"),
    (lambda: exact.rectified_power_on_sphere(-1, 3, 3), "power must be an integer of at least 0"),
    (lambda: exact.arc_cosine_on_sphere(61, 3, 3), "order must be an integer of at most 60"),
    (lambda: exact.poisson_on_sphere(1, 3, 3), r"r must lie in \(-1, 1\)"),
    (lambda: exact.listed([-1.0], [1], 3), "values must be finite numbers that are not negative"),
    (lambda: exact.listed([1.0], [0], 3), "multiplicities must be finite numbers of at least 1"),
])
def test_arguments_out_of_range_are_named(call, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(ValueError, match=message):
        call()
