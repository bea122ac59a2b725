"""Bases in quadruple precision, and the rules and laws beneath them."""

import numpy as np
import pytest

import opsvd
from opsvd._support.quad import as_quad, norm, product, rounded
from opsvd.bases import QuadLogarithmicBasis, QuadPolynomialBasis
from opsvd.kernels import Side
from opsvd.quadrature.quad_gauss import composite_quad_gauss, legendre_off_diagonal, quad_gauss

pytest.importorskip("numpy_quaddtype")

BASES = {"Hermite": (QuadPolynomialBasis, opsvd.Gaussian(0.5, 2.0), (64,)),
         "Legendre": (QuadPolynomialBasis, opsvd.Uniform(0.1, 0.7), (24,)),
         "logarithmic": (QuadLogarithmicBasis, opsvd.Gaussian(0.0, 3.0), (0.0625, 3.0, 197))}


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("parity", [0, 1, -1])
def test_functions_are_orthonormal_on_another_rule(name, parity):
    """Means of products of smooth functions are those of their coefficients, by panels between the nodes."""
    kind, measure, arguments = BASES[name]
    basis = kind(measure, *arguments, parity)
    z = basis.law.places(basis.rule.nodes)
    smooth = np.stack([np.cos(z) + np.sin(z), np.cos(2.0 * z) + z**3], axis=1)
    coefficients = basis.analyse(basis.rule.sqrt_weights[:, None] * smooth)
    rule = basis.check_rule()
    values = basis.combine(rule.nodes, coefficients) * rule.sqrt_lebesgue[:, None]
    exact = product(coefficients.T, coefficients)
    assert norm(product(values.T, values) - exact) <= 1e-8 * norm(exact)


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("parity", [0, 1, -1])
def test_functions_are_cardinal_on_their_nodes(name, parity):
    """Coefficients are samples times the roots of weights; there and back again; and a file knows the basis."""
    kind, measure, arguments = BASES[name]
    basis = kind(measure, *arguments, parity)
    coefficients = as_quad(np.random.default_rng(1).standard_normal((basis.size, 2)))
    samples = basis.synthesise(coefficients)
    assert norm(basis.analyse(samples) - coefficients) <= 1e-30 * norm(coefficients)
    values = basis.combine(basis.rule.nodes, coefficients) * basis.rule.sqrt_lebesgue[:, None]
    inside = np.abs(rounded(samples)).max(axis=1) > 0.0
    assert float(np.abs(values - samples)[inside].max()) <= 1e-28
    other = type(basis).from_state(Side(measure), basis.state())
    assert np.array_equal(rounded(other.rule.nodes), rounded(basis.rule.nodes))
    assert other.parity == parity


def test_gauss_rules_integrate_polynomials():
    """Means of even powers under a uniform law on [-1, 1], and the length of a panel, to rounding."""
    nodes, weights, at_nodes = quad_gauss(legendre_off_diagonal, 20)
    for power in (0, 2, 10, 38):
        assert abs(float((weights * nodes**power).sum() * (power + 1) - 1.0)) <= 1e-31
    assert float(np.abs(product(at_nodes, at_nodes.T) - np.eye(20)).max()) <= 1e-31
    z, lebesgue = composite_quad_gauss(as_quad([0.0, 0.5, 2.0]), 12)
    assert abs(float((lebesgue * z**3).sum() / 4.0 - 1.0)) <= 1e-31


def test_laws_are_those_of_their_measures():
    """Points and densities are those of double precision, rounded; others have no law in quadruple precision."""
    for measure in (opsvd.Gaussian(0.3, 2.0), opsvd.Uniform(-1.0, 3.0)):
        law = measure.quad_law
        z = as_quad([-0.9, 0.1, 0.7])
        x = law.points(z)
        assert rounded(law.places(x)) == pytest.approx(rounded(z))
        assert rounded(law.sqrt_density_of_points(z)) == pytest.approx(measure.sqrt_density(rounded(x)), rel=1e-14)
    assert opsvd.StudentT(3).quad_law is None


def test_sums_have_the_precision_of_points():
    """At points of double precision values are rounded, and far out nothing is trusted."""
    basis = QuadPolynomialBasis(opsvd.Gaussian(), 12)
    coefficients = as_quad(np.eye(12)[:, :2])
    points = np.array([0.5, -1.0])
    fine = basis.sums(as_quad(points), coefficients)
    assert np.array_equal(basis.sums(points, coefficients), rounded(fine))
    assert basis.trusted(np.array([0.0, 30.0])).tolist() == [True, False]
    logarithmic = QuadLogarithmicBasis(opsvd.Gaussian(), 0.0625, 3.0, 197)
    assert logarithmic.trusted(np.array([0.0, 1e-40, 1.0, -1.0, 30.0])).tolist() == [False, False, True, True, False]
