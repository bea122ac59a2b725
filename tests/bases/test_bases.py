"""Every basis: orthonormal under its measure, and the same in samples as in coefficients."""

import numpy as np
import pytest

from opsvd import Gaussian
from opsvd.bases import BASES, HermiteBasis, PanelBasis
from opsvd.quadrature import composite_gauss_legendre

MEASURE = Gaussian(0.5, 2.0)
BASIS = {
    "hermite": HermiteBasis(MEASURE, 30),
    "hermite with spare nodes": HermiteBasis(MEASURE, 30, 50),
    "panels": PanelBasis(MEASURE, np.array([-15.0, -2.0, 0.0, 1e-3, 0.1, 4.0, 16.0]), 12),
}


@pytest.fixture(params=BASIS.values(), ids=BASIS.keys())
def basis(request):
    """One basis of each kind."""
    return request.param


def test_functions_are_orthonormal_on_an_independent_rule(basis):
    """E[b_m b_n] = delta_mn by fine panels that share only the breaks of the basis."""
    edges = np.unique(np.concatenate([np.linspace(-60.0, 60.0, 481), getattr(basis, "edges", [])]))
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


def test_panels_reproduce_polynomials_times_the_root_of_the_density():
    """f sqrt(rho) of degree below the order on each panel is interpolated exactly, and is zero outside."""
    basis = BASIS["panels"]
    nodes, lebesgue = basis.rule.nodes, basis.rule.sqrt_lebesgue
    x = np.linspace(-14.9, 15.9, 101)
    found = basis.half_density(x) @ (lebesgue * (nodes / 10.0) ** 5)
    np.testing.assert_allclose(found, (x / 10.0) ** 5, atol=1e-13)
    assert not basis.half_density(np.array([-15.1, 16.1])).any()
