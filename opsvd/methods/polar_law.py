r"""A centred Gaussian on R^k that is not round, in polar coordinates: its density against that of the round one.

With :math:`a = \sqrt k\, e^\delta \omega`, standard deviations :math:`\sigma_g \le 1` of the groups of coordinates and
:math:`q(\omega) = \sum_g |\omega_g|^2 / \sigma_g^2`, the density against that of the standard Gaussian is

.. math:: p(\delta, \omega) = \prod_g \sigma_g^{-k_g} \; \exp\big(-\tfrac k2 e^{2 \delta} (q(\omega) - 1)\big) .
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._support.budget import check_time
from .._support.floats import chunks
from ..bases import Polyspherical, analysed, synthesised
from ..quadrature import gauss_legendre, gauss_nodes, jacobi_recurrence, on_panels, orthonormal_polynomials


@dataclass(frozen=True, eq=False)
class Directions:
    """A product rule for uniform directions whose groups have given sizes, one angle for each join.

    Attributes
    ----------
    sizes : tuple of int
    angles, weights : list of ndarray, shape (n,) each
        From 0 to a right angle; each list of weights has the sum one.
    """

    sizes: tuple[int, ...]
    angles: list[np.ndarray]
    weights: list[np.ndarray]

    @property
    def shares(self) -> np.ndarray:
        """The squared length of every group of a direction, (G, n_2, ..., n_G)."""
        grids = np.meshgrid(*self.angles, indexing="ij")
        rest, shares = np.ones(grids[0].shape), []
        for theta in reversed(grids):
            shares.append(rest * np.sin(theta) ** 2)
            rest = rest * np.cos(theta) ** 2
        return np.stack([rest, *reversed(shares)])

    @property
    def masses(self) -> np.ndarray:
        """The weights of all directions, (n_2, ..., n_G)."""
        masses = np.ones(())
        for weights in self.weights:
            masses = np.multiply.outer(masses, weights)
        return masses


def gauss_directions(sizes: tuple[int, ...], counts: list[int]) -> Directions:
    """Gauss-Jacobi rules of so many nodes in the squared cosine of every angle."""
    angles, weights = [], []
    for dim, size, n in zip(np.cumsum(sizes)[:-1].tolist(), sizes[1:], counts, strict=True):
        a, b = jacobi_recurrence(0.5 * size - 1.0, 0.5 * dim - 1.0, n)
        nodes = gauss_nodes(a, b)
        angles.append(0.5 * np.arccos(nodes))
        weights.append(1.0 / np.sum(orthonormal_polynomials(nodes, 1.0, a, b) ** 2, axis=-1))
    return Directions(sizes, angles, weights)


def legendre_directions(sizes: tuple[int, ...], counts: list[int]) -> Directions:
    """Gauss-Legendre rules in every angle itself: for checks, as no node or weight is one of the others."""
    ends, angles, weights = np.array([[0.0]]), [], []
    for dim, size, n in zip(np.cumsum(sizes)[:-1].tolist(), sizes[1:], counts, strict=True):
        theta, lebesgue = (part[0] for part in on_panels(ends, ends + 0.5 * np.pi, *gauss_legendre(n)))
        masses = lebesgue * np.cos(theta) ** (dim - 1) * np.sin(theta) ** (size - 1)
        angles.append(theta)
        weights.append(masses / masses.sum())
    return Directions(sizes, angles, weights)


@dataclass(frozen=True, eq=False)
class PolarLaw:
    """A centred Gaussian of independent coordinates on a grid of lengths and directions.

    Attributes
    ----------
    deviations : ndarray, shape (G,)
        Those of the groups; at most one.
    directions : Directions
    delta : ndarray, shape (n,)
        The logarithms of the lengths over the square root of k.
    """

    deviations: np.ndarray
    directions: Directions
    delta: np.ndarray

    @property
    def excess(self) -> float:
        """The largest density against the round Gaussian."""
        return math.exp(-float(np.log(self.deviations) @ self.directions.sizes))

    @cached_property
    def density(self) -> np.ndarray:
        """The density against the round Gaussian times the weights of directions, (n_2, ..., n_G, n)."""
        q = np.tensordot(self.deviations**-2.0, self.directions.shares, axes=1)
        lengths = 0.5 * sum(self.directions.sizes) * np.exp(2.0 * self.delta)
        masses = self.excess * self.directions.masses[..., None]
        return np.asarray(masses * np.exp(-np.multiply.outer(q - 1.0, lengths)))

    def gram(self, tables: list[np.ndarray], coefficients: np.ndarray) -> np.ndarray:
        """Inner products of all harmonics with sums of them, at every length: (*shape, n, r) gives the same shape."""
        parts = []
        for some in self._lengths(coefficients):
            values = synthesised(tables, coefficients[..., some, :])
            values *= self.density[..., some, None]
            parts.append(analysed(tables, values))
        return np.concatenate(parts, axis=-2)

    def noise(self, tables: list[np.ndarray], shape: tuple[int, ...], count: int) -> np.ndarray:
        """Inner products of all harmonics with white noise, as many times: (*shape, n, count)."""
        rng, parts = np.random.default_rng(count), []
        for some in self._lengths(np.empty((*shape, len(self.delta), count))):
            root = np.sqrt(self.density[..., some, None])
            parts.append(analysed(tables, root * rng.standard_normal((*root.shape[:-1], count))))
        return np.concatenate(parts, axis=-2)

    def _lengths(self, like: np.ndarray) -> list[slice]:
        """Slices of the lengths, so that values at all directions fit memory."""
        check_time()
        return list(chunks(len(self.delta), self.directions.masses.size * like.shape[-1]))


def classes(sizes: tuple[int, ...], tops: tuple[int, ...]) -> list[Polyspherical]:
    """All degrees in the groups that have harmonics up to given degrees together."""
    choices = np.indices([min(2, tops[-1] + 1) if size == 1 else tops[-1] + 1 for size in sizes])
    found = [Polyspherical(sizes, tuple(degrees), tops) for degrees in choices.reshape(len(sizes), -1).T.tolist()]
    return [angular for angular in found if not angular.empty]
