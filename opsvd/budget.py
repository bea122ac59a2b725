"""What a decomposition may cost: evaluations of the kernel, and time."""

import logging
import time
from dataclasses import dataclass, field

__all__ = ["Budget", "BudgetExhaustedError", "announce"]

_LOGGER = logging.getLogger("opsvd")


def announce(step: str, values: int, rows: int, columns: int) -> None:
    """Say what a step costs before it is taken: to the logger ``opsvd``, at level INFO."""
    _LOGGER.info("%s: %.2g values of h, matrices of %d by %d, %.2g GB each", step, values, rows, columns,
                 8e-9 * rows * columns)


class BudgetExhaustedError(Exception):
    """The budget has run out. It never reaches the user: the driver returns the best answer so far."""


@dataclass
class Budget:
    """Evaluations and seconds, counted from when it was made.

    Attributes
    ----------
    evaluations : int
        The most values h(x, y) that may be asked for.
    seconds : float
        When the time is up, the next call of h is refused; one that is under way is not interrupted.
    """

    evaluations: int
    seconds: float
    spent: int = 0
    started: float = field(default_factory=time.monotonic)

    def spend(self, evaluations: int) -> None:
        """Ask for so many values; raises BudgetExhaustedError if they are too many, or too late."""
        if self.spent + evaluations > self.evaluations:
            raise BudgetExhaustedError(f"max_evaluations={self.evaluations} ran out")
        if time.monotonic() - self.started > self.seconds:
            raise BudgetExhaustedError(f"max_seconds={self.seconds:g} ran out")
        self.spent += evaluations
