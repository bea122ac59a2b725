"""Do bars hold where a strip along a line lies between all nodes? Random strips on steep kernels.

    OMP_NUM_THREADS=1 python benchmarks/honesty_of_strips.py > benchmarks/results/honesty_of_strips.txt

tanh(b (x - y)) + 0.3 sin(kxy) under standard Gaussians, plus c cos(y) for |x - a| < w, or the same with x and y
exchanged. The exact values are those of a composite Gauss-Legendre rule whose panels end at the strip: its half-width w
is from 0.0005 to 0.03, c from 0.0001 to 1, and b from 5 to 25. Takes three minutes.
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import norm
from setting import machine, print_tables

import opsvd
from opsvd.quadrature import composite_gauss_legendre

SETS, KERNELS, LEADING = 3, 26, 8


def rule(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of sixteen a panel, and the roots of their Gaussian weights."""
    nodes, weights = composite_gauss_legendre(edges, 16)
    return nodes, np.sqrt(weights * norm.pdf(nodes))


def drawn(rng: np.random.Generator) -> tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], np.ndarray, str]:
    """A kernel, its exact values, and what its strip is."""
    a, w, c = rng.normal(), 10.0 ** rng.uniform(-3.3, -1.5), 10.0 ** rng.uniform(-4.0, 0.0)
    b, in_x, k = rng.uniform(5.0, 25.0), rng.random() < 0.5, rng.uniform(-2.0, 2.0)

    def h(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        along, across = (y, x) if in_x else (x, y)
        return np.asarray(np.tanh(b * (x - y)) + 0.3 * np.sin(k * x * y)
                          + c * np.where(np.abs(across - a) < w, np.cos(along), 0.0))

    plain = np.linspace(-8.5, 8.5, 101)
    divided = np.union1d(plain, [a - w, a + w])
    (x, root_x), (y, root_y) = rule(divided if in_x else plain), rule(plain if in_x else divided)
    exact = np.linalg.svd(root_x[:, None] * h(x[:, None], y) * root_y, compute_uv=False)
    return h, exact, f"a = {a:6.3f}, w = {w:.5f}, c = {c:.5f}, b = {b:4.1f}, in {'x' if in_x else 'y'}"


def strips(quick: bool) -> Iterator[str]:
    """A line for each kernel with a false bar, and the sum for each set."""
    for seed in range(1, SETS + 1):
        rng, bars, false, widest = np.random.default_rng(seed), 0, 0, []
        for _ in range(3 if quick else KERNELS):
            h, exact, words = drawn(rng)
            svd = opsvd.decompose(h)
            count = min(svd.rank, LEADING)
            wrong = np.abs(svd.singular_values[:count] - exact[:count])
            bad = wrong > svd.errors[:count] + 1e-11    # the rule is exact to less than that
            bars, false = bars + count, false + int(bad.sum())
            widest.append(svd.errors[:count].max(initial=0.0) / exact[0])
            if bad.any():
                yield f"{words}: errors up to {wrong[bad].max():.1e}, bars {svd.errors[:count][bad].min():.1e}"
        yield (f"set {seed}: {len(widest)} kernels, {bars} bars, {false} false; the largest of a kernel is "
               f"{np.median(widest):.1e} s_1 in the median")


if __name__ == "__main__":
    print_tables(machine(), (strips,))
