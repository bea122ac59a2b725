"""Integrals along slices that break, against closed forms: Gaussian moments beyond a point, and relatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import dawsn, gamma, hyp1f1, ndtr

from opsvd import Gaussian, Kernel, NonFiniteKernelError
from opsvd.bases import PanelBasis
from opsvd.probing.slice_splitter import slice_integrals
from opsvd.quadrature import Rule, composite_gauss_legendre

STANDARD = Gaussian()
EDGES = np.array([-9.0, -4.0, -1.5, 0.0, 0.7, 2.0, 5.0, 9.0])
POWERS = 6


def plain(points):
    """A rule of unit weights: slices at these points, unweighted."""
    x = np.asarray(points, dtype=np.float64)
    return Rule(x, np.ones_like(x), np.ones_like(x))


def powers(count=POWERS):
    """The functions y^k, k < count, as half-densities under the standard Gaussian."""
    return lambda y: y[:, None] ** np.arange(count) * STANDARD.sqrt_density(y)[:, None]


def beyond(c, count=POWERS):
    """E[y^k (y > c)] for k < count under the standard Gaussian: shape (len(c), count)."""
    density = np.exp(-0.5 * c * c) / math.sqrt(2.0 * math.pi)
    moments = [1.0 - ndtr(c), density]
    for k in range(2, count):
        moments.append(c ** (k - 1) * density + (k - 1) * moments[k - 2])
    return np.stack(moments[:count], axis=1)


def both_sides(c, count=POWERS):
    """E[y^k] for all k < count, repeated for every c."""
    return beyond(np.full(len(c), -40.0), count)


def mean_power(b, exponent):
    """E|y - b|^a under the standard Gaussian."""
    at_zero = 2.0 ** (exponent / 2.0) * gamma((1.0 + exponent) / 2.0) / math.sqrt(math.pi)
    return at_zero * hyp1f1(-exponent / 2.0, 0.5, -0.5 * b * b)


def mean_log(b):
    """E log|y - b|: its derivative is a Dawson function."""
    t, w = np.polynomial.legendre.leggauss(40)
    slopes = math.sqrt(2.0) * dawsn(0.5 * b[:, None] * (t + 1.0) / math.sqrt(2.0))
    return -0.5 * (np.euler_gamma + math.log(2.0)) + 0.5 * b * (slopes @ w)


def against(slices, functions, count):
    """The integrals of slices against functions that panels need not resolve, for they are evaluated on every piece."""
    rule = slices.basis.rule
    total = slices.dense @ (functions(rule.nodes) * rule.sqrt_lebesgue[:, None])
    on_pieces = functions(slices.nodes.ravel()).reshape(*slices.nodes.shape, count)
    np.add.at(total, slices.index, np.einsum("pk,pkr->pr", slices.values, on_pieces))
    return total


def integrals(h, points, *, tol=1e-14, **options):
    """The integrals of the slices at `points` against powers of y, shape (n, POWERS), and the slices."""
    slices = slice_integrals(Kernel(h), plain(points), STANDARD, EDGES, tol, order=16, **options)
    return against(slices, powers(), POWERS), slices


X = np.linspace(-3.1, 2.9, 13)
# A break y = b(x) for every x, of all inclinations; at 0 and 0.7 it runs through edges of panels.
CURVES = {
    "diagonal": lambda x: x,
    "antidiagonal": lambda x: 1.0 - x,
    "steep": lambda x: 3.0 * x + 0.2,
    "parabola": lambda x: x**2 - 1.0,
    "sinusoid": np.sin,
    "an edge of the panels": lambda x: 0.0 * x,
    "next to an edge": lambda x: 0.7 + 1e-9 * x,
}


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES.keys())
def test_jumps_are_integrated_to_rounding(curve):
    """E[y^k (y > b(x))] is an incomplete Gaussian moment, wherever the jump lies within its panel."""
    found, slices = integrals(lambda x, y: y > curve(x), X)
    np.testing.assert_allclose(found, beyond(curve(X)), atol=2e-14)
    assert slices.unresolved < 1e-13
    assert not slices.exhausted


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES.keys())
def test_kinks_are_integrated_to_rounding(curve):
    """E[y^k max(y - b(x), 0)] is one moment minus b(x) times another."""
    found, _ = integrals(lambda x, y: np.maximum(y - curve(x), 0.0), X)
    moments, b = beyond(curve(X), POWERS + 1), curve(X)[:, None]
    np.testing.assert_allclose(found, moments[:, 1:] - b * moments[:, :-1], atol=1e-13)


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES.keys())
@pytest.mark.parametrize("exponent", [1.5, 0.5, 0.25])
def test_roots_are_integrated_to_rounding(curve, exponent):
    """E|y - b|^a is a confluent hypergeometric function."""
    found, _ = integrals(lambda x, y: np.abs(y - curve(x)) ** exponent, X)
    np.testing.assert_allclose(found[:, 0], mean_power(curve(X), exponent), rtol=5e-13)


@pytest.mark.parametrize(("exponent", "error"), [(-0.25, 1e-11), (-0.4, 5e-9)])
def test_poles_are_integrated_as_far_as_floats_go(exponent, error):
    """Of |y - b|^a, infinite at b, floats beside b see all but eps^(1 + a); what is missing is noted."""
    points = np.array([-2.0, -0.3, 0.7, 1.0])
    found, slices = integrals(lambda x, y: np.abs(y - x) ** exponent, points)
    missing = np.linalg.norm(found[:, 0] - mean_power(points, exponent))
    assert missing <= error
    assert missing <= slices.unresolved <= 1e3 * error


def test_logarithms_are_integrated():
    """E log|y - x|, where every slice is infinite at a point, which may be an edge."""
    points = np.array([-2.0, -1.5, -0.3, 0.7, 1.0, 2.0])
    found, slices = integrals(lambda x, y: np.log(np.abs(x - y)), points)
    np.testing.assert_allclose(found[:, 0], mean_log(points), atol=1e-13)
    assert not slices.exhausted


def test_a_singular_point_at_the_origin_is_graded():
    """log|y| with an edge at 0, where floats go on for ever: as cheap as elsewhere, and no budget runs out."""
    found, slices = integrals(lambda x, y: np.log(np.abs(x - y)), [0.0])
    assert found[0, 0] == pytest.approx(mean_log(np.zeros(1))[0], abs=1e-13)
    assert not slices.exhausted
    assert slices.unresolved < 1e-13


def test_nodes_on_a_curve_of_infinities_do_no_harm():
    """Slices at the very nodes in y, all of which are hit by log|x - y| = -inf."""
    nodes, _ = composite_gauss_legendre(EDGES, 16)
    points = nodes[20:92:6]
    found, _ = integrals(lambda x, y: np.log(np.abs(x - y)), points)
    np.testing.assert_allclose(found[:, 0], mean_log(points), atol=1e-13)


def test_several_breaks_in_one_panel():
    """Two jumps and a kink on every slice, which cross each other between the slices."""
    found, slices = integrals(lambda x, y: 1.0 * (y > x) - 2.0 * (x + y > 1.0) + np.maximum(y - x**2, 0.0), X)
    kinks = beyond(X**2, POWERS + 1)
    exact = beyond(X) - 2.0 * beyond(1.0 - X) + kinks[:, 1:] - X[:, None] ** 2 * kinks[:, :-1]
    np.testing.assert_allclose(found, exact, atol=1e-13)
    assert slices.unresolved < 1e-13


def test_stairs_of_many_jumps():
    """floor(4y + x): a quarter of a panel between neighbours."""
    found, slices = integrals(lambda x, y: np.floor(4.0 * y + x), X[:4])
    steps = np.arange(-40, 41)
    exact = sum(beyond((m - X[:4]) / 4.0) for m in steps) + (steps[0] - 1.0) * both_sides(X[:4])
    np.testing.assert_allclose(found, exact, atol=1e-12)
    assert len(slices.breaks) > 4 * 60


@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_cuts_save_searches_and_make_no_error(shift):
    """Cuts where floor(4y + x) jumps take a fifth of the evaluations; cuts elsewhere give the same integrals."""
    steps = np.arange(-40, 41)
    kernel = Kernel(lambda x, y: np.floor(4.0 * y + x))
    slices = slice_integrals(kernel, plain(X[:4]), STANDARD, EDGES, 1e-14, order=16,
                             cuts=lambda x: (steps - x[:, None]) / 4.0 + shift)
    exact = sum(beyond((m - X[:4]) / 4.0) for m in steps) + (steps[0] - 1.0) * both_sides(X[:4])
    np.testing.assert_allclose(against(slices, powers(), POWERS), exact, atol=1e-12)
    evaluations = kernel.evaluations
    slice_integrals(kernel, plain(X[:4]), STANDARD, EDGES, 1e-14, order=16)
    if shift == 0.0:
        assert evaluations < 0.4 * (kernel.evaluations - evaluations)


def test_breaks_are_found_to_rounding():
    """Every slice has its jump and its kink in the list, at their places; breaks at edges of panels are not needed."""
    _, slices = integrals(lambda x, y: 1.0 * (y > x) + np.abs(y - x**2 + 1.0), X)
    for x in X:
        here = slices.breaks[slices.breaks[:, 0] == x, 1]
        expected = [b for b in (x, x**2 - 1.0) if np.abs(EDGES - b).min() > 1e-9]
        assert all(np.abs(here - b).min() <= 1e-12 for b in expected)


def test_smooth_slices_need_no_pieces():
    """They are integrated by the nodes that all share, with a few more evaluations a panel to see that they may."""
    kernel = Kernel(lambda x, y: np.cos(x * y))
    slices = slice_integrals(kernel, plain([0.3, 1.0]), STANDARD, np.linspace(-9.0, 9.0, 19), 1e-13, order=16)
    np.testing.assert_allclose(against(slices, powers(1), 1)[:, 0], np.exp(-0.5 * np.array([0.09, 1.0])), rtol=1e-13)
    assert (len(slices.index), len(slices.breaks)) == (0, 0)
    assert slices.unresolved < 1e-12
    assert 2 * 18 * 16 < kernel.evaluations <= 2 * 18 * 20


def test_narrow_ridges_and_near_jumps_are_resolved_by_halving():
    """exp(-((y - x) / w)^2 / 2), w = 0.05, and the normal distribution function of (y - x) / w, w = 1e-3."""
    width = 0.05
    ridge, _ = integrals(lambda x, y: np.exp(-0.5 * ((y - x) / width) ** 2), X)
    variance = 1.0 + width**2
    np.testing.assert_allclose(ridge[:, 0], width / math.sqrt(variance) * np.exp(-0.5 * X * X / variance), atol=1e-14)
    width = 1e-3
    step, _ = integrals(lambda x, y: ndtr((y - x) / width), X)
    np.testing.assert_allclose(step[:, 0], ndtr(-X / math.sqrt(1.0 + width**2)), atol=1e-14)


def test_a_thin_strip_between_the_nodes_is_seen_on_some_slices():
    """It is mended where it is seen, and what that tells of the other slices is counted as unresolved."""
    x = np.linspace(-3.0, 3.0, 400)
    _, slices = integrals(lambda x, y: 1.0 * (np.abs(y - 0.3 * x) < 1e-3), x, tol=1e-10)
    density = np.exp(-0.5 * (0.3 * x) ** 2) / math.sqrt(2.0 * math.pi)
    assert 0.2 < slices.unresolved / math.sqrt(float(np.sum(2e-3 * density))) < 5.0


def test_what_the_slices_miss_shows_at_points_of_the_measure():
    """Samples of h less the slices as polynomials: rounding, or all of a feature that the polynomials do not have."""
    slices = slice_integrals(Kernel(lambda x, y: np.cos(x * y)), plain(X), STANDARD, EDGES, 1e-12, order=20)
    y = np.random.default_rng(0).standard_normal(300)
    density = STANDARD.sqrt_density(y)
    rule = Rule(y, 1.0 / (math.sqrt(300.0) * density), density)
    samples = np.cos(X[:, None] * y) * rule.sqrt_weights
    assert slices.missed(rule, samples) < 1e-9
    feature = 0.1 * (np.abs(X[:, None] - y) < 0.3) * rule.sqrt_weights
    assert 0.0 < slices.missed(rule, samples + feature) <= np.linalg.norm(feature) * (1.0 + 1e-6)


@pytest.mark.parametrize("low", [lambda x: x, lambda x: 0.0 * x], ids=["bump", "wedge"])
def test_slices_that_are_zero_on_whole_panels_miss_nothing(low):
    """On both sides of [x, x + 2], or of [0, x + 2], slices are zero: no piece is taken for what lies far from it."""
    def h(x, y):
        return 1.0 * (y > low(x)) * (y < x + 2.0) * (1.0 + y)

    slices = slice_integrals(Kernel(h), plain(X), STANDARD, EDGES, 1e-12, order=20)
    y = np.random.default_rng(1).standard_normal(300)
    density = STANDARD.sqrt_density(y)
    rule = Rule(y, 1.0 / (math.sqrt(300.0) * density), density)
    assert slices.missed(rule, h(X[:, None], y) * rule.sqrt_weights) < 1e-9


def test_weights_of_the_rule_are_applied():
    """A slice at x_i comes times sqrt(w_i): the squared norm of T 1 for (y > x) is E[(1 - Phi)^2] = 1/3."""
    x = PanelBasis(STANDARD, EDGES, 16).rule
    slices = slice_integrals(Kernel(lambda x, y: y > x), x, STANDARD, EDGES, 1e-13, order=16)
    image = against(slices, powers(1), 1)
    assert float(np.sum(image**2)) == pytest.approx(1.0 / 3.0, rel=1e-13)


def test_other_measures():
    """E[(y > x) z^k], z = (y - m) / s, under a shifted, scaled Gaussian."""
    measure = Gaussian(1.0, 0.25)
    slices = slice_integrals(Kernel(lambda x, y: y > x), plain(X), measure, np.linspace(-1.3, 3.3, 8), 1e-14, order=16)

    def functions(y):
        return ((y - 1.0) / 0.25)[:, None] ** np.arange(3) * measure.sqrt_density(y)[:, None]

    np.testing.assert_allclose(against(slices, functions, 3), beyond((X - 1.0) / 0.25, 3), atol=1e-14)


def test_pieces_beyond_the_panels_of_a_basis_count_for_nothing():
    """(y > x) against one, on panels that end within the slices."""
    slices = slice_integrals(Kernel(lambda x, y: 1.0 * (y > x)), plain(X), STANDARD, EDGES, 1e-12, order=20)
    basis = PanelBasis(STANDARD, np.array([-1.1, 0.3, 1.7]), 16)
    expected = ndtr(1.7) - ndtr(np.clip(X, -1.1, 1.7))
    np.testing.assert_allclose(slices.matrix(basis) @ basis.rule.sqrt_weights, expected, atol=1e-14)


def test_the_matrix_holds_integrals_against_every_function_of_the_basis():
    """Summed with the coefficients of a polynomial it gives its integral; a closed form for the half-density 1."""
    slices = slice_integrals(Kernel(lambda x, y: y > x), plain(X), STANDARD, EDGES, 1e-14, order=16)
    basis = PanelBasis(STANDARD, EDGES, 16)
    assert slices.matrix().shape == (len(X), basis.size)
    np.testing.assert_array_equal(slices.basis.rule.nodes, basis.rule.nodes)

    def polynomials(y):
        return (y[:, None] / 9.0) ** np.arange(5)

    direct = against(slices, polynomials, 5)
    np.testing.assert_allclose(slices.matrix() @ (polynomials(basis.rule.nodes) * basis.rule.sqrt_lebesgue[:, None]),
                               direct, atol=1e-14)
    np.testing.assert_allclose(slices.against_resolved(polynomials), direct, atol=1e-14)
    exact = (8.0 * math.pi) ** 0.25 * (ndtr(9.0 / math.sqrt(2.0)) - ndtr(X / math.sqrt(2.0)))
    np.testing.assert_allclose(direct[:, 0], exact, atol=1e-14)


@pytest.mark.parametrize("h", [lambda x, y: y > x, lambda x, y: np.abs(y - x) ** 0.5, lambda x, y: np.cos(x * y)])
@pytest.mark.parametrize("order", [12, 16, 20])
def test_integrals_against_other_panels_are_exact_and_free(h, order):
    """Pieces that end anywhere against finer panels: as if the slices had been split there, without any evaluations."""
    finer = np.union1d(EDGES, np.random.default_rng(0).uniform(-9.0, 9.0, 20))
    kernel, basis = Kernel(h), PanelBasis(STANDARD, finer, order)
    slices = slice_integrals(kernel, plain(X), STANDARD, EDGES, 1e-14, order=16)
    before = kernel.evaluations
    found = slices.matrix(basis)
    assert kernel.evaluations == before
    direct = slice_integrals(kernel, plain(X), STANDARD, finer, 1e-14, order=20).matrix(basis)
    np.testing.assert_allclose(found, direct, atol=1e-13)
    np.testing.assert_allclose(slices.restricted(np.array([7, 2])).matrix(basis), found[[7, 2]], atol=1e-15)
    together = slices.restricted(np.array([7, 2])).joined(slices.restricted(np.array([4])))
    np.testing.assert_allclose(together.matrix(basis), found[[7, 2, 4]], atol=1e-15)


def test_where_most_slices_are_cut_panels_should_end():
    """A jump along y = 0.3, found by every slice, and no point of a jump along y = x."""
    slices = slice_integrals(Kernel(lambda x, y: 1.0 * (y > 0.3) + (y > x)), plain(X), STANDARD, EDGES, 1e-12, order=16)
    shared = slices.shared_ends()
    assert np.abs(shared - 0.3).min() < 1e-15
    assert np.abs(shared[:, None] - X[np.abs(X) < 2.0]).min() > 1e-3


def test_functions_that_the_basis_does_not_resolve_are_integrated_on_the_pieces():
    """y^k on three panels over 18 standard deviations: exact against all nodes of the pieces, not against the basis."""
    edges = np.array([-9.0, -3.0, 3.0, 9.0])
    slices = slice_integrals(Kernel(lambda x, y: y > x), plain(X), STANDARD, edges, 1e-14, order=16)
    split = (np.abs(X) < 3.0) & (np.abs(X) > 0.1)
    exact = beyond(X)[split]
    coarse = np.abs(slices.against_resolved(powers())[split] - exact).max()
    assert np.abs(against(slices, powers(), POWERS)[split] - exact).max() < 1e-2 * coarse


@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-9])
def test_looser_tolerances_cost_less_and_hold(tol):
    """The error is below the tolerance, relative to the norm of a slice, and pieces are fewer."""
    def h(x, y):
        return np.sqrt(np.abs(y - x))

    _, strict = integrals(h, X)
    found, loose = integrals(h, X, tol=tol)
    exact = integrals(h, X)[0]
    assert np.linalg.norm(found[:, 0] - exact[:, 0]) <= tol * np.sqrt(np.mean(np.abs(X)) + 1.0) * len(X)
    assert len(loose.index) < len(strict.index)


def noise(x, y):
    """A hash of the arguments."""
    return np.modf(np.sin(12.9898 * x + 78.233 * y) * 43758.5453)[0]


def test_noise_exhausts_the_budget_and_says_so():
    """The flag, a norm of what is unresolved that is not small, and not many more evaluations."""
    kernel = Kernel(noise)
    slices = slice_integrals(kernel, plain(X), STANDARD, EDGES, 1e-10, order=16, budget=200_000)
    assert slices.exhausted
    assert slices.unresolved > 0.1
    assert kernel.evaluations < 400_000


def test_what_is_unresolved_covers_the_error():
    """Stairs cut off by a budget: the integrals against a function of norm one err by less than the norm says."""
    def h(x, y):
        return np.floor(40.0 * y + x)

    full, _ = integrals(h, X[:4], tol=1e-8)
    cut, slices = integrals(h, X[:4], tol=1e-8, budget=20_000)
    assert slices.exhausted
    assert np.linalg.norm(cut[:, 0] - full[:, 0]) <= slices.unresolved


def test_slices_that_are_nowhere_finite_name_a_point():
    """A region of NaN is not a curve."""
    with pytest.raises(NonFiniteKernelError, match=r"h must be finite, but h\(.*\) = nan"):
        integrals(lambda x, y: np.where(y > x, 1.0, np.nan), X)


@settings(max_examples=30)
@given(st.floats(-3.0, 3.0), st.floats(-2.0, 2.0), st.floats(-3.0, 3.0), st.floats(-2.0, 2.0))
def test_jumps_and_kinks_along_random_lines(a, b, c, d):
    """(y > a x + b) + |y - c x - d|, integrated on a few slices, against Gaussian moments."""
    points = np.array([-1.7, -0.2, 0.9])
    found, _ = integrals(lambda x, y: 1.0 * (y > a * x + b) + np.abs(y - c * x - d), points, tol=1e-13)
    line, kink = a * points + b, c * points + d
    moments, all_moments = beyond(kink, POWERS + 1), both_sides(points, POWERS + 1)
    above = moments[:, 1:] - kink[:, None] * moments[:, :-1]
    absolute = 2.0 * above - (all_moments[:, 1:] - kink[:, None] * all_moments[:, :-1])
    np.testing.assert_allclose(found, beyond(line) + absolute, atol=2e-11)


def test_integrals_on_some_panels_are_those_of_all():
    """Of slices that break and some that do not: the panels that are wanted, and zero on the others."""
    kernel = Kernel(lambda x, y: np.where(x > y, np.exp(x * y), 0.0))
    slices = slice_integrals(kernel, plain(np.array([-1.3, 0.2, 9.0])), STANDARD, np.linspace(-8.0, 8.0, 9), 1e-12,
                             order=16)
    finer = PanelBasis(STANDARD, np.array([-8.0, -4.0, -2.5, -1.25, 0.0, 0.25, 2.0, 8.0]), 16)
    wanted = np.array([True, False, True, False, True, False, True])
    found, every = (slices.matrix(finer, *some).reshape(3, 7, 16) for some in ((wanted,), ()))
    assert not found[:, ~wanted].any()
    np.testing.assert_array_equal(found[:, wanted], every[:, wanted])


def test_slices_against_roots_on_other_panels():
    """Functions of the root of a distance, on panels that end elsewhere, against the same on graded panels."""
    ends = np.array([-9.0, -2.0, -0.3, 0.9, 3.0, 9.0])
    bent = PanelBasis(STANDARD, ends, 16, np.array([[-0.3, 1.0], [0.9, -1.0], [3.0, -1.0], [3.0, 1.0]])[1:])
    graded = PanelBasis(STANDARD, bent.panels, 24)
    x = np.array([-1.0, 0.1, 0.9, 0.90001, 2.999, 4.0])
    slices = slice_integrals(Kernel(lambda x, y: np.where(y < x, np.exp(x - y), np.cos(y))), plain(x), STANDARD, EDGES,
                             1e-13, order=16)
    coefficients = np.random.default_rng(0).standard_normal((bent.size, 3))
    other = bent.combine(graded.rule.nodes, coefficients) * graded.rule.sqrt_lebesgue[:, None]
    expected = slices.matrix(graded) @ other
    np.testing.assert_allclose(slices.matrix(bent) @ coefficients, expected, rtol=0.0, atol=1e-11)
    np.testing.assert_allclose(slices.against_resolved(lambda y: bent.combine(y, coefficients), bent), expected,
                               rtol=0.0, atol=1e-11)


def test_pieces_halve_towards_a_root_as_long_as_it_matters():
    """Thirty halvings on either side resolve a root, where fifty were made."""
    x = np.array([0.3, 1.1])
    slices = slice_integrals(Kernel(lambda x, y: np.abs(x - y) ** 0.5), plain(x), STANDARD, EDGES, 1e-11, order=16)
    np.testing.assert_allclose(against(slices, powers(1), 1)[:, 0], mean_power(x, 0.5), rtol=1e-10)
    assert len(slices.index) <= 75 * len(x)


def test_parts_between_given_cuts_are_looked_at_before_they_are_halved():
    """A jump at a place that is given splits a panel into two pieces, and these into no more where they are smooth."""
    x = np.linspace(-1.0, 1.0, 9)
    slices = slice_integrals(Kernel(lambda x, y: x > y), plain(x), STANDARD, np.linspace(-9.0, 9.0, 37), 1e-9, order=16,
                             cuts=lambda x: x[:, None])
    np.testing.assert_allclose(against(slices, powers(1), 1)[:, 0], ndtr(x), rtol=1e-12)
    assert len(slices.index) == 2 * np.count_nonzero(x % 0.5)
