"""Probability measures, one a file: density, sampling and Gauss rule."""

from .base import Measure, require_measure
from .beta import Beta
from .circle import Circle
from .gaussian import Gaussian
from .gaussian_vector import GaussianVector
from .line import UNDERFLOW, LineMeasure, require_line
from .uniform import Uniform

__all__ = ["MEASURES", "UNDERFLOW", "Beta", "Circle", "Gaussian", "GaussianVector", "LineMeasure", "Measure", "Uniform",
           "require_line", "require_measure"]

MEASURES: dict[str, type[Measure]] = {measure.__name__: measure for measure in (
    Beta, Circle, Gaussian, GaussianVector, Uniform)}
"""The measures by name, as a saved result names them."""
