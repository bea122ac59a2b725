"""Where a kernel breaks: the points at which its slices jump, have a kink or are singular."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtr

from ..bases import PanelBasis
from ..errors import ConvergenceWarning
from ..kernels import BlockKernel, Kernel, MatrixKernel, paired, unit_factor
from ..measures import Gaussian, LineMeasure, MeasureLike, require_line
from ..quadrature import PIECE_ORDER, Rule
from .domain import find_domain, weighted_samples
from .meeting_points import meeting_points
from .slice_splitter import slice_integrals

_RTOL = 1e-10
"""The tolerance of the domain, as `decompose` has it by default; slices are resolved to a hundredth of it."""


def break_points(h: Callable[..., Any] | Kernel, mu_x: MeasureLike = Gaussian(),  # noqa: B008
                 mu_y: MeasureLike = Gaussian()) -> np.ndarray:  # noqa: B008
    r"""Find points (x, y) at which a kernel jumps, has a kink, or is singular.

    About 130 slices :math:`h(x_i, \cdot)` and 160 slices :math:`h(\cdot, y_j)`, across the part of the plane that
    carries :math:`E[h^2]`, are halved until polynomials resolve all their pieces; where halving does not help, the
    break is found by bisection. To these come the turning points of curves of breaks, such as the leftmost point of a
    circle, and the points where such curves cross. `decompose` finds breaks in the same way where it must split
    integrals.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised.
    mu_x, mu_y : Measure, or what stands for one, default Gaussian()
        The measures of x and y, as for `decompose`.

    Returns
    -------
    ndarray, shape (m, 2)
        The points, by increasing x; (0, 2) if there are none. On a slice they are known to rounding, where curves turn
        or cross to its square root. One break may be found more than once.

    Raises
    ------
    KernelError
        If h is not vectorised, gives no numbers, or of the wrong shape.
    NonFiniteKernelError
        If h is NaN or infinite at a point that matters, other than a singular one.
    NotSquareIntegrableError
        If E[h^2] is infinite.
    TypeError
        If a measure is not one.

    Warns
    -----
    ConvergenceWarning
        If slices do not become smooth when they are cut: h has more breaks than were found, oscillates fast, or is
        noise.

    Notes
    -----
    What is not seen: breaks that change integrals along a slice by less than 1e-12 of the norm of h, as they do far out
    where the measures have no mass; jumps of second and higher derivatives, as a rule, which halving resolves; and
    what falls between all slices, such as a disc of radius 0.01.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> points = opsvd.break_points(lambda x, y: x**2 + y**2 < 1.0)
    >>> bool(np.allclose(np.hypot(*points.T), 1.0))
    True
    >>> opsvd.break_points(lambda x, y: np.tanh(x * y)).shape
    (0, 2)
    """
    kernel, mu_x, mu_y = paired(h, mu_x, mu_y)
    if kernel.dims != (1, 1) or isinstance(kernel, BlockKernel | MatrixKernel):
        raise ValueError(f"h must be a kernel of two numbers, and have numbers for values, got {kernel!r} under "
                         f"mu_x = {mu_x!r} and mu_y = {mu_y!r}; pass a function of one coordinate of each")
    kernel = kernel.scaled(unit_factor(kernel, mu_x, mu_y))
    line_x, line_y = (require_line(mu, name) for mu, name in ((mu_x, "mu_x"), (mu_y, "mu_y")))
    kernel = kernel.along(line_x, line_y)
    domain = find_domain(kernel, line_x, line_y, _RTOL)
    if domain.norm == 0.0:
        return np.zeros((0, 2))
    x, y = _edges(line_x, domain.x, 4), _edges(line_y, domain.y, 5)    # unequal, so that no nodes coincide
    rule_x, rule_y = PanelBasis(line_x, x, PIECE_ORDER).rule, PanelBasis(line_y, y, PIECE_ORDER).rule
    size = float(np.linalg.norm(weighted_samples(kernel, domain, rule_x, rule_y)))
    along_y = _on_slices(kernel, rule_x, line_y, y, size)
    along_x = _on_slices(kernel.transposed(), rule_y, line_x, x, size)[:, ::-1]
    found = np.concatenate([along_y, along_x])
    return np.unique(np.stack([line_x.points(found[:, 0]), line_y.points(found[:, 1])], axis=1), axis=0)


def _edges(measure: LineMeasure, interval: tuple[float, float], count: int) -> np.ndarray:
    """Panels, about `count` on each side of the middle, with no edge at a place that stands out.

    They are equal, or half of them are where nearly all of the mass is, if that is a small part of the interval. A
    break on an edge would not be seen, and many are on axes: inner edges are moved by a third of a panel, nearly.
    """
    low, high = interval
    bulk = np.clip(measure.quantile(ndtr(np.array([-3.5, 3.5]))), low, high)    # the window of `plot_breaks`
    places = np.unique([low, *bulk, high])
    shares = (places - low) / (high - low)
    if 0.0 < bulk[1] - bulk[0] < (high - low) / 3.0:    # of a Gaussian it is more, unless h is wide
        shares = 0.5 * shares + 0.5 * np.clip((places - bulk[0]) / (bulk[1] - bulk[0]), 0.0, 1.0)
    inner = np.interp((np.arange(1, 2 * count) + 0.31) / (2 * count), shares, places)
    edges = np.concatenate([[low], inner, [high]])
    return np.union1d(edges, measure.edges[(measure.edges > low) & (measure.edges < high)])


def _on_slices(kernel: Kernel, rule: Rule, measure: LineMeasure, edges: np.ndarray, size: float) -> np.ndarray:
    """Breaks of the slices h(x_i, .) at the nodes of a rule, and where those of neighbours meet: shape (m, 2)."""
    slices = slice_integrals(kernel, rule, measure, edges, 0.01 * _RTOL, order=PIECE_ORDER,
                             size=size / np.sqrt(len(rule.nodes)))
    if slices.unresolved > 1e-6 * size:    # a million times what is asked for: there are more breaks than were found
        warnings.warn(f"slices of h do not become smooth when they are cut: h oscillates fast, looks like noise or a "
                      f"fractal, or has very many breaks; the {len(slices.breaks)} found on {len(rule.nodes)} slices "
                      f"are not all. Look at a part of h, or take it for what it looks like",
                      ConvergenceWarning, stacklevel=3)
        return slices.breaks
    return np.concatenate([slices.breaks, meeting_points(kernel, rule.nodes, slices.breaks)])
