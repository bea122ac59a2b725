"""Measure how fast `opsvd.decompose` is, how many kernel evaluations it takes, and how accurate it is.

Beside it, in the same process: plain Gauss-Hermite Nystrom with 80, 320 and 1000 nodes, and one sampled matrix of
n = 1000. Times are in units of one numpy.linalg.svd of a 200 by 200 matrix, on one BLAS thread. Run it with

    python benchmarks/decompose.py > benchmarks/results/decompose.txt
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import threadpoolctl
from scipy.linalg import svdvals
from setting import machine, problem_table

import opsvd

# Hermite polynomials, without growth and with it; panels for poles, for a singularity and for a kink on the axes.
KERNELS = ("sin(xy)", "exp(0.45xy)", "tanh(xy)", "log|xy|", "relu(xy)")
ROUNDS = 15
LEADING = 6
GOAL = 3.0

Kernel = Callable[[Any, Any], Any]
Solver = Callable[[Kernel, int], np.ndarray]


class Counted:
    """A kernel that counts the values asked of it: about a microsecond a call, of some fifty calls."""

    def __init__(self, h: Kernel) -> None:
        self.h, self.evaluations = h, 0

    def __call__(self, x: Any, y: Any) -> Any:
        """Evaluate and count."""
        self.evaluations += np.broadcast(x, y).size
        return self.h(x, y)


def decompose(h: Kernel, _: int) -> np.ndarray:
    """The whole answer: values, error bars, and functions that can be called, at the default tolerance."""
    return opsvd.decompose(h).singular_values


def nystrom(nodes: int) -> Solver:
    r"""Plain Nystrom: the SVD, with vectors, of :math:`\sqrt{w_i} h(x_i, x_j) \sqrt{w_j}`; nodes made beforehand."""
    rule = opsvd.Gaussian().gauss_rule(nodes)
    x, root = rule.nodes, rule.sqrt_weights

    def solve(h: Kernel, _: int) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):
            matrix = (h(x[:, None], x[None, :]) * root[:, None]) * root
        if not np.isfinite(matrix).all():
            raise OverflowError("h overflows at the outer nodes")
        return np.linalg.svd(matrix)[1]

    return solve


def sampled(h: Kernel, draw: int) -> np.ndarray:
    """The singular values, without vectors, of one sampled matrix of n = 1000; another one each round."""
    return svdvals(opsvd.sample_matrix(h, 1000, rng=draw))


SOLVERS: dict[str, Solver] = {
    "decompose": decompose,
    "Nystrom, 80 nodes": nystrom(80),
    "Nystrom, 320 nodes": nystrom(320),
    "Nystrom, 1000 nodes": nystrom(1000),
    "sampled, n = 1000": sampled,
}


@dataclass
class Record:
    """What the rounds of one solver on one kernel gave."""

    seconds: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    evaluations: int = 0
    failure: str = ""

    def add(self, solver: Solver, problem: Any, draw: int) -> None:
        """Run one round."""
        counted = Counted(problem.h)
        try:
            seconds, values = timed(lambda: solver(counted, draw))
        except OverflowError as failure:
            self.failure = str(failure)
            return
        self.seconds.append(seconds)
        self.errors.append(error(values, problem.exact))
        self.evaluations = counted.evaluations


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Time one call in processor seconds.

    On one thread these are the seconds of an idle machine. Where other processes run, the clock on the wall favours
    short calls, which fit between two interruptions.
    """
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def unit() -> float:
    """Time one SVD, with vectors, of a 200 by 200 matrix, after one that brings it back into the cache."""
    matrix = np.random.default_rng(0).standard_normal((200, 200))
    np.linalg.svd(matrix)
    return timed(lambda: np.linalg.svd(matrix))[0]


def error(values: np.ndarray, exact: np.ndarray) -> float:
    """The largest error of the leading values in units of s_1; beyond a finite rank the truth is zero."""
    computed, truth = (np.pad(s[:LEADING], (0, max(0, LEADING - len(s)))) for s in (values, exact))
    return float(np.abs(computed - truth).max() / truth[0])


def table(records: dict[tuple[str, str], Record], svd: float) -> Iterator[str]:
    """The lines of the table, with times in units of `svd` seconds."""
    yield f"{'kernel':<12} {'solver':<20} {'error / s_1':>11} {'evaluations':>12} {'time / SVD':>11}"
    for (kernel, solver), record in records.items():
        if solver == "decompose":
            yield ""
        if record.failure:
            yield f"{kernel:<12} {solver:<20} no answer: {record.failure}"
        else:
            yield (f"{kernel:<12} {solver:<20} {np.median(record.errors):>11.0e} {record.evaluations:>12,} "
                   f"{np.median(record.seconds) / svd:>11.2f}")


def main() -> None:
    """Measure in interleaved rounds and print the table."""
    problems = problem_table()
    units = [unit() for _ in range(ROUNDS)]
    first = timed(lambda: opsvd.decompose(problems["tanh(xy)"].h))[0]
    records = {(kernel, solver): Record() for kernel in KERNELS for solver in SOLVERS}
    for draw in range(ROUNDS):
        for (kernel, solver), record in records.items():
            units.append(unit())
            record.add(SOLVERS[solver], problems[kernel], draw)
    low, svd, high = np.quantile(units, [0.25, 0.5, 0.75])
    print("How fast is opsvd.decompose, how many kernel evaluations does it take, how accurate is it?\n")
    print(machine())
    print(f"one SVD of a 200 by 200 matrix: {1e3 * svd:.2f} ms of processor time (median of {len(units)}; quartiles "
          f"{1e3 * low:.2f}, {1e3 * high:.2f})")
    print(f"error: the largest of the leading {LEADING} values; times and errors: medians of {ROUNDS} rounds\n")
    print("\n".join(table(records, svd)))
    low, cost, high = np.quantile(records["tanh(xy)", "decompose"].seconds, [0.25, 0.5, 0.75]) / svd
    print(f"\ndecompose(tanh(xy)): {cost:.2f} SVDs (quartiles {low:.2f}, {high:.2f}); the first call of a process, "
          f"which imports methods and makes quadrature rules: {first / svd:.2f}")
    print(f"decompose(tanh(xy)) costs at most {GOAL:.0f} SVDs: {'yes' if cost <= GOAL else 'no'}, {cost:.2f}")


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
