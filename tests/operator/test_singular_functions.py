"""Singular functions of every kind have a value at every finite point, and what is said of them far out is true."""

import numpy as np
import pytest

import opsvd
from opsvd import Gaussian
from opsvd.bases import LineBasis, PointBasis, polar

SIZES = (0.0, 1e-300, 1e-9, 0.3, 1.0, 5.0, 12.0, 60.0, 1e4, 1e16, 1e200, 1.7e308)
COV = [[2.0, 0.5], [0.5, 1.0]]


def product(x, y):
    """<x, y>."""
    return np.sum(x * y, axis=-1)


KERNELS = {
    "sector": (opsvd.elementwise(np.tanh, 2),),
    "sector, vanishing near the origin": (opsvd.elementwise(lambda z: np.maximum(z - 1.0, 0.0), 3),),
    "tensor": (lambda x, y: np.sin(x[..., 0] * y[..., 0]) + x[..., 1] * y[..., 2], Gaussian.standard(3),
               Gaussian.standard(3)),
    "tensor, correlated": (lambda x, y: np.sin(0.2 * x[..., 0] * y[..., 0]) + x[..., 1] * y[..., 2],
                           Gaussian([0.0, 1.0], COV), Gaussian.standard(3)),
    "of a form, correlated": (lambda x, y: np.sin(0.2 * x[..., 0] * y + x[..., 1]), Gaussian([0.0, 1.0], COV),
                              Gaussian()),
    "grid of panels": (lambda x, y: np.tanh(product(x, y) + x[..., 0]), Gaussian.standard(2),
                       Gaussian([1.0, 0.0], COV)),
    "grid of polynomials": (lambda x, y: np.exp(0.2 * x * y)[..., None, None] * np.eye(2),),
    "blocks": (opsvd.blockwise(lambda b: b / (1.0 + np.linalg.norm(b, axis=(-2, -1), keepdims=True)), 2),),
    "nystrom": (lambda x, y: np.tanh(product(np.sin(x), y) + x[..., 0]), Gaussian.standard(9), Gaussian.standard(9)),
    "numbers": (lambda x, y: np.tanh(x * y),),
    "numbers that jump": (lambda x, y: np.sign(x - y),),
}


@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
@pytest.mark.parametrize("name", KERNELS)
def test_every_finite_point_has_a_value(name):
    """At the origin, far out and along every axis: finite, and bounded where the kernel is no help far out."""
    svd = opsvd.decompose(*KERNELS[name], rtol=1e-2, max_evaluations=2_000_000)
    for functions in (svd.left, svd.right):
        through_h = isinstance(functions.parts[0].basis, LineBasis | PointBasis)
        rows = functions.side.rows
        shape = (*(() if rows is None else (rows,)), *(() if functions.measure.dim == 1 else (functions.measure.dim,)))
        signs = np.where(np.arange(int(np.prod(shape))) % 2, -1.0, 1.0).reshape(shape)
        axis = np.zeros(shape)
        axis[(0,) * len(shape)] = 1.0
        for direction in (np.ones(shape), signs, axis):
            points = np.multiply.outer(SIZES[:-1] if through_h else SIZES, direction)
            values = functions(points)
            assert np.isfinite(values).all()
            assert np.abs(values).max(initial=0.0) < 1e5
            if not through_h and not name.startswith("tensor"):    # coordinates of these are turned, and rounded
                np.testing.assert_allclose(values[-1], values[-3], rtol=1e-9, atol=1e-9)


@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
@pytest.mark.parametrize(("phi", "k", "rtol"), [
    pytest.param(lambda z: np.maximum(z - 1.0, 0.0), 2, 1e-4, marks=pytest.mark.thorough),
    (lambda z: np.maximum(z - 1.0, 0.0), 3, 1e-2),
    pytest.param(lambda z: np.where(np.abs(z) > 0.5, z, 0.0), 2, 1e-2, marks=pytest.mark.thorough),
], ids=["relu moved away", "relu moved away, R^3", "threshold"])
def test_black_boxes_that_vanish_near_the_origin(phi, k, rtol):
    """Their lengths begin where h does, and random points are nearer to zero: the answer is that of `elementwise`."""
    box = opsvd.decompose(lambda x, y: phi(product(x, y)), Gaussian.standard(k), Gaussian.standard(k), rtol=rtol)
    known = opsvd.decompose(opsvd.elementwise(phi, k), rtol=rtol)
    count = min(box.rank, known.rank)
    assert count > 0
    assert (np.abs(box.singular_values[:count] - known.singular_values[:count])
            <= box.errors[:count] + known.errors[:count]).all()


def test_a_kernel_of_the_lengths_that_vanishes_near_the_origin():
    """max(|x| |y| - 3, 0): no function of <x, y>, of rank one in the angle, and zero for short vectors."""
    def h(x, y):
        return np.maximum(np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1) - 3.0, 0.0)

    svd = opsvd.decompose(h, Gaussian.standard(3), Gaussian.standard(3), rtol=1e-2)
    x, y = np.random.default_rng(3).standard_normal((2, 2000, 3))
    x[0] = y[1] = 0.0
    assert np.sqrt(np.mean((svd(x, y) - h(x, y)) ** 2)) <= 3.0 * svd.tail + 0.02


@pytest.mark.thorough
def test_radial_functions_keep_their_value_beyond_their_range():
    """The value at the end of the range, along every ray; at the origin the last coordinate gives the direction."""
    svd = opsvd.decompose(opsvd.elementwise(np.tanh, 2), rtol=1e-8)
    low, high = np.sqrt(2.0) * np.exp(svd.left.radial.trusted)
    ray = np.array([0.6, -0.8])
    np.testing.assert_allclose(svd.left(1e3 * ray), svd.left(high * ray), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(svd.left(np.zeros(2)), svd.left(low * np.array([0.0, 1.0])), rtol=1e-9, atol=1e-9)
    y = np.array([0.3, 1.1])
    shown = float(np.sum(svd.left(1e3 * ray) * svd.singular_values * svd.right(y)))
    assert float(svd(1e3 * ray, y)) == pytest.approx(shown, abs=1e-7)
    assert abs(float(svd(4.0 * ray, y)) - np.tanh(4.0 * ray @ y)) < 1e-3


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1.0, 1e200, 1.5e308])
def test_directions_do_not_depend_on_the_length(scale):
    """Neither where squares underflow nor where they overflow."""
    length, direction = polar(np.array([[3.0, -4.0, 0.0]]) / 5.0 * scale)
    np.testing.assert_allclose(direction, [[0.6, -0.8, 0.0]], rtol=1e-3, atol=1e-300)
    assert length[0] == pytest.approx(scale, rel=1e-3)


@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
@pytest.mark.parametrize("name", ["sector", "numbers", "numbers that jump", "blocks"])
def test_one_function_is_a_callable(name):
    """functions[i] is the i-th of them, members of multiplets among them; there are as many as their length says."""
    svd = opsvd.decompose(*KERNELS[name], rtol=1e-2, max_evaluations=2_000_000)
    shape = {"sector": (5, 2), "blocks": (5, 2)}.get(name, (5,))
    points = np.random.default_rng(0).standard_normal(shape)
    values = svd.left(points)
    for i in (0, 1, len(svd.left) - 1, -1):
        np.testing.assert_allclose(svd.left[i](points), values[..., i], rtol=1e-8, atol=1e-9)
    assert len(list(svd.left)) == len(svd.left)
    with pytest.raises(IndexError, match=f"index must be from 0 to {len(svd.left) - 1}"):
        svd.left[len(svd.left)]
    with pytest.raises(TypeError):
        svd.left["first"]
    assert repr(svd.left[1]).startswith(f"SingularFunction(2 of {len(svd.left)}, variable ~ ")
