"""Polynomials that are orthonormal under weighted points, by Arnoldi's recurrence."""

import numpy as np


def weighted_polynomials(points: np.ndarray, roots: np.ndarray, count: int) -> np.ndarray:
    r"""Polynomials :math:`p_k`, k < m, times roots of weights, with :math:`\sum_i w_i p_j(x_i) p_k(x_i) = \delta_{jk}`.

    Each is orthogonalised against all before, twice. With three terms, as in Lanczos's recurrence, they lose their
    orthogonality where most weights are tiny.

    Parameters
    ----------
    points : ndarray, shape (n,)
    roots : ndarray, shape (n,)
        The roots of the weights.
    count : int
        The number m, at most n.

    Returns
    -------
    ndarray, shape (n, m)

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.quadrature import weighted_polynomials
    >>> values = weighted_polynomials(np.linspace(-1.0, 1.0, 9), np.full(9, 1.0 / 3.0), 4)
    >>> bool(np.allclose(values.T @ values, np.eye(4)))
    True
    """
    known = np.zeros((len(points), count))
    known[:, 0] = roots / np.linalg.norm(roots)
    for k in range(1, count):
        following = points * known[:, k - 1]
        for _ in range(2):
            following -= known[:, :k] @ (known[:, :k].T @ following)
        known[:, k] = following / np.linalg.norm(following)
    return known
