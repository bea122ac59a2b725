"""What a kernel is of <x, y> under Gaussians of any covariance."""

import numpy as np
import pytest

from opsvd import Gaussian, elementwise
from opsvd.kernels import Kernel, sides
from opsvd.probing.inner_product import find_inner_product

ROUND = Gaussian.standard(3)
OTHER = Gaussian(np.zeros(3), [[2.0, 0.5, 0.0], [0.5, 1.0, 0.1], [0.0, 0.1, 0.4]])


def found(kernel, mu_x, mu_y):
    """What is found of a kernel."""
    return find_inner_product(kernel, mu_x, mu_y, sides(kernel, mu_x, mu_y))


def inner(x, y):
    """The products <x, y>."""
    return np.einsum("...k,...k->...", x, y)


@pytest.mark.parametrize("pair", [(ROUND, OTHER), (OTHER, ROUND), (OTHER, OTHER)])
def test_linear_forms_have_the_same_product(pair):
    """<x, y> = scale <a, b>, and a and b have independent coordinates with the same deviations."""
    product = found(elementwise(np.tanh, 3), *pair)
    z = np.random.default_rng(0).standard_normal((2, 10, 3))
    x, y = (mu.unwhiten(part) for mu, part in zip(pair, z, strict=True))
    a, b = (part @ turn.T for part, turn in zip((x, y), product.turns, strict=True))
    np.testing.assert_allclose(product.scale * inner(a, b), inner(x, y), atol=1e-12)
    for turn, mu in zip(product.turns, pair, strict=True):
        np.testing.assert_allclose(turn @ mu.cov @ turn.T, np.diag(product.deviations**2), atol=1e-13)
    assert product.known
    assert product.deviations[-1] == 1.0


def test_a_flat_leaves_fewer_directions():
    """A covariance of rank two."""
    flat = Gaussian(np.zeros(3), np.diag([1.0, 4.0, 0.0]))
    product = found(elementwise(np.tanh, 3), flat, ROUND)
    np.testing.assert_allclose(product.deviations, np.sqrt([0.5, 1.0]))
    assert [turn.shape for turn in product.turns] == [(2, 3), (2, 3)]


def test_a_black_box_is_recognised():
    """With its phi; and what depends on more than <x, y> is not, nor is anything under a mean that is not zero."""
    product = found(Kernel(lambda x, y: np.tanh(inner(x, y)), dims=(3, 3)), OTHER, ROUND)
    np.testing.assert_allclose(product.phi(np.array([-2.0, 0.0, 0.3])), np.tanh([-2.0, 0.0, 0.3]))
    assert not product.known
    for h in (lambda x, y: inner(x, y) + 1e-6 * inner(x, x), lambda x, y: np.exp(-0.1 * inner(x - y, x - y)),
              lambda x, y: np.tanh(inner(x, y)) + 1e-6 * y[..., 0]):
        assert found(Kernel(h, dims=(3, 3)), OTHER, ROUND) is None
    assert found(elementwise(np.tanh, 3), Gaussian(np.ones(3), 1.0), ROUND) is None
