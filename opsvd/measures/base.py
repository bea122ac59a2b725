"""What every measure does, and the limits of what it is asked for."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtr

from .._support.validation import positive_int, real_array
from ..quadrature import Rule

LARGEST_COORDINATE = 1e150
"""Coordinates are cut off here: squares of larger ones, and sums of squares, would overflow."""


class Measure(ABC):
    """A probability measure: it samples, and makes points from uniform numbers.

    Points of the line, `dim` 1, have shape (...), and points of R^k have shape (..., k). A new measure on the line is a
    subclass of `opsvd.LineMeasure`; ``opsvd.testing.check_measure`` checks it.

    Attributes
    ----------
    arguments : tuple of str
        The names of the attributes from which it can be made again, in the order of its arguments.
    rank : int
        How many standard coordinates a point is made of by `unwhiten`: independent Gaussians, of mean 0, variance 1.
    round : bool
        Whether points are vectors whose direction is uniform, and independent of their length.
    everywhere : bool
        Whether a kernel may be asked for values at any point of R^k.
    rotatable : bool
        Whether its coordinates are independent standard Gaussians, and stay so if they are rotated.
    lines : tuple of LineMeasure
        The laws of independent coordinates that points are made of by `placed`; empty if there are none.
    uncertainty : float
        How far the root of its density may be from the one that is meant, relatively: the mean of that under the
        measure; zero but for rounding where it is given by a formula of this library.
    """

    arguments: tuple[str, ...] = ()
    rank: int = 1
    round: bool = False
    everywhere: bool = False
    rotatable: bool = False
    uncertainty: float = 0.0

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
        """The length over which the density changes: the standard deviation, say; shape (k,) for vectors."""

    @abstractmethod
    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points: shape (n,) if `dim` is 1, else (n, dim)."""

    @abstractmethod
    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The points that standard coordinates become: (..., rank) gives (...) on the line, and else (..., dim)."""

    @property
    def lines(self) -> tuple[Any, ...]:
        """The laws of independent coordinates that points are made of by `placed`; empty if there are none."""
        return ()

    def placed(self, t: np.ndarray) -> np.ndarray:
        """The points of coordinates, as many as `lines`: (..., d) gives (...) on the line, and else (..., dim)."""
        raise NotImplementedError(f"{self!r} has no independent coordinates")

    def unplaced(self, x: np.ndarray) -> np.ndarray:
        """The coordinates of points, (..., d)."""
        raise NotImplementedError(f"{self!r} has no independent coordinates")

    def coordinates_of_normal(self, z: np.ndarray) -> np.ndarray:
        """The coordinates of the same quantiles as standard Gaussian numbers, (..., d)."""
        return np.stack([line.quantile(ndtr(z[..., j])) for j, line in enumerate(self.lines)], axis=-1)

    @property
    def given(self) -> dict[str, Any]:
        """The arguments from which it can be made again, by name."""
        return {name: getattr(self, name) for name in self.arguments}

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.given.items())})"

    def state(self) -> dict[str, Any]:
        """Numbers, arrays and measures, from which `from_state` makes this measure again: it can be saved."""
        return self.given

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Measure":
        """The measure that `state` describes."""
        return cls(**state)

    def __eq__(self, other: object) -> bool:
        """Whether the other is of the same type, and made by the same arguments."""
        if not (isinstance(other, Measure) and type(self) is type(other) and self.given):
            return self is other
        return all(np.array_equal(value, other.given[name]) if isinstance(value, np.ndarray) else
                   bool(value == other.given[name]) for name, value in self.given.items())

    def __hash__(self) -> int:
        """By type and arguments."""
        return hash((type(self), *(value.tobytes() if isinstance(value, np.ndarray) else value
                                   for value in self.given.values()), *(() if self.given else (id(self),))))


def standard_coordinates(z: object, rank: int) -> np.ndarray:
    """Return `z` as standard coordinates, shape (..., rank), or raise naming it."""
    array = real_array(z, "z")
    if array.ndim == 0 or array.shape[-1] != rank:
        raise ValueError(f"z must hold {rank} standard coordinates for each point, shape (..., {rank}), got shape "
                         f"{array.shape}; pass for example rng.standard_normal((100, {rank}))")
    return array


def node_count(n: object) -> int:
    """Return `n` as the number of nodes of a Gauss rule on the line, or raise naming it."""
    # All functions at all nodes are a matrix of the square of this, of 0.8 GB.
    return positive_int(n, "n", 10_000)


def weighted(measure: Any, nodes: np.ndarray, lebesgue_weights: np.ndarray) -> Rule:
    """Nodes and weights for Lebesgue measure as a rule for a measure that has a density there."""
    return Rule(nodes, np.sqrt(lebesgue_weights), measure.sqrt_density(nodes))


def uncertainty_of_sum(uncertainties: Sequence[float], shares: Sequence[float]) -> float:
    """The uncertainty of a sum of measures, which have these shares."""
    return math.fsum(share * one for one, share in zip(uncertainties, shares, strict=True))
