"""Figures of sampled singular values and effective ranks beside those of an operator."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._support.axes import COLOURS, ink, styled
from .._support.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_sampled_values(ax: "Axes", values: np.ndarray, sizes: Sequence[int], means: np.ndarray, errors: np.ndarray,
                        *, predicted: np.ndarray, title: str) -> "Axes":
    """Draw sampled means with their error bars, and predicted ones, over the operator's values, shape (r,).

    Means, error bars and predictions have shape (len(sizes), r); a prediction is NaN where there is none.
    """
    index = np.arange(1, values.size + 1)
    styled(ax, title).grid(visible=False, axis="x")
    for k, size in enumerate(sizes):
        # Set side by side, so that the error bars do not hide each other.
        offset = 0.15 * (k - 0.5 * (len(sizes) - 1))
        colour = COLOURS[k % len(COLOURS)]
        ax.errorbar(index + offset, means[k], yerr=errors[k], fmt="o", markersize=4, capsize=3, color=colour,
                    label=f"sampled, $n = {size}$")
        ax.plot(index + offset, predicted[k], "D", markersize=9, markerfacecolor="none", color=colour)
    ax.hlines(values, index - 0.35, index + 0.35, color=ink(ax), linewidth=1.2, label="operator, $n = \\infty$")
    ax.plot([], [], "D", markersize=9, markerfacecolor="none", color=ink(ax),
            label="predicted at that $n$" + " (where it can be)" * bool(np.isnan(predicted).any()))
    if index.size:
        ax.set(yscale="log", xticks=index)
        ends = np.concatenate([values, *means, *(means - errors), *(means + errors), *predicted])
        ends = ends[ends > 0.0]
        low, high = (ends.min(), ends.max()) if ends.size else (1.0, 1.0)
        room = max((high / low) ** 0.08, 1.3)    # beyond the outermost error bars, and where all values are alike
        ax.set_ylim(low / room, high * room)
        _plain_ticks(ax)
    ax.set(xlabel="index $i$", ylabel="singular value $s_i$")
    ax.legend(fontsize=8)
    return ax


def _plain_ticks(ax: "Axes") -> None:
    """Write the numbers along a logarithmic axis of less than two decades out."""
    low, high = ax.get_ylim()
    if high < 100.0 * low:
        ticker = require("matplotlib.ticker", "plot", "a figure")
        ax.yaxis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter(ticker.FormatStrFormatter("%.3g"))
        ax.yaxis.set_minor_formatter(ticker.NullFormatter())


def plot_sampled_ranks(ax: "Axes", sizes: Sequence[int], ranks: np.ndarray, errors: np.ndarray, limit: float) -> "Axes":
    """Draw sampled effective ranks with their error bars against n, and the operator's unless it is infinite."""
    styled(ax, "effective rank")
    ax.errorbar(sizes, ranks, yerr=errors, fmt="o", capsize=3, color=COLOURS[0], label="sampled")
    highest = float((ranks + errors).max())
    if math.isfinite(limit):
        ax.axhline(limit, color=ink(ax), linestyle="--", label="operator, $n = \\infty$")
        highest = max(highest, limit)
    ax.set(xscale="log", xlim=(0.7 * min(sizes), max(sizes) / 0.7), ylim=(0.0, 1.1 * highest or 1.0),
           xlabel="size $n$ of the matrix", ylabel=r"$(\sum s_i)^2 / \sum s_i^2$")
    ticker = require("matplotlib.ticker", "plot", "a figure")
    ax.set_xticks(sorted(set(sizes)), [f"{size}" for size in sorted(set(sizes))])
    ax.xaxis.set_minor_locator(ticker.NullLocator())
    ax.legend()
    return ax
