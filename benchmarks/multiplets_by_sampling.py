"""Are the means of sampled multiplets where they must be? z-scores at n = 2000 for kernels of vectors and of blocks.

Each matrix is drawn on its own, so that its z-scores, with the predicted standard deviation, should be standard normal.
For blocks the leading energies, sums of squares, are compared beside the values, since some of these are equal.
"""

import warnings
from pathlib import Path

import numpy as np
from setting import machine

from opsvd import BlockKernel, ConvergenceWarning, Kernel, blockwise, decompose, elementwise, monte_carlo

CASES = [("tanh", np.tanh, ()), ("sign", np.sign, (0,)), ("relu", lambda z: np.maximum(z, 0.0), (0,))]
DIMENSIONS = (2, 3, 5)
SIZE, TRIALS, SHOWN = 2000, 4, 6


def softmax(blocks: np.ndarray) -> np.ndarray:
    """Along the rows of each block."""
    weights = np.exp(blocks - blocks.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def polar(blocks: np.ndarray) -> np.ndarray:
    """The orthogonal factor of each block."""
    u, _, vt = np.linalg.svd(blocks)
    return u @ vt


def nearly_tanh(blocks: np.ndarray) -> np.ndarray:
    """Of each entry, but for so little that it is not taken for a function of entries."""
    return np.tanh(blocks) + 1e-9 * blocks.sum(axis=(-2, -1), keepdims=True)


BLOCKS = [("tanh of 2 x 2 blocks", blockwise(nearly_tanh, 2), 1e-4),
          ("row softmax, 2 x 2", blockwise(softmax, 2), 1e-4),
          ("polar factor, 2 x 2, k = 2", blockwise(polar, 2, 2), 5e-3)]


def compared(name: str, kernel: Kernel, rtol: float, rng: int) -> tuple[list[str], list[float]]:
    """Lines of the table, and z-scores, of the valid multiplets and, for blocks, the leading energies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        svd = decompose(kernel, rtol=rtol)
    prediction = svd.predict(SIZE)
    spectra = monte_carlo(kernel, SIZE, trials=TRIALS, rng=rng).singular_values
    counts = np.minimum(svd.multiplicities, SIZE).astype(int)
    ends = np.cumsum(counts)
    lines, scores = [], []

    def add(what: str, sampled: np.ndarray, mean: float, spread: list[float]) -> None:
        z = (sampled - mean) / np.linalg.norm(spread)
        scores.extend(z.tolist())
        lines.append(f"{name:<26} {what}: {' '.join(f'{score:+.2f}' for score in z)}")
        print(lines[-1], flush=True)

    for i in [i for i in range(len(ends)) if ends[i] <= SIZE and prediction.valid[i]][:SHOWN]:
        means = spectra[:, ends[i] - counts[i]:ends[i]].mean(axis=1)
        add(f"s_{i + 1} ({counts[i]} times) at {svd.values[i]:.6f}", means, prediction.mean[i],
            [prediction.std[i], prediction.error[i], svd.value_errors[i]])
    for last in np.flatnonzero(prediction.energy_valid[:SHOWN])[-1:] if isinstance(kernel, BlockKernel) else ():
        bars = 2.0 * float(svd.values[:last + 1] @ svd.value_errors[:last + 1])
        add(f"sum of {last + 1} squares at {prediction.energy[last]:.6f}", (spectra[:, :last + 1] ** 2).sum(axis=1),
            prediction.energy[last], [prediction.energy_std[last], prediction.energy_error[last], bars])
    return lines, scores


def main() -> None:
    """Print and store the table."""
    lines = [machine(), "", f"n = {SIZE}, {TRIALS} matrices each; z of the mean over each valid multiplet"]
    cases = [(f"{name} k = {k}", elementwise(phi, k, kinks), 1e-6, k) for name, phi, kinks in CASES for k in DIMENSIONS]
    cases += [(name, kernel, rtol, 11 + i) for i, (name, kernel, rtol) in enumerate(BLOCKS)]
    for kind, part in (("vectors", cases[:-len(BLOCKS)]), ("blocks", cases[-len(BLOCKS):])):
        scores: list[float] = []
        for case in part:
            shown, z = compared(*case)
            lines += shown
            scores += z
        lines.append(f"all {len(scores)} of {kind}: mean {np.mean(scores):+.2f} (0 wanted, within "
                     f"{2 / len(scores)**0.5:.2f}), standard deviation {np.std(scores):.2f} (1 wanted)")
        print(lines[-1], flush=True)
    path = Path(__file__).parent / "results" / "multiplets_by_sampling.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
