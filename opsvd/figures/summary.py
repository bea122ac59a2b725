"""The figure that the command line draws: a spectrum, its singular functions, and their comparison with samples."""

from typing import TYPE_CHECKING, Any

from .._support.axes import new_figure
from .decomposition import Decomposition
from .functions import plot_functions
from .spectrum import plot_spectrum

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def summary_figure(svd: Decomposition, check: Any = None) -> "Figure":
    """Draw the spectrum and the singular functions side by side, and the cross-check if there is one.

    Parameters
    ----------
    svd : OperatorSVD
    check : CrossCheck, optional
        What draws itself by ``plot(ax)``.

    Returns
    -------
    matplotlib Figure
        Unknown to pyplot: save it with ``savefig``; there is nothing to close.
    """
    panels = 2 if check is None else 3
    figure = new_figure(4.8 * panels + 1.5, 4.2)    # the legend of the functions stands beside them
    axes = figure.subplots(1, panels)
    plot_spectrum(svd, axes[0])
    plot_functions(svd, axes[1])
    if check is not None:
        check.plot(axes[2])
    return figure
