"""Figures of a spectrum, of singular functions, and of where a kernel breaks. matplotlib loads when one is drawn."""

from .._support.axes import COLOURS, ink, new_figure, require_axes, styled
from .breaks import plot_breaks
from .functions import plot_functions
from .spectrum import plot_spectrum
from .summary import summary_figure

__all__ = ["COLOURS", "ink", "new_figure", "plot_breaks", "plot_functions", "plot_spectrum", "require_axes",
           "styled", "summary_figure"]
