"""Kernels of vectors: which way to go, refined until the error bars meet the tolerance."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ._support.budget import Budget, BudgetExhaustedError
from .answer.grid_svd import grid_svd
from .answer.nystrom_svd import coarse_svd, nystrom_svd
from .answer.result import OperatorSVD
from .answer.sector_svd import Asked, sector_svd
from .answer.tensor_svd import tensor_svd
from .answer.vector_answer import best_of
from .evidence.error_bars import accurate_count
from .kernels import BlockKernel, Elementwise, Kernel, MatrixKernel
from .measures import GaussianVector, Measure
from .methods.angular_profile import ProductProfile, product_profile
from .methods.angular_slices import first_panels
from .methods.invariant_profile import InvariantProfile, depends_on_product_alone, is_invariant, product_values
from .methods.radii import Radii, enough_degrees, find_radii
from .methods.sections import Profiles
from .methods.sectors import beyond_ends, sector_discretisations
from .methods.tensor import tensor_discretisation, too_many
from .probing.coordinates import Component, Coordinates, find_coordinates
from .probing.varied_points import is_rare

__all__ = ["decompose_vectors"]

# What a tolerance may take at first, of the evaluations and of the seconds: little, so that a smaller tolerance leaves
# about as much for larger ones as these have of their own. And the tolerances that come before it if that does not do.
_TRIED = 0.25
_STEPS = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10)
# What products of polynomials may take of what is left, so that points have the rest where the products do not suffice.
_OF_PRODUCTS = 0.6
# The first discretisation aims at this part of rtol.
_AIM = 0.03
# So do integrals over the angle, whose errors are in every bar.
_ANGULAR = 0.01
# Energies at many lengths need no more digits than this, relative to the norm, and no splitting.
_COARSELY = 1e-4
# Where the bar of the largest value is above this part of it, quasi-random points are tried too.
_POOR = 1e-2
# So many directions a side have a basis of panels in each.
_PLANE = 2
# Points at which a black box is held against an answer that rests on its symmetry, and how far they may differ.
_SEED, _UNSEEN, _DISAGREES, _ROUNDING = 7, 400, 6.0, 1e-10


def decompose_vectors(kernel: Kernel, mu_x: Measure, mu_y: Measure, budget: Budget, *, rtol: float,
                      max_rank: int | None) -> OperatorSVD:
    """The operator SVD of a kernel of vectors; see `opsvd.decompose`."""
    try:
        svd = _decomposed(kernel, (mu_x, mu_y), budget, rtol, max_rank)
    except BudgetExhaustedError as exhausted:
        budget.release()
        svd = coarse_svd(kernel, (mu_x, mu_y), str(exhausted), rtol=rtol, max_rank=max_rank)
    if svd.converged or not budget.refusals or budget.refusals[-1] in svd.status:
        return svd
    return replace(svd, status=f"{svd.status} ({budget.refusals[-1]})")


def _decomposed(kernel: Kernel, measures: tuple[Measure, Measure], budget: Budget, rtol: float,
                max_rank: int | None) -> OperatorSVD:
    """By rotations, if h is invariant under them, and else by products of polynomials."""
    mu_x, mu_y = measures
    if isinstance(kernel, BlockKernel | MatrixKernel):
        return _with_points(kernel, measures, rtol, max_rank, grid_svd(kernel, measures, rtol, max_rank))
    if isinstance(mu_x, GaussianVector) and isinstance(mu_y, GaussianVector) and _round(mu_x) and _round(mu_y):
        pair = mu_x, mu_y
        if isinstance(kernel, Elementwise):
            svd = _tightened(lambda step: _of_product(kernel, kernel.phi, kernel.kinks, pair, Asked(
                step, max_rank, "phi(<x, y>)")), rtol, budget)
        else:
            svd = None if not is_invariant(kernel, mu_x, mu_y) else _tightened(
                lambda step: _of_invariant(kernel, pair, step, max_rank), rtol, budget)
        if svd is not None:
            return svd
    # What differs at few pairs only is not seen by probing coordinates.
    rare = is_rare(kernel, mu_x, mu_y)
    coordinates = find_coordinates(kernel, mu_x, mu_y)
    if rare or any(too_many(component) for component in coordinates.components):
        budget.release()
        return nystrom_svd(kernel, measures, rtol, max_rank)
    if _takes_all(coordinates):
        return _with_points(kernel, measures, rtol, max_rank, grid_svd(kernel, measures, rtol, max_rank))
    try:
        with budget.part(_OF_PRODUCTS):
            svd = _tightened(lambda step: tensor_svd(tensor_discretisation(coordinates, max(0.3 * step**0.75, 1e-15)),
                                                     step, max_rank), rtol, budget)
    except BudgetExhaustedError:    # of this part: points are left
        svd = None
    return _with_points(kernel, measures, rtol, max_rank, svd)


def _tightened(solve: Callable[[float], OperatorSVD | None], rtol: float, budget: Budget) -> OperatorSVD | None:
    """The answer for a tolerance, or the best of those for larger ones that the budget allows.

    The tolerance itself is tried first, with a part of the budget. If that does not do, larger ones come first, and
    what is known then is kept. None if the kernel is not what `solve` takes it for.
    """
    best = None
    try:
        with budget.part(_TRIED):
            best = solve(rtol)
    except BudgetExhaustedError:
        pass
    if not budget.refusals or (best is not None and best.converged):
        return best
    budget.refusals.clear()    # the part ran out, and not the whole
    steps, of = [*(step for step in _STEPS if step > rtol), rtol], rtol
    while steps:
        step = steps.pop(0)
        try:
            svd = solve(step)
        except BudgetExhaustedError:
            break
        if svd is None or (svd.converged and step == rtol):
            return svd
        of = step if best is None or best_of(svd, best) is svd else of
        best = svd if best is None else _better(svd, best)
        if best.rank > 0:
            budget.release()
        if budget.refusals:
            break
        if not svd.converged:    # and neither will those between
            steps = steps[-1:]
    if best is None:
        raise BudgetExhaustedError(budget.refusals[-1])
    return _short_of(best, of, rtol)


def _short_of(svd: OperatorSVD, step: float, rtol: float) -> OperatorSVD:
    """The answer for a tolerance that may be larger than the one asked for, said to be that."""
    goal = rtol * float(svd.values.max(initial=0.0))
    larger = f". This is the answer for rtol={step:g}" if step > rtol else ""
    return replace(svd, rtol=rtol, converged=False, status=(
        f"not converged: the largest error bar is {svd.worst_error:.1e}, rtol={rtol:g} asks for {goal:.1e}, and for "
        f"more values; the error bars hold all the same{larger}"))


def _better(one: OperatorSVD, other: OperatorSVD) -> OperatorSVD:
    """The better of two answers, less what it tells worse than the other tells anything."""
    best, rest = (one, other) if best_of(one, other) is one else (other, one)
    if min(one.rank, other.rank) == 0:
        return best
    count = accurate_count(best.errors, float(rest.errors.max()))
    return best.truncate(count) if count else best


def _takes_all(coordinates: Coordinates) -> bool:
    """Whether h takes all of up to two coordinates a side together, for which panels are affordable."""
    x, y = len(coordinates.anchor_x), len(coordinates.anchor_y)
    return max(x, y) == _PLANE and coordinates.components == (Component(tuple(range(x)), tuple(range(y))),)


def _with_points(kernel: Kernel, measures: tuple[Measure, Measure], rtol: float, max_rank: int | None,
                 svd: OperatorSVD | None) -> OperatorSVD:
    """The answer, or that of quasi-random points where it is poor and theirs is better."""
    if svd is not None and (svd.converged or (svd.rank > 0 and svd.errors[0] <= _POOR * svd.values[0])):
        return svd
    if kernel.budget is not None:
        kernel.budget.release()
    try:
        sampled = nystrom_svd(kernel, measures, rtol, max_rank)
    except BudgetExhaustedError:
        if svd is None:
            raise
        return svd
    return sampled if svd is None or (sampled.rank > 0 and (
        svd.rank == 0 or sampled.errors[0] < svd.errors[0])) else svd


def _round(mu: GaussianVector) -> bool:
    """Whether a measure is invariant under rotations."""
    return mu.isotropic_std is not None and not mu.mean.any()


def _std(mu: GaussianVector) -> float:
    return float(mu.scale[0])


def _of_invariant(kernel: Kernel, measures: tuple[GaussianVector, GaussianVector], rtol: float,
                  max_rank: int | None) -> OperatorSVD | None:
    """The answer for a black box that was seen to be invariant, held against it at random points."""
    k, rng = kernel.dims[0], np.random.default_rng(_SEED)
    # Before the budget may run out.
    x, y = (measure.sample(_UNSEEN, rng) for measure in measures)
    unseen = kernel(x, y)
    if depends_on_product_alone(kernel, *measures):
        asked = Asked(rtol, max_rank, "seen to be a function of <x, y>")
        svd = _of_product(kernel, lambda w: product_values(kernel, w), (), measures, asked)
    else:
        profile = InvariantProfile(kernel, k, (_std(measures[0]), _std(measures[1])), max(_ANGULAR * rtol, 1e-14))
        coarse = replace(profile, tol=max(_COARSELY, profile.tol), budget=0, panels=first_panels(k)[::2])
        radii, _ = find_radii(lambda _: coarse, k, max(_AIM * rtol, 1e-15))
        profile = profile.with_panels(radii)
        asked = Asked(rtol, max_rank, "seen to be a function of |x|, |y| and <x, y>")
        svd = _refined(profile, radii, (True, True), measures, asked)
    missed = float(np.sqrt(np.mean((unseen - svd(x, y)) ** 2)))
    # What only seemed to be invariant is none.
    return None if missed > _DISAGREES * svd.tail + _ROUNDING * svd.norm else svd


def _of_product(kernel: Kernel, phi: Callable[[np.ndarray], np.ndarray], kinks: tuple[float, ...],
                measures: tuple[GaussianVector, GaussianVector], asked: Asked) -> OperatorSVD:
    """The answer for phi(<x, y>)."""
    k, aim, scale = kernel.dims[0], max(_AIM * asked.rtol, 1e-15), _std(measures[0]) * _std(measures[1])
    line = Elementwise(lambda z: phi(scale * z), 1, tuple(kink / scale for kink in kinks))
    if isinstance(kernel, Elementwise):    # another kernel counts, and pays, by itself
        line.budget = kernel.budget

    def make(top: float) -> ProductProfile:
        return product_profile(line, k, 2.0 * top + math.log(k) + max(0.1, beyond_ends(k, aim)), max(0.1 * aim, 1e-14))

    radii, profile = find_radii(make, k, aim)
    return _refined(profile, radii, profile.parities, measures, asked)


def _refined(profiles: Profiles, radii: Radii, parities: tuple[bool, bool],
             measures: tuple[GaussianVector, GaussianVector], asked: Asked) -> OperatorSVD:
    """Refine until the error bars meet rtol, or the budget runs out."""
    best: OperatorSVD | None = None
    try:
        size = enough_degrees(profiles, radii, profiles.k, asked.rtol, parities)
        for discretisation in sector_discretisations(profiles, radii, size, parities, max(_AIM * asked.rtol, 1e-15)):
            svd = sector_svd(discretisation, measures, asked)
            best = svd if best is None or svd.converged else best_of(svd, best)
            if svd.converged:
                break
    except BudgetExhaustedError as exhausted:
        if best is None:
            raise
        best = replace(best, status=f"{best.status} ({exhausted})")
    if best is None:
        raise RuntimeError("no discretisation was solved")
    return best
