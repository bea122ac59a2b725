"""What do quasi-random points add to products, for kernels of vectors that break? Hidden products with known values.

Every kernel is a product or a sum of kernels of two numbers, in coordinates that are rotated, so that probing finds no
structure in it; its singular values are known from those of its factors. Kernels under products of uniform measures
are products of coordinates, and take all of them together. Each is decomposed with several sets of scramblings. The
table has the largest bar of the first and of ten leading values, relative to s_1, of products alone and with their
remainder at points; and the largest error over its bar, of all values that the factors tell.

    python benchmarks/beyond_products.py
"""

import argparse
import warnings
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from setting import machine

import opsvd
from opsvd.methods import grids, quasi_random, remainder_at_points, tensor
from opsvd.methods.remainder_at_points import Products
from opsvd.operator.discretisation import Discretisations
from opsvd.operator.problem import Problem

HERE = Path(__file__).parent
LISTED, REFINED = quasi_random.quasi_random_points, remainder_at_points.refined_at_points

SCALARS: dict[str, Callable[..., Any]] = {
    "step of a sum": lambda u, v: 1.0 * (u + v > 0.3),
    "step of a product": lambda u, v: 1.0 * (u * v > 0.3),
    "kink": lambda u, v: np.abs(u - v),
    "kink of a product": lambda u, v: np.maximum(u * v - 0.5, 0.0),
    "kink that grows": lambda u, v: np.abs(u - v) * np.exp(0.3 * u * v),
    "root": lambda u, v: np.sqrt(np.abs(u - v)),
    "smooth": lambda u, v: np.exp(-0.5 * (u - v) ** 2),
    "growth": lambda u, v: np.exp(0.4 * u * v),
    "tanh": lambda u, v: np.tanh(2.0 * u * v),
}
KERNELS = [("step of a sum", "smooth"), ("step of a sum", "step of a product"), ("step of a product", "tanh"),
           ("kink", "kink"), ("kink", "tanh"), ("kink", "growth"), ("kink of a product", "smooth"),
           ("kink that grows", "smooth"), ("root", "smooth"), ("root", "tanh"), ("kink", "kink", "smooth"),
           ("step of a sum", "smooth", "tanh")]


def rotation(k: int, seed: int) -> np.ndarray:
    """A random rotation of R^k."""
    return np.asarray(np.linalg.qr(np.random.default_rng(seed).standard_normal((k, k)))[0])


def kernel_of(names: tuple[str, ...], hidden: bool) -> Callable[..., Any]:
    """The product of kernels of two numbers, in rotated coordinates if it is to be hidden."""
    k = len(names)
    turn_x, turn_y = (rotation(k, seed) if hidden else np.eye(k) for seed in (1, 2))

    def h(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        u, v = x @ turn_x, y @ turn_y
        return np.asarray(np.prod([SCALARS[name](u[..., i], v[..., i]) for i, name in enumerate(names)], axis=0))

    return h


def values_of(names: tuple[str, ...], mu: Any) -> np.ndarray:
    """The leading singular values of the product: those that no product with a value that is not listed exceeds."""
    factors = [opsvd.decompose(SCALARS[name], mu, mu, rtol=1e-7, max_seconds=60.0).singular_values for name in names]
    largest = np.prod([factor[0] for factor in factors])
    least = max(largest / factor[0] * factor[-1] for factor in factors)
    found = np.sort([np.prod(some) for some in product(*factors)])[::-1]
    return np.asarray(found[found > least])


def main() -> None:
    """Print and store the table."""
    parser = argparse.ArgumentParser(description="Hold bars of products with points against known values.")
    parser.add_argument("--seeds", type=int, default=2, help="sets of scramblings (default 2)")
    parser.add_argument("--values", type=float, default=2e7, help="max_evaluations (default 2e7)")
    asked = parser.parse_args()
    warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # the table has the bars
    lines = [machine(), "", f"max_evaluations={asked.values:g}, {asked.seeds} sets of scramblings", "",
             f"{'measures':<9}{'kernel':<40}{'products':>16}{'with points':>18}{'values':>8}   error / bar"]
    worst = total = 0

    def alone(_: Problem, products: Products) -> Discretisations:
        return (yield from products)[0]

    for hidden in (True, False):
        law = opsvd.Gaussian() if hidden else opsvd.Uniform(-1.5, 1.5)
        for names in KERNELS:
            mu = opsvd.Gaussian.standard(len(names)) if hidden else opsvd.Product(*[law] * len(names))
            known, told = values_of(names, law), []
            for seed in range(asked.seeds + 1):
                grids.refined_at_points = tensor.refined_at_points = REFINED if seed else alone
                remainder_at_points.quasi_random_points = lambda d, n, number, seed=seed: LISTED(
                    d, n, number + 100_000 * seed)
                told.append(opsvd.decompose(kernel_of(names, hidden), mu, mu, rtol=1e-10, max_seconds=1e3,
                                            max_evaluations=int(asked.values),
                                            method="grid" if len(names) == 2 else "tensor"))
            bars = [(svd.errors[:10].max(initial=0.0) if len(svd.errors) else np.nan) / known[0] for svd in told]
            first = [svd.errors[0] / known[0] if len(svd.errors) else np.nan for svd in told]
            ratios = [np.abs(svd.singular_values[:len(known)] - known[:svd.rank]) / svd.errors[:len(known)]
                      for svd in told[1:]]
            largest = max(float(ratio.max(initial=0.0)) for ratio in ratios)
            worst, total = max(worst, largest), total + sum(len(ratio) for ratio in ratios)
            lines.append(f"{'Gaussian' if hidden else 'uniform':<9}{' x '.join(names):<40}"
                         f"{first[0]:>8.0e}{bars[0]:>8.0e}{np.mean(first[1:]):>10.0e}{np.mean(bars[1:]):>8.0e}"
                         f"{np.mean([svd.rank for svd in told[1:]]):>8.0f}   {largest:.2f}")
            print(lines[-1], flush=True)
    lines.append(f"{total} values with points, the largest error {worst:.2f} of its bar")
    print(lines[-1])
    (HERE / "results" / "beyond_products.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
