"""Functions of |x - y| on pieces that stand for dear kernels of vectors: they are h, or pairs say that they are not."""

import numpy as np
import pytest
from counted import Counted
from quiet import quietly

import opsvd
from opsvd._support.budget import Budget
from opsvd.kernels import Kernel
from opsvd.methods.radial_stand_in import radial_stand_in
from opsvd.operator.problem import Problem

PLANE, SPACE = opsvd.Gaussian.standard(2), opsvd.Gaussian.standard(3)
SHIFTED = opsvd.Gaussian(np.array([1.0, -0.5]), np.array([[1.0, 0.5], [0.5, 2.0]]))
SQUARE = opsvd.Product(opsvd.Uniform(0.0, 1.0), opsvd.Uniform(0.0, 1.0))


def apart(x, y):
    """|x - y|."""
    return np.linalg.norm(x - y, axis=-1)


def dear(h, mu_x, mu_y, rtol=1e-7):
    """A problem whose kernel is dear, and has twenty thousand values."""
    budget = Budget(20_000)
    budget.dear = True
    return Problem(Kernel(h, dims=(mu_x.dim, mu_y.dim), measures=(mu_x, mu_y)).limited(budget), mu_x, mu_y, rtol)


@pytest.mark.parametrize(("phi", "measures"), [
    (lambda r: np.exp(-r), (PLANE, PLANE)), (lambda r: np.maximum(1.0 - r, 0.0), (SPACE, SPACE)),
    (lambda r: 1.0 * (r < 0.7), (PLANE, PLANE)), (lambda r: np.log(1.0 + r**2), (SHIFTED, PLANE)),
    (lambda r: np.exp(0.05 * r**2), (PLANE, PLANE)), (lambda r: np.cos(5.0 * r), (SPACE, SPACE)),
], ids=["kink at zero", "kink", "jump", "shifted", "growing", "waves"])
def test_it_is_h(phi, measures):
    """At random points of the measures, from some hundred values of h besides those at pairs."""
    problem = dear(lambda x, y: phi(apart(x, y)), *measures)
    found = radial_stand_in(problem)
    assert found is not None
    assert not found.problem.given.dear
    rng = np.random.default_rng(3)
    x, y = (measure.sample(2000, rng) for measure in measures)
    h = phi(apart(x, y))
    wrong = np.sqrt(np.mean((found.problem.given(x, y) - h) ** 2))
    assert wrong <= 1e-7 * np.sqrt(np.mean(h**2))
    assert found.problem.given(x[:3, None], y[None, :4]).shape == (3, 4)
    assert problem.budget.spent < 12_000    # 5000 of them at pairs


@pytest.mark.parametrize("h", [
    lambda x, y: np.exp(-apart(x, y)) + 1e-6 * x[..., 0], lambda x, y: np.exp(-apart(x, 2.0 * y)),
    lambda x, y: np.exp(-np.abs(x - y).sum(axis=-1)), lambda x, y: np.tanh(np.sum(x * y, axis=-1)),
], ids=["nearly", "another scale", "another distance", "product"])
def test_another_kernel_has_none(h):
    """What is not a function of |x - y|."""
    assert radial_stand_in(dear(h, PLANE, PLANE)) is None


def test_points_stay_in_supports():
    """Of measures that end somewhere nothing is asked outside, so that there is no other kernel."""
    assert radial_stand_in(dear(lambda x, y: np.exp(-apart(x, y)), SQUARE, SQUARE)) is None


@pytest.mark.thorough
def test_few_values_are_enough():
    """Six values to the tolerance from two thousand, counted from outside."""
    def h(x, y):
        return np.exp(-0.5 * apart(x, y) ** 2)

    counted = Counted(h)
    svd = opsvd.decompose(counted, PLANE, PLANE, rtol=1e-3, max_rank=6, max_evaluations=2000)
    assert svd.converged
    assert counted.values <= 2000
    fine = opsvd.decompose(h, PLANE, PLANE, rtol=1e-5, max_rank=6)
    assert (np.abs(svd.singular_values - fine.singular_values) <= svd.errors + fine.errors).all()


@pytest.mark.thorough
@pytest.mark.parametrize(("measure", "limit"), [(PLANE, 2000), (SPACE, 5000)], ids=["R^2", "R^3"])
def test_bars_of_a_kink(measure, limit):
    """exp(-|x - y|) against the answer where values are not dear: as narrow, within one and a half times."""
    def h(x, y):
        return np.exp(-apart(x, y))

    few = quietly(h, measure, measure, rtol=1e-3, max_rank=6, max_evaluations=limit)
    fine = quietly(h, measure, measure, rtol=1e-3, max_rank=6)
    count = min(few.rank, fine.rank)
    assert count >= 4
    off = np.abs(few.singular_values[:count] - fine.singular_values[:count])
    assert (off <= few.errors[:count] + fine.errors[:count]).all()
    assert few.errors[0] <= 5e-3 * few.singular_values[0]
