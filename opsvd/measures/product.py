"""Vectors of independent coordinates, or independent parts."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from .._support.validation import affordable, generator
from .as_measure import MeasureLike, as_measure
from .base import Measure, standard_coordinates
from .gaussian import Gaussian
from .gaussian_vector import GaussianVector
from .line import LineMeasure


class Product(Measure):
    r"""The law of a vector of independent parts: numbers under measures on the line, or vectors.

    Points have shape (..., k), with the parts one after the other. Smooth kernels that are sums of functions of few
    coordinates take polynomials that are orthonormal under the law of each coordinate; others take quasi-random points.

    Parameters
    ----------
    *measures : Measure, or what stands for one
        Of the parts, two or more.

    Raises
    ------
    TypeError, ValueError
        If there are not two measures at least.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> mu = opsvd.Product(opsvd.Uniform(-1.0, 1.0), opsvd.Gaussian())
    >>> svd = opsvd.decompose(lambda x, y: np.exp(x[..., 0] * y[..., 0]) * np.cos(x[..., 1] - y[..., 1]), mu, mu)
    >>> svd.singular_values[:3].round(6).tolist()
    [0.601675, 0.458232, 0.201003]
    """

    arguments = ("measures",)

    def __init__(self, *measures: MeasureLike) -> None:
        self.measures = tuple(as_measure(measure, f"measures[{i}]") for i, measure in enumerate(measures))
        if len(self.measures) < 2:
            raise ValueError(f"measures must be two or more, one for each part, got {len(self.measures)}; a single "
                             f"measure needs no Product")
        self.rank = sum(measure.rank for measure in self.measures)
        self.uncertainty = sum(measure.uncertainty for measure in self.measures)
        self.everywhere = all(measure.everywhere for measure in self.measures)

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"Product({', '.join(map(repr, self.measures))})"

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Product:
        """From the measures of the parts."""
        return cls(*state["measures"])

    @property
    def dim(self) -> int:
        """The sum of the dimensions of the parts."""
        return sum(measure.dim for measure in self.measures)

    @property
    def center(self) -> np.ndarray:
        """The centres of the parts, shape (k,); of numbers the medians."""
        return self._joined([measure.unwhiten(np.zeros(1)) if isinstance(measure, LineMeasure) else measure.center
                             for measure in self.measures])

    @property
    def scale(self) -> np.ndarray:
        """The scales of the parts, shape (k,); of numbers half the distance of the quantiles 0.16 and 0.84."""
        return self._joined([np.diff(measure.unwhiten(np.array([[-1.0], [1.0]])), axis=0)[0] / 2.0
                             if isinstance(measure, LineMeasure) else measure.scale for measure in self.measures])

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n, k)."""
        n, rng = affordable(n, "n", self.dim), generator(rng)
        return self._joined([measure.sample(n, rng) for measure in self.measures])

    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The points of standard coordinates: (..., rank) gives (..., k)."""
        return self._joined([measure.unwhiten(some) for measure, some in zip(
            self.measures, self._split(standard_coordinates(z, self.rank), [m.rank for m in self.measures]),
            strict=True)])

    @property
    def lines(self) -> tuple[LineMeasure, ...]:
        """Those of the parts, if all have some."""
        lines = [measure.lines for measure in self.measures]
        return sum(lines, ()) if all(lines) else ()

    def placed(self, t: np.ndarray) -> np.ndarray:
        """The points of coordinates, (..., d)."""
        return self._joined([measure.placed(some) for measure, some in zip(
            self.measures, self._split(t, [len(m.lines) for m in self.measures]), strict=True)])

    def unplaced(self, x: np.ndarray) -> np.ndarray:
        """The coordinates of points, (..., d)."""
        parts = self._split(x, [measure.dim for measure in self.measures])
        return np.concatenate([measure.unplaced(some[..., 0] if measure.dim == 1 else some)
                               for measure, some in zip(self.measures, parts, strict=True)], axis=-1)

    @staticmethod
    def _split(array: np.ndarray, counts: list[int]) -> list[np.ndarray]:
        """The columns of the parts."""
        return np.split(array, np.cumsum(counts)[:-1], axis=-1)

    def _joined(self, parts: list[np.ndarray]) -> np.ndarray:
        """Points of the parts as vectors, (..., k)."""
        return np.concatenate([np.asarray(part)[..., None] if measure.dim == 1 else part
                               for measure, part in zip(self.measures, parts, strict=True)], axis=-1)


def gaussian_vector(measure: Measure) -> GaussianVector | None:
    """A Gaussian vector, or the product of Gaussian parts as one; None for other measures."""
    if isinstance(measure, GaussianVector):
        return measure
    if not isinstance(measure, Product) or not all(isinstance(m, Gaussian | GaussianVector) for m in measure.measures):
        return None
    mean = measure.unwhiten(np.zeros(measure.rank))
    return GaussianVector.of_root(mean, (measure.unwhiten(np.eye(measure.rank)) - mean).T)


def weights_and_biases(measure: Measure) -> tuple[GaussianVector, LineMeasure | None, int] | None:
    """A vector of Gaussian weights and of biases of any law; None for other measures.

    Returns
    -------
    law : GaussianVector
        With biases that are Gaussian, of mean zero, and about as wide as they are.
    biases : LineMeasure or None
        The law of the number that is not Gaussian, and has no atoms; None if all are Gaussian.
    place : int
        Where it is among the coordinates.
    """
    if (law := gaussian_vector(measure)) is not None:
        return law, None, -1
    if not isinstance(measure, Product):
        return None
    others = [i for i, part in enumerate(measure.measures) if not isinstance(part, Gaussian | GaussianVector)]
    biases = measure.measures[others[0]]
    if len(others) > 1 or not isinstance(biases, LineMeasure) or biases.has_atoms:
        return None
    width = float(np.ptp(biases.unwhiten(np.array([[-1.0], [1.0]]))))
    gaussian = Product(*(Gaussian(0.0, 0.5 * width) if i == others[0] else part
                         for i, part in enumerate(measure.measures)))
    return (cast("GaussianVector", gaussian_vector(gaussian)), biases,
            sum(part.dim for part in measure.measures[:others[0]]))
