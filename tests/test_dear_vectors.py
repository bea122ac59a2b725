"""Kernels of vectors, blocks and matrices whose values are dear: they are served, and the bars hold."""

import itertools

import numpy as np
import pytest
from counted import Counted
from quiet import quietly
from test_budget_limits import KINDS, PLANE, SPACE, product

import opsvd

SQUARE = opsvd.Product(opsvd.Uniform(0.0, 1.0), opsvd.Uniform(0.0, 1.0))
SMOOTH = {
    "product": (lambda x, y: np.exp(x[..., 0] * y[..., 0] - x[..., 1] * y[..., 1]), (SQUARE, SQUARE)),
    "distance": (lambda x, y: 1.0 / (1.0 + np.sum((x - y) ** 2, axis=-1)), (SQUARE, SQUARE)),
    "form": (lambda x, y: np.exp(0.1 * product(x[..., :2], y[..., :2])), (SPACE, SPACE)),
    "shifted": (lambda x, y: np.tanh(product(x, y) + x[..., 0]), (PLANE, PLANE)),
    "jump": (lambda x, y: 1.0 * (x[..., 0] + x[..., 1] > y[..., 0]), (PLANE, PLANE)),
    "radial": (lambda x, y: np.exp(-np.sum((x - y) ** 2, axis=-1)), (PLANE, PLANE)),
}


def answered(name, **options):
    """A decomposition of a kind of `test_budget_limits`, with the function that it called."""
    function, make, measures = KINDS[name]
    counted = Counted(function)
    kernel = counted if make is None else make(counted)
    if make is not None:
        counted.values = 0
    return quietly(kernel, *measures, **options), counted


@pytest.mark.parametrize("limit", [1000, 2000, pytest.param(20_000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("name", [name for name in KINDS if not name.startswith("numbers")])
def test_every_kind_is_served(name, limit):
    """With a thousand values, counted from outside, there is an answer."""
    svd, counted = answered(name, rtol=1e-3, max_evaluations=limit)
    assert counted.values <= limit
    assert svd.errors.shape == (svd.rank,)
    assert np.isfinite(svd.tail)


@pytest.mark.parametrize(("name", "rtol", "most"), [("product", 1e-3, 5000), ("product", 1e-6, 20_000),
                                                    ("distance", 1e-3, 20_000), ("form", 1e-3, 20_000)])
def test_what_smooth_kernels_take(name, rtol, most):
    """Six values to a tolerance, from values that say at random pairs that they are within it."""
    h, measures = SMOOTH[name]
    svd = opsvd.decompose(h, *measures, rtol=rtol, max_rank=6, max_evaluations=most)
    assert svd.converged
    assert svd.evaluations <= most


@pytest.mark.thorough
@pytest.mark.parametrize("name", SMOOTH)
def test_bars_hold(name):
    """At every limit, against the answer where values are not dear."""
    h, measures = SMOOTH[name]
    fine = quietly(h, *measures, rtol=1e-4, max_rank=12)
    for limit, rtol in itertools.product((1000, 2000, 4000, 8000, 20_000, 60_000), (1e-2, 1e-4)):
        svd = quietly(h, *measures, rtol=rtol, max_evaluations=limit)
        count = min(svd.rank, fine.rank)
        assert (np.abs(svd.singular_values[:count] - fine.singular_values[:count])
                <= svd.errors[:count] + fine.errors[:count]).all(), (limit, rtol)


@pytest.mark.parametrize("limit", [6000, 9000, 12_600])
def test_polynomials_that_miss_what_is_far_out(limit):
    """cos(x_1 y_3 / 2): 27 polynomials a side are right at all pairs that are drawn, and wrong by 1e-8 farther out."""
    svd = quietly(lambda x, y: np.cos(0.5 * x[..., 0] * y[..., 2]), SPACE, SPACE, rtol=1e-8, max_evaluations=limit)
    exact = opsvd.decompose(lambda x, y: np.cos(0.5 * x * y)).singular_values[:svd.rank]
    assert svd.rank >= 4
    assert (np.abs(svd.singular_values - exact) <= svd.errors + 1e-13).all()
