"""The names of opsvd.methods and where they are. `__init__.py` imports each when it is first used."""

from .atoms import Atoms
from .auto import Auto
from .base import Method
from .by_name import METHODS, as_method
from .few_values import FewValues
from .finite_rank import FiniteRank
from .gaussian_kernel import GaussianKernel
from .grids import Grid
from .hermite_galerkin import HermiteGalerkin
from .logarithmic import Logarithmic
from .panels import Panels
from .polar import Polar
from .polynomials import Polynomials
from .product_integration import ProductIntegration
from .quasi_random import QuasiRandom, hold_for_few_points
from .ridge import Ridge
from .scaled_hermite import ScaledHermite
from .sectors import Sectors
from .tensor import Tensor
from .uniform import UniformPanels
from .zonal import Zonal

__all__ = ["METHODS", "Atoms", "Auto", "FewValues", "FiniteRank", "GaussianKernel", "Grid", "HermiteGalerkin",
           "Logarithmic", "Method", "Panels", "Polar", "Polynomials", "ProductIntegration", "QuasiRandom", "Ridge",
           "ScaledHermite", "Sectors", "Tensor", "UniformPanels", "Zonal", "as_method", "hold_for_few_points"]
