"""Kernels that grow along tails whose last points floats do not tell apart: bars, or a refusal."""

import math

import numpy as np
import pytest
from quiet import quietly
from scipy.special import beta, gamma

import opsvd
from opsvd import Beta, Density, Gamma, LogNormal, Mixture, NotSquareIntegrableError, Pushforward, StudentT, Uniform

ARCSINE, UNIT = Beta(0.5, 0.5), Uniform()
PARETO = Density(lambda x: 0.5 * x**-1.5, (1.0, math.inf))


def arcsine_norm(a):
    """The norm of x^-a, or (1 - x)^-a, under the arcsine law on [0, 1]."""
    return math.sqrt(beta(0.5, 0.5 - 2.0 * a) / beta(0.5, 0.5))


FINITE = {
    "x, 2.5 degrees of freedom": (lambda x: x, StudentT(2.5), math.sqrt(5.0), 1e-9),
    "x, 2.1 degrees of freedom": (lambda x: x, StudentT(2.1), math.sqrt(21.0), 1e-9),
    "x, 2.05 degrees of freedom": (lambda x: x, StudentT(2.05), math.sqrt(41.0), 1e-4),
    "x, 2.01 degrees of freedom": (lambda x: x, StudentT(2.01), math.sqrt(201.0), None),
    "x, 2.001 degrees of freedom": (lambda x: x, StudentT(2.001), math.sqrt(2001.0), None),
    "x^-0.2, arcsine": (lambda x: x**-0.2, ARCSINE, arcsine_norm(0.2), 1e-9),
    "x^-0.24, arcsine": (lambda x: x**-0.24, ARCSINE, arcsine_norm(0.24), 1e-4),
    "x^-0.245, arcsine": (lambda x: x**-0.245, ARCSINE, arcsine_norm(0.245), 0.1),
    "(1 - x)^-0.1, arcsine": (lambda x: (1.0 - x) ** -0.1, ARCSINE, arcsine_norm(0.1), 1e-2),
    "(1 - x)^-0.2, arcsine": (lambda x: (1.0 - x) ** -0.2, ARCSINE, arcsine_norm(0.2), None),
    "(1 - x)^-0.24, arcsine": (lambda x: (1.0 - x) ** -0.24, ARCSINE, arcsine_norm(0.24), None),
    "x^-0.14, Gamma(0.3)": (lambda x: x**-0.14, Gamma(0.3), math.sqrt(gamma(0.02) / gamma(0.3)), 1e-4),
    "x^-0.149, Gamma(0.3)": (lambda x: x**-0.149, Gamma(0.3), math.sqrt(gamma(0.002) / gamma(0.3)), None),
    "x^0.2, Pareto": (lambda x: x**0.2, PARETO, math.sqrt(5.0), 1e-9),
    "x, LogNormal(0, 10)": (lambda x: x, LogNormal(0.0, 10.0), math.exp(100.0), 1e-9),
    "x^-0.49, uniform": (lambda x: x**-0.49, UNIT, math.sqrt(50.0), None),
}
"""f, its measure, the norm of f, and the largest bar, relative to that; None if it may be as wide as it likes."""

INFINITE = {
    "x, 2 degrees of freedom": (lambda x: x, StudentT(2.0)),
    "x, 1.9 degrees of freedom": (lambda x: x, StudentT(1.9)),
    "x, 1.5 degrees of freedom": (lambda x: x, StudentT(1.5)),
    "x, Cauchy": (lambda x: x, StudentT(1.0, 3.0, 0.1)),
    "x, half a degree of freedom": (lambda x: x, StudentT(0.5)),
    "x^-1/4, arcsine": (lambda x: x**-0.25, ARCSINE),
    "(1 - x)^-1/4, arcsine": (lambda x: (1.0 - x) ** -0.25, ARCSINE),
    "(1 - x)^-0.3, arcsine": (lambda x: (1.0 - x) ** -0.3, ARCSINE),
    "x^-0.16, Gamma(0.3)": (lambda x: x**-0.16, Gamma(0.3)),
    "x^-0.3, Gamma(0.3)": (lambda x: x**-0.3, Gamma(0.3)),
    "x, LogNormal(0, 20)": (lambda x: x, LogNormal(0.0, 20.0)),
    "|x|^1/2, cube of Cauchy": (lambda x: np.sqrt(np.abs(x)), Pushforward(StudentT(1.0), lambda t: t**3, np.cbrt)),
    "x, a part is heavy": (lambda x: x, Mixture([StudentT(1.5), opsvd.Gaussian()], [0.1, 0.9])),
    "x^1/2, Pareto": (np.sqrt, PARETO),
}
"""f and a measure under which E[f^2] is infinite, or, in one case, no float."""


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.thorough if "(1 - x)^" in name or FINITE[name][3] is None else ())
    for name in FINITE])
def test_bars_hold_where_the_energy_decays_slowly(name):
    """The single value of f(x) is the norm of f; what floats do not reach is in its bar, or it is not given."""
    f, mu, true, largest = FINITE[name]
    svd = quietly(lambda x, y: f(x) + 0.0 * y, mu, UNIT, rtol=1e-8)
    assert np.all(np.abs(svd.singular_values - true)[:1] <= svd.errors[:1])
    assert abs(svd.norm.value - true) <= svd.norm.error
    if largest is not None:
        assert svd.rank == 1
        assert svd.errors[0] <= largest * true


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", INFINITE)
def test_an_infinite_energy_is_refused(name, turned):
    """In x or in y, by the words that say where."""
    f, mu = INFINITE[name]
    measures = (UNIT, mu) if turned else (mu, UNIT)
    h = (lambda x, y: f(y) + 0.0 * x) if turned else (lambda x, y: f(x) + 0.0 * y)
    with pytest.raises(NotSquareIntegrableError, match=r"h must be square-integrable.*E\[h\^2\] is infinite"):
        opsvd.decompose(h, *measures, rtol=1e-4)


def test_both_variables_at_once():
    """xy under the law of Cauchy, which is too large for floats besides, and max(x - y, 0) under a heavy one."""
    for h, mu in ((np.multiply, StudentT(1.0)), (lambda x, y: np.maximum(x - y, 0.0), StudentT(1.5))):
        with pytest.raises(NotSquareIntegrableError, match=r"along the tail of StudentT\(.*Decompose a kernel that"):
            opsvd.decompose(h, mu, mu)


@pytest.mark.parametrize("h", [lambda x, y: np.tanh(x) * y, lambda x, y: np.log1p(np.abs(x)) + y])
def test_slow_growth_is_not_taken_for_infinite(h):
    """Bounded functions, and logarithms, have norms under the heaviest tails."""
    svd = quietly(h, StudentT(0.5), UNIT, rtol=1e-4)
    assert svd.converged
