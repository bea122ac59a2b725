r"""Spherical harmonics as products over groups of coordinates: what is left of them where a measure is not round.

Points of R^k are split into groups :math:`a = (a_1, \dots, a_G)`, with harmonics of degree :math:`m_g` of each group
alone; for a group of one coordinate these are 1 and the sign. Groups are joined one after the other. With R the length
of those before, :math:`\tan\theta = |a_g| / R` and M the degree that they have together, the harmonics of degree
:math:`M + m_g + 2n` are (Vilenkin 1968)

.. math:: Y_M \, Y_{m_g} \, \cos^M\theta \, \sin^{m_g}\theta \; J_n(\cos 2\theta), \qquad n = 0, 1, \dots

with J_n the Jacobi polynomials that make them orthonormal under uniform directions. Operators that commute with the
rotations of every group, and with the reflections of those of one coordinate, keep :math:`m_1, \dots, m_G`.

An operator need not commute with the reflection of a coordinate. Its group then has both parities: with
:math:`\tan\theta = a_g / R`, signed, the harmonics of degree M + n are :math:`Y_M \cos^M\theta\, G_n(\sin\theta)`,
with G_n the Gegenbauer polynomials that make them orthonormal.
"""

import math
from typing import Any

import numpy as np

from ..quadrature import jacobi_recurrence, orthonormal_polynomials


class Polyspherical:
    """All harmonics that have given degrees in each group, and up to given ones in the first two, three, ... together.

    Parameters
    ----------
    sizes : tuple of int
        The numbers of coordinates of the groups, of which there are two at least.
    degrees : tuple of int
        The degree of the harmonics of each group; 0 or 1 for one coordinate, or `BOTH`.
    tops : tuple of int
        The highest degree after each join.

    Attributes
    ----------
    chain : tuple of ndarray of int
        The degrees that the first one, two, ... groups may have together. The harmonics are the paths through these
        that do not decrease; as arrays they have one axis for every join, and zeros where there is no path. If the
        first group has both parities, these have an axis before.
    """

    BOTH = -1    # in place of a degree: the harmonics of a coordinate that are even, and those that are odd

    def __init__(self, sizes: tuple[int, ...], degrees: tuple[int, ...], tops: tuple[int, ...]) -> None:
        self.sizes, self.degrees, self.tops = sizes, degrees, tops
        least, mixed = np.cumsum(np.maximum(degrees, 0))[1:], np.cumsum(np.equal(degrees, self.BOTH))[1:] > 0
        first = np.arange(2) if degrees[0] == self.BOTH else np.array(degrees[:1])
        self.chain = (first, *(np.arange(low, top + 1, 1 if both else 2) for low, top, both in
                               zip(least.tolist(), tops, mixed.tolist(), strict=True)))

    def state(self) -> dict[str, Any]:
        """The arguments."""
        return {"sizes": np.array(self.sizes), "degrees": np.array(self.degrees), "tops": np.array(self.tops)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Polyspherical":
        """From what `state` gives, among others."""
        sizes, degrees, tops = (tuple(state[name].tolist()) for name in ("sizes", "degrees", "tops"))
        return cls(sizes, degrees, tops)

    @property
    def shape(self) -> tuple[int, ...]:
        """The numbers of degrees after each join, and before the first if they are two."""
        return tuple(len(degrees) for degrees in self.chain[int(self.degrees[0] != self.BOTH):])

    @property
    def empty(self) -> bool:
        """Whether there are no harmonics, as a highest degree is too small."""
        return 0 in self.shape

    def tables(self, angles: list[np.ndarray]) -> list[np.ndarray]:
        """The factors of every join at angles (n,) of its own: shape (degrees before, n, degrees after) each."""
        dims = np.cumsum(self.sizes)
        return [_joined(theta, (int(dims[g]), self.sizes[g + 1]), before, self.degrees[g + 1], after)
                for g, (theta, before, after) in enumerate(zip(angles, self.chain[:-1], self.chain[1:], strict=True))]

    def at(self, points: np.ndarray) -> np.ndarray:
        """The harmonics at points (n, k), shape (n, *shape), but for those of groups of several coordinates.

        Of a group of one coordinate, the sign is in.
        """
        groups = np.split(points, np.cumsum(self.sizes)[:-1], axis=1)
        lengths = [np.linalg.norm(group, axis=1) for group in groups]
        before = np.sqrt(np.cumsum(np.square(lengths), axis=0))
        signs = [np.where(group >= 0.0, 1.0, -1.0) for group in groups]
        values = signs[0] ** np.arange(2) if self.degrees[0] == self.BOTH else np.ones((len(points), 1))
        for sign, size, degree in zip(signs, self.sizes, self.degrees, strict=True):
            if size == 1 and degree == 1:
                values *= sign
        angles = [np.arctan2(sign[:, 0] * length if degree == self.BOTH else length, others)
                  for sign, length, degree, others in
                  zip(signs[1:], lengths[1:], self.degrees[1:], before[:-1], strict=True)]
        for table in self.tables(angles):
            values = np.einsum("n...b,bnc->n...bc", values, table)
        return np.asarray(values.reshape(len(points), *self.shape))


def _joined(theta: np.ndarray, dims: tuple[int, int], before: np.ndarray, degree: int, after: np.ndarray) -> np.ndarray:
    """The factors of one join, (degrees before, n, degrees after), that are zero where a degree would fall."""
    table = np.zeros((len(before), len(theta), len(after)))
    for i, low in enumerate(before.tolist()):
        least, apart = low + max(degree, 0), 1 if degree == Polyspherical.BOTH else 2
        kept = np.flatnonzero((after >= least) & ((after - least) % apart == 0))
        if len(kept):
            table[i][:, kept] = _factors(theta, dims, low, degree, len(kept))
    return table


def _factors(theta: np.ndarray, dims: tuple[int, int], low: int, degree: int, count: int) -> np.ndarray:
    """The first of these factors for one degree before, shape (n, count)."""
    inner, outer, odd = 0.5 * dims[0], 0.5 * dims[1], max(degree, 0)
    # E[cos^(2 M) sin^(2 m)] under uniform directions, as a product: gamma functions of large arguments lose digits.
    mean = math.prod((inner + j) / (inner + outer + j) for j in range(low)) * math.prod(
        (outer + j) / (inner + outer + low + j) for j in range(odd))
    factor = np.cos(theta) ** low * np.sin(theta) ** odd / math.sqrt(mean)
    if degree == Polyspherical.BOTH:
        return orthonormal_polynomials(np.sin(theta), factor, *jacobi_recurrence(*(2 * (low + inner - 1.0,)), count))
    a, b = jacobi_recurrence(odd + outer - 1.0, low + inner - 1.0, count)
    return orthonormal_polynomials(np.cos(2.0 * theta), factor, a, b)


def synthesised(tables: list[np.ndarray], coefficients: np.ndarray) -> np.ndarray:
    """Sums of harmonics at products of angles: coefficients (*shape, ...) give (n_2, ..., n_G, ...)."""
    for axis in reversed(range(len(tables))):
        coefficients = _along(tables[axis] if axis else tables[0][0], coefficients, axis)
    return coefficients


def analysed(tables: list[np.ndarray], values: np.ndarray) -> np.ndarray:
    """The adjoint of `synthesised`: values (n_2, ..., n_G, ...) give (*shape, ...)."""
    for axis, table in enumerate(tables):
        values = _along(np.swapaxes(table if axis else table[0], -1, -2), values, axis)
    return values


def _along(matrices: np.ndarray, array: np.ndarray, axis: int) -> np.ndarray:
    """Apply a matrix along an axis, another one for each place on the axis before, if that has several."""
    lead, size, rest = array.shape[:axis], array.shape[axis], array.shape[axis + 1:]
    product = np.matmul(matrices, array.reshape(*lead, size, -1))
    return np.asarray(product.reshape(*lead, matrices.shape[-2], *rest))
