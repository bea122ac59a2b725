"""The figure of where a kernel breaks."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.axes import COLOURS, axes_or_new, require_axes, styled
from ..kernels import Kernel, paired
from ..measures import Gaussian, MeasureLike, require_line
from ..probing.break_points import break_points
from .windows import nearest_points, window

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_breaks(h: Callable[..., Any] | Kernel, mu_x: MeasureLike = Gaussian(), mu_y: MeasureLike = Gaussian(),  # noqa: B008
                ax: "Axes | None" = None) -> "Axes":
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

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    KernelError, NonFiniteKernelError, NotSquareIntegrableError, TypeError
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
    points = break_points(kernel, mu_x, mu_y)
    lines = require_line(mu_x, "mu_x"), require_line(mu_y, "mu_y")
    (left, right), (low, high) = (window(mu, 3.5) for mu in lines)
    # Pixels of an image of about four inches, where no point has x = 0, y = 0 or x = y: there kernels may be infinite.
    pixels = 350
    x, y = (nearest_points(mu, start + (end - start) * (np.arange(pixels) + shift) / pixels)
            for mu, start, end, shift in zip(lines, (left, low), (right, high), (0.46, 0.54), strict=True))
    values = kernel.grid(x, y)
    values = np.ma.masked_invalid(np.abs(values) if kernel.complex else values)
    # The extreme per cent at either end has no shades of its own, so that a singular point does not take them all.
    whitest, blackest = np.percentile(values.compressed(), (1.0, 99.0))
    ax = styled(axes_or_new(ax), "breaks")
    ax.imshow(values.T, origin="lower", extent=(left, right, low, high), aspect="auto", cmap="Greys", alpha=0.45,
              vmin=whitest, vmax=blackest)
    inside = (points[:, 0] > left) & (points[:, 0] < right) & (points[:, 1] > low) & (points[:, 1] < high)
    ax.plot(*points[inside].T, ".", color=COLOURS[1], markersize=3.5)
    ax.set(xlim=(left, right), ylim=(low, high), xlabel="$x$", ylabel="$y$")
    return ax
