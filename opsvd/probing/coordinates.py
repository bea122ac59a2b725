"""What a kernel of vectors makes of its coordinates: which it uses, along which directions, and which ones together."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from ..kernels import Kernel
from ..measures import Measure
from .frame import Frame

# Points at which differences are taken, and four times as many for slopes. A coordinate that matters to h on a tenth of
# the measures' mass is overlooked with a probability of 0.9^24 = 0.08.
_POINTS = 24


@dataclass(frozen=True)
class Component:
    """Coordinates of x and y that h takes together: it is a sum over such components.

    Attributes
    ----------
    x, y : tuple of int
        Their indices in whitened, and perhaps turned, coordinates.
    """

    x: tuple[int, ...]
    y: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Coordinates(Frame):
    """Coordinates in which h is a sum of components.

    Attributes
    ----------
    components : tuple of Component
    anchor_x, anchor_y : ndarray, shape (r,)
        Where the coordinates of the other components stay while those of one move.
    """

    components: tuple[Component, ...]
    anchor_x: np.ndarray
    anchor_y: np.ndarray

    @property
    def turned(self) -> bool:
        """Whether the coordinates are others than those of the whitened variables, on either side."""
        return not all(np.array_equal(turn, np.eye(len(turn))) for turn in (self.turn_x, self.turn_y))

    def offset(self) -> np.generic:
        """The value at the anchor, of the type of the kernel."""
        return cast("np.generic", self.values(self.anchor_x[None], self.anchor_y[None])[0])

    def placed(self, component: Component, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points with coordinates (n, i) and (m, j) of one component, and those of the others at the anchor."""
        full_x, full_y = np.tile(self.anchor_x, (len(x), 1)), np.tile(self.anchor_y, (len(y), 1))
        full_x[:, component.x], full_y[:, component.y] = x, y
        return full_x, full_y

    def apart(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """How far h is from the sum of its components at coordinates (n, r) and (n, r'), and h there: (2, n)."""
        whole = self.values(x, y)
        total = np.full(len(whole), self.offset(), whole.dtype)
        for component in self.components:
            total += self.values(*self.placed(component, x[:, component.x], y[:, component.y])) - self.offset()
        return np.asarray(np.abs(np.stack([total - whole, whole])))

    def part(self, component: Component, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """One component less the value at the anchor, on the grid of its coordinates (n, i) and (m, j): (n, m)."""
        full_x, full_y = self.placed(component, x, y)
        return np.asarray(self.values(full_x[:, None], full_y[None]) - self.offset())


def find_coordinates(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> Coordinates:
    """Find directions that h does not use, and coordinates that it takes apart; verified at unseen points.

    Coordinates are those of the whitened variables, unless h uses fewer directions than coordinates: then they are
    turned to the principal directions of its slopes.
    """
    rng = np.random.default_rng(20240301)
    p, q = len(mu_x.lines), len(mu_y.lines)
    everything = (Component(tuple(range(p)), tuple(range(q))),)
    plain = Coordinates(kernel, mu_x, mu_y, np.eye(p), np.eye(q), everything,
                        mu_x.coordinates_of_normal(0.5 * rng.standard_normal(p)),
                        mu_y.coordinates_of_normal(0.5 * rng.standard_normal(q)))
    first, turned = (replace(found, components=_components(found, rng)) for found in (plain, _turned(plain, rng)))
    turned = _with_unused_at_zero(turned)
    if _cost(turned) < _cost(first) and _verified(turned, rng):
        return turned
    return first if _verified(first, rng) else plain


def _points(kernel: Kernel) -> int:
    return 8 if kernel.dear else _POINTS    # what fewer overlook, verification sees


def _cost(coordinates: Coordinates) -> int:
    """The dimension of the largest component."""
    return max((len(c.x) + len(c.y) for c in coordinates.components), default=0)


def _turned(plain: Coordinates, rng: np.random.Generator) -> Coordinates:
    """With the principal directions of slopes as coordinates, those that are not used last; of Gaussians alone."""
    turns, step = [], 1e-5    # about the cube root of rounding, which is best for central differences
    anchors, measures = (plain.anchor_x, plain.anchor_y), (plain.mu_x, plain.mu_y)
    for side, anchor in enumerate(anchors):
        if not measures[side].rotatable:
            turns.append(np.eye(len(anchor)))
            continue
        z = [mu.coordinates_of_normal(rng.standard_normal((4 * _points(plain.kernel), len(a)))) for mu, a in
             zip(measures, anchors, strict=True)]
        slopes = []
        for moves in step * np.eye(len(anchor)):
            ahead, behind = (plain.values(*(part + move if part is z[side] else part for part in z))
                             for move in (moves, -moves))
            slopes.append((ahead - behind) / (2.0 * step))
        parts = np.array(slopes).T
        turns.append(np.linalg.svd(np.concatenate([parts.real, parts.imag]), full_matrices=True)[2].T)
    return replace(plain, turn_x=turns[0], turn_y=turns[1])


def _with_unused_at_zero(c: Coordinates) -> Coordinates:
    """With the anchor at the mean in all turned coordinates that h does not use.

    Slopes are rounded, so that h uses them by some 1e-12: a mean over them is the value at zero to the square of that.
    """
    anchors = [anchor.copy() for anchor in (c.anchor_x, c.anchor_y)]
    for side, (anchor, measure) in enumerate(zip(anchors, (c.mu_x, c.mu_y), strict=True)):
        if measure.rotatable:
            used = {i for part in c.components for i in (part.x, part.y)[side]}
            anchor[[i for i in range(len(anchor)) if i not in used]] = 0.0
    return replace(c, anchor_x=anchors[0], anchor_y=anchors[1])


def _components(c: Coordinates, rng: np.random.Generator) -> tuple[Component, ...]:
    """Coordinates joined where h has a mixed difference; those it does not use are left out."""
    from scipy.sparse.csgraph import connected_components

    p, q = len(c.anchor_x), len(c.anchor_y)
    base, other = (c.drawn(_points(c.kernel), rng) for _ in range(2))

    def at(*changed: int) -> np.ndarray:
        z = base.copy()
        z[:, changed] = other[:, changed]
        return c.values(z[:, :p], z[:, p:])

    start, single = at(), [at(i) for i in range(p + q)]
    # Rounding of h; and of slopes, which shows in a turned coordinate that is not used.
    rounding = 1e-7 if c.turned else 1e-11
    tolerance = rounding * max(float(np.abs(values).max()) for values in (start, *single))
    used = [i for i in range(p + q) if np.abs(single[i] - start).max() > tolerance]
    few = p + q <= 60    # then there are at most 1770 pairs, of 24 values each; of more, all are joined
    joined = [[j > i and not (few and np.abs(at(i, j) - single[i] - single[j] + start).max() <= tolerance)
               for j in used] for i in used]
    count, labels = connected_components(np.array(joined).reshape(len(used), len(used)), directed=False)
    groups = [[i for i, label in zip(used, labels, strict=True) if label == group] for group in range(count)]
    return tuple(Component(tuple(i for i in group if i < p), tuple(i - p for i in group if i >= p))
                 for group in groups)


def _verified(c: Coordinates, rng: np.random.Generator) -> bool:
    """Whether h is the sum of its components at points that were not looked at, and at others that reach farther."""
    count = 60 if c.kernel.dear else 200    # which overlook such a coordinate with a probability of 0.9^60 = 0.002
    x, y = (mu.coordinates_of_normal(rng.standard_normal((count, len(anchor)))) for mu, anchor in
            ((c.mu_x, c.anchor_x), (c.mu_y, c.anchor_y)))
    farther, other, weights = c.spread(count, rng)
    rounding = 1e-6 if c.turned else 1e-10    # ten times what differences may have
    return all(bool(apart.max() <= rounding * whole.max()) for apart, whole in (
        c.apart(x, y), c.apart(farther, other) * np.sqrt(weights)))
