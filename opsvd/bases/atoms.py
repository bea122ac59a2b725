"""The functions of finitely many points: a finite orthonormal basis, and exact."""

from typing import Any, cast

import numpy as np

from .._support.linalg import canonical_signs
from ..kernels import Side
from ..measures import Discrete
from .base import LineBasis, MeanRule


class AtomBasis(LineBasis):
    r"""The functions :math:`1 / \sqrt{p_i}` at one atom and zero at the others, times a unit vector of values.

    All functions on the atoms are sums of these, and the rule with one node for each atom is exact. Functions are known
    at the atoms alone: elsewhere they are extended through the kernel.

    Parameters
    ----------
    side : Side
        Its measure is `Discrete`.
    """

    exact = True

    def __init__(self, side: Side) -> None:
        self._side, self.measure = side, side.measure    # type: ignore[assignment]
        count = len(self._discrete.atoms)
        self.rule = self.measure.rule(np.arange(count) + 0.5, np.ones(count))

    @property
    def side(self) -> Side:    # type: ignore[override]
        """The points, and the values that functions have there."""
        return self._side

    @property
    def _discrete(self) -> Discrete:
        return cast("Discrete", self.measure)

    @property
    def size(self) -> int:
        """The number of atoms, times that of values at each."""
        return len(self.rule) * self.side.width

    @property
    def panels(self) -> np.ndarray:
        """The intervals of the atoms."""
        return np.arange(len(self.rule) + 1.0)

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """One on the interval of the atom, and zero elsewhere: of numbers."""
        return self.combine(x, np.eye(self.size))

    def combine(self, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients of the atoms: of numbers."""
        inside = (x >= 0.0) & (x <= len(self.rule))
        return np.asarray(coefficients[self._discrete.label(x)] * inside[..., None])

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients of the nearest atoms over the roots of their probabilities."""
        label, count = self._discrete.label(self.measure.coordinate(points)), coefficients.shape[1]
        values = coefficients.reshape(len(self.rule), self.side.width, count)[label]
        return np.asarray(values / self.rule.sqrt_density[label, None, None]).reshape(
            len(label) * self.side.width, count)

    def signs(self, coefficients: np.ndarray) -> np.ndarray:
        """Those of the coefficients."""
        return canonical_signs(coefficients)

    def mean_rule(self) -> MeanRule:
        """The atoms where sums have digits; functions with several values take moments as for points that are drawn."""
        rule = self.rule.restricted(self.reliable(self.rule.nodes))
        return MeanRule(self.measure.points(rule.nodes), rule.weights, drawn=self.side.values is not None)

    def weighted_values(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The atoms, and coefficients times the roots of their probabilities."""
        return self._discrete.atoms, coefficients * np.repeat(self.rule.sqrt_density, self.side.width)[:, None]

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """The samples are the coefficients."""
        return samples

    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients are the samples."""
        return coefficients

    def state(self) -> dict[str, Any]:
        """Nothing: the measure says all."""
        return {}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "AtomBasis":    # noqa: ARG003 -- there is none
        """Of a side."""
        return cls(side)
