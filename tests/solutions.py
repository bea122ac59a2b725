"""The problem table, decomposed: each problem once a tolerance and method, shared by all tests of a session."""

import math
from functools import cache

import numpy as np
from problems import PROBLEMS
from quiet import quietly

from opsvd import OperatorSVD

__all__ = ["QUICK", "SLOW", "bars_hold", "compared", "solved", "status_holds", "tail_holds"]

# More than half a second each: left out of the README's command.
SLOW = {"log|x - y|", "(y > sin(2x))", "|xy - 1|^(1/2)", "1/(1.0001 + sin(x + y))", "floor(x + y)", "(y > x^3 - x)",
        "a relu net with layers 3 and 2", "|x|^(1/3) (y > x^2 - 1)", "cos(30xy)", "|x - y| sin(5xy)",
        "(x^2 + y^2 < 1)", "max(1 - x^2/2 - y^2, 0)", "(x^2 - y^2 > 1)", "(y > |x|)",
        "|x^2 - y^2|"}
# No limit of time, so that results do not depend on how busy the machine is, but of evaluations.
_EVALUATIONS = 80_000_000
# At least one for each tag, but "point-singular", that take about a second or less at every tolerance.
_QUICK_NAMES = {
    "sin(xy)", "exp(0.3xy)", "exp(0.49xy)", "cos(x - y) + a bump of width 0.02", "|x - 0.3| exp(y/3)", "(1 + xy)^3",
    "zero", "exp(x) |y|", "(x > y)", "min(Phi(x), Phi(y))", "cos((x-1)(y+2)), means 1 and -2", "tanh(xy)",
    "exp(-|xy|)", "clip(xy, -1, 1)", "(xy > 1)", "|x - y|, stds 1 and 2", "cos(5(x - y)) (x > y)", "|x - 2y|^0.7",
    "(x > y) + (x + y > 1)", "min(x, y^2)", "(|x| + |y| < 1)", "max(x, y, 0)", "1/(1 + 400(x - y)^2)",
}
QUICK = tuple(problem for problem in PROBLEMS if problem.name in _QUICK_NAMES)
_BY_NAME = {problem.name: problem for problem in PROBLEMS}


def solved(problem, rtol: float = 1e-10, method: str = "auto") -> OperatorSVD:
    """Decompose, once; a missed tolerance is left to the status of the result."""
    return _solved(problem.name, rtol, method)


@cache
def _solved(name: str, rtol: float, method: str) -> OperatorSVD:
    problem = _BY_NAME[name]
    return quietly(problem.h, problem.mu_x, problem.mu_y, rtol=rtol, method=method, max_seconds=1e4,
                   max_evaluations=_EVALUATIONS)


def compared(svd, problem) -> tuple[np.ndarray, np.ndarray]:
    """Every value that is returned beside the true one, as far as that is known; beyond a finite rank it is zero."""
    beyond = 0 if problem.rank is None else max(0, svd.rank - problem.rank)
    exact = np.pad(problem.exact, (0, beyond))[:svd.rank]
    return svd.singular_values[:len(exact)], exact


def bars_hold(svd, problem) -> bool:
    """Whether |computed - exact| <= errors, for every value that is returned."""
    computed, exact = compared(svd, problem)
    return bool((np.abs(computed - exact) <= svd.errors[:len(exact)]).all())


def tail_holds(svd, problem) -> bool:
    """Whether the energy of all that is left out, as far as it is known, is in the tail."""
    beyond = (problem.tail_energy or 0.0) if svd.rank <= len(problem.exact) else 0.0
    return math.sqrt(float(np.sum(problem.exact[svd.rank:] ** 2)) + beyond) <= svd.tail + svd.worst_error


def status_holds(svd, problem) -> bool:
    """Whether nothing that is left out exceeds the tolerance, unless the status says that there may be more."""
    goal = svd.rtol * problem.exact.max(initial=0.0)
    nothing = problem.exact[svd.rank:].max(initial=0.0) <= goal + 2.0 * svd.worst_error
    return bool(nothing or not svd.converged or "see tail" in svd.status)
