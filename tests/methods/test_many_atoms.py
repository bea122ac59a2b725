"""Many atoms: matrices from some of their rows and columns, leading triplets, and bars that hold."""

import tracemalloc

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Atoms, Discrete, Empirical, decompose


def smooth(x, y):
    """Of low rank."""
    return np.exp(-((x - y) ** 2))


KERNELS = {
    "smooth": smooth,
    "kink": lambda x, y: np.exp(-np.abs(x - y)),
    "jump": lambda x, y: x > y,
    "narrow": lambda x, y: 1.0 / (1.0 + 100.0 * (x - y) ** 2),
    "one odd row": lambda x, y: smooth(x, y) + np.where(x == POINTS[77], 1e-3 * np.sign(np.sin(50.0 * y)), 0.0),
    "corner": lambda x, y: np.tanh(x * y) + np.where((x > 2.5) & (y > 2.5), 3.0, 0.0),
    "diagonal": lambda x, y: smooth(x, y) + (np.abs(x - y) < 1e-3),
    "wave": lambda x, y: np.exp(4j * x * y),
}
POINTS = np.random.default_rng(0).standard_normal(400)


def spectrum(h, x, y, p):
    """numpy's singular values of the matrix of probabilities p, and equal ones."""
    return np.linalg.svd(np.sqrt(p)[:, None] * h(x[:, None], y) / np.sqrt(len(y)), compute_uv=False)


def honest(svd, exact):
    """Whether values are within their bars, and the rest within the tail."""
    errors = np.abs(svd.singular_values - exact[:svd.rank])
    return (errors <= svd.errors).all() and np.linalg.norm(exact[svd.rank:]) <= svd.tail * (1.0 + 1e-12)


def weights(power):
    """Those of the points, all equal for the power zero."""
    return np.random.default_rng(3).exponential(size=len(POINTS)) ** power


@pytest.mark.parametrize(("name", "power"), [
    pytest.param(name, power, marks=pytest.mark.thorough if power and name in {"jump", "kink", "narrow"} else ())
    for name in KERNELS for power in (0.0, 3.0)])
def test_rows_and_columns_are_held_against_all_entries(name, power):
    """Against numpy, where the matrix is never stored."""
    y, p = np.random.default_rng(1).standard_normal(600), weights(power)
    svd = quietly(KERNELS[name], Empirical(POINTS, p), Empirical(y), max_seconds=1e3, method=Atoms(1000, stored=0))
    assert "rows and columns, held against it at all of its entries" in svd.method
    assert honest(svd, spectrum(KERNELS[name], POINTS, y, p / p.sum()))
    assert svd.converged or name not in {"smooth", "corner", "wave"}


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "power"), [("smooth", 0.0), ("corner", 0.0), *((name, 3.0) for name in KERNELS)])
def test_bars_from_random_entries_hold(name, power):
    """Against numpy, where most entries are never asked for; each point stands at two places, a little apart."""
    rng = np.random.default_rng(1)
    x, y, p = np.tile(POINTS, 2), rng.standard_normal(1000), np.tile(weights(power), 2)
    x[len(POINTS):] += 1e-2 * rng.standard_normal(len(x) - len(POINTS))
    exact = spectrum(KERNELS[name], x, y, p / p.sum())
    rtol = 1e-10 if power else 1e-4
    svd = quietly(KERNELS[name], Empirical(x, p), Empirical(y), rtol=rtol, max_seconds=1e3,
                  method=Atoms(1000, stored=0, checked=0))
    assert "rows and columns, held against it at random entries" in svd.method
    assert honest(svd, exact)


@pytest.mark.thorough
def test_a_nugget_is_seen():
    """A kernel with something of its own where x = y: no random pair shows it, and neighbours do."""
    x = np.random.default_rng(0).standard_normal(2100)
    svd = quietly(lambda x, y: smooth(x, y) + 1e-3 * (x == y), Empirical(x), Empirical(x), max_seconds=1e3,
                  method=Atoms(stored=0, checked=0))
    assert not svd.converged
    assert svd.tail >= 1e-3 / np.sqrt(2100.0) / 2.0


@pytest.mark.parametrize("name", ["kink", "jump", "wave"])
def test_leading_triplets_of_a_stored_matrix(name):
    """Six values to rounding where the matrix is not of low rank."""
    y = np.random.default_rng(1).standard_normal(600)
    svd = decompose(KERNELS[name], Empirical(POINTS), Empirical(y), method=Atoms(1000, max_rank=5))
    exact = spectrum(KERNELS[name], POINTS, y, np.full(400, 1.0 / 400.0))
    assert svd.method.startswith("atoms: leading triplets of a 400 by 600 matrix")
    assert svd.rank >= 6
    assert np.abs(svd.singular_values - exact[:svd.rank])[:6].max() <= 1e-13 * exact[0]
    assert honest(svd, exact)
    assert abs(svd.norm - np.linalg.norm(exact)) <= svd.norm.error + 1e-15


@pytest.mark.thorough
def test_twenty_thousand_points_take_a_small_part_of_the_entries():
    """Values are within bars of those of a smooth kernel under the law; functions are orthonormal at the points."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(20_000), rng.standard_normal(20_000)
    svd = decompose(smooth, Empirical(x), Empirical(y), max_seconds=1e3)
    assert svd.converged
    assert svd.evaluations < 10_000_000
    f = svd.left(x)
    np.testing.assert_allclose(f.T @ f / len(x), np.eye(svd.rank), atol=1e-10)
    rows = rng.integers(20_000, size=50)
    np.testing.assert_allclose(svd(x[rows], y[rows]), smooth(x[rows], y[rows]), atol=1e-6)
    images = smooth(x[rows][:, None], y) @ svd.right(y)[:, :3] / len(y)
    np.testing.assert_allclose(images, f[rows, :3] * svd.singular_values[:3], atol=1e-10)


def test_vectors_and_few_rows():
    """Points of R^3, and a matrix of ten rows, all of which are taken."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((10, 3)), rng.standard_normal((20_000, 3))

    def h(x, y):
        return np.tanh(np.sum(x * y, axis=-1))

    svd = decompose(h, Empirical(x), Empirical(y), max_seconds=1e3, method=Atoms(1000))
    gram = np.zeros((10, 10))
    for some in np.array_split(y, 30):
        values = h(x[:, None], some[None])
        gram += values @ values.T / (10.0 * len(y))
    exact = np.sqrt(np.linalg.eigvalsh(gram)[::-1])
    assert svd.converged
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors + 1e-13).all()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["smooth", "kink"])
def test_thirty_thousand_points_take_little_memory(name):
    """Below 1.5 GB, where all entries would take seven."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(30_000), rng.standard_normal(30_000)
    tracemalloc.start()
    quietly(KERNELS[name], Empirical(x), Empirical(y), max_seconds=200.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5e9


def test_matrices_for_values_at_many_points_are_refused():
    """With what to do."""
    points = Empirical(np.arange(3000.0))
    with pytest.raises(ValueError, match="at most 4000000 entries, got 6000 by 6000: take fewer points"):
        decompose(lambda x, y: (x * y)[..., None, None] * np.eye(2), points, points)


def test_atoms_that_hardly_ever_come():
    """Probabilities of a Poisson law, down to the smallest floats, in large matrices as in small ones."""
    counts = np.arange(150.0)
    law = Discrete(counts, np.exp(counts * np.log(3.0) - 3.0 - np.cumsum(np.log(np.maximum(counts, 1.0)))))
    x = np.random.default_rng(0).uniform(0.0, 1.0, 30_000)
    svd = decompose(lambda x, y: np.exp(-x * y), law, Empirical(x), max_seconds=1e3)
    values = np.exp(-counts[:, None] * x) * np.sqrt(law.masses)[:, None] / np.sqrt(len(x))
    exact = np.linalg.svd(values @ values.T, compute_uv=False)[:4] ** 0.5
    assert svd.converged
    assert opsvd.Estimate(svd.singular_values[0], svd.errors[0]).error < 1e-10
    np.testing.assert_allclose(svd.singular_values[:4], exact, rtol=1e-9)
