"""opsvd: the singular value decomposition of kernels under probability measures."""

from . import exact, testing
from .blocks import BlockKernel, blockwise
from .breaks import break_points
from .crosscheck import CrossCheck, crosscheck
from .decompose import decompose
from .errors import ConvergenceWarning, KernelError, NonFiniteKernelError, NotSquareIntegrableError
from .essay import essay_figures
from .expressions import parse_kernel
from .finite_size import FiniteSizePrediction
from .kernels import Elementwise, Kernel, elementwise
from .matrix_kernels import MatrixKernel
from .measures import Gaussian, GaussianVector, Measure
from .methods import (
    FiniteRank,
    HermiteGalerkin,
    Logarithmic,
    Method,
    Panels,
    ProductIntegration,
    Ridge,
    ScaledHermite,
    UniformPanels,
)
from .plotting import plot_breaks, plot_functions, plot_spectrum
from .result import OperatorSVD, load
from .sampling import MonteCarloSpectrum, iid_gaussian, monte_carlo, sample_matrix, subspace_error
from .singular_functions import SingularFunctions
from .spectrum import DecayLaw, Estimate, decay_law, effective_rank, hilbert_schmidt_norm, nuclear_norm

__version__ = "0.1.0"

__all__ = [
    "BlockKernel",
    "ConvergenceWarning",
    "CrossCheck",
    "DecayLaw",
    "Elementwise",
    "Estimate",
    "FiniteRank",
    "FiniteSizePrediction",
    "Gaussian",
    "GaussianVector",
    "HermiteGalerkin",
    "Kernel",
    "KernelError",
    "Logarithmic",
    "MatrixKernel",
    "Measure",
    "Method",
    "MonteCarloSpectrum",
    "NonFiniteKernelError",
    "NotSquareIntegrableError",
    "OperatorSVD",
    "Panels",
    "ProductIntegration",
    "Ridge",
    "ScaledHermite",
    "SingularFunctions",
    "UniformPanels",
    "blockwise",
    "break_points",
    "crosscheck",
    "decay_law",
    "decompose",
    "effective_rank",
    "elementwise",
    "essay_figures",
    "exact",
    "hilbert_schmidt_norm",
    "iid_gaussian",
    "load",
    "monte_carlo",
    "nuclear_norm",
    "parse_kernel",
    "plot_breaks",
    "plot_functions",
    "plot_spectrum",
    "sample_matrix",
    "subspace_error",
    "testing",
]
