"""Sums of finitely many products and polynomials, against other closed forms, moments and Gauss-Hermite rules."""

import math

import numpy as np
import pytest
from gaussian_rules import gauss_hermite_spectrum
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from opsvd import exact


def test_finite_rank_agrees_with_sums_of_functions():
    """x^2 + y^2 in the bases (x^2, 1) and (1, y^2), which are not orthogonal."""
    values = exact.finite_rank([[3, 1], [1, 1]], [[1, 1], [1, 3]])
    assert_allclose(values, [math.sqrt(3) + 1, math.sqrt(3) - 1], rtol=1e-14)


@pytest.mark.parametrize("p", [1, 2, 3, 6])
def test_monomials_are_polynomials(p):
    """The Hermite matrix of (xy)^p has the one value (2p - 1)!!, and no other."""
    coefficients = np.zeros((p + 1, p + 1))
    coefficients[p, p] = 1
    assert_allclose(exact.polynomial_kernel(coefficients), exact.monomial_product(p), rtol=1e-13)


@given(coefficients=st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5), min_size=1, max_size=4))
def test_polynomial_energy(coefficients):
    """The squares sum to E[h^2] = sum of A_pq A_rs m_{p+r} m_{q+s}, with m the moments; the rank is that of A."""
    a = np.array(coefficients, dtype=float)
    moments = [0 if k % 2 else math.prod(range(1, k, 2)) for k in range(9)]
    rows, columns = a.shape
    left = np.array([[moments[p + r] for r in range(rows)] for p in range(rows)])
    right = np.array([[moments[q + s] for s in range(columns)] for q in range(columns)])
    values = exact.polynomial_kernel(a)
    assert len(values) == np.linalg.matrix_rank(a)
    assert_allclose(np.sum(values**2), np.trace(left @ a @ right @ a.T), rtol=1e-13, atol=1e-300)


def test_polynomials_match_gauss_hermite():
    """A polynomial that is neither even nor symmetric, against its values at the nodes of an exact Gauss rule."""
    a = [[1, 0, 0.5, 0], [-2, 1, 0, -1], [0, 3, 0, 0]]
    sampled = gauss_hermite_spectrum(lambda x, y: np.polynomial.polynomial.polyval2d(*np.broadcast_arrays(x, y), a), 20)
    assert_allclose(exact.polynomial_kernel(a), sampled[:3], rtol=1e-13)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.finite_rank([[1, 2], [2, 1]], np.eye(2)), ValueError, "gram_left must be symmetric and positive"),
    (lambda: exact.finite_rank(np.eye(2), [[1, 0], [0.5, 1]]), ValueError, "gram_right must be symmetric"),
    (lambda: exact.finite_rank(np.eye(2), np.eye(3)), ValueError, "gram_right must have the shape of gram_left"),
    (lambda: exact.finite_rank([1, 2], np.eye(2)), ValueError, "gram_left must be a finite square matrix"),
    (lambda: exact.polynomial_kernel([1, 2]), ValueError, "coefficients must be a finite matrix"),
    (lambda: exact.polynomial_kernel(np.zeros((152, 1))), ValueError, "degrees at most 150"),
    (lambda: exact.polynomial_kernel([[math.nan]]), ValueError, "coefficients must be a finite matrix"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
