"""How large the remainder is at pairs of points: the cheapest evidence, and enough where the remainder is tiny."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from .._support.arrays import read_only, squares
from .._support.budget import Budget
from .._support.floats import EPS, TINY
from ..bases import LineBasis
from ..kernels import Kernel
from ..measures import LineMeasure
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..probing.domain import Domain, within
from ..probing.random_pairs import RandomPairs
from ..quadrature import Rule, chebyshev_analysis, chebyshev_sum, gauss_legendre, on_panels, place_between
from .carriers import carriers, energy_and_bound, few_carriers_margin

Values: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class SeenAtPairs:
    r"""Root mean squares over pairs (x, y).

    Attributes
    ----------
    size : float
        :math:`\sqrt{E[|h|^2]}` inside the domain.
    remainder : float
        :math:`\sqrt{E[|R|^2]}` there, R being h less the answer, with a margin where few pairs carry it.
    count : int
        The number of pairs.
    unsure : float
        By how much the remainder may be larger still: six deviations of its energy.
    carriers : float
        How many pairs share the energy of the remainder.
    """

    size: float
    remainder: float
    count: int
    unsure: float = 0.0
    carriers: float = 0.0

    def left_by(self, singular_values: np.ndarray) -> float:
        r"""The norm of what an answer with these values leaves of h, of which pairs may miss a peak.

        It is at least by how much the answer is larger than h: :math:`\|R\| \ge \|A\| - \|h\|`.
        """
        norm = float(np.linalg.norm(singular_values))
        # Pairs tell the size to a factor of two.
        return max(self.remainder, norm - self.size if norm > 2.0 * self.size else 0.0)


def pairs_for(kernel: Kernel, most: int = 100_000, share: float = 0.25, seconds_each: float = 0.0) -> int:
    """How many pairs are looked at: a share of the evaluations that are left, or as many as take 5 % of the seconds.

    At least 200, and at most `most`: of 200 and of 100 000 points drawn from two Gaussian measures neighbours are at
    distances of 0.25 and of 0.011 near the centre, and narrower features may be missed. The values of an answer at each
    pair take seconds as well.
    """
    budget = kernel.budget or Budget()
    for_answer = 0.05 * budget.seconds / max(seconds_each, TINY)
    return int(np.clip(min(share * budget.evaluations_left, budget.in_seconds(0.05 * budget.seconds), for_answer),
                       200, most))


def seconds_at_a_pair(system: SingularSystem) -> float:
    """What the functions of an answer take at a pair: 13 microseconds for 150 of each side, sums of 150 in a basis."""
    return 3e-10 * sum(math.prod(part.coefficients.shape) for side in (system.left, system.right)
                       for part in side.parts)


class PairAnswer(NamedTuple):
    r"""What stands for h, and where pairs of points are to be drawn to see what it leaves.

    Attributes
    ----------
    values : callable
        At pairs of coordinates, what stands for h times the roots of the densities.
    functions : callable
        At coordinates (n,) and (m,), the singular functions :math:`f_i` and :math:`g_i` of that times the roots of
        the densities, up to factors: shapes (n, r) and (m, r).
    cells : int
        On so many parts of each side of the domain their squares are taken to be constants.
    """

    values: Values
    functions: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    cells: int


def answer_of(system: SingularSystem) -> PairAnswer:
    """That of a singular system."""
    def values(t: np.ndarray, u: np.ndarray) -> np.ndarray:
        f, g = functions(t, u)
        return np.asarray(np.einsum("ni,ni->n", f * system.values, g.conj()))

    def functions(t: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return system.left.half_density(t), system.right.half_density(u)

    # A hundredth of the deviation of a Gaussian each, and less than what nodes resolve.
    return PairAnswer(values, functions, 512)


def answer_by_values(values: Values, rtol: float) -> PairAnswer:
    """That of values which cost nothing: the functions are those of a matrix of them, down to the tolerance."""
    def functions(t: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        grid = np.broadcast_arrays(t[:, None], u)
        f, s, g = np.linalg.svd(values(*(side.ravel() for side in grid)).reshape(grid[0].shape))
        kept = np.flatnonzero(s > rtol * s[0])
        return f[:, kept], g[kept].T.conj()

    return PairAnswer(values, functions, 128)    # whose SVD takes 5 ms, and that of 512 takes 0.1 s


def seen_at_pairs(pairs: RandomPairs, domain: Domain, answer: PairAnswer, count: int) -> SeenAtPairs | None:
    r"""The size of h and of the remainder, from so many pairs for an answer and from those of answers before.

    A third of the pairs for an answer is drawn from :math:`q = \frac 1 r \sum_i |f_i|^2 |g_i|^2`: where nodes met a
    feature that has little of the mass, functions are large, and other pairs may all miss it.

    With fewer than sixteen pairs that carry it, more are drawn around the one at which it is largest, where a narrow
    feature may be of which the others have seen a flank, and the remainder has a margin: sixteen tell a norm to a
    quarter.

    Returns None if h is zero at all pairs.
    """
    parts = (np.arange(answer.cells) + 0.5) / answer.cells
    middles = (low + (high - low) * parts for low, high in (domain.x, domain.y))
    f, g = (np.square(np.abs(some)) for some in answer.functions(*middles))
    if f.shape[1] == 0:    # without any functions, all places are alike
        f, g = np.ones((2, answer.cells, 1))
    pairs.draw(domain, (f / np.maximum(f.sum(axis=0), TINY), g / np.maximum(g.sum(axis=0), TINY)), count)
    values, left, weights = _left_at_pairs(pairs, domain, answer, min(64, count // 8))
    remainder = weights * left
    size, (energy, bound) = math.sqrt(float(weights @ np.square(np.abs(values)))), energy_and_bound(remainder)
    if size == 0.0:
        return None
    seen = float(few_carriers_margin(remainder, 16.0)) * math.sqrt(energy)
    return SeenAtPairs(size, seen, len(left), math.sqrt(bound) - seen, float(carriers(remainder)))


def _left_at_pairs(pairs: RandomPairs, domain: Domain, answer: PairAnswer,
                   count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values of h at pairs, squares of what an answer leaves there, and weights, with up to `count` more in a step.

    The next step is from where most is left by then: of a bump of width w one pair at a distance of 5 w is enough.
    """
    steps = 8    # of a bump of width 0.02 four to six were taken from the first trace to its middle
    left = np.zeros(0)
    while True:
        t, u, values, weights = pairs.within(domain)
        new = slice(len(left), None)
        left = np.append(left, np.square(np.abs(values[new] - answer.values(t[new], u[new]))))
        energies, size = weights * left, float(weights @ np.square(np.abs(values)))
        rounding = (64.0 * EPS) ** 2 * size    # as much is left of any answer
        budget = pairs.kernel.budget
        if (steps == 0 or energies.sum() <= rounding or carriers(energies) >= 16.0
                or (budget is not None and budget.evaluations_left < 2 * count)):
            return values, left, weights
        steps, peak = steps - 1, int(np.argmax(left))
        pairs.draw_around(domain, (t[peak], u[peak]), count)


def seen_by_pairs_alone(kernel: Kernel, domain: Domain, system: SingularSystem, beside: float) -> float:
    """The norm of what an answer leaves at some thousand pairs, if it is larger than what is seen elsewhere; else zero.

    They are pairs of thousands of points of x and a few of y, and of thousands of y and a few of x. So any strip of
    1/2048 of the mass of x, or of y, has one of them, where the product of some hundred points a side may lie beside
    it. Beside a few points an answer is a few sums in its bases, which cost a part of what all functions do.
    """
    sides = system.left, system.right
    return max(_seen_beside_few(*some, system.values, beside) for some in
               ((kernel, sides, (domain.x, domain.y)), (kernel.adjoint(), sides[::-1], (domain.y, domain.x))))


def stratified_rule(measure: LineMeasure, interval: tuple[float, float], cells: int,
                    rng: np.random.Generator) -> Rule:
    """Random coordinates of one variable, half as those of pairs are drawn from the measure, and half from an interval.

    There is one in each of so many cells of quantiles, and one in each of as many of the interval.
    """
    return _spread_rule(measure, interval, measure.quantile(_one_in_each(cells, rng)), rng)


def _spread_rule(measure: LineMeasure, interval: tuple[float, float], drawn: np.ndarray,
                 rng: np.random.Generator) -> Rule:
    """Coordinates that were drawn from the measure, and as many from an interval."""
    low, high = interval
    t = np.sort(np.append(drawn, low + (high - low) * _one_in_each(len(drawn), rng)))
    root = measure.sqrt_density(t)
    density = 0.5 * np.square(root) + np.where(within(t, interval), 0.5 / (high - low), 0.0)
    return Rule(t, 1.0 / np.sqrt(density * len(t)), root)


def _one_in_each(cells: int, rng: np.random.Generator) -> np.ndarray:
    """A random number in each of so many equal parts of (0, 1)."""
    return np.asarray((np.arange(cells) + rng.random(cells)) / cells)


@lru_cache(maxsize=64)
def _of_mass(measure: LineMeasure, cells: int) -> np.ndarray:
    """Random coordinates, one in each of so many cells of the same mass: quantiles may take 4 microseconds each."""
    return read_only(measure.quantile(_one_in_each(cells, np.random.default_rng(cells))))


@lru_cache(maxsize=8)
def _many_beside_few(measure: LineMeasure, interval: tuple[float, float], few: int) -> tuple[Rule, np.ndarray]:
    """Many coordinates in an interval, increasing, and beside which of a few each is: so many neighbours meet all."""
    cells = 2048
    rng = np.random.default_rng(cells + 1)
    rule = _spread_rule(measure, interval, _of_mass(measure, cells), rng)
    which = rng.permuted(np.tile(np.arange(few), (len(rule) // few, 1)), axis=1).ravel()
    inside = within(rule.nodes, interval)
    return rule.restricted(inside), read_only(which[inside])


def _seen_beside_few(kernel: Kernel, sides: tuple[SingularFunctions, SingularFunctions],
                     intervals: tuple[tuple[float, float], tuple[float, float]], values: np.ndarray,
                     beside: float) -> float:
    """The norm of what an answer leaves at many points of the first variable and a few of the second, or zero.

    The few lie as the mass does, and any eight neighbours of the many meet all of them.
    """
    (many, few), places = sides, 8
    (rule, which), u = _many_beside_few(many.line, intervals[0], places), _of_mass(few.line, places)
    if not (inside := within(u, intervals[1])).all():
        rule, which = rule.restricted(inside[which]), which[inside[which]]
    mixed = ((few.half_density(u) / few.line.sqrt_density(u)[:, None]).conj() * values).T
    samples = kernel.finite_beside(rule.nodes, u[which]) * rule.sqrt_weights
    # Roundings of recurrences far out are below this part of the size.
    seen = beside + 4096.0 * EPS * float(np.linalg.norm(samples))
    norm = math.inf
    for sums in (_interpolated, _summed):    # the first is enough where it shows nothing
        if norm > seen:
            left = squares(samples - sums(many, rule.nodes, mixed, which) * rule.sqrt_lebesgue)
            norm = float(few_carriers_margin(left)) * math.sqrt(float(left.sum()))
    return norm if norm > seen else 0.0


def _summed(functions: SingularFunctions, x: np.ndarray, mixed: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Sums of functions as half-densities at coordinates (n,), each with one of the columns of coefficients (r, c)."""
    return np.asarray(_combined(functions, x, mixed)[np.arange(len(x)), which])


def _interpolated(functions: SingularFunctions, x: np.ndarray, mixed: np.ndarray, which: np.ndarray) -> np.ndarray:
    """The same at increasing coordinates, by polynomials on panels in which there are more of them than nodes."""
    order, edges = 21, functions.panels    # on which polynomials of degree 20 resolve the functions
    panel, few = np.searchsorted(edges, x), mixed.shape[1]
    counts = np.bincount(panel, minlength=len(edges) + 1)
    counts[[0, -1]] = 0    # what lies beyond all panels
    dense = counts > order
    there, left, right = dense[panel], edges[:-1][dense[1:-1]], edges[1:][dense[1:-1]]
    nodes, _ = on_panels(left[:, None], right[:, None], *gauss_legendre(order))
    values = _combined(functions, np.append(nodes, x[~there]), mixed)
    coefficients = chebyshev_analysis(order) @ values[:nodes.size].reshape(len(nodes), order, few)
    sums = np.empty(len(x), values.dtype)
    sums[~there] = values[nodes.size:][np.arange(len(x) - there.sum()), which[~there]]
    number = np.cumsum(dense)[panel[there]] - 1
    columns = np.moveaxis(coefficients, 1, 0).reshape(order, len(nodes) * few)[:, number * few + which[there]]
    sums[there] = chebyshev_sum(columns, place_between(left[number], right[number], x[there]))
    return sums


def _combined(functions: SingularFunctions, x: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """Sums of functions as half-densities, with coefficients (r, c): coordinates (n,) give (n, c)."""
    return np.asarray(np.sum([part.basis.combine(x, part.coefficients @ mixed[part.columns]) for part in functions.parts
                              if isinstance(part.basis, LineBasis)], axis=0))    # as all are
