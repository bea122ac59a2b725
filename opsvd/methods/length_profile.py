"""Functions of two lengths and an angle on each degree of spherical harmonics, between any lengths."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from .._support.floats import chunks
from ..kernels import Elementwise, Kernel, untried
from ..probing.slices import SliceIntegrals
from .angular_slices import CHECK_ORDER, SPLITTING, angular_slices, angular_sums, first_panels, misplacement
from .sections import LengthRule, Sections


def of_vectors(kernel: Kernel) -> Kernel:
    """What a kernel of vectors is at lengths (..., 2) of x and of y, and angles (...) between them."""
    k = kernel.dims[0]

    def values(lengths: np.ndarray, theta: np.ndarray) -> np.ndarray:
        x, y = (np.zeros((*np.shape(angle), k)) for angle in (lengths[..., 0], theta + lengths[..., 1]))
        x[..., 0] = lengths[..., 0]
        y[..., 0], y[..., 1] = lengths[..., 1] * np.cos(theta), lengths[..., 1] * np.sin(theta)
        return kernel.finite_beside(x, y)

    return untried(values, (2, 1), kernel.dtype)


def of_product(kernel: Elementwise) -> Kernel:
    """The same of a kernel phi(<x, y>), without vectors."""
    line, one = Elementwise(kernel.phi, 1, kernel.kinks), np.ones(1)
    line.budget = kernel.budget
    return untried(lambda lengths, theta: line.finite_beside(lengths[..., 0] * lengths[..., 1] * np.cos(theta), one),
                   (2, 1), kernel.dtype)


@dataclass(frozen=True, eq=False)
class LengthProfile:
    """The functions c_l(|x|, |y|) of a kernel h(|x|, |y|, <x, y>), by integrals over the angle that are split.

    Attributes
    ----------
    kernel : Kernel
        Of lengths and an angle, as `of_vectors` gives it.
    k : int
    tol : float
        What the truncation of functions of the angle may change, relative to the norm of h.
    budget : int
        Evaluations that a function of the angle may take besides the first look.
    norm : float or None
        The norm of h, if it is known.
    panels : ndarray or None
        Edges of panels in the angle, for all lengths; None for the usual ones.
    products : tuple of float
        Sizes of <x, y> at which h breaks at all lengths that were looked at, but zero.
    misplaced : (float, float)
        What it does to values, and to E[h^2], that <x, y> is rounded where h jumps.
    kept : int
        Functions of so many pairs of lengths are kept, to be summed to other degrees: some 50 MB.
    last : dict
        The functions that were split last, by the nodes, if they are few: for other sizes they need not be split anew.
    """

    kernel: Kernel
    k: int
    tol: float
    budget: int = SPLITTING
    norm: float | None = None
    panels: np.ndarray | None = None
    products: tuple[float, ...] = ()
    misplaced: tuple[float, float] = (0.0, 0.0)
    kept: int = 6400
    last: dict[tuple[bytes, bytes, bool], list[SliceIntegrals]] = field(default_factory=dict, repr=False)

    def coarse(self) -> "LengthProfile":
        """The same for energies at many lengths, which need no more than four digits, and no splitting."""
        return replace(self, tol=max(1e-4, self.tol), budget=0, panels=first_panels(self.k)[::2], last={})

    def with_panels(self, x: LengthRule, y: LengthRule, norm: float) -> "LengthProfile":
        """The same for a norm that is known, with panels that end where h breaks at most of some lengths."""
        slices = next(self._slices(x, y, check=False))
        panels = np.union1d(slices.basis.edges, slices.shared_ends())
        points, weights = self._points(x, y)
        jumps = misplacement(self.kernel, self.k, slices.breaks)
        _, place = np.unique(np.concatenate([points, slices.breaks[:, :-1]]), axis=0, return_inverse=True)
        values, energies = (np.bincount(place[len(points):], of_breaks, minlength=len(place))[place[:len(points)]]
                            for of_breaks in jumps)
        return replace(self, norm=norm, panels=panels, products=_common_products(slices.breaks), last={},
                       misplaced=(float(np.linalg.norm(values * weights)), float(energies @ weights**2)))

    def sections(self, x: LengthRule, y: LengthRule, size: int, *, check: bool = False) -> Sections:
        """c_l for l < size between lengths; for `check` other angles are used."""
        key, parts = (x.lengths.tobytes(), y.lengths.tobytes(), check), self._slices(x, y, check=check)
        shape = len(x.lengths), len(y.lengths)
        if shape[0] * shape[1] <= self.kept:
            known = self.last.get(key) or list(parts)
            self.last.clear()
            self.last[key], parts = known, iter(known)
        sums = [angular_sums(slices, self.k, size, self.tol * (self.norm or 0.0)) for slices in parts]
        _, weights = self._points(x, y)
        c = np.concatenate([part.coefficients for part in sums], axis=1) / weights
        beyond, truncation = (np.concatenate(parts) for parts in
                              zip(*((part.beyond, part.truncation) for part in sums), strict=True))
        return Sections(c.reshape(size, *shape), (beyond / weights).reshape(shape),
                        float(np.linalg.norm(truncation)) + self.misplaced[0])

    @staticmethod
    def _points(x: LengthRule, y: LengthRule) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of lengths, (pairs, 2), and what makes a sum of squares over them that of the norm, but not zero."""
        points = np.stack(np.broadcast_arrays(x.lengths[:, None], y.lengths), axis=-1).reshape(-1, 2)
        weights = (x.roots[:, None] * y.roots).ravel()
        # They are divided by, and may underflow.
        return points, np.asarray(np.maximum(weights, 1e-100 * weights.max()))

    def _slices(self, x: LengthRule, y: LengthRule, *, check: bool) -> Iterator[SliceIntegrals]:
        """The functions of the angle at all pairs of lengths, with their weights, in parts that fit memory."""
        (points, weights), edges = self._points(x, y), first_panels(self.k, check=check)
        if self.panels is not None:
            edges = np.union1d(edges, self.panels) if check else self.panels
        for some in chunks(len(points), CHECK_ORDER * len(edges) * self.k):
            yield angular_slices(self.kernel, self.k, points[some], weights[some], self.tol, edges=edges, check=check,
                                 size=None if self.norm is None else self.norm / math.sqrt(len(points)),
                                 budget=self.budget)


def _common_products(breaks: np.ndarray, most: int = 8) -> tuple[float, ...]:
    """The sizes of <x, y> at breaks, (b, 3) of lengths and angles, if these are a few; zero is not among them."""
    sizes = np.sort(np.abs(breaks[:, 0] * breaks[:, 1] * np.cos(breaks[:, 2])))
    if len(sizes) == 0:
        return ()
    # Breaks are found to rounding, unless h is steep beside them.
    groups = np.split(sizes, np.flatnonzero(np.diff(sizes) > 1e-8 * sizes[-1]) + 1)
    found = [float(np.median(group)) for group in groups if np.median(group) > 1e-8 * sizes[-1]]
    return tuple(found) if len(found) <= most else ()
