"""The one singular value decomposition, and its conventions of sign and order; matrices are real or complex."""

import math
from collections.abc import Callable

import numpy as np
import scipy.linalg

from .arrays import squares
from .budget import check_time
from .floats import EPS, TINY


def compact_svd(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Singular value decomposition :math:`A = U \,\mathrm{diag}(s)\, V^*` without the values that are rounding.

    A matrix of low numerical rank is first compressed, :math:`A = Q B`, onto the range of a random sketch; the
    remainder :math:`\|A - QB\|_F` is computed, and must be rounding, or the sketch is widened, up to the full
    decomposition. The result is that of LAPACK to rounding, at a fraction of the cost.

    Parameters
    ----------
    matrix : ndarray, shape (n, m)

    Returns
    -------
    U : ndarray, shape (n, k)
    s : ndarray, shape (k,)
        Nonincreasing, all above :math:`\epsilon \sqrt{\max(n, m)}` times the first.
    V : ndarray, shape (m, k)
        The right vectors as columns.

    References
    ----------
    N. Halko, P. G. Martinsson and J. A. Tropp, Finding structure with randomness, SIAM Review 53 (2011).
    """
    n, m = matrix.shape
    norm = scipy.linalg.norm(matrix, check_finite=False)
    if norm == 0.0:
        return np.zeros((n, 0), matrix.dtype), np.zeros(0), np.zeros((m, 0), matrix.dtype)
    for width in _sketches(min(n, m)):
        check_time()
        sketch = np.random.default_rng(width).standard_normal((m, width))
        trial = scipy.linalg.qr(matrix @ sketch, mode="economic", check_finite=False)[0]
        projected = trial.conj().T @ matrix    # of real arrays conj() is the array itself
        remainder = trial @ projected
        remainder -= matrix
        if scipy.linalg.norm(remainder, check_finite=False) <= _rounding(n, m) * norm:
            return _without_rounding(trial, projected)
    return _without_rounding(None, matrix)


def _rounding(n: int, m: int) -> float:
    """What LAPACK's roundings make of the singular values of an (n, m) matrix, relative to the largest."""
    return EPS * math.sqrt(max(n, m))


def _without_rounding(basis: np.ndarray | None, compressed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The SVD of a basis times a matrix, or of the matrix alone, less the values that are rounding."""
    # LAPACK takes a fifth less time for matrices with more rows than columns.
    v, s, ut = np.linalg.svd(compressed.conj().T, full_matrices=False)
    n = compressed.shape[0] if basis is None else basis.shape[0]
    keep = s > _rounding(n, compressed.shape[1]) * s.max(initial=0.0)
    left = ut[keep].conj().T if basis is None else basis @ ut[keep].conj().T
    return left, s[keep], v[:, keep]


def _sketches(size: int) -> list[int]:
    """Widths of sketches to try, each twice the one before, up to a third of the size; none for less than 120."""
    first, most = 40, size // 3
    doubled = [first * 2**k for k in range(most.bit_length()) if first * 2**k < most]
    return [*doubled, most] if most >= first else []


def krylov_svd(matrix: np.ndarray, block: int, passes: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Singular triplets, as by `compact_svd`, from a block Krylov space: the leading ones of a slow spectrum.

    The span of :math:`A \Omega, (A A^*) A \Omega, \dots, (A A^*)^{p - 1} A \Omega`, with `block` random columns and p
    passes, holds the leading singular vectors. After five passes, of values that fall like 1 / i a fifth of `block`
    come to rounding, with their vectors, and `block` to five digits of the first; the others, up to five times
    `block`, stand for the rest. Values that stand more than `block` times are not all found.

    References
    ----------
    C. Musco and C. Musco, Randomized block Krylov methods for stronger and faster approximate singular value
    decomposition, NeurIPS (2015).
    """
    vectors: np.ndarray = np.random.default_rng(block).standard_normal((matrix.shape[1], block))
    parts: list[np.ndarray] = []
    for _ in range(passes):
        check_time()
        vectors = matrix.conj().T @ parts[-1] if parts else vectors
        parts.append(scipy.linalg.qr(matrix @ vectors, mode="economic", check_finite=False)[0])
    basis = scipy.linalg.qr(np.concatenate(parts, axis=1), mode="economic", check_finite=False)[0]
    return _without_rounding(basis, basis.conj().T @ matrix)


def leading_svd(matrix: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The leading singular triplets, as by `compact_svd`, from a random sketch, for values that stand many times.

    The sketch has forty columns more than triplets are wanted, for members of multiplets that are cut. Six applications
    of the matrix tell values apart that differ by a factor of two to about three digits.
    """
    sketch: np.ndarray = np.random.default_rng(count).standard_normal((matrix.shape[1], count + 40))
    for _ in range(3):
        check_time()
        sketch = scipy.linalg.qr(matrix.conj().T @ (matrix @ sketch), mode="economic", check_finite=False)[0]
    u, s, v = compact_svd(matrix @ sketch)
    return u[:, :count], s[:count], sketch @ v[:, :count]


def norm_bound(matrix: np.ndarray) -> float:
    r"""A bound of the largest singular value, some twenty per cent above it, and never above the Frobenius norm.

    For a matrix B and fifteen standard Gaussian vectors, :math:`\|B\| \le 10 \sqrt{2/\pi} \max_i \|B \omega_i\|` except
    with a probability of :math:`10^{-15}`. Taken of :math:`B = (A^* A)^8`, the factor becomes its sixteenth root. Where
    A is complex, so are the vectors: their real parts alone make the bound true.

    References
    ----------
    N. Halko, P. G. Martinsson and J. A. Tropp, Finding structure with randomness, SIAM Review 53 (2011), lemma 4.1.
    """
    frobenius = float(scipy.linalg.norm(matrix))
    if frobenius == 0.0:
        return 0.0
    rng = np.random.default_rng(len(matrix))
    vectors = rng.standard_normal((matrix.shape[1], 15))
    if matrix.dtype.kind == "c":
        vectors = vectors + 1j * rng.standard_normal(vectors.shape)
    # In single precision the sixteen products lose some 1e-6, which is nothing beside twenty per cent. Nor are entries
    # that small, whose products would be subnormal.
    single = np.dtype(np.complex64 if matrix.dtype.kind == "c" else np.float32)
    scaled = (matrix / frobenius).astype(single)
    scaled[np.abs(scaled) < 1e-12] = 0.0
    bound = _bound_by_products(lambda v: scaled @ v, lambda u: scaled.conj().T @ u, vectors.astype(single), 8)
    return frobenius * min(1.0, bound)


def norm_bound_by_products(product: Callable[[np.ndarray], np.ndarray], columns: int, guess: float,
                           degree: int) -> float:
    r"""A bound of the norm of a real matrix A, of which products with :math:`A^T A` are known, and about the norm.

    As for `norm_bound`, but of :math:`B = T_k(2 A^T A / \beta - 1)` with a Chebyshev polynomial of degree k, which is
    at most one up to :math:`\beta` and grows fast beyond. If :math:`\|B\| \le v`, then

    .. math:: \|A\|^2 \le \tfrac12 \beta \, (1 + \cosh(\mathrm{arcosh}(\max(v, 1)) / k)),

    whatever :math:`\beta` is. We take 0.9 times the square of the guess. If the guess is the norm, the bound is some
    four per cent above it for k = 12, and seven for k = 8; powers of the matrix take twice the products. If the guess
    is too large, the bound is about the guess.

    Parameters
    ----------
    product : callable
        Vectors (columns, 15) -> :math:`A^T A` times them.
    columns : int
        Of A.
    guess : float
        Above zero.
    degree : int
        How many products are taken.
    """
    def scaled(vectors: np.ndarray) -> np.ndarray:
        """The argument of the polynomial, and one: in double precision, whose range a small guess may need."""
        return 2.0 / scale * product(vectors).astype(float)

    scale, steepest = 0.9 * guess**2, 10.0 * np.sqrt(2.0 / np.pi)
    before: np.ndarray = np.random.default_rng(columns).standard_normal((columns, 15))
    now = scaled(before) - before
    logarithm = 0.0
    for _ in range(degree - 1):
        check_time()
        if (size := float(np.abs(now).max())) > 1e10:    # products may be in single precision
            before, now, logarithm = before / size, now / size, logarithm + np.log(size)
        before, now = now, 2.0 * (scaled(now) - now) - before
    logarithm += np.log(max(steepest * float(np.linalg.norm(now, axis=0).max()), TINY))
    # arcosh(v), which is log(2v) to rounding where v is large.
    grown = np.arccosh(max(np.exp(logarithm), 1.0)) if logarithm < 20.0 else logarithm + np.log(2.0)
    return float(np.sqrt(0.5 * scale * (1.0 + np.cosh(grown / degree))))


def _bound_by_products(forth: Callable[[np.ndarray], np.ndarray], back: Callable[[np.ndarray], np.ndarray],
                       vectors: np.ndarray, power: int) -> float:
    """The bound, from standard Gaussian vectors; zero where the matrix is."""
    logarithm = np.log(10.0 * np.sqrt(2.0 / np.pi))
    for _ in range(power):
        check_time()
        vectors = back(forth(vectors))
        size = float(np.linalg.norm(vectors, axis=0).max())
        if size == 0.0:
            return 0.0
        vectors, logarithm = vectors / size, logarithm + np.log(size)
    return float(np.exp(logarithm / (2 * power)))


def leading_triplets(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The SVD of a matrix of a kernel that breaks; of one of more than 200 rows, 120 leading triplets at least."""
    return krylov_svd(matrix, leading_count(matrix) // 5) if min(matrix.shape) > 200 else compact_svd(matrix)


def leading_count(matrix: np.ndarray) -> int:
    """How many leading triplets stand for a matrix of a kernel that breaks: five for every twelve rows, 120 to 400."""
    return int(5 * min(max(min(matrix.shape) // 12, 24), 80))


def corner_norms(matrix: np.ndarray) -> np.ndarray:
    """The Frobenius norms of the leading q by q corners of a square matrix (n, n), for q = 1, ..., n."""
    return np.asarray(np.sqrt(np.diagonal(np.cumsum(np.cumsum(squares(matrix), axis=0), axis=1))))


def canonical_signs(samples: np.ndarray) -> np.ndarray:
    """Signs, shape (r,), that make every column of `samples`, shape (n, r), positive at its last large entry.

    Large is at least half of the largest: the singular function f_i is positive in the rightmost lobe of its
    half-density that reaches half the maximum, which does not depend on where the nodes lie. Of complex samples these
    are phases, numbers of modulus one, that make the entry real and positive. The same sign or phase goes to g_i, so
    that products of f_i and the conjugate of g_i are unchanged.
    """
    if samples.size == 0:
        return np.ones(samples.shape[1])
    size = np.abs(samples)
    large = size >= 0.5 * size.max(axis=0)
    last = len(samples) - 1 - np.argmax(large[::-1], axis=0)
    chosen = samples[last, np.arange(samples.shape[1])]
    if chosen.dtype.kind == "c":
        return _phases(chosen).conj()
    return np.where(chosen < 0.0, -1.0, 1.0)


def _phases(values: np.ndarray) -> np.ndarray:
    """The signs of real numbers, and the phases of complex ones, of modulus one."""
    # Numbers below the smallest normal one cannot be divided by their sizes.
    return np.asarray(np.exp(1j * np.angle(values)) if values.dtype.kind == "c" else np.sign(values))


def equilibrated(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scale rows and columns to a largest entry of about one, so that no part hides behind the largest entries.

    Returns the scaled matrix and the factors of its rows and columns, which may be infinite. It works on logarithms, as
    products of entries and factors may be no numbers on the way. Rows and columns of zeros stay. Each round halves what
    a logarithm is off by, and entries differ by a factor e^1400 at most: fourteen rounds leave e^0.1.
    """
    with np.errstate(divide="ignore"):
        sizes = np.log(np.abs(matrix))
    rows, columns = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[1])
    for _ in range(14):
        scaled = sizes + rows[:, None] + columns
        changes = [0.5 * np.where(np.isfinite(largest), largest, 0.0)
                   for largest in (scaled.max(axis=1), scaled.max(axis=0))]
        rows, columns = rows - changes[0], columns - changes[1]
        if max(float(np.abs(change).max()) for change in changes) < 0.1:
            break
    with np.errstate(over="ignore"):
        return _phases(matrix) * np.exp(sizes + rows[:, None] + columns), np.exp(rows), np.exp(columns)
