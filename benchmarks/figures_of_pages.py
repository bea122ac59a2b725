"""Draw the figures of the pages on methods, on prediction and beside other tools.

- ``error_bars.png``: the error of every value of the problem table against its error bar.
- ``prediction.png``: sampled singular values against n, beside their predicted means and standard deviations.
- ``beside_others.png``: errors against times, from ``results/beside_others.txt``.

Run it with

    pip install -e '.[bench]'
    python benchmarks/figures_of_pages.py

It takes some minutes; ``--quick`` takes a few problems and small matrices, and writes nothing.
"""

import argparse
import re
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import threadpoolctl
from setting import problem_table

import opsvd
from opsvd._support.axes import COLOURS

FIGURES = Path(__file__).parents[1] / "docs" / "figures"
RESULTS = Path(__file__).parent / "results"
EPS = float(np.finfo(np.float64).eps)


def axes(columns: int = 1) -> Any:
    """An empty figure of the width of a page."""
    return plt.subplots(1, columns, figsize=(7.5, 4.2), layout="constrained", squeeze=False)[1][0]


def error_bars(problems: list[Any]) -> None:
    """Every value whose truth is known better than its bar: its error against its bar, both over s_1."""
    ax, = axes()
    false = total = 0
    for rtol, colour in zip((1e-4, 1e-8, 1e-12), COLOURS, strict=False):
        bars, errors = [], []
        for problem in problems:
            try:
                svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y, rtol=rtol, max_seconds=5.0)
            except ValueError:    # refused, as the benchmark of accuracy lists
                continue
            count = min(svd.rank, len(problem.exact))
            bars.append(svd.errors[:count] / problem.exact[0])
            errors.append(np.abs(svd.singular_values[:count] - problem.exact[:count]) / problem.exact[0])
        bar, error = np.concatenate(bars), np.concatenate(errors)
        false, total = false + int(np.sum(error > bar)), total + len(bar)
        ax.loglog(bar, np.maximum(error, 0.1 * EPS), ".", markersize=3, alpha=0.6, color=colour,
                  label=f"rtol = $10^{{{round(np.log10(rtol))}}}$")
    line = np.array([1e-16, 1.0])
    ax.loglog(line, line, color="0.4", linewidth=1.0, label="error = bar")
    ax.axhline(EPS, color="0.7", linewidth=0.8, linestyle=":", label="rounding")
    ax.set(xlabel="error bar over $s_1$", ylabel="true error over $s_1$", xlim=(1e-16, 1e-1), ylim=(1e-17, 1e-1))
    ax.legend(markerscale=3.0)
    print(f"error bars: {total} values of {len(problems)} problems, {false} above their bar")


def prediction(sizes: tuple[int, ...], trials: int) -> None:
    """The first values of tanh(xy) and of sin(xy): sampled at several n, and predicted."""
    for ax, (name, phi) in zip(axes(2), (("tanh(xy)", np.tanh), ("sin(xy)", np.sin)), strict=True):
        kernel = opsvd.elementwise(phi)
        svd = opsvd.decompose(kernel)
        predicted = [svd.predict(n) for n in sizes]
        sampled = [opsvd.monte_carlo(kernel, n, trials=trials, rng=0).singular_values for n in sizes]
        for i in range(3):
            s = svd.singular_values[i]
            mean, std = (np.array([getattr(p, part)[i] for p in predicted]) / s for part in ("mean", "std"))
            ax.fill_between(sizes, mean - std, mean + std, color=COLOURS[i], alpha=0.25, linewidth=0.0)
            ax.plot(sizes, mean, color=COLOURS[i])
            found = np.array([values[:, i] for values in sampled]) / s
            beside = np.array(sizes) * (0.97, 1.0, 1.03)[i]    # so that the bars of the three do not cover each other
            ax.errorbar(beside, found.mean(axis=1), found.std(axis=1), fmt="o", markersize=3, capsize=2,
                        color=COLOURS[i], label=f"$s_{i + 1}$")
            off = np.abs(found.mean(axis=1) - mean) / (std / np.sqrt(trials))
            print(f"{name}, s_{i + 1}: means of {trials} samples are within {off.max():.1f} standard errors")
        ax.set(xscale="log", xlabel="n", ylabel="sampled over the operator's value", title=name, ylim=(0.6, 1.4))
        ax.set_xticks(sizes, [str(n) for n in sizes])
        ax.minorticks_off()
        ax.legend()


def beside_others() -> None:
    """Errors against times of all solvers of the benchmark, by the kind of solver."""
    ax, = axes()
    kinds = {"opsvd": "opsvd", "sparse-ir": "sparse-ir", "Gauss": "one Gauss rule", "quadrature": "OpenTURNS",
             "P1": "OpenTURNS", "SVD": "OpenTURNS", "sampled": "one sample", "Nystroem": "scikit-learn"}
    rows = re.findall(r"^  (\S.*?) {2,}(\d\S*) +\d+ +(\d+\.\d+)", (RESULTS / "beside_others.txt").read_text(),
                      re.MULTILINE)
    labels = list(dict.fromkeys(kinds.values()))
    for label, marker, colour in zip(labels, "osD^vP", COLOURS, strict=True):
        points = [(max(float(time), 5e-3), max(float(error), EPS)) for name, error, time in rows
                  if kinds[next(start for start in kinds if name.startswith(start))] == label]
        ax.loglog(*np.array(points).T, marker, color=colour, label=label,
                  fillstyle="full" if label == "opsvd" else "none")
    ax.set(xlabel="time over that of opsvd", ylabel="error of the first six values over $s_1$")
    ax.legend()
    print(f"beside others: {len(rows)} rows")


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few problems and small matrices; write nothing")
    quick = parser.parse_args().quick
    problems = [problem for problem in problem_table().values() if problem.rank != 0]
    with threadpoolctl.threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        for name, draw in (("error_bars", lambda: error_bars(problems[:8] if quick else problems)),
                           ("prediction", lambda: prediction((50, 100) if quick else (50, 100, 200, 400, 800),
                                                             20 if quick else 60)),
                           ("beside_others", beside_others)):
            draw()
            if not quick:
                plt.savefig(FIGURES / f"{name}.png", dpi=150)


if __name__ == "__main__":
    main()
