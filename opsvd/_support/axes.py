"""Figures and Axes of matplotlib, and how all figures of opsvd look."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .optional import require
from .validation import instance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Of Okabe and Ito (Color Universal Design, 2008): told apart by colour-blind readers, on light and dark grounds."""


def styled(ax: "Axes", title: str = "") -> "Axes":
    """Give an Axes a title and a faint grid; grounds stay those of the style that the user has chosen."""
    ax.set_title(title)
    ax.grid(visible=True, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def ink(ax: "Axes") -> Any:
    """The colour in which an Axes writes: black, or light in dark styles."""
    return ax.xaxis.label.get_color()


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty Figure of this size in inches, unknown to pyplot: to save, and with nothing to close."""
    figure: Figure = require("matplotlib.figure", "plot", "a figure").Figure((width, height), layout="constrained")
    return figure


def axes_or_new(ax: "Axes | None") -> "Axes":
    """Return `ax` if it is a matplotlib Axes, those of a new figure of pyplot for None, or raise."""
    if ax is None:
        ax = require("matplotlib.pyplot", "plot", "a figure").subplots(layout="constrained")[1]
    return require_axes(ax)


def require_axes(ax: object) -> "Axes":
    """Return `ax` if it is a matplotlib Axes, or raise naming it."""
    kind: type[Axes] = require("matplotlib.axes", "plot", "a figure").Axes
    return instance(ax, "ax", kind, "pass what plt.subplots() gives, or leave it out for new ones")


def plot_values(ax: "Axes | None", values: np.ndarray, bars: np.ndarray, *, title: str, label: str,
                beside: np.ndarray | None = None, beside_label: str = "operator, $n = \\infty$") -> "Axes":
    """Draw values against their index on a logarithmic axis, with bars; what lies `beside` each is a short line.

    Values that are not known are NaN, and are left out. Of many values, more than a hundred, the bars are a band, and
    both axes are logarithmic.
    """
    ax = styled(axes_or_new(ax), title)
    index = np.arange(1, len(values) + 1)
    if len(values) > 100:
        ax.set_xscale("log")
        ax.plot(index, values, color=COLOURS[0], label=label)
        ax.fill_between(index, values - bars, values + bars, color=COLOURS[0], alpha=0.3, linewidth=0.0)
    else:
        ax.errorbar(index, values, yerr=bars, fmt="o", markersize=4, capsize=3, color=COLOURS[0], label=label)
        ax.locator_params(axis="x", integer=True)
    if beside is not None:
        ax.hlines(beside, index - 0.35, index + 0.35, color=ink(ax), linewidth=1.2, label=beside_label)
    ax.set_yscale("log", nonpositive="clip")
    ax.set(xlabel="index $i$", ylabel="singular value $s_i$")
    ax.legend()
    return ax
