"""What every basis is: functions orthonormal in L2(mu), in which singular functions are summed."""

import math
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from .._support.linalg import canonical_signs
from ..kernels import Side
from ..measures import LineMeasure
from ..quadrature import Rule, wide_sample
from .digits import SPARSE


class MeanRule(NamedTuple):
    """Points at which sums in a basis are known, and weights by which means under the measure are taken.

    Attributes
    ----------
    points : ndarray
        As a kernel's grid takes them.
    weights : ndarray, shape (n,)
        Their sum is one, but for what lies where sums have no digits.
    drawn : bool
        Whether the points were drawn at random, and are not the nodes of a rule.
    """

    points: np.ndarray
    weights: np.ndarray
    drawn: bool


class Basis(ABC):
    """Functions orthonormal in L2 on one side of a kernel.

    A new basis is one file with a subclass, and its name in ``bases/__init__.py``, so that results in it can be loaded.

    Attributes
    ----------
    side : Side
        The measure of the points, and how many values a function has there.
    multiplicity : int
        Each function stands for so many that are orthonormal and have one singular value.
    exact : bool
        Whether sums are as good as the formula :math:`T g / s` wherever they are trusted.
    arguments : tuple of str
        The names of the attributes from which it can be made again, unless it has a `state` of its own.
    """

    side: Side
    multiplicity: int = 1
    exact: bool = False
    arguments: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how many functions there are."""
        return f"{type(self).__name__}({self.size} functions)"

    @property
    def kind(self) -> tuple[type, ...]:
        """What larger bases of the same kind share."""
        return (type(self),)

    @property
    @abstractmethod
    def size(self) -> int:
        """The number N of functions."""

    @abstractmethod
    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        r"""Sums :math:`\sum_n c_{nk} b_n(x)` at points as a kernel's grid takes them.

        Coefficients (N, r) give (n width, r), or (n width, r, multiplicity) where that is more than one.
        """

    def trusted(self, points: np.ndarray) -> np.ndarray:
        """Where sums in the basis keep eight digits, (n,) bools: by default everywhere."""
        return np.ones(len(points) // (self.side.rows or 1), dtype=bool)

    def beyond_ends(self, coefficients: np.ndarray) -> np.ndarray:
        r"""Inner products :math:`E[\overline{f_i} f_j]`, (r, r), over where sums are continued beyond the basis.

        By default they are continued nowhere.
        """
        return np.zeros((coefficients.shape[1],) * 2)

    @property
    def multiplicity_root(self) -> float:
        """The square root of the multiplicity, which may be no float."""
        return math.exp(0.5 * math.log(self.multiplicity))

    @property
    def gap(self) -> float:
        """The distance from zero below which no sums are to be trusted: none, unless zero is a singular point."""
        return 0.0

    def signs(self, coefficients: np.ndarray) -> np.ndarray:
        """The signs, (r,), that make functions with these coefficients, (N, r), those of the convention."""
        return canonical_signs(coefficients)

    def mean_rule(self) -> MeanRule | None:
        """The points at which moments of singular functions are found; None where lengths alone are needed.

        By default they reach farther than the measure does, and are always the same ones.
        """
        z, weights = wide_sample(self.side.directions)
        return MeanRule(self.side.points(z), weights, drawn=True)

    def weighted_values(self, coefficients: np.ndarray    # noqa: ARG002 -- others sum them
                        ) -> tuple[np.ndarray, np.ndarray] | None:
        """Nodes, and values times weights there, (n width, r), by which T is applied to sums in the basis.

        None where functions need no other evaluation than `sums`.
        """
        return None

    def state(self) -> dict[str, Any]:
        """Arrays and numbers, from which `from_state` makes this basis again."""
        return {name: getattr(self, name) for name in self.arguments}

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "Basis":
        """The basis on a side that `state` describes, by default by its arguments."""
        return cls(side, **state)    # type: ignore[call-arg]


def line_bases() -> dict[str, type["LineBasis"]]:
    """The bases of functions of a number, by name."""
    found, waiting = {}, [LineBasis]
    while waiting:
        for basis in waiting.pop().__subclasses__():
            found[basis.__name__] = basis
            waiting.append(basis)
    return found


class LineBasis(Basis):
    r"""N functions :math:`b_n` with :math:`E_\mu[b_m b_n] = \delta_{mn}`, evaluated as :math:`b_n \sqrt\rho`.

    The half-density form :math:`b_n(x) \sqrt{\rho(x)}` is bounded where :math:`b_n` is huge and :math:`\rho` tiny,
    and is orthonormal for Lebesgue measure. Everything inside the library uses it; dividing by
    :math:`\sqrt\rho` is left to the very end. Half-densities, rules, panels and intervals are in the coordinate of
    the measure (see `opsvd.LineMeasure`), written x here; `sums`, `trusted`, `mean_rule` and `weighted_values` take and
    give points.

    Attributes
    ----------
    measure : Measure
        The measure mu of density rho.
    rule : Rule
        The nodes at which a kernel is sampled to find its coefficients in this basis.
    at_nodes : ndarray, shape (len(rule), N)
        The functions there, :math:`\sqrt{w_i}\, b_n(x_i)`: orthonormal columns. A basis with simpler sums has none.
    """

    measure: LineMeasure
    rule: Rule
    at_nodes: np.ndarray

    @property
    def size(self) -> int:
        """One function for each column."""
        return int(self.at_nodes.shape[1])

    @property
    def side(self) -> Side:    # type: ignore[override]
        """Numbers under the measure."""
        return Side(self.measure)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the functions live; they are zero, or not to be trusted, outside. By default where panels are."""
        return float(self.panels[0]), float(self.panels[-1])

    @property
    @abstractmethod
    def panels(self) -> np.ndarray:
        """Edges of panels that cover the interval, on each of which polynomials of degree 20 resolve the functions."""

    @property
    def pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """Edges and roots of a `PanelBasis` of order 20 that holds the functions: shapes (panels + 1,) and (r, 2)."""
        return self.panels, np.zeros((0, 2))

    def panels_of_width(self, width: float) -> np.ndarray:
        """Edges of panels that are no wider than this, on each of which the functions are resolved."""
        low, wide = self.panels[:-1], np.diff(self.panels)
        parts = np.ceil(wide / width).astype(int)
        return np.append(np.concatenate([start + extent * np.arange(count) / count for start, extent, count in
                                         zip(low, wide, parts, strict=True)]), self.panels[-1])

    @abstractmethod
    def half_density(self, x: np.ndarray) -> np.ndarray:
        r""":math:`b_n(x) \sqrt{\rho(x)}`: shape (...) gives (..., N)."""

    def trusted(self, points: np.ndarray) -> np.ndarray:
        """Whether sums in the basis, divided by the root of the density, keep eight digits: (...) gives bools."""
        return np.asarray(self.reliable(self.measure.coordinate(points)) & self.measure.contains(points))

    def reliable(self, x: np.ndarray) -> np.ndarray:
        """The same at coordinates.

        By default, inside the interval and where the density is not tiny: for a Gaussian, within 8.6 standard
        deviations.
        """
        low, high = self.interval
        dense = self.measure.sqrt_density(x) * np.sqrt(self.measure.scale) > SPARSE
        return np.asarray((x >= low) & (x <= high) & dense)

    def combine(self, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        r"""Sums :math:`\sum_n c_{nk} b_n(x) \sqrt{\rho(x)}`: points (...) and coefficients (N, r) give (..., r)."""
        return np.asarray(self.half_density(x) @ coefficients)

    def sums(self, points: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Those of `combine`, divided by the square root of the density."""
        t = self.measure.coordinate(points)
        return np.asarray(self.combine(t, coefficients) / self.measure.sqrt_density(t)[:, None])

    def signs(self, coefficients: np.ndarray) -> np.ndarray:
        """Those of half-densities at the nodes, which do not depend on where the nodes lie."""
        return canonical_signs(self.synthesise(coefficients) / self.rule.sqrt_lebesgue[:, None])

    def mean_rule(self) -> MeanRule:
        """The nodes where sums have digits.

        What lies farther out has a probability of less than 1e-16, and is not asked for: there a kernel may overflow.
        """
        rule = self.rule.restricted(self.reliable(self.rule.nodes))
        return MeanRule(self.measure.points(rule.nodes), rule.weights, drawn=False)

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        r"""Coefficients, (N, ...), of a function from its samples :math:`\sqrt{w_i} f(x_i)`, (len(rule), ...)."""
        return np.asarray(self.at_nodes.conj().T @ samples)

    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        r"""Samples :math:`\sqrt{w_i} f(x_i)`, (len(rule), ...), of a function from its coefficients, (N, ...)."""
        return np.asarray(self.at_nodes @ coefficients)

    def weighted_values(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those at the nodes of the rule."""
        nodes = self.measure.points(self.rule.nodes)
        return nodes, self.rule.sqrt_weights[:, None] * self.synthesise(coefficients)

    @classmethod
    def from_state(cls, side: Side, state: dict[str, Any]) -> "LineBasis":
        """From the measure and the arguments that `state` gives by name."""
        return cls(side.measure, **state)    # type: ignore[call-arg]
