"""Draw the figures of the pages on the design, on measures of one's own, and of short answers.

- ``flow.png``: what flows where in a decomposition.
- ``own_measure.png``: a heavy tail in x and in the coordinate log x, and singular values under that measure.
- ``spectrum_and_functions.png``: what ``svd.plot()`` and ``opsvd.plot_functions(svd)`` draw.

Run it with

    pip install -e '.[bench]'
    python benchmarks/figures_of_explanations.py

It takes some seconds; ``--quick`` writes nothing.
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch

import opsvd
from opsvd._support.axes import COLOURS

FIGURES = Path(__file__).parents[1] / "docs" / "figures"

# What is made at each step: its name, what it holds, what makes it from the one before, and where that stands.
STEPS = (
    ("h, mu_x, mu_y, rtol, max_rank, method", "", "", ""),
    ("Problem", "domain, structure, symmetry, coordinates: on demand", "paired, entrywise, limited, scaled",
     "kernels/, operator/problem.py, probing/"),
    ("Discretisation", "blocks: two bases and a matrix each", "method.refusal, method.discretisations", "methods/"),
    ("SingularSystem", "values, left and right functions", ".system: one SVD a block",
     "operator/singular_functions.py"),
    ("Evidence", "bars, norm, left_out, beyond", ".evidence(system)", "evidence/"),
    ("Selection", "which values are given, and whether they are enough", "select", "answer/selection.py"),
    ("OperatorSVD", "values, bars, functions, status", "assembled", "answer/assembly.py, answer/result.py"),
    ("results", "norms and ranks, predict(n), equivalent(n), figures, files", "methods of the answer",
     "spectrum/, prediction/, figures/, answer/"),
)


def flow() -> None:
    """A box for each step, with an arrow to the next, and the way back from the answer to the method."""
    ax = plt.subplots(figsize=(8.5, 8.0), layout="constrained")[1]
    ax.set(xlim=(-0.65, 8.6), ylim=(-1.15 * len(STEPS) + 0.6, 0.45))
    ax.axis("off")
    for row, (name, holds, step, place) in enumerate(STEPS):
        y = -1.15 * row
        ax.add_patch(FancyBboxPatch((0.0, y - 0.3), 4.6, 0.6, boxstyle="round,pad=0.03", facecolor="#eef4f8",
                                    edgecolor=COLOURS[0]))
        ax.text(2.3, y + (0.1 if holds else 0.0), name, ha="center", va="center", weight="bold", fontsize=10)
        ax.text(2.3, y - 0.15, holds, ha="center", va="center", fontsize=8.5)
        if row:
            ax.annotate("", (2.3, y + 0.33), (2.3, y + 0.82), arrowprops={"arrowstyle": "->", "color": "0.3"})
            ax.text(2.45, y + 0.575, step, va="center", fontsize=9, style="italic")
            ax.text(4.85, y, place, va="center", fontsize=9, family="monospace", color="0.3")
    method, answer = -1.15 * 2, -1.15 * 6
    ax.plot([0.0, -0.3, -0.3], [answer, answer, method], color=COLOURS[1])
    ax.annotate("", (0.0, method), (-0.3, method), arrowprops={"arrowstyle": "->", "color": COLOURS[1]})
    ax.text(-0.45, 0.5 * (method + answer), "the answer, sent back: is a finer discretisation needed?", rotation=90.0,
            ha="center", va="center", fontsize=9, color=COLOURS[1])
    print("flow: the steps of the page on the design")


class Pareto(opsvd.LineMeasure):
    """The measure of the page: density a / x^(a + 1) on x >= 1, in the coordinate t = log(x)."""

    arguments = ("a",)
    most_polynomials = 0.0
    span = (0.0, np.inf)

    def __init__(self, a: float) -> None:
        self.a = a

    @property
    def center(self) -> float:
        """The mean of t."""
        return 1.0 / self.a

    @property
    def scale(self) -> float:
        """The standard deviation of t."""
        return 1.0 / self.a

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The root of a exp(-a t)."""
        return np.where(t >= 0.0, np.sqrt(self.a) * np.exp(-0.5 * self.a * np.maximum(t, 0.0)), 0.0)

    def points(self, t: np.ndarray) -> np.ndarray:
        """The exponential."""
        return np.exp(np.clip(t, 0.0, 340.0))

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The logarithm."""
        return np.log(np.maximum(x, 1.0))


def own_measure() -> None:
    """The density over x and over t, and the values of 1 / (x + y)."""
    mu = Pareto(3.0)
    left, middle, right = plt.subplots(1, 3, figsize=(9.0, 3.2), layout="constrained")[1]
    x, t = np.geomspace(1.0, 1000.0, 200), np.linspace(0.0, 7.0, 200)
    left.loglog(x, mu.sqrt_density(np.log(x)) ** 2 / x, color=COLOURS[0])
    left.set(xlabel="x", ylabel="density of x", title="a heavy tail")
    middle.plot(t, mu.sqrt_density(t) ** 2, color=COLOURS[1])
    middle.set(xlabel="t = log x", ylabel="density of t", title="a light tail")
    svd = opsvd.decompose(lambda x, y: 1.0 / (x + y), mu, mu)
    svd.plot(right)
    right.set_title("values of 1 / (x + y)")
    print(f"own measure: {svd.rank} values of 1 / (x + y), status: {svd.status}")


def spectrum_and_functions() -> None:
    """The two figures of tanh(xy)."""
    left, right = plt.subplots(1, 2, figsize=(9.0, 3.6), layout="constrained")[1]
    svd = opsvd.decompose(lambda x, y: np.tanh(x * y))
    svd.plot(left)
    opsvd.plot_functions(svd, right, count=3)
    print(f"spectrum and functions: {svd.rank} values of tanh(xy)")


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="write nothing")
    quick = parser.parse_args().quick
    figures: tuple[tuple[str, Any], ...] = (("flow", flow), ("own_measure", own_measure),
                                            ("spectrum_and_functions", spectrum_and_functions))
    for name, draw in figures:
        draw()
        if not quick:
            plt.savefig(FIGURES / f"{name}.png", dpi=150)


if __name__ == "__main__":
    main()
