"""The contract of a measure is checked, part by part: what keeps it passes, and what breaks it is told."""

import numpy as np
import pytest
import scipy.stats as st
from measured_problems import LAWS

import opsvd
from opsvd import (
    Beta,
    Density,
    Discrete,
    Empirical,
    Gamma,
    Gaussian,
    LineMeasure,
    LogNormal,
    Mixture,
    Product,
    Pushforward,
    Sphere,
    StudentT,
    Uniform,
)
from opsvd.testing import check_measure

FAMILIES = {
    "Gaussian": Gaussian(3.0, 1e-3), "Beta(1, 1)": Beta(1.0, 1.0), "Beta(3, 3)": Beta(3.0, 3.0, -1.0, 2.0),
    "Gamma(40)": Gamma(40.0, 0.1), "StudentT(1/2)": StudentT(0.5), "StudentT(9)": StudentT(9.0, 3.0, 2.0),
    "LogNormal(1, 2)": LogNormal(1.0, 2.0), "a falling map": Pushforward(Gaussian(), lambda y: -np.sinh(y),
                                                                         lambda x: -np.arcsinh(x)),
    "Discrete": Discrete([1.0, 2.0, 5.0], [0.2, 0.3, 0.5]),
    "samples of vectors": Empirical(np.random.default_rng(0).normal(size=(30, 2))),
    "an atom and a Gaussian": Mixture([Discrete([0.0], [1.0]), Gaussian()]),
    "singular ends inside": Mixture([Gamma(0.5), Uniform(-1.0, 0.0)]),
    "a singular point inside": Density(lambda x: 0.25 / np.sqrt(np.abs(x)), (-1.0, 1.0), breaks=(0.0,)),
    "a narrow component": Mixture([Gaussian(50.0, 0.01), Gaussian()]),
    "weibull_min": st.weibull_min(0.5), "poisson": st.poisson(3.0), "an array": [1.0, 2.0, 4.0],
    "Sphere": Sphere(3), "Product": Product(Uniform(), Gaussian()),
}


class Laplace(LineMeasure):
    """A measure that keeps the contract: exp(-|x - m|) / 2."""

    arguments = ("middle",)

    def __init__(self, middle=0.5):
        self.middle = self.symmetry = float(middle)
        self.edges = np.array([self.middle])

    @property
    def span(self):
        """The line."""
        return -np.inf, np.inf

    @property
    def center(self):
        """The kink."""
        return self.middle

    @property
    def scale(self):
        """The deviation."""
        return np.sqrt(2.0)

    def sqrt_density(self, t):
        """The root of the density."""
        return np.exp(-0.5 * np.abs(np.asarray(t) - self.middle)) / np.sqrt(2.0)


class Ramp(LineMeasure):
    """A measure with ends that keeps the contract: 2x on [0, 1]."""

    span, center, scale = (0.0, 1.0), 0.7, 0.25

    def sqrt_density(self, t):
        """The root of the density."""
        t = np.asarray(t)
        return np.where((t >= 0.0) & (t <= 1.0), np.sqrt(2.0 * np.clip(t, 0.0, 1.0)), 0.0)


def broken(kind, **members):
    """A subclass with other members."""
    return type("Broken" + kind.__name__, (kind,), members)()


def root(self, t):
    """A density of the mass a half."""
    return 0.5 * np.exp(-0.5 * np.abs(np.asarray(t) - self.middle))


def infinite(_, t):
    """The root of 1 / (2 sqrt(t)) on [0, 1]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((np.asarray(t) >= 0.0) & (np.asarray(t) <= 1.0), np.sqrt(0.5) * np.abs(t) ** -0.25, 0.0)


BROKEN = {
    "mass": (lambda: broken(Laplace, sqrt_density=root), r"must have the integral one, and it is 0\.5"),
    "infinite at an end": (lambda: broken(Ramp, sqrt_density=infinite), "sqrt_density must be finite"),
    "not zero outside": (lambda: broken(Ramp, sqrt_density=lambda _, t: np.sqrt(2.0 * np.abs(t))),
                         "sqrt_density must be zero outside the span"),
    "shape": (lambda: broken(Laplace, sqrt_density=lambda self, t: Laplace.sqrt_density(self, np.ravel(t))),
              "sqrt_density must keep the shape"),
    "center": (lambda: broken(Ramp, center=7.0), "center must lie in the span"),
    "scale": (lambda: broken(Laplace, scale=1e4), "scale must be|the integral one"),
    "edges": (lambda: broken(Ramp, edges=np.array([0.5, 0.2])), "edges must increase"),
    "quantiles": (lambda: broken(Laplace, quantile=lambda self, p: self.middle + np.log(p / (1.0 - p))),
                  "quantile must be the inverse of the integral"),
    "samples": (lambda: broken(Laplace, sample=lambda self, n, rng: self.middle + rng.normal(0.0, 1.4, n)),
                "sample and quantile must be of one law: their distribution functions differ by 0"),
    "samples outside": (lambda: broken(Ramp, sample=lambda _, n, rng: rng.normal(0.6, 0.2, n)),
                        "sample must give points of the support"),
    "samples of another generator": (lambda: broken(Laplace, sample=lambda self, n, _: self.from_uniform(
        np.random.default_rng().random(n))), "sample must take all that is random from its generator"),
    "coordinate": (lambda: broken(Laplace, points=lambda _, t: 2.0 * t, coordinate=lambda _, x: np.asarray(x)),
                   "coordinate must be the inverse of points"),
    "symmetry": (lambda: broken(Ramp, symmetry=0.5), "symmetry must be the point"),
    "recurrence": (lambda: broken(Ramp, recurrence=lambda _, n: (np.full(n, 0.5), np.full(n, 0.25))),
                   "polynomials must be orthonormal"),
    "gauss_rule": (lambda: broken(Ramp, gauss_rule=lambda self, n: LineMeasure.gauss_rule(self, n - 1)),
                   "gauss_rule must be exact"),
    "box": (lambda: broken(Laplace, box=lambda self, tol: (self.middle - tol - 40.0, self.middle + tol + 40.0)),
            "box must give an interval"),
    "state": (lambda: broken(Laplace, from_state=classmethod(lambda cls, _: cls(0.25))),
              r"from_state\(state\(\)\) must give an equal measure"),
}


@pytest.mark.parametrize("name", [*FAMILIES, *LAWS])
def test_families_keep_the_contract(name):
    """All measures of the library, and what stands for one."""
    check_measure((FAMILIES | LAWS)[name])


@pytest.mark.parametrize("kind", [Laplace, Ramp])
def test_users_measures_keep_the_contract(kind):
    """With no more than span, center, scale and the root of the density."""
    check_measure(kind())


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told(name):
    """Each part of the contract, by name, with what was found."""
    make, message = BROKEN[name]
    with pytest.raises(AssertionError, match=message):
        check_measure(make())


@pytest.mark.parametrize(("name", "message"), [
    ("mass", r"mu_x must be a probability measure, got .*, whose sqrt_density has squares with the integral 0\.5, not "
             r"one; correct it, and let opsvd.testing.check_measure look at all of it"),
    ("infinite at an end", "whose sqrt_density is .*inf.* at .*: it must be finite"),
    ("center", "the center must lie in the span"),
])
def test_gross_errors_are_found_at_the_entry(name, message):
    """No decomposition under what is no measure."""
    with pytest.raises(ValueError, match=message):
        opsvd.decompose(lambda x, y: x * y, BROKEN[name][0]())


def test_a_users_measure_is_decomposed_under():
    """Two of them, with a value that is known: the second moment."""
    svd = opsvd.decompose(lambda x, y: x * y, Laplace(), Laplace())
    assert abs(svd.values[0] - 2.25) <= svd.errors[0] + 1e-12
