"""Tests of opsvd.evidence.pairs: the remainder at random pairs of points."""

import numpy as np
import pytest
from quiet import quietly
from scipy.stats import norm

from opsvd import Beta, Gaussian, StudentT, Uniform
from opsvd._support.budget import Budget
from opsvd.bases import PanelBasis
from opsvd.evidence.pairs import (
    answer_by_values,
    answer_of,
    pairs_for,
    seconds_at_a_pair,
    seen_at_pairs,
    seen_by_pairs_alone,
    stratified_rule,
)
from opsvd.kernels import Kernel
from opsvd.methods import Polynomials
from opsvd.operator.discretisation import Discretisation, galerkin_block
from opsvd.operator.problem import Problem
from opsvd.probing.random_pairs import RandomPairs
from opsvd.quadrature import composite_gauss_legendre

LINES = (Gaussian(1.0, 2.0), Uniform(-1.0, 3.0), Beta(0.5, 0.5), StudentT(3.0))


def system_of(h, degree, mu=None):
    """The problem of a kernel, and the singular system of polynomials to some degree."""
    mu = Gaussian() if mu is None else mu
    problem = Problem(Kernel(h, measures=(mu, mu)), mu, mu)
    return problem, next(Polynomials(degree).discretisations(problem)).system


@pytest.mark.parametrize("degree", [1, 3, 5])
def test_the_size_of_the_remainder_is_found(degree):
    """Of exp(xy / 4), whose values are s_i = c r^i: the energy of those that are left out, to a tenth."""
    problem, system = system_of(lambda x, y: np.exp(0.25 * x * y), degree)
    seen = seen_at_pairs(RandomPairs(problem.kernel, problem.lines), problem.domain, answer_of(system), 10_000)
    # Hermite coefficients of exp(cxy) to degree 40 give the energy beyond a projection of both variables.
    _, whole = system_of(lambda x, y: np.exp(0.25 * x * y), 40)
    beyond = np.sqrt(np.sum(whole.values**2) - np.sum(system.values**2))
    assert seen.size == pytest.approx(np.linalg.norm(whole.values), rel=0.05)
    assert seen.remainder == pytest.approx(beyond, rel=0.15)


def test_what_few_pairs_carry_is_taken_to_be_larger():
    """A feature that is seen at one pair or two may be one that is met by chance: the remainder has a margin."""
    problem, system = system_of(lambda x, y: np.cos(x - y) + np.exp(-((x - 1.0) ** 2 + y**2) / (2.0 * 0.05**2)), 40)
    true = 0.05 * np.sqrt(np.pi) * (2.0 * np.pi) ** -0.5 * np.exp(-0.25)    # the norm of the feature
    seen = [seen_at_pairs(RandomPairs(problem.kernel, problem.lines), problem.domain, answer_of(system), count)
            for count in (1000, 4000, 50_000)]
    assert all(one.remainder > 0.5 * true for one in seen)


def test_what_pairs_tell_roughly_is_within_what_they_are_unsure_of():
    """Of sixty bumps that some ten to fifty pairs carry, none is larger than the norm that is seen, with its bar."""
    rng, mu, short = np.random.default_rng(0), Uniform(0.0, 1.0), 0
    for a, b in rng.uniform(0.2, 0.8, (60, 2)):
        kernel = Kernel(lambda x, y, a=a, b=b: 0.0 * (x + y) + (np.hypot(x - a, y - b) < 0.05), measures=(mu, mu))
        problem = Problem(kernel, mu, mu)
        nothing = answer_by_values(lambda t, u: 0.0 * t, 1e-3)
        seen = seen_at_pairs(RandomPairs(problem.kernel, problem.lines), problem.domain, nothing, 3000)
        true = 0.05 * np.sqrt(np.pi)
        short += seen.remainder < true
        assert true <= seen.remainder + seen.unsure <= 2.0 * true
    assert short > 0    # which is why there is a bar


@pytest.mark.parametrize("width", [0.005, 0.02, 0.1])
def test_a_flank_of_a_bump_leads_to_its_middle(width):
    """Pairs at a distance of five widths, where h is off by 4e-6, are enough: half of the norm is seen, or more."""
    mu = Gaussian()
    problem, system = system_of(np.multiply, 1)
    kernel = Kernel(lambda x, y: x * y + np.exp(-((x - 1.7) ** 2 + (y + 2.3) ** 2) / (2.0 * width**2)))
    pairs = RandomPairs(kernel, problem.lines)
    pairs.draw_around(problem.domain, (1.7 + 5.0 * width, -2.3), 10)
    seen = seen_at_pairs(pairs, problem.domain, answer_of(system), 500)
    true = width * np.sqrt(np.pi) * mu.sqrt_density(1.7) * mu.sqrt_density(-2.3)
    assert 0.5 * true <= seen.remainder <= 2.0 * true


def test_nothing_is_told_where_h_is_zero_at_all_pairs():
    """None, and not a remainder of zero."""
    problem, system = system_of(lambda x, y: np.where((np.abs(x - 3.0) < 1e-3) & (np.abs(y) < 1e-3), 1.0, 0.0), 5)
    assert seen_at_pairs(RandomPairs(problem.kernel, problem.lines), problem.domain, answer_of(system), 500) is None


@pytest.mark.parametrize("size", [0.0, 0.5])
def test_an_answer_without_functions(size):
    """All of h is left, as of an answer of rank zero, or half of it is, where the answer is known by values alone."""
    problem, _ = system_of(lambda x, y: np.cos(x - y) * (np.abs(y - x**2) < 0.5), 5)

    def values(t, u):
        return size * problem.kernel.finite_beside(t, u) * np.exp(-0.25 * (t**2 + u**2)) / np.sqrt(2.0 * np.pi)

    pairs = RandomPairs(problem.kernel, problem.lines)
    seen = seen_at_pairs(pairs, problem.domain, answer_by_values(values, 1e-3), 2000)
    assert seen.remainder == pytest.approx((1.0 - size) * seen.size)


@pytest.mark.parametrize("mu", LINES, ids=repr)
def test_a_stratified_rule_integrates(mu):
    """Means of a smooth function of the coordinate, to a percent; and so does every third of its nodes, to a tenth."""
    interval = mu.box(1e-8)
    t, weights = np.polynomial.legendre.leggauss(400)
    nodes = 0.5 * (interval[1] - interval[0]) * (t + 1.0) + interval[0]
    density = 0.5 * (interval[1] - interval[0]) * weights * mu.sqrt_density(nodes) ** 2
    rule = stratified_rule(mu, interval, 300, np.random.default_rng(0))
    for part, rel in ((rule, 0.01), (rule.every(3, 1), 0.1)):
        mean = part.weights @ np.cos((part.nodes - mu.center) / mu.scale)
        assert mean == pytest.approx(density @ np.cos((nodes - mu.center) / mu.scale), rel=rel)


@pytest.mark.parametrize("panels", [1, 30, 60, 250])
def test_strips_are_seen_beside_few_points(panels):
    """Of 1 + xy nothing is left, however many of 4,096 points lie in a panel; of a strip of a thousandth, its size."""
    mu = Uniform(0.0, 1.0)
    problem = Problem(Kernel(lambda x, y: 1.0 + x * y), mu, mu)
    basis = PanelBasis(mu, np.linspace(0.0, 1.0, panels + 1) ** (1.0 if panels != 60 else 3.0), 2)
    system = Discretisation((galerkin_block(problem, basis, basis),), lambda _: None, "").system
    assert seen_by_pairs_alone(problem.kernel, problem.domain, system, 1e-14) == 0.0
    for a, b in ((1.0, 0.0), (0.0, 1.0)):
        strip = Kernel(lambda x, y, a=a, b=b: 1.0 + x * y + (np.abs(a * x + b * y - 0.7111) < 5e-4))
        assert 0.5 * 1e-3**0.5 < seen_by_pairs_alone(strip, problem.domain, system, 1e-14) < 4.0 * 1e-3**0.5


def test_the_pairs_are_what_a_budget_affords():
    """A quarter of the evaluations, or another share, or what takes 5 % of the seconds, between 200 and 100 000."""
    kernel = Kernel(lambda x, y: x * y)
    assert pairs_for(kernel) == 100_000
    assert pairs_for(kernel.limited(Budget(8000))) == 2000
    assert pairs_for(kernel.limited(Budget(8000)), 700, 0.1) == 700
    assert pairs_for(kernel.limited(Budget(8000)), share=0.1) == 800
    assert pairs_for(kernel.limited(Budget(100))) == 200
    slow = Budget(10**9, 20.0)
    slow.prices.note(1, 1e-3)
    assert pairs_for(kernel.limited(slow)) == 1000
    assert pairs_for(kernel.limited(Budget(seconds=2.0)), seconds_each=1e-5) == 10_000
    system = system_of(lambda x, y: np.tanh(x * y), 9)[1]
    assert seconds_at_a_pair(system) == pytest.approx(3e-10 * 2 * 10 * len(system.values))


@pytest.mark.thorough
@pytest.mark.parametrize(("centre", "width", "size", "steepness", "along_x"), [
    (0.66306, 0.00448, 0.00688, 6.247, False), (0.46840, 0.00105, 0.00385, 5.116, True),
    (0.85214, 0.00085, 0.00320, 13.418, False), (0.55098, 0.00166, 0.000264, 5.063, False)])
def test_a_strip_beside_a_steep_kernel(centre, width, size, steepness, along_x):
    """All nodes of panels and of their checks lie beside it, and bars were a millionth of what they are to be."""
    def h(x, y):
        strip = np.abs((x if along_x else y) - centre) < width
        return np.tanh(steepness * (x - y)) + size * np.where(strip, np.cos(y if along_x else x), 0.0)

    grid = np.linspace(-8.5, 8.5, 101)
    ends = np.union1d(grid, [centre - width, centre + width])
    (x, w_x), (y, w_y) = (composite_gauss_legendre(edges, 16) for edges in ((ends, grid) if along_x else (grid, ends)))
    roots = np.sqrt(np.multiply.outer(w_x * norm.pdf(x), w_y * norm.pdf(y)))
    exact = np.linalg.svd(roots * h(x[:, None], y), compute_uv=False)
    svd = quietly(h)
    assert svd.rank >= 1
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors + 1e-11).all()


@pytest.mark.parametrize(("a", "b", "c", "limit"), [
    (3.392, 3.551, 0.866, 1515), (3.421, 3.203, 0.881, 1404), (3.567, 3.188, 0.109, 1809), (3.599, 3.506, 2.28, 1973),
    (1.762, 2.242, 0.448, 4781), (1.562, 2.583, 0.546, 4364), (2.481, 2.679, 2.66, 9293),
    pytest.param(3.302, 3.24, 0.19, 6175, marks=pytest.mark.thorough)])
def test_a_corner_that_nodes_met_and_few_pairs_would(a, b, c, limit):
    """1 + c (x > a)(y > b), whose values are those of two by two: functions are large there, and so pairs are there."""
    p, q = norm.sf(a), norm.sf(b)
    left, right = (np.linalg.cholesky(np.array([[1.0, mass], [mass, mass]])) for mass in (p, q))
    known = np.append(np.linalg.svd(left.T @ np.diag([1.0, c]) @ right, compute_uv=False), np.zeros(99))
    svd = quietly(lambda x, y: 1.0 + c * ((x > a) & (y > b)), max_evaluations=limit)
    assert svd.rank >= 1
    assert (np.abs(svd.singular_values - known[:svd.rank]) <= svd.errors).all()
