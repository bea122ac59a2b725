r"""What one random matrix of a kernel tells of its largest singular value: bounds from means of products.

With independent points x and y the means of :math:`|h|^2` and of
:math:`h(x, y) \overline{h(x', y)} h(x', y') \overline{h(x, y')}` over distinct points are
:math:`S_1 = \sum_i s_i^2` and :math:`S_2 = \sum_i s_i^4` without bias (W. Kong and G. Valiant, Spectrum estimation from
samples, Annals of Statistics 45, 2017). Since :math:`S_2 \le s_1^2 S_1` and :math:`s_1^4 \le S_2`,

.. math:: (S_2 / S_1)^{1/2} \le s_1 \le S_2^{1/4},

and :math:`s_1^2 \ge E_x[|E_y h|^2]` as well. This needs no functions, and is as good in a thousand dimensions as
in one.
"""

import math
from collections.abc import Callable

import numpy as np

from .._support.arrays import squares
from .._support.floats import TINY
from .carriers import few_carriers_margin
from .scatter import ScatterEvidence


def moment_evidence(matrix: np.ndarray) -> ScatterEvidence:
    """Evidence for the largest singular value, from h at all pairs of independent random points, (n, m)."""
    moments, parts = _moments(matrix)
    # Six deviations of means over points in equal parts, which are known better than independent ones; and more where
    # few rows or columns carry the energy. With four, two bars of 342 of exp(0.45 <x, y>) in R^2 were too small, by up
    # to 1.44, and none of 1200 of tanh, (x > y) and exp(xy / 10).
    # Of fewer than twelve points a side the deviations themselves are hardly known: with nine, 11 bars of 922 were
    # false, and with twelve none of 1353 (benchmarks/few_values.py).
    energies = squares(matrix)
    few = max(float(few_carriers_margin(energies.sum(axis=axis), 16.0)) for axis in (0, 1))
    few *= max(1.0, 12.0 / min(matrix.shape))
    energy, ratio, fourth, of_x, of_y = (_estimate(f, moments, parts, 4.0 * few) for f in (
        lambda m: m[0], lambda m: m[1] / np.maximum(m[0], TINY), lambda m: m[1], lambda m: m[2], lambda m: m[3]))
    least = math.sqrt(max(0.0, *(value - bar for value, bar in (ratio, of_x, of_y))))
    # No value is larger than the norm.
    most = min(max(fourth[0] + fourth[1], 0.0) ** 0.25, math.sqrt(energy[0] + energy[1]))
    middle, half = 0.5 * (least + most), 0.5 * abs(most - least)
    # The first value is the first, however wide its bar is; it is given where it is known not to be zero.
    return ScatterEvidence(values=np.array([middle]), errors=np.array([half]), energy=energy,
                           dimension=min(matrix.shape), clear=1.0)


def _estimate(function: Callable[[np.ndarray], np.ndarray], moments: np.ndarray,
              parts: tuple[np.ndarray, np.ndarray], deviations: float) -> tuple[float, float]:
    """A function of the moments (4, 1), and so many deviations, by what it is without each row and each column."""
    variance = sum(float((1.0 - 1.0 / some.shape[1]) * np.sum((function(some) - function(some).mean()) ** 2))
                   for some in parts)
    return float(function(moments)[0]), deviations * math.sqrt(variance)


def _moments(matrix: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The four means, (4, 1), and the same without each row, (4, n), and without each column, (4, m)."""
    n, m = matrix.shape
    energies = squares(matrix)
    total = np.zeros((4, 1))
    without = []
    for a, q in ((matrix, energies), (matrix.T, energies.T)):
        gram = a @ a.conj().T
        np.fill_diagonal(gram, 0.0)
        cycles = squares(gram) - q @ q.T
        np.fill_diagonal(cycles, 0.0)
        along = squares(a.sum(axis=1)) - q.sum(axis=1)    # pairs in each row
        pairs = gram.real    # the imaginary parts of two rows cancel
        sums = [q.sum(), cycles.sum(), along.sum(), pairs.sum()]
        own = [q.sum(axis=1), 2.0 * cycles.sum(axis=1), along, 2.0 * pairs.sum(axis=1)]
        without.append(np.array([whole - part for whole, part in zip(sums, own, strict=True)]))
        if a is matrix:
            total[:, 0] = sums
    counts = [np.array([p * q, p * (p - 1) * q * (q - 1), p * q * (q - 1), p * (p - 1) * q], dtype=float)
              for p, q in ((n, m), (n - 1, m), (m - 1, n))]
    # Without a column, pairs in rows and in columns change places.
    parts = (without[0] / counts[1][:, None], (without[1] / counts[2][:, None])[[0, 1, 3, 2]])
    return total / counts[0][:, None], parts
