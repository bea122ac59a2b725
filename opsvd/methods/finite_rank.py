r"""Kernels of finite rank: integrals of functions of one variable, which may be as rough as they like.

Of a kernel of rank r, r rows X and r columns Y say all,

.. math:: h(x, y) = h(x, Y)\, h(X, Y)^{-1}\, h(X, y),

so that with orthonormal bases of the r functions :math:`h(\cdot, Y)` and of :math:`h(X, \cdot)` the operator is an r by
r matrix. In one variable thousands of panels cost nothing.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import scipy.linalg

from .._support.arrays import squares
from .._support.floats import EPS
from .._support.linalg import equilibrated
from ..bases import PanelBasis, SpanBasis
from ..errors import diverges_towards
from ..evidence.comparison import KnownRemainder, compared
from ..evidence.remainder import NORM_MARGIN
from ..measures import LineMeasure
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..probing.domain import Domain, weighted_samples, within
from ..quadrature import Pieces, find_pieces, gauss_lobatto, on_panels
from .base import Method
from .panel_rules import ORDER, hidden_share, random_rule, with_edges_of
from .uniform import loose_checks


class FiniteRank(Method):
    r"""Singular values of kernels :math:`\sum_{k \le r} u_k(x) v_k(y)` of rank at most seven.

    That h is one is found out at some hundreds of points (see `opsvd.probing.structure`). The functions :math:`u_k`,
    :math:`v_k`, taken from h itself, are resolved by up to 4000 pieces, between breaks that are found by bisection:
    fast oscillation, as of cos(60(x - y)), many jumps and kinks at points x = a or y = b do no harm.

    Gives up, without a discretisation, on kernels of higher rank, and on functions that take more pieces.

    References
    ----------
    S. A. Goreinov, E. E. Tyrtyshnikov and N. L. Zamarashkin, A theory of pseudoskeleton approximations, Linear Algebra
    Appl. 261 (1997).

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.cos(60.0 * (x - y)), method=opsvd.FiniteRank())
    >>> print(svd.singular_values.round(12))    # (1 +- exp(-2 * 60^2)) / 2
    [0.5 0.5]
    """

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield one discretisation, or nothing."""
        kernel, (mu_x, mu_y), domain = problem.kernel, problem.lines, problem.domain
        if problem.structure.skeleton is None:
            return
        rows, columns = (mu.coordinate(points) for mu, points in
                         zip(problem.lines, problem.structure.skeleton, strict=True))
        # h(x, Y) and h(X, y) scaled: far out they may be of any size, and say the same.
        core, scale_x, scale_y = equilibrated(kernel.finite_grid(rows, columns))
        # Rows and columns of a larger condition tell the others to less than six digits.
        if not (np.isfinite([scale_x, scale_y]).all() and np.linalg.cond(core) < 1e10):
            return
        functions = (lambda x: kernel.finite_grid(x, columns) * scale_y,
                     lambda y: kernel.finite_grid(rows, y).conj().T * scale_x)
        sides, intervals = [], []
        for name, mu, interval, function in zip("xy", (mu_x, mu_y), (domain.x, domain.y), functions, strict=True):
            for some, limit in _intervals(function, mu, interval, problem.tolerances.pieces):
                if (side := _span(function, mu, some, problem.tolerances.pieces, name=name, limit=limit)) is not None:
                    break
            else:
                return
            sides.append(side)
            intervals.append(some)
        (left, of_left, hidden_x), (right, of_right, hidden_y) = sides
        to_right = scipy.linalg.solve(core, of_right.conj().T)
        to_left = scipy.linalg.solve(core.conj().T, of_left.conj().T)
        block = Block(left, right, of_left @ to_right)
        size = float(np.linalg.norm(block.matrix)) or 1.0
        lacking, coupling = np.transpose([_lacking(function, basis, own, other) for function, basis, own, other in
                                          zip(functions, (left, right), (of_left, of_right), (to_right, to_left),
                                              strict=True)]) / size
        note = (f"rank {len(rows)}: that many functions of x on {len(left.panels) - 1} panels, and of y on "
                f"{len(right.panels) - 1}, {ORDER} Gauss-Legendre nodes each")
        domain = _within(problem, *intervals)
        # An even number of edges: none is in the middle, where kernels are singular if anywhere.
        x = _towards_points(mu_x, np.linspace(*domain.x, 42), left.panels)
        y = _towards_points(mu_y, np.linspace(*domain.y, 44), right.panels)
        checks = loose_checks(mu_x, mu_y, x, y, np.random.default_rng(0))
        # Slices that end there take as many pieces each, and tell no more than random points do.
        remark = "" if domain is problem.domain else (
            "Functions oscillate along a heavy tail, and what is farther out is in the bars: accept a larger rtol")
        known = KnownRemainder(hidden=float(np.hypot(hidden_x, hidden_y)),
                               lacking=(float(np.linalg.norm(lacking)), float(coupling.sum())))
        yield compared(problem, (block,), checks, note, known, domain=domain, remark=remark)


def _intervals(function: Callable[[np.ndarray], np.ndarray], measure: LineMeasure, interval: tuple[float, float],
               tol: float) -> Iterator[tuple[tuple[float, float], int]]:
    """The interval with the most pieces; and under heavy tails a smaller one, where these are not too many.

    Functions may oscillate along a tail, the faster the farther out. A twentieth of a scale at either end tells how
    fast: that many pieces there are some twenty times as many altogether.
    """
    yield interval, 4000
    tails = not measure.plain and len(measure.edges) == 0    # of laws laid one after the other some end in the middle
    for part in (1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2) if tails else ():
        low, high = measure.box(part)
        low, high = max(low, interval[0]), min(high, interval[1])
        width = 0.05 * measure.scale
        if all(find_pieces(function, measure.sqrt_density, Pieces(np.array(ends), np.zeros(0)), tol / part,
                           limit=400, search_width=0.1 * width, unit=1e-3 * measure.scale) is not None
               for ends in ((low, low + width), (high - width, high))):
            yield (low, high), 16_000
            return


def _towards_points(measure: LineMeasure, edges: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """Edges of panels for checks, with those of narrow pieces, which lead to singular points if they are not many.

    At the end of a wide panel h may be large, and its weight there says nothing of how much of h that is.
    """
    narrow = np.diff(pieces) <= 0.5 * np.diff(edges).min()
    ends = pieces[np.append(narrow, False) | np.append(False, narrow)]
    return with_edges_of(measure, np.union1d(edges, ends) if len(ends) <= 4 * len(edges) else edges)


def _within(problem: Problem, x: tuple[float, float], y: tuple[float, float]) -> Domain:
    """The domain with these intervals: what is outside of them, as random points see it, is missing."""
    domain, rng = problem.domain, np.random.default_rng(0)
    if (x, y) == (domain.x, domain.y):
        return domain
    mu_x, mu_y = problem.lines
    everywhere = [random_rule(mu, np.linspace(*interval, 41), rng, 12) for mu, interval in
                  ((mu_x, domain.x), (mu_y, domain.y))]
    energy = squares(weighted_samples(problem.kernel, domain, *everywhere))
    inside = np.outer(within(everywhere[0].nodes, x), within(everywhere[1].nodes, y))
    # Under oscillations random points see the energy to a tenth; the margin is that of norms.
    outside = NORM_MARGIN * math.sqrt(float(energy[~inside].sum()) / (float(energy.sum()) or 1.0))
    return replace(domain, x=x, y=y, missing=math.hypot(domain.missing, outside))


def _span(function: Callable[[np.ndarray], np.ndarray], measure: LineMeasure, interval: tuple[float, float],
          tol: float, *, name: str, limit: int) -> tuple[SpanBasis, np.ndarray, float] | None:
    """An orthonormal basis of r functions, (n,) -> (n, r), and their coefficients in it, (r, r); None if too rough.

    Last comes the norm of what is nearer to singular points than pieces reach, relative to that of the functions.
    """
    # An even number of edges again. Singular points at zero may be approached to the rounding of a thousandth.
    edges = with_edges_of(measure, np.linspace(*interval, 18))
    pieces = find_pieces(function, measure.sqrt_density, Pieces(edges, np.intersect1d(edges, measure.edges)), tol,
                         search_width=0.1 * measure.scale, limit=limit, unit=1e-3 * measure.scale)
    if pieces is None:
        return None
    rule = PanelBasis(measure, pieces.edges, ORDER).rule
    samples = function(rule.nodes) * rule.sqrt_weights[:, None]
    q, r = scipy.linalg.qr(samples, mode="economic", check_finite=False)
    hidden = hidden_share(pieces.edges, np.sum(squares(samples), axis=1))
    if np.isinf(hidden):
        raise diverges_towards(f"{name} = {pieces.edges[np.argmin(np.diff(pieces.edges))]:.3g}")
    return SpanBasis(measure, pieces.edges, ORDER, q), r, hidden


def _lacking(function: Callable[[np.ndarray], np.ndarray], basis: SpanBasis, own: np.ndarray,
             other: np.ndarray) -> tuple[float, float]:
    r"""What the functions of one side lack on their pieces: as the norm of a remainder, and what that couples.

    With :math:`F = Q A + \delta` for the functions, Q those of the basis, the operator is :math:`F W P^*`, and
    :math:`\delta W P^*` a part of the remainder. Pieces beside a break may lie between all the points at which pairs
    are looked at, so that :math:`\delta` is looked at on every piece. Its integrals, which are as wrong there as those
    of Q, are bounded by those of absolute values.

    Parameters
    ----------
    function : callable
        Points (n,) -> values (n, r).
    basis : SpanBasis
    own, other : ndarray, shape (r, r)
        A and W.
    """
    measure, (left, right) = basis.measure, (basis.panels[:-1, None], basis.panels[1:, None])
    nodes, weights = on_panels(left, right, *gauss_lobatto(ORDER // 2))
    # The ends are seen from where `find_pieces` sees them, a little inside: h may be infinite there.
    far = 16.0 * EPS * np.maximum(1e-3 * measure.scale, np.abs(basis.panels))[:, None]
    least, most = (np.minimum(each, 0.05 * (right - left)) for each in (far[:-1], far[1:]))
    rule = measure.rule(np.clip(nodes, left + least, right - most).ravel(), weights.ravel())
    q = basis.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None]
    missed = (function(rule.nodes) * rule.sqrt_weights[:, None] - q @ own) @ other
    return float(np.linalg.norm(missed)), float(np.linalg.norm(np.abs(q).T @ np.abs(missed)))
