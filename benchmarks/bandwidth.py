"""How much can a function raise the rank? Every number of docs/bandwidth.md.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/bandwidth.py > benchmarks/results/bandwidth.txt
    python benchmarks/bandwidth.py --figure      # draws docs/figures/bandwidth.png from that file

Four tables. "waves": cos(c x_i y_j) / n, sampled, beside the operator's sqrt(1 + 4 c^2) and the law of local waves
(local_waves.py). "drawn": 200 functions of random frequencies and amplitudes, decomposed and sampled, beside
opsvd.rank_bound. "named": functions with a density of frequencies. "vectors": cos(<x, y> / sqrt(k)) and its samples.
Matrices are drawn from seeds, and decomposed by LAPACK. --quick takes small sizes and few functions.
"""

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from local_waves import INDEPENDENT, effective_rank_of_waves
from scipy.linalg import svdvals
from setting import machine, print_tables

import opsvd
from opsvd import exact
from opsvd.figures import COLOURS, new_figure, styled

RESULTS = Path(__file__).parent / "results" / "bandwidth.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "bandwidth.png"
FREQUENCIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
TRIALS = {150: 40, 500: 10, 1500: 3}
DRAWN = {1: 190, 2: 8, 3: 2}
"""How many functions are drawn for each dimension k."""


def sampled(phi: Callable[[np.ndarray], np.ndarray], k: int, n: int, trials: int, seed: int) -> tuple[float, float]:
    """The effective rank of samples, from the means of nuclear norm and energy, and its standard error."""
    found = np.empty((trials, 2))
    for trial in range(trials):
        x, y = np.random.default_rng([seed, trial, n, k]).standard_normal((2, n, k))
        s = svdvals(phi(x @ y.T) / n)
        found[trial] = s.sum(), s @ s
    means = found.mean(axis=0)
    rank = means[0] ** 2 / means[1]
    scatter = rank * (2.0 * found[:, 0] / means[0] - found[:, 1] / means[1])
    return float(rank), float(scatter.std(ddof=1) / math.sqrt(trials))


def waves(quick: bool) -> Iterator[str]:
    """The table of cos(c x y)."""
    yield f"waves {'n':>6} {'c':>6}  {'operator':>9}  {'law':>8}  {'sampled':>8} {'error':>6}  sampled/law  sampled/n"
    for n, trials in {60: 4}.items() if quick else TRIALS.items():
        for c in FREQUENCIES[::4] if quick else FREQUENCIES:
            law = effective_rank_of_waves(n, lambda x, y, c=c: c + 0.0 * x * y, lambda x, y: 0.5 + 0.0 * x * y)
            rank, error = sampled(lambda z, c=c: np.cos(c * z), 1, n, trials, 1)
            yield (f"waves {n:>6} {c:>6g}  {math.hypot(1.0, 2.0 * c):9.2f}  {law:8.2f}  {rank:8.2f} {error:6.2f}  "
                   f"{rank / law:11.3f}  {rank / n:9.4f}")


def onset(quick: bool) -> Iterator[str]:
    """The law for large n, as a function of c / n; and where it is nine tenths and half of what bounds it."""
    n = 1000 if quick else 10_000
    ratios = np.geomspace(1e-3, 10.0, 3 if quick else 33)
    law = np.array([effective_rank_of_waves(n, lambda x, y, c=c: c + 0.0 * x * y, lambda x, y: 0.5 + 0.0 * x * y)
                    for c in ratios * n]) / n
    yield "onset     c/n   rank/n  over 2c/n"
    for ratio, rank in zip(ratios, law, strict=True):
        yield f"onset {ratio:7.4f}  {rank:7.4f}  {rank / (2.0 * ratio):9.4f}"
    ninth = float(np.exp(np.interp(-0.9, -law / (2.0 * ratios), np.log(ratios))))
    half = float(np.exp(np.interp(0.5 * INDEPENDENT, law, np.log(ratios))))
    yield f"nine tenths of the operator's at c/n = {ninth:.4f}, half of independent entries' at c/n = {half:.3f}"


def drawn(quick: bool) -> Iterator[str]:
    """The table of functions that are drawn: amplitudes of either sign, frequencies from 0.03 to 10 / k^2."""
    yield f"drawn {'k':>2} {'seed':>4} {'waves':>5}  {'computed':>10} {'error':>8}  {'sampled':>9} {'error':>7}  bound"
    worst = [0.0, 0.0, -math.inf]
    for k, count in DRAWN.items():
        for seed in range(count // 40 if quick else count):
            rng = np.random.default_rng([3, k, seed])
            m = int(rng.integers(2, 7))
            c = np.exp(rng.uniform(math.log(0.03), math.log(10.0 / k**2), m))
            a, b = rng.standard_normal((2, m))

            def phi(z: np.ndarray, c: np.ndarray = c, a: np.ndarray = a, b: np.ndarray = b) -> np.ndarray:
                return np.asarray(np.cos(z[..., None] * c) @ a + np.sin(z[..., None] * c) @ b)

            kernel: Any = (lambda x, y, phi=phi: phi(x * y)) if k == 1 else opsvd.elementwise(phi, k)
            svd = opsvd.decompose(kernel, rtol=1e-3 if quick else 1e-8 if k == 1 else 1e-6)
            rank, bound = svd.effective_rank(), opsvd.rank_bound(c, a, b, k=k)
            seen, error = sampled(phi, k, 60 if quick else 300, 4, seed)
            worst = [max(worst[0], rank.value / bound), max(worst[1], seen / bound),
                     max(worst[2], (seen - bound) / max(error, 1e-9))]
            yield (f"drawn {k:>2} {seed:>4} {m:>5}  {rank.value:10.4f} {rank.error:8.1e}  {seen:9.3f} {error:7.3f}  "
                   f"{bound:.4f}")
    yield (f"largest over the bound: computed {worst[0]:.4f}, sampled {worst[1]:.4f}; largest excess of a sampled one: "
           f"{worst[2]:.1f} standard errors")


def densities() -> dict[str, tuple[Callable[[Any], Any], np.ndarray, Any, Any]]:
    """Functions with a density of frequencies: phi, nodes, cosines and sines, weights included."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    c, w = 20.0 * (nodes + 1.0), 20.0 * weights
    angle, v = 0.25 * math.pi * (nodes + 1.0), 0.25 * math.pi * weights
    half, bell = 0.5 * math.pi * c, w * np.exp(-0.5 * c * c) * math.sqrt(2.0 / math.pi)
    return {
        "tanh(z)": (np.tanh, c, 0.0, w / np.sinh(half)),
        "arctan(z)": (np.arctan, c, 0.0, w * np.exp(-c) / c),
        "z exp(-z^2/2)": (lambda z: z * np.exp(-0.5 * z * z), c, 0.0, c * bell),
        "sech(z)": (lambda z: 1.0 / np.cosh(z), c, w / np.cosh(half), 0.0),
        "exp(-z^2/2)": (lambda z: np.exp(-0.5 * z * z), c, bell, 0.0),
        "1/(1 + z^2)": (lambda z: 1.0 / (1.0 + z * z), c, w * np.exp(-c), 0.0),
        "exp(-|z|)": (lambda z: np.exp(-np.abs(z)), np.tan(angle), 2.0 / math.pi * v, 0.0),
    }


def named(quick: bool) -> Iterator[str]:
    """The table of phi(<x, y> / sqrt(k)) for functions with a density of frequencies."""
    yield f"named {'phi':<14} " + "  ".join(f"{f'k = {k}: computed':>16} {'bound':>9}" for k in (1, 2, 4))
    for name, (phi, c, a, b) in list(densities().items())[: 2 if quick else None]:
        cells = []
        for k in (1, 2, 4):
            root, kinks = math.sqrt(k), (0.0,) if "|" in name else ()
            svd = opsvd.decompose(opsvd.elementwise(lambda z, phi=phi, root=root: phi(z / root), k, kinks), rtol=1e-6)
            rank, bound = svd.effective_rank(), opsvd.rank_bound(c / root, a, b, k=k, norm=svd.norm)
            bound = math.inf if kinks and k > 1 else bound    # the density falls like c^-2, and cosh grows like c^(k/2)
            cells.append(f"{rank.value if math.isfinite(rank.error) else rank.lower:16.4f} {bound:9.3f}")
        yield f"named {name:<14} " + "  ".join(cells)


def vectors(quick: bool) -> Iterator[str]:
    """The table of cos(<x, y> / sqrt(k))."""
    n, trials = (60, 4) if quick else (600, 6)
    yield f"vectors {'k':>4}  {'operator':>12}  {'law, n = ' + str(n):>13}  {'sampled':>9} {'error':>6}"
    for k in (1, 2, 4) if quick else (1, 2, 4, 8, 16, 32, 64):
        root = math.sqrt(k)
        operator = exact.effective_rank_cos_inner_product(1.0 / root, k)
        rank, error = sampled(lambda z, root=root: np.cos(z / root), k, n, trials, 2)
        law = math.nan
        if k > 1:
            svd = opsvd.decompose(opsvd.elementwise(lambda z, root=root: np.cos(z / root), k), rtol=1e-8)
            law = float(svd.equivalent(n).effective_rank.value)
        yield f"vectors {k:>4}  {operator:12.5g}  {law:13.2f}  {rank:9.2f} {error:6.2f}"


def rows(head: str) -> list[list[str]]:
    """The rows of one table of the file of results."""
    lines = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if len(line) > 1 and line[0] == head and line[1][0].isdigit()]


def draw() -> None:
    """Draw the waves, and the functions that were drawn."""
    figure = new_figure(8.4, 4.2)    # a page shows eight inches
    left, right = figure.subplots(1, 2)
    table = np.array([[float(cell) for cell in row[1:]] for row in rows("waves")])
    for colour, n in enumerate(TRIALS):
        _, c, _, _, seen, error = table[table[:, 0] == n].T[:6]
        left.errorbar(c / n, seen / n, yerr=error / n, fmt="o", markersize=4.5, capsize=2, color=COLOURS[colour],
                      label=f"$n = {n}$")
    scale, law = np.array([[float(cell) for cell in row[1:3]] for row in rows("onset")]).T
    left.loglog(scale, law, color="black", linewidth=1.0, label="the law, large $n$")
    ratio = np.geomspace(4e-4, 0.9, 30)
    left.loglog(ratio, 2.0 * ratio, color="0.4", linestyle="--", linewidth=1.0, label=r"operator, $2c / n$")
    left.axhline(INDEPENDENT, color="0.4", linestyle=":", linewidth=1.2, label="independent entries, 0.72")
    left.set(xlabel="frequency over size, $c / n$", ylabel="effective rank over $n$", ylim=(7e-4, 1.3))
    styled(left, r"$\cos(c\, x_i y_j)$: points sampled, line the law").legend(fontsize=8)
    data = np.array([[float(cell) for cell in row[1:]] for row in rows("drawn")])
    for colour, k in enumerate(DRAWN):
        chosen = data[data[:, 0] == k]
        right.loglog(chosen[:, 7], chosen[:, 3], "o", markersize=4, color=COLOURS[colour], label=f"$k = {k}$, computed")
        right.loglog(chosen[:, 7], chosen[:, 5], "x", markersize=5, color=COLOURS[colour], label="sampled, $n = 300$")
    ends = np.array([1.0, data[:, 7].max()])
    right.loglog(ends, ends, color="0.4", linewidth=1.0, label="the bound")
    right.set(xlabel="bound by frequencies", ylabel="effective rank")
    styled(right, "200 functions that were drawn").legend(fontsize=8)
    figure.savefig(FIGURE, dpi=160)


def main() -> None:
    """Print all tables, or draw them."""
    if "--figure" in sys.argv:
        draw()
        return
    print_tables(f"{machine()}\nindependent entries: {INDEPENDENT:.4f} n", (waves, onset, vectors, named, drawn))


if __name__ == "__main__":
    main()
