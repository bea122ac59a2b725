"""What a kernel is of a form that is affine in one variable and linear in the other."""

import numpy as np
import pytest

from opsvd import Discrete, Gaussian, Product, Uniform, elementwise
from opsvd.kernels import Kernel, untried
from opsvd.probing.bilinear import find_bilinear

THREE = Gaussian(np.zeros(3), [[2.0, 0.5, 0.0], [0.5, 1.0, 0.1], [0.0, 0.1, 0.4]])


@pytest.mark.parametrize("phi", [np.tanh, np.sign, lambda z: np.clip(z, -1.0, 1.0)])
@pytest.mark.parametrize("bias", [0, 2])
def test_neurons_are_recognised(phi, bias):
    """phi(<w, x> + b) with the bias first or last, on either side, and its phi."""
    weights = slice(1, 3) if bias == 0 else slice(0, 2)
    mu, nu = Gaussian([1.0, 0.0], np.eye(2)), THREE
    kernels = (Kernel(lambda x, y: phi(np.sum(x * y[..., weights], axis=-1) + y[..., bias]), dims=(2, 3)),
               Kernel(lambda y, x: phi(np.sum(x * y[..., weights], axis=-1) + y[..., bias]), dims=(3, 2)))
    for affine, kernel in enumerate(kernels):
        form = find_bilinear(kernel, *((mu, nu) if affine == 0 else (nu, mu)))
        assert (form.affine, form.known) == (affine, False)
        np.testing.assert_array_equal(form.form.matrix, np.eye(3)[weights])
        np.testing.assert_array_equal(form.form.shift, np.eye(3)[bias])
        np.testing.assert_allclose(form.phi(np.array([-2.0, 0.5, 0.9])), phi(np.array([-2.0, 0.5, 0.9])))


@pytest.mark.parametrize("phi", [np.tanh, np.abs, lambda z: np.clip(z, -1.0, 1.0)])
@pytest.mark.parametrize(("p", "q"), [(1, 2), (2, 2), (3, 2)])
def test_slopes_show_the_form(phi, p, q):
    """phi(<M^T x + c, y>) with random M and c, up to the factor that the largest entry is one."""
    rng = np.random.default_rng(0)
    matrix, shift = rng.standard_normal((p, q)), rng.standard_normal(q)
    kernel = Kernel(lambda x, y: phi(np.sum((x.reshape(*x.shape[:x.ndim - (p > 1)], p) @ matrix + shift) * y, axis=-1)),
                    dims=(p, q))
    form = find_bilinear(kernel, Gaussian([0.5, 0.0, 0.0][:p], np.eye(p)) if p > 1 else Uniform(),
                         Gaussian.standard(q)).form
    factor = shift @ shift / (shift @ form.shift)
    assert form.rounding < 1e-8
    np.testing.assert_allclose(factor * form.matrix, matrix, atol=10.0 * factor * form.rounding)
    np.testing.assert_allclose(factor * form.shift, shift, atol=10.0 * factor * form.rounding)


@pytest.mark.parametrize("phi", [np.sign, lambda z: np.where(z > 0.5, 2.0, -1.0)])
@pytest.mark.parametrize(("p", "q"), [(1, 3), (2, 2), (3, 2)])
def test_jumps_show_the_form(phi, p, q):
    """Where phi has no slopes, the surface where it jumps shows M and c, up to the same factor."""
    rng = np.random.default_rng(1)
    matrix, shift = rng.standard_normal((p, q)), rng.standard_normal(q)
    kernel = Kernel(lambda x, y: phi(np.sum((x.reshape(*x.shape[:x.ndim - (p > 1)], p) @ matrix + shift) * y, axis=-1)),
                    dims=(p, q))
    form = find_bilinear(kernel, Gaussian.standard(p) if p > 1 else Uniform(), Gaussian.standard(q)).form
    factor = shift @ shift / (shift @ form.shift)
    assert form.rounding < 1e-12
    np.testing.assert_allclose(factor * form.matrix, matrix, atol=1e-13)
    np.testing.assert_allclose(factor * form.shift, shift, atol=1e-13)


@pytest.mark.parametrize("h", [
    lambda x, y: np.sign(x[..., 0] * y[..., 0] + x[..., 1] ** 2 * y[..., 1]),
    lambda x, y: np.sign(np.sum(x - y, axis=-1)), lambda x, y: np.sign(x[..., 0] - y[..., 0]) * y[..., 1],
    lambda x, y: np.floor(3.0 * np.sum(x * y[..., ::-1], axis=-1))])
def test_jumps_on_other_surfaces_show_none(h):
    """A square, a difference, a jump times another function, and several jumps."""
    two = Gaussian.standard(2)
    assert find_bilinear(Kernel(h, dims=(2, 2)), two, two) is None


def test_independent_gaussian_weights_are_a_gaussian_vector():
    """A product of Gaussian numbers and vectors is a law of (w, b) like any other."""
    neuron = Kernel(lambda x, y: np.tanh(np.sum(x * y[..., :2], axis=-1) + y[..., 2]), dims=(2, 3))
    form = find_bilinear(neuron, Gaussian.standard(2), Product(Gaussian.standard(2), Gaussian(1.0, 0.5)))
    np.testing.assert_array_equal(form.form.matrix, np.eye(3)[:2])
    assert form.phi(0.5) == pytest.approx(np.tanh(1.5))


@pytest.mark.parametrize("bias", [0, 2])
@pytest.mark.parametrize("affine", [0, 1])
def test_biases_may_be_of_another_law(bias, affine):
    """The bias first or last, on either side; the kernel is asked for no bias outside of the support."""
    def tanh(x, y):
        assert ((y[..., bias] >= 0.5) & (y[..., bias] <= 2.0)).all()
        return np.tanh(np.sum(x * np.delete(y, bias, axis=-1), axis=-1) + y[..., bias])

    parts = Gaussian([0.3, 0.0], np.eye(2)), Uniform(0.5, 2.0)
    sides = [(Gaussian.standard(2), 2), (Product(*parts[::-1] if bias == 0 else parts), 3)]
    measures, dims = zip(*sides[::1 - 2 * affine], strict=True)
    form = find_bilinear(untried(tanh if affine == 0 else lambda x, y: tanh(y, x), dims), *measures)
    assert (form.affine, form.known) == (affine, False)
    np.testing.assert_array_equal(form.form.matrix, np.delete(np.eye(3), bias, axis=0))
    np.testing.assert_array_equal(form.form.shift, np.eye(3)[bias])
    np.testing.assert_allclose(form.phi(np.array([-2.0, 0.5, 0.9])), np.tanh([-2.0, 0.5, 0.9]))


def test_weights_of_other_laws_are_not():
    """Two numbers that are not Gaussian, one that is not the bias, and one that has atoms."""
    neuron = Kernel(lambda x, y: np.tanh(np.sum(x * y[..., :2], axis=-1) + y[..., 2]), dims=(2, 3))
    for law in (Product(Gaussian(), Uniform(), Uniform()), Product(Uniform(), Gaussian.standard(2)),
                Product(Gaussian.standard(2), Discrete([-1.0, 1.0], [0.5, 0.5]))):
        assert find_bilinear(neuron, Gaussian.standard(2), law) is None


def test_other_kernels_are_not():
    """A square in the form, weights and biases whose mean is not zero, and a kernel that says what it is of."""
    square = Kernel(lambda x, y: np.tanh(x**2 * y[..., 0] + y[..., 1]), dims=(1, 2))
    assert find_bilinear(square, Uniform(), Gaussian.standard(2)) is None
    neuron = Kernel(lambda x, y: np.tanh(x * y[..., 0] + y[..., 1]), dims=(1, 2))
    moved = find_bilinear(neuron, Uniform(), Gaussian([1.0, 0.0], np.eye(2)))
    assert not moved.centred
    assert moved.phi(0.5) == pytest.approx(np.tanh(0.5))
    assert find_bilinear(neuron, Uniform(), Gaussian([0.0, 1.0], np.eye(2))).phi(0.5) == pytest.approx(np.tanh(1.5))
    form = find_bilinear(elementwise(np.tanh, 3), THREE, THREE)
    assert form.known
    np.testing.assert_array_equal(form.form.shift, np.zeros(3))
