"""Monte Carlo over several sizes, as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.axes import COLOURS, axes_or_new, styled
from .._support.progress import as_report
from .._support.signs import plus_minus
from .._support.tables import Tabular
from .._support.validation import described, generator, is_array, positive_int, sequence
from ..errors import TrialError
from ..kernels import Kernel, paired
from ..measures import Gaussian, MeasureLike
from .engine import Engine
from .monte_carlo import kernel_trials, run_in_turn
from .sampled_spectrum import MonteCarloSpectrum
from .text import aligned, shortened
from .trials import TO_WATCH, announce, cut_short

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class MonteCarloSweep(Tabular):
    """Sampled spectra of several sizes, in the order in which they were asked for.

    Attributes
    ----------
    spectra : tuple of MonteCarloSpectrum
    interrupted : bool
        Whether there should have been more.
    """

    spectra: tuple[MonteCarloSpectrum, ...]
    interrupted: bool = False

    def __len__(self) -> int:
        """The number of sizes."""
        return len(self.spectra)

    def __iter__(self) -> Iterator[MonteCarloSpectrum]:
        """Size by size."""
        return iter(self.spectra)

    def __getitem__(self, index: int) -> MonteCarloSpectrum:
        """One size."""
        return self.spectra[index]

    def records(self) -> list[dict[str, Any]]:
        """The table: a row for each size and quantity (s_1, s_2, ..., effective_rank), with mean and errors."""
        return [record for one in self.spectra for record in one.records()]

    def to_pandas(self) -> Any:
        """The table as a pandas.DataFrame with the columns of `records`; needs pandas (the extra ``sweep``).

        For xarray: ``sweep.to_pandas().set_index(["n", "quantity"]).to_xarray()``.
        """
        return super().to_pandas()

    def to_dict(self) -> dict[str, Any]:
        """The rows of the table, and whether there should have been more, as Python's own."""
        return {"records": self.records(), "interrupted": self.interrupted}

    def _heading(self) -> tuple[str, str]:
        return "Sampled matrices", repr(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the mean effective rank of each size against n, with its standard error.

        Needs matplotlib (the extra ``plot``).
        """
        ax = styled(axes_or_new(ax), "sampled matrices")
        rows = [row for row in self.records() if row["quantity"] == "effective_rank"]
        bars = np.array([row["standard_error"] for row in rows])
        ax.errorbar([row["n"] for row in rows], [row["mean"] for row in rows], fmt="o-", capsize=3, color=COLOURS[0],
                    yerr=np.where(np.isfinite(bars), bars, 0.0), label="mean, $\\pm$ its standard error")
        ax.set(xscale="log", xlabel="rows $n$ of the matrix", ylabel=r"effective rank, $(\sum s_i)^2 / \sum s_i^2$")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        """Name the sizes, the first of them if they are many."""
        names = shortened([f"{one.n} x {one.m}: {one.trials} trials" for one in self.spectra], 6)    # about two lines
        return f"MonteCarloSweep({', '.join(names)})"

    def __str__(self) -> str:
        """Show the table, with a column for each size."""
        names = sorted(dict.fromkeys(record["quantity"] for record in self.records()), key="effective_rank".__eq__)
        cells = {(k, record["quantity"]): f"{record['mean']:.6g} {plus_minus()} {record['standard_error']:.1e}"
                 for k, one in enumerate(self.spectra) for record in one.records()}
        rows = [["", *(f"{one.n} x {one.m}" for one in self.spectra)],
                *([name, *(cells.get((k, name), "") for k in range(len(self)))] for name in names)]
        return "\n".join([*aligned(rows), *(["interrupted"] if self.interrupted else [])])


def monte_carlo_sweep(
    h: Callable[..., Any] | Kernel,
    sizes: Sequence[Any],
    mu_x: MeasureLike = Gaussian(),  # noqa: B008 -- immutable
    mu_y: MeasureLike = Gaussian(),  # noqa: B008
    *,
    trials: int = 1,
    rank: int | None = 10,
    rng: Any = None,
    engine: str | Engine = "auto",
    workers: int = 1,
    progress: Any = None,
) -> MonteCarloSweep:
    """Sample matrices of several sizes.

    Parameters
    ----------
    h : callable or Kernel
    sizes : sequence of int or of pairs of int
        The n of square matrices, or (n, m). Each size has its own stream of random numbers.
    rank : int, default 10
        At most so many singular values of each.
    mu_x, mu_y, trials, rng, engine, workers, progress
        As in `monte_carlo`.

    Returns
    -------
    MonteCarloSweep
        If interrupted (Ctrl-C): what was done, with a `SamplingInterruptedWarning`.

    Raises
    ------
    TrialError
        If a trial fails after others are done; `partial` is then the MonteCarloSweep up to there.
    TypeError, ValueError
        If an argument is not what it must be.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.sampling import monte_carlo_sweep
    >>> sweep = monte_carlo_sweep(lambda x, y: np.tanh(x * y), [100, (200, 50)], trials=3, rank=2, rng=0)
    >>> sweep
    MonteCarloSweep(100 x 100: 3 trials, 200 x 50: 3 trials)
    >>> [record["quantity"] for record in sweep.records()[:3]]
    ['s_1', 's_2', 'effective_rank']
    """
    (kernel, mu_x, mu_y), report = paired(h, mu_x, mu_y), as_report(progress)
    shapes = [_shape(size) for size in sequence(sizes, "sizes", "sizes=[100, 300, 1000]")]
    most = max(map(max, shapes)) if rank is None else positive_int(rank, "rank")
    planned = [kernel_trials(kernel, shape, mu_x, mu_y, trials=trials, rank=None if rank is None else min(most, *shape),
                             rng=stream, engine=engine, workers=workers)
               for shape, stream in zip(shapes, generator(rng).spawn(len(shapes)), strict=True)]
    announce([one.cost() for one in planned], TO_WATCH, report if progress else None)
    done: list[MonteCarloSpectrum] = []
    try:
        for spectrum in run_in_turn(planned, report):
            done.append(spectrum)    # noqa: PERF402 -- one by one, so that they are kept if the next fails
    except TrialError as error:
        raise TrialError(str(error), error.trial, MonteCarloSweep((*done, error.partial), True)) from error
    except Exception as error:
        if not done:
            raise
        n, m = shapes[len(done)]
        raise TrialError(f"sampling at {n} x {m} failed with {type(error).__name__}: {error}. What was done before is "
                         f"in the attribute partial of this error", 1, MonteCarloSweep(tuple(done), True)) from error
    last = len(done) - 1
    if done[last].interrupted:
        cut_short(f"{last} of {len(shapes)} sizes, and of the next {planned[last].said(done[last])}")
    elif len(done) < len(shapes):
        cut_short(f"{len(done)} of {len(shapes)} sizes are done")
    return MonteCarloSweep(tuple(done), interrupted=done[last].interrupted or len(done) < len(shapes))


def _shape(size: Any) -> tuple[int, int]:
    pair = tuple(size) if is_array(size) else (size, size)
    if len(pair) != 2:
        raise ValueError(f"sizes must hold numbers n or pairs (n, m), got {described(size)}; pass for example "
                         f"[100, (200, 50)]")
    return positive_int(pair[0], "sizes"), positive_int(pair[1], "sizes")
