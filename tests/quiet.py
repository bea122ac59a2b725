"""Decompositions that may miss their tolerance: what they say of it is in their status."""

import warnings

import opsvd
from opsvd import ConvergenceWarning, OperatorSVD

__all__ = ["quietly"]


def quietly(h, *measures, **options) -> OperatorSVD:
    """Decompose, with the warning of a missed tolerance left to the result's status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return opsvd.decompose(h, *measures, **options)
