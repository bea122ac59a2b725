"""Trials one after the other or side by side; what is done is kept, whatever happens to the next."""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from typing import TypeVar

import numpy as np

from .._support.blas_threads import one_blas_thread
from ..errors import LongSamplingWarning, SamplingInterruptedWarning, TrialError
from .engine import Cost, MatrixSpectrum, Tick, silent
from .progress import Report

TO_WATCH = "pass progress=True to watch it, and Ctrl-C to stop with what is done"
"""The advice of a function that reports its progress."""

Result = TypeVar("Result")
Trial = Callable[[np.random.Generator, Tick], MatrixSpectrum]


def announce(costs: Sequence[Cost], advice: str, report: Report | None = None) -> None:
    """Say before it begins what work will cost, part by part: to `report`, or as a warning if it is above a minute.

    The warning is that of the function that calls this one, about the line that calls it in turn.
    """
    if report is not None:
        for cost in costs:
            report(0.0, str(cost))
        return
    first = max(costs, key=lambda cost: cost.seconds)
    others = f" and {len(costs) - 1} other size{'s' if len(costs) > 2 else ''}" if len(costs) > 1 else ""
    total = Cost(sum(cost.seconds for cost in costs), max(cost.memory for cost in costs), f"{first.work}{others}")
    if total.seconds > 60.0:
        warnings.warn(f"{total}; {advice}", LongSamplingWarning, stacklevel=3)


def cut_short(text: str) -> None:
    """Warn that the function that calls this one was interrupted, and what it returns."""
    warnings.warn(f"interrupted: {text}, and returned", SamplingInterruptedWarning, stacklevel=3)


def run_trials(
    trial: Trial,
    streams: Sequence[np.random.Generator],
    shape: tuple[int, int],
    *,
    workers: int,
    report: Report,
    collected: Callable[[dict[int, MatrixSpectrum], bool], Result],
    check: Callable[[], None],
) -> Result:
    """Run a trial for each stream, in threads if there are several workers.

    An interrupt after the first trial returns what is done; an error after it becomes a TrialError that carries what
    is done. `collected` makes a result of the spectra that are done, and of whether there should have been more. Among
    threads `check` is called now and then, and before anything is returned: what it raises comes first.
    """
    done: dict[int, MatrixSpectrum] = {}
    try:
        # Up to n = 1500 more BLAS threads gain little on idle cores, and lose much on busy ones.
        with one_blas_thread() if min(shape) <= 1500 else nullcontext():
            if workers == 1:
                _in_turn(trial, streams, report, done)
            else:
                _side_by_side(trial, streams, workers, report=report, done=done, check=check)
    except KeyboardInterrupt:
        if not done:
            raise
        check()
        return collected(done, True)
    except _FailedError as failed:
        check()
        t, cause = failed.args
        if workers > 1:
            cause.add_note(f"{workers} threads called h at the same time; if it keeps anything between calls, use "
                           f"workers=1")
        if not done:
            raise cause from None
        message = (f"trial {t + 1} of {len(streams)} failed with {type(cause).__name__}: {cause}. "
                   f"The {len(done)} trials that were done are in the attribute partial of this error")
        raise TrialError(message, t + 1, collected(done, True)) from cause
    check()
    report(1.0, "")
    return collected(done, False)


class _FailedError(Exception):
    """Its arguments are the number of a trial and what it raised."""


def _in_turn(trial: Trial, streams: Sequence[np.random.Generator], report: Report, done: dict[int, MatrixSpectrum]
             ) -> None:
    for t, stream in enumerate(streams):
        try:
            done[t] = trial(stream, _tick(report, t, len(streams)))
        except Exception as error:
            raise _FailedError(t, error) from error
        if done[t].interrupted:
            raise KeyboardInterrupt


def _tick(report: Report, trial: int, trials: int) -> Tick:
    return lambda part: report(min((trial + part) / trials, 1.0 - 1e-9), "")


def _side_by_side(
    trial: Trial,
    streams: Sequence[np.random.Generator],
    workers: int,
    *,
    report: Report,
    done: dict[int, MatrixSpectrum],
    check: Callable[[], None],
) -> None:
    pool = ThreadPoolExecutor(workers)
    waiting: dict[Future[MatrixSpectrum], int] = {}
    try:
        waiting = {pool.submit(trial, stream, silent): t for t, stream in enumerate(streams)}
        pending = set(waiting)
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            failed = {waiting[future]: error for future in finished if (error := future.exception()) is not None}
            done.update({waiting[future]: future.result() for future in finished if waiting[future] not in failed})
            check()
            report(len(done) / len(streams) * (1.0 - 1e-9), "")
            for t, error in sorted(failed.items()):
                if isinstance(error, Exception):
                    raise _FailedError(t, error) from error
                raise error
    finally:
        # Those that run are waited for, and kept; those that do not are not begun.
        pool.shutdown(wait=True, cancel_futures=True)
        done.update({t: future.result() for future, t in waiting.items()
                     if future.done() and not future.cancelled() and future.exception() is None})
