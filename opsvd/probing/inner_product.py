r"""Kernels phi(<x, y>) under Gaussians of any covariance: what matters of both covariances together.

With :math:`x = A u`, :math:`y = B v`, u and v standard, and :math:`A^T B = P D Q^T`, D diagonal with entries
:math:`d_1 \ge d_2 \ge \dots`, the product is :math:`d_1 \langle a, b \rangle` of :math:`a = S P^T u` and
:math:`b = S Q^T v`, whose coordinates are independent with the deviations :math:`S = (D / d_1)^{1/2}` on either side.
They are taken in the order of increasing deviations, the one of deviation one last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..kernels import Elementwise, Kernel, Side
from ..measures import GaussianVector, Measure
from .invariance import is_function_of_product


@dataclass(frozen=True, eq=False)
class InnerProduct:
    """The kernel phi(scale <a, b>), with linear forms a of x and b of y.

    Attributes
    ----------
    phi : callable
    kinks : tuple of float
    scale : float
    deviations : ndarray, shape (k,)
        Of the coordinates of a, and of b; nondecreasing up to one.
    turns : (ndarray, ndarray), shapes (k, p) and (k, q)
        From x to a, and from y to b.
    known : bool
        Whether the kernel says that it is a function of <x, y>, and was not only seen to be.
    """

    phi: Callable[[np.ndarray], np.ndarray]
    kinks: tuple[float, ...]
    scale: float
    deviations: np.ndarray
    turns: tuple[np.ndarray, np.ndarray]
    known: bool


def find_inner_product(kernel: Kernel, mu_x: Measure, mu_y: Measure, sides: tuple[Side, Side]) -> InnerProduct | None:
    """What a kernel is of <x, y>; None if it is no function of it, or a measure is no Gaussian vector of mean zero.

    Where both measures are round, black boxes are not looked at: that they are invariant is seen elsewhere.
    """
    if not (isinstance(mu_x, GaussianVector) and isinstance(mu_y, GaussianVector)):
        return None
    if mu_x.mean.any() or mu_y.mean.any():
        return None
    known = isinstance(kernel, Elementwise)
    if not known and mu_x.isotropic_std is not None and mu_y.isotropic_std is not None:
        return None
    if not known and not is_function_of_product(kernel, mu_x, mu_y):
        return None
    roots = [np.atleast_2d(side.points(np.eye(side.directions))) for side in sides]    # A^T and B^T
    p, d, q = np.linalg.svd(roots[0] @ roots[1].T, full_matrices=False)
    kept = d > 1e-13 * d[0]    # as covariances count as singular
    deviations = np.sqrt(d[kept] / d[0])[::-1]
    turns = deviations[:, None] * p.T[kept][::-1], deviations[:, None] * q[kept][::-1]
    turns = tuple(turn @ side.unplaced(np.eye(side.measure.dim)).T for turn, side in zip(turns, sides, strict=True))
    if isinstance(kernel, Elementwise):
        return InnerProduct(kernel.phi, kernel.kinks, float(d[0]), deviations, turns, known=True)
    # Points where both vary most, which are of the measures.
    x, y = p[:, 0] @ roots[0], q[0] @ roots[1]
    return InnerProduct(partial(_along, kernel, x, y), (), float(d[0]), deviations, turns, known=False)


def _along(kernel: Kernel, x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The values phi(w), shape (...), from multiples of two vectors."""
    root = np.sqrt(np.abs(w) / (x @ y))[..., None]
    return np.asarray(kernel(root * x, np.sign(w)[..., None] * root * y))
