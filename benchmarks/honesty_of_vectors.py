"""Do error bars hold for kernels of vectors that break? Random kernels against independent quadrature.

The kernels are those of tests/drawn_vectors.py, one a seed, in R^2 to R^5: functions of the angle, of the lengths, of
<x, y>, of sums and components, with kinks, jumps and roots in each at random places, products and sums of such, as
black boxes and through `opsvd.elementwise`. The reference of tests/vector_quadrature.py knows where each kernel breaks,
shares nothing with the library, and gives its own error. All singular values that both know are compared, as sorted
lists. A bar is false if the distance to the reference exceeds the bar and the error of the reference. Run it with

    python benchmarks/honesty_of_vectors.py --cycle --max-seconds 2.5 > benchmarks/results/honesty_of_vectors.txt
"""

import argparse
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

FAILED = "raised"


@dataclass(frozen=True)
class Outcome:
    """One kernel at one tolerance.

    Attributes
    ----------
    ratios : ndarray
        The errors of the singular values, less that of the reference, over their bars.
    detail : str
        The worst value, its bar, and the truth.
    status : str
        "converged", "not converged", or what was raised.
    """

    ratios: np.ndarray
    detail: str
    status: str
    seconds: float


def outcome(drawn: Any, reference: tuple[np.ndarray, np.ndarray], rtol: float, max_seconds: float) -> Outcome:
    """Decompose, and hold all values against the reference."""
    from drawn_vectors import held_against

    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # counted in the table
        try:
            svd = opsvd.decompose(drawn.h, *drawn.measures, rtol=rtol, max_seconds=max_seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, it stands in the table
            status = f"{FAILED} {type(error).__name__}: {error}"[:110]
            return Outcome(np.zeros(0), "", status, time.process_time() - start)
    ratios = held_against(svd, *reference)
    worst = int(np.argmax(ratios)) if len(ratios) else 0
    detail = (f"s_{worst + 1} = {svd.singular_values[worst]:.12g} +- {svd.errors[worst]:.1e}, truth "
              f"{reference[0][worst]:.12g} +- {reference[1][worst]:.0e}; {svd.method}") if len(ratios) else ""
    return Outcome(ratios, detail, "converged" if svd.converged else "not converged", time.process_time() - start)


def what_is_asked() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description="Hold error bars of random kernels of vectors against quadrature.")
    parser.add_argument("--count", type=int, default=500, help="kernels (default 500)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--rtols", type=float, nargs="+", default=[1e-3, 1e-5, 1e-7, 1e-9], help="tolerances")
    parser.add_argument("--cycle", action="store_true", help="one of the tolerances a kernel, in turn, and not all")
    parser.add_argument("--max-seconds", type=float, default=10.0, help="of a decomposition (default 10)")
    return parser.parse_args()


def main() -> None:
    """Print the table, and its sums."""
    from drawn_vectors import draw_vectors

    asked = what_is_asked()
    print(f"Do error bars hold for kernels of vectors that break?\n\n{machine()}\n\n{' '.join(sys.argv[1:])}\n")
    print(f"{'seed':>5} {'rtol':>6} {'values':>6} {'error/bar':>9} {'seconds':>7}  status; kernel")
    outcomes, false = [], []
    for seed in range(asked.seed, asked.seed + asked.count):
        drawn = draw_vectors(Random(seed))    # noqa: S311 - no secrets here
        reference = drawn.reference()
        for rtol in [asked.rtols[seed % len(asked.rtols)]] if asked.cycle else asked.rtols:
            found = outcome(drawn, reference, rtol, asked.max_seconds)
            outcomes.append(found)
            print(f"{seed:>5} {rtol:>6.0e} {len(found.ratios):>6} {found.ratios.max(initial=0.0):>9.2g} "
                  f"{found.seconds:>7.2f}  {found.status}; {drawn}", flush=True)
            if found.ratios.max(initial=0.0) > 1.0:
                false.append(seed)
                print(f"      FALSE: {found.detail}", flush=True)
    converged, failed = (sum(o.status.startswith(word) for o in outcomes) for word in ("converged", FAILED))
    bars, wrong = sum(len(o.ratios) for o in outcomes), sum(int((o.ratios > 1.0).sum()) for o in outcomes)
    print(f"\n{len(outcomes)} decompositions: {converged} converged, {failed} raised an error; "
          f"{sum(len(o.ratios) > 0 for o in outcomes)} gave values that the reference knows, in "
          f"{sum(o.seconds for o in outcomes):.0f} s of processor")
    print(f"{bars} bars of {asked.count} kernels, {wrong} false (of the kernels {sorted(set(false))})")


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
