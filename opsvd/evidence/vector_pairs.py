"""Kernels of vectors whose values are dear: the answer held against the kernel at random pairs of points."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from .carriers import few_carriers_margin
from .pairs import SeenAtPairs, pairs_for
from .remainder import RemainderEvidence

Answer: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""What stands for h at pairs of points."""


def seen_at_vector_pairs(problem: Problem, answer: Answer) -> SeenAtPairs | None:
    r"""The size of h and of what an answer leaves at random pairs, from points x (n, p) and y (n, q) to values (n,).

    Half of the pairs are drawn from the measures, and half from wider Gaussians in standard coordinates, with weights
    that make means those of the measures. So no weight is above two. None if h is zero at all pairs.
    """
    count = pairs_for(problem.given)
    rng = np.random.default_rng(count)
    z = rng.standard_normal((count, sum(side.directions for side in problem.sides)))
    wider = 1.4    # deviations of half of the standard coordinates: polynomials miss more far out
    z[count // 2:] *= wider
    weight = mixture_weights(z, wider) / count
    x, y = (side.points(part) for side, part in
            zip(problem.sides, np.split(z, [problem.sides[0].directions], axis=1), strict=True))
    h = problem.kernel.finite_beside(x, y)
    energies = weight * (h - answer(x, y)) ** 2
    size, remainder = math.sqrt(float(weight @ h**2)), math.sqrt(float(energies.sum()))
    margin = float(few_carriers_margin(energies, 16.0))
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


def mixture_weights(z: np.ndarray, wider: float) -> np.ndarray:
    """The density of standard Gaussian vectors (n, d) over that of their mixture with others of a wider deviation."""
    squares, d = np.sum(z**2, axis=1), z.shape[1]
    with np.errstate(over="ignore"):
        other = np.exp(0.5 * squares * (1.0 - wider**-2) - d * math.log(wider))
    return np.asarray(2.0 / (1.0 + other))
