r"""Kernels phi(<M^T x + c, y>): a function of a form that is affine in one variable and linear in the other.

phi(<x, y>) is one, and phi(<x, M y>). So is a neuron with a bias, phi(<w, x> + b), with the vector y = (w, b) and c
the last unit vector.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from ..kernels import Elementwise, Kernel, untried
from ..measures import GaussianVector, Measure, weights_and_biases
from .invariance import holds_at_pairs
from .jump_form import form_of_jumps


class Form(NamedTuple):
    """The matrix M, (p, q), the vector c, (q,), and how far they may be off, relative to their size."""

    matrix: np.ndarray
    shift: np.ndarray
    rounding: float = 0.0


@dataclass(frozen=True, eq=False)
class Bilinear:
    r"""The kernel phi(<M^T x + c, y>), or phi(<M^T y + c, x>).

    Attributes
    ----------
    phi : callable
    kinks : tuple of float
    form : Form
    affine : int
        The variable in which the form is affine: 0 for x, 1 for y.
    known : bool
        Whether the kernel says that it is this, and was not only seen to be.
    centred : bool
        Whether y in it stands for what the linear variable is beside its mean.
    """

    phi: Callable[[np.ndarray], np.ndarray]
    kinks: tuple[float, ...]
    form: Form
    affine: int
    known: bool
    centred: bool = True


def find_bilinear(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> Bilinear | None:
    """What a kernel is of such a form, whose linear variable is a Gaussian vector; None if none is seen.

    Both variables are tried as the linear one, y first. It is taken less its mean, so that one of biases alone is in
    phi, and then as it is: weights may have a mean. Biases may be of another law, if the form has them as the last
    number, or the first.
    """
    for affine in (0, 1):
        if (found := weights_and_biases((mu_x, mu_y)[1 - affine])) is None:
            continue
        linear, biases, place = found
        if biases is not None:
            free = np.arange(linear.dim) != place
            form = Form(np.eye(linear.dim)[free], np.eye(linear.dim)[place])
            if (mu_x, mu_y)[affine].dim == len(form.matrix) and _holds(kernel, (mu_x, mu_y), form, affine, free):
                phi = partial(_along, kernel, _ray((mu_x, mu_y), form, affine, free), affine)
                return Bilinear(phi, (), form, affine, known=False, centred=False)
            continue
        if isinstance(kernel, Elementwise):
            form = Form(np.eye(linear.dim), np.zeros(linear.dim))
            return Bilinear(kernel.phi, kernel.kinks, form, affine, known=True, centred=not linear.mean.any())
        laws = [_centred(kernel, linear, affine), *([(kernel, linear)] if linear.mean.any() else [])]
        for i, (moved, law) in enumerate(laws):
            measures = (mu_x, law) if affine == 0 else (law, mu_y)
            for form in _candidates(moved, measures, affine):
                if _holds(moved, measures, form, affine):
                    phi = partial(_along, moved, _ray(measures, form, affine), affine)
                    return Bilinear(phi, (), form, affine, known=False, centred=i == 0)
    return None


def _centred(kernel: Kernel, linear: GaussianVector, affine: int) -> tuple[Kernel, GaussianVector]:
    """The kernel as a function of what the linear variable is beside its mean, and the law of that."""
    if not linear.mean.any():
        return kernel, linear

    def moved(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return kernel(x, y + linear.mean) if affine == 0 else kernel(x + linear.mean, y)

    return untried(moved, kernel.dims), GaussianVector.of_root(np.zeros(linear.dim), linear.root)


def _candidates(kernel: Kernel, measures: tuple[Measure, Measure], affine: int) -> Iterator[Form]:
    """Forms that people write, with a bias as the last number of y, or the first; those that slopes and jumps show."""
    p, q = measures[affine].dim, measures[1 - affine].dim
    if q == p + 1:
        unit = np.eye(q)
        yield Form(unit[:p], unit[p])
        yield Form(unit[1:], unit[0])
    if (p + 1) * q > 100:
        return
    if (found := _of_slopes(kernel, measures, affine)) is not None:
        yield found
    elif (jumps := form_of_jumps(kernel, measures, affine)) is not None:
        yield Form(*jumps)


def _of_slopes(kernel: Kernel, measures: tuple[Measure, Measure], affine: int) -> Form | None:
    r"""The form whose slopes in the linear variable have the directions of those of h, which are M^T x + c.

    For unit vectors u of these, :math:`(1 - u u^T)(M^T x + c) = 0` is linear in M and c. At points where two stencils
    agree, they are known up to a factor: it is chosen so that the largest entry is one.
    """
    p, q = measures[affine].dim, measures[1 - affine].dim
    rng, count = np.random.default_rng(20240312), 8 * (p + 2)
    points = measures[affine].sample(count, rng)
    vectors = measures[1 - affine].sample(count, rng)
    # Errors of the second stencil are a 64th of those of the first, or rounding.
    coarse, slopes = (_slopes(kernel, points, vectors, affine, step) for step in (6e-3, 3e-3))
    sizes, apart = np.linalg.norm(slopes, axis=1), np.linalg.norm(coarse - slopes, axis=1)
    # At kinks and jumps stencils disagree, and where h is flat slopes have no direction.
    known = (sizes > 0.03 * sizes.max()) & (apart <= 1e-8 * sizes)
    if known.sum() > 4 * (p + 2):    # then the better ones are enough
        known &= apart <= np.median(apart[known] / sizes[known]) * sizes
    if known.sum() < p + 2:
        return None
    units = slopes[known] / sizes[known, None]
    across = np.eye(q) - units[:, :, None] * units[:, None]
    lifted = np.column_stack([points[known].reshape(-1, p), np.ones(known.sum())])
    rows = (across[:, :, :, None] * lifted[:, None, None]).reshape(-1, q * (p + 1))
    s, vt = np.linalg.svd(rows, full_matrices=False)[1:]
    if len(s) < q * (p + 1) or s[-1] > 1e-9 * s[-2] or s[-2] < 1e-3 * s[0]:
        return None    # nothing fits, or more than one form does
    table = vt[-1].reshape(q, p + 1)
    table = table / table.flat[np.argmax(np.abs(table))]
    table[np.abs(table) < 1e-10] = 0.0    # which is the rounding of slopes
    return Form(table[:, :p].T, table[:, p], 4.0 * float(s[-1] / s[-2]) + 1e-14)


def _slopes(kernel: Kernel, points: np.ndarray, vectors: np.ndarray, affine: int, step: float) -> np.ndarray:
    """The slopes in the linear variable, (n, q), by central differences of order six."""
    slopes = np.zeros_like(vectors)
    for j, scale in enumerate(np.linalg.norm(vectors, axis=0) / np.sqrt(len(vectors))):
        move = step * scale * np.eye(vectors.shape[1])[j]
        for times, weight in ((1, 0.75), (2, -0.15), (3, 1.0 / 60.0)):
            ahead, behind = (vectors + sign * times * move for sign in (1.0, -1.0))
            values = [kernel(*((points, moved) if affine == 0 else (moved, points))) for moved in (ahead, behind)]
            slopes[:, j] += weight * (values[0] - values[1]) / (step * scale)
    return slopes


def _value(x: np.ndarray, y: np.ndarray, form: Form) -> np.ndarray:
    """The form at points (n, p) or (n,) and (n, q)."""
    return np.asarray(np.sum(_slopes_of(x, form) * y, axis=1))


def _holds(kernel: Kernel, measures: tuple[Measure, Measure], form: Form, affine: int,
           free: np.ndarray | None = None) -> bool:
    """Whether h is the same at pairs of points at which the form is.

    Others of these have both points drawn anew, and the one in which the form is linear moved so that the form fits:
    all of it is scaled, or else its Gaussian coordinates, which are `free`, go along their slopes.
    """
    def moved(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The pairs, and others."""
        yield x, y
        points = [x, y]
        for _ in range(2):
            others = [measure.sample(len(x), rng) for measure in measures]
            old, new = (_value(part[affine], part[1 - affine], form) for part in (points, others))
            if free is None:
                others[1 - affine] *= (old / new)[:, None]
            else:
                slopes = _slopes_of(others[affine], form) * free
                others[1 - affine] += slopes * ((old - new) / np.sum(slopes**2, axis=1))[:, None]
            yield others[0], others[1]

    return holds_at_pairs(kernel, *measures, moved, rounding=1e-11 + 1e3 * form.rounding)


class _Ray(NamedTuple):
    """A point of the affine variable, and a line of points of the other, along which the form grows like a number.

    It has the value `first` at `start`, and grows by one from there to `start + step`.
    """

    point: np.ndarray
    start: np.ndarray
    step: np.ndarray
    first: float


def _ray(measures: tuple[Measure, Measure], form: Form, affine: int, free: np.ndarray | None = None) -> _Ray:
    """One along which few of 64 grow faster; coordinates that are not `free` stay at their centres."""
    points = measures[affine].sample(64, np.random.default_rng(20240311))
    every = _slopes_of(points, form)
    slopes = every if free is None else every * free
    best = int(np.argmax(np.sum(slopes**2, axis=1)))
    start = np.zeros(slopes.shape[1])
    if free is not None:
        start[~free] = measures[1 - affine].unwhiten(np.zeros((1, len(start))))[0, ~free]
    return _Ray(points[best], start, slopes[best] / np.sum(slopes[best] ** 2), float(every[best] @ start))


def _slopes_of(points: np.ndarray, form: Form) -> np.ndarray:
    """M^T x + c, (n, q), at points (n, p) or (n,)."""
    return np.asarray(points.reshape(len(points), len(form.matrix)) @ form.matrix + form.shift)


def _along(kernel: Kernel, ray: _Ray, affine: int, w: np.ndarray) -> np.ndarray:
    """The values phi(w), shape (...), from points along a ray."""
    along = np.multiply.outer(w - ray.first, ray.step) + ray.start
    fixed = np.broadcast_to(ray.point, (*np.shape(w), *np.shape(ray.point)))
    return np.asarray(kernel(fixed, along) if affine == 0 else kernel(along, fixed))
