"""The leading singular functions of an operator that two matrices hold, of which neither is a projection."""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.linalg import lu, qr, svd

from ..bases import PanelBasis


@dataclass(frozen=True)
class KnownFunctions:
    """Functions on panels in y, from which the next iteration begins: none at first."""

    basis: PanelBasis | None = None
    coefficients: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    def at(self, basis: PanelBasis) -> "KnownFunctions":
        """The same functions on other panels."""
        if self.basis is None:
            return KnownFunctions(basis)
        there = self.basis.combine(basis.rule.nodes, self.coefficients)
        return KnownFunctions(basis, there * basis.rule.sqrt_lebesgue[:, None])


def leading_part(forth: np.ndarray, back: np.ndarray,
                  start: KnownFunctions) -> tuple[tuple[np.ndarray, ...], np.ndarray, KnownFunctions]:
    """T between the spans of its leading singular functions, from two matrices that hold it.

    The rows of `forth` are exact integrals T b_j at nodes in x, the columns of `back` T* a_i at nodes in y. A single
    b_j jumps at the ends of its panel, so that T b_j is rough, and `forth` no projection of T; but it is right for a
    smooth g, where T g is resolved. Iteration makes functions smooth, the leading ones first: so fewer and fewer are
    iterated, and those that were left are kept apart from them. Functions that were iterated on other panels take half
    of the iterations.

    Returns
    -------
    (u, s, v) : ndarray, shapes (n, q), (q,) and (m, q)
        Singular functions and values.
    scaled : ndarray, shape (n, r)
        All left functions, with the less accurate ones that follow, times their values.
    functions : KnownFunctions
        All right functions.
    """
    first = start.coefficients.shape[1] == 0
    v = np.random.default_rng(0).standard_normal((forth.shape[1], min(64, *forth.shape))) if first else (
        start.coefficients)
    parts = []
    for kept in (40, 24, 0):    # three times as many as are wanted by default stay to the end
        for _ in range(3 if first else 2):    # any basis will do, if it is far from dependent
            v = back.conj().T @ lu(forth @ v, permute_l=True, check_finite=False)[0]
        u = qr(forth @ v, mode="economic", check_finite=False)[0]
        v = back.conj().T @ u
        v, s, turn = svd(v, full_matrices=False, check_finite=False)
        u = u @ turn.conj().T
        parts.append((u[:, kept:], v[:, kept:], s[kept:]))
        v = v[:, :kept]
    left, right, s = parts.pop()
    leading, scaled = (left, s, right), [left * s]
    for more_left, more_right, sizes in parts[::-1]:
        f, g = _without(more_left, left), _without(more_right, right)
        scaled.append(f * sizes)
        left, right = np.concatenate([left, f], axis=1), np.concatenate([right, g], axis=1)
    return leading, np.concatenate(scaled, axis=1), replace(start, coefficients=right)


def _without(functions: np.ndarray, basis: np.ndarray) -> np.ndarray:
    rest = functions - basis @ (basis.conj().T @ functions)
    return np.asarray(rest - basis @ (basis.conj().T @ rest))    # twice is enough
