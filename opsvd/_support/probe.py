"""Whether a function treats each of its points alone: what it gives for the same points in another arrangement."""

from collections.abc import Callable, Iterable

import numpy as np

from ..errors import KernelError
from .budget import BudgetExhaustedError, calls_are_fast
from .user_function import equal_values

# Members of a grid of three by four in no order: two lists of pairs, and a smaller grid. Each lacks a row, so that
# whatever is largest or smallest in the whole is missing somewhere.
_ARRANGEMENTS = ((np.array([2, 1, 1, 2, 1]), np.array([2, 0, 2, 0, 0])), np.ix_([2, 0], [3, 1, 0]),
                 (np.array([0, 1, 1, 0]), np.array([1, 3, 2, 1])))

PAIRS_ALONE = "h must act on each pair of points by itself, in lists of pairs as in grids of them"
"""What functions of pairs of points must do."""

POINTS_ALONE = (
    "nothing may be summed, sorted, accumulated or normalised over the axes of points, which are all but those of a "
    "vector's coordinates: write x * y and not x @ y, x[..., 0] and not x[:, 0], [..., None, None] and not "
    "[:, :, None, None], x / 2.0 and not x / x.std(), and no softmax over points"
)
"""The advice for functions of pairs of points."""


def tried(f: Callable[..., np.ndarray], arguments: Iterable[np.ndarray], failed: str, advice: str) -> np.ndarray:
    """What f gives for arguments; what it raises becomes a KernelError that begins with `failed`, and ends in advice.

    A KernelError of its own, and one of a budget, are raised as they are.
    """
    try:
        return f(*arguments)
    except (KernelError, BudgetExhaustedError):
        raise
    except Exception as error:
        raise KernelError(f"{failed} with {type(error).__name__}: {error}; {advice}") from error


def require_alone(f: Callable[..., np.ndarray], arguments: tuple[np.ndarray, ...], values: np.ndarray, requirement: str,
                  advice: str) -> None:
    """Raise KernelError unless f gives for a list of points, and for other grids of them, what it gave for a grid.

    Parameters
    ----------
    f : callable
        It is called once or twice with each of three other arrangements, or with one where calls are slow.
    arguments : tuple of ndarray, shape (3, 4, ...) or broadcasting to it
        What it was called with.
    values : ndarray
        What it returned, of a shape that broadcasts to (3, 4, ...).
    requirement, advice : str
        The beginning and the end of the message.
    """
    # Copies: a function may write its next values where these are.
    full = [np.array(np.broadcast_to(array, (3, 4, *array.shape[2:]))) for array in (*arguments, values)]
    for index in _ARRANGEMENTS if calls_are_fast() else _ARRANGEMENTS[:1]:
        *points, before = (array[index] for array in full)
        shapes = " and ".join(str(part.shape) for part in points)
        failed = f"{requirement}, but for arguments of shape {shapes} it failed"
        found = tried(f, points, failed, advice)
        # What changes from call to call is no matter of the arrangement.
        if not _same(found, before) and _same(tried(f, points, failed, advice), found):
            raise KernelError(f"{requirement}, but for arguments of shape {shapes} it returned, in shape "
                              f"{found.shape}, something else than for the same points among others; {advice}")


def _same(found: np.ndarray, before: np.ndarray) -> bool:
    """Whether values are the same but for rounding; what does not depend on some points may have fewer axes."""
    return broadcasts_to(found.shape, before.shape) and equal_values(before, found)


def broadcasts_to(shape: tuple[int, ...], full: tuple[int, ...]) -> bool:
    """Whether an array of a shape broadcasts to another one."""
    return len(shape) <= len(full) and all(n in (1, m) for n, m in zip(shape[::-1], full[::-1], strict=False))
