r"""Integrals of a function of x + y against products of polynomials on equal panels: see `opsvd.methods.ridge`."""

from collections.abc import Callable

import numpy as np

from ..quadrature import Pieces, composite_gauss_legendre, gauss_legendre, legendre_transform, orthonormal_legendre
from .panel_rules import ORDER


def convolution_blocks(phi: Callable[[np.ndarray], np.ndarray], pieces: Pieces, edges: np.ndarray) -> np.ndarray:
    r"""The integrals of phi, over two neighbouring intervals each, against :math:`Q_{kl}`, in the nodal basis.

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
    blocks = np.zeros((len(edges), ORDER, ORDER), values.dtype)    # the last two lack their second interval, or both
    chosen = np.flatnonzero((interval >= 0) & (interval < len(edges) - 1))
    for part in np.array_split(chosen, len(chosen) // 4000 + 1):    # 8 MB of polynomials at a time
        below = 2.0 * (nodes[part] - edges[interval[part] + 1]) / step    # from -2 to 0
        _add_against_q(blocks, interval[part], below, values[part] * (2.0 / step))
        _add_against_q(blocks, interval[part] - 1, below + 2.0, values[part] * (2.0 / step))
    transform = legendre_transform(ORDER)
    return np.asarray(transform.T @ blocks[:-2] @ transform)


def _add_against_q(blocks: np.ndarray, index: np.ndarray, tau: np.ndarray, values: np.ndarray) -> None:
    r"""Add :math:`v_i\, Q_{kl}(\tau_i)` to the block of each point; the indices do not decrease, and -1 is the last."""
    t, w = gauss_legendre(ORDER)
    half = 1.0 - 0.5 * np.abs(tau)    # half the length on which s and tau - s are both in [-1, 1]
    s = 0.5 * tau[:, None] + half[:, None] * t
    first = np.moveaxis(orthonormal_legendre(s, ORDER), -1, 0) * ((values * half)[:, None] * w)
    second = np.moveaxis(orthonormal_legendre(tau[:, None] - s, ORDER), -1, 0)
    starts = np.flatnonzero(np.diff(index, prepend=-2))
    for start, stop in zip(starts, np.append(starts[1:], len(index)), strict=True):
        blocks[index[start]] += first[:, start:stop].reshape(ORDER, -1) @ second[:, start:stop].reshape(ORDER, -1).T
