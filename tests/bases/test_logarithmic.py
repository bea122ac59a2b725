"""The basis in log|x|: orthonormal, of one parity, and honest about where it ends."""

import numpy as np
import pytest

from opsvd import Exponential, Gaussian, StudentT
from opsvd.bases import BASES, LogarithmicBasis
from opsvd.quadrature import composite_gauss_legendre

MEASURE = Gaussian(0.0, 2.0)
BASIS = {"even": LogarithmicBasis(MEASURE, 0.3, 2.4, 61, 1), "odd": LogarithmicBasis(MEASURE, 0.3, 2.4, 61, -1)}


@pytest.fixture(params=BASIS.values(), ids=BASIS.keys())
def basis(request):
    """One basis of each parity."""
    return request.param


def both_sides(low, high):
    """Points x and Lebesgue weights of fine panels in u = log(|x| / std), which ignore the nodes, on both sides."""
    u, weights = composite_gauss_legendre(np.linspace(low, high, 200), 14)
    x = MEASURE.std * np.exp(u)
    return np.concatenate([-x, x]), np.concatenate([weights * x, weights * x])


def test_functions_are_orthonormal_on_an_independent_rule(basis):
    """E[b_m b_n] = delta_mn, and the functions of the other parity are orthogonal to them."""
    ends = basis.grid[0] - 0.5 * basis.step, basis.last + 0.5 * basis.step
    x, weights = both_sides(*ends)
    functions = basis.half_density(x) * np.sqrt(weights)[:, None]
    np.testing.assert_allclose(functions.T @ functions, np.eye(basis.size), atol=1e-12)
    mirrored = basis.half_density(-x) * np.sqrt(weights)[:, None]
    np.testing.assert_allclose(mirrored, basis.parity * functions, atol=0.0)


def test_analysis_undoes_synthesis(basis):
    """Coefficients -> samples -> coefficients is the identity, and samples are sqrt(w) f at the nodes."""
    coefficients = np.random.default_rng(0).standard_normal((basis.size, 3))
    samples = basis.synthesise(coefficients)
    np.testing.assert_allclose(basis.analyse(samples), coefficients, atol=1e-14)
    direct = basis.rule.sqrt_lebesgue[:, None] * (basis.half_density(basis.rule.nodes) @ coefficients)
    np.testing.assert_allclose(samples, direct, atol=1e-11)


def test_analysis_projects_on_the_parity(basis):
    """Samples of a function of the other parity have no coefficients."""
    other = basis.synthesise(np.ones(basis.size)) * np.sign(basis.rule.nodes)
    np.testing.assert_allclose(basis.analyse(other), 0.0, atol=1e-15)


def test_a_smooth_function_is_interpolated():
    """x exp(-x^2 / 8), known at the nodes, comes out in between: to 1e-9 with the step 0.1."""
    basis = LogarithmicBasis(MEASURE, 0.1, 2.4, 251, -1)
    nodes = basis.rule.nodes
    coefficients = basis.analyse(basis.rule.sqrt_weights * nodes * np.exp(-nodes**2 / 8.0))
    x = np.linspace(-9.0, 9.0, 55)
    exact = x * np.exp(-x**2 / 8.0) * MEASURE.sqrt_density(x)
    np.testing.assert_allclose(basis.half_density(x) @ coefficients, exact, atol=1e-9)


def test_functions_are_zero_outside(basis):
    """Beyond the last node, closer to zero than the first one, and at zero itself."""
    low, high = MEASURE.std * np.exp(basis.grid[0] - 0.2), basis.interval[1]
    assert not basis.half_density(np.array([0.0, -0.0, 0.9 * low, -0.9 * low, 1.01 * high, -1.01 * high])).any()
    assert basis.half_density(np.array([1.1 * low, 0.99 * high])).any(axis=1).all()


def test_what_is_trusted_is_neither_close_to_zero_nor_far_out(basis):
    """Dividing by sqrt(2 |x| rho) costs more than eight digits where that is below 1e-8; and there must be a basis."""
    x = np.array([0.0, 1e-9, 0.5, 17.0, 19.0])
    assert basis.trusted(x).tolist() == [False, False, True, True, False]
    assert basis.trusted(-x).tolist() == basis.trusted(x).tolist()
    assert LogarithmicBasis(MEASURE, 0.1, 2.4, 501, 1).trusted(np.array([1e-9, 1e-17])).tolist() == [True, False]


def test_panels_resolve_the_functions(basis):
    """They cover the interval, and polynomials of degree 20 on each reproduce the functions in between."""
    edges = basis.panels
    assert (np.diff(edges) > 0.0).all()
    np.testing.assert_allclose([edges[0], edges[-1]], basis.interval, rtol=1e-14)
    t = np.cos(np.pi * (np.arange(21) + 0.5) / 21.0)
    left, right = edges[-2], edges[-1]
    values = basis.half_density(left + 0.5 * (right - left) * (t + 1.0))
    between = np.linspace(-1.0, 1.0, 9)[1:-1]
    fit = np.polynomial.Chebyshev.fit(t, values[:, -3], 20, domain=[-1.0, 1.0])
    found = basis.half_density(left + 0.5 * (right - left) * (between + 1.0))[:, -3]
    np.testing.assert_allclose(fit(between), found, atol=1e-7 * np.abs(values[:, -3]).max())


def test_state_makes_the_same_basis(basis):
    """A basis is rebuilt from its measure and its state."""
    again = BASES[type(basis).__name__](basis.measure, **basis.state())
    x = np.linspace(*basis.interval, 17)
    np.testing.assert_array_equal(again.half_density(x), basis.half_density(x))


@pytest.mark.parametrize("basis", [
    LogarithmicBasis(Exponential(2.0), 0.2, 3.0, 61, 0), LogarithmicBasis(StudentT(3.0), 0.2, 5.0, 61, 0),
    LogarithmicBasis(StudentT(3.0), 0.2, 5.0, 61, -1),
], ids=["positive", "each sign", "odd"])
def test_functions_under_other_measures(basis):
    """Orthonormal on an independent rule of points; sums, analysis, synthesis and the state agree with functions."""
    line, apart = basis.line, basis.parity == 0
    u, weights = composite_gauss_legendre(np.linspace(basis.grid[0] - 0.1, basis.last + 0.1, 200), 14)
    signs = (-1.0, 1.0) if line.symmetric else (1.0,)
    rules = [line.rule(u, weights, sign) for sign in signs]
    t = np.concatenate([rule.nodes for rule in rules])
    functions = basis.half_density(t) * np.concatenate([rule.sqrt_lebesgue for rule in rules])[:, None]
    np.testing.assert_allclose(functions.T @ functions, np.eye(basis.size), atol=1e-11)
    assert basis.size == basis.count * (2 if line.symmetric and apart else 1)
    coefficients = np.random.default_rng(0).standard_normal((basis.size, 3))
    np.testing.assert_allclose(basis.combine(t, coefficients), basis.half_density(t) @ coefficients, atol=1e-9)
    samples = basis.synthesise(coefficients)
    np.testing.assert_allclose(basis.analyse(samples), coefficients, atol=1e-14)
    direct = basis.rule.sqrt_lebesgue[:, None] * (basis.half_density(basis.rule.nodes) @ coefficients)
    np.testing.assert_allclose(samples, direct, atol=1e-10)
    again = LogarithmicBasis.from_state(basis.side, basis.state())
    np.testing.assert_array_equal(again.half_density(t), basis.half_density(t))
    assert (np.diff(basis.panels) > 0.0).all()
    np.testing.assert_allclose(basis.interval, [basis.panels[0], basis.panels[-1]], rtol=1e-12)
