"""Slices of a kernel that are found once: what T makes of functions, at nodes that come and go."""

from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ..bases import PanelBasis
from ..evidence.images import SlicePlaces
from ..kernels import Kernel
from ..measures import LineMeasure
from ..probing.corners import NO_CORNERS, Corners
from ..probing.meeting_points import meeting_points
from ..probing.slice_hints import KnownBreaks
from ..probing.slice_splitter import slice_integrals
from ..probing.slices import SliceIntegrals
from ..quadrature import Rule
from .panel_rules import ORDER
from .panel_samples import Roots, Samples


class _Rows(NamedTuple):
    """Integrals along slices against the functions on panels, if there are any: the rows of a matrix."""

    basis: PanelBasis | None
    rows: dict[tuple[float, float], np.ndarray]


class KeptSlices:
    """The slices h(x, .) of a kernel, each split once and kept.

    Attributes
    ----------
    edges : ndarray
        Panels in y that suit most slices.
    corners : Corners
        Where two curves of breaks meet, at edges.
    panels, singular : ndarray
        Panels in x to begin with, and the edges that are known to be singular points.
    shared, first : ndarray
        The same edges and panels before any points were known where curves meet.
    met : ndarray
        Where these points are in x.
    roots : Roots
        Where functions of x were found to be smooth in the root of a distance.
    """

    def __init__(self, kernel: Kernel, measures: tuple[LineMeasure, LineMeasure], tol: float, size: float,
                 edges: np.ndarray) -> None:
        self.kernel, (self.mu_x, self.mu_y), self.tol, self.size = kernel, measures, tol, size
        self.edges, self.corners, self.panels, self.singular = edges, NO_CORNERS, np.zeros(0), np.zeros(0)
        self.fine, self.shared, self.first, self.met = edges, edges, np.zeros(0), np.zeros(0)
        self.found: list[SliceIntegrals] = []
        self.known: dict[tuple[float, float], tuple[int, int]] = {}    # which of these, and its row there
        # The rows of the last `matrix`, and the edges of the panels that it was for; and the same of those before.
        self.integrated, self.earlier = (_Rows(None, {}) for _ in range(2))
        self.roots = Roots()

    def basis(self, edges: np.ndarray) -> PanelBasis:
        """Functions on panels in x, with the roots that were found."""
        return self.roots.basis(self.mu_x, edges)

    def at(self, rule: Rule, tol: float = 0.0) -> SliceIntegrals:
        """Slices at the nodes of a rule in x, maybe to a larger tolerance."""
        return slice_integrals(self.kernel, rule, self.mu_y, np.union1d(self.edges, self.fine), max(tol, self.tol),
                               order=ORDER, size=self.size, corners=self.corners, known=self.breaks,
                               budget=max(8_000_000, 20_000 * len(rule)))

    def places(self, edges: np.ndarray) -> SlicePlaces:
        """Where others are to look at slices closely, on panels with some edges in y.

        Corners are edges of these to within 1e-6, where limits have not left them out.
        """
        return SlicePlaces(edges=self.fine, corners=self.corners_on(edges, self.corners.y))

    def corners_on(self, edges: np.ndarray, y: np.ndarray) -> Corners:
        """Points where curves meet, whose y are near to edges, as corners on these."""
        return Corners(self.met, edges[np.abs(edges[:, None] - y).argmin(axis=0)], self.mu_x.scale, self.mu_y.scale)

    def keep(self, keys: list[tuple[float, float]], found: SliceIntegrals) -> None:
        """Remember slices at nodes, by these and the roots of their weights."""
        self.known.update((key, (len(self.found), row)) for row, key in enumerate(keys))
        self.found.append(found)

    def meeting_points(self, known: np.ndarray) -> np.ndarray:
        """Where curves of breaks meet, as all slices that were found tell, maybe without known points: (m, 2)."""
        return meeting_points(self.kernel, *self.breaks, lambda x, y, integral: (
            integral * self.mu_x.sqrt_density(x) * self.mu_y.sqrt_density(y) > 1e-9 * self.size), known)

    @property
    def breaks(self) -> KnownBreaks:
        """Those of all slices that were found."""
        return KnownBreaks(np.unique([key[0] for key in self.known]),
                           np.concatenate([np.zeros((0, 2)), *(found.breaks for found in self.found)]))

    def forget(self) -> None:
        """Let all slices be found anew, as where corners are known now."""
        self.found, self.known = [], {}
        self.integrated, self.earlier = (_Rows(None, {}) for _ in range(2))

    def breaks_at(self, x: np.ndarray) -> np.ndarray:
        """Where the slices at points x break, if in integrals of 1e-4 at least; none if at more than 32.

        With up to 256 sign(sin(5x) + sin(5y)) takes twice as many values, and floor(x^2 + y^2) a third more.
        """
        if len(x) == 0:
            return np.zeros(0)
        found = np.unique(self.at(self.mu_x.rule(x, np.ones(len(x))), 1e-4).breaks[:, 1])
        return found if len(found) <= 32 else np.zeros(0)

    def matrix(self, rule: Rule, right: PanelBasis) -> np.ndarray:
        r"""T applied to the functions of `right`, at the nodes of a rule, times :math:`\sqrt{w_i}`: (n, right.size)."""
        keys = keys_of(rule)
        fresh = [i for i, key in enumerate(keys) if key not in self.known]
        if fresh:
            self.keep([keys[i] for i in fresh], self.at(rule.restricted(np.array(fresh))))
        if not right.same(self.integrated.basis):
            self.earlier, self.integrated = self.integrated, _Rows(right, {})
        rows = self.integrated.rows
        new, old = right.common(self.earlier.basis)
        changed = np.ones(len(right.edges) - 1, dtype=bool)
        changed[new] = False
        missing = [key for key in keys if key not in rows]
        for known in (True, False):    # of slices that were integrated before, only the panels that are new
            if some := [key for key in missing if (key in self.earlier.rows) == known]:
                matrix = self._integrals(some, right, changed if known else None)
                if known:
                    before = np.array([self.earlier.rows[key] for key in some]).reshape(len(some), -1, ORDER)
                    matrix.reshape(len(some), -1, ORDER)[:, new] = before[:, old]
                rows.update(zip(some, matrix, strict=True))
        return np.array([rows[key] for key in keys])

    def _integrals(self, keys: list[tuple[float, float]], right: PanelBasis, wanted: np.ndarray | None) -> np.ndarray:
        """The rows of `matrix` for known slices, on the panels that are wanted, those with the same panels together."""
        which, rows = np.array([self.known[key] for key in keys]).T
        matrix = np.empty((len(keys), right.size), self.kernel.dtype)
        for _, numbers in groupby(np.unique(which), lambda number: self.found[number].basis.edges.tobytes()):
            here = [np.flatnonzero(which == number) for number in numbers]
            first, *others = (self.found[which[some[0]]].restricted(rows[some]) for some in here)
            matrix[np.concatenate(here)] = first.joined(*others).matrix(right, wanted)
        return matrix

    def images(self, basis: PanelBasis, coefficients: np.ndarray) -> Callable[[], Samples]:
        """T applied to functions given in a basis."""
        return lambda: lambda rule: self.matrix(rule, basis) @ coefficients

    def smooth_images(self, rng: np.random.Generator) -> Callable[[], Samples]:
        """T applied to random cosines: functions of x that are smooth nearly wherever the singular functions are.

        Twelve of them, of up to four radians a scale and eight a panel, which 16 nodes resolve: projected onto panels
        that do not, a cosine jumps at the edges, and its image would have kinks there.
        """
        basis = PanelBasis(self.mu_y, self.edges, ORDER)
        fastest = min(4.0 / self.mu_y.scale, 8.0 / float(np.diff(self.edges).max()))

        def draw() -> Samples:
            frequencies = rng.uniform(0.0, fastest, 12)
            phases = rng.uniform(0.0, 2.0 * np.pi, 12)
            trials = np.cos(basis.rule.nodes[:, None] * frequencies + phases) * basis.rule.sqrt_weights[:, None]
            return self.images(basis, trials)()

        return draw


def keys_of(rule: Rule) -> list[tuple[float, float]]:
    """What tells slices apart: nodes, and the roots of their Lebesgue weights."""
    return list(zip(rule.nodes.tolist(), rule.sqrt_lebesgue.tolist(), strict=True))
