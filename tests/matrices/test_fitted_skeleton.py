"""Rows and columns that are fitted to a part of a matrix, and random entries with their weights."""

import numpy as np
import pytest

from opsvd.matrices import FittedSkeleton, RandomEntries, StoredMatrix, draws, entries_of

NONE = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)


def masses(*sizes):
    """Chances that are not alike."""
    found = [np.random.default_rng(size).exponential(size=size) for size in sizes]
    return tuple(p / p.sum() for p in found)


def fitted(array, size, most):
    """The skeleton, its pivots, and its triplets."""
    skeleton = FittedSkeleton(StoredMatrix(array), masses(*array.shape), size, np.random.default_rng(0))
    pivots = skeleton.pivots(1e-14, most)
    return skeleton, pivots, skeleton.triplets(*pivots)


@pytest.mark.parametrize("dtype", [float, complex])
def test_a_matrix_of_low_rank_is_found(dtype):
    """To rounding, with no more pivots than its rank; and nothing is left elsewhere."""
    rng = np.random.default_rng(1)
    left, right = (rng.standard_normal((size, 4)).astype(dtype) for size in (80, 120))
    array = left @ (right.T if dtype is float else right.T * (1.0 + 0.5j))
    skeleton, pivots, triplets = fitted(array, 24, 8)
    assert len(pivots[0]) == 4
    assert skeleton.left(*pivots) <= 1e-13
    assert skeleton.left_elsewhere(1e-14, 4) <= 1e-11
    rows, columns = np.indices(array.shape).reshape(2, -1)
    np.testing.assert_allclose(entries_of(triplets, rows, columns), array.ravel(), atol=1e-11)
    np.testing.assert_allclose(triplets[1], np.linalg.svd(array, compute_uv=False)[:4], rtol=1e-12)


def test_a_jump_leaves_something_elsewhere():
    """Rows of the part are told by each other, and others are not."""
    rng = np.random.default_rng(2)
    array = 1.0 * (rng.standard_normal((60, 1)) > rng.standard_normal(300))
    skeleton, pivots, _ = fitted(array, 40, 40)
    assert skeleton.left(*pivots) <= 1e-10
    assert skeleton.left_elsewhere(1e-14, len(pivots[0])) >= 0.03


def test_rows_that_join_are_used():
    """A row of its own is none of the part, and is told once it joins."""
    rng = np.random.default_rng(3)
    array = np.outer(rng.standard_normal(400), rng.standard_normal(300))
    skeleton = FittedSkeleton(StoredMatrix(array), masses(400, 300), 20, np.random.default_rng(0))
    missed = np.setdiff1d(np.arange(400), skeleton._index[0])[0]
    array[missed] = rng.standard_normal(300)
    pivots = skeleton.pivots(1e-14, 10)
    assert len(pivots[0]) == 1
    skeleton.extend(np.array([missed]), np.array([5, 6]))
    pivots = skeleton.pivots(1e-14, 10, pivots)
    triplets = skeleton.triplets(*pivots)
    assert len(pivots[0]) == 2
    np.testing.assert_allclose((triplets[0] * triplets[1]) @ triplets[2].T, array, atol=1e-10)


def test_sums_over_random_entries_have_no_bias():
    """Of a hundred draws the mean is within four of its standard errors, for values that each law sees in its way."""
    array = np.random.default_rng(4).exponential(size=(30, 40))
    array[3] *= 30.0
    array[5, 7], array[8, 9] = 100.0, 50.0
    matrix, (u, _, v) = StoredMatrix(array), fitted(array, 30, 5)[2]
    suspects = np.arange(30), np.arange(30)
    rng, sums = np.random.default_rng(5), []
    for _ in range(100):
        entries = RandomEntries(matrix, draws(matrix, masses(30, 40), (u, v), 60), suspects, rng)
        assert len(np.unique(entries.rows * 40 + entries.columns)) == len(entries.rows)
        np.testing.assert_array_equal(entries.values, array[entries.rows, entries.columns])
        sums.append(entries.weights @ entries.values)
    assert abs(np.mean(sums) - array.sum()) <= 0.4 * np.std(sums)
    few = RandomEntries(matrix, draws(matrix, masses(30, 40), (u, v), 60), NONE, rng)
    assert few.weights.min() > 0.0
