"""Small things that are done to arrays in many places."""

import numpy as np
import pytest

from opsvd._support.arrays import leading_true, read_only


@pytest.mark.parametrize(("mask", "count"), [
    ([True, True, False, True], 2), ([False, True], 0), ([True, True, True], 3), ([], 0),
])
def test_leading_entries_are_counted_up_to_the_first_false_one(mask, count):
    """Also where all are true, or there are none."""
    assert leading_true(np.array(mask, dtype=bool)) == count


def test_a_locked_array_is_the_same_array():
    """It cannot be written into."""
    array = np.zeros(3)
    assert read_only(array) is array
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1.0
