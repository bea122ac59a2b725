"""Norms that few samples tell have a margin."""

import numpy as np
import pytest
from quiet import quietly

from opsvd.evidence.carriers import carriers, carriers_of_samples, few_carriers_margin


def test_equal_shares_are_counted():
    """Of p samples that are alike p carry the energy, whatever its size; none where there is none."""
    for p in (1, 5, 40):
        energies = np.zeros(50)
        energies[:p] = 3e-40
        assert carriers(energies) == pytest.approx(p)
    assert carriers(np.zeros(50)) == 0.0


@pytest.mark.parametrize("unit", [1.0, 1e-130, 1e110, 1j])
def test_carriers_of_a_matrix_are_those_of_its_squares(unit):
    """Of any size, real or complex, of more entries than are looked at together; none where there is nothing."""
    samples = np.random.default_rng(0).standard_normal((700, 90)) ** 5
    assert carriers_of_samples(unit * samples) == pytest.approx(carriers((samples**2).ravel()), rel=1e-12)
    assert carriers_of_samples(np.zeros((3, 4))) == 0.0


def test_margins_of_columns():
    """Six are enough, or as many as are asked for."""
    energies = np.zeros((32, 3))
    energies[0, 0] = energies[:4, 1] = energies[:, 2] = 1.0
    np.testing.assert_allclose(few_carriers_margin(energies), [np.sqrt(6.0), np.sqrt(1.5), 1.0])
    np.testing.assert_allclose(few_carriers_margin(energies, 16.0), [4.0, 2.0, 1.0])


@pytest.mark.thorough
@pytest.mark.parametrize(("width", "height", "at"), [(0.01, 1e-2, 1.0), (0.02, 1e-3, -0.7), (0.005, 1e-1, 0.4)])
@pytest.mark.parametrize("rtol", [1e-10, 1e-6])
def test_a_box_that_few_slices_see(width, height, at, rtol):
    """exp(0.3xy) with a box: if it was seen, so that the answer is not converged, bars are as wide as what it does."""
    def h(x, y):
        return np.exp(0.3 * x * y) + height * ((np.abs(x - at) < width) & (np.abs(y) < width))

    svd = quietly(h, rtol=rtol)
    assert svd.converged or (np.abs(svd.singular_values[:6] - _exact(width, height, at)[:6]) <= svd.errors[:6]).all()


def _exact(width, height, at):
    """The values, between 40 Hermite polynomials and the box, by Gauss rules of their own."""
    t, w = np.polynomial.hermite_e.hermegauss(120)
    count, root = 40, np.sqrt(w / w.sum())

    def hermite(x):
        rows = [np.ones_like(x), x]
        for n in range(1, count):
            rows.append((x * rows[-1] - np.sqrt(n) * rows[-2]) / np.sqrt(n + 1))
        return np.array(rows).T

    def box(middle):
        nodes, weights = np.polynomial.legendre.leggauss(20)
        x = middle + width * nodes
        density = width * weights * np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi)
        inner = hermite(x).T @ density
        return np.append(inner, np.sqrt(density.sum() - inner @ inner))

    functions = hermite(t) * root[:, None]
    matrix = np.zeros((count + 2, count + 2))
    matrix[:-1, :-1] = functions.T @ (np.exp(0.3 * np.outer(t, t)) * np.outer(root, root)) @ functions
    return np.linalg.svd(matrix + height * np.outer(box(at), box(0.0)), compute_uv=False)
