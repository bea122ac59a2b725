"""Turning points and crossings of curves of breaks, found between slices that do not meet them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsvd import Gaussian, Kernel
from opsvd.probing.meeting_points import crossings, meeting_points, turning_points
from opsvd.probing.slice_splitter import slice_integrals
from opsvd.quadrature import Rule

X = np.linspace(-5.03, 5.11, 60)
NONE = np.zeros((0, 2))


def looked_at(h, x=X):
    """A kernel with the slices that were looked at, and their breaks: what the methods of finding start from."""
    kernel = Kernel(h)
    rule = Rule(x, np.ones_like(x), np.ones_like(x))
    slices = slice_integrals(kernel, rule, Gaussian(), np.linspace(-9.0, 9.0, 11), 1e-10, order=16)
    return kernel, x, slices.breaks


R = math.sqrt(1.7)
TILTED = 2.0 / math.sqrt(3.0)
WAIST = 2.0 / (3.0 * math.sqrt(3.0))
CURVES = {
    "circle, jump": (lambda x, y: x**2 + y**2 < 1.0, [(-1.0, 0.0), (1.0, 0.0)]),
    "circle off the centre": (lambda x, y: (x - 0.4) ** 2 + (y + 0.3) ** 2 < 1.7, [(0.4 - R, -0.3), (0.4 + R, -0.3)]),
    "circle, kink": (lambda x, y: np.maximum(1.0 - x**2 - y**2, 0.0), [(-1.0, 0.0), (1.0, 0.0)]),
    "circle, root": (lambda x, y: np.sqrt(np.abs(1.0 - x**2 - y**2)), [(-1.0, 0.0), (1.0, 0.0)]),
    "ellipse": (lambda x, y: x**2 / 2.0 + 4.0 * y**2 < 1.0, [(-math.sqrt(2.0), 0.0), (math.sqrt(2.0), 0.0)]),
    "tilted ellipse": (lambda x, y: x**2 + x * y + y**2 < 1.0, [(-TILTED, TILTED / 2.0), (TILTED, -TILTED / 2.0)]),
    "lying parabola": (lambda x, y: x > y**2 - 1.0, [(-1.0, 0.0)]),
    "kink along a parabola": (lambda x, y: np.abs(x - y**2 + y), [(-0.25, 0.5)]),
    "lying cubic": (lambda x, y: x > y**3 - y, [(-WAIST, 1.0 / math.sqrt(3.0)), (WAIST, -1.0 / math.sqrt(3.0))]),
    "two circles": (lambda x, y: 1.0 * ((x + 2.0) ** 2 + y**2 < 1.0) + ((x - 2.0) ** 2 + (y - 1.0) ** 2 < 1.0),
                    [(-3.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (3.0, 1.0)]),
    "one circle in another": (lambda x, y: 1.0 * (x**2 + y**2 < 1.0) + (x**2 + y**2 < 4.0),
                              [(-2.0, 0.0), (-1.0, 0.0), (1.0, 0.0), (2.0, 0.0)]),
}
LINES = {
    "two jumps": (lambda x, y: 1.0 * (x > y) + (x + y > 1.0), [(0.5, 0.5)]),
    "two kinks": (lambda x, y: np.abs(x - y) + np.abs(x + 2.0 * y - 1.0), [(1.0 / 3.0, 1.0 / 3.0)]),
    "a jump and a kink": (lambda x, y: (y > 2.0 * x) + np.maximum(y + x, 0.0), [(0.0, 0.0)]),
    "three": (lambda x, y: 1.0 * (x > y) + (x + y > 1.0) + (y > 2.0 * x + 2.0),
              [(-2.0, -2.0), (-1.0 / 3.0, 4.0 / 3.0), (0.5, 0.5)]),
}


@pytest.mark.parametrize(("h", "expected"), CURVES.values(), ids=CURVES.keys())
def test_turning_points_are_found(h, expected):
    """To rounding in x, to its square root in y; and nothing else."""
    found = np.array(sorted(map(tuple, turning_points(*looked_at(h)))))
    assert len(found) == len(expected)
    np.testing.assert_allclose(found[:, 0], [x for x, _ in expected], atol=1e-13)
    np.testing.assert_allclose(found[:, 1], [y for _, y in expected], atol=1e-7)


@pytest.mark.parametrize(("h", "expected"), LINES.values(), ids=LINES.keys())
def test_crossings_are_found(h, expected):
    """From the left and from the right: lines are extrapolated exactly. Where they are, nothing turns."""
    kernel, x, breaks = looked_at(h)
    found = crossings(kernel, x, breaks)
    assert len(found) >= len(expected)
    for point in expected:
        assert np.abs(found - point).max(axis=1).min() < 1e-8
    for point in found:
        assert np.abs(np.array(expected) - point).max(axis=1).min() < 1e-8
    assert turning_points(kernel, x, breaks).shape == (0, 2)


@pytest.mark.parametrize("h", [
    lambda x, y: ((x - 0.3) ** 2 < y - 0.2) & (y - 0.2 < 2.0 * (x - 0.3) ** 2),
    lambda x, y: np.abs(y - 0.2 - 0.5 * (x - 0.3)) < (x - 0.3) ** 2,
    lambda x, y: (y - 0.2) ** 2 < np.maximum(x - 0.3, 0.0) ** 3,
], ids=["tangent on one side", "tangent on both", "of power 3/2"])
def test_cusps_are_found(h):
    """Two breaks that touch at (0.3, 0.2), where slices nearby see none: their distance falls like a power."""
    kernel, x, breaks = looked_at(h, X[np.abs(X - 0.3) > 0.2])
    found = meeting_points(kernel, x, breaks)
    assert np.abs(found - (0.3, 0.2)).max(axis=1).min() < 1e-6


@pytest.mark.parametrize("h", [
    lambda x, y: np.sin(x * y),
    lambda x, y: x > y,
    lambda x, y: y > x**2 - 1.0,
    lambda x, y: y > x**3 - x,
    lambda x, y: np.abs(y - np.sin(2.0 * x)),
    lambda x, y: 1.0 * (y > x) + (y > x + 1.0) + (y > x - 2.0),
])
def test_graphs_and_parallels_have_no_meeting_points(h):
    """A break y = b(x) over all x has no vertical tangent; parallel lines never meet."""
    assert meeting_points(*looked_at(h)).shape == (0, 2)


def test_turning_points_are_found_beyond_slices_whose_breaks_were_not_seen():
    """At x = 0.012 the breaks y = 1 - x and 1 + x are nearer to each other than the nodes."""
    x = np.union1d(X[np.abs(X) > 0.1], [-0.01, 0.012, 0.04])
    kernel, x, breaks = looked_at(lambda x, y: x > np.abs(np.abs(y) - 1.0), x)
    breaks = breaks[breaks[:, 0] != 0.012]    # as if no other slice had told where to look
    found = turning_points(kernel, x, breaks)
    np.testing.assert_allclose(found[np.argsort(found[:, 1])], [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0)], atol=1e-6)


def test_the_tips_of_a_circle_with_a_chord():
    """Both are found. The ends of the chord, towards which the circle bends, are left to panels that are halved."""
    kernel, x, breaks = looked_at(lambda x, y: 1.0 * (x**2 + y**2 < 4.0) + (y > 0.5 * x + 0.3))
    found = meeting_points(kernel, x, breaks)
    for point in [(-2.0, 0.0), (2.0, 0.0)]:
        assert np.abs(found - point).max(axis=1).min() < 1e-6


@pytest.mark.parametrize("end", np.linspace(0.02, 0.17, 6))
def test_corners_where_both_curves_end(end):
    """(x < y < c): the breaks x and c of slices end at (c, c). Those of the last slice may be too near to be seen."""
    found = meeting_points(*looked_at(lambda x, y: (y > x) & (y < end)))
    assert np.abs(found - end).max(axis=1).min() < 1e-8


def test_a_tip_between_slices_that_do_not_show_it():
    """A lens between a circle and a line ends where slices of either side show no break: no point is made up."""
    found = meeting_points(*looked_at(lambda x, y: (y**2 + x**2 < 2.0) & (x > 0.3 * y)))
    r = math.sqrt(2.0 / 1.09)
    corners = np.array([(0.3 * r, r), (-0.3 * r, -r), (math.sqrt(2.0), 0.0)])
    assert all(np.abs(corners - point).max(axis=1).min() < 1e-6 for point in found)


@pytest.mark.parametrize(("h", "points"), LINES.values(), ids=LINES)
def test_pairs_that_lead_to_known_crossings_are_not_followed(h, points):
    """Those that lead to others are."""
    kernel, x, breaks = looked_at(h)
    assert crossings(kernel, x, breaks, known=np.array(points)).shape == (0, 2)
    found = crossings(kernel, x, breaks, known=np.array(points[1:]).reshape(-1, 2))
    assert np.abs(found - points[0]).max() < 1e-6


def test_breaks_that_are_there_again_behind_a_known_crossing_are_no_tip():
    """Beside (0, 0) slices do not show both breaks of |x^2 - y^2|: no extremum is looked for there."""
    x = np.sort(np.append(X, np.array([-1.0, 1.0]) * 1e-3))
    kernel, x, breaks = looked_at(lambda x, y: np.abs(x**2 - y**2), x)
    breaks = breaks[np.abs(breaks[:, 0]) > 0.01]
    before = kernel.evaluations
    assert turning_points(kernel, x, breaks).shape == (0, 2)
    assert kernel.evaluations > before
    before = kernel.evaluations
    assert turning_points(kernel, x, breaks, np.zeros((1, 2))).shape == (0, 2)
    assert kernel.evaluations == before


def test_tips_beside_a_known_point_are_found():
    """As many breaks behind it are not there again, so that it explains nothing."""
    kernel, x, breaks = looked_at(lambda x, y: 1.0 * (x**2 + y**2 < 1.7))
    expected = turning_points(kernel, x, breaks)
    assert len(expected) == 2
    np.testing.assert_array_equal(turning_points(kernel, x, breaks, expected), expected)


def test_no_breaks_no_points():
    """Nothing is evaluated."""
    kernel = Kernel(lambda x, y: x * y)
    assert meeting_points(kernel, X, NONE).shape == (0, 2)
    assert kernel.evaluations == 0


def test_too_many_to_follow_are_left_alone():
    """Noise has breaks everywhere, which meet nowhere: what search there is finds nothing, and soon."""
    kernel = Kernel(lambda x, y: x * y)
    rng = np.random.default_rng(0)
    breaks = np.stack([np.repeat(X, 20), rng.uniform(-5.0, 5.0, 20 * len(X))], axis=1)
    seen = rng.random(len(breaks)) < 0.5
    assert meeting_points(kernel, X, breaks[seen]).shape == (0, 2)
    assert kernel.evaluations < 100_000    # of millions that slices take


def test_tips_that_are_rounding_are_not_looked_for():
    """Stairs far below a tolerance, as of points beside 1, have pairs that vanish: none of them is followed."""
    kernel = Kernel(lambda x, y: x * y + 1e-12 * np.floor(100.0 * (y - x**2)))
    x = np.linspace(-1.0, 1.0, 20)
    breaks = np.array([(at, at**2 + (k - shift) / 100.0) for i, at in enumerate(x) for shift in [i % 2]
                       for k in range(2 + 2 * shift)])
    assert turning_points(kernel, x, breaks, matters=lambda x, y, integral: integral > 1e-9).shape == (0, 2)
    assert kernel.evaluations < 1000    # a search of one tip takes some thousand


@settings(max_examples=20)
@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(0.7, 2.5), st.floats(0.7, 2.5), st.floats(0.0, 3.0))
def test_tips_of_random_ellipses(x0, y0, a, b, angle):
    """Anywhere, of any shape and inclination: of the two, at least one is found, and to rounding."""
    cos, sin = math.cos(angle), math.sin(angle)
    half = math.hypot(a * cos, b * sin)
    shift = (a**2 - b**2) * sin * cos / half

    def h(x, y):
        u, v = cos * (x - x0) + sin * (y - y0), cos * (y - y0) - sin * (x - x0)
        return (u / a) ** 2 + (v / b) ** 2 < 1.0

    found = turning_points(*looked_at(h))
    distances = [np.abs(found - tip) for tip in ((x0 - half, y0 - shift), (x0 + half, y0 + shift))]
    assert min(distance[:, 0].min() for distance in distances) < 1e-13
    assert min(distance.max(axis=1).min() for distance in distances) < 1e-6


@settings(max_examples=20)
@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(0.2, 3.0), st.floats(-3.0, -0.2))
@pytest.mark.thorough
def test_crossings_of_random_lines(x0, y0, a, b):
    """Two jumps through (x0, y0); a line parallel to x may run along an edge, and needs no search there."""
    found = crossings(*looked_at(lambda x, y: 1.0 * (y - y0 > a * (x - x0)) + 2.0 * (y - y0 > b * (x - x0))))
    assert len(found) > 0
    assert np.abs(found - (x0, y0)).max() < 1e-8


def test_two_tips_above_one_x():
    """Two discs, one above the other: both turn back at x = -1/2, and at 1/2, and no pair is taken across them."""
    def h(x, y):
        return np.minimum(x**2 + (y - 1.0) ** 2, x**2 + (y + 1.0) ** 2) < 0.25
    x = np.linspace(-1.0, 1.0, 12)
    y = np.sqrt(np.maximum(0.25 - x**2, 0.0))
    breaks = np.array([(at, center + sign * half) for at, half in zip(x, y, strict=True) if half > 0.0
                       for center in (-1.0, 1.0) for sign in (-1.0, 1.0)])
    found = turning_points(Kernel(h), x, breaks)
    for tip in ((-0.5, -1.0), (-0.5, 1.0), (0.5, -1.0), (0.5, 1.0)):
        assert np.abs(found - tip).max(axis=1).min() <= 1e-6


def test_curves_that_approach_and_then_go_on_side_by_side():
    """They never meet, and no point is made of them: h is asked at numbers between the slices alone."""
    asked = []
    def h(x, y):
        asked.append(np.asarray(x))
        return 1.0 * (y > 0.0) + (y > np.maximum(-x, 0.1))
    x = np.array([-1.0, -0.5, 0.0])
    breaks = np.array([(at, y) for at in x for y in (0.0, max(-at, 0.1))])
    kernel = Kernel(h)
    asked.clear()    # of what it took to try h
    assert len(crossings(kernel, x, breaks)) == 0
    places = np.concatenate([at.ravel() for at in asked])
    assert np.isfinite(places).all()
    assert -1.0 <= places.min() <= places.max() <= 0.0


def test_tips_of_forty_discs():
    """All are found, on both sides of each: as many as no slice shows at once."""
    def h(x, y):
        centre = np.round(x)
        return (x - centre) ** 2 + (y - 0.1 * centre) ** 2 < 0.1

    x = np.linspace(-0.4871, 39.4913, 700)
    half = np.sqrt(np.maximum(0.1 - (x - np.round(x)) ** 2, 0.0))
    inside = np.flatnonzero(half > 0.0)
    breaks = np.array([(x[i], 0.1 * np.round(x[i]) + side * half[i]) for i in inside for side in (-1.0, 1.0)])
    found = np.sort(turning_points(Kernel(h), x, breaks)[:, 0])
    expected = np.sort(np.arange(40)[:, None] + np.array([-1.0, 1.0]) * math.sqrt(0.1), axis=None)
    np.testing.assert_allclose(found, expected, atol=1e-13)
