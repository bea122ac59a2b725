r"""Kernels of few variables a side on uniform grids: the trapezoid rule in whitened coordinates.

Times the half-density :math:`\sqrt\rho`, singular functions of smooth kernels decay in all directions and have few high
frequencies: sums of sinc functions on a uniform grid describe them, and T between these is h at the nodes, times
weights. Where h is not entire this converges faster than polynomials do: for tanh of a bilinear form like
:math:`e^{-c / h}` with the step h, until functions as steep as :math:`1 / |x|` at the largest |x| are resolved.
"""

from dataclasses import dataclass

import numpy as np

from .coordinates import Component, Coordinates

__all__ = ["Lattice", "fits", "half_density", "kernel_matrix", "lattice"]

# Values of h for one matrix, and nodes on one side.
_MOST_VALUES, _MOST_NODES = 21_000_000, 12_000
_CHUNK = 1_000_000


@dataclass(frozen=True, eq=False)
class Lattice:
    """A uniform grid of R^d within a ball, and the functions of a sinc basis on it.

    Attributes
    ----------
    steps : ndarray, shape (d,)
    radius : float
    shift : float
        Where the nodes are between multiples of the steps.
    index : ndarray of int, shape (N, d)
        Nodes as multiples of the steps, less the shift.
    """

    steps: np.ndarray
    radius: float
    shift: float
    index: np.ndarray

    @property
    def nodes(self) -> np.ndarray:
        """The nodes, shape (N, d)."""
        return np.asarray((self.index + self.shift) * self.steps)

    @property
    def weights(self) -> np.ndarray:
        """The square roots of cells times densities, shape (N,)."""
        return half_density(self.nodes) * float(np.sqrt(np.prod(self.steps)))

    def basis(self, z: np.ndarray) -> np.ndarray:
        r"""The functions :math:`\prod_i \mathrm{sinc}((z_i - n_i) / h_i) / \sqrt{h_i}`: (n, d) gives (n, N)."""
        values = np.ones((len(z), len(self.index)))
        for axis, step in enumerate(self.steps):
            numbers, place = np.unique(self.index[:, axis], return_inverse=True)
            values *= np.sinc(z[:, axis, None] / step - self.shift - numbers)[:, place] / np.sqrt(step)
        return values

    def roughness(self, coefficients: np.ndarray) -> np.ndarray:
        """The norm of the upper third of frequencies of functions, coefficients (N, r), by direction: (d,)."""
        low = self.index.min(axis=0, initial=0)
        tensor = np.zeros((*(self.index.max(axis=0, initial=0) - low + 1), coefficients.shape[1]))
        tensor[tuple((self.index - low).T)] = coefficients
        found = []
        for axis in range(len(self.steps)):
            spectrum = np.fft.rfft(tensor, axis=axis, norm="ortho")
            found.append(np.linalg.norm(np.moveaxis(spectrum, axis, 0)[2 * spectrum.shape[axis] // 3:]))
        return np.array(found)


def half_density(z: np.ndarray) -> np.ndarray:
    """The square root of the standard Gaussian density: (..., d) gives (...)."""
    return np.asarray((2.0 * np.pi) ** (-0.25 * z.shape[-1]) * np.exp(-0.25 * np.sum(z * z, axis=-1)))


def lattice(steps: np.ndarray, radius: float, shift: float) -> Lattice:
    """The grid with the steps, within a ball around zero."""
    ranges = [np.arange(-np.ceil(radius / step) - 1, np.ceil(radius / step) + 2, dtype=int) for step in steps]
    index = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(steps)) if ranges else np.zeros(
        (1, 0), dtype=int)
    inside = np.sum(((index + shift) * steps) ** 2, axis=1) <= radius**2
    return Lattice(steps, radius, shift, index[inside])


def fits(steps: tuple[np.ndarray, np.ndarray], radius: float) -> bool:
    """Whether grids with the steps on either side are within the limits."""
    volumes = [float(np.prod(2.0 * radius / side)) * (0.25 * np.pi if len(side) == 2 else 1.0) for side in steps]
    return max(volumes) <= _MOST_NODES and volumes[0] * volumes[1] <= _MOST_VALUES


def kernel_matrix(coordinates: Coordinates, component: Component, left: Lattice, right: Lattice) -> np.ndarray:
    """The matrix of T between the functions of two grids: h at the nodes, times their weights."""
    x, y, offset = left.nodes, right.nodes, coordinates.offset()
    matrix = np.empty((len(x), len(y)))
    step = max(1, _CHUNK // len(y))
    for start in range(0, len(x), step):
        matrix[start:start + step] = coordinates.part(component, x[start:start + step], y)
    matrix += offset
    matrix *= left.weights[:, None]
    matrix *= right.weights
    return matrix
