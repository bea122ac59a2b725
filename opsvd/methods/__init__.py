"""Methods, one a file: each turns a kernel into discretisations."""

from .._support.validation import one_of
from .atoms import Atoms
from .auto import Auto
from .base import Method
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

METHODS: dict[str, type[Method]] = {
    "auto": Auto, "atoms": Atoms, "polynomials": Polynomials, "hermite": HermiteGalerkin,
    "scaled-hermite": ScaledHermite, "gaussian-kernel": GaussianKernel, "logarithmic": Logarithmic,
    "finite-rank": FiniteRank, "panels": Panels, "product": ProductIntegration, "uniform": UniformPanels,
    "sectors": Sectors, "polar": Polar, "zonal": Zonal, "tensor": Tensor, "grid": Grid,
    "quasi-random": QuasiRandom}
"""The methods that ``decompose(..., method=name)`` knows by name."""


def as_method(method: "str | Method") -> Method:
    """Return the method object for a name, or the object itself."""
    if isinstance(method, Method):
        return method
    return METHODS[one_of(method, "method", METHODS, "leave it out to have it chosen",
                          " or a Method object such as HermiteGalerkin(degree=80)")]()


def quad_method(method: Method) -> Method:
    """Return the method that does the same in quadruple precision, or raise ValueError naming those that there are."""
    found = method.in_quad()
    if found is None:
        able = ", ".join(repr(name) for name, kind in METHODS.items() if kind().in_quad() is not None)
        raise ValueError(f"method must be one with precision='quad', which are {able}, got {method!r}; leave precision "
                         f"out, or take one of these")
    return found
