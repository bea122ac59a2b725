"""Distinct values and how often each stands: merging, expanding, cutting."""

import math
from bisect import bisect_left
from itertools import accumulate

import numpy as np

MOST_EXPANDED = 10_000
"""So many singular values are listed one by one at most; multiplicities, which may be astronomical, tell them all."""


def as_counts(counts: list[int]) -> np.ndarray:
    """Exact integers as an array: of int64 if they fit, else of Python's own integers (dtype object)."""
    fits = all(count < 2**62 for count in counts)
    return np.array(counts, dtype=np.int64 if fits else object)


def expanded(array: np.ndarray, counts: np.ndarray, most: int) -> np.ndarray:
    """Repeat each entry as often as it stands, up to `most` in all."""
    ends = np.minimum(np.cumsum(np.minimum(counts, most).astype(int)), most)
    return np.repeat(array, np.diff(ends, prepend=0))


def first_multiplets(counts: np.ndarray, rank: int) -> int:
    """How many multiplets begin within the first `rank` values; the last may go on beyond."""
    before = list(accumulate(counts.tolist(), initial=0))[:-1]
    return bisect_left(before, rank)


def alike(larger: float, smaller: float, error: float) -> bool:
    """Whether two values are nearly equal and not told apart by the sum of their error bars.

    However wide their bars, values that differ by more than a thousandth are two: joined, they would lose their digits.
    """
    return bool(larger - smaller <= min(error, 1e-3 * larger))


def merged(values: np.ndarray, errors: np.ndarray,
           counts: list[int]) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Join neighbours, in nonincreasing order, that their error bars do not tell apart, and that are nearly equal.

    They become one value, the mean of them with their multiplicities, and an error bar that covers all of theirs.
    """
    groups: list[list[int]] = []
    for i in range(len(values)):
        if groups and all(alike(values[j], values[i], errors[j] + errors[i]) for j in groups[-1]):
            groups[-1].append(i)
        else:
            groups.append([i])
    totals = [sum(counts[i] for i in group) for group in groups]
    means = np.array([math.fsum(values[i] * (counts[i] / total) for i in group)
                      for group, total in zip(groups, totals, strict=True)])
    bars = np.array([max(abs(values[i] - mean) + errors[i] for i in group)
                     for group, mean in zip(groups, means, strict=True)])
    return means, bars, totals


def ordered_errors(values: np.ndarray, errors: np.ndarray, counts: np.ndarray, rank: int,
                   others: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Error bars (rank,) of the i-th largest values, from those of distinct values that stand `counts` times.

    Bars tell where a value is, not which it is, where those of neighbours reach across it: the i-th largest of all is
    between the i-th largest of what they are at least, and the i-th largest of what they are at most. The `others` are
    values that are not given: what they are at most, and how often they stand.
    """
    above, above_counts = np.append(values + errors, others[0]), np.append(counts, others[1])
    bounds = []
    for bound, standing in ((values - errors, counts), (above, above_counts)):
        order = np.argsort(-bound, kind="stable")
        bounds.append(expanded(bound[order], standing[order], rank))
    listed = expanded(values, counts, rank)
    return np.asarray(np.maximum(listed - bounds[0], bounds[1] - listed))
