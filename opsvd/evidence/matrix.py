"""Evidence for an operator that is a matrix, all of whose entries are known: what is left is rounding."""

import math
from dataclasses import dataclass

import numpy as np

from .._support.arrays import squares
from .._support.budget import check_time
from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..matrices import SampledMatrix
from ..operator.evidence import Evidence, Listed
from ..operator.singular_functions import SingularSystem
from ..spectrum import DecayLaw, Estimate, Tail, Unlisted
from .images import Images
from .remainder import RemainderEvidence


@dataclass(frozen=True, eq=False)
class MatrixEvidence(Evidence):
    r"""How an SVD compares with the matrix A that it is of.

    With U and V as they were computed let :math:`\delta` be the larger of :math:`\|U^* U - 1\|` and
    :math:`\|V^* V - 1\|`. Then every value of A is within :math:`\|A - U S V^*\| + \delta s_1` of the computed one, by
    Weyl's inequality and that of Ostrowski; beside it stands the rounding of the entries.

    Attributes
    ----------
    values : ndarray, shape (r,)
    size : float
        The Frobenius norm of A.
    residual : float
        The Frobenius norm of what all computed triplets leave.
    defect : float
        How far the computed vectors are from orthonormal, in the Frobenius norm.
    dimension : int
        How many singular values A has.
    """

    values: np.ndarray
    size: float
    residual: float
    defect: float
    dimension: int

    @property
    def remainder(self) -> float:    # type: ignore[override]
        """What all computed values leave, and rounding."""
        return self.residual + self.rounding

    @property
    def rounding(self) -> float:
        """Of the entries, each of which is rounded some times, and of vectors that are not quite orthonormal."""
        return (4.0 * EPS + self.defect) * self.size

    def bars(self) -> np.ndarray:
        """The same for all values."""
        return np.full(len(self.values), self.remainder)

    @property
    def norm(self) -> Estimate:
        """That of the entries; a sum of squares is rounded by less than one eps for each row."""
        return Estimate(self.size, (16.0 + self.dimension) * EPS * self.size)

    def left_out(self, rank: int) -> float:
        """The values beyond, and what all leave."""
        return float(np.linalg.norm(self.values[rank:])) + self.remainder

    def beyond(self, rank: int) -> Unlisted:
        """The values beyond, known as well as the others."""
        bars = self.bars()
        sure = np.maximum(self.values - bars, 0.0)
        return Unlisted(float(self.values[rank:].sum()), self.remainder, float(self.dimension),
                        float(np.linalg.norm(sure[rank:])), float(sure.sum()))


    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        r"""The law of the listed values; what lies beyond is known, and not continued.

        All values together are as many as A has, and add up to the computed ones within :math:`\sqrt d` times the
        remainder. So many values of a sum W have an entropy of at most that of equal ones.
        """
        law, _ = super().spectrum(listed, rank, tail)
        beyond, error = float(self.values[rank:].sum()), math.sqrt(self.dimension) * self.remainder
        last, count = float(self.values[rank - 1]) if rank else self.size, self.dimension - rank
        spread = max(1.0, math.log(last * count / (beyond + error))) if last * count * error > 0.0 else 0.0
        return law, Tail(tail, beyond, error, spread, least=self.beyond(rank).least)


def matrix_evidence(matrix: np.ndarray, system: SingularSystem) -> MatrixEvidence:
    """The evidence for a singular system of one block, which is this matrix."""
    s, (u, v) = system.values, (side.parts[0].coefficients for side in (system.left, system.right))
    residual = float(np.linalg.norm(matrix - (u * s) @ v.conj().T))
    defect = max(float(np.linalg.norm(w.conj().T @ w - np.eye(len(s)))) for w in (u, v))
    return MatrixEvidence(s, float(np.linalg.norm(matrix)), residual, defect, min(matrix.shape))


@dataclass(frozen=True, eq=False, kw_only=True)
class LeadingEvidence(RemainderEvidence):
    """What leading triplets leave of a matrix, all of whose entries are known."""

    @property
    def norm(self) -> Estimate:
        """That of the entries; a sum of squares is rounded by less than one eps for each row."""
        return Estimate(self.size, (16.0 + self.dimension) * EPS * self.size)


def leading_evidence(matrix: SampledMatrix, system: SingularSystem) -> LeadingEvidence:
    """The evidence for leading triplets of a matrix: what they leave of all of its entries, some rows at a time."""
    s, (u, v) = system.values, (side.parts[0].coefficients for side in (system.left, system.right))
    energy, left, images, back = 0.0, 0.0, [], np.zeros_like(v)
    step = 500    # 40 MB where there are ten thousand columns
    for start in range(0, matrix.shape[0], step):
        check_time()
        rows = slice(start, start + step)
        values = matrix.values(rows, slice(None), matrix.dtype)
        rest = values - (u[rows] * s) @ v.conj().T
        energy, left = energy + float(np.sum(squares(values))), left + float(np.sum(squares(rest)))
        images.append(rest @ v)
        back += rest.conj().T @ u[rows]
    along = np.concatenate(images)
    residual = np.max([np.sqrt(np.cumsum(np.sum(squares(one), axis=0))) for one in (along, back)], axis=0)
    coupling, remainder = corner_norms(u.conj().T @ along), math.sqrt(left)
    return LeadingEvidence(values=s, size=math.sqrt(energy), remainder=remainder, operator_norm=remainder,
                           least=remainder, coupling=float(coupling[-1]), dimension=min(matrix.shape),
                           images=Images(residual, coupling))
