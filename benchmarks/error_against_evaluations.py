"""Measure the error of the leading six singular values against the number of kernel evaluations, class by class.

Two kernels of each class of tests/problem.py; `opsvd.decompose` at tolerances from 1e-2 to 1e-12, beside what a few
lines of numpy do: Nystrom with Gauss-Hermite nodes, with Gauss-Legendre nodes folded onto the line, and sampled
matrices. Writes docs/figures/error_against_evaluations.png (or the path given as argument), and prints the tables:

    python benchmarks/error_against_evaluations.py > benchmarks/results/error_against_evaluations.txt

With --figure it draws the tables that are there, and computes nothing.
"""

import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl
from scipy.linalg import svdvals
from scipy.sparse.linalg import svds
from scipy.special import ndtri
from setting import LEADING, leading_error, machine, problem_table

import opsvd
from opsvd.figures import COLOURS, new_figure, styled
from opsvd.quadrature import Rule, gauss_legendre

RESULTS = Path(__file__).parent / "results" / "error_against_evaluations.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "error_against_evaluations.png"

CLASSES: dict[str, tuple[str, str]] = {
    "entire": ("sin(xy)", "exp(0.45xy)"),
    "poles": ("tanh(xy)", "arctan(xy)"),
    "axis-singular": ("log|xy|", "exp(-|xy|)"),
    "line": ("|x - 0.3| exp(y/3)", "(x > 0.7) (y < -0.4)"),
    "kink": ("exp(-|x - y|)", "clip(xy, -1, 1)"),
    "jump": ("(x > y)", "(y > x^2 - 1)"),
    "root": ("|x - y|^(1/2)", "log|x - y|"),
    "point-singular": ("sqrt(x^2 + y^2)", "arctan2(y, x)"),
    "near-singular": ("tanh(20(x - y))", "1/(1 + 400(x - y)^2)"),
    "oscillating": ("cos(10xy)", "|x - y| sin(5xy)"),
    "narrow": ("squared exponential, length 0.05", "cos(x - y) + a bump of width 0.02"),
    "wide": ("exp(0.49xy)", "Mehler ratio, r = 0.99"),
}
RTOLS = tuple(10.0**-k for k in range(2, 13, 2))
NODES = (20, 40, 80, 160, 320, 640, 1000)
SIZES = (100, 300, 1000, 4000)
SEEDS = 3
SECONDS = 10.0
GOALS = (1e-3, 1e-8)
# Errors below are rounding, and are drawn here.
FLOOR = 1e-16


@dataclass(frozen=True)
class Run:
    """One answer: its parameter (a tolerance, or a number of nodes), its cost, its error and its error bar, over s_1.

    The error is infinite where there is no answer; the bar is None where there is none.
    """

    parameter: float
    evaluations: int
    error: float
    bar: float | None = None


Solver = Callable[[Any], list[Run]]


def decomposed(problem: Any) -> list[Run]:
    """What opsvd finds at each tolerance, asked for six values."""
    runs = []
    for rtol in RTOLS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # the bar says how far it got
            svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y, rtol=rtol, max_rank=LEADING,
                                  max_seconds=SECONDS)
        bar = float(svd.errors.max() / problem.exact[0]) if svd.rank else np.inf
        runs.append(Run(rtol, svd.evaluations, leading_error(svd.singular_values, problem), bar))
    return runs


def folded_gauss_legendre(measure: opsvd.Gaussian, n: int) -> Rule:
    r"""The Gauss-Legendre rule on (0, 1), folded onto the line: :math:`x_i = m + s \Phi^{-1}(u_i)`."""
    t, w = gauss_legendre(n)
    x = measure.mean + measure.std * ndtri(0.5 * (1.0 + t))
    density = measure.sqrt_density(x)
    return Rule(x, np.sqrt(0.5 * w) / density, density)


def nystrom(rule: Callable[[opsvd.Gaussian, int], Rule]) -> Solver:
    r"""Plain Nystrom: the singular values of :math:`\sqrt{w_i} h(x_i, y_j) \sqrt{w_j}`.

    With n nodes in x and n + 2 in y, both even: they have no node in common, so that no singularity at x = y is hit.
    """
    def run(problem: Any, n: int) -> Run:
        left, right = rule(problem.mu_x, n), rule(problem.mu_y, n + 2)
        with np.errstate(all="ignore"):
            matrix = problem.h(left.nodes[:, None], right.nodes) * left.sqrt_weights[:, None] * right.sqrt_weights
        if not np.isfinite(matrix).all():    # h overflows at the outer nodes
            return Run(n, matrix.size, np.inf)
        return Run(n, matrix.size, leading_error(svdvals(matrix), problem))

    return lambda problem: [run(problem, n) for n in NODES]


def sampled(problem: Any) -> list[Run]:
    """The median over draws of the error of one sampled matrix; of large ones, ARPACK finds the leading values."""
    def values(n: int, seed: int) -> np.ndarray:
        matrix = opsvd.sample_matrix(problem.h, n, problem.mu_x, problem.mu_y, rng=seed)
        if n <= 1000:
            return np.asarray(svdvals(matrix))
        start = np.random.default_rng(seed).standard_normal(n)
        return np.sort(svds(matrix, k=LEADING, tol=1e-8, v0=start, return_singular_vectors=False))[::-1]

    return [Run(n, n * n, float(np.median([leading_error(values(n, seed), problem) for seed in range(SEEDS)])))
            for n in SIZES]


SOLVERS: dict[str, Solver] = {
    "opsvd": decomposed,
    "Gauss-Hermite": nystrom(opsvd.Gaussian.gauss_rule),
    "folded Gauss-Legendre": nystrom(folded_gauss_legendre),
    "sampled": sampled,
}
Results = dict[str, dict[str, list[Run]]]


def cheapest(runs: list[Run], goal: float) -> str:
    """The fewest evaluations of a run whose error is at most the goal."""
    enough = [run.evaluations for run in runs if run.error <= goal]
    return f"{min(enough):.1e}" if enough else "-"


def summary(results: Results) -> Iterator[str]:
    """For each kernel, the evaluations that each solver needs to come down to the goals."""
    yield (f"{'':<50}" + "".join(f"{f'error {goal:.0e} s_1 after':>42}  " for goal in GOALS)).rstrip()
    names = ("opsvd", "G-Hermite", "G-Legendre", "sampled")
    yield f"{'class':<16}{'kernel':<34}" + ("".join(f"{name:>10} " for name in names)) * len(GOALS)
    for tag, kernels in CLASSES.items():
        for kernel in kernels:
            cells = [cheapest(runs, goal) for goal in GOALS for runs in results[kernel].values()]
            yield f"{tag:<16}{kernel:<34}" + "".join(f"{cell:>10} " for cell in cells)


def details(results: Results) -> Iterator[str]:
    """Every run: the parameter, the evaluations, the error, and the error bar where there is one."""
    for tag, kernels in CLASSES.items():
        for kernel in kernels:
            yield f"\n{tag}: {kernel}"
            for solver, runs in results[kernel].items():
                rows = {"rtol" if solver == "opsvd" else "n": [f"{run.parameter:g}" for run in runs],
                        "evaluations": [f"{run.evaluations:.1e}" for run in runs],
                        "error / s_1": ["no answer" if np.isinf(run.error) else f"{run.error:.0e}" for run in runs]}
                if solver == "opsvd":
                    rows["bar / s_1"] = [f"{run.bar:.0e}" for run in runs]
                for i, (name, cells) in enumerate(rows.items()):
                    yield f"  {solver if i == 0 else '':<22}{name:<12}" + "".join(f"{cell:>10}" for cell in cells)


def read(text: str) -> Results:
    """The runs of a table that `details` has written."""
    results: Results = {}
    for block in re.split(r"\n\n(?=[a-z-]+: )", text)[1:]:
        (first, *lines), solver = block.split("\n"), ""
        runs = results[first.split(": ", 1)[1]] = {}
        for line in lines:
            if not line.strip():
                break
            solver = line[2:24].strip() or solver
            # Columns are ten wide; "no answer" has two words.
            cells = [line[i:i + 10].strip() for i in range(36, len(line), 10)]
            runs.setdefault(solver, []).append([np.inf if cell == "no answer" else float(cell) for cell in cells])
        for solver, rows in runs.items():
            runs[solver] = [Run(parameter, int(evaluations), error) for parameter, evaluations, error in zip(
                *rows[:3], strict=True)]
    return results


def figure(results: Results) -> Any:
    """A panel a class, log-log; filled marks for the first kernel, open ones for the second."""
    # Two columns: at the 700 pixels that a page has, letters are then as large as those of its text.
    drawing = new_figure(7.6, 16.5)
    axes = drawing.subplots(6, 2, sharex=True, sharey=True)
    for ax, (tag, kernels) in zip(axes.flat, CLASSES.items(), strict=True):
        styled(ax).loglog()
        ax.set_title(f"{tag}\n\u25cf {kernels[0]}\n\u25cb {kernels[1]}", fontsize=11, linespacing=1.15)
        for kernel, line, fill in zip(kernels, ("-", "--"), (None, "white"), strict=True):
            for solver, colour, mark in zip(SOLVERS, COLOURS[:4], "osD^", strict=True):
                runs = [run for run in results[kernel][solver] if np.isfinite(run.error)]
                ax.plot([run.evaluations for run in runs], [max(run.error, FLOOR) for run in runs], color=colour,
                        linestyle="" if solver == "opsvd" else line, linewidth=1.0, marker=mark, markersize=5.5,
                        markerfacecolor=fill or colour, label=solver if fill is None else None)
        ax.set_ylim(FLOOR / 2, 3.0)
    for ax in axes[-1]:
        ax.set_xlabel("kernel evaluations", fontsize=12)
    for ax in axes[:, 0]:
        ax.set_ylabel("error of $s_1, \\dots, s_6$ over $s_1$", fontsize=11)
    drawing.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=12)
    return drawing


def main() -> None:
    """Run everything, draw the figure and print the tables."""
    problems, start = problem_table(), time.perf_counter()
    kernels = [kernel for pair in CLASSES.values() for kernel in pair]
    results = {kernel: {name: solve(problems[kernel]) for name, solve in SOLVERS.items()} for kernel in kernels}
    path = Path(sys.argv[1]) if sys.argv[1:] else FIGURE
    figure(results).savefig(path, dpi=110)
    print(f"What is the error of the leading {LEADING} singular values after how many kernel evaluations?")
    print(f"\n{machine()}\nopsvd: rtol {RTOLS[0]:g} to {RTOLS[-1]:g}, max_rank={LEADING}, at most {SECONDS:g} s each; "
          f"Nystrom: n by n + 2 nodes; sampled: n by n, median of {SEEDS} draws")
    print("Fewest evaluations, chosen in hindsight for all alike; - where none of the runs is good enough\n")
    print("\n".join([*summary(results), *details(results)]))
    missed = [kernel for kernel in kernels for run in results[kernel]["opsvd"]
              if run.bar is not None and run.error > run.bar + run.parameter]
    print(f"\nopsvd errs by more than its bar and its tolerance: {', '.join(missed) or 'never'}")
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["--figure"]:
        figure(read(RESULTS.read_text(encoding="utf-8"))).savefig(FIGURE, dpi=120)
        sys.exit()
    with threadpoolctl.threadpool_limits(1):
        main()
