"""Functions of two lengths alone are kernels of numbers: their values, their functions, and what is none of them."""

import math

import numpy as np
import pytest
from scipy.stats import chi

import opsvd
from opsvd.kernels import Kernel
from opsvd.methods.functions_of_lengths import problem_of_lengths
from opsvd.operator.problem import Problem

PLANE, SPACE, BALL = opsvd.Gaussian.standard(2), opsvd.Gaussian.standard(3), opsvd.Ball(4)


def size(x):
    """|x|."""
    return np.linalg.norm(x, axis=-1)


def shorter(x, y):
    """Whether |x| < |y|."""
    return 1.0 * (size(x) < size(y))


def problem(h, mu_x=SPACE, mu_y=SPACE):
    """The problem of a kernel."""
    return Problem(Kernel(h, dims=(mu_x.dim, mu_y.dim), measures=(mu_x, mu_y)), mu_x, mu_y)


@pytest.mark.parametrize(("mu", "rank_of"), [(SPACE, chi(3).cdf), (BALL, lambda r: r**4)], ids=["Gaussian", "ball"])
@pytest.mark.thorough
def test_a_step_between_lengths_is_one_between_ranks(mu, rank_of, tmp_path):
    """(|x| < |y|) has 2 / ((2i - 1) pi) under any law, and as functions sqrt(2) cos and sin of ranks, kept in files."""
    svd = opsvd.decompose(shorter, mu, mu)
    exact = 2.0 / (math.pi * (2.0 * np.arange(1, 11) - 1.0))
    assert svd.converged
    assert (np.abs(svd.singular_values[:10] - exact) <= svd.errors[:10]).all()
    assert svd.errors[:10].max() <= 1e-10
    x = mu.sample(50, np.random.default_rng(0))
    cosine = math.sqrt(2.0) * np.cos(0.5 * math.pi * rank_of(size(x)))
    np.testing.assert_allclose(np.abs(svd.left(x)[:, 0]), cosine, atol=1e-6)
    np.testing.assert_allclose(svd.left.extend(x)[:, 0], svd.left(x)[:, 0], atol=1e-6)
    svd.save(tmp_path / "step.npz")
    np.testing.assert_array_equal(opsvd.load(tmp_path / "step.npz", shorter).right(x), svd.right(x))


def test_lengths_of_vectors_of_two_dimensions():
    """|x| + |y|, x of the plane and y of space: rank two, from means and deviations."""
    svd = opsvd.decompose(lambda x, y: size(x) + size(y), PLANE, SPACE)
    means = math.sqrt(math.pi / 2.0), 2.0 * math.sqrt(2.0 / math.pi)
    deviations = [math.sqrt(k - mean**2) for k, mean in zip((2, 3), means, strict=True)]
    exact = opsvd.exact.sum_of_functions(means[0], deviations[0], means[1], deviations[1])
    assert svd.rank == 2
    assert (np.abs(svd.singular_values - exact) <= svd.errors).all()
    assert svd.errors.max() <= 1e-12
    x, y = PLANE.sample(20, np.random.default_rng(1)), SPACE.sample(20, np.random.default_rng(2))
    np.testing.assert_allclose(svd(x, y), size(x) + size(y), atol=1e-9)


def test_a_function_of_one_length():
    """(1 > |y|) on a sphere has the root of the mass of the ball within."""
    svd = opsvd.decompose(lambda x, y: 1.0 * (size(x) > size(y)), opsvd.Sphere(3), SPACE)
    assert svd.rank == 1
    assert abs(svd.values[0] - math.sqrt(chi(3).cdf(1.0))) <= svd.errors[0] <= 1e-12


def test_dear_functions_of_lengths():
    """30,000 values are enough for what is smooth in the lengths, to ten digits."""
    svd = opsvd.decompose(lambda x, y: np.exp(-(size(x) - size(y)) ** 2), SPACE, SPACE, max_evaluations=30_000)
    assert svd.converged
    assert svd.evaluations <= 30_000


@pytest.mark.parametrize(("h", "mu_x"), [
    (lambda x, y: size(x) + 1e-6 * np.sum(x * y, axis=-1), SPACE),
    (lambda x, y: size(x) * size(y) + (size(x - y) < 0.3), SPACE),
    (lambda x, y: size(x) + (size(x - y) < 1e-3), SPACE),
    (lambda x, y: size(x) + (size(x + y) < 1e-3), SPACE),
    (lambda x, y: size(x) * x[..., 0] * size(y), SPACE),
    (lambda x, y: size(x) * size(y), opsvd.Rotational(3, opsvd.Discrete([1.0, 2.0], [0.5, 0.5]))),
    (lambda x, y: size(x) * size(y), opsvd.Gaussian(np.array([1.0, 0.0, 0.0]), np.eye(3)))],
    ids=["a trace of the angle", "one pair in two hundred", "one in 10^10", "with opposite signs", "a coordinate",
         "atoms", "not round"])
def test_what_is_no_function_of_lengths(h, mu_x):
    """It is left to other methods."""
    assert problem_of_lengths(problem(h, mu_x)) is None
