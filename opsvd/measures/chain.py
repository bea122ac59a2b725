"""Measures made of others that are laid one after the other on the line of coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._support.validation import points
from .base import uncertainty_of_sum
from .line import UNDERFLOW, LineMeasure
from .tails import Tail


@dataclass(frozen=True, eq=False)
class _Link:
    """A measure with its share of the mass, on the interval of t from `start` on, in which it has the place s.

    Its coordinate is an affine function of s, or, where it reaches far, one of the hyperbolic sine of s: so all parts
    have intervals of similar lengths, about the middle of which they have their mass.
    """

    part: LineMeasure
    share: float
    start: float
    unit: float
    ends: tuple[float, float]
    far: bool

    @classmethod
    def of(cls, part: LineMeasure, share: float, start: float) -> "_Link":
        """The link that begins at a coordinate."""
        # A part of infinite span ends where its density underflows.
        inner = np.array(part.box(UNDERFLOW))
        far = not np.isfinite(part.span).all()
        # An interval between edges has at least the length of one, as those of single points have.
        unit = part.scale if far else min(part.scale, float(np.diff(inner)[0]) / (len(part.edges) + 1))
        ends = (inner - part.center) / unit
        low, high = (np.arcsinh(ends) if far else ends).tolist()
        return cls(part, share, start, unit, (low, high), far)

    @property
    def stop(self) -> float:
        """Where the interval ends."""
        return self.start + self.ends[1] - self.ends[0]

    def inner(self, t: np.ndarray) -> np.ndarray:
        """The coordinates of the part."""
        s = self._place(t)
        return np.asarray(np.clip(self.part.center + self.unit * (np.sinh(s) if self.far else s), *self.part.span))

    def outer(self, inner: np.ndarray) -> np.ndarray:
        """The inverse of `inner`."""
        s = (np.asarray(inner) - self.part.center) / self.unit
        return np.asarray(self.start + np.clip(np.arcsinh(s) if self.far else s, *self.ends) - self.ends[0])

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The root of the part's share of the density."""
        slope = np.cosh(self._place(t)) if self.far else 1.0
        return np.asarray(self.part.sqrt_density(self.inner(t)) * np.sqrt(self.share * self.unit * slope))

    def _place(self, t: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(t - self.start + self.ends[0], *self.ends))

    def mismatch(self, x: np.ndarray) -> np.ndarray:
        """How far points are from those of the part, in units of its width; rounding counts as zero."""
        part = self.part
        below, above = part.points(part.center + part.scale * np.array([-1.0, 1.0])).tolist()
        apart = np.abs(part.points(part.coordinate(x)) - x)
        return np.asarray(np.where(apart <= 1e-12 * (np.abs(x) + above - below), 0.0, apart))


class Chain(LineMeasure):
    """A sum of measures, each on an interval of t of its own; of a single one, in the coordinate of this.

    Where the supports of the parts overlap x(t) is not monotone: the mass of one x is then on several intervals, and
    singular functions, being functions of x, have the same values on each.
    """

    def _join(self, parts: Sequence[LineMeasure], shares: Sequence[float]) -> None:
        """Lay parts with these shares of the mass one after the other."""
        links: list[_Link] = []
        for part, share in zip(parts, shares, strict=True):
            links.append(_Link.of(part, share, links[-1].stop if links else 0.0))
        self._links, self._starts = links, np.array([link.start for link in links])
        self._single = parts[0] if len(parts) == 1 else None
        if self._single is not None:
            self.edges, self.most_polynomials = self._single.edges, self._single.most_polynomials
        else:
            inner = [link.outer(link.part.edges) for link in links]
            self.edges = np.union1d(self._starts[1:], np.concatenate(inner))
            # Zeros of polynomials lie between the parts as well.
            self.most_polynomials = 0.0
        places = {part.symmetry for part in parts}
        self.symmetry = places.pop() if len(places) == 1 else None
        self.uncertainty = uncertainty_of_sum([part.uncertainty for part in parts], shares)

    @property
    def plain(self) -> bool:
        """Whether it is one part whose coordinate is x."""
        return self._single is not None and self._single.plain

    @property
    def span(self) -> tuple[float, float]:
        """The intervals together."""
        return (0.0, self._links[-1].stop) if self._single is None else self._single.span

    @property
    def support(self) -> tuple[float, float]:
        """From the smallest to the largest point of all parts."""
        ends = [link.part.support for link in self._links]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def supported(self, x: np.ndarray) -> np.ndarray:
        """Points x, (...), moved to the nearest point of a part."""
        x = np.asarray(x, dtype=np.float64)
        near = np.array([link.part.supported(x) for link in self._links])
        best = np.argmin(np.abs(near - x), axis=0)
        return np.asarray(np.take_along_axis(near, best[None], axis=0)[0])

    @property
    def center(self) -> float:
        """That of the part with most of the mass."""
        if self._single is not None:
            return self._single.center
        link = max(self._links, key=lambda link: link.share)
        return float(link.outer(np.array(link.part.center)))

    @property
    def scale(self) -> float:
        """One: the unit of every interval is the scale of its part."""
        return 1.0 if self._single is None else self._single.scale

    def box(self, tol: float) -> tuple[float, float]:
        """From the box of the first part to that of the last."""
        if self._single is not None:
            return self._single.box(tol)
        if tol <= UNDERFLOW:
            return self.span
        first, last = self._links[0], self._links[-1]
        low, high = np.array(first.part.box(tol)[0]), np.array(last.part.box(tol)[1])
        return float(first.outer(low)), float(last.outer(high))

    @cached_property
    def tails(self) -> tuple[Tail, ...]:
        """Those of the parts, with their shares of the mass."""
        if self._single is not None:
            return self._single.tails
        return tuple(tail._replace(coordinates=link.outer(tail.coordinates),
                                   sqrt_density=tail.sqrt_density * np.sqrt(link.share))
                     for link in self._links for tail in link.part.tails)

    def _of_links(self, t: np.ndarray) -> list[tuple[_Link, np.ndarray]]:
        """The links, each with a mask of the coordinates that it has."""
        number = np.clip(np.searchsorted(self._starts, t, side="right") - 1, 0, len(self._links) - 1)
        return [(link, number == i) for i, link in enumerate(self._links)]

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density of t."""
        t = points(t, "t", 1)
        if self._single is not None:
            return self._single.sqrt_density(t)
        values = np.zeros(t.shape)
        for link, mine in self._of_links(t):
            values[mine] = link.sqrt_density(t[mine])
        values[(t < 0.0) | (t > self.span[1])] = 0.0
        return values

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t."""
        t = np.asarray(t, dtype=np.float64)
        if self._single is not None:
            return self._single.points(t)
        x = np.zeros(t.shape)
        for link, mine in self._of_links(t):
            x[mine] = link.part.points(link.inner(t[mine]))
        return x

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The coordinate t of each point where the density is largest; of other points that of the nearest part."""
        x = np.asarray(x, dtype=np.float64)
        if self._single is not None:
            return self._single.coordinate(x)
        found = [link.outer(link.part.coordinate(x)) for link in self._links]
        apart = np.array([link.mismatch(x) for link in self._links])
        dense = np.array([link.sqrt_density(t) for link, t in zip(self._links, found, strict=True)])
        best = np.argmax(np.where(apart == 0.0, dense, -1.0 - apart), axis=0)
        return np.asarray(np.take_along_axis(np.array(found), best[None], axis=0)[0])

    def logarithmic_slope(self, t: np.ndarray) -> np.ndarray:
        """That of a single part."""
        return super().logarithmic_slope(t) if self._single is None else self._single.logarithmic_slope(t)

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        if self._single is not None:
            return self._single.quantile(p)
        p = np.asarray(p, dtype=np.float64)
        ends = np.append(0.0, np.cumsum([link.share for link in self._links]))
        number = np.clip(np.searchsorted(ends, p * ends[-1], side="right") - 1, 0, len(self._links) - 1)
        t = np.zeros(p.shape)
        for i, link in enumerate(self._links):
            mine = number == i
            within = np.clip((p[mine] * ends[-1] - ends[i]) / link.share, 0.0, 1.0)
            t[mine] = link.outer(link.part.quantile(within))
        return t

    def variable(self, t: np.ndarray) -> np.ndarray:
        """That of a single part."""
        return self.points(t) if self._single is None else self._single.variable(t)

    def coordinate_of_variable(self, v: np.ndarray) -> np.ndarray:
        """The inverse of `variable`."""
        return self.coordinate(v) if self._single is None else self._single.coordinate_of_variable(v)

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of a single part."""
        return super().recurrence(n) if self._single is None else self._single.recurrence(n)
