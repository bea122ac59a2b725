"""Orthonormal bases, one a file."""

from .base import FARTHEST, Basis
from .harmonics import polar, spherical_harmonics
from .hermite import HermiteBasis
from .logarithmic import LogarithmicBasis
from .panels import PanelBasis
from .radial import RadialBasis, radial_half_density, radial_reach, radial_spectrum
from .span import SpanBasis

__all__ = ["BASES", "FARTHEST", "Basis", "HermiteBasis", "LogarithmicBasis", "PanelBasis", "RadialBasis", "SpanBasis",
           "polar", "radial_half_density", "radial_reach", "radial_spectrum", "spherical_harmonics"]

BASES: dict[str, type[Basis]] = {basis.__name__: basis
                                 for basis in (HermiteBasis, LogarithmicBasis, PanelBasis, SpanBasis)}
"""The bases by name, as a saved result names them."""
