"""Compare rows and columns of matrices of atoms with quasi-random points, and count false bars of drawn matrices.

First, kernels at 1000 by 1000 points, of which a budget has a part of the values: the values that were asked for, the
values that were told, the mean bar of the first three over s_1, and the largest error over its bar; by the default
method, and by points alone. Then matrices that are drawn, of each kind: how many answers, how many of them come from
rows and columns, their values, how many of these are false, and how many false values points alone give.

    python benchmarks/few_entries.py > benchmarks/results/few_entries.txt
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import threadpoolctl
from setting import machine

import opsvd

KERNELS: dict[str, Callable[..., Any]] = {
    "exp(-(x - y)^2 / 2)": lambda x, y: np.exp(-0.5 * (x - y) ** 2),
    "cos(3xy)": lambda x, y: np.cos(3.0 * x * y),
    "sqrt(x^2 + y^2)": lambda x, y: np.sqrt(x**2 + y**2),
    "tanh(xy) + (x > 1.5)(y > 1.5)": lambda x, y: np.tanh(x * y) + ((x > 1.5) & (y > 1.5)),
    "|x - y|": lambda x, y: np.abs(x - y),
    "exp(-|x - y|)": lambda x, y: np.exp(-np.abs(x - y)),
    "1/(1 + 100(x - y)^2)": lambda x, y: 1.0 / (1.0 + 100.0 * (x - y) ** 2),
    "(x > y)": lambda x, y: 1.0 * (x > y),
}
LIMITS = (5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
KINDS = ("smooth", "jump", "kink", "low rank and noise", "sparse", "an odd row", "a block", "a nugget", "complex",
         "points of R^3", "one odd entry")
DRAWS = 100


def answer(matrix: np.ndarray, masses: tuple[np.ndarray, np.ndarray], **options: Any) -> tuple[opsvd.OperatorSVD, int]:
    """The decomposition of a matrix of atoms, which come in the order of the rows, and how many values are false."""
    def h(i: Any, j: Any) -> np.ndarray:
        return np.asarray(matrix[np.rint(i).astype(int), np.rint(j).astype(int)])

    exact = np.linalg.svd(np.sqrt(masses[0])[:, None] * matrix * np.sqrt(masses[1]), compute_uv=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        svd = opsvd.decompose(h, *(opsvd.Discrete(np.arange(float(len(p))), p) for p in masses), **options)
    count = min(svd.rank, len(exact))
    wrong = np.abs(svd.values[:count] - exact[:count]) > svd.errors[:count] + 1e-14 * exact[0]
    return svd, int(wrong.sum())


def line(svd: opsvd.OperatorSVD, exact: np.ndarray) -> str:
    """What an answer tells."""
    bars = np.append(svd.errors[:3], np.full(3, exact[0]))[:3] / exact[0]
    worst = np.max(np.abs(svd.values - exact[:svd.rank]) / svd.errors, initial=0.0)
    return f"{svd.evaluations:>9}{svd.rank:>4}{np.exp(np.mean(np.log(bars))):>9.1e}{worst:>6.2f}"


def of_kernels() -> Iterator[str]:
    """One line for each kernel and limit."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 1000))
    masses = np.full(1000, 1e-3), np.full(1000, 1e-3)
    for name, h in KERNELS.items():
        matrix = np.asarray(h(x[:, None], y))
        exact = np.linalg.svd(matrix / 1000.0, compute_uv=False)
        for limit in LIMITS:
            both = [answer(matrix, masses, rtol=1e-4, max_evaluations=limit, method=method)[0]
                    for method in ("auto", "quasi-random")]
            kind = "rows" if "rows and columns" in both[0].method else "points"
            yield f"{name:<32}{limit:>8}  {kind:<7}" + "".join(line(svd, exact) for svd in both)


def drawn(kind: str, rng: np.random.Generator) -> np.ndarray:
    """A matrix of some kind."""
    n, m = np.exp(rng.uniform(np.log(40.0), np.log(1000.0), 2)).astype(int)
    (x, y), a, b = (rng.standard_normal((size, 1)) for size in (n, m)), rng.uniform(0.2, 3.0), rng.uniform(-1.0, 1.0)
    y = x[:m].T if kind == "a nugget" and m <= n else y.T
    size = 10.0 ** rng.uniform(-2.0, 1.5)
    smooth = (np.exp(-a * (x - y) ** 2), np.tanh(a * x * y + b), np.cos(a * x * y + x))[rng.integers(3)]
    if kind == "low rank and noise":
        rank = int(rng.integers(2, 12))
        falling = 10.0 ** (-rng.uniform(0.0, 1.0) * np.arange(rank))
        noise = 10.0 ** rng.uniform(-8.0, -1.0) * rng.standard_normal((n, m))
        return np.asarray((rng.standard_normal((n, rank)) * falling) @ rng.standard_normal((rank, m)) + noise)
    if kind == "sparse":
        return np.asarray((rng.random((n, m)) < 10.0 ** rng.uniform(-4.0, -1.0)) * rng.standard_normal((n, m)))
    if kind == "points of R^3":
        return np.asarray(np.tanh(rng.standard_normal((n, 3)) @ rng.standard_normal((3, m))))
    if kind == "an odd row":
        smooth[rng.integers(n)] += size * rng.standard_normal(m)
    if kind == "one odd entry":
        smooth[rng.integers(n), rng.integers(m)] += 3.0 * size
    others = {"jump": 1.0 * (np.cos(a) * x > np.sin(a) * y + b), "kink": np.abs(x - a * y + b),
              "complex": np.exp(1j * a * x * y), "a nugget": smooth + 0.1 * size * (x == y),
              "a block": smooth + size * ((np.abs(x - b) < 0.2) & (np.abs(y + b) < 0.2))}
    return np.asarray(others.get(kind, smooth))


def of_kind(kind: str) -> str:
    """One line for drawn matrices of a kind, with parts of their entries from 1 to 95 %."""
    rng = np.random.default_rng(KINDS.index(kind))
    answers, rows, told, false, of_points = 0, 0, 0, 0, 0
    while answers < DRAWS:
        matrix = drawn(kind, rng)
        limit, rtol = int(matrix.size * 10.0 ** rng.uniform(-2.0, -0.02)), 10.0 ** -rng.uniform(2.0, 8.0)
        masses = tuple(rng.exponential(size=size) ** rng.choice([0, 1, 3]) for size in matrix.shape)
        if limit < 1000 or not matrix.any():
            continue
        options = {"rtol": rtol, "max_evaluations": limit}
        p, q = (mass / mass.sum() for mass in masses)
        svd, wrong = answer(matrix, (p, q), **options)
        answers, false, told = answers + 1, false + wrong, told + svd.rank
        rows += "rows and columns" in svd.method
        of_points += answer(matrix, (p, q), method="quasi-random", **options)[1]
    return f"{kind:<22}{answers:>8}{rows:>8}{told:>8}{false:>8}{of_points:>16}"


def main() -> None:
    """Print both tables."""
    print((__doc__ or "").split("\n", maxsplit=1)[0])
    print(f"\n{machine()}\n")
    columns = f"{'asked':>9}{'told':>5}{'bar':>8}{'e/bar':>6}"
    print(f"{'':<49}{'the default':^28}{'points alone':^28}")
    print(f"{'kernel':<32}{'limit':>8}  {'from':<7}{columns}{columns}")
    print(*of_kernels(), sep="\n", flush=True)
    print(f"\n{'matrices':<22}{'answers':>8}{'rows':>8}{'values':>8}{'false':>8}{'false of points':>16}")
    for kind in KINDS:
        print(of_kind(kind), flush=True)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
