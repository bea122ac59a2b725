"""Matrices whose entries can be asked for, and what is found of them from some of their entries."""

from .blocks import BlockMatrix, ValuedMatrix
from .certificate import CERTIFIED_ENTRIES, Certificate, certify, pilot
from .cross import FIRST_TERMS, QR_ROWS, CrossApproximation
from .fitted_skeleton import FittedSkeleton
from .random_entries import Masses, RandomEntries, draws
from .sampled import Index, KernelMatrix, MatrixOfKernel, Part, SampledMatrix, StoredMatrix, WeightedMatrix
from .skeleton import Skeleton, entries_of, largest_entries

__all__ = ["CERTIFIED_ENTRIES", "FIRST_TERMS", "QR_ROWS", "BlockMatrix", "Certificate", "CrossApproximation",
           "FittedSkeleton", "Index", "KernelMatrix", "Masses", "MatrixOfKernel", "Part", "RandomEntries",
           "SampledMatrix", "Skeleton", "StoredMatrix", "ValuedMatrix", "WeightedMatrix", "certify", "draws",
           "entries_of", "largest_entries", "pilot"]
