"""Orthonormal bases, one a file."""

from .atoms import AtomBasis
from .base import Basis, LineBasis, MeanRule
from .digits import FARTHEST
from .factored import FactoredBasis
from .fourier import FourierBasis
from .grid import GridBasis
from .harmonics import polar, spherical_harmonics
from .hermite import ExactHermiteBasis, HermiteBasis
from .lengths import LengthBasis, RadialFunctions
from .logarithmic import LogarithmicBasis
from .multiplets import MultipletBasis
from .neuron_images import ContinuedPanels, LengthPanels, NeuronImages, NeuronSlices
from .panels import PanelBasis
from .points import PointBasis
from .polar_basis import PolarBasis
from .polynomials import PolynomialBasis, polynomials_of
from .polyspherical import Polyspherical, analysed, synthesised
from .products import PolynomialProducts
from .quad_basis import QuadBasis
from .quad_logarithmic import QuadLogarithmicBasis
from .quad_polynomials import QuadPolynomialBasis
from .radial import RadialBasis, radial_spectrum
from .sectors import SectorBasis
from .span import SpanBasis

__all__ = ["BASES", "FARTHEST", "AtomBasis", "Basis", "ContinuedPanels", "ExactHermiteBasis",
           "FactoredBasis", "FourierBasis", "GridBasis", "HermiteBasis", "LengthBasis", "LengthPanels", "LineBasis",
           "LogarithmicBasis", "MeanRule", "MultipletBasis", "NeuronImages", "NeuronSlices", "PanelBasis",
           "PointBasis", "PolarBasis", "PolynomialBasis", "PolynomialProducts", "Polyspherical", "QuadBasis",
           "QuadLogarithmicBasis", "QuadPolynomialBasis", "RadialBasis", "RadialFunctions", "SectorBasis", "SpanBasis",
           "analysed", "polar", "polynomials_of", "radial_spectrum", "spherical_harmonics", "synthesised"]

BASES: dict[str, type[Basis]] = {basis.__name__: basis for basis in (
    AtomBasis, ContinuedPanels, ExactHermiteBasis, FactoredBasis, FourierBasis, GridBasis, HermiteBasis, LengthPanels,
    PolynomialProducts, LogarithmicBasis, NeuronImages, PanelBasis, PointBasis, PolarBasis, PolynomialBasis,
    QuadLogarithmicBasis, QuadPolynomialBasis, SectorBasis, SpanBasis)}
"""The bases by name, as a saved result names them."""
