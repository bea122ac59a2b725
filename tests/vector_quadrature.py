r"""Singular values of kernels of vectors by brute force, where it is known at which angles, radii and curves they break.

It shares nothing with opsvd. A kernel a(|x|, |y|, t), t the cosine of the angle, is on harmonics of degree l the
kernel :math:`\lambda_l(r, s) = E_t[a(r, s, t) P_l(t)]`, :math:`P_l(1) = 1`, of the radii, for each of the N(k, l)
harmonics (Funk and Hecke). All integrals are taken between breaks, under a substitution that makes roots and logarithms
at the ends of an interval smooth; in the angle :math:`\theta` and not in t, whose density may be infinite at the ends.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

__all__ = ["Level", "Spectrum", "angular", "between_breaks", "gaussian", "integrated", "joined", "multiplicity",
           "norms", "of_distance", "of_finite_rank", "of_integrals", "of_matrices", "product_table", "radial", "radial_edges"]

# The substitution has derivatives that vanish like the fifth power of the distance to either end.
_POWER = 5
# Panels of the radius, before the breaks are added, and where they end.
_RADII = (0.0, 0.15, 0.3, 0.5, 0.75, 1.05, 1.4, 1.8, 2.3, 2.9, 3.6, 4.5, 5.6, 7.0, 9.5)
# The degrees at the end that tell how large the values of all degrees beyond may be.
_LAST = 8
# Nodes between edges beyond those of panels, as they crowd at the ends.
_MORE = 8

Breaks = Callable[[np.ndarray], np.ndarray]
"""Points (n,) of one variable to the breaks (n, b) of the slices in the other."""


@dataclass(frozen=True)
class Level:
    """How fine a reference is: degrees, Gauss-Legendre nodes on panels, and nodes of integrals between breaks."""

    degrees: int
    order: int
    nodes: int


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Values with their multiplicities, (n,) each, not ordered, and what those that are not listed may be as large as."""

    values: np.ndarray
    multiplicities: np.ndarray
    floor: float = 0.0

    def expanded(self, most: int) -> np.ndarray:
        """The leading values, as often as they stand, as far as they are known to be the leading ones."""
        order = np.argsort(-self.values)
        known = order[self.values[order] > self.floor]
        counts = np.minimum(self.multiplicities[known].astype(float), most).astype(int)
        return np.repeat(self.values[known], counts)[:most]


def multiplicity(k: int, degree: int) -> float:
    """The number of harmonics of a degree on the sphere of R^k."""
    if degree == 0:
        return 1.0
    return (2.0 * degree + k - 2.0) / (degree + k - 2.0) * math.comb(degree + k - 2, degree) if k > 2 else 2.0


def between_breaks(edges: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights, (..., intervals * nodes) each, on the intervals between sorted edges (..., intervals + 1)."""
    t, w = np.polynomial.legendre.leggauss(nodes)
    place = betainc(_POWER + 1.0, _POWER + 1.0, 0.5 * (1.0 + t))
    slope = (0.25 * (1.0 - t * t)) ** _POWER * 0.5 * w
    slope /= slope.sum()
    left, width = edges[..., :-1, None], np.diff(edges)[..., None]
    shape = (*edges.shape[:-1], -1)
    # From the nearer end, so that distances to it are not rounded.
    points = np.where(place < 0.5, left + width * place, left + width - width * place[::-1])
    return points.reshape(shape), (width * slope).reshape(shape)


def legendre(t: np.ndarray, k: int, degrees: int) -> np.ndarray:
    """P_l(t) with P_l(1) = 1, orthogonal under the density of t in R^k: (degrees, ...)."""
    values = [np.ones_like(t), t]
    for l in range(1, degrees):    # noqa: E741 - the degree
        values.append(((2.0 * l + k - 2.0) * t * values[l] - l * values[l - 1]) / (l + k - 2.0))
    return np.array(values[:degrees])


def _front(k: int) -> float:
    """What makes (1 - t^2)^((k - 3) / 2) a density."""
    return math.gamma(0.5 * k) / (math.sqrt(math.pi) * math.gamma(0.5 * (k - 1)))


def angular(function: Callable[[np.ndarray], np.ndarray], k: int, breaks: np.ndarray, level: Level) -> np.ndarray:
    """lambda_l of functions of t that break at some t, (n, b), each in its row: shape (degrees, n).

    The function takes points (n, q).
    """
    parts = np.linspace(0.0, math.pi, 4 + level.degrees // 6)
    cuts = np.arccos(np.clip(breaks, -1.0, 1.0))
    edges = np.sort(np.concatenate([np.broadcast_to(parts, (len(cuts), len(parts))), cuts], axis=1), axis=1)
    theta, weights = between_breaks(edges, level.nodes)
    t = np.cos(theta)
    weighted = function(t) * weights * _front(k) * np.sin(theta) ** (k - 2)
    return np.array([np.sum(weighted * p, axis=1) for p in legendre(t, k, level.degrees)])


def of_distance(function: Callable[[np.ndarray], np.ndarray], lengths: tuple[np.ndarray, np.ndarray], k: int,
                breaks: np.ndarray, level: Level) -> np.ndarray:
    """lambda_l of functions of d = |x - y| that break at some d, (n, b), at lengths (n,) each: shape (degrees, n).

    Over d, in which the functions are smooth at x = y, where they have a kink in t.
    """
    r, s = (length[:, None] for length in lengths)
    low, high = np.abs(r - s), r + s
    edges = np.sort(np.concatenate([low, np.clip(breaks, low, high), high], axis=1), axis=1)
    d, weights = between_breaks(edges, level.nodes)
    t = np.clip((r * r + s * s - d * d) / (2.0 * r * s), -1.0, 1.0)
    sine = (d - low) * (d + low) * (high - d) * (high + d) / (2.0 * r * s) ** 2
    # Nodes that are rounded to an end have no weight.
    density = np.where(sine > 0.0, np.where(sine > 0.0, sine, 1.0) ** (0.5 * (k - 3.0)), 0.0)
    weighted = function(d) * weights * d / (r * s) * _front(k) * density
    return np.array([np.sum(weighted * p, axis=1) for p in legendre(t, k, level.degrees)])


def radial_edges(breaks: tuple[float, ...], std: float) -> np.ndarray:
    """Panels of the length of a vector, between breaks."""
    return np.unique([std * r for r in _RADII] + [b for b in breaks if 0.0 < b < std * _RADII[-1]])


def radial(k: int, std: float) -> Callable[[np.ndarray], np.ndarray]:
    """The density of the length of a vector of R^k."""
    front = 2.0 ** (1.0 - 0.5 * k) / math.gamma(0.5 * k) / std
    return lambda r: front * (r / std) ** (k - 1) * np.exp(-0.5 * (r / std) ** 2)


def gaussian(x: np.ndarray) -> np.ndarray:
    """The standard density on the line."""
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi))


def norms(functions: list[Callable[[np.ndarray], np.ndarray]], edges: np.ndarray,
          density: Callable[[np.ndarray], np.ndarray], nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """E[f_i f_j], and E[f_i], of functions of one variable that are smooth between edges."""
    x, w = between_breaks(edges, nodes)
    values, mass = np.array([f(x) * np.ones_like(x) for f in functions]), w * density(x)
    return (values * mass) @ values.T, values @ mass


def of_finite_rank(left: np.ndarray, right: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Singular values of sum_ij core_ij f_i(x) g_j(y), from E[f_i f_j] and E[g_i g_j]; `core` may be a stack."""
    roots = []
    for gram in (left, right):
        values, vectors = np.linalg.eigh(gram)
        roots.append((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
    return np.linalg.svd(roots[0] @ core @ roots[1], compute_uv=False)


def integrated(kernel: Callable[[np.ndarray, np.ndarray], np.ndarray], u: np.ndarray, edges: np.ndarray,
               density: Callable[[np.ndarray], np.ndarray], breaks: Breaks, level: Level) -> np.ndarray:
    """T applied to the Lagrange functions of panels in v, orthonormal, at points u: (stack, n, panels * order).

    The kernel takes u (n, 1) and v (n, q) and gives (stack, n, q); it breaks at v = `breaks`(u).
    """
    t, w = np.polynomial.legendre.leggauss(level.order)
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(t, level.order - 1))
    columns, cuts = [], breaks(u)
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        inner = np.sort(np.clip(cuts, a, b), axis=1)
        ends = np.concatenate([np.full((len(u), 1), a), inner, np.full((len(u), 1), b)], axis=1)
        v, weights = between_breaks(ends, level.nodes)
        lagrange = np.polynomial.legendre.legvander((2.0 * v - a - b) / (b - a), level.order - 1) @ inverse
        root = np.sqrt(0.5 * (b - a) * w * density(0.5 * (a + b) + 0.5 * (b - a) * t))
        there = weights > 0.0    # an interval between two equal breaks may be where the kernel is not defined
        weighted = np.where(there, kernel(u[:, None], v), 0.0) * (weights * density(v))
        columns.append((weighted[:, :, None, :] @ lagrange)[:, :, 0, :] / root)
    return np.concatenate(columns, axis=2)


def panel_rule(edges: np.ndarray, density: Callable[[np.ndarray], np.ndarray],
               order: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes on panels, and the roots of their weights under a density."""
    t, w = np.polynomial.legendre.leggauss(order)
    half = 0.5 * np.diff(edges)[:, None]
    x = (edges[:-1, None] + half * (1.0 + t)).ravel()
    return x, np.sqrt((half * w).ravel() * density(x))


def of_integrals(kernel: Callable[[np.ndarray, np.ndarray], np.ndarray], edges: tuple[np.ndarray, np.ndarray],
                 densities: tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]],
                 breaks: tuple[Breaks, Breaks], level: Level) -> np.ndarray:
    """Singular values of kernels of two variables with breaks along curves, (stack, n), decreasing.

    T and its adjoint are exact on functions that the panels resolve, as the singular functions are.
    """
    (u, root_u), (v, root_v) = (panel_rule(e, d, level.order) for e, d in zip(edges, densities, strict=True))
    forth = integrated(kernel, u, edges[1], densities[1], breaks[0], level) * root_u[:, None]
    back = integrated(lambda b, a: kernel(a, b), v, edges[0], densities[0], breaks[1], level) * root_v[:, None]
    squares = np.linalg.eigvals(back @ forth).real
    return -np.sort(-np.sqrt(np.maximum(squares, 0.0)), axis=-1)


def of_matrices(kernel: Callable[[np.ndarray, np.ndarray], np.ndarray], edges: tuple[np.ndarray, np.ndarray],
                densities: tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]],
                level: Level) -> np.ndarray:
    """Singular values of kernels that are smooth between edges, with roots and logarithms at them: (stack, n)."""
    (u, weights_u), (v, weights_v) = (between_breaks(e, level.order + _MORE) for e in edges)
    root_u, root_v = np.sqrt(weights_u * densities[0](u)), np.sqrt(weights_v * densities[1](v))
    grid = kernel(u[:, None], np.broadcast_to(v, (len(u), len(v))))
    return np.linalg.svd(grid * root_u[:, None] * root_v, compute_uv=False)


def product_table(function: Callable[[np.ndarray, np.ndarray], np.ndarray], k: int,
                  breaks: Breaks, special: tuple[float, ...], highest: float,
                  level: Level) -> Callable[[np.ndarray], np.ndarray]:
    """lambda_l of functions of z = |x| |y| and t as functions of z: points (...) to (degrees, ...).

    The functions break at t = `breaks`(z). Legendre series on panels that halve towards zero and towards the special z,
    at which a break enters.
    """
    halves = 2.0 ** -np.arange(0.0, 40.0)
    ends = [0.0, *(highest * halves), *np.arange(0.5, min(highest, 30.0), 0.5)]
    for c in special:
        ends.extend([c, *(c + c * halves[1:]), *(c - c * halves[1:])])
    edges = np.unique([e for e in ends if e <= highest])
    edges = edges[np.append(True, np.diff(edges) > 1e-15 * highest)]
    t, _ = np.polynomial.legendre.leggauss(level.order + 4)
    z = (edges[:-1, None] + 0.5 * np.diff(edges)[:, None] * (1.0 + t)).ravel()
    found = angular(lambda c: function(z[:, None], c), k, breaks(z), level)
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(t, len(t) - 1))
    series = found.reshape(level.degrees, -1, len(t)) @ inverse.T

    def table(points: np.ndarray) -> np.ndarray:
        flat = points.ravel()
        panel = np.clip(np.searchsorted(edges, flat) - 1, 0, len(edges) - 2)
        place = (2.0 * flat - edges[panel] - edges[panel + 1]) / (edges[panel + 1] - edges[panel])
        basis = np.polynomial.legendre.legvander(place, len(t) - 1)
        values = np.array([np.einsum("nj,nj->n", basis, one[panel]) for one in series])
        return values.reshape(level.degrees, *points.shape)
    return table


def joined(values: np.ndarray, k: int, least: float = 0.0) -> Spectrum:
    """The spectrum from the values of each degree, (degrees, n), of which none below a part of the largest is known."""
    counts = np.array([multiplicity(k, degree) for degree in range(len(values))])
    floor = max(float(values[-_LAST:].max()), least * float(values.max()))
    return Spectrum(values.ravel(), np.repeat(counts, values.shape[1]), floor)
