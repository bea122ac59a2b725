"""Honesty on random kernels of vectors with kinks and jumps, against brute force that knows where these are."""

import math
import warnings
from random import Random

import numpy as np
import pytest
from drawn_vectors import DrawnVectors, draw_vectors, held_against
from vector_quadrature import Level, angular, between_breaks, gaussian, multiplicity, norms, of_integrals

import opsvd
from opsvd import ConvergenceWarning

# Enough for coarse tolerances; more takes more than a second a kernel.
EVALUATIONS = 3_000_000


@pytest.mark.parametrize("seed", range(12))
def test_error_bars_hold(seed):
    """|computed - reference| <= errors + error of the reference, for all values, at one tolerance of four a kernel."""
    drawn = draw_vectors(Random(seed))    # noqa: S311
    values, unsure = drawn.reference()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        svd = opsvd.decompose(drawn.h, *drawn.measures, rtol=(1e-3, 1e-5, 1e-7, 1e-9)[seed % 4],
                              max_evaluations=EVALUATIONS, max_seconds=1e4)
    assert unsure[0] <= 1e-6 * values[0]
    assert (held_against(svd, values, unsure) <= 1.0).all(), str(drawn)
