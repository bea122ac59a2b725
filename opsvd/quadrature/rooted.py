r"""Panels on which functions are smooth in the root of the distance from one end.

A curve of breaks with an upright tangent at x = c cuts slices at distances of the size of :math:`\sqrt{c - x}` from its
tip, so that T applied to a smooth function is smooth in that root, on one side of c. On a panel that ends there places
z in [-1, 1] are counted in the root: t, the place from -1 to 1 in the panel, is

.. math:: \tfrac12 (1 \pm t) = \big(\tfrac12 (1 \pm z)\big)^2, \qquad dt = (1 \pm z)\, dz ,

with the upper signs for a root at the left end, the *bend* 1, and the lower ones for the bend -1. With roots at both
ends, the bend 2, :math:`t = \tfrac12 (3 z - z^3)` is level at both. Of a panel without one, of bend 0, z is t.
Polynomials in z then do what panels that shrink towards c geometrically would.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.linalg import eigh_tridiagonal

from .._support.arrays import read_only
from .gauss_legendre import gauss_legendre, place_between
from .jacobi import jacobi_recurrence
from .legendre import legendre_transform, orthonormal_legendre

BENDS = (0, 1, 2, -1)
"""Of panels: no root, one at the left end, at both, at the right end; each stands where it points in the tuple."""


@dataclass(frozen=True, eq=False)
class BentRule:
    r"""The Gauss rule of one bend, and its Lagrange functions.

    Attributes
    ----------
    places, nodes, weights : ndarray, shape (order,)
        The nodes as z and as t, increasing, and weights for dt.
    functions : ndarray, shape (order, order)
        From orthonormal Legendre polynomials of z to the Lagrange functions over the roots of their weights.
    transform : ndarray, shape (order, order)
        From samples times the roots of the weights to coefficients of polynomials in z that are orthonormal under dt.
    """

    places: np.ndarray
    nodes: np.ndarray
    weights: np.ndarray
    functions: np.ndarray
    transform: np.ndarray


@lru_cache(maxsize=24)
def bent_rule(order: int, bend: int) -> BentRule:
    """The rule of so many nodes: Gauss-Legendre without a bend, Gauss-Jacobi with one."""
    if bend == 0:
        nodes, weights = gauss_legendre(order)
        return BentRule(nodes, nodes, weights, legendre_transform(order), legendre_transform(order))
    if bend == -1:    # the mirror image
        other = bent_rule(order, 1)
        signs = (-1.0) ** np.arange(order)[:, None]
        return BentRule(*map(read_only, (-other.places[::-1], -other.nodes[::-1], other.weights[::-1],
                                         signs * other.functions[:, ::-1], other.transform[:, ::-1])))
    shifts, roots = jacobi_recurrence(bend - 1.0, 1.0, order)
    places, vectors = eigh_tridiagonal(shifts, roots[1:])
    weights = 2.0 * vectors[0] ** 2
    polynomials = orthonormal_legendre(places, order)
    roots_of_weights = np.sqrt(weights)
    orthonormal = np.linalg.qr(roots_of_weights[:, None] * polynomials)[0].T
    functions = np.linalg.solve(polynomials, np.diag(1.0 / roots_of_weights))
    nodes = 0.5 * (1.0 + places) ** 2 - 1.0 if bend == 1 else 0.5 * (3.0 - places**2) * places
    return BentRule(*map(read_only, (places, nodes, weights, functions, orthonormal)))


def bent_nodes(order: int, bends: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes t and weights of the rules of panels with these bends: shape (panels, order) each."""
    rules = [bent_rule(order, bend) for bend in BENDS]
    nodes, weights = np.stack([rule.nodes for rule in rules]), np.stack([rule.weights for rule in rules])
    return nodes[bends], weights[bends]


def bent_places(left: np.ndarray, right: np.ndarray, bends: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Where points lie in panels with these ends and bends, as z; all broadcast."""
    straight = place_between(left, right, x)
    if not bends.any():
        return straight
    width = right - left
    below, above = (2.0 * np.sqrt(np.maximum(part, 0.0) / width) - 1.0 for part in (x - left, right - x))
    both = 2.0 * np.sin(np.arcsin(np.clip(straight, -1.0, 1.0)) / 3.0)
    return np.asarray(np.select([bends == 0, bends == 1, bends == 2], [straight, below, both], -above))


def points_at(left: np.ndarray, right: np.ndarray, bends: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points of places z, and dx/dz there; all broadcast, and no bend is zero."""
    width, share = right - left, 0.5 * (1.0 + np.sign(bends) * z)
    part = np.where(bends == 2, 3.0 - 2.0 * share, 1.0) * share**2
    slope = np.where(bends == 2, 3.0 * (1.0 - share), 1.0) * share
    return np.where(bends > 0, left + width * part, right - width * part), width * slope


def graded_towards_roots(edges: np.ndarray, bends: np.ndarray) -> np.ndarray:
    """Edges of panels on which polynomials of degree 20 resolve what is smooth on panels of these bends.

    Each is a quarter of the next, on which a root is resolved to 3^-20, down to 4e-9 of the width: what is left of a
    root there is 1e-12 of its integral.
    """
    steps = np.diff(edges)[:, None] * 4.0 ** -np.arange(1.0, 15.0)
    return np.unique(np.concatenate([edges, (edges[:-1, None] + steps)[bends > 0].ravel(),
                                     (edges[1:, None] - steps)[(bends < 0) | (bends == 2)].ravel()]))
