"""Kernels of numbers whose values are dear, and which break along curves: polynomials between the curves, for h."""

import math
from dataclasses import replace

import numpy as np

from .._support.budget import BudgetExhaustedError
from ..evidence.carriers import few_carriers_margin
from ..evidence.pairs import answer_by_values, pairs_for, seen_at_pairs
from ..evidence.remainder import NORM_MARGIN
from ..kernels import untried
from ..operator.problem import Problem
from ..probing.cells_from_slices import curved_cells
from ..probing.curved_cells import CurvedCells
from ..probing.domain import Domain, within
from ..probing.mirror import find_mirrors
from .stand_in import StandIn, cheap


def curved_stand_in(problem: Problem) -> StandIn | None:
    """The problem with a kernel of polynomials between curves, for a real one of numbers.

    None if a tenth of the norm is missed, or values do not suffice.
    """
    least = 12_000    # four panels of twelve slices, and six panels more, at a hundred values a slice
    if problem.given.complex or not problem.few_edges or problem.budget.values_left < least:
        return None
    mu_x, mu_y = problem.lines
    mirrors, part = find_mirrors(problem.kernel, problem.lines, problem.domain), problem.domain
    for mirror in mirrors:
        part = mirror.half(part)
    # As many as where other answers are looked at by pairs besides, or a tenth of all values: of 75,000 pairs several
    # are to be expected on a rectangle of 0.1 by 0.03, of which 4000 saw nothing.
    pairs = max(4000, problem.budget.evaluations // 10)
    # To 1e-9 a dozen panels of 16 slices take 100,000 values, and to 1e-6 40,000.
    aim = problem.rtol if problem.budget.values_left >= 100_000 else max(problem.rtol, 1e-6)
    nodes = 12 if aim >= 1e-4 else 16    # of a panel in x; with fewer there are more panels
    try:
        with problem.budget.part(0.9):
            cells = curved_cells(problem.kernel, part, problem.lines, 0.06 * aim, nodes=nodes)
        if cells is None:
            return None

        def everywhere(t: np.ndarray, u: np.ndarray) -> np.ndarray:
            signs = np.ones(len(t))
            for mirror in mirrors:
                t, u, sign = mirror.folded(t, u)
                signs *= sign
            return np.asarray(signs * cells(t, u))

        seen = seen_at_pairs(problem.pairs, problem.domain, answer_by_values(everywhere, problem.rtol),
                             pairs_for(problem.kernel, most=pairs))
        missed = math.hypot(_near_curves(problem, part, cells), cells.missed)
    except BudgetExhaustedError:
        return None
    if seen is None:
        return None
    # Random points may see less than slices, and what ends of panels see beside curves. What is beside a rounded curve
    # has a smaller operator norm.
    whole = 2.0 ** (0.5 * len(mirrors))
    moved = NORM_MARGIN * math.hypot(seen.remainder, whole * missed)
    changed = NORM_MARGIN * math.hypot(seen.remainder, whole * math.hypot(missed, cells.misplaced))
    if moved > 0.1 * seen.size:
        return None

    def values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        t, u = np.broadcast_arrays(mu_x.coordinate(x), mu_y.coordinate(y))
        roots = mu_x.sqrt_density(t) * mu_y.sqrt_density(u)
        found = everywhere(t.ravel(), u.ravel()).reshape(t.shape)
        return np.asarray(np.divide(found, roots, where=roots > 0.0, out=np.zeros(t.shape)))

    # What is finer than the difference from h is not asked for.
    rtol = max(problem.rtol, moved / seen.size)
    stand = cheap(replace(problem, rtol=rtol), untried(values, (1, 1)), share=0.7)
    vars(stand).update(domain=problem.domain)
    return StandIn(stand, moved, moved <= 0.25 * problem.rtol * seen.size, changed)


def _near_curves(problem: Problem, domain: Domain, cells: CurvedCells) -> float:
    """The norm of what cells miss of h in a domain, from random points on each panel, half of them beside the curves.

    Pairs drawn from the measures see no strip that is narrower than they are apart. Here the distances from a curve
    are as many of each order of magnitude, so that a curve at a wrong place shows, however little it is wrong.
    """
    mu_x, mu_y = problem.lines
    rng, count = np.random.default_rng(len(cells.panels)), 24
    nearest, farthest = 1e-13 * mu_y.scale, mu_y.scale
    decades = math.log(farthest / nearest)
    parts = []
    for number, (low, high) in enumerate(zip(cells.edges[:-1], cells.edges[1:], strict=True)):
        x = low + (high - low) * rng.random(count)
        curves = cells.curves(number, x)[1:-1]
        y = mu_y.quantile((rng.permutation(count) + rng.random(count)) / count)
        density = np.square(mu_y.sqrt_density(y))
        if len(curves):
            far = rng.choice([-1.0, 1.0], count) * nearest * np.exp(decades * rng.random(count))
            beside = curves[rng.integers(len(curves), size=count), np.arange(count)] + far
            y = np.where(np.arange(count) % 2 == 0, y, beside)
            away = np.abs(y - curves)
            shown = (away >= 0.5 * nearest) & (away <= 2.0 * farthest)
            near = np.mean(np.where(shown, 0.5 / np.maximum(decades * away, nearest), 0.0), axis=0)
            density = 0.5 * np.square(mu_y.sqrt_density(y)) + 0.5 * near
        inside = within(y, domain.y)
        wrong = np.zeros(count)
        x, y = x[inside], y[inside]
        wrong[inside] = (problem.kernel.finite_beside(x, y) * mu_x.sqrt_density(x) * mu_y.sqrt_density(y)
                         - cells(x, y)) ** 2
        parts.append((high - low) / count * np.divide(wrong, density, where=density > 0.0, out=np.zeros(count)))
    energies = np.concatenate(parts)
    return float(few_carriers_margin(energies, 16.0)) * math.sqrt(float(energies.sum()))
