"""Measure how long each kernel of the problem table takes with no hint given, and how good its leading values are.

Times are processor seconds on one BLAS thread, the fastest of three, and also in units of one numpy.linalg.svd of a 200
by 200 matrix, timed before every kernel: where the machine is shared, both rise. Run it with

    python benchmarks/problem_table.py > benchmarks/results/problem_table.txt
"""

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import threadpoolctl
from setting import LEADING, leading_error, machine, problem_table

import opsvd

REPEATS = 3
# The goals: of the median and of the slowest, in seconds; and of the leading values, over s_1, in so much of the table.
MEDIAN, SLOWEST, ACCURACY, SHARE = 0.1, 3.0, 1e-10, 0.95


@dataclass(frozen=True)
class Row:
    """One kernel: seconds, the same in SVDs, and what came out."""

    name: str
    seconds: float
    units: float
    evaluations: int
    values: int
    error: float
    bar: float
    converged: bool


def measured(problem: Any) -> Row:
    """Decompose a few times."""
    unit = min(timed(svd_of_noise) for _ in range(REPEATS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # in the table
        svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y)
        seconds = min(timed(lambda: opsvd.decompose(problem.h, problem.mu_x, problem.mu_y)) for _ in range(REPEATS))
    first = problem.exact.max(initial=0.0)
    error, bar = (leading_error(svd.singular_values, problem), svd.errors[:LEADING].max(initial=0.0) / first) if (
        first > 0.0) else (0.0, 0.0)
    return Row(problem.name, seconds, seconds / unit, svd.evaluations, svd.rank, error, float(bar), svd.converged)


def timed(function: Any) -> float:
    """Time one call in processor seconds."""
    start = time.process_time()
    function()
    return time.process_time() - start


def svd_of_noise() -> None:
    """The unit of time."""
    np.linalg.svd(np.random.default_rng(0).standard_normal((200, 200)))


def main() -> None:
    """Measure every row, and say what the goals are and whether they are met."""
    print("How long does each kernel of the problem table take, and how good are its leading values?\n")
    print(machine() + "\n")
    problems = problem_table().values()
    measured(next(iter(problems)))    # what a process makes once
    rows = sorted((measured(problem) for problem in problems), key=lambda row: row.seconds)
    print(f"error, bar: the largest of the leading {LEADING} values, over s_1; time: seconds, and SVDs\n")
    print(f"{'kernel':<40} {'seconds':>8} {'SVDs':>7} {'evaluations':>12} {'values':>7} {'error':>8} {'bar':>8}")
    for row in rows:
        print(f"{row.name:<40} {row.seconds:>8.3f} {row.units:>7.1f} {row.evaluations:>12,} {row.values:>7} "
              f"{row.error:>8.0e} {row.bar:>8.0e}{'' if row.converged else '  not converged'}")
    seconds, units = (np.array([getattr(row, name) for row in rows]) for name in ("seconds", "units"))
    accurate = float(np.mean([row.error <= ACCURACY for row in rows]))
    print(f"\n{len(rows)} kernels, of which the leading {LEADING} values are within {ACCURACY:.0e} s_1 for "
          f"{accurate:.1%} (goal: {SHARE:.0%})")
    print(f"median: {np.median(seconds):.3f} s (goal: {MEDIAN} s), {np.median(units):.0f} SVDs")
    print(f"slowest: {seconds.max():.2f} s (goal: {SLOWEST:.0f} s), {units.max():.0f} SVDs: {rows[-1].name}")


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
