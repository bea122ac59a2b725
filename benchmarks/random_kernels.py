"""Count false error bars on random kernels: smooth functions times jumps and bends along random curves, and networks.

The kernels are those of tests/drawn_kernels.py, one a seed; the reference knows where they break, and gives its own
error. A bar is false if the distance to the reference exceeds the bar and that error. Run it with

    python benchmarks/random_kernels.py [KERNELS] > benchmarks/results/random_kernels.txt
"""

import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import threadpoolctl
from setting import machine

import opsvd

sys.path.append(str(Path(__file__).parents[1] / "tests"))

RTOL = 1e-8
EVALUATIONS = 5_000_000
KERNELS = 150


@dataclass(frozen=True)
class Outcome:
    """One kernel: by how much the worst value exceeds its bar, in units of s_1, and how sharp both sides are."""

    text: str
    excess: float
    bar: float
    reference: float
    values: int
    converged: bool
    seconds: float


def outcome(seed: int) -> Outcome:
    """Draw a kernel, decompose it, and hold the leading values against the reference."""
    from drawn_kernels import draw_kernel, excess, reference

    kernel: Any = draw_kernel(Random(seed))    # noqa: S311
    values, error = reference(kernel)
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # counted in the table
        svd = opsvd.decompose(kernel.h, kernel.mu_x, kernel.mu_y, rtol=RTOL, max_evaluations=EVALUATIONS,
                              max_seconds=1e4)
    seconds = time.process_time() - start
    over = excess(svd, values, error)
    bar = float(np.median(svd.errors[:len(over)]) / values[0]) if len(over) else 1.0
    return Outcome(str(kernel), float(over.max(initial=-1.0)), bar, error / values[0], len(over), svd.converged,
                   seconds)


def main() -> None:
    """Print the counts, and every kernel with a false bar."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else KERNELS
    outcomes = [outcome(seed) for seed in range(count)]
    print(f"Do error bars hold on random kernels?\n\n{machine()}\n")
    print(f"{count} kernels, rtol={RTOL:.0e}, at most {EVALUATIONS} evaluations each\n")
    false = [o for o in outcomes if o.excess > 0.0]
    sharp = sum(o.reference <= 1e-7 for o in outcomes)
    print(f"values held against the reference: {sum(o.values for o in outcomes)}")
    print(f"error of the reference / s_1:      median {np.median([o.reference for o in outcomes]):.0e}, "
          f"worst {max(o.reference for o in outcomes):.0e}, at most 1e-7 for {sharp} kernels")
    print(f"error bar / s_1:                   median {np.median([o.bar for o in outcomes]):.0e}")
    print(f"tolerance met:                     {sum(o.converged for o in outcomes)} kernels")
    print(f"CPU seconds of a decomposition:    median {np.median([o.seconds for o in outcomes]):.2f}, "
          f"worst {max(o.seconds for o in outcomes):.1f}")
    print(f"kernels with a false bar:          {len(false)}")
    for o in false:
        print(f"    exceeds its bar by {o.excess:.1e} s_1: {o.text}")


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
