"""Functions of the length of a vector, by a basis on the line under the law of the length."""

from typing import Any, TypeAlias

import numpy as np

from .._support.arrays import squares
from ..kernels import Side
from ..measures import LineMeasure
from ..quadrature import fourth_moments_by_rule
from .base import LineBasis, line_bases
from .digits import SPARSE
from .radial import RadialBasis


class LengthBasis:
    """The functions F(|x|) that a basis on the line is made of; it does for any law what `RadialBasis` does for one.

    Attributes
    ----------
    line : LineBasis
        Under the law of the length.
    """

    def __init__(self, line: LineBasis) -> None:
        self.line = line

    @property
    def count(self) -> int:
        """The number of functions."""
        return self.line.size

    @property
    def trusted(self) -> tuple[float, float]:
        """The interval of the coordinate of the length where sums keep half of their digits."""
        (low, high), (first, last) = self.line.measure.box(SPARSE), self.line.interval
        return max(low, first), min(high, last)

    def half_density(self, t: np.ndarray) -> np.ndarray:
        """The basis times the root of the density of the coordinate: (n,) gives (n, count)."""
        return self.line.half_density(t)

    def functions(self, t: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Sums in the basis as functions F: coordinates (n,) and coefficients (count, r) give (n, r)."""
        return np.asarray(self.line.combine(t, coefficients) / self.line.measure.sqrt_density(t)[:, None])

    def moments(self, coefficients: np.ndarray) -> np.ndarray:
        """E[|F_i|^2 |F_j|^2] of sums in the basis, coefficients (count, r): shape (r, r), inf where not known."""
        rule = self.line.rule
        kept = self.line.reliable(rule.nodes) & (rule.weights > 0.0)
        values = self.line.synthesise(coefficients)[kept] / rule.sqrt_weights[kept, None]
        return fourth_moments_by_rule(squares(values), rule.weights[kept])

    def shells(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A Gauss rule for the length: see `RadialBasis.shells`, which has as many nodes."""
        law = self.line.measure
        rule = law.gauss_rule(int(min(16, law.most_polynomials)))
        rule = rule.restricted(rule.weights > 1e-9)
        functions = self.functions(np.clip(rule.nodes, *self.trusted), coefficients)
        return functions * rule.sqrt_weights[:, None], rule.weights

    def state(self) -> dict[str, Any]:
        """The kind of the basis on the line, and its arguments."""
        arguments = {f"line.{name}": value for name, value in self.line.state().items()}
        return {"line": type(self.line).__name__, **arguments}

    @classmethod
    def from_state(cls, law: LineMeasure, state: dict[str, Any]) -> "LengthBasis":
        """From the law of the length, and what `state` gives."""
        arguments = {name.removeprefix("line."): value for name, value in state.items() if name.startswith("line.")}
        return cls(line_bases()[str(state["line"])].from_state(Side(law), arguments))


RadialFunctions: TypeAlias = RadialBasis | LengthBasis
"""Bases of functions of the length, in its coordinate."""
