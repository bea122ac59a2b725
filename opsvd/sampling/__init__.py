"""Sampled matrices h(x_i, y_j) / n and their singular values. Independent of the methods, to check them."""

from .dense import Dense
from .engine import Engine
from .engines import ENGINES
from .monte_carlo import MonteCarloSpectrum, iid, monte_carlo
from .sample import Sample, draw_sample, iid_gaussian, sample_matrix
from .subspaces import near_equal, subspace_error

__all__ = [
    "ENGINES",
    "Dense",
    "Engine",
    "MonteCarloSpectrum",
    "Sample",
    "draw_sample",
    "iid",
    "iid_gaussian",
    "monte_carlo",
    "near_equal",
    "sample_matrix",
    "subspace_error",
]
