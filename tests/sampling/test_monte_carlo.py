"""Monte Carlo spectra: statistics, streams, engines."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from opsvd.sampling import Dense, Engine, MonteCarloSpectrum, iid, iid_gaussian, monte_carlo


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
    assert "standard error inf" in str(sampled)


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


def test_an_engine_of_ones_own():
    """Any Engine object is taken, given the sampled matrices, and named in the result."""
    class Eigen(Engine):
        def singular_values(self, matrix):
            return np.sqrt(np.maximum(np.linalg.eigvalsh(matrix.T @ matrix)[::-1], 0.0))

        def __repr__(self):
            return "Eigen()"

    ours, theirs = monte_carlo(tanh, 30, rng=2, engine=Eigen()), monte_carlo(tanh, 30, rng=2, engine="dense")
    assert_allclose(ours.spectra[0, :3], theirs.spectra[0, :3], rtol=1e-8)
    assert (ours.engine, theirs.engine) == ("Eigen()", "Dense()")
    assert_allclose(iid(30, rng=2, engine=Eigen()).spectra, iid(30, rng=2).spectra, atol=1e-6)


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
    ({"engine": "quantum"}, "engine must be one of 'auto', 'dense' or an Engine object, got 'quantum'"),
    ({"engine": Dense}, "engine must be one of"),
])
def test_bad_arguments(options, message):
    """Each is refused by name, for kernels and for independent entries alike."""
    options = {"n": 10} | options
    with pytest.raises(ValueError, match=message):
        monte_carlo(tanh, **options)
    with pytest.raises(ValueError, match=message):
        iid(**options)
