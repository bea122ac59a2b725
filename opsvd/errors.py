"""Exceptions and warnings of opsvd."""

from typing import Any

__all__ = [
    "ConvergenceWarning",
    "KernelError",
    "LongSamplingWarning",
    "NonFiniteKernelError",
    "NotSquareIntegrableError",
    "SamplingInterruptedWarning",
    "TrialError",
    "diverges_towards",
    "too_singular",
]


class KernelError(ValueError):
    """The kernel does not do what a kernel must: broadcast, and return numbers."""


class NonFiniteKernelError(KernelError):
    """The kernel returned NaN or an infinity at a point that matters; the message names it."""


class NotSquareIntegrableError(ValueError):
    """E[h(x, y)^2] is infinite, so that the operator has no singular value decomposition."""


class ConvergenceWarning(UserWarning):
    """The requested tolerance was not reached; the error bars say how far the answer got."""


class TrialError(KernelError):
    """A sampled matrix failed after others were done; the cause is chained.

    Attributes
    ----------
    trial : int
        Which one, counted from 1.
    partial : MonteCarloSpectrum or MonteCarloSweep
        Those that were done.
    """

    def __init__(self, message: str, trial: int, partial: Any) -> None:
        super().__init__(message)
        self.trial, self.partial = trial, partial

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the attributes: by itself an exception is made again of its message alone."""
        return type(self), (str(self), self.trial, self.partial), self.__dict__


class SamplingInterruptedWarning(UserWarning):
    """Sampling was interrupted, and what was done until then is returned."""


class LongSamplingWarning(UserWarning):
    """Sampling will take more than a minute; the message says how long, and how much memory."""


def too_singular(what: str, weak_enough: str = "") -> NotSquareIntegrableError:
    """Build the error for a kernel with a singularity of which `what` tells, and maybe which powers are weak enough."""
    return NotSquareIntegrableError(f"h must be square-integrable, but h^2 {what}: E[h^2] is infinite{weak_enough}. "
                                    f"Decompose a kernel with a weaker singularity")


def diverges_towards(where: str, power: str = "|x|^a") -> NotSquareIntegrableError:
    """Build the error for a kernel whose energy does not fall towards a point, as some powers do not."""
    return too_singular(f"does not decay towards {where}", f" ({power} needs a > -1/2)")
