"""The effective rank of phi o (X Y^T / sqrt k) for k = c n^alpha: sampled, with the prediction through the points.

X and Y are n x k, with standard Gaussian entries. The prediction is `OperatorSVD.equivalent`: the law of the whole
spectrum, from the singular values of the operator, their multiplicities, and their functions of the length. Beside it
stands the law that takes rows to be Gaussian, whatever their lengths (`opsvd.deterministic_equivalent`). "open" is what
the degrees that were not computed leave open of the prediction.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/open_question.py > benchmarks/results/open_question.txt

Up to n = 2048, and at n = 4096 for alpha = 1/2, samples are decomposed by LAPACK: several of them, with the standard
error of their mean, where they are small. Above, there is one sample of each, stored in single precision (1 GB at
n = 16384), with the 130 or 150 leading values by the row-block engine and the sum of all others by stochastic Lanczos
quadrature; the error is half of the interval that the engine states. Numbers among the arguments are the sizes to be
sampled, by default all. The table goes to stdout, and
docs/figures/open_question.png is drawn from it with --figure.
"""

import math
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import svdvals
from setting import machine

import opsvd
from opsvd.figures import COLOURS, new_figure, styled
from opsvd.sampling import RowBlocks, SampledMatrix

RESULTS = Path(__file__).parent / "results" / "open_question.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "open_question.png"
PHI: dict[str, tuple[Callable[[Any], Any], tuple[float, ...]]] = {
    "linear": (lambda z: z, ()),
    "sign": (np.sign, (0.0,)),
    "tanh": (np.tanh, ()),
    "relu": (lambda z: np.maximum(z, 0.0), (0.0,)),
    "hermite2": (lambda z: (z * z - 1.0) / math.sqrt(2.0), ()),
}
TITLES = {"linear": "linear", "sign": "sign", "tanh": "tanh", "relu": "relu", "hermite2": "quadratic Hermite"}
SCALINGS = {"0": (4.0, 0.0), "1/4": (2.0, 0.25), "1/2": (1.0, 0.5)}
"""alpha: (c, alpha)."""
TRIALS = {256: 20, 512: 10, 1024: 4, 2048: 2, 4096: 1, 8192: 1, 16384: 1}
LAPACK = 2048
ENGINE = RowBlocks(dtype="float32", width=170, rounds=5, rtol=1e-7, lanczos=24, probes=48), 150
LARGE = RowBlocks(dtype="float32", width=144, rounds=3, rtol=1e-7, lanczos=16, probes=32), 130
"""The engine and the number of leading values, for n up to 8192, and above."""
COLUMNS = f"{'phi':>9} {'alpha':>6} {'n':>6} {'k':>4}  {'predicted':>10} {'open':>7}  {'Gaussian':>9}  " \
          f"{'sampled':>9} {'error':>7}  {'ratio':>6}  how"


class Single(SampledMatrix):
    """A stored matrix in single precision; blocks of rows are not copied more than once."""

    def __init__(self, array: np.ndarray) -> None:
        self.array, self.shape = array, (array.shape[0], array.shape[1])
        self.scale = 1.0 / math.sqrt(float(array.size))

    def values(self, rows: Any, columns: Any, dtype: Any = np.float64) -> np.ndarray:
        """See `SampledMatrix.values`."""
        return self.array[rows][:, columns].astype(dtype, copy=False)

    def pairs(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """See `SampledMatrix.pairs`."""
        return self.array[rows, columns].astype(np.float64)


def drawn(name: str, k: int, n: int, trial: int) -> np.ndarray:
    """phi(X Y^T / sqrt k) in single precision."""
    rng, phi = np.random.default_rng([trial, n, k]), PHI[name][0]
    x, y = (rng.standard_normal((n, k)).astype(np.float32) / np.float32(k**0.25) for _ in range(2))
    matrix = np.empty((n, n), dtype=np.float32)
    for start in range(0, n, 512):
        matrix[start : start + 512] = phi(x[start : start + 512] @ y.T)
    return matrix


def sampled(name: str, k: int, n: int, alpha: str) -> tuple[float, float, str]:
    """The effective rank of a sample, or the mean of several, its error, and how it was computed."""
    if n <= LAPACK or (n == 2 * LAPACK and alpha == "1/2"):
        spectra = [svdvals(drawn(name, k, n, trial).astype(np.float64)) for trial in range(TRIALS[n])]
        ranks = np.array([s.sum() ** 2 / (s @ s) for s in spectra])
        error = ranks.std(ddof=1) / math.sqrt(ranks.size) if ranks.size > 1 else math.nan
        return float(ranks.mean()), error, f"LAPACK, {ranks.size}"
    engine, rank = ENGINE if n <= 8192 else LARGE
    found = engine.spectrum(Single(drawn(name, k, n, 0)), rank)
    total = float(found.values.sum())
    low, high = (((total + end) / found.norm) ** 2 for end in (found.remainder.low, found.remainder.high))
    return found.effective_rank().value, 0.5 * (high - low), "Lanczos, 1"


def report(sizes: list[int]) -> None:
    """Print a line for each function, alpha and n."""
    print(f"{machine()}\n\n{COLUMNS}")
    for n in sizes:
        for label, (c, alpha) in SCALINGS.items():
            for name, (phi, kinks) in PHI.items():
                k, start = round(c * n**alpha), time.process_time()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
                    svd = opsvd.decompose(opsvd.elementwise(lambda z, phi=phi, k=k: phi(z / math.sqrt(k)), k, kinks),
                                          rtol=1e-8)
                law = svd.equivalent(n)
                plain = opsvd.deterministic_equivalent(svd.values, svd.multiplicities.astype(np.float64), n,
                                                       tail_energy=svd.tail**2).effective_rank
                (rank, error, how), expected = sampled(name, k, n, label), law.effective_rank.value
                print(f"{name:>9} {label:>6} {n:>6} {k:>4}  {expected:10.2f} {law.left_open:7.2f}  {plain:9.2f}  "
                      f"{rank:9.2f} {error:7.2f}  {rank / expected:6.3f}  {how}, {time.process_time() - start:.0f} s",
                      flush=True)


def draw() -> None:
    """Draw the table: one panel for each alpha."""
    rows = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row and row[0] in PHI]
    figure = new_figure(8.6, 4.2)    # a page shows eight inches
    axes = figure.subplots(1, 3, sharey=True)
    titles = ("$k = 4$", "$k = 2\\, n^{1/4}$", "$k = n^{1/2}$")
    for ax, title, label in zip(axes, titles, SCALINGS, strict=True):
        for colour, name in enumerate(PHI):
            table = np.array([[float(cell) for cell in (row[2], row[4], row[7], row[8])] for row in rows
                              if row[:2] == [name, label]])
            n, law, found, error = table.T
            ax.loglog(n, law, color=COLOURS[colour], label=TITLES[name])
            ax.errorbar(n, found, yerr=np.nan_to_num(error), fmt="o", color=COLOURS[colour], markersize=4, capsize=2)
        ax.loglog(n, n, color="black", linestyle=":", linewidth=1, label="$n$")
        styled(ax, title).set_xlabel("size $n$ of the matrix")
    axes[0].set_ylabel("effective rank")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize=8)
    figure.suptitle("Effective rank of $\\phi(XY^\\top / \\sqrt{k})$: points sampled, lines predicted")
    figure.savefig(FIGURE, dpi=160)


if __name__ == "__main__":
    draw() if "--figure" in sys.argv else report([int(size) for size in sys.argv[1:]] or list(TRIALS))
