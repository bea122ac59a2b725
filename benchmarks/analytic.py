"""Is analytic enough for a fast decay? Every number of docs/analytic.md.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/analytic.py > benchmarks/results/analytic.txt
    python benchmarks/analytic.py --figure      # draws docs/figures/analytic.png from that file

"class": kernels that decay fast, the exponent beta of log(s_1 / s_i) ~ i^beta, and its bar. "wave" and "step": values
of two entire kernels that do not, beside the count of cells of phase space that are above each value. sin(sinh(b x y))
is decomposed on a box: that is a part of the operator, and none of its values is larger than the operator's of the same
index. erf(exp(a x^2) (x - y)) is projected to functions that are constant on cells, and to half as many. "count": the
slope of these counts, far out. "sample": sampled matrices of the first, beside the law of local waves. --quick takes
small sizes and few samples.
"""

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from local_waves import effective_rank_of_waves
from scipy.linalg import svdvals
from scipy.special import erf, erfc, ndtr
from setting import machine, print_tables

import opsvd
from opsvd.figures import COLOURS, new_figure, styled

RESULTS = Path(__file__).parent / "results" / "analytic.txt"
FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "analytic.png"
CLASSES: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "sin(2xy)": ("entire, order two", lambda x, y: np.sin(2.0 * x * y)),
    "exp(-(x-y)^2)": ("entire, order two", lambda x, y: np.exp(-((x - y) ** 2))),
    "1/(1+(x-y)^2)": ("strip in x", lambda x, y: 1.0 / (1.0 + (x - y) ** 2)),
    "sech(x-y)": ("strip in x", lambda x, y: 1.0 / np.cosh(x - y)),
    "1/(2+cos(xy))": ("strip in xy", lambda x, y: 1.0 / (2.0 + np.cos(x * y))),
    "1/(1.2+cos(xy))": ("strip in xy", lambda x, y: 1.0 / (1.2 + np.cos(x * y))),
    "tanh(xy)": ("sector and zero", lambda x, y: np.tanh(x * y)),
    "tanh(4xy)": ("sector and zero", lambda x, y: np.tanh(4.0 * x * y)),
    "1/(1+x^2y^2)": ("sector and zero", lambda x, y: 1.0 / (1.0 + (x * y) ** 2)),
    "x<y": ("jump", lambda x, y: 1.0 * (x < y)),
    "|x-y|": ("kink", lambda x, y: np.abs(x - y)),
}
WAVES = {0.5: 4.0, 1.0: 2.83, 2.0: 2.0, 4.0: 1.41}
"""b, and the end of the box: there the phase sinh(b X^2) is about 1,500, which takes 1,200 nodes."""
STEPS = (0.5, 1.0, 2.0)
REACH = 9.0
"""Cells with |x| beyond this have a probability of 1e-19."""
TRIALS = {128: 40, 256: 20, 512: 10, 1024: 4, 2048: 2}


def exponent(values: np.ndarray, errors: np.ndarray) -> tuple[float, float, int, float]:
    """Beta in log s_i = A - c i^beta with its bar, the number of values, and the smallest over the largest.

    Least squares over the values that stand ten times above their bars, but for the first fifth. The bar is what
    either half of them says otherwise.
    """
    good = int(np.argmin(np.append(values > 10.0 * errors, False)))
    index, log_s = np.arange(1.0, good + 1.0)[good // 5 :], np.log(values[good // 5 : good])
    half = index.size // 2
    beta = _fitted(index, log_s)
    other = max(abs(_fitted(index[:half], log_s[:half]) - beta), abs(_fitted(index[half:], log_s[half:]) - beta))
    return beta, other, good, float(values[good - 1] / values[0])


def _fitted(index: np.ndarray, log_s: np.ndarray) -> float:
    grid = np.linspace(0.02, 2.5, 1241)
    left = []
    for beta in grid:
        design = np.stack([np.ones_like(index), index**beta / index[-1] ** beta], axis=1)
        left.append(float(np.sum((design @ np.linalg.lstsq(design, log_s, rcond=None)[0] - log_s) ** 2)))
    return float(grid[int(np.argmin(left))])


def classes(quick: bool) -> Iterator[str]:
    """The table of classes: beta for fast decays, and the power for breaks."""
    yield f"class {'kernel':<18} {'class':<20} {'values':>6} {'down to':>8}  exponent"
    for name, (kind, h) in list(CLASSES.items())[:: 4 if quick else 1]:
        svd = opsvd.decompose(h, rtol=1e-8 if quick else 1e-14, max_seconds=5 if quick else 30)
        law = opsvd.decay_law(svd.singular_values, svd.errors)
        if law.kind == "power":
            last = float(svd.singular_values[-1] / svd.singular_values[0])
            yield (f"class {name:<18} {kind:<20} {law.used:>6} {last:8.0e}  "
                   f"power {law.rate:.3f} +- {law.error:.3f}")
            continue
        beta, bar, count, last = exponent(svd.singular_values, svd.errors)
        yield f"class {name:<18} {kind:<20} {count:>6} {last:8.0e}  beta {beta:.3f} +- {bar:.3f}"


def panel_nodes(phase: Callable[[np.ndarray], np.ndarray], end: float, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on [0, end], sixteen for every `step` of an increasing phase."""
    fine = np.linspace(0.0, end, 200_001)
    cuts = np.interp(np.linspace(0.0, phase(fine)[-1], math.ceil(phase(fine)[-1] / step) + 1), phase(fine), fine)
    x, w = np.polynomial.legendre.leggauss(16)
    middle, half = 0.5 * (cuts[1:] + cuts[:-1]), 0.5 * np.diff(cuts)
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def density(x: np.ndarray) -> np.ndarray:
    """The density of |x| for a standard Gaussian x."""
    return np.asarray(math.sqrt(2.0 / math.pi) * np.exp(-0.5 * x * x))


def waves_on_a_box(b: float, end: float) -> np.ndarray:
    """Values of sin(sinh(b x y)) on |x|, |y| < end; h is odd in both, so that half of the line has all of them."""
    x, w = panel_nodes(lambda x: np.sinh(b * x * end) + 20.0 * x / end, end, 20.0)
    root = np.sqrt(w * density(x))
    return np.asarray(svdvals(np.sin(np.sinh(b * np.outer(x, x))) * np.outer(root, root)))


def cells_of_waves(b: float, end: float, s: np.ndarray) -> np.ndarray:
    """How many values are above s: |theta_xy| / pi where sqrt(pi r(x) r(y) / (2 |theta_xy|)) is above s."""
    x = (np.arange(3000) + 0.5) * (end / 3000)
    z = b * np.outer(x, x)
    size = np.sqrt(0.5 * math.pi * np.outer(density(x), density(x)) / mixed(b, z))
    return _counted(size.ravel(), (mixed(b, z) * (end / 3000) ** 2 / math.pi).ravel(), s)


def steps_values(a: float, size: int) -> np.ndarray:
    """Values of erf(exp(a x^2) (x - y)) in functions that are constant on `size` cells of the half line and its mirror.

    Cells are narrower than the steps by the root of `size` where these are wide, and hold equal probability where they
    are not resolved. The mean of erf over a pair of cells is a second difference, as its slope hardly varies over one.
    """
    fine = np.linspace(0.0, 8.5, 400_001)
    wanted = np.exp(np.minimum(a * fine * fine, 300.0))
    share = 1.0
    for _ in range(60):    # the share of equal probability at which there are `size` cells
        total = np.cumsum(np.minimum(math.sqrt(size) * wanted, share * density(fine))) * (fine[1] - fine[0])
        share *= (size / total[-1]) ** 1.5
    cuts = np.interp(np.linspace(0.0, total[-1], size + 1), total, fine)
    width, middle = np.diff(cuts), 0.5 * (cuts[1:] + cuts[:-1])
    root = np.sqrt(0.5 * np.diff(ndtr(cuts) - ndtr(-cuts)))
    slope = np.exp(np.minimum(a * middle**2, 300.0))[:, None]
    near, far = (_mean_of_erf(slope, cuts, low, high) for low, high in ((cuts[:-1], cuts[1:]), (-cuts[1:], -cuts[:-1])))
    scale = np.outer(root / width, root / width)
    return np.sort(np.concatenate([svdvals((near + far) * scale), svdvals((near - far) * scale)]))[::-1]


def _mean_of_erf(slope: np.ndarray, cuts: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The integral of erf(slope (x - y)) over x between two cuts and low < y < high: the same cells, or others."""
    def rest(z: np.ndarray) -> np.ndarray:    # the second integral of erf, less that of the sign
        u = np.abs(slope * z)
        bell = u * np.exp(-u * u) / math.sqrt(4.0 * math.pi)
        return np.asarray(np.sign(z) * (0.25 * erf(u) - 0.5 * u * u * erfc(u) + bell) / slope**2)

    left, right = cuts[:-1, None], cuts[1:, None]
    sign = np.where(left == low, 0.0, np.sign(left - low) * (right - left) * (high - low))
    return sign + rest(right - low) - rest(left - low) - rest(right - high) + rest(left - high)


def cells_of_steps(a: float, end: float, s: np.ndarray) -> np.ndarray:
    """How many values are above s: 1 / 2 pi for each cell where r(x) exp(-(q / 2 k(x))^2) / q is above s, |x| < end."""
    x = np.linspace(0.0, end, 4001)
    x = 0.5 * (x[1:] + x[:-1])
    q = np.geomspace(1e-2, 40.0 * math.exp(a * end * end), 3000)
    size = np.exp(-((q / (2.0 * np.exp(a * x[:, None] ** 2))) ** 2)) / q * density(x)[:, None]
    area = np.gradient(q) * (end / 4000) * 4.0 / (2.0 * math.pi)    # both signs of x and of q
    return _counted(size.ravel(), np.broadcast_to(area, size.shape).ravel(), s)


def _counted(size: np.ndarray, area: np.ndarray, s: np.ndarray) -> np.ndarray:
    order = np.argsort(-size)
    return np.asarray(np.interp(-s, -size[order], np.cumsum(area[order])))


def waves(quick: bool) -> Iterator[str]:
    """The table of sin(sinh(b x y)) on a box: values at indices that double, and what cells say of box and plane."""
    yield f"wave {'b':>5} {'box':>5} {'i':>6}  {'s_i':>11}  {'cells of box':>12} {'cells of all':>12}"
    for b, end in [(2.0, 1.6)] if quick else WAVES.items():
        s = waves_on_a_box(b, end)
        index = 2 ** np.arange(0, int(math.log2(s.size)))
        index = index[s[index - 1] > 1e-13 * s[0]]
        inside, whole = cells_of_waves(b, end, s[index - 1]), cells_of_waves(b, REACH, s[index - 1])
        for i, box, plane in zip(index, inside, whole, strict=True):
            yield f"wave {b:>5g} {end:>5.3g} {i:>6}  {s[i - 1]:11.4e}  {box:12.1f} {plane:12.1f}"


def steps(quick: bool) -> Iterator[str]:
    """The table of erf(exp(a x^2) (x - y)): values at indices that double, with those of half the cells, and counts."""
    yield f"step {'a':>5} {'i':>6}  {'s_i':>11} {'of half':>11}  {'cells of all':>12}  slope  power"
    size = 300 if quick else 1200
    for a in STEPS[:1] if quick else STEPS:
        s, coarse = steps_values(a, size), steps_values(a, size // 2)
        index = 2 ** np.arange(0, int(math.log2(size / 3.0)) + 1)
        whole = cells_of_steps(a, REACH, s[index - 1])
        for j, i in enumerate(index):
            slope = math.log2(s[index[j - 1] - 1] / s[i - 1]) if j else math.nan
            yield (f"step {a:>5g} {i:>6}  {s[i - 1]:11.4e} {coarse[i - 1]:11.4e}  {whole[j]:12.1f}  {slope:5.2f}  "
                   f"{1.0 + 0.5 / a:.2f}")


def laws(quick: bool) -> Iterator[str]:
    """The slopes -d log s / d log i of the counts of cells over the plane, far out."""
    orders = (2, 4) if quick else (2, 4, 6, 8)
    yield "count of      power  " + "  ".join(f"i = 1e{order:<2}" for order in orders)
    s = np.geomspace(1e-1, 1e-30, 400)
    cases = [("b", b, cells_of_waves, 0.5 + 0.5 / b) for b in WAVES]
    cases += [("a", a, cells_of_steps, 1.0 + 0.5 / a) for a in STEPS]
    for name, parameter, cells, power in cases[:: 4 if quick else 1]:
        count = np.log(np.maximum(cells(parameter, REACH, s), 1e-3))
        at = [float(np.interp(order * math.log(10.0), count, np.log(s))) for order in orders]
        below = [float(np.interp(order * math.log(10.0) + 0.5, count, np.log(s))) for order in orders]
        yield (f"count {name} = {parameter:<4g} {power:5.3f}  "
               + "  ".join(f"{2.0 * (first - second):8.3f}" for first, second in zip(at, below, strict=True)))


def samples(quick: bool) -> Iterator[str]:
    """The table of sampled matrices of sin(sinh(b x y))."""
    yield f"sample {'b':>4} {'n':>6}  {'law':>8}  {'sampled':>8} {'error':>6}  sampled/law  slope  n^(1-1/b)"
    for b in (2.0,) if quick else tuple(WAVES):
        last = math.nan
        for n, trials in list(TRIALS.items())[: 2 if quick else None]:
            law = effective_rank_of_waves(n, lambda x, y, b=b: mixed(b, b * x * y),
                                          lambda x, y, b=b: mean_square(b * x * y))
            found = np.empty((trials, 2))
            for trial in range(trials):
                x, y = np.random.default_rng([trial, n]).standard_normal((2, n))
                s = svdvals(phi(b * np.outer(x, y)) / n)
                found[trial] = s.sum(), s @ s
            means = found.mean(axis=0)
            rank = means[0] ** 2 / means[1]
            scatter = rank * (2.0 * found[:, 0] / means[0] - found[:, 1] / means[1])
            error = scatter.std(ddof=1) / math.sqrt(trials) if trials > 1 else math.nan
            yield (f"sample {b:>4g} {n:>6}  {law:8.2f}  {rank:8.2f} {error:6.2f}  {rank / law:11.3f}  "
                   f"{math.log2(rank / last):5.2f}  {max(1.0 - 1.0 / b, 0.0):9.2f}")
            last = rank


def phi(z: np.ndarray) -> np.ndarray:
    """sin(sinh(z)); beyond |z| = 25 the phase has no digits left, and any phase will do."""
    return np.asarray(np.sin(np.sinh(np.clip(z, -25.0, 25.0))))


def mixed(b: float, z: np.ndarray) -> np.ndarray:
    """The mixed derivative of sinh(b x y), for z = b x y."""
    return np.asarray(b * (np.cosh(z) + z * np.sinh(z)))


def mean_square(z: np.ndarray) -> np.ndarray:
    """The local mean square of sin(sinh(z)): itself up to a phase of two, and one half beyond."""
    phase = np.sinh(np.minimum(z, 25.0))
    return np.where(phase < 2.0, np.sin(np.minimum(phase, 2.0)) ** 2, 0.5)


def rows(head: str) -> list[list[float]]:
    """The rows of numbers of one table of the file of results."""
    lines = [line.split() for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    return [[float(cell) for cell in line[1:]] for line in lines if len(line) > 1 and line[0] == head
            and line[1][0].isdigit()]


def draw() -> None:
    """Draw decays that are fast, values of the two kernels on boxes, and sampled effective ranks."""
    figure = new_figure(8.4, 7.6)    # a page shows eight inches
    fast, ranks, boxes_ = figure.subplot_mosaic([["fast", "ranks"], ["boxes", "boxes"]]).values()
    for colour, name in enumerate(("sin(2xy)", "1/(1+(x-y)^2)", "1/(2+cos(xy))", "tanh(xy)")):
        svd = opsvd.decompose(CLASSES[name][1], rtol=1e-14)
        good = int(np.argmin(np.append(svd.singular_values > 10.0 * svd.errors, False)))
        fast.semilogy(np.arange(1, good + 1), svd.singular_values[:good] / svd.singular_values[0], ".-", markersize=4,
                      linewidth=0.8, color=COLOURS[colour], label=f"{name}: {CLASSES[name][0]}")
    fast.set(xlabel="index $i$", ylabel="$s_i / s_1$")
    styled(fast, "analytic and bounded around the axis").legend(fontsize=8)
    for head, marker, style, name, at in (("wave", "o", "-", "b", 2), ("step", "x", "--", "a", 1)):
        table = np.array(rows(head))
        for colour, parameter in enumerate(np.unique(table[:, 0])):
            chosen = table[table[:, 0] == parameter]
            boxes_.loglog(chosen[:, at], chosen[:, at + 1], marker, markersize=5, color=COLOURS[colour],
                          label=f"${name} = {parameter:g}$, " + ("sin sinh" if head == "wave" else "erf"))
            boxes_.loglog(chosen[:, 4], chosen[:, at + 1], style, linewidth=1.0, color=COLOURS[colour])
    boxes_.set(xlabel="index $i$", ylabel="$s_i$", xlim=(0.7, None))
    styled(boxes_, "entire and bounded: values, and counts of cells").legend(fontsize=9, loc="lower left", ncols=2)
    table = np.array(rows("sample"))
    for colour, b in enumerate(np.unique(table[:, 0])):
        _, n, law, seen, error = table[table[:, 0] == b].T[:5]
        ranks.loglog(n, law, color=COLOURS[colour], linewidth=1.2)
        ranks.errorbar(n, seen, yerr=np.nan_to_num(error), fmt="o", markersize=4.5, capsize=2, color=COLOURS[colour],
                       label=f"$b = {b:g}$")
    ranks.loglog(n, n, color="0.4", linestyle=":", label="$n$")
    ranks.set_xticks(list(TRIALS), [str(n) for n in TRIALS])
    ranks.minorticks_off()
    ranks.set(xlabel="size $n$", ylabel="effective rank")
    styled(ranks, r"$\sin(\sinh(b\, x_i y_j))$: sampled, and the law").legend(fontsize=9)
    figure.savefig(FIGURE, dpi=160)


def main() -> None:
    """Print all tables, or draw them."""
    if "--figure" in sys.argv:
        draw()
        return
    print_tables(machine(), (classes, waves, steps, laws, samples))


if __name__ == "__main__":
    main()
