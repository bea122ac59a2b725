"""Kernels of vectors that are the same nearly everywhere: probing must not take them for what they are not."""

import numpy as np
import pytest
from scipy.special import gammaincc

import opsvd
from opsvd import Ball, Gaussian, KernelError
from opsvd.kernels import Kernel
from opsvd.probing.invariance import is_invariant, is_invariant_function_of_product
from opsvd.probing.varied_points import is_rare, varied_pairs

THREE = Gaussian.standard(3)


def squared(x):
    """The squares of lengths."""
    return np.sum(x * x, axis=-1)


def test_pairs_at_which_a_kernel_differs_are_among_the_probes():
    """(|x|^2 > 14) has a probability of 0.003: some of forty pairs have it all the same."""
    kernel = Kernel(lambda x, y: (squared(x) > 14.0) * np.exp(-squared(y)), dims=(3, 3))
    x, _ = varied_pairs(kernel, THREE, THREE, 40, np.random.default_rng(1))
    assert x.shape == (40, 3)
    assert 1 <= np.count_nonzero(squared(x) > 14.0) <= 20


@pytest.mark.thorough
def test_a_rare_event_is_no_function_of_the_product():
    """(|x|^2 > 40) is zero at all pairs that are drawn, and is not taken for a function of <x, y>, nor for zero."""
    def h(x, y):
        return (squared(x) > 40.0) * np.exp(-squared(y))

    kernel = Kernel(h, dims=(3, 3))
    assert is_invariant(kernel, THREE, THREE)
    assert not is_invariant_function_of_product(kernel, THREE, THREE)
    exact = np.sqrt(gammaincc(1.5, 20.0) * 5.0**-1.5)
    svd = opsvd.decompose(h, THREE, THREE, rtol=1e-2, max_evaluations=3_000_000)    # as a function of lengths
    assert abs(svd.norm - exact) <= svd.norm.error
    assert abs(svd.values[0] - exact) <= svd.errors[0]


@pytest.mark.parametrize("mu", [THREE, Gaussian(np.zeros(3), np.diag([1.0, 2.0, 3.0])), Ball(3)],
                         ids=["round", "not round", "a ball"])
def test_what_differs_where_points_are_near_is_rare(mu):
    """(|x - y| < 1e-3) has a probability of 1e-11: it was taken for zero."""
    assert is_rare(Kernel(lambda x, y: 1.0 * (squared(x - y) < 1e-6), dims=(3, 3)), mu, mu)


def test_what_is_not_seen_is_refused():
    """(|x|^2 > 40) cos(y_1) has no symmetry, and lies where no point of the measures is."""
    with pytest.raises(KernelError, match=r"h must vary where its measures have their mass, but it is -?0"):
        opsvd.decompose(lambda x, y: (squared(x) > 40.0) * np.cos(y[..., 0]), THREE, THREE, rtol=1e-2)


def test_constants_and_zero_are_not_rare():
    """A kernel that is the same everywhere is decomposed."""
    assert not is_rare(Kernel(lambda x, y: 0.0 * squared(x) * squared(y) + 2.0, dims=(3, 3)), THREE, THREE)
    svd = opsvd.decompose(lambda x, y: 0.0 * squared(x) * squared(y), THREE, THREE, rtol=1e-2)
    assert svd.rank == 0
    assert svd.norm == 0.0
