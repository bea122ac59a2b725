r"""The kernel phi(<a, b>) between two laws that are not round, on the harmonics of given degrees in each group.

By Funk and Hecke the kernel is the sum over all harmonics of :math:`c_l(|a| |b|) N(k, l)^{-1/2} Y(a) Y(b)`. For a
function g of b with the inner products :math:`\gamma_Y(|b|)` of g with each harmonic on spheres, under the law of b,

.. math:: (T g)(a) = \sum_Y Y(a / |a|) \; N(k, l)^{-1/2} E_{|b|}[c_l(|a| |b|)\, \gamma_Y(|b|)] :

it is diagonal in the harmonics, and what is not diagonal are their inner products under the law, which is smooth.
"""

import math
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from .._support.budget import check_time
from .._support.floats import EPS
from ..bases import Polyspherical, RadialBasis
from ..measures import radial_half_density
from ..quadrature import harmonics
from .polar_law import Law
from .sections import Profiles, grid_step


def radial_blocks(profiles: Profiles, x: np.ndarray, y: np.ndarray, top: int, *, check: bool = False) -> np.ndarray:
    """c_l between half-densities of the round law at lengths x and y, over the root of N(k, l): (top + 1, n, m)."""
    values = profiles.sections(x, y, top + 1, check=check).values
    left, right = (math.sqrt(grid_step(delta)) * radial_half_density(delta, profiles.k) for delta in (x, y))
    roots = np.array([math.exp(-0.5 * math.log(harmonics(profiles.k, degree))) for degree in range(top + 1)])
    return np.asarray(values * roots[:, None, None] * left[:, None] * right)


class Triplets(NamedTuple):
    """Left functions (*shape, n, r), singular values (r,), and right functions (*shape, m, r)."""

    f: np.ndarray
    s: np.ndarray
    g: np.ndarray


def moved(functions: np.ndarray, radial: RadialBasis, delta: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Functions at other lengths, with zeros for those harmonics of `shape` that they do not have."""
    there = np.matmul(math.sqrt(grid_step(delta)) * radial.half_density(delta), functions)
    more = [(0, size - old) for size, old in zip(shape, functions.shape, strict=False)]
    return np.pad(there, [*more, (0, 0), (0, 0)])


L = TypeVar("L", bound=Law)


class PolarOperator(Generic[L]):
    """T on one class of harmonics; functions are coefficients (*shape, n, r) in harmonics and radial half-densities.

    Parameters
    ----------
    angular : Polyspherical
    blocks : ndarray, shape (top + 1, n, m)
        See `radial_blocks`.
    left, right : Law
        On the same directions, or points.
    """

    def __init__(self, angular: Polyspherical, blocks: np.ndarray, left: L, right: L) -> None:
        self.angular, self.left, self.right = angular, left, right
        self.blocks = blocks[angular.chain[-1]]
        self.tables = left.tables(angular)

    def forward(self, inner: np.ndarray) -> np.ndarray:
        """T g from the inner products of g with the harmonics."""
        return np.asarray(np.matmul(self.blocks, inner))

    def backward(self, inner: np.ndarray) -> np.ndarray:
        """T* f from the inner products of f with the harmonics."""
        return np.asarray(np.matmul(np.swapaxes(self.blocks, 1, 2), inner))

    def of_left(self, f: np.ndarray) -> np.ndarray:
        """The inner products of functions of a with the harmonics."""
        return self.left.gram(self.tables, f)

    def of_right(self, g: np.ndarray) -> np.ndarray:
        """The inner products of functions of b with the harmonics."""
        return self.right.gram(self.tables, g)

    def noise(self, count: int) -> np.ndarray:
        """The inner products of white noise in b with the harmonics, so many times."""
        return self.right.noise(self.tables, self.angular.shape, count)

    def triplets(self, count: int, start: np.ndarray | None = None) -> Triplets:
        """The leading singular triplets, from a block Krylov space that begins with noise: see `krylov_svd`.

        Right functions to start from save half of the steps.
        """
        image = self.forward(self.noise(count) if start is None else self.of_right(start))
        left, inner_left, right = [image[..., :0]], [image[..., :0]], [self.backward(image[..., :0])]
        for step in range(5 if start is None else 2):    # of two applications each
            check_time()
            if step:
                image = self.forward(self.of_right(right[-1]))
            f, inner, _ = orthonormalised(image, self.of_left, *(np.concatenate(parts, axis=-1)
                                                                for parts in (left, inner_left)))
            left.append(f)
            inner_left.append(inner)
            right.append(self.backward(inner))
        images = np.concatenate(right, axis=-1)
        g, _, triangle = orthonormalised(images, self.of_right, images[..., :0], images[..., :0])
        v, s, u = np.linalg.svd(triangle, full_matrices=False)    # which takes an empty matrix in all versions
        return Triplets(np.concatenate(left, axis=-1) @ u[:count].T, s[:count], g @ v[:, :count])


def orthonormalised(functions: np.ndarray, inner_products: Callable[[np.ndarray], np.ndarray], known: np.ndarray,
                    inner_known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Functions (..., r) less their parts along known ones as an orthonormal basis (..., q) times a matrix (q, r).

    What is rounding is left out. Known functions are orthonormal, and come with their inner products with the
    harmonics; so does the basis, which is the first array, and these the second.
    """
    shape = functions.shape[:-1]
    v, f, inner_f = (columns_of(part) for part in (functions, known, inner_known))
    inner, factor, rounding, lost = v, np.eye(v.shape[1]), 0.0, 1.0
    for _ in range(2):    # the first leaves the root of rounding, the second rounding
        if v.shape[1] == 0 or lost <= 1e-11:
            break
        along = inner_f.T @ v
        # What known functions leave of an image is rounding below 1e4 eps of it: sums have some thousand terms.
        rounding = rounding or (1e4 * EPS) ** 2 * float(np.sum(along**2, axis=0).max())
        v = v - f @ along
        inner = columns_of(inner_products(v.reshape(*shape, v.shape[1])))
        square = v.T @ inner
        values, vectors = np.linalg.eigh(0.5 * (square + square.T))
        kept = values > max(64.0 * EPS * values.max(), rounding)
        # Where values are of similar sizes, as those of a jump, the first leaves little.
        lost = EPS * max(float(values.max()), float(np.sum(along**2, axis=0).max(initial=0.0))) / values[kept].min(
            initial=math.inf)
        vectors, roots = vectors[:, kept], np.sqrt(values[kept])
        v, inner, factor = v @ (vectors / roots), inner @ (vectors / roots), (vectors * roots).T @ factor
    return v.reshape(*shape, v.shape[1]), inner.reshape(*shape, v.shape[1]), factor


def columns_of(functions: np.ndarray) -> np.ndarray:
    """Coefficients (..., r) as a matrix of r columns."""
    return functions.reshape(math.prod(functions.shape[:-1]), functions.shape[-1])
