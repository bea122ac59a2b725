"""Trigonometric polynomials, for periodic functions of an angle that is uniform."""

import math

import numpy as np

from ..measures import LineMeasure
from ..quadrature import Rule
from .base import LineBasis


class FourierBasis(LineBasis):
    r"""The functions :math:`1, \sqrt 2 \cos\theta, \sqrt 2 \sin\theta, \sqrt 2 \cos 2\theta, \dots`, orthonormal.

    Parameters
    ----------
    measure : LineMeasure
        Uniform on an interval, of the length `period`.
    degree : int
        The basis has degree + 1 functions, to the frequency :math:`\lceil d / 2 \rceil`.
    quadrature : int, optional
        The number of equidistant nodes, by default degree + 2: with more than twice the frequency the basis is
        orthonormal in the rule too.
    """

    arguments = ("degree", "quadrature")

    def __init__(self, measure: LineMeasure, degree: int, quadrature: int | None = None) -> None:
        self.measure, self.degree = measure, degree
        self.quadrature = degree + 2 if quadrature is None else quadrature
        low, high = measure.span
        step = (high - low) / self.quadrature
        # Other numbers of nodes begin at other places, so that no two nodes of x and y are equal.
        nodes = low + step * (np.arange(self.quadrature) + (0.31 + 0.007 * self.quadrature) % 1.0)
        self.rule = Rule(nodes, np.full(len(nodes), math.sqrt(step)), measure.sqrt_density(nodes))
        self.at_nodes = self.half_density(nodes) * math.sqrt(step)

    @property
    def panels(self) -> np.ndarray:
        """Equal panels of two wavelengths of the fastest function, at least four."""
        return np.linspace(*self.measure.span, max(4, math.ceil(self.degree / 4)) + 1)

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Cosines and sines."""
        low, high = self.measure.span
        root = self.measure.sqrt_density(x)[..., None]
        angle = 2.0 * np.pi * (np.asarray(x, dtype=np.float64)[..., None] - low) / (high - low)
        # One cosine makes waves of twice as many frequencies: products cost less. Angles times powers of two are exact.
        count = (self.degree + 1) // 2 + 1
        waves = np.ones((*root.shape[:-1], count), dtype=np.complex128)
        for known in (2**k for k in range((count - 1).bit_length())):
            np.multiply(waves[..., :min(known, count - known)], np.exp(1j * known * angle),
                        out=waves[..., known:2 * known])
        waves = waves[..., 1:]
        values = np.empty((*root.shape[:-1], self.degree + 1))
        values[..., :1], values[..., 1::2] = root, math.sqrt(2.0) * root * waves.real
        values[..., 2::2] = math.sqrt(2.0) * root * waves.imag[..., :self.degree // 2]
        return values
