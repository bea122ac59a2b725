"""The bound of what is left of a ridge function beside its leading terms, against spectra in closed form."""

import numpy as np
import pytest

from opsvd import Gaussian, Kernel, Ridge, exact
from opsvd.evidence.ridge_norm import RidgeNorm, _Filtered
from opsvd.operator.problem import Problem

ROOT = np.sqrt(0.5)


def leading(h, b, mu_x, mu_y):
    """A kernel, and the triplets that the first panels give."""
    problem = Problem(Kernel(h), mu_x, mu_y, 1e-10)
    return problem.kernel, next(Ridge(b).discretisations(problem)).system


@pytest.mark.parametrize(("mu_x", "mu_y"), [(Gaussian(), Gaussian()), (Gaussian(1.0, 0.5), Gaussian(1.0, 0.5))])
def test_what_is_left_is_the_next_value(mu_x, mu_y):
    """Beside q terms of sign(x - y) it is s_(q+1) = (2 / pi) / (2q + 1), to ten per cent and what the filter takes."""
    kernel, system = leading(lambda x, y: np.sign(x - y), -1.0, mu_x, mu_y)
    ridge = RidgeNorm(np.sign, np.array([-37.0, 0.0, 37.0]), np.zeros(1), ROOT, -ROOT, mu_x, mu_y)
    known = exact.sign_difference(20)
    counts = [12, 5, 2]
    bounds = ridge.beside(kernel, system, counts)
    assert (bounds >= known[counts]).all()
    assert (bounds <= 1.1 * known[counts] + 0.1 * known[5]).all()


def test_means_that_differ_and_another_slope():
    """(x + 2y > 1): beside all terms but few nothing is left but what they miss."""
    mu_x, mu_y = Gaussian(-0.5, 2.0), Gaussian(0.25, 1.0)
    kernel, system = leading(lambda x, y: x + 2.0 * y > 0.0, 2.0, mu_x, mu_y)
    ridge = RidgeNorm(lambda zeta: np.heaviside(zeta, 0.0), np.array([-37.0, 0.0, 37.0]), np.zeros(1), ROOT, ROOT,
                      mu_x, mu_y)
    s = system.values
    bounds = ridge.beside(kernel, system, [12, 5])
    assert (bounds >= s[[12, 5]]).all()
    assert (bounds <= 1.1 * s[[12, 5]] + 0.1 * s[5]).all()


@pytest.mark.thorough
def test_slow_and_fast_waves_do_not_add():
    """(|x - 2y + 1| < 0.03): the transform falls like 1 / k, and what is left is the next value to a fifth."""
    half, root, mu = 0.03 / np.sqrt(5.0), np.sqrt(0.2), Gaussian()
    _, system = leading(lambda x, y: np.abs(x - 2.0 * y + 1.0) < 0.03, -2.0, mu, mu)
    ends = np.array([-root - half, -root + half])
    ridge = RidgeNorm(lambda zeta: 1.0 * (np.abs(zeta + root) < half), np.array([-37.0, *ends, 37.0]), ends, root,
                      -2.0 * root, mu, mu)
    s = system.values
    filtered = _Filtered(ridge, 300.0)
    bound = filtered.beside(system, 20)
    assert s[20] <= bound <= 1.2 * s[20]
    assert filtered.taken > 0.3 * s[20]    # with which it would be more


@pytest.mark.thorough
def test_fast_waves_that_are_larger_count():
    """Beside all of a slow kernel a wave of frequency 1000 is left, of which no filter up to 600 tells."""
    mu, half = Gaussian(), 1e-2
    _, system = leading(lambda x, y: np.abs(x - y) < half / ROOT, -1.0, mu, mu)
    edges = np.arange(-9.0, 9.01, 0.01)
    ridge = RidgeNorm(lambda zeta: 1.0 * (np.abs(zeta) < half) + 0.1 * np.cos(1000.0 * zeta), edges, np.zeros(0), ROOT,
                      -ROOT, mu, mu)
    # cos(k(x - y)) is of rank two, of values 1/2.
    assert _Filtered(ridge, 600.0).beside(system, len(system.values)) >= 0.05


def test_a_kernel_that_is_no_ridge_adds_what_it_is_besides():
    """h is evaluated at random points, and its distance from phi is in the bound."""
    mu = Gaussian()
    kernel, system = leading(lambda x, y: np.sign(x - y) + 0.1 * (x > 1.0), -1.0, mu, mu)
    ridge = RidgeNorm(np.sign, np.array([-37.0, 0.0, 37.0]), np.zeros(1), ROOT, -ROOT, mu, mu)
    assert ridge.beside(kernel, system, [5])[0] >= 0.1 * np.sqrt(0.1587)


def test_growth_beyond_where_phi_is_cut_off_is_in_the_bound():
    """exp(0.23 zeta^2) is not small at the end of the grid; no bound is made of a part of it."""
    mu = Gaussian()
    kernel, system = leading(lambda x, y: np.sign(x - y), -1.0, mu, mu)
    edges = np.arange(-20.0, 21.0)
    ridge = RidgeNorm(lambda zeta: np.exp(0.23 * zeta**2), edges, np.zeros(0), ROOT, -ROOT, mu, mu)
    assert ridge.beside(kernel, system, [2])[0] >= 1.0


def test_slices_are_cut_where_phi_breaks():
    """The line x + 2y = 1 in units of the measures, from both sides."""
    mu_x, mu_y = Gaussian(-0.5, 2.0), Gaussian(0.25, 1.0)
    zeta = (1.0 + 0.5 - 0.5) / np.hypot(2.0, 2.0)
    ridge = RidgeNorm(np.sign, np.zeros(0), np.array([zeta]), ROOT, ROOT, mu_x, mu_y)
    points = np.array([-1.0, 0.3, 2.0])
    np.testing.assert_allclose(ridge.cuts_in_y(points)[:, 0], 0.5 * (1.0 - points), atol=1e-15)
    np.testing.assert_allclose(ridge.cuts_in_x(points)[:, 0], 1.0 - 2.0 * points, atol=1e-15)
