"""Are the means of sampled multiplets where they must be? z-scores for tanh(<x, y>) and others at n = 2000.

Each matrix is drawn on its own, so that its z-scores, with the predicted standard deviation, should be standard normal.
"""

from pathlib import Path

import numpy as np
from setting import machine

from opsvd import decompose, elementwise, monte_carlo

CASES = [("tanh", np.tanh, ()), ("sign", np.sign, (0,)), ("relu", lambda z: np.maximum(z, 0.0), (0,))]
DIMENSIONS = (2, 3, 5)
SIZE, TRIALS = 2000, 4


def main() -> None:
    """Print and store the table."""
    lines, scores = [machine(), "", f"n = {SIZE}, {TRIALS} matrices each; z of the mean over each valid multiplet"], []
    for name, phi, kinks in CASES:
        for k in DIMENSIONS:
            kernel = elementwise(phi, k, kinks)
            svd = decompose(kernel, rtol=1e-6)
            prediction = svd.predict(SIZE)
            spectra = monte_carlo(kernel, SIZE, trials=TRIALS, rng=k).singular_values
            ends = np.cumsum(np.minimum(svd.multiplicities, SIZE).astype(int))
            valid = [i for i in range(len(ends)) if ends[i] <= SIZE and prediction.valid[i]][:6]
            for i in valid:
                means = spectra[:, ends[i] - int(svd.multiplicities[i]):ends[i]].mean(axis=1)
                z = (means - prediction.mean[i]) / np.hypot(prediction.std[i], prediction.error[i])
                scores += z.tolist()
                lines.append(f"{name:<5} k = {k}  multiplet {i + 1} ({svd.multiplicities[i]} times) at "
                             f"{svd.values[i]:.6f}: {' '.join(f'{score:+.2f}' for score in z)}")
                print(lines[-1], flush=True)
    lines.append(f"all {len(scores)}: mean {np.mean(scores):+.2f} (0 wanted, within {2 / len(scores)**0.5:.2f}), "
                 f"standard deviation {np.std(scores):.2f} (1 wanted)")
    print(lines[-1])
    path = Path(__file__).parent / "results" / "multiplets_by_sampling.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
