"""What threads share: the number of BLAS threads, and filters of warnings. Nothing of it is left changed."""

import contextlib
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import opsvd
from opsvd._support.blas_threads import _set, one_blas_thread
from opsvd.expressions import parse_kernel


def blas_threads():
    """The numbers of threads of the BLAS libraries that are loaded."""
    controller = pytest.importorskip("threadpoolctl").ThreadpoolController().select(user_api="blas")
    return [library.num_threads for library in controller.lib_controllers]


@pytest.fixture
def two_blas_threads():
    """A process in which BLAS has two threads, whatever the machine has."""
    controller = pytest.importorskip("threadpoolctl").ThreadpoolController().select(user_api="blas")
    before = blas_threads()
    _set(controller, [2] * len(before))
    yield
    _set(controller, before)


@pytest.mark.usefixtures("two_blas_threads")
@pytest.mark.parametrize("first_out", [0, 1])
def test_overlapping_blocks_restore_the_threads_of_blas(first_out):
    """Two threads enter one after the other, and leave in either order: one thread within, and two afterwards."""
    entered, leave = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)]

    def hold(i):
        with one_blas_thread():
            entered[i].set()
            leave[i].wait(10.0)

    before = blas_threads()
    threads = [threading.Thread(target=hold, args=(i,)) for i in range(2)]
    for i, thread in enumerate(threads):
        thread.start()
        entered[i].wait(10.0)
    assert set(blas_threads()) == {1}
    for i in (first_out, 1 - first_out):
        leave[i].set()
        threads[i].join()
        assert blas_threads() == before if i != first_out else set(blas_threads()) == {1}
    assert before == [2] * len(before)


@pytest.mark.usefixtures("two_blas_threads")
def test_random_blocks_restore_the_threads_of_blas():
    """Nested and overlapping blocks of eight threads, some of which end by an exception."""
    def work(seed):
        rng = np.random.default_rng(seed)
        for _ in range(10):
            with contextlib.suppress(ZeroDivisionError), one_blas_thread(), one_blas_thread():
                time.sleep(rng.random() * 1e-3)
                if rng.random() < 0.3:
                    raise ZeroDivisionError

    before = blas_threads()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert blas_threads() == before


@pytest.mark.usefixtures("two_blas_threads")
def test_decompositions_in_threads_restore_the_threads_of_blas():
    """Four at a time, of unequal length; and the answers are those of one alone."""
    tolerances = [1e-4, 1e-10, 1e-6, 1e-8] * 2
    before = blas_threads()
    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(lambda rtol: opsvd.decompose(lambda x, y: np.tanh(x * y), rtol=rtol).values[0],
                               tolerances))
    assert blas_threads() == before
    np.testing.assert_allclose(values, 0.523183285, rtol=1e-4)


def test_formulas_read_in_threads_leave_the_filters_of_warnings_alone():
    """Nothing that reads a formula touches the filters, which belong to the whole process."""
    before = list(warnings.filters)
    texts = ["tanh(x*y)", "1or x", "x +", "'\\d'", "0xfor x"] * 40
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(parse_kernel, text) for text in texts]:
            future.exception()
    assert warnings.filters == before


NUMBERS = ["1", "12", "0", "1.", ".5", "1.5", "1e5", "1.e-5", "1_000", "0xf", "0xa", "0o7", "0b1", "2j", "1.5e+3"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_runs_into_a_word_warns_of_nothing(number):
    """Python warns of "1or x", and of some backslashes, as it reads them; opsvd reads or refuses them in silence."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for word in ("and", "or", "if", "in", "is", "not", "else", "for", "andx", "orx"):
            for text in (f"{number}{word} x", f"x + {number}{word} x", f"(x.{number}{word}(y))"):
                with contextlib.suppress(ValueError):
                    parse_kernel(text)
        for text in ("'\\d'", "x + \\", "f'\\w{x}'", "b'\\q'"):
            with pytest.raises(ValueError, match="a backslash"):
                parse_kernel(text)
    assert not caught


def test_a_number_that_runs_into_a_word_means_what_python_means():
    """The value is that of the formula with a space."""
    for text, spaced in (("1and x", "1 and x"), ("0or y", "0 or y"), ("0xfor x", "15 or x"), ("x > .5and y < 1.or x", (
            "x > .5 and y < 1. or x"))):
        points = np.array([[-1.0], [0.0], [0.7]]), np.array([[-2.0, 0.0, 3.0]])
        np.testing.assert_array_equal(parse_kernel(text)(*points), parse_kernel(spaced)(*points))
    assert parse_kernel("1or x").__name__ == "1or x"
