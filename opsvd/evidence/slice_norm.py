r"""What is left of T beside its leading computed terms: its operator norm, along slices that are split at their breaks.

Points on a grid do not tell the norm of a kernel that breaks: each value stands for a cell, and a thin band comes out
as strong on some cells as it is wide there. Along slices h is known as a piecewise polynomial. Let P project onto
polynomials on panels in y, of a root where the :math:`g_i` have one. For :math:`D = T - \sum_{i \le q} s_i f_i g_i`,
whose functions :math:`g_i` P leaves as they are, the two parts of :math:`D = DP + T(1 - P)` act on orthogonal
functions, so that

.. math:: \|D\|^2 \le \|DP\|^2 + \|T (1 - P)\|^2, \qquad \|T (1 - P)\| \le \|E\|, \qquad
          E_{ip} = \|(1 - P)\, h(x_i, \cdot)\|_{L^2(p)} .

The second bound holds since a function has on each panel p a part of some norm :math:`u_p`, so that T (1 - P) of it is
at most :math:`\sum_p E_{ip} u_p` at :math:`x_i`. What a break leaves to E is of the size of a panel, and not of its
root: two breaks act on the same functions only if they are on the same panel.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._support.arrays import squares
from .._support.floats import TINY
from .._support.linalg import norm_bound_by_products
from ..bases import PanelBasis
from ..operator.singular_functions import SingularFunctions
from ..probing.slices import SliceIntegrals
from ..quadrature import Rule


@dataclass(frozen=True, eq=False)
class SliceNorm:
    """The norm of what is left beside leading terms, along slices h(x_i, .).

    Attributes
    ----------
    slices : SliceIntegrals
        At the nodes of a rule in x, n of them, real.
    basis : PanelBasis
        Which P projects onto: it holds the functions, and each of its edges is one of panels that the slices share.
    rule : Rule
    left : SingularFunctions
    across : ndarray, shape (n, r)
        T applied to the functions g_i at the nodes, weighted.
    singular_values : ndarray, shape (r,)
    unseen : float
        The norm of what the slices miss of h.
    """

    slices: SliceIntegrals
    basis: PanelBasis
    rule: Rule
    left: SingularFunctions
    across: np.ndarray
    singular_values: np.ndarray
    unseen: float

    def beside(self, count: int, degree: int = 12) -> float:
        """The bound, some four per cent above the norm beside so many terms, or more for a lower degree."""
        s = self.singular_values
        ours = self._functions[:, :count] * s[:count]
        half = (self.across[:, :count] - 0.5 * ours) @ ours.T
        square = self._gram - half - half.T    # D P times its transpose
        found = _root_of_norm(square, float(s[min(count, len(s) - 1)]), degree)
        return float(np.hypot(found, self._lost)) + self.unseen

    @cached_property
    def _matrix(self) -> np.ndarray:
        """T P, from panels in y to the nodes in x."""
        return self.slices.matrix(self.basis)

    @cached_property
    def _gram(self) -> np.ndarray:
        return np.asarray(self._matrix @ self._matrix.T)

    @cached_property
    def _functions(self) -> np.ndarray:
        """The functions f_i at the nodes, weighted."""
        return np.asarray(self.left.half_density(self.rule.nodes) * self.rule.sqrt_lebesgue[:, None])

    @cached_property
    def _lost(self) -> float:
        """The norm of E."""
        kept = squares(self._matrix).reshape(len(self._matrix), -1, self.basis.order).sum(axis=2)
        first = np.searchsorted(self.slices.basis.edges, self.basis.edges[:-1])
        lost = np.sqrt(np.maximum(np.add.reduceat(self.slices.energies_on_panels(), first, axis=1) - kept, 0.0))
        return float(np.sqrt(np.linalg.eigvalsh(lost.T @ lost)[-1]))    # of as many rows as there are panels


def _root_of_norm(square: np.ndarray, guess: float, degree: int) -> float:
    """The norm of A, from A times its transpose: see `norm_bound_by_products`, of which products lose 1e-6 here."""
    size = float(np.abs(square).max(initial=0.0))
    if size == 0.0:
        return 0.0
    single = (square / size).astype(np.float32)
    bound = norm_bound_by_products(lambda v: single @ v.astype(np.float32), len(square), guess / np.sqrt(size), degree)
    return bound * float(np.sqrt(size))


def left_beside(singular_values: np.ndarray, residual: np.ndarray, norms: tuple[SliceNorm, ...],
                more: float) -> np.ndarray:
    r"""Bounds of the norm of what is left beside the leading q terms, for q = 1, 2, ...; infinite where none is known.

    It is looked at for the most terms whose images are right to some parts of the value.

    Parameters
    ----------
    singular_values : ndarray, shape (r,)
    residual : ndarray, shape (q,)
        The norms of images: see `opsvd.evidence.images.Images`.
    norms : tuple of SliceNorm
        Along slices in y and in x.
    more : float
        By which part of what is left beside all terms a norm may be larger than it seems.
    """
    s, bounds = singular_values, np.full(len(singular_values), np.inf)
    known = residual / np.maximum(s[:len(residual)], TINY)
    counts = sorted({int(np.count_nonzero(known <= part)) for part in (1e-6, 1e-4, 1e-2)} - {0})
    if not counts:
        return bounds
    unsure = more * max(norm.beside(len(known), 6) for norm in norms)    # of which a tenth more or less is nothing
    bounds[np.array(counts) - 1] = [max(norm.beside(r) for norm in norms) + unsure for r in counts]
    return bounds
