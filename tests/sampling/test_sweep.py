"""Sweeps over sizes: one table, streams of their own, and what is kept when something stops them."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from opsvd import MonteCarloSweep, TrialError, monte_carlo, monte_carlo_sweep
from opsvd.errors import SamplingInterruptedWarning


def tanh(x, y):
    """The essay's kernel."""
    return np.tanh(x * y)


def raises_at(rows, call, error):
    """The kernel tanh(xy), which raises at the given call with so many rows."""
    calls = []

    def h(x, y):
        calls.extend([None] * (x.shape[0] == rows))
        if len(calls) == call:
            calls.append(None)
            raise error
        return np.tanh(x * y)

    return h


@pytest.fixture(scope="module")
def sweep():
    """Three sizes, one of them oblong."""
    return monte_carlo_sweep(tanh, [5, (30, 12), 40], trials=4, rank=7, rng=3)


def test_each_size_is_a_monte_carlo_spectrum(sweep):
    """The same as `monte_carlo` with the stream of that size; ranks are cut to what a size has."""
    assert [(one.n, one.m, one.rank, one.trials) for one in sweep] == [(5, 5, 5, 4), (30, 12, 7, 4), (40, 40, 7, 4)]
    streams = np.random.default_rng(3).spawn(3)
    assert_array_equal(sweep[1].spectra, monte_carlo(tanh, 30, m=12, trials=4, rng=streams[1]).spectra)
    assert len(sweep) == 3


def test_the_table(sweep):
    """A row for each size and quantity, as records, as a data frame, and as text."""
    records = sweep.records()
    assert len(records) == 6 + 8 + 8
    assert records[5]["quantity"] == "effective_rank"
    assert set(records[0]) == {"n", "m", "trials", "quantity", "mean", "standard_error", "engine_error"}
    assert records[6]["mean"] == sweep[1].mean[0]
    frame = sweep.to_pandas()
    assert list(frame.columns) == list(records[0])
    assert frame[frame.quantity == "s_1"]["n"].tolist() == [5, 30, 40]
    lines = str(sweep).splitlines()
    assert lines[0].split() == ["5", "x", "5", "30", "x", "12", "40", "x", "40"]
    assert lines[1].split()[0] == "s_1"
    assert lines[-1].split()[0] == "effective_rank"
    assert repr(sweep) == "MonteCarloSweep(5 x 5: 4 trials, 30 x 12: 4 trials, 40 x 40: 4 trials)"


@pytest.mark.parametrize(("call", "done"), [(1, [6]), (3, [6, 2])])
def test_an_interrupt_returns_what_is_done(call, done):
    """Ctrl-C in the first trial of a size keeps the sizes before; in a later one that size's trials as well."""
    with pytest.warns(SamplingInterruptedWarning, match="are done, and returned"):
        partial = monte_carlo_sweep(raises_at(30, call, KeyboardInterrupt()), [20, 30, 40], trials=6, rng=0)
    assert [one.trials for one in partial] == done
    assert partial.interrupted
    assert str(partial).endswith("interrupted")


@pytest.mark.parametrize(("call", "done"), [(1, [6]), (3, [6, 2])])
def test_a_failure_carries_what_is_done(call, done):
    """The error has the sweep up to the trial that failed."""
    with pytest.raises(TrialError, match="failed with ZeroDivisionError: oh") as caught:
        monte_carlo_sweep(raises_at(30, call, ZeroDivisionError("oh")), [20, 30, 40], trials=6, rng=0)
    assert isinstance(caught.value.partial, MonteCarloSweep)
    assert [one.trials for one in caught.value.partial] == done


@pytest.mark.parametrize("error", [ZeroDivisionError("oh"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_nothing_done_nothing_kept(error):
    """What stops the very first trial is raised as it is."""
    with pytest.raises(type(error)):
        monte_carlo_sweep(raises_at(20, 1, error), [20, 30], trials=2, rng=0)


def test_progress_runs_over_all_sizes():
    """One rise from zero to one, with the cost of each size when its turn comes."""
    heard = []
    monte_carlo_sweep(tanh, [10, 20], trials=2, rng=0, progress=lambda done, message: heard.append((done, message)))
    parts = [done for done, _ in heard]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    assert [message.split(":")[0] for _, message in heard if message] == [
        "2 times LAPACK on 10 x 10", "2 times LAPACK on 20 x 20"]


def test_bad_sizes():
    """Each is refused by name."""
    for sizes, message in (([], "sizes must name at least one"), ([0], "sizes must be an integer of at least 1"),
                           ([(1, 2, 3)], r"sizes must hold numbers n or pairs \(n, m\)")):
        with pytest.raises(ValueError, match=message):
            monte_carlo_sweep(tanh, sizes)
