"""Probability measures: density, sampling and Gauss rule."""

from .gaussian import Gaussian, GaussianVector, Measure, require_measure

__all__ = [
    "Gaussian",
    "GaussianVector",
    "Measure",
    "require_measure",
]
