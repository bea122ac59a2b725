"""The gamma measures on the half-line."""

import numpy as np
from scipy.special import gammaln

from .._support.validation import affordable, generator, positive_float
from ..quadrature import log_gamma_excess
from .coordinates import Coordinate, Place, Plain, Softplus
from .incomplete import gamma_quantile
from .placed import PlacedMeasure


class Gamma(PlacedMeasure):
    r"""The gamma measure on :math:`[0, \infty)`, of density :math:`x^{a - 1} e^{-x / s} / (\Gamma(a) s^a)`.

    Its orthonormal polynomials are the generalised ones of Laguerre. With s = 2 it is the law of chi-square with 2a
    degrees of freedom. The coordinate is :math:`\log(e^{x / s} - 1)`, so that zero is infinitely far away, unless the
    root of the density is smooth at zero: for a = 1, 3, 5, ...

    Parameters
    ----------
    shape : float
        The shape a, positive.
    scale : float, default 1.0
        The scale s, positive. The attribute `unit` has it; `scale` is that of the coordinate.

    Raises
    ------
    TypeError, ValueError
        If the shape or the scale is not a positive number.

    Examples
    --------
    >>> from opsvd import Gamma
    >>> rule = Gamma(2.5, 0.5).gauss_rule(10)
    >>> print(round(float(rule.weights @ Gamma(2.5, 0.5).points(rule.nodes)), 10))    # shape times scale
    1.25
    """

    def __init__(self, shape: float, scale: float = 1.0) -> None:
        self.shape, self.unit = positive_float(shape, "shape"), positive_float(scale, "scale")
        self.coordinates: Coordinate = (Plain(0.0, np.inf) if self.shape % 2.0 == 1.0 else Softplus(0.0, self.unit))

    @property
    def given(self) -> dict[str, float]:
        """The shape and the scale."""
        return {"shape": self.shape, "scale": self.unit}

    def log_density(self, place: Place) -> np.ndarray:
        """From the distance from zero."""
        power, log_unit = self.shape - 1.0, np.log(self.unit)
        if power > 16.0:    # about the mode, where the power and the exponential are large, and nearly cancel
            apart = place.x / (self.unit * power) - 1.0
            at_mode = -0.5 * np.log(2.0 * np.pi * power) - log_gamma_excess(power) - log_unit
            with np.errstate(divide="ignore"):
                return np.asarray(power * (np.log1p(np.maximum(apart, -1.0)) - apart) + at_mode)
        log_ratio = place.log_below - log_unit
        with np.errstate(over="ignore"):
            powers = power * log_ratio if power else 0.0
            return np.asarray(powers - np.exp(log_ratio) - gammaln(self.shape) - log_unit)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n,)."""
        x = self.unit * generator(rng).standard_gamma(self.shape, affordable(n, "n"))
        return np.asarray(np.clip(x, *self.support))

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        x, log_x = gamma_quantile(self.shape, p)
        if self.plain:
            return self.unit * x
        with np.errstate(divide="ignore"):
            return np.where(x < 1e-17, log_x, x + np.log(-np.expm1(-np.maximum(x, 1e-17))))

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of generalised Laguerre polynomials, at this scale."""
        k = np.arange(float(n))
        return (self.unit * (2.0 * k + self.shape),
                np.append(1.0, self.unit * np.sqrt(k[1:] * (k[1:] + self.shape - 1.0))))
