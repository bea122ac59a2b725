"""Strips that some slices show, found on their neighbours, whose nodes they lie between."""

import numpy as np
import pytest

from opsvd import Gaussian, Kernel
from opsvd.probing.slice_hints import Hints, KnownBreaks, hidden_strips, lost_at_edges, unmatched_pairs
from opsvd.probing.slice_splitter import slice_integrals
from opsvd.quadrature import Rule

X = np.linspace(-1.0, 1.0, 31)
HALF_WIDTH = 1e-3


def strip(x, y):
    """A strip about y = 0.3 + x / 53, far narrower than the distance of nodes, and wider than from slice to slice."""
    return 1.0 * (np.abs(y - 0.3 - x / 53.0) < HALF_WIDTH)


def found_of(known=None):
    """The breaks of its slices, given those of others."""
    rule = Rule(X, np.ones_like(X), np.ones_like(X))
    more = {} if known is None else {"known": known}
    return slice_integrals(Kernel(strip), rule, Gaussian(), np.linspace(-9.0, 9.0, 11), 1e-10, order=16, **more).breaks


def test_one_slice_that_shows_a_strip_tells_all_others():
    """From the outermost slice on, each finds both breaks from those of the one before."""
    alone = found_of()
    told = found_of(KnownBreaks(np.array([-1.01]), np.array([[-1.01, y - 1.01 / 53.0] for y in (0.299, 0.301)])))
    assert len(alone) < 2 * len(X) / 2
    assert len(told) == 2 * len(X)
    np.testing.assert_allclose(np.abs(told[:, 1] - 0.3 - told[:, 0] / 53.0), HALF_WIDTH, atol=1e-14)


def test_a_pair_without_a_match_is_a_hint_for_both_neighbours():
    """The slice in the middle has none of the two breaks of those beside it; a far one is told nothing."""
    def widest(y):
        return np.full(len(y), 0.2)

    x = np.array([2.0, 0.0, 1.0, 3.0])
    breaks = np.array([[0.0, 0.4], [0.0, 0.5], [2.0, 0.41], [2.0, 0.51], [3.0, 0.45], [3.0, 0.47]])
    hints = unmatched_pairs(x, breaks, np.ones(4, dtype=bool), np.ones(4, dtype=bool), widest)
    assert sorted(zip(hints.of.tolist(), hints.to.tolist(), strict=True)) == [(0, 2), (1, 2), (3, 0)]
    wanted, fresh = np.array([False, False, True, False]), np.array([False, True, True, True])
    only = unmatched_pairs(x, breaks, wanted, fresh, widest)
    assert list(zip(only.of.tolist(), only.to.tolist(), strict=True)) == [(1, 2)]
    assert len(unmatched_pairs(x, breaks[:0], np.ones(4, dtype=bool), np.ones(4, dtype=bool), widest).of) == 0


def test_a_strip_along_a_steep_curve_is_looked_for_where_two_slices_expect_it():
    """y = x^2, where it moves by 25 of its widths from slice to slice; a third slice has it, the fourth has not."""
    x, width = np.array([3.0, 3.08, 3.16, 3.24]), 0.02
    breaks = np.array([[place, place**2 + end] for place in x[:3] for end in (0.0, width)])
    everything = np.ones(4, dtype=bool)
    hints = unmatched_pairs(x, breaks, everything, everything, lambda y: np.full(len(y), 0.2))
    (to_fourth,) = np.flatnonzero(hints.to == 3)
    assert hints.of[to_fourth] == 2
    # A straight line is wrong by twice the square of a step, which is less than the width.
    np.testing.assert_allclose(hints.shift[to_fourth], 3.24**2 - 3.16**2 - 2.0 * 0.08**2)
    index, where, _ = hidden_strips(
        lambda which, y: ((y - x[which, None] ** 2) * (width + x[which, None] ** 2 - y) > 0.0).astype(float), hints)
    assert index.tolist() == [3]
    assert 0.0 < where[0] - 3.24**2 < width


@pytest.mark.parametrize(("other", "seen"), [(1.0, 1), (0.5, 1), (0.0, 0)])
def test_what_stands_out_as_far_is_a_strip(other, seen):
    """A strip of height one, on a slope; the neighbour has one of another height, or none."""
    def values(which, points):
        height = np.where(which == 0, 1.0, other)[:, None]
        return 0.1 * points + height * ((points > 0.4) & (points < 0.5))

    hints = Hints(np.array([0]), np.array([1]), np.array([0.4]), np.array([0.5]), np.array([0.0]))
    index, where, widths = hidden_strips(values, hints)
    assert len(index) == seen
    np.testing.assert_allclose(widths, 0.1)
    assert ((where > 0.4) & (where < 0.5)).all()


def test_a_break_that_is_lost_beside_an_edge_is_looked_for_there():
    """Its neighbours may have one between the edge and their first nodes; none that has one on either side is asked."""
    x = np.array([0.1, 0.05, -0.05, 0.18])
    breaks = np.array([[0.1, 0.1], [-0.05, -0.05], [0.18, 0.18]])
    everything = np.ones(4, dtype=bool)
    index, where, widths = lost_at_edges(
        x, breaks, everything, everything, widest=lambda y: np.full(len(y), 0.15),
        edges=np.array([-9.0, 0.0, 9.0]))
    assert sorted(set(index.tolist())) == [1]
    assert ((where > -0.05) & (where < 0.1) & (where != 0.0)).all()
    np.testing.assert_allclose(np.abs(where), widths)


def test_jumps_that_vanish_at_an_edge_are_found_on_all_slices():
    """x (x > y) with the edge x = 0: between it and the first node polynomials do what h does at the edge itself."""
    y = np.linspace(-0.05, 0.05, 41)
    rule = Rule(y, np.ones_like(y), np.ones_like(y))
    slices = slice_integrals(Kernel(lambda y, x: x * (x > y)), rule, Gaussian(), np.linspace(-9.0, 9.0, 11) ** 3 / 81.0,
                             1e-10, order=16, known=KnownBreaks(np.array([0.06]), np.array([[0.06, 0.06]])))
    far = np.abs(y) > 1e-3    # of a strip so narrow 1e-9 is left
    assert set(y[far]) <= set(slices.breaks[:, 0])
    np.testing.assert_allclose(slices.breaks[:, 1], slices.breaks[:, 0], atol=1e-14)


def test_points_beside_a_line_of_breaks_lie_on_it():
    """Three slices that break at one place, to rounding, make a line; two do not, and what is farther stays."""
    places = [0.5, 0.5 + 1e-16, 0.5, 0.7, 0.7]
    known = KnownBreaks(np.arange(5.0), np.stack([np.arange(5.0), places], axis=1))
    points = np.array([0.5 + 1e-9, 0.5 + 1e-3, 0.7 + 1e-9])
    assert known.on_lines(points, 1e-6).tolist() == [0.5, *points[1:]]
    assert KnownBreaks().on_lines(points, 1e-6).tolist() == points.tolist()


def test_slices_beside_others():
    """The nearest known ones on either side, with their breaks."""
    known = KnownBreaks(np.array([3.0, 1.0, 2.0, 0.0]), np.array([[3.0, 0.1], [1.0, 0.2], [2.0, 0.3], [0.0, 0.4]]))
    beside = known.beside(np.array([1.5]))
    assert beside.x.tolist() == [1.0, 2.0]
    assert beside.breaks.tolist() == [[1.0, 0.2], [2.0, 0.3]]
