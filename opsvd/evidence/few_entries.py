"""Evidence for a matrix whose entries are dear: what triplets leave of it at random entries."""

import math

import numpy as np

from .._support.arrays import squares
from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..matrices import RandomEntries, entries_of
from ..operator.singular_functions import SingularSystem
from .carriers import carriers, energy_and_bound, few_carriers_margin
from .images import Images
from .remainder import RemainderEvidence


def evidence_at_few_entries(entries: RandomEntries, elsewhere: float,
                            system: SingularSystem) -> RemainderEvidence | None:
    r"""Hold the triplets of one block against a matrix at random entries; None if both are zero.

    They tell the norm of the remainder R, which is a bar of every value (Weyl), and :math:`u_i^* R v_j` with its
    standard error, which tells more of leading values: a fitted remainder is nearly orthogonal to their vectors. With
    fewer than sixteen entries that carry R all has a margin: sixteen tell a norm to a quarter. What differs in a few
    single entries may not be seen, unless the matrix is seen to consist of such.

    Where a matrix has jumps R is zero at nearly all entries. If fewer than sixteen show it, what rows and columns leave
    `elsewhere`, relative to the norm, counts besides.
    """
    s, (u, v) = system.values, (side.parts[0].coefficients for side in (system.left, system.right))
    rest = entries.values - entries_of((u, s, v), entries.rows, entries.columns)
    size = float(np.linalg.norm(s))
    of_matrix, (_, most) = entries.weights * squares(entries.values), energy_and_bound(entries.weights * squares(rest))
    if size == 0.0 and not of_matrix.any():
        return None
    remainder, shared = math.sqrt(most), float(carriers(of_matrix))
    if shared < 16.0:    # a matrix that few entries carry has others, which are as large, where none was drawn
        norm = max(size, math.sqrt(float(of_matrix.sum())))
        remainder = max(remainder, float(few_carriers_margin(of_matrix, 16.0)) * norm)
    rest = entries.weights * rest
    margin = float(few_carriers_margin(squares(rest), 16.0))
    of_u, of_v = u[entries.rows], v[entries.columns]
    error = np.sqrt(squares(of_u).T @ (squares(rest)[:, None] * squares(of_v)))
    # Six deviations, as where few pairs are all there is.
    shown = squares(rest) > (1e3 * EPS) ** 2 * squares(entries.values).max()
    if carriers(entries.weights * squares(rest) * shown) < 16.0:
        remainder = math.hypot(remainder, elsewhere * size)
    coupling = margin * (np.abs(of_u.conj().T @ (rest[:, None] * of_v)) + 6.0 * error)
    near = Images(np.full(len(s), remainder), np.minimum(corner_norms(coupling), remainder))
    return RemainderEvidence(values=s, size=size, remainder=remainder, operator_norm=remainder, coupling=remainder,
                             dimension=min(len(u), len(v)), images=near)
