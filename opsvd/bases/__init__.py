"""Orthonormal bases, one a file."""

from .base import Basis
from .harmonics import spherical_harmonics
from .hermite import HermiteBasis
from .logarithmic import LogarithmicBasis
from .panels import PanelBasis
from .radial import RadialBasis, radial_half_density, radial_reach
from .span import SpanBasis

__all__ = ["BASES", "Basis", "HermiteBasis", "LogarithmicBasis", "PanelBasis", "RadialBasis", "SpanBasis",
           "radial_half_density", "radial_reach", "spherical_harmonics"]

BASES: dict[str, type[Basis]] = {basis.__name__: basis
                                 for basis in (HermiteBasis, LogarithmicBasis, PanelBasis, SpanBasis)}
"""The bases by name, as a saved result names them."""
