"""Maps of b by b blocks: their matrices, their normalisation, elementwise ones recognised, and sampling beside."""


import numpy as np
import pytest
from quiet import quietly
from vector_problems import nearly_elementwise, normalised, polar, softmax

import opsvd
from opsvd import Gaussian, KernelError, NonFiniteKernelError, blockwise, elementwise
from opsvd.figures import new_figure


@pytest.fixture(scope="module")
def general():
    """tanh of each entry of 2 by 2 blocks by the general route."""
    return quietly(blockwise(nearly_elementwise, 2), rtol=2e-4)


@pytest.fixture(scope="module")
def rows():
    """Row softmax of 2 by 2 blocks."""
    return quietly(blockwise(softmax, 2), rtol=1e-3)


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


@pytest.mark.thorough
def test_the_general_route_has_the_scalar_spectrum_too(general):
    """What is not quite elementwise goes through panels in both rows, and has the same values to 1e-5."""
    scalar = opsvd.decompose(elementwise(np.tanh), max_rank=10)
    q = min(general.rank, 4)
    assert general.method.startswith("panels in products")
    assert q == 4
    np.testing.assert_allclose(general.values[:q], scalar.values[:q], atol=1e-5 * scalar.values[0])
    assert (np.abs(general.values - scalar.values[:general.rank]) <= general.errors + 1e-8).all()


@pytest.mark.thorough
@pytest.mark.parametrize("b", [2, 3])
def test_normalised_blocks_are_rank_one(b):
    """B / |B| of B = x y^T is (x / |x|) (y / |y|)^T: T has the value one, which over b is what the matrix has."""
    sample = opsvd.sample_matrix(blockwise(normalised, b), 60, rng=0)
    values = np.linalg.svd(sample, compute_uv=False)
    np.testing.assert_allclose(values[:2], [1.0 / b, 0.0], atol=1e-12)
    svd = quietly(blockwise(normalised, b), rtol=2e-2, max_rank=1)
    assert abs(svd.values[0] - 1.0 / b) <= svd.errors[0]


@pytest.mark.thorough
def test_softmax_agrees_with_sampling(rows):
    """Row softmax of 2 by 2 blocks: 1/2 exactly, since rows sum to one; the others where sampling puts them."""
    assert rows.values[0] == pytest.approx(0.5, abs=1e-7)
    check = opsvd.crosscheck(blockwise(softmax, 2), n=(200, 400), trials=12, rng=0, svd=rows)
    assert check.agrees
    assert check.valid[-1, :2].all()
    assert check.z.shape[1] >= 3
    assert np.isfinite(check.z_energy).all()


@pytest.mark.thorough
def test_the_spread_of_samples_is_predicted(general):
    """Means and standard deviations of 100 sampled matrices of blocks, to within their noise."""
    sampled = opsvd.monte_carlo(blockwise(nearly_elementwise, 2), 300, trials=100, rank=2, rng=1)
    prediction = general.truncate(4).predict(300)
    z = (sampled.mean - prediction.mean[:2]) / np.hypot(prediction.std[:2] / 10.0, prediction.error[:2])
    assert np.abs(z).max() < 4.0
    np.testing.assert_allclose(sampled.singular_values.std(axis=0), prediction.std[:2], rtol=0.3)


@pytest.mark.thorough
def test_polar_factors_go_to_points_and_agree():
    """U V^T of blocks with k = 2 takes four coordinates a side: quasi-random points, which sampling confirms."""
    kernel = blockwise(polar, 2, 2)
    svd = quietly(kernel, rtol=0.05)
    assert svd.converged
    assert svd.method.startswith("Nystrom at")
    # Reflections of rows exchange the two leading functions: the values are equal.
    assert abs(svd.values[0] - svd.values[1]) <= svd.errors[:2].sum()
    assert svd.norm.value == pytest.approx(np.sqrt(0.5), abs=1e-3)
    assert opsvd.crosscheck(kernel, n=(200, 400), trials=8, rng=0, svd=svd).agrees


@pytest.mark.thorough
def test_results_survive_saving(general, tmp_path):
    """Functions on panels come back whole; those through the kernel, when it is given back."""
    x = np.random.default_rng(0).standard_normal((3, 2))
    general.save(tmp_path / "svd.npz")
    again = opsvd.load(tmp_path / "svd.npz")
    np.testing.assert_array_equal(again(x, x), general(x, x))
    np.testing.assert_allclose(again.truncate(2).predict(300).std, general.truncate(2).predict(300).std)
    assert general.plot(new_figure(4, 4).subplots()).get_title() == "singular values"
    ax = opsvd.plot_functions(general, new_figure(4, 4).subplots(), count=2)
    assert [line.get_label().split()[0] for line in ax.lines] == ["$f_{1}$", "$g_{1}$", "$f_{2}$", "$g_{2}$"]
    kernel = blockwise(polar, 2, 2)
    svd = quietly(kernel, rtol=0.2, max_rank=4)
    assert len(opsvd.plot_functions(svd, new_figure(4, 4).subplots(), count=2).lines) == 4
    svd.save(tmp_path / "points.npz")
    pairs = np.random.default_rng(1).standard_normal((2, 2, 2))
    with pytest.raises(ValueError, match="must have their kernel"):
        opsvd.load(tmp_path / "points.npz").left(pairs)
    again = opsvd.load(tmp_path / "points.npz", kernel)
    assert again.left(pairs).shape == (2, 2, svd.rank)
    np.testing.assert_array_equal(again(pairs, pairs), svd(pairs, pairs))


@pytest.mark.thorough
def test_functions_are_vectors(general):
    """f_i of b rows has b values, E[f_i . f_j] = delta_ij, and the sum over i is the block over b."""
    svd = general
    x, y = np.random.default_rng(0).standard_normal((2, 20_000, 2))
    f = svd.left(x)[..., :2]
    assert f.shape == (20_000, 2, 2)
    np.testing.assert_allclose(np.einsum("nbi,nbj->ij", f, f) / len(x), np.eye(2), atol=0.08)
    expected = nearly_elementwise(x[:5, :, None] * y[:5, None, :]) / 2.0
    np.testing.assert_allclose(svd(x[:5], y[:5]), expected, atol=0.05)
    with pytest.raises(ValueError, match="x must hold 2 rows"):
        svd.left(np.ones(3))


def test_what_cannot_be_is_refused():
    """Maps of another shape or that mix blocks, single rows, and odd numbers of rows."""
    with pytest.raises(TypeError, match="phi must be callable as phi"):
        blockwise(1.0, 2)
    with pytest.raises(KernelError, match="phi must map blocks of shape"):
        blockwise(lambda blocks: blocks.sum(axis=-1), 2)
    with pytest.raises(KernelError, match="phi must act on each block by itself"):
        blockwise(lambda blocks: blocks / np.abs(blocks).max(), 2)
    with pytest.raises(KernelError, match="phi must act on each block by itself"):
        blockwise(lambda blocks: np.cumsum(blocks, axis=0), 2)
    with pytest.raises(KernelError, match="phi must act on each block by itself"):
        blockwise(lambda blocks: np.sort(blocks, axis=1), 2)
    with pytest.raises(KernelError, match=r"phi must act on each block by itself.*it failed with"):
        blockwise(lambda blocks: blocks.transpose(0, 1, 3, 2), 2)
    with pytest.raises(KernelError, match="phi failed on blocks"):
        blockwise(lambda blocks: blocks @ np.ones(5), 2)
    kernel = blockwise(softmax, 2)
    with pytest.raises(KernelError, match="no value at single rows"):
        kernel(1.0, 2.0)
    with pytest.raises(ValueError, match="must be multiples of b = 2, got 5 and 5; take 4 or 6"):
        opsvd.sample_matrix(kernel, 5)
    with pytest.raises(NonFiniteKernelError, match="phi must be finite, but is not at the block"):
        opsvd.sample_matrix(blockwise(np.log, 2), 10, rng=0)
    assert repr(kernel) == "BlockKernel(softmax, b=2, k=1)"
    assert opsvd.decompose(kernel, Gaussian(), Gaussian(), rtol=0.5).values[0] == pytest.approx(0.5, abs=1e-6)
