"""Cardinal functions of an equidistant grid: one at a node, and zero at the others."""

import numpy as np


class CardinalFunctions:
    r"""The functions :math:`D((u - u_i) / h)`, :math:`D(t) = \sin(\pi t) / (N \sin(\pi t / N))`.

    A sinc function made periodic; divided by :math:`\sqrt h` they are exactly orthonormal over a period. They are
    evaluated in the barycentric form: alternating cosecants over their sum.

    Parameters
    ----------
    grid : ndarray, shape (N,)
        Equidistant, N odd.
    step : float
        The distance h of the nodes.
    """

    def __init__(self, grid: np.ndarray, step: float) -> None:
        self.first, self.last, self.step = float(grid[0]), float(grid[-1]), step
        self.scale = np.pi / (len(grid) * step)
        angles = self.scale * (grid - self.first)
        self._waves = np.stack([np.cos(angles), -np.sin(angles)])
        self._waves[:, 1::2] *= -1.0

    def __call__(self, u: np.ndarray) -> np.ndarray:
        """Evaluate at points (...), giving (..., N): zero beyond half a step from the ends of the grid."""
        cosecants = self._cosecants(u)
        return np.asarray(cosecants * (self._inside(u) / cosecants.sum(axis=-1))[..., None])

    def combine(self, u: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums with coefficients (N, r), without the functions one by one: points (...) give (..., r)."""
        sums = self._cosecants(u) @ np.column_stack([coefficients, np.ones(len(coefficients))])
        return np.asarray(sums[..., :-1] * (self._inside(u) / sums[..., -1])[..., None])

    def _inside(self, u: np.ndarray) -> np.ndarray:
        return np.asarray((u >= self.first - 0.5 * self.step) & (u <= self.last + 0.5 * self.step))

    def _cosecants(self, u: np.ndarray) -> np.ndarray:
        """Alternating cosecants, (..., N), at points inside, and anything at others."""
        angle = self.scale * (np.where(self._inside(u), u, self.last) - self.first)
        # Sines of differences, without a sine for each: what they lose close to zero cancels in the quotient.
        sines = np.stack([np.sin(angle), np.cos(angle)], axis=-1) @ self._waves
        sines[sines == 0.0] = 1e-200    # at a node, whose cosecant is all of the sum of cosecants
        return np.asarray(np.reciprocal(sines, out=sines))
