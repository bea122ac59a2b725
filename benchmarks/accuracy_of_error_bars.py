"""Measure whether the error bars are true, how wide they are, and what they cost.

Every problem of tests/problems.py but zero, at several tolerances. A bar is true if the error is at most the bar.
Values computed beyond a finite rank are held against zero. At the default tolerance, 1e-10, it also counts the problems
whose leading six values are correct to 1e-10 s_1. Run it with

    python benchmarks/accuracy_of_error_bars.py > benchmarks/results/accuracy_of_error_bars.txt

With a `--max-evaluations` below 500,000 values are dear, and the evidence is small:

    python benchmarks/accuracy_of_error_bars.py --max-evaluations 2000 10000 50000 \
        > benchmarks/results/accuracy_of_error_bars_if_dear.txt
"""

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import threadpoolctl
from setting import LEADING, leading_error, machine, problem_table

import opsvd

RTOLS = (1e-4, 1e-8, 1e-10, 1e-12)
EVALUATIONS = 200_000_000    # the default of decompose
DEFAULT = 1e-10    # the rtol of decompose, and the error that its leading values may have
EPS = float(np.finfo(np.float64).eps)
USEFUL = 1e3

_LEGEND = """\
results: decompositions; missed: those that report the tolerance as not met; bars: values held against their truth;
false: bars below the error; error/bar: at most 1 where the bar is true; width: the largest bar of a result, in units
of rtol s_1 and of eps s_1; CPU s: processor seconds of a decomposition"""


@dataclass(frozen=True)
class Outcome:
    """One problem at one tolerance and budget: error / bar for each value that is known, and the largest bar over s_1.

    With the error of the leading values over s_1, and processor seconds.
    """

    problem: Any
    rtol: float
    limit: int
    ratios: np.ndarray
    width: float
    converged: bool
    leading: float
    seconds: float

    def __str__(self) -> str:
        """Say which one, with the budget if it is not the default."""
        budget = "" if self.limit == EVALUATIONS else f", max_evaluations {self.limit}"
        return f"{self.problem}, rtol {self.rtol:.0e}{budget}"


def outcome(problem: Any, rtol: float, limit: int, max_seconds: float) -> Outcome:
    """Decompose, and hold every value that is known against its bar."""
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # counted in the table
        svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y, rtol=rtol, max_evaluations=limit,
                              max_seconds=max_seconds)
    seconds = time.process_time() - start
    beyond = 0 if problem.rank is None else max(0, svd.rank - problem.rank)
    exact = np.pad(problem.exact, (0, beyond))[:svd.rank]
    ratios = np.abs(svd.singular_values[:len(exact)] - exact) / svd.errors[:len(exact)]
    return Outcome(problem, rtol, limit, ratios, float(svd.worst_error / problem.exact[0]), svd.converged,
                   leading_error(svd.singular_values, problem), seconds)


def solve(problems: list[Any], options: argparse.Namespace) -> tuple[list[Outcome], list[str]]:
    """The outcomes, one tolerance after the other, and what opsvd refused, wrongly: every problem has an answer."""
    outcomes, refused = [], []
    for rtol in options.rtols:
        for problem, limit in product(problems, options.max_evaluations):
            try:
                outcomes.append(outcome(problem, rtol, limit, options.max_seconds))
            except ValueError as error:    # KernelError, NotSquareIntegrableError
                refused.append(f"    {problem}, rtol {rtol:.0e}: {type(error).__name__}: {error}")
        print(f"rtol {rtol:.0e} after {time.process_time():.0f} s", file=sys.stderr)
    return outcomes, refused


def table(groups: dict[str, list[Outcome]]) -> Iterator[str]:
    """One line a group: truth, width, time."""
    yield (f"{'':<15} {'':>7} {'':>6} {'':>6} {'':>5} {'error/bar':>16} {'median width':>20} {'CPU s':>14}\n"
           f"{'':<15} {'results':>7} {'missed':>6} {'bars':>6} {'false':>5} {'median':>8} {'worst':>7} "
           f"{'/ rtol s_1':>10} {'/ eps s_1':>9} {'median':>7} {'most':>6}  worst bar in")
    for label, group in groups.items():
        ratios = np.concatenate([o.ratios for o in group])
        seconds, widths = [o.seconds for o in group], [o.width for o in group]
        worst = max(group, key=lambda o: o.ratios.max(initial=0.0))
        yield (f"{label:<15} {len(group):>7} {sum(not o.converged for o in group):>6} {len(ratios):>6} "
               f"{np.sum(~(ratios <= 1.0)):>5} {np.median(ratios):>8.0e} {ratios.max():>7.3f} "
               f"{np.median([o.width / o.rtol for o in group]):>10.0e} {np.median(widths) / EPS:>9.0e} "
               f"{np.median(seconds):>7.2f} {max(seconds):>6.1f}  {worst}")


def at_default(outcomes: list[Outcome]) -> Iterator[str]:
    """What the leading values and the times are at the default tolerance."""
    group = [o for o in outcomes if o.rtol == DEFAULT]
    if not group:
        return
    missed = [o for o in group if not o.leading <= DEFAULT]
    slowest, seconds = max(group, key=lambda o: o.seconds), np.median([o.seconds for o in group])
    yield (f"\nleading {LEADING} values within {DEFAULT:.0e} s_1 at rtol {DEFAULT:.0e}: {len(group) - len(missed)} of "
           f"{len(group)} problems, {1 - len(missed) / len(group):.1%}; all but")
    yield from (f"    {o.problem}: error {o.leading:.0e} s_1, bar {o.width:.0e} s_1" for o in missed)
    yield (f"processor seconds at rtol {DEFAULT:.0e}: median {seconds:.2f}, slowest {slowest.seconds:.1f} "
           f"({slowest.problem})")


def verdict(outcomes: list[Outcome], rtols: list[float]) -> Iterator[str]:
    """Whether all bars are true, and which are not, and whether they are of the size of the tolerance."""
    bars = np.concatenate([o.ratios for o in outcomes])
    false = int(np.sum(~(bars <= 1.0)))
    yield f"\nevery bar is true: {'yes' if false == 0 else 'no'}; of {len(bars)}, {false} are not"
    yield from (f"    {o}: value {i}, error / bar {ratio:.3g}"
                for o in outcomes for i, ratio in enumerate(o.ratios, 1) if not ratio <= 1.0)
    widest = max(np.median([o.width / o.rtol for o in outcomes if o.rtol == rtol]) for rtol in rtols)
    yield (f"the median bar is within a factor {USEFUL:.0f} of rtol s_1 at every tolerance: "
           f"{'yes' if widest <= USEFUL else 'no'}, at most {widest:.1e} rtol s_1")


def arguments() -> argparse.Namespace:
    """The tolerances, and the limit of time of a decomposition."""
    parser = argparse.ArgumentParser(description="Are the error bars true, how wide are they, what do they cost?")
    parser.add_argument("--rtols", type=float, nargs="+", default=list(RTOLS), help="tolerances (%(default)s)")
    parser.add_argument("--max-seconds", type=float, default=20.0, help="of each decomposition (%(default)s)")
    parser.add_argument("--max-evaluations", type=int, nargs="+", default=[EVALUATIONS],
                        help="of each decomposition, one after the other (%(default)s)")
    return parser.parse_args()


def main() -> None:
    """Solve everything and print the summary."""
    options = arguments()
    problems = [problem for problem in problem_table().values() if problem.rank != 0]    # zero has no values, no bars
    outcomes, refused = solve(problems, options)
    by_rtol = {f"rtol {rtol:.0e}": [o for o in outcomes if o.rtol == rtol] for rtol in options.rtols}
    if len(options.max_evaluations) > 1:
        by_rtol |= {f"{limit} values": [o for o in outcomes if o.limit == limit] for limit in options.max_evaluations}
    tags = sorted({tag for problem in problems for tag in problem.tags})
    by_tag = {tag: [o for o in outcomes if tag in o.problem.tags] for tag in tags}
    print(f"Are the error bars true, how wide are they, what do they cost?\n\n{machine()}")
    budgets = ", ".join(map(str, options.max_evaluations))
    print(f"{len(problems)} problems with known values, max_seconds={options.max_seconds:g}, "
          f"max_evaluations={budgets}\n\n{_LEGEND}\n")
    print("\n".join([*table(by_rtol), "", *table(by_tag), *verdict(outcomes, options.rtols), *at_default(outcomes)]))
    print("\n".join([f"refused: {len(refused)}", *refused]))


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
