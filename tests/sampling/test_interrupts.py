"""Ctrl-C: what is done is returned, and says how much that is; nothing goes on as if nothing had happened."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import opsvd
from opsvd import Kernel, check_matrix, crosscheck, decompose, monte_carlo, monte_carlo_sweep
from opsvd.comparison.z_scores import threshold
from opsvd.errors import SamplingInterruptedWarning
from opsvd.essay import essay_panels
from opsvd.measures import Gaussian
from opsvd.sampling import ArrayBlocks, DaskBlocks, Dense, LowRank, RowBlocks, StoredMatrix, draw_matrix, iid


def sine(x, y):
    """Its values fall by the golden ratio squared."""
    return np.sin(x * y)


@pytest.fixture(scope="module")
def svd():
    """The decomposition of sin(xy)."""
    return decompose(sine, rtol=1e-8)


def interrupted_at(rows, call, h=sine):
    """The kernel h, interrupted at the given call with so many rows, and at none after it."""
    calls = []

    def stopped(x, y):
        calls.extend([None] * (x.shape[0] == rows))
        if len(calls) == call:
            calls.append(None)
            raise KeyboardInterrupt
        return h(x, y)

    return stopped


def quietly_interrupted(function, *args, match, **options):
    """The result of a call that warns of its interruption once, and of nothing else."""
    with pytest.warns(SamplingInterruptedWarning, match=match) as caught:
        found = function(*args, **options)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    return found


@pytest.mark.parametrize(("rows", "call", "sizes", "drawn"), [
    (40, 8, (40,), (7,)), (60, 5, (40, 60), (12, 4)), (60, 2, (40,), (12,)), (60, 1, (40,), (12,)),
    (80, 12, (40, 60, 80), (12, 12, 11))])
def test_crosscheck_compares_what_is_done(svd, rows, call, sizes, drawn):
    """Sizes with fewer than two trials are left out; counts and thresholds are those of what was drawn."""
    check = quietly_interrupted(crosscheck, interrupted_at(rows, call), (40, 60, 80), trials=12, rng=0, svd=svd,
                                match=r"interrupted: .* of 12 at n = 40, .* are done and compared, and returned")
    assert check.interrupted
    assert (check.n, check.drawn, check.trials) == (sizes, drawn, min(drawn))
    assert_allclose(check.thresholds, [threshold(check.comparisons, trials) for trials in drawn])
    whole = crosscheck(sine, (40, 60, 80), trials=12, rng=0, svd=svd)
    same = [k for k, count in enumerate(drawn) if count == 12]
    r = min(check.mean.shape[1], whole.mean.shape[1])
    assert_array_equal(check.mean[same][:, :r], whole.mean[same][:, :r])
    assert f"{drawn[0]} of 12 at n = 40" in check.verdict
    left_out = 3 - len(sizes)
    assert check.verdict.count(", 0 of 12 at n = ") == left_out
    assert "interrupted" in str(check)
    assert "interrupted" in repr(check)


def test_an_interrupted_crosscheck_of_another_kernel_still_disagrees(svd):
    """The thresholds are those of fewer trials, and not of none."""
    check = quietly_interrupted(crosscheck, interrupted_at(60, 5, np.hypot), (40, 60), trials=30, rng=0, svd=svd,
                                match="30 of 30 at n = 40, 4 of 30 at n = 60")
    assert not check.agrees
    assert check.verdict.startswith("quadrature and sampling disagree")


@pytest.mark.parametrize("call", [1, 2])
def test_a_crosscheck_of_nothing_is_interrupted(svd, call):
    """With no trial done, or one, which has no scatter, the interruption is raised."""
    with pytest.raises(KeyboardInterrupt):
        crosscheck(interrupted_at(40, call), (40, 60), trials=5, rng=0, svd=svd)


def test_a_whole_crosscheck_says_nothing_of_interruptions(svd):
    """All sizes have the same counts and one threshold."""
    check = crosscheck(sine, (40, 60), trials=5, rng=0, svd=svd)
    assert not check.interrupted
    assert check.drawn == (5, 5)
    assert_array_equal(check.thresholds, [check.threshold] * 2)
    assert "interrupted" not in str(check)


def test_monte_carlo_and_sweeps_say_how_much_is_done():
    """One warning each, about the line that called it."""
    found = quietly_interrupted(monte_carlo, interrupted_at(40, 4), 40, trials=9, rng=0, match="3 of 9 trials are done")
    assert (found.trials, found.interrupted) == (3, True)
    assert repr(found).endswith(", interrupted)")
    assert str(found).splitlines()[0].endswith(", interrupted")
    sweep = quietly_interrupted(monte_carlo_sweep, interrupted_at(50, 3), [40, 50, 60], trials=4, rng=0,
                                match="1 of 3 sizes, and of the next 2 of 4 trials are done")
    assert ([one.trials for one in sweep], sweep.interrupted) == ([4, 2], True)


def test_independent_entries_can_be_interrupted():
    """Of `iid` too the trials that are done are returned."""
    class Stops(Dense):
        done = 0

        def spectrum(self, *args):
            Stops.done += 1
            if Stops.done == 3:
                raise KeyboardInterrupt
            return super().spectrum(*args)

    assert quietly_interrupted(iid, 10, trials=5, rng=0, engine=Stops(), match="2 of 5 trials are done").trials == 2


class InterruptedRows(RowBlocks):
    """Row blocks whose pass of a given number is interrupted."""

    passes = 0
    at = 1

    def one_pass(self, *args, **options):
        """Count, and stop."""
        type(self).passes += 1
        if self.passes == self.at:
            raise KeyboardInterrupt
        return super().one_pass(*args, **options)


def engine_interrupted_at(call, **options):
    """An engine that is interrupted in a pass, from 1, and in none after it."""
    return type("InterruptedRows", (InterruptedRows,), {"at": call})(**options)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("call", range(2, 9))
def test_an_interrupted_matrix_gives_the_values_it_has_with_true_errors(call, dtype):
    """After any pass but the first: what the last round gave, its errors, and the bounds of the Frobenius norm."""
    matrix = draw_matrix(Kernel(lambda x, y: x > y), (300, 260), Gaussian(), Gaussian(), np.random.default_rng(0))
    truth = Dense().spectrum(matrix)
    engine = engine_interrupted_at(call, dtype=dtype, rtol=1e-9, lanczos=4)
    found = engine.spectrum(matrix, 5)
    assert found.interrupted
    assert found.note.endswith("interrupted")
    assert (np.abs(found.values - truth.values[:5]) <= found.errors + truth.errors[:5]).all()
    assert abs(found.nuclear_norm() - truth.nuclear_norm()) <= found.nuclear_norm().error
    uninterrupted = RowBlocks(dtype=dtype, rtol=1e-9, lanczos=4).spectrum(matrix, 5)
    assert not uninterrupted.interrupted
    assert (found.errors >= (1.0 - 1e-6) * uninterrupted.errors).all()


def test_an_interrupted_matrix_ends_the_trials():
    """A trial that was cut short is the last, and counts as done, with larger errors."""
    found = quietly_interrupted(monte_carlo, lambda x, y: x > y, 200, trials=4, rank=3, rng=0,
                                engine=engine_interrupted_at(16, lanczos=8),
                                match="2 of 4 trials are done, the last of them cut short, with larger errors")
    assert (found.trials, found.interrupted, found.matrices[1].interrupted) == (2, True, True)
    with pytest.raises(KeyboardInterrupt):
        monte_carlo(lambda x, y: x > y, 200, rng=0, engine=engine_interrupted_at(1))


def test_check_matrix_decides_on_the_values_it_has(svd):
    """What was computed until then is compared, with its errors; of nothing the interruption is raised."""
    rng = np.random.default_rng(0)
    matrix = sine(rng.standard_normal((400, 1)), rng.standard_normal((1, 300)))
    check = quietly_interrupted(check_matrix, matrix, svd, engine=engine_interrupted_at(2),
                                match="singular values are known, to .*, and returned")
    whole = check_matrix(matrix, svd, engine=RowBlocks())
    assert (check.interrupted, whole.interrupted) == (True, False)
    assert check.p_value > 1e-3
    assert "interrupted" in check.verdict
    assert "interrupted" not in whole.verdict
    with pytest.raises(KeyboardInterrupt):
        check_matrix(matrix, svd, engine=engine_interrupted_at(1))


@pytest.mark.parametrize("engine", [Dense(), LowRank(), RowBlocks(), DaskBlocks(), ArrayBlocks(library="numpy")],
                         ids=lambda engine: type(engine).__name__)
def test_no_engine_swallows_an_interruption(engine):
    """Of a kernel that is always interrupted, nothing can be returned."""
    def h(x, y):
        if np.broadcast(x, y).size > 12:
            raise KeyboardInterrupt
        return x * y

    matrix = draw_matrix(Kernel(h), (40, 40), Gaussian(), Gaussian(), np.random.default_rng(0))
    with pytest.raises(KeyboardInterrupt):
        engine.spectrum(matrix, 2)


def test_costs_that_are_tried_out_can_be_interrupted():
    """The pilot that counts passes does not take its interruption for an answer."""
    class Stops(StoredMatrix):
        def values(self, rows, columns, dtype=np.float64):
            if len(self.array[rows]) > 10:
                raise KeyboardInterrupt
            return super().values(rows, columns, dtype)

    with pytest.raises(KeyboardInterrupt):
        RowBlocks().cost(Stops(np.ones((2000, 2000))), 5)


def test_part_of_a_figure_is_none(monkeypatch):
    """The essay's panels are drawn whole or not at all, without a word about partial results."""
    monkeypatch.setitem(opsvd.essay._KERNELS, next(iter(opsvd.essay._KERNELS)), (interrupted_at(12, 3), ""))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(KeyboardInterrupt):
            essay_panels(n=(10,), ranks_n=(12,), trials=4, rng=0)
