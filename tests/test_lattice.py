"""Uniform grids for kernels of few variables: values against sectors and closed forms, bars, functions, files."""

import warnings

import numpy as np
import pytest

import opsvd
from opsvd import ConvergenceWarning, Gaussian, elementwise
from opsvd.kernels import Kernel
from opsvd.lattice_svd import lattice_directions, lattice_svd
from opsvd.methods.coordinates import find_coordinates
from opsvd.methods.lattice import lattice

PLANE = Gaussian.standard(2)


def tilted(x, y):
    """No rotation leaves it as it is."""
    return np.tanh(x[..., 0] * y[..., 0] + x[..., 1] * y[..., 1] / 2)


@pytest.fixture(scope="module")
def tilted_svd():
    """The decomposition that several tests share."""
    return opsvd.decompose(tilted, PLANE, PLANE, rtol=1e-3)


def on_grids(h, rtol, mu_x=PLANE, mu_y=PLANE):
    """The answer of grids, whatever other methods could do."""
    return lattice_svd(find_coordinates(Kernel(h, dims=(mu_x.dim, mu_y.dim)), mu_x, mu_y), rtol, None)


def test_functions_are_cardinal_and_sum_smooth_ones():
    """One at its node, over the root of a cell, and zero at others; a Gaussian between the nodes to 1e-9."""
    grid = lattice(np.array([0.5, 0.4]), 8.0, 0.5)
    np.testing.assert_allclose(grid.basis(grid.nodes) * np.sqrt(0.2), np.eye(len(grid.index)), atol=1e-12)
    points = np.array([[0.1, 0.2], [1.3, -0.7], [-2.0, 2.5]])
    values = np.exp(-0.5 * np.sum(grid.nodes**2, axis=1)) * np.sqrt(0.2)
    np.testing.assert_allclose(grid.basis(points) @ values, np.exp(-0.5 * np.sum(points**2, axis=1)), atol=1e-8)


def test_roughness_tells_directions_apart():
    """A wave along the second axis is rough there alone."""
    grid = lattice(np.array([0.3, 0.3]), 4.0, 0.5)
    wave = np.exp(-np.sum(grid.nodes**2, axis=1)) * np.cos(9.5 * grid.nodes[:, 1])
    smooth, rough = grid.roughness(wave[:, None])
    assert rough > 100.0 * smooth


@pytest.mark.parametrize(("phi", "kinks", "accuracy", "bar"), [
    (np.tanh, [], 2e-5, 2e-4),
    (lambda z: np.maximum(z - 1.0, 0.0), [1.0], 2e-3, 2e-2),
    (lambda z: (z > 0.5) * 1.0, [0.5], 2e-2, 0.3),
], ids=["tanh", "kink", "jump"])
def test_grids_agree_with_sectors(phi, kinks, accuracy, bar, monkeypatch):
    """Functions of <x, y> in the plane, which spherical harmonics do to rounding: within bars of a sensible size."""
    monkeypatch.setattr("opsvd.methods.lattice._MOST_VALUES", 4_000_000)
    exact = opsvd.decompose(elementwise(phi, 2, kinks), rtol=1e-6).singular_values
    svd = on_grids(lambda x, y: phi(np.sum(x * y, axis=-1)), 1e-4)
    assert svd.rank >= 3
    difference = np.abs(svd.values - exact[:svd.rank])
    assert (difference <= svd.errors).all()
    assert difference[0] <= accuracy * exact[0]
    assert svd.errors[0] <= bar * exact[0]


def test_products_of_closed_forms():
    """exp(-(x1 - y1)^2 - (x2 - y2)^2 / 2) has the products of two scalar spectra."""
    svd = on_grids(lambda x, y: np.exp(-np.sum((x - y) ** 2 * np.array([1.0, 0.5]), axis=-1)), 1e-8)
    lines = [opsvd.decompose(lambda x, y, c=c: np.exp(-c * (x - y) ** 2), rtol=1e-12).singular_values[:30]
             for c in (1.0, 0.5)]
    expected = np.sort(np.outer(*lines).ravel())[::-1][:svd.rank]
    assert svd.converged
    assert (np.abs(svd.values - expected) <= svd.errors).all()
    assert abs(svd.norm - np.prod([np.linalg.norm(line) for line in lines])) <= svd.norm.error + 1e-12


def test_a_tilted_tanh_is_decomposed_on_grids(tilted_svd):
    """Where polynomials converge slowly decompose takes grids, with directions as fine as they must be."""
    assert tilted_svd.converged
    assert tilted_svd.method.startswith("uniform grids of")
    known = np.array([0.4937066, 0.2996110, 0.0620595, 0.0577342])
    difference = np.abs(tilted_svd.values[:4] - known)
    assert (difference <= tilted_svd.errors[:4] + 1e-7).all()
    assert difference.max() < 1e-4


def test_functions_reconstruct(tilted_svd, tmp_path):
    """Orthonormal at random points, a sum that is h to the tail, moments, and the same from a file."""
    rng = np.random.default_rng(0)
    x, y = PLANE.sample(20_000, rng), PLANE.sample(20_000, rng)
    f = tilted_svd.left(x)
    np.testing.assert_allclose(f.T @ f / len(x), np.eye(tilted_svd.rank), atol=0.1)
    missed = np.sqrt(np.mean((tilted_svd(x, y) - tilted(x, y)) ** 2))
    assert missed == pytest.approx(tilted_svd.tail, rel=0.3)
    np.testing.assert_allclose(tilted_svd.left.moments()[0, 0], np.mean(f[:, 0] ** 4), rtol=0.1)
    assert tilted_svd.predict(1000).valid[0]
    tilted_svd.save(tmp_path / "svd.npz")
    again = opsvd.load(tmp_path / "svd.npz")
    np.testing.assert_array_equal(again(x[:5], y[:5]), tilted_svd(x[:5], y[:5]))
    with pytest.raises(ValueError, match="x must be where its measure is, within"):
        tilted_svd.left(np.array([30.0, 0.0]))


def test_one_direction_of_a_vector_beside_a_number():
    """tanh(x (y1 + y2 / 2 + 0.3)) uses one direction of y, and is a kernel of two numbers there."""
    line = Gaussian()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        svd = opsvd.decompose(lambda x, y: np.tanh(x * (y[..., 0] + y[..., 1] / 2 + 0.3)), line, PLANE, rtol=1e-5)
    scalar = opsvd.decompose(lambda x, y: np.tanh(x * (np.sqrt(1.25) * y + 0.3)), rtol=1e-8).singular_values
    assert "turned coordinates" in svd.method
    assert (np.abs(svd.values - scalar[:svd.rank]) <= svd.errors).all()


def test_what_grids_cannot_do():
    """Four directions together, or a side that h does not use."""
    four = Gaussian.standard(4)
    many = find_coordinates(Kernel(lambda x, y: np.tanh(np.sum(x * y, axis=-1)), dims=(4, 4)), four, four)
    assert lattice_directions(many) is None
    with pytest.raises(ValueError, match="h must use few coordinates"):
        lattice_svd(many, 1e-3, None)
    one_sided = find_coordinates(Kernel(lambda x, y: np.tanh(x[..., 0]) + 0.0 * y[..., 0], dims=(2, 2)), PLANE, PLANE)
    assert lattice_directions(one_sided) is None
