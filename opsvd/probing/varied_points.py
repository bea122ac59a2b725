"""Pairs of points at which a kernel of vectors is probed: if it is the same at most, some at which it is not."""

import numpy as np

from .._support.floats import CHUNK
from ..errors import KernelError
from ..kernels import Kernel
from ..measures import Measure

# Pairs at which h is compared, and a hundred times as many where it is the same at all of these.
_PAIRS = 40
# Where h is the same at these too, they are moved outwards by these factors: first not at all, and never beyond a
# support.
_OUTWARDS = (1.0, 2.0, 4.0, 8.0)


def varied_pairs(kernel: Kernel, mu_x: Measure, mu_y: Measure, count: int,
                 rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw pairs (count, k); if h is the same at all, up to half of them are replaced by others where it differs.

    These are where the measures have next to nothing, if need be.
    """
    x, y = mu_x.sample(count, rng), mu_y.sample(count, rng)
    values = kernel(x, y)
    if (values == values[:1]).all():
        for factor in _factors(mu_x, mu_y):
            others = _others(kernel, mu_x, mu_y, rng, factor)
            differ = np.flatnonzero(_differ(kernel(*others), values[0]))[:count // 2]
            if len(differ) > 0:
                x[:len(differ)], y[:len(differ)] = (points[differ] for points in others)
                break
    return x, y


def is_rare(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> bool:
    """Whether h is the same at nearly all pairs, so that probing at a few says nothing.

    Raises
    ------
    KernelError
        If it is the same at all that are drawn from the measures, and not farther out.
    """
    rng = np.random.default_rng(20240307)
    values = kernel(mu_x.sample(_PAIRS, rng), mu_y.sample(_PAIRS, rng))
    if (values != values[:1]).any():
        return False
    differs = (bool(_differ(kernel(*_others(kernel, mu_x, mu_y, rng, factor)), values[0]).any())
               for factor in _factors(mu_x, mu_y))    # one after the other: farther out only where it must be
    if next(differs):
        return True
    if any(differs):
        raise KernelError(f"h must vary where its measures have their mass, but it is {values[0]:.6g} at all of some "
                          f"thousand pairs that were drawn from them, and differs only farther out; shift and scale x "
                          f"and y to where it varies")
    return False


def _factors(mu_x: Measure, mu_y: Measure) -> tuple[float, ...]:
    return _OUTWARDS if mu_x.everywhere and mu_y.everywhere else _OUTWARDS[:1]


def _others(kernel: Kernel, mu_x: Measure, mu_y: Measure, rng: np.random.Generator,
            factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Many more pairs, moved outwards from the centres of the measures by a factor, if there is no end to a support.

    An eighth of them are near to each other, at distances of all orders of magnitude, or one point where a support ends
    and both measures are the same.
    """
    count = min(100 * _PAIRS, max(_PAIRS, CHUNK // max(kernel.dims)))
    x, y = (mu.sample(count, rng) for mu in (mu_x, mu_y))
    if mu_x.everywhere and mu_y.everywhere:
        x, y = (mu.center + factor * (points - mu.center) for mu, points in ((mu_x, x), (mu_y, y)))
        if x.shape == y.shape:
            y[::8] = x[::8] + 10.0 ** rng.uniform(-8.0, 0.0, len(x[::8]))[:, None] * (y[::8] - mu_y.center)
    elif mu_x == mu_y:
        y[::8] = x[::8]
    return x, y


def _differ(values: np.ndarray, constant: float) -> np.ndarray:
    """Where values are not the constant, but numbers."""
    return np.asarray((values != constant) & np.isfinite(values))
