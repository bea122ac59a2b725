"""All engines on the same samples at n = 2000: errors against LAPACK, beside what they state.

The leading 20 values in units of s_1, and the nuclear norm over that of LAPACK with what the engine leaves open.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/engines.py > benchmarks/results/engines.txt
"""

import time
from collections.abc import Callable

import numpy as np
from setting import machine

from opsvd import Gaussian, Kernel
from opsvd.sampling import ArrayBlocks, DaskBlocks, Dense, Engine, LowRank, NotLowRankError, RowBlocks, draw_matrix

N, LEADING = 2000, 20
KERNELS: dict[str, Callable[..., np.ndarray]] = {
    "tanh(xy)": lambda x, y: np.tanh(x * y),
    "sin(xy)": lambda x, y: np.sin(x * y),
    "log|xy|": lambda x, y: np.log(np.abs(x * y)),
    "exp(-(x-y)^2/2)": lambda x, y: np.exp(-0.5 * (x - y) ** 2),
    "|x - y|": lambda x, y: np.abs(x - y),
    "max(xy - 1, 0)": lambda x, y: np.maximum(x * y - 1.0, 0.0),
    "(x > y)": lambda x, y: x > y,
    "x^2 + y^2 < 1": lambda x, y: x**2 + y**2 < 1.0,
    "log|x - y|": lambda x, y: np.log(np.abs(x - y)),
    "tanh, bump in a corner": lambda x, y: np.tanh(x * y) + np.where((x > 2.5) & (y > 2.5), 3.0, 0.0),
}
ENGINES: dict[str, Engine] = {
    "low-rank": LowRank(), "row-blocks": RowBlocks(), "row-blocks float32": RowBlocks(dtype="float32"),
    "dask": DaskBlocks(), "arrays (numpy)": ArrayBlocks(library="numpy"),
}


def report(name: str) -> None:
    """Print a line for each engine."""
    matrix = draw_matrix(Kernel(KERNELS[name]), (N, N), Gaussian(), Gaussian(), np.random.default_rng(0))
    start = time.process_time()
    exact = Dense().spectrum(matrix)
    print(f"\n{name}: LAPACK {time.process_time() - start:.1f} s, nuclear norm {exact.nuclear_norm().value:.6f}")
    for label, engine in ENGINES.items():
        start = time.process_time()
        try:
            found = engine.spectrum(matrix, LEADING)
        except NotLowRankError as error:
            print(f"  {label:>18}  refused: {error.certificate}")
            continue
        seconds, s_1 = time.process_time() - start, exact.values[0]
        error, bars = np.abs(found.values[:LEADING] - exact.values[:LEADING]), found.errors[:LEADING]
        nuclear, truth = found.nuclear_norm(), exact.nuclear_norm().value
        held = (error <= bars + exact.errors[:LEADING]).all() and abs(nuclear.value - truth) <= nuclear.error + 1e-12
        print(f"  {label:>18}  error {error.max() / s_1:.1e}  stated {bars.max() / s_1:.1e}  nuclear norm "
              f"{nuclear.value / truth:.5f} ± {nuclear.error / truth:.5f}  {'true' if held else 'WRONG'}  "
              f"{seconds:.2f} s", flush=True)


if __name__ == "__main__":
    print(machine())
    for title in KERNELS:
        report(title)
