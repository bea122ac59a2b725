"""Pairs of nodes beside a curve on which h is infinite say far more than their cells hold."""

import numpy as np
import pytest
from quiet import quietly

from opsvd import Kernel, Uniform
from opsvd.evidence.cells_of_nodes import norms_of_cells
from opsvd.probing.domain import Domain
from opsvd.quadrature import Rule


@pytest.mark.parametrize("power", [0.1, 0.3, 0.45])
def test_the_energy_of_a_cell(power):
    """Of |x - y|^-p on a square in the middle of which x = y runs, w^(2 - 2p) / (1 - 2p)(1 - p), and half beside it."""
    width = 0.01
    domain = Domain((0.0, 1.0), (0.0, 1.0), 0.0, 1.0, widened=False)
    rule = Rule(np.array([0.5, 0.6]), np.full(2, np.sqrt(width)), np.ones(2))
    kernel = Kernel(lambda x, y: np.abs(x - y - 1e-15) ** -power)
    pairs = np.array([0, 1]), np.array([0, 1])
    norms, left = norms_of_cells(kernel, domain, (rule, rule), pairs, np.zeros(2))
    truth = np.sqrt(width ** (2.0 - 2.0 * power) / ((1.0 - 2.0 * power) * (1.0 - power)))
    assert norms == pytest.approx(np.full(2, truth), rel=0.5)
    assert (left == norms).all()
    # Of what is the same everywhere nothing is left by itself.
    constant = Kernel(lambda x, y: 2.0 + 0.0 * x * y)
    norms, left = norms_of_cells(constant, domain, (rule, rule), pairs, np.full(2, 2.0 * width))
    assert norms == pytest.approx(np.full(2, 2.0 * width), rel=1e-6)
    assert left.max() <= 1e-12


@pytest.mark.thorough
def test_norms_of_kernels_that_are_infinite_along_a_curve():
    """E[h^2] of |x - y|^-0.3 is 1 / (0.4 * 0.7): norm and tail came from four pairs of nodes, and were 30 and 60."""
    svd = quietly(lambda x, y: np.abs(x - y) ** -0.3, Uniform(), Uniform(), rtol=1e-2, max_evaluations=3_000_000)
    truth = np.sqrt(1.0 / (0.4 * 0.7))
    assert abs(svd.norm.value - truth) <= svd.norm.error < 0.5
    assert np.sqrt(truth**2 - np.sum(svd.singular_values**2)) <= svd.tail < 1.5
