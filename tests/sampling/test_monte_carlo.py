"""Monte Carlo spectra: statistics, streams, engines."""

import itertools
import math
import re
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from opsvd.errors import LongSamplingWarning, SamplingInterruptedWarning, TrialError
from opsvd.sampling import (
    Cost,
    Dense,
    Engine,
    MatrixSpectrum,
    MonteCarloSpectrum,
    Remainder,
    RowBlocks,
    iid,
    iid_gaussian,
    monte_carlo,
    sample_matrix,
    sampling_cost,
)


def tanh(x, y):
    """The essay's kernel."""
    return np.tanh(x * y)


def test_statistics():
    """Mean and standard error are those of the trials, for the leading values; the effective rank is of all."""
    sampled = monte_carlo(tanh, 40, trials=6, rank=3, rng=0)
    whole = monte_carlo(tanh, 40, trials=6, rng=0)
    assert sampled.singular_values.shape == (6, 3)
    assert (whole.singular_values.shape, whole.rank, whole.trials, whole.n) == ((6, 40), 40, 6, 40)
    assert_array_equal(sampled.singular_values, whole.singular_values[:, :3])
    assert_allclose(sampled.mean, sampled.singular_values.mean(axis=0))
    assert_allclose(sampled.standard_error, sampled.singular_values.std(axis=0, ddof=1) / math.sqrt(6))
    assert_array_equal(sampled.effective_rank(), whole.effective_rank())
    s = whole.singular_values
    assert_allclose(sampled.effective_rank(), s.sum(axis=1) ** 2 / (s**2).sum(axis=1))
    assert (sampled.effective_rank("stable") <= sampled.effective_rank()).all()


def test_values_approach_those_of_the_operator():
    """With the size of the matrix the values of tanh(xy) approach 0.523183285 and 0.059203253."""
    mean = monte_carlo(tanh, 400, trials=10, rng=1).mean[:2]
    assert_allclose(mean, [0.523183285, 0.059203253], rtol=0.03)


def test_a_single_trial_has_no_standard_error():
    """One matrix says nothing of its own scatter: infinite, not NaN, and without a warning."""
    sampled = monte_carlo(tanh, 10, rng=0)
    assert np.isinf(sampled.standard_error).all()
    assert np.isfinite(sampled.mean).all()
    assert "standard error" not in str(sampled)
    assert "error of its SVD" in str(sampled)


def test_trials_have_streams_of_their_own():
    """Trial t is the same however many are drawn; trials differ; a generator moves on between calls."""
    few, many = (monte_carlo(tanh, 12, trials=trials, rng=5).spectra for trials in (3, 7))
    assert_array_equal(few, many[:3])
    assert len({spectrum[0] for spectrum in many}) == 7
    rng = np.random.default_rng(5)
    first, second = monte_carlo(tanh, 12, trials=3, rng=rng), monte_carlo(tanh, 12, trials=3, rng=rng)
    assert_array_equal(first.spectra, few)
    assert not np.array_equal(second.spectra, few)


def test_independent_entries_have_full_rank():
    """The contrast: the effective rank of an i.i.d. matrix is (8 / 3 pi)^2 n = 0.72 n, while that of tanh stays put."""
    for n in (50, 200):
        full = iid(n, trials=4, rng=0).effective_rank().mean()
        low = monte_carlo(tanh, n, trials=4, rng=0).effective_rank().mean()
        assert_allclose(full / n, (8.0 / (3.0 * math.pi)) ** 2, rtol=0.03)
        assert 1.2 < low < 1.4
    spectra = iid(30, trials=2, rank=5, rng=3)
    assert spectra.singular_values.shape == (2, 5)
    assert isinstance(spectra, MonteCarloSpectrum)


def test_dense_computes_singular_values():
    """The default engine against numpy, for square and oblong matrices."""
    for shape in ((20, 20), (20, 7), (7, 20)):
        matrix = np.random.default_rng(0).standard_normal(shape)
        assert_allclose(Dense().singular_values(matrix), np.linalg.svd(matrix, compute_uv=False), rtol=1e-12)


class Eigen(Engine):
    """An engine of one's own."""

    def spectrum(self, matrix, rank=None, tick=None):
        """The roots of the eigenvalues of A^T A."""
        stored = matrix.stored()
        values = np.sqrt(np.maximum(np.linalg.eigvalsh(stored.T @ stored)[::-1], 0.0))
        return MatrixSpectrum(values, np.full(values.shape, 1e-7), np.linalg.norm(values), Remainder(), repr(self))

    def cost(self, matrix, rank=None):
        """Nothing to speak of."""
        return Cost(0.0, 0.0, "eigenvalues")

    def __repr__(self):
        """Its name."""
        return "Eigen()"


def test_an_engine_of_ones_own():
    """Any Engine object is taken, given the sampled matrices, and named in the result."""
    ours, theirs = monte_carlo(tanh, 30, rng=2, engine=Eigen()), monte_carlo(tanh, 30, rng=2, engine="dense")
    assert_allclose(ours.spectra[0, :3], theirs.spectra[0, :3], rtol=1e-8)
    assert (ours.engine, theirs.engine) == ("Eigen()", "Dense()")
    assert_allclose(iid(30, rng=2, engine=Eigen()).spectra, iid(30, rng=2).spectra, atol=1e-6)


def test_oblong_matrices():
    """With m columns, the values are those of h(x_i, y_j) / sqrt(nm)."""
    sampled = monte_carlo(tanh, 60, m=20, rng=3)
    expected = np.linalg.svd(sample_matrix(tanh, 60, m=20, rng=np.random.default_rng(3).spawn(1)[0]), compute_uv=False)
    assert (sampled.n, sampled.m, sampled.rank) == (60, 20, 20)
    assert_allclose(sampled.spectra[0], expected, atol=1e-14)
    assert repr(sampled).startswith("MonteCarloSpectrum(n=60, m=20, trials=1")
    assert "n = 60, m = 20" in str(sampled)


def test_the_number_of_workers_changes_nothing():
    """Trials side by side are the same trials."""
    alone, together = (monte_carlo(tanh, 40, trials=9, rng=4, workers=workers) for workers in (1, 3))
    assert_array_equal(alone.spectra, together.spectra)


def fails_in(trial, error, n=20):
    """The kernel tanh(xy), which raises in the given trial, counted from 1; a trial of small n is one call."""
    calls = itertools.count(1)

    def h(x, y):
        if x.shape[0] == n and next(calls) == trial:
            raise error
        return np.tanh(x * y)

    return h


def test_an_interrupt_returns_what_is_done():
    """Ctrl-C in trial 31 of 50 returns thirty, with a warning, the same as if thirty had been asked for."""
    with pytest.warns(SamplingInterruptedWarning, match="30 of 50 trials are done"):
        partial = monte_carlo(fails_in(31, KeyboardInterrupt()), 20, trials=50, rng=6)
    assert (partial.trials, partial.interrupted) == (30, True)
    assert_array_equal(partial.spectra, monte_carlo(tanh, 20, trials=30, rng=6).spectra)
    with pytest.raises(KeyboardInterrupt):
        monte_carlo(fails_in(1, KeyboardInterrupt()), 20, trials=50, rng=6)


def test_a_trial_that_fails_is_named_and_those_before_are_kept():
    """A kernel that raises in trial 17: the error says so, and carries the sixteen; in the first trial it is raised."""
    with pytest.raises(TrialError, match="trial 17 of 50 failed with ZeroDivisionError: oh") as caught:
        monte_carlo(fails_in(17, ZeroDivisionError("oh")), 20, trials=50, rng=6)
    assert (caught.value.trial, caught.value.partial.trials) == (17, 16)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert_array_equal(caught.value.partial.spectra, monte_carlo(tanh, 20, trials=16, rng=6).spectra)
    with pytest.raises(ZeroDivisionError, match="oh"):
        monte_carlo(fails_in(1, ZeroDivisionError("oh")), 20, trials=50, rng=6)


@pytest.mark.parametrize("error", [ZeroDivisionError("oh"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_workers_keep_what_is_done(error):
    """With several workers those that were running are waited for and kept, and nothing is begun after the failure."""
    outcome = pytest.raises(TrialError, match="failed with ZeroDivisionError") if isinstance(error, Exception) else (
        pytest.warns(SamplingInterruptedWarning, match="of 60 trials are done"))
    with outcome as caught:
        # Values are asked for again at no more than 32 rows, so that calls with 40 are those of trials.
        partial = monte_carlo(fails_in(20, error, n=40), 40, trials=60, rng=6, workers=2)
    kept = caught.value.partial if isinstance(error, Exception) else partial
    assert 19 <= kept.trials < 60
    whole = {tuple(spectrum) for spectrum in monte_carlo(tanh, 40, trials=60, rng=6).spectra}
    assert {tuple(spectrum) for spectrum in kept.spectra} <= whole


def test_progress():
    """The first message is the cost, said beforehand; then the part done rises to one."""
    heard = []
    monte_carlo(tanh, 30, trials=4, rng=0, progress=lambda done, message: heard.append((done, message)))
    parts = [done for done, _ in heard]
    assert heard[0][1].startswith("4 times LAPACK on 30 x 30: about")
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)


def test_progress_as_a_bar_and_as_lines(capsys, monkeypatch):
    """True draws a bar by tqdm if it is installed, and writes lines to stderr if not."""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monte_carlo(tanh, 20, trials=3, rng=0, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("opsvd:   0%  3 times LAPACK")
    assert lines[-1].startswith("opsvd: 100%")
    with pytest.raises(TypeError, match="progress must be True, None, or a callable"):
        monte_carlo(tanh, 20, progress=7)


def test_long_sampling_is_announced():
    """Without progress, more than a minute of expected work is a warning beforehand, with time and memory."""
    class Slow(Eigen):
        def cost(self, matrix, rank=None):
            return Cost(100.0, 1e9, "many passes")

    with pytest.warns(LongSamplingWarning, match=r"2 times many passes: about 3.3 min and 1 GB; pass progress=True"):
        monte_carlo(tanh, 1501, m=1501, trials=2, rng=0, rank=1, engine=Fixed(Slow()))


class Fixed(Engine):
    """An engine that computes nothing, with the cost of another."""

    def __init__(self, other):
        self.other = other

    def spectrum(self, matrix, rank=None, tick=None):
        """One."""
        return MatrixSpectrum(np.ones(1), np.zeros(1), 1.0, Remainder(), "Fixed()")

    def cost(self, matrix, rank=None):
        """That of the other."""
        return self.other.cost(matrix, rank)


def test_the_cost_is_said_in_words():
    """`sampling_cost` names the work, the time and the memory, and computes no SVD."""
    assert re.fullmatch(r"LAPACK on 100 x 50: about .* s and .* GB", str(sampling_cost(tanh, 100, m=50)))
    assert "cross approximation of 10000 x 10000 in about" in str(sampling_cost(tanh, 10_000))
    cost = sampling_cost(lambda x, y: x > y, 10_000, rank=5)
    assert "14 passes over 10000 x 10000 entries, 15 columns at a time" in str(cost)
    assert 0.0 < cost.seconds < 600.0
    assert 0.0 < cost.memory < 2e9


def test_iid_is_the_spectrum_of_iid_gaussian():
    """Trial 0 is the matrix of the first stream."""
    stream = np.random.default_rng(9).spawn(1)[0]
    assert_array_equal(iid(8, rng=9).spectra[0], Dense().singular_values(iid_gaussian(8, stream)))


def test_text():
    """The short form names the sizes; the long one shows values with their errors, and how many are left out."""
    sampled = monte_carlo(tanh, 20, trials=3, rng=0)
    assert repr(sampled) == "MonteCarloSpectrum(n=20, trials=3, rank=20, engine='Dense()')"
    lines = str(sampled).splitlines()
    assert lines[0] == "3 sampled matrices, n = 20, engine Dense()"
    assert lines[2].split()[1] == f"{sampled.mean[0]:.6g}"
    assert "and 10 more" in lines[-2]
    assert lines[-1].startswith("effective rank 1.")
    assert str(monte_carlo(tanh, 2, rng=0)).startswith("one sampled matrix, n = 2")


@pytest.mark.parametrize(("options", "message"), [
    ({"n": 0}, "n must be an integer of at least 1, got 0"),
    ({"trials": 0}, "trials must be an integer of at least 1, got 0"),
    ({"rank": 0}, "rank must be an integer of at least 1, got 0"),
    ({"rank": 11}, "rank must be at most n = 10.* got 11; lower rank or raise n"),
    ({"engine": "quantum"}, "engine must be one of 'auto', 'dense', .* or an Engine object, got 'quantum'"),
    ({"engine": Dense}, "engine must be one of"),
])
def test_bad_arguments(options, message):
    """Each is refused by name, for kernels and for independent entries alike."""
    options = {"n": 10} | options
    with pytest.raises(ValueError, match=message):
        monte_carlo(tanh, **options)
    with pytest.raises(ValueError, match=message):
        iid(**options)


def test_nuclear_norms_are_within_what_an_engine_leaves_open():
    """That of row blocks, of which the rest is estimated, against all values of the same matrices."""
    blocks, whole = (monte_carlo(lambda x, y: np.tanh(x * y), 300, trials=2, rank=8, rng=3, engine=engine)
                     for engine in (RowBlocks(), Dense()))
    errors = blocks.nuclear_norm_error()
    assert errors.shape == (2,)
    assert (np.abs(blocks.nuclear_norm() - whole.nuclear_norm()) <= errors + whole.nuclear_norm_error()).all()
