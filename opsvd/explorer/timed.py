"""Random matrices and breaks for the page, within its seconds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._support.budget import Budget, BudgetExhaustedError
from ..answer.result import OperatorSVD
from ..comparison.crosscheck import CrossCheck, crosscheck
from ..figures import plot_breaks
from ..kernels import Kernel
from ..measures import Measure
from ..sampling.monte_carlo import kernel_trials

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sampled(kernel: Kernel, svd: OperatorSVD, n: Sequence[int], max_seconds: float) -> CrossCheck:
    """Compare a decomposition with up to ten sampled matrices of each size: as many as `max_seconds` allow.

    Raises
    ------
    ValueError
        If two of each size, which is the fewest that show their scatter, are expected to take longer.
    """
    one = [kernel_trials(kernel, (size, size), svd.mu_x, svd.mu_y, trials=1, rng=0).cost() for size in n]
    seconds = sum(cost.seconds for cost in one)
    trials = min(10, int(max_seconds / seconds))
    if trials < 2:
        raise ValueError(f"two sampled matrices of each of the sizes {', '.join(map(str, n))} are expected to take "
                         f"{2.0 * seconds:.0f} s, and max_seconds allows {max_seconds:g}; choose a smaller n, or "
                         f"allow more seconds")
    return crosscheck(kernel, n, svd.mu_x, svd.mu_y, trials=trials, rng=0, svd=svd)


def draw_breaks(ax: "Axes", kernel: Kernel, mu_x: Measure, mu_y: Measure, max_seconds: float) -> None:
    """Draw where a kernel breaks, as `opsvd.plot_breaks` does.

    Raises
    ------
    ValueError
        If the search takes longer than `max_seconds`.
    """
    budget = Budget(200_000_000, max_seconds)    # as many values as `decompose` takes by default
    try:
        with budget.watched():
            plot_breaks(kernel.limited(budget), mu_x, mu_y, ax)
    except BudgetExhaustedError:
        raise ValueError(f"the search for breaks was stopped after {max_seconds:g} s: there are very many, or a value "
                         f"of h takes long; allow more seconds") from None
