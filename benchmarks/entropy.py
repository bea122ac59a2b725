"""Does entropy bound the effective rank? Every number of docs/entropy.md.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/entropy.py > benchmarks/results/entropy.txt
    python benchmarks/entropy.py --figure      # draws docs/figures/entropy.png from that file

"dimension": the correlation dimension of 2 by 2 matrices exp(i c x_i y_j) at a resolution, and of independent phases.
"patterns": how many sign matrices have the signs of a matrix of rank k, and Warren's bound. "grid": the matrix
cos(2 pi n z) + sin(2 pi n z) at z = i j / n^2. "bits": cos(c x_i y_j) with x and y rounded to multiples of 2^-b.
"metric": the metric entropy of operators, from their spectra. --quick takes fewer points.
"""

import math
import sys
from collections.abc import Iterator
from itertools import permutations, product
from pathlib import Path

import numpy as np
from scipy.linalg import svdvals
from scipy.spatial import cKDTree
from setting import machine, print_tables

import opsvd
from opsvd import exact
from opsvd.figures import COLOURS, new_figure, styled

RESULTS = Path(__file__).parent / "results" / "entropy.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "entropy.png"
EPS = 10.0 ** -np.arange(1.0, 9.0)


def dimension(quick: bool) -> Iterator[str]:
    """Pairs of matrices whose phases differ by at most eps turns: their share goes like eps to the dimension."""
    centres, count = (500, 20_000) if quick else (2000, 100_000)
    yield f"dimension {'c':>12} {'eps':>7}  {'pairs':>9}  local dimension, from eps to eps / 2"
    for c in (1.0, 8.0, 64.0, math.inf):
        rng = np.random.default_rng(7)
        x, y = rng.standard_normal((2, count + centres, 2))
        turns = c / (2.0 * math.pi) * x[:, :, None] * y[:, None, :] if math.isfinite(c) else rng.random((len(x), 2, 2))
        points = turns.reshape(-1, 4) % 1.0
        radii = 0.4 * 0.5 ** np.arange(8)
        trees = [cKDTree(part, boxsize=1.0) for part in (points[:centres], points[centres:])]
        pairs = trees[0].count_neighbors(trees[1], radii, p=math.inf)
        for j, eps in enumerate(radii[:-1]):
            if pairs[j + 1] > 30:
                yield (f"dimension {c:>12g} {eps:>7.4f}  {pairs[j]:>9}  {math.log2(pairs[j] / pairs[j + 1]):.2f} +- "
                       f"{1.0 / math.log(2.0) / math.sqrt(pairs[j + 1]):.2f}")


def sign_matrices(n: int) -> int:
    """How many n by n sign matrices are those of a matrix of rank two without zeros, by enumeration.

    Columns are vectors of the plane. Only the cyclic order of the lines through them, and the side on which each lies,
    matter. A row is one of the 2n half-planes between these lines.
    """
    found = []
    for order in permutations(range(1, n)):
        if n > 2 and order[0] > order[-1]:
            continue    # the mirror image
        position = np.argsort([0, *order])
        turned = np.array([[1 if 0 <= (start - place) % (2 * n) < n else 0 for place in position]
                           for start in range(2 * n)])
        for side in product((0, 1), repeat=n - 1):
            codes = np.unique((turned ^ np.array([0, *side])) @ (1 << np.arange(n)))
            matrices = codes
            for row in range(1, n):
                matrices = (matrices[:, None] + (codes << (n * row))).ravel()
            found.append(np.unique(matrices))
    return int(np.unique(np.concatenate(found)).size)


def warren(n: int, k: int) -> float:
    """The base-two logarithm of Warren's bound (4 e d m / N)^N: m = n^2 polynomials of degree d = 2 in N = 2 k n."""
    return 2.0 * k * n * math.log2(4.0 * math.e * n / k)


def patterns(quick: bool) -> Iterator[str]:
    """The table of sign patterns, as logarithms to base two."""
    yield f"patterns {'n':>5} {'rank 1':>7} {'rank 2':>8} {'Warren 1':>9} {'Warren 2':>9} {'all':>7}"
    for n in (2, 3, 4) if quick else (2, 3, 4, 5, 10, 30, 100, 300, 1000):
        two = f"{math.log2(sign_matrices(n)):8.3f}" if n <= 5 else f"{'nan':>8}"
        yield f"patterns {n:>5} {2 * n - 1:>7} {two} {warren(n, 1):9.0f} {warren(n, 2):9.0f} {n * n:>7}"


def effective_rank(matrix: np.ndarray) -> float:
    """The effective rank of a matrix."""
    s = svdvals(matrix)
    return float(s.sum() ** 2 / (s @ s))


def grid(quick: bool) -> Iterator[str]:
    """The table of matrices without any randomness."""
    yield f"grid {'n':>5}  {'rank one':>8}  {'cos':>8}  {'cos + sin':>9}"
    for n in (8, 64) if quick else (8, 64, 512):
        z = np.outer(np.arange(n), np.arange(n)) / n**2
        phase = 2.0 * math.pi * (np.outer(np.arange(n), np.arange(n)) % n) / n    # 2 pi n z without rounding
        yield (f"grid {n:>5}  {effective_rank(z):8.3f}  {effective_rank(np.cos(phase)):8.3f}  "
               f"{effective_rank(np.cos(phase) + np.sin(phase)):9.3f}")


def bits(quick: bool) -> Iterator[str]:
    """The table of rounded numbers: n = 512, c = 10 n."""
    n, trials = (64, 2) if quick else (512, 3)
    yield f"bits {'b':>3} {'distinct':>8}  {'effective rank / n':>18}   n = {n}, c = {10 * n}"
    for b in range(0, 13, 4 if quick else 1):
        ranks, distinct = [], []
        for trial in range(trials):
            x, y = np.round(np.random.default_rng([trial, n]).standard_normal((2, n)) * 2.0**b) / 2.0**b
            distinct.append(min(np.unique(x).size, np.unique(y).size))
            ranks.append(effective_rank(np.cos(10.0 * n * np.outer(x, y))))
        yield f"bits {b:>3} {np.mean(distinct):8.1f}  {np.mean(ranks) / n:18.4f}"


def metric(quick: bool) -> Iterator[str]:
    """The table of metric entropies in bits: the sum over values above eps, and the bound from above."""
    spectra = {f"cos({c}xy)": lambda eps, c=c: opsvd.metric_entropy(exact.cos_product(c, 40 * c + 40), eps)
               for c in (1, 10, 100)}
    svd = opsvd.decompose(lambda x, y: np.tanh(x * y), rtol=1e-14)
    spectra["tanh(xy)"] = svd.metric_entropy
    jump = exact.heaviside_difference(200_000)
    rest = opsvd.spectrum.Tail(1.0 / (math.pi * math.sqrt(199_999.0)))
    spectra["x>y"] = lambda eps: opsvd.metric_entropy(jump, eps, tail=rest)
    yield f"metric {'kernel':<10} {'eps':>7}  {'sum, bits':>12} {'at most':>12}"
    for name, entropy in list(spectra.items())[:: 3 if quick else 1]:
        for eps in EPS:
            if name != "x>y" or eps > 5e-6:
                found = entropy(eps)
                least, most = found / math.log(2.0), found.upper / math.log(2.0)
                yield f"metric {name:<10} {eps:>7.0e}  {least:12.1f} {most:12.1f}"


def rows(head: str) -> list[list[str]]:
    """The rows of one table of the file of results."""
    lines = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    return [line[1:] for line in lines if line and line[0] == head and line[1] not in {"c", "n", "b", "kernel"}]


def draw() -> None:
    """Draw the four arguments."""
    figure = new_figure(8.4, 7.0)    # a page shows eight inches
    (one, two), (three, four) = figure.subplots(2, 2)
    table = np.array([[float(cell) for cell in (*row[:4], row[5])] for row in rows("dimension")])
    for colour, c in enumerate(np.unique(table[:, 0])):
        chosen = table[table[:, 0] == c]
        one.errorbar(chosen[:, 1], chosen[:, 3], chosen[:, 4], fmt="o-", markersize=4, capsize=2, color=COLOURS[colour],
                     label=f"$\\exp({c:g}\\, i\\, x_i y_j)$" if math.isfinite(c) else "independent")
    one.set(xscale="log", xlabel=r"resolution $\epsilon$, turns", ylabel="local dimension", ylim=(0.0, 6.2))
    one.invert_xaxis()
    styled(one, "2 by 2 matrices: 3 dimensions or 4").legend(fontsize=8)
    table = np.array([[float(cell) for cell in row] for row in rows("patterns")])
    names = {"rank 1": "o-", "rank 2": "s", "Warren, rank 1": "--", "Warren, rank 2": "--", "all": "-"}
    for column, (name, mark) in enumerate(names.items()):
        two.loglog(table[:, 0], table[:, column + 1], mark, markersize=5, color=COLOURS[column], label=name)
    two.set(xlabel="size $n$", ylabel="bits: $\\log_2$ of their number")
    styled(two, "sign patterns of rank 1 and 2").legend(fontsize=8)
    table = np.array([[float(cell) for cell in row] for row in rows("bits")])
    three.plot(table[:, 0], table[:, 2], "o-", color=COLOURS[0], label=r"$\cos(c\, x_i y_j)$, $x$ and $y$ rounded")
    three.plot(table[:, 0], table[:, 1] / 512, "x--", color=COLOURS[1], label="distinct numbers over $n$")
    three.axhline((8.0 / (3.0 * math.pi)) ** 2, color="0.4", linestyle=":", label="independent entries, 0.72")
    three.axhline(1.0, color=COLOURS[2], linewidth=1.2, label="cos + sin on the grid: nothing random")
    three.set(xlabel="digits after the binary point", ylabel="effective rank over $n$", ylim=(0.0, 1.55))
    styled(three, "n = 512: how many bits it takes").legend(fontsize=8, loc="upper left")
    for colour, name in enumerate(dict.fromkeys(row[0] for row in rows("metric"))):
        chosen = np.array([[float(cell) for cell in row[1:]] for row in rows("metric") if row[0] == name])
        chosen = chosen[chosen[:, 1] > 0.0]
        four.loglog(chosen[:, 0], chosen[:, 1], "o-", markersize=4, color=COLOURS[colour], label=name)
        four.fill_between(chosen[:, 0], chosen[:, 1], chosen[:, 2], color=COLOURS[colour], alpha=0.2, linewidth=0)
    four.invert_xaxis()
    four.set(xlabel=r"resolution $\epsilon$", ylabel=r"metric entropy $H(\epsilon)$, bits")
    styled(four, "image of the unit ball: two bounds").legend(fontsize=8)
    figure.savefig(FIGURE, dpi=160)


def main() -> None:
    """Print all tables, or draw them."""
    if "--figure" in sys.argv:
        draw()
        return
    print_tables(machine(), (dimension, patterns, grid, bits, metric))


if __name__ == "__main__":
    main()
