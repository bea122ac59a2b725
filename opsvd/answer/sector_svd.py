"""The answer for rotation-invariant kernels: the SVD of every degree, and what is known of all of them together."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .._support.budget import check_time
from .._support.linalg import canonical_signs, compact_svd, corner_norms, norm_bound
from ..evidence.error_bars import Evidence, error_bars, largest_evidence
from ..evidence.images import Images, energy_beyond
from ..measures import GaussianVector
from ..methods.sector_checks import CheckGrid
from ..methods.sectors import SectorDiscretisation
from ..operator.sector_functions import SectorFunctions
from ..quadrature import harmonics
from ..spectrum import Estimate, Tail, decay_law
from ..spectrum.multiplets import MOST_EXPANDED, alike, as_counts, expanded, merged, ordered_errors
from ..spectrum.sector_tail import sector_tail
from .result import OperatorSVD

__all__ = ["Asked", "sector_svd"]

_EPS = float(np.finfo(np.float64).eps)
# So many accurate values of all degrees make an answer, though more of them may exceed the tolerance.
_ENOUGH = 24
# Rows of a matrix that together are below this part of it are left out.
_FAINT = 1e-16
# Lengths and products are rounded by some eps.
_ROUNDING = 8.0
# So many leading functions of a degree are held against their images.
_MOST = 64


@dataclass(frozen=True, eq=False)
class _Sector:
    """The singular values of one degree, and their radial functions.

    Attributes
    ----------
    degree, count : int
        The degree and its number of harmonics.
    values, errors : ndarray, shape (r,)
    left, right : ndarray, shape (nodes, r)
        Coefficients of the radial functions.
    remainder : float
        The norm of what the values leave of this degree, for one harmonic.
    dimension : int
        How many values that may have, as far as it was seen: the nodes of the check grid.
    """

    degree: int
    count: int
    values: np.ndarray
    errors: np.ndarray
    left: np.ndarray
    right: np.ndarray
    remainder: float
    dimension: int


@dataclass(frozen=True)
class _Entry:
    """One radial singular value: the j-th of a degree."""

    sector: _Sector
    j: int

    @property
    def value(self) -> float:
        return float(self.sector.values[self.j])

    @property
    def error(self) -> float:
        return float(self.sector.errors[self.j])


@dataclass(frozen=True)
class Asked:
    """What was asked for: the tolerance, the most values, and the kernel in words."""

    rtol: float
    max_rank: int | None
    what: str


def sector_svd(d: SectorDiscretisation, measures: tuple[GaussianVector, GaussianVector], asked: Asked) -> OperatorSVD:
    """Decompose every degree, and keep the values that are known, and known to be the largest.

    A value is given if it stands above its error bar, above rtol s_1, and above all that degrees beyond the last one
    may hold.
    """
    sectors, checks = _sectors(d, asked.rtol)
    goal = asked.rtol * max(float(sector.values.max(initial=0.0)) for sector in sectors)
    entries = sorted((_Entry(sector, j) for sector in sectors for j in range(len(sector.values))),
                     key=lambda entry: -entry.value)
    floor = max(d.largest_beyond, goal)
    # From the first that is not known, what follows may be out of order.
    visible = _until(entries, lambda entry: entry.value > max(floor, entry.error))
    # What is known to less than the tolerance may be larger than it seems: no value below that is known to be the i-th.
    reach = max((entry.value + entry.error for entry in entries if entry.error > goal), default=0.0)
    accurate = _until(visible, lambda entry: entry.error <= goal and entry.value > reach)
    kept = _whole(accurate if len(accurate) >= min(_ENOUGH, len(visible)) else visible, entries)
    return _assembled(d, measures, sectors, kept, asked, checks=checks)


def _until(entries: list[_Entry], good: Callable[[_Entry], bool]) -> list[_Entry]:
    stop = next((i for i, entry in enumerate(entries) if not good(entry)), len(entries))
    return entries[:stop]


def _whole(kept: list[_Entry], entries: list[_Entry]) -> list[_Entry]:
    """Without those at the end that are not told apart from the first that is not kept: half a multiplet."""
    if len(kept) == len(entries):
        return kept
    cut = entries[len(kept)]
    told = [not alike(entry.value, cut.value, entry.error + cut.error) for entry in kept]
    last = next((i for i in reversed(range(len(kept))) if told[i]), -1)
    return kept[:last + 1]


def _sectors(d: SectorDiscretisation, rtol: float) -> tuple[list[_Sector], tuple[CheckGrid, ...]]:
    """Every degree, judged by one check grid if all leave less than the tolerance, else by several; and the grids."""
    triplets = [_triplets(d.matrix(degree)) for degree in d.degrees]
    roots = [math.exp(0.5 * math.log(harmonics(d.k, degree))) for degree in d.degrees]
    goal = rtol * max(float(sigma.max(initial=0.0)) / root for (_, sigma, _), root in zip(triplets, roots, strict=True))
    evidence = [_seen(d, d.check, degree, found) for degree, found in zip(d.degrees, triplets, strict=True)]
    # Without integrals bars are twice the remainder.
    rough = [2.0 * seen.remainder > goal * root for seen, root in zip(evidence, roots, strict=True)]
    others = d.shifted_checks if any(rough) else ()
    for i, degree in enumerate(d.degrees):
        if others:
            evidence[i] = largest_evidence([evidence[i], *(_seen(d, check, degree, triplets[i]) for check in others)])
        elif not d.smooth:
            # One grid knows how large the remainder is, but its integrals may be wrong as those of the bases are.
            evidence[i] = replace(evidence[i], coupling=evidence[i].remainder, images=None)
    return [_sector(d, *parts) for parts in zip(d.degrees, roots, triplets, evidence, strict=True)], (d.check, *others)


def _triplets(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The SVD of the part of a matrix that matters: left coefficients, singular values, right coefficients."""
    check_time()
    rows, columns = _there(matrix), _there(matrix.T)
    u, sigma, v = compact_svd(matrix[rows:, columns:])
    left, right = np.zeros((len(matrix), len(sigma))), np.zeros((matrix.shape[1], len(sigma)))
    sign = canonical_signs(u)
    left[rows:], right[columns:] = u * sign, v * sign
    return left, sigma, right


def _sector(d: SectorDiscretisation, degree: int, root: float, triplets: tuple[np.ndarray, np.ndarray, np.ndarray],
            evidence: Evidence) -> _Sector:
    """One degree, with the bars that the evidence allows."""
    left, sigma, right = triplets
    # The angular integrals are good to rounding of phi, not of the degree.
    rounding = 16.0 * _EPS * d.radii.norm + _ROUNDING * d.check.rounding(degree)
    bars = error_bars(sigma, evidence) + rounding + d.hidden[0] + d.lost
    return _Sector(degree, harmonics(d.k, degree), sigma / root, bars / root, left, right, evidence.remainder / root,
                   evidence.dimension)


def _seen(d: SectorDiscretisation, check: CheckGrid, degree: int,
          triplets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Evidence:
    """What a check grid shows of the singular triplets of a degree."""
    left, sigma, right = triplets
    matrix, functions = check.matrix(degree), check.functions(d.left, d.right)
    f, g = functions[0] @ left, functions[1] @ right
    r = matrix - (f * sigma) @ g.T
    norm, outside = float(np.linalg.norm(matrix)), d.radii.missing * d.radii.norm
    remainder = float(np.hypot(np.linalg.norm(r), _FAINT * norm))
    return Evidence(norm=norm, remainder=float(np.hypot(remainder, outside)), spread=norm_bound(r) + outside,
                    coupling=float(np.linalg.norm(f.T @ r @ g)), dimension=min(matrix.shape),
                    images=_images(d, check, degree, (f, sigma, g)))


def _images(d: SectorDiscretisation, check: CheckGrid, degree: int,
            triplets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Images:
    """What T makes of the leading functions on a check grid, against what it should make of them.

    Beyond the grid images are continued by their decay, up to all that T has there.
    """
    f, sigma, g = (part[..., :_MOST] for part in triplets)
    matrix, outside = check.image_matrix(degree), (d.radii.missing * d.radii.norm) ** 2
    residuals = []
    for there, own, nodes in ((matrix @ g, f, check.x), (matrix.T @ f, g, check.y)):
        beyond = np.minimum(energy_beyond(there, nodes, (float(nodes[0]), float(nodes[-1]))), outside)
        residuals.append(np.sqrt(np.cumsum(np.sum((there - own * sigma) ** 2, axis=0)) + beyond))
    inner = f.T @ (matrix @ g - f * sigma)
    return Images(np.maximum(*residuals), corner_norms(inner))


def _there(matrix: np.ndarray) -> int:
    """The first row that matters: towards zero, those of higher degrees fade."""
    energy = np.cumsum(np.sum(matrix**2, axis=1))
    return int(np.searchsorted(energy, _FAINT**2 * energy[-1])) if energy[-1] > 0.0 else 0


def _assembled(d: SectorDiscretisation, measures: tuple[GaussianVector, GaussianVector], sectors: list[_Sector],
               kept: list[_Entry], asked: Asked, *, checks: tuple[CheckGrid, ...]) -> OperatorSVD:
    """The result with the entries kept, and an account of the others."""
    goal = asked.rtol * max(float(sector.values.max(initial=0.0)) for sector in sectors)
    values, bars, counts = merged(np.array([e.value for e in kept]), np.array([e.error for e in kept]),
                                  [e.sector.count for e in kept])
    multiplicities = as_counts(counts)
    rank = min(sum(counts), MOST_EXPANDED)
    listed = math.fsum(e.sector.count * e.value**2 for e in kept)
    given = {(e.sector.degree, e.j) for e in kept}
    others = math.fsum(s.count * float(value) ** 2 for s in sectors for j, value in enumerate(s.values)
                       if (s.degree, j) not in given)
    remainder = math.fsum(s.count * s.remainder**2 for s in sectors) + d.rest**2
    norm, tail = math.sqrt(listed + others + d.rest**2), math.sqrt(others + remainder)
    if d.norms is not None:
        norm = max(d.norms[1], math.sqrt(listed))
        tail = math.sqrt(norm**2 - listed)
    norm_error = _norm_error(d, checks, sectors, norm)
    errors = ordered_errors(values, bars, multiplicities, rank, _others(sectors, given))
    worst = float(errors.max(initial=0.0)) if kept else norm
    left, right = (_functions(d, measures, kept, rank, side) for side in (0, 1))
    whole = OperatorSVD(
        values=values, multiplicities=multiplicities, value_errors=bars,
        singular_values=expanded(values, multiplicities, rank),
        errors=errors, left=left, right=right, norm=Estimate(norm, norm_error), tail=tail, rtol=asked.rtol,
        method=_note(d, asked.what), evaluations=0, converged=worst <= goal, breaks=False,
        status=_status(d, worst, goal, asked.rtol, len(values)),
        decay=decay_law(values, bars, multiplicities=multiplicities),
        spectrum_tail=_tail(d, sectors, given, tail**2, 2.0 * norm * norm_error))
    return whole if asked.max_rank is None else whole.truncate(asked.max_rank)


def _others(sectors: list[_Sector], given: set[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """What the values that are not given are at most, and how often each stands: bars may reach among those given."""
    entries = [_Entry(s, j) for s in sectors for j in range(len(s.values)) if (s.degree, j) not in given]
    return np.array([e.value + e.error for e in entries]), as_counts([e.sector.count for e in entries])


def _functions(d: SectorDiscretisation, measures: tuple[GaussianVector, GaussianVector], kept: list[_Entry], rank: int,
               side: int) -> SectorFunctions:
    basis = (d.left, d.right)[side]
    columns = [(e.sector.left, e.sector.right)[side][:, e.j] for e in kept]
    coefficients = np.array(columns).reshape(len(kept), basis.count).T
    return SectorFunctions(measures[side], basis, np.array([e.sector.degree for e in kept], dtype=int), coefficients,
                           rank)


def _norm_error(d: SectorDiscretisation, checks: tuple[CheckGrid, ...], sectors: list[_Sector], norm: float) -> float:
    """sqrt(E h^2) is known twice: by the coarse grid, and degree by degree; only the latter is used, with a margin."""
    if d.norms is None:
        checked = [math.sqrt(sum(float(np.sum(check.matrix(s.degree) ** 2)) for s in sectors) + d.rest**2)
                   for check in checks]
        change = max(abs(other - norm) for other in checked)
        change += 2.0 * d.rest * d.rest_error / norm if norm else 0.0
    else:
        change = abs(d.norms[0] - d.norms[1])
    hidden = d.hidden[1] / norm if norm else 0.0
    return change + hidden + d.radii.missing * norm + 16.0 * _EPS * norm


def _tail(d: SectorDiscretisation, sectors: list[_Sector], given: set[tuple[int, int]], energy: float,
          unsure: float) -> Tail:
    """What lies beyond the values given, for norms and effective ranks."""
    counts = np.array([float(s.count) for s in sectors])
    listed = np.array([sum(float(v) for j, v in enumerate(s.values) if (s.degree, j) in given) for s in sectors])
    # Below their bars values are noise, of which the bars themselves are all that is known.
    sums = np.array([float(np.sum(np.where(s.values > s.errors, s.values, 0.0))) for s in sectors])
    errors = np.array([float(np.sum(np.minimum(s.errors, 2.0 * s.values + s.errors))) for s in sectors])
    degrees = np.array([s.degree for s in sectors])
    hidden = np.array([math.sqrt(s.dimension) * s.remainder for s in sectors])
    least = np.array([float(np.sum(np.maximum(s.values - s.errors, 0.0))) for s in sectors])
    return sector_tail((energy - unsure, energy + unsure), counts * listed, counts * np.maximum(sums, listed),
                       counts * errors, degrees, complete=d.rest == 0.0, hidden=float(counts @ hidden),
                       total_least=float(counts @ least))


def _note(d: SectorDiscretisation, what: str) -> str:
    return (f"{what} in R^{d.k}: spherical harmonics to degree {len(d.values) - 1}, each with a radial kernel of "
            f"{d.left.count} by {d.right.count} nodes, step {d.left.step:.3g} in log|x|")


def _status(d: SectorDiscretisation, worst: float, goal: float, rtol: float, count: int) -> str:
    if count == 0 and worst > goal:
        return ("not converged: no singular value is known to be larger than what the degrees beyond the last may "
                "hold; accept a larger rtol")
    if worst > goal:
        return (f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error "
                f"bars hold all the same. h varies too fast for the grids in the lengths, or for the degrees: accept a "
                f"larger rtol or a smaller max_rank")
    reached = f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}"
    if d.largest_beyond > goal:
        return (f"{reached}; the spectrum decays slowly with the degree, and degrees from {len(d.values)} on may hold "
                f"values up to {d.largest_beyond:.1e}: smaller ones are not given, see tail")
    return reached
