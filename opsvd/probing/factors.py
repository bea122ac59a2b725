"""Whether a kernel of vectors is a product or a sum of kernels of numbers, each of one coordinate of x and of y."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from ..kernels import Kernel, of_coordinates
from ..measures import LineMeasure, Measure
from .coordinates import Coordinates
from .frame import Frame


class Factor(NamedTuple):
    """A factor or a summand: the numbers of its coordinates of x and y, their laws, and a kernel times a number.

    Factors that are alike have the same kernel.
    """

    x: int
    y: int
    laws: tuple[LineMeasure, LineMeasure]
    kernel: Kernel
    scale: float = 1.0


class Factors(NamedTuple):
    """The factors that h is a product of, or summands of a sum with a number; and the coordinates that they take."""

    frame: Frame
    each: tuple[Factor, ...]
    number: complex = 0.0

    @property
    def different(self) -> int:
        """How many kernels they have."""
        return len({factor.kernel for factor in self.each})


def find_factors(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> Factors | None:
    r"""The factors of :math:`h(x, y) = \prod_j h_j(x_{p(j)}, y_{q(j)})`; None where h is no such product.

    Coordinates i and j stand in different factors where :math:`h(z) h(z') = h(z^i) h(z^j)` for points z = (x, y), with
    z' those where both coordinates have moved, and :math:`z^i, z^j` those where one has. The factors are h along the
    two coordinates of each, while the others stay at an anchor, at which they are large. Of Gaussian vectors, other
    coordinates are tried besides; see `_turned`.
    """
    sizes = len(mu_x.lines), len(mu_y.lines)
    if not (min(sizes) >= 1 and 2 <= max(sizes) <= 30):    # pairs of sixty coordinates are 1770, of 24 values each
        return None
    rng = np.random.default_rng(20240407)
    plain = Frame(kernel, mu_x, mu_y, *map(np.eye, sizes))
    frame, partners = plain, _partners(plain, rng)
    if partners is None and (turned := _turned(plain, rng)) is not None:
        frame, partners = turned, _partners(turned, rng)
    if not partners:
        return None
    anchor = _anchor(frame, partners, rng)
    (value,) = _values(frame, anchor[None])
    if value == 0.0:
        return None
    found: list[Factor] = []
    for i, j in partners:
        along = _along(frame, anchor, (i, j), value if found else 1.0)
        found.append(_as_one_of(found, Factor(i, j, (mu_x.lines[i], mu_y.lines[j]), along), rng))
    return Factors(frame, tuple(found))


def find_summands(c: Coordinates) -> Factors | None:
    r"""The summands of :math:`h(x, y) = \sum_j h_j(x_{p(j)}, y_{q(j)})`; None where a component is larger.

    They are h along the coordinates of each, less a number. The others stay at an anchor, at one quantile for all, so
    that summands that are alike have one kernel. A function of x alone has any coordinate of y beside it.
    """
    if not 2 <= len(c.components) <= 30 or any(max(len(part.x), len(part.y)) > 1 for part in c.components):
        return None
    rng, found = np.random.default_rng(20240408), list[Factor]()
    # Not where kinks and jumps are likely: at zero, at one half, or where x = y.
    x, y = (mu.coordinates_of_normal(np.full(len(turn), z)) for mu, turn, z in (
        (c.mu_x, c.turn_x, 0.3141), (c.mu_y, c.turn_y, -0.4669)))
    (less,) = c.values(x[None], y[None])
    for part in c.components:
        i, j = next(iter(part.x), None), next(iter(part.y), None)
        along = _along(c, np.append(x, y), (i, j), 1.0, less)
        new = Factor(i or 0, j or 0, (c.mu_x.lines[i or 0], c.mu_y.lines[j or 0]), along)
        found.append(_as_one_of(found, new, rng))
    return Factors(c, tuple(found), less.item())


def _turned(plain: Frame, rng: np.random.Generator) -> Frame | None:
    r"""Coordinates of Gaussians in which the exponential of a polynomial of degree two is a product, if there are any.

    The mixed second differences of its logarithm are a matrix, which steps of any length tell to rounding; its singular
    vectors are the coordinates, of which the caller sees whether h is a product of them. None where h is not positive,
    differences are not finite, or the dimensions are not the same.
    """
    if not (plain.mu_x.rotatable and plain.mu_y.rotatable and len(plain.turn_x) == len(plain.turn_y)):
        return None
    size, z = len(plain.turn_x), plain.drawn(1, rng)[0]
    steps = np.concatenate([np.zeros((1, 2 * size)), np.eye(2 * size)])
    both = (steps[1:size + 1, None] + steps[None, size + 1:]).reshape(-1, 2 * size)
    values = _values(plain, z + np.concatenate([steps, both]))
    if np.iscomplexobj(values) or not (values > 0.0).all():
        return None
    logs = np.log(values)
    start, single, mixed = logs[0], logs[1:2 * size + 1], logs[2 * size + 1:].reshape(size, size)
    matrix = mixed - single[:size, None] - single[None, size:] + start
    left, _, right = np.linalg.svd(matrix)
    return Frame(plain.kernel, plain.mu_x, plain.mu_y, left, right.T)


def _as_one_of(others: list[Factor], new: Factor, rng: np.random.Generator) -> Factor:
    """The new factor with the kernel of one before, if it is a multiple of that under the same laws."""
    count, rounding = 16 if new.kernel.dear else 64, 1e-11
    for other in others:
        if other.laws == new.laws:
            s, t = (law.sample(count, rng) for law in new.laws)
            values, known = (one.kernel.finite_beside(s, t) for one in (new, other))
            largest = np.argmax(np.abs(known))
            ratio = values[largest] / known[largest] if known[largest] != 0.0 else 0.0
            alike = np.abs(values - ratio * known).max() <= rounding * np.abs(values).max()
            if alike and ratio.real > 0.0 and abs(ratio.imag) <= rounding * ratio.real:
                return new._replace(kernel=other.kernel, scale=float(ratio.real))
    return new


def _values(frame: Frame, z: np.ndarray) -> np.ndarray:
    """The kernel h at coordinates of x and of y beside each other, (n, p + q)."""
    return frame.values(*np.split(z, [len(frame.turn_x)], axis=1))


def _partners(frame: Frame, rng: np.random.Generator) -> list[tuple[int, int]] | None:
    """The coordinates of x and of y in each factor; None where one has two of a side.

    Coordinates that stand alone are paired in order, if need be with one that h does not use: their factor has rank
    one. The others that it does not use are in no factor. None as well where there is no coordinate left for one.
    """
    size, total = len(frame.turn_x), len(frame.turn_x) + len(frame.turn_y)
    count = 8 if frame.kernel.dear else 24
    base, other = (frame.drawn(count, rng) for _ in range(2))

    def moved(*coordinates: int) -> np.ndarray:
        z = base.copy()
        z[:, coordinates] = other[:, coordinates]
        return _values(frame, z)

    start, single = moved(), [moved(i) for i in range(total)]
    largest, rounding = max(float(np.abs(values).max()) for values in (start, *single)), 1e-11
    used = [i for i in range(total) if (np.abs(single[i] - start) > rounding * largest).any()]
    partner: dict[int, int] = {}
    for i, j in combinations(used, 2):
        both, apart = moved(i, j) * start, single[i] * single[j]
        if (np.abs(both - apart) <= rounding * (np.abs(both) + np.abs(apart) + 1e-3 * largest**2)).all():
            continue
        if (i < size) == (j < size) or i in partner or j in partner.values():
            return None
        partner[i] = j
    alone_x, alone_y = ([i for i in side if i in used and i not in partner and i not in partner.values()]
                        + [i for i in side if i not in used] for side in (range(size), range(size, total)))
    several = min(len(alone_x), len(alone_y))
    if not {*alone_x[several:], *alone_y[several:]}.isdisjoint(used):
        return None
    alone = zip(alone_x[:several], alone_y[:several], strict=True)
    return [(i, j - size) for i, j in (*sorted(partner.items()), *alone) if i in used or j in used]


def _anchor(frame: Frame, partners: list[tuple[int, int]], rng: np.random.Generator) -> np.ndarray:
    """Coordinates (p + q,) at which each factor is the largest of those at some random pairs."""
    count = 16 if frame.kernel.dear else 64
    drawn = frame.drawn(count, rng)
    anchor = drawn[np.argmax(np.abs(_values(frame, drawn)))].copy()
    for i, j in partners:
        here, drawn = np.array([i, len(frame.turn_x) + j]), frame.drawn(count, rng)
        z = np.tile(anchor, (count, 1))
        z[1:, here] = drawn[1:, here]
        anchor = z[np.argmax(np.abs(_values(frame, z)))].copy()
    return np.asarray(anchor)


def _along(frame: Frame, anchor: np.ndarray, pair: tuple[int | None, int | None], divisor: np.generic | float,
           less: np.generic | float = 0.0) -> Kernel:
    """The kernel h of two coordinates, while the others stay at the anchor, less a number and over another.

    Of a side that is None all stay.
    """
    places = []
    for measure, turn, fixed, index in zip((frame.mu_x, frame.mu_y), (frame.turn_x, frame.turn_y),
                                           np.split(anchor, [len(frame.turn_x)]), pair, strict=True):
        def place(points: np.ndarray, measure: Measure = measure, turn: np.ndarray = turn, fixed: np.ndarray = fixed,
                  index: int | None = index) -> np.ndarray:
            z = np.broadcast_to(fixed, (*points.shape, len(fixed))).copy()
            if index is not None:
                z[..., index] = measure.lines[index].coordinate(points)
            return np.asarray(measure.placed(z @ turn.T))

        places.append(place)
    return of_coordinates(frame.kernel, places[0], places[1], divisor, less)
