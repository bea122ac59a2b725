"""Tables and long lists as text."""

from opsvd.sampling.text import aligned, shortened


def test_cells_are_aligned_to_the_right():
    """Each column is as wide as its widest cell."""
    assert aligned([["i", "value"], ["10", "1"]]) == [" i  value", "10      1"]


def test_long_lists_say_how_many_items_they_leave_out():
    """Up to the given number all are shown."""
    assert shortened(["a", "b"], 2) == ["a", "b"]
    assert shortened(["a", "b", "c", "d"], 2, indent=" ") == ["a", "b", " and 2 more"]
