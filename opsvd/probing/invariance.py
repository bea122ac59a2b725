"""Whether a kernel of vectors is invariant under rotations, and of which variables it is a function then."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import TypeAlias

import numpy as np
from scipy.special import ndtri

from .._support.floats import CHUNK
from ..kernels import Kernel
from ..measures import Discrete, LineMeasure, Measure
from .varied_points import varied_pairs

Moved: TypeAlias = Callable[..., Iterator[tuple[np.ndarray, np.ndarray]]]
"""From points x and y, and a random generator: the pairs, and others at which h is the same."""

# Fixed, so that the same kernel gives the same answer.
_SEED = 20240229


def _reflected(x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The mirror images of points (n, k) in planes with normals (n, k)."""
    return np.asarray(x - 2.0 * (np.sum(x * direction, axis=1) / np.sum(direction**2, axis=1))[:, None] * direction)


def is_invariant(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> bool:
    """Whether h(Qx, Qy) = h(x, y) for all orthogonal Q, as far as random ones tell.

    Random reflections, each at its own pair of points, and products of two; what holds at the first half of the pairs
    is verified at the second. Reflections generate all of O(k).
    """
    def turned(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The pairs, and what one reflection and two make of them."""
        yield x, y
        for _ in range(2):
            direction = rng.standard_normal(x.shape)
            x, y = _reflected(x, direction), _reflected(y, direction)
            yield x, y

    return (kernel.dims[0] == kernel.dims[1] and _unchanged(kernel, mu_x, mu_y, turned, _SEED)
            and _unchanged_in_strips(kernel, mu_x, mu_y, lambda *points: islice(turned(*points), 2)))


def _unchanged_in_strips(kernel: Kernel, mu_x: Measure, mu_y: Measure, moved: Moved, rounding: float = 1e-11) -> bool:
    """Whether h stays the same where pairs are moved that have one in each of 4096 cells of every coordinate.

    Strips between two planes, of a thousandth of the mass, have some of them, where random points may all miss one.
    Where values are dear, nothing is looked at.
    """
    rng, count = np.random.default_rng(_SEED + 5), 4096
    if kernel.dear:
        return True
    x, y = (mu.unwhiten(ndtri((rng.permuted(np.tile(np.arange(count), (mu.rank, 1)), axis=1) + rng.random(
        (mu.rank, count))) / count).T) for mu in (mu_x, mu_y))
    return _same([kernel(*points) for points in moved(x, y, rng)], rounding)


def is_function_of_product(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> bool:
    """Whether h is a function of <x, y>, as far as points that are moved without changing it tell."""
    def moved(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Those of `_with_same_product`, and the pairs with x moved at right angles to y."""
        yield from _with_same_product(mu_y, x, y, rng)
        yield x + _across(mu_x.sample(len(x), rng), y), y

    return kernel.dims[0] == kernel.dims[1] and _unchanged(kernel, mu_x, mu_y, moved, _SEED + 2)


def is_invariant_function_of_product(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> bool:
    """The same of an h that is known to be invariant: it takes fewer values, as x need not be moved besides."""
    return _unchanged(kernel, mu_x, mu_y, partial(_with_same_product, mu_y), _SEED + 1)


def _with_same_product(mu_y: Measure, x: np.ndarray, y: np.ndarray,
                       rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs, with one length larger and the other smaller, and with y moved at right angles to x."""
    stretch = np.exp(rng.uniform(-0.5, 0.5, len(x)))[:, None]
    yield from ((x, y), (x * stretch, y / stretch), (x, y + _across(mu_y.sample(len(y), rng), x)))


def is_form_in_strips(kernel: Kernel, mu_x: Measure, mu_y: Measure, rounding: float) -> bool:
    """Whether a function of <x, M y>, whatever M is, stays one where strips may lie: x stretched, y the other way."""
    def stretched(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The pairs, and others with one length larger and the other smaller, turned about in half of the cases."""
        yield x, y
        stretch = (rng.choice([-1.0, 1.0], len(x)) * np.exp(rng.uniform(-0.5, 0.5, len(x))))[:, None]
        yield x * stretch, y / stretch

    return _unchanged_in_strips(kernel, mu_x, mu_y, stretched, 1e-11 + 1e3 * rounding)


def is_function_of_distance(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> bool:
    """Whether h is a function of |x - y|: it must not change where x is another point, and y in another direction."""
    def moved(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The pairs, and others as far apart."""
        yield x, y
        other, direction = mu_x.sample(len(x), rng), rng.standard_normal(x.shape)
        apart = np.linalg.norm(x - y, axis=1) / np.linalg.norm(direction, axis=1)
        yield other, other + apart[:, None] * direction

    # Some points are moved out of any support.
    return (kernel.dims[0] == kernel.dims[1] and mu_x.everywhere and mu_y.everywhere
            and _unchanged(kernel, mu_x, mu_y, moved, _SEED + 4, count=12))


def holds_at_pairs(kernel: Kernel, mu_x: Measure, mu_y: Measure,
                   moved: Moved, rounding: float, *, count: int = 40) -> bool:
    """Whether h stays the same where `moved` moves pairs of points, but for the rounding of its largest value."""
    return _unchanged(kernel, mu_x, mu_y, moved, _SEED + 3, rounding=rounding, count=count)


def of_any_length(points: np.ndarray, law: LineMeasure, rng: np.random.Generator) -> np.ndarray:
    """The directions of points (n, k), with lengths from all of the box outside of which a law has 1e-12 of its mass.

    Those drawn from the law do not show what h does far out.
    """
    if isinstance(law, Discrete):    # a sphere
        return points
    lengths = law.points(rng.uniform(*law.box(1e-6), len(points)))
    return np.asarray(points * (lengths / np.linalg.norm(points, axis=1))[:, None])


def _across(x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The parts of points (n, k) at right angles to directions (n, k)."""
    along = np.sum(x * direction, axis=1) / np.sum(direction * direction, axis=1)
    return np.asarray(x - along[:, None] * direction)


def _unchanged(kernel: Kernel, mu_x: Measure, mu_y: Measure, moved: Moved, seed: int, *,
               rounding: float = 1e-11, count: int = 40) -> bool:
    """Whether h stays the same where pairs of points are moved: at some that are probed, and at as many others."""
    rng = np.random.default_rng(seed)
    for _ in range(2):
        if not _same([kernel(x, y) for x, y in moved(*varied_pairs(kernel, mu_x, mu_y, count, rng), rng)], rounding):
            return False
    return True


def _same(values: list[np.ndarray], rounding: float) -> bool:
    """Whether values are finite, and the same but for the rounding of the largest."""
    size = max(float(np.abs(part).max()) for part in values)
    # Sums over 10^4 coordinates are rounded by less than 1e-11 of the largest value.
    return math.isfinite(size) and all(np.abs(part - values[0]).max() <= rounding * size for part in values)


def product_values(kernel: Kernel, w: np.ndarray) -> np.ndarray:
    """phi(w) of a kernel that depends on <x, y> = w alone, shape (...), in pieces that fit memory."""
    flat, k = np.asarray(w, dtype=np.float64).ravel(), kernel.dims[0]
    values = np.empty(len(flat), kernel.dtype)
    step = max(1, CHUNK // k)
    for start in range(0, len(flat), step):
        some = flat[start:start + step]
        root = np.sqrt(np.abs(some))
        x, y = np.zeros((2, len(some), k))
        x[:, 0], y[:, 0] = root, np.sign(some) * root
        values[start:start + step] = kernel(x, y)
    return values.reshape(np.shape(w))
