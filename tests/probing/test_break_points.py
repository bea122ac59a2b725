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


@pytest.mark.thorough
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


class Counted:
    """A function that counts its values, and takes a millisecond for each, of a clock that it moves on by itself."""

    def __init__(self, h, clock):
        self.h, self.clock, self.values = h, clock, 0

    def __call__(self, x, y):
        """The values, after some time."""
        values = np.asarray(self.h(x, y))
        self.values += values.size
        self.clock[0] += 1e-3 * values.size
        return values


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still unless it is moved."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize("limit", [1000, 2000, 8000, 20_000])
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_no_more_values_than_allowed(limit, clock):
    """What is found with them is on the curve."""
    h = Counted(lambda x, y: x**2 + y**2 < 1.0, clock)
    points = break_points(h, max_evaluations=limit, max_seconds=1e6)
    assert h.values <= limit
    assert len(points) > 0 or limit < 8000
    assert np.abs(np.hypot(*points.T) - 1.0).max(initial=0.0) < 1e-6


def test_a_search_that_is_cut_short_says_so(clock):
    """A warning, with what ran out and how many points there are."""
    with pytest.warns(ConvergenceWarning, match=r"max_evaluations=2000 ran out .* points that were found"):
        break_points(Counted(lambda x, y: x % y, clock), max_evaluations=2000)


def test_a_slow_kernel_is_stopped_in_time(clock):
    """A millisecond a value, and ten seconds."""
    h = Counted(lambda x, y: x % y, clock)
    with pytest.warns(ConvergenceWarning, match="max_seconds=10 ran out"):
        points = break_points(h, max_seconds=10.0)
    assert clock[0] <= 12.0
    ratio = points[:, 0] / points[:, 1]
    assert np.abs(ratio - np.round(ratio)).max(initial=0.0) < 1e-6


def test_few_values_are_enough_for_a_smooth_kernel(clock):
    """Fewer slices are looked at, and that there are no breaks is no reason for a warning."""
    h = Counted(lambda x, y: np.tanh(x * y), clock)
    assert break_points(h, max_evaluations=20_000, max_seconds=1e6).shape == (0, 2)
    assert h.values <= 20_000


@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")    # towards y = 0 there is no end of them
@pytest.mark.thorough
def test_a_thousand_breaks_on_a_slice_are_no_turning_points():
    """The remainder of a division: neighbouring slices differ by hundreds of breaks, which are not paired."""
    points = break_points(lambda x, y: x % y)
    assert len(points) > 10_000
    x, y = points[points[:, 1] != 0.0].T
    ratio = x / y
    assert np.median(np.abs(ratio - np.round(ratio))) < 1e-9
