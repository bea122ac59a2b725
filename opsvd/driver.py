"""The driver: discretise, decompose, judge; refine until the error bars meet the tolerance."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from ._support.blas_threads import one_blas_thread
from ._support.budget import Budget, BudgetExhaustedError
from ._support.floats import EPS
from ._support.progress import as_report
from ._support.validation import int_of_at_least, one_of, positive_float, positive_int, tolerance
from .answer.factored import product_of
from .answer.judged import Judged, judged
from .answer.result import OperatorSVD
from .answer.status import not_within
from .answer.summed import sum_of
from .answer.trace import find_trace
from .errors import ConvergenceWarning, KernelError, NotSquareIntegrableError
from .kernels import Kernel, entrywise, kernel_values, paired, unit_factor
from .measures import Gaussian, Measure, MeasureLike
from .methods import Auto, Method, as_method, hold_for_few_points
from .methods.by_name import quad_method
from .methods.coarse import COARSE_VALUES, LAST, coarse_methods
from .operator.discretisation import Discretisation, is_poor
from .operator.problem import Problem

_LEAST = 100    # max_evaluations; the smallest answer for numbers takes 45, and trying h 39


def decompose(h: Callable[..., Any] | Kernel, mu_x: MeasureLike = Gaussian(), mu_y: MeasureLike = Gaussian(), *,  # noqa: B008
              rtol: float | None = None, max_rank: int | None = None, method: str | Method = "auto",
              max_evaluations: int | None = None, max_seconds: float = 20.0, progress: Any = None,
              precision: str = "double") -> OperatorSVD:
    r"""Singular value decomposition of a kernel under probability measures.

    .. math:: h(x, y) = \sum_i s_i f_i(x) g_i(y), \qquad E_{\mu_x}[f_i f_j] = E_{\mu_y}[g_i g_j] = \delta_{ij},

    which exists when :math:`E[h^2] < \infty`; then :math:`\sum_i s_i^2 = E[h^2]`. The matrix
    :math:`h(x_i, y_j) / n` of samples has these singular values for every large n. If h is complex, so are the
    functions, and

    .. math:: h(x, y) = \sum_i s_i f_i(x)\, \overline{g_i(y)}, \qquad
              E_{\mu_x}[\overline{f_i} f_j] = E_{\mu_y}[\overline{g_i} g_j] = \delta_{ij} .

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised: arrays that broadcast give an array of numbers, which may be complex where x and y are
        numbers. For vectors x has shape (..., k), and the axes before the last broadcast. Values may be matrices, shape
        (..., p, q): see `MatrixKernel`.
    mu_x, mu_y : Measure, or what stands for one, default Gaussian()
        The measures of x and y: a `Measure`; a distribution of scipy.stats, or any object with a density `pdf` and a
        `support`; a one-dimensional `gaussian_kde`; or an array of samples, shape (n,) or (n, k). They say whether h
        takes numbers or vectors; ``elementwise(phi, k)`` knows it.
    rtol : float, optional
        The error bar of every singular value is to be at most ``rtol * s_1``; smaller values are left out, and
        go into ``tail``. By default 1e-10, and 1e-30 in quadruple precision. If h returns float32 or float16, no less
        than 1e-6 or 0.01 can be met, and the answer is for that; where not even the first value is known, for 0.01.
    max_rank : int, optional
        Keep at most this many singular values; the others go into ``tail``.
    method : str or Method, default "auto"
        How to discretise. "auto" chooses, and ``svd.method`` says why. For discrete measures "atoms"; for kernels of
        numbers "polynomials", "hermite", "scaled-hermite", "gaussian-kernel", "finite-rank", "logarithmic", "panels",
        "product" or "uniform"; for those of vectors "sectors", "polar", "zonal" or "tensor"; for vectors, blocks and
        matrices "grid" or "quasi-random".
    max_evaluations : int, optional
        The most values of h that may be asked for, at least 100. By default 200 million, or 10 million for each of
        `max_seconds` if that is more, but no more than a billion: slices of so many values take some gigabytes. Pass
        what you can afford where a value is dear: then fewer values are spent on finding out what h is, and on checking
        the answer.
    max_seconds : float, default 20.0
        The most seconds. Calls of h that would take long are split; a call or a step of linear algebra that is under
        way is not interrupted. When either budget runs out, the best answer so far is returned. If there is none yet, a
        coarse answer is returned, for which a part of the budget is kept back. An interrupt (Ctrl-C) returns the best
        answer so far as well, with a status that says so. If there is none yet, up to a thousand values make one, in a
        tenth of the time so far; if they do not, or at a second interrupt, KeyboardInterrupt is raised.
    progress : bool or callable, optional
        True for a bar (with tqdm, if it is installed) or lines on stderr; or a callable ``progress(done, message)``,
        called up to ten times a second with the part of the budget that is spent, and with a message for each answer.
    precision : {"double", "quad"}, default "double"
        "quad" computes in quadruple precision, with 34 digits: for real kernels of numbers under `Gaussian` and
        `Uniform` measures, with the methods "auto", "polynomials", "hermite" and "logarithmic". h then gets arrays of
        the dtype of numpy-quaddtype (the extra ``quad``), for which numpy's elementwise functions are there. Values
        and functions at such points are of that dtype too.

    Returns
    -------
    OperatorSVD
        Singular values with error bars, singular functions, and the method that gave them.

    Raises
    ------
    KernelError
        If h is not vectorised, gives no numbers, or of the wrong shape; or so slow that `max_seconds` leave no coarse
        answer, which takes some 100 values.
    NonFiniteKernelError
        If h is NaN or infinite at a point that matters; the message names it.
    NotSquareIntegrableError
        If E[h^2] is infinite.
    TypeError, ValueError
        If another argument is not what it must be.
    ImportError
        If ``precision="quad"`` finds no numpy-quaddtype.

    Warns
    -----
    ConvergenceWarning
        If the tolerance was not reached. The error bars still hold.

    Notes
    -----
    h is a black box: it is known only where it was evaluated. A feature narrower than the distance between the nodes
    that falls between all of them is not seen, and no error bar can know of it. Where values are dear, as the budget
    tells, there are fewer nodes.

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
    budget = _budget(max_evaluations, max_seconds, progress)
    quad = one_of(precision, "precision", ("double", "quad"), "leave it out for double precision") == "quad"
    with budget.watched():    # where calls are slow, fewer try h
        (kernel, mu_x, mu_y) = paired(h, mu_x, mu_y)
    rtol = tolerance((1e-30 if quad else 1e-10) if rtol is None else rtol, "rtol")
    rank, chosen = None if max_rank is None else positive_int(max_rank, "max_rank"), as_method(method)
    chosen = quad_method(chosen) if quad else chosen
    budget.aside = _aside(kernel, tried=not isinstance(h, Kernel), most=budget.evaluations)
    attainable = max(rtol, _attainable(kernel.eps), *(_attainable(mu.uncertainty) for mu in (mu_x, mu_y)))
    kernel = _entrywise(kernel, budget)
    problem = Problem(kernel.limited(budget), mu_x, mu_y, attainable, rank)
    with one_blas_thread(), budget.watched():
        seen, problem, best, remark = _answered(problem, chosen)
        best = _for_tolerance(best, rtol)
        trace = find_trace(best.svd, problem)
    if attainable > rtol:
        remark = _what_is_rough(kernel.eps, attainable, mu_x, mu_y)
    budget.report(1.0, "")
    factor, evaluations = kernel.factor / problem.given.factor, budget.spent
    svd = best.svd if factor == 1.0 else best.svd.times(factor)
    kernel.evaluations += evaluations
    svd = replace(svd, kernel_values=seen).for_kernel(kernel, evaluations, remark)
    svd = svd if trace is None else trace.given_to(svd, factor)
    if not svd.converged:
        warnings.warn(svd.status, ConvergenceWarning, stacklevel=2)
    return svd


def _budget(max_evaluations: int | None, max_seconds: float, progress: Any) -> Budget:
    """What may be spent."""
    seconds = positive_float(max_seconds, "max_seconds")
    most = _evaluations_in(seconds) if max_evaluations is None else int_of_at_least(
        max_evaluations, "max_evaluations", _LEAST, "which a coarse answer takes")
    return Budget(most, seconds, report=as_report(progress))


def _evaluations_in(seconds: float) -> int:
    """The most values of h where nobody says how many: those of a cheap h in that time, with its linear algebra."""
    return int(min(max(10_000_000 * seconds, 200_000_000), 1_000_000_000))


def _aside(kernel: Kernel, *, tried: bool, most: int) -> int:
    """What it took to try h, and its shape; lines of kernels of vectors are tried anew, up to four times."""
    return (kernel.function.values + 12 * math.prod(kernel.value_shape) if tried else 0) + (
        0 if kernel.dims == (1, 1) or most < 1000 else 300)


def _entrywise(kernel: Kernel, budget: Budget) -> Kernel:
    """The kernel, or one in its place that takes fewer values; what it took to try that is set aside."""
    function, before, budget.prices = kernel.function, kernel.function.values, replace(kernel.function.prices)
    kernel = entrywise(kernel, budget)
    budget.aside += function.values - before
    return kernel


def _answered(problem: Problem, method: Method) -> tuple[np.ndarray | None, Problem, Judged, str]:
    """The best answer that the budget allows, and what stands in the way of more.

    With the values by which the kernel is known again, and the problem with h of unit size.
    """
    hold_for_few_points(problem, COARSE_VALUES if problem.of_numbers else None)
    seen = None
    try:
        seen, problem = _first_look(problem)
        best, remark = _resolved(problem, method)
    except KeyboardInterrupt:    # before there was an answer; the next one is not caught
        problem.budget.interrupt()
        best, remark = _of_last_methods(problem, "")[0], "interrupted"
        if best is None:
            raise
    problem.budget.release()
    if best is None:
        best, remark = _coarse(problem, remark or f"{method!r} cannot do this kernel: leave method out, and one that "
                               "can is chosen")
    return seen, problem, best, remark


def _attainable(eps: float) -> float:
    """The smallest rtol for values of h that are rounded so: bars of eight roundings, up to a power of ten."""
    return 0.0 if eps <= EPS else 10.0 ** math.ceil(math.log10(8.0 * eps))


def _what_is_rough(eps: float, attainable: float, mu_x: Measure, mu_y: Measure) -> str:
    """What a tolerance is out of reach for, and what to do."""
    if _attainable(eps) == attainable:
        return (f"h returns numbers of single precision or less: pass rtol={attainable:g} or more, or let h compute "
                f"in double precision, as float64 of numpy and torch and jax_enable_x64 of jax do")
    name, rough = max((("mu_x", mu_x), ("mu_y", mu_y)), key=lambda one: one[1].uncertainty)
    return (f"the density of {name} is known to {rough.uncertainty:.1g} only: pass rtol={attainable:g} or more, or a "
            f"density that is smooth, of double precision, and has the integral one to rounding; of narrow peaks pass "
            f"a point by near")


def _first_look(problem: Problem) -> tuple[np.ndarray | None, Problem]:
    """The values by which a kernel is known again, if the budget has them; and the problem with h of unit size."""
    kernel, measures, budget = problem.given, (problem.mu_x, problem.mu_y), problem.budget
    many = 3000    # of which 256 may be spent on telling a kernel again
    few = budget.evaluations < many or budget.most_affordable(2) < 0.5 * many
    seen = None
    try:
        if not few:
            seen = kernel_values(kernel, *measures)
        # Curves take 500,000 to 1.5 million values where cheap ones give a digit (benchmarks/dear_kernels.py). Products
        # over many coordinates, and pieces of phi in place of it, take seconds more and give no more.
        budget.decide(0.1 if problem.of_numbers and not problem.discrete else 0.3)
        if budget.few and budget.most_affordable(3) < 300:    # of which 25 would show the size of h
            return seen, problem
        if budget.dear and not budget.few and problem.of_numbers:
            # The matrix and the check of 24 polynomials, or less.
            hold_for_few_points(problem, min(2500, budget.evaluations // 4))
        factor = unit_factor(kernel, *measures, required=not problem.of_numbers and not few,
                             few=few or budget.few)
    except BudgetExhaustedError:
        return seen, problem
    return seen, replace(problem, given=kernel.scaled(factor))


def _resolved(problem: Problem, method: Method) -> tuple[Judged | None, str]:
    """The answer of a method to the tolerance asked for; where that tells no value, to larger ones, which ask for less.

    Until there is a value, a third of the budget is kept back for these; an answer that is to be judged may take it.
    Methods for vectors end with points, for any tolerance, and matrices of atoms with all rows that are affordable.
    """
    if isinstance(method, Auto) and (product := _of_factors(problem, method)) is not None:
        return product, ""
    larger = [rtol for rtol in (1e-2, 1e-5) if rtol > problem.rtol and problem.of_numbers and not problem.discrete]
    # Of dear values 1e-2 takes about as many as 1e-4, and a few values give one answer alone.
    worthwhile = len(larger) > problem.budget.dear and not problem.budget.few
    problem.budget.keep(1.0 / 3.0 if worthwhile else 0.0)
    best, remark = _refined(problem, method)
    problem.budget.keep(0.0)
    if not larger or not (best is None or is_poor(best.svd)):
        return best, remark
    with problem.budget.decided_again(0.02) as spared:    # of up to 7.5 million, what is left does for curves
        for rtol in reversed(larger) if spared else larger:    # something, then more
            if best is not None and rtol > best.rtol and not is_poor(best.svd):
                break
            best, later = _refined(problem.at(rtol), method, best)
            remark = later or remark
    return best, remark


def _of_factors(problem: Problem, method: Method) -> Judged | None:
    """The answer for a product or a sum of kernels of numbers, from the answers for these.

    None if one of them has no value.
    """
    best, solved = None, {}
    try:
        factors, together = problem.factors, product_of
        if factors is None:
            factors, together = problem.summands, sum_of
        if factors is None:
            return None
        different = {factor.kernel: factor for factor in factors.each}
        for number, (kernel, factor) in enumerate(different.items()):
            part = problem.of_factor(factor)
            with problem.budget.part(0.9 / (len(different) - number)):    # the grid of h has the rest
                best, _ = _resolved(part, method)
            if best is None:
                break
            solved[kernel] = part, best.svd
        product = None if best is None else together(problem, factors, [
            (part, svd.times(factor.scale)) for factor in factors.each for part, svd in [solved[factor.kernel]]])
        best = None if product is None else judged(problem, product)
    except (BudgetExhaustedError, KernelError, NotSquareIntegrableError):    # which methods for vectors tell as well
        best = None
    if best is None or is_poor(best.svd):
        problem.budget.refusals.clear()    # those of the factors
        return None
    return best


def _refined(problem: Problem, method: Method, best: Judged | None = None) -> tuple[Judged | None, str]:
    """Go through ever finer discretisations of a method until one gives all that is asked.

    Return its answer, or the best of all, with one that is there already; and what stands in the way of more, if that
    is known. If the method refuses, raise saying why.
    """
    remark, finer = "", _discretisations(problem, method)
    problem.budget.begin()
    try:
        discretisation = next(finer)
        while True:
            try:
                with problem.budget.nothing_kept():
                    answer = judged(problem, discretisation)
            except BudgetExhaustedError as exhausted:
                discretisation = finer.throw(exhausted)
                continue
            if answer is not None:
                remark = answer.remark
                done = answer.rtol == problem.rtol and (
                    answer.complete or (best is not None and answer.stalled(best)))
                best = answer if best is None else answer.beside(best)
                if not is_poor(best.svd):
                    problem.budget.keep(0.0)
                problem.budget.say(f"{best.svd.rank} values, largest error {best.svd.worst_error:.1e}")
                if done:
                    break
            discretisation = finer.send(None if answer is None else answer.svd)
    except StopIteration:
        remark = remark or (problem.budget.refusals or [""])[-1]
    except BudgetExhaustedError as exhausted:
        remark = str(exhausted)
    except KeyboardInterrupt:
        if best is None:
            raise
        problem.budget.interrupt()    # and so no more is found out, of what would take long
        remark = "interrupted"
    return best, remark


def _discretisations(problem: Problem, method: Method) -> Generator[Discretisation, Any, None]:
    """A generator, which hears of answers and refusals: another iterator is made one, and ends at a refusal."""
    if (why := method.refusal(problem)) is not None:    # within the loop, as probing h may exhaust the budget
        others = "" if isinstance(method, Auto) else "; leave it out to have it chosen"
        raise ValueError(f"method must suit the kernel, but {method!r} {why}{others}")
    found = method.discretisations(problem)
    yield from found if isinstance(found, Generator) else (one for one in found)


def _for_tolerance(best: Judged, rtol: float) -> Judged:
    """An answer that may be for a larger tolerance than the one asked for, said to be that."""
    svd = best.svd
    if best.rtol == rtol:
        return best
    text = not_within(svd.worst_error, rtol * float(svd.values.max(initial=0.0)), rtol,
                      f". This is the answer for rtol={best.rtol:g}")
    return replace(best, svd=replace(svd, rtol=rtol, converged=False, status=text))


def _coarse(problem: Problem, reason: str) -> tuple[Judged, str]:
    """An answer of so few values that they are within what a budget has left; the reason says what has run out."""
    with problem.budget.overtime():
        best, reason = _first_answer(problem, coarse_methods(problem), reason)
    if best is None:
        best, reason = _of_last_methods(problem, reason)
    if best is not None:
        return best, reason
    raise KernelError(f"h must be within what the budget allows, but {reason} before there was an answer; raise it, or "
                      f"rtol, or estimate the singular values with opsvd.monte_carlo")


def _of_last_methods(problem: Problem, reason: str) -> tuple[Judged | None, str]:
    """An answer of a thousand values at most, which are a few milliseconds of work, where nothing else gave one."""
    for method in LAST:
        with problem.budget.overtime(1000):
            best, reason = _first_answer(problem, [method], reason)
        if best is not None:
            return best, reason
    return None, reason


def _first_answer(problem: Problem, methods: Iterable[Method], reason: str) -> tuple[Judged | None, str]:
    """The answer of the first of some methods that gives one, and what has run out last."""
    for method in methods:
        if method.refusal(problem) is None:
            best, refused = _refined(problem, method)
            reason = refused or reason
            if best is not None:
                return best, reason
            if not refused:
                raise KernelError("h must not be zero nearly everywhere: nodes see no more than traces, although h is "
                                  "not zero; shift and scale x and y to where it is not")
    return None, reason
