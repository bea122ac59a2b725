"""Kernels that rotations leave alone, and functions of <x, y>: recognised from values."""

import numpy as np
import pytest

from opsvd import Gaussian
from opsvd.kernels import Kernel
from opsvd.probing.invariance import is_form_in_strips, is_invariant, is_invariant_function_of_product, product_values


def inner(x, y):
    """The products <x, y>."""
    return np.sum(x * y, axis=-1)


def squared_exponential(x, y):
    """exp(-|x - y|^2 / 2)."""
    return np.exp(-0.5 * np.sum((x - y) ** 2, axis=-1))


@pytest.mark.parametrize(("h", "invariant", "product"), [
    (lambda x, y: np.tanh(inner(x, y)), True, True),
    (lambda x, y: inner(x, y) > 0.3, True, True),
    (squared_exponential, True, False),
    (lambda x, y: np.cos(inner(x, y)) * np.exp(-inner(x, x)), True, False),
    (lambda x, y: np.tanh(x[..., 0] * y[..., 0] + 0.999 * x[..., 1] * y[..., 1]), False, False),
    (lambda x, y: x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0], False, False),
], ids=["tanh", "step", "gaussian", "lengths too", "nearly", "determinant"])
def test_invariance_is_recognised(h, invariant, product):
    """Rotations and reflections leave it alone; the determinant changes its sign under the latter."""
    kernel, mu = Kernel(h, dims=(2, 2)), Gaussian.standard(2)
    assert is_invariant(kernel, mu, mu) is invariant
    assert is_invariant_function_of_product(kernel, mu, mu) is product


def test_a_function_of_the_product_is_read_off():
    """phi(w) is h at two points whose product is w."""
    w = np.array([[-2.0, 0.5], [0.0, 3.0]])
    kernel = Kernel(lambda x, y: np.tanh(inner(x, y)), dims=(3, 3))
    np.testing.assert_allclose(product_values(kernel, w), np.tanh(w), rtol=1e-14)


def with_strip(h):
    """A kernel, with a strip of less than a thousandth of the mass of y, between random points."""
    return Kernel(lambda x, y: h(x, y) + 50.0 * (np.abs(y[..., 0] - 1.5) < 2.5e-3) * np.sin(x[..., 1]), dims=(2, 2))


def test_a_strip_between_two_lines_is_not_invariant():
    """A function of distances, and a strip."""
    mu = Gaussian(np.zeros(2), np.eye(2))
    assert not is_invariant(with_strip(lambda x, y: np.exp(-np.sum((x - y) ** 2, axis=-1))), mu, mu)


@pytest.mark.parametrize("strip", [False, True])
def test_a_strip_between_two_lines_is_no_form(strip):
    """A function of <x, M y> with and without a strip: M matters neither here nor there."""
    matrix, mu = np.array([[1.0, 0.5], [-0.3, 2.0]]), Gaussian(np.zeros(2), np.diag([1.0, 0.25]))

    def h(x, y):
        return np.tanh(np.einsum("...i,ij,...j->...", x, matrix, y))

    kernel = with_strip(h) if strip else Kernel(h, dims=(2, 2))
    assert is_form_in_strips(kernel, mu, mu, 1e-14) != strip
