"""How well are neurons with biases known? Bars and seconds of phi(<w, x> + b) for six functions, one to four inputs.

Weights and biases are standard Gaussians, and inputs are Gaussians with the deviations that are named. Each row has the
largest bar of the ten leading values over s_1, how many bars the values differ by from those of a thousand times the
tolerance, and processor seconds.
"""

import argparse
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from setting import machine
from stretched_products import FUNCTIONS, compared

from opsvd import ConvergenceWarning, Gaussian, OperatorSVD, decompose

ALL = tuple(FUNCTIONS)
SETTINGS = {
    "round": [((1.0,), 1e-9, ALL), ((1.0, 1.0), 1e-9, ALL), ((1.0, 1.0, 1.0), 1e-9, ALL),
              ((1.0, 1.0, 1.0, 1.0), 1e-7, ALL)],
    "stretched": [((1.0, 0.5), 1e-9, ALL), ((1.0, 0.1), 1e-9, ALL), ((1.0, 0.5, 0.25), 1e-9, ALL),
                  ((1.0, 0.3, 0.1), 1e-9, ("tanh", "sign")), ((1.0, 0.5, 0.3, 0.1), 1e-7, ("tanh", "sign", "relu"))],
}


def main() -> None:
    """Print and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", choices=SETTINGS, default="round", help="deviations that are equal, or others")
    parser.add_argument("--quick", action="store_true", help="one input, to five digits; nothing is stored")
    arguments = parser.parse_args()
    settings = [((1.0,), 1e-5, ALL)] if arguments.quick else SETTINGS[arguments.inputs]
    lines = [machine(), "", f"{arguments.inputs} inputs"]
    for deviations, rtol, names in settings:
        for name in names:
            label = f"{name:<5} {deviations!s:<20} rtol = {rtol:g}:"
            lines.append(compared(label, partial(_answer, name, deviations), rtol))
            print(lines[-1], flush=True)
    if not arguments.quick:
        name = "neurons_with_biases" + ("" if arguments.inputs == "round" else f"_{arguments.inputs}")
        path = Path(__file__).parent / "results" / f"{name}.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _neuron(phi: Callable[..., Any], k: int) -> Callable[..., Any]:
    """phi(<w, x> + b), x in R^k and y = (w, b)."""
    if k == 1:
        return lambda x, y: phi(y[..., 0] * x + y[..., 1])
    return lambda x, y: phi(np.sum(y[..., :k] * x, axis=-1) + y[..., k])


def _answer(name: str, deviations: tuple[float, ...], rtol: float) -> OperatorSVD:
    """One decomposition, with as much time as it takes on a busy machine."""
    k = len(deviations)
    inputs = Gaussian(np.zeros(k), np.diag(np.square(deviations))) if k > 1 else Gaussian(0.0, deviations[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return decompose(_neuron(FUNCTIONS[name][0], k), inputs, Gaussian.standard(k + 1), rtol=rtol,
                         max_rank=20 if len(set(deviations)) == 1 else 10, max_seconds=1000.0)


if __name__ == "__main__":
    main()
