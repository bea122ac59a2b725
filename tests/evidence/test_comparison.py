"""Answers held against the kernel on other rules: values alone where that is enough, images where it is not."""

import math
from dataclasses import replace

import numpy as np
import pytest
from quiet import quietly

from opsvd import Gaussian, HermiteGalerkin, Kernel, ProductIntegration, Uniform
from opsvd._support.budget import Budget
from opsvd.operator.problem import Problem


def solved(h, method, rtol=1e-10):
    """The last discretisation of a method, and its singular system."""
    *_, discretisation = method.discretisations(Problem(Kernel(h), Gaussian(), Gaussian(), rtol))
    return discretisation, discretisation.system


def test_a_small_remainder_is_evidence_enough():
    """cos(xy): pointwise values alone; the norm of the kernel is exact."""
    discretisation, system = solved(lambda x, y: np.cos(x * y), HermiteGalerkin(95), 1e-8)
    evidence = discretisation.evidence(system)
    assert evidence.images is None
    assert evidence.remainder < 1e-8
    assert evidence.norm == pytest.approx(math.sqrt(0.5 + 0.5 / math.sqrt(5.0)), rel=1e-12)


def test_where_it_is_large_images_are_taken():
    """(x > y): the remainder is a percent of the norm, the images of the leading functions are exact."""
    discretisation, system = solved(lambda x, y: x > y, ProductIntegration())
    evidence = discretisation.evidence(system)
    assert evidence.remainder > 1e-3
    assert evidence.images is not None
    errors = evidence.bars()
    exact = 2.0 / ((2.0 * np.arange(1, len(errors) + 1) - 1.0) * np.pi)
    assert (errors[:5] < 1e-10).all()
    assert (np.abs(system.values - exact) <= errors).all()


def test_what_is_left_beside_the_leading_functions_is_no_less_than_the_next_value():
    """(x > y): its norm is looked at beside some numbers of functions, and tells more than the sum of two bounds."""
    problem = Problem(Kernel(lambda x, y: x > y), Gaussian(), Gaussian())
    discretisation = next(iter(ProductIntegration().discretisations(problem)))
    system = discretisation.system
    evidence = replace(discretisation.evidence, rtol=1e-14, wanted=100)(system)
    looked_at = np.flatnonzero(np.isfinite(evidence.complement))
    following = 2.0 / ((2.0 * looked_at + 3.0) * np.pi)
    beyond = evidence.beside()[looked_at] - following
    assert len(looked_at) > 20
    assert (evidence.complement[looked_at] >= following).all()
    assert (beyond[:8] < 1e-6).all()    # where T on panels is all that there is
    assert (beyond[:16] < evidence.operator_norm).all()
    # The sum of the two bounds, as long as the values are known.
    assert (beyond[:32] <= 1.5 * evidence.operator_norm + 1e-6).all()


def test_without_budget_for_images_the_bars_are_wide():
    """Enough for pointwise values, not for slices: an answer all the same."""
    discretisation, system = solved(lambda x, y: x > y, ProductIntegration())
    comparison = discretisation.evidence
    counted = comparison.kernel.limited(Budget(10**9, math.inf))
    # Pointwise values are enough for this rtol.
    replace(comparison, kernel=counted, rtol=0.9)(system)
    limited = comparison.kernel.limited(Budget(counted.evaluations + 1000, math.inf))
    evidence = replace(comparison, kernel=limited)(system)
    assert evidence.images is None
    assert (evidence.bars() > 1e-4).all()


def norm_of_tent(rate, kink):
    """Of exp(-rate |x - kink|) on the unit interval."""
    return math.sqrt((2.0 - math.exp(-2.0 * rate * kink) - math.exp(-2.0 * rate * (1.0 - kink))) / (2.0 * rate))


def has_true_bar(rates, kinks, rtol, method):
    """Whether the value of exp(-a |x - c| - b |y - d|) is within its bar."""
    (a, b), (c, d), unit = rates, kinks, Uniform()
    svd = quietly(lambda x, y: np.exp(-a * np.abs(x - c)) * np.exp(-b * np.abs(y - d)), unit, unit, rtol=rtol,
                  method=method)
    truth = norm_of_tent(a, c) * norm_of_tent(b, d)
    return abs(svd.singular_values[0] - truth) <= svd.errors[0] + 1e-15


@pytest.mark.parametrize(("rates", "kinks", "rtol", "method"), [
    ((5.972045414885048, 2.237689499522351), (0.1954, 0.8649), 1e-3, "panels"),
    ((4.411285828943624, 5.62632827637358), (0.1303, 0.7199), 1e-6, "uniform")])
def test_kinks_within_panels_have_true_bars(rates, kinks, rtol, method):
    """All rules see a part of what is left at a kink, and their integrals of it agree on less than there is."""
    assert has_true_bar(rates, kinks, rtol, method)


@pytest.mark.thorough    # seconds
def test_random_kinks_within_panels_have_true_bars():
    """Of 100 one had a bar too small before."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        rates, kinks, rtol = rng.uniform(0.5, 6.0, 2), rng.uniform(0.02, 0.98, 2).round(4), 10.0 ** -rng.integers(1, 9)
        assert has_true_bar(rates, kinks, rtol, "panels")


@pytest.mark.parametrize(("size", "truth"), [(1.0, (0.567667895, 0.432329502)), (0.1, (0.567667667, 0.432332072))])
def test_a_flank_that_few_nodes_see_leads_to_its_bump(size, truth):
    """A bump of width 0.01 beside cos(x - y): nodes met its flanks, and bars were too small by 3.3 and 1.7."""
    def h(x, y):
        return np.cos(x - y) + size * np.exp(-((x - 1.7) ** 2 + (y + 2.3) ** 2) / (2.0 * 0.01**2))

    svd = quietly(h, method="polynomials", rtol=1e-3)    # truth: Gauss-Legendre panels that shrink towards the bump
    assert (np.abs(svd.singular_values[:2] - truth) <= svd.errors[:2]).all()
    # Its norm: half of the area where it is one, as a part of the mass.
    norm = size * 0.01 * np.sqrt(np.pi * np.exp(-0.5 * (1.7**2 + 2.3**2)) / (2.0 * np.pi))
    assert norm <= svd.tail <= 5.0 * norm
