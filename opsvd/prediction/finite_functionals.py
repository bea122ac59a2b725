"""The nuclear norm and the effective rank of a sampled matrix, from fourth moments of the singular functions."""

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Functional", "functionals"]

# The largest relative shift, and the largest relative standard deviation, at which the expansion is said to hold.
_SHIFT, _RELATIVE_STD = 0.1, 0.25
# Values whose perturbation has a mean square above this are left out of sums, and counted as error.
_LARGE_MOMENT = 0.5


@dataclass(frozen=True)
class Functional:
    """A functional of the sampled spectrum: its mean, bias, standard deviation, and what the mean may leave out.

    It is `extrapolated` where the error would be more than twice as large if the sum of the values that are not given
    were not continued from those that are.
    """

    mean: float
    bias: float
    std: float
    error: float
    valid: bool
    extrapolated: bool = False


def functionals(
    s: np.ndarray, counts: np.ndarray, moments: tuple[np.ndarray, np.ndarray], sizes: tuple[int, int],
    beyond: tuple[float, float, float],
) -> tuple[Functional, Functional]:
    """The laws of the nuclear norm and of the effective rank; see the notes of `opsvd.prediction.finite_size.predict`.

    Parameters
    ----------
    s, counts : ndarray, shape (r,)
        Values, and how often each stands.
    moments : tuple of ndarray, shape (r, r)
        Means of E[f_i^2 f_j^2] over the members of two multiplets, and of E[g_i^2 g_j^2].
    sizes : tuple of int
        n and m.
    beyond : tuple of float
        The sum of all other values, and of their squares; and what they add up to at most if that sum is extrapolated.
    """
    total, energy = float(counts @ s) + beyond[0], float(counts @ s**2) + beyond[1]
    if not (energy > 0.0 and math.isfinite(total)):
        nothing = Functional(total, 0.0, 0.0, 0.0 if energy == 0.0 else math.inf, energy == 0.0)
        return nothing, nothing
    inner = sum((counts * np.diag(one) - 1.0) / size for one, size in zip(moments, sizes, strict=True))
    kept = np.flatnonzero(inner <= _LARGE_MOMENT)
    lost, own = float(np.delete(counts * s, kept).sum()), np.asarray(inner)[kept]
    shift, unsure = _shift(s[kept], counts[kept], [one[np.ix_(kept, kept)] for one in moments], sizes, own)
    unsure += 2.0 * lost + beyond[0]
    extrapolated = beyond[2] > 2.0 * unsure
    products = sum((one[np.ix_(kept, kept)] - 1.0) / size for one, size in zip(moments, sizes, strict=True))
    first, square = (counts * s)[kept], (counts * s**2)[kept]
    variance = max(float(first @ products @ first) / 4.0, 0.0)
    relative = (variance / total**2, float(first @ products @ square) / 2.0 / (total * energy),
                max(float(square @ products @ square), 0.0) / energy**2)
    spread = math.sqrt(max(4.0 * relative[0] - 4.0 * relative[1] + relative[2], 0.0))
    rank = total**2 / energy
    bias = rank * (-2.0 * shift / total + relative[0] - 2.0 * relative[1] + relative[2])
    # The second order fluctuates about as much as it shifts; it is all there is where the first one vanishes.
    spread = math.hypot(spread, bias / rank)
    error = 2.0 * rank * unsure / total + rank * spread**2 * (abs(bias) / rank + spread)
    fine = shift + unsure <= _SHIFT * total
    return (Functional(total - shift, -shift, math.sqrt(variance), unsure, fine, extrapolated),
            Functional(rank + bias, bias, rank * spread, error, fine and spread <= _RELATIVE_STD, extrapolated))


def _shift(
    s: np.ndarray, counts: np.ndarray, moments: list[np.ndarray], sizes: tuple[int, int], own: np.ndarray
) -> tuple[float, float]:
    """By how much sampling lowers the sum of the values, and what the next order may add to that."""
    pairs = sum(np.maximum(np.outer(counts, counts) * one - np.diag(counts), 0.0) / size
                for one, size in zip(moments, sizes, strict=True))
    sums = np.add.outer(s, s)
    terms = 0.25 * pairs * np.outer(s, s) / np.where(sums > 0.0, sums, 1.0)
    # A value whose moments are not small against n may itself be missed, and what it does to others is of its size.
    return float(terms.sum()), 2.0 * float((terms * np.minimum(np.add.outer(own, own), 1.0)).sum())
