"""Breaks of functions of one variable: all kinds of them are found to rounding, and none where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsvd.quadrature import classify_breaks, find_breaks

BREAKS = {
    "jump": lambda t: 1.0 * (t > 0.0),
    "jump the other way": lambda t: 1.0 * (t <= 0.0),
    "three values": np.sign,
    "kink": np.abs,
    "relu": lambda t: np.maximum(t, 0.0),
    "root": lambda t: np.sqrt(np.abs(t)),
    "root from one side": lambda t: np.sqrt(np.maximum(t, 0.0)),
    "fourth root": lambda t: np.abs(t) ** 0.25,
    "nearly a kink": lambda t: np.abs(t) ** 1.2,
    "logarithm": lambda t: np.log(np.abs(t)),
    "pole": lambda t: np.abs(t) ** -0.25,
    "not a number on one side": lambda t: np.where(t > 0.0, 1.0, np.nan),
}
SMOOTH = {
    "constant": lambda t: 0.0 * t + 2.0,
    "zero": lambda t: 0.0 * t,
    "straight": lambda t: 3.0 * t - 1.0,
    "power": lambda t: t**5,
    "sine": np.sin,
    "exponential": np.exp,
    "steep": lambda t: np.tanh(1e3 * t),
    "beside a root": lambda t: np.sqrt(t + 8.01),
}


def intervals(rng, count=100):
    """Intervals of many widths, and in each a place that is not close to its ends."""
    left = rng.uniform(-8.0, 7.0, count)
    right = left + 10.0 ** rng.uniform(-2.0, 0.3, count)
    return left, right, left + (right - left) * rng.uniform(0.15, 0.85, count)


@pytest.mark.parametrize("background", [0.0, 1.0])
@pytest.mark.parametrize("shape", BREAKS.values(), ids=BREAKS.keys())
def test_breaks_are_found_to_rounding(shape, background):
    """In a hundred intervals at once, to a few roundings of the argument, or, where the values know less, of those."""
    left, right, where = intervals(np.random.default_rng(0))

    def function(which, points):
        with np.errstate(divide="ignore"):
            return shape(points - where[which, None]) + background * np.sin(points)

    atol = 2e-12 if background else 2e-14
    np.testing.assert_allclose(find_breaks(function, left, right), where, rtol=0.0, atol=atol)


@pytest.mark.parametrize(("name", "expected"), [
    ("jump", False), ("three values", False), ("kink", False), ("relu", False),
    ("root", True), ("fourth root", True), ("logarithm", True),
])
def test_roots_and_logarithms_are_told_from_jumps_and_kinks(name, expected):
    """Next to the former no polynomial is good; the latter stand between two smooth functions."""
    left, right, where = intervals(np.random.default_rng(3))

    def function(which, points):
        with np.errstate(divide="ignore"):
            return BREAKS[name](points - where[which, None]) + np.sin(points)

    found, singular = classify_breaks(function, left, right)
    np.testing.assert_array_equal(found, find_breaks(function, left, right))
    assert (singular == expected).all()


@pytest.mark.parametrize("parts", [8, 16, 32, 64])
@pytest.mark.parametrize("shape", BREAKS.values(), ids=BREAKS.keys())
def test_more_parts_take_fewer_levels(shape, parts):
    """The same places, whatever an interval is divided into."""
    left, right, where = intervals(np.random.default_rng(4))

    def function(which, points):
        with np.errstate(divide="ignore"):
            return shape(points - where[which, None])

    np.testing.assert_allclose(find_breaks(function, left, right, parts=parts), where, rtol=0.0, atol=1e-13)


@pytest.mark.parametrize(("shape", "most"), [(np.abs, 80), (lambda t: 1.0 * (t > 0.0), 270)])
def test_kinks_and_jumps_take_few_evaluations(shape, most):
    """Lines meet in a kink, so that few steps lead there; a jump halves what is left with each evaluation, nearly."""
    left, right, where = intervals(np.random.default_rng(5))
    count = 0

    def function(which, points):
        nonlocal count
        count += points.size
        return shape(points - where[which, None]) * (3.0 + np.sin(points)) + np.cos(points)

    np.testing.assert_allclose(find_breaks(function, left, right), where, rtol=0.0, atol=2e-13)
    assert count < most * len(left)


@pytest.mark.parametrize("width", [1e-3, 1e-5, 1e-7])
def test_what_was_followed_in_vain_is_smooth(width):
    """Steps and bends that look sharp until they are reached."""
    left, right, where = intervals(np.random.default_rng(6))
    for shape in (np.tanh, lambda t: np.sqrt(1.0 + t * t)):
        found = find_breaks(lambda which, points, f=shape: f((points - where[which, None]) / width), left, right)
        assert np.isnan(found).all()


@pytest.mark.parametrize("function", SMOOTH.values(), ids=SMOOTH.keys())
def test_smooth_functions_have_no_breaks(function):
    """However steep: second differences fall with the square of the width."""
    left, right, _ = intervals(np.random.default_rng(1))
    assert np.isnan(find_breaks(lambda _, points: function(points), left, right)).all()


def test_rounding_of_the_argument_is_no_break():
    """A function that is small and steep far from zero shows its rounding, which does not fall with the width."""
    left, right, where = intervals(np.random.default_rng(2))
    found = find_breaks(lambda which, points: np.maximum(points - where[which, None], 0.0) ** 2, left, right)
    assert np.isnan(found).all()


def test_of_several_breaks_one_is_found():
    """The one with the largest second differences: a jump; without it, a kink; no discontinuous second derivative."""
    def function(_, points):
        return 1.0 * (points > 0.2) + np.abs(points - 0.5) + np.maximum(points - 0.8, 0.0) ** 2

    assert find_breaks(function, np.array([0.0]), np.array([1.0]))[0] == pytest.approx(0.2, abs=1e-15)
    assert find_breaks(function, np.array([0.3]), np.array([1.0]))[0] == pytest.approx(0.5, abs=1e-14)
    assert np.isnan(find_breaks(function, np.array([0.6]), np.array([1.0]))).all()


def test_a_break_at_a_point_of_the_division_is_found():
    """At an eighth of the interval, where a point falls on it: also where the function is infinite there."""
    left, right = np.zeros(7), np.ones(7)
    where = np.arange(1, 8) / 8.0
    for shape in BREAKS.values():
        with np.errstate(divide="ignore"):
            found = find_breaks(lambda which, points, f=shape: f(points - where[which, None]), left, right)
        np.testing.assert_allclose(found, where, atol=1e-14)


def test_functions_may_have_components():
    """A break in any of them, (p, m, c), is a break."""
    def function(_, points):
        return np.stack([np.sin(points), np.cos(points), np.exp(points) + (points > 0.3)], axis=-1)

    found = find_breaks(function, np.array([0.0, 0.4]), np.array([0.7, 0.7]))
    assert found[0] == pytest.approx(0.3, abs=1e-15)
    assert np.isnan(found[1])


def test_what_is_below_the_noise_is_no_break():
    """A jump of 1e-9 in values known to 1e-6; nothing above the noise, nothing found."""
    ends = np.array([0.0]), np.array([1.0])
    def function(_, points):
        return 1.0 + 1e-9 * (points > 0.3)

    assert find_breaks(function, *ends)[0] == pytest.approx(0.3, abs=1e-15)
    assert np.isnan(find_breaks(function, *ends, noise=1e-6)).all()


def test_the_ends_are_not_evaluated():
    """Functions that are infinite at an end, as at an edge of a panel that is a singular point, are smooth inside."""
    seen = []

    def function(_, points):
        seen.append(points.ravel())
        return np.sin(points)

    find_breaks(function, np.array([1.0]), np.array([2.0]))
    assert np.concatenate(seen).min() > 1.0
    assert np.concatenate(seen).max() < 2.0


def test_no_intervals_no_breaks():
    """Nothing is evaluated, and nothing found."""
    def function(*arguments):
        raise AssertionError(f"evaluated at {arguments}")

    assert find_breaks(function, np.zeros(0), np.zeros(0)).shape == (0,)


@pytest.mark.thorough
@settings(max_examples=30)
@given(st.floats(-1e3, 1e3), st.floats(1e-6, 1e3), st.floats(0.15, 0.85), st.sampled_from(["jump", "three values"]),
       st.floats(1e-3, 1e3))
def test_jumps_are_found_at_any_scale(left, width, share, kind, size):
    """Any interval, any size: the jump is where it is, to rounding."""
    where = left + width * share
    ends = np.array([left]), np.array([left + width])
    found = find_breaks(lambda _, points: size * BREAKS[kind](points - where), *ends)
    assert abs(found[0] - where) <= 1e-14 * max(abs(left), abs(left + width))
