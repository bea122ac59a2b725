"""Break points: on the curves they must lie on, all along them, and none where there are none."""

import numpy as np
import pytest

from opsvd import ConvergenceWarning, Gaussian, NotSquareIntegrableError
from opsvd.probing.break_points import break_points

# Kernels and functions that vanish on their breaks, with slope about one.
CURVES = {
    "step": (lambda x, y: x > y, lambda x, y: x - y),
    "kink": (lambda x, y: np.maximum(x + y - 0.5, 0.0), lambda x, y: x + y - 0.5),
    "root": (lambda x, y: np.sqrt(np.abs(x - y)), lambda x, y: x - y),
    "logarithm": (lambda x, y: np.log(np.abs(x - 0.3 * y)), lambda x, y: x - 0.3 * y),
    "circle": (lambda x, y: x**2 + y**2 < 1.0, lambda x, y: np.hypot(x, y) - 1.0),
    "parabola": (lambda x, y: np.abs(y - x**2), lambda x, y: (y - x**2) / (1.0 + 2.0 * np.abs(x))),
    "sine": (lambda x, y: y > np.sin(2.0 * x), lambda x, y: y - np.sin(2.0 * x)),
    "cubic": (lambda x, y: y > x**3 - x, lambda x, y: (y - x**3 + x) / (1.0 + 3.0 * x**2)),
    "hyperbolas": (lambda x, y: np.clip(x * y, -1.0, 1.0), lambda x, y: (np.abs(x * y) - 1.0) / np.hypot(x, y)),
    "lines": (lambda x, y: (x > y) + 1.0 * (x + y > 1.0), lambda x, y: np.minimum(np.abs(x - y), np.abs(x + y - 1.0))),
    "axes": (lambda x, y: np.maximum(x * y, 0.0), lambda x, y: np.minimum(np.abs(x), np.abs(y))),
}

SMOOTH = {
    "tanh(xy)": lambda x, y: np.tanh(x * y),
    "exp(0.49 xy)": lambda x, y: np.exp(0.49 * x * y),
    "sin(20xy)": lambda x, y: np.sin(20.0 * x * y),
    "steep step": lambda x, y: np.tanh(1e3 * (x - y)),
    "narrow ridge": lambda x, y: 1.0 / (1.0 + 1e4 * (x - y) ** 2),
    "constant": lambda x, y: 1.0,
    "zero": lambda x, y: 0.0 * x * y,
}


@pytest.mark.parametrize("name", CURVES)
def test_points_lie_on_the_curves(name):
    """Every point found is on a curve of breaks, to rounding on slices and to its square root where curves meet."""
    h, off = CURVES[name]
    x, y = break_points(h).T
    distance = np.abs(off(x, y)) / (1.0 + np.abs(x) + np.abs(y))
    assert distance.max() < 1e-6
    assert np.mean(distance < 1e-12) > 0.95


@pytest.mark.parametrize("name", CURVES)
def test_no_part_of_a_curve_is_left_out(name):
    """Wherever the sign of the curve's function changes in the central box, a break was found nearby."""
    h, off = CURVES[name]
    points = break_points(h)
    t = np.linspace(-2.5, 2.5, 101) + 0.0123
    x, y = (part.ravel() for part in np.meshgrid(t, t, indexing="ij"))
    crossed = np.abs(off(x, y)) < 0.03
    nearest = np.min(np.hypot(x[crossed, None] - points[:, 0], y[crossed, None] - points[:, 1]), axis=1)
    assert crossed.sum() > 50
    assert nearest.max() < 0.35    # between the slices, of which x has 13 and y 16 a unit length, unevenly


@pytest.mark.parametrize("name", SMOOTH)
def test_a_kernel_without_breaks_has_none(name):
    """Poles near the axis, growth, oscillation and steep places are not breaks."""
    assert break_points(SMOOTH[name]).shape == (0, 2)


def test_turning_points_and_crossings_are_among_them():
    """The four extreme points of a circle, and the place where two lines cross, are on no slice, and are found."""
    circle = break_points(CURVES["circle"][0])
    for tip in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
        assert np.abs(circle - tip).max(axis=1).min() < 1e-6
    assert np.abs(break_points(CURVES["lines"][0]) - 0.5).max(axis=1).min() < 1e-6


def test_breaks_move_with_the_measures():
    """Under Gaussians of other means and deviations, slices are taken where these are."""
    x, y = break_points(lambda x, y: np.abs(x - y), Gaussian(10.0, 0.1), Gaussian(10.0, 0.2)).T
    np.testing.assert_allclose(x, y, rtol=1e-12)
    assert np.ptp(x) > 0.5
    assert np.ptp(x) < 4.0


def test_points_are_in_order():
    """By increasing x, each once."""
    points = break_points(CURVES["circle"][0])
    assert points.shape[1] == 2
    np.testing.assert_array_equal(points, np.unique(points, axis=0))


def test_noise_is_called_noise():
    """Where cutting does not make slices smooth, a warning says that the points are not all."""
    with pytest.warns(ConvergenceWarning, match="slices of h do not become smooth"):
        break_points(lambda x, y: np.floor(1e3 * (x + y)) % 2.0)


def test_bad_input_is_refused():
    """Measures are checked here, kernels where all kernels are."""
    with pytest.raises(TypeError, match="mu_y must be a probability measure"):
        break_points(lambda x, y: x > y, Gaussian(), 1.0)
    with pytest.raises(NotSquareIntegrableError, match="h must be square-integrable"):
        break_points(lambda x, y: np.exp(x * y))
