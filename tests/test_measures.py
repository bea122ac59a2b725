"""Gaussian measures: density, samples, rules, and errors for bad parameters."""

import numpy as np
import pytest
from scipy.stats import norm

from opsvd import Gaussian
from opsvd.testing import check_measure


@pytest.mark.parametrize("measure", [Gaussian(), Gaussian(1.5, 0.2), Gaussian(-3.0, 40.0)])
def test_measure_is_consistent(measure):
    """Density, Gauss rule and samples are of one measure."""
    check_measure(measure)


def test_sqrt_density_is_that_of_scipy():
    """The square root of the normal density, with mean and standard deviation."""
    x = np.linspace(-4.0, 6.0, 31)
    np.testing.assert_allclose(Gaussian(1.0, 2.0).sqrt_density(x) ** 2, norm(1.0, 2.0).pdf(x), rtol=1e-13)


def test_rule_has_mean_and_variance():
    """A moved and scaled rule gives the moments of the measure."""
    rule = Gaussian(1.0, 2.0).gauss_rule(1000)
    assert rule.weights @ rule.nodes == pytest.approx(1.0, abs=1e-12)
    assert rule.weights @ rule.nodes**2 == pytest.approx(5.0, abs=1e-11)
    assert len(rule.restricted(rule.nodes > 0.0)) < len(rule) == 1000


def test_samples_are_reproducible():
    """The same generator state gives the same points."""
    first, second = (Gaussian(2.0, 3.0).sample(50, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"std": -1.0}, ValueError, "std must be positive, got -1.0; pass a number greater than zero"),
    ({"std": 0.0}, ValueError, "std must be positive"),
    ({"mean": np.nan}, ValueError, "mean must be finite, got nan"),
    ({"mean": "a"}, TypeError, "mean must be a real number, got 'a'"),
    ({"std": [1.0, 2.0]}, TypeError, "std must be a real number"),
])
def test_bad_parameters_are_named(arguments, error, message):
    """A bad mean or std raises with the argument, the requirement and the value."""
    with pytest.raises(error, match=message):
        Gaussian(**arguments)


def test_bad_counts_are_named():
    """A sample or a rule of no points is refused."""
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        Gaussian().sample(0, np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"n must be an integer, got 2.5"):
        Gaussian().gauss_rule(2.5)
