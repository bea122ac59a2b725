"""The answer for kernels of few variables without symmetry that are not entire, from uniform grids."""

from dataclasses import replace

import numpy as np

from .budget import BudgetExhaustedError
from .error_bars import Evidence
from .images import Images
from .lattice_functions import LatticeFunctions
from .linalg import canonical_signs, leading_svd, norm_bound
from .methods.coordinates import Component, Coordinates
from .methods.lattice import Lattice, fits, kernel_matrix, lattice
from .result import OperatorSVD
from .tensor_svd import answer, seen_at_spots

__all__ = ["better", "lattice_directions", "lattice_svd"]

# Directions on one side that a grid may have.
_MOST_DIRECTIONS = 3
# So many singular values are computed.
_COUNT = 96
# Grids end where half-densities are this part of sqrt(rtol), as errors of functions count by their squares; a smaller
# rtol than this has no wider grids, which would have to be coarser.
_REACH, _LEAST = 0.01, 1e-7
_STEP, _FACTORS, _WAITS = 0.6, (0.7, 0.84), 0.1
# The grid for checks: its steps and radius, relative to those of the other.
_CHECK, _WIDER = 0.87, 1.1
_SHIFTS = (0.5, 0.23)
# Random points may see this much more of the remainder than the grid does.
_DISAGREES, _ROUNDING = 2.0, 1e-13
# The norms on two grids differ by half of the error of either at the least.
_SAFETY = 4.0
# Functions by which directions are judged.
_JUDGED = 20


def lattice_directions(c: Coordinates) -> Component | None:
    """All coordinates that h uses, as one component; None if they are too many for grids."""
    whole = Component(tuple(sorted({axis for part in c.components for axis in part.x})),
                      tuple(sorted({axis for part in c.components for axis in part.y})))
    return whole if 0 < min(len(whole.x), len(whole.y)) <= max(len(whole.x), len(whole.y)) <= _MOST_DIRECTIONS else None


def lattice_svd(c: Coordinates, rtol: float, max_rank: int | None) -> OperatorSVD:
    """Refine the grids until the bars meet rtol or no finer ones are affordable.

    Raises ValueError if `lattice_directions` is None.
    """
    whole = lattice_directions(c)
    if whole is None:
        raise ValueError("h must use few coordinates, and some of either side")
    radius = float(np.sqrt(-4.0 * np.log(_REACH * np.sqrt(max(rtol, _LEAST)))))
    steps = np.full(len(whole.x), _STEP), np.full(len(whole.y), _STEP)
    best: OperatorSVD | None = None
    try:
        while fits((_CHECK * steps[0], _CHECK * steps[1]), _WIDER * radius):
            grids = lattice(steps[0], radius, _SHIFTS[0]), lattice(steps[1], radius, _SHIFTS[0])
            svd, rough = _decomposed(c, whole, grids, rtol, max_rank)
            if best is None or _preferred(svd, best):
                best = svd
            if svd.converged:
                break
            steps = _finer(steps, rough, radius)
    except BudgetExhaustedError as exhausted:
        if best is None:
            raise
        best = replace(best, status=f"{best.status} ({exhausted})")
    if best is None:
        raise RuntimeError("no grid was affordable")
    return best


def _finer(steps: tuple[np.ndarray, np.ndarray], rough: tuple[np.ndarray, np.ndarray],
           radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Smaller steps in the directions in which functions are rough, by as much as is affordable."""
    most = max(float(part.max()) for part in rough)
    growing = [part > _WAITS * most for part in rough]
    finer = steps
    for factor in _FACTORS:
        finer = (np.where(growing[0], factor, 1.0) * steps[0], np.where(growing[1], factor, 1.0) * steps[1])
        if fits((_CHECK * finer[0], _CHECK * finer[1]), _WIDER * radius):
            break
    return finer


def better(one: OperatorSVD, other: OperatorSVD) -> OperatorSVD:
    """Of two answers the one that meets rtol, or has smaller bars of its leading values; the first if there is none."""
    return other if _preferred(other, one) else one


def _preferred(one: OperatorSVD, other: OperatorSVD) -> bool:
    if one.converged != other.converged:
        return one.converged
    count = min(one.rank, other.rank, 6)
    if count == 0:
        return one.rank > other.rank
    return float(one.errors[:count].max()) < float(other.errors[:count].max())


def _decomposed(c: Coordinates, whole: Component, grids: tuple[Lattice, Lattice], rtol: float,
                max_rank: int | None) -> tuple[OperatorSVD, tuple[np.ndarray, np.ndarray]]:
    """One size, and how rough the leading functions are in each direction of x and of y."""
    matrix = kernel_matrix(c, whole, *grids)
    norm = float(np.linalg.norm(matrix))
    u, s, v = leading_svd(matrix, _COUNT)
    del matrix
    sign = canonical_signs(u)
    left, right = (LatticeFunctions(mu, turn, axes, grid, vectors * sign) for mu, turn, axes, grid, vectors in (
        (c.mu_x, c.turn_x, whole.x, grids[0], u), (c.mu_y, c.turn_y, whole.y, grids[1], v)))
    evidence, unknown = _evidence(c, whole, left, right, s)
    svd = answer(s, (left, right), evidence, rtol=rtol, max_rank=max_rank, note=_note(*grids),
                 limit="Finer grids are not affordable", norm_error=_SAFETY * abs(evidence.norm - norm) + unknown)
    scale = s[:_JUDGED] / (s[0] if len(s) else 1.0)
    rough = [grid.roughness(vectors[:, :_JUDGED] * scale) for grid, vectors in zip(grids, (u, v), strict=True)]
    return svd, (rough[0], rough[1])


def _evidence(c: Coordinates, whole: Component, left: LatticeFunctions, right: LatticeFunctions,
              s: np.ndarray) -> tuple[Evidence, float]:
    """What another, finer and wider grid and random points show of the remainder, and what only the points see."""
    checks = [lattice(_CHECK * side.lattice.steps, _WIDER * side.lattice.radius, _SHIFTS[1]) for side in (left, right)]
    matrix = kernel_matrix(c, whole, *checks)
    norm = float(np.linalg.norm(matrix))
    f, g = (side.lattice.basis(grid.nodes) @ side.coefficients * float(np.sqrt(np.prod(grid.steps)))
            for side, grid in zip((left, right), checks, strict=True))
    matrix -= (f * s) @ g.T
    checked, seen = float(np.linalg.norm(matrix)), seen_at_spots(c, left, right, s)
    images = _images(matrix, f, g)
    # What points see and the grid does not, it knows no part of, nor how it is spread over singular functions.
    unknown = 0.0 if seen <= _DISAGREES * checked + _ROUNDING * norm else float(np.sqrt(seen**2 - checked**2))
    spread = norm_bound(matrix) * max(1.0, seen / checked) if checked > 0.0 else seen
    return Evidence(norm=norm, remainder=max(checked, seen), spread=spread,
                    coupling=float(np.linalg.norm(f.T @ matrix @ g)) + unknown,
                    images=Images(images.residual + unknown, images.coupling + unknown)), unknown


def _images(remainder: np.ndarray, f: np.ndarray, g: np.ndarray) -> Images:
    """What the remainder makes of the leading functions, for ever more of them."""
    columns, rows = remainder @ g, remainder.T @ f
    inner = f.T @ columns
    residual = np.sqrt(np.maximum(*(np.cumsum(np.sum(part**2, axis=0)) for part in (columns, rows))))
    corners = [float(np.linalg.norm(inner[:q, :q])) for q in range(1, f.shape[1] + 1)]
    return Images(residual, np.array(corners))


def _note(left: Lattice, right: Lattice) -> str:
    steps = [" x ".join(f"{step:.2g}" for step in side.steps) for side in (left, right)]
    return (f"uniform grids of {len(left.index)} by {len(right.index)} nodes within {left.radius:.2g} standard "
            f"deviations, steps {steps[0]} and {steps[1]}")
