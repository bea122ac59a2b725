"""Black boxes that are functions of |x|, |y| and <x, y>: solved, and held against unseen points."""

import math

import numpy as np
import pytest

import opsvd
from opsvd import ConvergenceWarning, Gaussian, elementwise, exact


def inner(x, y):
    """The products <x, y>."""
    return np.sum(x * y, axis=-1)


def squared_exponential(x, y):
    """exp(-|x - y|^2 / 2)."""
    return np.exp(-0.5 * np.sum((x - y) ** 2, axis=-1))


@pytest.mark.thorough
@pytest.mark.parametrize("k", [2, 5])
def test_squared_exponentials_are_products(k):
    """exp(-|x - y|^2 / 2): the scalar geometric spectrum multiplied, C(m + k - 1, k - 1) times."""
    mu = Gaussian.standard(k)
    svd = opsvd.decompose(squared_exponential, mu, mu, rtol=1e-6 if k == 2 else 1e-9)
    scalar = exact.squared_exponential(1, 60)
    powers = np.arange(60)
    counts = [math.comb(m + k - 1, k - 1) for m in powers]
    expected = np.repeat(scalar[0] ** k * (scalar[1] / scalar[0]) ** powers, counts)[:svd.rank]
    assert len(svd.values) >= 10
    assert (np.abs(svd.singular_values - expected) <= svd.errors).all()
    np.testing.assert_allclose(svd.singular_values, expected, atol=1e-9)
    assert svd.multiplicities[:10].tolist() == counts[:10]    # further down they differ by more than a thousandth
    assert "seen to be a function of |x|, |y| and <x, y>" in svd.method


def test_a_black_box_is_the_elementwise_kernel():
    """tanh(<x, y>) as a lambda has the values of elementwise(tanh, 3)."""
    mu = Gaussian.standard(3)
    seen = opsvd.decompose(lambda x, y: np.tanh(inner(x, y)), mu, mu, rtol=1e-4)
    said = opsvd.decompose(elementwise(np.tanh, 3), rtol=1e-4)
    np.testing.assert_allclose(seen.values, said.values, atol=1e-11)
    assert seen.method.startswith("seen to be a function of <x, y> in R^3")


@pytest.mark.thorough
def test_what_only_seems_invariant_is_not_taken_for_it():
    """A bump in one direction, too narrow for the probes, is met by the last check, which finds no symmetry."""
    def h(x, y):
        far = np.exp(-200.0 * np.sum((x - np.array([1.0, 0.0])) ** 2, axis=-1))
        return np.exp(-0.5 * inner(x, x)) * (1.0 + inner(y, y)) + 5.0 * far

    mu = Gaussian.standard(2)
    with pytest.warns(ConvergenceWarning, match="not converged"):
        svd = opsvd.decompose(h, mu, mu, rtol=1e-3, max_evaluations=5_000_000)
    assert "seen to be" not in svd.method
    # Of the bump, of norm 0.14 and nearly orthogonal to the rest, the largest value knows next to nothing.
    assert abs(svd.values[0] - np.sqrt(13.0 / 3.0)) <= svd.errors[0] + 0.01
