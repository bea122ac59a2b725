"""Where points are far from zero for their spread, jumps are placed to the rounding of points, and bars say so."""

import warnings

import numpy as np
import pytest

import opsvd

FAR = 1e6


def decomposed(h, mu_x, mu_y):
    """The answer, whether it meets the tolerance or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        return opsvd.decompose(h, mu_x, mu_y, max_rank=6)


def wrong_by(svd, exact):
    """How far values are from exact ones."""
    return np.abs(svd.singular_values - np.asarray(exact)[:svd.rank])


HALVES = 2.0 / ((2.0 * np.arange(6.0) + 1.0) * np.pi)


@pytest.mark.parametrize("mu", [
    opsvd.Gaussian(-1e4, 1.0), pytest.param(opsvd.Gaussian(FAR, 1.0), marks=pytest.mark.thorough),
    pytest.param(opsvd.Uniform(FAR, FAR + 1.0), marks=pytest.mark.thorough)], ids=str)
def test_a_step_along_the_diagonal(mu):
    """(x > y) has the values 2 / ((2i - 1) pi) under any law: bars are of some roundings of x, and hold."""
    svd = decomposed(lambda x, y: x > y, mu, mu)
    assert (wrong_by(svd, HALVES) <= svd.errors).all()
    assert svd.errors[0] < 1e-14 * 64.0 * FAR


@pytest.mark.parametrize("far_y", [0.0, -1e4, FAR])
def test_a_box(far_y):
    """The indicator of a box is of rank one: its value is the root of its mass, and so is the norm of h."""
    mu_x, mu_y = opsvd.Uniform(FAR, FAR + 1.0), opsvd.Uniform(far_y, far_y + 1.0)
    svd = decomposed(lambda x, y: (x - FAR > 0.3) & (y - far_y < 0.71), mu_x, mu_y)
    exact = np.sqrt(0.7 * 0.71)
    assert svd.rank == 1
    assert wrong_by(svd, [exact])[0] <= svd.errors[0] < 1e-8
    assert abs(svd.norm - exact) <= svd.norm.error < 1e-8


@pytest.mark.thorough
def test_a_step_where_functions_vanish_with_the_rounding():
    """(x > y) under Beta(2, 0.3): points within 1e-16 of 1 have a mass of 1e-5, and there functions of y are zero."""
    mu = opsvd.Beta(2.0, 0.3)
    svd = opsvd.decompose(lambda x, y: x > y, mu, mu)
    exact = 2.0 / ((2.0 * np.arange(svd.rank) + 1.0) * np.pi)
    assert svd.rank >= 10
    assert (np.abs(svd.singular_values - exact) <= svd.errors).all()


def test_kinks_and_smooth_kernels_keep_small_bars():
    """A kink that is placed wrongly by a rounding changes values by the square of it, and min(x, y) has 13 digits."""
    mu = opsvd.Uniform(1e5, 1e5 + 1.0)
    kink = decomposed(lambda x, y: np.minimum(x, y) - 1e5, mu, mu)
    assert (wrong_by(kink, HALVES**2) <= kink.errors).all()
    assert kink.errors[0] < 1e-11
    smooth = decomposed(lambda x, y: np.exp((x - 1e5) * (y - 1e5)), mu, mu)
    near = decomposed(lambda x, y: np.exp(x * y), opsvd.Uniform(0.0, 1.0), opsvd.Uniform(0.0, 1.0))
    assert (wrong_by(smooth, near.singular_values) <= smooth.errors + near.errors).all()
    assert smooth.errors[0] < 1e-10


def test_atoms_are_points_and_not_rounded():
    """Of atoms far from zero the matrix is what it is near zero."""
    near = np.array([0.1, 0.35, 0.8])
    far = opsvd.Empirical(FAR + near)
    svd = decomposed(lambda x, y: x > y, far, far)
    exact = np.linalg.svd((near[:, None] > near) / 3.0, compute_uv=False)
    assert (wrong_by(svd, exact) <= svd.errors).all()
    assert svd.errors[0] < 1e-14


def test_tails_and_atoms_cost_no_digits():
    """Where a float stands for many coordinates there is little mass; and within the interval of an atom is no jump."""
    law = opsvd.Beta(0.5, 0.5)
    step = opsvd.decompose(lambda x, y: x > y, law, law, max_rank=6)
    assert (wrong_by(step, HALVES) <= step.errors).all()
    assert step.errors[0] < 1e-11
    mixed = opsvd.Mixture([opsvd.Discrete([0.5], [1.0]), opsvd.Uniform(0.0, 1.0)], [0.3, 0.7])
    assert opsvd.decompose(lambda x, y: x + y, mixed, mixed).errors.max() < 1e-12
