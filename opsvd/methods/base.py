"""What every method is: from a kernel to ever finer discretisations."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from ..kernels import Kernel
from ..measures import Gaussian, Measure
from ..operator.discretisation import Discretisation

__all__ = ["Method", "require_gaussians"]


class Method(ABC):
    """A way to discretise a kernel. It carries its own options, and knows nothing of SVDs or error bars.

    A new method is one file with a subclass, and one line in ``methods/__init__.py``;
    ``opsvd.testing.check_method`` checks it.
    """

    @abstractmethod
    def discretisations(self, kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float) -> Iterator[Discretisation]:
        """Yield discretisations, each finer than the one before, until the budget of the method is spent.

        The driver stops asking when the error bars are below rtol times the largest singular value; a method
        aims at that with its first discretisation.
        """


def require_gaussians(mu_x: Measure, mu_y: Measure, purpose: str, instead: str) -> tuple[Gaussian, Gaussian]:
    """Return both measures if they are Gaussian, or raise saying for what they must be, and which method to use."""
    if not (isinstance(mu_x, Gaussian) and isinstance(mu_y, Gaussian)):
        raise ValueError(f"mu_x and mu_y must be Gaussian for {purpose}, got {mu_x!r} and {mu_y!r}; "
                         f"use method='{instead}'")
    return mu_x, mu_y
