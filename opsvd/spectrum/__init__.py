"""Functionals of a spectrum: norms, effective ranks and decay laws, with what lies beyond the computed rank."""

from .decay import PowerLaw, nuclear_tail, power_law
from .estimate import Estimate
from .functionals import Tail, effective_rank, effective_ranks, hilbert_schmidt_norm, nuclear_norm

__all__ = [
    "Estimate",
    "PowerLaw",
    "Tail",
    "effective_rank",
    "effective_ranks",
    "hilbert_schmidt_norm",
    "nuclear_norm",
    "nuclear_tail",
    "power_law",
]
