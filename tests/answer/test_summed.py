"""Sums of kernels of numbers: values and functions that other mathematics knows."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import opsvd
from opsvd.kernels import Kernel
from opsvd.operator.problem import Problem

UNIFORM = opsvd.Uniform(0.0, 1.0)


def of_minima(k, count):
    r"""Values of the sum of min(x_j, y_j) over k coordinates of a cube.

    Sums over j of w(x_j) times numbers that add up to zero see the kernel less its means, of the values
    :math:`1 / (\pi i)^2`. Others see :math:`D T D`, where D is the root of k on constants and one beside these: from
    :math:`-\lambda u'' = u` its values are :math:`1 / \omega^2` with :math:`\tan \omega = k \omega / (k - 1)`.
    """
    roots = [brentq(lambda w: (k - 1) * math.sin(w) - k * w * math.cos(w), i * math.pi + (1e-3 if i == 0 else 0.0),
                    (i + 0.5) * math.pi, xtol=1e-15) for i in range(count)]
    alone = np.repeat(1.0 / (math.pi * np.arange(1.0, count + 1.0)) ** 2, k - 1)
    return np.sort(np.concatenate([1.0 / np.square(roots), alone]))[::-1][:count]


def broken(x, y):
    """A kink, a function of one coordinate of x, and a jump, on three and two coordinates."""
    return np.abs(x[..., 0] - y[..., 1]) + np.abs(x[..., 1] - 0.3) + (x[..., 2] > y[..., 0])


def test_summands_are_seen():
    """Each has the coordinates that belong together, and they add up to h."""
    x, y = opsvd.Product(*[UNIFORM] * 3), opsvd.Product(*[UNIFORM] * 2)
    found = Problem(Kernel(broken, dims=(3, 2)), x, y).summands
    assert {(one.x, one.y) for one in found.each} >= {(0, 1), (2, 0)}
    assert len(found.each) == 3
    points_x, points_y = (mu.sample(50, np.random.default_rng(1)) for mu in (x, y))
    total = found.number + sum(one.scale * one.kernel(points_x[:, one.x], points_y[:, one.y]) for one in found.each)
    assert np.abs(total - broken(points_x, points_y)).max() < 1e-14


@pytest.mark.parametrize("h", [lambda x, y: np.exp(-np.abs(x - y).sum(axis=-1)),
                               lambda x, y: np.abs(x - y).max(axis=-1)])
def test_other_kernels_have_no_summands(h):
    """A product, and a maximum."""
    square = opsvd.Product(UNIFORM, UNIFORM)
    assert Problem(Kernel(h, dims=(2, 2)), square, square).summands is None


def test_summands_that_are_alike_have_one_kernel():
    """Also with a factor between them."""
    square = opsvd.Product(UNIFORM, UNIFORM)
    weights = np.array([1.0, 2.0])
    found = Problem(Kernel(lambda x, y: np.abs(x - y) @ weights, dims=(2, 2)), square, square).summands
    assert found.different == 1
    cube = opsvd.Product(*[UNIFORM] * 3)
    found = Problem(Kernel(lambda x, y: np.abs(x - y).sum(axis=-1), dims=(3, 3)), cube, cube).summands
    assert found.different == 1


@pytest.mark.thorough
@pytest.mark.parametrize("k", [2, 5])
def test_sums_of_covariances_of_random_walks_have_known_values(k):
    """Ten values have ten digits."""
    cube = opsvd.Product(*[UNIFORM] * k)
    svd = opsvd.decompose(lambda x, y: np.minimum(x, y).sum(axis=-1), cube, cube)
    exact = of_minima(k, svd.rank)
    assert svd.rank >= 9
    assert svd.converged
    assert (np.abs(svd.singular_values - exact) <= svd.errors).all()


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_sums_of_jumps_have_known_values():
    """Less its means (x > y) is a function of x - y with a period: of the values 1 / (2 pi m), each twice."""
    square = opsvd.Product(UNIFORM, UNIFORM)
    svd = opsvd.decompose(lambda x, y: (x > y).sum(axis=-1), square, square)
    norm = math.sqrt(2.0 * 0.5 + 2.0 * 0.25)
    assert abs(svd.norm.value - norm) <= svd.norm.error
    wanted = np.repeat(1.0 / (2.0 * math.pi * np.arange(1.0, 2.0)), 2)
    for value in wanted:
        assert (np.abs(svd.singular_values - value) <= svd.errors).sum() >= 2
    assert (svd.errors[:4] <= 1e-10 * svd.values[0]).all()


@pytest.mark.thorough
def test_functions_are_orthonormal_and_sums_the_kernel(tmp_path):
    """At the nodes of products of Gauss rules; also when saved."""
    x, y = opsvd.Product(*[UNIFORM] * 3), opsvd.Product(*[UNIFORM] * 2)
    svd = opsvd.decompose(broken, x, y, rtol=1e-3, max_rank=5)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    t, w = 0.5 + 0.5 * nodes, 0.5 * weights
    grid = np.stack(np.meshgrid(t, t, indexing="ij"), axis=-1).reshape(-1, 2)
    both = np.multiply.outer(w, w).ravel()
    g = svd.right(grid)
    assert np.abs((g * both[:, None]).T @ g - np.eye(svd.rank)).max() < 1e-3    # kinks are not split here
    points_x, points_y = (mu.sample(4000, np.random.default_rng(3)) for mu in (x, y))
    missed = np.sqrt(np.mean((svd(points_x, points_y) - broken(points_x, points_y)) ** 2))
    assert missed <= 1.1 * svd.tail
    svd.save(tmp_path / "sum.npz")
    again = opsvd.load(tmp_path / "sum.npz")
    assert np.array_equal(again.left(points_x[:9]), svd.left(points_x[:9]))


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_sums_times_i_have_the_same_values():
    """Complex kernels go the same way."""
    square = opsvd.Product(UNIFORM, UNIFORM)
    svd = opsvd.decompose(lambda x, y: (1j * np.minimum(x, y)).sum(axis=-1), square, square)
    exact = of_minima(2, svd.rank)
    assert (np.abs(svd.singular_values - exact) <= svd.errors).all()
