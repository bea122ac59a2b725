"""Methods by name."""

from importlib import import_module

from .._support.validation import one_of
from .base import Method

METHODS = {
    "auto": "Auto", "atoms": "Atoms", "polynomials": "Polynomials", "hermite": "HermiteGalerkin", "scaled-hermite":
    "ScaledHermite", "gaussian-kernel": "GaussianKernel", "logarithmic": "Logarithmic", "finite-rank": "FiniteRank",
    "panels": "Panels", "product": "ProductIntegration", "uniform": "UniformPanels", "sectors": "Sectors", "polar":
    "Polar", "zonal": "Zonal", "tensor": "Tensor", "grid": "Grid", "quasi-random": "QuasiRandom"}
"""The classes of the methods that ``decompose(..., method=name)`` knows by name."""


def as_method(method: "str | Method") -> Method:
    """Return the method object for a name, or the object itself."""
    if isinstance(method, Method):
        return method
    return _kind(one_of(method, "method", METHODS, "leave it out to have it chosen",
                        " or a Method object such as HermiteGalerkin(degree=80)"))()


def quad_method(method: Method) -> Method:
    """Return the method that does the same in quadruple precision, or raise ValueError naming those that there are."""
    found = method.in_quad()
    if found is None:
        able = ", ".join(repr(name) for name in METHODS if _kind(name)().in_quad() is not None)
        raise ValueError(f"method must be one with precision='quad', which are {able}, got {method!r}; leave precision "
                         f"out, or take one of these")
    return found


def _kind(name: str) -> type[Method]:
    """The class of that name, imported now."""
    kind: type[Method] = getattr(import_module(__package__), METHODS[name])
    return kind
