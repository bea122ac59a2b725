"""P-values of `check_matrix` when the claim is true: are they uniform, and are means and deviations as predicted.

For each kernel, 2000 matrices of n = 1000 that are what they are claimed to be, and as many of n = 4000, but 400 of
those that take row blocks; the KS test compares their p-values with the uniform distribution. For the leading four
values, the ratio of sampled and predicted standard deviation, and the deviation of the mean from the predicted one in
standard errors of the trials.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/null_p_values.py > benchmarks/results/null_p_values.txt
"""

import sys
from collections.abc import Callable

import numpy as np
from scipy.stats import kstest
from setting import machine

import opsvd
from opsvd.matrix_check import compared
from opsvd.sampling import LowRank, RowBlocks

LOW, BLOCKS = LowRank(), RowBlocks(lanczos=0, width=18, rtol=1e-4)
KERNELS: dict[str, tuple[Callable[..., np.ndarray], opsvd.sampling.Engine]] = {
    "tanh(xy)": (lambda x, y: np.tanh(x * y), LOW),
    "sin(xy)": (lambda x, y: np.sin(x * y), LOW),
    "log|xy|": (lambda x, y: np.log(np.abs(x * y)), LOW),
    "max(xy - 1, 0)": (lambda x, y: np.maximum(x * y - 1.0, 0.0), BLOCKS),
}


def silent(_done: float, _message: str) -> None:
    """Show no progress."""


def report(name: str, n: int, trials: int) -> None:
    """Print a line for each value, and one for the p-values."""
    h, engine = KERNELS[name]
    svd = opsvd.decompose(h)
    prediction = svd.predict(n)
    sampled = opsvd.monte_carlo(h, n, trials=trials, rank=8, rng=7, engine=engine,
                                progress=silent)
    checks = [compared(one, prediction, svd) for one in sampled.matrices]
    p = np.array([check.p_value for check in checks])
    print(f"{name}, n = {n}, {trials} trials, {type(engine).__name__}: {len(checks[0].quantities)} quantities, "
          f"KS p-value {kstest(p, 'uniform').pvalue:.3f}, below 0.05: {np.mean(p < 0.05):.3f}, "
          f"below 0.001: {np.mean(p < 1e-3):.4f}")
    mean, std, error, valid = (prediction.mean.copy(), prediction.std.copy(), prediction.error.copy(),
                               prediction.valid.copy())
    for group in prediction.multiplets:
        mean[group.indices], std[group.indices], error[group.indices] = group.mean, group.std, group.error
        valid[group.indices] = True
    for i in range(min(4, svd.rank)):
        s = sampled.singular_values[:, i]
        noise = s.std(ddof=1) / np.sqrt(trials)
        bias = mean[i] - svd.singular_values[i]
        print(f"   s_{i + 1} {svd.singular_values[i]:.6f}  bias {bias:+.2e}  error {error[i]:.0e}  std ratio "
              f"{s.std(ddof=1) / std[i]:.3f}  mean off by {(s.mean() - mean[i]) / noise:+.2f} standard errors  "
              f"{'valid' if valid[i] else 'not valid'}", flush=True)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{machine()}\n")
    for size in map(int, sys.argv[2:] or (1000, 4000)):
        for title in KERNELS:
            report(title, size, min(count, 400) if size > 1000 and KERNELS[title][1] is BLOCKS else count)
