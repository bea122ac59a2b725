r"""Logarithmic coordinates for phi(xy): products become sums, and the operator Hankel matrices.

With :math:`x = \pm s_x e^u`, :math:`y = \pm s_y e^v` the operator of Gaussians splits by parity. On functions of one
parity it is

.. math:: K(u, v) = k(u + v)\, w(u)\, w(v), \qquad k(s) = \phi_{even / odd}(s_x s_y e^s), \qquad
          w(u)^2 = \sqrt{2 / \pi}\, e^u e^{-e^{2u} / 2},

on :math:`L^2(du) \times L^2(dv)`, and the trapezoid rule makes of it a Hankel matrix times weights. Singular functions
:math:`F = \frac1s w(u) \int k(u + v) w(v) G(v) dv` have an integrand that shifts with u: w is entire, and in
the strip :math:`|\mathrm{Im}\, u| < \pi / 4` it decays double-exponentially to the right, so that F is analytic there
whatever kinks or jumps phi has: move v by -u, and phi stands still. Hence its transform decays like
:math:`e^{-\pi |\kappa| / 4}`, and a step h makes an error of :math:`e^{-\pi^2 / 4h}` in F, and of its square in the
values. To the left F decays like f times :math:`e^{u/2}`, whatever phi does at zero.

Other measures have other w, and other strips: of half-width pi / 2 for those of Student and exponential ones. A measure
of positive numbers takes one Hankel matrix, and a pair of one such and a symmetric one two, side by side.

Only k may be rough. As it stands between band-limited functions, its high frequencies do not matter, and a filter
removes them (`opsvd.quadrature.band_limited`).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .._support.floats import EPS
from .._support.validation import positive_int
from ..evidence.comparison import KnownRemainder, compared
from ..measures import LogarithmicLine, has_logarithm
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..quadrature import Pieces, Rule, gauss_lobatto, joined, on_panels
from .base import Method
from .hankel import Decay, ProductPair
from .profile import filtered_samples, fine_step, halving_edges, rough_spans, smooth_pieces

# Of the rules in x and y; benchmarks/check_rules.py shows that they see the errors that they check.
_CHECK_ORDERS = (12, 11)


class Logarithmic(Method):
    r"""Trapezoid rule in :math:`x = \pm s_x e^u`, :math:`y = \pm s_y e^v` for kernels phi(xy).

    The measures are to be symmetric about zero, or of positive numbers, without an end but zero, and smooth in
    log\|x\|: Gaussians, those of Student, exponential, gamma and lognormal ones, densities of these kinds. The operator
    of symmetric measures splits into an even and an odd half; either is a Hankel matrix of about 600 distinct values of
    phi, and converges like :math:`e^{-\pi^2 / 4h}` with the step h under Gaussians, and often faster under others,
    whatever phi does at zero (log\|z\|, \|z\|^a with a > -1/2, sign, relu). Kinks, jumps and steep places of phi
    elsewhere are found by bisection and filtered: the leading values keep their digits, and more of them the smaller
    the step.

    Gives up, without a discretisation, on phi that oscillates faster than the step within the domain, and on more than
    64 breaks. Whether h is a function of xy is not looked at: h is evaluated where x / s_x and y / s_y are equal but
    for their signs, and elsewhere only by the error bars.

    Parameters
    ----------
    max_nodes : int, default 1600
        The most nodes in u for either parity. The singular functions of \|z\|^a with a near -1/2 reach so far towards
        zero that these do not hold them; what is left out goes into the error bars.

    Raises
    ------
    TypeError, ValueError
        If `max_nodes` is not a positive integer, or a measure is not smooth in log\|x\| from zero to infinity.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.tanh(x * y), method="logarithmic")
    >>> svd.singular_values[:3].round(9).tolist()
    [0.523183285, 0.059203253, 0.012625784]
    """

    def __init__(self, max_nodes: int = 1600) -> None:
        self.max_nodes = positive_int(max_nodes, "max_nodes")

    def in_quad(self) -> Method:
        """With as many nodes."""
        from .quad_logarithmic import QuadLogarithmic  # few decompose in quadruple precision

        return QuadLogarithmic(self.max_nodes)

    def refusal(self, problem: Problem) -> str | None:
        """It takes measures that are smooth in log|x|."""
        bad = [mu for mu in problem.lines if not has_logarithm(mu)] if problem.of_numbers else []
        if not bad:
            return super().refusal(problem)
        return (f"takes other measures: mu_x and mu_y must be symmetric about zero, or of positive numbers, without an "
                f"end but zero, and smooth in log|x|, for logarithmic coordinates, got {bad[0]!r}; use method='panels'")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield with ever smaller steps, or nothing where phi oscillates too fast."""
        domain, aim, pair = problem.domain, problem.tolerances.trapezoid, ProductPair(problem)
        if problem.given.dear:    # a finer step takes some hundred values, and saves thousands to look at images
            aim = max(1e-3 * aim, EPS)
        decay, tol, profile = Decay(pair, aim), max(0.1 * aim, 1e-13), pair.profile
        pieces = smooth_pieces(profile, float(decay.first(aim).min(axis=1).sum()), float(pair.tops.sum()), tol,
                               pair.importance, unit=pair.length)
        if pieces is None or (step := fine_step(pieces, pair.step(aim), pair.finest_step)) is None:
            return
        if len(rough_spans(pieces, step)):
            aim = problem.tolerances.broken_trapezoid
        rng = np.random.default_rng(0)
        previous = np.inf
        for level in range(4):    # the last takes 2.8 times the nodes of the first
            h, counts = decay.grid(step * 0.5 ** (0.5 * level), max(aim * 0.01**level, 0.01 * EPS), self.max_nodes)
            if h >= previous:
                return    # at the floor of the budget
            previous = h
            s = float(pair.tops.sum()) - h * np.arange(counts.max(axis=1).sum() - 1)[::-1]
            if (samples := filtered_samples(profile, pieces, s, tol, pair.importance)) is None:
                return
            blocks = pair.blocks(h, counts, samples, decay.parts)
            missing = float(np.hypot(domain.missing, decay.missing(pair.tops[:, None] - h * (counts - 1))))
            lows = pair.tops - h * counts.max(axis=1)
            broken = len(rough_spans(pieces, h)) > 0
            edges = [halving_edges(low - 10.0, top, pair.length) for low, top in zip(lows, pair.tops, strict=True)]
            if not problem.gaussian:
                edges = [_irregular(some, rng) for some in edges]
            checks = tuple(zip(*(_check_rules(line, some, order, rng) for line, some, order in
                                 zip(pair.lines, edges, _CHECK_ORDERS, strict=True)), strict=True))
            yield compared(problem, tuple(blocks), checks, _note(blocks, h, pieces),
                           KnownRemainder(leading=broken, broken=broken), domain=replace(domain, missing=missing))


def _irregular(edges: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Edges moved by up to a third of the narrower panel beside them.

    Sums of nodes of equal panels are the same few over and over, and the remainder of a jump is a function of sums.
    """
    width = np.diff(edges)
    moved = edges.copy()
    moved[1:-1] += np.minimum(width[1:], width[:-1]) * (rng.random(len(edges) - 2) - 0.5) / 1.5
    return moved


def _check_rules(line: LogarithmicLine, edges: np.ndarray, order: int, rng: np.random.Generator) -> tuple[Rule, Rule]:
    """Gauss-Lobatto panels in u, with their ends and none of the nodes of the basis, and random points."""
    width = np.diff(edges)[:, None]
    parts = (np.arange(4) + rng.random((2, len(width), 4))) / 4    # in each quarter of a panel
    spread = np.broadcast_to(width / 4, parts[0].shape).ravel()
    u, weights = on_panels(edges[:-1, None], edges[1:, None], *gauss_lobatto(order))
    return (_every_sign(line, np.tile(u.ravel(), (2, 1)), weights.ravel()),
            _every_sign(line, (edges[:-1, None] + width * parts).reshape(2, -1), spread))


def _every_sign(line: LogarithmicLine, u: np.ndarray, weights: np.ndarray) -> Rule:
    """The rule of points u, shape (2, n), below zero, if the measure is there, and above, with weights in u, (n,)."""
    positive = line.rule(u[1], weights)
    return joined(line.rule(u[0, ::-1], weights[::-1], -1.0), positive) if line.symmetric else positive


def _note(blocks: list[Block], step: float, pieces: Pieces) -> str:
    """What was done, in words."""
    nodes = " and ".join(str(block.left.size) for block in blocks)
    note = f"logarithmic coordinates: phi(xy) as a Hankel matrix of {nodes} nodes, step {step:.3g} in log|x|"
    if len(pieces.breaks):
        return f"{note}, phi filtered at {len(pieces.breaks)} {'break' if len(pieces.breaks) == 1 else 'breaks'}"
    return f"{note}, phi filtered where it is steep" if len(rough_spans(pieces, step)) else note
