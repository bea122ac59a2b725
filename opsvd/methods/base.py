"""What every method is: from a problem to ever finer discretisations."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from ..measures import Gaussian
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem

__all__ = ["Method", "require_gaussians"]


class Method(ABC):
    """A way to discretise a kernel. It carries its own options, and knows nothing of SVDs or error bars.

    A new method is one file with a subclass, and one line in ``methods/__init__.py``;
    ``opsvd.testing.check_method`` checks it.
    """

    def refusal(self, problem: Problem) -> str | None:
        """Why the method cannot do a problem, in words that follow its name; None if it can."""
        return None if problem.of_numbers else "takes kernels of numbers"

    @abstractmethod
    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield discretisations, each finer than the one before, until the budget of the method is spent.

        The driver stops asking when the error bars are below `problem.rtol` times the largest singular value; a method
        aims at that with its first discretisation.
        """


def require_gaussians(problem: Problem, purpose: str, instead: str) -> tuple[Gaussian, Gaussian]:
    """Return both measures if they are Gaussian, or raise saying for what they must be, and which method to use."""
    mu_x, mu_y = problem.mu_x, problem.mu_y
    if not (isinstance(mu_x, Gaussian) and isinstance(mu_y, Gaussian)):
        raise ValueError(f"mu_x and mu_y must be Gaussian for {purpose}, got {mu_x!r} and {mu_y!r}; "
                         f"use method='{instead}'")
    return mu_x, mu_y
