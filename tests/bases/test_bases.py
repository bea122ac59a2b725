"""Every basis: orthonormal under its measure, and the same in samples as in coefficients."""

import numpy as np
import pytest

from opsvd import Gaussian
from opsvd.bases import BASES, ExactHermiteBasis, HermiteBasis, PanelBasis
from opsvd.quadrature import composite_gauss_legendre

MEASURE = Gaussian(0.5, 2.0)
BASIS = {
    "hermite": HermiteBasis(MEASURE, 30),
    "exact hermite": ExactHermiteBasis(MEASURE, 30, 47, 0.2, 0.9),
    "hermite with spare nodes": HermiteBasis(MEASURE, 30, 50),
    "panels": PanelBasis(MEASURE, np.array([-15.0, -2.0, 0.0, 1e-3, 0.1, 4.0, 16.0]), 12),
    "panels with roots": PanelBasis(MEASURE, np.array([-15.0, -2.0, 0.0, 1.0, 4.0, 16.0]), 12,
                                    np.array([[-2.0, -1.0], [0.0, 1.0], [4.0, -1.0], [4.0, 1.0]])),
}


@pytest.fixture(params=BASIS.values(), ids=BASIS.keys())
def basis(request):
    """One basis of each kind."""
    return request.param


def test_functions_are_orthonormal_on_an_independent_rule(basis):
    """E[b_m b_n] = delta_mn by fine panels that share only the breaks of the basis."""
    edges = np.unique(np.concatenate([np.linspace(-60.0, 60.0, 481), basis.panels]))
    nodes, weights = composite_gauss_legendre(edges, 20)
    functions = basis.half_density(nodes) * np.sqrt(weights)[:, None]
    np.testing.assert_allclose(functions.T @ functions, np.eye(basis.size), atol=1e-12)


def test_analysis_undoes_synthesis(basis):
    """Coefficients -> samples -> coefficients is the identity, and samples are sqrt(w) f at the nodes."""
    coefficients = np.random.default_rng(0).standard_normal((basis.size, 3))
    samples = basis.synthesise(coefficients)
    np.testing.assert_allclose(basis.analyse(samples), coefficients, atol=1e-12)
    direct = basis.rule.sqrt_lebesgue[:, None] * (basis.half_density(basis.rule.nodes) @ coefficients)
    np.testing.assert_allclose(samples, direct, atol=1e-11)


def test_state_makes_the_same_basis(basis):
    """A basis is rebuilt from its measure and its state."""
    again = BASES[type(basis).__name__](basis.measure, **basis.state())
    x = np.linspace(*basis.interval, 17)
    np.testing.assert_array_equal(again.half_density(x), basis.half_density(x))


def test_combine_sums_the_functions(basis):
    """The same as evaluating all functions first, at points of any shape, also outside the interval."""
    low, high = basis.interval
    x = np.random.default_rng(1).uniform(low - 1.0, high + 1.0, (7, 11))
    coefficients = np.random.default_rng(2).standard_normal((basis.size, 3))
    expected = basis.half_density(x) @ coefficients
    np.testing.assert_allclose(basis.combine(x, coefficients), expected, atol=1e-12 * np.abs(expected).max())
    assert basis.combine(np.zeros(0), coefficients).shape == (0, 3)
    assert basis.combine(x, coefficients[:, :0]).shape == (7, 11, 0)


def test_panels_resolve_the_functions(basis):
    """Over the interval, which they cover, Gauss-Legendre rules of 20 nodes integrate products of functions exactly."""
    edges = basis.panels
    assert (edges[0], edges[-1]) == basis.interval
    assert (np.diff(edges) > 0.0).all()
    grams = []
    for panels in (edges, np.union1d(edges, 0.5 * (edges[1:] + edges[:-1]))):
        nodes, weights = composite_gauss_legendre(panels, 20)
        functions = basis.half_density(nodes) * np.sqrt(weights)[:, None]
        grams.append(functions.T @ functions)
    np.testing.assert_allclose(grams[0], grams[1], atol=1e-11)


def test_local_gives_the_panel_and_its_functions():
    """The only functions that are not zero at a point; none at all outside."""
    basis = BASIS["panels"]
    x = np.array([-14.0, -1.0, 5e-4, 0.05, 2.0, 15.0, -20.0, 99.0])
    panel, local = basis.local(x)
    np.testing.assert_array_equal(panel, [0, 1, 2, 3, 4, 5, 0, 5])
    assert local.shape == (8, 12)
    assert not local[6:].any()
    whole = basis.half_density(x)
    for i, p in enumerate(panel):
        np.testing.assert_array_equal(whole[i, p * 12:(p + 1) * 12], local[i])
        assert np.count_nonzero(whole[i]) == np.count_nonzero(local[i])


def test_local_is_accurate_on_panels_graded_towards_zero():
    """Next to either end of a panel as narrow as 1e-15, Lagrange functions are one at their nodes."""
    basis = PanelBasis(Gaussian(), np.array([0.0, 1e-15, 1e-8, 1.0]), 16)
    _, local = basis.local(basis.rule.nodes)
    own = local[np.arange(48), np.tile(np.arange(16), 3)] * basis.rule.sqrt_lebesgue
    np.testing.assert_allclose(own, 1.0, rtol=1e-12)


def test_panels_reproduce_polynomials_times_the_root_of_the_density():
    """f sqrt(rho) of degree below the order on each panel is interpolated exactly, and is zero outside."""
    basis = BASIS["panels"]
    nodes, lebesgue = basis.rule.nodes, basis.rule.sqrt_lebesgue
    x = np.linspace(-14.9, 15.9, 101)
    found = basis.half_density(x) @ (lebesgue * (nodes / 10.0) ** 5)
    np.testing.assert_allclose(found, (x / 10.0) ** 5, atol=1e-13)
    assert not basis.half_density(np.array([-15.1, 16.1])).any()


def test_panels_with_roots_reproduce_polynomials_of_roots():
    """On the side where a root is, of the distance from the end; with a root at both ends, of z^3 - 3 z = -2 y."""
    basis = BASIS["panels with roots"]
    np.testing.assert_array_equal(basis.bends, [-1, 0, 1, -1, 1])
    roots = np.array([-2.0, np.nan, 0.0, 4.0, 4.0])
    nodes, x = basis.rule.nodes, np.random.default_rng(0).uniform(-15.0, 16.0, 400)

    def function(points):
        panel = np.clip(np.searchsorted(basis.edges, points) - 1, 0, 4)
        z = np.where(panel == 1, points, np.sqrt(np.abs(points - roots[panel])))
        return ((z - 1.0) / 3.0) ** 11
    found = basis.half_density(x) @ (basis.rule.sqrt_lebesgue * function(nodes))
    np.testing.assert_allclose(found, function(x), atol=1e-12)
    both = PanelBasis(MEASURE, np.array([-1.0, 1.0]), 12, np.array([[-1.0, 1.0], [1.0, -1.0]]))
    np.testing.assert_array_equal(both.bends, [2])
    z = np.linspace(-1.0, 1.0, 41)
    inside = both.half_density(0.5 * (3.0 * z - z**3))
    exact = 2.0 * np.sin(np.arcsin(both.rule.nodes) / 3.0)
    np.testing.assert_allclose(inside @ (both.rule.sqrt_lebesgue * exact**11), z**11, atol=1e-12)


def test_exact_functions_are_numbers_far_out():
    """Where polynomials of a narrow Gaussian overflow and the ratio of densities underflows, and beyond all powers."""
    basis = ExactHermiteBasis(Gaussian(), 767, 900, 0.0, 0.0224)
    x = np.linspace(-1.3, 1.3, 27)
    expected = basis.half_density(x) / Gaussian().sqrt_density(x)[:, None]
    np.testing.assert_allclose(basis.sums(x, np.eye(768)), expected, rtol=1e-11, atol=1e-250)
    # By sixty digits: the first function is e^-970 there.
    assert basis.sums(np.array([1.4]), np.eye(768)[:, [160]])[0, 0] == pytest.approx(2.8198814323574543e-280, rel=1e-11)
    far = np.array([3.0, 1e5, 1e30, 1e160, -1e300])
    np.testing.assert_array_equal(basis.sums(far, np.eye(768)), 0.0)
    largest, wide = np.finfo(float).max, ExactHermiteBasis(Gaussian(), 5, 20, 0.0, 1.2)
    found = wide.sums(np.array([1e3, -1e300]), np.eye(6)[:, :2])
    np.testing.assert_array_equal(found, [[largest] * 2, [largest, -largest]])
    same = ExactHermiteBasis(Gaussian(), 400, 420, 0.0, 1.0)    # some functions are beyond doubles
    x = np.array([1e4, -1e20])
    np.testing.assert_allclose(same.sums(x, np.eye(401)[:, :3]), np.stack([x**0, x, (x**2 - 1) / np.sqrt(2)], axis=1))
