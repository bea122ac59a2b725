"""opsvd: the singular value decomposition of kernels under probability measures."""

from . import exact, testing
from .blocks import BlockKernel, blockwise
from .breaks import break_points
from .crosscheck import CrossCheck, crosscheck
from .decompose import decompose
from .equivalent import DeterministicEquivalent, deterministic_equivalent
from .errors import (
    ConvergenceWarning,
    KernelError,
    LongSamplingWarning,
    NonFiniteKernelError,
    NotSquareIntegrableError,
    SamplingInterruptedWarning,
    TrialError,
)
from .essay import essay_figures
from .expressions import parse_kernel
from .finite_size import FiniteSizePrediction
from .kernels import Elementwise, Kernel, elementwise
from .matrix_check import MatrixCheck, check_matrix
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
from .radial_equivalent import RadialEquivalent
from .result import OperatorSVD, load
from .sampling import (
    MonteCarloSpectrum,
    MonteCarloSweep,
    iid_gaussian,
    monte_carlo,
    monte_carlo_sweep,
    sample_matrix,
    sampling_cost,
    subspace_error,
)
from .singular_functions import SingularFunctions
from .spectrum import DecayLaw, Estimate, decay_law, effective_rank, hilbert_schmidt_norm, nuclear_norm

__version__ = "0.1.0"

__all__ = [
    "BlockKernel",
    "ConvergenceWarning",
    "CrossCheck",
    "DecayLaw",
    "DeterministicEquivalent",
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
    "LongSamplingWarning",
    "MatrixCheck",
    "Measure",
    "Method",
    "MonteCarloSpectrum",
    "MonteCarloSweep",
    "NonFiniteKernelError",
    "NotSquareIntegrableError",
    "OperatorSVD",
    "Panels",
    "ProductIntegration",
    "RadialEquivalent",
    "Ridge",
    "SamplingInterruptedWarning",
    "ScaledHermite",
    "SingularFunctions",
    "TrialError",
    "UniformPanels",
    "blockwise",
    "break_points",
    "check_matrix",
    "crosscheck",
    "decay_law",
    "decompose",
    "deterministic_equivalent",
    "effective_rank",
    "elementwise",
    "essay_figures",
    "exact",
    "hilbert_schmidt_norm",
    "iid_gaussian",
    "load",
    "monte_carlo",
    "monte_carlo_sweep",
    "nuclear_norm",
    "parse_kernel",
    "plot_breaks",
    "plot_functions",
    "plot_spectrum",
    "sample_matrix",
    "sampling_cost",
    "subspace_error",
    "testing",
]
