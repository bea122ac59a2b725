"""How well are neurons with biases known? Bars and seconds of phi(<w, x> + b) for six functions, one to four inputs.

Inputs, weights and biases are standard Gaussians. Each row has the largest bar of the ten leading values over s_1, how
many bars the values differ by from those of a thousand times the tolerance, and processor seconds.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from setting import machine
from stretched_products import FUNCTIONS

from opsvd import ConvergenceWarning, Gaussian, OperatorSVD, decompose

SETTINGS = {1: 1e-9, 2: 1e-9, 3: 1e-9, 4: 1e-7}


def main() -> None:
    """Print and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one input, to five digits; nothing is stored")
    quick = parser.parse_args().quick
    settings = {1: 1e-5} if quick else SETTINGS
    lines = [machine(), "", f"rtol = {', '.join(f'{rtol:g} for k = {k}' for k, rtol in settings.items())}"]
    for k, rtol in settings.items():
        for name in FUNCTIONS:
            start = time.process_time()
            svd = _answer(name, k, rtol)
            seconds = time.process_time() - start
            other = _answer(name, k, 1e3 * rtol)
            count = min(len(svd.values), len(other.values), 10)
            apart = np.abs(svd.values[:count] - other.values[:count])
            bars = svd.value_errors[:count] + other.value_errors[:count]
            first = svd.value_errors[:10] / svd.values[0]
            lines.append(f"{name:<5} k = {k} {len(first):2d} values to {first.max():.1e} s_1, differences "
                         f"{np.max(apart / bars):.2f} bars, {seconds:5.1f} s, {svd.evaluations:.1e} values of phi, "
                         f"{'converged' if svd.converged else 'not converged'}")
            print(lines[-1], flush=True)
    if not quick:
        path = Path(__file__).parent / "results" / "neurons_with_biases.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _neuron(phi: Callable[..., Any], k: int) -> Callable[..., Any]:
    """phi(<w, x> + b), x in R^k and y = (w, b)."""
    if k == 1:
        return lambda x, y: phi(y[..., 0] * x + y[..., 1])
    return lambda x, y: phi(np.sum(y[..., :k] * x, axis=-1) + y[..., k])


def _answer(name: str, k: int, rtol: float) -> OperatorSVD:
    """One decomposition, with as much time as it takes on a busy machine."""
    inputs = Gaussian.standard(k) if k > 1 else Gaussian()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return decompose(_neuron(FUNCTIONS[name][0], k), inputs, Gaussian.standard(k + 1), rtol=rtol, max_rank=20,
                         max_seconds=1000.0)


if __name__ == "__main__":
    main()
