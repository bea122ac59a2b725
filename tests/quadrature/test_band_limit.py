"""The filtered trapezoid rule: what it does to kinks, and what it leaves as it is."""

import numpy as np
import pytest

from opsvd.quadrature import band_limited

STEP = 0.25
POINTS = STEP * (np.arange(-40, 41) + 0.3)


@pytest.mark.parametrize(("k", "exact"), [
    (np.abs, 2.0),
    (lambda t: t > 0.0, np.sqrt(0.5 * np.pi)),
    (lambda t: np.maximum(t, 0.0) ** 2, np.sqrt(0.5 * np.pi)),
])
def test_breaks_are_integrated_exactly_against_a_smooth_function(k, exact):
    """The integral of k(t) exp(-t^2 / 2): 1e-13 by the filtered sum, where the plain one is off by far."""
    weight = STEP * np.exp(-0.5 * POINTS**2)
    filtered = band_limited(lambda t: np.asarray(k(t), dtype=float)[:, None], POINTS, STEP, np.zeros(1))[:, 0]
    assert abs(weight @ filtered - exact) < 1e-13
    assert abs(weight @ k(POINTS) - exact) > 1e-5 * exact


def test_smooth_functions_pass():
    """A cubic and a slow wave come out as they are; a wave that is faster than the nodes can tell vanishes."""
    def k(t):
        return np.stack([t * (t - 1.0) * (t + 2.0) / 100.0, np.sin(3.0 * t), np.sin(24.0 * t)], axis=1)

    filtered = band_limited(k, POINTS, STEP, np.arange(-30.0, 30.0, 0.3))
    np.testing.assert_allclose(filtered[:, :2], k(POINTS)[:, :2], atol=1e-12)
    np.testing.assert_allclose(filtered[:, 2], 0.0, atol=1e-12)
