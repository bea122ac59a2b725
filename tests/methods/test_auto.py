"""The order in which methods are tried, and what is said about it."""

import numpy as np
import pytest

import opsvd
from opsvd import Gaussian


@pytest.mark.parametrize(("h", "method", "reason"), [
    (lambda x, y: np.exp(-((x - y) ** 2) / 2.0), "Hermite-Galerkin", "the Hermite coefficients decay to"),
    (lambda x, y: np.sin(x * y), "Hermite-Galerkin", "the Hermite coefficients decay to"),
    (lambda x, y: np.tanh(x * y), "logarithmic coordinates", "the last Hermite coefficients"),
    (lambda x, y: np.maximum(x * y - 1.0, 0.0), "logarithmic coordinates", "the last Hermite coefficients"),
    (lambda x, y: np.abs(x) + np.abs(y), "rank 2", "the last Hermite coefficients"),
    (lambda x, y: np.tanh(3.0 * x) * np.cos(y) + np.abs(y), "rank 2", "the last Hermite coefficients"),
    (lambda x, y: x > y**2, "product integration", "the last Hermite coefficients"),
])
def test_what_is_chosen_and_why(h, method, reason):
    """The note names the method, and gives the figure that made the choice."""
    svd = opsvd.decompose(h, rtol=1e-6)
    assert svd.converged
    assert svd.method.startswith(method)
    assert reason in svd.method


def test_structure_is_told():
    """A function of xy is recognised in a black box."""
    svd = opsvd.decompose(lambda x, y: np.tanh(y) * 0.0 + np.arctan(x * y))
    assert svd.method.startswith("logarithmic coordinates")


def test_shifted_measures_leave_logarithmic_coordinates_out():
    """They need the origin to be the centre."""
    svd = opsvd.decompose(lambda x, y: np.tanh(x * y), Gaussian(0.5))
    assert svd.converged
    assert not svd.method.startswith("logarithmic")


@pytest.mark.parametrize("h", [
    lambda x, y: np.cos(x - y),
    lambda x, y: np.abs(x * y),
    lambda x, y: np.exp(-np.abs(x - y)),
])
def test_auto_is_the_default(h):
    """Leaving it out is naming it; the object says what it is."""
    first, second = opsvd.decompose(h), opsvd.decompose(h, method="auto")
    np.testing.assert_array_equal(first.singular_values, second.singular_values)
    assert repr(opsvd.methods.Auto()) == "Auto()"
