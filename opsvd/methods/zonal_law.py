"""The law of a(x) of a kernel phi(<a(x), b(y)>) with y Gaussian, by a plane on which a moves."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from ..kernels import Side
from ..measures import (
    Chi,
    Gaussian,
    GaussianVector,
    LineMeasure,
    Measure,
    Product,
    gaussian_vector,
    lengths_of,
    weights_and_biases,
)
from ..probing.bilinear import Bilinear
from .zonal_planes import GaussianPlane, Plane, RoundPlane
from .zonal_products import ProductPlane


@dataclass(frozen=True, eq=False)
class ZonalLaw:
    """The laws of a and b.

    Attributes
    ----------
    plane : Plane
        On which a moves.
    scale : float
        By which a was divided: the kernel is phi(scale <a, b>).
    turns : (ndarray, ndarray)
        From the affine variable, and from the other one, to a and b.
    shifts : (ndarray, ndarray), shape (p + 1,) each
        What is added to the turned variables.
    mean : ndarray, shape (p + 1,)
        Of b, whose covariance is the identity, if it is Gaussian.
    biases : (LineMeasure, float)
        The last number of b is this number times one under the measure, and independent of the others.
    """

    plane: Plane
    scale: float
    turns: tuple[np.ndarray, np.ndarray]
    shifts: tuple[np.ndarray, np.ndarray]
    mean: np.ndarray
    biases: tuple[LineMeasure, float]

    @property
    def k(self) -> int:
        """The dimension p + 1."""
        return len(self.shifts[0])

    @property
    def round(self) -> bool:
        """Whether b is Gaussian, with mean zero."""
        return isinstance(self.biases[0], Gaussian) and not self.mean.any()


def find_law(form: Bilinear, sides: tuple[Side, Side]) -> ZonalLaw | str:
    """The laws of a and b, or why there are none."""
    affine = sides[form.affine]
    gaussian, biases, place = cast("tuple[GaussianVector, LineMeasure | None, int]",
                                   weights_and_biases(sides[1 - form.affine].measure))
    linear = Side(gaussian)
    origin = linear.unplaced(np.zeros((1, linear.measure.dim)))[0]    # of v = C y + origin
    to_v = linear.unplaced(np.eye(linear.measure.dim)).T - origin[:, None]
    zero = np.zeros((1, linear.directions))
    root = linear.points(np.eye(linear.directions)) - linear.points(zero)    # B^T of y = B v, but for a mean
    slopes, constant = root @ form.form.matrix.T, root @ form.form.shift    # a = slopes x + constant
    rounding = 1e-12 + 10.0 * form.form.rounding
    mean = np.zeros(len(origin)) if form.centred else -origin    # of v, for a form of y as it is
    center = linear.points(zero)
    if not form.centred and np.abs(linear.points(mean[None]) - 2.0 * center).max() > rounding * np.abs(center).max():
        return "takes vectors y whose mean is in the directions in which they vary"
    found = _found(affine.measure, slopes, constant, rounding, mean)
    if isinstance(found, str):
        return found
    across = found.start - found.axes @ (found.axes.T @ found.start)
    bias = float(np.linalg.norm(across))
    if bias <= 1e-12 * (float(np.linalg.norm(found.start)) + math.sqrt(found.square)):
        return "takes forms with a bias"
    turn = np.column_stack([found.axes, across / bias]).T    # from v to b, and from root (...) to a
    # So that the mean square of a is about its dimension, as that of b.
    scale = math.sqrt((found.square + bias**2) / (found.axes.shape[1] + 1.0))
    plane, mean_of_b = found.plane(scale, bias / scale), turn @ mean
    mean_of_b[np.abs(mean_of_b) <= rounding * (1.0 + np.linalg.norm(mean))] = 0.0
    to_b, along = turn @ to_v, along_lines(plane, affine.measure)
    if mean_of_b.any() and not along:
        return ("takes weights that have a mean if x is a number, or a Gaussian vector of mean zero with biases that "
                "are independent of the weights")
    law: tuple[LineMeasure, float] = Gaussian(float(mean_of_b[-1]), 1.0), 1.0
    if biases is not None:
        law = biases, float(to_b[-1, place])
        if not along or np.abs(np.delete(to_b[-1], place)).max() > rounding * abs(law[1]):
            return "takes biases that are not Gaussian if x is a number, or a Gaussian vector of mean zero"
    return ZonalLaw(plane, scale, (turn @ slopes / scale, to_b),
                    (turn @ constant / scale, turn @ (origin + mean)), mean_of_b, law)


def along_lines(plane: Plane, measure: Measure) -> bool:
    """Whether integrals along x are of a number x under its measure, or of a Gaussian one along any w."""
    if isinstance(plane, RoundPlane):
        return plane.line is measure if plane.p == 1 else isinstance(plane.line, Chi)
    return isinstance(plane, GaussianPlane) and not any(plane.mixed)


class _Found(NamedTuple):
    """Orthonormal axes (q, p) of a plane, a point of it, the mean square along it, and what makes it.

    The last takes the scale by which all is divided, and the bias over it.
    """

    axes: np.ndarray
    start: np.ndarray
    square: float
    plane: Callable[[float, float], Plane]


def _found(measure: Measure, slopes: np.ndarray, constant: np.ndarray, rounding: float,
           mean: np.ndarray) -> _Found | str:
    """The plane of slopes x + constant, or why there is none; `mean` is that of v."""
    if (vector := gaussian_vector(measure)) is not None:
        return _of_gaussian(vector, slopes, constant, rounding, mean)
    if isinstance(measure, Product):
        return _of_product(measure, slopes, constant, rounding)
    line = measure if isinstance(measure, LineMeasure) else lengths_of(measure) if measure.round else None
    if line is None:
        return "takes numbers x, Gaussian vectors, independent numbers, or vectors that rotations about zero keep"
    p = slopes.shape[1]
    slope = float(np.linalg.norm(slopes) / math.sqrt(p))
    axes = slopes / (slope or 1.0)
    along, size = axes.T @ constant, float(np.linalg.norm(constant)) + slope
    if np.abs(axes.T @ axes - np.eye(p)).max() > rounding or (p > 1 and np.abs(along).max() > rounding * size):
        return "takes vectors x that are round as y sees them, or Gaussian"
    start = float(along[0]) if p == 1 else 0.0
    return _Found(axes, constant, mean_square(line, slope, start),
                  lambda scale, bias: RoundPlane(p, line, slope / scale, start / scale, bias))


def mean_square(line: LineMeasure, slope: float, start: float) -> float:
    """About the mean square of slope t + start, from quantiles."""
    low, middle, high = (slope * float(line.from_uniform(np.array(u))) + start for u in (0.16, 0.5, 0.84))
    return middle**2 + 0.25 * (high - low) ** 2


def _of_product(measure: Product, slopes: np.ndarray, constant: np.ndarray, rounding: float) -> _Found | str:
    """The same for independent numbers."""
    lines = tuple(part for part in measure.measures if isinstance(part, LineMeasure))
    sizes = np.linalg.norm(slopes, axis=0)
    if len(lines) not in (2, 3) or len(measure.measures) != len(lines) or not sizes.all():
        return "takes independent parts of x if they are two or three numbers, of which a neuron takes all"
    if len(lines) == 3 and not all(np.isfinite(line.points(np.array(line.span))).all() for line in lines):
        return "takes three independent numbers x under measures of bounded support alone"
    if any(line.has_atoms for line in lines):
        return "takes independent numbers x under measures without atoms"
    axes = slopes / sizes
    if np.abs(axes.T @ axes - np.eye(len(lines))).max() > rounding:
        return "takes independent numbers x if their weights are independent of each other"
    starts = axes.T @ constant
    square = sum(mean_square(*parts) for parts in zip(lines, sizes.tolist(), starts.tolist(), strict=True))
    return _Found(axes, constant, square,
                  lambda scale, bias: ProductPlane(lines, sizes / scale, starts / scale, bias))


def _of_gaussian(measure: GaussianVector, slopes: np.ndarray, constant: np.ndarray, rounding: float,
                 mean: np.ndarray) -> _Found | str:
    """The same for a Gaussian vector, in the order of increasing deviations."""
    start = constant + slopes @ measure.mean
    factor = (measure.unwhiten(np.eye(measure.rank)).reshape(measure.rank, -1) - measure.mean).T
    axes, sizes, _ = np.linalg.svd(slopes @ factor, full_matrices=False)
    if not sizes[0] > 0.0:
        return "takes forms that depend on x"
    kept = sizes > max(rounding, 1e-13) * sizes[0]
    axes, sizes = axes[:, kept][:, ::-1], sizes[kept][::-1]
    largest, p = float(sizes[-1]), len(sizes)
    # In directions of equal deviations the axes are turned so that the mean, of x or else of weights, has a part along
    # one of them alone.
    central = bool(np.abs(axes.T @ start).max() <= rounding * (float(np.linalg.norm(start)) + largest))
    for group in np.split(np.arange(p), np.flatnonzero(np.diff(sizes) > rounding * largest) + 1):
        along = axes[:, group].T @ (mean if central else start)
        axes[:, group] = axes[:, group] @ np.linalg.qr(np.column_stack([along, np.eye(len(group))]))[0][:, ::-1]
    along = axes.T @ start
    along[np.abs(along) <= rounding * (float(np.linalg.norm(start)) + largest)] = 0.0
    square = float(np.sum(sizes**2) + np.sum(along**2))
    if p == 1:
        return _Found(axes, start, square, lambda scale, bias: RoundPlane(
            1, measure.line, largest / scale, float(along[0]) / scale, bias))
    if sizes[0] >= (1.0 - rounding) * largest and not along.any():
        return _Found(axes, start, square, lambda scale, bias: RoundPlane(p, Chi(p, 1.0), largest / scale, 0.0, bias))
    reference = _reference(sizes, along)
    return _Found(axes, start, square, lambda scale, bias: GaussianPlane(
        sizes / reference, along / reference, reference / scale, bias))


def _reference(deviations: np.ndarray, mean: np.ndarray) -> float:
    """The deviation of the centred round Gaussian against which the density of another one is the least, at most."""
    if not mean.any():
        return float(deviations[-1])
    squares = deviations[-1] ** 2 + float(mean @ mean) * np.geomspace(1e-3, 10.0, 200)
    heights = 0.5 * len(mean) * np.log(squares) + 0.5 * np.sum(mean**2 / (squares[:, None] - deviations**2), axis=1)
    return math.sqrt(float(squares[np.argmin(heights)]))
