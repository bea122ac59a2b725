"""What figures need of a decomposition, so that they depend on no class of results."""

from typing import Protocol, runtime_checkable

import numpy as np

from .._support.validation import instance
from ..operator.singular_functions import SingularFunctions
from ..spectrum import DecayLaw


@runtime_checkable
class Decomposition(Protocol):
    """Singular values with error bars, and singular functions, as `OperatorSVD` has them."""

    @property
    def values(self) -> np.ndarray:
        """The distinct singular values, shape (q,)."""

    @property
    def value_errors(self) -> np.ndarray:
        """Their error bars, shape (q,)."""

    @property
    def multiplicities(self) -> np.ndarray:
        """How often each of them stands, shape (q,)."""

    @property
    def errors(self) -> np.ndarray:
        """Error bars of the values as often as they stand, shape (r,)."""

    @property
    def decay(self) -> DecayLaw:
        """How the values fall."""

    @property
    def left(self) -> SingularFunctions:
        """The functions of x."""

    @property
    def right(self) -> SingularFunctions:
        """The functions of y."""


def require_decomposition(svd: object) -> Decomposition:
    """Return `svd` if it is a decomposition, or raise naming it."""
    return instance(svd, "svd", Decomposition, "pass what opsvd.decompose returned")  # type: ignore[type-abstract]
