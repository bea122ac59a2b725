"""Maps of b by b blocks: their matrices, their normalisation, elementwise ones recognised, and sampling beside."""

import warnings

import numpy as np
import pytest

import opsvd
from opsvd import ConvergenceWarning, Gaussian, KernelError, NonFiniteKernelError, blockwise, elementwise


def softmax(blocks):
    """Along the rows of each block."""
    weights = np.exp(blocks - blocks.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def normalised(blocks):
    """Each block over its Frobenius norm."""
    return blocks / np.linalg.norm(blocks, axis=(-2, -1), keepdims=True)


def nearly_elementwise(blocks):
    """A sine of each entry, and so little of the others that the values are those of the sine."""
    return np.sin(0.5 * blocks) + 1e-9 * blocks.sum(axis=(-2, -1), keepdims=True)


def solved(kernel, **options):
    """Decompose, with the warning of a missed tolerance left to the result's status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return opsvd.decompose(kernel, **options)


def test_matrices_are_made_of_blocks():
    """The grid of rows has Phi(X_I Y_J^T) for its blocks; sampling divides by n."""
    kernel, rng = blockwise(softmax, 2, 3), np.random.default_rng(0)
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((4, 3))
    matrix = kernel.grid(x, y)
    np.testing.assert_allclose(matrix[2:4, 0:2], softmax(x[2:4] @ y[0:2].T))
    sample = opsvd.sample_matrix(kernel, 8, rng=1)
    np.testing.assert_allclose(sample.reshape(8, 4, 2).sum(axis=-1), 1.0 / 8.0)


@pytest.mark.parametrize("k", [1, 10])
def test_elementwise_maps_are_recognised(k):
    """tanh as a map of 2 by 2 blocks has the scalar spectrum, to 1e-10."""
    joint = opsvd.decompose(blockwise(np.tanh, 2, k), rtol=1e-6)
    scalar = opsvd.decompose(elementwise(np.tanh, k), rtol=1e-6)
    np.testing.assert_allclose(joint.values, scalar.values, atol=1e-10)
    assert joint.multiplicities.tolist() == scalar.multiplicities.tolist()
    assert blockwise(softmax, 2).entry() is None


def test_the_general_route_has_the_scalar_spectrum_too():
    """What is not quite elementwise goes through polynomials of all rows, and has the same values to 1e-5."""
    svd = solved(blockwise(nearly_elementwise, 2), rtol=1e-4)
    scalar = opsvd.decompose(lambda x, y: np.sin(0.5 * x * y))
    q = min(svd.rank, 4)
    assert svd.method.startswith("blocks: Hermite polynomials")
    assert q >= 3
    np.testing.assert_allclose(svd.values[:q], scalar.values[:q], atol=1e-5)
    assert (np.abs(svd.values - scalar.values[:svd.rank]) <= svd.errors + 1e-8).all()


@pytest.mark.parametrize("b", [2, 3])
def test_normalised_blocks_are_rank_one(b):
    """B / |B| of B = x y^T is (x / |x|) (y / |y|)^T: T has the value one, which over b is what the matrix has."""
    sample = opsvd.sample_matrix(blockwise(normalised, b), 60, rng=0)
    values = np.linalg.svd(sample, compute_uv=False)
    np.testing.assert_allclose(values[:2], [1.0 / b, 0.0], atol=1e-12)
    svd = solved(blockwise(normalised, b), rtol=1e-3, max_rank=1)
    assert abs(svd.values[0] - 1.0 / b) <= svd.errors[0]


def test_softmax_agrees_with_sampling():
    """Row softmax of 2 by 2 blocks: 1/2 exactly, since rows sum to one, and a second value within z-scores."""
    kernel = blockwise(softmax, 2)
    svd = solved(kernel, rtol=1e-4)
    assert svd.values[0] == pytest.approx(0.5, abs=1e-10)
    sampled = opsvd.monte_carlo(kernel, 400, trials=12, rank=2, rng=0)
    z = (sampled.mean - svd.values[:2]) / np.hypot(sampled.standard_error, svd.errors[:2] + 1.0 / 400)
    assert np.abs(z).max() < 4.0


def test_functions_are_vectors():
    """f_i of b rows has b values, E[f_i . f_j] = delta_ij, and the sum over i is the block over b."""
    svd = solved(blockwise(nearly_elementwise, 2), rtol=1e-4)
    x, y = np.random.default_rng(0).standard_normal((2, 20_000, 2))
    f = svd.left(x)[..., :2]
    assert f.shape == (20_000, 2, 2)
    np.testing.assert_allclose(np.einsum("nbi,nbj->ij", f, f) / len(x), np.eye(2), atol=0.06)
    expected = nearly_elementwise(x[:5, :, None] * y[:5, None, :]) / 2.0
    np.testing.assert_allclose(svd(x[:5], y[:5]), expected, atol=0.05)
    with pytest.raises(ValueError, match="x must hold 2 rows"):
        svd.left(np.ones(3))


def test_what_cannot_be_is_refused(tmp_path):
    """Maps of another shape or that mix blocks, single rows, odd numbers of rows, and what does not fit."""
    with pytest.raises(TypeError, match="phi must be callable on blocks"):
        blockwise(1.0, 2)
    with pytest.raises(KernelError, match="phi must map blocks of shape"):
        blockwise(lambda blocks: blocks.sum(axis=-1), 2)
    with pytest.raises(KernelError, match="phi must act on each block by itself"):
        blockwise(lambda blocks: blocks / np.abs(blocks).max(), 2)
    with pytest.raises(KernelError, match="phi failed on blocks"):
        blockwise(lambda blocks: blocks @ np.ones(5), 2)
    kernel = blockwise(softmax, 2)
    with pytest.raises(KernelError, match="no value at single rows"):
        kernel(1.0, 2.0)
    with pytest.raises(ValueError, match="must be multiples of b = 2, got 5 and 5; take 4 or 6"):
        opsvd.sample_matrix(kernel, 5)
    with pytest.raises(KernelError, match="phi must act on blocks of few coordinates, got b k = 8"):
        opsvd.decompose(blockwise(softmax, 2, 4))
    with pytest.raises(NonFiniteKernelError, match="phi must be finite, but is not at the block"):
        opsvd.sample_matrix(blockwise(np.log, 2), 10, rng=0)
    svd = solved(kernel, rtol=0.1)
    with pytest.raises(TypeError, match="cannot be saved"):
        svd.save(tmp_path / "svd.npz")
    with pytest.raises(NotImplementedError, match="is not predicted"):
        svd.predict(100)
    assert repr(kernel) == "BlockKernel(softmax, b=2, k=1)"
    assert opsvd.decompose(kernel, Gaussian(), Gaussian(), rtol=0.5).values[0] == pytest.approx(0.5, abs=1e-6)
