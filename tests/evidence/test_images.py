"""Images of computed singular functions: they confirm what is right, and see whatever is wrong."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Gaussian, Kernel, ProductIntegration, Uniform
from opsvd.evidence.images import Images, images, telling_slices
from opsvd.methods import UniformPanels
from opsvd.operator.problem import Problem
from opsvd.operator.singular_functions import Part, SingularFunctions
from opsvd.probing.domain import weighted_samples
from opsvd.probing.slice_splitter import slice_integrals
from opsvd.quadrature import Rule


def problem_of(h, rtol=1e-10):
    """A kernel under standard Gaussians."""
    return Problem(Kernel(h), Gaussian(), Gaussian(), rtol)


def images_of(problem, discretisation, system, outside=0.0) -> Images:
    """Images, with random points of the measures to hold the slices against."""
    rng, spots = np.random.default_rng(0), []
    for measure in (system.left.measure, system.right.measure):
        points = measure.sample(200, rng)
        density = measure.sqrt_density(points)
        spots.append(Rule(points, 1.0 / (np.sqrt(200.0) * density), density))
    seen = discretisation.evidence
    samples = weighted_samples(problem.kernel, seen.domain, *spots)
    return images(problem.kernel, seen.domain, seen.checks[0], system, problem.rtol, outside=outside,
                  hidden=seen.known.hidden, spots=tuple(spots), samples=samples)


@pytest.fixture(scope="module")
def solved():
    """(x > y), discretised, with its singular system."""
    problem = problem_of(lambda x, y: x > y)
    *_, discretisation = ProductIntegration().discretisations(problem)
    return problem, discretisation, discretisation.system


def altered(functions, change):
    """Singular functions with other coefficients."""
    ((basis, coefficients, _),) = functions.parts
    coefficients = change(coefficients)
    return SingularFunctions((Part(basis, coefficients, np.arange(coefficients.shape[1])),))


def test_true_triplets_have_no_residual(solved):
    """Of the leading ones, residuals are far below the remainder, and couplings are rounding."""
    problem, discretisation, system = solved
    found = images_of(problem, discretisation, system)
    assert found.residual[5] < 1e-6
    assert found.coupling[5] < 1e-11
    assert (np.diff(found.residual) >= 0.0).all()
    assert (np.diff(found.coupling) >= 0.0).all()
    assert (found.coupling <= found.residual * (1.0 + 1e-12)).all()


def test_a_wrong_value_is_seen(solved):
    """s_3 off by 1e-4: from the third on, residual and coupling are that."""
    problem, discretisation, system = solved
    values = system.values.copy()
    values[2] += 1e-4
    found = images_of(problem, discretisation, replace(system, values=values))
    assert found.coupling[1] < 1e-11
    assert found.coupling[2] == pytest.approx(1e-4, rel=1e-6)
    assert found.residual[2] == pytest.approx(1e-4, rel=1e-2)


def test_a_wrong_function_is_seen(solved):
    """f_1 and f_2 turned into each other by 1e-4, on one side alone: both norms are of that size."""
    problem, discretisation, system = solved
    rotation = np.eye(len(system.values))
    rotation[0, 1], rotation[1, 0] = 1e-4, -1e-4
    wrong = replace(system, left=altered(system.left, lambda coefficients: coefficients @ rotation))
    found = images_of(problem, discretisation, wrong)
    assert found.coupling[1] > 1e-5
    assert found.residual[0] > 1e-5


def test_a_function_that_is_missing_a_part_is_seen(solved):
    """g_1 with a trace of what is orthogonal to all leading functions: no coupling, but a residual."""
    problem, discretisation, system = solved

    def polluted(coefficients):
        coefficients = coefficients.copy()
        coefficients[:, 0] += 1e-3 * coefficients[:, 20]
        return coefficients

    found = images_of(problem, discretisation, replace(system, right=altered(system.right, polluted)))
    assert found.coupling[4] < 1e-5
    assert found.residual[0] > 1e-4


def test_few_slices_stand_for_all_and_hold_what_a_single_one_shows():
    """Of 300 random slices, 92: each where much is left, and of the others a fifth, whose mean is that of all."""
    rng = np.random.default_rng(0)
    remainder = rng.standard_normal((300, 50))
    strips = np.sort(rng.choice(300, 40, replace=False))
    remainder[strips] *= 10.0
    samples, rule = rng.standard_normal((300, 50)), Gaussian().rule(rng.standard_normal(300), np.full(300, 1.0 / 300.0))
    fewer, seen = telling_slices(rule, samples, remainder)
    assert len(fewer) == 92
    assert np.isin(rule.nodes[strips], fewer.nodes).all()
    assert np.sum(fewer.sqrt_lebesgue**2) == pytest.approx(1.0, rel=1e-12)
    where = np.array([int(np.flatnonzero(rule.nodes == node)[0]) for node in fewer.nodes])
    factors = fewer.sqrt_lebesgue / rule.sqrt_lebesgue[where]
    np.testing.assert_allclose(seen, factors[:, None] * samples[where], rtol=1e-14)
    assert (factors[np.isin(where, strips)] == 1.0).all()


def test_a_smaller_kernel_is_seen(solved):
    """Triplets of (x > y) are none of (x > y + 0.01): what is held against the kernel is the kernel."""
    _, discretisation, system = solved
    found = images_of(problem_of(lambda x, y: x > y + 0.01), discretisation, system)
    assert found.residual[0] > 1e-3


@pytest.mark.thorough
def test_what_slices_leave_unresolved_is_part_of_it(monkeypatch):
    """Noise: no bar can rest on integrals of it."""
    monkeypatch.setattr("opsvd.evidence.images.slice_integrals", partial(slice_integrals, budget=100_000))
    problem = problem_of(lambda x, y: np.modf(np.sin(12.9898 * x + 78.233 * y) * 43758.5453)[0], 1e-4)
    (discretisation,) = UniformPanels(6).discretisations(problem)
    found = images_of(problem, discretisation, discretisation.system)
    assert found.residual[0] > 0.1
    assert found.coupling[0] > 0.1


def test_what_lies_outside_the_domain_is_bounded(solved):
    """Images are continued beyond the domain by their decay, but by no more than the norm of the kernel there."""
    problem, discretisation, system = solved
    seen = discretisation.evidence
    near = replace(discretisation, evidence=replace(seen, domain=replace(seen.domain, x=(-2.0, 2.0))))
    assert images_of(problem, near, system, outside=1.0).residual[0] > 1e-2
    inside = images_of(problem, discretisation, system).residual
    outside = images_of(problem, discretisation, system, outside=1e-3).residual
    assert (outside >= inside).all()
    assert (outside <= np.hypot(inside, 1e-3) * (1.0 + 1e-12)).all()


@pytest.mark.thorough
def test_a_kink_within_equal_panels():
    """Of min(max(x, 0.954), y) the rule of the bases and that of the check are wrong alike, by a third of the error."""
    def h(x, y):
        return np.minimum(np.maximum(x, 0.954), y)

    mu_x, mu_y = Uniform(-1.0, 2.0), Uniform(-2.0, 1.0)
    fine = opsvd.decompose(h, mu_x, mu_y, rtol=1e-8)
    coarse = quietly(h, mu_x, mu_y, method=opsvd.UniformPanels(4), rtol=1e-8)
    apart = np.abs(coarse.singular_values[0] - fine.singular_values[0])
    assert 1e-7 < apart <= coarse.errors[0] < 1e-3
