r"""What products of functions leave of a kernel, integrated at quasi-random points: for kernels that break.

A method of products gives orthonormal functions :math:`u_i, v_i` that are nearly singular functions, and values
:math:`s_i` that rules with nodes have made wrong where h breaks. Of the remainder
:math:`R = h - \sum_i s_i u_i(x) \bar v_i(y)` independent scramblings of quasi-random points give unbiased means: of
:math:`D_{ij} = E[\bar u_i R v_j]`, which corrects the values to first order, and of :math:`E[|R v_i|^2]` and
:math:`E[|R^* u_i|^2]`, which bound the second order. R is smaller than h, so that the means are better than those of h.
"""

from collections.abc import Generator
from contextlib import suppress
from typing import NamedTuple, TypeAlias

import numpy as np

from .._support.arrays import squares
from .._support.budget import BudgetExhaustedError, announce, check_time
from .._support.floats import TINY
from .._support.linalg import leading_svd
from ..errors import KernelError
from ..evidence.carriers import energies_of_points, margin_of_points
from ..evidence.scatter import ScatterEvidence, deviation, widened
from ..evidence.vector_pairs import mixture_weights
from ..kernels import Side, operator_grid, require_squares
from ..operator.discretisation import Answer, Block, Discretisation, Discretisations
from ..operator.problem import Problem
from ..operator.singular_functions import Part
from .quasi_random import SCRAMBLINGS, affordable_points, point_counts, quasi_random_points

Products: TypeAlias = Generator[Discretisation, Answer | None, tuple[Answer | None, Discretisation | None]]
"""Discretisations of a method, which returns its last answer and what that is of."""


class _Means(NamedTuple):
    r"""What one scrambling gives.

    Attributes
    ----------
    first : ndarray, shape (r, r)
        :math:`E[\bar u_i R v_j]`.
    along_x, along_y : ndarray, shape (r, r)
        :math:`E[\overline{R^* u_i} R^* u_j]` and :math:`E[\overline{R v_i} R v_j]`.
    lengths : ndarray, shape (2, r)
        :math:`E[|u_i|^2]` and :math:`E[|v_i|^2]`, which are one.
    energy : float
        :math:`E[|h|^2]`.
    of_points : (ndarray, ndarray)
        What of it each point of x has, and each of y.
    """

    first: np.ndarray
    along_x: np.ndarray
    along_y: np.ndarray
    lengths: np.ndarray
    energy: float
    of_points: tuple[np.ndarray, np.ndarray]


def refined_at_points(problem: Problem, products: Products) -> Discretisations:
    """Products within half of the budget; then their remainder at ever more points, while that may do better.

    Parameters
    ----------
    problem : Problem
    products : generator
        Of discretisations of one block, between bases whose functions are known at all points.
    """
    budget = problem.budget
    # Of all that is left, with what is held back for a coarse answer until there is one.
    half = 0.5 * (budget.evaluations - budget.spent) / max(budget.evaluations_left, 1)
    with budget.part(min(half, 1.0)):
        known, last = yield from products
    if last is None or (known is None and budget.refusals) or (known is not None and known.converged):
        return known
    budget.refusals.clear()    # the part ran out, and not the whole
    if known is not None and len(known.errors):
        budget.release()
    return (yield from _ever_more_points(problem, last, known))


def _ever_more_points(problem: Problem, products: Discretisation, known: Answer | None) -> Discretisations:
    answer, most, system = known, affordable_points(*problem.sides), products.system
    # Sixty functions: as many values as plain points give.
    count = int(np.count_nonzero(system.values[:60] > 1e-14 * system.values[:1]))
    parts = [side.parts[0].leading(count) for side in (system.left, system.right)]
    # Wide points may lie where h is no number: then the products stand as they are.
    with suppress(KernelError):
        try:
            for n in point_counts(problem) if count else ():
                found = yield _discretisation(problem, n, system.values[:count], parts, products.note)
                # Bars fall like one over the number of points, or faster.
                if found is not None and known is not None and len(known.errors) and len(found.errors) and (
                        n * found.errors[0] > most * known.errors[0]):
                    return known
                answer = answer if found is None else found
        except BudgetExhaustedError as exhausted:
            problem.budget.refusals.append(str(exhausted))    # what ends the points is said beside the answer
    return answer


def _discretisation(problem: Problem, n: int, values: np.ndarray, parts: list[Part], note: str) -> Discretisation:
    rows, columns = (n * side.width for side in problem.sides)
    points = f"{n} quasi-random points a side"
    announce(f"the remainder at {points}, {SCRAMBLINGS} scramblings", SCRAMBLINGS * rows * columns, rows, columns)
    means, largest = _means(problem, n, values, parts)
    first = np.stack([one.first for one in means])
    # Functions that go on beyond the panels are longer than one by what they are there.
    longer = [0.5 * part.basis.beyond_ends(part.coefficients) for part in parts]
    left, corrected, right = np.linalg.svd(
        np.diag(values) + first.mean(axis=0) + longer[0] * values + values[:, None] * longer[1])
    rotated = [one._replace(first=left.conj().T @ one.first @ right.conj().T,
                            along_x=left.conj().T @ one.along_x @ left,
                            along_y=right @ one.along_y @ right.conj().T) for one in means]
    bars, energies = _bars(corrected, rotated, largest), np.array([one.energy for one in means])
    triplets = parts[0].coefficients @ left, corrected, parts[1].coefficients @ right.conj().T
    energy = widened(float(energies.mean()), float(deviation(energies)), margin_of_points([
        one.of_points for one in means]))
    return Discretisation(
        (Block(parts[0].basis, parts[1].basis, np.diag(corrected)),),
        lambda _: ScatterEvidence(values=corrected, errors=bars, energy=energy, dimension=min(rows, columns)),
        f"{note}; their remainder at {points}, {SCRAMBLINGS} scramblings",
        limit=f"Bars are what {points} leave open of what products leave, and fall like one over their number: accept "
              f"a larger rtol",
        factorise=lambda _: triplets)


def _bars(values: np.ndarray, means: list[_Means], largest: float) -> np.ndarray:
    r"""Bars, shape (r,), in the bases of the corrected functions.

    There T is a block matrix: on its diagonal the values with the error :math:`\delta D` of D, and a block E, of norm
    at most `largest`, for all other functions; beside the diagonal X and Y. To second order X and Y add to the values,
    as a matrix, at most :math:`(X X^T + Y^T Y) / (2 (s_i - \|E\|))`; the form below is that for small ones, and never
    more than their norm. An entry (i, j) of this matrix or of :math:`\delta D` counts in full where it is larger than
    the gap between the values i and j, and to second order where it is less.
    """
    first, beyond = np.stack([one.first for one in means]), np.stack([one.along_x + one.along_y for one in means])
    noise, gap = _noise(first), np.abs(values[:, None] - values)
    images = np.abs(beyond.mean(axis=0)) + deviation(beyond)
    above, coupling = np.maximum(values - largest, 0.0), np.sqrt(np.diagonal(images))
    effects = noise + images / (above + np.sqrt(above**2 + 2.0 * coupling**2) + TINY)[:, None]
    bars = np.sqrt(np.sum(effects**4 / (effects**2 + gap**2 + TINY), axis=1)) + 1e-13 * values[0]
    upper, lower = values + bars, values - bars
    # Values no larger than the norm of E are not in order: X and Y, or by Weyl they themselves, add to that. And points
    # that do not even integrate the square of a function say nothing of it.
    lengths = np.mean([one.lengths for one in means], axis=0)
    unseen, hidden = np.any(np.abs(lengths - 1.0) > 0.1, axis=0), above == 0.0
    upper[hidden] = largest + np.minimum(coupling + np.diagonal(noise), values)[hidden]
    upper[unseen], lower[hidden | unseen] = np.maximum(upper, 2.0 * values)[unseen], 0.0
    # The i-th true value lies between the i-th lower and the i-th upper end, whichever values these are of.
    upper, lower = np.sort(upper)[::-1], np.sort(lower)[::-1]
    return np.asarray(np.maximum(upper - values, values - lower))


def _noise(first: np.ndarray) -> np.ndarray:
    """How far means of entries (scramblings, r, r) may be off, (r, r).

    Eight scramblings alone show a deviation that is less than two thirds of the true one for one entry in eight, and
    less than a half for one in 36. Neighbours are alike, so that their root mean square is a bound from below.
    """
    alone = deviation(first)
    alone = np.maximum(alone, alone.T)
    around, count = np.pad(alone, 1, mode="edge") ** 2, len(alone)
    nearby = sum(around[i:i + count, j:j + count] for i in range(3) for j in range(3)) / 9.0
    return np.asarray(np.maximum(alone, np.sqrt(nearby)))


def _means(problem: Problem, n: int, values: np.ndarray, parts: list[Part]) -> tuple[list[_Means], float]:
    """What each scrambling gives, and the largest norm of the remainder at the points of one.

    It is that of the first, and of others that show far more: a strip along a line may lie between the points of some.
    """
    means, largest, most, half = [], 0.0, -1.0, n // 2
    for scrambling in range(SCRAMBLINGS):
        check_time()
        points, roots = zip(*(_points(side, half, 4 * scrambling + 2 * number)
                              for number, side in enumerate(problem.sides)), strict=True)
        f, g = (part.basis.sums(some, part.coefficients) * root[:, None]
                for part, some, root in zip(parts, points, roots, strict=True))
        h = operator_grid(problem.given, *points)
        h *= roots[0][:, None] * roots[1]
        require_squares(h)
        energy, of_points = float(np.vdot(h, h).real), energies_of_points(h)
        h -= (f * values) @ g.conj().T
        if (left := float(np.vdot(h, h).real)) > 2.0 * most:
            most, largest = left, max(largest, float(leading_svd(h, 1)[1][0]))
        # Products of means over two independent halves of the points have no bias.
        (images_y, other_y), (images_x, other_x) = (
            [2.0 * remainder[:, some] @ functions[some] for some in np.split(np.arange(len(functions)), 2)]
            for remainder, functions in ((h, g), (h.conj().T, f)))
        along_x, along_y = images_x.conj().T @ other_x, images_y.conj().T @ other_y
        lengths = np.array([squares(functions).sum(axis=0) for functions in (f, g)])
        means.append(_Means(0.5 * f.conj().T @ (images_y + other_y), 0.5 * (along_x + along_x.conj().T),
                            0.5 * (along_y + along_y.conj().T), lengths, energy, of_points))
    return means, largest


def _points(side: Side, half: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of two scramblings, `half` of each, and the root of the weight of each value there over their number."""
    # Half of the points are wider: polynomials of degree d, and functions that grow, live as far out as 2 d^(1/2), and
    # there one point of a few hundred would otherwise stand for all. Of 1.6, 2 and 3, for
    # |x_1 - y_2| exp(-(x_2 - y_1)^2 / 2) from products of ten polynomials, 1.6 was too small, and 3 made bars larger.
    wider, late = 2.0, np.arange(half) >= half // 2
    z = np.concatenate([quasi_random_points(side.directions, half, 10_000 + seed + k)
                        * np.where(late, wider, 1.0)[:, None] for k in (0, 1)])
    return side.points(z), np.repeat(np.sqrt(mixture_weights(z, wider) / len(z)), side.width)
