"""P-values of `check_matrix` when the claim is true: are they uniform, and are means and deviations as predicted.

For each kernel, 2000 matrices of n = 1000 that are what they are claimed to be, and as many of n = 4000; the KS test
compares their p-values with the uniform distribution. For the leading four values, the ratio of sampled and predicted
standard deviation, and the deviation of the mean from the predicted one in standard errors of the trials.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/null_p_values.py > benchmarks/results/null_p_values.txt
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import kstest
from setting import machine

import opsvd
from opsvd.comparison.matrix_check import compared
from opsvd.sampling import Cost, Dense, Engine, LowRank, MatrixSpectrum
from opsvd.sampling.krylov import Pass, Product, krylov_rounds, leading_values
from opsvd.sampling.remainder import frobenius_remainder


class PrefixSums(Engine):
    """For max(xy - 1, 0) alone: products in O(n) operations, by sums over sorted points; leading values, residuals."""

    def spectrum(self, matrix: Any, rank: int | None = None, tick: Any = None) -> MatrixSpectrum:  # noqa: ARG002
        """See `Engine.spectrum`."""
        x, y = np.sort(matrix.x), np.sort(matrix.y)
        energy = matrix.scale**2 * float(sum(coefficient @ sums[:, 0] for coefficient, sums in zip(
            (x**2, -2.0 * x, np.ones_like(x)),
            (beyond(x, y, power[:, None]) for power in (y**2, y, np.ones_like(y))), strict=True)))

        def passes(q: np.ndarray, asked: Product) -> Pass:
            image = x[:, None][:, :0] if asked == "left" else matrix.scale * product(x, y, q)
            given = q if asked == "left" else image
            return Pass(image, np.zeros(()) if asked == "right" else matrix.scale * product(y, x, given), energy)

        turns = krylov_rounds(passes, matrix.shape, rank or 8, 18, x.size, rounds=20, eps=2e-16,
                              rng=np.random.default_rng(0))
        found = leading_values(turns, 1e-10)
        rest = frobenius_remainder(found)
        return MatrixSpectrum(found.values[: found.errors.size], found.errors, energy**0.5, rest, "PrefixSums()")

    def cost(self, matrix: Any, rank: int | None = None) -> Cost:  # noqa: ARG002
        """Little."""
        return Cost(1e-2, 1e6, "prefix sums")


def beyond(p: np.ndarray, q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The sums of v_j over p_i q_j > 1, for sorted q: shape (p.size, l)."""
    sums = np.concatenate([np.zeros((1, v.shape[1])), np.cumsum(v, axis=0)])
    right, left = (np.searchsorted(q, 1.0 / p, side) for side in ("right", "left"))
    return np.where((p > 0.0)[:, None], sums[-1] - sums[right], sums[left])


def product(p: np.ndarray, q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The matrix max(p_i q_j - 1, 0) times v (q.size, l)."""
    return p[:, None] * beyond(p, q, q[:, None] * v) - beyond(p, q, v)


LOW = LowRank()
KERNELS: dict[str, tuple[Callable[..., np.ndarray], opsvd.sampling.Engine]] = {
    "tanh(xy)": (lambda x, y: np.tanh(x * y), LOW),
    "sin(xy)": (lambda x, y: np.sin(x * y), LOW),
    "log|xy|": (lambda x, y: np.log(np.abs(x * y)), LOW),
    "max(xy - 1, 0)": (lambda x, y: np.maximum(x * y - 1.0, 0.0), PrefixSums()),
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
    kink, engine = KERNELS["max(xy - 1, 0)"]
    one = opsvd.sampling.draw_matrix(opsvd.Kernel(kink), (300, 300), opsvd.Gaussian(), opsvd.Gaussian(),
                                     np.random.default_rng(0))
    assert np.allclose(engine.spectrum(one, 8).values, Dense().spectrum(one).values[:8], rtol=1e-10)
    for size in map(int, sys.argv[2:] or (1000, 4000)):
        for title in KERNELS:
            report(title, size, count)
