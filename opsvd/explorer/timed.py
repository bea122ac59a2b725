"""Random matrices for the page, within its seconds."""

from collections.abc import Sequence

from ..answer.result import OperatorSVD
from ..comparison.crosscheck import CrossCheck, crosscheck
from ..kernels import Kernel
from ..sampling.monte_carlo import kernel_trials


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
