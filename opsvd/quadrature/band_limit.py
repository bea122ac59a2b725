"""Samples of a function that is not smooth, fit for the trapezoid rule: its convolution with a band-limited filter."""

from collections.abc import Callable

import numpy as np

from .gauss_legendre import composite_gauss_legendre
from .pieces import PIECE_ORDER

FILTER_WINDOW = 40
"""Steps from the middle of the filter to where it ends, at e^(-40 pi / 2) = 1e-27."""


def filter_envelope(t: np.ndarray, step: float) -> np.ndarray:
    r"""The Gaussian factor :math:`e^{-\pi t^2 / (2 m h^2)}` of the filter: points (...) give (...)."""
    return np.asarray(np.exp(-0.5 * np.pi / FILTER_WINDOW * (t / step) ** 2))


def band_limited(function: Callable[[np.ndarray], np.ndarray], points: np.ndarray, step: float,
                 edges: np.ndarray) -> np.ndarray:
    r"""The convolution of a piecewise smooth function k with a band-limited filter, at equidistant points.

    .. math:: (q * k)(s_j) = \int q(s_j - t)\, k(t)\, dt, \qquad
              q(t) = \frac1h \operatorname{sinc}\Big(\frac th\Big)\, e^{-\pi t^2 / (2 m h^2)} .

    Where k has kinks or jumps, :math:`\sum_j h\, k(s_j) g(s_j)` misses :math:`\int k g\,dt` by a power of h. But if
    g has no frequencies above :math:`\pi / h`, the integral is that of :math:`(q * k)\, g`, whose frequencies are
    below :math:`2 \pi / h`: there the sum is exact. The transform of q is one below the frequency :math:`\pi / h` and
    zero above, but for a smooth transition: at the frequency :math:`\kappa` it is wrong by about
    :math:`e^{-(\pi - |\kappa| h)^2 m / 2 \pi}`. It ends at m = `FILTER_WINDOW` steps, where the Gaussian is as small as
    the transform is wrong at zero.

    Parameters
    ----------
    function : callable
        Points (n,) -> values (n, c).
    points : ndarray, shape (p,)
        The points s_j, increasing.
    step : float
        The step h of the trapezoid rule.
    edges : ndarray
        Ends of the pieces on which k is a polynomial of degree below 16, to the accuracy that is wanted. Only the
        `FILTER_WINDOW` steps before the first point and after the last one are looked at.

    Returns
    -------
    ndarray, shape (p, c)

    References
    ----------
    L. N. Trefethen and J. A. C. Weideman, The exponentially convergent trapezoidal rule, SIAM Review 56 (2014).
    """
    low, high = points[0] - FILTER_WINDOW * step, points[-1] + FILTER_WINDOW * step
    # On four steps the filter makes two waves, which sixteen nodes integrate to rounding.
    even = np.linspace(low, high, int(np.ceil((high - low) / (4.0 * step))) + 1)
    pieces = np.union1d(even, edges[(edges > low) & (edges < high)])
    nodes, weights = composite_gauss_legendre(pieces, PIECE_ORDER)
    t = points[:, None] - nodes
    return np.asarray((np.sinc(t / step) * filter_envelope(t, step) / step) @ (weights[:, None] * function(nodes)))
