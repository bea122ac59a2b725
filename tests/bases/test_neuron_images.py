"""Integrals along x of neurons phi(u v_1 + beta v_2), split where phi breaks."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from opsvd import Gaussian, StudentT, Uniform
from opsvd.bases import NeuronSlices, PanelBasis
from opsvd.quadrature import PanelFunction, weighted_polynomials

PHI = {"clip": (lambda z: np.clip(z, -1.0, 1.0), [-1.0, 1.0]), "step": (lambda z: (z > 0.7) * 1.0, [0.7])}


@pytest.mark.parametrize("name", PHI)
@pytest.mark.parametrize("measure", [Gaussian(), Uniform(-1.0, 2.0), StudentT(5.0)], ids=repr)
def test_means_are_those_of_adaptive_quadrature(name, measure):
    """Of 1 / (2 + x^2) and of phi^2, at points where phi breaks twice in a panel, in two panels and in none."""
    phi, breaks = PHI[name]
    panels = PanelBasis(measure, np.linspace(*measure.box(1e-6), 9), 20)
    slices = NeuronSlices.of(panels, lambda t: 0.8 * measure.points(t) + 0.1, 0.6, np.array(breaks))
    v = np.array([[0.9, 0.3], [-6.0, 1.2], [0.01, 0.5], [2.0, -1.0]])
    means, squares = slices.means(phi, v)
    coefficients = 1.0 / (2.0 + measure.points(panels.rule.nodes) ** 2) * panels.rule.sqrt_weights
    for point, mean, square in zip(v, means @ coefficients, squares, strict=True):
        cuts = [float(measure.coordinate(np.array(((z - 0.6 * point[1]) / point[0] - 0.1) / 0.8))) for z in breaks]
        low, high = measure.box(1e-6)
        edges = np.unique(np.concatenate([panels.edges, [cut for cut in cuts if low < cut < high]]))

        def integral(function, point=point, edges=edges):
            def integrand(t):
                x = float(measure.points(np.array(t)))
                z = (0.8 * x + 0.1) * point[0] + 0.6 * point[1]
                return function(x, phi(z)) * float(measure.sqrt_density(np.array(t))) ** 2
            return sum(quad(integrand, a, b, epsabs=1e-13)[0] for a, b in itertools.pairwise(edges))

        assert mean == pytest.approx(integral(lambda x, value: value / (2.0 + x**2)), abs=1e-9)
        assert square == pytest.approx(integral(lambda x, value: value**2), abs=1e-9)


def test_functions_on_panels_keep_their_ends():
    """|z| on panels that end at zero, and the value at the last end beyond it; of a line two coefficients are kept."""
    function = PanelFunction.of(np.abs, np.array([-3.0, -1.0, 0.0, 2.0]), 8)
    np.testing.assert_allclose(function(np.array([-2.5, -0.2, 0.3, 5.0])), [2.5, 0.2, 0.3, 2.0], atol=1e-14)
    assert function.coefficients.shape == (3, 2)


def test_polynomials_are_orthonormal_where_most_weights_are_tiny():
    """The angle of exponential inputs, of which three terms of a recurrence lose all orthogonality by degree 60."""
    x = np.linspace(0.01, 41.0, 400)
    values = weighted_polynomials(np.arctan2(1.0, x), np.exp(-0.5 * x) * np.sqrt(x[1] - x[0]), 60)
    np.testing.assert_allclose(values.T @ values, np.eye(60), atol=1e-13)
