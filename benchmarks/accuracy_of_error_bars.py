"""Measure whether the error bars are true, and how wide they are.

Every problem of tests/problems.py, whose values are known to rounding, at every tolerance from 1e-3 to 1e-12. A bar
is true if the error is at most the bar. Values computed beyond a finite rank are held against zero. Run it with

    python benchmarks/accuracy_of_error_bars.py > benchmarks/results/accuracy_of_error_bars.txt
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import threadpoolctl
from setting import machine, problem_table

import opsvd

RTOLS = tuple(10.0**-k for k in range(3, 13))
EPS = float(np.finfo(np.float64).eps)
USEFUL = 1e3

_LEGEND = """\
results: decompositions; missed: those that report the tolerance as not met; bars: values held against their truth;
error/bar: at most 1 where the bar is true; width: the largest bar of a result, in units of rtol s_1 and of eps s_1"""


@dataclass(frozen=True)
class Outcome:
    """One problem at one tolerance: error / bar for each value that is known, and the largest bar over s_1."""

    problem: Any
    rtol: float
    ratios: np.ndarray
    width: float
    converged: bool


def outcome(problem: Any, rtol: float) -> Outcome:
    """Decompose, and hold every value that is known against its bar."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # counted in the table
        svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y, rtol=rtol)
    beyond = 0 if problem.rank is None else max(0, svd.rank - problem.rank)
    exact = np.pad(problem.exact, (0, beyond))[:svd.rank]
    ratios = np.abs(svd.singular_values[:len(exact)] - exact) / svd.errors[:len(exact)]
    return Outcome(problem, rtol, ratios, float(svd.errors.max() / exact[0]), svd.converged)


def table(groups: dict[str, list[Outcome]]) -> Iterator[str]:
    """One line a group: truth, then width."""
    yield (f"{'':<16} {'':>7} {'':>6} {'':>6} {'error/bar':>17} {'median width':>20}\n{'':<16} {'results':>7} "
           f"{'missed':>6} {'bars':>6} {'median':>8} {'worst':>8} {'/ rtol s_1':>10} {'/ eps s_1':>9}  worst in")
    for label, group in groups.items():
        ratios = np.concatenate([o.ratios for o in group])
        worst = max(group, key=lambda o: o.ratios.max())
        yield (f"{label:<16} {len(group):>7} {sum(not o.converged for o in group):>6} {len(ratios):>6} "
               f"{np.median(ratios):>8.0e} {ratios.max():>8.3f} {np.median([o.width / o.rtol for o in group]):>10.0e} "
               f"{np.median([o.width / EPS for o in group]):>9.0e}  {worst.problem}, rtol {worst.rtol:.0e}")


def main() -> None:
    """Solve everything and print the summary."""
    problems = [problem for problem in problem_table().values() if problem.rank != 0]    # zero has no values, no bars
    outcomes = [outcome(problem, rtol) for rtol in RTOLS for problem in problems]
    by_rtol = {f"rtol {rtol:.0e}": [o for o in outcomes if o.rtol == rtol] for rtol in RTOLS}
    tags = sorted({tag for problem in problems for tag in problem.tags})
    by_tag = {tag: [o for o in outcomes if tag in o.problem.tags] for tag in tags}
    print(f"Are the error bars true, and how wide are they?\n\n{machine()}")
    print(f"{len(problems)} problems with known values, tolerances {RTOLS[0]:.0e} to {RTOLS[-1]:.0e}\n\n{_LEGEND}\n")
    print("\n".join([*table(by_rtol), "", *table(by_tag)]))
    bars = np.concatenate([o.ratios for o in outcomes])
    widest = max(np.median([o.width / o.rtol for o in group]) for group in by_rtol.values())
    false = int(np.sum(~(bars <= 1.0)))
    print(f"\nevery bar is true: {'yes' if false == 0 else 'no'}; of {len(bars)}, {false} are not")
    print(f"the median bar is within a factor {USEFUL:.0f} of rtol s_1 at every tolerance: "
          f"{'yes' if widest <= USEFUL else 'no'}, at most {widest:.1e} rtol s_1")


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
