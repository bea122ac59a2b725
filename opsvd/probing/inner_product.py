r"""Kernels phi(<x, M y>) under Gaussians of any covariance: what matters of M and both covariances together.

With :math:`x = A u`, :math:`y = B v`, u and v standard, and :math:`A^T M B = P D Q^T`, D diagonal with entries
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
from .bilinear import Bilinear, Form
from .invariance import is_form_in_strips, is_function_of_product


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
    identity : bool
        Whether it is a function of <x, y> itself, where M is the identity.
    known : bool
        Whether the kernel says that it is a function of <x, y>, and was not only seen to be.
    rounding : float
        How far the form may be off, relative to its size.
    """

    phi: Callable[[np.ndarray], np.ndarray]
    kinks: tuple[float, ...]
    scale: float
    deviations: np.ndarray
    turns: tuple[np.ndarray, np.ndarray]
    identity: bool
    known: bool
    rounding: float = 0.0


def find_inner_product(kernel: Kernel, mu_x: Measure, mu_y: Measure, sides: tuple[Side, Side],
                       other: Callable[[], Bilinear | None] = lambda: None) -> InnerProduct | None:
    """What a kernel is of <x, y>, or of the form that `other` finds; None if a measure is no centred Gaussian vector.

    Where both measures are round, black boxes are not looked at for <x, y>: that they are invariant is seen elsewhere.
    """
    if not (isinstance(mu_x, GaussianVector) and isinstance(mu_y, GaussianVector)):
        return None
    if mu_x.mean.any() or mu_y.mean.any():
        return None
    known, both_round = isinstance(kernel, Elementwise), mu_x.round and mu_y.round
    if known or (not both_round and is_function_of_product(kernel, mu_x, mu_y)):
        form = Form(np.eye(mu_x.dim), np.zeros(mu_x.dim))
    elif (found := other()) is not None and not found.form.shift.any():
        # Of a form that is seen with y for its affine variable, the matrix is the other way round.
        form = found.form if found.affine == 0 else found.form._replace(matrix=found.form.matrix.T)
    else:
        return None
    if not known and not is_form_in_strips(kernel, mu_x, mu_y, form.rounding):
        return None
    roots = [np.atleast_2d(side.points(np.eye(side.directions))) for side in sides]    # A^T and B^T
    p, d, q = np.linalg.svd(roots[0] @ form.matrix @ roots[1].T, full_matrices=False)
    kept = d > max(1e-13, form.rounding) * d[0]    # as covariances count as singular
    deviations = np.sqrt(d[kept] / d[0])[::-1]
    turns = deviations[:, None] * p.T[kept][::-1], deviations[:, None] * q[kept][::-1]
    to_x, to_y = (turn @ side.unplaced(np.eye(side.measure.dim)).T for turn, side in zip(turns, sides, strict=True))
    if isinstance(kernel, Elementwise):
        return InnerProduct(kernel.phi, kernel.kinks, float(d[0]), deviations, (to_x, to_y), identity=True, known=True)
    # Points where both vary most, which are of the measures.
    x, y = p[:, 0] @ roots[0], q[0] @ roots[1]
    phi = partial(_along, kernel, x, y, float(x @ form.matrix @ y))
    identity = form.rounding == 0.0
    return InnerProduct(phi, (), float(d[0]), deviations, (to_x, to_y), identity=identity, known=False,
                        rounding=form.rounding)


def _along(kernel: Kernel, x: np.ndarray, y: np.ndarray, product: float, w: np.ndarray) -> np.ndarray:
    """The values phi(w), shape (...), from multiples of two vectors, at which the form has a value."""
    root = np.sqrt(np.abs(w) / product)[..., None]
    return np.asarray(kernel(root * x, np.sign(w)[..., None] * root * y))
