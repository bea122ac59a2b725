"""Directions by coordinates, even and mixed, and Gaussians on them."""

import numpy as np
import pytest

from opsvd.bases import analysed, synthesised
from opsvd.methods.polar_law import PolarLaw, classes, gauss_directions, legendre_directions
from opsvd.quadrature import gauss_legendre, on_panels

MIXED = [(False, False), (True, True), (False, True, False), (True, False, True)]


@pytest.mark.parametrize("mixed", MIXED)
@pytest.mark.parametrize("rule", [gauss_directions, legendre_directions])
def test_harmonics_are_orthonormal(mixed, rule):
    """Of every class of parities, those to degree six, by rules with more nodes than products of them need."""
    tops = (6,) * (len(mixed) - 1)
    directions = rule(mixed, [16] * len(tops))
    assert directions.masses.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(np.sum(directions.coordinates**2, axis=0), np.ones(directions.masses.shape))
    for angular in classes(mixed, tops):
        tables = directions.tables(angular)
        paths = np.argwhere(_paths(angular))
        functions = np.zeros((*angular.shape, len(paths)))
        functions[(*paths.T, np.arange(len(paths)))] = 1.0
        values = synthesised(tables, functions)
        inner = analysed(tables, values * directions.masses[..., None])
        np.testing.assert_allclose(inner[tuple(paths.T)], np.eye(len(paths)), atol=1e-12)


def _paths(angular):
    """Where arrays of coefficients have a harmonic: at others its values are zero."""
    points = np.random.default_rng(0).standard_normal((50, len(angular.sizes)))
    return np.abs(angular.at(points / np.linalg.norm(points, axis=1, keepdims=True))).max(axis=0) > 0.0


@pytest.mark.parametrize(("mixed", "mean"), [((False, False), (0.0, 0.0)), ((True, True), (-0.7, 0.4)),
                                             ((False, True, True), (0.0, 0.5, -0.3))])
def test_means_and_squares_are_those_of_the_gaussian(mixed, mean):
    """E[1], E[a] and E[a^2] from the density on directions, and the round Gaussian for lengths."""
    deviations, mean = np.array([0.5, 0.7, 0.9][:len(mixed)]), np.array(mean)
    k = len(mixed)
    edges = np.linspace(-9.0, 2.3, 30)
    delta, weights = (part.ravel() for part in on_panels(edges[:-1, None], edges[1:, None], *gauss_legendre(16)))
    law = PolarLaw(deviations, gauss_directions(mixed, [24] * (k - 1)), delta, mean)
    lengths = np.sqrt(k) * np.exp(delta)
    lebesgue = weights * lengths**k * np.exp(-0.5 * lengths**2)
    density = law.density * lebesgue / lebesgue.sum()
    assert density.sum() == pytest.approx(1.0)
    for coordinate, both, deviation, expected in zip(law.directions.coordinates, mixed, deviations, mean, strict=True):
        values = coordinate[..., None] * lengths
        assert np.sum(density * values**2) == pytest.approx(deviation**2 + expected**2)
        if both:
            assert np.sum(density * values) == pytest.approx(expected)
