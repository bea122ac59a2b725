"""Kernels of vectors that turn out to be functions of the lengths and the product <x, y> alone."""

import math
from dataclasses import dataclass

import numpy as np

from ..errors import KernelError
from ..kernels import Kernel
from ..measures import GaussianVector
from ..quadrature import gauss_gegenbauer, gegenbauer

__all__ = ["InvariantProfile", "depends_on_product_alone", "is_invariant", "product_values"]

_SEED = 20240229
# Pairs of points that are probed, and then as many again that were not seen.
_PROBES = 40
# Values that agree to this part of the largest are equal.
_EQUAL = 1e-11
# Angular nodes beyond twice the degree, and for checks.
_MORE, _MORE_FOR_CHECKS = 30, 37
# Coordinates evaluated at once.
_CHUNK = 4_000_000


def _reflected(x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The mirror images of points (n, k) in planes with normals (n, k)."""
    return np.asarray(x - 2.0 * (np.sum(x * direction, axis=1) / np.sum(direction**2, axis=1))[:, None] * direction)


def is_invariant(kernel: Kernel, mu_x: GaussianVector, mu_y: GaussianVector) -> bool:
    """Whether h(Qx, Qy) = h(x, y) for all orthogonal Q, as far as random ones tell.

    Random reflections, each at its own pair of points, and products of two; what holds at the first half of the pairs
    is verified at the second. Reflections generate all of O(k).
    """
    if kernel.dims[0] != kernel.dims[1]:
        return False
    rng = np.random.default_rng(_SEED)
    for _ in range(2):
        x, y = mu_x.sample(_PROBES, rng), mu_y.sample(_PROBES, rng)
        turned = x, y
        values = [kernel(x, y)]
        for _ in range(2):
            direction = rng.standard_normal(x.shape)
            turned = _reflected(turned[0], direction), _reflected(turned[1], direction)
            values.append(kernel(*turned))
        if not _equal(values):
            return False
    return True


def depends_on_product_alone(kernel: Kernel, mu_x: GaussianVector, mu_y: GaussianVector) -> bool:
    """Whether an invariant h is a function of <x, y>: it must not change where lengths do and the product does not."""
    rng = np.random.default_rng(_SEED + 1)
    for _ in range(2):
        x, y = mu_x.sample(_PROBES, rng), mu_y.sample(_PROBES, rng)
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
    step = max(1, _CHUNK // k)
    for start in range(0, len(flat), step):
        some = flat[start:start + step]
        root = np.sqrt(np.abs(some))
        x, y = np.zeros((2, len(some), k))
        x[:, 0], y[:, 0] = root, np.sign(some) * root
        values[start:start + step] = kernel(x, y)
    return values.reshape(np.shape(w))


@dataclass(frozen=True, eq=False)
class InvariantProfile:
    """The functions c_l(|x|, |y|) of a kernel h(|x|, |y|, <x, y>), by Gauss rules in the cosine of the angle.

    Attributes
    ----------
    kernel : Kernel
    k : int
    scales : (float, float)
        The standard deviations of x and y.
    """

    kernel: Kernel
    k: int
    scales: tuple[float, float]

    @property
    def hidden(self) -> tuple[float, float]:
        """Nothing is known to lie nearer to singular points than the nodes."""
        return 0.0, 0.0

    def filtered(self, step: float) -> None:
        """None: kinks and jumps of h are not filtered."""

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *,
                 check: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """c_l for l < size, shape (size, n, m), and the root mean square of the rest, shape (n, m); see `Profiles`."""
        t, weights = gauss_gegenbauer(self.k, 2 * size + (_MORE_FOR_CHECKS if check else _MORE))
        p = gegenbauer(t, self.k, size)
        r, s = (std * math.sqrt(self.k) * np.exp(delta) for std, delta in zip(self.scales, (x, y), strict=True))
        c, rest = np.empty((size, len(x), len(y))), np.empty((len(x), len(y)))
        step = max(1, _CHUNK // (len(y) * len(t) * self.k))
        for start in range(0, len(x), step):
            some = slice(start, start + step)
            values = self._values(r[some], s, t)
            c[:, some] = np.moveaxis(values @ (p * weights).T, -1, 0)
            values -= np.moveaxis(c[:, some], 0, -1) @ p
            size_here = np.abs(values).max(axis=-1)
            relative = np.where(size_here > 0.0, size_here, 1.0)
            rest[some] = size_here * np.sqrt((values / relative[..., None]) ** 2 @ weights)
        return c, rest

    def _values(self, r: np.ndarray, s: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Values of h at lengths r (n,) and s (m,) and cosines t (q,): shape (n, m, q)."""
        x, y = np.zeros((len(r), 1, 1, self.k)), np.zeros((1, len(s), len(t), self.k))
        x[:, 0, 0, 0] = r
        y[0, :, :, 0] = s[:, None] * t
        y[0, :, :, 1] = s[:, None] * np.sqrt(1.0 - t * t)
        values = self.kernel(x, y)
        if not np.isfinite(values).all():
            i, j, q = np.unravel_index(int(np.argmin(np.isfinite(values))), values.shape)
            raise KernelError(f"h must be finite, but is {values[i, j, q]} at |x| = {r[i]:.6g}, |y| = {s[j]:.6g} and "
                              f"<x, y> = {r[i] * s[j] * t[q]:.6g}; define h there, or take measures that avoid it")
        return np.array(values)
