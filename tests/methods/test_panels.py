"""Panels that are refined: towards points where h is singular, and where most of them stay unresolved."""

import numpy as np
from quiet import quietly

import opsvd
from opsvd import Kernel, Uniform
from opsvd.methods import Panels
from opsvd.operator.problem import Problem

LENGTH = 0.02


def matern(x, y):
    """The Matern covariance of order 3/2, whose third derivative jumps at x = y."""
    distance = np.abs(x - y) / LENGTH
    return (1.0 + distance) * np.exp(-distance)


def test_a_weak_kink_along_a_curve_takes_leading_triplets():
    """400 of a matrix of a thousand rows, and not all, agree with integrals that are split at the kink."""
    problem = Problem(Kernel(matern), Uniform(), Uniform(), 1e-6)
    found = next(iter(Panels().discretisations(problem))).system.values
    svd = opsvd.decompose(matern, Uniform(), Uniform(), rtol=1e-10, method="product")
    count = min(svd.rank, 20)
    assert len(found) == 400
    assert count >= 8
    np.testing.assert_allclose(found[:count], svd.singular_values[:count], atol=1e-9 * found[0])


def test_powers_at_zero_have_ten_digits():
    """x^-0.28 cos(y): beside zero floats do not end, and half of the energy is nearer to it than 0.2."""
    unit = Uniform(0.0, 1.0)
    svd = quietly(lambda x, y: x**-0.28 * np.cos(y), unit, unit, method="panels")
    known = np.sqrt((0.5 + np.sin(2.0) / 4.0) / (1.0 - 0.56))
    assert abs(svd.singular_values[0] - known) <= svd.errors[0] <= 1e-10
