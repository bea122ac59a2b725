"""What judges pieces of slices: truncation errors from samples at nodes and ends, and random places between nodes."""

from functools import lru_cache

import numpy as np

from .._support.arrays import read_only
from ..quadrature import gauss_legendre
from ..quadrature.legendre import TRUNCATED, legendre_transform, orthonormal_legendre


def energies(samples: np.ndarray) -> np.ndarray:
    """The sums of the squares of rows (p, k), in absolute value: shape (p,)."""
    return np.asarray(np.einsum("pk,pk->p", samples, samples.conj()).real)


@lru_cache(maxsize=8)
def roots_of_weights(order: int) -> np.ndarray:
    """Roots of the weights of the nodes, and of the gaps beside the first and the last, shape (order + 2,)."""
    nodes, weights = gauss_legendre(order)
    return np.asarray(np.sqrt(np.append(weights, [1.0 + nodes[0], 1.0 - nodes[-1]])))


@lru_cache(maxsize=8)
def random_places(order: int) -> tuple[np.ndarray, np.ndarray]:
    """Two random places from -1 to 1 for each of many pieces, (n, 2), and polynomials there of samples, (n, 2, order).

    For pieces beyond the n-th again. A prime number of them, so that a panel has other places on every slice.
    """
    places = np.random.default_rng(order).uniform(-1.0, 1.0, (1021, 2))
    return read_only(places), read_only(orthonormal_legendre(places, order) @ legendre_transform(order))


@lru_cache(maxsize=8)
def tail_and_misfit(order: int) -> np.ndarray:
    """From weighted samples at nodes and ends to the last coefficients, and what polynomials miss at the ends."""
    transform, gaps = legendre_transform(order), roots_of_weights(order)[-2:, None]
    ends = np.concatenate([orthonormal_legendre(np.array([-1.0, 1.0]), order) @ transform * gaps, -np.eye(2)], axis=1)
    return np.concatenate([np.pad(transform[-TRUNCATED:], ((0, 0), (0, 2))), ends]).T
