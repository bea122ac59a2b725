"""Kernels of vectors that are functions of |x - y|, where values are dear: pieces of that function, for h."""

import math

import numpy as np

from .._support.floats import CHUNK
from ..evidence.remainder import NORM_MARGIN
from ..evidence.vector_pairs import seen_at_vector_pairs
from ..kernels import untried
from ..operator.problem import Problem
from ..probing.invariance import is_function_of_distance
from ..quadrature import Pieces, find_pieces
from .known_phi import OnPieces, Remembered
from .stand_in import StandIn, cheap


def radial_stand_in(problem: Problem) -> StandIn | None:
    """The problem with a kernel phi(|x - y|) of pieces; None if h is no such function, or takes too many of them."""
    if problem.given.complex or not is_function_of_distance(problem.given, problem.mu_x, problem.mu_y):
        return None
    phi = _phi(problem)
    if phi is None:
        return None

    def values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        # Lists, or a grid of x (n, 1, k) and y (1, m, k): some rows at once, as differences are k times the values.
        shape = np.broadcast_shapes(x.shape, y.shape)[:-1]
        found, step = np.empty(shape), max(1, CHUNK // (math.prod(shape[1:]) * x.shape[-1]))
        for start in range(0, len(found), step):
            some = slice(start, start + step)
            apart = np.linalg.norm((x[some] if len(x) > 1 else x) - (y[some] if len(y) > 1 else y), axis=-1)
            found[some] = phi(apart.ravel(), np.zeros(apart.size, dtype=int)).reshape(apart.shape)
        return found

    stand = cheap(problem, untried(values, problem.given.dims))
    seen = seen_at_vector_pairs(problem, stand.kernel.finite_beside)
    if seen is None or NORM_MARGIN * seen.remainder > 0.5 * problem.rtol * seen.size:
        return None
    return StandIn(stand, NORM_MARGIN * seen.remainder)


def _phi(problem: Problem) -> OnPieces | None:
    """The function on pieces, as far as points of the measures are apart."""
    rng, dim = np.random.default_rng(11), problem.given.dims[0]
    apart = problem.mu_x.sample(20_000, rng) - problem.mu_y.sample(20_000, rng)
    # Of Gaussian vectors 20 000 reach 4 deviations, and twice that has the density 1e-14 of the largest. Of others all
    # distances are within it.
    farthest = 2.0 * float(np.linalg.norm(apart, axis=1).max())
    deviation = math.sqrt(float(np.linalg.eigvalsh(apart.T @ apart / len(apart))[-1]))
    center, along = problem.mu_x.center, np.eye(dim)[0]

    def function(r: np.ndarray) -> np.ndarray:
        return problem.given.finite_beside(center + 0.5 * r[:, None] * along, center - 0.5 * r[:, None] * along)

    def weight(r: np.ndarray) -> np.ndarray:
        return np.exp(-0.25 * (r / deviation) ** 2)

    known = Remembered(function, {})
    edges = np.linspace(0.0, farthest, 9)
    edges[1:-1] += 0.0123 * edges[1]    # phi may break at plain numbers
    pieces = find_pieces(lambda r: known(r)[:, None], weight, Pieces(edges, np.zeros(0)), problem.tolerances.pieces,
                         search_width=0.1 * farthest, limit=200, unit=deviation)
    return None if pieces is None else OnPieces(lambda r: known(r)[:, None], pieces, lambda r, _: weight(r))
