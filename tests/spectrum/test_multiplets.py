"""Distinct values with multiplicities: expanded, cut, and merged."""

import numpy as np

from opsvd.spectrum.multiplets import as_counts, expanded, first_multiplets, merged, ordered_errors


def test_counts_are_exact():
    """int64 while they fit, and Python's integers beyond."""
    assert as_counts([1, 2]).dtype == np.int64
    assert as_counts([1, 10**30]).tolist() == [1, 10**30]


def test_expansion_stops():
    """Astronomical multiplicities are listed up to the limit."""
    np.testing.assert_array_equal(expanded(np.array([3.0, 2.0]), as_counts([2, 10**30]), 5), [3, 3, 2, 2, 2])
    assert [first_multiplets(np.array([2, 3, 1]), rank) for rank in (1, 2, 3, 5, 6, 9)] == [1, 1, 2, 2, 3, 3]


def test_only_values_that_cannot_be_told_apart_are_merged():
    """Overlapping bars make one multiplet, whose bar covers both."""
    values, errors, counts = merged(np.array([1.0, 0.5, 0.5 - 1e-12, 0.4]), np.full(4, 1e-12), [1, 2, 4, 1])
    assert counts == [1, 6, 1]
    assert abs(values[1] - 0.5) + 1e-12 <= errors[1] + 1e-16 <= 3e-12


def test_wide_bars_do_not_merge_what_is_far_apart():
    """Values that differ by a percent stay two, though their bars overlap."""
    values, _, counts = merged(np.array([1.0, 0.99]), np.full(2, 0.1), [3, 5])
    assert (values.tolist(), counts) == ([1.0, 0.99], [3, 5])


def test_bars_of_the_ith_value_reach_as_far_as_those_of_neighbours():
    """A sharp pair beside a blurred value: the middle one of the three is sharp, the first and the last are not."""
    values, errors = np.array([3.0, 2.0, 1.9, 1.0]), np.array([0.1, 1e-9, 0.3, 0.01])
    counts, none = as_counts([1, 2, 1, 10**20]), (np.zeros(0), as_counts([]))
    bars = ordered_errors(values, errors, counts, 6, none)
    np.testing.assert_allclose(bars, [0.1, 0.2, 0.0, 0.3, 0.01, 0.01], atol=1e-8)
    rng = np.random.default_rng(0)
    for _ in range(100):
        truth = np.repeat(values + errors * rng.uniform(-1.0, 1.0, 4), [1, 2, 1, 4])
        assert (np.abs(np.sort(truth)[::-1][:6] - np.repeat(values, [1, 2, 1, 4])[:6]) <= bars + 1e-15).all()


def test_values_that_are_not_given_may_be_larger_than_those_that_are():
    """A value of 0.9 that may be 1.5 is left out: the second of those given may be the third, and 1.5 the second."""
    values, errors, counts = np.array([2.0, 1.0]), np.array([0.01, 0.01]), as_counts([1, 2])
    bars = ordered_errors(values, errors, counts, 3, (np.array([1.5, 0.2]), as_counts([1, 5])))
    np.testing.assert_allclose(bars, [0.01, 0.5, 0.01], rtol=1e-9)
