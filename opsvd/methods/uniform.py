"""Uniform panels: the answer for kernels that no refinement helps, and for no time to refine."""

from collections.abc import Iterator

import numpy as np

from .._support.validation import positive_int
from ..bases import PanelBasis
from ..evidence.comparison import KnownRemainder, compared
from ..measures import LineMeasure
from ..operator.discretisation import Discretisation, galerkin_block
from ..operator.problem import Problem
from ..quadrature import Rule
from .base import Method
from .panel_rules import ORDER, check_rule, random_rule, with_edges_of


class UniformPanels(Method):
    """Equal panels over the domain, 16 Gauss-Legendre nodes each, without refinement: a fixed cost.

    Parameters
    ----------
    panels : int, default 40
        In x; one more in y, so that no nodes coincide. It takes about 500 evaluations of h times its square.
    """

    def __init__(self, panels: int = 40) -> None:
        # The most make a matrix of 16 000 by 16 000, of 2 GB.
        self.panels = positive_int(panels, "panels", 1000)

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield one discretisation."""
        yield self.discretisation(problem)

    def discretisation(self, problem: Problem, remark: str = "") -> Discretisation:
        """The one discretisation; a remark says why another method has given up."""
        domain, (mu_x, mu_y) = problem.domain, problem.lines
        x = with_edges_of(mu_x, np.linspace(*domain.x, self.panels + 1))
        y = with_edges_of(mu_y, np.linspace(*domain.y, self.panels + 2))
        block = galerkin_block(problem, PanelBasis(mu_x, x, ORDER), PanelBasis(mu_y, y, ORDER))
        note = f"uniform panels: {len(x) - 1} in x, {len(y) - 1} in y, {ORDER} Gauss-Legendre nodes each"
        checks = loose_checks(mu_x, mu_y, x, y, np.random.default_rng(0))
        return compared(problem, (block,), checks, note, KnownRemainder(piecewise=True, unrefined=True), remark=remark)


def loose_checks(mu_x: LineMeasure, mu_y: LineMeasure, x: np.ndarray, y: np.ndarray,
                 rng: np.random.Generator) -> tuple[tuple[Rule, Rule], ...]:
    """Gauss-Lobatto and random rules on panels, of some 600 nodes: for remainders that are not smooth anyway."""
    # Twice an order is to exceed that of the panels by far, or products with what panels do not resolve are aliased.
    orders = [int(np.clip(600 // len(edges), 12, 14)) for edges in (x, y)]
    counts = [int(np.clip(600 // len(edges), 3, 9)) for edges in (x, y)]
    return ((check_rule(mu_x, x, 8.0, orders[0]), check_rule(mu_y, y, 24.0, orders[1])),
            (random_rule(mu_x, x, rng, counts[0]), random_rule(mu_y, y, rng, counts[1])))
