"""Where does opsvd find that a kernel breaks? Eight kernels that it knows nothing about, in docs/unknown_kernels.md.

Drawn by ``python benchmarks/figures_of_breaks.py docs/figures/breaks.png``.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from opsvd.figures import new_figure, plot_breaks
from opsvd.probing.break_points import break_points


def relu_network(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Two layers of four and three rectified units, with weights drawn once."""
    rng = np.random.default_rng(3)
    inner, outer = rng.standard_normal((4, 3)), rng.standard_normal((3, 5))
    units = [np.maximum(a * x + b * y + c, 0.0) for a, b, c in inner]
    total = [np.maximum(sum(w * unit for w, unit in zip(row[:4], units, strict=True)) + row[4], 0.0) for row in outer]
    return np.asarray(total[0] - total[1] + total[2])


KERNELS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "$(x > y) + (x + y > 1)$": lambda x, y: (x > y) + 1.0 * (x + y > 1.0),
    "$(x^2 + y^2 < 1)$": lambda x, y: x**2 + y**2 < 1.0,
    r"$(y > \sin 2x)$": lambda x, y: y > np.sin(2.0 * x),
    "$(y > x^3 - x)$": lambda x, y: y > x**3 - x,
    "$|y - x^2|$": lambda x, y: np.abs(y - x**2),
    r"$\mathrm{clip}(xy, -1, 1)$": lambda x, y: np.clip(x * y, -1.0, 1.0),
    "two layers of relu": relu_network,
    r"$\mathrm{sign}(xy)\,(|xy| > \frac{1}{2})$": lambda x, y: np.sign(x * y) * (np.abs(x * y) > 0.5),
}


def main(path: Path) -> None:
    """Draw all kernels into one figure."""
    figure = new_figure(10.5, 5.8)
    for (title, h), ax in zip(KERNELS.items(), figure.subplots(2, 4, sharex=True, sharey=True).flat, strict=True):
        plot_breaks(h, ax=ax).set_title(title, fontsize=12)
        ax.set(aspect="equal", xticks=[-2, 0, 2], yticks=[-2, 0, 2])
        ax.label_outer()
        print(f"{title}: {len(break_points(h))} points")
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
