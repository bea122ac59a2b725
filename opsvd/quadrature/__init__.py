"""Quadrature rules, one a file."""

from .gauss_hermite import gauss_hermite, hermite_functions, hermite_polynomials
from .gauss_legendre import composite_gauss_legendre, gauss_legendre, on_panels
from .gauss_lobatto import gauss_lobatto
from .rule import Rule

__all__ = [
    "Rule",
    "composite_gauss_legendre",
    "gauss_hermite",
    "gauss_legendre",
    "gauss_lobatto",
    "hermite_functions",
    "hermite_polynomials",
    "on_panels",
]
