"""Measures in log|x|: which have one, the half-density there, and the strip in which it is analytic."""

import math

import numpy as np
import pytest

from opsvd import Beta, Density, Exponential, Gamma, Gaussian, LogNormal, Mixture, Pushforward, StudentT, Uniform
from opsvd.measures import LogarithmicLine, has_logarithm
from opsvd.measures.line import LineMeasure

LAPLACE = Density(lambda x: 0.5 * np.exp(-np.abs(x)), (-math.inf, math.inf), breaks=(0.0,))
HALF_CAUCHY = Density(lambda x: 2.0 / (math.pi * (1.0 + x * x)), (0.0, math.inf))
SMOOTH = {
    "Gaussian": (Gaussian(0.0, 2.0), 0.25), "Cauchy": (StudentT(1.0), 0.5), "StudentT": (StudentT(3.0, 0.0, 2.0), 0.5),
    "Exponential": (Exponential(3.0), 0.5), "Gamma": (Gamma(0.3, 2.0), 0.5), "LogNormal": (LogNormal(2.0, 0.5), None),
    "Laplace": (LAPLACE, 0.5), "half Cauchy": (HALF_CAUCHY, 0.5),
    "sinh": (Pushforward(Gaussian(), np.sinh, np.arcsinh), 0.5),
    "Rayleigh": (Pushforward(Exponential(), np.sqrt, np.square), 0.25),
}
OTHERS = {
    "not centred": Gaussian(1.0, 1.0), "an end": Uniform(-1.0, 1.0), "a positive end": Uniform(0.0, 1.0),
    "a flat end": Beta(7.0, 7.0, -1.0, 1.0), "negative": Pushforward(Exponential(), np.negative, np.negative),
    "two laws": Mixture([Gaussian(), StudentT(3.0)], [0.5, 0.5]), "away from zero": Pushforward(
        Exponential(), lambda x: x + 2.0, lambda x: x - 2.0),
    "much mass near zero": Gamma(0.01),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_half_densities_have_norm_one(name):
    """The trapezoid rule integrates their squares to rounding."""
    line = LogarithmicLine(SMOOTH[name][0])
    u = np.arange(-160.0, 80.0, 0.05)
    with np.errstate(over="ignore"):
        assert abs(float(np.sum(line.weight(u) ** 2)) * 0.05 - 1.0) <= 1e-10


@pytest.mark.parametrize("name", SMOOTH)
def test_the_strip_is_that_of_the_density(name):
    """As good as analytic is up to a third more or less than analytic."""
    measure, strip = SMOOTH[name]
    assert has_logarithm(measure)
    assert strip is None or 0.75 * strip <= LogarithmicLine(measure).strip <= 1.35 * strip


@pytest.mark.parametrize("name", OTHERS)
def test_others_have_none(name):
    """Those with an end that is not zero, those that are neither positive nor symmetric, and those with kinks."""
    assert not has_logarithm(OTHERS[name])


@pytest.mark.parametrize("name", SMOOTH)
def test_slopes_are_those_of_the_logarithm(name):
    """Closed forms, and the default by polynomials, against each other or a difference."""
    measure = SMOOTH[name][0]
    t = measure.coordinate(LogarithmicLine(measure).unit * np.exp(np.linspace(-20.0, 2.0, 45)))
    known, found = measure.logarithmic_slope(t), LineMeasure.logarithmic_slope(measure, t)
    np.testing.assert_allclose(found, known, rtol=1e-10)
    step = 1e-6 * np.minimum(1.0, 1.0 / known)
    change = np.log(np.abs(measure.points(t + step) / measure.points(t - step))) / (2.0 * step)
    np.testing.assert_allclose(known, change, rtol=1e-5)
