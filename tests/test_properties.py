"""Properties that hold for every kernel, on random ones."""


import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quiet import quietly

import opsvd
from opsvd import Gaussian

SMOOTH = {
    "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "square": np.square, "identity": lambda z: z,
    "gauss": lambda z: np.exp(-z * z), "rational": lambda z: 1 / (1 + z * z),
}
AXIS = {"abs": np.abs, "relu": lambda z: np.maximum(z, 0.0), "sign": np.sign, "step": lambda z: (z > 0.0) * 1.0}

numbers = st.floats(-1.5, 1.5).filter(lambda v: abs(v) > 0.05)


@st.composite
def kernels(draw):
    """Sums of smooth functions of ax + by, of xy, and of products with kinks and jumps on the axes."""
    a, b, c, d = (draw(numbers) for _ in range(4))
    outer, of_product = SMOOTH[draw(st.sampled_from(sorted(SMOOTH)))], SMOOTH[draw(st.sampled_from(sorted(SMOOTH)))]
    f, g = AXIS[draw(st.sampled_from(sorted(AXIS)))], AXIS[draw(st.sampled_from(sorted(AXIS)))]
    return lambda x, y: outer(a * x + b * y) + c * of_product(0.5 * x * y) + d * f(x) * g(y)


def brute_force(h, nodes=900):
    """Singular values by a plain rule on two half-lines, 900 nodes each: nothing of the library in it."""
    t, w = np.polynomial.legendre.leggauss(nodes // 2)
    t, w = 5.75 * (t + 1.0), 5.75 * w * np.exp(-0.5 * (5.75 * (t + 1.0)) ** 2) / np.sqrt(2.0 * np.pi)
    x, root = np.concatenate([-t[::-1], t]), np.sqrt(np.concatenate([w[::-1], w]))
    return np.linalg.svd(root[:, None] * h(x[:, None], x) * root, compute_uv=False)


@pytest.mark.thorough
@settings(max_examples=8)
@given(kernels())
def test_error_bars_hold_on_random_kernels(h):
    """Against brute force, good to about 1e-11 on these kernels."""
    exact = brute_force(h)
    for rtol in (1e-4, 1e-10):
        svd = quietly(h, rtol=rtol)
        assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors + 1e-11 * exact[0]).all()


@pytest.mark.thorough
@settings(max_examples=10)
@given(kernels(), st.floats(-1e3, 1e3).filter(lambda v: abs(v) > 1e-3))
def test_scaling_scales_the_values(h, factor):
    """|c| s_i are the singular values of c h, within both error bars."""
    first, second = opsvd.decompose(h), opsvd.decompose(lambda x, y: factor * h(x, y))
    count = min(first.rank, second.rank)
    difference = np.abs(abs(factor) * first.singular_values[:count] - second.singular_values[:count])
    assert (difference <= abs(factor) * first.errors[:count] + second.errors[:count]).all()


@pytest.mark.thorough
@settings(max_examples=10)
@given(kernels())
def test_transposing_swaps_left_and_right(h):
    """h^T has the same values; its left functions are the right ones of h, wherever values stand apart."""
    first, second = opsvd.decompose(h), opsvd.decompose(lambda x, y: h(y, x))
    count = min(first.rank, second.rank)
    bars = first.errors[:count] + second.errors[:count]
    assert (np.abs(first.singular_values[:count] - second.singular_values[:count]) <= bars).all()
    x = np.linspace(-2.0, 2.0, 9)
    for mine, other in ((first.left, second.right), (first.right, second.left)):
        np.testing.assert_allclose(np.abs(mine(x)[:, 0]), np.abs(other(x)[:, 0]), atol=_angle(first))


def _angle(svd):
    """How far two computations of the first singular function may be apart: rounding over the gap."""
    s = svd.singular_values
    gap = (s[0] - s[1]) / s[0] if svd.rank > 1 else 1.0
    return 1e-10 + 1e-11 / max(gap, 1e-12)


@pytest.mark.thorough
@settings(max_examples=10)
@given(kernels(), st.floats(-1.0, 1.0), st.floats(0.3, 1.5))
def test_an_affine_change_of_measure_moves_into_the_kernel(h, mean, std):
    """h under Gaussian(m, s) in x is h(m + s x, y) under the standard one, also where a jump leaves the origin."""
    moved = quietly(h, Gaussian(mean, std))
    inside = quietly(lambda x, y: h(mean + std * x, y))
    count = min(moved.rank, inside.rank)
    bars = moved.errors[:count] + inside.errors[:count]
    assert (np.abs(moved.singular_values[:count] - inside.singular_values[:count]) <= bars).all()


@settings(max_examples=10)
@given(st.sampled_from(sorted(SMOOTH | AXIS)), st.sampled_from(sorted(SMOOTH | AXIS)), numbers, numbers)
def test_a_sum_of_functions_has_rank_two(f, g, a, b):
    """h1(x) + h2(y) has at most two singular values."""
    h1, h2 = (SMOOTH | AXIS)[f], (SMOOTH | AXIS)[g]
    assert opsvd.decompose(lambda x, y: a * h1(x) + b * h2(y)).rank <= 2


@pytest.mark.thorough
@settings(max_examples=10)
@given(kernels())
def test_energies_add_up_to_the_norm(h):
    """sum s_i^2 + tail^2 = E[h^2], the latter by Gauss-Hermite on each quadrant's own half-range rule."""
    svd = opsvd.decompose(h)
    energy = float(np.sum(brute_force(h) ** 2))
    assert float(np.sum(svd.singular_values**2)) + svd.tail**2 == pytest.approx(energy, rel=1e-10)
    assert svd.norm**2 == pytest.approx(energy, rel=1e-10)
