"""The figure of a spectrum."""

import math
from typing import TYPE_CHECKING

import numpy as np

from .._support.axes import COLOURS, axes_or_new, ink, styled
from .decomposition import Decomposition, require_decomposition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Values that have a label each: for more of them the labels would run into each other.
_LABELLED = 6


def plot_spectrum(svd: Decomposition, ax: "Axes | None" = None) -> "Axes":
    r"""Draw the singular values :math:`s_i` against i on a logarithmic axis, with their error bars.

    The shaded area lies below the error bars' length: a value inside it cannot be told from zero. Where the values fall
    like a power of i, both axes are logarithmic, and the values lie on a line. Values that stand several times are
    drawn as lines over all of their indices, on two logarithmic axes as well.

    Parameters
    ----------
    svd : OperatorSVD
    ax : matplotlib Axes, optional
        By default a new one, from pyplot.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> import opsvd
    >>> from opsvd.figures import new_figure, plot_spectrum
    >>> svd = opsvd.decompose(lambda x, y: x * y)
    >>> plot_spectrum(svd, new_figure(5, 4).subplots()).get_yscale()
    'log'
    """
    svd = require_decomposition(svd)
    ax = styled(axes_or_new(ax), "singular values")
    if (svd.multiplicities > 1).any():
        return _plot_multiplets(svd, ax)
    values, errors = svd.values, svd.errors
    index = np.arange(1, len(values) + 1)
    ax.set_yscale("log", nonpositive="clip")
    ax.set(xlabel="index $i$", ylabel="singular value $s_i$")
    positive = np.concatenate([values, errors])
    positive = positive[positive > 0.0]
    if positive.size == 0:
        ax.text(0.5, 0.5, "rank 0", transform=ax.transAxes, ha="center", va="center")
        return ax
    floor = 0.3 * positive.min()
    ax.errorbar(index, values, yerr=errors, fmt="o", markersize=4, color=COLOURS[0], ecolor=ink(ax), capsize=2,
                label="$s_i$ and its error bar")
    edges = np.concatenate([index - 0.5, index[-1:] + 0.5])
    ax.stairs(np.maximum(errors, floor), edges, baseline=floor, fill=True, color="0.5", alpha=0.35,
              label="below the error")
    top = positive.max()
    ax.set(xlim=(0.4, len(values) + 0.6), ylim=(floor, top * (top / floor) ** 0.3))    # room for the legend
    if svd.decay.kind == "power" and len(values) > _LABELLED:
        _show_power(svd, ax, index)
    elif len(values) <= _LABELLED:
        ax.set_xticks(index)
    else:
        ax.locator_params(axis="x", integer=True)
    ax.legend(loc="upper right")
    return ax


def _show_power(svd: Decomposition, ax: "Axes", index: np.ndarray) -> None:
    """Draw the power of i by which values fall, on two logarithmic axes that show the values, and few decades below."""
    law, least = svd.decay, float(svd.values.min())
    ax.plot(index, law.amplitude * index ** -law.rate, color=COLOURS[1], linewidth=1.0, zorder=1,
            label=f"$i^{{-{law.rate:.3g}}}$, the law of decay")
    # Bars shorter than a hundredth of the last value cannot be seen beside it.
    low = max(ax.get_ylim()[0], 0.01 * least)
    ax.set(xscale="log", xlim=(0.7, 1.4 * len(index)), ylim=(low, svd.values[0] * (svd.values[0] / low) ** 0.4))
    if svd.errors.max() < low:
        ax.patches[-1].set_label("_out of view")


def _plot_multiplets(svd: Decomposition, ax: "Axes") -> "Axes":
    """Draw each multiplet as a line from its first index to its last."""
    counts = svd.multiplicities.astype(np.float64)
    ends = np.cumsum(counts)
    starts = ends - counts
    ax.set(xscale="log", yscale="log", xlabel="index $i$", ylabel="singular value $s_i$")
    ax.hlines(svd.values, starts + 0.6, ends + 0.4, color=COLOURS[0], linewidth=2.5, label="multiplets")
    middles = np.sqrt((starts + 0.6) * (ends + 0.4))
    ax.errorbar(middles, svd.values, yerr=svd.value_errors, fmt="none", ecolor=ink(ax),
                capsize=2 if len(svd.values) < 50 else 0, label="error bars")    # caps of more would hide the values
    ax.margins(y=0.1)    # room for the label of the first
    ax.autoscale_view()    # so that places below are those that will be seen
    # Inches from the start of a label to that of the next: three characters of eight points, with a space. A layout may
    # yet take a fifth of the width for what stands beside the Axes.
    width, last = 0.36, -math.inf
    for start, value, count in list(zip(starts, svd.values, svd.multiplicities.tolist(), strict=True))[:_LABELLED]:
        place = ax.transData.transform((start + 0.6, value))[0] / ax.figure.dpi
        if place - last > width:
            times = f"{count if count < 10**6 else format(float(count), '.1g')}\N{MULTIPLICATION SIGN}"
            ax.annotate(times, (start + 0.6, value), textcoords="offset points", xytext=(2, 5), fontsize=8)
            last = place
    ax.legend()
    return ax
