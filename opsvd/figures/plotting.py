"""Figures: the spectrum of an operator SVD, its singular functions, the breaks of a kernel. matplotlib loads lazily."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.optional import require
from .._support.validation import instance, positive_int
from ..answer.result import OperatorSVD, require_svd
from ..kernels import Kernel, as_kernel
from ..measures import Gaussian, Measure
from ..operator.singular_functions import SingularFunctions
from ..probing.break_points import break_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..comparison.crosscheck import CrossCheck

__all__ = ["COLOURS", "new_figure", "plot_breaks", "plot_functions", "plot_spectrum", "require_axes", "styled",
           "summary_figure"]

# Four of ColorBrewer's Dark2, told apart by colour-blind readers too.
COLOURS = ("#1b9e77", "#d95f02", "#7570b3", "#e7298a")
_PAPER = "#fffff2"
_NAMED = 6    # multiplets that have their multiplicity beside them
_BULK = 3.0    # standard deviations: 99.7 % of a Gaussian
_BESIDE = 0.5
_LEAST_HEIGHT = 0.5    # of an axis of functions, whose mean square is one
_WINDOW = 3.5
_PIXELS = 350
# The colours of an image of h span these percentiles, so that a singular point does not take them all.
_SPAN = (1.0, 99.0)


def styled(ax: "Axes", title: str = "") -> "Axes":
    """Give an Axes the look of the house: light yellow paper, and a title if there is one."""
    ax.set_facecolor(_PAPER)
    if title:
        ax.set_title(title)
    return ax


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty Figure of this size in inches, unknown to pyplot: to save, and with nothing to close."""
    figure: Figure = require("matplotlib.figure", "plot", "a figure").Figure((width, height), layout="constrained")
    return figure


def _axes(ax: "Axes | None") -> "Axes":
    if ax is None:
        _, new = require("matplotlib.pyplot", "plot", "a figure").subplots(layout="constrained")
        return new  # type: ignore[no-any-return]
    return require_axes(ax)


def require_axes(ax: object) -> "Axes":
    """Return `ax` if it is a matplotlib Axes, or raise naming it."""
    kind: type[Axes] = require("matplotlib.axes", "plot", "a figure").Axes
    return instance(ax, "ax", kind, "pass what plt.subplots() gives, or leave it out for new ones")


def plot_spectrum(svd: OperatorSVD, ax: "Axes | None" = None) -> "Axes":
    r"""Draw the singular values :math:`s_i` against i on a logarithmic axis, with their error bars.

    The shaded area lies below the error bars' length: a value inside it cannot be told from zero. Values that stand
    several times are drawn as lines over all of their indices, on two logarithmic axes.

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
    >>> from opsvd.figures.plotting import new_figure, plot_spectrum
    >>> svd = opsvd.decompose(lambda x, y: x * y)
    >>> plot_spectrum(svd, new_figure(5, 4).subplots()).get_yscale()
    'log'
    """
    svd, ax = require_svd(svd, "svd"), styled(_axes(ax), "singular values")
    if (svd.multiplicities > 1).any():
        return _plot_multiplets(svd, ax)
    index = np.arange(1, svd.rank + 1)
    ax.set_yscale("log", nonpositive="clip")
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel("index $i$")
    ax.set_ylabel("$s_i$")
    positive = np.concatenate([svd.singular_values, svd.errors])
    positive = positive[positive > 0.0]
    if positive.size == 0:
        ax.text(0.5, 0.5, "rank 0", transform=ax.transAxes, ha="center", va="center")
        return ax
    floor = 0.3 * positive.min()
    ax.errorbar(index, svd.singular_values, yerr=svd.errors, fmt="o", markersize=4, color=COLOURS[0], ecolor="black",
                capsize=2, label="$s_i$ and its error bar")
    edges = np.concatenate([index - 0.5, index[-1:] + 0.5])
    ax.stairs(np.maximum(svd.errors, floor), edges, baseline=floor, fill=True, color="0.85", label="below the error")
    top = positive.max()
    ax.set_ylim(floor, top * (top / floor) ** 0.3)    # room for the legend
    ax.set_xlim(0.4, svd.rank + 0.6)
    if svd.rank <= _NAMED:
        ax.set_xticks(index)
    ax.legend(loc="upper right")
    return ax


def _plot_multiplets(svd: OperatorSVD, ax: "Axes") -> "Axes":
    """Draw each multiplet as a line from its first index to its last."""
    counts = svd.multiplicities.astype(np.float64)
    ends = np.cumsum(counts)
    starts = ends - counts
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.hlines(svd.values, starts + 0.6, ends + 0.4, color=COLOURS[0], linewidth=2.5, label="multiplets")
    middles = np.sqrt((starts + 0.6) * (ends + 0.4))
    ax.errorbar(middles, svd.values, yerr=svd.value_errors, fmt="none", ecolor="black", capsize=2, label="error bars")
    for start, value, count in list(zip(starts, svd.values, svd.multiplicities.tolist(), strict=True))[:_NAMED]:
        times = f"{count if count < 10**6 else format(float(count), '.1g')}\N{MULTIPLICATION SIGN}"
        ax.annotate(times, (start + 0.6, value), textcoords="offset points", xytext=(2, 5), fontsize=8)
    ax.set_xlabel("index $i$")
    ax.set_ylabel("$s_i$")
    ax.legend()
    return ax


def _bulk(mu: "Measure") -> np.ndarray:
    # An even number of points: the centre, where kernels such as log|xy| are singular, is not among them.
    return np.asarray(mu.center + _BULK * mu.scale * np.linspace(-1.0, 1.0, 600))


def plot_functions(svd: OperatorSVD, ax: "Axes | None" = None, count: int = 4) -> "Axes":
    r"""Draw the first singular functions, :math:`f_i` solid and :math:`g_i` dashed, over the bulk of their measures.

    The bulk is three standard deviations to either side of the mean. Where :math:`f_i = g_i`, the dashes lie on the
    line. For rotation-invariant kernels of vectors, the radial functions F and G of the first multiplets are drawn
    against the length; for others, the functions along the first coordinate. Of functions with several values the first
    is drawn; rows of a block but the first stay half a standard deviation from their means.

    Parameters
    ----------
    svd : OperatorSVD
    ax : matplotlib Axes, optional
        By default a new one, from pyplot.
    count : int, default 4
        How many pairs, at most.

    Returns
    -------
    matplotlib Axes
    """
    svd, ax, count = require_svd(svd, "svd"), styled(_axes(ax), "singular functions"), positive_int(count, "count")
    if svd.mu_x.dim > 1 or svd.mu_y.dim > 1 or svd.of_matrices:
        return _plot_vector_functions(svd, ax, count)
    svd = svd.truncate(count)
    x, y = _bulk(svd.mu_x), _bulk(svd.mu_y)
    for i, (f, g) in enumerate(zip(svd.left(x).T, svd.right(y).T, strict=True)):
        colour = COLOURS[i % len(COLOURS)]
        ax.plot(x, f, color=colour, linewidth=3.0, alpha=0.6, label=f"$f_{{{i + 1}}}$")
        ax.plot(y, g, color=colour, linewidth=1.2, linestyle="--", label=f"$g_{{{i + 1}}}$")
    ax.set_xlabel("$x$ (solid), $y$ (dashed)")
    low, high = ax.get_ylim()
    if high - low < _LEAST_HEIGHT:    # a constant, whose rounding is nothing to be seen
        ax.set_ylim(0.5 * (low + high - _LEAST_HEIGHT), 0.5 * (low + high + _LEAST_HEIGHT))
    if svd.rank:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))    # beside the lines, and not over them
    return ax


def _plot_vector_functions(svd: OperatorSVD, ax: "Axes", count: int) -> "Axes":
    """Draw radial functions against the length, or functions of vectors along the first coordinate."""
    styles: tuple[dict[str, Any], ...] = ({"linewidth": 3.0, "alpha": 0.6}, {"linewidth": 1.2, "linestyle": "--"})
    for functions, mu, letter, style in ((svd.left, svd.mu_x, "f", styles[0]), (svd.right, svd.mu_y, "g", styles[1])):
        if functions.radial is not None:
            root, std = np.sqrt(mu.dim), float(np.max(mu.scale))
            along = std * np.linspace(max(root - _BULK, 0.02 * root), root + _BULK, 300)
            values = functions.radial_sums(along)[:, :count]
            names = [f"${letter.upper()}$, degree {degree}" for degree in functions.degrees[:count]]
            ax.set_xlabel("$|x|$ (solid), $|y|$ (dashed)")
        else:
            line = np.atleast_1d(mu.center)[0] + _BULK * np.atleast_1d(mu.scale)[0] * np.linspace(-1.0, 1.0, 600)
            given = functions.truncated(count)(_along(functions, line))
            values = given[:, 0] if given.ndim == 3 else given
            along, names = line, [f"${letter}_{{{i + 1}}}$" for i in range(values.shape[1])]
            ax.set_xlabel("first coordinate of $x$ (solid), $y$ (dashed)")
        for i, (column, name) in enumerate(zip(values.T, names, strict=True)):
            ax.plot(along, column, color=COLOURS[i % len(COLOURS)], label=name, **style)
    if svd.rank:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def _along(functions: SingularFunctions, line: np.ndarray) -> np.ndarray:
    """Points whose first coordinate moves; other coordinates stay at their means, other rows of a block beside them."""
    mu = functions.measure
    rows = functions.side.rows
    points = np.tile(np.atleast_1d(mu.center), (len(line), rows or 1, 1))
    points[:, 1:] += _BESIDE * np.atleast_1d(mu.scale)
    points[:, 0, 0] = line
    points = points if mu.dim > 1 else points[..., 0]
    return points if rows is not None else points[:, 0]


def plot_breaks(h: Callable[..., Any] | Kernel, mu_x: Measure = Gaussian(), mu_y: Measure = Gaussian(),  # noqa: B008
                ax: "Axes | None" = None) -> "Axes":
    r"""Draw the points at which `break_points` finds that a kernel breaks, over a faint image of it.

    The window is 3.5 standard deviations to either side of the means. A curve of breaks shows as the dots where slices
    cross it; a curve in the image without dots was not found, or is steep and not a break.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised.
    mu_x, mu_y : Measure, default Gaussian()
        The measures of x and y.
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
    >>> from opsvd.figures.plotting import new_figure
    >>> ax = opsvd.plot_breaks(lambda x, y: x > y, ax=new_figure(4, 4).subplots())
    >>> [float(end) for end in ax.get_xlim()]
    [-3.5, 3.5]
    """
    ax, kernel = None if ax is None else require_axes(ax), as_kernel(h)
    points = break_points(kernel, mu_x, mu_y)
    (left, right), (low, high) = (mu.center + _WINDOW * mu.scale * np.array([-1.0, 1.0]) for mu in (mu_x, mu_y))
    # Neither x nor y at the centre, nor x = y, where kernels may be infinite.
    x, y = (start + (end - start) * (np.arange(_PIXELS) + shift) / _PIXELS
            for start, end, shift in ((left, right, 0.46), (low, high, 0.54)))
    values = np.ma.masked_invalid(kernel.grid(x, y))
    shades = dict(zip(("vmin", "vmax"), np.percentile(values.compressed(), _SPAN), strict=True))
    ax = styled(_axes(ax), "breaks")
    ax.imshow(values.T, origin="lower", extent=(left, right, low, high), aspect="auto", cmap="Greys", alpha=0.45,
              **shades)
    inside = (points[:, 0] > left) & (points[:, 0] < right) & (points[:, 1] > low) & (points[:, 1] < high)
    ax.plot(*points[inside].T, ".", color=COLOURS[1], markersize=3.5)
    ax.set(xlim=(left, right), ylim=(low, high), xlabel="$x$", ylabel="$y$")
    return ax


def summary_figure(svd: OperatorSVD, check: "CrossCheck | None" = None) -> "Figure":
    """Draw the spectrum and the singular functions side by side, and the cross-check if there is one.

    Returns
    -------
    matplotlib Figure
        Unknown to pyplot: save it with ``savefig``; there is nothing to close.
    """
    panels = 2 if check is None else 3
    figure = new_figure(4.8 * panels, 4.2)
    axes = figure.subplots(1, panels)
    plot_spectrum(svd, axes[0])
    plot_functions(svd, axes[1])
    if check is not None:
        check.plot(axes[2])
    return figure
