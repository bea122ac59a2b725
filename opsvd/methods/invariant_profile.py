"""Kernels of vectors that turn out to be functions of the lengths and the product <x, y> alone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ..bases import radial_half_density
from ..kernels import Kernel
from ..measures import GaussianVector
from ..probing.slices import SliceIntegrals
from ..probing.varied_points import varied_pairs
from .angular_slices import SPLITTING, angular_slices, angular_sums, first_panels
from .radii import Radii
from .sections import Sections

__all__ = ["InvariantProfile", "depends_on_product_alone", "is_invariant", "product_values"]

_SEED = 20240229
# Pairs of points that are probed, and then as many again that were not seen.
_PROBES = 40
# Values that agree to this part of the largest are equal.
_EQUAL = 1e-11
# Coordinates evaluated at once, with about so many nodes a panel in the angle.
_CHUNK, _NODES = 4_000_000, 20
# Functions of so many pairs of lengths are kept, to be summed to other degrees: some 50 MB.
_KEPT = 6400
# Lengths a side at which breaks in the angle are looked for.
_SURVEY = 12
# Smaller weights of pairs of lengths, relative to the largest, count as this one: they are divided by, and may be zero.
_LEAST = 1e-100


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


def depends_on_product_alone(kernel: Kernel, mu_x: GaussianVector, mu_y: GaussianVector) -> bool:
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
    """The functions c_l(|x|, |y|) of a kernel h(|x|, |y|, <x, y>), by integrals over the angle that are split.

    Attributes
    ----------
    kernel : Kernel
    k : int
    scales : (float, float)
        The standard deviations of x and y.
    tol : float
        What the truncation of functions of the angle may change, relative to the norm of h.
    budget : int
        Evaluations that a function of the angle may take besides the first look.
    norm : float or None
        The norm of h, if it is known.
    panels : ndarray or None
        Edges of panels in the angle, for all lengths; None for the usual ones.
    last : dict
        The functions that were split last, by the nodes, if they are few: for other sizes they need not be split anew.
    """

    kernel: Kernel
    k: int
    scales: tuple[float, float]
    tol: float
    budget: int = SPLITTING
    norm: float | None = None
    panels: np.ndarray | None = None
    last: dict[tuple[bytes, bytes, bool], list[SliceIntegrals]] = field(default_factory=dict, repr=False)

    @property
    def hidden(self) -> tuple[float, float]:
        """Nothing is known to lie nearer to singular points than the nodes."""
        return 0.0, 0.0

    @property
    def breaks(self) -> bool:
        """True: nothing is known of kinks and jumps in the lengths."""
        return True

    def filtered(self, step: float) -> None:
        """None: kinks and jumps of h are not filtered."""

    def with_panels(self, radii: Radii) -> "InvariantProfile":
        """The same, with panels that end where h breaks at most lengths."""
        deltas = [low + (high - low) * (np.arange(_SURVEY) + 0.4) / _SURVEY for low, high in (radii.x, radii.y)]
        slices = next(self._slices(deltas[0], deltas[1], check=False))
        panels = np.union1d(slices.basis.edges, slices.shared_ends())
        return replace(self, norm=radii.norm, panels=panels, last={})

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *, check: bool = False) -> Sections:
        """c_l for l < size between equidistant nodes; see `Profiles`."""
        key, parts = (x.tobytes(), y.tobytes(), check), self._slices(x, y, check=check)
        if len(x) * len(y) <= _KEPT:
            known = self.last.get(key) or list(parts)
            self.last.clear()
            self.last[key], parts = known, iter(known)
        sums = [angular_sums(slices, self.k, size, self.tol * (self.norm or 0.0)) for slices in parts]
        weights, shape = self._weights(x, y), (len(x), len(y))
        c = np.concatenate([part.coefficients for part in sums], axis=1) / weights
        rest, lost = (np.concatenate(parts) for parts in zip(*((part.rest, part.lost) for part in sums), strict=True))
        return Sections(c.reshape(size, *shape), (rest / weights).reshape(shape), float(np.linalg.norm(lost)))

    def _weights(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """What makes a sum of squares over a grid of pairs the square of the norm, shape (pairs,), but not zero."""
        steps = [(delta[-1] - delta[0]) / (len(delta) - 1) for delta in (x, y)]
        left, right = (math.sqrt(step) * radial_half_density(delta, self.k)
                       for step, delta in zip(steps, (x, y), strict=True))
        weights = (left[:, None] * right).ravel()
        return np.asarray(np.maximum(weights, _LEAST * weights.max()))

    def _slices(self, x: np.ndarray, y: np.ndarray, *, check: bool) -> Iterator[SliceIntegrals]:
        """The functions of the angle at all pairs of nodes, with their weights, in parts that fit memory."""
        r, s = (std * math.sqrt(self.k) * np.exp(delta) for std, delta in zip(self.scales, (x, y), strict=True))
        points, weights = np.stack(np.broadcast_arrays(r[:, None], s), axis=-1).reshape(-1, 2), self._weights(x, y)
        edges = first_panels(self.k, check=check)
        if self.panels is not None:
            edges = np.union1d(edges, self.panels) if check else self.panels
        angular = Kernel(self._of_angle, dims=(2, 1))
        step = max(1, _CHUNK // (_NODES * len(edges) * self.k))
        for start in range(0, len(points), step):
            some = slice(start, start + step)
            yield angular_slices(angular, self.k, points[some], weights[some], self.tol, edges=edges, check=check,
                                 size=None if self.norm is None else self.norm / math.sqrt(len(points)),
                                 budget=self.budget)

    def _of_angle(self, lengths: np.ndarray, theta: np.ndarray) -> np.ndarray:
        """Values of h at lengths (..., 2) of x and y and angles (...) between them, which broadcast."""
        x, y = (np.zeros((*np.shape(angle), self.k)) for angle in (lengths[..., 0], theta + lengths[..., 1]))
        x[..., 0] = lengths[..., 0]
        y[..., 0], y[..., 1] = lengths[..., 1] * np.cos(theta), lengths[..., 1] * np.sin(theta)
        return self.kernel.finite_beside(x, y)
