r"""Kernels of finite rank: integrals of functions of one variable, which may be as rough as they like.

Of a kernel of rank r, r rows X and r columns Y say all,

.. math:: h(x, y) = h(x, Y)\, h(X, Y)^{-1}\, h(X, y),

so that with orthonormal bases of the r functions :math:`h(\cdot, Y)` and of :math:`h(X, \cdot)` the operator is an r by
r matrix. In one variable thousands of panels cost nothing.
"""

from collections.abc import Callable, Iterator

import numpy as np
import scipy.linalg

from .._support.arrays import squares
from .._support.linalg import equilibrated
from ..bases import PanelBasis, SpanBasis
from ..errors import diverges_towards
from ..evidence.comparison import compared
from ..measures import LineMeasure
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..quadrature import Pieces, find_pieces
from .base import Method
from .panel_rules import ORDER, hidden_share, with_edges_of
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
        sides = []
        for name, mu, interval, function in (
                ("x", mu_x, domain.x, lambda x: kernel.finite_grid(x, columns) * scale_y),
                ("y", mu_y, domain.y, lambda y: kernel.finite_grid(rows, y).conj().T * scale_x)):
            if (side := _span(function, mu, interval, problem.tolerances.pieces, name)) is None:
                return
            sides.append(side)
        (left, of_left, hidden_x), (right, of_right, hidden_y) = sides
        block = Block(left, right, of_left @ scipy.linalg.solve(core, of_right.conj().T))
        note = (f"rank {len(rows)}: that many functions of x on {len(left.panels) - 1} panels, and of y on "
                f"{len(right.panels) - 1}, {ORDER} Gauss-Legendre nodes each")
        # An even number of edges: none is in the middle, where kernels are singular if anywhere.
        checks = loose_checks(mu_x, mu_y, with_edges_of(mu_x, np.linspace(*domain.x, 42)),
                              with_edges_of(mu_y, np.linspace(*domain.y, 44)),
                              np.random.default_rng(0))
        yield compared(problem, (block,), checks, note, hidden=float(np.hypot(hidden_x, hidden_y)))


def _span(function: Callable[[np.ndarray], np.ndarray], measure: LineMeasure, interval: tuple[float, float],
          tol: float, name: str) -> tuple[SpanBasis, np.ndarray, float] | None:
    """An orthonormal basis of r functions, (n,) -> (n, r), and their coefficients in it, (r, r); None if too rough.

    Last comes the norm of what is nearer to singular points than pieces reach, relative to that of the functions.
    """
    # An even number of edges again. Singular points at zero may be approached to the rounding of a thousandth.
    edges = with_edges_of(measure, np.linspace(*interval, 18))
    pieces = find_pieces(function, measure.sqrt_density, Pieces(edges, np.intersect1d(edges, measure.edges)), tol,
                         search_width=0.1 * measure.scale, limit=4000, unit=1e-3 * measure.scale)
    if pieces is None:
        return None
    rule = PanelBasis(measure, pieces.edges, ORDER).rule
    samples = function(rule.nodes) * rule.sqrt_weights[:, None]
    q, r = scipy.linalg.qr(samples, mode="economic", check_finite=False)
    hidden = hidden_share(pieces.edges, np.sum(squares(samples), axis=1))
    if np.isinf(hidden):
        raise diverges_towards(f"{name} = {pieces.edges[np.argmin(np.diff(pieces.edges))]:.3g}")
    return SpanBasis(measure, pieces.edges, ORDER, q), r, hidden
