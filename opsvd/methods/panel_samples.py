"""Functions of one variable seen on panels: what polynomials miss of them there, in the distance or in its root."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from .._support.arrays import squares
from ..bases import PanelBasis
from ..bases.panels import bends_of
from ..measures import LineMeasure
from ..quadrature import BENDS, Rule, bent_nodes, bent_rule, on_panels, orthonormal_legendre, points_at
from .panel_rules import ORDER, next_to, panel_tails

# Where a root is at the end of a panel, a place beside it: any nearer, rounding of the point would show in the root.
_BESIDE_ROOT = 1.0 - 2e-3
# From an end of a panel to the nearest of its 16 nodes, as a part of its width.
_GAP = 0.0053

Samples = Callable[[Rule], np.ndarray]
"""Weighted samples of functions of one variable: a rule gives (n, functions)."""


class Roots:
    """Where functions of one variable were found to be smooth in the root of the distance from a point, on one side.

    Attributes
    ----------
    ends : ndarray, shape (r, 2)
        Points and sides: see `opsvd.bases.PanelBasis`.
    """

    def __init__(self) -> None:
        self.ends = np.zeros((0, 2))

    def basis(self, measure: LineMeasure, edges: np.ndarray) -> PanelBasis:
        """Of functions that have such roots."""
        return PanelBasis(measure, edges, ORDER, self.ends)

    def add(self, points: np.ndarray, sides: np.ndarray) -> None:
        """Note roots at points, (r,), on one side each."""
        self.ends = np.concatenate([self.ends, np.stack([points, sides], axis=1)])


class SeenPanels:
    """What polynomials miss of functions on panels, each looked at once, though functions are drawn anew.

    Parameters
    ----------
    measure : LineMeasure
    roots : Roots or None
        Those that are known; others are added. With None panels have none.
    """

    def __init__(self, measure: LineMeasure, roots: Roots | None) -> None:
        self.measure, self.roots = measure, roots
        self.known: dict[tuple[float, float, int], tuple[float, float]] = {}    # ends and bend -> tail and energy

    def bends(self, edges: np.ndarray) -> np.ndarray:
        """The bends of panels: see `opsvd.quadrature.rooted`."""
        return np.zeros(len(edges) - 1, dtype=int) if self.roots is None else bends_of(edges, self.roots.ends)

    def add(self, edges: np.ndarray, samples: np.ndarray) -> None:
        """Note the weighted samples of functions at the nodes of panels."""
        bends = self.bends(edges)
        energies, tails = squares(samples.reshape(len(bends), -1)).sum(axis=1), panel_tails(samples, bends=bends)
        self.known.update(zip(_panels(edges, bends), zip(tails.tolist(), energies.tolist(), strict=True), strict=True))

    def on(self, samples: Samples, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tails and energies on the panels between edges, shape (panels,) each."""
        return self._of(samples, _panels(edges, self.bends(edges)))

    def beside(self, samples: Samples, spans: np.ndarray, sides: np.ndarray) -> np.ndarray:
        """Tails on panels, (p, 2), in the distance, and in the root from the end on a side: (1 or 2, p)."""
        kinds = [np.zeros(len(spans), dtype=int)] if self.roots is None else [np.zeros(len(spans), dtype=int), sides]
        tails, _ = self._of(samples, [(*span, bend) for bends in kinds
                                      for span, bend in zip(spans.tolist(), bends.tolist(), strict=True)])
        return tails.reshape(len(kinds), -1)

    def with_roots(self, samples: Samples, edges: np.ndarray, unresolved: np.ndarray,
                   singular: np.ndarray | tuple[()]) -> bool:
        """Try roots at all ends of some panels that are known to be singular; whether some were found, and noted."""
        if self.roots is None:
            return False
        panels = [panel for panel, one in zip(_panels(edges, self.bends(edges)), unresolved, strict=True) if one]
        known = np.concatenate([self.roots.ends, *([[end, side] for side in (-1.0, 1.0)] for end in singular)])
        spans = np.array([panel[:2] for panel in panels]).reshape(-1, 2)
        trials = [(*span, int(bends_of(np.array(span), known)[0])) for span in spans.tolist()]
        chosen = [k for k, panel in enumerate(trials) if panel not in self.known]
        if not chosen:
            return False
        # Polynomials in a root have half the degrees in the distance: they are better only where there is a root.
        before = np.array([self.known[panels[k]][0] for k in chosen])
        found = np.array(chosen)[self._of(samples, [trials[k] for k in chosen])[0] < 0.1 * before]
        bends = np.array([trials[k][2] for k in found.tolist()])
        for side, at in ((1, bends > 0), (-1, (bends < 0) | (bends == 2))):
            self.roots.add(spans[found[at], 0 if side > 0 else 1], np.full(np.count_nonzero(at), side))
        return len(found) > 0

    def _of(self, samples: Samples, panels: list[tuple[float, float, int]]) -> tuple[np.ndarray, np.ndarray]:
        if fresh := [panel for panel in panels if panel not in self.known]:
            spans, bends = np.array([panel[:2] for panel in fresh]), np.array([panel[2] for panel in fresh])
            matrix = samples(panels_with_ends(self.measure, spans, bends)).reshape(len(spans), ORDER + 2, -1)
            energies, tails = squares(matrix[:, :ORDER]).sum(axis=(1, 2)), tails_with_ends(matrix, bends)
            self.known.update(zip(fresh, zip(tails.tolist(), energies.tolist(), strict=True), strict=True))
        tails, energies = np.array([self.known[panel] for panel in panels]).reshape(-1, 2).T
        return tails, energies


def _panels(edges: np.ndarray, bends: np.ndarray) -> list[tuple[float, float, int]]:
    """Ends and bends."""
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), bends.tolist(), strict=True))


def panels_with_ends(measure: LineMeasure, spans: np.ndarray, bends: np.ndarray | int = 0) -> Rule:
    """On panels, shape (p, 2), that need not touch: their nodes, then points next to both ends, (ORDER + 2) each.

    The points at the ends stand for the gaps between them and the nearest nodes.
    """
    left, right = spans[:, :1], spans[:, 1:]
    nodes, weights = on_panels(left, right, *bent_nodes(ORDER, bends))
    ends = np.concatenate([next_to(left, right - left, 1.0), next_to(right, right - left, -1.0)], axis=1)
    bent = np.broadcast_to(np.reshape(bends, (-1, 1)), left.shape)
    beside, _ = points_at(left, right, bent, _BESIDE_ROOT * np.array([-1.0, 1.0]))
    ends = np.where((bent == np.array([1, -1])) | (bent == 2), beside, ends)
    gaps = np.repeat(_GAP * (right - left), 2, axis=1)
    return measure.rule(np.concatenate([nodes, ends], axis=1).ravel(), np.concatenate([weights, gaps], axis=1).ravel())


def tails_with_ends(matrix: np.ndarray, bends: np.ndarray | int = 0) -> np.ndarray:
    """Norm of what polynomials miss of samples (p, ORDER + 2, functions) on `panels_with_ends`: shape (p,).

    The last coefficients, and the misfit at the ends: a kink or jump between an end and the nearest node leaves the
    samples at the nodes smooth, and shows only there.
    """
    misfit = matrix[:, ORDER:] - _at_ends()[bends] @ matrix[:, :ORDER]
    tails = panel_tails(matrix[:, :ORDER], bends=bends)
    return np.asarray(np.hypot(tails, np.sqrt(np.sum(squares(misfit), axis=(1, 2)))))


@lru_cache(maxsize=1)
def _at_ends() -> np.ndarray:
    """For each bend, from weighted samples at the nodes to weighted samples at both ends: shape (4, 2, ORDER)."""
    near = _BESIDE_ROOT
    ends = np.array([(-1.0, 1.0), (-near, 1.0), (-near, near), (-1.0, near)])
    functions = np.stack([bent_rule(ORDER, bend).functions for bend in BENDS])
    return np.asarray(np.sqrt(2.0 * _GAP) * orthonormal_legendre(ends, ORDER) @ functions)
