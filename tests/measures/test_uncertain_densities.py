"""Densities that are known to some digits only: bars say so, and what can be found of them is found."""

import math

import numpy as np
import pytest
from quiet import quietly
from scipy.special import beta
from scipy.stats import norm

from opsvd import Beta, Density, Gaussian, Mixture, Product, Pushforward, decompose
from opsvd.measures import as_measure

LINE = (-np.inf, np.inf)


def with_peak(mass, place, width):
    """A Gaussian density and a peak, and s_1 of cos(x) y under it."""
    cosine = (1.0 - mass) * math.exp(-2.0) + mass * math.exp(-2.0 * width**2) * math.cos(2.0 * place)
    return lambda x: (1.0 - mass) * norm.pdf(x) + mass * norm.pdf(x, place, width), math.sqrt(0.5 + 0.5 * cosine)


@pytest.mark.parametrize(("mass", "width"), [(1e-9, 3e-3), (3e-8, 1e-2), (5e-11, 1e-2)])
def test_peaks_of_little_mass_are_found(mass, width):
    """What is missing of the mass is looked for among differences from the table that are small."""
    pdf, exact = with_peak(mass, -0.51, width)
    svd = decompose(lambda x, y: np.cos(x) * y, Density(pdf, LINE))
    assert abs(svd.singular_values[0] - exact) <= svd.errors[0] < 1e-12


@pytest.mark.parametrize(("mass", "place"), [(1e-9, 0.3), (8e-8, -1.5), (1e-11, 2.2)])
def test_bars_know_of_mass_that_was_not_found(mass, place):
    """A peak narrower than the distances of the search is in the bars of values and norm by what it lacks."""
    pdf, exact = with_peak(mass, place, 1e-9)
    mu = Density(pdf, LINE)
    assert mu.lacking == pytest.approx(mass, rel=1e-3)
    svd = quietly(lambda x, y: np.cos(x) * y, mu)
    assert mass / 10.0 < abs(svd.singular_values[0] - exact) <= svd.errors[0] < 10.0 * mass
    assert abs(svd.norm.value - exact) <= svd.norm.error
    assert Density(pdf, LINE, near=[place]).lacking < 1e-12


def test_tables_see_what_is_between_an_end_and_the_nodes_of_a_piece():
    """A second derivative that jumps next to the end of a piece: beyond its nodes, and seen at the end."""
    # Beside edges of pieces.
    for place in (0.0789230769, 0.1541461538, 0.3843153846, 0.5387615385, 0.5381615385, 0.8458538462):
        mass = 1.0 + (1.0 - place) ** 3 / 3.0
        mu = Density(lambda x, place=place, mass=mass: (1.0 + np.maximum(x - place, 0.0) ** 2) / mass, (0.0, 1.0))
        u = 1.0 - place
        second = (1.0 / 3.0 + u**5 / 5.0 + place * u**4 / 2.0 + place**2 * u**3 / 3.0) / mass    # E[x^2]
        svd = decompose(lambda x, y: x * y, mu)
        assert abs(svd.singular_values[0] - math.sqrt(second)) <= svd.errors[0] < 1e-12


@pytest.mark.thorough
def test_densities_of_single_precision_have_bars_of_it():
    """Such a density has seven digits, and so have the values; the status says whose they are."""
    def pdf(x):
        return norm.pdf(np.asarray(x, dtype=np.float32)).astype(np.float32).astype(np.float64)

    mu = Density(pdf, LINE)
    svd = quietly(lambda x, y: np.cos(x) * y, mu)
    exact = math.sqrt(0.5 + 0.5 * math.exp(-2.0))
    assert abs(svd.singular_values[0] - exact) <= svd.errors[0] < 1e-6
    assert "density of mu_x is known to" in svd.status


def test_uncertainty_is_handed_on():
    """To images, mixtures, products and files."""
    mu = Density(with_peak(1e-9, 0.3, 1e-9)[0], LINE)
    assert mu.uncertainty == pytest.approx(1e-9, rel=1e-3)
    image, vector = Pushforward(mu, np.sinh, np.arcsinh), Product(mu, Gaussian())
    assert image.uncertainty == vector.uncertainty == mu.uncertainty
    assert Mixture([mu, Gaussian(100.0)]).uncertainty == pytest.approx(0.5 * mu.uncertainty)
    again = Density.from_state({**mu.state(), "parts": tuple(type(part).from_state(part.state()) for part in mu.parts)})
    assert again.uncertainty == mu.uncertainty
    assert as_measure(norm(1.0, 2.0), "mu").uncertainty == Density(norm.pdf, LINE).uncertainty == 0.0


def test_steep_ends_that_are_not_zero():
    """Quantiles that floats do not tell from an end are no places at which something happens."""
    a, b, low, width = 0.061, 0.196, -5.59, 9.042
    mu = Density(lambda x: ((x - low) / width) ** (a - 1.0) * ((low + width - x) / width) ** (b - 1.0) / (
        width * beta(a, b)), (low, low + width))
    p = np.array([0.3, 0.5, 0.8, 0.9])
    exact = Beta(a, b, low, low + width)
    assert mu.lacking < 1e-12
    np.testing.assert_allclose(mu.points(mu.quantile(p)), exact.points(exact.quantile(p)), rtol=1e-11)
