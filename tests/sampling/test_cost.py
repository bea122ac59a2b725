"""What sampling costs, said before it begins: against the evaluations that are made, and the memory that is used."""

import gc
import tracemalloc
import warnings

import numpy as np
import pytest

from opsvd import Gaussian, Kernel, check_matrix, crosscheck, decompose, elementwise, monte_carlo, monte_carlo_sweep
from opsvd.errors import LongSamplingWarning
from opsvd.essay import essay_panels
from opsvd.sampling import (
    ArrayBlocks,
    Auto,
    Cost,
    DaskBlocks,
    Dense,
    Engine,
    LowRank,
    MatrixSpectrum,
    Remainder,
    RowBlocks,
    StoredMatrix,
    draw_matrix,
    iid,
    sampling_cost,
)
from opsvd.sampling.engine import entry_seconds


def jump(x, y):
    """Of no low rank."""
    return x > y


def tanh(x, y):
    """Of low rank."""
    return np.tanh(x * y)


class Counted:
    """A kernel that counts its values and its calls."""

    def __init__(self, h):
        self.h, self.values, self.calls = h, 0, 0

    def __call__(self, x, y):
        """Count."""
        values = self.h(x, y)
        self.values += values.size
        self.calls += 1
        return values


MEASURED = [
    (RowBlocks(), jump, (1500, 1500), 20),
    (RowBlocks(), jump, (300, 10000), 20),
    (RowBlocks(lanczos=3), jump, (8000, 400), 20),
    (RowBlocks(dtype="float32"), jump, (500, 4000), 20),
    (RowBlocks(dtype="float32", lanczos=2), jump, (6000, 1000), 5),
    (RowBlocks(rounds=1, lanczos=0), jump, (2000, 5000), 20),
    (RowBlocks(rounds=2, lanczos=1, dtype="float32"), jump, (2000, 5000), 20),
    (RowBlocks(rtol=1e-10, lanczos=0), lambda x, y: np.abs(x - y), (1200, 1200), 30),
    (RowBlocks(rtol=1e-3), lambda x, y: np.log(np.abs(x - y)), (1000, 1000), 5),
    (RowBlocks(), tanh, (1500, 3000), 5),
    (RowBlocks(width=60), jump, (1000, 3000), 20),
    (RowBlocks(lanczos=40, probes=16), jump, (500, 2000), 5),
    (RowBlocks(memory=3.45e8, lanczos=0), jump, (600, 6000), 20),
    (RowBlocks(), jump, (300, 300), 5),
    (ArrayBlocks(library="numpy", lanczos=2), jump, (1000, 4000), 20),
    (DaskBlocks(block=8e6, lanczos=2), jump, (1000, 4000), 20),
    (Dense(), tanh, (800, 800), None),
    (Dense(), tanh, (100, 20000), None),
    (Dense(), tanh, (20000, 100), None),
    (LowRank(), tanh, (30000, 30000), None),
    (LowRank(), tanh, (1000, 100000), None),
    (LowRank(), tanh, (100000, 1000), None),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("engine", "h", "shape", "rank"), MEASURED, ids=[
    f"{engine}, {shape}, {rank}" for engine, _, shape, rank in MEASURED])
def test_evaluations_and_memory_are_as_said(engine, h, shape, rank):
    """Used over said: evaluations 0.55 to 1.1, and the peak of memory 0.5 to 1.15."""
    kernel = Counted(h)
    matrix = draw_matrix(Kernel(kernel), shape, Gaussian(), Gaussian(), np.random.default_rng(0))
    cost, kernel.values = engine.cost(matrix, rank), 0
    gc.collect()
    tracemalloc.start()
    engine.spectrum(matrix, rank)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The dense engine and the blocks of others evaluate every entry once; a constant part is left out of account.
    assert 0.55 < kernel.values / cost.evaluations < 1.1
    assert 0.5 < peak / cost.memory < 1.15


def test_points_of_many_coordinates_are_evaluated_in_smaller_tiles():
    """A plain kernel of vectors writes k numbers for each pair: its tiles have fewer pairs, and the memory says so."""
    measure = Gaussian.standard(100)
    matrix = draw_matrix(Kernel(lambda x, y: np.tanh(np.sum(x * y, axis=-1)), dims=(100, 100)), (400, 400), measure,
                         measure, np.random.default_rng(0))
    cost = Dense().cost(matrix)
    gc.collect()
    tracemalloc.start()
    values = matrix.stored()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < cost.memory < 2e7
    np.testing.assert_allclose(values, np.tanh(matrix.x @ matrix.y.T) / 400, atol=1e-14)


def test_the_cost_knows_the_options():
    """More rounds, passes, columns and trials cost more; single precision twice the passes, of half the bytes."""
    def cost(**options):
        return sampling_cost(jump, 3000, rank=20, engine=RowBlocks(**options))

    plain = cost()
    assert cost(rounds=1).evaluations == plain.evaluations - 3 * 9e6
    assert cost(lanczos=0).evaluations == plain.evaluations - 10 * 9e6
    assert cost(dtype="float32").evaluations == 18 * 9e6 + 80 * 3000
    assert cost(rtol=1e-12, lanczos=0).evaluations > cost(lanczos=0).evaluations
    assert cost(width=120).memory > 1.3 * plain.memory
    assert plain.work == "14 passes over 3000 x 3000 entries, 40 columns at a time"
    assert plain.evaluations == 14 * 9e6


def test_a_slow_kernel_is_timed_on_few_entries():
    """One that takes long for each value is called for some hundred of them, and a fast one for a tile."""
    kernel = Counted(lambda x, y: np.tanh(x * y))
    matrix = draw_matrix(Kernel(kernel), (500, 500), Gaussian(), Gaussian(), np.random.default_rng(0))
    kernel.values = 0
    entry_seconds(matrix)
    assert 1000 < kernel.values <= 3 * 8 * 500 + 2 * 8 * 256
    slow = Counted(np.vectorize(lambda x, y: sum(range(20000)) * 0.0 + x * y))
    matrix.kernel.function = slow
    assert entry_seconds(matrix) > 1e-5
    assert slow.values <= 3 * 64


class Slow(Engine):
    """An engine that computes nothing and is said to take long; it notes when it begins."""

    seconds = 50.0
    begun = 0

    def spectrum(self, matrix, rank=None, tick=None):
        """One."""
        type(self).begun += 1
        return MatrixSpectrum(np.ones(1), np.zeros(1), 1.0, Remainder(), "Slow()")

    def cost(self, matrix, rank=None):
        """Fifty seconds."""
        return Cost(self.seconds, 1e9, f"work on {matrix.shape[0]} x {matrix.shape[1]}", 7.0)


def first_warning(function, *args, **options):
    """The warning that a call raises, before any spectrum is begun."""
    Slow.begun = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(LongSamplingWarning) as caught:
            function(*args, **options)
    assert Slow.begun == 0
    return str(caught.value)


def test_the_cost_of_all_is_said_before_the_first():
    """Of trials, of all sizes of a sweep together, of a matrix to be checked, and of independent entries."""
    assert first_warning(monte_carlo, tanh, 30, trials=2, engine=Slow()).startswith(
        "2 times work on 30 x 30: about 1.7 min and 1 GB; pass progress=True")
    assert first_warning(monte_carlo_sweep, tanh, [10, 20], engine=Slow()).startswith(
        "work on 10 x 10 and 1 other size: about 1.7 min and 1 GB; pass progress=True")
    assert first_warning(monte_carlo_sweep, tanh, [10, 20, 30], engine=Slow(), rank=1).startswith(
        "work on 10 x 10 and 2 other sizes: about 2.5 min")
    assert first_warning(iid, 10, trials=3, engine=Slow()).startswith("3 times work on 10 x 10: about 2.5 min and 1 GB")
    slower = type("Slower", (Slow,), {"seconds": 70.0})()
    svd = decompose(tanh, rtol=1e-4)
    assert first_warning(check_matrix, np.ones((5, 4)), svd, engine=slower).startswith("work on 5 x 4: about 70 s")


def test_crosschecks_and_the_essay_say_their_cost_first(monkeypatch):
    """Also where each of their sizes takes less than a minute, and before the decomposition."""
    monkeypatch.setattr(Auto, "cost", Slow.cost)
    monkeypatch.setattr(Auto, "seconds", 50.0, raising=False)
    monkeypatch.setattr(Auto, "spectrum", Slow.spectrum)
    for name in ("opsvd.comparison.crosscheck", "opsvd.essay"):
        monkeypatch.setattr(__import__("sys").modules[name], "decompose", None)
    assert first_warning(crosscheck, tanh, (20, 30), trials=2).startswith(
        "2 times work on 20 x 20 and 1 other size: about 3.3 min and 1 GB; Ctrl-C stops it with what is done")
    assert first_warning(essay_panels, n=(10,), ranks_n=(20,), trials=2).startswith(
        "2 times work on 20 x 20 and 11 other sizes: about 15 min and 1 GB")


def test_slow_kernels_on_small_matrices_are_announced(monkeypatch):
    """What counts is the time, and not the size."""
    monkeypatch.setattr("opsvd.sampling.dense.entry_seconds", lambda matrix: 1e-2)
    with pytest.warns(LongSamplingWarning, match="LAPACK on 100 x 100: about 1.7 min") as caught:
        monte_carlo(tanh, 100, rng=0)
    assert caught[0].filename == __file__


def test_with_progress_all_costs_are_the_first_messages():
    """Size by size, before anything is done, and no warning besides."""
    heard = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        monte_carlo_sweep(tanh, [10, 20], trials=2, rank=1, engine=Slow(),
                          progress=lambda done, message: heard.append((done, message)))
    assert heard[:2] == [(0.0, "2 times work on 10 x 10: about 1.7 min and 1 GB"),
                         (0.0, "2 times work on 20 x 20: about 1.7 min and 1 GB")]


def test_stored_matrices_and_vectors_have_costs():
    """Whatever can be sampled."""
    stored = StoredMatrix(np.random.default_rng(0).standard_normal((600, 500)))
    for engine in (Dense(), RowBlocks(), LowRank(), Auto()):
        cost = engine.cost(stored, 3)
        assert cost.evaluations > 0.0
        assert cost.memory > 0.0
    assert sampling_cost(elementwise(np.tanh), 5000).evaluations < 5e6
