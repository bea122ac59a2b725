"""Atoms of whose matrix a budget has some entries only: some of its rows and columns, and random entries for bars."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from .._support.budget import announce
from ..bases import AtomBasis
from ..evidence.few_entries import evidence_at_few_entries
from ..matrices import FittedSkeleton, KernelMatrix, RandomEntries, WeightedMatrix, draws, entries_of
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from .many_atoms import neighbours


def of_few_entries(problem: Problem, left: AtomBasis, right: AtomBasis) -> Iterator[Discretisation]:
    """From as many rows and columns as three quarters of the values do for, where they promise more than points do.

    A tenth goes into the part of the matrix in which they are chosen, and which says what they leave; a twentieth,
    twice, into random entries at which they are held against the matrix. Where that shows what the part has not, worst
    entries join it, and rows and columns are added.
    """
    budget, masses = problem.budget, (left.rule.weights, right.rule.weights)
    values, size = budget.most_affordable(20), left.size + right.size
    part, count = math.isqrt(values // 10), min(values // 80, size)
    most = min(3 * values // 4 // size, part // 3)    # of more the part would tell little
    # With parts of eleven rows, and 32 entries, a bar of a jump was false (benchmarks/few_entries.py).
    if most < 2 or part < 20 or problem.given.value_shape != ():
        budget.forgo(left.size * right.size)
        return
    matrix = WeightedMatrix(KernelMatrix(problem.kernel, left.rule.nodes, right.rule.nodes), left.rule.sqrt_density,
                            right.rule.sqrt_density)
    rng, aim = np.random.default_rng(0), 0.1 * problem.rtol
    skeleton = FittedSkeleton(matrix, masses, part, rng)
    pivots = skeleton.pivots(aim, most)
    # Points do better where more is left than twice one over the points a side (benchmarks/few_entries.py).
    if len(pivots[0]) == 0 or skeleton.left(*pivots) > 2.0 / part:
        budget.forgo(left.size * right.size)
        return
    suspects, pivots = neighbours(problem), skeleton.pivots(aim, max(3 * most // 4, 2))
    for last in (False, True):
        announce(f"{left.size} by {right.size} atoms", len(pivots[0]) * size, left.size, len(pivots[0]))
        triplets = skeleton.triplets(*pivots)
        entries = RandomEntries(matrix, draws(matrix, masses, triplets[::2], count), suspects, rng)
        evidence = partial(evidence_at_few_entries, entries, skeleton.left_elsewhere(aim, len(pivots[0])))
        note = (f"atoms: a {left.size} by {right.size} matrix from {len(pivots[0])} of its rows and columns, held "
                f"against it at {len(entries.rows)} random entries")
        yield Discretisation((Block(left, right, np.diag(triplets[1])),), evidence, note,
                             limit="Accept a larger rtol, or allow more values",
                             factorise=lambda _, found=triplets: found)    # type: ignore[misc]
        if last:
            return
        wrong = np.abs(entries.values - entries_of(triplets, entries.rows, entries.columns))
        worst = np.argsort(wrong)[-max(part // 6, 1):]
        skeleton.extend(entries.rows[worst], entries.columns[worst])
        pivots = skeleton.pivots(aim, most, pivots)
