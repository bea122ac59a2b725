"""Probability measures: density, sampling and Gauss rule."""

from .base import Measure, require_measure
from .gaussian import Gaussian
from .gaussian_vector import GaussianVector

__all__ = ["Gaussian", "GaussianVector", "Measure", "require_measure"]
