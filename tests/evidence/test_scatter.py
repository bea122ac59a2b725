"""Bars of values from points: by how much they change when points are left out, and how much they scatter."""

import numpy as np

from opsvd.evidence.scatter import scatter_bars


def test_bars_are_changes_and_scatter():
    """Four changes, of a value or of a neighbour, and five standard errors."""
    half = np.array([[1.0, 0.52, 0.3], [1.0, 0.52, 0.3]])
    full = np.array([[1.0, 0.51, 0.31], [1.0, 0.51, 0.31]])
    values, bars = scatter_bars(half, full)
    np.testing.assert_allclose(values, [1.0, 0.51, 0.31])
    np.testing.assert_allclose(bars, [0.04, 0.04, 0.04], rtol=1e-9)
    scattered = scatter_bars(full, full + np.array([[0.01, 0.0, 0.0], [-0.01, 0.0, 0.0]]))[1]
    assert scattered[0] >= 5.0 * 0.01


def test_errors_that_change_their_sign():
    """A value that is 6 too small, 3 too large, and 2.8 too large: the change before the last is what tells."""
    values, bars = scatter_bars(*(np.full((2, 1), value) for value in (94.0, 103.0, 102.8)))
    assert values[0] == 102.8
    assert 2.8 <= bars[0] <= 20.0
