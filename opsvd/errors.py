"""Exceptions and warnings of opsvd."""

__all__ = ["ConvergenceWarning", "KernelError", "NonFiniteKernelError", "NotSquareIntegrableError", "diverges_towards"]


class KernelError(ValueError):
    """The kernel does not do what a kernel must: broadcast, and return real numbers."""


class NonFiniteKernelError(KernelError):
    """The kernel returned NaN or an infinity at a point that matters; the message names it."""


class NotSquareIntegrableError(ValueError):
    """E[h(x, y)^2] is infinite, so that the operator has no singular value decomposition."""


class ConvergenceWarning(UserWarning):
    """The requested tolerance was not reached; the error bars say how far the answer got."""


def diverges_towards(name: str, where: float) -> NotSquareIntegrableError:
    """Build the error for a kernel whose energy does not fall towards a point of one variable."""
    return NotSquareIntegrableError(f"h must be square-integrable, but h^2 does not decay towards {name} = "
                                    f"{where:.3g}: E[h^2] is infinite (|x|^a needs a > -1/2). Decompose a kernel with "
                                    f"a weaker singularity")
