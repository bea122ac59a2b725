"""Kernels of vectors: which way to go, refined until the error bars meet the tolerance."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .blocks import BlockKernel
from .budget import BudgetExhaustedError
from .errors import KernelError
from .grid_svd import grid_svd
from .kernels import Elementwise, Kernel, elementwise
from .matrix_kernels import MatrixKernel
from .measures import GaussianVector, Measure
from .methods.angular_profile import ProductProfile, product_profile
from .methods.coordinates import Component, Coordinates, find_coordinates
from .methods.invariant_profile import (
    InvariantProfile,
    depends_on_product_alone,
    is_invariant,
    product_values,
)
from .methods.sectors import Profiles, Radii, beyond_ends, enough_degrees, find_radii, sector_discretisations
from .methods.tensor import tensor_discretisation, too_many
from .nystrom_svd import nystrom_svd
from .result import OperatorSVD
from .sector_svd import Asked, sector_svd
from .tensor_svd import tensor_svd

__all__ = ["decompose_vectors"]

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


def decompose_vectors(kernel: Kernel, mu_x: Measure, mu_y: Measure, *, rtol: float,
                      max_rank: int | None) -> OperatorSVD:
    """The operator SVD of a kernel of vectors; see `opsvd.decompose`."""
    try:
        return _decomposed(kernel, mu_x, mu_y, rtol, max_rank)
    except BudgetExhaustedError as exhausted:
        raise KernelError(f"h must be within what the budget allows, but {exhausted} before there was an answer; raise "
                          f"it, or rtol, or estimate the singular values with opsvd.monte_carlo") from exhausted


def _decomposed(kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float, max_rank: int | None) -> OperatorSVD:
    """By rotations, if h is invariant under them, and else by products of polynomials."""
    if isinstance(kernel, BlockKernel | MatrixKernel):
        return _with_points(kernel, (mu_x, mu_y), rtol, max_rank, grid_svd(kernel, (mu_x, mu_y), rtol, max_rank))
    if isinstance(mu_x, GaussianVector) and isinstance(mu_y, GaussianVector) and _round(mu_x) and _round(mu_y):
        if isinstance(kernel, Elementwise):
            return _of_product(kernel, kernel.phi, kernel.kinks, (mu_x, mu_y), Asked(rtol, max_rank, "phi(<x, y>)"))
        if is_invariant(kernel, mu_x, mu_y):
            svd = _of_invariant(kernel, (mu_x, mu_y), rtol, max_rank)
            if svd is not None:
                return svd
    coordinates = find_coordinates(kernel, mu_x, mu_y)
    if any(too_many(component) for component in coordinates.components):
        return nystrom_svd(kernel, (mu_x, mu_y), rtol, max_rank)
    if _takes_all(coordinates):
        return _with_points(kernel, (mu_x, mu_y), rtol, max_rank, grid_svd(kernel, (mu_x, mu_y), rtol, max_rank))
    svd = tensor_svd(tensor_discretisation(coordinates, max(0.3 * rtol**0.75, 1e-15)), rtol, max_rank)
    return _with_points(kernel, (mu_x, mu_y), rtol, max_rank, svd)


def _takes_all(coordinates: Coordinates) -> bool:
    """Whether h takes all of up to two coordinates a side together, for which panels are affordable."""
    x, y = len(coordinates.anchor_x), len(coordinates.anchor_y)
    return max(x, y) == _PLANE and coordinates.components == (Component(tuple(range(x)), tuple(range(y))),)


def _with_points(kernel: Kernel, measures: tuple[Measure, Measure], rtol: float, max_rank: int | None,
                 svd: OperatorSVD | None) -> OperatorSVD:
    """The answer, or that of quasi-random points where it is poor and theirs is better."""
    if svd is not None and (svd.converged or (svd.rank > 0 and svd.errors[0] <= _POOR * svd.values[0])):
        return svd
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
        coarse = replace(profile, tol=max(_COARSELY, profile.tol), budget=0)
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
    line = elementwise(lambda z: phi(scale * z), kinks=np.array(kinks) / scale)
    line.evaluations = 0
    if isinstance(kernel, Elementwise):    # another kernel counts, and pays, by itself
        line.budget = kernel.budget

    def make(top: float) -> ProductProfile:
        return product_profile(line, k, 2.0 * top + math.log(k) + max(0.1, beyond_ends(k, aim)), max(0.1 * aim, 1e-14))

    radii, profile = find_radii(make, k, aim)
    svd = _refined(profile, radii, profile.parities, measures, asked)
    if isinstance(kernel, Elementwise):
        kernel.evaluations += line.evaluations
    return svd


def _refined(profiles: Profiles, radii: Radii, parities: tuple[bool, bool],
             measures: tuple[GaussianVector, GaussianVector], asked: Asked) -> OperatorSVD:
    """Refine until the error bars meet rtol, or the budget runs out."""
    best: OperatorSVD | None = None
    try:
        size = enough_degrees(profiles, radii, profiles.k, asked.rtol, parities)
        for discretisation in sector_discretisations(profiles, radii, size, parities, max(_AIM * asked.rtol, 1e-15)):
            svd = sector_svd(discretisation, measures, asked)
            if best is None or (svd.converged, len(svd.values)) > (best.converged, len(best.values)):
                best = svd
            if svd.converged:
                break
    except BudgetExhaustedError as exhausted:
        if best is None:
            raise
        best = replace(best, status=f"{best.status} ({exhausted})")
    if best is None:
        raise RuntimeError("no discretisation was solved")
    return best
