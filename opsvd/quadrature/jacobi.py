"""Jacobi polynomials: the recurrence of those that are orthonormal under a beta density."""

import numpy as np


def jacobi_recurrence(alpha: float, beta: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    r"""The numbers of :math:`b_{i+1} p_{i+1} = (s - a_i) p_i - b_i p_{i-1}`, shape (n,) each; b_0 = 1.

    :math:`p_i` are orthonormal under the probability density that is :math:`(1 - s)^\alpha (1 + s)^\beta` on [-1, 1],
    up to a factor; :math:`p_0 = 1`.

    Examples
    --------
    >>> a, b = jacobi_recurrence(0.0, 0.0, 3)    # Legendre
    >>> print(a, (b**2).round(6))
    [0. 0. 0.] [1.       0.333333 0.266667]
    """
    i = np.arange(n, dtype=np.float64)
    total = 2.0 * i + alpha + beta
    with np.errstate(divide="ignore", invalid="ignore"):
        shifts = (beta - alpha) * (beta + alpha) / (total * (total + 2.0))
        squares = 4.0 * i * (i + alpha) * (i + beta) * (i + alpha + beta) / (total**2 * (total + 1.0) * (total - 1.0))
    shifts[0] = (beta - alpha) / (alpha + beta + 2.0)
    if n > 1:    # where alpha + beta may be zero over zero
        squares[1] = 4.0 * (1.0 + alpha) * (1.0 + beta) / ((2.0 + alpha + beta) ** 2 * (3.0 + alpha + beta))
    return shifts, np.append(1.0, np.sqrt(squares[1:]))
