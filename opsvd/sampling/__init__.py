"""Sampled matrices h(x_i, y_j) / sqrt(nm) and their singular values. Independent of the methods, to check them."""

from ..matrices import BlockMatrix, Certificate, KernelMatrix, SampledMatrix, StoredMatrix
from .array_blocks import ArrayBlocks
from .auto import Auto
from .dask_blocks import DaskBlocks
from .dense import Dense
from .engine import Cost, Engine, MatrixSpectrum, Remainder
from .engines import ENGINES
from .low_rank import LowRank, NotLowRankError
from .monte_carlo import iid, monte_carlo, sampling_cost
from .row_blocks import RowBlocks
from .sample import Sample, draw_matrix, draw_sample, iid_gaussian, sample_matrix
from .sampled_spectrum import MonteCarloSpectrum
from .subspaces import near_equal, subspace_error
from .sweep import MonteCarloSweep, monte_carlo_sweep

__all__ = ["ENGINES", "ArrayBlocks", "Auto", "BlockMatrix", "Certificate", "Cost", "DaskBlocks", "Dense", "Engine",
           "KernelMatrix", "LowRank", "MatrixSpectrum", "MonteCarloSpectrum", "MonteCarloSweep", "NotLowRankError",
           "Remainder", "RowBlocks", "Sample", "SampledMatrix", "StoredMatrix", "draw_matrix", "draw_sample", "iid",
           "iid_gaussian", "monte_carlo", "monte_carlo_sweep", "near_equal", "sample_matrix", "sampling_cost",
           "subspace_error"]
