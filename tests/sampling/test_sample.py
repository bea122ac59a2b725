"""Sampled matrices: their entries, their points, and what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from opsvd import Gaussian, Kernel, NonFiniteKernelError, elementwise
from opsvd.sampling import draw_sample, iid_gaussian, sample_matrix


def test_entries_are_the_kernel_over_n():
    """The matrix is h(x_i, y_j) / n at the points returned beside it, and sample_matrix is the same matrix."""
    sample = draw_sample(lambda x, y: np.tanh(x - 2.0 * y), 30, rng=1)
    assert_allclose(sample.matrix, np.tanh(sample.x[:, None] - 2.0 * sample.y[None, :]) / 30, rtol=4e-16)
    assert_array_equal(sample_matrix(lambda x, y: np.tanh(x - 2.0 * y), 30, rng=1), sample.matrix)


def test_oblong_matrices():
    """With m columns the scale is 1 / sqrt(nm), so that singular values tend to those of the operator all the same."""
    sample = draw_sample(lambda x, y: x + y, 20, m=5, rng=1)
    assert (sample.x.shape, sample.y.shape) == ((20,), (5,))
    assert_allclose(sample.matrix, (sample.x[:, None] + sample.y) / 10.0, rtol=1e-15)
    assert_array_equal(sample_matrix(lambda x, y: x + y, 20, rng=1, m=5), sample.matrix)


def test_points_follow_their_measures():
    """The points x and y are drawn from their own measures, independently."""
    sample = draw_sample(lambda x, y: x + y, 400, Gaussian(1.0, 2.0), Gaussian(-3.0, 0.5), rng=3)
    for values, mean, std in ((sample.x, 1.0, 2.0), (sample.y, -3.0, 0.5)):
        assert abs(values.mean() - mean) < 5.0 * std / np.sqrt(400)
        assert_allclose(values.std(), std, rtol=0.2)
    assert abs(np.corrcoef(sample.x, sample.y)[0, 1]) < 0.2


def test_the_same_seed_gives_the_same_matrix():
    """A seed determines the matrix, and a generator moves on."""
    def h(x, y):
        return x * y

    assert_array_equal(sample_matrix(h, 5, rng=4), sample_matrix(Kernel(h), 5, rng=np.random.default_rng(4)))
    rng = np.random.default_rng(4)
    assert not np.array_equal(sample_matrix(h, 5, rng=rng), sample_matrix(h, 5, rng=rng))


def test_integer_kernels_become_floats():
    """A kernel of booleans is sampled as zeros and ones over n."""
    assert set(np.unique(sample_matrix(lambda x, y: x > y, 10, rng=0))) == {0.0, 0.1}


def test_iid_gaussian():
    """Independent entries of variance 1/n: the squared Frobenius norm is n, and the largest value near 2."""
    matrix = iid_gaussian(300, rng=0)
    assert_allclose((matrix**2).sum(), 300.0, rtol=0.03)
    assert_allclose(np.linalg.norm(matrix, 2), 2.0, rtol=0.05)
    assert_array_equal(matrix, iid_gaussian(300, rng=0))


def test_bad_arguments():
    """Sizes, measures and kernels that cannot be: each a clear error."""
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        sample_matrix(lambda x, y: x * y, 0)
    with pytest.raises(ValueError, match="n must be an integer of at least 1"):
        iid_gaussian(0)
    with pytest.raises(TypeError, match=r"n must be an integer, got 10\.0"):
        sample_matrix(lambda x, y: x * y, 10.0)
    with pytest.raises(TypeError, match="mu_y must be a probability measure, got 'normal'"):
        sample_matrix(lambda x, y: x * y, 5, Gaussian(), "normal")
    with pytest.raises(NonFiniteKernelError, match=r"h must be finite, but h\(.*\) = nan"):
        sample_matrix(lambda x, y: np.sqrt(x * y), 50, rng=0)


def test_vectors_are_sampled():
    """Points of R^k have shape (n, k); a kernel that knows its k needs no measures, and must fit those it is given."""
    sample = draw_sample(elementwise(np.tanh, 3), 20, rng=5)
    assert sample.x.shape == sample.y.shape == (20, 3)
    assert_allclose(sample.matrix, np.tanh(sample.x @ sample.y.T) / 20, rtol=1e-12)
    mixed = draw_sample(lambda x, y: x * y[..., 1], 9, Gaussian(), Gaussian.standard(2), rng=0)
    assert_allclose(mixed.matrix, np.outer(mixed.x, mixed.y[:, 1]) / 9, rtol=1e-12)
    with pytest.raises(ValueError, match=r"mu_y must be a measure on R\^3, .* of dimension 2; pass for example"):
        sample_matrix(elementwise(np.tanh, 3), 20, mu_y=Gaussian.standard(2))
