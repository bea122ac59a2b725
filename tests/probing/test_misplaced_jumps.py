"""Norms of strips along curves: against matrices of these strips on fine grids."""

import numpy as np
import pytest
from numpy.polynomial import Legendre

from opsvd.probing.misplaced_jumps import strip_norms


def norms_on_a_grid(curve, off, n=400):
    """The operator norm and the Hilbert-Schmidt norm of the strip above a curve over [-1, 1]."""
    x, y = ((np.arange(n) + 0.5) * 2.0 / n - 1.0 for _ in range(2))
    strip = ((y >= curve(x)[:, None]) & (y < curve(x)[:, None] + off)) * 2.0 / n
    return np.linalg.norm(strip, 2), np.linalg.norm(strip)


@pytest.mark.parametrize(("coefficients", "sharp"), [
    ([0.0, 0.8], True), ([-0.5, 0.3, 0.4], True), ([0.0, 0.0, 0.0, 0.5], False), ([0.1], True),
    ([0.0, 0.3, 0.0, -0.3], False)],
    ids=["slope", "parabola", "cubic", "level", "wave"])
def test_they_are_bounds(coefficients, sharp):
    """Of both norms; the operator norm to a factor of four where the curve meets a level once or twice."""
    curve, off = Legendre(coefficients), 0.02
    moved, misplaced = strip_norms(curve, off, np.ones(5))
    operator, squares = norms_on_a_grid(curve, off)
    assert operator <= 1.02 * moved
    assert squares == pytest.approx(misplaced, rel=0.1)
    assert not sharp or moved <= 4.0 * operator


def test_a_rounded_curve_moves_values_by_its_rounding():
    """On a slope the operator norm is as small as the distance, and where it is level the power 3/4 of it."""
    off = 1e-15
    assert strip_norms(Legendre([0.0, 1.0]), off, np.ones(3))[0] < 4.0 * off
    assert off < strip_norms(Legendre([0.0, 0.0, 1.0]), off, np.ones(3))[0] < 4.0 * off**0.75
    assert strip_norms(Legendre([0.0, 1.0]), off, np.ones(3))[1] == pytest.approx(np.sqrt(2.0 * off))


def test_intervals_and_jumps():
    """Half of the interval and jumps of two: squares of jumps, and points of the interval itself."""
    narrow = Legendre([0.0, 1.0], domain=(0.0, 1.0))
    moved, misplaced = strip_norms(narrow, 1e-3, np.array([4.0, 1.0]))
    assert misplaced == pytest.approx(np.sqrt(2.5e-3))
    assert moved == pytest.approx(2e-3 * np.sqrt(1.0), rel=0.5)
    assert strip_norms(narrow, 0.0, np.ones(2)) == (0.0, 0.0)
