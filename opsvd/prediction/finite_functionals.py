"""The nuclear norm and the effective rank of a sampled matrix, from fourth moments of the singular functions."""

import math
from dataclasses import dataclass

import numpy as np

from .sampled_operator import LARGEST_RELATIVE_STD, SampledOperator


@dataclass(frozen=True)
class Functional:
    """A functional of the sampled spectrum: its mean, bias, standard deviation, and what the mean may leave out.

    It is `extrapolated` where the error would be more than twice as large if the sum of the values that are not given
    were not continued from those that are. The deviation is infinite if more than a twentieth of the sum of the values
    is of those with infinite fourth moments, of which none is known.
    """

    mean: float
    bias: float
    std: float
    error: float
    valid: bool
    extrapolated: bool = False


def functionals(operator: SampledOperator, beyond: tuple[float, float, float]) -> tuple[Functional, Functional]:
    """The laws of the nuclear norm and of the effective rank; see the notes of `opsvd.prediction.finite_size.predict`.

    `beyond` has the sum of all other values, and of their squares; and what they add up to at most if that sum is
    extrapolated.
    """
    s, counts = operator.s, operator.counts
    total, energy = float(counts @ s) + beyond[0], float(counts @ s**2) + beyond[1]
    if not (energy > 0.0 and math.isfinite(total)):
        nothing = Functional(total, 0.0, 0.0, 0.0 if energy == 0.0 else math.inf, energy == 0.0)
        return nothing, nothing
    # The expansion in a perturbation needs mean squares well below 1. Values with larger ones are counted as error: so
    # the effective rank of tanh(xy) is predicted at 240 x 160, and at 0.05 it is not (tests/prediction/test_splitting).
    kept = np.flatnonzero(operator.within <= 0.5)
    part = operator.restricted(kept)
    shift, unsure = _shift(part)
    unsure += 2.0 * float(np.delete(counts * s, kept).sum()) + beyond[0]
    extrapolated = beyond[2] > 2.0 * unsure
    unknown = float((counts * s)[np.diag(operator.infinite)].sum()) > 0.05 * total    # of which no variance is known
    first, square = part.counts * part.s, part.counts * part.s**2
    variance = max(float(first @ part.covariances @ first) / 4.0, 0.0)
    relative = (variance / total**2, float(first @ part.covariances @ square) / 2.0 / (total * energy),
                max(float(square @ part.covariances @ square), 0.0) / energy**2)
    std = math.sqrt(max(4.0 * relative[0] - 4.0 * relative[1] + relative[2], 0.0))
    rank = total**2 / energy
    bias = rank * (-2.0 * shift / total + relative[0] - 2.0 * relative[1] + relative[2])
    # The second order fluctuates about as much as it shifts; it is all there is where the first one vanishes.
    std = math.hypot(std, bias / rank)
    error = 2.0 * rank * unsure / total + rank * std**2 * (abs(bias) / rank + std)
    # A tenth: the next order is then about a hundredth.
    valid = shift + unsure <= 0.1 * total
    deviations = (math.inf, math.inf) if unknown else (math.sqrt(variance), rank * std)
    return (Functional(total - shift, -shift, deviations[0], unsure, valid, extrapolated),
            Functional(rank + bias, bias, deviations[1], error, valid and std <= LARGEST_RELATIVE_STD, extrapolated))


def _shift(operator: SampledOperator) -> tuple[float, float]:
    """By how much sampling lowers the sum of the values, and what the next order may add to that."""
    s, counts, own = operator.s, operator.counts, operator.within
    pairs = np.maximum(np.outer(counts, counts) * operator.moments - np.diag(counts), 0.0) / operator.points
    sums = np.add.outer(s, s)
    terms = 0.25 * pairs.sum(axis=0) * np.outer(s, s) / np.where(sums > 0.0, sums, 1.0)
    # A value whose moments are not small against n may itself be missed, and what it does to others is of its size.
    return float(terms.sum()), 2.0 * float((terms * np.minimum(np.add.outer(own, own), 1.0)).sum())
