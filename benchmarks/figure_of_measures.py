"""What does the measure do to a kernel? exp(-|x - y|) under four measures, for docs/measures.md.

Drawn by ``python benchmarks/figure_of_measures.py docs/figures/measures.png``.
"""

import sys
import warnings
from pathlib import Path

import numpy as np

import opsvd
from opsvd.figures import new_figure, plot_functions

# The measures, and windows of x.
MEASURES = {
    "Uniform(-1, 1)": (opsvd.Uniform(-1.0, 1.0), (-1.0, 1.0)),
    "Beta(1/2, 1/2, -1, 1)": (opsvd.Beta(0.5, 0.5, -1.0, 1.0), (-1.0, 1.0)),
    "StudentT(1)": (opsvd.StudentT(1.0), (-12.0, 12.0)),
    "two Gaussians": (opsvd.Mixture([opsvd.Gaussian(-2.0, 0.5), opsvd.Gaussian(1.0, 1.0)], [0.3, 0.7]), (-4.0, 4.0)),
}
SAMPLES = 400_000


def main(path: Path) -> None:
    """Draw densities, as histograms of samples, above singular functions."""
    figure = new_figure(8.4, 4.4)    # a page shows eight inches
    above, below = figure.subplots(2, 4, height_ratios=(1, 2), sharex="col")
    for (title, (mu, window)), top, ax in zip(MEASURES.items(), above, below, strict=True):
        x = mu.sample(SAMPLES, np.random.default_rng(0))
        bins = np.linspace(*window, 81)
        top.hist(x, bins, weights=np.full(SAMPLES, 1.0 / (SAMPLES * (bins[1] - bins[0]))), color="0.75")
        top.set_title(title, fontsize=11)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
            svd = opsvd.decompose(lambda x, y: np.exp(-np.abs(x - y)), mu, mu, rtol=1e-8)
        plot_functions(svd, ax, count=3)
        values = ", ".join(f"{value:.3f}" for value in svd.singular_values[:3])
        print(f"{title}: {values}; largest bar {svd.errors[:3].max():.0e}")
        ax.set_title(f"$s_i$: {values}", fontsize=8.5)
        ax.set(xlim=window, ylim=(-2.1, 2.1), xlabel="$x$", ylabel="")
        ax.get_legend().remove()
    above[0].set_ylabel("density")
    below[0].set_ylabel("singular functions")
    names = [f"$f_{i} = g_{i}$" for i in (1, 2, 3)]
    figure.legend(below[0].lines[::2], names, loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=160)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
