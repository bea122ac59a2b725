"""How well is phi(<x, y>) known under Gaussians that are not round? Bars and seconds for six functions.

x has the deviations that are named, and y is standard. Each row has the largest bar of the ten leading values over
s_1, how many bars the values differ by from those of a thousand times the tolerance, and processor seconds.
"""

import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import ndtr
from setting import machine

from opsvd import ConvergenceWarning, Gaussian, OperatorSVD, decompose, elementwise

FUNCTIONS = {
    "tanh": (np.tanh, ()),
    "sign": (np.sign, (0.0,)),
    "relu": (lambda z: np.maximum(z, 0.0), (0.0,)),
    "gelu": (lambda z: z * ndtr(z), ()),
    "clip": (lambda z: np.clip(z, -1.0, 1.0), (-1.0, 1.0)),
    "|z|": (np.abs, (0.0,)),
}
SETTINGS = [((1.0, 0.1), 1e-9, tuple(FUNCTIONS)), ((1.0, 0.3, 0.1), 1e-9, tuple(FUNCTIONS)),
            ((1.0, 0.75, 0.5, 0.25), 1e-7, tuple(FUNCTIONS)), ((1.0, 0.5, 0.3, 0.1), 1e-7, tuple(FUNCTIONS))]


def main() -> None:
    """Print and store the table."""
    lines = [machine(), "", "rtol = 1e-9, in four dimensions 1e-7"]
    for deviations, rtol, names in SETTINGS:
        for name in names:
            lines.append(compared(f"{name:<5} {deviations!s:<22}", partial(_answer, name, deviations), rtol))
            print(lines[-1], flush=True)
    path = Path(__file__).parent / "results" / "stretched_products.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def compared(label: str, answer: Callable[[float], OperatorSVD], rtol: float) -> str:
    """A row: the answer for a tolerance, against the one for a thousand times as much."""
    start = time.process_time()
    svd = answer(rtol)
    seconds = time.process_time() - start
    other = answer(1e3 * rtol)
    count = min(len(svd.values), len(other.values), 10)
    apart = np.abs(svd.values[:count] - other.values[:count])
    bars = svd.value_errors[:count] + other.value_errors[:count]
    first = svd.value_errors[:10] / svd.values[0]
    return (f"{label} {len(first):2d} values to {first.max():.1e} s_1, differences {np.max(apart / bars):.2f} bars, "
            f"{seconds:5.1f} s, {svd.evaluations:.1e} values of phi, "
            f"{'converged' if svd.converged else 'not converged'}")


def _answer(name: str, deviations: tuple[float, ...], rtol: float) -> OperatorSVD:
    """One decomposition, with as much time as it takes on a busy machine."""
    phi, kinks = FUNCTIONS[name]
    k = len(deviations)
    mu = Gaussian(np.zeros(k), np.diag(np.square(deviations)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return decompose(elementwise(phi, k, kinks), mu, Gaussian.standard(k), rtol=rtol, max_seconds=1000.0)


if __name__ == "__main__":
    main()
