"""What lies beyond the degrees that were computed: continued, divergent, or unknown, and said so."""

import math

import numpy as np
import pytest

from opsvd.spectrum.sector_tail import sector_tail

DEGREES = np.arange(60)


def tail(sums, errors=1e-13, **options):
    """The tail of sums of which the first three degrees are listed."""
    listed = np.where(DEGREES[:len(sums)] < 3, sums, 0.0)
    return sector_tail((0.9e-4, 1e-4), listed, sums, np.full(len(sums), errors), DEGREES[:len(sums)],
                       **{"complete": False, **options})


def test_sums_that_fall_are_continued():
    """A geometric series: the whole of it within the bar, degrees of noise left out."""
    sums = 0.8 ** DEGREES
    result = tail(np.where(sums > 1e-5, sums, 1e-9), errors=1e-9)
    truth = 0.8**3 / 0.2
    assert abs(result.nuclear - truth) <= result.nuclear_error < 0.01 * truth
    assert (result.least, result.hilbert_schmidt) == pytest.approx((0.9e-4**0.5, 1e-2))


def test_what_is_hidden_is_in_the_bar_and_what_is_sure_beside_it():
    """Sums of all degrees are extrapolated, with what may be hidden beside the values; with no energy they are not."""
    sums = 0.8 ** DEGREES
    plain, found = tail(sums), tail(sums, hidden=0.01, total_least=4.9)
    assert found.nuclear_error == pytest.approx(plain.nuclear_error + 0.01)
    assert (found.extrapolated, found.total_least) == (True, 4.9)
    assert tail(0.5 ** np.arange(5.0), complete=True, hidden=0.01).extrapolated
    assert not sector_tail((0.0, 0.0), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), complete=True).extrapolated


def test_few_sums_are_a_geometric_series():
    """Four degrees that fall by a tenth each."""
    result = tail(0.1 ** np.arange(4.0))
    assert abs(result.nuclear - 1e-3 / 0.9) <= result.nuclear_error < 1e-3


def test_sums_like_a_power_diverge():
    """1/l adds up to infinity, and so does what stays or grows."""
    for power in (-1.0, 0.0, 0.5):
        result = tail((1.0 + DEGREES) ** power)
        assert math.isinf(result.nuclear)
        assert result.note.count("so that the sum of all diverges")


def test_sums_that_have_not_turned_are_unknown():
    """A peak that is not passed yet leaves the sum open: at least what was computed."""
    sums = np.exp(-0.5 * ((DEGREES - 45.0) / 12.0) ** 2)
    result = tail(sums)
    assert result.nuclear == pytest.approx(sums[3:].sum())
    assert math.isinf(result.nuclear_error)
    assert "still add up to too much" in result.note


def test_nothing_beyond_the_last_degree():
    """In R^1, or for polynomials, the degrees end."""
    result = tail(0.5 ** np.arange(5.0), complete=True)
    assert result.nuclear == pytest.approx(0.5**3 + 0.5**4)
