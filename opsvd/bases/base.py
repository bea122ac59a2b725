"""What every basis is: functions orthonormal in L2(mu), and the rule in which they are sampled."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ..measures import Measure
from ..quadrature import Rule

__all__ = ["FARTHEST", "SPARSE", "Basis"]

SPARSE = 1e-8
"""Below this square root of the density, in units of the scale, dividing by it loses more than half of 16 digits."""

FARTHEST = float(np.sqrt(-4.0 * np.log(SPARSE)))
"""The square root of a Gaussian density falls to that part of its maximum at so many standard deviations, 8.6."""


class Basis(ABC):
    r"""N functions :math:`b_n` with :math:`E_\mu[b_m b_n] = \delta_{mn}`, evaluated as :math:`b_n \sqrt\rho`.

    The half-density form :math:`b_n(x) \sqrt{\rho(x)}` is bounded where :math:`b_n` is huge and :math:`\rho` tiny,
    and is orthonormal for Lebesgue measure. Everything inside the library uses it; dividing by
    :math:`\sqrt\rho` is left to the very end.

    Attributes
    ----------
    measure : Measure
        The measure mu of density rho.
    rule : Rule
        The nodes at which a kernel is sampled to find its coefficients in this basis.
    """

    measure: Measure
    rule: Rule

    def __repr__(self) -> str:
        """Say how many functions there are."""
        return f"{type(self).__name__}({self.size} functions)"

    @property
    @abstractmethod
    def size(self) -> int:
        """The number N of functions."""

    @property
    @abstractmethod
    def interval(self) -> tuple[float, float]:
        """Where the functions live; they are zero, or not to be trusted, outside."""

    @property
    @abstractmethod
    def panels(self) -> np.ndarray:
        """Edges of panels that cover the interval, on each of which polynomials of degree 20 resolve the functions."""

    @abstractmethod
    def half_density(self, x: np.ndarray) -> np.ndarray:
        r""":math:`b_n(x) \sqrt{\rho(x)}`: shape (...) gives (..., N)."""

    def trusted(self, x: np.ndarray) -> np.ndarray:
        """Whether sums in the basis, divided by the square root of the density, keep eight digits: (...) gives bools.

        By default, inside the interval and where the density is not tiny: for a Gaussian, within 8.6 standard
        deviations.
        """
        low, high = self.interval
        dense = self.measure.sqrt_density(x) * np.sqrt(self.measure.scale) > SPARSE
        return np.asarray((x >= low) & (x <= high) & dense)

    @property
    def gap(self) -> float:
        """The distance from zero below which no sums are to be trusted: none, unless zero is a singular point."""
        return 0.0

    def combine(self, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        r"""Sums :math:`\sum_n c_{nk} b_n(x) \sqrt{\rho(x)}`: points (...) and coefficients (N, r) give (..., r)."""
        return np.asarray(self.half_density(x) @ coefficients)

    @abstractmethod
    def analyse(self, samples: np.ndarray) -> np.ndarray:
        r"""Coefficients, (N, ...), of a function from its samples :math:`\sqrt{w_i} f(x_i)`, (len(rule), ...)."""

    @abstractmethod
    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        r"""Samples :math:`\sqrt{w_i} f(x_i)`, (len(rule), ...), of a function from its coefficients, (N, ...)."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """The arguments, arrays and numbers, from which ``type(self)(measure, **state)`` makes this basis again."""
