"""opsvd: the singular value decomposition of kernels under probability measures."""

from .decompose import decompose
from .errors import ConvergenceWarning, KernelError, NonFiniteKernelError, NotSquareIntegrableError
from .kernels import Kernel
from .measures import Gaussian, Measure
from .methods import HermiteGalerkin, Method, Panels
from .result import OperatorSVD, load
from .spectrum import Estimate, effective_rank, hilbert_schmidt_norm, nuclear_norm

__version__ = "0.1.0"

__all__ = [
    "ConvergenceWarning",
    "Estimate",
    "Gaussian",
    "HermiteGalerkin",
    "Kernel",
    "KernelError",
    "Measure",
    "Method",
    "NonFiniteKernelError",
    "NotSquareIntegrableError",
    "OperatorSVD",
    "Panels",
    "decompose",
    "effective_rank",
    "hilbert_schmidt_norm",
    "load",
    "nuclear_norm",
]
