r"""Integrals over y in polar coordinates around x, for kernels that are singular where x = y, and smooth elsewhere.

With :math:`y = x + t \omega`, t the distance and :math:`\omega` a unit vector at an angle to x of cosine c,

.. math:: E[h(x, y) g(y)] = |S^{k-1}| \int_0^\infty t^{k-1} E_c[h\, g\, \rho(x + t \omega)]\, dt .

What is a power of :math:`|x - y|`, or a smooth function of the distance and the direction, is smooth in t and c there:
Gauss rules have all digits.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from .._support.arrays import squares
from .._support.budget import check_time
from .._support.floats import EPS, TINY
from ..bases import PanelBasis
from ..kernels import Kernel
from ..measures import Uniform
from ..quadrature import (
    composite_gauss_legendre,
    gauss_gegenbauer,
    gauss_legendre,
    gegenbauer,
    legendre_analysis,
    on_panels,
    radial_hermite,
)


class AroundSizes(NamedTuple):
    """How many functions there are, and how fine the rules for them.

    Attributes
    ----------
    radial : int
        Functions of the length for each degree of harmonics.
    degrees : int
    finer : float
        Panels are so many times as short, and directions so many times as many, as these functions take.
    """

    radial: int
    degrees: int
    finer: float = 1.0

    def frequency(self, k: int) -> float:
        """The highest frequency of the functions, in standard deviations of y."""
        return self.finer * math.sqrt(2.0 * self.radial + self.degrees + 0.5 * k)

    def panels(self, length: float, k: int) -> int:
        """How many panels an interval takes.

        Gauss rules of 16 nodes, and polynomials through 32, have 13 digits of a function that turns by 17.5 on one.
        """
        return math.ceil(length * self.frequency(k) / 17.5)


class ImagesAround(NamedTuple):
    """What T makes of functions of y at points x.

    Attributes
    ----------
    of_degrees : ndarray, shape (degrees, n, radial)
        For each degree, at n lengths of x, of its radial functions.
    energies : ndarray, shape (n,)
        E[h^2] over y.
    near : ndarray, shape (n, 3)
        The part of it on the shell of distances next to zero, and on the second and third of them.
    """

    of_degrees: np.ndarray
    energies: np.ndarray
    near: np.ndarray


def images_around(kernel: Kernel, lengths: np.ndarray, std: float, sizes: AroundSizes) -> ImagesAround:
    """Apply a rotation-invariant kernel to Hermite polynomials of y, of deviation `std`, at lengths (n,) of x.

    Sums over y go to panels of |y|, on which functions are polynomials through some nodes, and then to the functions.
    """
    k, reach = kernel.dims[0], _reach(kernel.dims[0])
    panels = PanelBasis(Uniform(0.0, 1.0), np.linspace(0.0, reach, sizes.panels(reach, k) + 1), 32)
    nodes, roots = panels.rule.nodes, panels.rule.sqrt_lebesgue
    on_nodes = np.empty((sizes.degrees, len(lengths), len(nodes)), kernel.dtype)
    at_one, energies = gegenbauer(np.ones(()), k, sizes.degrees), np.zeros((len(lengths), 4))
    for i, r in enumerate((lengths / std).tolist()):
        check_time()
        shell, t, c, weights = _rule(r, k, sizes)
        values, s, cosines = _around(kernel, std, r, t, c)
        order = np.argsort(s)
        shell, weights, values, s, cosines = shell[order], weights[order], values[order], s[order], cosines[order]
        decay = np.exp(-0.25 * s * s)
        energies[i] = np.bincount(shell, weights * squares(decay * values), 4)
        polynomials = gegenbauer(cosines, k, sizes.degrees)
        on_nodes[:, i] = _spread(panels, s, polynomials * (weights * decay * values)) * roots / at_one[:, None]
    return ImagesAround(np.stack([on_nodes[degree] @ radial_hermite(nodes, k, degree, sizes.radial).T
                                  for degree in range(sizes.degrees)]), energies.sum(axis=1), energies[:, :3])


def _around(kernel: Kernel, std: float, r: float, t: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, ...]:
    """h(x, y) for x of length r and y at distances t from it, in directions at an angle to x of cosine c.

    And the lengths of y, and the cosines of the angles between x and y. Lengths and distances are in units of `std`.
    """
    along, across = r + t * c, t * np.sqrt(1.0 - c * c)
    x, y = np.zeros((2, *along.shape, kernel.dims[0]))
    x[..., 0], y[..., 0], y[..., 1] = r, along, across
    values = kernel.finite_beside(*(std * points.reshape(-1, kernel.dims[0]) for points in (x, y)))
    s = np.maximum(np.hypot(along, across), TINY)
    return values.reshape(along.shape), s, np.clip(along / s, -1.0, 1.0)


def _spread(panels: PanelBasis, s: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """What integrals (m, n) over lengths s (n,), nondecreasing, are as integrals over the functions of panels."""
    found = np.zeros((len(sums), panels.size), sums.dtype)
    panel, local = panels.local(s)
    ends = np.searchsorted(panel, np.arange(len(panels.edges)))
    for p in np.flatnonzero(ends[1:] > ends[:-1]).tolist():
        some = slice(ends[p], ends[p + 1])
        found[:, p * panels.order:(p + 1) * panels.order] = sums[:, some] @ local[some]
    return found


def breaks_along_rays(kernel: Kernel, deviations: tuple[float, float], sizes: AroundSizes) -> bool:
    """Whether h, times the root of the density of y, seems to break on rays that start from x, away from x.

    On the panels of the rules the last Legendre coefficients of what is smooth are far below those before them. Where
    there is a break they fall like a power.
    """
    k, rng, order = kernel.dims[0], np.random.default_rng(20261130), 16
    largest, last, before, rounded = 0.0, [], [], []
    for r in np.linalg.norm(rng.standard_normal((64, k)), axis=1) * deviations[0] / deviations[1]:
        edges, shells = _edges(float(r), k, sizes)
        rule = gauss_legendre(order)
        far, _ = on_panels(edges[shells:-1, None, None], edges[shells + 1:, None, None], *rule)
        t = far
        if shells:    # what is a power of t is smooth in its logarithm, on thirds of these panels
            logs = np.linspace(math.log(edges[1]), math.log(edges[shells]), 3 * shells - 2)[:, None, None]
            t = np.concatenate([np.exp(on_panels(logs[:-1], logs[1:], *rule)[0]), far])
        c = rng.uniform(-1.0, 1.0, (4, 1))    # four rays
        values, s, _ = _around(kernel, deviations[1], float(r), t, c)
        values = values * np.exp(-0.25 * s * s)
        sizes_of = np.abs(values @ legendre_analysis(order).T)
        largest = max(largest, float(sizes_of.max()))
        last.append(sizes_of[..., -4:].max(axis=-1).ravel())
        before.append(sizes_of[..., -8:-4].max(axis=-1).ravel())
        # Points are rounded, and so are distances, which are smaller than they.
        rounded.append(np.broadcast_to(16.0 * EPS * (1.0 + r / t[..., 0]), sizes_of.shape[:-1]).ravel())
    # Four coefficients later, a pole as far away as a panel is long has left a hundredth, and a break of the sixth
    # derivative a tenth.
    smooth = np.maximum(0.01 * np.concatenate(before), largest * np.concatenate(rounded))
    return bool((np.concatenate(last) > smooth).any())


def _edges(r: float, k: int, sizes: AroundSizes) -> tuple[np.ndarray, int]:
    """Ends of panels in the distance from a point of that length, and how many of them narrow towards the point."""
    reach = _reach(k)
    start = max(r - reach, 0.0)
    edges = np.linspace(start, r + reach, sizes.panels(r + reach - start, k) + 1)
    if start > 0.0:
        return edges, 0
    narrower = edges[1] * 0.15 ** np.arange(8.0, 0.0, -1.0)    # what is a power of the distance has ten digits on each
    return np.concatenate([[0.0], narrower, edges[1:]]), 1 + len(narrower)


def _reach(k: int) -> float:
    """The length at which the density is e^-80 of its largest value, or less, in standard deviations."""
    return math.sqrt(k) + math.sqrt(160.0)


def _rule(r: float, k: int, sizes: AroundSizes) -> tuple[np.ndarray, ...]:
    """Shells, distances, cosines and weights, (n,) each, for a Gaussian without the exponential of its density.

    Of the shells of distances that become narrower towards x, 0 is next to x, 1 and 2 follow, and 3 are all others.
    """
    edges, shells = _edges(r, k, sizes)
    frequency, reach, order = sizes.frequency(k), _reach(k), 16
    front = math.log(2.0) - gammaln(0.5 * k) - 0.5 * k * math.log(2.0)
    parts = []
    for number, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        t, along = composite_gauss_legendre(np.array([low, high]), order)
        c, masses = gauss_gegenbauer(k, 16 * math.ceil((12.0 + 0.45 * frequency * high) / 16.0))
        weights = np.exp(front + (k - 1.0) * np.log(t))[:, None] * along[:, None] * masses
        near = r * r + t[:, None] ** 2 + 2.0 * r * t[:, None] * c < reach * reach
        shell = min(number, 3) if shells else 3
        parts.append((np.full(np.count_nonzero(near), shell), np.broadcast_to(t[:, None], near.shape)[near],
                      np.broadcast_to(c, near.shape)[near], weights[near]))
    return tuple(np.concatenate(some) for some in zip(*parts, strict=True))
