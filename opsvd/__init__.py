"""opsvd: the singular value decomposition of kernels under probability measures."""

from . import exact, testing
from .crosscheck import CrossCheck, crosscheck
from .decompose import decompose
from .errors import ConvergenceWarning, KernelError, NonFiniteKernelError, NotSquareIntegrableError
from .essay import essay_figures
from .expressions import parse_kernel
from .finite_size import FiniteSizePrediction
from .kernels import Kernel
from .measures import Gaussian, Measure
from .methods import HermiteGalerkin, Method, Panels
from .plotting import plot_functions, plot_spectrum
from .result import OperatorSVD, load
from .sampling import MonteCarloSpectrum, iid_gaussian, monte_carlo, sample_matrix, subspace_error
from .singular_functions import SingularFunctions
from .spectrum import Estimate, effective_rank, hilbert_schmidt_norm, nuclear_norm

__version__ = "0.1.0"

__all__ = [
    "ConvergenceWarning",
    "CrossCheck",
    "Estimate",
    "FiniteSizePrediction",
    "Gaussian",
    "HermiteGalerkin",
    "Kernel",
    "KernelError",
    "Measure",
    "Method",
    "MonteCarloSpectrum",
    "NonFiniteKernelError",
    "NotSquareIntegrableError",
    "OperatorSVD",
    "Panels",
    "SingularFunctions",
    "crosscheck",
    "decompose",
    "effective_rank",
    "essay_figures",
    "exact",
    "hilbert_schmidt_norm",
    "iid_gaussian",
    "load",
    "monte_carlo",
    "nuclear_norm",
    "parse_kernel",
    "plot_functions",
    "plot_spectrum",
    "sample_matrix",
    "subspace_error",
    "testing",
]
