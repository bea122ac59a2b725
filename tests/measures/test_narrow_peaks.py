"""Densities with narrow peaks: they are found, their mass is counted, and singular values under them are right."""

from functools import cache

import numpy as np
import pytest
from quiet import quietly
from scipy.stats import cauchy, norm, rv_histogram

from opsvd import Density, Gaussian, LogNormal, Mixture, StudentT, Uniform, decompose, exact
from opsvd.measures.coordinates import Plain
from opsvd.measures.focused import Focused

LINE = (-np.inf, np.inf)


def peaks(*places_and_widths):
    """The density of Gaussians of equal masses."""
    return lambda x: sum(norm.pdf(x, *one) for one in places_and_widths) / len(places_and_widths)


NARROW = {
    "a narrow one far away": (peaks((0.0, 1.0), (50.0, 0.01)), LINE, ()),
    "one inside a wide one": (peaks((0.0, 1.0), (0.3, 0.001)), LINE, ()),
    "two and nothing else": (peaks((-3.0, 0.001), (50.0, 0.01)), LINE, ()),
    "several": (peaks((0.0, 1.0), (-7.0, 0.003), (13.0, 0.02), (13.3, 0.01)), LINE, ()),
    "very far away": (peaks((0.0, 1.0), (1e4, 0.01)), LINE, ()),
    "little mass": (lambda x: 0.999 * norm.pdf(x) + 0.001 * norm.pdf(x, 5.0, 0.001), LINE, ()),
    "heavy tails and a peak": (lambda x: 0.5 * cauchy.pdf(x) + 0.5 * norm.pdf(x, 30.0, 0.01), LINE, ()),
    "a peak of heavy tails": (lambda x: 0.5 * norm.pdf(x) + 0.5 * cauchy.pdf(x, 20.0, 0.001), LINE, ()),
    "a break inside a peak": (lambda x: 0.5 * norm.pdf(x) + norm.pdf(x, 4.0, 0.01) * (x > 4.0), LINE, (4.0,)),
    "a box": (lambda x: 0.5 * norm.pdf(x) + 50.0 * ((x > 2.0) & (x < 2.01)), LINE, ()),
    "beside a singular end": (lambda x: 0.5 * np.exp(-x) / np.sqrt(np.pi * x) + 0.5 * norm.pdf(x, 7.0, 0.005),
                              (0.0, np.inf), ()),
    "on an interval": (lambda x: 0.5 + 0.5 * norm.pdf(x, 0.37, 1e-6), (0.0, 1.0), ()),
}

# One far away, one that breaks, one beside a singular end, one of little mass; the others are built by thorough tests.
QUICK = {"a narrow one far away", "a break inside a peak", "beside a singular end", "little mass"}

MIXED = {
    "two Gaussians": Mixture([Gaussian(50.0, 0.001), Gaussian(-3.0, 0.01)]),
    "intervals": Mixture([Uniform(0.0, 1.0), Uniform(5.0, 5.0001)]),
    "rounded points": LogNormal(0.0, 1e-4),
    "rounded points of heavy tails": StudentT(3.0, 1e4, 0.01),
}


@cache
def measure(name):
    """One of them, built once."""
    return Density(*NARROW[name])


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.thorough)
                                  for name in NARROW])
def test_all_of_the_mass_is_found(name):
    """Samples are where it is, and coordinates bring them back; the table can be made again from its numbers."""
    mu = measure(name)
    assert all(abs(part.distribution.mass - 1.0) < 1e-9 for part in mu.parts)
    x = mu.sample(400, np.random.default_rng(0))
    np.testing.assert_allclose(mu.points(mu.coordinate(x)), x, rtol=1e-9, atol=1e-9)
    again = Density.from_state({**mu.state(), "parts": tuple(type(part).from_state(part.state()) for part in mu.parts)})
    assert again == mu
    np.testing.assert_array_equal(again.sample(400, np.random.default_rng(0)), x)


def assert_values_of_a_jump(mu):
    """(x > y) has the same values under all continuous laws, and they are within their bars."""
    svd = quietly(lambda x, y: x > y, mu, mu, max_seconds=1e4, max_evaluations=100_000_000)
    assert svd.rank >= 6
    wrong = np.abs(svd.values - exact.heaviside_difference(svd.rank))
    assert (wrong <= svd.errors).all()
    assert (svd.errors[:6] <= 1e-9).all()


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(set(NARROW) - {"two and nothing else", "several", "heavy tails and a peak"}))
def test_values_under_narrow_peaks(name):
    """Panels of methods resolve them."""
    assert_values_of_a_jump(measure(name))


@pytest.mark.thorough
@pytest.mark.parametrize("name", MIXED)
def test_values_under_narrow_components(name):
    """Mixtures know where they are narrow; where points are rounded that is in the bars."""
    assert_values_of_a_jump(MIXED[name])


@pytest.mark.thorough
def test_what_is_not_found_is_said():
    """The message has the mass, where it is, and what to pass; then the peak is found."""
    def pdf(x):
        return 0.75 * norm.pdf(x) + 0.25 * norm.pdf(x, 812345.678, 0.01)

    with pytest.raises(ValueError, match=r"integral one, got 0\.75 .* in \(-2\.3.*, 2\.3.*\): if there is more in a "
                                         r"narrow peak, pass a point of it by near, or its ends by breaks"):
        Density(pdf, LINE)
    assert Density(pdf, LINE, near=[812345.678]).parts[0].box(1e-3)[1] > 0.0
    with pytest.raises(ValueError, match="none was found"):
        Density(lambda x: norm.pdf(x, 123456.789, 1e-3), LINE)


def test_a_focused_coordinate_and_its_inverse():
    """They undo each other, to rounding, near and far; the slope is the derivative."""
    coordinate = Focused(Plain(*LINE), 37.0, (50.0, 0.0, -3.0), (0.01, 1.0, 0.001))
    u = np.concatenate([np.linspace(-60.0, 60.0, 2001), 50.0 + 0.03 * np.linspace(-1.0, 1.0, 101), [-1e9, 1e20]])
    t = coordinate.outer(u)
    rounding = np.finfo(float).eps * (np.abs(u) + np.abs(t) / coordinate.slope(u))
    assert (np.abs(coordinate.inner(t) - u) <= 64.0 * rounding).all()
    step = 1e-6
    slopes = (coordinate.outer(u[:2000] + step) - coordinate.outer(u[:2000] - step)) / (2.0 * step)
    np.testing.assert_allclose(coordinate.slope(u[:2000]), slopes, rtol=1e-4)


def test_a_focused_coordinate_next_to_the_end_of_its_span():
    """The last step of the table of its inverse reaches beyond a finite end: there u was wrong by 1e-10."""
    coordinate = Focused(Plain(0.0, 1.0), 1.0, (0.3, 0.999), (1e-2, 1e-4))
    u = 1.0 - np.geomspace(1e-12, 0.5, 400)
    assert np.abs(coordinate.inner(coordinate.outer(u)) - u).max() <= 1e-15


@pytest.mark.parametrize("seed", [6, 34, 43])
def test_a_moment_of_a_histogram(seed):
    """The mean square of x + 2 is known; all of the mass was scaled by up to 1e-11 where an end was wrong."""
    rng = np.random.default_rng(seed)
    edges, heights = np.sort(rng.uniform(-2.0, 2.0, 7)), rng.uniform(0.05, 1.0, 6)
    heights /= heights @ np.diff(edges)
    law = rv_histogram((heights * np.diff(edges), edges), density=False)
    exact = np.sqrt(heights @ np.diff((edges + 2.0)**3) / 3.0)
    svd = decompose(lambda x, y: x + 2.0 + 0.0 * y, law, Uniform())
    assert abs(svd.singular_values[0] - exact) <= svd.errors[0] + 4.0 * np.finfo(float).eps * exact


def test_regular_densities_keep_their_coordinate():
    """Nothing is narrow in them."""
    for pdf, support in ((norm.pdf, LINE), (lambda x: np.full(x.shape, 0.5), (0.0, 2.0)), (cauchy.pdf, LINE)):
        assert not isinstance(Density(pdf, support).parts[0].coordinates, Focused)
