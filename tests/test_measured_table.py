"""The table of problems under measures that are not Gaussian: values, error bars, and where kernels are evaluated."""

import numpy as np
import pytest
from measured_problems import LAWS, MEASURED
from numpy.testing import assert_allclose
from quiet import quietly
from solutions import bars_hold, compared, tail_holds

import opsvd
from opsvd.measures import MEASURES, Gaussian, LineMeasure
from opsvd.measures.tabulated import Tabulated

# The tolerances besides 1e-10 at which bars are to be true.
LOOSER = (1e-4, 1e-8)
# They take half a second and more each, or are a jump under a law that is like another.
SLOW = {"log|x - y|, arcsine law", "Poisson kernel, r = 0.9", "(xy > 1), StudentT(1)", "(|xy| > 1), StudentT(1)",
        "(xy > 1), StudentT(1) and its half", "(x > y), Beta(2, 0.3)", "exp(-|x - y|), scipy.stats.Logistic()",
        "min(F(x), F(y)), scipy.stats.weibull_min(1/2)", "(x > y), scipy.stats.loggamma(0.3)",
        "(x > y), Beta(0.4, 1) and uniform", "|F(x) - F(y)|, Beta(1/2, 1)", "(x > y), scipy.stats.chi2(1)",
        "(x > y), scipy.stats.arcsine", "(x > y), Beta(1/2, 1/2)", "min(x, y), Beta(0.4, 1)", "(x > y), Exponential(2)",
        "(x > y), LogNormal", "(x > y), logistic", "(x > y), triangle", "(x > y), Gamma(2.5, 2)",
        "(x > y), StudentT(3)"}


def supported(h, mu_x, mu_y):
    """The kernel h, which raises outside the supports."""
    ends = mu_x.support, mu_y.support

    def checked(x, y):
        for points, (low, high) in zip((x, y), ends, strict=True):
            if np.min(points) < low or np.max(points) > high:
                raise AssertionError(f"h was called at {np.min(points)!r} to {np.max(points)!r}")
        return h(x, y)

    return checked


def solved(problem, rtol):
    """Decompose a kernel that raises outside its support; a missed tolerance is left to the status."""
    h = supported(problem.h, problem.mu_x, problem.mu_y)
    return quietly(h, problem.mu_x, problem.mu_y, rtol=rtol, max_seconds=1e4, max_evaluations=80_000_000)


def test_the_table_has_forty_rows_and_every_measure():
    """Names are unique; every measure on the line is in a row, but the Gaussian."""
    names = [problem.name for problem in MEASURED]
    assert len(names) == len(set(names)) >= 40
    used = {type(measure) for problem in MEASURED for measure in (problem.mu_x, problem.mu_y)}
    kinds = {kind for kind in MEASURES.values() if issubclass(kind, LineMeasure)}
    assert used >= kinds - {Gaussian, Tabulated}    # tables are densities that were loaded


@pytest.mark.parametrize("problem", [p for p in MEASURED if p.tail_energy is not None], ids=str)
def test_the_values_account_for_the_energy(problem):
    """The sum of their squares is a mean of h^2 over random pairs, to six of its deviations."""
    rng, n = np.random.default_rng(3), 20_000
    squares = np.square(1.0 * problem.h(problem.mu_x.sample(n, rng), problem.mu_y.sample(n, rng)))
    spread = 6.0 * float(np.std(squares)) / np.sqrt(n)
    assert abs(float(np.sum(problem.exact**2)) + problem.tail_energy - float(np.mean(squares))) <= spread + 1e-12


@pytest.mark.parametrize("problem", [
    pytest.param(problem, marks=[pytest.mark.thorough] if problem.name in SLOW else [], id=str(problem))
    for problem in MEASURED])
def test_values_and_bars(problem):
    """At rtol = 1e-10: six leading values to 1e-10 s_1, within their bars, and h is never called outside."""
    svd = solved(problem, 1e-10)
    computed, exact = compared(svd, problem)
    assert svd.rank >= min(6, len(problem.exact))
    assert_allclose(computed[:6], exact[:6], rtol=0, atol=1e-10 * exact[0])
    assert bars_hold(svd, problem)
    assert tail_holds(svd, problem)
    assert svd.converged


@pytest.mark.thorough
@pytest.mark.parametrize(("problem", "rtol"), [pytest.param(problem, LOOSER[i % 2], id=str(problem))
                                               for i, problem in enumerate(MEASURED[::2])])
def test_bars_are_true_at_other_tolerances(problem, rtol):
    """Whatever is asked for: one of two tolerances each."""
    svd = solved(problem, rtol)
    assert bars_hold(svd, problem)
    assert tail_holds(svd, problem)


@pytest.mark.parametrize("name", LAWS)
def test_functions_are_orthonormal_under_samples(name):
    """Singular functions take points: their products have means that are those of orthonormal functions."""
    law = LAWS[name]
    svd = opsvd.decompose(lambda x, y: np.exp(-np.abs(np.arctan(x) - np.arctan(y))), law, law, rtol=1e-4, max_rank=3)
    values = svd.left(law.sample(10_000, np.random.default_rng(1)))
    gram = values.T @ values / len(values)
    spread = np.std(values[:, :, None] * values[:, None], axis=0) / np.sqrt(len(values))
    assert (np.abs(gram - np.eye(3)) <= 6.0 * spread + 1e-9).all()
