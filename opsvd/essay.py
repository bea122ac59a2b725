r"""The two figures of the essay that opsvd answers, with the operator limit drawn in.

"It's hard to turn a low-rank matrix into a high-rank matrix" (October 2024) samples the matrices
:math:`\phi(x_i y_j) / n` for five functions :math:`\phi`, and a matrix of independent Gaussian entries for contrast. It
shows (a) their singular values for three sizes n, and (b) their effective rank against n.
"""

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betaincinv

from ._support.validation import affordable, generator, positive_int, require_memory, sizes
from .decompose import decompose
from .figures import COLOURS, ink, new_figure, styled
from .kernels import Kernel
from .measures import Gaussian
from .sampling import MonteCarloSpectrum
from .sampling.monte_carlo import Trials, iid_trials, kernel_trials
from .sampling.trials import announce

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
    ranks_n : ndarray, shape (k,)
        The sizes at which the effective rank is sampled.
    ranks : ndarray, shape (trials, k)
        The sampled effective ranks.
    ranks_limit : ndarray, shape (k,)
        What they tend to: the operator's effective rank, the same for every n; for independent entries,
        :math:`(8 / 3\pi)^2 n`.
    ranks_label : str
        The limit of the effective rank in words.
    grows : bool
        Whether the effective rank grows with n, as it does for independent entries alone.
    """

    title: str
    n: tuple[int, ...]
    spectra: tuple[np.ndarray, ...]
    limits: tuple[np.ndarray, ...]
    ranks_n: np.ndarray
    ranks: np.ndarray
    ranks_limit: np.ndarray
    ranks_label: str
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


def essay_panels(*, n: Sequence[int] = (100, 300, 1000), ranks_n: Sequence[int] = RANKS_N, trials: int = 10,
                 rng: Any = None) -> tuple[EssayPanel, ...]:
    """Compute the numbers behind the six panels of both figures.

    Parameters
    ----------
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
        The identity, sin, tanh, z^2, log|z|, and independent entries.
    """
    rng, many, n, ranks_n = generator(rng), positive_int(trials, "trials"), sizes(n, "n"), sizes(ranks_n, "ranks_n")
    for name, largest in (("n", max(n)), ("ranks_n", max(ranks_n))):
        require_memory(float(largest) ** 2, name, largest, "take smaller sizes")
    counts = np.array(ranks_n)
    draws: dict[str, Callable[..., Trials]] = {
        **{title: functools.partial(kernel_trials, Kernel(h), mu_x=Gaussian(), mu_y=Gaussian())
           for title, (h, _) in _KERNELS.items()}, _IID_TITLE: iid_trials}
    planned = {title: ([draw((size, size), trials=1, rng=rng) for size in n],
                       [draw((size, size), trials=many, rng=rng) for size in ranks_n])
               for title, draw in draws.items()}
    announce([one.cost() for spectra, ranks in planned.values() for one in [*spectra, *ranks]],
             "pass smaller n, or fewer trials, for less")

    def panel(title: str, limits: tuple[np.ndarray, ...], ranks_limit: np.ndarray, label: str) -> EssayPanel:
        spectra, ranks = ([_whole(one) for one in part] for part in planned[title])
        return EssayPanel(title, n, tuple(one.singular_values[0] for one in spectra), limits, counts,
                          np.stack([one.effective_rank() for one in ranks], axis=1), ranks_limit, label,
                          grows=title == _IID_TITLE)

    panels = []
    for title, (h, closed_form) in _KERNELS.items():
        svd = decompose(h)
        rank = float(svd.effective_rank())
        panels.append(panel(title, (svd.singular_values,) * len(n), np.full(counts.shape, rank),
                            f"operator: {closed_form}{rank:.4f}"))
    quantiles = tuple(quarter_circle_quantiles(size) for size in n)
    return (*panels, panel(_IID_TITLE, quantiles, (8.0 / (3.0 * np.pi)) ** 2 * counts,
                           r"quarter-circle law: $(8 / 3\pi)^2\, n$"))


def _whole(planned: Trials) -> MonteCarloSpectrum:
    """Run trials to their end; part of a figure is none, so that an interruption is raised."""
    found = planned.run()
    if found.interrupted:
        raise KeyboardInterrupt
    return found


def _six_axes(panels: Sequence[EssayPanel], below: str, beside: str) -> tuple["Figure", list["Axes"]]:
    figure = new_figure(11.5, 7.0)
    grid = figure.subplots(2, 3)
    for ax, panel in zip(grid.flat, panels, strict=True):
        styled(ax).set_xscale("log")
        ax.set_title(panel.title, math_fontfamily="cm", fontsize=17)
    for ax in grid[1]:
        ax.set_xlabel(below, fontsize=13)
    for ax in grid[:, 0]:
        ax.set_ylabel(beside, fontsize=13)
    return figure, list(grid.flat)


def _draw_spectra(panels: Sequence[EssayPanel]) -> "Figure":
    """Draw the sampled singular values against their index, and over them what they tend to."""
    figure, axes = _six_axes(panels, "index $i$", "singular value $s_i$")
    for ax, panel in zip(axes, panels, strict=True):
        order = sorted(range(len(panel.n)), key=lambda k: -panel.n[k])    # the smallest sample on top
        for k, colour in zip(order, itertools.cycle(COLOURS), strict=False):
            index = np.arange(1, panel.spectra[k].size + 1)
            ax.plot(index, panel.spectra[k], "o", markersize=5, color=colour, label=f"$n = {panel.n[k]}$")
            if panel.grows:
                ax.plot(index, panel.limits[k], color=ink(ax), linewidth=1.0, zorder=3,
                        label="quarter-circle law" if k == order[-1] else None)
        if not panel.grows:
            ax.plot(np.arange(1, panel.limits[0].size + 1), panel.limits[0], "x", color=ink(ax), markersize=8, zorder=3,
                    label="operator")
    axes[0].legend()
    axes[-1].legend()
    return figure


def _draw_ranks(panels: Sequence[EssayPanel]) -> "Figure":
    """Draw the sampled effective rank against n, one standard deviation to either side, and what it tends to."""
    figure, axes = _six_axes(panels, "$n$", "effective rank")
    for ax, panel in zip(axes, panels, strict=True):
        mean, spread = panel.ranks.mean(axis=0), panel.ranks.std(axis=0)
        ax.fill_between(panel.ranks_n, mean - spread, mean + spread, color=COLOURS[0], alpha=0.3, linewidth=0.0)
        ax.plot(panel.ranks_n, mean, color=COLOURS[0], linewidth=3.0, label=f"sampled: mean of {len(panel.ranks)}")
        ax.plot(panel.ranks_n, panel.ranks_limit, color=ink(ax), linestyle="--", label=panel.ranks_label)
        if panel.grows:
            ax.set_yscale("log")
        else:
            ax.set(ylim=(0.0, 3.0), yticks=[0, 1, 2, 3])
        ax.legend(loc="upper left" if panel.grows else "lower right")
    return figure


def essay_figures(*, n: Sequence[int] = (100, 300, 1000), ranks_n: Sequence[int] = RANKS_N, trials: int = 10,
                  rng: Any = None) -> tuple["Figure", "Figure"]:
    r"""Draw the essay's two figures, with the limits that the samples tend to.

    Six panels each: the matrices :math:`\phi(x_i y_j) / n` for the identity, sin, tanh, :math:`z^2` and
    :math:`\log|z|`, and a matrix of independent entries :math:`N(0, 1/n)`. (a) The singular values of one sample for
    each n, and of the operator. (b) The effective rank :math:`(\sum s)^2 / \sum s^2` against n, the mean over trials
    and one standard deviation to either side, and the operator's. For independent entries the limits are those of the
    quarter-circle law on [0, 2]: its quantiles, and, since :math:`E s = 8 / 3\pi` and :math:`E s^2 = 1`, the effective
    rank :math:`(8 / 3\pi)^2 n`.

    Parameters
    ----------
    n, ranks_n, trials, rng
        As for `essay_panels`.

    Returns
    -------
    figure_a, figure_b : matplotlib Figure
        Unknown to pyplot: save them with ``savefig``; there is nothing to close.

    Examples
    --------
    >>> from opsvd.essay import essay_figures
    >>> figure_a, figure_b = essay_figures(n=(10, 20), ranks_n=(10, 20), trials=2, rng=0)
    >>> len(figure_a.axes), len(figure_b.axes)
    (6, 6)
    """
    panels = essay_panels(n=n, ranks_n=ranks_n, trials=trials, rng=rng)
    return _draw_spectra(panels), _draw_ranks(panels)
