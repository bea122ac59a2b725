"""Count the values of h that opsvd and simple rules need for errors of 1e-3, 1e-6 and 1e-9 of s_1, if values are dear.

The 24 kernels of error_against_evaluations.py. For opsvd: `decompose` with `max_rank=6` and the tolerance that is the
goal, at rising `max_evaluations`; the evaluations of the first run that converges. Beside it the best of the simple
rules, chosen in hindsight for its error, which they do not know; and what opsvd takes where values are not dear. Prints
a table, and the bars that do not hold:

    python benchmarks/dear_kernels.py > benchmarks/results/dear_kernels.txt
"""

import argparse
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import threadpoolctl
from error_against_evaluations import CLASSES, SOLVERS
from setting import LEADING, machine, problem_table

import opsvd

GOALS = (1e-3, 1e-6, 1e-9)
LIMITS = (2_500, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 50_000, 80_000, 120_000, 200_000, 300_000, 499_999,
          800_000, 1_200_000)


def decomposed(problem: Any, rtol: float, **limits: Any) -> tuple[opsvd.OperatorSVD, bool]:
    """An answer, and whether its bars hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y, rtol=rtol, max_rank=LEADING, **limits)
    count = min(svd.rank, len(problem.exact))
    return svd, bool((np.abs(svd.singular_values[:count] - problem.exact[:count]) <= svd.errors[:count]).all())


def needed(problem: Any, goal: float) -> tuple[int | None, list[int]]:
    """The evaluations of the first run that converges, and the limits at which a bar does not hold."""
    false = []
    for limit in LIMITS:
        svd, true = decomposed(problem, goal, max_evaluations=limit, max_seconds=1000.0)    # values count, not seconds
        if not true:
            false.append(limit)
        if svd.converged:
            return svd.evaluations, false
    return None, false


def best_rules(problem: Any) -> list[int | None]:
    """The fewest evaluations of a simple rule, of any size, with an error of each goal."""
    runs = [run for name, solver in SOLVERS.items() if name not in {"opsvd", "sampled"} for run in solver(problem)]
    return [min((run.evaluations for run in runs if run.error <= goal), default=None) for goal in GOALS]


def row(tag: str, name: str, problem: Any) -> Iterator[str]:
    """One line for a kernel."""
    cells, lies = [], []
    for goal, best in zip(GOALS, best_rules(problem), strict=True):
        count, false = needed(problem, goal)
        lies += [f"rtol={goal:g}, max_evaluations={limit}" for limit in false]
        cheap = decomposed(problem, goal, max_seconds=60.0)[0].evaluations
        cells += [said(count), said(best), said(cheap)]
    yield f"{tag:<16}{name:<34}" + "".join(f"{cell:>10}" for cell in cells)
    yield from (f"    a bar does not hold: {lie}" for lie in lies)


def said(count: int | None) -> str:
    """A number of evaluations, or a dash."""
    return "-" if count is None else f"{count:.1e}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How many values are needed where each is dear?")
    parser.add_argument("--classes", nargs="+", default=list(CLASSES), choices=list(CLASSES), help="only some of them")
    classes = parser.parse_args().classes
    print((__doc__ or "").split("\n", maxsplit=1)[0])
    print(f"\n{machine()}\n")
    print(f"{'':<50}" + "".join(f"{f'error {goal:g} s_1 after':>30}" for goal in GOALS))
    columns = "".join(f"{name:>10}" for name in ("dear", "best rule", "not dear"))
    print(f"{'class':<16}{'kernel':<34}" + columns * len(GOALS))
    table = problem_table()
    for tag in classes:
        for name in CLASSES[tag]:
            print(*row(tag, name, table[name]), sep="\n", flush=True)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
