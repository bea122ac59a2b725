"""Strips along curves, on which what stands for a kernel lies on the wrong side of a jump: the norms of the error."""

import math

import numpy as np
from numpy.polynomial import Legendre


def strip_norms(curve: Legendre, off: float, jumps: np.ndarray) -> tuple[float, float]:
    r"""Bounds of the operator norm and of the Hilbert-Schmidt norm of a jump along a curve that is off by so much.

    If the jump of size J(x) at y = c(x) lies elsewhere by at most :math:`\delta`, the difference is J(x) on a strip.
    Its squares add up to :math:`\int J^2 \delta\, dx`. By the inequality of Cauchy and Schwarz over the strip at x,

    .. math:: \|\Delta g\|^2 \le \int J(x)^2 \delta \int_{\lvert y - c(x) \rvert \le \delta} g(y)^2\, dy\, dx
              \le \delta \max J^2 \, \max_y \lvert \{x : \lvert y - c(x) \rvert \le \delta\} \rvert \, \|g\|^2.

    So a curve that is rounded moves singular values by about the rounding, where it is not level, and by its power 3/4
    at a point where it is level, though the Hilbert-Schmidt norm is its root.

    Parameters
    ----------
    curve : numpy.polynomial.Legendre
        c, whose domain is the interval of x.
    off : float
        The distance :math:`\delta`.
    jumps : ndarray
        :math:`J^2` at points of x.
    """
    low, high = map(float, curve.domain)    # that of a polynomial without one is of integers
    slope, bend = curve.deriv(), curve.deriv(2)
    level, straight = slope.roots(), bend.roots()
    # The curve is slowest where it is level, where its slope is least, or at an end.
    x = np.clip(np.concatenate([curve.domain, level.real, straight.real]), low, high)
    s, q = np.abs(slope(x)), np.abs(bend(x))
    # It takes s t + q t^2 / 2 = off from one edge of a strip to the middle, and on to the other.
    pace = s + np.sqrt(s**2 + 2.0 * q * off)
    slowest = float(np.max(np.divide(4.0 * off, pace, where=pace > 0.0, out=np.full(len(x), high - low))))
    visits = 1 + np.count_nonzero((level.real > low) & (level.real < high))
    there = min(high - low, visits * slowest)
    whole = (high - low) * off * float(np.mean(jumps))
    return math.sqrt(min(off * there * float(np.max(jumps)), whole)), math.sqrt(whole)
