r"""The figures of the essay that opsvd answers, for its functions or any others, with what the samples tend to.

"It's hard to turn a low-rank matrix into a high-rank matrix" (October 2024) samples the matrices
:math:`\phi(x_i y_j) / n` for five functions :math:`\phi`, and a matrix of independent Gaussian entries for contrast. It
shows (a) their singular values for three sizes n, and (b) their effective rank against n.
"""

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betaincinv

from ._support.validation import affordable, described, generator, positive_int, require_memory, sizes
from .driver import decompose
from .figures import COLOURS, ink, new_figure, styled
from .kernels import Kernel, elementwise
from .measures import Gaussian
from .sampling import MonteCarloSpectrum
from .sampling.monte_carlo import Trials, iid_trials, kernel_trials
from .sampling.trials import announce
from .spectrum import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RANKS_N = (10, 17, 28, 46, 77, 129, 215, 359, 599, 1000)
"""The sizes at which effective ranks are sampled: ten from 10 to 1000 with equal ratios."""

_KERNELS: dict[str, tuple[Callable[..., Any], str]] = {
    # title: (h, closed form of the effective rank where it is worth writing)
    r"$\mathbf{A} = \frac{1}{n}\mathbf{xy}^{\!\top}$": (lambda x, y: x * y, ""),
    r"$\mathbf{A}_{\sin} = \frac{1}{n}\sin\,\circ\,\mathbf{xy}^{\!\top}$":
        (lambda x, y: np.sin(x * y), r"$\sqrt{5}$ = "),
    r"$\mathbf{A}_{\tanh}$": (lambda x, y: np.tanh(x * y), ""),
    r"$\mathbf{A}_{z \mapsto z^2}$": (lambda x, y: (x * y) ** 2, ""),
    r"$\mathbf{A}_{z \mapsto \log|z|}$": (lambda x, y: np.log(np.abs(x * y)), ""),
}
_IID_TITLE = r"$\mathbf{M}$ s.t. $M_{ij} \sim \mathcal{N}(0, \frac{1}{n})$"


@dataclass(frozen=True)
class EssayPanel:
    r"""The numbers behind one panel of both figures.

    Attributes
    ----------
    title : str
        In matplotlib's mathematical text.
    n : tuple of int
        The sizes of the sampled spectra.
    spectra : tuple of ndarray, shapes (n,)
        The singular values of one sampled matrix for each size.
    limits : tuple of ndarray
        What each tends to: the operator's singular values, the same for every n; for independent entries, n quantiles
        of the quarter-circle law.
    limit_errors : tuple of ndarray
        Their error bars; zeros for the quantiles.
    ranks_n : ndarray, shape (k,)
        The sizes at which the effective rank is sampled.
    ranks : ndarray, shape (trials, k)
        The sampled effective ranks.
    ranks_limit : ndarray, shape (k,)
        What they tend to: the operator's effective rank, the same for every n, NaN if it is infinite or not known; for
        independent entries, :math:`(8 / 3\pi)^2 n`.
    ranks_label : str
        The limit of the effective rank in words.
    predicted_n, predicted : ndarray, shape (j,)
        Sizes at which `OperatorSVD.predict` has the mean of sampled effective ranks, and these means.
    grows : bool
        Whether the effective rank grows with n, as it does for independent entries alone.
    """

    title: str
    n: tuple[int, ...]
    spectra: tuple[np.ndarray, ...]
    limits: tuple[np.ndarray, ...]
    limit_errors: tuple[np.ndarray, ...]
    ranks_n: np.ndarray
    ranks: np.ndarray
    ranks_limit: np.ndarray
    ranks_label: str
    predicted_n: np.ndarray
    predicted: np.ndarray
    grows: bool = False

    def __repr__(self) -> str:
        """Name the matrix and the sizes."""
        return f"EssayPanel({self.title!r}, n={self.n})"


def quarter_circle_quantiles(n: int) -> np.ndarray:
    r"""Where the singular values of an n x n matrix of independent entries :math:`N(0, 1/n)` lie when n is large.

    The quarter-circle law has density :math:`\sqrt{4 - s^2} / \pi` on [0, 2]: :math:`s^2 / 4` follows
    Beta(1/2, 3/2). These are its quantiles at :math:`1 - (i - 1/2) / n`.

    Returns
    -------
    ndarray, shape (n,)
        Nonincreasing.

    References
    ----------
    V. A. Marchenko and L. A. Pastur, Distribution of eigenvalues for some sets of random matrices,
    Math. USSR Sbornik 1 (1967) 457.

    Examples
    --------
    >>> from opsvd.essay import quarter_circle_quantiles
    >>> quarter_circle_quantiles(4).round(3)
    array([1.547, 1.029, 0.598, 0.197])
    """
    levels = 1.0 - (np.arange(affordable(n, "n")) + 0.5) / n
    return np.asarray(2.0 * np.sqrt(betaincinv(0.5, 1.5, levels)))


def essay_panels(*, functions: Mapping[str, Callable[..., Any]] | None = None, n: Sequence[int] = (100, 300, 1000),
                 ranks_n: Sequence[int] = RANKS_N, trials: int = 10, rng: Any = None) -> tuple[EssayPanel, ...]:
    """Compute the numbers behind the panels of all figures.

    Parameters
    ----------
    functions : mapping from str to callable, optional
        Functions of one variable by their names, as for `opsvd.elementwise`; by default those of the essay.
    n : sequence of int
        The sizes of the sampled spectra, one matrix each.
    ranks_n : sequence of int
        The sizes at which the effective rank is sampled.
    trials : int, default 10
        How many matrices are drawn at each of them.
    rng : optional
        Anything that `numpy.random.default_rng` takes.

    Returns
    -------
    tuple of EssayPanel
        One for each function, and the last for independent entries. Those of the essay are the identity, sin, tanh,
        z^2 and log|z|.

    Raises
    ------
    TypeError, ValueError
        If `functions` is not a mapping with at least one function, or a size is not positive.
    """
    kernels = _kernels(functions)
    rng, many, n, ranks_n = generator(rng), positive_int(trials, "trials"), sizes(n, "n"), sizes(ranks_n, "ranks_n")
    for name, largest in (("n", max(n)), ("ranks_n", max(ranks_n))):
        require_memory(float(largest) ** 2, name, largest, "take smaller sizes")
    counts = np.array(ranks_n)
    draws: dict[str, Callable[..., Trials]] = {
        **{title: functools.partial(kernel_trials, kernel, mu_x=Gaussian(), mu_y=Gaussian())
           for title, (kernel, _) in kernels.items()}, _IID_TITLE: iid_trials}
    planned = {title: ([draw((size, size), trials=1, rng=rng) for size in n],
                       [draw((size, size), trials=many, rng=rng) for size in ranks_n])
               for title, draw in draws.items()}
    announce([one.cost() for spectra, ranks in planned.values() for one in [*spectra, *ranks]],
             "pass smaller n, or fewer trials, for less")

    panels = []
    for title, (spectra, ranks) in planned.items():
        sampled = (tuple(_run_to_the_end(one).singular_values[0] for one in spectra),
                   np.stack([_run_to_the_end(one).effective_rank() for one in ranks], axis=1))
        tends = _independent(n, counts) if title == _IID_TITLE else _operator(*kernels[title], n, counts)
        panels.append(EssayPanel(title=title, n=n, spectra=sampled[0], ranks_n=counts, ranks=sampled[1], **tends))
    return tuple(panels)


def _independent(n: tuple[int, ...], ranks_n: np.ndarray) -> dict[str, Any]:
    """What samples of independent entries tend to, as attributes of a panel."""
    quantiles = tuple(quarter_circle_quantiles(size) for size in n)
    return {"limits": quantiles, "limit_errors": tuple(map(np.zeros_like, quantiles)),
            "ranks_limit": (8.0 / (3.0 * np.pi)) ** 2 * ranks_n, "grows": True, "predicted_n": np.zeros(0),
            "predicted": np.zeros(0), "ranks_label": r"quarter-circle law: $(8 / 3\pi)^2\, n$"}


def _operator(kernel: Kernel, closed_form: str, n: tuple[int, ...], ranks_n: np.ndarray) -> dict[str, Any]:
    """What samples of a kernel tend to, as attributes of a panel."""
    svd = decompose(kernel)
    rank = svd.effective_rank()
    # A step of 13 per cent makes a smooth line.
    low, high = int(ranks_n.min()), int(ranks_n.max())
    finite = np.unique(np.geomspace(low, high, 1 + round(math.log(high / low) / 0.12)).round())
    predicted = [svd.predict(int(size)).effective_rank for size in finite]
    valid = np.array([one.valid for one in predicted], dtype=bool)
    return {"limits": (svd.singular_values,) * len(n), "limit_errors": (svd.errors,) * len(n),
            "ranks_limit": np.full(ranks_n.shape, float(rank) if math.isfinite(rank.value + rank.error) else math.nan),
            "ranks_label": f"operator: {closed_form}{_in_words(rank)}", "predicted_n": finite[valid],
            "predicted": np.array([one.mean for one in predicted])[valid]}


def _kernels(functions: object) -> dict[str, tuple[Kernel, str]]:
    """The kernel of each panel by its title, and a closed form of its effective rank."""
    if functions is None:
        return {title: (Kernel(h), closed_form) for title, (h, closed_form) in _KERNELS.items()}
    if not isinstance(functions, Mapping) or not functions or not all(
            isinstance(name, str) and name.strip() for name in functions):
        raise TypeError(f"functions must be a dictionary of functions by their names, got {described(functions)}; pass "
                        f"for example {{'relu': lambda z: np.maximum(z, 0)}}")
    for name, phi in functions.items():
        if not callable(phi):
            raise TypeError(f"functions must hold functions of one variable, got {described(phi)} for {name!r}; pass "
                            f"for example np.tanh")
    return {_title(name): (elementwise(phi), "") for name, phi in functions.items()}


def _title(name: str) -> str:
    """A name as the essay writes it, and a formula as it is."""
    if name.isidentifier():
        return r"$\mathbf{A}_{\mathrm{" + name.replace("_", r"\_") + "}}$"
    return name.replace("$", r"\$")


def _in_words(rank: Estimate) -> str:
    """An effective rank in a legend."""
    if not math.isfinite(rank.value):
        return "infinite"
    if not math.isfinite(rank.error):
        return f"at least {rank.lower:.4g}"
    return f"{rank.value:.4f}" if rank.error < 5e-5 else f"{rank.value:.3g} \N{PLUS-MINUS SIGN} {rank.error:.1g}"


def _run_to_the_end(planned: Trials) -> MonteCarloSpectrum:
    """Run trials to their end; part of a figure is none, so that an interruption is raised."""
    found = planned.run()
    if found.interrupted:
        raise KeyboardInterrupt
    return found


def _axes(panels: Sequence[EssayPanel], below: str, beside: str) -> tuple["Figure", list["Axes"]]:
    """A figure with one Axes a panel, three in a row."""
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(0.4 + 3.2 * columns, 3.2 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    axes = list(grid.flat)[:len(panels)]
    for ax in grid.flat[len(panels):]:
        ax.remove()
    for ax, panel in zip(axes, panels, strict=True):
        styled(ax).set_xscale("log")
        ax.set_title(panel.title, math_fontfamily="cm", fontsize=17)
    for ax in axes[-columns:]:
        ax.set_xlabel(below, fontsize=13)
    for ax in axes[::columns]:
        ax.set_ylabel(beside, fontsize=13)
    return figure, axes


def _draw_spectra(panels: Sequence[EssayPanel], *, logarithmic: bool) -> "Figure":
    """Draw the sampled singular values against their index, and over them what they tend to."""
    figure, axes = _axes(panels, "index $i$", "singular value $s_i$")
    for ax, panel in zip(axes, panels, strict=True):
        order = sorted(range(len(panel.n)), key=lambda k: -panel.n[k])    # the smallest sample on top
        for k, colour in zip(order, itertools.cycle(COLOURS), strict=False):
            index = np.arange(1, panel.spectra[k].size + 1)
            ax.plot(index, panel.spectra[k], "o", markersize=5 - 2 * logarithmic, color=colour,
                    label=f"$n = {panel.n[k]}$")
            if panel.grows:
                ax.plot(index, panel.limits[k], color=ink(ax), linewidth=1.0, zorder=3,
                        label="quarter-circle law" if k == order[-1] else None)
        if not panel.grows:
            told = _visible_crosses(panel, logarithmic=logarithmic)
            ax.plot(1 + np.flatnonzero(told), panel.limits[0][told], "x", color=ink(ax), markersize=8 - 3 * logarithmic,
                    zorder=3, label="operator, $n = \\infty$")
        if logarithmic:
            _mark_rounding(ax, panel)
    axes[0].legend()
    axes[-1].legend(fontsize=8)
    return figure


def _visible_crosses(panel: EssayPanel, *, logarithmic: bool) -> np.ndarray:
    """Of which of the operator's values a cross can be told: from its error bar, and from zero on a linear axis."""
    values, errors = panel.limits[0], panel.limit_errors[0]
    # A cross is two hundredths of an axis.
    return np.asarray((values > errors) & (logarithmic | (values > 0.02 * values.max(initial=0.0))))


def _mark_rounding(ax: "Axes", panel: EssayPanel) -> None:
    """Shade where sampled values are the rounding of their computation, and leave out what lies far below."""
    largest = max(float(one[0]) for one in panel.spectra)
    if not largest > 0.0:
        return
    # An SVD of n x n entries is right to about sqrt(n) roundings of the largest value.
    rounding = float(np.finfo(np.float64).eps) * math.sqrt(max(panel.n)) * largest
    ax.set_yscale("log", nonpositive="mask")
    if min(float(one[-1]) for one in panel.spectra) < rounding:
        ax.axhspan(1e-3 * rounding, rounding, color="0.5", alpha=0.25, linewidth=0.0, label="rounding")
        ax.set_ylim(1e-3 * rounding, 10.0 * largest)


def _draw_ranks(panels: Sequence[EssayPanel]) -> "Figure":
    """Draw the sampled effective rank against n, one standard deviation to either side, and what it tends to."""
    figure, axes = _axes(panels, "$n$", "effective rank")
    for ax, panel in zip(axes, panels, strict=True):
        mean, spread = panel.ranks.mean(axis=0), panel.ranks.std(axis=0)
        ax.fill_between(panel.ranks_n, mean - spread, mean + spread, color=COLOURS[0], alpha=0.3, linewidth=0.0,
                        label="one standard deviation to either side")
        ax.plot(panel.ranks_n, mean, color=COLOURS[0], linewidth=3.0, label=f"sampled: mean of {len(panel.ranks)}")
        if panel.predicted_n.size:
            ax.plot(panel.predicted_n, panel.predicted, color=COLOURS[1], linewidth=1.6, label="predicted mean at n")
        ax.plot(panel.ranks_n, panel.ranks_limit, color=ink(ax), linestyle="--", label=panel.ranks_label)
        if panel.grows:
            ax.set(yscale="log", ylim=(None, 10.0 * float(panel.ranks_limit[-1])))    # room for the legend
        else:
            ax.set_ylim(0.0, max(3.0, 1.6 * float(np.nanmax([*(mean + spread), panel.ranks_limit[0]]))))
            ax.locator_params(axis="y", integer=True)
        ax.legend(loc="upper left" if panel.grows else "upper right", fontsize=8)
    return figure


def essay_figures(*, functions: Mapping[str, Callable[..., Any]] | None = None, n: Sequence[int] = (100, 300, 1000),
                  ranks_n: Sequence[int] = RANKS_N, trials: int = 10, rng: Any = None
                  ) -> tuple["Figure", "Figure", "Figure"]:
    r"""Draw the essay's two figures, for its functions or yours, with the limits that the samples tend to.

    There is a panel for each of the matrices :math:`\phi(x_i y_j) / n`, and one for a matrix of independent entries
    :math:`N(0, 1/n)`. The functions of the essay are the identity, sin, tanh, :math:`z^2` and :math:`\log|z|`.

    (a) The singular values of one sample for each n, and as crosses those of the operator, where they can be told from
    zero. (b) The effective rank :math:`(\sum s)^2 / \sum s^2` against n: the mean over trials, and one standard
    deviation to either side; the mean that `OperatorSVD.predict` has at that n, where it can be predicted; and the
    operator's. (c) The singular values of (a) on two logarithmic axes, down to the rounding of their computation, with
    all of the operator's that stand above their error bars: none is zero, but they decay fast.

    For independent entries the limits are those of the quarter-circle law on [0, 2]: its quantiles, and, since
    :math:`E s = 8 / 3\pi` and :math:`E s^2 = 1`, the effective rank :math:`(8 / 3\pi)^2 n`.

    Parameters
    ----------
    functions, n, ranks_n, trials, rng
        As for `essay_panels`.

    Returns
    -------
    figure_a, figure_b, figure_c : matplotlib Figure
        Unknown to pyplot: save them with ``savefig``; there is nothing to close.

    Raises
    ------
    TypeError, ValueError
        As `essay_panels` does.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.essay import essay_figures
    >>> functions = {"relu": lambda z: np.maximum(z, 0.0), "sign": np.sign}
    >>> figure_a, figure_b, figure_c = essay_figures(functions=functions, n=(10, 20), ranks_n=(10, 20), trials=2, rng=0)
    >>> len(figure_a.axes), figure_c.axes[0].get_yscale()
    (3, 'log')
    """
    panels = essay_panels(functions=functions, n=n, ranks_n=ranks_n, trials=trials, rng=rng)
    return _draw_spectra(panels, logarithmic=False), _draw_ranks(panels), _draw_spectra(panels, logarithmic=True)
