"""The figures of docs/optimisers.md, from the tables that benchmarks/optimisers.py printed last."""

from pathlib import Path
from typing import Any

import numpy as np

from opsvd.figures import COLOURS, new_figure, styled

RESULTS = Path(__file__).parent / "results" / "optimisers.txt"
FIGURES = Path(__file__).parents[1] / "docs" / "figures"
WIDTH = 8.4
"""Of the figures: a page shows eight inches."""
TITLES = {"tanh": "perceptron, tanh", "relu": "perceptron, relu", "transformer": "transformer, gelu"}
MARKS = ("o", "s", "^", "D", "v")


def rows(table: str, *key: str) -> np.ndarray:
    """The numbers of a table behind the words of a key, a row for each line."""
    lines = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    start = [table, *key]
    return np.array([[float(number) for number in line[len(start):]] for line in lines if line[:len(start)] == start])


def summary() -> list[str]:
    """How far predicted ranks are from measured ones at most: a line for each part of the tables that predict."""
    lines = [f"{'within':8} {'table':8} {'network':11} {'of':8}  per cent, nuclear and stable, by Gaussian; through "
             f"activations"]
    for network in TITLES:
        found = rows("batch", network)
        found = found[found[:, 2] > 1.0]    # of one row, all ranks are one
        ratio = found[:, 7] / found[:, 4]
        lines.append(f"{'ratio':8} {'batch':8} {network:11} stable rank of the sign over that of the gradient: "
                     f"{ratio.min():.2f} to {ratio.max():.2f}")
        parts = {("batch", f"step-{step:.0f}"): found[found[:, 0] == step][:, [6, 7, 9, 10, 12, 13]]
                 for step in np.unique(found[:, 0])}
        found = rows("size", network)
        if len(found):
            parts |= {("size", f"step-{step:.0f}"): found[found[:, 0] == step][:, [3, 4, 3, 4, 6, 7]]
                      for step in np.unique(found[:, 0])}
        for name in ("Adam", "RMSprop"):
            parts["moments", name] = rows("moments", network, name)[:, [2, 3, 5, 6, 8, 9]]
        for (table, label), numbers in parts.items():
            off = 100.0 * np.abs(numbers[:, 2:] / np.tile(numbers[:, :2], 2) - 1.0).max(axis=0)
            given = off[2:] if table == "size" else off
            lines.append(f"{'within':8} {table:8} {network:11} {label:8} {' '.join(f'{one:6.1f}' for one in given)}")
    return lines


def saved(figure: Any, name: str) -> None:
    """Save a figure of the page."""
    figure.savefig(FIGURES / f"optimisers_{name}.png", dpi=160)


def draw() -> None:
    """Draw all figures."""
    draw_batches()
    draw_sizes()
    draw_times()
    draw_spectra()


def draw_batches() -> None:
    """The rank of signs of gradients against the rows of the batch: measured, and predicted by three measures."""
    figure = new_figure(WIDTH, 4.6)
    for ax, (network, title) in zip(figure.subplots(1, 3, sharey=True), TITLES.items(), strict=True):
        table = rows("batch", network)
        table = table[table[:, 0] == 0.0]    # at the start
        b = table[:, 2]
        ax.loglog(b, table[:, 15], color="0.6", linestyle="--", label="round Gaussians")
        ax.loglog(b, table[:, 9], color=COLOURS[1], label="their second moments")
        ax.loglog(b, table[:, 12], color=COLOURS[0], label="through the activations")
        ax.loglog(b, table[:, 6], "o", color="black", markersize=5, label="sign of the gradient")
        ax.loglog(b, table[:, 13], color=COLOURS[0], linewidth=1.0)
        ax.loglog(b, table[:, 7], "o", color="black", markerfacecolor="none", markersize=5, label="its stable rank")
        ax.loglog(b, table[:, 3], "x", color=COLOURS[2], markersize=5, label="gradient")
        styled(ax, title).set_xlabel("rows of the batch $b$")
    figure.axes[0].set_ylabel("effective rank")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    figure.suptitle("The sign of a gradient: points measured, lines predicted")
    saved(figure, "batch")


def draw_sizes() -> None:
    """Ranks of parts of a sign against their size, and of Adam's update against its steps."""
    figure = new_figure(WIDTH, 4.4)
    of_size, of_steps = figure.subplots(1, 2)
    table = rows("size", "tanh")
    table = table[table[:, 0] == 0.0]
    for colour, b in zip(COLOURS, np.unique(table[:, 1]), strict=False):
        _, _, n, found, *others = table[table[:, 1] == b].T
        of_size.loglog(n, found, MARKS[COLOURS.index(colour)], color=colour, markersize=9 if b == 32 else 5,
                       label=f"$b = {b:.0f}$")
        of_size.loglog(n, others[2], color=colour)
    of_size.loglog(n, n, color="0.6", linestyle=":", label="$n$")
    styled(of_size, "sign of $n \\times n$ of the gradient").set_xlabel("size $n$")
    of_size.set_ylabel("effective rank")
    of_size.legend(fontsize=8)
    for place, network in enumerate(TITLES):
        for name, line in (("Adam", "-"), ("RMSprop", "--")):
            table = rows("moments", network, name)
            table = table[table[:, 0] == 16.0]
            of_steps.plot(table[:, 1], table[:, 8], color=COLOURS[place], linestyle=line)
            of_steps.plot(table[:, 1], table[:, 2], MARKS[place], color=COLOURS[place], markersize=5,
                          markerfacecolor=COLOURS[place] if name == "Adam" else "none", label=f"{network}, {name}")
    styled(of_steps, "updates after $T$ steps of 16 rows").set(xlabel="steps $T$", ylim=(0.0, 140.0))
    of_steps.set_xscale("log", base=2)
    of_steps.legend(fontsize=8, loc="upper right", ncols=2)
    saved(figure, "size")


def draw_times() -> None:
    """Ranks of updates along the way: nuclear above, stable below."""
    figure = new_figure(WIDTH, 6.0)
    grid = figure.subplots(2, 3, sharex=True, sharey="row")
    for column, (network, title) in enumerate(TITLES.items()):
        for place, name in enumerate(("SGD", "sign-descent", "Adam", "RMSprop", "Muon")):
            table = rows("time", network, name)
            for ax, kind in zip(grid[:, column], (4, 5), strict=True):
                ax.loglog(table[:, 0], table[:, kind], f"{MARKS[place]}-", color=COLOURS[place], markersize=4,
                          label=name.replace("-", " "))
        styled(grid[0, column], title)
        styled(grid[1, column]).set_xlabel("step")
    grid[0, 0].set_ylabel("effective rank of the update")
    grid[1, 0].set_ylabel("stable rank of the update")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=9)
    saved(figure, "time")


def draw_spectra() -> None:
    """Singular values of updates at the end."""
    figure = new_figure(WIDTH, 3.8)
    lines = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    spectra = {tuple(line[1:4]): np.array([[float(number) for number in place.split(":")] for place in line[4:]])
               for line in lines if line[:1] == ["spectrum"]}
    for ax, (network, title) in zip(figure.subplots(1, 3, sharey=True), TITLES.items(), strict=True):
        for place, name in enumerate(("SGD", "sign-descent", "Adam", "RMSprop", "Muon")):
            index, values = spectra[network, name, "update"].T
            ax.loglog(index, values, f"{MARKS[place]}-", color=COLOURS[place], markersize=3,
                      label="SGD: the gradient" if name == "SGD" else name.replace("-", " "))
        styled(ax, title).set(xlabel="index $i$", ylim=(1e-4, 1.5))
    figure.axes[0].set_ylabel("$\\sigma_i / \\sigma_1$ of the update")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=9)
    saved(figure, "spectra")
