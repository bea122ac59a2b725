"""Kernels of numbers whose values are dear, and which a few values tell: another kernel that costs nothing, for h.

A function phi of xy or of x + b y takes some hundred values on the pieces on which it is smooth, and the exponential of
a polynomial of degree two some three hundred. Singular values with evidence take a million. So the kernel of the pieces
is decomposed in place of h. Random pairs of points, at which the two are compared, say how far the singular values of h
may be from its own.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .._support.arrays import leading_true
from .._support.budget import Budget
from .._support.floats import EPS
from ..evidence.moved import moved_evidence
from ..evidence.pairs import answer_by_values, pairs_for, seen_at_pairs
from ..evidence.remainder import NORM_MARGIN
from ..kernels import Kernel, untried
from ..measures import Gaussian, has_logarithm
from ..operator.discretisation import Answer, Discretisation, Discretisations, handed_on
from ..operator.evidence import Evidence
from ..operator.problem import Problem
from .hankel import Decay, ProductPair
from .known_phi import OnPieces, remembering, weight_beyond_peak
from .profile import smooth_pieces
from .ridge import RidgeLine

Values = Callable[[np.ndarray, np.ndarray], np.ndarray]


class StandIn(NamedTuple):
    """The problem with a kernel that costs nothing, and bounds of the norms of what it differs by from h.

    moved: the operator norm.
    enough: whether that is within the tolerance; else other ways may have smaller bars.
    changed: the Hilbert-Schmidt norm, where it is larger.
    """

    problem: Problem
    moved: float
    enough: bool = True
    changed: float | None = None

    def discretisations(self, finer: Generator[Discretisation, Any, Any]) -> Discretisations:
        """Yield what a method finds for it, with evidence for h.

        If what h differs by is above the tolerance, it ends when an answer tells no more values than the one before,
        and nearly all of its bars is that; or when that is so of as many values as make an answer.
        """
        told = 0

        def enough(answer: Answer | None) -> bool:
            nonlocal told
            known, told = told, 0 if answer is None else len(answer.errors)
            if answer is None or told == 0 or self.problem.rtol * answer.singular_values[0] >= self.moved:
                return False
            near = leading_true(answer.errors <= 1.25 * self.moved)
            return near >= Evidence.enough or near == told == known

        return handed_on(finer, lambda attempt: replace(attempt, evidence=partial(
            moved_evidence, attempt.evidence, self.moved, changed=self.changed)), enough)


def cheap(problem: Problem, kernel: Kernel, share: float = 1.0) -> Problem:
    """The problem with another kernel, whose values are not spared; a share of the time that is left is for it."""
    # So many values take some ten seconds, and give what a kernel that is not dear has by then.
    now = time.monotonic()
    seconds = now - problem.budget.started + share * max(problem.budget.seconds_left, 0.0)
    budget = Budget(30_000_000, problem.budget.seconds if share == 1.0 else seconds, started=problem.budget.started)
    return replace(problem, given=kernel.limited(budget))


def stand_in(problem: Problem) -> StandIn | None:
    """Another kernel for one of numbers.

    None if h is not seen to be one of these kernels under measures that suit it, if phi takes too many pieces, or if
    random pairs of points show that the difference is more than `rtol` allows, and more than a thousandth of h.
    """
    structure, kernel = problem.structure, problem.given
    if kernel.complex:
        return None
    paid_once = replace(problem, given=remembering(kernel, _parity(problem) if structure.product else 0))
    vars(paid_once).update(domain=problem.domain, structure=structure)
    found = None
    if structure.product and all(map(has_logarithm, problem.lines)):
        found = _of_product(paid_once)
    elif structure.linear_form is not None and problem.gaussian:
        found = _of_sum(paid_once, structure.linear_form[1])
    elif problem.gaussian:
        found = _of_exponent(problem)
    if found is None:
        return None
    values, hidden = found
    stand = cheap(problem, untried(values, (1, 1)))
    vars(stand).update(domain=problem.domain, structure=structure)
    return _compared(problem, stand, hidden)


def _compared(problem: Problem, stand: Problem, hidden: float) -> StandIn | None:
    """With a bound of the norm of the difference, of which a part is hidden from pairs; None if it is not small."""
    mu_x, mu_y = problem.lines

    def answer(t: np.ndarray, u: np.ndarray) -> np.ndarray:
        return np.asarray(stand.kernel.finite_beside(t, u) * mu_x.sqrt_density(t) * mu_y.sqrt_density(u))

    seen = seen_at_pairs(problem.pairs, problem.domain, answer_by_values(answer, problem.rtol),
                         pairs_for(problem.kernel))
    if seen is None:
        return None
    moved = NORM_MARGIN * (seen.remainder + hidden)
    enough = moved <= 0.5 * problem.rtol * seen.size
    return StandIn(stand, moved, enough) if enough or moved <= 1e-3 * seen.size else None


def _parity(problem: Problem) -> int:
    """1 for an even function of xy, -1 for an odd one, as far as eight pairs tell; else zero.

    One that is neither elsewhere is seen at the pairs at which all of the kernel is compared with h.
    """
    if any(mu.support[0] != -mu.support[1] for mu in problem.lines):
        return 0
    rng = np.random.default_rng(8)
    x, y = (np.abs(mu.sample(8, rng)) for mu in problem.lines)
    values = problem.given.finite_beside(x, np.stack([y, -y]))
    off = 64.0 * EPS * np.abs(values).max()
    return next((sign for sign in (1, -1) if np.abs(values[0] - sign * values[1]).max() <= off), 0)


def _of_product(problem: Problem) -> tuple[Values, float] | None:
    """The function of xy, of which nothing is hidden from pairs."""
    pair, aim = ProductPair(problem), problem.tolerances.trapezoid
    decay, profile = Decay(pair, aim), replace(pair.profile, parities=False)
    low = decay.first(aim).min(axis=1)
    pieces = smooth_pieces(profile, float(low.sum()), float(pair.tops.sum()), problem.tolerances.pieces,
                           pair.importance, unit=pair.length)
    if pieces is None:
        return None
    phi, unit = OnPieces(profile, pieces, weight_beyond_peak(pieces, pair.importance)), profile.std_x * profile.std_y
    signs = profile.negative is not None

    def values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        z = np.asarray(x * y)
        flat = z.ravel()
        with np.errstate(divide="ignore"):
            s = np.log(np.abs(flat) / unit)
        return phi(s, ((flat < 0.0) & signs).astype(int)).reshape(z.shape)

    return values, 0.0


def _of_sum(problem: Problem, b: float) -> tuple[Values, float] | None:
    """The function of x + b y, and a bound of the operator norm of what is nearer to singular points than pieces."""
    line = RidgeLine(problem.kernel, *problem.gaussians, b)
    found = line.resolved(problem.tolerances.pieces)
    if found is None:
        return None
    pieces, _ = found
    phi = OnPieces(lambda zeta: line.finite(zeta)[:, None], pieces, lambda zeta, _: Gaussian().sqrt_density(zeta))

    def values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        zeta = line.zeta(x, y)
        flat = zeta.ravel()
        # Beyond the pieces h times the densities is zero to any float.
        inside = (flat >= pieces.edges[0]) & (flat <= pieces.edges[-1])
        return np.where(inside, phi(flat, np.zeros(flat.size, dtype=int)), 0.0).reshape(zeta.shape)

    return values, line.hidden_norm(pieces)


def _of_exponent(problem: Problem) -> tuple[Values, float] | None:
    """The exponential of a polynomial of degree two, likewise."""
    found = problem.quadratic_exponent
    if found is None:
        return None
    mu_x, mu_y = problem.gaussians

    def values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        w = np.stack(np.broadcast_arrays((x - mu_x.mean) / mu_x.std, (y - mu_y.mean) / mu_y.std))
        with np.errstate(over="ignore"):
            return np.asarray(found.sign * np.exp(found.logarithms(w)[0]))

    return values, 0.0
