"""Kernels of vectors that turn out to be functions of the lengths and the product <x, y> alone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from .._support.floats import chunks
from ..bases import radial_half_density
from ..kernels import Kernel
from ..probing.slices import SliceIntegrals
from .angular_slices import CHECK_ORDER, SPLITTING, angular_slices, angular_sums, first_panels
from .radii import Radii
from .sections import Sections, grid_step


@dataclass(frozen=True, eq=False)
class InvariantProfile:
    """The functions c_l(|x|, |y|) of a kernel h(|x|, |y|, <x, y>), by integrals over the angle that are split.

    Attributes
    ----------
    kernel : Kernel
    k : int
    scales : (float, float)
        The standard deviations of x and y.
    tol : float
        What the truncation of functions of the angle may change, relative to the norm of h.
    budget : int
        Evaluations that a function of the angle may take besides the first look.
    norm : float or None
        The norm of h, if it is known.
    panels : ndarray or None
        Edges of panels in the angle, for all lengths; None for the usual ones.
    kept : int
        Functions of so many pairs of lengths are kept, to be summed to other degrees: some 50 MB.
    last : dict
        The functions that were split last, by the nodes, if they are few: for other sizes they need not be split anew.
    """

    kernel: Kernel
    k: int
    scales: tuple[float, float]
    tol: float
    budget: int = SPLITTING
    norm: float | None = None
    panels: np.ndarray | None = None
    kept: int = 6400
    last: dict[tuple[bytes, bytes, bool], list[SliceIntegrals]] = field(default_factory=dict, repr=False)

    # Nothing is known of singular points, kinks and jumps in the lengths.
    hidden = 0.0, 0.0
    breaks = True

    def filtered(self, step: float) -> None:
        """None: kinks and jumps of h are not filtered."""

    def with_panels(self, radii: Radii, survey: int = 12) -> "InvariantProfile":
        """The same, with panels that end where h breaks at most lengths, of which `survey` a side are looked at."""
        deltas = [low + (high - low) * (np.arange(survey) + 0.4) / survey for low, high in (radii.x, radii.y)]
        slices = next(self._slices(deltas[0], deltas[1], check=False))
        panels = np.union1d(slices.basis.edges, slices.shared_ends())
        return replace(self, norm=radii.norm, panels=panels, last={})

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *, check: bool = False) -> Sections:
        """c_l for l < size between equidistant nodes; see `Profiles`."""
        key, parts = (x.tobytes(), y.tobytes(), check), self._slices(x, y, check=check)
        if len(x) * len(y) <= self.kept:
            known = self.last.get(key) or list(parts)
            self.last.clear()
            self.last[key], parts = known, iter(known)
        sums = [angular_sums(slices, self.k, size, self.tol * (self.norm or 0.0)) for slices in parts]
        weights, shape = self._weights(x, y), (len(x), len(y))
        c = np.concatenate([part.coefficients for part in sums], axis=1) / weights
        beyond, truncation = (np.concatenate(parts) for parts in
                              zip(*((part.beyond, part.truncation) for part in sums), strict=True))
        return Sections(c.reshape(size, *shape), (beyond / weights).reshape(shape), float(np.linalg.norm(truncation)))

    def _weights(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """What makes a sum of squares over a grid of pairs the square of the norm, shape (pairs,), but not zero."""
        left, right = (math.sqrt(grid_step(delta)) * radial_half_density(delta, self.k) for delta in (x, y))
        weights = (left[:, None] * right).ravel()
        # They are divided by, and may underflow.
        return np.asarray(np.maximum(weights, 1e-100 * weights.max()))

    def _slices(self, x: np.ndarray, y: np.ndarray, *, check: bool) -> Iterator[SliceIntegrals]:
        """The functions of the angle at all pairs of nodes, with their weights, in parts that fit memory."""
        r, s = (std * math.sqrt(self.k) * np.exp(delta) for std, delta in zip(self.scales, (x, y), strict=True))
        points, weights = np.stack(np.broadcast_arrays(r[:, None], s), axis=-1).reshape(-1, 2), self._weights(x, y)
        edges = first_panels(self.k, check=check)
        if self.panels is not None:
            edges = np.union1d(edges, self.panels) if check else self.panels
        angular = Kernel(self._of_angle, dims=(2, 1))
        for some in chunks(len(points), CHECK_ORDER * len(edges) * self.k):
            yield angular_slices(angular, self.k, points[some], weights[some], self.tol, edges=edges, check=check,
                                 size=None if self.norm is None else self.norm / math.sqrt(len(points)),
                                 budget=self.budget)

    def _of_angle(self, lengths: np.ndarray, theta: np.ndarray) -> np.ndarray:
        """Values of h at lengths (..., 2) of x and y and angles (...) between them, which broadcast."""
        x, y = (np.zeros((*np.shape(angle), self.k)) for angle in (lengths[..., 0], theta + lengths[..., 1]))
        x[..., 0] = lengths[..., 0]
        y[..., 0], y[..., 1] = lengths[..., 1] * np.cos(theta), lengths[..., 1] * np.sin(theta)
        return self.kernel.finite_beside(x, y)
