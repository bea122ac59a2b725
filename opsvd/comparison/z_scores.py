"""z-scores: deviations of sampled values from what is predicted, over their uncertainty; how large they may be.

`opsvd.comparison.crosscheck.crosscheck` has the formulas.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from .._support.floats import EPS
from ..answer.result import OperatorSVD
from ..prediction.finite_size import FiniteSizePrediction
from ..sampling import MonteCarloSpectrum

FALSE_ALARM = 1e-3
"""The probability that a comparison of two right answers ends in disagreement."""

MOST_COMPARED = 8
"""How many values are compared by default: each one more raises the threshold of all, and those beyond are seldom above
their noise (benchmarks/results/z_scores.txt)."""


def count_compared(svd: OperatorSVD, predictions: list[FiniteSizePrediction], rank: int | None) -> int:
    """Return how many singular values are compared, multiplets counting once.

    By default it is those that stand two standard deviations above their sampling noise at the largest n.
    """
    # Multiplicities may be larger than any integer of numpy's; no matrix has 10^9 values.
    ends = np.cumsum(np.minimum(svd.multiplicities, 10**9).astype(np.int64))
    most = int(np.count_nonzero(ends <= min(prediction.n for prediction in predictions)))
    if rank is not None:
        return min(rank, most)
    largest = max(predictions, key=lambda prediction: prediction.n)
    noisy = 2.0 * largest.std > svd.values
    return min(int(np.argmax(np.append(noisy, True))), most, MOST_COMPARED) or min(most, 1)


def multiplet_means(spectra: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the means of spectra (..., k) over the members of each value, shape (..., len(counts)); zeros follow."""
    if counts.size == 0:
        return spectra[..., :0]
    ends = np.cumsum(counts).astype(np.int64)
    lacking = max(int(ends[-1]) - spectra.shape[-1], 0)
    padded = np.pad(spectra, [*[(0, 0)] * (spectra.ndim - 1), (0, lacking)])
    return np.stack([part.mean(axis=-1) for part in np.split(padded, ends, axis=-1)[:-1]], axis=-1)


class Expected(NamedTuple):
    """What sampled values must be, shape (r,): mean, standard deviation, error of the mean, and where it holds."""

    mean: np.ndarray
    std: np.ndarray
    error: np.ndarray
    valid: np.ndarray


def expected(prediction: FiniteSizePrediction, r: int) -> Expected:
    """What the leading r values of a sample must be, one by one.

    Of nearly equal values it is the mean of the largest, of the second, ... of the group, and of a value that stands
    several times the mean over its group, where the expansion for single values fails.
    """
    mean, std, error = (array.copy() for array in (prediction.mean, prediction.std, prediction.error))
    valid, starts = prediction.valid.copy(), prediction.counts.cumsum() - prediction.counts
    for group in prediction.multiplets:
        first = int(np.searchsorted(starts, group.indices[0]))
        if prediction.counts[first] == 1:
            mean[group.indices], std[group.indices], error[group.indices] = group.mean, group.std, group.error
            valid[group.indices] = True
        elif not valid[first]:
            d = group.indices.size
            mean[first], std[first], error[first] = group.total / d, group.total_std / d, group.error
            valid[first] = True
    return Expected(mean[:r], std[:r], error[:r], valid[:r])


def value_scores(svd: OperatorSVD, prediction: FiniteSizePrediction, sample: MonteCarloSpectrum, r: int) -> np.ndarray:
    """Return the z-scores of the leading r values, NaN where they cannot be predicted."""
    mean, std, error, valid = expected(prediction, r)
    z = _scores(multiplet_means(sample.spectra, svd.multiplicities[:r]), mean, std,
                np.hypot(error, svd.value_errors[:r] + _rounding(svd, sample.n)))
    return np.where(valid, z, np.nan)


def energy_score(svd: OperatorSVD, prediction: FiniteSizePrediction, sample: MonteCarloSpectrum, r: int) -> float:
    """Return the z-score of the energy of the most leading values, up to r, for which it can be predicted."""
    if svd.rank == 0:    # the mean of all squares of a sample is that of h^2
        norm = svd.norm
        error = np.array(norm.error * (2.0 * norm.value + norm.error))
        return float(_scores((sample.spectra**2).sum(axis=1), np.array(norm.value**2), np.zeros(()), error))
    if not prediction.energy_valid[:r].any():
        return math.nan
    k = int(np.flatnonzero(prediction.energy_valid[:r])[-1])
    counts = svd.multiplicities[: k + 1].astype(np.float64)
    ours = 2.0 * float((counts * svd.values[: k + 1]) @ (svd.value_errors[: k + 1] + _rounding(svd, sample.n)))
    energies = (sample.spectra[:, : int(counts.sum())] ** 2).sum(axis=1)
    return float(_scores(energies, prediction.energy[k], prediction.energy_std[k],
                         np.hypot(prediction.energy_error[k], ours)))


def _scores(samples: np.ndarray, expected: np.ndarray, std: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return the deviation of the mean of the samples over its uncertainty; no deviation is 0, whatever that is."""
    deviation = samples.mean(axis=0) - expected
    uncertainty = np.hypot(np.maximum(samples.std(axis=0, ddof=1), std) / math.sqrt(len(samples)), error)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(deviation == 0.0, 0.0, deviation / uncertainty))


def _rounding(svd: OperatorSVD, n: int) -> float:
    """Bound the rounding errors of the SVD of an n x n matrix: backward stable, with a modest constant."""
    return n * EPS * float(svd.singular_values.max(initial=0.0))


def threshold(comparisons: int, trials: int) -> float:
    """Return the largest |z| that is not a disagreement, of so many z-scores of means over so many trials."""
    t = -float(ndtri(0.5 * FALSE_ALARM / max(comparisons, 1)))
    return t + (t**2 - 1.0) / (3.0 * math.sqrt(trials))
