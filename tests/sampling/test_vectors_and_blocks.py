"""Matrices of kernels of vectors and of blocks: every engine, trials and sweeps, and the test of one matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import opsvd
from opsvd.sampling import ArrayBlocks, BlockMatrix, DaskBlocks, Dense, LowRank, RowBlocks, draw_matrix

N, M, TOP = 240, 180, 6
ENGINES = [LowRank(), RowBlocks(rtol=1e-12), RowBlocks(dtype="float32"), DaskBlocks(rtol=1e-12, block=1e5),
           ArrayBlocks(library="numpy", rtol=1e-12)]


def shares(blocks):
    """Each block over one plus its norm."""
    return blocks / (1.0 + np.linalg.norm(blocks, axis=(-2, -1), keepdims=True))


KERNELS = {
    "sin in R^2": opsvd.elementwise(lambda z: np.sin(0.3 * z), 2),
    "a callable on R^3 x R^2": opsvd.Kernel(lambda x, y: np.sin(x[..., 0] * y[..., 1]) + x[..., 2] * y[..., 0],
                                            dims=(3, 2)),
    "blocks of 2 in R": opsvd.blockwise(shares, 2),
    "blocks of 3 in R^2": opsvd.blockwise(shares, 3, 2),
}


@pytest.fixture(scope="module", params=KERNELS)
def matrix(request):
    """A sampled matrix, and its values by LAPACK."""
    kernel = KERNELS[request.param]
    measures = [opsvd.Gaussian.standard(dim) for dim in kernel.dims]
    drawn = draw_matrix(kernel, (N, M), *measures, np.random.default_rng(3))
    return drawn, Dense().spectrum(drawn).values


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: repr(engine).split("(")[0])
def test_every_engine(matrix, engine):
    """The leading values are those of LAPACK, within what the engine states; so is the sum of all."""
    drawn, values = matrix
    if isinstance(engine, LowRank):
        with pytest.raises(ValueError, match="the matrix must be of rank at most 3"):
            LowRank(max_rank=3).spectrum(drawn, TOP)
        engine = LowRank(rtol=1e-6, max_rank=M)
    found = engine.spectrum(drawn, TOP)
    assert (np.abs(found.values[:TOP] - values[:TOP]) <= found.errors[:TOP] + 1e-13).all()
    assert (found.errors[:TOP] <= 1e-4 * values[0]).all()
    assert abs(found.nuclear_norm() - values.sum()) <= found.nuclear_norm().error


def test_vectors_in_another_array_library():
    """phi gets the products <x, y> as arrays of the library; a function of x and y does as well."""
    kernel = opsvd.elementwise(lambda z: z / (1.0 + z * z), 2)
    drawn = draw_matrix(kernel, (N, M), *[opsvd.Gaussian.standard(2)] * 2, np.random.default_rng(3))
    expected = RowBlocks().spectrum(drawn, TOP).values[:TOP]
    for function in (None, lambda x, y: (z := x[:, 0, :] @ y[0, ...].T) / (1.0 + z * z)):
        engine = ArrayBlocks(library="array_api_strict", function=function)
        assert_allclose(engine.spectrum(drawn, TOP).values[:TOP], expected, rtol=1e-6)


def test_entries_of_blocks():
    """Any rows and columns, and any pairs, are those of the whole matrix."""
    kernel, rng = KERNELS["blocks of 3 in R^2"], np.random.default_rng(0)
    x, y = rng.standard_normal((12, 2)), rng.standard_normal((9, 2))
    matrix, whole = BlockMatrix(kernel, x, y), kernel.grid(x, y)
    rows, columns = np.array([10, 1, 2, 7]), np.array([8, 0, 4, 4])
    assert_allclose(matrix.values(slice(2, 11), slice(4, 5)), whole[2:11, 4:5], rtol=1e-14)
    assert_allclose(matrix.values(rows, columns), whole[np.ix_(rows, columns)], rtol=1e-14)
    assert_allclose(matrix.pairs(rows, columns), whole[rows, columns], rtol=1e-14)
    assert_allclose(matrix.stored(), whole / np.sqrt(12 * 9), rtol=1e-14)
    assert sorted(matrix.order(1)) == list(range(9))
    with pytest.raises(ValueError, match="must be multiples of b = 3, got 12 and 8; take 12 or 15"):
        BlockMatrix(kernel, x, y[:8])


@pytest.mark.thorough
def test_trials_and_sweeps_of_vectors():
    """Measures follow the kernel; a large matrix of low rank is found to be one."""
    kernel = KERNELS["sin in R^2"]
    sweep = opsvd.monte_carlo_sweep(kernel, [60, (5000, 4400)], rank=2, rng=0)
    assert [one.engine.split("(")[0] for one in sweep] == ["Dense", "LowRank"]
    svd = opsvd.decompose(kernel, rtol=1e-6)
    assert_allclose(sweep[1].mean, svd.singular_values[:2], rtol=0.1)
    assert opsvd.sampling_cost(kernel, 300).seconds > 0.0
    blocks = opsvd.monte_carlo(KERNELS["blocks of 2 in R"], 4002, m=4010, rank=2, rng=0, engine="row-blocks")
    assert blocks.engine_error.max() < 1e-5


@pytest.mark.thorough
def test_one_matrix_of_vectors_against_a_claim():
    """Multiplets are compared by their means; another function, or another dimension, is refused."""
    svd = opsvd.decompose(opsvd.elementwise(np.tanh, 3), rtol=1e-4)
    x, y = np.random.default_rng(1).standard_normal((2, 2000, 3))
    engine = RowBlocks(lanczos=0)
    check = opsvd.check_matrix(np.tanh(x @ y.T), svd, rank=1, engine=engine)
    assert check.quantities == ("mean of s_1 to s_3",)
    assert check.p_value > 1e-3
    assert opsvd.check_matrix(np.sin(x @ y.T), svd, rank=1, engine=engine).p_value < 1e-6
    assert opsvd.check_matrix(np.tanh(x[:, :2] @ y[:, :2].T), svd, rank=1, engine=engine).p_value < 1e-6
