"""Probability measures, one a file: density, sampling and Gauss rule."""

from .base import Measure, require_measure
from .beta import Beta
from .circle import Circle
from .density import Density
from .discrete import Discrete, Empirical
from .exponential import Exponential
from .gamma import Gamma
from .gaussian import Gaussian
from .gaussian_vector import GaussianVector
from .line import UNDERFLOW, LineMeasure, require_line
from .lognormal import LogNormal
from .mixture import Mixture
from .pushforward import Pushforward
from .student_t import StudentT
from .tabulated import Tabulated
from .uniform import Uniform

__all__ = ["MEASURES", "UNDERFLOW", "Beta", "Circle", "Density", "Discrete", "Empirical", "Exponential", "Gamma",
           "Gaussian", "GaussianVector", "LineMeasure", "LogNormal", "Measure", "Mixture", "Pushforward", "StudentT",
           "Uniform", "require_line", "require_measure"]

MEASURES: dict[str, type[Measure]] = {measure.__name__: measure for measure in (
    Beta, Circle, Density, Discrete, Empirical, Exponential, Gamma, Gaussian, GaussianVector, LogNormal, Mixture,
    Pushforward, StudentT, Tabulated, Uniform)}
"""The measures by name, as a saved result names them."""
