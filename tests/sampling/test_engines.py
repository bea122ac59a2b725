"""All engines on the same samples: against LAPACK, and against what they state themselves."""

import importlib
import importlib.util
import os

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from opsvd.errors import KernelError
from opsvd.kernels import Kernel
from opsvd.measures import Gaussian
from opsvd.sampling import (
    ENGINES,
    ArrayBlocks,
    Auto,
    DaskBlocks,
    Dense,
    LowRank,
    MatrixSpectrum,
    NotLowRankError,
    Remainder,
    RowBlocks,
    StoredMatrix,
    draw_matrix,
)
from opsvd.spectrum import effective_ranks

# Namespaces on the CPU. torch is too large for every run: it is tested where it is installed, and where the variable
# asks for it, as one job of the CI does, it must be.
ASKED = os.environ.get("OPSVD_TEST_TORCH") == "1"
LIBRARIES = ["numpy", "array_api_strict", *(["torch"] if ASKED or importlib.util.find_spec("torch") else [])]
SMOOTH = {
    "tanh": lambda x, y: np.tanh(x * y),
    "sin": lambda x, y: np.sin(x * y),
    "log": lambda x, y: np.log(np.abs(x * y)),
    "gauss": lambda x, y: np.exp(-0.5 * (x - y) ** 2),
    "rank one": lambda x, y: x * y,
}
ROUGH = {
    "jump": lambda x, y: x > y,
    "kink": lambda x, y: np.abs(x - y),
    "relu": lambda x, y: np.maximum(x * y - 1.0, 0.0),
    "disc": lambda x, y: x**2 + y**2 < 1.0,
    "log": lambda x, y: np.log(np.abs(x - y)),
}
K = 20


def drawn(h, n, m=None, seed=0):
    """A sampled matrix."""
    return draw_matrix(Kernel(h), (n, m or n), Gaussian(), Gaussian(), np.random.default_rng(seed))


@pytest.fixture(scope="module")
def exact():
    """Matrices and their spectra by LAPACK; benchmarks/engines.py has the same at n = 2000."""
    kernels = {("smooth", name): h for name, h in SMOOTH.items()} | {("rough", name): h for name, h in ROUGH.items()}
    matrices = {name: drawn(h, 600) for name, h in kernels.items()}
    return {name: (matrix, Dense().spectrum(matrix)) for name, matrix in matrices.items()}


@pytest.mark.parametrize("engine", [LowRank(), RowBlocks(), DaskBlocks(), LowRank(seed=3), RowBlocks(seed=3)], ids=str)
@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_kernels(exact, engine, name):
    """Within 1e-10 s_1 of LAPACK, and within what is stated; the nuclear norm and the effective rank likewise."""
    matrix, truth = exact["smooth", name]
    found = engine.spectrum(matrix, K)
    error = np.abs(found.values[:K] - truth.values[:K])
    assert found.values.size >= K
    assert (error <= 1e-10 * truth.values[0]).all()
    assert (error <= found.errors[:K] + truth.errors[:K]).all()
    assert (found.errors <= 1e-10 * truth.values[0]).all()
    assert_allclose(found.norm, truth.norm, rtol=1e-12)
    for functional in ("nuclear_norm", "effective_rank"):
        ours, theirs = getattr(found, functional)(), getattr(truth, functional)()
        assert abs(ours.value - theirs.value) <= ours.error + theirs.error
        assert_allclose(ours.value, theirs.value, rtol=1e-6)


@pytest.mark.parametrize("engine", [RowBlocks(), DaskBlocks(), RowBlocks(dtype="float32"), RowBlocks(seed=5),
                                    RowBlocks(lanczos=0), RowBlocks(memory=3.245e8)], ids=str)
@pytest.mark.parametrize("name", ROUGH)
def test_kinks_and_jumps(exact, engine, name):
    """What is stated is true, and at most 1e-4 s_1; the nuclear norm is within its interval, which is not wide."""
    matrix, truth = exact["rough", name]
    found = engine.spectrum(matrix, K)
    error = np.abs(found.values - truth.values[:K])
    assert (error <= found.errors + truth.errors[:K]).all()
    assert (found.errors <= 1e-4 * truth.values[0]).all()
    nuclear, rank = found.nuclear_norm(), found.effective_rank()
    assert abs(nuclear.value - truth.nuclear_norm()) <= nuclear.error
    assert abs(rank.value - truth.effective_rank()) <= rank.error
    if engine.lanczos:
        assert abs(nuclear.value / truth.nuclear_norm() - 1.0) < 0.06
        assert nuclear.error < 0.16 * nuclear.value
    assert abs(rank.value - truth.effective_rank()) <= found.likely_error() <= 1.001 * rank.error
    assert_allclose(found.effective_rank("stable"), truth.effective_rank("stable"), rtol=1e-4)


@pytest.mark.parametrize("kind", ["nuclear", "entropy", "stable"])
@pytest.mark.parametrize("share", [1e-7, 1e-10, 1e-13])
def test_many_values_below_those_computed_are_within_the_bars(kind, share):
    """A hundred thousand equal values that make up a small part of the sum, of which the spectrum gives the bound."""
    values = 0.5 ** np.arange(12.0)
    whole = np.concatenate([values, np.full(100_000, share * values.sum() / 1e5)])
    found = MatrixSpectrum(values, np.zeros(12), float(np.linalg.norm(values)), Remainder(0.0, 0.0, whole[12:].sum()),
                           "none")
    rank = found.effective_rank(kind)
    assert abs(rank - effective_ranks(whole, kind=kind)) <= rank.error + 1e-12
    assert rank.error < 1e-4
    nuclear = found.nuclear_norm()
    assert nuclear.lower <= whole.sum() <= nuclear.upper * (1.0 + 1e-15)


def test_the_leading_sum_is_far_from_the_nuclear_norm(exact):
    """For a jump the top twenty values are three quarters of the sum: the engine says what is missing."""
    matrix, truth = exact["rough", "jump"]
    assert truth.values[:K].sum() < 0.75 * truth.nuclear_norm()
    found = RowBlocks().spectrum(matrix, K)
    assert found.remainder.low > 0.2 * truth.nuclear_norm()
    assert "Lanczos quadrature, 8 probes, 10 steps" in found.remainder.note
    with pytest.raises(ValueError, match="kind='entropy' needs all singular values"):
        found.effective_rank("entropy")
    with pytest.raises(ValueError, match="kind must be one of"):
        found.effective_rank("best")


@pytest.mark.parametrize("steps", [2, 4, 10, 30])
@pytest.mark.parametrize("law", [lambda i: 1.0 / i, lambda i: i**-0.75, lambda i: i**-2.0, lambda i: np.exp(-i / 50.0),
                                 lambda i: np.where(i > 100, 0.01, 1.0)])
def test_the_likely_error_of_the_sum_of_the_rest(law, steps):
    """For power laws, exponentials and plateaus it holds, and after ten steps the estimate is within 15 per cent."""
    values = law(np.arange(1.0, 501.0))
    matrix = StoredMatrix(np.diag(values))
    found, truth = RowBlocks(lanczos=steps).spectrum(matrix, 10).remainder, values[10:].sum()
    assert found.low * (1.0 - 1e-6) <= truth <= found.high * (1.0 + 1e-6)
    assert abs(found.value - truth) <= found.error + 1e-6 * truth
    assert found.error <= max(found.high - found.value, found.value - found.low) + 1e-12
    if steps >= 10:
        assert_allclose(found.value, truth, rtol=0.15)


def test_the_interval_of_the_lanczos_quadrature_is_honest():
    """Over thirty seeds it holds the truth in at least twenty-seven, at 95 per cent."""
    matrix = drawn(ROUGH["jump"], 300)
    truth = Dense().spectrum(matrix).values[5:].sum()
    rests = [RowBlocks(seed=seed).spectrum(matrix, 5).remainder for seed in range(30)]
    assert sum(rest.low <= truth <= rest.high for rest in rests) >= 27
    assert abs(np.mean([rest.value for rest in rests]) / truth - 1.0) < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (3, 50), (50, 3), (30, 40), (400, 60)])
@pytest.mark.parametrize("engine", [RowBlocks(), DaskBlocks(), RowBlocks(dtype="float32"), RowBlocks(width=4),
                                    LowRank()], ids=str)
def test_shapes(shape, engine):
    """Small and oblong matrices, and more values asked for than stand above rounding."""
    for h in (SMOOTH["tanh"], SMOOTH["gauss"]):
        matrix = drawn(h, *shape)
        truth, k = Dense().spectrum(matrix), min(7, *shape)
        found = engine.spectrum(matrix, k)
        assert (np.abs(found.values[:k] - truth.values[:k]) <= found.errors[:k] + truth.errors[:k]).all()
        assert abs(found.nuclear_norm() - truth.nuclear_norm()) <= found.nuclear_norm().error + 1e-12


@pytest.mark.parametrize("engine", [Dense(), LowRank(), RowBlocks(), DaskBlocks(), RowBlocks(dtype="float32")], ids=str)
def test_zero(engine):
    """The zero matrix has zero values, and an effective rank of zero."""
    found = engine.spectrum(drawn(lambda x, y: 0.0 * x * y, 40), 3)
    assert not found.values.any()
    assert (found.norm, found.nuclear_norm().value, found.effective_rank()) == (0.0, 0.0, 0.0)


BUMPS = {
    "corner": lambda x, y: np.tanh(x * y) + np.where((x > 2.5) & (y > 2.5), 3.0, 0.0),
    "narrow": lambda x, y: np.sin(x * y) + 9.0 * np.exp(-200.0 * ((x - 3.0) ** 2 + (y - 3.0) ** 2)),
    "edge": lambda x, y: x * y + np.where(x < -3.0, np.sign(np.sin(1e3 * y)), 0.0),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["corner", "narrow", "edge"])
def test_the_certificate_catches_what_is_built_to_fool_cross_approximation(name, seed):
    """A bump in a corner that no pivot row crosses: it is found at the certificate's entries, and becomes a pivot."""
    matrix = drawn(BUMPS[name], 700, seed=seed)
    truth, engine = Dense().spectrum(matrix), LowRank(seed=seed)
    found = engine.spectrum(matrix, K)
    assert (np.abs(found.values[:K] - truth.values[:K]) <= found.errors[:K] + truth.errors[:K]).all()
    assert (found.errors <= 1e-10 * truth.values[0]).all()


@pytest.mark.parametrize("name", ["jump", "kink", "log"])
def test_what_is_not_of_low_rank_is_refused(exact, name):
    """The low-rank engine refuses kinks and jumps, and the certificate can be read from the error."""
    with pytest.raises(NotLowRankError, match=r"rank at most 120.*residual.*use engine='row-blocks'") as caught:
        LowRank().spectrum(exact["rough", name][0], K)
    assert caught.value.certificate.bound > 1e-3 * exact["rough", name][1].norm


def test_the_certificate_can_be_read(exact):
    """A result of the low-rank engine carries it, and the errors stated are not below it."""
    found = LowRank().spectrum(exact["smooth", "tanh"][0], 3)
    assert found.certificate.entries > 20_000
    assert found.certificate.bound < 1e-11
    assert (found.errors >= found.certificate.bound).all()
    assert found.note.startswith("25 terms; residual")


def test_the_automatic_choice():
    """Dense where LAPACK can, else low rank where it is, else row blocks; oblong matrices count by their small side."""
    auto, jump = Auto(), ROUGH["jump"]
    assert auto.choose(drawn(jump, 4000)) == Dense()
    assert auto.choose(drawn(jump, 100_000, 50)) == Dense()
    assert auto.choose(drawn(SMOOTH["tanh"], 5000)) == LowRank()
    assert auto.choose(drawn(jump, 5000)) == RowBlocks()


def test_a_failed_certificate_falls_back_to_row_blocks(monkeypatch):
    """If the pilot is fooled and the whole matrix is not of low rank, row blocks take over and the note says why."""
    monkeypatch.setattr(LowRank, "pilot_rank", lambda self, matrix: 5)
    monkeypatch.setattr("opsvd.sampling.auto._DENSE_SIDE", 100)
    matrix = drawn(ROUGH["kink"], 300)
    found = Auto().spectrum(matrix, 3)
    assert found.engine == "RowBlocks" + repr(RowBlocks())[9:]
    assert "not of low rank: residual" in found.note


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_other_array_libraries(library, dtype):
    """The same answer from any namespace of the array API: of a kernel written for it, and of a stored matrix."""
    xp = importlib.import_module(library)
    matrix = drawn(SMOOTH["tanh"], 300, 200)
    truth = Dense().spectrum(matrix)
    engine = ArrayBlocks(library=library, function=lambda x, y: xp.tanh(x * y), dtype=dtype)
    for given in (matrix, StoredMatrix(matrix.stored())):
        found = engine.spectrum(given, 5)
        assert (np.abs(found.values - truth.values[:5]) <= found.errors).all()
        assert (found.errors <= (1e-5 if dtype == "float32" else 1e-9) * truth.values[0]).all()


def test_kernels_that_the_array_library_cannot_take():
    """A numpy-only kernel, and another function than h, are refused with what to do."""
    matrix = drawn(lambda x, y: np.maximum(x.astype(float), y.astype(float)), 30)
    with pytest.raises(KernelError, match=r"h must take arrays of array_api_strict.*Pass the same function"):
        ArrayBlocks(library="array_api_strict").spectrum(matrix, 2)
    with pytest.raises(KernelError, match="function must be h for arrays of numpy, but differs"):
        ArrayBlocks(library="numpy", function=lambda x, y: x * y).spectrum(drawn(SMOOTH["tanh"], 30), 2)
    with pytest.raises(ImportError, match="library must name an installed array library, got 'abacus'"):
        ArrayBlocks(library="abacus").spectrum(matrix, 2)


def test_points_where_the_kernel_is_not_finite():
    """The array engine and single precision take what the kernel does beside such points, as all others do."""
    def h(x, y):
        return np.where(np.abs(x) > 1e3, np.inf, np.log(np.abs(x - y)))

    matrix = draw_matrix(Kernel(h), (60, 60), Gaussian(), Gaussian(), np.random.default_rng(0))
    matrix.y[:5] = matrix.x[:5]
    truth = Dense().spectrum(matrix).values[:3]
    for engine in (RowBlocks(), ArrayBlocks(library="numpy")):
        assert_allclose(engine.spectrum(matrix, 3).values, truth, rtol=1e-5)


def test_dask_gives_the_same_answer_in_any_number_of_threads(exact):
    """Sums are taken in a fixed order; blocks may be of any size."""
    import dask

    matrix, answers = exact["rough", "jump"][0], []
    for threads in (1, 2):
        with dask.config.set(num_workers=threads):
            answers.append(DaskBlocks(block=2e6, lanczos=2).spectrum(matrix, 5).values)
    assert_array_equal(*answers)


def test_engines_have_names():
    """Every name gives an engine."""
    assert list(ENGINES) == ["auto", "dense", "low-rank", "row-blocks", "dask", "torch", "cupy"]
    assert repr(ENGINES["torch"]()).startswith("ArrayBlocks(")
    assert ENGINES["cupy"]().library == "cupy"


NAN, INF = float("nan"), float("inf")
BAD_OPTIONS = [
    *[(engine, option, value, message)
      for engine in (RowBlocks, DaskBlocks, ArrayBlocks)
      for option, value, message in [
          ("dtype", "float16", "dtype must be one of 'float64', 'float32', got 'float16'"),
          ("dtype", None, "dtype must be one of"),
          ("rounds", 0, "rounds must be an integer of at least 1"),
          ("rounds", 2.5, "rounds must be an integer, got 2.5"),
          ("width", 0, "width must be an integer of at least 1"),
          ("width", "wide", "width must be an integer, got 'wide'"),
          ("probes", 1, "lanczos needs probes at least 2"),
          ("probes", 0, "probes must be an integer of at least 1"),
          ("lanczos", -1, "lanczos must be an integer of at least 0, got -1"),
          ("lanczos", 1.5, "lanczos must be an integer, got 1.5"),
          ("lanczos", NAN, "lanczos must be an integer, got nan"),
          ("memory", -1.0, "memory must be positive, got -1.0"),
          ("memory", NAN, "memory must be finite, got nan"),
          ("memory", "1 GB", "memory must be a real number, got '1 GB'"),
          ("seed", -1, "seed must be an integer of at least 0, got -1"),
          ("seed", "x", "seed must be an integer, got 'x'")]],
    *[(engine, option, value, message)
      for engine in (RowBlocks, DaskBlocks, ArrayBlocks, LowRank)
      for option, value, message in [
          ("rtol", NAN, "rtol must be finite, got nan"),
          ("rtol", INF, "rtol must be finite, got inf"),
          ("rtol", 0.0, "rtol must be positive, got 0.0"),
          ("rtol", -1e-5, "rtol must be positive, got -1e-05"),
          ("rtol", 1.0, "rtol must be below 1"),
          ("rtol", "small", "rtol must be a real number, got 'small'"),
          ("rtol", None, "rtol must be a real number, got None")]],
    (DaskBlocks, "block", -1, "block must be positive, got -1.0"),
    (DaskBlocks, "block", 0, "block must be positive"),
    (DaskBlocks, "block", NAN, "block must be finite, got nan"),
    (DaskBlocks, "block", "64 MB", "block must be a real number, got '64 MB'"),
    (ArrayBlocks, "library", 3, "library must be the name of an array library, got 3"),
    (ArrayBlocks, "library", np, "library must be the name of an array library, got <module"),
    (ArrayBlocks, "library", "", "library must be the name of an array library, got ''"),
    (ArrayBlocks, "function", 3.0, "function must be callable as h"),
    (LowRank, "max_rank", 0, "max_rank must be an integer of at least 1, got 0"),
    (LowRank, "max_rank", 2.0, "max_rank must be an integer, got 2.0"),
    (LowRank, "max_rank", True, "max_rank must be an integer, got True"),
    (LowRank, "seed", -3, "seed must be an integer of at least 0, got -3"),
    (LowRank, "seed", None, "seed must be an integer, got None"),
]


@pytest.mark.parametrize(("engine", "option", "value", "message"), BAD_OPTIONS)
def test_bad_options_are_refused_when_the_engine_is_made(engine, option, value, message):
    """Each is refused by name, before any matrix is there."""
    with pytest.raises((ValueError, TypeError), match=message):
        engine(**{option: value})


def test_bad_options_of_a_matrix():
    """Too little memory, a rank that is none, and a matrix that is none."""
    with pytest.raises(ValueError, match=r"memory must be at least .* bytes for 3 singular values"):
        RowBlocks(memory=1e6).spectrum(drawn(SMOOTH["tanh"], 30), 3)
    for engine in (RowBlocks(), LowRank()):
        with pytest.raises(ValueError, match="rank must be an integer of at least 1, got 0"):
            engine.spectrum(drawn(SMOOTH["tanh"], 30), 0)
    with pytest.raises(ImportError, match="library must name an installed array library, got 'math'"):
        ArrayBlocks(library="math").spectrum(drawn(SMOOTH["tanh"], 30), 2)
    with pytest.raises(ValueError, match="matrix must be a two-dimensional array of finite numbers"):
        StoredMatrix([1.0, np.nan])
