"""What other rows, other lengths and more harmonics show of the singular triplets of phi(<a, b>)."""

import math
from typing import NamedTuple

import numpy as np

from .._support.linalg import corner_norms, norm_bound
from ..bases import Polyspherical, RadialBasis
from ..evidence.images import Images
from ..evidence.remainder import RemainderEvidence
from ..quadrature import SLOWEST_RATE, continued, fall
from .zonal_grid import ZonalGrid


class ZonalTriplets(NamedTuple):
    """Singular triplets on one class of harmonics.

    Attributes
    ----------
    angular : Polyspherical
    s : ndarray, shape (r,)
    g : ndarray, shape (harmonics, m, r)
        Right functions, in harmonics and radial half-densities.
    """

    angular: Polyspherical
    s: np.ndarray
    g: np.ndarray


def zonal_check(check: ZonalGrid, own_at_rows: ZonalGrid, radial: RadialBasis, triplets: ZonalTriplets,
                beyond: float) -> RemainderEvidence:
    """Residuals of the triplets, and what all of them leave, on a grid for checks.

    Parameters
    ----------
    check : ZonalGrid
        Other rows and lengths, and more harmonics.
    own_at_rows : ZonalGrid
        The lengths and harmonics by which triplets were found, at these rows: T g of it is what functions are off the
        nodes.
    radial : RadialBasis
        In which the radial functions of b are summed.
    triplets : ZonalTriplets
    beyond : float
        A bound of the norm of T on all harmonics that the check does not have.
    """
    angular, s, g = triplets
    larger = check.angular(angular.degrees, angular.sizes)
    matrix = check.matrix(larger)
    at_rows = own_at_rows.matrix(angular)
    f = (at_rows @ (own_at_rows.span.T @ g).reshape(at_rows.shape[1], len(s))) / s
    # In the span of the check, and what is not in it.
    there = np.matmul(math.sqrt(check.step) * radial.half_density(check.delta), g)
    inside = check.span.T @ there
    outside = np.sum((there - check.span @ inside) ** 2, axis=(0, 1)) * s**2
    there = inside
    padded = np.zeros((*larger.shape, *there.shape[1:]))
    padded[tuple(slice(0, size) for size in angular.shape)] = there.reshape(*angular.shape, *there.shape[1:])
    g = padded.reshape(matrix.shape[1], len(s))
    image = matrix.T @ f
    along_x, along_y = matrix @ g - f * s, image - g * s
    skew = 0.5 * s.max(initial=0.0) * sum(corner_norms(part.T @ part - np.eye(len(s))) for part in (f, g))
    coupling = np.maximum(corner_norms(f.T @ along_x), corner_norms(g.T @ along_y)) + skew
    continued_image = beyond_degrees(image, larger, check.span.shape[1])
    energies = np.sum(along_y**2, axis=0) + outside + np.minimum(continued_image, beyond**2)
    residual = np.sqrt(np.cumsum(np.maximum(np.sum(along_x**2, axis=0), energies)))
    size = float(np.linalg.norm(matrix))
    matrix -= (f * s) @ g.T
    norm = norm_bound(matrix) + beyond
    return RemainderEvidence(values=s, size=size, remainder=float(np.linalg.norm(matrix)) + beyond, operator_norm=norm,
                             coupling=norm, images=Images(residual, coupling), dimension=min(matrix.shape))


def beyond_degrees(image: np.ndarray, angular: Polyspherical, lengths: int) -> np.ndarray:
    """The energies (r,) of images beyond the highest degree, if they go on to fall as over the last degrees."""
    shape = math.prod(angular.shape[:-1]), angular.shape[-1], lengths, image.shape[-1]
    energies = np.sum(image.reshape(shape) ** 2, axis=(0, 2))
    width = max(2, len(energies) // 8)    # an eighth of the degrees
    last, before = energies[-width:].sum(axis=0), energies[-2 * width:-width].sum(axis=0)
    factors = [fall(a, b) for a, b in zip(last.tolist(), before.tolist(), strict=True)]
    return np.array([continued(a, factor) if factor < 1.0 - SLOWEST_RATE else math.inf
                     for a, factor in zip(last.tolist(), factors, strict=True)])
