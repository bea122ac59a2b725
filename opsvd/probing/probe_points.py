"""Points at which a kernel is compared with itself at other points, to rounding."""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from .._support.floats import EPS
from ..kernels import Kernel
from ..measures import LineMeasure
from ..quadrature.breaks import ROUNDING
from .domain import Domain, within

# Other points tried on the same level line, before a point is left out.
_TRIES = 6
# Points at which a relation is tried first, and given up if many values disagree by more than rounding can explain.
FIRST = 48
# Values that differ by more than this part of their size differ by more than rounding; what is known to less says
# nothing.
_DIFFERENT = 1e-6
# Comparisons of values that are neither zero nor lost in rounding; with fewer, nothing is claimed.
_FEWEST = 24


class Line:
    """The points x of one variable: where they are, and of which size."""

    def __init__(self, measure: LineMeasure, interval: tuple[float, float]) -> None:
        self.measure, self.interval = measure, interval
        around = measure.center + 0.5 * measure.scale * np.array([-1.0, 0.0, 1.0])
        below, self.center, above = measure.points(around).tolist()
        self.scale = above - below
        low, high = measure.points(np.array(interval)).tolist()
        self.ends = low, high

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points of which two thirds are from the measure, made 1.5 times as wide, and others anywhere in the interval.

        Both in its coordinate.
        """
        central, mu = 2 * n // 3, self.measure
        wide = mu.center + 1.5 * (mu.coordinate(mu.sample(n, rng)) - mu.center)
        use = (np.arange(n) < central) & (wide > self.interval[0]) & (wide < self.interval[1])
        return mu.points(np.where(use, wide, rng.uniform(*self.interval, n)))

    def inside(self, x: np.ndarray) -> np.ndarray:
        """Whether numbers are points of the interval, and not between parts of a measure, or atoms."""
        inside = within(x, self.ends)
        some = x[inside]
        inside[inside] = self.measure.supported(some) == some
        return inside

    def central(self, x: np.ndarray, reach: float) -> np.ndarray:
        """Which points are among the inner 95 percent about the median, or so many times as far; all in plain measures.

        Far out along heavy tails kernels that oscillate are rounded to few digits.
        """
        if self.measure.plain:
            return np.ones(len(x), dtype=bool)
        typical = self.measure.from_uniform((np.arange(200.0) + 0.5) / 200.0)
        median = np.median(typical)
        spread = float(np.quantile(np.abs(typical - median), 0.95)) or np.inf    # one atom may have as much
        return np.asarray(np.abs(x - median) <= reach * spread)

    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The half-density in the coordinate."""
        return self.measure.sqrt_density(self.measure.coordinate(x))


class Probe:
    """The points, the values there, and the comparison with values at moved points."""

    def __init__(self, kernel: Kernel, domain: Domain, mu_x: LineMeasure, mu_y: LineMeasure, points: int) -> None:
        self.kernel, self.large = kernel, points // 12
        self.sides = tuple(Line(mu, interval) for mu, interval in ((mu_x, domain.x), (mu_y, domain.y)))
        self.rng = np.random.default_rng(20240229)
        x, y = (side.draw(points, self.rng) for side in self.sides)
        h = kernel(x, y)
        if kernel.dear and np.count_nonzero(h) < len(h) // 2:    # of few points most must not be zero to tell anything
            self.large = _FEWEST + _FEWEST // 4
        rounds, draws = (16, 1) if kernel.dear else (8, 16)
        while np.count_nonzero(h) < self.large and rounds:    # of narrow support
            rounds -= 1
            more_x, more_y = (np.concatenate([side.draw(points, self.rng) for _ in range(draws)])
                              for side in self.sides)
            more = kernel(more_x, more_y)
            seen = np.flatnonzero(more)[:self.large - np.count_nonzero(h)]
            x, y, h = (np.append(few, many[seen]) for few, many in ((x, more_x), (y, more_y), (h, more)))
        chosen = self._chosen(np.abs(h) * self.sides[0].sqrt_density(x) * self.sides[1].sqrt_density(y))
        self.x, self.y, self.h = x[chosen], y[chosen], h[chosen]
        finite = np.abs(self.h[np.isfinite(self.h)])
        self.typical = median(finite) if finite.size else 0.0

    def _chosen(self, weight: np.ndarray) -> np.ndarray:
        """Every second point, and others drawn with probabilities that rise with the weight, in no order."""
        with np.errstate(divide="ignore"):
            key = np.log(np.where(np.isfinite(weight), weight, 0.0)) + self.rng.gumbel(size=weight.size)
        chosen = np.arange(weight.size) % 2 == 0
        chosen[np.argpartition(key, -self.large)[-self.large:]] = True
        return self.rng.permutation(np.flatnonzero(chosen))

    @cached_property
    def others(self) -> tuple[np.ndarray, np.ndarray]:
        """The x and the y of the points in other orders, shape (tries, n) each."""
        x, y = (self.rng.permuted(np.broadcast_to(points, (_TRIES, len(points))), axis=1)
                for points in (self.x, self.y))
        return x, y

    def inside(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Whether points are in the box of the domain."""
        return np.asarray(self.sides[0].inside(x) & self.sides[1].inside(y))

    def relation(self, x: np.ndarray, y: np.ndarray) -> int | None:
        """1 if h at the moved points is h at the probe points, -1 if it is -h, None if neither is seen."""
        index = np.flatnonzero(self.inside(x, y))
        if index.size < _FEWEST:
            return None
        first, rest = index[:FIRST], index[FIRST:]
        moved = self.kernel(x[first], y[first])
        signs = [sign for sign in (1, -1) if not self._contradicted(*self._compared(first, sign * moved))]
        if not signs:
            return None
        if rest.size:
            moved = np.concatenate([moved, self.kernel(x[rest], y[rest])])
        return next((sign for sign in signs if self.agree(index, sign * moved)), None)

    def agree(self, index: np.ndarray, values: np.ndarray, roundings: np.ndarray | float = 0.0) -> bool:
        """Whether `values` are h at the probe points `index`, to rounding and a further size of which it is taken."""
        apart, size = self._compared(index, values)
        if self._contradicted(apart, size):
            return False
        # Kernels are computed to within 256 roundings of their size.
        allowed = 256.0 * EPS * np.maximum(np.maximum(size, self.typical), roundings)
        doubtful = apart > allowed
        if doubtful.any():
            allowed[doubtful] += self._variation(index[doubtful])
        informative = allowed < _DIFFERENT * size
        return bool((apart <= allowed).all() and np.count_nonzero(informative) >= _FEWEST)

    def _compared(self, index: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far values are apart, and how large they are: infinitely far if one is not finite, and 0 if both."""
        h = self.h[index]
        with np.errstate(invalid="ignore", over="ignore"):
            apart, size = np.abs(h - values), np.maximum(np.abs(h), np.abs(values))
        both = np.isfinite(size)
        if not both.all():
            apart[~both], size[~both] = np.inf, 0.0
            apart[~np.isfinite(h) & ~np.isfinite(values)] = 0.0
        return apart, size

    def _contradicted(self, apart: np.ndarray, size: np.ndarray) -> bool:
        """Whether a quarter of the values that are not zero are so far apart that no rounding explains it.

        Beside jumps some may be. At three quarters kernels that are infinite on a line pass for functions of xy.
        """
        far = apart > _DIFFERENT * np.maximum(size, self.typical)
        return bool(np.count_nonzero(far) > 0.25 * np.count_nonzero((size > 0.0) | far))

    def _variation(self, index: np.ndarray) -> np.ndarray:
        """How much h changes where x or y moves by some roundings."""
        x, y, h = self.x[index], self.y[index], self.h[index]
        dx, dy = (ROUNDING * (np.abs(points) + side.scale) for points, side in zip((x, y), self.sides, strict=True))
        x, y = np.stack([x - dx, x + dx, x, x]), np.stack([y, y, y - dy, y + dy])
        nudged = self.kernel(*(side.measure.supported(points) for points, side in
                               zip((x, y), self.sides, strict=True)))
        known = np.isfinite(nudged) & np.isfinite(h)
        return np.asarray(np.max(np.abs(np.where(known, nudged, 0.0) - np.where(known, h, 0.0)), axis=0))

    def along(self, y_at: Callable[[np.ndarray], np.ndarray],
              x_at: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Other points of the box on the level lines y = y_at(x), x = x_at(y) through the probe points."""
        x, y = np.empty((2 * _TRIES, len(self.x))), np.empty((2 * _TRIES, len(self.x)))
        # Every second try of each kind, so that neither the x nor the y drawn prevails.
        x[::2], y[1::2] = self.others
        with np.errstate(all="ignore"):
            x[1::2], y[::2] = x_at(y[1::2]), y_at(x[::2])
        start = np.argmax(self.inside(x, y), axis=0)
        columns = np.arange(len(self.x))
        return x[start, columns], y[start, columns]


def median(values: np.ndarray) -> float:
    """The median, the larger one of two."""
    return float(np.partition(values, values.size // 2)[values.size // 2])
