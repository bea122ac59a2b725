"""The effective rank of phi o (X Y^T / sqrt k) for k = c n^alpha: sampled, with the prediction through the points.

X and Y are n x k, with standard Gaussian entries. The operator phi(<x, y> / sqrt k) splits into levels l, the degrees
of spherical harmonics, of multiplicity N(k, l); within a level stands a radial kernel on chi_k x chi_k (Funk and
Hecke). From values and multiplicities the deterministic equivalent predicts the whole spectrum of a sample.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/open_question.py > benchmarks/results/open_question.txt

The table goes to stdout, and docs/figures/open_question.png is drawn from it with --figure.
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import gammaln, roots_genlaguerre, roots_legendre
from setting import machine

from opsvd import DeterministicEquivalent, deterministic_equivalent

RESULTS = Path(__file__).parent / "results" / "open_question.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "open_question.png"
PHI: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda z: z,
    "sign": np.sign,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "hermite2": lambda z: (z * z - 1.0) / math.sqrt(2.0),
}
SCALINGS = {"0": (4.0, 0.0), "1/4": (2.0, 0.25), "1/2": (1.0, 0.5)}
"""alpha: (c, alpha)."""
SAMPLED, PREDICTED = (256, 512, 1024, 2048), (256, 512, 1024, 2048, 4096, 8192, 16384)
MORE = (*((name, "1/2", 4096) for name in ("sign", "tanh", "relu", "hermite2")), ("sign", "1/2", 8192))
RADIAL, ANGULAR = 24, 400


def multiplicity(k: int, level: int) -> float:
    """The number of spherical harmonics of a degree in R^k."""
    if level == 0:
        return 1.0
    return (2 * level + k - 2) / level * math.exp(gammaln(level + k - 2) - gammaln(level) - gammaln(k - 1))


def spectrum(phi: Callable[[np.ndarray], np.ndarray], k: int, count: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Values, multiplicities, and the energy beyond, of phi(<x, y> / sqrt k) on R^k, k >= 2, up to `count` values."""
    t, w = roots_genlaguerre(RADIAL, k / 2.0 - 1.0)
    r, w = np.sqrt(2.0 * t), w / w.sum()
    nodes, lebesgue = roots_legendre(ANGULAR)
    # cos(angle) = +-sin(theta): both halves, so that a kink at zero is an end.
    theta, lebesgue = 0.25 * np.pi * (nodes + 1.0), lebesgue * np.cos(0.25 * np.pi * (nodes + 1.0)) ** (k - 2)
    cosine = np.concatenate([np.sin(theta), -np.sin(theta)])
    lebesgue = np.concatenate([lebesgue, lebesgue]) / (2.0 * lebesgue.sum())
    outer = np.multiply.outer(r, r) / math.sqrt(k)
    h = phi(outer[:, :, None] * cosine)
    norm = float(np.einsum("ijt,i,j,t->", h**2, w, w, lebesgue))
    values, counts, before, legendre = [], [], np.zeros_like(cosine), np.ones_like(cosine)
    for level in range(400):
        radial = np.sqrt(np.outer(w, w)) * (h @ (lebesgue * legendre))
        s = np.linalg.svd(radial, compute_uv=False)
        s = s[s > 1e-9 * math.sqrt(norm)]
        values.append(s)
        counts.append(np.full(s.size, multiplicity(k, level)))
        if multiplicity(k, level) > count or sum(map(np.sum, counts)) > 10.0 * count:
            break
        before, legendre = legendre, (
            ((2 * level + k - 2) * cosine * legendre - level * before) / (level + k - 2) if level else cosine)
    flat, many = np.concatenate(values), np.concatenate(counts)
    return flat, many, max(norm - float(many @ flat**2), 0.0)


def predicted(name: str, k: int, n: int) -> DeterministicEquivalent:
    """The law of the n x n sample."""
    values, counts, beyond = spectrum(PHI[name], k, 100.0 * n)
    return deterministic_equivalent(values, counts, n, tail_energy=beyond if beyond > 1e-9 else 0.0)


def sampled(name: str, k: int, n: int, seed: int) -> float:
    """The effective rank of one sample, by LAPACK."""
    rng = np.random.default_rng([seed, n, k])
    s = np.linalg.svd(PHI[name](rng.standard_normal((n, k)) @ rng.standard_normal((k, n)) / math.sqrt(k)),
                      compute_uv=False)
    return float(s.sum() ** 2 / (s @ s))


def report() -> None:
    """Print a line for each function, alpha and n; sampled where it is affordable."""
    print(f"{machine()}\n\n{'phi':>9} {'alpha':>6} {'n':>6} {'k':>4}  {'predicted':>10} {'sampled':>10}  ratio")
    for name in PHI:
        for label, (c, alpha) in SCALINGS.items():
            for n in PREDICTED:
                k = round(c * n**alpha)
                rank = predicted(name, k, n).effective_rank
                found = sampled(name, k, n, 0) if n in SAMPLED or (name, label, n) in MORE else math.nan
                print(f"{name:>9} {label:>6} {n:>6} {k:>4}  {rank:10.2f} {found:10.2f}  {found / rank:.3f}", flush=True)


def draw() -> None:
    """Draw the table: one panel for each alpha."""
    import matplotlib.pyplot as plt

    rows = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row and row[0] in PHI]
    figure, axes = plt.subplots(1, 3, figsize=(11.5, 4.2), layout="constrained", sharey=True)
    for ax, (label, (c, _)) in zip(axes, SCALINGS.items(), strict=True):
        for colour, name in enumerate(PHI):
            table = np.array([[float(cell) for cell in row[2:6]] for row in rows if row[:2] == [name, label]])
            ax.loglog(table[:, 0], table[:, 2], color=f"C{colour}", label=name)
            ax.loglog(table[:, 0], table[:, 3], "o", color=f"C{colour}", markersize=4)
        ax.loglog(table[:, 0], table[:, 0], color="black", linestyle=":", linewidth=1)
        ax.set_title(f"$k = {c:g}$" if label == "0" else f"$k = {c:g}\\, n^{{{label}}}$".replace("= 1\\,", "="))
        ax.set_xlabel("$n$")
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("effective rank")
    axes[0].legend()
    figure.savefig(FIGURE, dpi=120)


if __name__ == "__main__":
    draw() if "--figure" in sys.argv else report()
