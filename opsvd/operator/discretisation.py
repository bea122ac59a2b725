"""The operator as matrices: blocks between orthonormal bases, and their singular value decomposition."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

import numpy as np

from .._support.budget import BudgetExhaustedError
from .._support.linalg import compact_svd
from ..bases import Basis, LineBasis
from ..kernels import require_squares
from ..probing.domain import weighted_samples
from .evidence import Evidence
from .problem import Problem
from .singular_functions import Part, SingularFunctions, SingularSystem

Triplets: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Left vectors (n, r), singular values (r,) and right vectors (m, r) of a matrix."""


@dataclass(frozen=True, eq=False)
class Block:
    r"""One summand of the operator: :math:`C_{mn} = E[\bar a_m(x)\, h(x, y)\, b_n(y)]` between two orthonormal bases.

    It stands in the operator as often as the multiplicity of its bases says.

    Attributes
    ----------
    left, right : Basis
        The functions a_m and b_n.
    matrix : ndarray, shape (left.size, right.size)
    negligible : float
        Rows and columns that together have no larger norm than this are left out.
    known : (ndarray, ndarray, ndarray), optional
        The triplets of the matrix, where they come from that between other bases.
    """

    left: Basis
    right: Basis
    matrix: np.ndarray
    negligible: float = 0.0
    known: Triplets | None = None

    def triplets(self, factorise: Callable[[np.ndarray], Triplets]) -> Triplets:
        """The SVD of what matters of the matrix, with canonical signs."""
        if self.known is not None:
            u, s, v = self.known
        elif self.negligible == 0.0:
            u, s, v = factorise(self.matrix)
        else:
            rows, columns = (np.flatnonzero(np.linalg.norm(self.matrix, axis=axis) > self.negligible
                                            / np.sqrt(self.matrix.shape[1 - axis])) for axis in (1, 0))
            inner_u, s, inner_v = factorise(self.matrix[np.ix_(rows, columns)])
            u, v = (np.zeros((count, len(s)), self.matrix.dtype) for count in self.matrix.shape)
            u[rows], v[columns] = inner_u, inner_v
        sign = self.left.signs(u)
        return u * sign, s, v * sign


@dataclass(frozen=True, eq=False)
class Discretisation:
    """What a method makes of a kernel: a direct sum of blocks, with what its answer is judged by.

    Attributes
    ----------
    blocks : tuple of Block
    evidence : callable
        Gives the `Evidence` for the singular system of the blocks, or None if h hides from it.
    note : str
        What was done and why, for ``OperatorSVD.method``.
    rtol : float or None
        The tolerance that it was made for, if it is another than that of the problem.
    remark : str
        What stands in the way of a better answer, if anything is known to; for ``OperatorSVD.status``.
    limit : str
        Why finer discretisations are not to be had, and what to do, for the status if bars exceed the tolerance.
    factorise : callable
        The SVD of a matrix: where h breaks along curves, of a large one some hundred leading triplets are as good as
        all.
    """

    blocks: tuple[Block, ...]
    evidence: Callable[[SingularSystem], Evidence | None]
    note: str
    rtol: float | None = None
    remark: str = ""
    limit: str = ("There is no better answer within the budget: raise max_seconds or max_evaluations, or the limits of "
                  "a Method, or accept a larger rtol or a smaller max_rank")
    factorise: Callable[[np.ndarray], Triplets] = compact_svd

    @property
    def system(self) -> SingularSystem:
        """The SVD of every block, merged in nonincreasing order."""
        require_squares(*(block.matrix for block in self.blocks))
        found = [block.triplets(self.factorise) for block in self.blocks]
        values = np.concatenate([s for _, s, _ in found])
        order = np.argsort(-values, kind="stable")
        columns = np.split(np.argsort(order), np.cumsum([len(s) for _, s, _ in found])[:-1])
        parts = [(Part(block.left, u, some), Part(block.right, v, some))
                 for block, (u, _, v), some in zip(self.blocks, found, columns, strict=True)]
        return SingularSystem(values[order], *(SingularFunctions(side) for side in zip(*parts, strict=True)))

    def finer_than(self, other: "Discretisation") -> bool:
        """Whether it has more functions than the other, of the same kind, in both variables no fewer."""
        kinds, sizes = ([[(block.left.kind, block.right.kind) for block in d.blocks] for d in (self, other)],
                        [np.array([block.matrix.shape for block in d.blocks]) for d in (self, other)])
        return kinds[0] == kinds[1] and bool((sizes[0] >= sizes[1]).all() and (
            sizes[0].min(axis=1) > sizes[1].min(axis=1)).any())


class Answer(Protocol):
    """What a method hears of its last discretisation; an `opsvd.OperatorSVD`."""

    @property
    def converged(self) -> bool:
        """Whether every bar is within the tolerance that the discretisation was made for."""

    @property
    def singular_values(self) -> np.ndarray:
        """The values that are known."""

    @property
    def errors(self) -> np.ndarray:
        """Their bars."""


def is_poor(answer: Answer) -> bool:
    """Whether not even the first value is told to two digits, and h is not seen to be zero."""
    return not answer.converged and (
        len(answer.errors) == 0 or bool(answer.errors[0] > 0.01 * answer.singular_values[0]))


Discretisations: TypeAlias = Generator[Discretisation, Answer | None, Answer | None]
"""Ever finer discretisations, by a method that looks at the answer of each: ``answer = yield discretisation``.

The answer is None if h hides from the discretisation. What a budget refuses while it is judged is raised at the
``yield``. The last answer is returned, or None if h is not what the method takes it for."""


def handed_on(finer: Generator[Discretisation, Any, Any], changed: Callable[[Discretisation], Discretisation],
              enough: Callable[[Answer | None], bool] = lambda _: False) -> Discretisations:
    """Yield what a method finds, changed, and tell it what becomes of that; it ends at an answer that is enough."""
    try:
        attempt = next(finer)
        while True:
            try:
                answer = yield changed(attempt)
            except BudgetExhaustedError as exhausted:
                attempt = finer.throw(exhausted)
                continue
            if enough(answer):
                return answer
            attempt = finer.send(answer)
    except StopIteration as end:
        return cast("Answer | None", end.value)


def galerkin_block(problem: Problem, left: LineBasis, right: LineBasis) -> Block:
    """Fill the matrix of a block by the rules of its two bases, which are of real functions."""
    samples = weighted_samples(problem.kernel, problem.domain, left.rule, right.rule)
    return Block(left, right, right.analyse(left.analyse(samples).T).T)
