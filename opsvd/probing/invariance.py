"""Whether a kernel of vectors is invariant under rotations, and of which variables it is a function then."""

import math

import numpy as np

from .._support.floats import CHUNK
from ..kernels import Kernel
from ..measures import Measure
from .varied_points import varied_pairs

__all__ = ["depends_on_product_alone", "is_invariant", "product_values"]

_SEED = 20240229
_PROBES = 40    # pairs of points that are probed, and then as many again that were not seen
_EQUAL = 1e-11    # values that agree to this part of the largest are equal: rotations round by some eps sqrt(k)


def _reflected(x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The mirror images of points (n, k) in planes with normals (n, k)."""
    return np.asarray(x - 2.0 * (np.sum(x * direction, axis=1) / np.sum(direction**2, axis=1))[:, None] * direction)


def is_invariant(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> bool:
    """Whether h(Qx, Qy) = h(x, y) for all orthogonal Q, as far as random ones tell.

    Random reflections, each at its own pair of points, and products of two; what holds at the first half of the pairs
    is verified at the second. Reflections generate all of O(k).
    """
    if kernel.dims[0] != kernel.dims[1]:
        return False
    rng = np.random.default_rng(_SEED)
    for _ in range(2):
        x, y = varied_pairs(kernel, mu_x, mu_y, _PROBES, rng)
        turned = x, y
        values = [kernel(x, y)]
        for _ in range(2):
            direction = rng.standard_normal(x.shape)
            turned = _reflected(turned[0], direction), _reflected(turned[1], direction)
            values.append(kernel(*turned))
        if not _equal(values):
            return False
    return True


def depends_on_product_alone(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> bool:
    """Whether an invariant h is a function of <x, y>: it must not change where lengths do and the product does not."""
    rng = np.random.default_rng(_SEED + 1)
    for _ in range(2):
        x, y = varied_pairs(kernel, mu_x, mu_y, _PROBES, rng)
        stretch = np.exp(rng.uniform(-0.5, 0.5, _PROBES))[:, None]
        # And y moved at right angles to x.
        sideways = mu_y.sample(_PROBES, rng)
        sideways -= (np.sum(sideways * x, axis=1) / np.sum(x * x, axis=1))[:, None] * x
        if not _equal([kernel(x, y), kernel(x * stretch, y / stretch), kernel(x, y + sideways)]):
            return False
    return True


def _equal(values: list[np.ndarray]) -> bool:
    size = max(float(np.abs(part).max()) for part in values)
    return math.isfinite(size) and all(np.abs(part - values[0]).max() <= _EQUAL * size for part in values)


def product_values(kernel: Kernel, w: np.ndarray) -> np.ndarray:
    """phi(w) of a kernel that depends on <x, y> = w alone, shape (...), in pieces that fit memory."""
    flat, k = np.asarray(w, dtype=np.float64).ravel(), kernel.dims[0]
    values = np.empty_like(flat)
    step = max(1, CHUNK // k)
    for start in range(0, len(flat), step):
        some = flat[start:start + step]
        root = np.sqrt(np.abs(some))
        x, y = np.zeros((2, len(some), k))
        x[:, 0], y[:, 0] = root, np.sign(some) * root
        values[start:start + step] = kernel(x, y)
    return values.reshape(np.shape(w))
