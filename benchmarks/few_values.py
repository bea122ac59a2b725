"""Count false bars, and what is told, where only a hundred to a thousand values of h are allowed.

The problem tables of the tests, with numbers of values from 100 to 1000: each number draws other random pairs and
points. For each range of numbers: how many answers there are, how many give the largest singular value, its median bar
over the value itself, and how many answers have a false bar. Nine kernels of vectors,
whose answers come from one random matrix, besides.

    python benchmarks/few_values.py > benchmarks/results/few_values.txt
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import threadpoolctl
from setting import machine, problem_table

import opsvd
from opsvd import ConvergenceWarning, KernelError

RANGES = ((100, 150), (150, 200), (200, 300), (300, 500), (500, 1000))
DRAWS = 24
# Their features lie between all points.
NARROW = ("a bump of width 0.02 at (1.7, -2.3)", "zero")
PLANE, SPACE = (opsvd.Gaussian.standard(k) for k in (2, 3))


def product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """<x, y>."""
    return np.asarray(np.sum(x * y, axis=-1))


VECTORS: dict[str, tuple[Callable[..., Any], Any]] = {
    "tanh(<x, y>), R^3": (lambda x, y: np.tanh(product(x, y)), SPACE),
    "sign(<x, y>), R^3": (lambda x, y: np.sign(product(x, y)), SPACE),
    "relu(<x, y> - 1), R^3": (lambda x, y: np.maximum(product(x, y) - 1.0, 0.0), SPACE),
    "exp(<x, y> / 10), R^3": (lambda x, y: np.exp(0.1 * product(x, y)), SPACE),
    "exp(0.45 <x, y>), R^2": (lambda x, y: np.exp(0.45 * product(x, y)), PLANE),
    "exp(-|x - y|), R^2": (lambda x, y: np.exp(-np.linalg.norm(x - y, axis=-1)), PLANE),
    "exp(-8 |x - y|^2), R^2": (lambda x, y: np.exp(-8.0 * np.sum((x - y) ** 2, axis=-1)), PLANE),
    "tanh(<x, y> + x0), R^2": (lambda x, y: np.tanh(product(x, y) + x[..., 0]), PLANE),
    "(x0 + x1 > y0), R^2": (lambda x, y: 1.0 * (x[..., 0] + x[..., 1] > y[..., 0]), PLANE),
}


def outcome(h: Any, measures: Any, exact: np.ndarray, slack: np.ndarray, limit: int) -> tuple[float, float] | None:
    """The first bar over the first value, infinite if none is given, and the largest error over its bar."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            svd = opsvd.decompose(h, *measures, rtol=1e-4, max_evaluations=limit)
        except KernelError:
            return None
    count = min(svd.rank, len(exact))
    wrong = np.abs(svd.singular_values[:count] - exact[:count]) / (svd.errors[:count] + slack[:count])
    return float(svd.errors[0] / exact[0]) if count else np.inf, float(wrong.max(initial=0.0))


def lines(asked: list[tuple[str, Any, Any, np.ndarray, np.ndarray]]) -> Iterator[str]:
    """One line for each range of numbers of values."""
    for low, high in RANGES:
        found, refused, false = [], 0, []
        for limit in np.linspace(low, high, DRAWS, endpoint=False).astype(int).tolist():
            for name, h, measures, exact, slack in asked:
                one = outcome(h, measures, exact, slack, limit)
                refused += one is None
                if one is not None:
                    found.append(one[0])
                    false += [f"    {name}, {limit} values: {one[1]:.2f} of a bar"] if one[1] > 1.0 else []
        yield (f"{low:>5} to {high - 1:<5}{len(found):>9}{np.isfinite(found).sum():>12}{np.median(found):>13.2f}"
               f"{len(false):>8}{refused:>10}")
        yield from false


def main() -> None:
    """Print both tables."""
    print((__doc__ or "").split("\n", maxsplit=1)[0])
    print(f"\n{machine()}\n")
    heading = f"{'values':<14}{'answers':>9}{'with s_1':>12}{'median bar':>13}{'false':>8}{'refused':>10}"
    table = [(name, p.h, (p.mu_x, p.mu_y), p.exact, np.zeros(len(p.exact))) for name, p in problem_table().items()
             if name not in NARROW]
    print(f"{len(table)} kernels of numbers and of atoms\n\n{heading}", *lines(table), sep="\n", flush=True)
    vectors = []
    for name, (h, mu) in VECTORS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            svd = opsvd.decompose(h, mu, mu, rtol=1e-3, max_rank=3)
        vectors.append((name, h, (mu, mu), svd.singular_values, svd.errors))
    print(f"\n{len(vectors)} kernels of vectors\n\n{heading}", *lines(vectors), sep="\n", flush=True)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
