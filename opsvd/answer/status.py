"""Whether the tolerance was met, in words: the one place where a status is written."""

import math


def status(*, goal: float, rtol: float, rank: int, worst: float, unfound: float, following: float, remainder: float,
           limit: str) -> str:
    """Say whether bars are within the tolerance, and what lies beyond the values that are given.

    Parameters
    ----------
    goal, rtol : float
        rtol times the first value, and the tolerance.
    rank : int
        How many distinct values are given.
    worst : float
        The largest bar, or all that is left out if no value is given.
    unfound, following : float
        Values that may not have been found, of a list that claims to be complete, and those known to follow.
    remainder : float
        The norm of what all computed values leave.
    limit : str
        Why there is no more, and what to do.
    """
    if rank == 0 and math.isinf(unfound):
        return "not converged: h is zero at all points that were looked at, and may not be elsewhere"
    if rank == 0 and worst > goal:
        return (f"not converged: no singular value is known to stand above its error bar and what may lie beyond; all "
                f"of them together are at most {worst:.1e}. {limit}")
    if worst > goal:
        return not_within(worst, goal, rtol, f". {limit}")
    if unfound > goal:
        return (f"not converged: the {rank} values given are known to {worst:.1e}, but another of up to {unfound:.1e} "
                f"may be missing, and rtol={rtol:g} asks for {goal:.1e}. {limit}")
    beyond = ""
    if following > goal:
        beyond = (f"; the spectrum goes on beyond the {rank} values given, from {following:.1e} "
                  f"downwards: see tail")
    elif remainder > goal:    # which may be one value that no rule resolved, far too small to move the others
        beyond = f"; what the {rank} values given leave out has a norm of {remainder:.1e}: see tail"
    return f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}{beyond}"


def not_within(worst: float, goal: float, rtol: float, why: str) -> str:
    """Say that the largest bar exceeds the tolerance, or that smaller values are left out than it allows."""
    if worst <= goal:
        return (f"not converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}, but "
                f"values are left out that rtol={rtol:g} asks for{why}")
    return (f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error bars "
            f"hold all the same{why}")
