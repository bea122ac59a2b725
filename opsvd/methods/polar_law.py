r"""A Gaussian on R^k that is not round, in polar coordinates: its density against that of the round one.

With :math:`a = \sqrt k\, e^\delta \omega`, standard deviations :math:`\sigma_g \le 1` and means :math:`m_g` of the
coordinates, the density against that of the standard Gaussian is

.. math:: p(\delta, \omega) = \prod_g \sigma_g^{-1} \;
    \exp\Big(\tfrac12 |a|^2 - \tfrac12 \sum_g \frac{(a_g - m_g)^2}{\sigma_g^2}\Big) .
"""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Protocol

import numpy as np

from .._support.budget import check_time
from .._support.floats import chunks
from ..bases import Polyspherical, analysed, synthesised
from ..quadrature import gauss_legendre, gauss_nodes, jacobi_recurrence, on_panels, orthonormal_polynomials


@dataclass(frozen=True, eq=False)
class Directions:
    """A product rule for uniform directions of single coordinates, one angle for each join.

    A coordinate is positive, unless it is `mixed`: then it has both signs, for functions that are neither even nor odd
    in it.

    Attributes
    ----------
    mixed : tuple of bool
        For each coordinate.
    angles, weights : list of ndarray, shape (n,) each
        Each list of weights has the sum one. If the first coordinate is mixed, its two signs come before the angles.
    """

    mixed: tuple[bool, ...]
    angles: list[np.ndarray]
    weights: list[np.ndarray]

    @property
    def coordinates(self) -> np.ndarray:
        """The coordinates of every direction, (k, n_2, ..., n_k); with an axis of two before if the first is mixed."""
        signs = [np.array([1.0, -1.0])] if self.mixed[0] else []
        first, *grids = np.meshgrid(*(signs or [np.ones(1)]), *self.angles, indexing="ij")
        rest, found = np.ones(first.shape), []
        for theta in reversed(grids):
            found.append(rest * np.sin(theta))
            rest = rest * np.cos(theta)
        values = np.stack([first * rest, *reversed(found)])
        return values if signs else values[:, 0]

    @property
    def masses(self) -> np.ndarray:
        """The weights of all directions, in the same shape."""
        masses = np.array([0.5, 0.5]) if self.mixed[0] else np.ones(())
        for weights in self.weights:
            masses = np.multiply.outer(masses, weights)
        return masses

    def tables(self, angular: Polyspherical) -> list[np.ndarray]:
        """Those of harmonics at these directions, for `synthesised` and `analysed`."""
        signs = [np.array([[[1.0, 1.0], [1.0, -1.0]]])] if self.mixed[0] else []
        return signs + angular.tables(self.angles)


def gauss_directions(mixed: tuple[bool, ...], counts: list[int]) -> Directions:
    """Gauss-Jacobi rules of so many nodes in the squared cosine of every angle; in the sine, of twice as many nodes."""
    angles, weights = [], []
    for dim, both, n in zip(range(1, len(mixed)), mixed[1:], counts, strict=True):
        power = 0.5 * dim - 1.0
        a, b = jacobi_recurrence(power, power, 2 * n) if both else jacobi_recurrence(-0.5, power, n)
        nodes = gauss_nodes(a, b)
        angles.append(np.arcsin(nodes) if both else 0.5 * np.arccos(nodes))
        weights.append(1.0 / np.sum(orthonormal_polynomials(nodes, 1.0, a, b) ** 2, axis=-1))
    return Directions(mixed, angles, weights)


def legendre_directions(mixed: tuple[bool, ...], counts: list[int]) -> Directions:
    """Gauss-Legendre rules in every angle itself: for checks, as no node or weight is one of the others."""
    angles, weights = [], []
    for dim, both, n in zip(range(1, len(mixed)), mixed[1:], counts, strict=True):
        low = np.array([[-0.5 * np.pi if both else 0.0]])
        theta, lebesgue = (part[0] for part in on_panels(low, 0.0 * low + 0.5 * np.pi,
                                                         *gauss_legendre(2 * n if both else n)))
        masses = lebesgue * np.cos(theta) ** (dim - 1)
        angles.append(theta)
        weights.append(masses / masses.sum())
    return Directions(mixed, angles, weights)


class Law(Protocol):
    """A law of vectors, on functions that are sums of harmonics at every length: coefficients (*shape, n, r)."""

    def tables(self, angular: Polyspherical) -> list[np.ndarray]:
        """The values of harmonics, as the next two take them."""

    def gram(self, tables: list[np.ndarray], coefficients: np.ndarray) -> np.ndarray:
        """Inner products of all harmonics with sums of them, at every length."""

    def noise(self, tables: list[np.ndarray], shape: tuple[int, ...], count: int) -> np.ndarray:
        """Inner products of all harmonics with white noise."""


@dataclass(frozen=True, eq=False)
class PolarLaw:
    """A Gaussian of independent coordinates on a grid of lengths and directions.

    Attributes
    ----------
    deviations : ndarray, shape (k,)
        Of the coordinates; at most one.
    directions : Directions
    delta : ndarray, shape (n,)
        The logarithms of the lengths over the square root of k.
    mean : ndarray, shape (k,), or None
        Zero in coordinates that are not mixed; None for zero in all.
    """

    deviations: np.ndarray
    directions: Directions
    delta: np.ndarray
    mean: np.ndarray | None = None

    @property
    def excess(self) -> float:
        """The largest density against the round Gaussian, for a mean of zero."""
        return math.exp(-float(np.sum(np.log(self.deviations))))

    @cached_property
    def density(self) -> np.ndarray:
        """The density against the round Gaussian times the weights of directions, (n_2, ..., n_k, n)."""
        coordinates, lengths = self.directions.coordinates, math.sqrt(len(self.deviations)) * np.exp(self.delta)
        precisions = self.deviations**-2.0
        exponents = np.multiply.outer(np.tensordot(0.5 - 0.5 * precisions, coordinates**2, axes=1), lengths**2)
        if self.mean is not None:
            exponents += np.multiply.outer(np.tensordot(self.mean * precisions, coordinates, axes=1), lengths)
            exponents -= 0.5 * float(self.mean**2 @ precisions)
        return np.asarray(self.excess * self.directions.masses[..., None] * np.exp(exponents))

    def tables(self, angular: Polyspherical) -> list[np.ndarray]:
        """The factors of harmonics at the angles of directions."""
        return self.directions.tables(angular)

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
        """Slices of the lengths, so that values at all directions fit the processor's cache.

        With ten times as many values sums over the directions of four coordinates take two to four times as long.
        """
        check_time()
        return list(chunks(len(self.delta), self.directions.masses.size * like.shape[-1], 400_000))


def classes(mixed: tuple[bool, ...], tops: tuple[int, ...]) -> list[Polyspherical]:
    """All parities in the coordinates, of which some are mixed, that have harmonics up to given degrees together."""
    choices = [[Polyspherical.BOTH] if both else range(min(2, tops[-1] + 1)) for both in mixed]
    found = [Polyspherical((1,) * len(mixed), degrees, tops) for degrees in product(*choices)]
    return [angular for angular in found if not angular.empty]
