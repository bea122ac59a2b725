"""The singular value decomposition in quadruple precision."""

import numpy as np
import pytest

from opsvd._support.quad import EPS_QUAD, as_quad, product, rounded
from opsvd._support.quad_linalg import quad_svd

pytest.importorskip("numpy_quaddtype")
mpmath = pytest.importorskip("mpmath")


def drawn(rng, *shape):
    """Numbers with all 113 bits."""
    return as_quad(rng.standard_normal(shape)) + as_quad(rng.standard_normal(shape)) * 2.0**-55


def checked(matrix, tolerance=20.0 * EPS_QUAD):
    """The values, after a look at what makes a decomposition."""
    u, s, v = quad_svd(matrix)
    for vectors in (u, v):
        assert float(np.abs(product(vectors.T, vectors) - np.eye(len(s))).max()) <= 20.0 * tolerance
    assert float(np.abs(product(u * s, v.T) - matrix).max()) <= tolerance * float(s[0])
    assert (np.diff(rounded(s)) <= 0.0).all()
    return s


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (6, 1), (7, 4), (5, 9), (24, 24)])
def test_what_makes_a_decomposition(shape):
    """Orthonormal vectors, falling values, and the matrix again, of every shape."""
    matrix = drawn(np.random.default_rng(sum(shape)), *shape)
    s = checked(matrix)
    assert rounded(s) == pytest.approx(np.linalg.svd(rounded(matrix), compute_uv=False), rel=1e-12)


def test_rank_and_zero():
    """What is rounding is left out, and of zeros nothing is left."""
    rng = np.random.default_rng(1)
    assert len(checked(product(drawn(rng, 20, 3), drawn(rng, 3, 12)))) == 3
    u, s, v = quad_svd(as_quad(np.zeros((4, 3))))
    assert u.shape == (4, 0)
    assert s.shape == (0,)
    assert v.shape == (3, 0)


def test_larger_rounding_leaves_more_out():
    """Values below the errors of the entries are not looked for."""
    rng = np.random.default_rng(2)
    parts = [product(drawn(rng, 30, 5), drawn(rng, 5, 30)) for _ in range(2)]
    assert np.count_nonzero(quad_svd(parts[0] + 1e-14 * parts[1])[1] > 1e-28) == 10
    assert len(quad_svd(parts[0] + 1e-14 * parts[1], 1e-10)[1]) == 5


def test_small_values_of_a_graded_matrix_keep_their_digits():
    """Rows and columns from 1 to 1e-18 leave every value twenty-eight digits, as mpmath tells."""
    rng = np.random.default_rng(3)
    scales = as_quad(10.0 ** -np.arange(0.0, 20.0, 2.0))
    matrix = np.ascontiguousarray((scales[:, None] * drawn(rng, 10, 10)) * scales)
    s = quad_svd(matrix, 0.0)[1]
    with mpmath.workdps(120):
        parts = [rounded(matrix), rounded(matrix - rounded(matrix))]
        parts.append(rounded(matrix - parts[0] - parts[1]))    # three doubles hold 113 bits
        entries = sum((mpmath.matrix(part.tolist()) for part in parts[1:]), mpmath.matrix(parts[0].tolist()))
        found = list(mpmath.svd_r(entries, compute_uv=False))
        high = [float(value) for value in found]
        exact = as_quad(high) + as_quad([float(value - a) for value, a in zip(found, high, strict=True)])
    kept = len(s)
    assert float(s[-1] / s[0]) < 1e-28
    assert float(np.abs(s / exact[:kept] - 1.0).max()) <= 1e-28
