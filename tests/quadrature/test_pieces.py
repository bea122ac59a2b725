"""Pieces on which a function is smooth: breaks are found, and steep places are not taken for breaks."""

import numpy as np
import pytest

from opsvd.quadrature import Pieces, composite_gauss_legendre, find_pieces

EDGES = np.linspace(-1.03, 2.1, 4)
WHERE = 0.31


def found(function, limit=200):
    """The pieces of a function of one variable, to 1e-12; it may be infinite somewhere."""
    with np.errstate(divide="ignore"):
        return find_pieces(lambda t: function(t)[:, None], np.ones_like, Pieces(EDGES, np.zeros(0)), 1e-12,
                           search_width=0.4, limit=limit)


@pytest.mark.parametrize(("function", "integral"), [
    (lambda t: np.abs(t - WHERE), (1.34**2 + 1.79**2) / 2.0),
    (lambda t: np.where(t < WHERE, np.sin(t), 2.0 + t),
     np.cos(1.03) - np.cos(WHERE) + 2.0 * 1.79 + (2.1**2 - WHERE**2) / 2.0),
    (lambda t: np.sqrt(np.abs(t - WHERE)), (1.34**1.5 + 1.79**1.5) / 1.5),
    (lambda t: np.log(np.abs(t - WHERE)), 1.34 * np.log(1.34) + 1.79 * np.log(1.79) - 3.13),
], ids=["kink", "jump", "root", "logarithm"])
def test_breaks_are_found_and_pieces_are_polynomials(function, integral):
    """The break is an edge to rounding, and Gauss-Legendre on the pieces integrates the function."""
    pieces = found(function)
    np.testing.assert_allclose(pieces.breaks, [WHERE], atol=1e-12)
    assert np.isin(pieces.breaks, pieces.edges).all()
    nodes, weights = composite_gauss_legendre(pieces.edges, 16)
    assert abs(weights @ function(nodes) - integral) < 1e-11


def test_breaks_beside_an_edge_or_each_other_are_found():
    """A jump in the gap between an end and the nearest node, and two that are close."""
    near = EDGES[1] + 1e-3
    np.testing.assert_allclose(found(lambda t: 1.0 * (t > near)).breaks, [near], atol=1e-12)
    both = np.array([WHERE, WHERE + 1e-6])
    np.testing.assert_allclose(found(lambda t: 1.0 * (t > both[0]) + (t > both[1])).breaks, both, atol=1e-12)


def test_a_steep_function_has_narrow_pieces_and_no_breaks():
    """tanh(300 (t - c)) is smooth."""
    pieces = found(lambda t: np.tanh(300.0 * (t - WHERE)))
    assert len(pieces.breaks) == 0
    assert np.diff(pieces.edges).min() < 0.02
    assert len(found(np.cos).edges) < 10


def test_what_does_not_matter_is_not_resolved():
    """Where the weight is below the tolerance, anything may happen."""
    def function(t):
        return np.where(t > 1.5, np.sin(1e6 * t), t)[:, None]

    pieces = find_pieces(function, lambda t: np.where(t > 1.2, 1e-14, 1.0),
                         Pieces(np.array([-1.0, 0.3, 1.2, 2.1]), np.zeros(0)), 1e-12, search_width=0.4, limit=50)
    assert len(pieces.edges) == 4


def test_too_many_pieces_are_none():
    """A function that oscillates without end gives nothing."""
    assert found(lambda t: np.sin(1e4 * t)) is None
    assert found(np.cos, limit=2) is None
