"""Functionals of a spectrum: norms, effective ranks and decay laws, with what lies beyond the computed rank."""

from .decay import DecayLaw, Unlisted, decay_and_tail, decay_law, nuclear_tail
from .entropy import metric_entropy
from .estimate import Estimate
from .frequencies import rank_bound
from .functionals import effective_rank, effective_ranks, hilbert_schmidt_norm, nuclear_norm
from .tail import Tail

__all__ = ["DecayLaw", "Estimate", "Tail", "Unlisted", "decay_and_tail", "decay_law", "effective_rank",
           "effective_ranks", "hilbert_schmidt_norm", "metric_entropy", "nuclear_norm", "nuclear_tail", "rank_bound"]
