"""How does the effective rank of phi(<x, y> / sqrt(k)) grow with k, at n = infinity? A table, and a figure.

For tanh, and for sign, to which the root makes no difference. The nuclear effective rank (sum s)^2 / sum s^2, which for
sign diverges from k = 2 on, and the stable rank sum s^2 / s_1^2, which is finite for every k. With --figure the table
that is there is drawn, and nothing computed.
"""

import sys
from pathlib import Path

import numpy as np
from setting import machine

from opsvd import Elementwise, Estimate, decompose, elementwise
from opsvd.figures import COLOURS, new_figure, styled

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "effective_rank_against_k.txt"
DIMENSIONS = [1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 50, 100, 1000, 10_000, 100_000, 1_000_000]


def ranks(kernel: Elementwise) -> tuple[Estimate, Estimate]:
    """The nuclear effective rank and the stable rank, with their bars and notes."""
    svd = decompose(kernel, rtol=1e-10)
    return svd.effective_rank(), svd.effective_rank("stable")


def main() -> None:
    """Compute the table, print and store it, and draw the figure."""
    lines = [machine(), "", f"{'k':>8}  {'tanh: nuclear':<26} {'stable':<26} {'sign: nuclear':<16} stable"]
    for k in DIMENSIONS:
        tanh = ranks(elementwise(lambda z, k=k: np.tanh(z / np.sqrt(k)), k))
        sign = ranks(elementwise(np.sign, k, [0]))
        known = [f"at least {rank.value:.2g}" if np.isinf(rank.error) else str(rank).split(" (")[0]
                 for rank in (tanh[0], tanh[1], sign[0], sign[1])]
        lines.append(f"{k:>8}  {known[0]:<26} {known[1]:<26} {known[2]:<16} {known[3]}")
        print(lines[-1], flush=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw()


def draw() -> None:
    """Draw the table that is there."""
    rows = [(int(line[:8]), *(part.strip() for part in (line[10:37], line[37:64], line[64:81], line[81:])))
            for line in RESULTS.read_text(encoding="utf-8").splitlines() if line[:8].strip().isdecimal()]
    figure = new_figure(7.6, 4.8)
    ax = styled(figure.subplots(), r"effective rank of $\varphi(\langle x, y \rangle / \sqrt{k})$ at $n = \infty$")
    points = [(row[0], *(float(part) for part in row[1].split(" \u00b1 "))) for row in rows if "\u00b1" in row[1]]
    known = [(k, value) for k, value, error in points if error < 0.1 * value]
    bound = [(row[0], float(row[1].removeprefix("at least "))) for row in rows if "least" in row[1] and row[0] <= 100]
    ax.plot(*zip(*known, strict=True), "o-", color=COLOURS[0], label=r"tanh: $(\sum s)^2 / \sum s^2$")
    ax.plot(*zip(*bound, strict=True), "^", color=COLOURS[0], label="the same, at least")
    for column, name, colour, mark in ((2, "tanh", COLOURS[2], "s"), (4, "sign", COLOURS[1], "D")):
        ax.plot([row[0] for row in rows], [float(row[column].split(" ")[0]) for row in rows], f"{mark}--", color=colour,
                markersize=4, label=rf"{name}: $\sum s^2 / s_1^2$")
    ax.plot(DIMENSIONS, DIMENSIONS, color="0.6", linewidth=1.0, label="$k$")
    ax.set(xscale="log", yscale="log", xlabel="dimension $k$ of the vectors", ylabel="effective rank", ylim=(0.8, 1e13))
    ax.legend()
    figure.savefig(HERE.parent / "docs" / "figures" / "effective_rank_against_k.png", dpi=150)


if __name__ == "__main__":
    draw() if "--figure" in sys.argv else main()
