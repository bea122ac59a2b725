"""Progress of long work: a callback, a bar, or nothing."""

import importlib
import sys
from collections.abc import Callable
from typing import Any

from .validation import described, function

Report = Callable[[float, str], None]
"""Called with the part of the work that is done, from 0 to 1, and what is to be said."""


def as_report(progress: Any) -> Report:
    """Return what `progress` stands for: None or False for nothing, True for a bar or lines, or a callable."""
    if progress is None or progress is False:
        return nothing
    if progress is True:
        return _bar()
    if callable(progress):
        return function(progress, "progress", "progress(done, message)", "print", 2)
    raise TypeError(f"progress must be True, None, or a callable (done, message), got {described(progress)}; "
                    f"pass True for a bar")


def nothing(done: float, message: str) -> None:
    """Say nothing."""


def _bar() -> Report:
    """A bar of tqdm if it is installed, and otherwise lines on stderr, one for each tenth."""
    try:
        bar = importlib.import_module("tqdm.auto").tqdm(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining}")
    except ImportError:
        return _lines()

    def report(done: float, message: str) -> None:
        if message:
            bar.set_description(message)
        bar.update(done - bar.n)
        if done >= 1.0:
            bar.close()

    return report


def _lines() -> Report:
    shown = -1

    def report(done: float, message: str) -> None:
        nonlocal shown
        if message or int(10.0 * done) > shown:
            shown = int(10.0 * done)
            sys.stderr.write(f"opsvd: {done:4.0%}  {message}\n")

    return report
