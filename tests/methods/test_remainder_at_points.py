"""The remainder of products at quasi-random points: bars of kernels that break, and where points do not see enough."""

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Gaussian
from opsvd.methods import remainder_at_points
from opsvd.methods.remainder_at_points import _bars, _Means, _noise


def turned(k, seed):
    """A random rotation, which hides coordinates."""
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((k, k)))[0]


def product_of(first, second, hidden=True):
    """The product of two kernels of numbers, in turned coordinates."""
    turn_x, turn_y = (turned(2, seed) if hidden else np.eye(2) for seed in (1, 2))

    def h(x, y):
        u, v = x @ turn_x, y @ turn_y
        return first(u[..., 0], v[..., 0]) * second(u[..., 1], v[..., 1])

    return h


def values_of(first, second, mu):
    """All products of their values, nonincreasing."""
    s, t = (opsvd.decompose(scalar, mu, mu, rtol=1e-5).singular_values for scalar in (first, second))
    return np.sort(np.outer(s, t).ravel())[::-1]


def kink(u, v):
    """A kink along a diagonal."""
    return np.abs(u - v)


def step(u, v):
    """A jump along an antidiagonal."""
    return 1.0 * (u + v > 0.3)


def bell(u, v):
    """A smooth kernel."""
    return np.exp(-0.5 * (u - v) ** 2)


@pytest.mark.parametrize(("first", "second", "leading"), [(kink, bell, 1e-3), (step, bell, 3e-2)])
def test_kinks_and_jumps(first, second, leading):
    """With as many values the bars of products alone are 0.05 and 0.6 of s_1."""
    svd = quietly(product_of(first, second), Gaussian.standard(2), Gaussian.standard(2), method="grid",
                  max_evaluations=4_000_000, max_seconds=100.0, rtol=1e-9)
    known = values_of(first, second, Gaussian())[:10]
    assert "remainder at" in svd.method
    assert svd.errors[0] < leading * known[0]
    shown = min(svd.rank, 10)
    assert np.all(np.abs(svd.singular_values[:shown] - known[:shown]) <= svd.errors[:shown])


@pytest.mark.thorough
def test_other_measures():
    """A kink under uniform measures, where no rotation helps either."""
    law = opsvd.Uniform(-1.5, 1.5)
    mu = opsvd.Product(law, law)
    svd = quietly(product_of(kink, bell), mu, mu, method="grid", max_evaluations=4_000_000, max_seconds=100.0,
                  rtol=1e-9)
    finer = quietly(product_of(kink, bell), mu, mu, method="quasi-random", max_evaluations=4_000_000,
                    max_seconds=100.0, rtol=1e-9)
    assert svd.errors[0] < 0.3 * finer.errors[0]
    assert np.all(np.abs(svd.values[:5] - finer.values[:5]) <= svd.errors[:5] + finer.errors[:5])


@pytest.mark.thorough
def test_functions_belong_to_the_values():
    """E[f_i h g_j] over independent points is the diagonal of the values, and functions are orthonormal."""
    svd = quietly(product_of(kink, bell), Gaussian.standard(2), Gaussian.standard(2), method="grid",
                  max_evaluations=4_000_000, max_seconds=100.0, rtol=1e-9)
    rng, n = np.random.default_rng(3), 2000
    x, y = rng.standard_normal((2, n, 2))
    f, g = svd.left(x)[:, :3], svd.right(y)[:, :3]
    inner = f.T @ product_of(kink, bell)(x[:, None], y[None]) @ g / n**2
    np.testing.assert_allclose(inner, np.diag(svd.singular_values[:3]), atol=0.05)
    np.testing.assert_allclose(f.T @ f / n, np.eye(3), atol=0.15)


def test_points_where_h_is_no_number(monkeypatch):
    """The products stand as they are."""
    def far(*_):
        raise opsvd.NonFiniteKernelError("h must be finite")

    monkeypatch.setattr(remainder_at_points, "_points", far)
    svd = quietly(product_of(kink, bell), Gaussian.standard(2), Gaussian.standard(2), method="grid",
                  max_evaluations=2_000_000, max_seconds=100.0, rtol=1e-9)
    assert svd.rank > 0
    assert "remainder" not in svd.method


def means_of(first, along_x, along_y, lengths=1.0):
    """Means of eight scramblings that agree, but for rounding."""
    r = len(first)
    nothing = np.zeros(1), np.zeros(1)
    return [_Means(first * (1.0 + 1e-12 * k), along_x, along_y, np.full((2, r), lengths), 1.0, nothing)
            for k in range(8)]


def test_the_second_order_is_covered():
    """Values of a matrix whose blocks beside the leading ones are known: bars hold, and are of second order."""
    rng = np.random.default_rng(5)
    values, rest = np.array([1.0, 0.7, 0.68, 0.4]), np.diag([0.2, 0.15, 0.1, 0.05])
    x, y = 0.02 * rng.standard_normal((2, 4, 4))
    bars = _bars(values, means_of(np.zeros((4, 4)), x @ x.T, y.T @ y), 0.2)
    true = np.linalg.svd(np.block([[np.diag(values), x], [y, rest]]), compute_uv=False)[:4]
    assert np.all(np.abs(true - values) <= bars)
    assert np.all(bars <= 0.02)


def test_values_that_may_change_places():
    """A value with a wide bar reaches across others: the bars are about the i-th value."""
    along = np.diag([0.0, 0.0, 0.01])
    bars = _bars(np.array([1.0, 0.52, 0.5]), means_of(np.zeros((3, 3)), along, along), 0.1)
    reach = 0.5 + 0.02 / (0.4 + np.sqrt(0.4**2 + 2.0 * 0.02))    # in the two directions together
    np.testing.assert_allclose(bars[1], reach - 0.52, rtol=1e-6)
    assert bars[0] < 1e-9


@pytest.mark.parametrize("lengths", [0.8, 1.2])
def test_points_that_do_not_see_the_functions(lengths):
    """Where points do not integrate squares of functions, no value is clear of its bar."""
    bars = _bars(np.array([1.0, 0.5]), means_of(np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 2)), lengths), 0.1)
    assert np.all(bars >= [1.0, 0.5])


def test_values_within_what_else_there_may_be():
    """A value that is no larger than the norm of the rest is not told from it."""
    bars = _bars(np.array([1.0, 0.09]), means_of(np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 2))), 0.1)
    assert bars[0] < 1e-9
    assert bars[1] >= 0.09


def test_deviations_of_eight_are_known_better_from_neighbours():
    """Of 1600 entries with one deviation none seems half as large, as one in 36 does alone."""
    noise = _noise(np.random.default_rng(0).standard_normal((8, 40, 40))) / (5.0 / np.sqrt(8.0))
    assert (noise > 0.7).all()
    assert np.mean(noise) < 1.5


@pytest.mark.thorough
def test_a_strip_that_some_scramblings_miss():
    """Its value is 0.84, by its mass of 6.5e-4; products see none of it, and no bar says that it is not there."""
    def h(x, y):
        return np.exp(-((x - y)[..., 0] ** 2)) + 50.0 * (np.abs(y[..., 0] - 1.5) < 2.5e-3) * np.sin(x[..., 1])

    mu = Gaussian(np.zeros(2), np.eye(2))
    svd = quietly(h, mu, mu)
    assert svd.rank == 0 or abs(svd.singular_values[0] - 0.8366) <= svd.errors[0] + 1e-3
    assert abs(svd.norm - np.hypot(0.8366, 3.0**-0.5)) <= svd.norm.error
