"""See whether `max_seconds` holds for kernels whose calls are slow, and whether there is an answer whose bars hold.

Twelve kernels sleep: so many seconds for each value, and so many for each call. Sleeping needs no processor, so that
the seconds within h and those of the processor, added, are what a machine with nothing else to do takes ("alone"); by
the clock on the wall others may have had the processor too. A run is late if it takes more than 1.2 times the limit and
one call more. Values are held against those of the same kernel where it does not sleep. Prints a table:

    python benchmarks/slow_calls.py > benchmarks/results/slow_calls.txt
"""

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import threadpoolctl
from scipy import stats
from setting import machine

import opsvd

PRICES = ((1e-3, 0.0), (3e-2, 0.0), (0.0, 1e-3), (1e-5, 1e-2), (0.0, 0.1), (0.0, 1.0))    # a value, a call
LIMITS = (1.0, 5.0, 20.0)
RTOL = 1e-6

_RNG = np.random.default_rng(0)
SPACE, LINE = opsvd.Gaussian.standard(3), opsvd.Gaussian()
SAMPLES = opsvd.Empirical(_RNG.standard_normal(400)), opsvd.Empirical(_RNG.standard_normal(300))
COUNTS = stats.poisson(5.0), stats.binom(20, 0.4)
KERNELS: dict[str, tuple[Callable[..., Any], tuple[Any, Any]]] = {
    "tanh(xy)": (lambda x, y: np.tanh(x * y), (LINE, LINE)),
    "|x - y|": (lambda x, y: np.abs(x - y), (LINE, LINE)),
    "(y > x^2 - 1)": (lambda x, y: 1.0 * (y > x * x - 1.0), (LINE, LINE)),
    "floor(3(x + y))": (lambda x, y: np.floor(3.0 * (x + y)), (LINE, LINE)),
    "(x > 0.7) exp(y / 3)": (lambda x, y: (x > 0.7) * np.exp(y / 3.0), (LINE, LINE)),
    "sqrt(x^2 + y^2)": (np.hypot, (LINE, LINE)),
    "exp(ixy)": (lambda x, y: np.exp(1j * x * y), (LINE, LINE)),
    "tanh(<x, y>), R^3": (lambda x, y: np.tanh(np.sum(x * y, axis=-1)), (SPACE, SPACE)),
    "exp(-|x - y|), R^3": (lambda x, y: np.exp(-np.linalg.norm(x - y, axis=-1)), (SPACE, SPACE)),
    "exp(-(x - y)^2), atoms and line": (lambda x, y: np.exp(-((x - y) ** 2)), (SAMPLES[0], LINE)),
    "cos(xy / 5), counts": (lambda x, y: np.cos(x * y / 5.0), COUNTS),
    "exp(-(x - y)^2 / 2), arrays": (lambda x, y: np.exp(-0.5 * (x - y) ** 2), SAMPLES),
}


class Sleeping:
    """A function whose calls take so many seconds for each value, and so many besides."""

    def __init__(self, function: Callable[..., Any], a_value: float, a_call: float) -> None:
        self.function, self.a_value, self.a_call = function, a_value, a_call
        self.values, self.calls, self.longest, self.within = 0, 0, 0.0, 0.0

    def __call__(self, *points: np.ndarray) -> np.ndarray:
        """The values."""
        before = time.monotonic()
        values = np.asarray(self.function(*points))
        time.sleep(self.a_value * values.size + self.a_call)
        took = time.monotonic() - before
        self.values, self.calls, self.within = self.values + values.size, self.calls + 1, self.within + took
        self.longest = max(self.longest, took)
        return values


def decomposed(function: Callable[..., Any], measures: tuple[Any, Any], seconds: float) -> opsvd.OperatorSVD:
    """The answer, without the warning that says that the tolerance is not met."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        return opsvd.decompose(function, *measures, rtol=RTOL, max_seconds=seconds)


def row(name: str, price: tuple[float, float], limit: float, reference: opsvd.OperatorSVD) -> str:
    """One line for a kernel, a price and a limit."""
    function, measures = KERNELS[name]
    slow = Sleeping(function, *price)
    wall, processor, svd, told = time.monotonic(), time.process_time(), None, ""
    try:
        svd = decomposed(slow, measures, limit)
    except opsvd.KernelError:
        told = "  NO ANSWER"
    wall, alone = time.monotonic() - wall, time.process_time() - processor + slow.within
    rank = 0 if svd is None else svd.rank
    count = min(rank, reference.rank)
    bar = off = np.inf
    if svd is not None and rank > 0:
        bar = float(svd.errors[0] / reference.singular_values[0])
        off = float((np.abs(svd.singular_values[:count] - reference.singular_values[:count])
                     / (svd.errors[:count] + reference.errors[:count])).max(initial=0.0))
        told = "  FALSE" if off > 1.0 else ""
    if alone > 1.2 * limit + slow.longest:
        told += "  LATE"
    return (f"{name:<34}{price[0]:>8g}{price[1]:>8g}{limit:>7g}{alone:>8.2f}{wall:>8.2f}{slow.longest:>8.2f}"
            f"{slow.calls:>7}{slow.values:>9}{rank:>6}{bar:>10.1e}{off:>10.2g}{told}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Does max_seconds hold where calls are slow?")
    parser.add_argument("--kernels", nargs="+", default=list(KERNELS), choices=list(KERNELS), help="only some of them")
    parser.add_argument("--limits", nargs="+", type=float, default=LIMITS, help="max_seconds")
    given = parser.parse_args()
    print((__doc__ or "").split("\n", maxsplit=1)[0])
    print(f"\n{machine()}\n")
    print(f"{'':<34}{'seconds a':>16}{'':>7}{'seconds taken':>24}{'':>22}{'bar of':>10}{'worst error':>14}")
    print(f"{'kernel':<34}{'value':>8}{'call':>8}{'limit':>7}{'alone':>8}{'wall':>8}{'a call':>8}{'calls':>7}"
          f"{'values':>9}{'rank':>6}{'s_1 / s_1':>10}{'over bar':>10}")
    for name in given.kernels:
        reference = decomposed(*KERNELS[name], 60.0)
        for price in PRICES:
            for limit in given.limits:
                if 39 * price[0] < limit and 4 * price[1] < limit:    # what it takes to try h
                    print(row(name, price, limit, reference), flush=True)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
