"""Functions on pieces that stand for dear kernels of one number: they are h, or pairs of points say that not."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from counted import Counted
from quiet import quietly

import opsvd
from opsvd._support.budget import Budget
from opsvd.kernels import Kernel
from opsvd.methods.ridge import RidgeLine
from opsvd.methods.stand_in import StandIn, stand_in
from opsvd.methods.uniform import UniformPanels
from opsvd.operator.problem import Problem
from opsvd.probing.structure import Structure
from opsvd.quadrature import Pieces

CAUCHY = opsvd.StudentT(1.0)


def dear(h, mu_x=None, mu_y=None, rtol=1e-8):
    """A problem whose kernel is dear, and has twenty thousand values."""
    budget = Budget(20_000)
    budget.dear = True
    mu_x, mu_y = mu_x or opsvd.Gaussian(), mu_y or opsvd.Gaussian()
    return Problem(Kernel(h, measures=(mu_x, mu_y)).limited(budget), mu_x, mu_y, rtol)


@pytest.mark.parametrize(("h", "measures"), [
    (lambda x, y: np.tanh(x * y), ()), (lambda x, y: np.abs(x * y - 1.0), ()),
    (lambda x, y: 1.0 / (1.0 + (x * y) ** 2), (CAUCHY, CAUCHY)),
    (lambda x, y: np.log(x * y), (opsvd.Exponential(), opsvd.Exponential())),
    (lambda x, y: np.where(x > 2.0 * y, 1.0, 0.0), ()),
    (lambda x, y: np.exp(-np.abs(x + 0.5 * y)), (opsvd.Gaussian(1.0, 2.0), opsvd.Gaussian(0.3, 0.7))),
    (lambda x, y: np.exp(0.3 * x * y - 2.0 * (x - 0.5 * y) ** 2 + y), ()),
], ids=["tanh", "kink of xy", "Cauchy", "positive", "jump", "kink", "Gaussian kernel"])
def test_it_is_h(h, measures):
    """At random points of the measures, from a few thousand values of h."""
    problem = dear(h, *measures)
    found = stand_in(problem)
    assert found is not None
    stand, moved, enough, _ = found
    assert enough
    assert not stand.given.dear
    assert 0.0 <= moved <= 0.5e-8 * problem.domain.norm * 1.5
    rng = np.random.default_rng(3)
    x, y = (measure.sample(2000, rng) for measure in (problem.mu_x, problem.mu_y))
    size = np.sqrt(np.mean(h(x, y) ** 2.0))
    np.testing.assert_allclose(stand.given(x, y), h(x, y), rtol=1e-7, atol=1e-7 * size)
    assert problem.budget.spent < 12_000


@pytest.mark.parametrize("h", [
    lambda x, y: np.exp(-np.abs(x - y)) + 1e-6 * np.sin(x), lambda x, y: np.tanh(x * y) + 1e-5 * (x > 0.5),
    lambda x, y: np.exp(1j * x * y), np.hypot, lambda x, y: np.exp(-np.hypot(x - y, 1.0) + 0.1 * x),
], ids=["x - y, nearly", "xy, nearly", "complex", "another", "x - y and x"])
def test_another_kernel_has_none(h):
    """What is not a function of one number, or is complex, or differs from one by more than the tolerance."""
    assert stand_in(dear(h)) is None


def test_what_a_small_term_does_is_in_the_bars():
    """exp(-|x - y|) with a term that is smaller than the tolerance, or larger, and is taken for a function of x - y."""
    def h(x, y):
        return np.exp(-np.abs(x - y)) + 1e-5 * np.sin(3.0 * x) * np.cos(y)

    for rtol in (1e-3, 1e-6):
        problem = dear(h, rtol=rtol)
        vars(problem).update(structure=Structure(linear_form=(1.0, -1.0)))
        found = stand_in(problem)
        stand, moved, enough, _ = found
        assert enough is (rtol == 1e-3)
        rng = np.random.default_rng(5)
        x, y = rng.standard_normal((2, 10_000))
        norm = np.sqrt(np.mean((h(x, y) - stand.given(x, y)) ** 2))
        assert 1e-6 < norm <= moved < 10.0 * norm


def test_values_are_paid_for_once_and_not_exceeded():
    """The values that h gives are those that the answer says, and no more than the limit, down to the least."""
    counted = Counted(lambda x, y: np.maximum(x - y, 0.0))
    for limit in (1000, 2000, 3000, 5000):
        counted.values = 0
        svd = quietly(counted, rtol=1e-6, max_rank=6, max_evaluations=limit)
        assert svd.evaluations <= counted.values <= limit
    assert svd.converged


def test_energy_beside_a_singular_line():
    """Of |zeta|^(-2/5), whose integral from -a to a is 10/3 a^(3/5): pieces that end there leave that, or less."""
    problem = dear(lambda x, y: np.abs(x - y) ** -0.4)
    line = RidgeLine(problem.kernel, *problem.gaussians, -1.0)
    ends = np.concatenate([[2.0], 2.0 * 0.5 ** np.arange(1, 42)])
    pieces = Pieces(np.sort(np.concatenate([-ends, ends])), np.zeros(0))
    # phi(zeta) = |sqrt(2) zeta|^(-2/5), by the factor (2 pi cos sin)^(-1/2) of 45 degrees.
    a = ends[-2]
    exact = 2.0**-0.2 * a**0.6 * 10.0 / 3.0 / np.sqrt(np.pi)
    assert 0.3 * exact <= line.hidden_norm(pieces) <= 3.0 * exact


@pytest.mark.parametrize("rtol", [1e-3, 1e-6])
def test_single_precision_takes_the_other_way(rtol):
    """Rounding of float32 leaves no smooth pieces: there is an answer all the same, with true bars."""
    svd = quietly(lambda x, y: np.tanh((x * y).astype(np.float32)), rtol=rtol, max_rank=3, max_evaluations=20_000)
    exact = quietly(lambda x, y: np.tanh(x * y), rtol=1e-9, max_rank=3).singular_values
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors).all()


def test_a_problem_with_another_kernel_keeps_what_is_known():
    """The domain and the structure are those of h, which took its values."""
    problem = dear(lambda x, y: np.sin(x * y))
    stand = stand_in(problem).problem
    assert stand.domain is problem.domain
    assert stand.structure is problem.structure
    assert replace(stand, rtol=1e-3).given is stand.given


@pytest.mark.parametrize(("bars", "asked"), [
    ([[0.3], [0.11], [0.1]], 2),                        # the second tells no more than the first
    ([[0.11], [0.11, 0.12], [0.11, 0.12], [0.1]], 3),   # the second tells more values than the first
    ([[], [], [0.11], [0.2], [0.12]], 5)])              # nothing is told at first, and then less
def test_no_more_is_asked_for_where_bars_are_what_stands_for_h(bars, asked):
    """The kernel differs by 0.1 from h, so that no bar is smaller, whatever is done for the kernel."""
    problem = dear(lambda x, y: np.cos(x - y))
    found = StandIn(problem, 0.1).discretisations(UniformPanels(2).discretisation(problem) for _ in range(9))
    next(found)
    heard = []

    def listen():
        for errors in bars:
            heard.append(errors)
            found.send(SimpleNamespace(errors=np.array(errors), singular_values=np.ones(len(errors))))

    with pytest.raises(StopIteration):
        listen()
    assert len(heard) == asked


def test_finer_answers_are_asked_for_where_the_tolerance_can_be_met():
    """The kernel differs by 0.1 from h, and bars of 0.12 are to be met."""
    problem = dear(lambda x, y: np.cos(x - y), rtol=0.12)
    found = StandIn(problem, 0.1).discretisations(UniformPanels(2).discretisation(problem) for _ in range(9))
    next(found)
    for error in (0.125, 0.124, 0.123):
        assert found.send(SimpleNamespace(errors=np.array([error]), singular_values=np.ones(1))) is not None
