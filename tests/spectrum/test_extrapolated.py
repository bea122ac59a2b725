"""Sums of singular values and effective ranks through `decompose`: what is sure, and bars that are extrapolated."""

import math

import numpy as np
import pytest
from quiet import quietly

import opsvd

ROOT5 = math.sqrt(5.0)
GOLDEN = (ROOT5 - 1.0) / 2.0
SIN = GOLDEN / math.sqrt(1.0 - GOLDEN**2)    # the nuclear norm of sin(xy), and of cos(xy) after division by GOLDEN
KINDS = ("nuclear", "entropy", "stable")


def spectrum(h, width=9.0, size=560):
    """Singular values by the trapezoid rule: for smooth h that does not grow, wavelengths above 0.1, right to 1e-12."""
    t = np.linspace(-width, width, size)
    weight = np.sqrt((t[1] - t[0]) * np.exp(-0.5 * t**2) / math.sqrt(2.0 * math.pi))
    return np.linalg.svd(weight[:, None] * h(t[:, None], t[None, :]) * weight, compute_uv=False)


def smooth(x, y):
    """The first part of every kernel."""
    return np.tanh(x * y)


ADDED = {    # what a spectrum down to 1e-3 or 1e-6 does not show the law of
    "oscillation": lambda x, y: 1e-6 * np.sin(40.0 * (x + y)),
    "larger oscillation": lambda x, y: 1e-3 * np.cos(25.0 * (x - y)),
    "bump": lambda x, y: 1e-3 * np.exp(-((x - 1.0) ** 2 + (y + 1.0) ** 2) / 0.02),
    "ridge": lambda x, y: 1e-5 * np.exp(-((x - y - 0.5) ** 2) / 0.02),
    "many terms": lambda x, y: 1e-5 * sum(np.sin(k * x + k) * np.cos(k * y) for k in range(1, 12)),
    "offset": lambda x, y: 1e6 + 0.0 * (x + y),
}


@pytest.mark.parametrize("rtol", [1e-3, 1e-6])
@pytest.mark.parametrize("name", ADDED)
def test_a_small_part_of_another_kind_is_within_the_bars(name, rtol):
    """Whole, and truncated at every rank: truths are within the bars, and never below what is sure."""
    def h(x, y):
        return smooth(x, y) + ADDED[name](x, y)
    true = spectrum(h)
    p = true[true > 1e-17 * true[0]] / true.sum()
    truths = {"nuclear": true.sum() ** 2 / (true**2).sum(), "entropy": math.exp(-float(p @ np.log(p))),
              "stable": (true**2).sum() / true[0] ** 2}
    svd = quietly(h, rtol=rtol)
    whole = svd.nuclear_norm()
    for cut in (svd, *(svd.truncate(rank) for rank in range(1, min(svd.rank, 6)))):
        found = cut.nuclear_norm()
        assert abs(found - true.sum()) <= found.error + 1e-12 * true.sum()
        assert found.lower <= true.sum() * (1.0 + 1e-12)
        assert found.lower == pytest.approx(whole.lower, rel=1e-13)
        for kind, truth in truths.items():
            rank = cut.effective_rank(kind)
            assert abs(rank - truth) <= rank.error + 1e-11 * truth
            assert rank.lower <= truth * (1.0 + 1e-12)


def test_the_sum_is_not_below_that_of_the_values_that_were_computed():
    """An oscillation of 1e-6 below rtol=1e-6, of which two values are computed and none is listed."""
    def h(x, y):
        return np.tanh(x * y) + 1e-6 * np.sin(40.0 * (x + y))
    for max_rank in (None, 1, 3):
        norm = quietly(h, rtol=1e-6, max_rank=max_rank).nuclear_norm()
        assert norm >= 0.59936030
        assert 0.5993600 < norm.lower < 0.5993604


@pytest.mark.parametrize(("offset", "rtol"), [(1e8, 1e-6), (1e4, 1e-3), (1e8, 1e-10), (-1e5, 1e-4)])
def test_a_large_constant_hides_a_kernel(offset, rtol):
    """Of a constant and sin(xy), which are orthogonal, only the first value exceeds rtol."""
    svd = quietly(lambda x, y: offset + np.sin(x * y), rtol=rtol)
    norm, truth = svd.nuclear_norm(), abs(offset) + SIN
    assert abs(norm - truth) <= norm.error
    assert norm.error <= 4.0 or rtol > 1e-6
    assert abs(offset) < norm.lower <= truth
    rank = svd.effective_rank()
    assert abs(rank - truth**2 / (offset**2 + (1.0 - math.exp(-2.0)) / 2.0)) <= rank.error + 1e-12
    assert 1.0 < rank.lower <= rank


@pytest.mark.thorough
def test_a_jump_that_is_small_and_short():
    """In a disc of radius 0.05: 1.27243 is the sum of leading values at a tighter tolerance."""
    def h(x, y):
        return np.cos(x * y) + 0.01 * ((x - 1.0) ** 2 + (y + 1.0) ** 2 < 0.0025)
    norm = quietly(h, max_rank=3, max_seconds=200.0).nuclear_norm()
    assert norm + norm.error >= 1.27243
    assert norm >= norm.lower >= 1.2722


def test_a_finite_bar_without_the_power_of_a_break_is_not_given():
    """A jump of 1e-4 on a smooth kernel: the sum diverges, the values seen are geometric, and the bar is infinite."""
    norm = quietly(lambda x, y: np.exp(-(x - y) ** 2) + 1e-4 * (x > y + 0.3)).nuclear_norm()
    assert math.isinf(norm.error) or math.isinf(norm)
    assert norm.lower > 0.99 * float(spectrum(lambda x, y: np.exp(-(x - y) ** 2)).sum())


def test_known_sums_keep_their_digits():
    """Where values are seen down to rounding the bars stay small, though nothing proves them."""
    for phi, truth in ((np.sin, SIN), (np.cos, SIN / GOLDEN)):
        svd = opsvd.decompose(lambda x, y, phi=phi: phi(x * y))
        norm, rank = svd.nuclear_norm(), svd.effective_rank()
        assert abs(norm - truth) <= norm.error < 1e-10
        assert abs(rank - ROOT5) <= rank.error < 3e-10
        assert norm.extrapolated
        assert rank.extrapolated
        assert math.isinf(norm.upper)
        assert norm.lower <= truth
        assert truth - norm.lower < 1e-11


def test_what_only_needs_energy_is_not_extrapolated():
    """The stable rank and the Hilbert-Schmidt norm are bounds, and nothing is beyond the zero kernel."""
    svd = opsvd.decompose(smooth, rtol=1e-6)
    for bounded in (svd.effective_rank("stable"), svd.hilbert_schmidt_norm()):
        assert not bounded.extrapolated
        assert math.isfinite(bounded.upper)
    zero = opsvd.decompose(lambda x, y: 0.0 * x * y)
    assert (zero.nuclear_norm().error, zero.nuclear_norm().upper, zero.nuclear_norm().extrapolated) == (0.0, 0.0, False)


@pytest.mark.parametrize("h", [
    opsvd.elementwise(np.tanh, 3),
    opsvd.elementwise(np.abs, 2, [0]),
    pytest.param(opsvd.blockwise(lambda m: np.tanh(m[..., 0, 0] * m[..., 1, 1])[..., None, None] * np.eye(2), 2, 1),
                 marks=pytest.mark.thorough),
    pytest.param(opsvd.Kernel(lambda x, y: np.cos(x[..., 0] * y[..., 0] + 0.5 * x[..., 1]), dims=(2, 2)),
                 marks=pytest.mark.thorough),
], ids=["sectors", "sectors of a kink", "blocks", "tensor"])
def test_every_route_says_what_is_sure(h):
    """Vectors and blocks: extrapolated or open, and at least what the values less their bars add up to."""
    svd = quietly(h, rtol=1e-2)
    norm, counts = svd.nuclear_norm(), svd.multiplicities.astype(float)
    least = float(counts @ np.maximum(svd.values - svd.value_errors, 0.0))
    assert norm.extrapolated or math.isinf(norm.error)
    assert math.isinf(norm.upper)
    assert least * (1.0 - 1e-12) <= norm.lower <= norm
    ranks = [svd.effective_rank(kind).lower for kind in ("stable", "nuclear", "entropy")]
    assert ranks == sorted(ranks)
    assert svd.truncate(1).nuclear_norm().lower >= norm.lower * (1.0 - 1e-12)


def test_predictions_say_where_they_rest_on_a_continuation():
    """For a kink the sum beyond the values matters at n = 1000; for tanh(xy) its bound is next to nothing."""
    kink = opsvd.decompose(lambda x, y: np.abs(x - y), max_rank=10).predict(1000)
    assert kink.nuclear.extrapolated
    assert kink.effective_rank.extrapolated
    assert "the sum of the values that are not given extrapolated" in kink.statement
    entire = opsvd.decompose(smooth).predict(1000)
    assert not entire.nuclear.extrapolated
    assert "extrapolated" not in entire.statement


def test_it_is_saved(tmp_path):
    """A loaded result, and one truncated after that, say the same."""
    svd = opsvd.decompose(smooth, rtol=1e-6)
    svd.save(tmp_path / "tanh.npz")
    loaded = opsvd.load(tmp_path / "tanh.npz")
    assert loaded.nuclear_norm().record() == svd.nuclear_norm().record()
    for kind in KINDS:
        assert loaded.truncate(2).effective_rank(kind).record() == svd.truncate(2).effective_rank(kind).record()
