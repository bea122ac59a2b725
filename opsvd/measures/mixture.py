"""Weighted sums of measures on the line."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._support.arrays import read_only
from .._support.validation import affordable, described, generator, real_array, sequence
from .base import uncertainty_of_sum
from .chain import Chain
from .coordinates import strictly_between
from .density import Density
from .line import LineMeasure, require_line
from .placed import PlacedMeasure


class Mixture(Chain):
    r"""The measure :math:`\sum_i w_i \mu_i` of measures on the line, with weights that sum to one.

    Components whose coordinates are points, and whose supports touch, become one density, and so do components with
    the same coordinate. All others, as point masses and laws with singular ends, have intervals of coordinates of their
    own.

    Parameters
    ----------
    components : sequence of LineMeasure
        The measures :math:`\mu_i`.
    weights : array_like, shape (n,), optional
        The positive weights :math:`w_i`; by default they are equal.

    Raises
    ------
    TypeError, ValueError
        If a component is not a measure on the line, or the weights are not as many positive numbers with the sum one.

    Examples
    --------
    >>> from opsvd import Gaussian, Mixture
    >>> mu = Mixture([Gaussian(-1.0, 0.5), Gaussian(1.0, 0.5)], [0.25, 0.75])
    >>> rule = mu.gauss_rule(20)
    >>> print(round(float(rule.weights @ mu.points(rule.nodes)), 10))
    0.5
    """

    arguments = ("components", "weights")

    def __init__(self, components: Sequence[LineMeasure], weights: Any = None) -> None:
        example = "[Gaussian(-1.0), Gaussian(1.0)]"
        self.components = tuple(require_line(one, "components") for one in sequence(components, "components", example))
        if vectors := [one for one in self.components if one.dim > 1]:
            raise ValueError(f"components must be measures of numbers, got {vectors[0]!r}; make one opsvd.Discrete of "
                             f"all its points")
        self.weights = _weights(weights, len(self.components))
        parts, shares = [], []
        for group in _groups(self.components):
            share = float(self.weights[group].sum())
            members = [self.components[i] for i in group]
            parts.append(members[0] if len(group) == 1 else _joined(members, self.weights[group] / share))
            shares.append(share)
        self._join(parts, shares)

    def __repr__(self) -> str:
        """The call that makes it, if it is short."""
        if len(self.components) > 4:
            return f"Mixture({len(self.components)} components)"
        return f"Mixture(components={self.components!r}, weights={self.weights.tolist()})"

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points x, shape (n,)."""
        rng = generator(rng)
        which = rng.choice(len(self.components), size=affordable(n, "n"), p=self.weights)
        x = np.zeros(len(which))
        for i in np.unique(which).tolist():
            mine = which == i
            x[mine] = self.components[i].sample(int(mine.sum()), rng)
        return x


def _weights(weights: Any, count: int) -> np.ndarray:
    """The weights of so many components; or raise."""
    if weights is None:
        return read_only(np.full(count, 1.0 / count))
    array = real_array(weights, "weights")
    if array.shape != (count,) or not (np.isfinite(array) & (array > 0.0)).all():
        raise ValueError(f"weights must be {count} positive numbers, one for each component, got {described(weights)}; "
                         f"leave out components of weight zero")
    if abs(array.sum() - 1.0) > 1e-8:    # the digits of a table
        raise ValueError(f"weights must sum to one, got {described(weights)} of the sum {array.sum():.9g}; pass "
                         f"weights / weights.sum()")
    return read_only(array / array.sum())


def _groups(components: Sequence[LineMeasure]) -> list[list[int]]:
    """Indices of components that become one density each, by where they begin."""
    groups: list[list[int]] = []
    reach: list[tuple[Any, float]] = []
    for i in sorted(range(len(components)), key=lambda i: components[i].support):
        one = components[i]
        kind = "plain" if one.plain else one.coordinates if isinstance(one, PlacedMeasure) else None
        low, high = one.support
        found = next((j for j, (other, end) in enumerate(reach) if other == kind is not None and low <= end), None)
        if found is None:
            groups.append([i])
            reach.append((kind, high))
        else:
            groups[found].append(i)
            reach[found] = (kind, max(high, reach[found][1]))
    return groups


def _joined(members: Sequence[LineMeasure], shares: np.ndarray) -> LineMeasure:
    """A sum of measures in one coordinate: that of the members, or one that is fine where some are narrow."""
    joined = _Sum(members, shares)
    # Panels are a tenth of the scale wide or so.
    if not joined.plain or min(one.scale for one in members) > 0.08 * joined.scale:
        return joined
    low, high = joined.span
    middles = np.unique([one.center for one in members])
    density = Density(lambda x: joined.sqrt_density(x) ** 2, (low, high), breaks=joined.edges,
                      near=middles[(middles > low) & (middles < high)])
    density.uncertainty += joined.uncertainty
    return density


class _Sum(LineMeasure):
    """A sum of measures in one coordinate, as a single density."""

    def __init__(self, members: Sequence[LineMeasure], shares: np.ndarray) -> None:
        self.members, self.shares = members, shares
        centers, scales = np.array([(one.center, one.scale) for one in members]).T
        self._center = float(shares @ centers)
        self._scale = float(np.sqrt(shares @ (scales**2 + (centers - self._center) ** 2)))
        edges = np.concatenate([[*one.span, *one.edges] for one in members])
        low, high = self.span
        self.edges = np.unique(edges[(edges > low) & (edges < high)])
        self.symmetry = self._symmetry()
        self.uncertainty = uncertainty_of_sum([one.uncertainty for one in members], shares.tolist())

    def _symmetry(self) -> float | None:
        """The place about which the sum is symmetric, found by its density."""
        first = self.members[0]
        if not self.plain:
            places = {one.symmetry for one in self.members}
            return places.pop() if len(places) == 1 else None
        low, high = self.span
        place = self._center if np.isinf(high - low) else 0.5 * (low + high)
        t = np.concatenate([one.points(one.quantile(np.linspace(0.001, 0.999, 21))) for one in self.members])
        one, other = self.sqrt_density(t), self.sqrt_density(2.0 * place - t)
        return place if first.plain and np.allclose(one, other, rtol=1e-12, atol=0.0) else None

    @property
    def plain(self) -> bool:
        """Whether coordinates are points, as for all members."""
        return self.members[0].plain

    @property
    def span(self) -> tuple[float, float]:
        """That of all members together."""
        return min(one.span[0] for one in self.members), max(one.span[1] for one in self.members)

    @property
    def center(self) -> float:
        """The mean of the centers."""
        return self._center

    @property
    def scale(self) -> float:
        """The standard deviation, if center and scale of the members are mean and deviation."""
        return self._scale

    def box(self, tol: float) -> tuple[float, float]:
        """That of all members together."""
        boxes = [one.box(min(tol / np.sqrt(share), 0.5)) for one, share in zip(self.members, self.shares, strict=True)]
        return min(low for low, _ in boxes), max(high for _, high in boxes)

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the sum."""
        roots = np.array([np.sqrt(share) * one.sqrt_density(t) for one, share in
                          zip(self.members, self.shares, strict=True)])
        largest = roots.max(axis=0)    # so that squares do not underflow
        return np.asarray(largest * np.sqrt(np.sum((roots / np.where(largest > 0.0, largest, 1.0)) ** 2, axis=0)))

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t."""
        return strictly_between(t, *self.span) if self.plain else self.members[0].points(t)

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The coordinates t of points x."""
        return self.members[0].coordinate(x)
