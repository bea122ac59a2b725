"""How many samples carry an energy, and what margin a norm has that few of them tell."""

import numpy as np

from .._support.floats import TINY


def carriers(energies: np.ndarray) -> np.ndarray:
    r"""The numbers of samples that share energies (n, ...), :math:`(\sum_n e_n)^2 / \sum_n e_n^2`: shape (...).

    Zero where there is no energy.
    """
    parts = energies / np.maximum(energies.max(axis=0, initial=0.0), TINY)
    return np.asarray(parts.sum(axis=0) ** 2 / np.maximum(np.square(parts).sum(axis=0), 1.0))


def few_carriers_margin(energies: np.ndarray, enough: float = 6.0) -> np.ndarray:
    """By how much norms of columns may be larger than their samples show, shape (...): root(enough / p) of p carriers.

    Of a narrow feature one sample may be there where 4.7 are expected, two where 6.3 are, four where 9.2, and six where
    11.8: there are fewer in one case of twenty. Integrals are as these numbers, and twice what is seen is within the
    margin of bars. What is left are factors of 2.4, 1.6, 1.1 and 1, and those of six carriers are 2.4, 1.7, 1.2 and 1.
    Where there is no other evidence, `enough` is larger.
    """
    return np.asarray(np.sqrt(np.maximum(enough / np.maximum(carriers(energies), 1.0), 1.0)))
