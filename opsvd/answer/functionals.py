"""What a decomposition says in one number: norms, effective ranks and the metric entropy of its spectrum."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ..spectrum import Estimate, effective_rank, hilbert_schmidt_norm, metric_entropy, nuclear_norm


class WithSpectrum(ABC):
    """A result with distinct singular values, and with what the functionals of a spectrum ask for besides."""

    values: np.ndarray

    @abstractmethod
    def _spectrum(self) -> dict[str, Any]:
        """Multiplicities, error bars and the tail, by the names of arguments."""

    def effective_rank(self, kind: str = "nuclear") -> Estimate:
        r"""The effective rank with its error bar, by default :math:`(\sum_i s_i)^2 / \sum_i s_i^2`.

        The kinds, and what the bar rests on, are those of `opsvd.effective_rank`.
        """
        return effective_rank(self.values, kind=kind, **self._spectrum())

    def nuclear_norm(self) -> Estimate:
        r"""The nuclear norm :math:`\sum_i s_i` with its error bar; infinite where the sum diverges.

        If h is found to be semidefinite, it is the mean of h(x, x), and its note says so. Otherwise what lies beyond
        the values given is continued from them. Either way the bar is `extrapolated`; the bound `lower` rests on what
        was computed, and no truncation lowers it.
        """
        return nuclear_norm(self.values, **self._spectrum())

    def hilbert_schmidt_norm(self) -> Estimate:
        r"""The norm :math:`(\sum_i s_i^2)^{1/2}` with its error bar, from the singular values and their tail."""
        return hilbert_schmidt_norm(self.values, **self._spectrum())

    def metric_entropy(self, eps: float) -> Estimate:
        r"""The metric entropy of the image of the unit ball of :math:`L^2(\mu_y)`, in nats, between two bounds.

        The logarithm of the least number of balls of radius `eps` in :math:`L^2(\mu_x)` that cover it: about the sum of
        :math:`\log(s_i / \epsilon)` over :math:`s_i > \epsilon`. See `opsvd.metric_entropy`.

        Examples
        --------
        >>> import numpy as np
        >>> import opsvd
        >>> opsvd.decompose(lambda x, y: np.sin(x * y)).metric_entropy(1e-6)
        1e+02 ± 2e+01
        """
        return metric_entropy(self.values, eps, **self._spectrum())
