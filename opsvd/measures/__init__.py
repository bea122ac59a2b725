"""Probability measures, one a file: density, sampling and Gauss rule."""

from .as_measure import MeasureLike, as_measure
from .atom import Atom
from .base import Measure
from .beta import Beta
from .chi import Chi, radial_half_density, radial_reach
from .circle import Circle
from .density import Density
from .discrete import Discrete, Empirical
from .exponential import Exponential
from .gamma import Gamma
from .gaussian import Gaussian
from .gaussian_vector import GaussianVector
from .line import UNDERFLOW, LineMeasure, lengths_of, require_line
from .logarithm import LogarithmicLine, has_logarithm
from .lognormal import LogNormal
from .mixture import Mixture
from .product import Product, gaussian_vector, weights_and_biases
from .pushforward import Pushforward
from .rotational import Ball, Rotational, Sphere
from .student_t import StudentT
from .tabulated import Tabulated
from .uniform import Uniform

__all__ = ["MEASURES", "UNDERFLOW", "Atom", "Ball", "Beta", "Chi", "Circle", "Density", "Discrete", "Empirical",
           "Exponential", "Gamma", "Gaussian", "GaussianVector", "LineMeasure", "LogNormal", "LogarithmicLine",
           "Measure", "MeasureLike", "Mixture", "Product", "Pushforward", "Rotational", "Sphere", "StudentT", "Uniform",
           "as_measure", "gaussian_vector", "has_logarithm", "lengths_of", "radial_half_density", "radial_reach",
           "require_line", "weights_and_biases"]

MEASURES: dict[str, type[Measure]] = {measure.__name__: measure for measure in (
    Ball, Beta, Circle, Density, Discrete, Empirical, Exponential, Gamma, Gaussian, GaussianVector, LogNormal, Mixture,
    Product, Pushforward, Rotational, Sphere, StudentT, Tabulated, Uniform)}
"""The measures by name, as a saved result names them."""
