"""What check grids of lengths show of the singular triplets of every degree."""

import math
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

import numpy as np

from .._support.arrays import leading_true, squares
from .._support.floats import EPS
from .._support.linalg import corner_norms, norm_bound
from ..evidence.degrees import Degree, DegreesEvidence
from ..evidence.images import Images, energy_beyond
from ..evidence.pairs import pairs_for
from ..evidence.remainder import RemainderEvidence, largest_evidence
from ..evidence.vector_pairs import VectorPairs, left_at_pairs
from ..operator.discretisation import Triplets
from ..operator.evidence import Evidence
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from .length_grids import LengthCheck, LengthGrids
from .radii import largest_beyond
from .sector_checks import CheckGrid
from .sector_grids import SectorGrids

FAINT = 1e-16
"""Rows of matrices that together are below this part of the largest matrix are left out: the others' rounding."""

Grids: TypeAlias = SectorGrids | LengthGrids
"""What a kernel is on each degree, in logarithms of lengths of Gaussian vectors, or between lengths of any laws."""


class Unseen:
    """Values of a black box at random pairs of points, by which its symmetry is confirmed."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.x, self.y, self.values = problem.random_pairs

    @cached_property
    def many(self) -> VectorPairs:
        """More of them, which tell a norm: of a kink near a hundredth of them to a twentieth."""
        return VectorPairs(self._problem, pairs_for(self._problem.given, 10_000))

    def contradicts(self, system: SingularSystem, evidence: Evidence) -> bool:
        """Whether h is not what an answer that rests on its form says."""
        # Values within their bars of zero may add up to more than there is, and what all leave would count as nothing.
        known = leading_true(system.values > evidence.bars())
        values = np.where(np.arange(len(system.values)) < known, system.values, 0.0)
        answer = system.left.reconstruct(system.right, values, self.x, self.y)
        missed = float(np.sqrt(np.mean(squares(self.values - answer))))
        # Six is a margin for mean squares of a hundred values, of which a few may be far larger than the others.
        return missed > 6.0 * evidence.left_out(known) + 1e-10 * evidence.norm.value


def sector_evidence(d: Grids, rtol: float, unseen: Unseen | None,
                    system: SingularSystem) -> DegreesEvidence | None:
    """Judge every degree by one check grid if all leave less than the tolerance, else by several.

    None if the values of a black box, `unseen`, contradict the answer.
    """
    roots = [part.basis.multiplicity_root for part in system.left.parts]
    triplets = [(mine.coefficients, system.values[mine.columns] * root, other.coefficients)
                for mine, other, root in zip(system.left.parts, system.right.parts, roots, strict=True)]
    goal = rtol * float(system.values.max(initial=0.0))
    seen = _evidence_of_degrees(d, d.check, triplets)
    # Without integrals bars are twice the remainder.
    rough = any(2.0 * one.remainder > goal * root for one, root in zip(seen, roots, strict=True))
    others = d.shifted_checks if rough else ()
    by_check = list(zip(seen, *(_evidence_of_degrees(d, check, triplets) for check in others), strict=True))
    if others and d.imaged:
        seen = [largest_evidence(list(of_checks)) for of_checks in by_check]
    elif not d.smooth:
        # Grids know how large the remainder is, but their integrals may be wrong as those of the bases are.
        largest = [max(of_checks, key=lambda one: one.remainder) for of_checks in by_check]
        seen = [replace(one, coupling=one.remainder, images=None) for one in largest]
        if unseen is not None:
            seen = _as_at_pairs(seen, d.beyond, left_at_pairs(unseen.many, system))
    degrees = tuple(_degree(d, degree, root, part.basis.multiplicity, one) for degree, root, part, one in zip(
        d.degrees, roots, system.left.parts, seen, strict=True))
    evidence = DegreesEvidence(values=system.values, degrees=degrees, following_degrees=d.beyond, norm_error=0.0,
                               known_norm=None if d.norms is None else d.norms[1],
                               floor=largest_beyond(d.beyond, d.k, len(d.values), d.parities))
    evidence = replace(evidence, norm_error=_norm_error(d, (d.check, *others), evidence))
    return None if unseen is not None and unseen.contradicts(system, evidence) else evidence


def _as_at_pairs(seen: list[RemainderEvidence], beyond: float, left: tuple[float, float]) -> list[RemainderEvidence]:
    """The same, as much larger on every degree as random pairs show that all degrees together leave.

    Where a kink or a jump lies between two nodes, rules of all kinds may miss what is left beside it. Pairs that agree
    with what is known, within their deviation, make it larger by that part alone: all of it may be `beyond`.
    """
    energy, most = left
    on_degrees = math.fsum(one.remainder**2 for one in seen)
    known = on_degrees + beyond**2
    if most <= known or on_degrees == 0.0:
        return seen
    agree = 2.0 * energy - most <= known    # the energy less its error
    larger = math.sqrt(most / known if agree else (most - beyond**2) / on_degrees)
    return [replace(one, remainder=larger * one.remainder, operator_norm=larger * one.operator_norm,
                    coupling=larger * one.coupling) for one in seen]


def _degree(d: Grids, degree: int, root: float, count: int, evidence: RemainderEvidence) -> Degree:
    """One degree, with the bars that the evidence allows."""
    # The angular integrals are good to rounding of phi, not of the degree. Lengths and products are rounded by some
    # eps.
    rounding = 16.0 * EPS * d.radii.norm + 8.0 * d.check.rounding(degree)
    bars = evidence.bars() + rounding + d.hidden[0] + d.truncation
    return Degree(degree, count, evidence.values / root, bars / root, evidence.remainder / root,
                  evidence.coupling / root, evidence.dimension)


def _norm_error(d: Grids, checks: tuple[CheckGrid | LengthCheck, ...], evidence: DegreesEvidence) -> float:
    """sqrt(E h^2) is known twice: by the coarse grid, and degree by degree; only the latter is used.

    Where h has a kink, rules are wrong alike; the norm is that of the answer to within the remainder.
    """
    norm = evidence.norm.value
    if d.norms is None:
        checked = [math.sqrt(sum(float(squares(check.matrix(degree)).sum()) for degree in d.degrees) + d.beyond**2)
                   for check in checks]
        change = max(abs(other - norm) for other in checked)
        change += 2.0 * d.beyond * d.beyond_error / norm if norm else 0.0
        change += evidence.remainders
    else:
        change = abs(d.norms[0] - d.norms[1])
    change += 8.0 * math.hypot(*(d.check.rounding(degree) for degree in d.degrees))    # as in the bars of values
    return change + (d.hidden[1] / norm if norm else 0.0) + d.radii.missing * norm


def _evidence_of_degrees(d: Grids, check: CheckGrid | LengthCheck, triplets: list[Triplets]) -> list[RemainderEvidence]:
    """What a check grid shows of the singular triplets of each degree."""
    functions = check.functions(d.left, d.right)
    return [_seen_of_degree(d, check, degree, (functions[0] @ left, sigma, functions[1] @ right))
            for degree, (left, sigma, right) in zip(d.degrees, triplets, strict=True)]


def _seen_of_degree(d: Grids, check: CheckGrid | LengthCheck, degree: int, triplets: Triplets) -> RemainderEvidence:
    """The same of those of one degree, with functions on the grid."""
    f, sigma, g = triplets
    matrix = check.matrix(degree)
    r = matrix - (f * sigma) @ g.conj().T
    norm, outside = float(np.linalg.norm(matrix)), d.radii.missing * d.radii.norm
    remainder = float(np.hypot(np.linalg.norm(r), FAINT * norm))
    return RemainderEvidence(values=sigma, size=norm, remainder=float(np.hypot(remainder, outside)),
                             operator_norm=norm_bound(r) + outside, coupling=float(np.linalg.norm(f.conj().T @ r @ g)),
                             dimension=min(matrix.shape),
                             images=_images(d, check, degree, triplets) if d.imaged else None)


def _images(d: Grids, check: CheckGrid | LengthCheck, degree: int, triplets: Triplets) -> Images:
    """What T makes of the leading functions on a check grid, against what it should make of them.

    Beyond the grid images are continued by their decay, up to all that T has there.
    """
    # Each of the 64 leading functions takes a product with the matrix; bars of others come from the remainder.
    f, sigma, g = (part[..., :64] for part in triplets)
    matrix, outside = check.matrix(degree, images=True), (d.radii.missing * d.radii.norm) ** 2
    residuals = []
    for there, own, nodes in ((matrix @ g, f, check.x), (matrix.conj().T @ f, g, check.y)):
        beyond = np.minimum(energy_beyond(there, nodes, (float(nodes[0]), float(nodes[-1]))), outside)
        residuals.append(np.sqrt(np.cumsum(np.sum(squares(there - own * sigma), axis=0)) + beyond))
    inner = f.conj().T @ (matrix @ g - f * sigma)
    return Images(np.maximum(*residuals), corner_norms(inner))
