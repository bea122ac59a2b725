"""No path of a decomposition asks for more values than allowed, or goes on for long when the time is up."""

import math
import time

import numpy as np
import pytest
from quiet import quietly
from scipy.integrate import quad

import opsvd
from opsvd import Gaussian, KernelError, LineMeasure
from opsvd._support.budget import Budget, BudgetExhaustedError, check_time, evaluated

PLANE, SPACE, NINE = (Gaussian.standard(k) for k in (2, 3, 9))


def product(x, y):
    """<x, y>."""
    return np.sum(x * y, axis=-1)


def distance(x, y):
    """|x - y|."""
    return np.linalg.norm(x - y, axis=-1)


# Functions that are to be counted, how a kernel is made of them, and its measures.
KINDS = {
    "numbers": (lambda x, y: np.tanh(x * y), None, ()),
    "numbers that jump": (lambda x, y: 1.0 * (x > y), None, ()),
    "numbers that oscillate": (lambda x, y: np.sin(300.0 * x * y), None, ()),
    # Under rotations, but no function of the distance alone, which is known by a few values.
    "invariant": (lambda x, y: np.exp(-distance(x, y) - 0.1 * product(x, x)), None, (PLANE, PLANE)),
    "of the product": (lambda x, y: np.maximum(product(x, y) - 1.0, 0.0), None, (SPACE, SPACE)),
    "tensor": (lambda x, y: np.exp(0.1 * x[..., 0] * y[..., 0] + 0.1 * x[..., 1] * y[..., 1]), None, (SPACE, SPACE)),
    "grid": (lambda x, y: np.tanh(product(x, y) + x[..., 0]), None, (PLANE, PLANE)),
    "nystrom": (lambda x, y: np.tanh(product(np.sin(x), y)), None, (NINE, NINE)),
    "matrices": (lambda x, y: np.tanh(x * y)[..., None, None] * np.array([[1.0, 2.0], [0.0, 1.0]]), None, ()),
    "elementwise": (lambda z: np.cos(3.0 * z), lambda phi: opsvd.elementwise(phi, 2), ()),
    "elementwise with a jump": (np.round, lambda phi: opsvd.elementwise(phi, 5), ()),
    "blocks": (lambda b: b / (1.0 + np.linalg.norm(b, axis=(-2, -1), keepdims=True)),
               lambda phi: opsvd.blockwise(phi, 2), ()),
    "blocks of an elementwise map": (np.tanh, lambda phi: opsvd.blockwise(phi, 2), ()),
}


class Slow:
    """A function that counts its values, and takes the time of a clock that it moves on by itself."""

    def __init__(self, function, clock, a_value=0.0, a_call=0.0):
        self.function, self.clock, self.prices = function, clock, (a_value, a_call)
        self.values, self.longest = 0, 0.0

    def __call__(self, *points):
        """The values, after some time."""
        values = np.asarray(self.function(*points))
        took = values.size * self.prices[0] + self.prices[1]
        self.clock[0] += took
        self.values, self.longest = self.values + values.size, max(self.longest, took)
        return values


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still unless it is moved."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def answered(name, clock, prices=(0.0, 0.0), **options):
    """A decomposition of one kind, with the function that it called."""
    function, make, measures = KINDS[name]
    slow = Slow(function, clock, *prices)
    kernel = slow if make is None else make(slow)
    if make is not None:
        slow.values, slow.longest, clock[0] = 0, 0.0, 0.0
    return quietly(kernel, *measures, **options), slow


@pytest.mark.parametrize("name", KINDS)
def test_no_more_values_than_allowed(name, clock):
    """Counted from outside, with what it takes to try h and to give a coarse answer; and there is an answer."""
    limit = 500_000
    svd, counted = answered(name, clock, rtol=1e-7, max_evaluations=limit)
    assert counted.values <= limit
    assert counted.values - 1000 <= svd.evaluations <= counted.values
    assert svd.converged or "max_evaluations=" in svd.status or "cut" in svd.status
    assert math.isfinite(svd.tail)


SLOW = "of the product", "elementwise"
"""Kinds whose answers take seconds of computing beside h."""


@pytest.mark.parametrize(("name", "prices", "seconds"), [
    pytest.param(name, prices, seconds, id=f"{name}-{label}",
                 # Seconds of other work: pieces of phi stand for it.
                 marks=[pytest.mark.thorough] if label != "very dear values" and name in SLOW else [])
    for label, prices, seconds in (("dear values", (1e-4, 0.0), 2.0), ("dear calls", (1e-5, 0.01), 1.0),
                                   ("very dear values", (1e-3, 0.0), 4.0)) for name in KINDS
    if (label, name) != ("dear values", "elementwise")])    # ten seconds: "of the product" has the same pieces
def test_a_slow_kernel_is_stopped_in_time(name, prices, seconds, clock):
    """Within a fifth of the seconds and one call of h; calls are split, so that none takes long; with an answer."""
    svd, slow = answered(name, clock, prices, rtol=1e-7, max_seconds=seconds)
    assert slow.longest <= 0.1 * seconds + 2.0 * prices[1]
    assert clock[0] <= 1.2 * seconds + slow.longest
    assert svd.converged or f"max_seconds={seconds:g}" in svd.status
    assert svd.errors.shape == (svd.rank,)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("name", "method"), [("invariant", "sectors"), ("tensor", "tensor"), ("grid", "grid"),
                                              ("nystrom", "quasi-random")])
def test_a_method_by_name_is_stopped_in_time(name, method, seconds, clock):
    """Also where the time is up while h is probed for what the method needs."""
    svd, slow = answered(name, clock, (1e-4, 0.005), rtol=1e-7, max_seconds=seconds, method=method)
    assert clock[0] <= 1.2 * seconds + slow.longest
    assert svd.converged or f"max_seconds={seconds:g}" in svd.status


@pytest.mark.parametrize("name", ["numbers", *(pytest.param(name, marks=pytest.mark.thorough)
                                               for name in ("invariant", "tensor"))])
def test_coarse_answers_hold(name, clock):
    """Bars of a few points, against the answer of a kernel that is fast."""
    fast, _ = answered(name, clock, rtol=1e-2)
    for seconds in (1.0, 2.0, 10.0):
        slow, _ = answered(name, clock, (1e-4, 0.0), rtol=1e-7, max_seconds=seconds)
        assert slow.rank > 0
        count = min(slow.rank, fast.rank)
        assert (np.abs(slow.singular_values[:count] - fast.singular_values[:count])
                <= slow.errors[:count] + fast.errors[:count]).all()


def test_a_kernel_of_slow_calls_has_an_answer_after_a_few(clock):
    """A twentieth of a second a call, and sixteen calls allowed, with those that try h."""
    svd, _ = answered("numbers", clock, (0.0, 0.05), max_seconds=0.8)
    assert clock[0] <= 0.96
    assert svd.rank > 0
    assert abs(svd.singular_values[0] - 0.523183285) <= svd.errors[0]


@pytest.mark.parametrize("name", ["numbers", "numbers that jump"])
def test_five_calls_are_enough(name, clock):
    """A second each, of any size: two try h, and two or three tell a first value, with a bar that holds."""
    fast, _ = answered(name, clock, rtol=1e-2)
    clock[0] = 0.0
    svd, slow = answered(name, clock, (0.0, 1.0), max_seconds=5.0)
    assert clock[0] <= 5.0
    assert slow.values > 200
    assert svd.rank > 0
    assert abs(svd.singular_values[0] - fast.singular_values[0]) <= svd.errors[0] + fast.errors[0]


def test_no_answer_in_the_time_allowed_is_an_error_that_says_so(clock):
    """A second a call, and half of one allowed."""
    with pytest.raises(KernelError, match=r"h must be within what the budget allows, but max_seconds=0\.5 ran out"):
        answered("numbers", clock, (0.0, 1.0), max_seconds=0.5)


def test_a_measure_of_ones_own_that_is_too_slow(clock):
    """There is an answer, within the time."""
    class Uniform(LineMeasure):
        span, center, scale = (0.0, 1.0), 0.5, 0.3

        def sqrt_density(self, t):
            return 1.0 * ((np.asarray(t) >= 0.0) & (np.asarray(t) <= 1.0))

    slow = Slow(lambda x, y: np.exp(x * y), clock, 1e-3)
    svd = opsvd.decompose(slow, Uniform(), Uniform(), max_seconds=2.0)
    assert svd.rank > 0
    assert clock[0] <= 2.4


@pytest.mark.parametrize("name", ["tensor", *(pytest.param(name, marks=pytest.mark.thorough)
                                              for name in ("invariant", "elementwise with a jump"))])
def test_a_tighter_tolerance_is_no_worse(name, clock):
    """With the same evaluations: what is known at a larger tolerance is kept where a smaller one takes too many."""
    loose, _ = answered(name, clock, rtol=1e-4, max_evaluations=2_000_000)
    for rtol in (1e-7, 1e-10):
        tight, _ = answered(name, clock, rtol=rtol, max_evaluations=2_000_000)
        count = min(loose.rank, tight.rank)
        assert count > 0 or loose.rank == 0
        assert tight.errors[:count].max(initial=0.0) <= max(1.5 * loose.errors[:count].max(initial=0.0), rtol)


@pytest.mark.thorough
def test_the_answer_for_a_larger_tolerance_says_that_it_is_one(clock):
    """And what ran out."""
    svd, _ = answered("elementwise", clock, rtol=1e-10, max_evaluations=4_000_000)
    assert svd.rtol == 1e-10
    assert not svd.converged
    assert "This is the answer for rtol=0.0" in svd.status
    assert "(max_evaluations=4000000 ran out)" in svd.status


def test_long_steps_without_a_call_look_at_the_clock(clock):
    """Where a decomposition is under way, and nowhere else."""
    check_time()
    budget = Budget(10, 1.0)
    with budget.watched():
        check_time()
        clock[0] = 2.0
        with pytest.raises(BudgetExhaustedError, match="max_seconds=1 ran out"):
            check_time()
    check_time()
    assert budget.refusals == ["max_seconds=1 ran out"]


def test_what_is_held_back_is_there_in_the_end(clock):
    """Of evaluations, and of the seconds that they are known to take, but no more than a part of all."""
    budget = Budget(1000, 10.0)
    budget.timed(lambda: clock.__setitem__(0, clock[0] + 1.0), (), 100)
    budget.hold(300, 100, 1)
    assert budget.evaluations_left == 600
    assert budget.seconds_left == pytest.approx(10.0 - 1.0 - 3.0)
    budget.hold(900, 100, 1)
    assert budget.evaluations_left == 0
    assert budget.seconds_left == pytest.approx(10.0 - 1.0 - 4.5)
    budget.release()
    assert budget.evaluations_left == 900
    with budget.part(0.1):
        assert budget.evaluations_left == 90
        assert budget.seconds_left == pytest.approx(0.9)
    assert budget.evaluations_left == 900


@pytest.mark.parametrize("shapes", [((50, 1), (1, 40)), ((50,), (50,)), ((3, 50, 1), (3, 1, 40)), ((1, 70), (1, 1)),
                                    ((0, 1), (1, 5)), ((), ())])
def test_pieces_make_the_whole(shapes, clock):
    """Arrays that broadcast in any way, with and without the axis of coordinates: the same values, and as many."""
    rng = np.random.default_rng(0)
    for fixed in (0, 1):
        x, y = (rng.standard_normal((*shape, *[2] * fixed)) for shape in shapes)

        def plus(x, y, fixed=fixed):
            clock[0] += 0.5
            return x + y if fixed == 0 else np.sum(x * y, axis=-1)

        budget = Budget(10**6, 10.0)
        np.testing.assert_array_equal(evaluated(budget, plus, (x, y), (fixed, fixed)), plus(x, y))
        assert budget.spent == math.prod(np.broadcast_shapes(*shapes))


def interrupted_after(values, function, clock):
    """A function of which a value takes a millisecond, and that is interrupted at the first call after so many."""
    slow, interruptions = Slow(function, clock, 1e-3), []

    def h(*points):
        if slow.values >= values and not interruptions:
            interruptions.append(slow.values)
            raise KeyboardInterrupt
        return slow(*points)

    return h, slow, interruptions


@pytest.mark.parametrize("values", [600, 1500])
def test_an_interrupt_before_there_is_an_answer(values, clock):
    """A tenth of the time so far makes one, with bars that hold and a status that says so."""
    h, slow, interruptions = interrupted_after(values, lambda x, y: np.exp(-x * y / 3.0), clock)
    svd = quietly(h, rtol=1e-13, max_seconds=60.0, max_evaluations=20_000)
    assert interruptions[0] < slow.values <= 1.1 * interruptions[0]
    assert svd.status.endswith("(interrupted)")
    # The values of exp(cxy) are s_i = s_0 r^i with r / (1 + r^2) = c.
    r = 0.5 * (3.0 - math.sqrt(5.0))
    exact = math.sqrt((1.0 - r**2) / math.sqrt(1.0 - 4.0 / 9.0)) * r ** np.arange(20)
    assert svd.rank >= 1
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors).all()


def test_an_interrupt_of_vectors(clock):
    """One random matrix tells the norm, at the least."""
    h, _, _ = interrupted_after(1200, lambda x, y: np.exp(-distance(x, y)), clock)
    svd = quietly(h, PLANE, PLANE, max_seconds=60.0, max_evaluations=20_000)
    assert svd.status.endswith("(interrupted)")
    exact = math.sqrt(quad(lambda r: 0.5 * r * math.exp(-r * r / 4.0 - 2.0 * r), 0.0, np.inf)[0])
    assert svd.norm.error < 2.0 * exact
    assert abs(svd.norm.value - exact) <= svd.norm.error


def test_an_interrupt_too_early_or_for_the_second_time_is_raised(clock):
    """A tenth of the time so far is too little for an answer; or the user says again to stop."""
    h, slow, interruptions = interrupted_after(100, np.tanh, clock)
    with pytest.raises(KeyboardInterrupt):
        quietly(lambda x, y: h(x * y), max_seconds=60.0, max_evaluations=20_000)
    assert slow.values <= 1.15 * interruptions[0]
    first, _, _ = interrupted_after(1000, np.tanh, clock)
    second, _, again = interrupted_after(1010, np.tanh, clock)
    with pytest.raises(KeyboardInterrupt):
        quietly(lambda x, y: 0.0 * first(x * y) + second(x * y), max_seconds=600.0, max_evaluations=20_000)
    assert again


@pytest.mark.parametrize("limit", [4034, 15_000, 21_000])
def test_few_values_under_atoms_beside_a_density(limit):
    """Each edge of a measure ends a panel: the smallest answer on panels takes more than is left, and points do not."""
    mixed = opsvd.Mixture([opsvd.Discrete([0.1, 0.6], [0.3, 0.7]), opsvd.Gaussian()], [0.2, 0.8])

    def h(x, y):
        return 100.0 + np.exp(-0.7 * (x - y + 0.3)**2)

    svd = quietly(h, opsvd.Gaussian(), mixed, rtol=1e-6, max_evaluations=limit)
    assert svd.evaluations <= limit
    x, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    nodes, roots = np.append(x, [0.1, 0.6]), np.sqrt(np.append(0.8 * weights, [0.06, 0.14]))
    exact = np.linalg.svd(np.sqrt(weights)[:, None] * h(x[:, None], nodes) * roots, compute_uv=False)
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors + 1e-12).all()
