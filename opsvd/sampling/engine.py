"""What an engine is: the SVD of one sampled matrix."""

from abc import ABC, abstractmethod

import numpy as np

__all__ = ["Engine"]


class Engine(ABC):
    """A way to compute the singular values of a matrix.

    A new engine is one file with a subclass, and one line in ``opsvd.sampling.ENGINES``.
    """

    @abstractmethod
    def singular_values(self, matrix: np.ndarray) -> np.ndarray:
        """All singular values of an (n, m) matrix, shape (min(n, m),), nonincreasing."""
