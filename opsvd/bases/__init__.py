"""Orthonormal bases, one a file."""

from .base import Basis
from .hermite import HermiteBasis
from .logarithmic import LogarithmicBasis
from .panels import PanelBasis, legendre_transform, orthonormal_legendre
from .span import SpanBasis

__all__ = ["BASES", "Basis", "HermiteBasis", "LogarithmicBasis", "PanelBasis", "SpanBasis",
           "legendre_transform", "orthonormal_legendre"]

BASES: dict[str, type[Basis]] = {basis.__name__: basis
                                 for basis in (HermiteBasis, LogarithmicBasis, PanelBasis, SpanBasis)}
"""The bases by name, as a saved result names them."""
