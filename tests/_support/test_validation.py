"""Checks of arguments: what fits is returned, and messages name what does not."""

import pytest

from opsvd._support.validation import pair, positive_int


@pytest.mark.parametrize("value", [(2, 3), [2, 3]])
def test_a_pair_of_numbers(value):
    """Any sequence of two, each checked."""
    assert pair(value, "dims", positive_int, "two dimensions", "(1, 1)") == (2, 3)


@pytest.mark.parametrize(("value", "error", "message"), [
    ((1, 2, 3), ValueError, r"dims must hold two dimensions, got \(1, 2, 3\) \(tuple\); pass for example \(1, 1\)"),
    (5, TypeError, "dims must be a sequence, got 5"),
    ((1, 0), ValueError, "dims must be an integer of at least 1, got 0"),
])
def test_what_is_no_pair_is_named(value, error, message):
    """Too many, no sequence, and a number that does not fit."""
    with pytest.raises(error, match=message):
        pair(value, "dims", positive_int, "two dimensions", "(1, 1)")
