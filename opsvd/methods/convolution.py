r"""Integrals of a function of x + y against products of polynomials on equal panels: see `opsvd.methods.ridge`."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from .._support.arrays import read_only
from ..quadrature import Pieces, composite_gauss_legendre, gauss_legendre, legendre_transform, orthonormal_legendre
from .panel_rules import ORDER


def convolution_blocks(phi: Callable[[np.ndarray], np.ndarray], pieces: Pieces, edges: np.ndarray) -> np.ndarray:
    r"""The integrals of phi, over two neighbouring intervals each, against :math:`Q_{kl}`, in the nodal basis.

    On either of the two intervals :math:`Q_{kl}` is a polynomial of degree below 32. So phi enters by 32 moments on
    each interval, its integrals against Legendre polynomials there.

    Parameters
    ----------
    edges : ndarray, shape (n + 2,)
        Equidistant, in zeta.

    Returns
    -------
    ndarray, shape (n, ORDER, ORDER)
    """
    inside = edges[(edges > pieces.edges[0]) & (edges < pieces.edges[-1])]
    # phi is of degree below 16 on a piece, and Q below 32: 24 nodes are exact to degree 47.
    nodes, weights = composite_gauss_legendre(np.union1d(pieces.edges, inside), 24)
    values = phi(nodes) * weights
    step = edges[1] - edges[0]
    interval = np.floor((nodes - edges[0]) / step).astype(int)
    moments = np.zeros((len(edges) - 1, 2 * ORDER), values.dtype)
    chosen = np.flatnonzero((interval >= 0) & (interval < len(edges) - 1))
    if len(chosen):
        place = 2.0 * (nodes[chosen] - edges[interval[chosen]]) / step - 1.0
        terms = orthonormal_legendre(place, 2 * ORDER) * (values[chosen] * (2.0 / step))[:, None]
        starts = np.flatnonzero(np.diff(interval[chosen], prepend=-1))
        moments[interval[chosen][starts]] = np.add.reduceat(terms, starts, axis=0)
    lower, upper = _against_moments()
    return np.asarray((moments[:-1] @ lower + moments[1:] @ upper).reshape(-1, ORDER, ORDER))


@lru_cache(maxsize=1)
def _against_moments() -> tuple[np.ndarray, np.ndarray]:
    r"""From moments on the interval where tau is below zero, and on that above, to sums, (2 ORDER, ORDER^2) each."""
    t, w = gauss_legendre(2 * ORDER)    # exact to degree 63
    polynomials = orthonormal_legendre(t, 2 * ORDER) * w[:, None]
    below, above = (read_only(polynomials.T @ _q(t + shift).reshape(2 * ORDER, -1)) for shift in (-1.0, 1.0))
    return below, above


def _q(tau: np.ndarray) -> np.ndarray:
    r""":math:`Q_{kl}(\tau)` of Lagrange functions of norm one, in place of Legendre polynomials: shape (n, ORDER^2)."""
    t, w = gauss_legendre(ORDER)
    half = 1.0 - 0.5 * np.abs(tau)[:, None]    # half the length on which s and tau - s are both in [-1, 1]
    s = 0.5 * tau[:, None] + half * t
    first, second = (orthonormal_legendre(at, ORDER) @ legendre_transform(ORDER) for at in (s, tau[:, None] - s))
    return np.asarray(np.swapaxes(first * (half * w)[..., None], 1, 2) @ second)
