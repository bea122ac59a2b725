"""Strips beside points where curves of breaks meet: how near they are looked for, and that they are found."""

import numpy as np
import pytest

from opsvd import Uniform
from opsvd.kernels import Kernel
from opsvd.probing.corners import NO_CORNERS, Corners
from opsvd.probing.slice_splitter import slice_integrals

EDGES = np.array([-1.0, 0.0, 1.0])
CORNERS = Corners(np.array([0.0, 0.7]), np.array([0.0, 0.0]), 1.0, 1.0)


def test_slices_near_a_corner_are_looked_at_closely():
    """As closely as floats tell at the corner itself, and less so the farther the nearest of the corners is."""
    x = np.array([0.0, 1e-3, 0.1, 0.35, 0.69])
    counts = CORNERS.halvings(x, np.zeros(5), np.ones(5))
    assert counts[0] == 40.0
    assert (np.diff(counts[:4]) < 0.0).all()
    assert counts[4] > counts[3] > 0.0


def test_other_edges_are_no_corners():
    """Nothing is looked for beside edges where no curves meet, nor where no corners are known."""
    assert (CORNERS.halvings(np.zeros(2), np.array([-1.0, 1.0]), np.ones(2)) == 0.0).all()
    assert (NO_CORNERS.halvings(np.zeros(2), np.array([-1.0, 1.0]), np.ones(2)) == 0.0).all()


@pytest.mark.parametrize(("low", "high", "width"), [
    (lambda x: x * x, lambda x: 2.0 * x * x, lambda x: x * x),
    (lambda x: x**3, lambda x: 3.0 * x**3, lambda x: 2.0 * x**3),
    (lambda x: 0.01 * x, lambda x: 0.02 * x, lambda x: 0.01 * x),
])
def test_strips_are_found_on_all_scales(low, high, width):
    """Between two curves that meet at the corner: crossing, touching, or in a cusp."""
    kernel = Kernel(lambda x, y: ((low(x) < y) & (y < high(x))).astype(float))
    mu = Uniform(-1.0, 1.0)
    x = np.array([0.003, 0.01, 0.03, 0.1, 0.3])
    found = slice_integrals(kernel, mu.rule(x, np.ones(5)), mu, EDGES, 1e-12, order=16,
                            corners=Corners(np.zeros(1), np.zeros(1), mu.scale, mu.scale))
    ones = mu.sqrt_density(found.basis.rule.nodes) * found.basis.rule.sqrt_lebesgue
    # Weights are densities of 1/2 along x and along y.
    np.testing.assert_allclose(found.matrix() @ ones, np.sqrt(0.5) * 0.5 * width(x), rtol=1e-9)
