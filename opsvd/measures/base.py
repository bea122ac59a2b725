"""What every measure does, and the limits of what it is asked for."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from .._support.validation import instance, positive_int
from ..quadrature import Rule

LARGEST_COORDINATE = 1e150
"""Coordinates are cut off here: squares of larger ones, and sums of squares, would overflow."""

# Nodes of a Gauss rule on the line: all functions at all of them are a matrix of the square of this, of 0.8 GB.
_MOST_GAUSS_NODES = 10_000


class Measure(ABC):
    """A probability measure with a density: it samples, evaluates its density, and owns its Gauss rule.

    A new measure is a subclass with these methods; ``opsvd.testing.check_measure`` checks one. `center` and `scale`
    place the first panels, so that nothing else need know what the measure is. Points of the line, `dim` 1, have shape
    (...), and points of R^k have shape (..., k).
    """

    @property
    @abstractmethod
    def dim(self) -> int:
        """The dimension k of a point."""

    @property
    @abstractmethod
    def center(self) -> Any:
        """Where the mass is: the mean or median; shape (k,) for vectors."""

    @property
    @abstractmethod
    def scale(self) -> Any:
        """The length over which the density changes: the standard deviation; shape (k,) for vectors."""

    @abstractmethod
    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points: shape (n,) if `dim` is 1, else (n, dim)."""

    @abstractmethod
    def sqrt_density(self, x: np.ndarray) -> np.ndarray:
        """The square root of the density at x, shape (...), for vectors x (..., k); it may underflow to zero."""

    @abstractmethod
    def gauss_rule(self, n: int) -> Rule:
        """The rule of n nodes that is exact for polynomials of degree below 2n."""

    def rule(self, nodes: np.ndarray, lebesgue_weights: np.ndarray) -> Rule:
        """Turn nodes and weights for Lebesgue measure into a rule for this measure."""
        return Rule(nodes, np.sqrt(lebesgue_weights), self.sqrt_density(nodes))


def node_count(n: object) -> int:
    """Return `n` as the number of nodes of a Gauss rule on the line, or raise naming it."""
    return positive_int(n, "n", _MOST_GAUSS_NODES)


def require_measure(measure: object, name: str) -> Measure:
    """Return `measure` if it is one, or raise naming `name`."""
    return instance(measure, name, Measure, "pass for example opsvd.Gaussian(mean=0.0, std=1.0)")  # type: ignore[type-abstract]
