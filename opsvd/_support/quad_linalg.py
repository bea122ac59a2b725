"""The singular value decomposition in quadruple precision: Gaussian elimination that shows the rank, then Jacobi's."""

import numpy as np

from .budget import check_time
from .quad import EPS_QUAD, as_quad, norm, product


@np.errstate(all="ignore")    # numpy-quaddtype raises flags of invalid numbers where there are none
def quad_svd(matrix: np.ndarray, rounding: float = EPS_QUAD) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Singular value decomposition :math:`A = U \,\mathrm{diag}(s)\, V^T` of a matrix of quadruple precision.

    Gaussian elimination with complete pivoting stops where what is left is rounding, :math:`A = L R`, with the pivots
    in R. QR decompositions leave a small triangle between both, and one-sided Jacobi rotations make its columns
    orthogonal. Errors of a value are relative to the pivots of its size, and not to the norm of the
    matrix: small values keep their digits as far as the entries of the matrix have any.

    Parameters
    ----------
    matrix : ndarray, shape (n, m)
    rounding : float, default 1.9e-34
        The size of the errors of the entries, relative to the norm: what is smaller is left out.

    Returns
    -------
    U, s, V : ndarray, shapes (n, r), (r,) and (m, r)
        Values are positive and nonincreasing.

    Raises
    ------
    BudgetExhaustedError
        If the time of the decomposition under way is up.

    References
    ----------
    J. Demmel, M. Gu, S. Eisenstat, I. Slapnicar, K. Veselic and Z. Drmac, Computing the singular value decomposition
    with high relative accuracy, Linear Algebra Appl. 299 (1999).
    """
    lower, upper = _eliminated(as_quad(matrix), rounding)
    if len(upper) == 0:
        return lower, as_quad(np.zeros(0)), upper.T
    left, triangle = _qr(lower)
    right, middle = _qr(np.ascontiguousarray(_triangular_product(triangle, upper).T))
    # Each QR decomposition of the transposed of the last brings the triangle nearer to a diagonal, at a tenth of the
    # price of a sweep of rotations.
    for _ in range(2):
        for_left, triangle = _qr(np.ascontiguousarray(middle.T))
        for_right, middle = _qr(np.ascontiguousarray(triangle.T))
        left, right = product(left, for_left), product(right, for_right)
    u, s, v = _jacobi(np.ascontiguousarray(middle.T))
    return product(left, u), s, product(right, v)


def _triangular_product(triangle: np.ndarray, other: np.ndarray) -> np.ndarray:
    """An upper triangle times a matrix whose rows fall in size: each row of the product to rounding of its own size."""
    total = as_quad(np.zeros(other.shape))
    for k in range(len(other) - 1, -1, -1):
        total[:k + 1] += triangle[:k + 1, k, None] * other[k]
    return total


def _eliminated(matrix: np.ndarray, rounding: float) -> tuple[np.ndarray, np.ndarray]:
    """Factors L, (n, r), with pivots of one, and R, (r, m), by elimination with the largest entry left as the pivot."""
    rest = matrix.copy()
    lower: list[np.ndarray] = []
    upper: list[np.ndarray] = []
    least, largest = 0.5 * rounding * norm(matrix), float(np.abs(matrix).max(initial=0.0))
    while len(upper) < min(matrix.shape):
        check_time()
        i, j = divmod(int(np.argmax(np.abs(rest))), matrix.shape[1])
        size = abs(float(rest[i, j]))
        # The norm is looked at near its end alone, as it takes as long as a step.
        if size == 0.0 or (size <= 64.0 * rounding * largest and norm(rest) <= least):
            break
        lower.append(rest[:, j] / rest[i, j])
        upper.append(rest[i].copy())
        rest -= lower[-1][:, None] * upper[-1]
        rest[i], rest[:, j] = 0.0, 0.0    # exactly, whatever rounding leaves
    shape = matrix.shape
    return (np.ascontiguousarray(np.reshape(lower, (-1, shape[0])).T) if lower else as_quad(np.zeros((shape[0], 0))),
            np.reshape(upper, (-1, shape[1])) if upper else as_quad(np.zeros((0, shape[1]))))


def _qr(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal columns Q, (n, r), and a triangle, (r, r), of a matrix (n, r), by Householder's reflections."""
    a, reflections = matrix.copy(), []
    for k in range(a.shape[1]):
        check_time()
        v = a[k:, k].copy()
        v[0] += np.copysign(np.sqrt((v * v).sum()), v[0])
        v /= np.sqrt((v * v).sum())
        a[k:, k:] -= 2.0 * v[:, None] * (v[:, None] * a[k:, k:]).sum(axis=0)
        reflections.append(v)
    q = as_quad(np.eye(*a.shape))
    for k, v in reversed(list(enumerate(reflections))):
        q[k:, k:] -= 2.0 * v[:, None] * (v[:, None] * q[k:, k:]).sum(axis=0)
    return q, np.triu(a[:a.shape[1]])


def _jacobi(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The SVD of a square matrix whose columns fall in size: rotations of pairs of columns, r / 2 pairs at a time."""
    size = matrix.shape[1]
    count = size + size % 2
    # The rows of one array are the columns of the matrix, and below them those of V.
    both = as_quad(np.zeros((count, size + count)))
    both[:size, :size], both[:, size:] = matrix.T, np.eye(count)
    order = np.arange(count)
    for _ in range(30):    # sweeps; six to eight are enough, as they converge quadratically
        largest = 0.0
        for _ in range(count - 1):    # all pairs, as in a tournament
            check_time()
            largest = max(largest, _rotate(both, order[:count // 2], order[count // 2:][::-1], size))
            order = np.concatenate([order[:1], np.roll(order[1:], 1)])
        if largest <= 1e-18:    # before this sweep, which has squared it
            break
    columns = both[:size, :size]
    s = np.sqrt((columns * columns).sum(axis=1))
    falling = np.argsort(-s, kind="stable")
    s, columns, v = s[falling], columns[falling], both[:size, size:2 * size][falling]
    return np.ascontiguousarray((columns / s[:, None]).T), s, np.ascontiguousarray(v.T)


def _rotate(both: np.ndarray, p: np.ndarray, q: np.ndarray, size: int) -> float:
    """Make pairs of rows orthogonal in their first `size` entries; the largest cosine that they had before."""
    one, other = both[p], both[q]
    a, b = one[:, :size], other[:, :size]
    alpha, beta, gamma = (a * a).sum(axis=1), (b * b).sum(axis=1), (a * b).sum(axis=1)
    sizes = np.sqrt(alpha) * np.sqrt(beta)
    cosines = np.abs(gamma) / np.where(sizes > 0.0, sizes, 1.0)
    turned = cosines > 8.0 * EPS_QUAD
    zeta = (beta - alpha) / (2.0 * np.where(turned, gamma, 1.0))
    tangent = np.where(turned, np.copysign(1.0, zeta) / (np.abs(zeta) + np.sqrt(1.0 + zeta * zeta)), 0.0)
    cosine = (1.0 / np.sqrt(1.0 + tangent * tangent))[:, None]
    sine = cosine * tangent[:, None]
    both[p], both[q] = cosine * one - sine * other, sine * one + cosine * other
    return float(cosines.max(initial=0.0))
