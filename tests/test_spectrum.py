"""Functionals of a spectrum: closed forms, error bars that hold under every perturbation, decay laws."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from opsvd.spectrum import (
    Estimate,
    Tail,
    effective_rank,
    effective_ranks,
    hilbert_schmidt_norm,
    nuclear_norm,
    nuclear_tail,
    power_law,
)

KINDS = ("nuclear", "entropy", "stable")
PLAIN = {
    "nuclear": lambda s: s.sum() ** 2 / (s**2).sum(),
    "entropy": lambda s: math.exp(-sum(p * math.log(p) for p in s / s.sum() if p > 0.0)),
    "stable": lambda s: (s**2).sum() / s.max() ** 2,
}
GOLDEN = (5.0**0.5 - 1.0) / 2.0
SIN = np.sqrt(1.0 - GOLDEN**2) * GOLDEN ** (2.0 * np.arange(200) + 1.0)    # the spectrum of sin(xy)


def test_estimate_is_a_float_with_an_error_bar():
    """It computes like a float, and survives copying and pickling with its bar and note."""
    estimate = Estimate(2.5, 0.1, "half")
    assert isinstance(estimate, float)
    assert (estimate.value, estimate.error, estimate.note, estimate + 1.0) == (2.5, 0.1, "half", 3.5)
    for twin in (copy.copy(estimate), pickle.loads(pickle.dumps(estimate))):  # noqa: S301
        assert (twin.value, twin.error, twin.note) == (2.5, 0.1, "half")


@pytest.mark.parametrize(("value", "error", "text"), [
    (math.sqrt(5.0), 3e-12, "2.2360679775 ± 3e-12"),
    (1.2345, 0.0, "1.2345"),
    (1234.5678, 0.0214, "1234.57 ± 3e-02"),
    (0.0, 1e-3, "0 ± 1e-03"),
    (0.5, 2.0, "0.5 ± 2e+00"),
    (3.0, math.inf, "3 ± inf"),
    (math.inf, 0.0, "inf"),
    (1.0, 9.6e-5, "1 ± 1e-04"),
])
def test_estimate_shows_what_is_known(value, error, text):
    """The digits end where the bar begins, and the bar is never rounded down."""
    assert repr(Estimate(value, error)) == str(Estimate(value, error)) == text


def test_a_note_is_shown():
    """A reason in words stands behind the number."""
    assert repr(Estimate(math.inf, 0.0, "the sum diverges")) == "inf (the sum diverges)"


@pytest.mark.parametrize("kind", KINDS)
def test_effective_rank_of_equal_values(kind):
    """The effective rank of k equal values is k, whatever they are, and however written."""
    assert_allclose(effective_rank(np.full(7, 0.3), kind=kind), 7.0, rtol=1e-14)
    assert_allclose(effective_rank([0.3], kind=kind, multiplicities=[7]), 7.0, rtol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_effective_rank_agrees_with_its_definition(kind):
    """On a generic spectrum each kind is its formula, for one spectrum and for many at once, at any scale."""
    s = np.sort(np.random.default_rng(0).random((4, 5, 9)), axis=-1)[..., ::-1]
    plain = np.array([[PLAIN[kind](spectrum) for spectrum in row] for row in s])
    assert_allclose(effective_ranks(s, kind=kind), plain, rtol=1e-14)
    assert_allclose(effective_rank(1e-200 * s[0, 0] * 1e60, kind=kind), plain[0, 0], rtol=1e-13)
    assert_allclose(effective_ranks(1e-300 * s, kind=kind), plain, rtol=1e-13)


def test_effective_rank_of_sin():
    """The essay's functional on sin(xy) is the square root of five."""
    assert_allclose(effective_rank(SIN), math.sqrt(5.0), rtol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_zero_has_effective_rank_zero(kind):
    """A zero spectrum has rank 0, exactly if it is known to be zero, and not at all if only its bars are."""
    assert repr(effective_rank([], kind=kind)) == repr(effective_rank([0.0, 0.0], kind=kind)) == "0.0"
    assert math.isinf(effective_rank([0.0], kind=kind, errors=[1e-3]).error)
    assert_allclose(effective_ranks(np.zeros((3, 4)), kind=kind), 0.0)


def test_norms():
    """Nuclear and Hilbert-Schmidt norms, with multiplicities and a tail."""
    assert repr(nuclear_norm([3.0, 4.0], multiplicities=[2, 1])) == "10.0"
    assert repr(hilbert_schmidt_norm([4.0, 3.0])) == "5.0"
    tail = Tail(hilbert_schmidt=12.0, nuclear=2.0, nuclear_error=0.5)
    assert repr(nuclear_norm([4.0, 3.0], tail=tail)) == "9 ± 5e-01"
    assert_allclose(hilbert_schmidt_norm([4.0, 3.0], tail=tail), 13.0)


@st.composite
def uncertain_spectra(draw):
    """A computed spectrum with error bars and a tail, and a true one that both allow."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    r, beyond = draw(st.integers(1, 8)), draw(st.integers(0, 5))
    s = np.sort(rng.random(r) ** draw(st.sampled_from([1.0, 6.0])))[::-1]
    errors = rng.random(r) * 10.0 ** draw(st.integers(-9, -1)) * draw(st.sampled_from([1.0, s[-1]]))
    true = np.maximum(s + errors * rng.choice([-1.0, 1.0, 0.3], r), 0.0)
    rest = s[-1] * 10.0 ** draw(st.integers(-8, 0)) * rng.random(beyond)
    deviation = rng.uniform(-1.0, 1.0) * rest.sum()
    weights = rest / rest.sum() if beyond else rest
    spread = max(float(weights @ np.log(s[-1] / rest)), 0.0) if beyond else 0.0
    hilbert_schmidt = float(np.linalg.norm(rest)) * rng.uniform(1.0, 2.0)
    tail = Tail(hilbert_schmidt, float(rest.sum() + deviation), abs(float(deviation)), spread)
    return s, errors, tail, np.concatenate([true, rest])


@given(uncertain_spectra())
def test_error_bars_are_bounds(case):
    """Whatever the true spectrum is within its bars, no functional leaves its own: not to first order, but always."""
    s, errors, tail, true = case
    checks = [
        (nuclear_norm(s, errors=errors, tail=tail), true.sum()),
        (hilbert_schmidt_norm(s, errors=errors, tail=tail), np.linalg.norm(true)),
        *((effective_rank(s, kind=kind, errors=errors, tail=tail), PLAIN[kind](true) if true.any() else 0.0)
          for kind in KINDS),
    ]
    for estimate, truth in checks:
        assert abs(estimate.value - truth) <= estimate.error + 1e-13 * truth


@pytest.mark.parametrize("kind", KINDS)
def test_error_bars_are_not_idle(kind):
    """For small errors the bar is of the size of the largest change that they can make."""
    s = np.array([1.0, 0.5, 0.2, 0.05])
    errors = np.full(4, 1e-8)
    rng = np.random.default_rng(1)
    changes = [abs(PLAIN[kind](s + errors * rng.choice([-1.0, 1.0], 4)) - PLAIN[kind](s)) for _ in range(200)]
    assert max(changes) <= effective_rank(s, kind=kind, errors=errors).error <= 10.0 * max(changes)


def test_an_unknown_tail_leaves_the_stable_rank_alone():
    """Where the sum beyond the rank may be anything, a rank that needs it has no finite bar; the stable one has."""
    tail = Tail(0.1, 0.1, math.inf)
    assert all(math.isinf(effective_rank([1.0], kind=kind, tail=tail).error) for kind in ("nuclear", "entropy"))
    assert effective_rank([1.0], kind="stable", tail=tail).error <= 0.011


def test_bad_arguments():
    """Every mistake is named."""
    with pytest.raises(ValueError, match="kind must be one of 'nuclear', 'entropy', 'stable', got 'trace'"):
        effective_rank([1.0], kind="trace")
    with pytest.raises(ValueError, match="kind must be one of"):
        effective_ranks(np.ones((2, 2)), kind="trace")
    with pytest.raises(ValueError, match=r"finite nonnegative numbers, shape .* from -1\.0 to 1\.0"):
        nuclear_norm([1.0, -1.0])
    with pytest.raises(ValueError, match=r"got shape \(2, 2\).*use effective_ranks"):
        effective_rank(np.ones((2, 2)))
    with pytest.raises(ValueError, match="errors must be nonnegative numbers, one for each of the 2 values"):
        nuclear_norm([1.0, 0.5], errors=[0.1])
    with pytest.raises(ValueError, match="multiplicities must be nonnegative"):
        nuclear_norm([1.0], multiplicities=[-1])
    with pytest.raises(TypeError, match="values must be an array of real numbers"):
        nuclear_norm(["a"])


@pytest.mark.parametrize("p", [0.5, 1.0, 1.7, 3.0])
def test_power_law_is_recognised(p):
    """A power is found with its exponent, exact or with noise of one per cent."""
    i = np.arange(1.0, 121.0)
    exact = power_law(i**-p)
    assert exact.fits
    assert abs(exact.exponent - p) < 1e-10
    noise = np.sort(i**-p * np.exp(0.01 * np.random.default_rng(2).standard_normal(120)))[::-1]
    noisy = power_law(noise)
    assert noisy.fits
    assert abs(noisy.exponent - p) <= noisy.error < 0.2


@pytest.mark.parametrize("s", [0.4 ** np.arange(25.0), np.exp(-1.5 * np.sqrt(np.arange(60.0))), SIN[:30]],
                         ids=["geometric", "root", "sin"])
def test_faster_decay_is_no_power(s):
    """An exponential, of i or of its root, is not taken for a power."""
    assert not power_law(s).fits


def test_only_reliable_values_are_fitted():
    """Values within ten error bars, here a floor of rounding below a geometric spectrum, do not enter."""
    s = np.maximum(0.1 ** np.arange(40.0), 1e-16)
    assert not power_law(s, np.full(40, 1e-16)).fits
    few = power_law(s[:3])
    assert (math.isnan(few.exponent), few.error, few.fits) == (True, math.inf, False)


def energy_beyond(s, total):
    """Return sqrt(total - sum s^2)."""
    return math.sqrt(max(total - float((s**2).sum()), 0.0))


@pytest.mark.parametrize("r", [10, 20, 30, 60])
def test_tail_of_sin(r):
    """The sum beyond the rank is found to within its bar, and the effective rank is the square root of five."""
    s = SIN[:r]
    tail = nuclear_tail(s, np.full(r, 1e-17), float(np.linalg.norm(SIN[r:])))
    assert abs(tail.nuclear - SIN[r:].sum()) <= tail.nuclear_error
    rank = effective_rank(s, tail=tail)
    assert abs(rank - math.sqrt(5.0)) <= rank.error <= 4.0 * SIN[r - 1] + 1e-14
    entropy = effective_rank(s, kind="entropy", tail=tail)
    assert abs(entropy - PLAIN["entropy"](SIN)) <= entropy.error < 1.0


@pytest.mark.parametrize("p", [1.5, 2.0, 4.0])
@pytest.mark.parametrize("r", [30, 200])
def test_tail_of_a_power(p, r):
    """For s_i = i^-p the sum beyond the rank is within its bar, and the bar not much more than the sum."""
    i = np.arange(1.0, 1e6)
    s, rest = i[:r] ** -p, i[r:] ** -p
    tail = nuclear_tail(s, np.zeros(r), float(np.linalg.norm(rest)))
    missed = 1e6 ** (1.0 - p) / (p - 1.0)    # beyond a million
    assert abs(tail.nuclear - rest.sum() - missed) <= tail.nuclear_error <= 3.0 * (rest.sum() + missed)


@pytest.mark.parametrize("law", [lambda i: 0.7**i, lambda i: i**-2.5, lambda i: np.exp(-np.sqrt(i))],
                         ids=["geometric", "power", "root"])
def test_the_spread_is_a_bound(law):
    """The mean of log(s_r / s_i) beyond the rank, which the entropy needs, is bounded, and not idly."""
    s = law(np.arange(1.0, 100001.0))
    rest = s[40:]
    spread = float(rest @ np.log(s[39] / np.maximum(rest, 1e-300))) / rest.sum()
    found = nuclear_tail(s[:40], np.zeros(40), float(np.linalg.norm(rest))).spread
    assert (1.0 - 1e-9) * spread <= found <= 1.1 * spread


def test_tail_of_the_root_law():
    """An exponential of the square root of i is continued as such."""
    s = np.exp(-0.8 * np.sqrt(np.arange(1.0, 2001.0)))
    tail = nuclear_tail(s[:60], np.zeros(60), float(np.linalg.norm(s[60:])))
    assert abs(tail.nuclear - s[60:].sum()) <= tail.nuclear_error <= 2.0 * s[60:].sum()


@pytest.mark.parametrize(("s", "total"), [
    (1.0 / np.arange(1.0, 201.0), math.pi**2 / 6.0),
    (2.0 / ((2.0 * np.arange(1.0, 61.0) - 1.0) * math.pi), 0.5),
    (np.arange(1.0, 101.0) ** -0.8, float(np.sum(np.arange(1.0, 1e6) ** -1.6))),
], ids=["1/i", "jump", "i^-0.8"])
def test_divergence_is_said_in_words(s, total):
    """Where s_i falls like 1/i or more slowly, the effective rank is infinite and says why; the stable rank is not."""
    tail = nuclear_tail(s, np.full(s.size, 1e-14), energy_beyond(s, total))
    rank = effective_rank(s, tail=tail)
    assert math.isinf(rank)
    assert "their sum diverges" in rank.note
    assert math.isinf(nuclear_norm(s, tail=tail))
    assert math.isinf(effective_rank(s, kind="entropy", tail=tail))
    assert math.isfinite(effective_rank(s, kind="stable", tail=tail))


def test_a_finite_rank_keeps_its_tail_as_an_error_bar():
    """Two values and a rounding-size remainder: the sum is theirs, to within the remainder."""
    tail = nuclear_tail([2.0, 1.0], [1e-15, 1e-15], 1e-9)
    assert (tail.nuclear, tail.nuclear_error) == (0.0, 1e-9)
    assert all(effective_rank([2.0, 1.0], kind=kind, tail=tail).error < 1e-7 for kind in KINDS)


def test_what_cannot_be_known_has_an_infinite_bar():
    """Too few values to fit a law, or more energy beyond the rank than the law explains: no bound is claimed."""
    few = nuclear_tail([1.0, 0.5], [0.0, 0.0], 0.3)
    assert math.isinf(few.nuclear_error)
    assert "too few values" in few.note
    unexplained = nuclear_tail(0.5 ** np.arange(20.0), np.zeros(20), 0.3)
    assert math.isinf(unexplained.nuclear_error)
    assert "more lies beyond" in unexplained.note


def test_nothing_beyond():
    """Without energy beyond the rank there is no sum beyond it, and no error."""
    assert repr(effective_rank([1.0, 1.0], tail=nuclear_tail([1.0, 1.0], [0.0, 0.0], 0.0))) == "2.0"
