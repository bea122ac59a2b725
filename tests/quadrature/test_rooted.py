"""Gauss rules in the root of the distance from an end of a panel."""

import numpy as np
import pytest

from opsvd.quadrature import BENDS, bent_places, bent_rule, graded_towards_roots, points_at


@pytest.mark.parametrize("bend", BENDS)
def test_rules_are_exact_for_polynomials_of_the_root(bend):
    """Moments of z to degree 31 under dt, in closed form, and orthogonal transforms."""
    rule, powers = bent_rule(16, bend), np.arange(32)
    plain, times_z, times_square = (np.where((powers + more) % 2 == 0, 2.0 / (powers + more + 1.0), 0.0)
                                    for more in (0, 1, 2))
    known = 1.5 * (plain - times_square) if bend == 2 else plain + bend * times_z
    np.testing.assert_allclose(rule.weights @ rule.places[:, None] ** powers, known, atol=1e-14)
    np.testing.assert_allclose(rule.transform @ rule.transform.T, np.eye(16), atol=1e-13)
    assert (np.diff(rule.nodes) > 0.0).all()


@pytest.mark.parametrize("bend", BENDS)
def test_places_and_points_are_inverse(bend):
    """On a panel far from zero; dx/dz by differences."""
    left, right, bends = np.array([3.0]), np.array([3.5]), np.array([bend])
    z = np.linspace(-0.99, 0.99, 9)
    if bend:
        x, slope = points_at(left, right, bends, z)
        near, _ = points_at(left, right, bends, z + 1e-6)
        np.testing.assert_allclose(slope, (near - x) / 1e-6, rtol=1e-3)
        np.testing.assert_allclose(bent_places(left, right, bends, x), z, atol=1e-13)
    t = bent_places(left, right, bends, 3.25 + 0.25 * bent_rule(16, bend).nodes)
    np.testing.assert_allclose(t, bent_rule(16, bend).places, atol=1e-12)


def test_graded_panels_end_near_the_roots():
    """Each is a quarter of the next; panels without a root stay as they are."""
    edges = graded_towards_roots(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([0, 1, -1, 2]))
    assert edges[1] == 1.0
    inner = edges[(edges > 1.0) & (edges < 2.0)] - 1.0
    np.testing.assert_allclose(inner[1:] / inner[:-1], 4.0)
    np.testing.assert_allclose(inner, np.sort(3.0 - edges[(edges > 2.0) & (edges < 3.0)]), rtol=1e-6)
    assert inner[0] < 4e-9
    np.testing.assert_allclose(edges[edges > 3.0] - 3.0, np.append(inner, [0.75, *(1.0 - inner[-2::-1]), 1.0]))
