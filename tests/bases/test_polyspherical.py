"""Spherical harmonics as products over groups of coordinates, and sums of them under Gaussians that are not round."""

import itertools

import numpy as np
import pytest

from opsvd import Gaussian
from opsvd.bases import PolarBasis, Polyspherical, RadialBasis, analysed, spherical_harmonics, synthesised
from opsvd.kernels import Side
from opsvd.quadrature import gegenbauer, harmonics

TOP = 9


def classes_of(sizes):
    """The harmonics of all degrees in the groups, up to TOP."""
    for degrees in itertools.product(*(range(2 if size == 1 else TOP + 1) for size in sizes)):
        if sum(degrees) <= TOP:
            yield Polyspherical(sizes, degrees, (TOP,) * (len(sizes) - 1))


@pytest.mark.parametrize("free", [(0, 1), (1,), (0, 1, 2), (2,), (0, 2)])
def test_harmonics_of_both_parities(free):
    """A class in which some coordinates have both parities holds those of all classes with either of them."""
    k = max(2, max(free) + 1)
    x, y = np.random.default_rng(0).standard_normal((2, 20, k))
    total = np.zeros((20, TOP + 1))
    for degrees in itertools.product(*((Polyspherical.BOTH,) if i in free else (0, 1) for i in range(k))):
        angular = Polyspherical((1,) * k, degrees, (TOP,) * (k - 1))
        products = (angular.at(x) * angular.at(y)).reshape(20, -1, angular.shape[-1]).sum(axis=1)
        total[:, angular.chain[-1]] += products
    t = np.sum(x * y, axis=1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    roots = np.sqrt([harmonics(k, degree) for degree in range(TOP + 1)])
    np.testing.assert_allclose(total, gegenbauer(t, k, TOP + 1).T * roots, atol=1e-11)


def products_of_members(angular, x, y):
    """The sums over harmonics of groups of several coordinates of their products at x and y."""
    products = np.ones(len(x))
    for size, degree, a, b in zip(angular.sizes, angular.degrees, *(
            np.split(points, np.cumsum(angular.sizes)[:-1], axis=1) for points in (x, y)), strict=True):
        if size > 1:
            products *= np.sum(spherical_harmonics(a, degree) * spherical_harmonics(b, degree), axis=1)
    return products


@pytest.mark.parametrize("sizes", [(1, 1), (1, 1, 1), (1, 1, 1, 1), (3, 1), (2, 3), (1, 2, 1)])
def test_addition_theorem(sizes):
    """All harmonics of a degree together are the root of N(k, l) times the polynomial of the angle."""
    x, y = np.random.default_rng(0).standard_normal((2, 20, sum(sizes)))
    total = np.zeros((20, TOP + 1))
    for angular in classes_of(sizes):
        if angular.empty:
            continue
        products = (angular.at(x) * angular.at(y)).reshape(20, -1, angular.shape[-1]).sum(axis=1)
        total[:, angular.chain[-1]] += products * products_of_members(angular, x, y)[:, None]
    cosine = np.sum(x * y, axis=1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    roots = np.sqrt([harmonics(sum(sizes), degree) for degree in range(TOP + 1)])
    np.testing.assert_allclose(total, gegenbauer(cosine, sum(sizes), TOP + 1).T * roots, atol=1e-11)


def test_sums_at_products_of_angles_are_those_at_points():
    """And analysis is the adjoint of synthesis."""
    angular, rng = Polyspherical((1, 1, 1), (1, 0, 1), (5, TOP)), np.random.default_rng(1)
    angles = [rng.uniform(0.0, 0.5 * np.pi, n) for n in (3, 4)]
    coefficients = rng.standard_normal((*angular.shape, 2))
    table = angular.tables(angles)
    second, third = np.meshgrid(*angles, indexing="ij")
    points = np.stack([np.cos(second) * np.cos(third), np.sin(second) * np.cos(third), np.sin(third)], axis=-1)
    there = angular.at(points.reshape(-1, 3)).reshape(12, -1) @ coefficients.reshape(-1, 2)
    values = synthesised(table, coefficients)
    np.testing.assert_allclose(values.reshape(12, 2), there, atol=1e-12)
    other = rng.standard_normal(values.shape)
    assert np.sum(other * values) == pytest.approx(np.sum(analysed(table, other) * coefficients))


def test_a_class_may_be_empty():
    """Where the degrees of the groups together are above the highest that is asked for."""
    assert Polyspherical((1, 1), (1, 1), (1,)).empty
    assert not Polyspherical((1, 1), (1, 1), (2,)).empty


@pytest.mark.parametrize("sizes", [(1, 1), (2, 1)])
def test_polar_basis_has_its_state_and_signs(sizes):
    """Saved and loaded it is the same; signs turn with the coefficients; groups of several have members."""
    k, rng = sum(sizes), np.random.default_rng(2)
    side, radial = Side(Gaussian.standard(k)), RadialBasis(k, 0.4, 1.5, 15)
    angular = Polyspherical(sizes, (1, 0), (5,))
    table = rng.standard_normal((int(np.prod(angular.shape)), radial.count, 3))
    basis = PolarBasis(side, turn=np.eye(k), shift=np.zeros(k), radial=radial, angular=angular, table=table)
    again = PolarBasis.from_state(side, basis.state())
    points, coefficients = rng.standard_normal((7, k)), rng.standard_normal((3, 2))
    np.testing.assert_array_equal(again.sums(points, coefficients), basis.sums(points, coefficients))
    np.testing.assert_array_equal(basis.signs(-coefficients), -basis.signs(coefficients))
    assert basis.size == 3
    assert basis.multiplicity == sizes[0]
    assert basis.sums(points, coefficients).shape == ((7, 2) if sizes[0] == 1 else (7, 2, sizes[0]))
    assert basis.sums(points[:0], coefficients).shape[:2] == (0, 2)
