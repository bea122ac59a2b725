"""Where a kernel breaks: the points at which its slices jump, have a kink or are singular."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from scipy.special import ndtr

from .._support.budget import Budget, BudgetExhaustedError
from .._support.validation import int_of_at_least, positive_float
from ..bases import PanelBasis
from ..errors import ConvergenceWarning
from ..kernels import BlockKernel, Kernel, MatrixKernel, paired, unit_factor
from ..measures import Gaussian, LineMeasure, Measure, MeasureLike, require_line
from ..quadrature import PIECE_ORDER, Rule
from .domain import find_domain, weighted_samples
from .meeting_points import meeting_points
from .slice_splitter import Splitter

_RTOL = 1e-10
"""The tolerance of the domain, as `decompose` has it by default; slices are resolved to a hundredth of it."""


def break_points(h: Callable[..., Any] | Kernel, mu_x: MeasureLike = Gaussian(),  # noqa: B008
                 mu_y: MeasureLike = Gaussian(), *, max_evaluations: int = 200_000_000,  # noqa: B008
                 max_seconds: float = 20.0) -> np.ndarray:
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
    max_evaluations : int, default 200_000_000
        The most values of h that may be asked for, at least 1000. Where few are allowed, fewer slices are looked at.
    max_seconds : float, default 20.0
        The most seconds; a call or a step that is under way is not interrupted. When either budget runs out, the points
        that were found until then are returned.

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
    TypeError, ValueError
        If another argument is not what it must be.

    Warns
    -----
    ConvergenceWarning
        If the points are not all: a budget ran out, or slices do not become smooth when they are cut, because h has
        more breaks than were found, oscillates fast, or is noise.

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
    budget = budget_of(max_evaluations, max_seconds, 0 if isinstance(h, Kernel) else 2 * kernel.function.values)
    with budget.watched():
        points, remark = found_breaks(kernel.limited(budget), mu_x, mu_y)
    kernel.evaluations += budget.spent
    if remark:
        warnings.warn(remark, ConvergenceWarning, stacklevel=2)
    return points


def budget_of(max_evaluations: int, max_seconds: float, tried: int) -> Budget:
    """What a search for breaks may cost, where it took so many values to try h; bad arguments raise."""
    most = int_of_at_least(max_evaluations, "max_evaluations", 1000, "which a first look takes")
    return Budget(most, positive_float(max_seconds, "max_seconds"), aside=tried)


def found_breaks(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> tuple[np.ndarray, str]:
    """The points of `break_points`, (m, 2), and why they are not all, if they are not; for a kernel with a budget."""
    if kernel.dims != (1, 1) or isinstance(kernel, BlockKernel | MatrixKernel):
        raise ValueError(f"h must be a kernel of two numbers, and have numbers for values, got {kernel!r} under "
                         f"mu_x = {mu_x!r} and mu_y = {mu_y!r}; pass a function of one coordinate of each")
    line_x, line_y = (require_line(mu, name) for mu, name in ((mu_x, "mu_x"), (mu_y, "mu_y")))
    found, smooth = [np.zeros((0, 2))], True
    with suppress(BudgetExhaustedError):
        for points, resolved in _searched(kernel, line_x, line_y):
            found.append(points)
            smooth = smooth and resolved
    points = np.concatenate(found)
    points = np.unique(np.stack([line_x.points(points[:, 0]), line_y.points(points[:, 1])], axis=1), axis=0)
    return points, _why_not_all(len(points), (kernel.budget or Budget()).refusals, smooth=smooth)


def _why_not_all(count: int, refusals: list[str], *, smooth: bool) -> str:
    """What stands in the way of more points than so many, in words; nothing if they are all."""
    if refusals:
        return (f"{refusals[0]} before all slices were looked at: the {count} points that were found until then are "
                f"not all. Raise it, or look at a part of h")
    return "" if smooth else (
        f"slices of h do not become smooth when they are cut: h oscillates fast, looks like noise or a fractal, or has "
        f"very many breaks; the {count} points that were found are not all. Look at a part of h, or take it for what "
        f"it looks like")


def _searched(kernel: Kernel, line_x: LineMeasure, line_y: LineMeasure) -> Iterator[tuple[np.ndarray, bool]]:
    """Coordinates of breaks along slices in y, and then in x, and whether slices became smooth."""
    budget = kernel.budget or Budget()
    budget.decide()    # by the number of values that are allowed
    kernel = kernel.scaled(unit_factor(kernel, line_x, line_y)).along(line_x, line_y)
    budget.decide()    # and by what they cost
    domain = find_domain(kernel, line_x, line_y, _RTOL)
    if domain.norm == 0.0:
        return
    x, y = _edges(line_x, domain.x, 4), _edges(line_y, domain.y, 5)    # unequal, so that no nodes coincide
    rule_x = _affordable(PanelBasis(line_x, x, PIECE_ORDER).rule, len(y) - 1, budget)
    rule_y = _affordable(PanelBasis(line_y, y, PIECE_ORDER).rule, len(x) - 1, budget)
    size = float(np.linalg.norm(weighted_samples(kernel, domain, rule_x, rule_y)))
    with budget.part(0.5):
        along_y = _on_slices(kernel, rule_x, line_y, y, size)
    yield along_y
    points, resolved = _on_slices(kernel.transposed(), rule_y, line_x, x, size)
    yield points[:, ::-1], resolved


def _affordable(rule: Rule, panels: int, budget: Budget) -> Rule:
    """As many nodes as the budget has slices for, and at least two: a first look takes a sixth of what is left."""
    a_slice = (PIECE_ORDER + 4) * panels    # the nodes, two ends, and two random points
    count = max(2, int(min(budget.values_left / (6 * a_slice), len(rule))))
    step = -(-len(rule) // count)
    return rule.every(step, step // 2)


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


def _on_slices(kernel: Kernel, rule: Rule, measure: LineMeasure, edges: np.ndarray,
               size: float) -> tuple[np.ndarray, bool]:
    """Breaks of the slices h(x_i, .) at the nodes of a rule, and where those of neighbours meet; and whether all are.

    The points have shape (m, 2).
    """
    breaks, unresolved = _slice_breaks(kernel, rule, measure, edges, 0.01 * _RTOL, order=PIECE_ORDER,
                                      size=size / np.sqrt(len(rule)))
    smooth = unresolved <= 1e-6 * size    # a million times what is asked for: there are more breaks than were found
    if smooth:
        with suppress(BudgetExhaustedError):
            breaks = np.concatenate([breaks, meeting_points(kernel, rule.nodes, breaks)])
    return breaks, smooth


def _slice_breaks(kernel: Kernel, left: Rule, measure: LineMeasure, edges: np.ndarray, tol: float, *, order: int,
                  size: float) -> tuple[np.ndarray, float]:
    """The breaks of such slices, (b, 2), and the norm of what is not resolved of all.

    That is what was given up. What some slices show between nodes, and others may hide, is no part of it: beside
    crossings there is always some. If the budget of the kernel runs out, the breaks are those that were found until
    then, and the norm is infinite.
    """
    work = Splitter(kernel, left, measure, edges, tol, order=order, size=size, budget=8_000_000)
    try:
        slices = work.run()
    except BudgetExhaustedError:
        return np.concatenate(work.breaks), math.inf
    return slices.breaks, math.sqrt(work.truncation.sum())
