"""What people already have as measures: distributions of scipy.stats, density estimates and arrays."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.stats as st
from quiet import quietly

import opsvd
from opsvd import (
    Beta,
    Density,
    Discrete,
    Empirical,
    Exponential,
    Gamma,
    Gaussian,
    GaussianVector,
    LogNormal,
    StudentT,
    Uniform,
    exact,
)
from opsvd.measures import as_measure

KNOWN = [
    (st.norm(1.0, 2.0), Gaussian(1.0, 2.0)),
    (st.norm(loc=1.0, scale=2.0), Gaussian(1.0, 2.0)),
    (st.norm, Gaussian()),
    (st.uniform(2.0, 3.0), Uniform(2.0, 5.0)),
    (st.beta(0.5, b=2.0, scale=2.0), Beta(0.5, 2.0, 0.0, 2.0)),
    (st.arcsine(-1.0, 2.0), Beta(0.5, 0.5, -1.0, 1.0)),
    (st.semicircular(), Beta(1.5, 1.5, -1.0, 1.0)),
    (st.powerlaw(0.4), Beta(0.4, 1.0)),
    (st.expon(scale=0.5), Exponential(2.0)),
    (st.gamma(2.5, scale=3.0), Gamma(2.5, 3.0)),
    (st.erlang(3), Gamma(3.0)),
    (st.chi2(1), Gamma(0.5, 2.0)),
    (st.t(3.0, 1.0, 2.0), StudentT(3.0, 1.0, 2.0)),
    (st.cauchy(1.0), StudentT(1.0, 1.0)),
    (st.lognorm(0.5), LogNormal(0.0, 0.5)),
    (st.multivariate_normal([0.0, 1.0], [[2.0, 1.0], [1.0, 1.0]]),
     GaussianVector([0.0, 1.0], [[2.0, 1.0], [1.0, 1.0]])),
    (st.multivariate_normal([1.0], [[4.0]]), Gaussian(1.0, 2.0)),
    (st.binom(3, 0.25), Discrete([0.0, 1.0, 2.0, 3.0], np.array([27.0, 27.0, 9.0, 1.0]) / 64.0)),
    (st.rv_discrete(values=([1.0, 3.0], [0.25, 0.75]))(loc=1.0), Discrete([2.0, 4.0], [0.25, 0.75])),
    ([0.0, 2.0, 1.0], Empirical([0.0, 1.0, 2.0])),
    (np.ones((4, 2)), Empirical(np.ones((1, 2)))),
]

NEWER = hasattr(st, "Normal")    # random variables came with scipy 1.15

class Ramp:
    """The density 2x on [0, 1], by what it can do alone; what it says of its mean is wrong."""

    def pdf(self, x):
        """The density."""
        return 2.0 * x

    def support(self):
        """The interval."""
        return 0.0, 1.0

    def mean(self):
        """It is 2/3."""
        return 17.0


# Of continuous laws that are no family of ours: ends, tails and kinks of all kinds.
OTHERS = {
    "weibull_min(0.5)": lambda: st.weibull_min(0.5),
    "gamma(0.3, loc=5)": lambda: st.gamma(0.3, loc=5.0),
    "loggamma(0.1)": lambda: st.loggamma(0.1),
    "pareto(0.5)": lambda: st.pareto(0.5),
    "laplace": lambda: st.laplace(1.0, 2.0),
    "triang(0.3)": lambda: st.triang(0.3),
    "levy": st.levy,
    "f(1, 3)": lambda: st.f(1, 3),
    "dweibull(0.5)": lambda: st.dweibull(0.5),
    "a histogram": lambda: st.rv_histogram((np.array([3, 1, 0, 4]), np.array([0.0, 1.0, 2.5, 3.0, 4.0])), density=True),
    "gaussian_kde": lambda: st.gaussian_kde(np.random.default_rng(0).normal(size=50)),
    "von Mises, of many turns": lambda: st.vonmises(2.0),
    "an object": Ramp,
} | ({
    "a shifted random variable": lambda: 2.0 * st.Normal() + 1.0,
    "an exponential of one": lambda: st.exp(st.Normal()),
    "make_distribution": lambda: st.make_distribution(st.gamma)(a=2.0),
    "a mixture": lambda: st.Mixture([st.Normal(), st.Normal(mu=30.0, sigma=0.01)], weights=[0.3, 0.7]),
} if NEWER else {})


@pytest.mark.parametrize(("given", "measure"), KNOWN, ids=lambda value: type(value).__name__)
def test_families_are_taken_by_their_parameters(given, measure):
    """Exactly, to the last bit of the parameters, or of the probabilities."""
    found = as_measure(given, "mu_x")
    assert type(found) is type(measure)
    if isinstance(measure, Discrete):
        np.testing.assert_array_equal(found.atoms, measure.atoms)
        np.testing.assert_allclose(found.masses, measure.masses, rtol=1e-14)
    elif isinstance(measure, GaussianVector):
        np.testing.assert_allclose(found.cov, measure.cov, rtol=1e-14)
    else:
        assert found == measure


@pytest.mark.skipif(not NEWER, reason="random variables came with scipy 1.15")
def test_random_variables_are_taken():
    """Those that are families, and those on integers."""
    assert as_measure(st.Normal(mu=1.0, sigma=2.0), "mu_x") == Gaussian(1.0, 2.0)
    assert as_measure(st.Normal(), "mu_x") == Gaussian()
    assert as_measure(st.Uniform(a=1.0, b=2.0), "mu_x") == Uniform(1.0, 2.0)
    if hasattr(st, "Binomial"):
        assert as_measure(st.Binomial(n=10, p=0.3), "mu_x").masses == pytest.approx(st.binom(10, 0.3).pmf(range(11)))


@pytest.mark.parametrize("name", OTHERS)
def test_others_are_densities(name):
    """Quantiles are those of the distribution, found anew; samples lie in the support; it can be made again."""
    law = OTHERS[name]()
    mu = as_measure(law, "mu_x")
    assert isinstance(mu, Density)
    x = mu.from_uniform(np.array([0.05, 0.3, 0.5, 0.8, 0.99]))
    if hasattr(law, "cdf"):
        np.testing.assert_allclose(law.cdf(x), [0.05, 0.3, 0.5, 0.8, 0.99], rtol=1e-7)
    low, high = law.support() if hasattr(law, "support") else (-np.inf, np.inf)
    sample = mu.sample(1000, np.random.default_rng(0))
    assert (sample >= low).all()
    assert (sample <= high).all()
    assert as_measure(law, "mu_x") == mu


QUICK = ("weibull_min(0.5)", "an object")


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.thorough)
                                  for name in OTHERS if name != "dweibull(0.5)"])    # two halves of weibull_min(0.5)
def test_values_under_distributions(name):
    """(x > y) has the same values under all continuous laws."""
    svd = quietly(lambda x, y: x > y, OTHERS[name](), OTHERS[name](), max_seconds=1e4)
    wrong = np.abs(svd.values - exact.heaviside_difference(svd.rank))
    assert svd.rank >= 6
    assert (wrong <= svd.errors).all()
    # Of the law that begins at five, 3e-5 of the mass lie where all points are one float: what h is there is not known.
    assert (svd.errors[:6] <= (1e-9 if name == "gamma(0.3, loc=5)" else 1e-10)).all()


def test_integers_until_nothing_is_left():
    """As many as have all of the mass but rounding; more than a million are refused, with what would be left out."""
    mu = as_measure(st.poisson(300.0, loc=-5), "mu_x")
    assert mu.atoms[0] == -5.0
    assert abs(st.poisson(300.0, loc=-5).pmf(mu.atoms).sum() - 1.0) < 1e-12
    assert st.poisson(300.0, loc=-5).sf(mu.atoms[-1]) < 1e-16
    assert len(as_measure(st.geom(0.01), "mu_x").atoms) > 3000
    with pytest.raises(ValueError, match=r"mu_x must have all but 1e-16 of its mass on a million integers, got zipf, "
                                         r"which has 2.* of it outside of 1 to .*; pass opsvd.Discrete"):
        as_measure(st.zipf(3.0), "mu_x")


class Half(Ramp):
    """Half of a density, which says that its mass is one."""

    def pdf(self, x):
        """Too small."""
        return x

    def cdf(self, x):
        """A lie."""
        return x**2


REFUSED = [
    (None, TypeError, r"mu_x must be a probability measure, got None \(NoneType\); pass a measure such as "
                      r"opsvd.Gaussian.*, a distribution of scipy.stats such as .*, or an array of samples"),
    (st.norm.__class__, TypeError, "mu_x must be a probability measure, got <class"),
    (Half(), ValueError, r"mu_x must be a probability measure, .* pdf must have the integral one, got 0\.5 on"),
    (st.norm([0.0, 1.0]), ValueError, "mu_x must be one distribution of numbers, got norm; give all of its parameters"),
    (st.gamma, ValueError, "mu_x must be one distribution of numbers, got gamma; give all of its parameters"),
    (st.dirichlet([1.0, 2.0, 3.0]), ValueError, "got dirichlet_frozen; .* for vectors pass an array of samples"),
    (st.gaussian_kde(np.random.default_rng(0).normal(size=(2, 20))), ValueError,
     r"mu_x must be a density estimate of numbers, got one of vectors of R\^2; pass the samples"),
    (np.zeros((2, 2, 2)), ValueError, "mu_x must be finite samples, shape"),
    (np.array([np.nan, 1.0]), ValueError, "mu_x must be finite samples"),
    (np.array(["a"]), TypeError, "mu_x must be an array of real numbers"),
]


@pytest.mark.parametrize(("given", "error", "message"), REFUSED, ids=lambda value: type(value).__name__)
def test_what_is_none_is_refused(given, error, message):
    """The message names the argument, says what came, and what to pass."""
    with pytest.raises(error, match=message):
        opsvd.decompose(lambda x, y: x * y, given)


def test_every_function_takes_them():
    """Wherever a measure is an argument."""
    law, X = st.expon(scale=0.5), np.random.default_rng(0).normal(size=20)
    def covariance(x, y):
        return np.exp(-np.abs(x - y))

    for h in (covariance, opsvd.Kernel(covariance, measures=(law, X))):
        svd = opsvd.decompose(h, law, X, rtol=1e-6)
        assert (svd.mu_x, svd.mu_y) == (Exponential(2.0), Empirical(X))
    h = np.minimum
    assert len(opsvd.break_points(h, law, st.expon()))
    assert opsvd.sample_matrix(h, 5, law, X, rng=0).shape == (5, 5)
    assert opsvd.monte_carlo(h, 5, law, law, rng=0).n == 5
    assert opsvd.monte_carlo_sweep(h, [4, 5], law, law, rng=0).records()
    assert opsvd.sampling_cost(h, 5, law, law)
    assert opsvd.crosscheck(h, 40, law, st.uniform(), trials=2, rng=0)
    opsvd.testing.check_kernel(h, law, X)


def test_results_under_distributions_are_saved(tmp_path):
    """What came in was made a measure, and that is saved."""
    svd = opsvd.decompose(lambda x, y: np.exp(-x * y), st.weibull_min(1.5), st.poisson(3.0), rtol=1e-6)
    svd.save(tmp_path / "svd.npz")
    again = opsvd.load(tmp_path / "svd.npz")
    assert (again.mu_x, again.mu_y) == (svd.mu_x, svd.mu_y)
    np.testing.assert_array_equal(again.left(1.3), svd.left(1.3))


def test_nothing_is_imported():
    """Samples and objects of other libraries take no import of scipy.stats."""
    program = ("import sys, opsvd, numpy as np; from opsvd.measures import as_measure; as_measure(np.arange(3.0), 'x');"
               "print('scipy.stats' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
