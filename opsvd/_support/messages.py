"""Exceptions as lines for people."""

import traceback
from pathlib import Path

from ..errors import TrialError


def one_line(message: object) -> str:
    """Text without line breaks."""
    return " ".join(str(message).split())


def described(error: BaseException) -> str:
    """What an exception says, and, if it is not one of ours, of which kind it is and where it was raised."""
    if isinstance(error, TrialError) and error.__cause__ is not None:
        return f"matrix {error.trial}: {described(error.__cause__)}"
    if isinstance(error, MemoryError):
        return f"not enough memory ({one_line(error) or 'no more is known'}); take smaller matrices, or fewer"
    if isinstance(error, OSError):
        return one_line(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    ours = Path(place.filename).is_relative_to(Path(__file__).parents[1])
    if ours and isinstance(error, (ValueError, TypeError, ImportError)):
        return one_line(error)
    return f"{type(error).__name__}: {one_line(error)} (in {Path(place.filename).name}, line {place.lineno})"
