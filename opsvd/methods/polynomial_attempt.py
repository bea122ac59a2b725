"""The matrix of a kernel between polynomials of one degree, and what it says of others."""

import math
from functools import cached_property

import numpy as np

from .._support.floats import TINY
from .._support.linalg import compact_svd
from ..bases import HermiteBasis, LineBasis, polynomials_of
from ..evidence.comparison import KnownRemainder, compared
from ..measures import Gaussian
from ..operator.discretisation import Discretisation, galerkin_block
from ..operator.problem import Problem
from ..probing.domain import Domain
from ..quadrature import Rule, composite_gauss_legendre, equal_panels
from .panel_rules import with_edges_of

LEADING = 12
"""Leading values that are watched: twice as many as make an answer."""

# On a panel; benchmarks/check_rules.py shows that they see the errors that they check.
_CHECK_NODES = 12


def default_nodes(degree: int) -> int:
    """Gauss nodes for polynomials of a degree: the spare ones lessen the aliasing of what lies beyond the degree."""
    return degree + (17 if degree >= 47 else 9)


class PolynomialAttempt:
    """The coefficients to one degree, which may or may not do.

    Parameters
    ----------
    problem : Problem
        Of numbers.
    degree : int
        The highest degree of the polynomials.
    nodes : int, optional
        Gauss nodes in x, by default `default_nodes`.
    fitting : (Gaussian, Gaussian), optional
        Whose Hermite functions take the place of polynomials, under Gaussian measures.
    """

    def __init__(self, problem: Problem, degree: int, nodes: int | None = None,
                 fitting: tuple[Gaussian, Gaussian] | None = None) -> None:
        self.problem, self.degree, self.fitting = problem, degree, fitting
        self.nodes = default_nodes(degree) if nodes is None else nodes
        # Two more nodes in y than in x: none of them coincide, where log|x - y| is infinite.
        counts = (self.nodes, self.nodes + 2)
        self.left, self.right = (polynomials_of(mu, degree, count) for mu, count in
                                 zip(problem.lines, counts, strict=True)) if fitting is None else (
            HermiteBasis(mu, degree, count, gaussian.mean, gaussian.std) for mu, gaussian, count in
            zip(problem.gaussians, fitting, counts, strict=True))
        self.block = galerkin_block(problem, self.left, self.right)

    @cached_property
    def tail(self) -> float:
        """The share, as a norm, of the coefficients beyond two thirds of the degree in either variable."""
        matrix, cut = self.block.matrix, self._lower
        norm = float(np.linalg.norm(matrix))
        tail = float(np.hypot(np.linalg.norm(matrix[cut:]), np.linalg.norm(matrix[:cut, cut:])))
        return tail / norm if norm > 0.0 else 0.0

    def tail_at(self, degree: int) -> float:
        """What the tail is at another degree if coefficients fall geometrically."""
        return float(self.tail ** ((degree + 1) / (self.degree + 1)))

    @property
    def decay(self) -> float:
        r"""The factor z by which coefficients fall in a third of the degrees, if geometrically: at most one.

        Of energies that fall by z^2 in each third the last holds the part tail^2 = z^2 / (1 + z + z^2) when all are
        cut off after the degree, of coefficients z^n that are even or odd as well. For small tails z is the tail.
        """
        share = self.tail**2
        return 1.0 if share >= 1.0 / 3.0 else (share + math.sqrt(share * (4.0 - 3.0 * share))) / (2.0 - 2.0 * share)

    @cached_property
    def leading(self) -> np.ndarray:
        """The leading singular values."""
        return np.resize(compact_svd(self.block.matrix)[1], LEADING)

    @property
    def unsettled(self) -> float:
        """How far the leading values are from those of the matrix of two thirds of the degrees, over the first."""
        return self._largest_change(np.resize(compact_svd(self.block.matrix[:self._lower, :self._lower])[1], LEADING))

    def moved(self, before: "PolynomialAttempt") -> float:
        """How far the leading values have moved, relative to the first."""
        return self._largest_change(before.leading)

    def geometric(self, before: "PolynomialAttempt") -> bool:
        """Whether coefficients have decayed geometrically, with four fifths of the rate, since a lower degree."""
        return bool(self.decay <= before.decay ** (0.8 * (self.degree + 1) / (before.degree + 1)) < 1.0)

    def needed(self, enough: float) -> int:
        """The degree at which geometric decay leaves that much of the coefficients, and at least twice this degree.

        It is a tenth larger than the decay asks for, and a multiple of 64 less one: nodes are computed once a degree.
        """
        size = self.degree + 1
        times = np.log(enough) / np.log(np.clip(self.decay, enough, 0.99))
        return 64 * int(np.ceil(max(1.1 * times, 2.0) * size / 64)) - 1

    def sufficient(self, enough: float) -> int:
        """The same where values are dear: a twentieth larger, a multiple of four less one, and at least 1.25 times."""
        size = self.degree + 1
        times = np.log(enough) / np.log(np.clip(self.tail, enough, 0.99))
        return 4 * int(np.ceil(max(1.05 * times, 1.25) * size / 4)) - 1

    def oversampled(self, times: int) -> "PolynomialAttempt":
        """The same degree with so many nodes a function, which resolve what the functions do not."""
        return PolynomialAttempt(self.problem, self.degree, times * (self.degree + 1), self.fitting)

    def discretisation(self, note: str, *, leading: bool = False) -> Discretisation:
        """With the evidence."""
        checks = polynomial_check_rules(self.left, self.right, self.problem.domain)
        return compared(self.problem, (self.block,), checks, note, KnownRemainder(leading=leading))

    @property
    def _lower(self) -> int:
        """Two thirds of the functions."""
        return 2 * len(self.block.matrix) // 3

    def _largest_change(self, values: np.ndarray) -> float:
        return float(np.abs(self.leading - values).max()) / max(float(self.leading[0]), TINY)


def polynomial_check_rules(left: LineBasis, right: LineBasis, domain: Domain) -> tuple[tuple[Rule, Rule], ...]:
    """Two pairs of rules that share no nodes with those of two bases, nor with each other."""
    shifted = np.random.default_rng(left.size - 1).uniform(0.2, 0.8) - 0.5
    return tuple((_check_rule(left, domain.x, shift), _check_rule(right, domain.y, shift)) for shift in (0.0, shifted))


def _check_rule(basis: LineBasis, domain: tuple[float, float], shift: float) -> Rule:
    """Gauss-Legendre panels, shifted by a part of their width, over the domain and wherever the functions reach.

    Where the functions are, twelve nodes on at most two wavelengths of the fastest resolve them, and leave narrow
    features little room to hide; farther out panels are as wide as the density allows.
    """
    low, high = basis.interval
    scale = basis.measure.scale
    wide_below, wide_above = basis.measure.outer_widths
    edges = np.union1d(basis.panels_of_width(scale), np.concatenate([equal_panels(domain[0], low, wide_below),
                                                                     equal_panels(high, domain[1], wide_above)]))
    widths = np.diff(edges)
    edges[1:-1] += shift * (widths[1:] if shift > 0.0 else widths[:-1])
    return basis.measure.rule(*composite_gauss_legendre(with_edges_of(basis.measure, edges), _CHECK_NODES))
