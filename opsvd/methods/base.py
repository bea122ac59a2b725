"""What every method is: from a problem to ever finer discretisations."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from ..kernels import BlockKernel, MatrixKernel
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem


def only_numbers_of_vectors(problem: Problem) -> str | None:
    """The refusal of methods for kernels of vectors whose values are numbers; None if it is one."""
    if problem.of_numbers or isinstance(problem.given, BlockKernel | MatrixKernel):
        return "takes kernels of vectors with numbers for values"
    return None


def only_real_numbers_of_vectors(problem: Problem) -> str | None:
    """The same where the numbers must be real."""
    why = only_numbers_of_vectors(problem)
    if why is None and problem.given.complex:
        return "takes real kernels of vectors: leave method out, for one that takes complex ones"
    return why


class Method(ABC):
    """A way to discretise a kernel. It carries its own options, and knows nothing of SVDs or error bars.

    A new method is one file with a subclass, and one line in ``methods/by_name.py``;
    ``opsvd.testing.check_method`` checks it.
    """

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def in_quad(self) -> "Method | None":
        """The method that does the same in quadruple precision; None if there is none."""
        return None

    def refusal(self, problem: Problem) -> str | None:
        """Why the method cannot do a problem, in words that follow its name; None if it can."""
        return None if problem.of_numbers else "takes kernels of numbers"

    @abstractmethod
    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield discretisations, each finer than the one before, until the budget of the method is spent.

        The driver stops asking when the error bars are below `problem.rtol` times the largest singular value; a method
        aims at that with its first discretisation. It is asked only for problems that it does not refuse.
        """


class GaussianMethod(Method):
    """A method for kernels of numbers under Gaussian measures.

    A subclass says what the measures must be and for what, and names a method for others.
    """

    _measures: str
    _otherwise: str

    def refusal(self, problem: Problem) -> str | None:
        """It takes Gaussian measures."""
        if not problem.of_numbers or self._fits(problem):
            return super().refusal(problem)
        return (f"takes other measures: mu_x and mu_y must be {self._measures}, got {problem.mu_x!r} and "
                f"{problem.mu_y!r}; use method='{self._otherwise}'")

    def _fits(self, problem: Problem) -> bool:
        """Whether the measures are what they must be."""
        return problem.gaussian
