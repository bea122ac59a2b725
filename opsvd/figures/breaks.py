"""The figure of where a kernel breaks."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.axes import COLOURS, axes_or_new, require_axes, styled
from .._support.budget import Budget, BudgetExhaustedError
from ..errors import ConvergenceWarning
from ..kernels import Kernel, paired
from ..measures import Gaussian, LineMeasure, MeasureLike, require_line
from ..probing.break_points import budget_of, found_breaks
from .windows import nearest_points, window

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_breaks(h: Callable[..., Any] | Kernel, mu_x: MeasureLike = Gaussian(), mu_y: MeasureLike = Gaussian(),  # noqa: B008
                ax: Axes | None = None, *, max_evaluations: int = 200_000_000, max_seconds: float = 20.0) -> Axes:
    r"""Draw the points at which `break_points` finds that a kernel breaks, over a faint image of it.

    The window is 3.5 standard deviations to either side of the means, and under measures that are not Gaussian what has
    the same part of the mass. A curve of breaks shows as the dots where slices cross it; a curve in the image without
    dots was not found, or is steep and not a break.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised.
    mu_x, mu_y : Measure, or what stands for one, default Gaussian()
        The measures of x and y, as for `decompose`.
    ax : matplotlib Axes, optional
        By default a new one, from pyplot.
    max_evaluations, max_seconds : int and float
        As for `break_points`, with the image: where values are few, it is coarser.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    KernelError, NonFiniteKernelError, NotSquareIntegrableError, TypeError, ValueError
        As `break_points` does.

    Warns
    -----
    ConvergenceWarning
        If the points are not all; see `break_points`.

    Examples
    --------
    >>> import opsvd
    >>> from opsvd.figures import new_figure
    >>> ax = opsvd.plot_breaks(lambda x, y: x > y, ax=new_figure(4, 4).subplots())
    >>> [float(end) for end in ax.get_xlim()]
    [-3.5, 3.5]
    """
    ax, (kernel, mu_x, mu_y) = None if ax is None else require_axes(ax), paired(h, mu_x, mu_y)
    budget = budget_of(max_evaluations, max_seconds, 0 if isinstance(h, Kernel) else 2 * kernel.function.values)
    limited = kernel.limited(budget)
    with budget.watched():
        with budget.part(0.8):
            points, remark = found_breaks(limited, mu_x, mu_y)
        lines = require_line(mu_x, "mu_x"), require_line(mu_y, "mu_y")
        (left, right), (low, high) = (window(mu, 3.5) for mu in lines)
        ax = styled(axes_or_new(ax), "breaks")
        with suppress(BudgetExhaustedError):
            _draw_image(ax, limited, lines, ((left, right), (low, high)))
    kernel.evaluations += budget.spent
    if remark:
        warnings.warn(remark, ConvergenceWarning, stacklevel=2)
    inside = (points[:, 0] > left) & (points[:, 0] < right) & (points[:, 1] > low) & (points[:, 1] < high)
    ax.plot(*points[inside].T, ".", color=COLOURS[1], markersize=3.5)
    ax.set(xlim=(left, right), ylim=(low, high), xlabel="$x$", ylabel="$y$")
    return ax


def _draw_image(ax: Axes, kernel: Kernel, lines: tuple[LineMeasure, LineMeasure],
                ends: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Shades of grey for values of h in the window, on as many pixels as the budget of the kernel has values for."""
    # Pixels of an image of about four inches, where no point has x = 0, y = 0 or x = y: there kernels may be infinite.
    pixels = min(350, math.isqrt(int(min((kernel.budget or Budget()).values_left, 350.0**2))))
    if pixels < 4:
        return
    x, y = (nearest_points(mu, start + (end - start) * (np.arange(pixels) + shift) / pixels)
            for mu, (start, end), shift in zip(lines, ends, (0.46, 0.54), strict=True))
    values = kernel.grid(x, y)
    values = np.ma.masked_invalid(np.abs(values) if kernel.complex else values)
    # The extreme per cent at either end has no shades of its own, so that a singular point does not take them all.
    whitest, blackest = np.percentile(values.compressed(), (1.0, 99.0))
    ax.imshow(values.T, origin="lower", extent=(*ends[0], *ends[1]), aspect="auto", cmap="Greys", alpha=0.45,
              vmin=whitest, vmax=blackest)
