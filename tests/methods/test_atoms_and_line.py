"""Atoms on one side and a measure on the line on the other, against rules of numpy and Gram matrices."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from quiet import quietly

import opsvd
from opsvd import Discrete, Empirical, Gaussian, Uniform, decompose


def with_hermite(h, x, p):
    """The singular values of rows at points x under a Gaussian, by a Gauss rule of numpy."""
    y, w = hermegauss(150)
    return np.linalg.svd(np.sqrt(p)[:, None] * h(x[:, None], y[None]) * np.sqrt(w / w.sum()), compute_uv=False)


def honest(svd, exact):
    """Whether values are within their bars."""
    return (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors + 1e-15 * exact[0]).all()


@pytest.mark.parametrize("count", [3, 700])
@pytest.mark.parametrize("h", [lambda x, y: np.exp(-0.25 * (x - y) ** 2), lambda x, y: np.exp(0.5j * x * y)],
                         ids=["real", "complex"])
def test_smooth_slices(h, count):
    """To rounding, with the atoms on either side."""
    x = np.random.default_rng(0).standard_normal(count)
    p = np.random.default_rng(1).dirichlet(np.ones(count))
    exact = with_hermite(h, x, p)
    for svd in (decompose(h, Discrete(x, p), Gaussian()), decompose(lambda y, x: h(x, y), Gaussian(), Discrete(x, p))):
        assert svd.converged
        assert svd.method.startswith("atoms on one side")
        assert honest(svd, exact)
        assert np.abs(svd.singular_values - exact[:svd.rank]).max() <= 1e-13 * exact[0]


def test_vectors_on_the_side_of_the_atoms():
    """Functions are called with vectors, and given back at the atoms and elsewhere."""
    x = np.random.default_rng(0).standard_normal((40, 3))

    def h(x, y):
        return np.exp(-0.25 * (x[..., 0] - y) ** 2 + 0.3 * x[..., 1])

    svd = decompose(h, Empirical(x), Gaussian())
    assert svd.converged
    assert honest(svd, with_hermite(h, x, np.full(40, 1.0 / 40.0)))
    f = svd.left(x)
    np.testing.assert_allclose(f.T @ f / 40.0, np.eye(svd.rank), atol=1e-9)
    y = np.array([-1.0, 0.2, 2.0])
    np.testing.assert_allclose(svd(x[:, None], y), h(x[:, None], y), atol=1e-7)
    np.testing.assert_allclose(svd(np.array([0.1, 0.2, 0.3]), y), h(np.array([0.1, 0.2, 0.3]), y), atol=1e-2)


@pytest.mark.parametrize("count", [5, 100])
def test_slices_that_break_at_places_of_their_own(count):
    """All values of the jump (x > y), to rounding; h is called at the atoms alone."""
    x = np.sort(np.random.default_rng(2).random(count))

    def h(x_given, y):
        assert np.isin(x_given, x).all()
        return x_given > y

    svd = decompose(h, Empirical(x), Uniform())
    # The step functions between atoms are orthogonal. Roots of the eigenvalues of min(x_i, x_j) are rounded to 1e-14.
    steps = np.tril(np.ones((count, count))) * np.sqrt(np.diff(x, prepend=0.0) / count)
    exact = np.linalg.svd(steps, compute_uv=False)
    assert svd.converged
    assert svd.rank == count
    assert np.abs(svd.singular_values - exact).max() <= 1e-13
    assert honest(svd, exact)


def test_one_atom_among_many_may_need_a_wider_domain():
    """exp(xy) with one x = 4 of small probability among three hundred: its slice has nearly all of the norm."""
    x = 0.1 * np.random.default_rng(3).standard_normal(300)
    x[123], p = 4.0, np.full(300, 1.0 / 299.0)
    p[123] = 1e-5
    p /= p.sum()
    svd = decompose(lambda x, y: np.exp(x * y), Discrete(x, p), Gaussian())
    exact = with_hermite(lambda x, y: np.exp(x * y), x, p)
    assert svd.converged
    assert honest(svd.truncate(3), exact)


def test_many_atoms_beside_a_smooth_kernel():
    """Of ten thousand atoms some hundred slices place the panels, and all are looked at."""
    x = np.random.default_rng(0).standard_normal(10_000)
    svd = decompose(lambda x, y: np.exp(-0.25 * (x - y) ** 2), Empirical(x), Gaussian(), max_seconds=1e3)
    exact = with_hermite(lambda x, y: np.exp(-0.25 * (x - y) ** 2), x, np.full(10_000, 1e-4))
    assert svd.converged
    assert honest(svd, exact)


def test_results_are_saved_and_predicted(tmp_path):
    """As any other: functions on either side, and finite samples."""
    svd = decompose(lambda x, y: np.exp(-x * y), Discrete([0.0, 1.0, 2.0], [0.2, 0.3, 0.5]), Uniform())
    svd.save(tmp_path / "mixed.npz")
    loaded = opsvd.load(tmp_path / "mixed.npz")
    np.testing.assert_array_equal(loaded.left(np.array([0.0, 2.0])), svd.left(np.array([0.0, 2.0])))
    np.testing.assert_array_equal(loaded.right(np.array([0.1, 0.7])), svd.right(np.array([0.1, 0.7])))
    sampled = opsvd.monte_carlo(lambda x, y: np.exp(-x * y), 300, svd.mu_x, svd.mu_y, trials=60, rng=0)
    values, prediction = np.array([one.values[0] for one in sampled.matrices]), svd.predict(300)
    assert abs(values.mean() - prediction.mean[0]) <= 5.0 * values.std() / np.sqrt(60.0)


@pytest.mark.parametrize("most", [1000, 2900, 3100, 4000])
@pytest.mark.parametrize("atoms_first", [False, True])
def test_few_values_give_a_coarse_answer(most, atoms_first):
    """Panels end at atoms, and would take all of them."""
    measures = (Discrete([1.0, 2.0], [0.5, 0.5]), Gaussian())
    svd = quietly(lambda x, y: np.tanh(x * y), *measures[::1 if atoms_first else -1], max_evaluations=most)
    assert svd.evaluations <= most
    truth = np.array([0.7149870305893, 0.0597612618380])[:svd.rank]    # on 400 Gauss-Legendre panels
    assert (np.abs(svd.singular_values - truth) <= svd.errors + 1e-12).all()


def test_vectors_beside_numbers():
    """Where vectors are atoms, and y is a number, h is not looked at as a sum over coordinates."""
    points, p = np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]), np.array([0.2, 0.3, 0.5])

    def h(x, y):
        return np.abs(x[..., 0] - y) + x[..., 1]

    svd = opsvd.decompose(h, opsvd.Discrete(points, p), opsvd.Gaussian())
    t, w = np.polynomial.legendre.leggauss(30)
    edges = np.arange(-12.0, 13.0)    # h has kinks at 0, 1 and 3
    y = (edges[:-1, None] + 0.5 * (t + 1.0)).ravel()
    weights = np.tile(0.5 * w, len(edges) - 1) * np.exp(-0.5 * y * y) / np.sqrt(2.0 * np.pi)
    true = np.linalg.svd(np.sqrt(p)[:, None] * h(points[:, None], y) * np.sqrt(weights), compute_uv=False)
    assert svd.rank == 3
    assert (np.abs(svd.singular_values - true) <= svd.errors + 1e-14 * true[0]).all()
