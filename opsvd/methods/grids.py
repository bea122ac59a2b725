"""Kernels of few coordinates, or of blocks or with matrices for values: products of a basis for every coordinate.

The bases are polynomials (of Gaussians, those of Hermite) while their coefficients decay fast, as for entire kernels,
and then Lagrange functions on panels, which do not mind poles near the real axis, as those of tanh.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import NamedTuple, TypeAlias, TypeVar, cast

import numpy as np

from .._support.arrays import squares
from .._support.budget import BudgetExhaustedError, announce
from .._support.linalg import compact_svd, leading_svd
from ..bases import GridBasis, LineBasis, PanelBasis, polynomials_of
from ..evidence.carriers import mean_of_grid
from ..evidence.larger_basis import larger_evidence
from ..evidence.pairs import pairs_for
from ..evidence.remainder import RemainderEvidence
from ..evidence.scatter import largest_nearby
from ..kernels import Kernel, Side, operator_grid
from ..measures import Gaussian, LineMeasure
from ..operator.discretisation import Answer, Block, Discretisation, Discretisations
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from ..quadrature import Rule, composite_gauss_legendre
from .base import Method
from .remainder_at_points import Products, refined_at_points

# Numbers of polynomials, even, so that no node is at zero, where a block may have no direction.
_POLYNOMIALS = (6, 8, 10, 14, 20, 24, 32, 48)
# Nodes on panels. A size is at most half larger than the one before: two of them cost less than twice the larger.
_PANELS = (24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512)
_MOST_ROWS = 4800    # of a matrix, which then takes 184 MB

_Laws: TypeAlias = tuple[tuple[LineMeasure, ...], tuple[LineMeasure, ...]]
T = TypeVar("T")


class Grid(Method):
    """Products of a basis for every coordinate, for blocks, kernels with matrices for values, and few coordinates."""

    def refusal(self, problem: Problem) -> str | None:
        """Numbers, for which other methods are better, measures without coordinates, and too many directions."""
        if problem.of_numbers:
            return "takes kernels of vectors, blocks, and kernels with matrices for values"
        left, right = problem.sides
        if not all(side.lines and not any(len(line.edges) for line in side.lines) for side in (left, right)):
            return ("takes measures of independent coordinates whose densities have no breaks: of Gaussians, numbers, "
                    "and opsvd.Product of such")
        if all(next(_sizes(left, right, panels=panels), None) is None for panels in (False, True)):
            return (f"takes points of few coordinates, and h has {left.directions} and {right.directions}, so that a "
                    f"matrix would have more than {_MOST_ROWS} rows")
        return None

    def discretisations(self, problem: Problem) -> Discretisations:
        """Polynomials while they gain, then panels, of ever more functions in each direction; then their remainder."""
        return refined_at_points(problem, _products(problem))


def _products(problem: Problem) -> Products:
    """Discretisations by products alone: the last answer, and what it is of."""
    best: tuple[Answer | None, Discretisation] | None = None
    try:
        for panels in (False, True):
            seen: list[_Coarser] = []
            last = math.inf
            for size in _sizes(*problem.sides, panels=panels):
                finer = _discretisation(problem, size, seen)
                answer = yield finer
                if answer is None:    # the first size, which there is nothing to compare with
                    best = best[0] if best else None, finer
                    continue
                best, leading = (answer, finer), float(answer.errors[0]) if len(answer.errors) else math.inf
                # Coefficients of entire kernels fall by more at each size; those that do not are left to panels,
                # and so is what twenty polynomials tell nothing of.
                if not panels and (leading > 0.4 * last or (size.size >= 20 and leading == math.inf)):
                    break
                last = leading
    except BudgetExhaustedError:
        if best is None:
            raise
    if best is None:
        raise RuntimeError("Grid.refusal must refuse what has no size")
    return best


def _discretisation(problem: Problem, size: "_Size", seen: "list[_Coarser]") -> Discretisation:
    samples = _matrix(problem, [[line.rule for line in lines] for lines in size.bases])
    left, right = (GridBasis(side, *lines) for side, lines in zip(problem.sides, size.bases, strict=True))

    def rotated(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        # Samples at the nodes to coefficients is a rotation: all bases here have as many functions as nodes.
        # Of large matrices the SVD would take longer than the values: what is beyond 120 triplets is remainder.
        u, s, v = compact_svd(matrix) if min(matrix.shape) <= 800 else leading_svd(matrix, 120)
        return left.analyse(u), s, right.analyse(v)

    return Discretisation((Block(left, right, samples),), partial(_evidence, problem, size, seen), size.note,
                          factorise=rotated,
                          limit="Finer bases in every direction are not affordable: accept a larger rtol")


@dataclass(frozen=True, eq=False)
class _Size:
    """Bases for the coordinates of a row of x and of y, and rules on which the answer is held against h.

    Attributes
    ----------
    size : int
        About the number of functions in a direction.
    bases : tuple of tuple of LineBasis
        Under the laws of the coordinates, without a common node.
    checks : tuple of tuple of Rule
        Of other nodes.
    spacing : float
        The distance of the nodes falls like the size to the power of minus this.
    note : str
    """

    size: int
    bases: tuple[tuple[LineBasis, ...], tuple[LineBasis, ...]]
    checks: tuple[tuple[Rule, ...], tuple[Rule, ...]]
    spacing: float
    note: str


def _sizes(left: Side, right: Side, *, panels: bool) -> Iterator[_Size]:
    """Ever finer bases whose matrices fit: polynomials, or panels."""
    laws = left.measure.lines, right.measure.lines
    if not panels and any(law.period or law.most_polynomials < math.inf for side in laws for law in side):
        return
    for size in _PANELS if panels else _POLYNOMIALS:
        grid = _panels(laws, size) if panels else _polynomials(laws, size)
        if max(side.width * math.prod(max(line.size, len(check)) for line, check in zip(lines, checks, strict=True))
               ** (side.rows or 1) for side, lines, checks in zip(
                   (left, right), grid.bases, grid.checks, strict=True)) > _MOST_ROWS:
            return
        yield grid


def _of_each(laws: _Laws, make: Callable[[LineMeasure, int], T]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """What is made of a law and the number of its side, 0 for x and 1 for y; of equal laws the same object."""
    made: list[tuple[T, ...]] = []
    for number, side in enumerate(laws):
        known = [make(law, number) if law not in side[:i] else None for i, law in enumerate(side)]
        made.append(tuple(cast("T", known[side.index(law)]) for law in side))
    return made[0], made[1]


def _polynomials(laws: _Laws, size: int) -> _Size:
    hermite = all(isinstance(law, Gaussian) for side in laws for law in side)
    kind = "Hermite polynomials" if hermite else "orthonormal polynomials of each coordinate"
    return _Size(size, _of_each(laws, lambda law, y: polynomials_of(law, size - 1 + 2 * y)),
                 _of_each(laws, lambda law, y: law.gauss_rule(size + 4 + 2 * y)), 0.5,
                 f"{kind} in products, {size} in each direction")


def _panels(laws: _Laws, size: int) -> _Size:
    # Up to 64 nodes stand on four panels, more of them on panels of 16. At 6.5 and 8 deviations of a Gaussian the
    # density is 7e-10 and 1e-14 of its maximum; other laws have edges at the same quantiles.
    few = size <= 64
    reach, count = (6.5, 4) if few else (8.0, size // 16)
    edges = np.array([-reach, -1.6, 0.0, 1.6, reach]) if few else np.linspace(-reach, reach, count + 1)
    # What polynomials on long panels miss is rough: the check has low orders on short panels, which reach farther by
    # one and are moved aside by no simple fraction. benchmarks/check_rules.py shows what it sees of errors.
    ends = np.linspace(-reach - 1.0, reach + 1.0, 11 * max(1, size // 64) + 1)
    # Panels in y are longer, so that no node is common.
    return _Size(size, _of_each(laws, lambda law, y: PanelBasis(law, _edges(law, (1.0, 1.02)[y] * edges),
                                                                size // count)),
                 _of_each(laws, lambda law, y: law.rule(*composite_gauss_legendre(
                     _edges(law, ends + (0.137, -0.0685)[y]), 3 if size < 48 else 4))), 1.0,
                 f"panels in products, {count} of {size // count} nodes in each direction")


def _edges(law: LineMeasure, z: np.ndarray) -> np.ndarray:
    """The coordinates of a law of the same quantiles as standard Gaussian numbers, as far as floats tell them apart.

    Where the coordinates of a law end, the outermost is that end: beyond 6.5 deviations of a Gaussian is a mass of
    4e-11, and a value that lacks it is wrong by as much.
    """
    inside = z if isinstance(law, Gaussian) else np.clip(z, -8.0, 8.0)
    t = np.unique(law.coordinates_of_normal(inside[:, None])[:, 0])
    low, high = law.span
    return np.unique(np.concatenate([[low] if np.isfinite(low) else t[:1], t[1:-1],
                                     [high] if np.isfinite(high) else t[-1:]]))


def _matrix(problem: Problem, rules: Sequence[Sequence[Rule]]) -> np.ndarray:
    """The kernel of T at products of nodes, with square roots of weights: (rows of x, rows of y)."""
    points, roots = [], []
    for side, of_row in zip(problem.sides, rules, strict=True):
        directions = [*of_row] * (side.rows or 1)
        t = np.stack(np.meshgrid(*[rule.nodes for rule in directions], indexing="ij"), axis=-1)
        points.append(side.placed(t.reshape(-1, len(directions))))
        weight = reduce(np.multiply.outer, [rule.sqrt_weights for rule in directions])
        roots.append(np.repeat(np.ravel(weight), side.width))
    rows, columns = (len(root) for root in roots)
    announce(f"products of {len(rules[0][0])} and {len(rules[1][0])} nodes in each direction", rows * columns, rows,
             columns)
    return np.asarray(operator_grid(problem.kernel, *points) * roots[0][:, None] * roots[1])


class _Coarser(NamedTuple):
    """What a size showed: all values, and the norm of what they leave."""

    size: int
    values: np.ndarray
    remainder: float


def _evidence(problem: Problem, size: _Size, coarser: list[_Coarser],
              system: SingularSystem) -> RemainderEvidence | None:
    """What check rules and random points show, and the sizes before: None for the first, which has none before it."""
    s, check = system.values, _matrix(problem, size.checks)
    f, g = (GridBasis(side.side, *lines).on_rules(rules, side.parts[0].coefficients) for side, lines, rules in zip(
        (system.left, system.right), size.bases, size.checks, strict=True))
    remainder = check - (f * s) @ g.conj().T
    average, seen = _missed_at_random_points(problem.kernel, system)
    evidence = larger_evidence(s, remainder, f, g, norm=float(np.linalg.norm(check)), seen=seen, average=average)
    before = coarser[-2:]
    coarser.append(_Coarser(size.size, s, evidence.remainder))
    return replace(evidence, still_to_come=_still_to_come(s, size, evidence.remainder, before)) if before else None


def _still_to_come(s: np.ndarray, grid: _Size, remainder: float, coarser: list[_Coarser]) -> np.ndarray:
    """What values would still change by if errors fall as those of jumps do, and twice that.

    They fall like the distance of the nodes. Rules of similar sizes may be wrong alike about integrals across kinks and
    jumps, and do not see each other's errors: where the remainder falls slowly, as it does there, the larger of the
    changes from two sizes is taken.
    """
    changes = [np.zeros(len(s))]
    # For a kink the remainder falls like the distance to the power of 3/2, for smooth kernels faster than any.
    falls = (coarser[-1].size / grid.size) ** (3.0 * grid.spacing) if coarser else 1.0
    smooth = len(coarser) > 0 and remainder <= coarser[-1].remainder * falls
    for before in coarser[-1:] if smooth else coarser:
        known = np.append(before.values, np.zeros(max(0, len(s) - len(before.values))))[:len(s)]
        spacing = 1.0 if smooth else grid.spacing
        changes.append(largest_nearby(np.abs(s - known)) / ((grid.size / before.size) ** spacing - 1.0))
    return np.asarray(2.0 * np.max(changes, axis=0))


def _missed_at_random_points(kernel: Kernel, system: SingularSystem) -> tuple[float, float]:
    """The root mean square of what the answer misses at random points, and the same with its uncertainty."""
    # All pairs of 800 points a side: as many values as a grid of a middling size; or of as many as take a tenth of what
    # is left, so that ten sizes, which all are seen at points, do not take two thirds of it for that.
    rng, both = np.random.default_rng(13), (system.left, system.right)
    each = both[0].side.width * both[1].side.width
    # Where h is one number and that is too much, quasi-random points alone show more values than coarse products.
    count = 800 if each == 1 and not kernel.dear else max(12, math.isqrt(pairs_for(kernel, 800**2 * each, 0.1) // each))
    points = [f.side.points(rng.standard_normal((count, f.side.directions))) for f in both]
    f, g = (side.parts[0].basis.sums(some, side.parts[0].coefficients)
            for side, some in zip(both, points, strict=True))
    misses = operator_grid(kernel, *points)
    misses -= (f * system.values) @ g.conj().T
    energies = squares(misses).reshape(count, both[0].side.width, count, both[1].side.width).sum(axis=(1, 3))
    return mean_of_grid(energies)
