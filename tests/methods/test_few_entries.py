"""Matrices of atoms of which a budget has some entries only: rows, columns, random entries, and bars that hold."""

from functools import cache

import numpy as np
import pytest
from counted import Counted
from quiet import quietly

from opsvd import Empirical

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal(600), RNG.standard_normal(500)
KERNELS = {
    "smooth": lambda x, y: np.exp(-0.5 * (x - y) ** 2),
    "wave": lambda x, y: np.exp(1j * x * y),
    "cone": lambda x, y: np.sqrt(x**2 + y**2),
    "corner": lambda x, y: np.tanh(x * y) + ((x > 1.5) & (y > 1.5)),
    "kink": lambda x, y: np.abs(x - y),
    "jump": lambda x, y: 1.0 * (x > y),
    "odd row": lambda x, y: np.tanh(x * y) + 3.0 * (x == X[7]) * np.sign(np.sin(50.0 * y)),
    "zero": lambda x, y: 0.0 * x * y,
}


def masses(power):
    """Those of the rows and of the columns: powers of exponential numbers."""
    return [p / p.sum() for p in (np.random.default_rng(len(z)).exponential(size=len(z)) ** power for z in (X, Y))]


@cache
def exact(name, power):
    """numpy's singular values."""
    p, q = masses(power)
    return np.linalg.svd(np.sqrt(p)[:, None] * KERNELS[name](X[:, None], Y) * np.sqrt(q), compute_uv=False)


@pytest.mark.parametrize("limit", [3_000, 20_000, 100_000])
@pytest.mark.parametrize("name", KERNELS)
def test_bars_hold_and_the_limit_too(name, limit):
    """Against numpy, with masses that are alike, and that are not."""
    for power in (0.0, 2.0):
        p, q = masses(power)
        h = Counted(KERNELS[name])
        svd = quietly(h, Empirical(X, p), Empirical(Y, q), rtol=1e-5, max_evaluations=limit)
        values = exact(name, power)
        assert h.values <= limit
        assert (np.abs(svd.singular_values - values[:svd.rank]) <= svd.errors + 1e-15).all()


@pytest.mark.parametrize(("name", "limit", "least", "bar"), [
    ("smooth", 20_000, 6, 1e-3), ("wave", 20_000, 6, 1e-2), ("cone", 20_000, 5, 1e-3), ("corner", 20_000, 5, 1e-3),
    ("smooth", 50_000, 6, 1e-5), ("wave", 50_000, 6, 1e-5), ("kink", 100_000, 3, 1e-2),
])
def test_a_part_of_the_entries_tells_many_values(name, limit, least, bar):
    """Six of a hundred tell what points with as many tell of the first value to some per cent."""
    svd = quietly(KERNELS[name], Empirical(X), Empirical(Y), rtol=1e-6, max_evaluations=limit)
    assert "rows and columns, held against it at" in svd.method
    assert svd.rank >= least
    assert svd.errors[:least].max() <= bar * svd.singular_values[0]


@pytest.mark.parametrize("seed", range(8))
def test_a_remainder_that_no_entry_shows(seed):
    """What rows and columns leave of a jump is zero at nearly all entries, and the part tells that there is more."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal(53), rng.standard_normal(401)
    p = rng.exponential(size=53) ** 3
    p /= p.sum()
    values = np.linalg.svd(np.sqrt(p)[:, None] * (x[:, None] > y) / np.sqrt(401.0), compute_uv=False)
    for limit in (5_000, 19_000):
        svd = quietly(lambda x, y: x > y, Empirical(x, p), Empirical(y), rtol=1e-5, max_evaluations=limit)
        assert (np.abs(svd.singular_values - values[:svd.rank]) <= svd.errors).all()


def test_a_sparse_matrix_tells_nothing():
    """Of a matrix with ten entries that are not zero few are met, and there may be more."""
    matrix = np.zeros((200, 500))
    rng = np.random.default_rng(1)
    matrix[rng.integers(200, size=10), rng.integers(500, size=10)] = 1.0
    labels = [Empirical(np.arange(float(size))) for size in matrix.shape]
    svd = quietly(lambda i, j: matrix[np.rint(i).astype(int), np.rint(j).astype(int)], *labels, max_evaluations=40_000)
    assert svd.rank == 0
    assert svd.tail >= np.linalg.norm(matrix) / np.sqrt(matrix.size)


def test_points_in_space():
    """Vectors have an order by length, and matrices for values take points."""
    x, y = np.random.default_rng(3).standard_normal((2, 400, 3))
    svd = quietly(lambda x, y: np.exp(-np.sum((x - y) ** 2, axis=-1) / 20.0), Empirical(x), Empirical(y), rtol=1e-4,
                  max_evaluations=60_000)
    values = np.linalg.svd(np.exp(-np.sum((x[:, None] - y) ** 2, axis=-1) / 20.0) / 400.0, compute_uv=False)
    assert svd.rank >= 6
    assert (np.abs(svd.singular_values - values[:svd.rank]) <= svd.errors).all()
    svd = quietly(lambda x, y: np.tanh(x[..., 0] * y[..., 0])[..., None, None] * np.eye(2), Empirical(x), Empirical(y),
                  max_evaluations=60_000)
    assert "quasi-random" in svd.method
