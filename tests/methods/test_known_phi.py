"""Functions of one number whose values are dear: few of them are asked for, and the bars hold."""

import numpy as np
import pytest
from counted import Counted
from quiet import quietly

import opsvd
from opsvd.kernels import elementwise
from opsvd.methods.angular_profile import _importance as importance
from opsvd.methods.angular_profile import product_profile
from opsvd.methods.known_phi import Remembered, on_pieces

SPACE = opsvd.Gaussian.standard(3)


def relu(z):
    """A kink beside the origin."""
    return np.maximum(z - 1.0, 0.0)


def test_each_value_is_asked_for_once():
    """In any order and any shape, within one call and between calls."""
    phi = Counted(np.tanh)
    known = Remembered(phi, {})
    z = np.array([[0.5, -1.0], [2.0, 0.5]])
    np.testing.assert_array_equal(known(z), np.tanh(z))
    np.testing.assert_array_equal(known(z.T[::-1]), np.tanh(z.T[::-1]))
    assert phi.values == 3
    assert known(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("phi", [np.tanh, relu, lambda z: np.cos(3.0 * z), lambda z: np.exp(1j * z)],
                         ids=["tanh", "relu", "cos", "complex"])
def test_pieces_give_the_function(phi):
    """At points that are no nodes, at zero, and beyond the pieces."""
    line = elementwise(phi)
    pieces = product_profile(line, 3, 2.5, 1e-12).pieces
    same, (mass, energy) = on_pieces(line, pieces, np.ones_like)
    z = np.concatenate([np.linspace(-12.0, 12.0, 501), [0.0, 1e-30, -20.0, 35.0]])
    np.testing.assert_allclose(same(z, 1.0), phi(z), atol=1e-9)
    assert 0.0 <= mass < 1e-7
    assert 0.0 <= energy < 1e-14


def test_what_pieces_miss_is_seen():
    """Pieces of tanh miss cos(40z) by about its size."""
    pieces = product_profile(elementwise(np.tanh), 3, 2.5, 1e-12).pieces
    _, (mass, energy) = on_pieces(elementwise(lambda z: np.cos(40.0 * z)), pieces, lambda s: np.exp(-s**2))
    assert mass > 0.5
    assert energy > 0.1


@pytest.mark.parametrize(("phi", "black_box"), [
    (np.tanh, True), *(pytest.param(phi, black_box, marks=pytest.mark.thorough)
                       for phi, black_box in ((np.tanh, False), (relu, True), (relu, False)))])
def test_few_values_are_enough(phi, black_box):
    """Those of a function of <x, y> that is known, or seen: an answer within the tolerance, and true bars."""
    counted = Counted(phi)
    h = (lambda x, y: counted(np.sum(x * y, axis=-1))) if black_box else opsvd.elementwise(counted, 3)
    counted.values = 0
    svd = opsvd.decompose(h, SPACE, SPACE, rtol=1e-3, max_rank=6, max_evaluations=20_000)
    exact = quietly(opsvd.elementwise(phi, 3), rtol=1e-5, max_rank=6)
    assert svd.converged
    assert counted.values <= (4000 if phi is np.tanh else 12_000)
    assert (np.abs(svd.singular_values[:6] - exact.singular_values[:6]) <= svd.errors[:6] + exact.errors[:6]).all()


@pytest.mark.thorough
@pytest.mark.parametrize("phi", [np.tanh, relu, np.sign, lambda z: np.cos(3.0 * z), np.exp,
                                 lambda z: 1.0 / (1.0 + 100.0 * (z - 1.0) ** 2), lambda z: np.log(np.abs(z))],
                         ids=["tanh", "relu", "sign", "cos", "exp", "peak", "log"])
def test_bars_of_few_values_hold(phi):
    """At every limit, and two tolerances in turn."""
    kernel = opsvd.elementwise(lambda z: phi(0.3 * z), 3)
    exact = quietly(kernel, rtol=1e-7)
    for limit, rtol in ((1000, 1e-2), (2000, 1e-6), (5000, 1e-2), (50_000, 1e-6)):
        svd = quietly(kernel, rtol=rtol, max_evaluations=limit)
        count = min(svd.rank, exact.rank)
        assert svd.evaluations <= limit
        assert (np.abs(svd.singular_values[:count] - exact.singular_values[:count])
                <= svd.errors[:count] + exact.errors[:count]).all(), (limit, rtol)


def test_pieces_of_a_function_that_outgrows_its_importance():
    """On pieces where exp(w / 100) grows by e^40 and the density of w in R^100000 falls by more, as on bounded ones."""
    k = 100_000
    for phi, size in ((lambda z: np.exp(0.01 * z), 2.2e4), (np.tanh, 1.0)):
        line = elementwise(phi)
        pieces = product_profile(line, k, 9.11, 1e-12).pieces
        same, (mass, energy) = on_pieces(line, pieces, lambda s: importance(s, k))
        assert mass < 1e-9 * size
        assert energy < 1e-18 * size**2
        w = np.exp(np.linspace(0.0, 9.1, 300))
        assert (np.abs(same(w, 1.0) - phi(w)) * importance(np.log(w), k) <= 1e-10 * size).all()
        assert np.isfinite(same(w, 1.0) ** 2).all()


@pytest.mark.parametrize("c", [0.3, pytest.param(0.45, marks=pytest.mark.thorough)])
def test_few_values_of_a_function_that_grows(c):
    """Of exp(c <x, y>) in R^3 twenty thousand are enough for the values of Mehler's kernel."""
    svd = opsvd.decompose(elementwise(lambda z: np.exp(c * z), 3), rtol=1e-4, max_evaluations=20_000)
    r = 2.0 * c / (1.0 + np.sqrt(1.0 - 4.0 * c * c))
    expected = (1.0 + r * r) ** 1.5 * r ** np.arange(len(svd.values))
    assert len(svd.values) >= 6
    assert (np.abs(svd.values - expected) <= svd.value_errors).all()
