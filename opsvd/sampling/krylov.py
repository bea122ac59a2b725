"""Leading singular values from a few passes over a matrix: block Krylov iteration, with residuals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

Product = Literal["right", "left", "both"]
"""What a pass over A brings for a block q of l columns: A q, or A^T q, or A q and A^T (A q)."""


class Pass(NamedTuple):
    """What one pass over A brings: A q (n, l), A^T q or A^T A q (m, l), and the squared Frobenius norm of A."""

    y: np.ndarray
    z: np.ndarray
    energy: float


Passes = Callable[[np.ndarray, Product], Pass]
"""A matrix as the iteration sees it: one pass with a block q. What is not asked for is empty."""


def block_products(block: np.ndarray, q: np.ndarray, product: Product) -> Pass:
    """The part of a pass that belongs to a block of rows, those of q for "left". Sums are in double precision."""
    y = block[:, :0] if product == "left" else block @ q
    z = np.zeros(()) if product == "right" else block.T @ (q if product == "left" else y)
    energy = np.sum([np.vdot(row, row) for row in block], dtype=np.float64)    # sums of single precision are short
    return Pass(y, np.asarray(z, dtype=np.float64), float(energy))


@dataclass(frozen=True, eq=False)
class Leading:
    """Leading singular triplets of A, more than were asked for, with the errors of those that were.

    Attributes
    ----------
    values : ndarray, shape (l,)
    errors : ndarray, shape (k,), k <= l
    left, right : ndarray, shape (n, l) and (m, l)
        Approximate singular vectors, orthonormal: A right = left values.
    residual : ndarray, shape (m, l)
        A^T left - right values.
    energy : float
        The squared Frobenius norm of A.
    rounding : float
        The relative error of `energy`, and of sums of squares of the values.
    passes, rounds : int
        How many there were.
    interrupted : bool
        Whether there should have been more.
    """

    values: np.ndarray
    errors: np.ndarray
    left: np.ndarray
    right: np.ndarray
    residual: np.ndarray
    energy: float
    rounding: float
    passes: int
    rounds: int
    interrupted: bool = False


def leading_values(turns: Iterator[Leading], rtol: float) -> Leading:
    """The triplets of the first of the `krylov_rounds` whose errors are at most rtol s_1, or else of the last.

    If interrupted (Ctrl-C) after the first round: what the last one gave, with its errors.
    """
    found = next(turns)
    try:
        while (found.errors > rtol * found.values[0]).any() and (further := next(turns, None)) is not None:
            found = further
    except KeyboardInterrupt:
        return replace(found, interrupted=True)
    return found


def krylov_rounds(passes: Passes, shape: tuple[int, int], rank: int, width: int, columns: int, *, rounds: int,
                  eps: float, rng: np.random.Generator) -> Iterator[Leading]:
    r"""Block Krylov iteration with full orthogonalisation and restarts: the triplets after each round.

    The space grows by the residuals :math:`A^T u_i - s_i v_i` of the leading `width` Ritz triplets at each round:
    without a restart it is the block Krylov space of :math:`A^T A` with a random start. Values are those of A
    restricted to the space, and so below the true ones (Rayleigh and Ritz).

    As long as the values wanted are not small, a round is one pass, which brings :math:`A q` and :math:`A^T A q`
    together. Squares lose what is below the root of rounding: from where that matters, a round is two passes, between
    which the products are orthonormalised.

    Parameters
    ----------
    passes : Passes
    shape : tuple of int
        That of A, (n, m).
    rank, width : int
        How many values are wanted, and how many vectors are multiplied at a time.
    columns : int
        At most so many columns of the space are kept.
    rounds : int
        At most so many.
    eps : float
        The rounding of the passes.
    rng : Generator

    References
    ----------
    N. Halko, P.-G. Martinsson, J. A. Tropp, SIAM Review 53 (2011), 217-288, algorithm 4.4; C. Musco and C. Musco,
    Randomized block Krylov methods, NIPS 2015.
    """
    q = np.linalg.qr(rng.standard_normal((shape[1], width)))[0]
    space, image, second = (np.empty((rows, 0)) for rows in (shape[1], shape[0], shape[1]))
    fused, count = True, 0
    for turn in range(rounds):
        step = passes(q, "both" if fused else "right")
        count += 1
        space, image = np.hstack([space, q]), np.hstack([image, step.y])
        if fused:
            second = np.hstack([second, step.z])
        u, s, w = _svd(image, width)
        v = space @ w
        fused = fused and bool(s[min(rank, len(s)) - 1] > 100.0 * np.sqrt(eps) * s[0])
        if fused:
            adjoint = second @ (w / s[:width])
        else:
            adjoint = passes(u, "left").z
            count += 1
        residual = adjoint - v * s[:width]
        noise = 10.0 * eps * s[0] * (s[0] / np.maximum(s[:width], eps * s[0]) if fused else 1.0)
        errors = _errors(s, np.linalg.norm(residual, axis=0) + noise, step.energy, rank, eps)
        yield Leading(s[:width], errors, u, v, residual, step.energy, 100.0 * eps, count, turn + 1)
        if space.shape[1] + width > columns:
            space, image, second = v, image @ w, second @ w if fused else second
        q = _fresh(residual, space, eps * s[0])
        if q.shape[1] == 0:
            break


def _svd(image: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The leading left vectors, all values, and the leading right vectors as columns."""
    q, r = np.linalg.qr(image)
    u, s, wt = np.linalg.svd(r)
    return q @ u[:, :width], s, wt[:width].T


def _fresh(block: np.ndarray, space: np.ndarray, negligible: float) -> np.ndarray:
    """Orthonormalise a block against the space and itself; what is negligible gives no direction."""
    norms = np.linalg.norm(block, axis=0)
    block = block[:, norms > negligible] / norms[norms > negligible]
    block = block[:, : space.shape[0] - space.shape[1]]
    for _ in range(2 if block.shape[1] else 0):
        block = np.linalg.qr(block - space @ (space.T @ block))[0]
    return block


def _errors(s: np.ndarray, sizes: np.ndarray, energy: float, rank: int, eps: float) -> np.ndarray:
    r"""Bound what the leading values may lie below the true ones, shape (k,), from the sizes of the residuals.

    Two bounds, and their minimum: with :math:`\rho^2` the energy beyond the space, :math:`\sigma_i^2 \le s_i^2 +
    \rho^2`; and with the residual :math:`r_i = |A^T u_i - s_i v_i|` and c the norm of A beyond the first few vectors,
    :math:`r_i^2 s_i / 2 (s_i^2 - c^2)`, doubled because c is a guess, or :math:`r_i` where that is smaller.
    """
    leading = s[: sizes.size]
    if s[0] == 0.0:
        return np.zeros(min(rank, leading.size))
    beyond = max(energy - float(s @ s), 0.0) + 100.0 * eps * energy
    first = np.sqrt(leading**2 + beyond) - leading
    r = np.maximum.accumulate(sizes)
    # Beyond the first j values, A has about the norm of the next one: that much is a guess, which a random start makes.
    c = np.array([(leading[i + 1 :] + r[i + 1 :]).min(initial=np.inf) for i in range(leading.size)])
    gap = leading**2 - c**2
    with np.errstate(divide="ignore", invalid="ignore"):
        second = np.where(gap > 0.0, r**2 * leading / gap, np.inf)
    return np.asarray(np.minimum(first, np.minimum(r, second))[:rank] + 20.0 * eps * s[0])
