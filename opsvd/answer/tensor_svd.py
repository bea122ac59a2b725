"""The answer for kernels of vectors without symmetry, from a matrix between products of Hermite polynomials."""

import math

import numpy as np

from .._support.linalg import canonical_signs, compact_svd, corner_norms
from ..evidence.error_bars import Evidence, error_bars, largest_evidence
from ..evidence.images import Images
from ..methods.tensor import Sizes, TensorDiscretisation
from ..operator.tensor_functions import TensorFunctions
from .result import OperatorSVD
from .vector_answer import judged_answer

__all__ = ["larger_evidence", "tensor_svd"]

# Random points at which h is held against the answer, and by how many standard errors their mean square may be off.
_SPOTS, _SEED, _UNSURE = 4000, 11, 3.0
# Rows and columns that together are below this part of rtol are left out.
_FAINT = 1e-3
# So many leading functions are held against the larger basis one by one.
_MOST = 64
_DISAGREES, _ROUNDING = 2.0, 1e-13


def tensor_svd(d: TensorDiscretisation, rtol: float, max_rank: int | None) -> OperatorSVD:
    """Decompose, and judge by a larger matrix from other nodes, and by h itself at random points."""
    triplets = u, s, v = _triplets(d.matrix, rtol)
    c = d.coordinates
    left, right = (TensorFunctions(mu, turn, tuple(zip(axes, sizes, strict=True)), vectors)
                   for mu, turn, axes, sizes, vectors in (
                       (c.mu_x, c.turn_x, [g.x for g in c.components], [size[0] for size in d.sizes], u),
                       (c.mu_y, c.turn_y, [g.y for g in c.components], [size[1] for size in d.sizes], v)))
    evidence = _evidence(d, left, right, triplets)
    return judged_answer(s, error_bars(s, evidence), (left, right), evidence, rtol=rtol, max_rank=max_rank,
                         note=_note(d), limit="More products of polynomials are not affordable")


def _triplets(matrix: np.ndarray, rtol: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The SVD of the rows and columns that matter: of products of many degrees, most do not."""
    least = _FAINT * rtol * float(np.linalg.norm(matrix))
    rows, columns = (np.flatnonzero(np.linalg.norm(matrix, axis=axis) > least / np.sqrt(matrix.shape[1 - axis]))
                     for axis in (1, 0))
    u, s, v = compact_svd(matrix[np.ix_(rows, columns)])
    left, right = np.zeros((matrix.shape[0], len(s))), np.zeros((matrix.shape[1], len(s)))
    sign = canonical_signs(u)
    left[rows], right[columns] = u * sign, v * sign
    return left, s, right


def _evidence(d: TensorDiscretisation, left: TensorFunctions, right: TensorFunctions,
              triplets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Evidence:
    """What the larger matrix and random points show of the remainder."""
    u, s, v = triplets
    c, rng = d.coordinates, np.random.default_rng(_SEED)
    x, y = c.mu_x.sample(_SPOTS, rng), c.mu_y.sample(_SPOTS, rng)
    misses = c.kernel.finite_beside(x, y) - np.sum(left(x) * s * right(y), axis=1)
    seen = float(np.sqrt(np.mean(misses**2) + _UNSURE * np.std(misses**2) / np.sqrt(_SPOTS)))
    shown = []
    for check, (matrix, larger) in enumerate(zip(d.checks, d.check_sizes, strict=True)):
        f, g = np.zeros((matrix.shape[0], len(s))), np.zeros((matrix.shape[1], len(s)))
        f[d.within_check(check, 0)], g[d.within_check(check, 1)] = u, v
        shown.append(larger_evidence(matrix - (f * s) @ g.T, f, g, norm=float(np.linalg.norm(matrix)), seen=seen,
                                     amplify=_amplified(d.sizes, larger)))
    return largest_evidence(shown)


def _amplified(sizes: tuple[Sizes, ...], larger: tuple[Sizes, ...]) -> float:
    """By how much errors may exceed the difference to a larger size.

    If they fall like the distance of Gauss-Hermite nodes, one over the root of the size, as those of jumps do, the
    difference is a part of them.
    """
    pairs = [(small, large) for one, other in zip(sizes, larger, strict=True)
             for small, large in zip((*one[0], *one[1]), (*other[0], *other[1]), strict=True)]
    return max((1.0 / (1.0 - math.sqrt(small / large)) for small, large in pairs), default=1.0)


def larger_evidence(remainder: np.ndarray, f: np.ndarray, g: np.ndarray, *, norm: float, seen: float,
                    average: float | None = None, amplify: float = 1.0) -> Evidence:
    """Evidence from the remainder as a matrix in a larger basis, and from its size at random points.

    Parameters
    ----------
    remainder : ndarray, shape (N, M)
    f, g : ndarray, shapes (N, r) and (M, r)
        The singular functions in the larger bases.
    norm : float
        Of the matrix in the larger basis.
    seen : float
        The root mean square of the remainder at random points, with its uncertainty.
    average : float, optional
        The same without, by which points and basis are held to agree or not; by default `seen`.
    amplify : float, default 1.0
        By how much the error of the smaller basis may exceed its difference to the larger one, as where both are wrong
        alike about integrals across kinks.
    """
    checked, along = float(np.linalg.norm(remainder)), f.T @ remainder
    # What lies beyond the larger basis is known only by its size.
    beyond = float(np.sqrt(max(seen**2 - checked**2, 0.0)))
    count = min(f.shape[1], _MOST)
    columns = np.cumsum(np.sum((remainder @ g[:, :count]) ** 2, axis=0))
    rows = np.cumsum(np.sum(along[:count] ** 2, axis=1))
    inner = amplify * (along @ g)
    corners = corner_norms(inner[:count, :count])
    # If points see much more than the larger basis does, that has not resolved the remainder, and knows no part of it.
    unknown = 0.0 if (seen if average is None else average) <= _DISAGREES * checked + _ROUNDING * norm else beyond
    near = Images(np.sqrt(np.maximum(columns, rows)) + unknown, corners + unknown)
    return Evidence(norm=float(np.hypot(norm, beyond)), remainder=max(checked, seen), spread=checked + beyond,
                    coupling=float(np.linalg.norm(inner)) + unknown, dimension=min(remainder.shape), images=near)


def _note(d: TensorDiscretisation) -> str:
    sizes = [" by ".join(" x ".join(map(str, side)) or "1" for side in size) for size in d.sizes]
    turned = ", turned coordinates" if d.coordinates.turned else ""
    return f"Hermite polynomials in products, {'; '.join(sizes) or 'a constant'}{turned}"
