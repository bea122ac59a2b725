"""Matrices from some of their rows and columns, and certificates of what these leave."""

import numpy as np
from numpy.testing import assert_allclose

from opsvd.kernels import Kernel
from opsvd.matrices import CrossApproximation, KernelMatrix, StoredMatrix
from opsvd.matrices.certificate import certify, strata


def drawn(h, n):
    """The matrix of a kernel at Gaussian points."""
    rng = np.random.default_rng(0)
    return KernelMatrix(Kernel(h), rng.standard_normal(n), rng.standard_normal(n))


def test_a_bump_is_seen_by_the_certificate():
    """Without the repair the residual of tanh(xy) against tanh(xy) with a bump in the corner is reported as large."""
    matrix = drawn(lambda x, y: np.tanh(x * y) + np.where((x > 2.5) & (y > 2.5), 3.0, 0.0), 1000)
    plain = drawn(lambda x, y: np.tanh(x * y), 1000)
    seen = certify(matrix, plain.pairs, np.random.default_rng(0))
    residual = np.linalg.norm(matrix.stored() - plain.stored())
    assert 0.5 * residual < seen.residual < 2.0 * residual
    assert "residual" in str(seen)
    assert matrix.x[seen.where[0]] > 2.5


def test_strata_become_narrower_towards_the_ends():
    """Ranges of ranks."""
    edges = strata(1000)
    assert np.diff(edges[:8]).tolist() == [1, 1, 2, 2, 4, 4, 8]
    assert edges[[0, -2, -1]].tolist() == [0, 999, 1000]


def test_a_matrix_of_low_rank_is_found_exactly():
    """So many terms as its rank, and a certificate at rounding."""
    rng = np.random.default_rng(1)
    array = rng.standard_normal((300, 5)) @ rng.standard_normal((5, 200))
    cross = CrossApproximation(StoredMatrix(array), 50, rng)
    certificate = cross.approximate(1e-12)
    assert cross.meets(certificate, 1e-12)
    assert 5 <= cross.rank <= 8    # three small terms end it
    assert_allclose(cross.singular_values()[:5], np.linalg.svd(array, compute_uv=False)[:5], rtol=1e-12)


def test_what_is_not_of_low_rank_does_not_meet_its_certificate():
    """The limit is reached, and the residual is seen."""
    cross = CrossApproximation(drawn(lambda x, y: x > y, 500), 20, np.random.default_rng(0))
    certificate = cross.approximate(1e-10)
    assert cross.rank == 20
    assert not cross.meets(certificate, 1e-10)
    truth = cross.matrix.stored() - cross.matrix.scale * (cross.u[:20].T @ cross.v[:20])
    assert 0.5 < certificate.residual / np.linalg.norm(truth) < 2.0
