"""Hard classes that the default method resolves: many values of one size, thin bands, fast oscillation."""

import numpy as np
import pytest
from hard_classes import band_values, exponential_values, floor_values

import opsvd
from opsvd import Gaussian, Uniform, exact


def assert_ten_digits(svd, values, least):
    """So many values at least, within the tolerance, with bars that hold."""
    assert svd.converged
    assert svd.rank >= least
    assert svd.errors.max() <= 1e-10 * values[0]
    assert (np.abs(svd.singular_values - values[:svd.rank]) <= svd.errors).all()


def test_a_short_length_on_a_long_interval():
    """exp(-|x - y| / 0.1) on [0, 10], of which a hundred values are of one size: Karhunen and Loeve."""
    mu = Uniform(0.0, 10.0)
    assert_ten_digits(opsvd.decompose(lambda x, y: np.exp(-np.abs(x - y) / 0.1), mu, mu),
                      exponential_values(0.1, 10.0, 100), 10)


def test_a_thin_band():
    """(|x - y| < 1/20), against polynomials on twenty cells."""
    svd = opsvd.decompose(lambda x, y: np.abs(x - y) < 0.05, Uniform(), Uniform())
    assert_ten_digits(svd, band_values(20), 8)


@pytest.mark.thorough
def test_many_steps():
    """floor(10(x + y)), against polynomials on ten cells."""
    svd = opsvd.decompose(lambda x, y: np.floor(10.0 * (x + y)), Uniform(), Uniform(), max_seconds=100.0)
    assert_ten_digits(svd, floor_values(10), 6)


@pytest.mark.thorough
@pytest.mark.parametrize(("h", "values"), [(np.sin, exact.sin_product(100.0, 300)),
                                           (np.cos, exact.cos_product(100.0, 300))])
def test_fast_oscillation(h, values):
    """sin(100xy) and cos(100xy), whose values fall by a hundredth each."""
    svd = opsvd.decompose(lambda x, y: h(100.0 * x * y), Gaussian(), Gaussian(), max_seconds=100.0)
    assert_ten_digits(svd, values, 80)


def test_the_rules_agree_with_closed_forms():
    """One step is (u + v > 1), of values 2 / ((2i - 1) pi); one cell is a constant; a band's sum of squares."""
    np.testing.assert_allclose(floor_values(1)[:10], 2.0 / (np.pi * (2.0 * np.arange(10) + 1.0)), rtol=1e-12)
    np.testing.assert_allclose(band_values(1)[:2], [1.0, 0.0], atol=1e-15)
    assert abs(np.sum(band_values(20) ** 2) - (0.1 - 0.0025)) <= 1e-3
    assert abs(np.sum(exponential_values(0.1, 10.0, 400) ** 2) - (0.01 - 0.1**2 / 200.0)) <= 1e-5
