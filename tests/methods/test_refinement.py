"""Panels: halved, cut and graded until functions are resolved on all of them, and where that ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsvd import Gaussian
from opsvd.methods.panel_rules import (
    FIRST_PANELS,
    ORDER,
    check_rule,
    first_edges,
    floor_width,
    panel_tails,
    random_rule,
)
from opsvd.methods.panel_samples import Roots, panels_with_ends, tails_with_ends
from opsvd.methods.refinement import resolve, split
from opsvd.quadrature import composite_gauss_legendre

STANDARD = Gaussian()
START = np.linspace(-8.0, 8.0, 9)


def drawn(*functions):
    """Weighted samples of functions, the same at every pass."""
    def samples(rule):
        with np.errstate(divide="ignore"):
            return np.stack([f(rule.nodes) for f in functions], axis=1) * rule.sqrt_weights[:, None]

    return lambda: samples


def misfit(function, edges):
    """How far the interpolating polynomials are off, relative to the largest value, between all the nodes."""
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(edges[0], edges[-1], 3000))
    nodes, _ = composite_gauss_legendre(edges, ORDER)
    values = function(nodes) * STANDARD.sqrt_density(nodes)
    panel = np.clip(np.searchsorted(edges, x) - 1, 0, len(edges) - 2)
    found = np.empty_like(x)
    for p in np.unique(panel):
        here, chosen = panel == p, slice(p * ORDER, (p + 1) * ORDER)
        found[here] = np.polynomial.Legendre.fit(nodes[chosen], values[chosen], ORDER - 1)(x[here])
    return np.abs(found - function(x) * STANDARD.sqrt_density(x)).max() / np.abs(values).max()


@pytest.mark.parametrize("function", [
    np.cos, lambda t: np.exp(t / 2.0), lambda t: 1.0 / (1.0 + 25.0 * t**2), lambda t: np.exp(-50.0 * (t - 0.3) ** 2),
    lambda t: np.sin(30.0 * t),
])
def test_smooth_functions_are_resolved(function):
    """Every panel's polynomial is accurate to about the tolerance, between the nodes as well."""
    edges = resolve(drawn(function), STANDARD, START, 1e-12, limit=200, broad=200)
    assert misfit(function, edges) < 1e-10
    assert np.isin(START, edges).all()
    assert (np.diff(edges) > 0.0).all()


@pytest.mark.parametrize("where", [0.3, -1.0, np.pi / 4.0, 2.0])
@pytest.mark.parametrize("kind", [lambda t: 1.0 * (t > 0.0), np.abs, lambda t: np.where(t > 0.0, np.exp(-t), 1.0)])
def test_jumps_and_kinks_become_edges(kind, where):
    """Found by bisection, to rounding, and then a few panels are enough."""
    edges = resolve(drawn(lambda t: kind(t - where) * np.cos(t)), STANDARD, START, 1e-12, limit=200, broad=200)
    assert np.abs(edges - where).min() <= 1e-13
    assert len(edges) < 60


@pytest.mark.parametrize("kind", [np.sqrt, np.log, lambda t: t**-0.2])
def test_panels_are_graded_towards_singular_points(kind):
    """Widths fall geometrically on both sides of a root, a logarithm, a pole."""
    where = np.pi / 4.0
    edges = resolve(drawn(lambda t: kind(np.abs(t - where))), STANDARD, START, 1e-10, limit=200, broad=200)
    distances = np.sort(np.abs(edges - where))
    assert distances[0] <= 1e-13
    assert distances[1] < 1e-6
    assert len(edges) < 150


def test_several_functions_share_the_panels():
    """A jump in one, a kink in another: both are edges."""
    edges = resolve(drawn(np.cos, lambda t: t > 0.3, lambda t: np.abs(t + 1.1)), STANDARD, START, 1e-12,
                    limit=200, broad=200)
    assert np.abs(edges[:, None] - np.array([0.3, -1.1])).min(axis=0).max() <= 1e-13


def test_known_singular_points_are_graded_towards():
    """An edge that is known to be singular is not sought again."""
    def function(t):
        return np.sqrt(np.abs(t - 0.3))

    start = np.union1d(START, 0.3)
    edges = resolve(drawn(function), STANDARD, start, 1e-10, limit=200, broad=200, singular=np.array([0.3]))
    assert 0.3 in edges
    assert np.sort(np.abs(edges - 0.3))[1] < 1e-6


def test_the_limit_is_kept():
    """What oscillates too fast ends at the most panels that were allowed."""
    edges = resolve(drawn(lambda t: np.sin(1e4 * t)), STANDARD, START, 1e-12, limit=50, broad=30)
    assert 9 <= len(edges) - 1 <= 50


def test_split_halves_the_worst():
    """Panels with tails above the threshold, the largest first, as far as there is room."""
    edges = np.array([0.0, 1.0, 2.0, 4.0])
    tails = np.array([0.1, 1e-9, 0.5])
    np.testing.assert_array_equal(split(edges, STANDARD, tails, 1e-6, limit=9, broad=9), [0.0, 0.5, 1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(split(edges, STANDARD, tails, 1e-6, limit=4, broad=9), [0.0, 1.0, 2.0, 3.0, 4.0])
    assert split(edges, STANDARD, tails, 1e-6, limit=3, broad=9) is edges
    assert split(edges, STANDARD, tails, 0.6, limit=9, broad=9) is edges


def test_what_is_halved_towards_a_point_goes_on_in_many_steps():
    """[0, 1] is bad, and the panels beyond, good, are [1, 2], [2, 4], [4, 8]: the next cuts are 1/2, 1/4, ..."""
    edges, tails = np.array([-3.0, 0.0, 1.0, 2.0, 4.0, 8.0]), np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    finer = split(edges, STANDARD, tails, 1e-6, limit=50, broad=50)
    np.testing.assert_array_equal(finer[1:9], [0.0, *2.0 ** np.arange(-6.0, 1.0)])
    mirrored = split(-edges[::-1], STANDARD, tails[::-1], 1e-6, limit=50, broad=50)
    np.testing.assert_array_equal(mirrored, -finer[::-1])
    assert len(split(edges, STANDARD, np.array([0.0, 1.0, 1.0, 0.0, 0.0]), 1e-6, limit=50, broad=50)) == 8


def test_samples_that_are_known_are_not_drawn_again():
    """Functions that are resolved on the first panels, whose samples are given: nothing is evaluated."""
    nodes, weights = composite_gauss_legendre(START, ORDER)
    known = (np.cos(nodes) * np.sqrt(weights) * STANDARD.sqrt_density(nodes))[:, None]

    def draw():
        return lambda rule: pytest.fail("evaluated")

    assert resolve(draw, STANDARD, START, 1e-3, limit=50, broad=50, start=known) is START


def test_wider_steps_towards_a_singular_point():
    """Panels that shrink to a quarter are fewer, and halved where that is too coarse."""
    def function(t):
        return np.sqrt(np.abs(t - 0.3))

    start, singular = np.union1d(START, 0.3), np.array([0.3])
    counts = [len(resolve(drawn(function), STANDARD, start, 1e-8, limit=200, broad=200, singular=singular, ratio=ratio))
              for ratio in (2.0, 4.0)]
    assert counts[1] < 0.75 * counts[0]


def test_split_respects_the_smallest_width():
    """A panel as narrow as floats allow is left alone, however bad."""
    narrow = np.array([1.0, 1.0 + 1e-15, 2.0])
    assert floor_width(STANDARD, narrow)[0] > 1e-15
    finer = split(narrow, STANDARD, np.ones(2), 1e-6, limit=9, broad=9)
    np.testing.assert_allclose(finer, [1.0, 1.0 + 1e-15, 1.5, 2.0], rtol=1e-15)


def test_where_many_are_bad_the_broad_limit_holds():
    """More than sixteen unresolved panels show a curve."""
    edges = np.linspace(0.0, 1.0, 21)
    assert len(split(edges, STANDARD, np.ones(20), 1e-6, limit=100, broad=25)) == 26
    assert len(split(edges, STANDARD, np.ones(20), 1e-6, limit=100, broad=100)) == 41


@pytest.mark.parametrize("interval", [(-8.0, 8.0), (-3.0, 14.0), (-20.0, 0.5), (2.0, 5.0), (-5.0, -1.0), (-1e-9, 4.0)])
@pytest.mark.parametrize("count", FIRST_PANELS)
def test_first_edges_cover_the_domain_with_zero_among_them(interval, count):
    """Twice `count` panels from end to end; zero is an edge where the domain holds it."""
    edges = first_edges(Gaussian(), interval, count)
    assert len(edges) == 2 * count + 1
    assert (edges[0], edges[-1]) == pytest.approx(interval)
    assert (np.diff(edges) > 0.0).all()
    assert (0.0 in edges) == (interval[0] < 0.0 < interval[1])


def test_tails_see_what_no_node_sees():
    """A kink between the last node and the end of its panel leaves the nodes smooth; the points at the ends show it."""
    spans = np.array([[0.0, 1.0]])
    rule = panels_with_ends(STANDARD, spans)
    assert len(rule) == ORDER + 2

    def tails(function):
        return tails_with_ends((function(rule.nodes) * rule.sqrt_weights).reshape(1, ORDER + 2, 1))

    nodes = rule.restricted(slice(0, ORDER))
    kink = np.maximum(nodes.nodes - 0.997, 0.0)
    assert not kink.any()
    assert tails(np.cos)[0] < 1e-12
    assert tails(lambda t: np.cos(t) + np.maximum(t - 0.997, 0.0))[0] > 1e-5


def test_panel_tails_are_the_last_legendre_coefficients():
    """Nothing for polynomials of degree 12, all for one of degree 15; what is rounding beside the norm is zero."""
    nodes, weights = composite_gauss_legendre(np.array([-1.0, 1.0, 3.0]), ORDER)
    local = np.where(nodes < 1.0, nodes, nodes - 2.0)
    low = (local**12 * np.sqrt(weights))[:, None]
    high = np.polynomial.legendre.legval(local, np.eye(16)[15]) * np.sqrt(15.5)
    high = (np.where(nodes < 1.0, 0.0, high) * np.sqrt(weights))[:, None]
    assert panel_tails(low, norm=1.0).tolist() == [0.0, 0.0]
    np.testing.assert_allclose(panel_tails(high), [0.0, 1.0], atol=1e-13)


def test_check_and_random_rules_integrate_and_share_no_node():
    """E[1] = 1 by the one to rounding and by the other roughly; no node of any equals one of the panels."""
    edges = np.linspace(-9.0, 9.0, 19)
    nodes, _ = composite_gauss_legendre(edges, ORDER)
    check, rough = check_rule(STANDARD, edges, 8.0, 14), random_rule(STANDARD, edges, np.random.default_rng(0), 9)
    assert check.weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert rough.weights.sum() == pytest.approx(1.0, abs=0.05)
    for rule in (check, rough):
        assert not np.isin(rule.nodes, nodes).any()
        assert (rule.nodes > edges[0]).all()
        assert (rule.nodes < edges[-1]).all()


@settings(max_examples=25)
@given(st.floats(-4.0, 4.0), st.floats(-4.0, 4.0), st.floats(0.1, 3.0))
def test_random_kinks_and_jumps_become_edges(kink, jump, size):
    """Two breaks anywhere, even close to each other or to an edge: interpolation between the edges is accurate."""
    def function(t):
        return np.cos(t) + size * np.abs(t - kink) + (t > jump)

    edges = resolve(drawn(function), STANDARD, START, 1e-10, limit=200, broad=200)
    assert misfit(function, edges) < 1e-8


def test_known_roots_take_few_panels():
    """At ends that are known to be singular, polynomials in the root of the distance do what many panels would."""
    where = np.linspace(-2.0, 2.0, 24)
    functions = [lambda t, a=a: np.sqrt(np.maximum(a - t, 0.0)) for a in where]
    start, roots = np.union1d(START, where), Roots()
    graded, bent = (resolve(drawn(*functions), STANDARD, start, 1e-8, limit=2000, broad=2000, singular=where,
                            roots=each) for each in (None, roots))
    assert len(bent) < 0.25 * len(graded)
    basis, x = roots.basis(STANDARD, bent), np.random.default_rng(0).uniform(-8.0, 8.0, 3000)
    samples = drawn(*functions)()(basis.rule)
    known = np.stack([f(x) for f in functions], axis=1) * STANDARD.sqrt_density(x)[:, None]
    assert np.abs(basis.combine(x, samples) - known).max() < 1e-7


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_roots_are_found_where_no_point_is_known(side):
    """The singular point is found by bisection, then the root on its side; on the other there is none."""
    roots, where = Roots(), np.pi / 4.0
    edges = resolve(drawn(lambda t: np.cos(t) * (1.0 + np.sqrt(np.maximum(side * (t - where), 0.0)))), STANDARD, START,
                    1e-11, limit=200, broad=200, roots=roots)
    assert len(edges) < 30
    assert {(round(point, 9), way) for point, way in roots.ends.tolist()} == {(round(where, 9), side)}
