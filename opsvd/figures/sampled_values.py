"""Figures of sampled singular values and effective ranks beside those of an operator."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .axes import COLOURS, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_sampled_values(ax: "Axes", values: np.ndarray, sizes: Sequence[int], means: np.ndarray, errors: np.ndarray,
                        *, title: str) -> "Axes":
    """Draw sampled means with their error bars, shape (len(sizes), r), over the operator's values, shape (r,)."""
    index = np.arange(1, values.size + 1)
    styled(ax, title)
    for k, size in enumerate(sizes):
        # Set side by side, so that the error bars do not hide each other.
        offset = 0.12 * (k - 0.5 * (len(sizes) - 1))
        ax.errorbar(index + offset, means[k], yerr=errors[k], fmt="o", markersize=4, capsize=3,
                    color=COLOURS[k % len(COLOURS)], label=f"$n = {size}$")
    ax.hlines(values, index - 0.35, index + 0.35, color="black", linewidth=1.2, label="operator")
    if index.size:
        ax.set(yscale="log", xticks=index)
        ends = np.concatenate([values, *means, *(means - errors), *(means + errors)])
        low, high = ends.min(where=ends > 0.0, initial=ends.max()), ends.max()
        room = max((high / low) ** 0.08, 1.3)    # beyond the outermost error bars, and where all values are alike
        ax.set_ylim(low / room, high * room)
    ax.set(xlabel="index $i$", ylabel="singular value $s_i$")
    ax.legend()
    return ax


def plot_sampled_ranks(ax: "Axes", sizes: Sequence[int], ranks: np.ndarray, errors: np.ndarray, limit: float) -> None:
    """Draw sampled effective ranks with their error bars against n, and the operator's unless it is infinite."""
    styled(ax, "effective rank")
    ax.errorbar(sizes, ranks, yerr=errors, fmt="o", capsize=3, color=COLOURS[0], label="sampled")
    highest = float((ranks + errors).max())
    if math.isfinite(limit):
        ax.axhline(limit, color="black", linestyle="--", label="operator")
        highest = max(highest, limit)
    ax.set(xscale="log", ylim=(0.0, 1.1 * highest or 1.0), xlabel="$n$")
    ax.legend()
