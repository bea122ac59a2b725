"""Monte Carlo: draw several matrices, and take their spectra."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from .._support.blas_threads import one_blas_thread
from .._support.progress import Report, as_report, nothing
from .._support.validation import generator, positive_int
from ..kernels import Kernel, paired, unit_factor
from ..matrices import SampledMatrix, StoredMatrix
from ..measures import Gaussian, Measure, MeasureLike
from .engine import Cost, Engine, MatrixSpectrum, Tick
from .engines import as_engine
from .sample import draw_matrix, iid_gaussian
from .sampled_spectrum import MonteCarloSpectrum
from .thread_safety import Witness
from .trials import TO_WATCH, TrialRun, announce, cut_short

MOST_TRIALS = 100_000
"""Each has a stream of random numbers, made beforehand: so many take a second."""



def monte_carlo(
    h: Callable[..., Any] | Kernel,
    n: int,
    mu_x: MeasureLike = Gaussian(),  # noqa: B008 -- immutable
    mu_y: MeasureLike = Gaussian(),  # noqa: B008
    *,
    m: int | None = None,
    trials: int = 1,
    rank: int | None = None,
    rng: Any = None,
    engine: str | Engine = "auto",
    workers: int = 1,
    progress: Any = None,
) -> MonteCarloSpectrum:
    r"""Draw sampled matrices :math:`h(x_i, y_j) / \sqrt{nm}`, and take their singular values.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised.
    n : int
        The number of rows, up to about a million.
    mu_x, mu_y : Measure, or what stands for one
        As for `decompose`; by default standard Gaussians.
    m : int, optional
        The number of columns, by default n.
    trials : int, default 1
        How many matrices to draw. Each has its own stream of random numbers (``SeedSequence.spawn``), so that the first
        ones are the same however many are drawn, and by however many workers.
    rank : int, optional
        How many singular values to report. By default all that the engine computes: those above its errors, or the
        leading 20 where the matrix is large and not of low rank.
    rng : optional
        Anything that `numpy.random.default_rng` takes.
    engine : str or Engine, default "auto"
        What computes the singular values: ``"dense"``, ``"low-rank"``, ``"row-blocks"``, ``"dask"``, ``"torch"``,
        ``"cupy"``, or an object of `opsvd.sampling` with its own options. "auto" is dense up to n = 4000; above, low
        rank if the matrix is, and row blocks if not.
    workers : int, default 1
        Threads that draw trials side by side. Memory is needed for as many. They call h at the same time, and h must
        stand that: it must not write to an array or a variable that it keeps between calls. Some values of every trial
        are compared with what h gives when it is asked again.
    progress : bool or callable, optional
        True for a bar (with tqdm, if it is installed) or lines on stderr; or a callable ``progress(done, message)``
        with done from 0 to 1. Its first message is the cost, said beforehand; see `sampling_cost`.

    Returns
    -------
    MonteCarloSpectrum
        If interrupted (Ctrl-C) after the first trial: those that were done, with a `SamplingInterruptedWarning`.

    Raises
    ------
    NonFiniteKernelError
        If h is not finite at a sampled pair; the message names it.
    KernelError
        If there are several workers, and h gives other values when it is asked again.
    TrialError
        If anything goes wrong in a trial after others are done: it names the trial, and has those in `partial`. What
        goes wrong in the first trial is raised as it is.
    TypeError, ValueError
        If an argument is not what it must be.

    Warns
    -----
    LongSamplingWarning
        Beforehand, if it will take more than a minute and nothing shows progress.

    Notes
    -----
    One matrix gives s_1 with a relative error of order n^(-1/2), far above the errors of the quadrature and of the
    engines; see `opsvd.comparison.crosscheck` and `OperatorSVD.predict`.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.sampling import monte_carlo
    >>> sampled = monte_carlo(lambda x, y: np.sign(x * y), 100, trials=5, rng=0)
    >>> sampled
    MonteCarloSpectrum(n=100, trials=5, rank=100, engine='Dense()')
    >>> print(sampled.effective_rank().round(9))
    [1. 1. 1. 1. 1.]
    >>> large = monte_carlo(lambda x, y: np.tanh(x * y), 20_000, m=10_000, rank=5, rng=0)
    >>> print(large.singular_values.round(3))
    [[0.52  0.06  0.013 0.003 0.001]]
    """
    (kernel, mu_x, mu_y), report = paired(h, mu_x, mu_y), as_report(progress)
    planned = kernel_trials(kernel, (n, n if m is None else m), mu_x, mu_y, trials=trials, rank=rank, rng=rng,
                            engine=engine, workers=workers)
    return planned.announced(TO_WATCH, report if progress else None)


def sampling_cost(
    h: Callable[..., Any] | Kernel,
    n: int,
    mu_x: MeasureLike = Gaussian(),  # noqa: B008
    mu_y: MeasureLike = Gaussian(),  # noqa: B008
    *,
    m: int | None = None,
    rank: int | None = None,
    engine: str | Engine = "auto",
) -> Cost:
    """Say what one sampled matrix will cost, in seconds of one core and in bytes, without taking its SVD.

    Parameters are those of `monte_carlo`. A few blocks of h are evaluated to time them; expect a factor of two.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.sampling import sampling_cost
    >>> cost = sampling_cost(lambda x, y: np.tanh(x * y), 100_000)
    >>> print(cost)
    cross approximation of 100000 x 100000 in about ... terms: about ... s and ... GB
    """
    kernel, mu_x, mu_y = paired(h, mu_x, mu_y)
    shape = positive_int(n, "n"), positive_int(n if m is None else m, "m")
    return as_engine(engine).cost(draw_matrix(kernel, shape, mu_x, mu_y, np.random.default_rng(0)), rank)


def iid(
    n: int, *, trials: int = 1, rank: int | None = None, rng: Any = None, engine: str | Engine = "auto"
) -> MonteCarloSpectrum:
    """Draw matrices with independent entries N(0, 1/n), and take their singular values: the full-rank contrast.

    Parameters are those of `monte_carlo`. These matrices are stored, whatever the engine.
    """
    planned = iid_trials((n, n), trials=trials, rank=rank, rng=rng, engine=engine)
    return planned.announced("Ctrl-C stops it with what is done")


class Trials:
    """Sampled matrices of one size that are still to be drawn, each from its own stream.

    Parameters
    ----------
    draw : callable
        Draws a matrix from a generator.
    shape : (int, int)
    factor : float, default 1.0
        What the matrices were multiplied by.
    trials, rank, rng, engine, workers
        As in `monte_carlo`.
    """

    def __init__(self, draw: Callable[[np.random.Generator], SampledMatrix], shape: tuple[int, int], *, trials: int,
                 factor: float = 1.0, rank: int | None = None, rng: Any = None, engine: str | Engine = "auto",
                 workers: int = 1) -> None:
        trials, self.workers = positive_int(trials, "trials", MOST_TRIALS), positive_int(workers, "workers")
        self.draw, self.shape, self.factor, self.rank, self.solver = draw, shape, factor, rank, as_engine(engine)
        if rank is not None and positive_int(rank, "rank") > min(shape):
            raise ValueError(f"rank must be at most n = {min(shape)}, the number of singular values of a sampled "
                             f"matrix, got {rank}; lower rank or raise n")
        self.streams = generator(rng).spawn(trials)

    def cost(self) -> Cost:
        """What all of them will cost; a few entries are evaluated to time them."""
        count = len(self.streams)
        one = self.solver.cost(self.draw(copy.deepcopy(self.streams[0])), self.rank)
        return Cost(one.seconds * count, one.memory * min(self.workers, count),
                    f"{f'{count} times ' if count > 1 else ''}{one.work}", one.evaluations * count)

    def announced(self, advice: str, report: Report | None = None) -> MonteCarloSpectrum:
        """Say what they cost, run them, and warn if that is interrupted, for the function that calls this one."""
        announce([self.cost()], advice, report, stacklevel=4)
        found = self.run(report or nothing)
        if found.interrupted:
            cut_short(self.said(found), stacklevel=4)
        return found

    def run(self, report: Report = nothing) -> MonteCarloSpectrum:
        """Take their spectra; see `TrialRun` for what happens if that is interrupted, or fails."""
        witness = Witness()

        def trial(stream: np.random.Generator, tick: Tick) -> MatrixSpectrum:
            matrix = self.draw(stream) if self.workers == 1 else witness.watch_matrix(self.draw(stream))
            return self.solver.spectrum(matrix, self.rank, tick).times(1.0 / self.factor)

        def collected(done: dict[int, MatrixSpectrum], interrupted: bool) -> MonteCarloSpectrum:
            matrices = tuple(done[t] for t in sorted(done))
            widest = max(one.values.size for one in matrices) if self.rank is None else self.rank
            return MonteCarloSpectrum(*self.shape, matrices, widest, matrices[0].engine, interrupted)

        # Up to n = 1500 more BLAS threads gain little on idle cores, and lose much on busy ones.
        with one_blas_thread() if min(self.shape) <= 1500 else nullcontext():
            return TrialRun(trial, self.streams, self.workers, report, witness.compare).result(collected)

    def said(self, found: MonteCarloSpectrum) -> str:
        """Say how much of what was asked for is done."""
        cut = ", the last of them cut short, with larger errors" if found.matrices[-1].interrupted else ""
        return f"{found.trials} of {len(self.streams)} trials are done{cut}"


def run_in_turn(planned: Sequence[Trials], report: Report = nothing) -> Iterator[MonteCarloSpectrum]:
    """Run the trials of one size after the other, until an interrupt, which is raised where nothing is done."""
    for k, trials in enumerate(planned):
        try:
            found = trials.run(_part(report, k, len(planned)))
        except KeyboardInterrupt:
            if k == 0:
                raise
            return
        yield found
        if found.interrupted:
            return


def _part(report: Report, k: int, count: int) -> Report:
    return lambda done, message: report((k + done) / count, message)


def iid_trials(shape: tuple[int, int], **options: Any) -> Trials:
    """The trials of square matrices with independent entries; `options` are those of `Trials`."""
    n = positive_int(shape[0], "n")
    return Trials(lambda stream: StoredMatrix(iid_gaussian(n, stream)), (n, n), **options)


def kernel_trials(kernel: Kernel, shape: tuple[int, int], mu_x: Measure, mu_y: Measure, **options: Any) -> Trials:
    """The trials of a kernel under measures that fit it; `options` are those of `Trials`."""
    n, m = positive_int(shape[0], "n"), positive_int(shape[1], "m")
    factor = unit_factor(kernel, mu_x, mu_y)
    kernel = kernel.scaled(factor)
    # A copy for each trial: what a kernel counts is not shared between threads.
    return Trials(lambda stream: draw_matrix(copy.copy(kernel), (n, m), mu_x, mu_y, stream), (n, m), factor=factor,
                  **options)
