"""Exceptions and warnings of opsvd."""

__all__ = ["ConvergenceWarning", "KernelError", "NonFiniteKernelError", "NotSquareIntegrableError"]


class KernelError(ValueError):
    """The kernel does not do what a kernel must: broadcast, and return real numbers."""


class NonFiniteKernelError(KernelError):
    """The kernel returned NaN or an infinity at a point that matters; the message names it."""


class NotSquareIntegrableError(ValueError):
    """E[h(x, y)^2] is infinite, so that the operator has no singular value decomposition."""


class ConvergenceWarning(UserWarning):
    """The requested tolerance was not reached; the error bars say how far the answer got."""
