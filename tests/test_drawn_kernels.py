"""Honesty on random kernels with breaks along random curves, against brute force that knows the curves."""

from random import Random

import numpy as np
import pytest
from drawn_kernels import draw_kernel, excess, reference
from hypothesis import given, note, settings
from hypothesis import strategies as st
from quiet import quietly

import opsvd


@pytest.mark.thorough
@settings(max_examples=6)
@given(st.randoms(use_true_random=False))
def test_error_bars_hold(rng):
    """|computed - reference| <= errors + error of the reference, for the leading values, within a small budget."""
    kernel = draw_kernel(rng)
    note(str(kernel))
    values, error = reference(kernel)
    svd = quietly(kernel.h, kernel.mu_x, kernel.mu_y, rtol=1e-6, max_evaluations=3_000_000,
                  max_seconds=1e4)
    assert error <= 1e-3 * values[0]
    assert (excess(svd, values, error) <= 0.0).all()


@pytest.mark.parametrize("seed", range(8))
def test_breaks_are_where_they_are_said_to_be(seed):
    """Both graphs are of one curve: a break of h(x, .) at y is a break of h(., y) at x."""
    breaks = draw_kernel(Random(seed)).breaks    # noqa: S311
    with np.errstate(all="ignore"):
        x = np.random.default_rng(seed).standard_normal(30)
        y = breaks.y_at(x)
        row, column = np.nonzero(np.abs(y) < 5.0)
        back = breaks.x_at(y[row, column])
        distance = np.nanmin(np.where(np.isfinite(back), np.abs(back - x[row, None]), np.inf), axis=1)
    assert len(row)
    assert distance.max() <= 1e-7


def test_a_kernel_is_shown_as_it_would_be_typed():
    """The text is the kernel."""
    kernel = draw_kernel(Random(3))    # noqa: S311
    h, mu_x, mu_y = eval(f"({kernel})", {"np": np, "Gaussian": opsvd.Gaussian})    # noqa: S307
    assert (mu_x, mu_y) == (kernel.mu_x, kernel.mu_y)
    assert h(0.3, -0.2) == kernel.h(0.3, -0.2)
