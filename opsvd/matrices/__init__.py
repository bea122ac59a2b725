"""Matrices whose entries can be asked for, and what is found of them from some of their entries."""

from .blocks import BlockMatrix, ValuedMatrix
from .certificate import CERTIFIED_ENTRIES, Certificate, certify, pilot
from .cross import FIRST_TERMS, QR_ROWS, CrossApproximation
from .sampled import Index, KernelMatrix, MatrixOfKernel, Part, SampledMatrix, StoredMatrix, WeightedMatrix
from .skeleton import Skeleton, entries_of, largest_entries

__all__ = ["CERTIFIED_ENTRIES", "FIRST_TERMS", "QR_ROWS", "BlockMatrix", "Certificate", "CrossApproximation", "Index",
           "KernelMatrix", "MatrixOfKernel", "Part", "SampledMatrix", "Skeleton", "StoredMatrix", "ValuedMatrix",
           "WeightedMatrix", "certify", "entries_of", "largest_entries", "pilot"]
