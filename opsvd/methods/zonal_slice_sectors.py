r"""T T* on classes of harmonics of u, where S S* is known for every direction of D w.

With x = D u, u round, functions :math:`\sum_Y F_Y(|u|) Y(u / |u|)` have the mean :math:`\sum_Y Y(\alpha) (R_m F_Y)(z)`
over all u of one :math:`z = \langle \alpha, u \rangle`, m the degree of Y. So with :math:`\alpha` the direction of D w
and :math:`A(\alpha)` the matrix of S S* for the law of its length, times its probability,

.. math:: T T^* = R^* A R, \qquad \langle Y, A\, Y' \rangle = \sum_\alpha Y(\alpha)\, Y'(\alpha)\, A(\alpha) .

If x is round, all directions are alike, and harmonics are apart.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from .._support.budget import check_time
from .._support.floats import TINY
from ..bases import Polyspherical, analysed, synthesised
from .polar_law import classes
from .polar_operator import columns_of
from .zonal_slice_grids import SliceGrid


class SliceSector:
    """T T* on one class of harmonics: functions are coefficients (*shape, q, r) in orthonormal functions of the length.

    Parameters
    ----------
    grid : SliceGrid
    degree : int
        The least degree.
    squares : ndarray, shape (m, q, q)
        S S* between the polynomials of its parity, or all, times probabilities, for every direction.
    angular : Polyspherical or None
        The harmonics; None for one of the degree, where x is round.

    Attributes
    ----------
    shape : tuple of int
        That of the harmonics.
    degrees : ndarray of int
        Those of harmonics along the last axis.
    mixed : bool
        Whether there are harmonics of even degrees and of odd ones.
    axes : range
        Those of coefficients along which degrees increase.
    """

    def __init__(self, grid: SliceGrid, degree: int, squares: np.ndarray, angular: Polyspherical | None = None) -> None:
        self.grid, self.degree, self.angular, self._squares = grid, degree, angular, squares
        self.shape: tuple[int, ...] = (1,) if angular is None else angular.shape
        self.degrees = np.array([degree]) if angular is None else angular.chain[-1]
        self._tables = [np.ones((1, 1, 1))] if angular is None else grid.directions.tables(angular)
        self.mixed = angular is not None and Polyspherical.BOTH in angular.degrees
        # The axes of degrees, and of functions of the length: one before is of the two signs of the first coordinate.
        signs = angular is not None and angular.degrees[0] == Polyspherical.BOTH
        self.axes = range(int(signs), len(self.shape) + 1)
        self._triangles = np.stack([self._triangle(degree) for degree in self.degrees.tolist()])
        self.size = math.prod(self.shape) * self._triangles.shape[1]
        self.small = self.size <= 400    # the matrix is formed: its decomposition takes some 20 ms

    def _triangle(self, degree: int) -> np.ndarray:
        """R* as a matrix for one degree: from the polynomials that the squares are of."""
        triangle = self.grid.factors[degree][1]
        if not self.mixed:
            return triangle
        padded = np.zeros((len(triangle), self.grid.smooth.shape[1]))
        padded[:, self.grid.polynomials(degree)] = triangle
        return padded

    @property
    def span(self) -> np.ndarray:
        """The polynomials that the squares are of, at the nodes of z."""
        return self.grid.spans[2 if self.mixed else self.degree % 2]

    @property
    def multiplicity(self) -> int:
        """How often T has the values of this class."""
        return self.grid.multiplicity(self.degree) if self.angular is None else 1

    @property
    def name(self) -> tuple[int, ...]:
        """What it has in common with that of another grid: its degree, or the parities of its coordinates."""
        return (self.degree,) if self.angular is None else self.angular.degrees

    @property
    def nothing(self) -> np.ndarray:
        """No functions."""
        return np.zeros((self.size, 0))

    def functions(self) -> np.ndarray:
        """The functions of the length for every degree, times the roots of weights, (degrees, nodes, q)."""
        return np.stack([self.grid.factors[degree][0] for degree in self.degrees.tolist()])

    def shaped(self, columns: np.ndarray) -> np.ndarray:
        """Columns (n, r) as coefficients."""
        return columns.reshape(*self.shape, -1, columns.shape[1])

    def means(self, f: np.ndarray) -> np.ndarray:
        """R f in polynomials of z."""
        return np.asarray(np.matmul(np.swapaxes(self._triangles, 1, 2), f))

    def averaged(self, means: np.ndarray) -> np.ndarray:
        """R* of sums of polynomials."""
        return np.asarray(np.matmul(self._triangles, means))

    def of_means(self, means: np.ndarray) -> np.ndarray:
        """A of sums of polynomials."""
        values = synthesised(self._tables, means)
        images = np.matmul(self._squares, values.reshape(len(self._squares), *values.shape[-2:]))
        return analysed(self._tables, images.reshape(values.shape))

    def product(self, columns: np.ndarray) -> np.ndarray:
        """T T* of columns."""
        check_time()
        return columns_of(self.averaged(self.of_means(self.means(self.shaped(columns)))))

    def leading(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The leading left functions as columns, and their values: all of a small matrix, or twice the count.

        These are from a block Krylov space, by which as many as the count are known to rounding.
        """
        if self.small or self.size <= 10 * count:
            matrix = self.product(np.eye(self.size))
            energies, f = np.linalg.eigh(0.5 * (matrix + matrix.T))
        else:
            block = self.product(np.random.default_rng(count).standard_normal((self.size, count)))
            basis, images = np.zeros((self.size, 0)), np.zeros((self.size, 0))
            for _ in range(5):
                for _ in range(2):
                    block = np.linalg.qr(block - basis @ (basis.T @ block))[0]
                basis, block = np.concatenate([basis, block], axis=1), self.product(block)
                images = np.concatenate([images, block], axis=1)
            matrix = basis.T @ images
            energies, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
            energies, f = energies[-2 * count:], basis @ vectors[:, -2 * count:]
        return f[:, ::-1], np.sqrt(np.maximum(energies[::-1], 0.0))

    def beside(self, f: np.ndarray) -> tuple[float, float]:
        """Of T beside orthonormal functions: the square of the Hilbert-Schmidt norm, and a bound of the norm."""
        def left(columns: np.ndarray) -> np.ndarray:
            image = self.product(columns - f @ (f.T @ columns))
            return np.asarray(image - f @ (f.T @ image))

        return self._sizes(left, 4)    # a factor of 8^(1/8) = 1.3

    def at_last_degrees(self) -> float:
        """A bound of the norm of T on the last quarter of the degrees of harmonics, and of functions of the length."""
        last = np.zeros((*self.shape, self._triangles.shape[1], 1))
        for axis in self.axes:
            count = last.shape[axis]
            np.moveaxis(last, axis, 0)[3 * count // 4 if count > 1 else 1:] = 1.0
        columns = columns_of(last)
        power = 4 if self.grid.plane.p < 4 else 2    # a factor of 1.3, or of 1.7 where a product takes long
        return self._sizes(lambda v: np.asarray(columns * self.product(columns * v)), power)[1]

    def _sizes(self, product: Callable[[np.ndarray], np.ndarray], power: int) -> tuple[float, float]:
        """The trace of a square, to a third if it is large, and a bound of its root's norm: see `norm_bound`."""
        if self.small:
            matrix = product(np.eye(self.size))
            largest = float(np.linalg.eigvalsh(0.5 * (matrix + matrix.T))[-1])
            return float(np.trace(matrix)), math.sqrt(max(largest, 0.0))
        noise = np.random.default_rng(self.size).standard_normal((self.size, 10))
        logarithm, trace = math.log(10.0 * math.sqrt(2.0 / math.pi)), 0.0
        for turn in range(power):
            image = product(noise)
            trace = float(np.sum(noise * image)) / noise.shape[1] if turn == 0 else trace
            largest = float(np.linalg.norm(image, axis=0).max())
            if largest <= TINY:
                return trace, 0.0
            logarithm, noise = logarithm + math.log(largest), image / largest
        return trace, math.exp(logarithm / (2.0 * power))


def sectors(grid: SliceGrid) -> Iterator[SliceSector]:
    """All of a grid: one a degree, or one for every choice of parities of the coordinates."""
    if grid.deviations is None:
        for degree in grid.degrees:
            yield SliceSector(grid, degree, grid.squares(grid.polynomials(degree)))
        return
    found = classes(grid.mixed, grid.size.tops)
    for parity in range(1 if any(grid.mixed) else 2):
        squares = grid.squares(slice(None) if any(grid.mixed) else slice(parity, None, 2))
        for angular in found:
            degree = int(angular.chain[-1][0])
            if any(grid.mixed) or degree % 2 == parity:
                yield SliceSector(grid, degree, squares, angular)
