"""How many samples carry an energy, and what margin a norm has that few of them tell."""

import math

import numpy as np

from .._support.arrays import squares
from .._support.floats import TINY


def carriers(energies: np.ndarray) -> np.ndarray:
    r"""The numbers of samples that share energies (n, ...), :math:`(\sum_n e_n)^2 / \sum_n e_n^2`: shape (...).

    Zero where there is no energy.
    """
    parts = energies / np.maximum(energies.max(axis=0, initial=0.0), TINY)
    return np.asarray(parts.sum(axis=0) ** 2 / np.maximum(np.square(parts).sum(axis=0), 1.0))


def carriers_of_samples(samples: np.ndarray) -> float:
    """The number of entries of a matrix that share its energy, as `carriers` of all squares tells it.

    It takes little memory, of which fresh one costs more than the passes do.
    """
    norm = float(np.linalg.norm(samples))
    if norm == 0.0:
        return 0.0
    # The sum of parts of the energy is one. A quarter of a megabyte at a time.
    step, total = max(1, 2**15 // max(1, samples.shape[1])), 0.0
    for start in range(0, len(samples), step):
        parts = squares(samples[start:start + step] / norm).ravel()
        total += float(parts @ parts)
    return 1.0 / total


def few_carriers_margin(energies: np.ndarray, enough: float = 6.0) -> np.ndarray:
    """By how much norms of columns may be larger than their samples show, shape (...): root(enough / p) of p carriers.

    Of a narrow feature one sample may be there where 4.7 are expected, two where 6.3 are, four where 9.2, and six where
    11.8: there are fewer in one case of twenty. Integrals are as these numbers, and twice what is seen is within the
    margin of bars. What is left are factors of 2.4, 1.6, 1.1 and 1, and those of six carriers are 2.4, 1.7, 1.2 and 1.
    Where there is no other evidence, `enough` is larger.
    """
    return margin_of(carriers(energies), enough)


def margin_of(count: np.ndarray | float, enough: float = 6.0) -> np.ndarray:
    """The same of numbers of carriers that are known."""
    return np.asarray(np.sqrt(np.maximum(enough / np.maximum(count, 1.0), 1.0)))


def energies_of_points(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums of squares of the rows and of the columns of a matrix."""
    rows, columns = (np.square(np.linalg.norm(grid, axis=axis)) for axis in (1, 0))
    return rows, columns


def margin_of_points(energies: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """By how much norms may be larger than matrices between random points show, given their `energies_of_points`."""
    return max(float(few_carriers_margin(np.concatenate(of_side), 16.0)) for of_side in zip(*energies, strict=True))


def mean_of_grid(energies: np.ndarray) -> tuple[float, float]:
    """The root of the mean of energies at all pairs of random points, (n, n), and what that may be.

    Pairs share their points: what is independent are the means over rows and columns. Three standard errors are
    exceeded once in 700 times.
    """
    means = [energies.mean(axis=axis) for axis in (1, 0)]
    mean, unsure = float(energies.mean()), math.sqrt(sum(float(np.var(some)) for some in means) / len(energies))
    few = max(float(few_carriers_margin(some, 16.0)) for some in means)
    return math.sqrt(mean), few * math.sqrt(mean + 3.0 * unsure)


def energy_and_bound(energies: np.ndarray, deviations: float = 6.0) -> tuple[float, float]:
    """The sum of energies, and what it may be: some deviations more, and more still where few of them carry it.

    The deviation of a sum that p of the energies share is one part in the root of p of it. Three are exceeded once in
    700 times. Of answers from few pairs as few bars are false with twelve as with six, and with four no more but where
    there are less than sixty pairs (benchmarks/few_values.py).
    """
    energy = float(energies.sum())
    deviation = 1.0 / math.sqrt(max(float(carriers(energies)), 1.0))
    return energy, energy * (1.0 + deviations * deviation) * float(few_carriers_margin(energies, 16.0)) ** 2
