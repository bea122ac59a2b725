"""Jumps on lines are found to the last bit, and nothing else is taken for one."""

import numpy as np
import pytest

import opsvd
from opsvd.methods.jumps import find_jump

LINES = np.linspace(0.5, 1.5, 7)


@pytest.mark.parametrize("where", [0.3, -1.0, 1e-3, np.pi / 4])
def test_a_jump_is_found_to_the_last_bit(where):
    """The first float at which the kernel has its new value."""
    def slices(x):
        return np.sin(x[:, None]) * LINES + (x[:, None] >= where) * LINES**2

    assert find_jump(slices, where - 0.01, where + 0.02) == where


@pytest.mark.parametrize("h", [
    lambda x: np.abs(x - 0.3),
    lambda x: np.log(np.abs(x - 0.3) + 1e-300),
    lambda x: np.tanh(1e6 * (x - 0.3)),
    lambda x: np.sqrt(np.abs(x - 0.3)),
    lambda x: 0.0 * x,
])
def test_nothing_else_is_taken_for_a_jump(h):
    """Kinks, logarithms, steep slopes, roots and constants."""
    assert find_jump(lambda x: h(x[:, None]) * LINES, 0.25, 0.36) is None


def test_a_break_along_a_curve_is_not_a_jump_on_a_line():
    """Each line crosses x = y somewhere else."""
    assert find_jump(lambda x: 1.0 * (x[:, None] > LINES), 0.9, 1.1) is None


@pytest.mark.parametrize(("h", "exact"), [
    (lambda x, y: (x > 1.0) * y, [np.sqrt(0.15865525393145707)]),
    (lambda x, y: np.sign(x - 0.3) * np.exp(0.5 * y), [np.exp(0.25)]),
    (lambda x, y: (np.abs(x) < 0.7) * (y > -0.2), None),
    (lambda x, y: np.where(x > 0.3, np.sin(x * y), np.cos(x * y)), None),
    (lambda x, y: np.floor(x) * y, None),
])
def test_kernels_with_jumps_on_lines_converge(h, exact):
    """Steps off the axes meet the tolerance, in few evaluations."""
    svd = opsvd.decompose(h)
    assert svd.converged
    assert svd.evaluations < 3_000_000
    if exact is not None:
        np.testing.assert_allclose(svd.singular_values, exact, rtol=1e-12)
