"""Figures and Axes of matplotlib, and how all figures of opsvd look."""

from typing import TYPE_CHECKING

from .._support.optional import require
from .._support.validation import instance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#1b9e77", "#d95f02", "#7570b3", "#e7298a")
"""Four of ColorBrewer's Dark2, told apart by colour-blind readers too."""


def styled(ax: "Axes", title: str = "") -> "Axes":
    """Give an Axes a light yellow background, and a title."""
    ax.set(facecolor="#fffff2", title=title)
    return ax


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
