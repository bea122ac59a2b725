"""Cardinal functions of an equidistant grid: one at a node, and zero at the others."""

import numpy as np

__all__ = ["cardinal_functions", "cardinal_sums"]

# Stands for a distance of zero from a node: its cosecant, 1e300, is all of the sum of cosecants.
_AT_A_NODE = 1e-300


def cardinal_functions(u: np.ndarray, grid: np.ndarray, step: float) -> np.ndarray:
    r"""The functions :math:`D((u - u_i) / h)`, :math:`D(t) = \sin(\pi t) / (N \sin(\pi t / N))`, at points u.

    A sinc function made periodic; divided by :math:`\sqrt h` they are exactly orthonormal over a period. They are
    evaluated in the barycentric form: alternating cosecants over their sum.

    Parameters
    ----------
    u : ndarray, shape (...)
    grid : ndarray, shape (N,)
        Equidistant, N odd.
    step : float
        The distance h of the nodes.

    Returns
    -------
    ndarray, shape (..., N)
        Zero beyond half a step from the ends of the grid.
    """
    cosecants, share = _cosecants(u, grid, step)
    return np.asarray(cosecants * share[..., None])


def cardinal_sums(u: np.ndarray, grid: np.ndarray, step: float, coefficients: np.ndarray) -> np.ndarray:
    """Sums of cardinal functions with coefficients (N, r): points (...) give (..., r)."""
    cosecants, share = _cosecants(u, grid, step)
    return np.asarray((cosecants @ coefficients) * share[..., None])


def _cosecants(u: np.ndarray, grid: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Alternating cosecants, (..., N), and one over their sums, (...): zero beyond the ends of the grid."""
    inside = (u >= grid[0] - 0.5 * step) & (u <= grid[-1] + 0.5 * step)
    scale = np.pi / (len(grid) * step)
    angle, angles = scale * (np.where(inside, u, grid[-1]) - grid[0]), scale * (grid - grid[0])
    of_grid = np.stack([np.cos(angles), -np.sin(angles)])
    of_grid[:, 1::2] *= -1.0
    # Sines of differences, without a sine for each: what they lose close to zero cancels in the quotient.
    sines = np.stack([np.sin(angle), np.cos(angle)], axis=-1) @ of_grid
    sines[sines == 0.0] = _AT_A_NODE
    cosecants = np.reciprocal(sines, out=sines)
    return cosecants, inside / cosecants.sum(axis=-1)
