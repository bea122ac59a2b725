"""What every kind of evidence is: error bars, and what an answer leaves out."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np

from ..spectrum import DecayLaw, Estimate, Tail, Unlisted, decay_and_tail


class Listed(NamedTuple):
    """Values of an answer, with their bars and multiplicities, shape (r,) each."""

    values: np.ndarray
    bars: np.ndarray
    counts: np.ndarray


class Evidence(ABC):
    """How one discretisation compares with the kernel: what the error bars of its singular values rest on.

    A new kind is one file with a subclass. Values are those of distinct functions; `rank` is how many of them, from the
    first, an answer lists.

    Attributes
    ----------
    values : ndarray, shape (r,)
        The singular values that are known, nonincreasing, one for each distinct function of the discretisation.
    enough : int
        So many leading values within the tolerance make an answer, though more may exceed it.
    clear : float
        A value is listed if it stands so many times above its bar.
    floor : float
        No value below this one is known to be among the largest.
    ordered : bool
        Whether bars are about the i-th value; if not, about some value, which bars of others may reach across.
    unfound : float
        The largest value that may not have been found, where an answer lists fewer than `enough`.
    exhausted : bool
        Whether no finer discretisation of this kind lowers the bars of the leading values.
    hopeless : bool
        Whether so much of h lies where no discretisation sees it that no bar can be told.
    breaks : bool
        Whether h was found to break, or is too rough to tell.
    remainder : float
        The norm of what all computed values leave, where that is known.
    """

    values: np.ndarray
    enough: int = 6
    clear: float = 1.0
    floor: float = 0.0
    ordered: bool = True
    unfound: float = 0.0
    exhausted: bool = True
    hopeless: bool = False
    breaks: bool = False
    remainder: float = 0.0

    @abstractmethod
    def bars(self) -> np.ndarray:
        """Error bars, shape (r,): the true i-th value lies within, as far as this evidence tells."""

    @property
    @abstractmethod
    def norm(self) -> Estimate:
        r""":math:`\sqrt{E[h^2]}`."""

    @abstractmethod
    def left_out(self, rank: int) -> float:
        r"""A bound of :math:`(E[(h - \sum_{i \le r} s_i f_i g_i)^2])^{1/2}`."""

    @abstractmethod
    def beyond(self, rank: int) -> Unlisted:
        """What is known of the values that are not listed, and of the sum of all."""

    def near(self) -> np.ndarray:
        """Bars, shape (q,), of leading values that are known to be there, though not which: none if not known."""
        return np.zeros(0)

    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        """How the listed values fall, and what lies beyond them."""
        return decay_and_tail(listed.values, listed.bars, tail, self.beyond(rank))
