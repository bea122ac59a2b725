r"""Kernels phi(<M^T x + c, y>): a function of a form that is affine in one variable and linear in the other.

phi(<x, y>) is one. So is a neuron with a bias, phi(<w, x> + b), with the vector y = (w, b) and c the last unit vector.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..kernels import Elementwise, Kernel
from ..measures import GaussianVector, Measure
from .invariance import holds_at_pairs


@dataclass(frozen=True, eq=False)
class Bilinear:
    r"""The kernel phi(<M^T x + c, y>), or phi(<M^T y + c, x>).

    Attributes
    ----------
    phi : callable
    kinks : tuple of float
    matrix : ndarray, shape (p, q)
        The matrix M.
    shift : ndarray, shape (q,)
        The vector c.
    affine : int
        The variable in which the form is affine: 0 for x, 1 for y.
    known : bool
        Whether the kernel says that it is this, and was not only seen to be.
    """

    phi: Callable[[np.ndarray], np.ndarray]
    kinks: tuple[float, ...]
    matrix: np.ndarray
    shift: np.ndarray
    affine: int
    known: bool


def find_bilinear(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> Bilinear | None:
    """What a kernel is of such a form, whose linear variable is a Gaussian vector of mean zero; None if it is not seen.

    Both variables are tried as the linear one, y first.
    """
    measures = mu_x, mu_y
    for affine in (0, 1):
        linear = measures[1 - affine]
        if not isinstance(linear, GaussianVector) or linear.mean.any():
            continue
        if isinstance(kernel, Elementwise):
            return Bilinear(kernel.phi, kernel.kinks, np.eye(linear.dim), np.zeros(linear.dim), affine, known=True)
        for matrix, shift in _candidates(measures[affine].dim, linear.dim):
            if _holds(kernel, measures, matrix, shift, affine):
                return Bilinear(partial(_along, kernel, *_anchor(measures[affine], matrix, shift), affine), (), matrix,
                                shift, affine, known=False)
    return None


def _candidates(p: int, q: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Matrices M and vectors c of forms that people write: with a bias as the last number of y, or the first."""
    if q == p + 1:
        unit = np.eye(q)
        yield unit[:p], unit[p]
        yield unit[1:], unit[0]


def _form(x: np.ndarray, y: np.ndarray, matrix: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The form at points (n, p) or (n,) and (n, q)."""
    return np.asarray(np.sum((x.reshape(len(y), len(matrix)) @ matrix + shift) * y, axis=1))


def _holds(kernel: Kernel, measures: tuple[Measure, Measure], matrix: np.ndarray, shift: np.ndarray,
           affine: int) -> bool:
    """Whether h is the same at pairs of points at which the form is."""
    def moved(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The pairs, and others: both points drawn anew, and the one in which the form is linear scaled to fit it."""
        yield x, y
        points = [x, y]
        for _ in range(2):
            others = [measure.sample(len(x), rng) for measure in measures]
            old, new = (_form(part[affine], part[1 - affine], matrix, shift) for part in (points, others))
            others[1 - affine] *= (old / new)[:, None]
            yield others[0], others[1]

    return holds_at_pairs(kernel, *measures, moved)


def _anchor(inputs: Measure, matrix: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point of the affine variable, and one of the other, at which the form is one."""
    points = inputs.sample(64, np.random.default_rng(20240311))
    vectors = points.reshape(64, len(matrix)) @ matrix + shift
    best = int(np.argmax(np.sum(vectors**2, axis=1)))
    return points[best], vectors[best] / np.sum(vectors[best] ** 2)


def _along(kernel: Kernel, point: np.ndarray, vector: np.ndarray, affine: int, w: np.ndarray) -> np.ndarray:
    """The values phi(w), shape (...), from multiples of a vector."""
    along = np.multiply.outer(w, vector)
    fixed = np.broadcast_to(point, (*np.shape(w), *np.shape(point)))
    return np.asarray(kernel(fixed, along) if affine == 0 else kernel(along, fixed))
