"""How does the effective rank of phi(<x, y> / sqrt(k)) grow with k, at n = infinity? A table, and a figure.

For tanh, and for sign, to which the root makes no difference. The nuclear effective rank (sum s)^2 / sum s^2, which for
sign diverges from k = 2 on, and the stable rank sum s^2 / s_1^2, which is finite for every k.
"""

from pathlib import Path

import numpy as np
from setting import machine

from opsvd import Elementwise, Estimate, decompose, elementwise
from opsvd.figures import COLOURS, new_figure, styled

HERE = Path(__file__).parent
DIMENSIONS = [1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 50, 100, 1000, 10_000, 100_000, 1_000_000]


def ranks(kernel: Elementwise) -> tuple[Estimate, Estimate]:
    """The nuclear effective rank and the stable rank, with their bars and notes."""
    svd = decompose(kernel, rtol=1e-10)
    return svd.effective_rank(), svd.effective_rank("stable")


def main() -> None:
    """Compute the table, print and store it, and draw the figure."""
    lines, drawn = [machine(), "", f"{'k':>8}  {'tanh: nuclear':<26} {'stable':<26} {'sign: nuclear':<16} stable"], []
    for k in DIMENSIONS:
        tanh = ranks(elementwise(lambda z, k=k: np.tanh(z / np.sqrt(k)), k))
        sign = ranks(elementwise(np.sign, k, [0]))
        known = [str(rank).split(" (")[0] for rank in (tanh[0], tanh[1], sign[0], sign[1])]
        if np.isinf(tanh[0].error):
            known[0] = f"at least {tanh[0].value:.2g}"
        if np.isinf(sign[0].error):
            known[2] = f"at least {sign[0].value:.2g}"
        lines.append(f"{k:>8}  {known[0]:<26} {known[1]:<26} {known[2]:<16} {known[3]}")
        print(lines[-1], flush=True)
        drawn.append((k, tanh, sign))
    (HERE / "results" / "effective_rank_against_k.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    figure = new_figure(6.4, 4.4)
    ax = styled(figure.subplots(), r"effective rank of $\varphi(\langle x, y \rangle / \sqrt{k})$ at $n = \infty$")
    whole = [(k, float(t[0])) for k, t, _ in drawn if t[0].error < 0.1 * t[0]]
    bound = [(k, float(t[0])) for k, t, _ in drawn if np.isinf(t[0].error) and k <= 100]
    ax.plot(*zip(*whole, strict=True), "o-", color=COLOURS[0], label="tanh, $(\\sum s)^2 / \\sum s^2$")
    if bound:
        ax.plot(*zip(*bound, strict=True), "^", color=COLOURS[0], label="at least, tanh")
    for which, name, colour in ((1, "tanh", COLOURS[2]), (2, "sign", COLOURS[1])):
        ax.plot([row[0] for row in drawn], [float(row[which][1]) for row in drawn], "s--", color=colour, markersize=4,
                label=f"{name}, $\\sum s^2 / s_1^2$")
    ax.plot(DIMENSIONS, DIMENSIONS, color="0.6", linewidth=1.0, label="k")
    ax.set(xscale="log", yscale="log", xlabel="k", ylim=(0.8, 1e13))
    ax.legend(fontsize=8)
    figure.savefig(HERE.parent / "docs" / "figures" / "effective_rank_against_k.png", dpi=150)


if __name__ == "__main__":
    main()
