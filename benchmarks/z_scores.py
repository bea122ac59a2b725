"""Do sampled singular values scatter as predicted? 200 matrices of size 1000 for tanh(xy) and sin(xy).

For each trial t and each predictable i, z_it = (sampled s_i - predicted mean) / predicted standard deviation. If both
the quadrature and the finite-size theory are right, these are close to standard normal: mean 0 with standard error
0.07, standard deviation 1 +- 0.05, 4.6 per cent beyond 2. The cross-check's own z-score of the mean stands beside them.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/z_scores.py > benchmarks/results/z_scores.txt
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import kstest, skew

import opsvd

KERNELS = {"tanh(xy)": lambda x, y: np.tanh(x * y), "sin(xy)": lambda x, y: np.sin(x * y)}
N, TRIALS, SEED = 1000, 200, 0


def report(name: str, h: Callable[..., np.ndarray]) -> None:
    """Print a line for each predictable singular value, and the verdict of the cross-check."""
    svd = opsvd.decompose(h)
    prediction = svd.predict(N)
    check = opsvd.crosscheck(h, N, trials=TRIALS, rng=SEED, svd=svd)
    # The same stream as inside the cross-check, so that both describe the same matrices.
    stream = np.random.default_rng(SEED).spawn(1)[0]
    sampled = opsvd.monte_carlo(h, N, trials=TRIALS, rng=stream)
    r = check.z.shape[1]
    z = (sampled.singular_values[:, :r] - prediction.mean[:r]) / prediction.std[:r]
    assert np.array_equal(sampled.mean[:r], check.mean[0])
    print(f"{name}: {TRIALS} trials, n = {N}, seed {SEED}")
    print(f"{'i':>3}  {'s_i':>8}  {'bias':>8}  {'std':>7}  {'z: mean':>7}  {'std':>5}  {'skewness':>8}  "
          f"{'beyond 2':>8}  {'KS p-value':>10}  {'z of the mean':>13}")
    for i in np.flatnonzero(prediction.valid[:r]):
        scores = z[:, i]
        print(f"{i + 1:>3}  {svd.singular_values[i]:.6f}  {prediction.bias[i]:+.1e}  {prediction.std[i]:.1e}  "
              f"{scores.mean():+7.3f}  {scores.std(ddof=1):5.2f}  {skew(scores):+8.2f}  "
              f"{np.mean(abs(scores) > 2):8.3f}  {kstest(scores, 'norm').pvalue:10.3f}  {check.z[0, i]:+13.2f}")
    ranks = sampled.effective_rank()
    print(f"     effective rank {ranks.mean():.5f}, standard error {ranks.std(ddof=1) / TRIALS**0.5:.1e}; "
          f"operator {svd.effective_rank()}")
    print(f"     {check.verdict}\n")


if __name__ == "__main__":
    for title, kernel in KERNELS.items():
        report(title, kernel)
