"""Quadrature against sampling: z-scores, a verdict in words, a figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.axes import axes_or_new
from .._support.html import html_table
from .._support.optional import require
from .._support.signs import plus_minus
from .._support.tables import Records, Tabular
from .._support.validation import generator, positive_int, require_memory, sizes
from ..answer.result import OperatorSVD, require_svd
from ..driver import decompose
from ..figures import require_axes
from ..figures.sampled_values import plot_sampled_ranks, plot_sampled_values
from ..kernels import Kernel, paired
from ..measures import Gaussian, Measure, MeasureLike
from ..prediction.finite_size import FiniteSizePrediction
from ..sampling.monte_carlo import MOST_TRIALS, Trials, kernel_trials, run_in_turn
from ..sampling.sampled_spectrum import MonteCarloSpectrum, standard_error
from ..sampling.text import aligned
from ..sampling.trials import announce, cut_short
from ..spectrum import Estimate
from .z_scores import count_compared, energy_score, expected, multiplet_means, threshold, value_scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class CrossCheck(Tabular):
    r"""Singular values by quadrature, beside those of sampled n x n matrices.

    Attributes
    ----------
    n : tuple of int
        The sizes of the sampled matrices.
    trials : int
        How many were drawn of each size; if interrupted, the fewest.
    singular_values, errors : ndarray, shape (r,)
        Those of the operator, and their error bars. A multiplet, of values that stand several times, counts once: it
        is compared by the mean over it.
    multiplicities : ndarray of int, shape (r,)
    mean, standard_error : ndarray, shape (len(n), r)
        The means of the sampled values, and the standard errors from their scatter.
    predicted_mean, bias : ndarray, shape (len(n), r)
        What the means must be at each n, and its distance from the operator value; NaN where not `valid`. Of nearly
        equal values it is the mean of the largest, of the second, ... of such a group.
    z : ndarray, shape (len(n), r)
        ``(mean - predicted_mean)`` over its standard error; NaN where not `valid`.
    valid : ndarray of bool, shape (len(n), r)
        Where the values at size n can be predicted; see `opsvd.prediction.finite_size.predict`.
    unknown : ndarray of bool, shape (r,)
        Which values cannot be predicted at any n, because the fourth moments of their singular functions are infinite.
    z_energy : ndarray, shape (len(n),)
        The same for :math:`s_1^2 + \dots + s_k^2`, with the largest predictable k; near-equal values do it no harm. NaN
        where there is none.
    effective_rank, effective_rank_error : ndarray, shape (len(n),)
        The mean sampled effective rank at each n, and its standard error.
    operator_effective_rank : Estimate
    thresholds : ndarray, shape (len(n),)
        The largest \|z\| at each n that is not a disagreement; see `crosscheck`.
    drawn : tuple of int
        How many matrices were drawn of each size: all of them, unless interrupted.
    interrupted : bool
        Whether there should have been more.
    note : str
        If interrupted: how much was done of what.
    """

    n: tuple[int, ...]
    trials: int
    singular_values: np.ndarray
    errors: np.ndarray
    multiplicities: np.ndarray
    mean: np.ndarray
    standard_error: np.ndarray
    predicted_mean: np.ndarray
    bias: np.ndarray
    z: np.ndarray
    valid: np.ndarray
    unknown: np.ndarray
    z_energy: np.ndarray
    effective_rank: np.ndarray
    effective_rank_error: np.ndarray
    operator_effective_rank: Estimate
    thresholds: np.ndarray
    drawn: tuple[int, ...]
    interrupted: bool = False
    note: str = ""

    @property
    def threshold(self) -> float:
        """The largest of `thresholds`: all are the same, unless it was interrupted."""
        return float(self.thresholds.max())

    @property
    def comparisons(self) -> int:
        """How many z-scores the verdict rests on."""
        return int(np.count_nonzero(~np.isnan(self._all_z)))

    @property
    def agrees(self) -> bool:
        """Whether something could be compared, and no z-score is beyond the threshold."""
        return self.comparisons > 0 and bool(np.nanmax(self._excess) <= 1.0)

    @property
    def verdict(self) -> str:
        """The outcome in words."""
        return f"{self._outcome}; {self.note}" if self.note else self._outcome

    @property
    def _outcome(self) -> str:
        if self.comparisons == 0 and self.unknown.any():
            return ("undecided: sampled values tend to those of the operator, but how near they are at any n cannot be "
                    "known: fourth moments of the singular functions are infinite, or rest on points too rare to draw")
        if self.comparisons == 0:
            return ("undecided: no sampled value can be predicted at these n, because the fourth moments of the "
                    "singular functions are not small against them; raise n")
        row, column = np.unravel_index(np.nanargmax(self._excess), self._excess.shape)
        scores = f"{self.comparisons} z-scores, the largest {abs(self._all_z[row, column]):.2g}"
        if self.agrees:
            return f"quadrature and sampling agree: {scores}, none beyond {self.thresholds[row]:.2g}"
        what = f"s_{column + 1}" if column < self.z.shape[1] else "the sum of squares"
        return (f"quadrature and sampling disagree: {scores} for {what} at n = {self.n[row]}, where "
                f"{self.thresholds[row]:.2g} is allowed")

    @property
    def _all_z(self) -> np.ndarray:
        return np.column_stack([self.z, self.z_energy])

    @property
    def _excess(self) -> np.ndarray:
        """The z-scores over what is allowed at their n."""
        return np.asarray(np.abs(self._all_z) / self.thresholds[:, None])

    def __repr__(self) -> str:
        """Name the sizes and the outcome."""
        return f"CrossCheck(n={self.n}, trials={self.trials}, {self.verdict})"

    def __str__(self) -> str:
        """Show the sampled means and z-scores beside the operator's values."""
        return "\n".join([f"sampled means over {self._counts} (z-score)", *aligned(self._table()),
                          *([self._legend] if self._legend else []), self.verdict])

    def records(self) -> Records:
        """A row for each size and value: the operator's, the sampled mean, its standard error, the predicted one, z."""
        return [{"n": size, "i": i + 1, "multiplicity": int(self.multiplicities[i]),
                 "operator": float(self.singular_values[i]), "mean": float(self.mean[row, i]),
                 "standard_error": float(self.standard_error[row, i]),
                 "predicted_mean": float(self.predicted_mean[row, i]), "z": float(self.z[row, i])}
                for row, size in enumerate(self.n) for i in range(len(self.singular_values))]

    def _heading(self) -> tuple[str, str]:
        return "Cross-check", self.verdict

    def _repr_html_(self) -> str:
        """Show the table of `str` in notebooks."""
        head, *rows = self._table()
        return html_table(*self._heading(), head, rows, self._legend)

    @property
    def _legend(self) -> str:
        """What "(-)" in the table means, if it stands there."""
        if not np.isnan(self._all_z).any():
            return ""
        size = "infinite, or not small against it" if self.unknown.any() else "not small against it"
        return f"(-): not to be predicted at that n, as fourth moments of singular functions are {size}"

    @property
    def _counts(self) -> str:
        if len(set(self.drawn)) == 1:
            return f"{self.trials} matrices of each size"
        return f"{' and '.join(map(str, self.drawn))} matrices"

    def _table(self) -> list[list[str]]:
        """Build the cells: below the titles a row for each singular value, the sum of squares, the effective rank."""
        names = [str(i + 1) if count == 1 else f"{i + 1} ({count} times)"
                 for i, count in enumerate(self.multiplicities.tolist())]
        values = [[name, f"{s:.6g}", *(f"{mean:.6g} ({_score(z)})" for mean, z in zip(means, scores, strict=True))]
                  for name, s, means, scores in zip(names, self.singular_values, self.mean.T, self.z.T, strict=True)]
        ranks = zip(self.effective_rank, self.effective_rank_error, strict=True)
        limit = self.operator_effective_rank
        shown = f"{limit.value:.6g}" if math.isfinite(limit.error) else f"{limit.value:.3g} {plus_minus()} inf"
        return [["i", "operator", *(f"n = {size}" for size in self.n)], *values,
                ["sum of squares", "", *(f"({_score(z)})" for z in self.z_energy)],
                ["effective rank", shown, *(f"{rank:.6g} {plus_minus()} {error:.1g}" for rank, error in ranks)]]

    def plot(self, ax: Axes | None = None) -> Axes:
        r"""Draw sampled and predicted means over the operator's values.

        Diamonds are `predicted_mean`, which sampled means must meet to within their error bars; where a value cannot be
        predicted at an n, there is none. Given no axes, the effective rank against n is drawn beside.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw the singular values. By default a new pyplot figure with two Axes.

        Returns
        -------
        matplotlib Axes
            The one with the singular values.
        """
        if ax is None:
            plt = require("matplotlib.pyplot", "plot", "CrossCheck.plot")
            _, (ax, beside) = plt.subplots(1, 2, figsize=(9.6, 4.2), layout="constrained")
            self.plot_effective_rank(beside)
        return plot_sampled_values(require_axes(ax), self.singular_values, self.n, self.mean, self.standard_error,
                                   predicted=self.predicted_mean,
                                   title=f"sampled singular values, {self._counts.replace(' of each size', ' each')}")

    def plot_effective_rank(self, ax: Axes | None = None) -> Axes:
        """Draw the sampled effective ranks against n, and the operator's as a line unless it is infinite.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            By default a new one, from pyplot.

        Returns
        -------
        matplotlib Axes
        """
        limit = self.operator_effective_rank
        return plot_sampled_ranks(axes_or_new(ax), self.n, self.effective_rank, self.effective_rank_error,
                                  limit.value if math.isfinite(limit.error) else math.inf)


def crosscheck(
    h: Callable[..., Any] | Kernel,
    n: int | Sequence[int] = (100, 300, 1000),
    mu_x: MeasureLike = Gaussian(),  # noqa: B008 -- immutable
    mu_y: MeasureLike = Gaussian(),  # noqa: B008
    *,
    trials: int = 20,
    rank: int | None = None,
    rng: Any = None,
    svd: OperatorSVD | None = None,
) -> CrossCheck:
    r"""Compare the singular values found by quadrature with those of sampled matrices.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised.
    n : int or sequence of int, default (100, 300, 1000)
        The sizes of the sampled matrices.
    mu_x, mu_y : Measure, or what stands for one
        As for `decompose`; by default standard Gaussians.
    trials : int, default 20
        How many matrices to draw of each size, at least 2.
    rank : int, optional
        How many singular values to compare, by default those that stand above the sampling noise at the largest n, at
        most eight.
    rng : optional
        Anything that `numpy.random.default_rng` takes.
    svd : OperatorSVD, optional
        The decomposition to be checked, by default ``decompose(h, mu_x, mu_y)``.

    Returns
    -------
    CrossCheck
        If interrupted (Ctrl-C) after two trials: of what was done, with a `SamplingInterruptedWarning`.

    Raises
    ------
    NonFiniteKernelError
        If h is not finite at a sampled pair.
    TrialError
        If a trial fails after others of its size are done, which are then in `partial`.
    TypeError, ValueError
        If an argument is not what it must be, or `svd` was made under other measures.

    Warns
    -----
    LongSamplingWarning
        Beforehand, if sampling will take more than a minute.

    Whatever fails or is interrupted after the decomposition, the exception has it as its attribute `svd`.

    Notes
    -----
    A sampled value is not compared with :math:`s_i` but with its expectation at that n (`svd.predict`). Equal and
    nearly equal values are split by sampling: the largest of a group is compared with the mean of the largest, the
    second with that of the second, and so on (`opsvd.prediction.splitting`). In

    .. math:: z_i = (\mathrm{mean}_i - \mathrm{predicted}_i) / \sqrt{\sigma_i^2 / \mathrm{trials}
              + \mathrm{error}_i^2 + \delta_i^2},

    :math:`\sigma_i` is the larger of the predicted standard deviation and that of the sample: with few trials the
    latter is unsure, and too small just when an odd mean comes with it; the former knows nothing of outliers, and
    alone, as with a single trial, gave false alarms in up to 3 of 100 cross-checks. :math:`\mathrm{error}_i` is what
    the prediction may leave out, of order n^(-2); :math:`\delta_i` is the error bar of the operator value, and the
    rounding of the SVD.

    If everything is right, the z-scores are close to standard normal, or closer to zero. The verdict takes all that
    are valid: `agrees` is False if one is beyond :math:`t + (t^2 - 1) / 3 \sqrt{\mathrm{trials}}`, with t such that the
    largest of as many normal variables exceeds it with probability 1e-3 (Bonferroni). The second term is that of
    Cornish and Fisher for the skewness 2 of an exponential variable: single sampled values may be that skew.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.comparison.crosscheck import crosscheck
    >>> check = crosscheck(lambda x, y: np.sin(x * y), n=(100, 200), trials=10, rng=0)
    >>> check.agrees
    True
    """
    (kernel, mu_x, mu_y), trials = paired(h, mu_x, mu_y), positive_int(trials, "trials", MOST_TRIALS)
    if trials == 1:
        raise ValueError("trials must be at least 2, because their scatter is part of the z-scores, got 1; "
                         "pass for example trials=20")
    counts = sizes(n, "n")
    require_memory(float(max(counts)) * max(kernel.dims), "n", max(counts), "take smaller matrices")
    rank = None if rank is None else positive_int(rank, "rank")
    if svd is not None:
        _made_under(svd, mu_x, mu_y)
    streams = generator(rng).spawn(len(counts))
    planned = [kernel_trials(kernel, (size, size), mu_x, mu_y, trials=trials, rng=stream)
               for size, stream in zip(counts, streams, strict=True)]
    announce([one.cost() for one in planned], "Ctrl-C stops it with what is done")
    svd = decompose(kernel, mu_x, mu_y) if svd is None else svd
    try:
        predictions = [svd.predict(size) for size in counts]
        samples = _sampled(planned)
    except BaseException as error:
        error.svd = svd  # type: ignore[attr-defined]
        error.add_note("the decomposition was done before this, and is the attribute svd of this exception")
        raise
    drawn = tuple(sample.trials for sample in samples)
    note = ""
    if drawn != (trials,) * len(counts):
        done = [f"{drawn[k] if k < len(drawn) else 0} of {trials} at n = {size}" for k, size in enumerate(counts)]
        note = f"interrupted, with {', '.join(done)}"
        cut_short(f"{', '.join(done)} are done and compared")
    return _compared(svd, predictions[: len(samples)], samples, rank, note)


def _sampled(planned: list[Trials]) -> list[MonteCarloSpectrum]:
    """Sample size by size; if interrupted, return what is done of those of which two trials are."""
    # Of a matrix that was cut short the errors may be larger than its noise.
    whole = (replace(sample, matrices=tuple(one for one in sample.matrices if not one.interrupted))
             for sample in run_in_turn(planned))
    samples = [sample for sample in whole if sample.trials > 1]
    if not samples:
        raise KeyboardInterrupt
    return samples


def _compared(svd: OperatorSVD, predictions: list[FiniteSizePrediction], samples: list[MonteCarloSpectrum],
              rank: int | None, note: str) -> CrossCheck:
    """Compare samples with predictions, size by size."""
    r, drawn = count_compared(svd, predictions, rank), tuple(sample.trials for sample in samples)
    known = [expected(prediction, r) for prediction in predictions]
    values = [multiplet_means(sample.spectra, svd.multiplicities[:r]) for sample in samples]
    valid = np.stack([one.valid for one in known])
    means = np.where(valid, [one.mean for one in known], np.nan)
    z = np.stack([value_scores(svd, *pair, r) for pair in zip(predictions, samples, strict=True)])
    z_energy = np.array([energy_score(svd, *pair, r) for pair in zip(predictions, samples, strict=True)])
    ranks = [sample.effective_rank() for sample in samples]
    comparisons = int(np.sum(~np.isnan(z)) + np.sum(~np.isnan(z_energy)))
    return CrossCheck(
        n=tuple(sample.n for sample in samples),
        trials=min(drawn),
        singular_values=svd.values[:r], errors=svd.value_errors[:r], multiplicities=svd.multiplicities[:r],
        mean=np.stack([one.mean(axis=0) for one in values]),
        standard_error=np.stack([standard_error(one) for one in values]),
        predicted_mean=means,
        bias=means - svd.values[:r],
        z=z,
        valid=valid,
        unknown=predictions[0].unknown[:r],
        z_energy=z_energy,
        effective_rank=np.array([rank.mean() for rank in ranks]),
        effective_rank_error=np.array([standard_error(rank) for rank in ranks]),
        operator_effective_rank=svd.effective_rank(),
        thresholds=np.array([threshold(comparisons, trials) for trials in drawn]),
        drawn=drawn,
        interrupted=bool(note),
        note=note,
    )


def _made_under(svd: OperatorSVD, mu_x: Measure, mu_y: Measure) -> None:
    """Raise TypeError or ValueError unless `svd` is one, and its measures are those that are sampled from."""
    svd = require_svd(svd, "svd")
    for name, given, made in (("mu_x", mu_x, svd.mu_x), ("mu_y", mu_y, svd.mu_y)):
        if given != made:
            raise ValueError(f"{name} must be the measure of svd, {made!r}, got {given!r}; pass {name}=svd.{name}")


def _score(z: float) -> str:
    return "-" if math.isnan(z) else f"{z:+.1f}"
