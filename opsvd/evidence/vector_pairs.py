"""Kernels whose values are dear: the answer held against the kernel at random pairs of points."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.special import ndtri

from .._support.floats import EPS
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from .carriers import energy_and_bound, few_carriers_margin
from .pairs import SeenAtPairs, answer_of, pairs_for
from .remainder import RemainderEvidence
from .scatter import ScatterEvidence

Answer: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""What stands for h at pairs of points."""


class VectorPairs:
    """So many random pairs of points, with h there.

    Half of the pairs are drawn from the measures, and half from wider Gaussians in standard coordinates, with weights
    that make means those of the measures. So no weight is above two.
    """

    def __init__(self, problem: Problem, count: int) -> None:
        rng = np.random.default_rng(count)
        z = spread_normals(count, sum(side.directions for side in problem.sides), rng)
        wider = 1.4    # deviations of half of the standard coordinates: polynomials miss more far out
        z[count // 2:] *= wider
        self._weights = mixture_weights(z, wider) / count
        self._x, self._y = (side.points(part) for side, part in
                            zip(problem.sides, np.split(z, [problem.sides[0].directions], axis=1), strict=True))
        self._h = problem.given.finite_beside(self._x, self._y)

    def energies(self, answer: Answer | None = None) -> np.ndarray:
        """Parts of the mean square of h, or of what an answer leaves of it, (count,)."""
        left = self._h if answer is None else self._h - answer(self._x, self._y)
        return np.asarray(self._weights * np.abs(left) ** 2)


def seen_at_vector_pairs(problem: Problem, answer: Answer) -> SeenAtPairs | None:
    r"""The size of h and of what an answer leaves at random pairs, from points x (n, p) and y (n, q) to values (n,).

    None if h is zero at all pairs.
    """
    count = pairs_for(problem.given)
    pairs = VectorPairs(problem, count)
    of_h, left = pairs.energies(), pairs.energies(answer)
    size, remainder = (math.sqrt(float(energies.sum())) for energies in (of_h, left))
    margin = float(few_carriers_margin(left, 16.0))
    return None if size == 0.0 else SeenAtPairs(size, margin * remainder, count)


def evidence_at_pairs(problem: Problem, beyond: float, system: SingularSystem) -> RemainderEvidence | None:
    r"""What random pairs of points show of the remainder, whose norm is a bar of every value (Weyl).

    What is `beyond` the last coefficients counts besides, as a norm: polynomials may miss it so far out that no pair
    lies there, as of cos(xy).
    """
    values = system.values
    seen = seen_at_vector_pairs(problem, lambda x, y: system.left.reconstruct(system.right, values, x, y))
    if seen is None:
        return None
    remainder = math.hypot(seen.left_by(values), beyond)
    size = seen.size if remainder > 1e-3 * seen.size else float(np.linalg.norm(values))
    return RemainderEvidence(values=values, size=size, remainder=remainder, operator_norm=remainder, coupling=remainder,
                             dimension=seen.count, least=remainder)


def left_at_pairs(pairs: VectorPairs, system: SingularSystem) -> tuple[float, float]:
    """The mean square of what all values leave at some random pairs of points, and what it may be."""
    values = system.values
    return energy_and_bound(pairs.energies(lambda x, y: system.left.reconstruct(system.right, values, x, y)), 3.0)


def evidence_of_few_pairs(problem: Problem, count: int, beyond: float, system: SingularSystem) -> ScatterEvidence:
    """The same of a kernel of numbers and of so few pairs that their scatter matters: bars are six deviations wide."""
    mu_x, mu_y = problem.lines

    def answer(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        t, u = mu_x.coordinate(x), mu_y.coordinate(y)
        return np.asarray(answer_of(system).values(t, u) / mu_x.sqrt_density(t) / mu_y.sqrt_density(u))

    pairs = VectorPairs(problem, count)
    (energy, most), (_, left) = map(energy_and_bound, (pairs.energies(), pairs.energies(answer)))
    bar = math.sqrt(left + beyond**2) + 16.0 * EPS * float(system.values.max(initial=0.0))
    # By Weyl's bound each value is the i-th, however wide its bar is.
    return ScatterEvidence(values=system.values, errors=np.full(len(system.values), bar), dimension=count,
                           energy=(energy, most - energy), clear=1.0)


def spread_normals(count: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    """Standard Gaussian vectors (count, dim): along each coordinate there is one in each of as many parts of the mass.

    They are in no order.
    """
    u = (rng.permuted(np.tile(np.arange(count)[:, None], (1, dim)), axis=0) + rng.random((count, dim))) / count
    return np.asarray(ndtri(u))


def mixture_weights(z: np.ndarray, wider: float) -> np.ndarray:
    """The density of standard Gaussian vectors (n, d) over that of their mixture with others of a wider deviation."""
    squares, d = np.sum(z**2, axis=1), z.shape[1]
    with np.errstate(over="ignore"):
        other = np.exp(0.5 * squares * (1.0 - wider**-2) - d * math.log(wider))
    return np.asarray(2.0 / (1.0 + other))
