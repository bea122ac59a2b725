"""The answer for kernels of vectors without symmetry, from a matrix between products of Hermite polynomials."""

from typing import TypeVar

import numpy as np

from .error_bars import Evidence, error_bars, left_out
from .images import Images
from .lattice_functions import LatticeFunctions
from .linalg import canonical_signs, compact_svd
from .methods.coordinates import Coordinates
from .methods.tensor import TensorDiscretisation
from .multiplets import as_counts
from .result import OperatorSVD
from .spectrum import Estimate, decay_law, nuclear_tail
from .tensor_functions import TensorFunctions

__all__ = ["answer", "larger_evidence", "seen_at_spots", "tensor_svd"]

F = TypeVar("F", TensorFunctions, LatticeFunctions)

# Random points at which h is held against the answer, and by how many standard errors their mean square may be off.
_SPOTS, _SEED, _UNSURE = 4000, 11, 3.0
# Rows and columns that together are below this part of rtol are left out.
_FAINT = 1e-3
# So many leading functions are held against the larger basis one by one.
_MOST = 64
_DISAGREES, _ROUNDING = 2.0, 1e-13
_ENOUGH = 6


def tensor_svd(d: TensorDiscretisation, rtol: float, max_rank: int | None) -> OperatorSVD:
    """Decompose, and judge by a larger matrix from other nodes, and by h itself at random points."""
    triplets = u, s, v = _triplets(d.matrix, rtol)
    c = d.coordinates
    left, right = (TensorFunctions(mu, turn, tuple(zip(axes, sizes, strict=True)), vectors)
                   for mu, turn, axes, sizes, vectors in (
                       (c.mu_x, c.turn_x, [g.x for g in c.components], [size[0] for size in d.sizes], u),
                       (c.mu_y, c.turn_y, [g.y for g in c.components], [size[1] for size in d.sizes], v)))
    return answer(s, (left, right), _evidence(d, left, right, triplets), rtol=rtol, max_rank=max_rank, note=_note(d),
                  limit="More products of polynomials are not affordable")


def answer(s: np.ndarray, functions: tuple[F, F], evidence: Evidence, *, rtol: float, max_rank: int | None, note: str,
           limit: str, norm_error: float = np.inf) -> OperatorSVD:
    """The result with the values that are known, from all computed ones and what is known of the remainder.

    The limit is what stands in the way of more, in words; the error of the norm is what else is known of that.
    """
    errors = error_bars(s, evidence)
    goal = rtol * float(s.max(initial=0.0))
    visible = int(np.argmin(np.append(s > np.maximum(errors, goal), False)))
    accurate = int(np.argmin(np.append(errors[:visible] <= goal, False)))
    rank = accurate if accurate >= min(_ENOUGH, visible) else visible
    rank = rank if max_rank is None else min(rank, max_rank)
    tail = left_out(s, evidence, rank)
    worst = float(errors[:rank].max(initial=0.0)) if rank else tail
    values, bars = s[:rank], errors[:rank]
    norm_error = min(norm_error, abs(evidence.norm - float(np.linalg.norm(s))) + evidence.remainder)
    return OperatorSVD(values=values, multiplicities=as_counts([1] * rank), value_errors=bars, singular_values=values,
                       errors=bars, left=functions[0].truncated(rank), right=functions[1].truncated(rank),
                       norm=Estimate(evidence.norm, norm_error),
                       tail=tail, rtol=rtol, method=note, evaluations=0, converged=worst <= goal, breaks=False,
                       status=_status(worst, goal, rtol, limit), decay=decay_law(values, bars),
                       spectrum_tail=nuclear_tail(values, bars, tail))


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
    f, g = np.zeros((d.check.shape[0], len(s))), np.zeros((d.check.shape[1], len(s)))
    f[d.within_check(0)], g[d.within_check(1)] = u, v
    remainder = d.check - (f * s) @ g.T
    norm = float(np.linalg.norm(d.check))
    seen = seen_at_spots(d.coordinates, left, right, s)
    return larger_evidence(remainder, f, g, norm=norm, seen=seen)


def seen_at_spots(c: Coordinates, left: F, right: F, s: np.ndarray) -> float:
    """The root mean square of h less the answer at random points, with its uncertainty."""
    rng = np.random.default_rng(_SEED)
    x, y = c.mu_x.sample(_SPOTS, rng), c.mu_y.sample(_SPOTS, rng)
    misses = c.kernel.finite_beside(x, y) - np.sum(left(x) * s * right(y), axis=1)
    return float(np.sqrt(np.mean(misses**2) + _UNSURE * np.std(misses**2) / np.sqrt(_SPOTS)))


def larger_evidence(remainder: np.ndarray, f: np.ndarray, g: np.ndarray, *, norm: float, seen: float) -> Evidence:
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
    """
    checked, along = float(np.linalg.norm(remainder)), f.T @ remainder
    # What lies beyond the larger basis is known only by its size.
    beyond = float(np.sqrt(max(seen**2 - checked**2, 0.0)))
    count = min(f.shape[1], _MOST)
    columns = np.cumsum(np.sum((remainder @ g[:, :count]) ** 2, axis=0))
    rows = np.cumsum(np.sum(along[:count] ** 2, axis=1))
    inner = along @ g
    corners = np.array([float(np.linalg.norm(inner[:q, :q])) for q in range(1, count + 1)])
    # If points see much more than the larger basis does, that has not resolved the remainder, and knows no part of it.
    unknown = 0.0 if seen <= _DISAGREES * checked + _ROUNDING * norm else beyond
    near = Images(np.sqrt(np.maximum(columns, rows)) + unknown, corners + unknown)
    return Evidence(norm=float(np.hypot(norm, beyond)), remainder=max(checked, seen), spread=checked + beyond,
                    coupling=float(np.linalg.norm(inner)) + unknown, images=near)


def _note(d: TensorDiscretisation) -> str:
    sizes = [" by ".join(" x ".join(map(str, side)) or "1" for side in size) for size in d.sizes]
    turned = ", turned coordinates" if d.coordinates.turned else ""
    return f"Hermite polynomials in products, {'; '.join(sizes) or 'a constant'}{turned}"


def _status(worst: float, goal: float, rtol: float, limit: str) -> str:
    if worst > goal:
        return (f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error "
                f"bars hold all the same. {limit}: accept a larger rtol")
    return f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}"
