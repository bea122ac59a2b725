"""Kernels whose values are of single precision or less: what they can be known to, and bars that hold."""

import numpy as np
import pytest

import opsvd
from opsvd.operator.problem import Problem

F = np.float32
UNIT = opsvd.Uniform(0.0, 1.0)
CASES = {
    "tanh(xy)": (lambda x, y: np.tanh(x * y), lambda x, y: np.tanh(x.astype(F) * y.astype(F)), ()),
    "a disc": (lambda x, y: 1.0 * (x * x + y * y < 1.0), lambda x, y: (x * x + y * y < 1.0).astype(F), ()),
    "exp(-|x - y|)": (lambda x, y: np.exp(-np.abs(x - y)), lambda x, y: np.exp(-np.abs(x.astype(F) - y.astype(F))),
                      (UNIT, UNIT)),
    "tanh(<x, y>), k = 3": (opsvd.elementwise(np.tanh, 3), opsvd.elementwise(lambda z: np.tanh(z.astype(F)), 3), ()),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", CASES)
def test_bars_of_single_precision_hold(name):
    """Values differ from those of double precision by less than their bars, which are within the tolerance."""
    h, rounded, measures = CASES[name]
    exact = opsvd.decompose(h, *measures, rtol=1e-8, max_rank=6)
    svd = opsvd.decompose(rounded, *measures, rtol=1e-5, max_rank=6)
    count = min(svd.rank, exact.rank)
    assert count >= 3
    assert (np.abs(svd.singular_values - exact.singular_values)[:count] <= (svd.errors + exact.errors)[:count]).all()
    assert svd.converged


@pytest.mark.parametrize(("dtype", "attainable"), [(np.float32, 1e-6), (np.float16, 0.01)])
def test_what_can_be_met_is_answered_and_said(dtype, attainable):
    """A tolerance that the rounding of h does not allow gets the answer for one that it allows."""
    with pytest.warns(opsvd.ConvergenceWarning, match="single precision"):
        svd = opsvd.decompose(lambda x, y: np.sin(x * y).astype(dtype))
    assert f"pass rtol={attainable:g}" in svd.status
    assert svd.rank >= 3
    assert svd.worst_error < attainable * svd.singular_values[0]


def test_double_precision_is_left_as_it_is():
    """The rounding of double precision is accounted for elsewhere, and integers and booleans are exact."""
    for h in (lambda x, y: np.sin(x * y), lambda x, y: (x > y).astype(np.int32), lambda x, y: x > y):
        assert opsvd.Kernel(h).eps == np.finfo(float).eps


def test_tolerances_are_above_the_rounding_of_values():
    """Steps of a method do not aim below what values of h are good for."""
    kernel = opsvd.Kernel(lambda x, y: (x * y).astype(F))
    problem = Problem(kernel, opsvd.Gaussian(), opsvd.Gaussian(), 1e-10)
    assert problem.tolerances.integrals >= np.finfo(F).eps
