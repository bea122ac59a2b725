"""The figure of singular functions."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._support.axes import COLOURS, axes_or_new, styled
from .._support.validation import positive_int
from ..measures import LineMeasure, Product, Rotational
from ..measures.line import lengths_of
from ..operator.singular_functions import SingularFunctions
from ..quadrature import gegenbauer
from .decomposition import Decomposition, require_decomposition
from .windows import broken, bulk

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Standard deviations to either side of the mean that are drawn: they hold 99.7 % of a Gaussian.
_DRAWN_DEVIATIONS = 3.0


def plot_functions(svd: Decomposition, ax: "Axes | None" = None, count: int = 4) -> "Axes":
    r"""Draw the first singular functions, :math:`f_i` solid and :math:`g_i` dashed, over the bulk of their measures.

    The bulk is three standard deviations to either side of the mean, and under measures that are not Gaussian what has
    the same part of the mass; points of positive probability are dots. Where :math:`g_i = f_i`, the dashes lie on the
    line; where h is symmetric and an eigenvalue is negative, :math:`g_i = -f_i`; the legend says both.

    Functions of vectors are drawn along a line or a circle, which the axis names. For rotation-invariant kernels these
    are the radial functions F and G of the first multiplets against the length; on a sphere, where the length is one
    number, that function of each multiplet which depends on the angle from an axis alone. Functions of other kernels
    are drawn along a great circle of a sphere, and elsewhere along the first coordinate, with the others in the middle.

    Of functions with several values the first is drawn; rows of a block but the first stay half a standard deviation
    from their means. Of complex functions these are the real parts, and the imaginary parts are drawn fainter in the
    same colours.

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
    svd, count = require_decomposition(svd), positive_int(count, "count")
    ax = styled(axes_or_new(ax), "singular functions")
    left, right = _curves(svd.left, "f", count), _curves(svd.right, "g", count)
    for i, (f, g) in enumerate(zip(left.values.T, right.values.T, strict=True)):
        colour = COLOURS[i % len(COLOURS)]
        ax.plot(left.along, f.real, color=colour, linewidth=3.0, alpha=0.6, label=left.names[i], **_dots(f, 6.0))
        ax.plot(right.along, g.real, color=colour, linewidth=1.2, linestyle="--",
                label=f"{right.names[i]}{_same(left, right, i)}", **_dots(g, 3.0))
        if f.dtype.kind == "c":
            ax.plot(left.along, f.imag, color=colour, linewidth=3.0, alpha=0.2)
            ax.plot(right.along, g.imag, color=colour, linewidth=1.2, linestyle=":", alpha=0.5)
    faint = "; imaginary parts faint" if left.values.dtype.kind == "c" else ""
    ax.set(xlabel=f"{left.axis} (solid), {right.axis} (dashed){faint}", ylabel="value of the function")
    # The mean square of a function is one. Where all lines are constant, their rounding is nothing to be seen.
    low, high = ax.get_ylim()
    if high - low < 0.5:
        middle = 0.5 * (low + high)
        ax.set_ylim(middle - 0.25, middle + 0.25)
    if ax.lines:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))    # beside the lines, and not over them
    return ax


def _same(left: "_Curves", right: "_Curves", i: int) -> str:
    """Whether g_i is f_i or -f_i, as a legend says it, and what the sign means where h is symmetric."""
    f, g = left.values[:, i], right.values[:, i]
    if f.dtype.kind == "c" or g.dtype.kind == "c" or not np.array_equal(left.along, right.along, equal_nan=True):
        return ""
    size = float(np.nanmax(np.abs(f), initial=0.0))
    name = left.names[i].split(",")[0]
    for sign, words in ((1.0, f"$=$ {name}"), (-1.0, f"$= -${name}: eigenvalue $-s_{{{i + 1}}}$")):
        # What is drawn is one line, at the width of a line: a thousandth of the picture.
        if np.nanmax(np.abs(g - sign * f), initial=0.0) <= 1e-3 * size:
            return f" {words}"
    return ""


def _dots(values: np.ndarray, size: float) -> dict[str, Any]:
    """Markers where a line has single points, with no neighbour on either side."""
    known = np.pad(~np.isnan(values), 1)
    single = np.flatnonzero(known[1:-1] & ~known[2:] & ~known[:-2])
    return {"marker": "o", "markersize": size, "markevery": single} if len(single) else {}


class _Curves(NamedTuple):
    """What is drawn of one side: values (n, r) of functions with names, at numbers (n,), and what these are."""

    along: np.ndarray
    values: np.ndarray
    names: list[str]
    axis: str


def _curves(functions: SingularFunctions, letter: str, count: int) -> _Curves:
    """Radial functions against the length or the angle, functions of numbers, or functions along a line."""
    mu, variable = functions.measure, {"f": "x", "g": "y"}[letter]
    if functions.radial is not None:
        return _radial_curves(functions, letter, variable, count)
    # An even number of points: the centre, where kernels such as log|xy| are singular, is not among them.
    if isinstance(mu, LineMeasure) and mu.dim > 1:    # atoms, each of which is a dot
        points, axis = bulk(mu, _DRAWN_DEVIATIONS, 600), f"first coordinate of ${variable}$"
        along = np.insert(points[:, 0], np.arange(1, len(points)), np.nan)
        known = ~np.isnan(along)
    elif isinstance(mu, LineMeasure):
        along, axis = broken(mu, bulk(mu, _DRAWN_DEVIATIONS, 600)), f"${variable}$"
        known = ~np.isnan(along)
        points = _along(functions, along[known])
    else:
        along, points, axis = _path(functions, variable)
        known = np.ones(len(along), dtype=bool)
    found = functions.truncated(count)(points)
    values = np.full((len(along), found.shape[-1]), np.nan, dtype=found.dtype)
    values[known] = found[:, 0] if found.ndim == 3 else found
    return _Curves(along, values, [f"${letter}_{{{i + 1}}}$" for i in range(values.shape[1])], axis)


def _radial_curves(functions: SingularFunctions, letter: str, variable: str, count: int) -> _Curves:
    """Radial functions against the length; where that is one number, zonal harmonics against the angle."""
    lengths, degrees = lengths_of(functions.measure), functions.degrees[:count]
    along = bulk(lengths, _DRAWN_DEVIATIONS, 300)
    values = functions.radial_sums(along)[:, :count]
    if len(along) > 1:
        return _Curves(along, values, [f"${letter.upper()}$, degree {degree}" for degree in degrees], f"$|{variable}|$")
    angles = np.linspace(0.0, np.pi, 300)
    zonal = gegenbauer(np.cos(angles), functions.measure.dim, int(degrees.max(initial=0)) + 1)
    return _Curves(angles, zonal[degrees].T * values, [f"${letter}$, degree {degree}" for degree in degrees],
                   f"angle of ${variable}$ from an axis")


def _path(functions: SingularFunctions, variable: str) -> tuple[np.ndarray, np.ndarray, str]:
    """Numbers along a line through vectors, or around a great circle, with the vectors there; and what the numbers are.

    Only points of the support are asked for.
    """
    mu, first = functions.measure, f"first coordinate of ${variable}$"
    if isinstance(mu, Rotational):
        lengths = bulk(mu.lengths, _DRAWN_DEVIATIONS, 300)
        if len(lengths) == 1:
            angles = np.linspace(-np.pi, np.pi, 600)
            points = np.zeros((len(angles), mu.dim))
            points[:, 0], points[:, 1] = lengths[0] * np.cos(angles), lengths[0] * np.sin(angles)
            return angles, points, f"angle of ${variable}$ on a great circle"
        along = np.concatenate([-lengths[::-1], lengths])
        return along, along[:, None] * np.eye(mu.dim)[0], first
    if isinstance(mu, Product) and isinstance(mu.measures[0], LineMeasure) and mu.measures[0].dim == 1:
        along = bulk(mu.measures[0], _DRAWN_DEVIATIONS, 600)
        points = np.tile(mu.unwhiten(np.zeros(mu.rank)), (len(along), 1))
        points[:, 0] = along
        return along, points, first
    along = mu.center[0] + _DRAWN_DEVIATIONS * mu.scale[0] * np.linspace(-1.0, 1.0, 600)
    return along, _along(functions, along), first


def _along(functions: SingularFunctions, first: np.ndarray) -> np.ndarray:
    """Points with these first coordinates; others are at their means, and other rows of a block half a deviation off.

    A map of blocks may be singular where rows are zero, which is their mean as a rule.
    """
    mu, rows = functions.measure, functions.side.rows
    if isinstance(mu, LineMeasure):
        points = np.full((len(first), rows or 1), mu.unwhiten(np.array([0.5])))
        points[:, 0] = first
    else:
        points = np.tile(mu.center, (len(first), rows or 1, 1))
        points[:, 1:] += 0.5 * mu.scale
        points[:, 0, 0] = first
    return points if rows is not None else points[:, 0]
