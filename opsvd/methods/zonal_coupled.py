r"""Triplets of phi(<a, b>) where the law of a on its plane is not round, so that harmonics of different degrees couple.

Let T be the operator for the round law of the part u of a along the plane. On harmonics of u of degree m it is a matrix
:math:`A_m` from harmonics and lengths of b to lengths of u. Another law, of density p against the round one, leaves T
as it is: what changes are inner products of functions of u. So

.. math:: T T^* f = \sum_m \sum_Y A_m A_m^T \langle Y, p f \rangle \, Y,

over the harmonics Y of u of degree m, and a block Krylov space of this operator has the left functions.
"""

import math
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from .._support.budget import check_time
from .._support.floats import TINY
from .._support.linalg import corner_norms
from ..bases import Polyspherical, RadialBasis
from ..evidence.images import Images
from ..evidence.remainder import RemainderEvidence
from .polar_law import Law, classes
from .polar_operator import PolarOperator, columns_of, orthonormalised
from .zonal_evidence import ZonalTriplets, beyond_degrees
from .zonal_grid import ZonalGrid


class CoupledGrid:
    """T T* at the rows and lengths of a grid.

    Parameters
    ----------
    grid : ZonalGrid
        Whose rows have a law.
    law : Law
        That law.
    tops : tuple of int
        The highest degrees of harmonics of u after each join.
    """

    def __init__(self, grid: ZonalGrid, law: Law, tops: tuple[int, ...]) -> None:
        self.grid, self.law, self.tops = grid, law, tops

    @cached_property
    def squares(self) -> np.ndarray:
        """A_m A_m^T for every degree of u, (top + 1, rows, rows)."""
        return np.stack([a @ a.T for a in map(self.matrix, range(self.tops[-1] + 1))])

    def matrix(self, degree: int) -> np.ndarray:
        """A_m, (rows, harmonics of b beyond those of u times lengths)."""
        check_time()
        sizes = len(self.tops) + 1, 1
        return self.grid.matrix(self.grid.angular((degree, Polyspherical.BOTH), sizes))

    def operator(self, degrees: tuple[int, ...]) -> PolarOperator[Law]:
        """T T* on functions of given parities."""
        return PolarOperator(Polyspherical((1,) * len(degrees), degrees, self.tops), self.squares, self.law, self.law)

    def of_both(self, angular: Polyspherical) -> Polyspherical:
        """The harmonics of a and of b that have these of u."""
        return Polyspherical((*angular.sizes, 1), (*angular.degrees, Polyspherical.BOTH), (*self.tops, self.grid.top))

    def of_a(self, g: np.ndarray, angular: Polyspherical) -> np.ndarray:
        """T g at the rows, in harmonics of u: functions of b on given harmonics of a and b, (*shape, lengths, r)."""
        degrees, least = angular.chain[-2].tolist(), int(angular.chain[-1][0])
        g = self.grid.span.T @ g
        image = np.zeros((*angular.shape[:-1], len(self.grid.rows.roots), g.shape[-1]))
        for i, degree in enumerate(degrees):
            some = g[..., i, degree - least:, :, :]
            image[..., i, :, :] = self.matrix(degree) @ some.reshape(*some.shape[:-3], -1, some.shape[-1])
        return image

    def of_b(self, inner: np.ndarray, angular: Polyspherical) -> np.ndarray:
        """T* f from the inner products of f with the harmonics of u, (*shape, rows, r), in harmonics of a and b."""
        degrees, least = angular.chain[-2].tolist(), int(angular.chain[-1][0])
        image = np.zeros((*angular.shape, self.grid.span.shape[1], inner.shape[-1]))
        for i, degree in enumerate(degrees):
            some = self.matrix(degree).T @ inner[..., i, :, :]
            image[..., i, degree - least:, :, :] = some.reshape(*some.shape[:-2], -1, *image.shape[-2:])
        return np.asarray(self.grid.span @ image)


def coupled_triplets(coupled: CoupledGrid, mixed: tuple[bool, ...], count: int) -> Iterator[ZonalTriplets]:
    """The leading triplets of every class of parities."""
    for of_u in classes(mixed, coupled.tops):
        angular = coupled.of_both(of_u)
        g = coupled.of_b(_leading(coupled.operator(of_u.degrees), count), angular)
        q, triangle = np.linalg.qr(columns_of(g))
        left, s, _ = np.linalg.svd(triangle)
        kept = s > 1e-8 * s.max(initial=0.0)    # squares of others are rounding
        g = (q @ left[:, kept]).reshape(math.prod(g.shape[:-2]), g.shape[-2], int(kept.sum()))
        yield ZonalTriplets(angular, s[kept], g)


def _leading(operator: PolarOperator[Law], count: int) -> np.ndarray:
    """The inner products with the harmonics of the leading eigenfunctions of T T*, which are orthonormal."""
    image = operator.forward(operator.noise(count))
    known, inner_known, images = ([image[..., :0]] for _ in range(3))
    for _ in range(5):    # blocks of functions, which together are a Krylov space
        check_time()
        f, inner, _ = orthonormalised(image, operator.of_left, *(np.concatenate(parts, axis=-1)
                                                                 for parts in (known, inner_known)))
        image = operator.forward(inner)
        for parts, part in zip((known, inner_known, images), (f, inner, image), strict=True):
            parts.append(part)
    inner, image = (np.concatenate(parts, axis=-1) for parts in (inner_known, images))
    matrix = columns_of(inner).T @ columns_of(image)
    vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))[1][:, ::-1]
    return np.asarray(inner @ vectors[:, :count])


def coupled_check(check: CoupledGrid, own_at_rows: CoupledGrid, radial: RadialBasis, triplets: ZonalTriplets,
                  beyond: float) -> RemainderEvidence:
    """Residuals of the triplets, and what all of them leave, on a grid for checks: see `zonal_check`.

    Parameters
    ----------
    check : CoupledGrid
        Other rows, directions and lengths, and more harmonics.
    own_at_rows : CoupledGrid
        The lengths and harmonics by which triplets were found, at these rows.
    radial : RadialBasis
        In which the radial functions of b are summed.
    triplets : ZonalTriplets
    beyond : float
        A bound of the norm of T on all harmonics that the check does not have.
    """
    angular, s = triplets.angular, triplets.s
    operator = check.operator(angular.degrees[:-1])
    larger, delta = check.of_both(operator.angular), check.grid.delta
    g = triplets.g.reshape(*angular.shape, *triplets.g.shape[1:])
    f = _padded(own_at_rows.of_a(g, angular) / s, operator.angular.shape)
    g = _padded(np.matmul(math.sqrt(check.grid.step) * radial.half_density(delta), g), larger.shape)
    inner = operator.of_left(f)
    image = check.of_b(inner, larger)
    along_x, along_y = check.of_a(g, larger) - f * s, columns_of(image - g * s)
    inner_x, g = operator.of_left(along_x), columns_of(g)
    overlaps = columns_of(f).T @ columns_of(inner), g.T @ g
    skew = 0.5 * s.max(initial=0.0) * sum(corner_norms(part - np.eye(len(s))) for part in overlaps)
    coupling = np.maximum(corner_norms(columns_of(f).T @ columns_of(inner_x)), corner_norms(g.T @ along_y)) + skew
    energies = np.sum(along_y**2, axis=0) + np.minimum(beyond_degrees(image, larger, len(delta)), beyond**2)
    residual = np.sqrt(np.cumsum(np.maximum(np.sum(columns_of(along_x * inner_x), axis=0), energies)))
    size, norm = _beside(operator, f, inner)
    norm += float(residual[-1]) + beyond
    # What is left beside the leading q is a direct sum of the others and of what is beside all, up to residuals.
    complement = np.maximum(np.append(s[1:], 0.0), norm) + 2.0 * residual
    return RemainderEvidence(
        values=s, size=float(np.hypot(np.linalg.norm(s), size)), remainder=max(size, norm), operator_norm=norm,
        coupling=norm, images=Images(residual, coupling), complement=complement,
        dimension=math.prod(operator.angular.shape) * len(check.grid.rows.roots))


def _padded(functions: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Functions with zeros for those harmonics of `shape` that they do not have."""
    return np.pad(functions, [*((0, size - old) for size, old in zip(shape, functions.shape, strict=False)),
                              (0, 0), (0, 0)])


def _beside(operator: PolarOperator[Law], f: np.ndarray, inner_f: np.ndarray) -> tuple[float, float]:
    """Of T beside functions f, whose inner products are given: the Hilbert-Schmidt norm, to a third, and a norm bound.

    The bound is that of `norm_bound` with two applications of T T* to ten vectors, and a factor of 8^(1/4).
    """
    noise, columns = operator.noise(10), columns_of(f)
    noise -= inner_f @ (columns.T @ columns_of(noise))
    logarithm, size = math.log(10.0 * math.sqrt(2.0 / math.pi)), 0.0
    for _ in range(2):
        image = operator.forward(noise)
        size = size or math.sqrt(max(float(np.sum(noise * image)) / noise.shape[-1], 0.0))
        inner = operator.of_left(image)
        along = columns.T @ columns_of(inner)
        image, inner = image - f @ along, inner - inner_f @ along
        largest = math.sqrt(max(float(np.sum(columns_of(image * inner), axis=0).max()), 0.0))
        if largest <= TINY:
            return size, 0.0
        logarithm += math.log(largest)
        noise = inner / largest
    return size, math.exp(0.25 * logarithm)
