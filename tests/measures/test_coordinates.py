"""Coordinates of the line: points alone are those that come with distances and slopes."""

import numpy as np
import pytest

from opsvd.measures.coordinates import HyperbolicSine, Logarithm, Logit, Plain, Reflected, Softplus


@pytest.mark.parametrize("coordinate", [
    Plain(-1.0, 2.0), Logit(0.0, 1.0), Logit(2.0, 3.5), Softplus(-1.0, 2.0), Logarithm(0.0, 3.0),
    HyperbolicSine(1.0, 2.0), HyperbolicSine(1.0, 2.0, above=True), Reflected(Softplus(-1.0, 2.0))], ids=repr)
def test_points_are_those_of_places(coordinate):
    """The same floats, and they increase."""
    t = np.concatenate([[-900.0, -400.0], np.linspace(-50.0, 50.0, 401), [400.0, 900.0]])
    x = coordinate.points(t)
    np.testing.assert_array_equal(x, coordinate.place(t).x)
    assert (np.diff(x) >= 0.0).all()
