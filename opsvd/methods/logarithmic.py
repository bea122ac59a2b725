r"""Logarithmic coordinates for phi(xy): products become sums, and the operator two Hankel matrices.

With :math:`x = \pm s_x e^u`, :math:`y = \pm s_y e^v` the operator splits by parity. On functions of one parity it is

.. math:: K(u, v) = k(u + v)\, w(u)\, w(v), \qquad k(s) = \phi_{even / odd}(s_x s_y e^s), \qquad
          w(u)^2 = \sqrt{2 / \pi}\, e^u e^{-e^{2u} / 2},

on :math:`L^2(du) \times L^2(dv)`, and the trapezoid rule makes of it a Hankel matrix times weights. Singular functions
:math:`F = \frac1s w(u) \int k(u + v) w(v) G(v) dv` have an integrand that shifts with u: w is entire, and in
the strip :math:`|\mathrm{Im}\, u| < \pi / 4` it decays double-exponentially to the right, so that F is analytic there
whatever kinks or jumps phi has: move v by -u, and phi stands still. Hence its transform decays like
:math:`e^{-\pi |\kappa| / 4}`, and a step h makes an error of :math:`e^{-\pi^2 / 4h}` in F, and of its square in the
values. To the left F decays like f times :math:`e^{u/2}`, whatever phi does at zero.

Only k may be rough. As it stands between band-limited functions, its high frequencies do not matter, and a filter
removes them (`opsvd.quadrature.band_limited`).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .._support.floats import EPS
from .._support.validation import positive_int
from ..bases import LogarithmicBasis
from ..evidence.comparison import compared
from ..measures import Gaussian
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..quadrature import Pieces, Rule, gauss_lobatto, on_panels
from .base import GaussianMethod
from .profile import Decay, Profile, filtered_samples, fine_step, halving_edges, hankel, rough_spans, smooth_pieces

# Of the rules in x and y; benchmarks/check_rules.py shows that they see the errors that they check.
_CHECK_ORDERS = (12, 11)
# Of the columns of a profile: the even part of phi, then the odd one.
_PARITIES = (1, -1)


class Logarithmic(GaussianMethod):
    r"""Trapezoid rule in :math:`x = \pm s_x e^u`, :math:`y = \pm s_y e^v` for kernels phi(xy) of centred Gaussians.

    The operator splits into an even and an odd half; either is a Hankel matrix of about 600 distinct values of
    phi, and converges like :math:`e^{-\pi^2 / 4h}` with the step h whatever phi does at zero (log\|z\|, \|z\|^a with
    a > -1/2, sign, relu). Kinks, jumps and steep places of phi elsewhere are found by bisection and filtered: the
    leading values keep their digits, and more of them the smaller the step.

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
        If `max_nodes` is not a positive integer, or the measures are not Gaussians of mean zero.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.tanh(x * y), method="logarithmic")
    >>> svd.singular_values[:3].round(9).tolist()
    [0.523183285, 0.059203253, 0.012625784]
    """

    _measures, _otherwise = "Gaussian of mean zero for logarithmic coordinates", "panels"

    def __init__(self, max_nodes: int = 1600) -> None:
        self.max_nodes = positive_int(max_nodes, "max_nodes")

    def _fits(self, problem: Problem) -> bool:
        """Whether the means are zero as well."""
        return super()._fits(problem) and all(mu.mean == 0.0 for mu in problem.gaussians)

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield with ever smaller steps, or nothing where phi oscillates too fast."""
        measures, domain, aim = problem.gaussians, problem.domain, problem.tolerances.trapezoid
        profile = Profile(problem.kernel, measures[0].std, measures[1].std)
        top = float(np.log(np.max(np.abs([*np.array(domain.x) / profile.std_x, *np.array(domain.y) / profile.std_y]))))
        decay, tol = Decay(profile, top, aim), max(0.1 * aim, 1e-13)
        pieces = smooth_pieces(profile, 2.0 * decay.first(aim).min(), 2.0 * top, tol)
        if pieces is None or (step := fine_step(pieces, aim)) is None:
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
            s = 2.0 * top - h * np.arange(2 * counts.max() - 1)[::-1]
            if (samples := filtered_samples(profile, pieces, s, tol)) is None:
                return
            blocks = []
            for i in decay.parities:    # samples are at all sums of nodes, or more
                left, right = (LogarithmicBasis(mu, h, top, int(counts[i]), _PARITIES[i]) for mu in measures)
                blocks.append(Block(left, right, hankel(h * samples[1 - 2 * left.size:, i], left.grid)))
            missing = float(np.hypot(domain.missing, decay.missing(top - h * (counts - 1))))
            low = top - h * counts.max()
            checks = tuple(zip(*(_check_rules(mu, low, top, order, rng)
                                 for mu, order in zip(measures, _CHECK_ORDERS, strict=True)), strict=True))
            broken = len(rough_spans(pieces, h)) > 0
            yield compared(problem, tuple(blocks), checks, _note(blocks, h, pieces),
                           domain=replace(domain, missing=missing), leading=broken, broken=broken)


def _check_rules(measure: Gaussian, low: float, top: float, order: int,
                 rng: np.random.Generator) -> tuple[Rule, Rule]:
    """Gauss-Lobatto panels in u, with their ends and none of the nodes of the basis, and random points."""
    edges = halving_edges(low - 10.0, top)
    width = np.diff(edges)[:, None]
    parts = (np.arange(4) + rng.random((2, len(width), 4))) / 4    # in each quarter of a panel
    spread = np.broadcast_to(width / 4, parts[0].shape).ravel()
    u, weights = on_panels(edges[:-1, None], edges[1:, None], *gauss_lobatto(order))
    return (_both_sides(measure, np.tile(u.ravel(), (2, 1)), weights.ravel()),
            _both_sides(measure, (edges[:-1, None] + width * parts).reshape(2, -1), spread))


def _both_sides(measure: Gaussian, u: np.ndarray, weights: np.ndarray) -> Rule:
    """The rule in x of points u, shape (2, n), below and above zero, with weights in u, shape (n,), for both."""
    x = measure.std * np.exp(u)
    return measure.rule(np.concatenate([-x[0, ::-1], x[1]]), np.concatenate([(weights * x[0])[::-1], weights * x[1]]))


def _note(blocks: list[Block], step: float, pieces: Pieces) -> str:
    """What was done, in words."""
    nodes = " and ".join(str(block.left.size) for block in blocks)
    note = f"logarithmic coordinates: phi(xy) as a Hankel matrix of {nodes} nodes, step {step:.3g} in log|x|"
    if len(pieces.breaks):
        return f"{note}, phi filtered at {len(pieces.breaks)} {'break' if len(pieces.breaks) == 1 else 'breaks'}"
    return f"{note}, phi filtered where it is steep" if len(rough_spans(pieces, step)) else note
