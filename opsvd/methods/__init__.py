"""Methods, one a file: each turns a kernel into discretisations."""

from .._support.validation import one_of
from .auto import Auto
from .base import Method
from .finite_rank import FiniteRank
from .hermite_galerkin import HermiteGalerkin
from .logarithmic import Logarithmic
from .panels import Panels
from .product_integration import ProductIntegration
from .ridge import Ridge
from .scaled_hermite import ScaledHermite
from .uniform import UniformPanels

__all__ = ["METHODS", "Auto", "FiniteRank", "HermiteGalerkin", "Logarithmic", "Method", "Panels",
           "ProductIntegration", "Ridge", "ScaledHermite", "UniformPanels", "as_method"]

METHODS: dict[str, type[Method]] = {
    "auto": Auto, "hermite": HermiteGalerkin, "scaled-hermite": ScaledHermite, "logarithmic": Logarithmic,
    "finite-rank": FiniteRank, "panels": Panels, "product": ProductIntegration, "uniform": UniformPanels}
"""The methods that ``decompose(..., method=name)`` knows by name."""


def as_method(method: "str | Method") -> Method:
    """Return the method object for a name, or the object itself."""
    if isinstance(method, Method):
        return method
    return METHODS[one_of(method, "method", METHODS, "leave it out to have it chosen",
                          " or a Method object such as HermiteGalerkin(degree=80)")]()
