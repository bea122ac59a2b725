"""Budgets: counted over everything that is asked of a kernel, and never more than that; the best answer so far."""

import math
import time
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.linalg
from quiet import quietly

import opsvd
from opsvd import ConvergenceWarning, Kernel, Panels
from opsvd._support.budget import Budget, BudgetExhaustedError
from opsvd.driver import _evaluations_in

LEAST = 500_000


def test_evaluations_run_out():
    """The last value that is allowed is given; the next is refused, and not counted."""
    budget = Budget(10, math.inf)
    budget.spend(6)
    budget.spend(4)
    with pytest.raises(BudgetExhaustedError, match="max_evaluations=10 ran out"):
        budget.spend(1)
    assert budget.spent == 10


def test_time_runs_out():
    """It is looked at when values are asked for, and counts from when the budget was made."""
    budget = Budget(10, 0.01)
    budget.spend(1)
    time.sleep(0.02)
    with pytest.raises(BudgetExhaustedError, match=r"max_seconds=0\.01 ran out"):
        budget.spend(1)


def test_a_share_is_kept_until_it_is_given_free():
    """Of values and seconds; what is held back for a coarse answer is within it."""
    budget = Budget(900, 100.0)
    budget.hold(100, 100, 1)
    budget.keep(1.0 / 3.0)
    assert budget.evaluations_left == 600
    assert 66.0 < budget.seconds_left <= 100.0 * 2.0 / 3.0
    with budget.nothing_kept():
        assert budget.evaluations_left == 800
    with pytest.raises(BudgetExhaustedError):
        budget.spend(601)
    budget.keep(0.0)
    budget.spend(601)


def test_it_is_late_when_half_of_what_there_was_is_gone():
    """Counted from where work on an answer begins."""
    budget = Budget(1000, math.inf)
    assert not budget.is_late
    budget.spend(200)
    budget.begin()
    budget.spend(400)
    assert not budget.is_late
    budget.spend(1)
    assert budget.is_late


def test_a_part_may_end_before_its_context():
    """Then the whole is there again, as it is behind the context."""
    budget = Budget(1000, math.inf)
    with budget.part(0.1) as end:
        assert budget.evaluations_left == 100
        end()
        assert budget.evaluations_left == 1000


def test_a_limited_kernel_pays_and_its_original_does_not():
    """The same values, a count of its own, and the budget's exception before h is called."""
    calls = []

    def h(x, y):
        calls.append(np.broadcast(x, y).size)
        return x * y

    kernel = Kernel(h)
    limited = kernel.limited(Budget(12, math.inf))
    calls.clear()
    np.testing.assert_array_equal(limited.grid(np.ones(3), np.ones(4)), np.ones((3, 4)))
    with pytest.raises(BudgetExhaustedError):
        limited(1.0, 1.0)
    assert calls == [12]
    assert (limited.evaluations, kernel.evaluations) == (12, 0)
    kernel.grid(np.ones(30), np.ones(40))
    assert kernel.evaluations == 1200


def test_a_transposed_limited_kernel_shares_budget_and_count():
    """Slices along x cost as much as slices along y."""
    limited = Kernel(lambda x, y: x - y).limited(Budget(20, math.inf))
    transposed = limited.transposed()
    transposed.grid(np.ones(3), np.ones(4))
    assert limited.evaluations == 12
    with pytest.raises(BudgetExhaustedError):
        transposed.grid(np.ones(3), np.ones(4))
    with pytest.raises(BudgetExhaustedError):
        limited.transposed().grid(np.ones(3), np.ones(4))


@pytest.mark.parametrize("h", [
    lambda x, y: x > y,
    lambda x, y: 1.0 * (x**2 + y**2 < 1.0),
    lambda x, y: np.sin(300.0 * x * y),
], ids=["jump", "circle", "oscillation"])
def test_evaluations_stay_within_the_limit(h):
    """With a coarse answer, of at most the least, where the limit left none; the status says what ended it."""
    kernel, limit = Kernel(h), 2_000_000
    svd = quietly(kernel, max_evaluations=limit)
    assert svd.evaluations == kernel.evaluations <= limit + LEAST
    reasons = f"max_evaluations={limit} ran out", "slices of h do not become smooth when they are cut"
    assert svd.converged or any(reason in svd.status for reason in reasons)


@pytest.mark.parametrize(("seconds", "most"), [(1e-3, 2e8), (20.0, 2e8), (60.0, 6e8), (1e9, 1e9)])
def test_more_seconds_allow_more_evaluations(seconds, most):
    """Where nobody says how many: what 20 seconds allow is spent in 20 seconds."""
    assert _evaluations_in(seconds) == most


@pytest.mark.parametrize(("h", "measures", "energy"), [
    (lambda x, y: 1.0 * (x * x + y * y < 1.0), (), 1.0 - math.exp(-0.5)),
    (lambda x, y: np.abs(x - y), (opsvd.Uniform(-2.0, 3.0),), 25.0 / 12.0 + 0.25 + 1.0),
    (lambda x, y: np.cos(np.sum(x * y, axis=-1)), (opsvd.Gaussian.standard(2),) * 2, 0.6)], ids=["disc", "kink", "cos"])
def test_there_is_an_answer_however_slow_the_machine_is(monkeypatch, h, measures, energy):
    """By a clock that goes on each time that it is looked at, 200 times for all: with bars that hold."""
    ticks = count()
    monkeypatch.setattr("opsvd._support.budget.time", SimpleNamespace(monotonic=lambda: 0.01 * next(ticks)))
    svd = quietly(h, *measures, max_seconds=2.0)
    assert abs(svd.norm - math.sqrt(energy)) <= svd.norm.error
    assert svd.rank == 0 or svd.singular_values[0] - svd.errors[0] <= math.sqrt(energy)
    assert svd.converged or "max_seconds=2" in svd.status


@pytest.mark.thorough
def test_bars_of_a_cut_short_answer_hold():
    """(x > y) at ever larger budgets: every answer is honest, and the last is accurate."""
    for limit in (LEAST, 1_000_000, 2_000_000, 200_000_000):
        svd = quietly(lambda x, y: x > y, max_evaluations=limit)
        exact = 2.0 / ((2.0 * np.arange(1, svd.rank + 1) - 1.0) * np.pi)
        assert (np.abs(svd.singular_values - exact) <= svd.errors).all()
    assert svd.converged


def test_what_is_done_before_the_limit_is_kept():
    """A kernel that converges within its budget does not hear of it."""
    svd = opsvd.decompose(lambda x, y: np.cos(x * y), max_evaluations=LEAST)
    assert svd.converged
    assert "ran out" not in svd.status


def test_a_method_that_yields_nothing_leaves_a_coarse_answer():
    """The warning says what to do."""
    class Nothing(Panels):
        discretisations = staticmethod(lambda *_: iter(()))

    with pytest.warns(ConvergenceWarning, match="cannot do this kernel: leave method out"):
        svd = opsvd.decompose(lambda x, y: np.sign(x - y), method=Nothing())
    assert svd.method.startswith("uniform panels: 10 in x")
    assert abs(svd.singular_values[0] - 2.0 / np.pi) <= svd.errors[0] < 0.35


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"max_evaluations": 99}, ValueError,
     "max_evaluations must be at least 100, which a coarse answer takes, got 99"),
    ({"max_evaluations": 0}, ValueError, "max_evaluations must be an integer of at least 1, got 0"),
    ({"max_evaluations": 1e6}, TypeError, "max_evaluations must be an integer"),
    ({"max_seconds": 0.0}, ValueError, "max_seconds must be positive, got 0.0"),
    ({"max_seconds": "long"}, TypeError, "max_seconds must be a real number, got 'long'"),
])
def test_bad_budgets_are_named(arguments, error, message):
    """With what was needed, and what came."""
    with pytest.raises(error, match=message):
        opsvd.decompose(lambda x, y: x * y, **arguments)


def lacunary(amplitude, ratio, terms):
    """The sum of amplitude^k cos(ratio^k t), a Weierstrass function but for its last scales; its spectrum at t = x + y.

    With the columns of cos(ratio^k x) and sin(ratio^k x) it has finite rank, and Gram matrices known in closed form.
    """
    a, f = amplitude ** np.arange(terms), ratio ** np.arange(terms)
    near, far = (np.exp(-0.5 * np.add.outer(f, sign * f) ** 2) for sign in (-1.0, 1.0))
    zero = np.zeros_like(near)
    root = scipy.linalg.sqrtm(0.5 * np.block([[near + far, zero], [zero, near - far]])).real
    spectrum = np.linalg.svd(root * np.concatenate([a, -a]) @ root, compute_uv=False)
    return lambda t: sum(a[k] * np.cos(f[k] * t) for k in range(terms)), spectrum


@pytest.mark.thorough
@pytest.mark.parametrize(("amplitude", "ratio", "terms"), [(0.5, 3.0, 12), (0.7071, 2.0, 14)],
                         ids=["Weierstrass", "as rough as Brownian motion"])
def test_fractals_get_an_honest_answer_within_the_budget(amplitude, ratio, terms):
    """Nothing can resolve them: a warning that says so, and bars that hold."""
    phi, exact = lacunary(amplitude, ratio, terms)
    with pytest.warns(ConvergenceWarning, match="not converged"):
        svd = opsvd.decompose(lambda x, y: phi(x + y), max_evaluations=4_000_000)
    assert svd.evaluations <= 4_000_000 + LEAST
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors).all()
    assert svd.tail <= 2.0 * svd.norm
    assert "looks like noise or a fractal" in svd.status or "ran out" in svd.status


@pytest.mark.thorough
def test_a_fractal_of_the_product_is_no_easier():
    """Weierstrass' function of xy, which has the structure that one method looks for: no crash, no claim."""
    phi, _ = lacunary(0.5, 3.0, 12)
    with pytest.warns(ConvergenceWarning, match="not converged"):
        svd = opsvd.decompose(lambda x, y: phi(x * y), max_evaluations=4_000_000)
    assert (svd.errors > 1e-3).all()


@pytest.mark.thorough
def test_noise_is_not_given_a_spectrum():
    """A hash of the arguments: uniform panels come last, and what they claim has a bar as wide as all of it."""
    with pytest.warns(ConvergenceWarning, match="looks like noise or a fractal"):
        svd = opsvd.decompose(lambda x, y: np.modf(np.sin(12.9898 * x + 78.233 * y) * 43758.5453)[0])
    assert svd.method.startswith("uniform panels")
    assert svd.evaluations < 20_000_000
    assert (svd.errors > 0.1).all()
    assert svd.worst_error > 0.1
    assert svd.norm == pytest.approx(1.0 / math.sqrt(3.0), rel=0.05)


def test_ten_thousand_jumps_are_taken_for_what_they_nearly_are():
    """floor(1000 x y) / 1000 is xy - 1/2000 to within 1/(1000 sqrt(12)) in norm, and its values are, too."""
    with pytest.warns(ConvergenceWarning, match="not converged"):
        svd = opsvd.decompose(lambda x, y: np.floor(1000.0 * x * y) / 1000.0)
    exact = np.array([1.0, 5e-4])[:svd.rank]
    assert svd.rank >= 1
    assert (np.abs(svd.singular_values - exact) <= svd.errors + 1e-3 / math.sqrt(12.0)).all()
    assert (svd.errors > 1e-5).all()


def test_brownian_covariance_converges():
    """min(|x|, |y|), rough as its paths are, has a kink along a curve and no more."""
    svd = opsvd.decompose(lambda x, y: np.minimum(np.abs(x), np.abs(y)))
    assert svd.converged
    assert "goes on beyond" in svd.status


def test_progress_is_told():
    """The part of the budget that is spent, never less than before, to one; and a message for each answer."""
    told = []
    svd = opsvd.decompose(lambda x, y: np.tanh(x * y), rtol=1e-6, progress=lambda *said: told.append(said))
    parts, messages = zip(*told, strict=True)
    assert svd.converged
    assert list(parts) == sorted(parts)
    assert parts[-1] == 1.0
    assert any("largest error" in message for message in messages)


def test_progress_is_told_ten_times_a_second(monkeypatch):
    """Some kernels are called sixty thousand times. What is said in words is told at once."""
    told, ticks = [], iter(range(1000))
    monkeypatch.setattr("opsvd._support.budget.time", SimpleNamespace(monotonic=lambda: next(ticks) / 64.0))
    budget = Budget(seconds=100.0, report=lambda done, message: told.append(message))
    for message in [*[""] * 640, "an answer"]:
        budget.say(message)
    assert 90 <= len(told) <= 101
    assert told[-1] == "an answer"


def test_an_interrupt_returns_the_best_so_far():
    """With a status that says so; where there is no answer yet, it is raised."""
    def after_an_answer(_done, message):
        if message:
            raise KeyboardInterrupt

    def at_once(*_said):
        raise KeyboardInterrupt

    with pytest.warns(ConvergenceWarning, match="interrupted"):
        svd = opsvd.decompose(lambda x, y: np.tanh(x * y), method="polynomials", progress=after_an_answer)
    assert svd.rank > 0
    with pytest.raises(KeyboardInterrupt):
        opsvd.decompose(lambda x, y: np.tanh(x * y), progress=at_once)
