"""The recurrence of the polynomials that are orthonormal under a discrete measure, by the Lanczos process."""

import numpy as np

from .._support.floats import EPS


def lanczos(x: np.ndarray, weights: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    r"""The numbers :math:`a_k`, :math:`b_k`, k < n, of `opsvd.quadrature.polynomials`, and b_0 = 1.

    Vectors are orthogonalised against all before them, twice, so that n may come near the number of points.

    Parameters
    ----------
    x, weights : ndarray, shape (m,)
        Points and their masses, at least n of which are not zero.
    n : int

    Raises
    ------
    ValueError
        If there are fewer than n points.

    References
    ----------
    W. Gautschi, Orthogonal Polynomials, Oxford (2004), section 2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.quadrature import gauss_legendre, lanczos
    >>> nodes, weights = gauss_legendre(20)
    >>> print(lanczos(nodes, weights / 2.0, 3)[1].round(8))    # of Legendre polynomials: k / sqrt(4 k^2 - 1)
    [1.         0.57735027 0.51639778]
    """
    a, b = np.zeros(n), np.ones(n)
    vectors = np.zeros((n, len(x)))
    vectors[0] = np.sqrt(weights / weights.sum())
    size = float(np.abs(x - np.average(x, weights=weights)).max())
    for k in range(n):
        following = x * vectors[k]
        a[k] = vectors[k] @ following
        if k + 1 == n:
            break
        for _ in range(2):
            following -= vectors[:k + 1].T @ (vectors[:k + 1] @ following)
        b[k + 1] = float(np.linalg.norm(following))
        if not b[k + 1] > 64.0 * EPS * size:
            raise ValueError(f"n must be at most the number of points of the measure, {k + 1}, got {n}; take fewer "
                             f"polynomials")
        vectors[k + 1] = following / b[k + 1]
    return a, b
