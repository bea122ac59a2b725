r"""The whole singular spectrum of phi o (X Y^T / sqrt k) for k = sqrt n, and what two laws say of it.

X and Y are n x k, with standard Gaussian entries; the matrix is phi(<x_i, y_j> / sqrt k) / n. Three densities:

sampled      one matrix, by LAPACK
equivalent   `OperatorSVD.equivalent(n).density`: degree by degree of spherical harmonics, shell by shell of the lengths
theorem      the limit of S. Dubova, Y. M. Lu, B. McKenna, H.-T. Yau (arXiv 2310.18280) for symmetric kernel matrices,
             carried over to independent X and Y: see `theorem` below, and docs/open_question.md

    OMP_NUM_THREADS=1 python benchmarks/spectral_density.py > benchmarks/results/spectral_density.txt
    python benchmarks/spectral_density.py --figure      draws docs/figures/spectral_density.png from that table

n is 4096 by default, which takes a minute and a half; --quick takes n = 400.
"""

import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import quad, trapezoid
from scipy.linalg import svdvals
from scipy.special import eval_hermitenorm
from setting import machine

import opsvd
from opsvd.figures import COLOURS, new_figure, styled

RESULTS = Path(__file__).parent / "results" / "spectral_density.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "spectral_density.png"
PHI: dict[str, tuple[Callable[[Any], Any], tuple[float, ...]]] = {
    "sign": (np.sign, (0.0,)), "tanh": (np.tanh, ()), "relu": (lambda z: np.maximum(z, 0.0), (0.0,))}
EDGES = np.linspace(-4.0, 2.0, 121)
"""Of the bins, in log10 of sqrt(n) times the singular value."""
BULK = {"sign": 1.35, "tanh": 0.4, "relu": 0.9}
"""Where the drawn bulk ends, times sqrt(n)."""
FRACTIONS = (0.05, 0.25, 0.5, 0.75, 0.9, 0.99)
"""Of all singular values: the quantiles that are compared."""


def sampled(name: str, n: int, k: int, trial: int = 0) -> np.ndarray:
    """The singular values of one sample."""
    rng = np.random.default_rng([trial, n, k])
    x, y = rng.standard_normal((n, k)), rng.standard_normal((n, k))
    return np.asarray(svdvals(PHI[name][0](x @ y.T / math.sqrt(k)), overwrite_a=True) / n)


def hermite_energies(phi: Callable[[Any], Any], degrees: int) -> np.ndarray:
    """The squares of E[phi(z) He_l(z)] / sqrt(l!), l = 0, 1, ..., and, last, what is left of E[phi(z)^2]."""
    def mean(f: Callable[[float], Any]) -> float:
        return sum(quad(lambda z: float(f(z)) * math.exp(-0.5 * z * z), *ends, epsabs=1e-13)[0]
                   for ends in ((-12.0, 0.0), (0.0, 12.0))) / math.sqrt(2.0 * math.pi)
    squares = [mean(lambda z, degree=degree: phi(z) * eval_hermitenorm(degree, z)) ** 2 / math.factorial(degree)
               for degree in range(degrees)]
    return np.array([*squares, mean(lambda z: phi(z) ** 2) - sum(squares)])


def free_density(x: np.ndarray, ratio: float, level: float, noise: float) -> np.ndarray:
    r"""The density of log(n sigma^2) at log x, for one level of ratio n values and energy `level`, and noise.

    With df / n = g(K) = ratio level / (level + ratio K) + noise / K, the law is K (1 - g)^2 = -z at z = n sigma^2: a
    quartic in K, whose root in the upper half-plane of g is the one wanted. For a level alone it is the free product of
    two Marchenko-Pastur laws, for noise alone the quarter circle, and else their rectangular free convolution.
    """
    square = np.polymul([ratio, level - ratio * level - ratio * noise, -noise * level],
                        [ratio, level - ratio * level - ratio * noise, -noise * level])
    other = np.polymul([ratio, level], [ratio, level])
    found = []
    for one in x:
        roots = np.roots(np.polyadd(square, np.polymul([one, 0.0], other)))
        with np.errstate(divide="ignore", invalid="ignore"):
            g = ratio * level / (level + ratio * roots) + noise / roots
        found.append(max(g[np.isfinite(g)].imag.max(initial=0.0), 0.0) / math.pi)
    return np.array(found)


def theorem(name: str, n: int, k: int, log_s: np.ndarray) -> np.ndarray:
    """What the theorem has for the number of singular values for a unit of log sigma.

    With k^2 / 2 about n / 2, degree 2 has as many functions as points, up to a factor, and is in the bulk with all
    higher ones for noise; the k functions of degree 1 are a block of their own, and that of degree 0 one value.
    """
    energies = hermite_energies(PHI[name][0], 3)
    x = n * np.exp(2.0 * log_s)
    bulk = free_density(x, 0.5 * k * k / n, energies[2], energies[3])
    block = free_density(x, k / n, energies[1], 0.0)
    return 2.0 * ((n - k - 1) * bulk + n * block)


def quantiles(log_s: np.ndarray, density: np.ndarray, n: int) -> np.ndarray:
    """Of a density with values in log sigma; what is below the range counts as the smallest."""
    above = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1])[::-1] * np.diff(log_s)[::-1])])
    return np.exp(np.interp((1.0 - np.array(FRACTIONS)) * n, above, log_s[::-1]))


def report(n: int) -> None:
    """Print quantiles, and the counts of all bins, of each function."""
    k = round(math.sqrt(n))
    print(f"{machine()}\n\nn = {n}, k = {k}; singular values times sqrt(n)\n")
    fine = np.linspace(EDGES[0], EDGES[-1], 20 * (EDGES.size - 1) + 1) * math.log(10.0) - 0.5 * math.log(n)
    for name, (phi, _) in PHI.items():
        law, s, limit = equivalent(name, n, k), sampled(name, n, k), theorem(name, n, k, fine)
        rows = {"sampled": np.quantile(s, FRACTIONS), "equivalent": law.quantiles(FRACTIONS),
                "theorem": quantiles(fine, limit, n)}
        print(f"{name:>6} {'quantile':>10} " + " ".join(f"{part:>8.2f}" for part in FRACTIONS) + f" {'eff. rank':>10}")
        ranks = (s.sum() ** 2 / (s @ s), law.effective_rank.value,
                 rank(fine, limit, hermite_energies(phi, 1)[0]))
        for (label, row), found in zip(rows.items(), ranks, strict=True):
            print(f"{name:>6} {label:>10} " + " ".join(f"{value:8.4f}" for value in row * math.sqrt(n)) +
                  f" {found:10.1f}")
        print(f"{name:>6} {agreement(s, law.singular_values)}\n")
        counts = np.histogram(np.log10(s * math.sqrt(n)), EDGES)[0]
        both = [counted(fine, density) for density in (law.density(np.exp(fine)), limit)]
        for low, high, *found in zip(EDGES, EDGES[1:], counts, *both, strict=False):
            if max(found) > 0.005:
                print(f"{name:>6} bin {low:7.3f} {high:7.3f}  {found[0]:6d} {found[1]:9.2f} {found[2]:9.2f}")
        print(flush=True)
    print(f"in few dimensions: k = 4, n = {n // 4}, the means of four samples")
    for name in PHI:
        s = np.mean([sampled(name, n // 4, 4, trial) for trial in range(4)], axis=0)
        print(f"{name:>6} {agreement(s, equivalent(name, n // 4, 4).singular_values)}")


def agreement(s: np.ndarray, law: np.ndarray) -> str:
    """How far ordered values are from sampled ones, in parts of the nuclear norm."""
    off, held = law / s - 1.0, np.cumsum(s) / s.sum()
    return "equivalent over sampled, root mean square and largest difference, of the values that hold: " + "; ".join(
        f"{low:.0%} to {high:.0%} of the nuclear norm {np.sqrt(np.mean(off[chosen] ** 2)):.2%}, "
        f"{np.abs(off[chosen]).max():.2%}" for low, high in ((0.0, 0.5), (0.5, 0.9), (0.9, 0.99))
        for chosen in [(held > low) & (held <= high)])


def equivalent(name: str, n: int, k: int) -> opsvd.RadialEquivalent:
    """The law of the library."""
    phi, kinks = PHI[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        return opsvd.decompose(opsvd.elementwise(lambda z: phi(z / math.sqrt(k)), k, kinks), rtol=1e-8).equivalent(n)


def counted(fine: np.ndarray, density: np.ndarray) -> np.ndarray:
    """The number of values in each bin, by the trapezoid rule."""
    sums = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(fine))])
    return np.diff(sums[::20])


def rank(log_s: np.ndarray, density: np.ndarray, constant: float) -> float:
    """The effective rank of a density, with the one value of degree 0, whose square is given."""
    first, second = (float(trapezoid(density * np.exp(power * log_s), log_s)) for power in (1, 2))
    return (first + math.sqrt(constant)) ** 2 / (second + constant)


def draw() -> None:
    """Draw the table: above, all values, on logarithmic axes; below, the bulk on linear ones."""
    rows = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    figure = new_figure(8.4, 6.6)    # a page shows eight inches
    axes = figure.subplots(2, len(PHI), sharey="row")
    width = math.log(10.0) * (EDGES[1] - EDGES[0])
    for (above, below), name in zip(axes.T, PHI, strict=True):
        table = np.zeros((EDGES.size - 1, 3))
        for row in rows:
            if row[:2] == [name, "bin"]:
                table[np.argmin(np.abs(EDGES - float(row[2])))] = [float(cell) for cell in row[4:]]
        for ax in (above, below):
            for column, kind in enumerate((
                    {"fill": True, "color": COLOURS[4], "alpha": 0.55, "label": "one sample"},
                    {"color": COLOURS[0], "linewidth": 2.2, "label": "svd.equivalent(n)"},
                    {"color": COLOURS[1], "linewidth": 1.3, "linestyle": "--", "label": "limit theorem"})):
                ax.stairs(table[:, column] / width, 10.0**EDGES, **kind)
        styled(above, name).set(xscale="log", yscale="log", xlim=(0.02, 40.0), ylim=(1.0, 1e4))
        styled(below).set(xlim=(0.0, BULK[name]), xlabel=r"$\sqrt{n}\,\sigma$")
    for ax in axes[:, 0]:
        ax.set_ylabel(r"values for a unit of $\log\,\sigma$")
    axes[0, -1].legend(fontsize=8, loc="upper right")
    figure.suptitle(r"All singular values of $\phi(XY^\top / \sqrt{k}) / n$, $n = 4096$, $k = 64$")
    figure.savefig(FIGURE, dpi=160)


if __name__ == "__main__":
    draw() if "--figure" in sys.argv else report(400 if "--quick" in sys.argv else 4096)
