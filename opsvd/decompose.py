"""The driver: discretise, decompose, judge; refine until the error bars meet the tolerance."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._support.blas_threads import one_blas_thread
from ._support.budget import Budget, BudgetExhaustedError
from ._support.linalg import canonical_signs, compact_svd, krylov_svd
from ._support.validation import positive_float, positive_int, tolerance
from .answer.nystrom_svd import coarse_svd, hold_for_few_points
from .answer.result import OperatorSVD
from .bases import Basis
from .errors import ConvergenceWarning, KernelError
from .evidence.error_bars import accurate_count, error_bars, gather_evidence, settled
from .kernels import Kernel, entrywise, kernel_values, paired, unit_factor
from .measures import Gaussian, Measure
from .methods import Method, UniformPanels, as_method
from .operator.discretisation import Discretisation
from .operator.problem import Problem
from .operator.singular_functions import SingularFunctions, SingularSystem
from .vectors import decompose_vectors

__all__ = ["decompose"]

# So many accurate values make an answer, though more of them may exceed the tolerance, and end the refinement by
# methods that aim at the leading ones.
_ENOUGH = 6
_LEAST = 500_000
# Of the evaluations, what trying h may take when it is made a kernel.
_TRIED = 1000
# Panels of the coarse answer, and the values and calls of h that it takes.
_COARSE, _COARSE_VALUES, _COARSE_CALLS = 10, 200_000, 15
# A remainder of not much more than what lies outside the box: nothing else limits the bars.
_MOSTLY = 1.05
# Of the first value: what may be as large, and is not seen, lets no bar be told.
_HOPELESS = 0.67
# Bars of this part of the first value may be rounding.
_NEARLY = 1e-10
_FAR_OUT = ("h^2 times the densities decays so slowly that much of it lies where the densities are zero to any float; "
            "take measures with a smaller std")
# Of kernels that break, larger matrices give no more than leading triplets: those of a Krylov space with blocks of so
# many columns at least, or of this part of the size.
_LARGE, _BLOCK, _SHARE = 200, 24, 12
# Remainders of finer bases exceed those of coarser ones by less than this factor, if both were seen.
_DECEIVED = 2.0


def decompose(h: Callable[..., Any] | Kernel, mu_x: Measure = Gaussian(), mu_y: Measure = Gaussian(), *,  # noqa: B008
              rtol: float = 1e-10, max_rank: int | None = None, method: str | Method = "auto",
              max_evaluations: int = 200_000_000, max_seconds: float = 20.0) -> OperatorSVD:
    r"""Singular value decomposition of a kernel under probability measures.

    .. math:: h(x, y) = \sum_i s_i f_i(x) g_i(y), \qquad E_{\mu_x}[f_i f_j] = E_{\mu_y}[g_i g_j] = \delta_{ij},

    which exists when :math:`E[h^2] < \infty`; then :math:`\sum_i s_i^2 = E[h^2]`. The matrix
    :math:`h(x_i, y_j) / n` of samples has these singular values for every large n.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised: arrays that broadcast give an array of real numbers. For vectors x has shape (..., k),
        and the axes before the last broadcast. Values may be matrices, shape (..., p, q): see `MatrixKernel`.
    mu_x, mu_y : Measure, default Gaussian()
        The measures of x and y. They say whether h takes numbers or vectors; ``elementwise(phi, k)`` knows it.
    rtol : float, default 1e-10
        The error bar of every singular value is to be at most ``rtol * s_1``; smaller values are left out, and
        go into ``tail``.
    max_rank : int, optional
        Keep at most this many singular values; the others go into ``tail``.
    method : {"auto", "hermite", "scaled-hermite", "finite-rank", "logarithmic", "panels", "product", "uniform"}, Method
        How to discretise. "auto" chooses, and ``svd.method`` says why.
    max_evaluations : int, default 200_000_000
        The most values of h that may be asked for, at least 500_000.
    max_seconds : float, default 20.0
        The most seconds. Calls of h that would take long are split; a call or a step of linear algebra that is under
        way is not interrupted. When either budget runs out, the best answer so far is returned. If there is none yet, a
        coarse answer is returned, for which a part of the budget is kept back.

    Returns
    -------
    OperatorSVD
        Singular values with error bars, singular functions, and how they were come by.

    Raises
    ------
    KernelError
        If h is not vectorised, not real, or of the wrong shape; or so slow that `max_seconds` leave no coarse answer,
        which takes some 2000 values.
    NonFiniteKernelError
        If h is NaN or infinite at a point that matters; the message names it.
    NotSquareIntegrableError
        If E[h^2] is infinite.
    TypeError, ValueError
        If another argument is not what it must be.

    Warns
    -----
    ConvergenceWarning
        If the tolerance was not reached. The error bars still hold.

    Notes
    -----
    h is a black box: it is known only where it was evaluated. A feature narrower than the distance between the nodes
    that falls between all of them is not seen, and no error bar can know of it.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.tanh(x * y))
    >>> svd.singular_values[:3].round(9).tolist()
    [0.523183285, 0.059203253, 0.012625784]
    >>> bool((svd.errors <= 1e-10 * svd.singular_values[0]).all())
    True
    >>> float(np.abs(svd(0.7, -1.2) - np.tanh(0.7 * -1.2))) < 1e-8
    True
    """
    budget = Budget(_at_least(max_evaluations), positive_float(max_seconds, "max_seconds"), aside=_TRIED)
    (kernel, mu_x, mu_y), rtol = paired(h, mu_x, mu_y), tolerance(rtol, "rtol")
    rank, measures = None if max_rank is None else positive_int(max_rank, "max_rank"), (mu_x, mu_y)
    kernel, remark = entrywise(kernel, budget), ""
    problem, chosen = Problem(kernel, mu_x, mu_y, rtol, rank), as_method(method)
    if (refusal := chosen.refusal(problem)) is not None:
        raise ValueError(refusal)
    on_the_line = problem.of_numbers
    hold_for_few_points(kernel, budget, _COARSE_VALUES if on_the_line else None)
    with one_blas_thread(), budget.watched():
        seen, limited = _first_look(kernel.limited(budget), measures, required=not on_the_line)
        if on_the_line:
            best, remark = _of_numbers(replace(problem, kernel=limited), chosen, budget)
        else:
            best = decompose_vectors(limited, *measures, budget, rtol=rtol, max_rank=rank)
    if limited.factor != kernel.factor:
        best = best.times(kernel.factor / limited.factor)
    return _finished(replace(best, kernel_values=seen), kernel, budget.spent, remark)


def _first_look(kernel: Kernel, measures: tuple[Measure, Measure], *,
                required: bool) -> tuple[np.ndarray | None, Kernel]:
    """The values by which a kernel is known again, if the budget has them; and the kernel at about the size of one."""
    try:
        seen = kernel_values(kernel, *measures)
        return seen, kernel.scaled(unit_factor(kernel, *measures, required=required))
    except BudgetExhaustedError:
        return None, kernel


def _of_numbers(problem: Problem, method: Method, budget: Budget) -> tuple[OperatorSVD, str]:
    """The answer of a method, or a coarse one; and what stands in the way of more."""
    best, remark = _refine(problem, method)
    budget.release()
    if best is not None:
        return best, remark
    remark = remark or f"{method!r} cannot do this kernel: leave method out, and one that can is chosen"
    if budget.affords(_COARSE_VALUES, _COARSE_CALLS):
        best, refused = _refine(problem, UniformPanels(_COARSE))
        if best is None and not refused:
            raise KernelError("h must not be zero nearly everywhere: nodes see no more than traces, although h is not "
                              "zero; shift and scale x and y to where it is not")
    return best or coarse_svd(problem.kernel, (problem.mu_x, problem.mu_y), remark, rtol=problem.rtol,
                              max_rank=problem.max_rank), remark


def _finished(best: OperatorSVD, kernel: Kernel, evaluations: int, remark: str) -> OperatorSVD:
    """Account for the cost, and warn if the tolerance was missed."""
    kernel.evaluations += evaluations
    best = best.for_kernel(kernel, evaluations, remark)
    if not best.converged:
        warnings.warn(best.status, ConvergenceWarning, stacklevel=3)
    return best


def _at_least(max_evaluations: Any) -> int:
    number = positive_int(max_evaluations, "max_evaluations")
    if number < _LEAST:
        raise ValueError(f"max_evaluations must be at least {_LEAST}, which a coarse answer takes, got {number}; "
                         f"leave it out for the default")
    return number


@dataclass(frozen=True)
class _Judged:
    """An answer, with what the driver goes by."""

    svd: OperatorSVD
    discretisation: Discretisation
    accurate: int
    complete: bool
    remainder: float
    remark: str

    def better(self, other: "_Judged") -> bool:
        """Whether it is to be preferred: by accurate values, then by the worst error.

        Except where the other was deceived: a finer basis of the same kind cannot leave out more, so if more is seen,
        the nodes that the other was judged by have missed it.
        """
        if self.remainder > _DECEIVED * other.remainder and _finer(self.discretisation, other.discretisation):
            return True
        return (self.accurate, -self.svd.worst_error) > (other.accurate, -other.svd.worst_error)

    def stalled(self, before: "_Judged") -> bool:
        """Whether leading bars that are all but good enough were not helped by a finer basis: they are rounding."""
        bar, bar_before = (float(one.svd.errors[:_ENOUGH].max(initial=0.0)) for one in (self, before))
        near = before.svd.rank >= _ENOUGH and bar_before <= _NEARLY * before.svd.values[0]
        return near and bar > 0.5 * bar_before and _finer(self.discretisation, before.discretisation)


def _finer(one: Discretisation, other: Discretisation) -> bool:
    """Whether one has more functions than the other, of the same kind."""
    kinds, sizes = ([[(type(block.left), type(block.right)) for block in d.blocks] for d in (one, other)],
                    [min(min(block.matrix.shape) for block in d.blocks) for d in (one, other)])
    return kinds[0] == kinds[1] and sizes[0] > sizes[1]


def _refine(problem: Problem, method: Method) -> tuple[OperatorSVD | None, str]:
    """Go through ever finer discretisations until one gives all that is asked.

    Return it, or the best of all; and what stands in the way of more, if that is known.
    """
    best: _Judged | None = None
    remark = ""
    try:
        for discretisation in method.discretisations(problem):
            answer = _solve(problem, discretisation)
            if answer is None:
                continue
            remark = answer.remark
            stalled = best is not None and answer.stalled(best)
            if best is None or answer.better(best):
                best = answer
            if answer.complete or stalled:
                break
    except BudgetExhaustedError as exhausted:
        remark = str(exhausted)
    return None if best is None else best.svd, remark


def _solve(problem: Problem, discretisation: Discretisation) -> _Judged | None:
    """One discretisation, decomposed and judged; None if h hides from it."""
    rtol, max_rank = problem.rtol, problem.max_rank
    system = _singular_system(discretisation)
    evidence = gather_evidence(problem, discretisation, system)
    if evidence is None:
        return None
    errors = error_bars(system.values, evidence)
    goal = rtol * system.values.max(initial=0.0)
    visible = int(np.count_nonzero(system.values > np.maximum(errors, goal)))
    wanted = visible if max_rank is None else min(visible, max_rank)
    accurate = accurate_count(errors[:wanted], goal)
    # A slowly decaying spectrum is cut off where its values can no longer be told to the tolerance.
    rank = accurate if min(_ENOUGH, wanted) <= accurate else wanted
    # What lies outside the box stays there, however fine the discretisation.
    outside = discretisation.domain.missing * evidence.norm
    exhausted = discretisation.leading or evidence.remainder <= _MOSTLY * outside
    complete = accurate == wanted == max_rank or (exhausted and accurate >= _ENOUGH)
    # And where it may hold larger values than are seen, none will be told.
    hopeless = outside >= _HOPELESS * system.values.max(initial=0.0) > 0.0
    # A few values are all only where what is left holds no more, but for what is too far out, or too near to a
    # singular point, for any discretisation.
    beyond_reach = float(np.hypot(discretisation.domain.missing, discretisation.hidden)) * evidence.norm
    hidden = 0.0 if rank >= min(_ENOUGH, max_rank or _ENOUGH) else max(evidence.spread - beyond_reach, 0.0)
    complete = complete or (settled(system.values, errors, rtol) and hidden <= goal)
    svd = OperatorSVD.assemble(discretisation.note, system, errors, evidence, rtol=rtol, rank=rank, hidden=hidden)
    return _Judged(svd, discretisation, accurate, complete or hopeless, evidence.remainder,
                   remark=_FAR_OUT if hopeless else discretisation.remark)


def _singular_system(discretisation: Discretisation) -> SingularSystem:
    """The SVD of every block, merged in nonincreasing order, with canonical signs."""
    systems = [_triplets(block.matrix, discretisation.broken) for block in discretisation.blocks]
    counts = [len(values) for _, values, _ in systems]
    values = np.concatenate([values for _, values, _ in systems])
    multiplicities = np.repeat([block.multiplicity for block in discretisation.blocks], counts)
    order = np.argsort(-values, kind="stable")
    lefts: list[tuple[Basis, np.ndarray]] = []
    rights: list[tuple[Basis, np.ndarray]] = []
    for block, stop, (u, _, v) in zip(discretisation.blocks, np.cumsum(counts), systems, strict=True):
        sign = canonical_signs(block.left.synthesise(u) / block.left.rule.sqrt_lebesgue[:, None])
        for basis, vectors, parts in ((block.left, u, lefts), (block.right, v, rights)):
            coefficients = np.zeros((basis.size, len(values)))
            coefficients[:, stop - len(sign):stop] = vectors * sign
            parts.append((basis, coefficients[:, order]))
    return SingularSystem(values[order], multiplicities[order], SingularFunctions(tuple(lefts)),
                          SingularFunctions(tuple(rights)))


def _triplets(matrix: np.ndarray, broken: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The SVD of a matrix; of a large one of a kernel that breaks, no more than a few hundred leading triplets."""
    size = min(matrix.shape)
    return krylov_svd(matrix, max(size // _SHARE, _BLOCK)) if broken and size > _LARGE else compact_svd(matrix)
