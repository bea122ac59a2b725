"""What bases in quadruple precision share: functions that are cardinal on the nodes of a rule, with a parity."""

from abc import abstractmethod
from functools import cached_property

import numpy as np

from .._support.quad import as_quad, rounded, rounded_as
from .._support.validation import instance
from ..measures import LineMeasure
from ..measures.quad_law import QuadLaw
from ..quadrature import Rule
from .base import LineBasis, MeanRule
from .digits import SPARSE


class QuadBasis(LineBasis):
    r"""Functions :math:`b_i` with :math:`\sqrt{w_j}\, b_i(x_j) = \delta_{ij}` on the nodes of a rule: orthonormal.

    So samples of a function times the roots of the weights are its coefficients. Of the nodes of a rule that is
    symmetric about the centre of the measure even and odd functions are made as well, half as many of each. A subclass
    has the `rule`, in quadruple precision, and says what functions are between the nodes.

    Parameters
    ----------
    measure : LineMeasure
        One with a `quad_law`.
    parity : int
        1 for even functions, -1 for odd ones, 0 for all.
    """

    def __init__(self, measure: LineMeasure, parity: int) -> None:
        self.measure, self.parity = measure, parity
        self.law: QuadLaw = instance(measure.quad_law, "quad_law", QuadLaw, "take a measure that has one")

    @abstractmethod
    def with_parity(self, parity: int) -> "QuadBasis":
        """The basis of the even or the odd functions on the same rule."""

    @abstractmethod
    def between(self, places: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Half-densities at numbers z, (n,), of functions with these samples at the nodes, (nodes, r): (n, r)."""

    @abstractmethod
    def check_rule(self) -> Rule:
        """Another rule, of Gauss-Legendre panels between the nodes, which has half as many nodes again."""

    @property
    def ends(self) -> list[int]:
        """The indices of the nodes beyond which the measure goes on."""
        return [] if self.law.bounded else [0, -1]

    @property
    def size(self) -> int:
        """As many functions as nodes, or half as many with a parity; the number of nodes is even then."""
        return len(self.rule) // (1 if self.parity == 0 else 2)

    @property
    def interval(self) -> tuple[float, float]:
        """From the first node to the last."""
        return float(self.rule.nodes[0]), float(self.rule.nodes[-1])

    @cached_property
    def panels(self) -> np.ndarray:
        """Edges at every fourth node."""
        nodes = rounded(self.rule.nodes)
        return np.unique(np.append(nodes[::4], nodes[-1]))

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Those of every function: (...) gives (..., N)."""
        return self.combine(x, np.eye(self.size))

    def combine(self, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Half-densities of sums, in quadruple precision whatever that of the points is."""
        places = self.law.places(x)
        found = self.between(places.ravel(), self.synthesise(as_quad(coefficients)))
        return found.reshape(*places.shape, coefficients.shape[1])

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Those of `combine`, divided by the square root of the density, in the precision of the points."""
        density = self.law.sqrt_density_of_points(self.law.places(points))
        return rounded_as(points, self.combine(points, coefficients) / density[:, None])

    def trusted(self, points: np.ndarray) -> np.ndarray:
        """Where half of the digits are left."""
        return self.reliable(points)

    def reliable(self, x: np.ndarray) -> np.ndarray:
        """Between the first node and the last, and where the density is not tiny: for a Gaussian 12 deviations."""
        dense = rounded(self.law.sqrt_density(self.law.places(x))) > SPARSE**2
        low, high = self.interval
        return np.asarray(dense & (x >= low) & (x <= high))

    def mean_rule(self) -> MeanRule:
        """The nodes where sums have digits, in double precision."""
        rule = self.rule.restricted(self.reliable(self.rule.nodes))
        return MeanRule(rounded(rule.nodes), rounded(rule.weights), drawn=False)

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """The samples themselves, or the part of them that has the parity."""
        if self.parity == 0:
            return samples
        half = len(self.rule) // 2
        return np.asarray((samples[half:] + self.parity * samples[:half][::-1]) * np.sqrt(as_quad(0.5)))

    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients themselves, or those on both sides of the centre."""
        if self.parity == 0:
            return coefficients
        half = coefficients * np.sqrt(as_quad(0.5))
        return np.concatenate([self.parity * half[::-1], half])

    def weighted_values(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those at the nodes of the rule."""
        return self.rule.nodes, self.rule.sqrt_weights[:, None] * self.synthesise(coefficients)
