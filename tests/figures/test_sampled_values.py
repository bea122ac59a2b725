"""Figures of sampled values: they show the arrays that they are given."""

import math

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

mpl.use("Agg")

from opsvd.figures.sampled_values import plot_sampled_ranks, plot_sampled_values


def test_values_stand_at_their_indices():
    """A series of points for each size, beside each other, with all error bars in view."""
    means, errors = np.array([[1.0, 0.2], [0.9, 0.3]]), np.array([[0.1, 0.05], [0.2, 0.1]])
    predicted = np.array([[0.95, np.nan], [1.0, 0.24]])
    ax = plot_sampled_values(Figure().subplots(), np.array([1.0, 0.25]), (10, 20), means, errors,
                             predicted=predicted, title="a title")
    for k, line in enumerate(line for line in ax.get_lines() if line.get_marker() == "D" and len(line.get_xdata())):
        np.testing.assert_array_equal(line.get_ydata(), predicted[k])
    for k, container in enumerate(ax.containers):
        np.testing.assert_array_equal(container[0].get_ydata(), means[k])
        np.testing.assert_array_equal(np.round(container[0].get_xdata()), [1, 2])
    assert ax.get_title() == "a title"
    low, high = ax.get_ylim()
    assert low < 0.15
    assert high > 1.1


@pytest.mark.parametrize(("limit", "labels"), [(4.0, ["operator, $n = \\infty$", "sampled"]), (math.inf, ["sampled"])])
def test_a_limit_that_is_infinite_is_not_drawn(limit, labels):
    """The operator's effective rank is a line, if it has one."""
    ax = Figure().subplots()
    plot_sampled_ranks(ax, (10, 20), np.array([2.0, 3.0]), np.array([0.5, 0.5]), limit)
    assert sorted(text.get_text() for text in ax.get_legend().get_texts()) == labels
    assert ax.get_xlim()[0] < 9.0
    assert ax.get_xlim()[1] > 22.0
    assert ax.get_ylim()[1] > max(3.5, limit if math.isfinite(limit) else 0.0)
