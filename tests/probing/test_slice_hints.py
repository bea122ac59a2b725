"""Strips that some slices show, found on their neighbours, whose nodes they lie between."""

import numpy as np
import pytest

from opsvd import Gaussian, Kernel
from opsvd.probing.slice_hints import Hints, KnownBreaks, hidden_strips, unmatched_pairs
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


def test_slices_beside_others():
    """The nearest known ones on either side, with their breaks."""
    known = KnownBreaks(np.array([3.0, 1.0, 2.0, 0.0]), np.array([[3.0, 0.1], [1.0, 0.2], [2.0, 0.3], [0.0, 0.4]]))
    beside = known.beside(np.array([1.5]))
    assert beside.x.tolist() == [1.0, 2.0]
    assert beside.breaks.tolist() == [[1.0, 0.2], [2.0, 0.3]]
