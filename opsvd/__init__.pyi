"""The public names of opsvd and where they are. `__init__.py` imports each when it is first used."""

from . import exact, testing
from ._support.quad_erf import erf
from .answer.loading import load
from .answer.result import OperatorSVD
from .canonical import Dependence, dependence
from .comparison.crosscheck import CrossCheck, crosscheck
from .comparison.matrix_check import MatrixCheck, check_matrix
from .driver import decompose
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
from .figures import plot_breaks, plot_functions, plot_spectrum
from .kernels import BlockKernel, Elementwise, Kernel, MatrixKernel, blockwise, elementwise
from .measure_expressions import parse_measure
from .measures import (
    Ball,
    Beta,
    Circle,
    Density,
    Discrete,
    Empirical,
    Exponential,
    Gamma,
    Gaussian,
    GaussianVector,
    LineMeasure,
    LogNormal,
    Measure,
    MeasureLike,
    Mixture,
    Product,
    Pushforward,
    Rotational,
    Sphere,
    StudentT,
    Uniform,
)
from .methods import (
    Atoms,
    FiniteRank,
    GaussianKernel,
    Grid,
    HermiteGalerkin,
    Logarithmic,
    Method,
    Panels,
    Polar,
    Polynomials,
    ProductIntegration,
    QuasiRandom,
    Ridge,
    ScaledHermite,
    Sectors,
    Tensor,
    UniformPanels,
    Zonal,
)
from .operator.singular_functions import SingularFunctions
from .prediction.equivalent import DeterministicEquivalent, deterministic_equivalent
from .prediction.finite_size import FiniteSizePrediction
from .prediction.radial_equivalent import RadialEquivalent
from .probing.break_points import break_points
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
from .spectrum import (
    DecayLaw,
    Estimate,
    decay_law,
    effective_rank,
    hilbert_schmidt_norm,
    metric_entropy,
    nuclear_norm,
    rank_bound,
)

__version__: str

__all__ = ["Atoms", "Ball", "Beta", "BlockKernel", "Circle", "ConvergenceWarning", "CrossCheck", "DecayLaw", "Density",
           "Dependence", "DeterministicEquivalent", "Discrete", "Elementwise", "Empirical", "Estimate", "Exponential",
           "FiniteRank", "FiniteSizePrediction", "Gamma", "Gaussian", "GaussianKernel", "GaussianVector", "Grid",
           "HermiteGalerkin", "Kernel", "KernelError", "LineMeasure", "LogNormal", "Logarithmic",
           "LongSamplingWarning", "MatrixCheck", "MatrixKernel", "Measure", "MeasureLike", "Method", "Mixture",
           "MonteCarloSpectrum", "MonteCarloSweep", "NonFiniteKernelError", "NotSquareIntegrableError", "OperatorSVD",
           "Panels", "Polar", "Polynomials", "Product", "ProductIntegration", "Pushforward", "QuasiRandom",
           "RadialEquivalent", "Ridge", "Rotational", "SamplingInterruptedWarning", "ScaledHermite", "Sectors",
           "SingularFunctions", "Sphere", "StudentT", "Tensor", "TrialError", "Uniform", "UniformPanels", "Zonal",
           "blockwise", "break_points", "check_matrix", "crosscheck", "decay_law", "decompose", "dependence",
           "deterministic_equivalent", "effective_rank", "elementwise", "erf", "essay_figures", "exact",
           "hilbert_schmidt_norm", "iid_gaussian", "load", "metric_entropy", "monte_carlo", "monte_carlo_sweep",
           "nuclear_norm", "parse_kernel", "parse_measure", "plot_breaks", "plot_functions", "plot_spectrum",
           "rank_bound", "sample_matrix", "sampling_cost", "subspace_error", "testing"]
