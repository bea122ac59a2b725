"""The problem table under measures that are not Gaussian: kernels of numbers whose spectra are known."""

import math

import numpy as np
import scipy.stats
from problem import Problem
from scipy.optimize import brentq
from scipy.special import gammaln, ndtr, xlogy

from opsvd import (
    Beta,
    Circle,
    Density,
    Discrete,
    Empirical,
    Exponential,
    Gamma,
    Gaussian,
    LogNormal,
    Mixture,
    Pushforward,
    StudentT,
    Uniform,
    exact,
)
from opsvd.measures import as_measure

__all__ = ["LAWS", "MEASURED"]

MANY = 400
UNIT, SYMMETRIC, CIRCLE = Uniform(), Uniform(-1.0, 1.0), Circle()
ARCSINE = Beta(0.5, 0.5, -1.0, 1.0)
LOGISTIC = Density(lambda x: np.exp(-np.abs(x)) / (1.0 + np.exp(-np.abs(x))) ** 2, (-math.inf, math.inf))
TRIANGLE = Density(lambda x: 1.0 - np.abs(x), (-1.0, 1.0), breaks=(0.0,))
TWO_HUMPS = Mixture([Gaussian(-2.0, 0.5), Gaussian(1.0, 1.0)], [0.3, 0.7])

LAWS = {
    "Uniform(2, 5)": Uniform(2.0, 5.0), "Exponential(2)": Exponential(2.0), "Gamma(0.3)": Gamma(0.3),
    "Gamma(2.5, 2)": Gamma(2.5, 2.0), "Beta(1/2, 1/2)": Beta(0.5, 0.5), "Beta(2, 0.3)": Beta(2.0, 0.3),
    "StudentT(3)": StudentT(3.0), "StudentT(1.2)": StudentT(1.2, 1.0, 2.0), "LogNormal": LogNormal(0.0, 1.0),
    "two humps": TWO_HUMPS, "triangle": TRIANGLE, "logistic": LOGISTIC,
    "sinh of a Gaussian": Pushforward(Gaussian(), np.sinh, np.arcsinh), "Circle": CIRCLE,
}
"""Continuous laws, under each of which a jump and a kink along x = y have the values of uniform numbers."""


def _row(name, h, mu_x, mu_y, values, source, *,    # noqa: PLR0917 -- the columns of the table
         beyond=0.0, tags="", rank=None, **fields):
    """A problem of which all values, or many, are known; `beyond` is the energy of those that are not given."""
    values = np.asarray(values, dtype=np.float64)
    keep = len(values) if rank is not None else min(60, int(np.sum(values > 1e-14 * values[0])))
    tail = None if beyond is None else float(np.sum(values[keep:] ** 2)) + beyond
    return Problem(name, frozenset(tags.split()), h, values[:keep], source, mu_x=mu_x, mu_y=mu_y, rank=rank,
                   tail_energy=tail, **fields)


def _beyond(power, first):
    """The sum of (i - 1/2)^-power over i > first."""
    i = np.arange(first + 1.0, 1e5)
    return float(np.sum((i - 0.5) ** -power)) + (1e5 - 1.0) ** (1 - power) / (power - 1)


def _jumps():
    """(x > y) under each law: the values do not depend on it."""
    for name, law in LAWS.items():
        yield _row(f"(x > y), {name}", lambda x, y: x > y, law, law, exact.heaviside_difference(60),
                   "exact.heaviside_difference", beyond=_beyond(2, 60) / math.pi**2, tags="jump")


def _distribution_functions():
    """min(F(x), F(y)) and its like, for laws with a simple distribution function F."""
    def exponential(x):
        return -np.expm1(-2.0 * x)

    def cauchy(x):
        return 0.5 + np.arctan(x) / math.pi

    rows = (("Exponential(2)", Exponential(2.0), exponential), ("LogNormal", LogNormal(), lambda x: ndtr(np.log(x))),
            ("StudentT(1)", StudentT(1.0), cauchy), ("Beta(1/2, 1)", Beta(0.5, 1.0), np.sqrt))
    energy = _beyond(4, 60) / math.pi**4
    for name, law, cdf in rows:
        yield _row(f"min(F(x), F(y)), {name}", lambda x, y, cdf=cdf: np.minimum(cdf(x), cdf(y)), law, law,
                   exact.min_cdf(60), "exact.min_cdf", beyond=energy, tags="kink")
        yield _row(f"|F(x) - F(y)|, {name}", lambda x, y, cdf=cdf: np.abs(cdf(x) - cdf(y)), law, law,
                   exact.abs_difference_cdf(60), "exact.abs_difference_cdf", beyond=None, tags="kink")


def _products():
    """Jumps along xy = 1 under laws of which 1 / x has the law of x: log|x| is symmetric, and so they are (u > v)."""
    values, beyond = exact.heaviside_difference(60), _beyond(2, 60) / math.pi**2
    source = "exact.heaviside_difference of log|x| and -log|y|"
    half = Density(lambda x: 2.0 / (math.pi * (1.0 + x * x)), (0.0, math.inf))
    yield _row("(xy > 1), LogNormal", lambda x, y: x * y > 1.0, LogNormal(), LogNormal(), values, source,
               beyond=beyond, tags="jump")
    yield _row("(|xy| > 1), StudentT(1)", lambda x, y: np.abs(x * y) > 1.0, StudentT(1.0), StudentT(1.0), values,
               source, beyond=beyond, tags="jump")
    yield _row("(xy > 1), StudentT(1)", lambda x, y: x * y > 1.0, StudentT(1.0), StudentT(1.0),
               np.repeat(0.5 * values[:30], 2), source, beyond=0.5 * _beyond(2, 30) / math.pi**2, tags="jump")
    yield _row("(xy > 1), StudentT(1) and its half", lambda x, y: x * y > 1.0, StudentT(1.0), half,
               math.sqrt(0.5) * values, source, beyond=0.5 * beyond, tags="jump")


def _moments(law_x, law_y, terms):
    """The values of a sum of products of powers, from moments that are known: E[x^k] of both laws."""
    powers_x, powers_y, coefficients = terms
    gram_x = [[law_x(p + q) for q in powers_x] for p in powers_x]
    gram_y = [[law_y(p + q) for q in powers_y] for p in powers_y]
    return exact.finite_rank(np.array(gram_x) * np.outer(coefficients, coefficients), np.array(gram_y))


def _uniform_moment(k):
    return 1.0 / (k + 1.0)


def _exponential_moment(k):
    return math.gamma(k + 1.0)


def _arcsine_moment(k):
    """E[x^k] of Beta(1/2, 1/2) on [0, 1]."""
    return math.comb(2 * k, k) / 4.0**k


def _student_moment(k):
    """E[x^k] of Student's law with ten degrees of freedom, k < 10."""
    return {0: 1.0, 1: 0.0, 2: 10.0 / 8.0, 3: 0.0, 4: 3.0 * 100.0 / (8.0 * 6.0)}[k]


_SUM = ((1, 0), (0, 1), (1.0, 1.0))
_SQUARE = ((2, 1, 0), (0, 1, 2), (1.0, -2.0, 1.0))

_FINITE = (
    _row("x + y, Beta(1/2, 1/2)", lambda x, y: x + y, Beta(0.5, 0.5), Beta(0.5, 0.5),
         _moments(_arcsine_moment, _arcsine_moment, _SUM), "moments", rank=2),
    _row("x + y, uniform and exponential", lambda x, y: x + y, UNIT, Exponential(),
         _moments(_uniform_moment, _exponential_moment, _SUM), "moments", rank=2),
    _row("(x - y)^2, StudentT(10)", lambda x, y: (x - y) ** 2, StudentT(10.0), StudentT(10.0),
         _moments(_student_moment, _student_moment, _SQUARE), "moments", rank=3),
    _row("xy, LogNormal and triangle", lambda x, y: x * y, LogNormal(0.0, 0.5), TRIANGLE,
         [math.exp(0.5**2) * math.sqrt(1.0 / 6.0)], "moments", rank=1),
    _row("cos(x - y), circle", lambda x, y: np.cos(x - y), CIRCLE, CIRCLE, [0.5, 0.5], "moments", rank=2),
)


_CLOSED = (
    _row("exp(xy), uniform", lambda x, y: np.exp(x * y), SYMMETRIC, SYMMETRIC, exact.exp_product_uniform(1.0, 40),
         "exact.exp_product_uniform"),
    _row("cos(9xy), uniform", lambda x, y: np.cos(9.0 * x * y), SYMMETRIC, SYMMETRIC,
         exact.cos_product_uniform(9.0, 40), "exact.cos_product_uniform"),
    _row("sin(30xy), uniform", lambda x, y: np.sin(30.0 * x * y), SYMMETRIC, SYMMETRIC,
         exact.sin_product_uniform(30.0, 60), "exact.sin_product_uniform"),
    _row("min(x, y), uniform", np.minimum, UNIT, UNIT, exact.min_cdf(60), "exact.min_cdf",
         beyond=_beyond(4, 60) / math.pi**4, tags="kink"),
    _row("min(x, y) - xy, uniform", lambda x, y: np.minimum(x, y) - x * y, UNIT, UNIT, exact.bridge_cdf(60),
         "exact.bridge_cdf", beyond=None, tags="kink"),
    _row("exp(-|x - y|), Uniform(2, 5)", lambda x, y: np.exp(-np.abs(x - y)), Uniform(2.0, 5.0), Uniform(2.0, 5.0),
         exact.exponential_covariance(1.0, 60, 3.0), "exact.exponential_covariance", beyond=None, tags="kink"),
    _row("exp(-|x - y|), Exponential(2)", lambda x, y: np.exp(-np.abs(x - y)), Exponential(2.0), Exponential(2.0),
         exact.exponential_covariance_half_line(0.5, 60), "exact.exponential_covariance_half_line", beyond=None,
         tags="kink"),
    _row("min(x, y), Exponential(2)", np.minimum, Exponential(2.0), Exponential(2.0), exact.min_exponential(60, 2.0),
         "exact.min_exponential", beyond=None, tags="kink"),
    _row("min(x, y), Beta(0.4, 1)", np.minimum, Beta(0.4, 1.0), Beta(0.4, 1.0), exact.min_power_law(0.4, 60),
         "exact.min_power_law", beyond=None, tags="kink"),
    _row("(x > y), Beta(0.4, 1) and uniform", lambda x, y: x > y, Beta(0.4, 1.0), UNIT,
         exact.jump_power_law(0.4, 60), "exact.jump_power_law", beyond=None, tags="jump"),
    _row("max(x - y, 0), uniform", lambda x, y: np.maximum(x - y, 0.0), UNIT, UNIT, exact.relu_difference_cdf(60),
         "exact.relu_difference_cdf", beyond=None, tags="kink"),
    _row("gamma pair, shape 2.5", exact.gamma_pair_kernel(0.4, 2.5), Gamma(2.5), Gamma(2.5),
         exact.gamma_pair(0.4, MANY), "exact.gamma_pair"),
    _row("gamma pair, shape 0.3", exact.gamma_pair_kernel(0.4, 0.3), Gamma(0.3), Gamma(0.3),
         exact.gamma_pair(0.4, MANY), "exact.gamma_pair"),
    _row("arcsine pair, r = 0.7", exact.arcsine_pair_kernel(0.7), ARCSINE, ARCSINE, exact.arcsine_pair(0.7, MANY),
         "exact.arcsine_pair"),
    _row("log|x - y|, arcsine law", lambda x, y: np.log(np.abs(x - y)), ARCSINE, ARCSINE,
         exact.log_abs_difference_arcsine(60), "exact.log_abs_difference_arcsine", beyond=None, tags="root"),
    _row("von Mises, 2.5", lambda x, y: np.exp(2.5 * np.cos(x - y)), CIRCLE, CIRCLE, exact.von_mises(2.5, 60),
         "exact.von_mises"),
    _row("Poisson kernel, r = 0.6", lambda x, y: 0.64 / (1.36 - 1.2 * np.cos(x - y)), CIRCLE, CIRCLE,
         exact.circle_poisson(0.6, MANY), "exact.circle_poisson"),
    _row("Poisson kernel, r = 0.9", lambda x, y: 0.19 / (1.81 - 1.8 * np.cos(x - y)), CIRCLE, CIRCLE,
         exact.circle_poisson(0.9, MANY), "exact.circle_poisson"),
    _row("exp(-|x - y|), logistic", lambda x, y: np.exp(-np.abs(x - y)), LOGISTIC, LOGISTIC,
         2.0 / (np.arange(1.0, 61.0) + 1.0) / (np.arange(1.0, 61.0) + 2.0),
         "2 / l(l + 1), l = 2, 3, ...: s (f'' - f) = -2 rho f, solved by P_l^2(tanh(x/2))", beyond=None, tags="kink"),
)

_SAMPLES = np.random.default_rng(7).standard_normal(40), np.random.default_rng(8).exponential(size=55)
_COUNTS = np.arange(60)
_POISSON_LAW = Discrete(_COUNTS, [math.exp(k * math.log(3.0) - 3.0 - math.lgamma(k + 1.0)) for k in _COUNTS])
_BINOMIAL_LAW = Discrete(_COUNTS[:21], [math.comb(20, k) * 0.3**k * 0.7 ** (20 - k) for k in range(21)])
# Colours of eyes (rows) and hair of 5387 children of Caithness: R. A. Fisher, Ann. Eugenics 10 (1940), 422-429.
_CAITHNESS = np.array([[326, 38, 241, 110, 3], [688, 116, 584, 188, 4], [343, 84, 909, 412, 26],
                       [98, 48, 403, 681, 85]])


def _of_matrix(matrix):
    """numpy's singular values."""
    return np.linalg.svd(matrix, compute_uv=False)


def _colours():
    """The ratio of the shares of pairs of colours to what independence would give."""
    shares = _CAITHNESS / _CAITHNESS.sum()
    eyes, hair = shares.sum(axis=1), shares.sum(axis=0)
    values = _of_matrix(shares / np.sqrt(np.outer(eyes, hair)))
    return _row("colours of eyes and hair", lambda x, y: (shares / np.outer(eyes, hair))[x.astype(int), y.astype(int)],
                Discrete(np.arange(4), eyes), Discrete(np.arange(5), hair), values, "numpy.linalg.svd", rank=4)


def _jump_at_atoms():
    """(x > y), x discrete and y uniform: the Gram matrix of the rows is that of min(x_i, x_j)."""
    rng = np.random.default_rng(4)
    x, p = np.sort(rng.random(12)), rng.dirichlet(np.ones(12))
    gram = np.sqrt(np.outer(p, p)) * np.minimum.outer(x, x)
    return _row("(x > y), twelve atoms and uniform", lambda x, y: x > y, Discrete(x, p), UNIT,
                np.sqrt(np.linalg.eigvalsh(gram)[::-1]), "the matrix min(x_i, x_j)", rank=12, accuracy=1e-14)


def _counts_of_a_gamma_law():
    """The density ratio of y ~ Gamma(2.5) and x given y ~ Poisson(y): the values are 2^(-i/2), by Meixner and Laguerre.

    x has the law C(x + a - 1, x) 2^(-x - a), and the kernel is Gamma(a) 2^(x + a) y^x e^-y / Gamma(x + a). Cutting the
    counts off at 200 changes the 23rd value by 7e-15, and eight times as much with each that follows.
    """
    shape, counts = 2.5, np.arange(200.0)
    log_p = gammaln(counts + shape) - gammaln(shape) - gammaln(counts + 1.0) - (counts + shape) * math.log(2.0)

    def ratio(x, y):
        return np.exp(gammaln(shape) + (x + shape) * math.log(2.0) + xlogy(x, y) - y - gammaln(x + shape))

    return _row("counts of a gamma law", ratio, Discrete(counts, np.exp(log_p)), Gamma(shape),
                0.5 ** (0.5 * np.arange(20.0)), "Meixner and Laguerre polynomials", beyond=None, accuracy=1e-12)


MIXED = Mixture([Discrete([0.5], [1.0]), UNIT], [0.3, 0.7])
"""A uniform number, or 0.5 with probability 0.3."""


def _min_of_mixed():
    """min(x, y) of two such numbers: between the ends and the atom f'' = -w^2 f with w^2 = 0.7 / s.

    With f(0) = f'(1) = 0 and a jump of f' by -0.3 f(1/2) / s at the atom, f is sin(wx) below and cos(w (1 - x)) above
    it, and w is a root of the condition that both fit.
    """
    def misfit(w):
        slope = w * np.cos(0.5 * w) - 0.3 / 0.7 * w**2 * np.sin(0.5 * w)
        return slope * np.cos(0.5 * w) - w * np.sin(0.5 * w) ** 2

    w = np.linspace(1e-3, 400.0, 400_000)
    signs = misfit(w)
    roots = np.array([brentq(misfit, w[i], w[i + 1], xtol=1e-15) for i in np.flatnonzero(signs[:-1] * signs[1:] < 0.0)])
    return _row("min(x, y), an atom and uniform", np.minimum, MIXED, MIXED, 0.7 / roots[:60] ** 2,
                "a differential equation with a jump", beyond=None, tags="kink", accuracy=1e-14)


def _moment_of_mixed(k):
    return 0.3 * 0.5**k + 0.7 / (k + 1.0)


_ATOMS = (
    _row("Poisson pair, mean 3", exact.poisson_pair_kernel(0.5, 3.0), _POISSON_LAW, _POISSON_LAW,
         exact.poisson_pair(0.5, 30), "exact.poisson_pair", beyond=None, accuracy=1e-13),
    _row("binomial pair, 20 trials", exact.binomial_pair_kernel(0.5, 20, 0.3), _BINOMIAL_LAW, _BINOMIAL_LAW,
         exact.binomial_pair(0.5, 20), "exact.binomial_pair", beyond=None, accuracy=1e-13),
    _row("tanh(xy), two samples", lambda x, y: np.tanh(x * y), Empirical(_SAMPLES[0]), Empirical(_SAMPLES[1]),
         _of_matrix(np.tanh(np.outer(*_SAMPLES)) / math.sqrt(40 * 55)), "numpy.linalg.svd", beyond=None,
         accuracy=1e-14),
    _colours(),
    _jump_at_atoms(),
    _counts_of_a_gamma_law(),
    _row("x + y, an atom and uniform", lambda x, y: x + y, MIXED, MIXED,
         _moments(_moment_of_mixed, _moment_of_mixed, _SUM), "moments", rank=2),
    _min_of_mixed(),
)

# The newer random variables of scipy.stats came with 1.15, and the logistic one later.
_NEWER = (scipy.stats.Logistic if hasattr(scipy.stats, "Logistic") else scipy.stats.logistic)()
_FOREIGN = {name: as_measure(law, "law") for name, law in (
    ("weibull_min(1/2)", scipy.stats.weibull_min(0.5)), ("loggamma(0.3)", scipy.stats.loggamma(0.3)),
    ("chi2(1)", scipy.stats.chi2(1)), ("cauchy", scipy.stats.cauchy(1.0, 2.0)), ("levy", scipy.stats.levy()),
    ("arcsine", scipy.stats.arcsine(2.0, 3.0)), ("pareto(5)", scipy.stats.pareto(5.0)), ("Logistic()", _NEWER))}


def _under_scipy():
    """Kernels under distributions of scipy.stats: singular and heavy ends, and a random variable."""
    for name in ("weibull_min(1/2)", "loggamma(0.3)", "chi2(1)", "cauchy", "levy", "arcsine"):
        yield _row(f"(x > y), scipy.stats.{name}", lambda x, y: x > y, _FOREIGN[name], _FOREIGN[name],
                   exact.heaviside_difference(60), "exact.heaviside_difference",
                   beyond=_beyond(2, 60) / math.pi**2, tags="jump")
    weibull, pareto, logistic = (_FOREIGN[name] for name in ("weibull_min(1/2)", "pareto(5)", "Logistic()"))
    yield _row("min(F(x), F(y)), scipy.stats.weibull_min(1/2)",
               lambda x, y: np.minimum(*(-np.expm1(-np.sqrt(z)) for z in np.broadcast_arrays(x, y))), weibull, weibull,
               exact.min_cdf(60), "exact.min_cdf", beyond=_beyond(4, 60) / math.pi**4, tags="kink")
    yield _row("xy, scipy.stats.pareto(5)", lambda x, y: x * y, pareto, pareto, [5.0 / 3.0], "moments", rank=1)
    yield _row("exp(-|x - y|), scipy.stats.Logistic()", lambda x, y: np.exp(-np.abs(x - y)), logistic, logistic,
               2.0 / (np.arange(1.0, 61.0) + 1.0) / (np.arange(1.0, 61.0) + 2.0), "as under the logistic density above",
               beyond=None, tags="kink")


MEASURED: tuple[Problem, ...] = (*_jumps(), *_distribution_functions(), *_products(), *_FINITE, *_CLOSED,
                                 *_ATOMS, *_under_scipy())
