"""Functions of users: they cannot change what they get, and must return numbers, whatever the kernel."""

import numpy as np
import pytest
import scipy.sparse

import opsvd
from opsvd import KernelError, MatrixKernel
from opsvd._support.user_function import UserFunction, equal_values, real_values
from opsvd.sampling import ArrayBlocks, DaskBlocks, RowBlocks
from opsvd.testing import check_kernel

PLANE = opsvd.Gaussian.standard(2)


def squared(x, y):
    """tanh(x^2 y), which squares x in place."""
    x *= x
    return np.tanh(x * y)


def zeroed(x, y):
    """Of many points it sets some to zero: trying it on a few shows nothing."""
    if x.size > 20:
        x[:3] = 0.0
    return x * y


def centred(blocks):
    """Blocks less their mean, in place."""
    blocks -= blocks.mean(axis=(-2, -1), keepdims=True)
    return blocks


def doubled(z):
    """2 z, in place."""
    z *= 2.0
    return z


IN_PLACE = {
    "decompose": lambda: opsvd.decompose(squared),
    "late": lambda: opsvd.decompose(zeroed),
    "sorted": lambda: opsvd.decompose(lambda x, y: (x.sort(axis=0), x * y)[1]),
    "y": lambda: opsvd.decompose(lambda x, y: np.exp(y, out=y) * x),
    "writeable": lambda: opsvd.decompose(lambda x, y: (x.setflags(write=True), x * y)[1]),
    "break_points": lambda: opsvd.break_points(squared),
    "sample_matrix": lambda: opsvd.sample_matrix(zeroed, 30, rng=0),
    "monte_carlo": lambda: opsvd.monte_carlo(zeroed, 30, rng=0),
    "float32": lambda: opsvd.monte_carlo(zeroed, 30, rng=0, engine=RowBlocks(dtype="float32")),
    "crosscheck": lambda: opsvd.crosscheck(squared),
    "check_kernel": lambda: check_kernel(squared),
    "vectors": lambda: opsvd.decompose(lambda x, y: np.sum(np.multiply(x, y, out=x), axis=-1), PLANE, PLANE),
    "matrices": lambda: opsvd.decompose(lambda x, y: squared(x, y)[..., None, None] * np.eye(2)),
    "MatrixKernel": lambda: MatrixKernel(lambda x, y: squared(x, y)[..., None, None] * np.eye(2)),
    "elementwise": lambda: opsvd.elementwise(doubled),
    "elementwise, vectors": lambda: opsvd.elementwise(doubled, 3),
    "blockwise": lambda: opsvd.blockwise(centred, 2),
}


@pytest.mark.parametrize("call", IN_PLACE.values(), ids=IN_PLACE)
def test_no_function_changes_its_arguments(call):
    """Wherever it is called from, and whatever it writes into, it is told to write x = x * x."""
    with pytest.raises(KernelError, match=r"(h|phi) must not change its arguments.*write . = . \* . and not . \*= ."):
        call()


@pytest.mark.parametrize("library", ["numpy", "array_api_strict"])
def test_arrays_of_other_libraries_are_not_changed(library):
    """They cannot be made read-only: they are copied, and compared afterwards."""
    pytest.importorskip("array_api_compat")
    pytest.importorskip(library)
    with pytest.raises(KernelError, match="function must not change its arguments"):
        opsvd.monte_carlo(lambda x, y: np.tanh(x * x * y), 30, rng=0,
                          engine=ArrayBlocks(library=library, function=_in_place))


def _in_place(x, y):
    x *= x
    return x * y


def test_tasks_of_dask_do_not_change_points():
    """They share the points of the matrix."""
    pytest.importorskip("dask")
    with pytest.raises(KernelError, match="h must not change its arguments"):
        opsvd.monte_carlo(zeroed, 30, rng=0, engine=DaskBlocks())


def test_points_are_as_they_were():
    """What a user passes stays writeable, and a function that returns its argument is fine."""
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(opsvd.Kernel(lambda x, y: x)(x, 1.0), x)
    x += 1.0


NOT_NUMBERS = {
    "object": (lambda v: v.astype(object), "numbers, got dtype object"),
    "text": (lambda v: v.astype(str), "numbers, got dtype <U32"),
    "dates": (lambda v: v.astype("M8[s]"), "numbers, got dtype datetime64"),
    "nothing": (lambda v: None, "numbers, got dtype object from NoneType"),
    "sparse": (lambda v: scipy.sparse.csr_array(v.reshape(len(v), -1)), "numbers, got dtype object from csr_arr"),
    "fields": (lambda v: v.astype([("a", float)]), r"numbers, got dtype \[\('a', '<f8'\)\]"),
    "ragged": (lambda v: [[1.0], [1.0, 2.0]], "an array of numbers, got list"),
    "masked": (lambda v: np.ma.masked_less(v, np.inf), "a number everywhere, got a masked array with"),
}
KINDS = {
    "numbers": lambda f: opsvd.decompose(lambda x, y: f(np.tanh(x * y))),
    "elementwise": lambda f: opsvd.elementwise(lambda z: f(np.tanh(z)), 2),
    "vectors": lambda f: opsvd.decompose(lambda x, y: f(np.tanh(np.sum(x * y, axis=-1))), PLANE, PLANE),
    "blocks": lambda f: opsvd.blockwise(lambda z: f(np.tanh(z)), 2),
    "matrices": lambda f: MatrixKernel(lambda x, y: f(np.tanh(x * y)[..., None, None] * np.eye(2))),
    "matrices, seen": lambda f: opsvd.decompose(lambda x, y: f(np.tanh(x * y)[..., None, None] * np.eye(2))),
    "samples": lambda f: opsvd.monte_carlo(lambda x, y: f(np.tanh(x * y)), 10, rng=0),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(("returned", "message"), NOT_NUMBERS.values(), ids=NOT_NUMBERS)
def test_no_kernel_takes_what_is_not_numbers(kind, returned, message):
    """One rule for kernels of numbers, of vectors, of blocks and of matrices, and for samples."""
    with pytest.raises(KernelError, match=f"(h|phi) must return {message}"):
        kind(returned)


@pytest.mark.parametrize("returned", [np.ma.array, lambda v: np.ma.array(v, mask=np.zeros(v.shape, bool)),
                                      lambda v: v.tolist(), lambda v: v.astype(np.longdouble)])
@pytest.mark.parametrize("kind", ["numbers", "blocks", "matrices", "samples"])
def test_what_holds_real_numbers_is_taken(kind, returned):
    """Masked arrays without a mask, lists, and long doubles."""
    assert repr(KINDS[kind](returned)) == repr(KINDS[kind](np.asarray))


def test_complex_values_that_come_late_are_refused():
    """A root of negative numbers, where trying the map on a few blocks shows none."""
    def root(blocks):
        return np.emath.sqrt(blocks + 4.0)

    with pytest.raises(KernelError, match="phi must return real numbers, got dtype complex128"):
        opsvd.decompose(opsvd.blockwise(root, 2))


def test_samples_of_matrices_are_finite():
    """Pairs of points as well as blocks."""
    with pytest.raises(opsvd.NonFiniteKernelError, match=r"an entry nan at x = -[0-9.]*, y = "):
        opsvd.monte_carlo(lambda x, y: np.sqrt(x)[..., None, None] * np.eye(2) * np.cos(y)[..., None, None], 9, rng=0,
                          engine="low-rank")


def test_errors_of_users_stay_what_they_are():
    """Only those that say that an array is read-only are about arguments."""
    with pytest.raises(ZeroDivisionError):
        UserFunction(lambda x: 1 / 0, "h")(np.ones(2))


def test_factors_multiply_values():
    """Of arrays, numbers and lists; and two factors are one."""
    for value in (np.array([1.0, 2.0]), 3.0, [1, 2]):
        np.testing.assert_array_equal(UserFunction(lambda x, v=value: v, "h").times(4.0).times(0.5)(0.0),
                                      2.0 * np.asarray(value))


def test_values_are_equal_whatever_their_size():
    """Six digits of the largest."""
    small = np.array([1e-170, np.nan, 1e-180])
    assert equal_values(small, small * (1.0 + 1e-9))
    assert not equal_values(small, 2.0 * small)
    assert real_values([1, 2], "h").dtype.kind == "i"
