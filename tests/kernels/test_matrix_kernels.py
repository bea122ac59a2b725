"""Kernels with matrices for values: closed forms, shapes of functions, sampling beside, and what is refused."""


import numpy as np
import pytest
from quiet import quietly
from vector_problems import side_by_side

import opsvd
from opsvd import Gaussian, KernelError, MatrixKernel, NonFiniteKernelError, exact

CONSTANT = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
TWO = Gaussian.standard(2)


def constant_times(x, y):
    """A constant 3 by 2 matrix times exp(x y / 5)."""
    return np.exp(0.2 * x * y)[..., None, None] * CONSTANT


@pytest.fixture(scope="module")
def svd():
    """The decomposition that most tests share."""
    return opsvd.decompose(constant_times)


def test_a_constant_matrix_times_a_kernel(svd):
    """All products of the singular values of both, to 1e-10, within their bars."""
    expected = np.sort(np.outer(np.linalg.svd(CONSTANT)[1], exact.exp_product(0.2, 40)).ravel())[::-1][:svd.rank]
    assert svd.converged
    assert svd.rank >= 10
    np.testing.assert_allclose(svd.values, expected, atol=1e-10 * expected[0])
    assert (np.abs(svd.values - expected) <= svd.errors).all()


@pytest.mark.thorough
def test_a_diagonal_is_a_union():
    """The values of both entries, merged; what is zero adds nothing."""
    svd = opsvd.decompose(side_by_side, rtol=1e-8)
    expected = np.sort(np.concatenate([exact.exp_product(0.25, 60), exact.sin_product(1, 60)]))[::-1]
    assert svd.converged
    np.testing.assert_allclose(svd.values, expected[:svd.rank], atol=1e-8)
    assert (np.abs(svd.values - expected[:svd.rank]) <= svd.errors).all()
    assert np.abs(svd.right(0.5)[2]).max() < 1e-12


@pytest.mark.thorough
def test_poles_and_jumps_have_honest_bars():
    """tanh(x y) and (x > y) times a matrix: panels to 1e-8, and points with wide bars."""
    scalar = opsvd.decompose(lambda x, y: np.tanh(x * y)).values
    tanh = quietly(lambda x, y: np.tanh(x * y)[..., None, None] * CONSTANT, rtol=1e-7)
    expected = np.sort(np.outer(np.linalg.svd(CONSTANT)[1], scalar).ravel())[::-1][:tanh.rank]
    assert tanh.converged
    assert "panels" in tanh.method
    assert (np.abs(tanh.values - expected) <= tanh.errors).all()
    step = quietly(lambda x, y: (x > y)[..., None, None] * CONSTANT, rtol=0.05)
    expected = np.linalg.svd(CONSTANT)[1][0] * 2.0 / np.pi / (2.0 * np.arange(1, step.rank + 1) - 1.0)
    assert step.rank >= 1
    assert abs(step.values[0] - expected[0]) <= step.errors[0] < 0.05 * expected[0]


def test_vectors_have_matrices_too():
    """A rotation by an angle, times products of exponentials of two coordinates each: every value twice."""
    def h(x, y):
        turn = np.array([[0.6, -0.8], [0.8, 0.6]])
        return np.exp(0.2 * x[..., 0] * y[..., 0] + 0.1 * x[..., 1] * y[..., 1])[..., None, None] * turn

    svd = quietly(h, TWO, TWO, rtol=1e-6)
    products = np.sort(np.outer(exact.exp_product(0.2, 30), exact.exp_product(0.1, 30)).ravel())[::-1]
    expected = np.repeat(products, 2)[:svd.rank]
    assert svd.rank >= 6
    assert (np.abs(svd.values - expected) <= svd.errors).all()
    np.testing.assert_allclose(svd.values, expected, atol=1e-6)
    # Rows and columns of R with R^5, by points.
    five = Gaussian.standard(5)
    wide = quietly(lambda x, y: (np.cos(x[..., None] * y) / 2.0)[..., None], Gaussian(), five, rtol=0.05)
    assert wide.left(np.zeros(4)).shape == (4, 5, wide.rank)
    assert wide.norm.value == pytest.approx(np.sqrt(5 * (1.0 + 1.0 / np.sqrt(5.0)) / 8.0), abs=0.02)


def test_functions_are_vectors(svd, tmp_path):
    """f_i in R^3, g_i in R^2, E[f_i . f_j] = delta_ij by a Gauss rule, the sum is h, and all is saved."""
    rule = Gaussian().gauss_rule(40)
    f, g = svd.truncate(5).left(rule.nodes), svd.truncate(5).right(rule.nodes)
    assert (f.shape, g.shape) == ((40, 3, 5), (40, 2, 5))
    for values in (f, g):
        np.testing.assert_allclose(np.einsum("n,npi,npj->ij", rule.weights, values, values), np.eye(5), atol=1e-10)
    x, y = np.random.default_rng(0).standard_normal((2, 6))
    np.testing.assert_allclose(svd(x, y), constant_times(x, y), atol=20.0 * svd.tail)
    svd.save(tmp_path / "svd.npz")
    np.testing.assert_array_equal(opsvd.load(tmp_path / "svd.npz")(x, y), svd(x, y))


def test_samples_agree(svd):
    """n points a side make a matrix of 3 n by 2 n, which over n has these values, as predicted."""
    assert opsvd.sample_matrix(constant_times, 50, rng=0).shape == (150, 100)
    assert opsvd.crosscheck(constant_times, n=(100, 200), trials=12, rng=0, svd=svd, rank=3).agrees


def test_a_transpose_exchanges_the_sides(svd):
    """h(x, y)^T has the same values, and f and g in each other's places."""
    flipped = MatrixKernel(constant_times).transposed()
    assert (flipped.p, flipped.q) == (2, 3)
    other = opsvd.decompose(flipped)
    np.testing.assert_allclose(other.values[:6], svd.values[:6], atol=1e-10)
    assert other.left(0.3).shape == (2, other.rank)


def test_what_cannot_be_is_refused():
    """Numbers declared as matrices, matrices that change shape, values that are not finite, other measures."""
    with pytest.raises(KernelError, match=r"h must return matrices, shape \(..., p, q\)"):
        MatrixKernel(lambda x, y: x * y)
    with pytest.raises(KernelError, match="h must return one value a pair"):
        opsvd.decompose(lambda x, y: (x * y)[..., None])
    kernel = MatrixKernel(lambda x, y: np.log(x * y)[..., None, None] * np.eye(2))
    with pytest.raises(NonFiniteKernelError, match=r"h must be finite, but has an entry nan at x = "):
        opsvd.sample_matrix(kernel, 10, rng=0)
    assert repr(kernel) == "MatrixKernel(<lambda>, 2 x 2)"
    odd = MatrixKernel(lambda x, y: (x * y)[..., None, None] * np.ones((2, 2 if len(x) < 6 else 3)))
    with pytest.raises(KernelError, match=r"must return matrices of one shape, 2 by 2: for x of shape \(6, 1\)"):
        odd.grid(np.zeros(6), np.zeros(4))
    with pytest.raises(ValueError, match=r"mu_x must be a measure on R\^1"):
        opsvd.decompose(kernel, TWO, TWO)


@pytest.mark.parametrize("rtol", [1e-2, 1e-8])
@pytest.mark.parametrize("h", [lambda x, y: 0.0 * (x * y)[..., None, None] * np.eye(2),
                               lambda x, y: np.where(np.abs(x) > 40.0, x * y, 0.0)[..., None, None] * np.ones((2, 3))])
def test_zero_matrices(h, rtol):
    """What is zero at every node has no singular values; that no matrix of it can be decomposed is no fault."""
    svd = quietly(h, rtol=rtol)
    assert svd.rank == 0
    assert svd.norm.value == svd.tail == 0.0


@pytest.mark.parametrize("measure", [Gaussian(), TWO])
def test_the_zero_kernel_has_the_spectrum_zero(measure):
    """As for kernels of numbers; its functions, norms, prediction and samples have nothing in them."""
    def zero(x, y):
        return 0.0 * np.multiply.outer(x[..., 0] * y[..., 0] if measure.dim > 1 else x * y, CONSTANT)

    svd = opsvd.decompose(zero, measure, measure)
    assert (svd.rank, svd.converged, svd.norm, svd.tail, svd.effective_rank()) == (0, True, 0.0, 0.0, 0.0)
    points = np.zeros(5) if measure.dim == 1 else np.zeros((5, 2))
    assert (svd.left(points).shape, svd(points, points).shape) == ((5, 3, 0), (5, 3, 2))
    assert opsvd.crosscheck(zero, (10, 20), measure, measure, trials=2, rng=0, svd=svd).agrees
    assert svd.predict(10).mean.size == opsvd.check_matrix(np.zeros((30, 20)), svd).z.size == 0


@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (0, 0)])
def test_empty_matrices_are_refused(shape):
    """They have no singular values."""
    with pytest.raises(KernelError, match="h must return matrices of at least one row and one column, got"):
        opsvd.decompose(lambda x, y: np.zeros((*np.broadcast_shapes(x.shape, y.shape), *shape)))
