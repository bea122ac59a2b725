"""The cost of the SVD of one sampled matrix, from n = 10^3 to 10^6, in time and memory.

tanh(xy) is of low rank at any n; the jump (x > y) never is. engine="auto", the leading 20 values and the effective
rank; the jump at n = 10^5 in single precision, with six passes for the effective rank. Each case runs in a process of
its own, whose peak memory is what the system counted. `said` is what `sampling_cost` says beforehand. The effective
rank is given with its likely error and its interval. For the jump the sampled matrix is a staircase, the inverse of a
bidiagonal matrix, so that its effective rank is known exactly beside; `z` is the largest deviation of a leading value
from 2 / (2 i - 1) pi, the operator's, in units of its first-order standard deviation. On a busy machine "seconds" are
those of the clock, "CPU" those of the process.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/sampling_at_scale.py

With --figure the table in benchmarks/results/sampling_at_scale.txt is drawn into docs/figures/sampling_at_scale.png;
--quick leaves out everything above 10^4; --only "(x > y)" 100000 runs one case, in about six minutes of an idle core.
"""

import argparse
import math
import multiprocessing
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import eigvalsh_tridiagonal
from setting import machine

from opsvd import monte_carlo, sampling_cost
from opsvd.figures import COLOURS, new_figure, styled
from opsvd.sampling import RowBlocks

RESULTS = Path(__file__).parent / "results" / "sampling_at_scale.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "sampling_at_scale.png"
SIZES = {"tanh(xy)": (1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
         "(x > y)": (1000, 3000, 10_000, 30_000, 100_000)}
LEADING = 20


def tanh(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The essay's kernel."""
    return np.tanh(x * y)


def jump(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One above the diagonal, zero below: s_i = 2 / (2 i - 1) pi."""
    return x > y


KERNELS = {"tanh(xy)": tanh, "(x > y)": jump}


def silent(_done: float, _message: str) -> None:
    """Show no progress."""


def case(name: str, n: int, queue: Any) -> None:
    """Measure one case, and put what is to be printed into the queue."""
    h = KERNELS[name]
    engine = RowBlocks(dtype="float32", lanczos=6) if h is jump and n > 50_000 else "auto"
    cost = sampling_cost(h, n, rank=LEADING, engine=engine)
    print(f"{name}, n = {n}: {cost}", file=sys.stderr, flush=True)
    start, cpu = time.perf_counter(), time.process_time()
    sampled = monte_carlo(h, n, rank=LEADING, rng=1, progress=silent, engine=engine)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    memory = 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    one = sampled.matrices[0]
    ends = [float(one.values.sum() + end) ** 2 / one.norm**2 for end in (one.remainder.low, one.remainder.high)]
    queue.put((seconds, cpu, memory, cost.seconds, cost.memory, sampled.engine.split("(")[0],
               sampled.singular_values[0].tolist(), float(sampled.engine_error.max()),
               (float(sampled.effective_rank()[0]), one.likely_error(), *ends),
               exact_rank(n) if h is jump else math.nan))


def exact_rank(n: int) -> float:
    """The effective rank of the sampled jump: rows and columns in order, equal ones joined, it is a staircase."""
    rng = np.random.default_rng(1).spawn(1)[0]
    x, y = rng.standard_normal(n), rng.standard_normal(n)
    of_x = np.argsort(np.concatenate([x, y]), kind="stable") < n
    edges = np.flatnonzero(np.diff(of_x)) + 1
    runs, kinds = np.diff(np.concatenate([[0], edges, [2 * n]])), of_x[np.concatenate([[0], edges])]
    if kinds[0]:    # rows of zeros
        runs, kinds = runs[1:], kinds[1:]
    if not kinds[-1]:    # columns of zeros
        runs = runs[:-1]
    columns, rows = np.sqrt(runs[0::2]), np.sqrt(runs[1::2])
    # A = diag(rows) L diag(columns), L all ones below the diagonal; its inverse is bidiagonal.
    off = np.empty(2 * rows.size - 1)
    off[0::2], off[1::2] = 1.0 / (columns * rows), 1.0 / (columns[1:] * rows[:-1])
    inverse = eigvalsh_tridiagonal(np.zeros(off.size + 1), off)
    s = 1.0 / inverse[inverse.size // 2 :]
    return float(s.sum() ** 2 / (s @ s))


def measured(name: str, n: int) -> tuple[Any, ...]:
    """Run a case in a fresh process."""
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue()
    process = context.Process(target=case, args=(name, n, queue))
    process.start()
    found: tuple[Any, ...] = queue.get()
    process.join()
    return found


def report(cases: list[tuple[str, int]]) -> None:
    """Print a line for each case."""
    print(f"{machine()}\n")
    print(f"{'kernel':>9} {'n':>8}  {'engine':>9}  {'seconds':>8} {'CPU':>8} {'said':>8}  {'GB':>6} {'said':>6}  "
          f"{'s_1':>9} {'s_20':>9} {'stated':>8}  {'effective rank':>18}  {'interval':>16}  {'exact':>7}  {'z':>4}")
    for name, n in cases:
        seconds, cpu, memory, said, said_memory, engine, s, error, (rank, likely, *ends), exact = measured(name, n)
        print(f"{name:>9} {n:>8}  {engine:>9}  {seconds:8.2f} {cpu:8.2f} {said:8.2f}  {memory / 1e9:6.2f} "
              f"{said_memory / 1e9:6.2f}  {s[0]:9.6f} {s[-1]:9.2e} {error:8.1e}  {rank:8.5f} ± {likely:7.1e}  "
              f"{f'{ends[0]:.4g} - {ends[1]:.4g}':>16}  {exact:7.3f}  "
              f"{deviation(np.array(s), n) if name == '(x > y)' else math.nan:4.1f}", flush=True)


def deviation(s: np.ndarray, n: int) -> float:
    """The largest z-score of the values of the jump; its f_i and g_i are sines and cosines in Phi(x): E f^4 = 3/2."""
    exact = 2.0 / (np.pi * (2.0 * np.arange(1, LEADING + 1) - 1.0))
    return float(np.abs((s - exact) / (exact / (2.0 * math.sqrt(n)))).max())


def draw() -> None:
    """Draw time and memory against n from the printed table."""
    rows = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    figure = new_figure(9.6, 4.4)
    axes = figure.subplots(1, 2)
    for name, marker, colour in (("tanh(xy)", "o", COLOURS[0]), ("(x>y)", "s", COLOURS[1])):
        found = [[row[0], *row[1:]] if row[0] != "(x" else ["(x>y)", *row[3:]] for row in rows if row]
        table = np.array([[float(cell) for cell in (row[1], row[4], row[6])] for row in found if row[0] == name])
        for ax, column in zip(axes, (1, 2), strict=True):
            ax.loglog(table[:, 0], table[:, column], marker=marker, color=colour,
                      label=name.replace(">", " > "))
    n = np.array([1e4, 1e6])
    axes[0].loglog(n, 2e-5 * n / 10.0, color="black", linestyle=":", linewidth=1, label="$n$")
    axes[0].loglog(n[0] * np.array([1.0, 12.0]), 2.0 * np.array([1.0, 144.0]), color="black", linestyle="--",
                   linewidth=1, label="$n^2$")
    styled(axes[0], "CPU time of one core").set_ylabel("seconds")
    styled(axes[1], "peak memory of the process").set_ylabel("GB")
    for ax in axes:
        ax.set_xlabel("rows and columns $n$")
        ax.legend()
    figure.savefig(FIGURE, dpi=120)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs=2, metavar=("KERNEL", "N"), help="one case")
    parser.add_argument("--figure", action="store_true")
    options = parser.parse_args()
    if options.figure:
        draw()
        sys.exit()
    report([(name, n) for name, sizes in SIZES.items() for n in sizes if not options.quick or n <= 10_000]
           if options.only is None else [(options.only[0], int(options.only[1]))])
