"""Count the values of h that kernels of vectors need for errors of 1e-3 and 1e-6 of s_1, if values are dear.

`decompose` with `max_rank=6` and the tolerance that is the goal, at rising `max_evaluations`; the values of the first
run that converges, counted from outside, with what it takes to try h and to probe it. Where none does, the bar of s_1
at 2,000, 20,000 and 100,000 values. Bars are held against the answer where values are not dear. Prints a table, and the
bars that do not hold:

    python benchmarks/dear_vectors.py > benchmarks/results/dear_vectors.txt
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import threadpoolctl
from setting import machine

import opsvd

GOALS = (1e-3, 1e-6)
LIMITS = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
SHOWN = (2000, 20_000, 100_000)
LEADING = 6


def product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """<x, y>."""
    return np.sum(x * y, axis=-1)


def distance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """|x - y|."""
    return np.asarray(np.linalg.norm(x - y, axis=-1))


class Counted:
    """A function that counts its values."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.values = function, 0

    def __call__(self, *points: np.ndarray) -> np.ndarray:
        """The values."""
        values = np.asarray(self.function(*points))
        self.values += values.size
        return values


PLANE, SPACE, FOUR = (opsvd.Gaussian.standard(k) for k in (2, 3, 4))
SQUARE = opsvd.Product(opsvd.Uniform(0.0, 1.0), opsvd.Uniform(0.0, 1.0))
STRETCHED = opsvd.Gaussian(np.zeros(3), np.diag([1.0, 0.5, 0.25]))
LINE = opsvd.Gaussian()
KERNELS: dict[str, tuple[Callable[..., Any], tuple[Any, Any]]] = {
    "exp(0.1 <x, y>) of two of three": (lambda x, y: np.exp(0.1 * product(x[..., :2], y[..., :2])), (SPACE, SPACE)),
    "tanh(<x, y>), R^3": (lambda x, y: np.tanh(product(x, y)), (SPACE, SPACE)),
    "tanh(<x, y>), stretched": (lambda x, y: np.tanh(product(x, y)), (STRETCHED, SPACE)),
    "relu(<x, y> - 1), R^3": (lambda x, y: np.maximum(product(x, y) - 1.0, 0.0), (SPACE, SPACE)),
    "relu(wx + b)": (lambda x, y: np.maximum(x * y[..., 0] + y[..., 1], 0.0), (LINE, PLANE)),
    "exp(<x, y>), sphere": (lambda x, y: np.exp(product(x, y)), (opsvd.Sphere(3), opsvd.Sphere(3))),
    "exp(x0 y0 - x1 y1), square": (lambda x, y: np.exp(x[..., 0] * y[..., 0] - x[..., 1] * y[..., 1]),
                                   (SQUARE, SQUARE)),
    "1/(1 + |x - y|^2), square": (lambda x, y: 1.0 / (1.0 + distance(x, y) ** 2), (SQUARE, SQUARE)),
    "exp(-|x - y|^2 / 2), R^2": (lambda x, y: np.exp(-0.5 * distance(x, y) ** 2), (PLANE, PLANE)),
    "exp(-|x - y|), R^2": (lambda x, y: np.exp(-distance(x, y)), (PLANE, PLANE)),
    "tanh(<x, y> + x0), R^2": (lambda x, y: np.tanh(product(x, y) + x[..., 0]), (PLANE, PLANE)),
    "tanh(<sin x, y>), R^4": (lambda x, y: np.tanh(product(np.sin(x), y)), (FOUR, FOUR)),
    "matrices tanh(xy) A": (lambda x, y: np.tanh(x * y)[..., None, None] * np.array([[1.0, 2.0], [0.0, 1.0]]),
                            (LINE, LINE)),
}


def decomposed(name: str, rtol: float, **limits: Any) -> tuple[opsvd.OperatorSVD, int]:
    """An answer, and how many values it took."""
    h, measures = KERNELS[name]
    counted = Counted(h)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        svd = opsvd.decompose(counted, *measures, rtol=rtol, max_rank=LEADING, **limits)
    return svd, counted.values


def row(name: str) -> Iterator[str]:
    """One line for a kernel, and one for each bar that does not hold or limit that is exceeded."""
    reference, _ = decomposed(name, 1e-8)
    cells, bars, wrong = [], {}, []
    for goal in GOALS:
        needed = None
        for limit in LIMITS:
            svd, values = decomposed(name, goal, max_evaluations=limit)
            count = min(svd.rank, reference.rank)
            off = np.abs(svd.singular_values[:count] - reference.singular_values[:count])
            if values > limit or (off > svd.errors[:count] + reference.errors[:count]).any():
                wrong.append(f"rtol={goal:g}, max_evaluations={limit}, {values} values")
            bars[limit] = float(svd.errors[0] / svd.values[0]) if svd.rank else np.inf
            if svd.converged and needed is None:
                needed = values
        cells.append("-" if needed is None else f"{needed}")
    shown = "".join(f"{bars[limit]:>10.1e}" for limit in SHOWN)
    yield f"{name:<36}" + "".join(f"{cell:>10}" for cell in cells) + shown
    yield from (f"    a bar or a limit does not hold: {lie}" for lie in wrong)


def main() -> None:
    """Print the table."""
    print((__doc__ or "").split("\n", maxsplit=1)[0])
    print(f"\n{machine()}\n")
    print(f"{'':<36}{'values for':>20}{'bar of s_1 over s_1, at most so many values':>46}")
    print(f"{'kernel':<36}" + "".join(f"{f'{goal:g} s_1':>10}" for goal in GOALS)
          + "".join(f"{limit:>10}" for limit in SHOWN))
    for name in KERNELS:
        print(*row(name), sep="\n", flush=True)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
