"""Panels on which slices see thin strips."""

import numpy as np

from opsvd.probing.strips import panels_for_strips
from opsvd.quadrature import gauss_legendre


def slices(count=60):
    """Points in x from -2 to 2, and equal weights."""
    return np.linspace(-2.0, 2.0, count), np.full(count, 1.0 / count)


def test_both_sides_of_a_band_have_nodes_between_them():
    """Strips of width 0.02 along y = x: on every panel that they cross nodes are nearer than that."""
    x, weights = slices()
    breaks = np.column_stack([np.tile(x, 2), np.concatenate([x - 0.01, x + 0.01])])
    finer = panels_for_strips(np.linspace(-6.0, 6.0, 13), breaks, x, weights, 16)
    width = np.diff(finer)
    crossed = (finer[1:] > -2.0) & (finer[:-1] < 2.0)
    assert (0.5 * np.diff(gauss_legendre(16)[0]).max() * width[crossed] < 0.011).all()
    assert np.isin(np.linspace(-6.0, 6.0, 13), finer).all()
    assert (width[(finer[1:] < -4.0) | (finer[:-1] > 4.0)] == 1.0).all()    # two panels away from all strips


def test_lines_that_cross_are_no_strip():
    """y = x and y = -x are near to each other on few slices."""
    x, weights = slices()
    edges = np.linspace(-6.0, 6.0, 13)
    breaks = np.column_stack([np.tile(x, 2), np.concatenate([x, -x])])
    assert panels_for_strips(edges, breaks, x, weights, 16) is edges


def test_one_break_that_is_rounded_twice_is_no_strip():
    """Two places that differ by rounding are one break."""
    x, weights = slices()
    edges = np.linspace(-6.0, 6.0, 13)
    breaks = np.column_stack([np.tile(x, 2), np.concatenate([x, x + 1e-15])])
    assert panels_for_strips(edges, breaks, x, weights, 16) is edges


def test_no_breaks_ask_for_nothing():
    """Slices that are smooth."""
    x, weights = slices()
    edges = np.linspace(-6.0, 6.0, 13)
    assert panels_for_strips(edges, np.zeros((0, 2)), x, weights, 16) is edges
