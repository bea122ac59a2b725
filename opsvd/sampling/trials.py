"""Trials one after the other or side by side; what is done is kept, whatever happens to the next."""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from .._support.progress import Report
from ..errors import LongSamplingWarning, SamplingInterruptedWarning, TrialError
from .engine import Cost, MatrixSpectrum, Tick, silent

TO_WATCH = "pass progress=True to watch it, and Ctrl-C to stop with what is done"
"""The advice of a function that reports its progress."""

Result = TypeVar("Result")


def announce(costs: Sequence[Cost], advice: str, report: Report | None = None, stacklevel: int = 3) -> None:
    """Say before it begins what work will cost, part by part: to `report`, or as a warning if it is above a minute.

    The warning is that of the function that calls this one, about the line that calls it in turn, unless `stacklevel`
    says otherwise.
    """
    if report is not None:
        for cost in costs:
            report(0.0, str(cost))
        return
    first = max(costs, key=lambda cost: cost.seconds)
    others = f" and {len(costs) - 1} other size{'s' if len(costs) > 2 else ''}" if len(costs) > 1 else ""
    total = Cost(sum(cost.seconds for cost in costs), max(cost.memory for cost in costs), f"{first.work}{others}")
    if total.seconds > 60.0:
        warnings.warn(f"{total}; {advice}", LongSamplingWarning, stacklevel=stacklevel)


def cut_short(text: str, stacklevel: int = 3) -> None:
    """Warn that the function that calls this one was interrupted, and what it returns."""
    warnings.warn(f"interrupted: {text}, and returned", SamplingInterruptedWarning, stacklevel=stacklevel)


class _FailedError(Exception):
    """Its arguments are the number of a trial and what it raised."""


@dataclass
class TrialRun:
    """A trial for each stream, in threads if there are several workers.

    Among threads `check` is called now and then, and before anything is returned: what it raises comes first.
    """

    trial: Callable[[np.random.Generator, Tick], MatrixSpectrum]
    streams: Sequence[np.random.Generator]
    workers: int
    report: Report
    check: Callable[[], None]
    done: dict[int, MatrixSpectrum] = field(default_factory=dict)

    def result(self, collected: Callable[[dict[int, MatrixSpectrum], bool], Result]) -> Result:
        """Run the trials, and make a result of the spectra that are done, and of whether there should have been more.

        An interrupt after the first trial returns what is done; an error after it becomes a TrialError that carries
        what is done.
        """
        try:
            if self.workers == 1:
                self._in_turn()
            else:
                self._side_by_side()
        except KeyboardInterrupt:
            if not self.done:
                raise
            self.check()
            return collected(self.done, True)
        except _FailedError as failed:
            self.check()
            t, cause = failed.args
            if self.workers > 1:
                cause.add_note(f"{self.workers} threads called h at the same time; if it keeps anything between "
                               f"calls, use workers=1")
            if not self.done:
                raise cause from None
            message = (f"trial {t + 1} of {len(self.streams)} failed with {type(cause).__name__}: {cause}. "
                       f"The {len(self.done)} trials that were done are in the attribute partial of this error")
            raise TrialError(message, t + 1, collected(self.done, True)) from cause
        self.check()
        self.report(1.0, "")
        return collected(self.done, False)

    def _in_turn(self) -> None:
        for t, stream in enumerate(self.streams):
            try:
                self.done[t] = self.trial(stream, self._tick(t))
            except Exception as error:
                raise _FailedError(t, error) from error
            if self.done[t].interrupted:
                raise KeyboardInterrupt

    def _tick(self, t: int) -> Tick:
        return lambda part: self.report(min((t + part) / len(self.streams), 1.0 - 1e-9), "")

    def _side_by_side(self) -> None:
        pool = ThreadPoolExecutor(self.workers)
        waiting: dict[Future[MatrixSpectrum], int] = {}
        try:
            waiting = {pool.submit(self.trial, stream, silent): t for t, stream in enumerate(self.streams)}
            pending = set(waiting)
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                failed = {waiting[future]: error for future in finished if (error := future.exception()) is not None}
                self.done.update({waiting[future]: future.result() for future in finished
                                  if waiting[future] not in failed})
                self.check()
                self.report(len(self.done) / len(self.streams) * (1.0 - 1e-9), "")
                for t, error in sorted(failed.items()):
                    if isinstance(error, Exception):
                        raise _FailedError(t, error) from error
                    raise error
        finally:
            # Those that run are waited for, and kept; those that do not are not begun.
            pool.shutdown(wait=True, cancel_futures=True)
            self.done.update({t: future.result() for future, t in waiting.items()
                              if future.done() and not future.cancelled() and future.exception() is None})
