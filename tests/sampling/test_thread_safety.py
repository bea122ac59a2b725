"""Kernels that threads call at the same time: what is not safe for that is an error, and never a wrong number."""

import contextlib
import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from opsvd import Gaussian, KernelError, blockwise, elementwise, monte_carlo, monte_carlo_sweep
from opsvd.sampling import ArrayBlocks, DaskBlocks, Dense, LowRank, RowBlocks, draw_matrix
from opsvd.sampling.thread_safety import differs

UNSAFE = "not thread-safe, because it writes to an array or a variable"


class Meeting:
    """Lets two threads meet between the two halves of a kernel, so that they overlap in every run."""

    def __init__(self):
        self.barrier = threading.Barrier(2)

    def __call__(self):
        """Wait for another thread, if this is not the main one; where none comes, for a moment."""
        if threading.current_thread() is not threading.main_thread():
            with contextlib.suppress(threading.BrokenBarrierError):
                self.barrier.wait(1.0)


def keeps_a_variable(phi=np.tanh, *, vectors=False):
    """A kernel that keeps the product in a variable between its two lines."""
    kept, meet = {}, Meeting()

    def h(x, y):
        kept["z"] = np.sum(x * y, axis=-1) if vectors else x * y
        meet()
        return phi(kept["z"])

    return h


def gives_out_its_memory():
    """A kernel that writes to one array, and returns it."""
    arrays, meet = {}, Meeting()

    def h(x, y):
        z = arrays.setdefault((x.shape, y.shape), np.empty(np.broadcast_shapes(x.shape, y.shape)))
        np.multiply(x, y, out=z)
        meet()
        return np.tanh(z, out=z)

    return h


def depends_on_the_thread():
    """A kernel that is another one in threads than in the main thread."""
    local = threading.local()
    local.scale = 2.0
    return lambda x, y: np.tanh(getattr(local, "scale", 1.0) * x * y)


def on_blocks():
    """A map of blocks that keeps their norms in a variable."""
    kept, meet = {}, Meeting()

    def phi(z):
        kept["norms"] = np.linalg.norm(z, axis=(-2, -1), keepdims=True)
        meet()
        return z / kept["norms"]

    return phi


def of_one_number(h):
    """The function h(z, 1)."""
    return lambda z: h(z, 1.0)


VECTORS = {"mu_x": Gaussian.standard(3), "mu_y": Gaussian.standard(3)}
UNSAFE_KERNELS = {
    "a variable": (keeps_a_variable, {}),
    "a variable, rows": (keeps_a_variable, {"engine": RowBlocks(lanczos=0)}),
    "a variable, low rank": (keeps_a_variable, {"engine": LowRank()}),
    "a variable, another library": (keeps_a_variable, {"engine": ArrayBlocks(library="numpy", lanczos=0)}),
    "a variable, vectors": (lambda: keeps_a_variable(vectors=True), VECTORS),
    "an array": (gives_out_its_memory, {}),
    "an array, dense": (gives_out_its_memory, {"engine": Dense()}),
    "an array, single precision": (gives_out_its_memory, {"engine": RowBlocks(dtype="float32", lanczos=0)}),
    "the thread": (depends_on_the_thread, {}),
    "blocks": (lambda: blockwise(on_blocks(), 2), {}),
    "matrices": (lambda: keeps_a_variable(lambda z: np.tanh(z)[..., None, None] * np.eye(2)), {}),
    "a function of <x, y>": (lambda: elementwise(of_one_number(keeps_a_variable()), 3), {}),
}


SLEEPING = {"a variable, rows", "a variable, low rank", "a variable, another library", "an array, single precision",
            "matrices"}
"""Each takes a second of waiting, and others see the same check."""


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.thorough if name in SLEEPING else ()) for name in UNSAFE_KERNELS])
def test_a_kernel_that_is_not_thread_safe_is_refused(name):
    """With two workers it is an error that says so and what to do; with one worker the kernel is as good as any."""
    make, options = UNSAFE_KERNELS[name]
    with pytest.raises(KernelError, match=rf"{UNSAFE}.*workers=1"):
        monte_carlo(make(), 40, trials=4, rng=0, workers=2, **{"engine": "auto", **options})


def test_one_worker_does_not_mind():
    """Alone, the kernels above give the values of tanh(xy)."""
    plain = monte_carlo(lambda x, y: np.tanh(x * y), 40, trials=2, rng=0).spectra
    for make in (keeps_a_variable, gives_out_its_memory):
        assert_array_equal(monte_carlo(make(), 40, trials=2, rng=0).spectra, plain)


def test_sweeps_are_checked_too():
    """The error is that of the size at which it was seen."""
    with pytest.raises(KernelError, match=UNSAFE):
        monte_carlo_sweep(keeps_a_variable(), [40, 50], trials=4, rng=0, workers=2)


def test_dask_is_checked():
    """The blocks of one matrix are evaluated by several threads."""
    dask = pytest.importorskip("dask")
    for make in (keeps_a_variable, gives_out_its_memory):
        matrix = draw_matrix(elementwise(np.tanh), (200, 200), Gaussian(), Gaussian(), np.random.default_rng(0))
        matrix.kernel.function = make()
        with dask.config.set(num_workers=2), pytest.raises(KernelError, match=rf"{UNSAFE}.*engine='row-blocks'"):
            DaskBlocks(block=1.6e5, lanczos=0).spectrum(matrix, 3)


SAFE = {
    "smooth": (lambda x, y: np.tanh(x * y), {}),
    "jump": (lambda x, y: x > y, {}),
    "steep": (lambda x, y: np.sin(1e7 * np.sum(x * y, axis=-1)), VECTORS),
    "sign": (lambda x, y: np.sign(np.sum(x * y, axis=-1)), VECTORS),
    "small": (lambda x, y: 1e-100 * np.tanh(x * y), {}),
    "log": (lambda x, y: np.log(np.abs(x - y)), {}),
    "constant": (lambda x, y: 3.0, {}),
    "one variable": (lambda x, y: np.sin(x), {}),
    "beside a point": (lambda x, y: np.where(np.abs(x) < 0.1, np.nan, x + y) if x.shape == () else x / (x * y), {}),
    "blocks": (blockwise(lambda z: z / np.linalg.norm(z, axis=(-2, -1), keepdims=True), 2), {}),
    "matrices": (lambda x, y: np.tanh(x * y)[..., None, None] * np.eye(2), {}),
    "vectors": (elementwise(np.tanh, 50), {}),
}


@pytest.mark.parametrize("engine", ["dense", RowBlocks(lanczos=0), RowBlocks(dtype="float32", lanczos=0)], ids=str)
@pytest.mark.parametrize("name", SAFE)
def test_safe_kernels_give_the_same_with_workers(name, engine):
    """Rounding and jumps raise no false alarm, and nothing changes the values."""
    h, options = SAFE[name]
    alone, together = (monte_carlo(h, 60, trials=5, rank=2, rng=0, workers=workers, engine=engine, **options).spectra
                       for workers in (1, 3))
    assert_array_equal(alone, together)


def test_an_error_in_a_thread_says_that_there_were_threads():
    """A kernel that fails only because threads overlap: its error has a note on what to do."""
    kept, meet = {}, Meeting()

    def h(x, y):
        kept["shape"] = x.shape, y.shape
        meet()
        if kept["shape"] != (x.shape, y.shape) or threading.current_thread() is not threading.main_thread():
            raise ValueError("operands could not be broadcast together")
        return x * y

    with pytest.raises(ValueError, match="operands could not be broadcast") as caught:
        monte_carlo(h, 20, trials=3, rng=0, workers=2)
    assert "2 threads called h at the same time" in caught.value.__notes__[0]


def test_an_error_when_values_are_asked_for_again_loses_nothing():
    """A kernel that cannot be called a second time at the same points: the trials are whole, and are returned."""
    seen = set()

    def h(x, y):
        if x.shape == (20, 1):
            seen.update(x.ravel())
        elif seen.intersection(x.ravel()):
            raise OSError("the connection was lost")
        return np.tanh(x * y)

    assert_array_equal(monte_carlo(h, 20, trials=5, rng=0, workers=2).spectra,
                       monte_carlo(np.vectorize(lambda x, y: np.tanh(x * y)), 20, trials=5, rng=0).spectra)
    assert seen


def test_what_counts_as_a_difference():
    """Rounding does not, a single entry beside a jump does not, a row that was written over does."""
    values = np.random.default_rng(0).standard_normal((32, 32))
    assert not differs(values, values * (1.0 + 1e-9) + 1e-14)
    flipped, written = values.copy(), values.copy()
    flipped[3, 4] *= -1.0
    written[5] = values[6]
    assert not differs(values, flipped)
    assert differs(values, written)
    assert differs(values, values[:16])
    assert differs(np.ones(3), np.array([1.0, np.nan, 1.0]))
    assert not differs(np.array([np.nan, np.inf]), np.array([np.nan, np.inf]))
    assert not differs(np.zeros((2, 2)), np.zeros((2, 2)))
