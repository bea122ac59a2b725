"""The few values by which a kernel is known again."""

import numpy as np
import pytest

import opsvd
from opsvd import Gaussian, Kernel
from opsvd.kernels import kernel_values, require_same_kernel

PINNED_X = [9.904936712392809, 10.08129287282443, 9.915372613794915, 10.010894900435416]
PINNED_Y = [0.6825584057632018, -0.7380140610591135, 1.2559254751052449, 0.088066079068121]


def test_points_are_those_of_the_measures_and_never_change():
    """Of mean and standard deviation like theirs; the numbers are pinned, since files rest on them."""
    seen = []
    kernel = Kernel(lambda x, y: seen.append((x, y)) or x + y)
    seen.clear()
    values = kernel_values(kernel, Gaussian(10.0, 0.1), Gaussian())
    x, y = seen[0]
    assert values.shape == (16, 16)
    assert (np.abs(x - 10.0) <= 0.1 * np.sqrt(3.0)).all()
    np.testing.assert_allclose(x[:4, 0], PINNED_X, rtol=1e-15)
    np.testing.assert_allclose(y[0, :4], PINNED_Y, rtol=1e-14)


def test_values_that_are_not_finite_are_known_again():
    """NaN where NaN was."""
    kernel = Kernel(lambda x, y: np.where(x > y, np.nan, x * y))
    mu = Gaussian()
    saved = kernel_values(kernel, mu, mu)
    require_same_kernel(kernel, mu, mu, saved)
    with pytest.raises(ValueError, match="and there it was nan"):
        require_same_kernel(Kernel(lambda x, y: x * y), mu, mu, saved)


def test_steps_that_are_a_tenth_apart_are_two_kernels():
    """There are points enough to see it."""
    mu = Gaussian()
    saved = kernel_values(Kernel(lambda x, y: x > y), mu, mu)
    with pytest.raises(ValueError, match="it returned 0, and there it was 1; pass that kernel"):
        require_same_kernel(Kernel(lambda x, y: x > y + 0.1), mu, mu, saved)


@pytest.mark.parametrize("size", [1e-100, 1.0, 1e100])
def test_the_size_of_a_kernel_does_not_matter(size):
    """A part of 1e-5 is seen, and one of 1e-12 is rounding, however large h is."""
    mu, kernel = Gaussian(), Kernel(lambda x, y: size * np.sin(x * y))
    saved = kernel_values(kernel, mu, mu)
    require_same_kernel(Kernel(lambda x, y: size * (1.0 + 1e-12) * np.sin(x * y)), mu, mu, saved)
    with pytest.raises(ValueError, match="h must be the kernel of the saved result"):
        require_same_kernel(Kernel(lambda x, y: size * (1.0 + 1e-5) * np.sin(x * y)), mu, mu, saved)


def test_vectors_blocks_and_matrices():
    """One value for each of T; blocks are taken whole."""
    mu = Gaussian.standard(2)
    blocks = opsvd.blockwise(lambda z: z + np.swapaxes(z, -1, -2), 3, 2)
    assert kernel_values(blocks, mu, mu).shape == (48, 48)
    matrices = opsvd.MatrixKernel(lambda x, y: np.exp(x * y)[..., None, None] * np.ones((2, 3)))
    assert kernel_values(matrices, Gaussian(), Gaussian()).shape == (32, 48)
    many = opsvd.elementwise(lambda z: np.tanh(z / 100.0), 10_000)
    values = kernel_values(many, Gaussian.standard(10_000), Gaussian.standard(10_000))
    assert np.ptp(values) > 0.5    # inner products of the size of random ones


def test_other_measures_have_points_of_their_own():
    """All within the support."""
    seen = []

    def h(x, y):
        seen.append(x)
        return x + 0.0 * y

    kernel = Kernel(h, measures=(opsvd.Beta(0.5, 0.5), Gaussian()))
    assert kernel_values(kernel, opsvd.Beta(0.5, 0.5), Gaussian()).shape == (16, 16)
    assert all(((x > 0.0) & (x < 1.0)).all() for x in seen)


def test_they_count():
    """They are among the evaluations that a decomposition took."""
    made = []

    def h(x, y):
        made.append(np.broadcast(x, y).size)
        return np.sin(x * y)

    kernel = Kernel(h)
    made.clear()
    svd = opsvd.decompose(kernel, rtol=1e-4)
    assert sum(made) == svd.evaluations == kernel.evaluations
