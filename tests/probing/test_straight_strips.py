"""Tests of opsvd.probing.straight_strips: what is narrow at the same y on all slices."""

import numpy as np
import pytest

from opsvd import Gaussian, Uniform
from opsvd.kernels import Kernel
from opsvd.probing.straight_strips import ends_of_strips


def ends(h, mu_x=None, mu_y=None):
    """The places around strips of a kernel."""
    mu_x, mu_y = mu_x or Gaussian(), mu_y or Gaussian()
    return ends_of_strips(Kernel(h, measures=(mu_x, mu_y)), mu_x, mu_y)


@pytest.mark.parametrize("width", [1e-3, 3e-3, 1e-2])
@pytest.mark.parametrize("size", [1e-6, 1.0])
def test_strips_are_found(width, size):
    """On a steep kernel; both ends lie between the places, which are near."""
    low, high = ends(lambda x, y: np.tanh(5.0 * (x - y)) + size * (np.abs(y - 0.3) < width))
    assert 0.3 - width - 0.01 < low < 0.3 - width
    assert 0.3 + width < high < 0.3 + width + 0.01


def test_smooth_bumps_are_found():
    """A narrow function of y under another measure."""
    low, high = ends(lambda x, y: np.cos(x * y) + np.exp(-(((y - 0.4) / 1e-3) ** 2)), mu_y=Uniform(0.0, 1.0))
    assert 0.38 < low < 0.4 < high < 0.42


@pytest.mark.parametrize("h", [
    lambda x, y: np.tanh(50.0 * (x - y)), lambda x, y: x > y, lambda x, y: (y > 0.3) * x, lambda x, y: np.abs(y - 0.1),
    lambda x, y: np.abs(x - y) < 0.001, lambda x, y: np.sin(100.0 * x * y), lambda x, y: 0.0 * x * y,
], ids=["steep", "jump", "line", "kink", "band", "waves", "zero"])
def test_nothing_else_is(h):
    """Smooth kernels, single lines, and what is at another y on each slice."""
    assert ends(h).size == 0
