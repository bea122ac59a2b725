"""Composite Gauss-Legendre rules."""

import numpy as np
import pytest

from opsvd.quadrature import composite_gauss_legendre, divided


def test_polynomials_are_integrated_exactly():
    """n nodes a panel integrate degree 2n - 1, on panels of any widths."""
    nodes, weights = composite_gauss_legendre(np.array([-1.0, -0.2, 0.0, 3.0]), 4)
    assert weights @ nodes**7 == pytest.approx((3.0**8 - 1.0) / 8.0, rel=1e-14)


def test_graded_panels_keep_relative_accuracy_at_zero():
    """On panels down to 1e-300 the nodes are inside their panels, increasing and distinct on both sides of zero."""
    graded = np.geomspace(1e-300, 1.0, 400)
    edges = np.concatenate([-graded[::-1], [0.0], graded])
    nodes, _ = composite_gauss_legendre(edges, 16)
    assert (np.diff(nodes) > 0.0).all()
    panels = nodes.reshape(-1, 16)
    assert (panels > edges[:-1, None]).all()
    assert (panels < edges[1:, None]).all()


def test_panels_are_divided():
    """Each into as many as are asked for, and old edges stay."""
    np.testing.assert_allclose(divided(np.array([0.0, 1.0, 3.0]), np.array([2, 1])), [0.0, 0.5, 1.0, 3.0])
