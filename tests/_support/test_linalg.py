"""The one SVD: compression loses nothing, and signs follow the convention."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsvd._support.floats import EPS
from opsvd._support.linalg import (
    canonical_signs,
    compact_svd,
    corner_norms,
    equilibrated,
    krylov_svd,
    leading_svd,
    norm_bound,
    norm_bound_by_products,
)


def _matrix(rng, n, m, values):
    u = np.linalg.qr(rng.standard_normal((n, len(values))))[0]
    v = np.linalg.qr(rng.standard_normal((m, len(values))))[0]
    return (u * values) @ v.T


@settings(max_examples=25)
@given(st.integers(1, 260), st.integers(1, 260), st.sampled_from([0.3, 0.8, 0.99]), st.integers(0, 2**31))
def test_agrees_with_lapack(n, m, ratio, seed):
    """Values to rounding of the first, orthonormal vectors, and the matrix back, for any shape and decay."""
    matrix = _matrix(np.random.default_rng(seed), n, m, ratio ** np.arange(min(n, m)))
    u, s, v = compact_svd(matrix)
    expected = np.linalg.svd(matrix, compute_uv=False)
    np.testing.assert_allclose(s, expected[:len(s)], atol=5e-15)
    assert (expected[len(s):] < 1e-13).all()
    np.testing.assert_allclose(u.T @ u, np.eye(len(s)), atol=1e-13)
    np.testing.assert_allclose(v.T @ v, np.eye(len(s)), atol=1e-13)
    np.testing.assert_allclose((u * s) @ v.T, matrix, atol=1e-13)


def test_what_is_beneath_the_errors_of_lapack_takes_no_full_decomposition(monkeypatch):
    """Entries are off by fifteen roundings, as those of sin(60x) may be: the sketch of eighty columns is enough."""
    rng, shapes, svd = np.random.default_rng(0), [], np.linalg.svd
    matrix = _matrix(rng, 400, 500, 0.5 ** np.arange(60.0))
    expected = svd(matrix, compute_uv=False)
    noise = rng.standard_normal(matrix.shape)
    matrix += 15.0 * EPS * np.linalg.norm(matrix) / np.linalg.norm(noise) * noise
    monkeypatch.setattr(np.linalg, "svd", lambda some, **options: shapes.append(some.shape) or svd(some, **options))
    u, s, v = compact_svd(matrix)
    assert shapes == [(500, 80)]
    np.testing.assert_allclose(s, expected[:len(s)], atol=1e-14)
    np.testing.assert_allclose((u * s) @ v.T, matrix, atol=1e-14)


@pytest.mark.parametrize("shape", [(5, 3), (200, 300)])
def test_zero_has_rank_zero(shape):
    """No values and no vectors for the zero matrix."""
    u, s, v = compact_svd(np.zeros(shape))
    assert (u.shape, s.shape, v.shape) == ((shape[0], 0), (0,), (shape[1], 0))


@pytest.mark.parametrize("power", [1, 2])
def test_leading_triplets_of_slow_spectra(power):
    """Of values 1 / i a fifth of the block to rounding, its number to five digits; those of 1 / i^2 better."""
    values, block = np.arange(1.0, 401.0) ** -power, 40
    matrix = _matrix(np.random.default_rng(power), 400, 420, values)
    u, s, v = krylov_svd(matrix, block)
    assert len(s) == 5 * block
    np.testing.assert_allclose(u.T @ u, np.eye(len(s)), atol=1e-13)
    np.testing.assert_allclose(v.T @ v, np.eye(len(s)), atol=1e-12)
    np.testing.assert_allclose(s[:block // 5], values[:block // 5], rtol=0, atol=1e-14)
    np.testing.assert_allclose(matrix @ v[:, :block // 5], u[:, :block // 5] * s[:block // 5], atol=1e-11)
    np.testing.assert_allclose(s[:block], values[:block], rtol=0, atol=1e-5)
    assert (s <= values[:len(s)] + 1e-15).all()


def test_a_krylov_space_holds_all_of_a_matrix_of_low_rank():
    """And nothing of zero."""
    matrix = _matrix(np.random.default_rng(5), 300, 250, 0.7 ** np.arange(60))
    u, s, v = krylov_svd(matrix, 32)
    np.testing.assert_allclose((u * s) @ v.T, matrix, atol=1e-14)
    assert krylov_svd(np.zeros((300, 250)), 32)[1].shape == (0,)


def test_signs_follow_the_rightmost_large_entry():
    """The last entry of at least half the largest counts; no columns give no signs."""
    columns = np.array([[3.0, -1.0, 1.0], [-2.0, 0.0, -5.0], [1.0, 1.0, 4.0]])
    np.testing.assert_array_equal(canonical_signs(columns), [-1.0, 1.0, 1.0])
    assert canonical_signs(np.zeros((4, 0))).shape == (0,)


@pytest.mark.parametrize("decay", [0.0, 0.5, 1.0, 8.0])
def test_a_bound_of_the_norm(decay):
    """Above the largest singular value, by no more than a third unless hundreds are equal; of a matrix of any size."""
    for seed in range(20):
        values = 1e-90 * np.arange(1.0, 301.0) ** -decay
        bound = norm_bound(_matrix(np.random.default_rng(seed), 400, 300, values))
        assert 1e-90 <= bound <= (1.33 if decay else 1.45) * 1e-90


def test_a_bound_of_the_norm_of_little():
    """A single value is bounded by itself, and nothing by zero."""
    assert norm_bound(np.zeros((3, 2))) == 0.0
    assert norm_bound(np.outer([3.0, 4.0], [0.6, 0.8])) == pytest.approx(5.0, rel=1e-14)


def test_equilibration():
    """A product of functions of any size becomes signs; rows of zeros stay; factors are those of rows and columns."""
    x, y = 10.0 ** np.array([-200.0, 3.0, 150.0]), -(10.0 ** np.array([90.0, -80.0]))
    scaled, rows, columns = equilibrated(np.outer(x, y))
    np.testing.assert_allclose(scaled, -1.0, rtol=0.25)
    np.testing.assert_allclose(rows[:, None] * (np.outer(x, y) * columns), scaled, rtol=1e-12)
    np.testing.assert_array_equal(equilibrated(np.array([[0.0, 0.0], [1e-300, 0.0]]))[0] != 0.0,
                                  [[False, False], [True, False]])
    np.testing.assert_array_equal(equilibrated(np.zeros((2, 3)))[0], np.zeros((2, 3)))


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (300, 250)])
def test_zero_has_no_singular_values(shape):
    """And no function of it fails."""
    zero = np.zeros(shape)
    assert compact_svd(zero)[1].shape == (0,)
    assert norm_bound(zero) == 0.0
    assert leading_svd(zero, 3)[1].max(initial=0.0) == 0.0
    assert not corner_norms(np.zeros((3, 3))).any()


@pytest.mark.parametrize("power", [0.5, 2.0])
@pytest.mark.parametrize("guess", [1e-3, 0.5, 0.9, 1.0, 1.1, 2.0])
def test_bound_by_products_is_true_whatever_the_guess_and_sharp_for_a_good_one(power, guess):
    """Never below the norm; within 7 % of it for a good guess, and within 15 % of it or of the guess for any."""
    s = 7.0 * np.arange(1.0, 301.0) ** -power
    matrix = _matrix(np.random.default_rng(3), 300, 300, s)
    bound = norm_bound_by_products(lambda v: matrix.T @ (matrix @ v), 300, 7.0 * guess, 12)
    assert 7.0 <= bound <= 7.0 * (1.07 if guess == 1.0 else 1.15 * max(guess, 1.0))


def test_bound_by_products_far_above_the_guess():
    """In single precision, where the polynomial is of 1e60, or its argument of 1e40, and of a matrix of zeros."""
    ones = np.eye(40, dtype=np.float32)
    for guess in (1e-3, 1e-20):
        bound = norm_bound_by_products(lambda v: ones @ v.astype(np.float32), 40, guess, 12)
        assert 1.0 <= bound <= 1.2
    assert norm_bound_by_products(np.zeros_like, 40, 1e-3, 12) <= 1.1e-3
