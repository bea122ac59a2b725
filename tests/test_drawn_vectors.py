"""Honesty on random kernels of vectors with kinks and jumps, against brute force that knows where these are."""

import math
from random import Random

import numpy as np
import pytest
from drawn_vectors import DrawnVectors, draw_vectors, held_against
from quiet import quietly
from vector_quadrature import Level, angular, between_breaks, multiplicity, of_distance

import opsvd

FINE = Level(6, 12, 40)
# Seeds of kernels of most kinds, in all dimensions, with tolerances at which they take about a second.
DRAWN = {2: 1e-7, 6: 1e-7, 8: 1e-3, 9: 1e-5, 11: 1e-9, 15: 1e-9, 18: 1e-7, 23: 1e-9, 48: 1e-3, 54: 1e-7}
EVALUATIONS = 8_000_000


@pytest.mark.parametrize(("seed", "rtol"), [
    pytest.param(seed, rtol, marks=pytest.mark.thorough if seed != 6 else ())
    for seed, rtol in DRAWN.items()])
def test_error_bars_hold(seed, rtol):
    """|computed - reference| <= errors + error of the reference, for all values that both know."""
    drawn = draw_vectors(Random(seed))    # noqa: S311
    values, unsure = drawn.reference()
    svd = quietly(drawn.h, *drawn.measures, rtol=rtol, max_evaluations=EVALUATIONS,
                  max_seconds=1e4)
    assert unsure[0] <= 1e-8 * values[0]
    assert svd.rank > 0
    assert (held_against(svd, values, unsure) <= 1.0).all(), str(drawn)


def test_kinds_are_drawn_in_all_dimensions():
    """A draw is text that can be read, in R^2 to R^5, for black boxes and elementwise functions."""
    drawn = [draw_vectors(Random(seed)) for seed in range(60)]    # noqa: S311
    assert {one.k for one in drawn} == {2, 3, 4, 5}
    assert {one.elementwise for one in drawn} == {False, True}
    assert all("{" not in one.text for one in drawn)


def test_a_false_bar_is_seen():
    """A reference that is off by two bars makes an error of two bars."""
    drawn = DrawnVectors("w", 2, (1.0, 1.0), (FINE, FINE), lambda level: None)
    svd = opsvd.decompose(drawn.h, *drawn.measures, rtol=1e-5)
    values = svd.singular_values + 2.0 * svd.errors
    assert held_against(svd, values, np.zeros(len(values))).max() == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize("power", [-0.5, 0.25, 0.5, 3.0])
def test_roots_at_breaks_are_smooth(power):
    """The integral of a power over [0, 1], to rounding times what is nearest to its pole."""
    x, w = between_breaks(np.array([0.0, 1.0]), 40)
    assert w @ x**power == pytest.approx(1.0 / (1.0 + power), rel=1e-11)


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_functions_of_the_angle(k):
    """sign(t) has the closed form of the hemisphere; t^2 has degrees 0 and 2 alone."""
    sign = angular(np.sign, k, np.zeros((1, 1)), FINE)[:, 0]
    first = 2.0 * math.gamma(0.5 * k) / (math.sqrt(math.pi) * math.gamma(0.5 * (k - 1)) * (k - 1.0))
    np.testing.assert_allclose(sign[:3], [0.0, first, 0.0], atol=1e-13)
    square = angular(np.square, k, np.zeros((1, 0)), FINE)[:, 0]
    np.testing.assert_allclose(square, [1.0 / k, 0.0, 2.0 / (k * (k + 2.0)) * 1.0, 0.0, 0.0, 0.0], atol=1e-13)


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_functions_of_the_distance(k):
    """|x - y|^2 is r^2 + s^2 on degree 0, and -2 r s / k on degree 1, also where r = s."""
    r, s = np.array([0.7, 1.1, 1.3]), np.array([1.9, 0.2, 1.3])
    found = of_distance(np.square, (r, s), k, np.full((3, 1), 1.0), FINE)
    np.testing.assert_allclose(found[:3], [r * r + s * s, -2.0 * r * s / k, 0.0 * r], atol=1e-12)


def test_numbers_of_harmonics():
    """They add up to those of homogeneous polynomials."""
    for k in range(2, 6):
        for degree in range(8):
            total = sum(multiplicity(k, d) for d in range(degree % 2, degree + 1, 2))
            assert total == math.comb(degree + k - 1, k - 1)
