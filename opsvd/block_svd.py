"""The answer for kernels of blocks: as one of numbers where phi acts on each entry, else between polynomials."""

import math

import numpy as np

from .block_functions import BlockFunctions
from .blocks import BlockKernel
from .error_bars import error_bars, left_out
from .errors import KernelError
from .linalg import canonical_signs, compact_svd
from .measures import Gaussian, GaussianVector, Measure
from .multiplets import as_counts
from .quadrature import gauss_hermite, hermite_functions
from .result import OperatorSVD
from .spectrum import Estimate, decay_law, nuclear_tail
from .tensor_svd import larger_evidence

__all__ = ["block_svd"]

_Gaussians = Gaussian | GaussianVector

# Rows and columns of the matrix and of that for checks at most, and values of the latter.
_MOST_ROWS, _MOST_VALUES = 2400, 12_000_000
# Even, so that no node is at zero, where a block may have no direction.
_SIZES = (6, 8, 10, 14, 20, 24)
_CHECK_MORE = 4
# Random pairs of blocks of rows, and by how many standard errors their mean square may be off.
_SPOTS, _SEED, _UNSURE = 60, 13, 3.0


def block_svd(kernel: BlockKernel, mu_x: Measure, mu_y: Measure, rtol: float, max_rank: int | None) -> OperatorSVD:
    """Refine products of Hermite polynomials of all b k coordinates until the bars meet rtol, or no more fit.

    Raises KernelError if not even the smallest fit.
    """
    if not (isinstance(mu_x, Gaussian | GaussianVector) and isinstance(mu_y, Gaussian | GaussianVector)):
        raise TypeError(f"measures must be Gaussian for kernels of blocks, got {mu_x!r} and {mu_y!r}")
    directions = max(_directions(kernel, mu_x), _directions(kernel, mu_y))
    best: OperatorSVD | None = None
    for size in _SIZES:
        rows = kernel.b * size**directions
        if rows > _MOST_ROWS or (kernel.b * (size + _CHECK_MORE) ** directions) ** 2 > _MOST_VALUES:
            break
        svd = _solved(kernel, (mu_x, mu_y), size, rtol, max_rank)
        if best is None or svd.worst_error <= best.worst_error or svd.rank > best.rank:
            best = svd
        if svd.converged:
            break
    if best is None:
        raise KernelError(f"phi must act on blocks of few coordinates, got b k = {directions}: products of polynomials "
                          f"would take {_SIZES[0]}^{directions} rows, which does not fit; estimate the singular values "
                          f"with opsvd.monte_carlo(h, n, mu_x, mu_y)")
    return best


def _directions(kernel: BlockKernel, mu: _Gaussians) -> int:
    return kernel.b * (mu.rank if isinstance(mu, GaussianVector) else 1)


def _solved(kernel: BlockKernel, measures: tuple[_Gaussians, _Gaussians], size: int, rtol: float,
            max_rank: int | None) -> OperatorSVD:
    """One size, judged by a larger one and by random blocks."""
    mu_x, mu_y = measures
    u, s, v = compact_svd(_matrix(kernel, mu_x, mu_y, size))
    sign = canonical_signs(u)
    u, v = u * sign, v * sign
    left, right = BlockFunctions(mu_x, kernel.b, size, u), BlockFunctions(mu_y, kernel.b, size, v)
    check = _matrix(kernel, mu_x, mu_y, size + _CHECK_MORE)
    f, g = np.zeros((check.shape[0], len(s))), np.zeros((check.shape[1], len(s)))
    f[_places(size, _directions(kernel, mu_x), kernel.b)] = u
    g[_places(size, _directions(kernel, mu_y), kernel.b)] = v
    remainder = check - (f * s) @ g.T
    evidence = larger_evidence(remainder, f, g, norm=float(np.linalg.norm(check)), seen=_seen(kernel, left, right, s))
    errors = error_bars(s, evidence)
    goal = rtol * float(s.max(initial=0.0))
    rank = int(np.argmin(np.append(s > np.maximum(errors, goal), False)))
    rank = rank if max_rank is None else min(rank, max_rank)
    tail = left_out(s, evidence, rank)
    worst = float(errors[:rank].max(initial=0.0)) if rank else tail
    status = (f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}" if worst <= goal else
              f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error bars "
              f"hold all the same. More polynomials are not affordable: accept a larger rtol")
    return OperatorSVD(values=s[:rank], multiplicities=as_counts([1] * rank), value_errors=errors[:rank],
                       singular_values=s[:rank], errors=errors[:rank], left=left.truncated(rank),
                       right=right.truncated(rank), norm=Estimate(evidence.norm, abs(evidence.norm - float(
                           np.linalg.norm(s))) + evidence.remainder), tail=tail, rtol=rtol, evaluations=0,
                       method=f"blocks: Hermite polynomials in products, {size} in each direction", status=status,
                       converged=worst <= goal, breaks=False, decay=decay_law(s[:rank], errors[:rank]),
                       spectrum_tail=nuclear_tail(s[:rank], errors[:rank], tail))


def _matrix(kernel: BlockKernel, mu_x: _Gaussians, mu_y: _Gaussians, size: int) -> np.ndarray:
    """E[psi_alpha(x) Phi(x y^T)_ij psi_beta(y)] / b: (functions of x and i, functions of y and j)."""
    points, lebesgue = gauss_hermite(size)
    transform = hermite_functions(points, size) * (lebesgue * hermite_functions(points, 1)[:, 0])[:, None]
    counts = [_directions(kernel, mu) for mu in (mu_x, mu_y)]
    rows = [_rows(mu, np.stack(np.meshgrid(*[points] * d, indexing="ij"), axis=-1).reshape(-1, d), kernel)
            for mu, d in zip((mu_x, mu_y), counts, strict=True)]
    values = kernel.blocks(*rows) / kernel.b
    tensor = values.transpose(0, 2, 1, 3).reshape(*[size] * counts[0], kernel.b, *[size] * counts[1], kernel.b)
    for axis in [*range(counts[0]), *range(counts[0] + 1, counts[0] + 1 + counts[1])]:
        tensor = np.moveaxis(np.tensordot(tensor, transform, axes=(axis, 0)), -1, axis)
    return np.asarray(tensor.reshape(kernel.b * size ** counts[0], kernel.b * size ** counts[1]))


def _rows(mu: _Gaussians, z: np.ndarray, kernel: BlockKernel) -> np.ndarray:
    """Blocks of rows from standard coordinates, (n, b r) to (n, b, k)."""
    if isinstance(mu, GaussianVector):
        return mu.unwhiten(z.reshape(len(z), kernel.b, mu.rank))
    return np.asarray(mu.mean + mu.std * z[:, :, None])


def _places(size: int, directions: int, b: int) -> np.ndarray:
    """Where functions of one size stand among those of the check."""
    large = size + _CHECK_MORE
    index = np.arange(large**directions * b).reshape(*[large] * directions, b)
    return np.ravel(index[(slice(size),) * directions])


def _seen(kernel: BlockKernel, left: BlockFunctions, right: BlockFunctions, s: np.ndarray) -> float:
    """The root mean square of what the answer misses at random blocks of rows."""
    rng = np.random.default_rng(_SEED)
    shape = (_SPOTS, kernel.b, kernel.k)
    x, y = (f.measure.sample(_SPOTS * kernel.b, rng).reshape(shape) for f in (left, right))
    given = [f(rows[..., 0] if kernel.k == 1 else rows) for f, rows in ((left, x), (right, y))]
    misses = kernel.blocks(x, y) / kernel.b - np.einsum("nir,r,mjr->nmij", given[0], s, given[1])
    squares = np.sum(misses**2, axis=(2, 3))
    # Pairs share their rows: what is independent are the means over rows and columns.
    unsure = math.sqrt((np.var(squares.mean(axis=1)) + np.var(squares.mean(axis=0))) / _SPOTS)
    return math.sqrt(float(squares.mean()) + _UNSURE * unsure)
