"""Functionals of a spectrum: closed forms, error bars that hold under every perturbation, decay laws."""

import copy
import dataclasses
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
    Unlisted,
    decay_and_tail,
    decay_law,
    effective_rank,
    effective_ranks,
    hilbert_schmidt_norm,
    nuclear_norm,
    nuclear_tail,
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


@pytest.mark.parametrize(("value", "error", "lower", "note", "text"), [
    (0.59936030197, 9.6e-7, 0.59936021878, "", "0.5993603 ± 1e-06 (extrapolated; at least 0.5993602)"),
    (0.59936030197, math.inf, 0.59936021878, "few", "at least 0.59936 (few)"),
    (math.inf, 0.0, 21.14039, "it diverges", "inf (it diverges; extrapolated; at least 21.1403)"),
    (1e8 + 0.7861, 0.5, 1e8 + 0.77, "", "100000000.8 ± 5e-01 (extrapolated; at least 100000000.7)"),
    (2.0, 1e-3, 1.9999999, "", "2 ± 1e-03 (extrapolated; at least 1.99999)"),
    (2.0, 1e-3, 0.0, "", "2 ± 1e-03 (extrapolated; at least 0)"),
])
def test_an_extrapolation_says_so_and_what_is_sure(value, error, lower, note, text):
    """In words beside the number, with the lower bound rounded downwards; and in the type, also after a copy."""
    estimate = Estimate(value, error, note, lower=lower, upper=math.inf, extrapolated=math.isfinite(error))
    assert str(estimate) == text
    for twin in (copy.copy(estimate), pickle.loads(pickle.dumps(estimate))):  # noqa: S301
        assert twin.record() == estimate.record()
    plain = Estimate(2.5, 0.5)
    assert (plain.lower, plain.upper, plain.extrapolated) == (2.0, 3.0, False)


@pytest.mark.thorough
@given(st.floats(1e-9, 1e9), st.floats(1e-12, 1e3), st.floats(0.0, 1.0))
def test_a_lower_bound_is_never_rounded_upwards(value, error, part):
    """What is printed is at most the bound, and close to it."""
    lower = part * value
    text = str(Estimate(value, error, lower=lower, upper=math.inf, extrapolated=True))
    shown = float(text.split("at least ")[1].rstrip(")"))
    assert shown <= lower
    assert lower - shown <= 2e-5 * lower


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


def all_functionals(s, errors, tail, counts=None):
    """Nuclear norm, effective rank, entropy, stable rank and Hilbert-Schmidt norm."""
    given = {"errors": errors, "tail": tail, "multiplicities": counts}
    return [nuclear_norm(s, **given), *(effective_rank(s, kind=kind, **given) for kind in KINDS),
            hilbert_schmidt_norm(s, **given)]


@st.composite
def extrapolated_spectra(draw):
    """A true spectrum, its first r values with bars, and a tail of which only energy and total are right."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    size, r = draw(st.integers(2, 40)), draw(st.integers(1, 8))
    true = np.sort(1e-9 + rng.random(size) ** draw(st.sampled_from([0.1, 1.0, 6.0])))[::-1]
    r = min(r, size)
    errors = rng.random(r) * 10.0 ** draw(st.integers(-12, -1))
    s = np.maximum(true[:r] + errors * rng.uniform(-1.0, 1.0, r), 1e-12)
    rest = true[r:]
    norm = float(np.linalg.norm(rest))
    tail = Tail(norm * rng.uniform(1.0, 2.0), 10.0 ** rng.uniform(-9, 1), 10.0 ** rng.uniform(-9, 0), rng.random(),
                least=norm * rng.choice([0.0, 0.5, 1.0]), extrapolated=True,
                total_least=float(true.sum()) * rng.choice([0.0, 0.9, 1.0]))
    return s, errors, tail, true


@given(extrapolated_spectra())
def test_what_is_sure_holds_whatever_the_tail_is_continued_to(case):
    """However wrong a continuation is, the truth is between `lower` and `upper`, and the number is not below."""
    s, errors, tail, true = case
    truths = [true.sum(), *(PLAIN[kind](true) for kind in KINDS), np.linalg.norm(true)]
    for estimate, truth in zip(all_functionals(s, errors, tail), truths, strict=True):
        assert estimate.lower <= truth * (1.0 + 1e-13)
        assert truth <= estimate.upper * (1.0 + 1e-13)
        assert estimate.lower <= estimate.value
    nuclear, rank, entropy, stable, _ = all_functionals(s, errors, tail)
    assert stable.lower <= rank.lower * (1.0 + 1e-12)
    assert nuclear.extrapolated
    assert not stable.extrapolated
    assert math.isinf(rank.upper)
    assert rank.lower <= entropy.lower * (1.0 + 1e-12)


@given(extrapolated_spectra(), st.integers(0, 8))
def test_no_truncation_lowers_what_a_sum_is_known_to_be(case, kept):
    """The dropped values stay in the sum, in its bound, and in its bar."""
    s, errors, tail, _ = case
    kept = min(kept, len(s) - 1)
    last = float(s[kept - 1] if kept else s.max(initial=0.0))
    known = nuclear_norm(s, errors=errors, tail=tail).lower
    cut = dataclasses.replace(tail, total_least=known).preceded_by(s[kept:], errors[kept:], last)
    whole, part = (nuclear_norm(values, errors=bars, tail=rest) for values, bars, rest in
                   ((s, errors, tail), (s[:kept], errors[:kept], cut)))
    assert part.lower >= known * (1.0 - 1e-12)
    assert part.value >= known * (1.0 - 1e-12)
    assert part.value == pytest.approx(whole.value, rel=1e-12)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_dropped_values_leave_their_bars_in_all_functionals(side):
    """Of values that may be smaller or larger by a quarter, those that are dropped are no better known than before."""
    s, errors = np.array([1.0, 0.4, 0.3]), np.array([0.0, 0.1, 0.1])
    tail = Tail(spread=0.0).preceded_by(s[1:], errors[1:], s[0])
    truth = s + side * errors
    norms = hilbert_schmidt_norm(s[:1], tail=tail), nuclear_norm(s[:1], tail=tail)
    ranks = [effective_rank(s[:1], kind=kind, tail=tail) for kind in KINDS]
    exact = [np.linalg.norm(truth), truth.sum(), *(PLAIN[kind](truth) for kind in KINDS)]
    for estimate, value in zip([*norms, *ranks], exact, strict=True):
        assert abs(estimate - value) <= estimate.error * (1.0 + 1e-12)


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
    with pytest.raises(ValueError, match=r"finite nonnegative numbers, shape .*, got \[1\.0, -1\.0\]"):
        nuclear_norm([1.0, -1.0])
    with pytest.raises(ValueError, match=r"of shape \(2, 2\); for many spectra at once use effective_ranks"):
        effective_rank(np.ones((2, 2)))
    with pytest.raises(ValueError, match="errors must be nonnegative numbers, one for each of the 2 values"):
        nuclear_norm([1.0, 0.5], errors=[0.1])
    with pytest.raises(ValueError, match="multiplicities must be finite numbers of at least 0"):
        nuclear_norm([1.0], multiplicities=[-1])
    with pytest.raises(TypeError, match="values must be an array of real numbers"):
        nuclear_norm(["a"])


INDEX = np.arange(1.0, 201.0)
SLOWLY_VARYING = {    # name: (values, the asymptotic exponent)
    "(x > y)": (2.0 / ((2.0 * INDEX - 1.0) * math.pi), 1.0),
    "min": (((INDEX - 0.5) * math.pi) ** -2, 2.0),
    "pairs of 1/i": (1.0 / np.ceil(INDEX / 2.0), 1.0),
    "pairs of 1/i^2": (np.ceil(INDEX / 2.0) ** -2, 2.0),
    "steps of four": (1.0 / np.ceil(INDEX / 4.0), 1.0),
    "(1 + 1/i) / i": ((1.0 + 1.0 / INDEX) / INDEX, 1.0),
    "(1 + 5/i) / i": ((1.0 + 5.0 / INDEX) / INDEX, 1.0),
    "(1 - 0.9/i) / i": ((1.0 - 0.9 / INDEX) / INDEX, 1.0),
    "(1 + i^-0.5) / i": ((1.0 + INDEX**-0.5) / INDEX, 1.0),
    "sqrt(log(i + 1)) / i": (np.sqrt(np.log(INDEX + 1.0)) / INDEX, 1.0),
    "sqrt(log i) / i from 2": (np.sqrt(np.log(INDEX + 1.0)) / (INDEX + 1.0), 1.0),
    "log(10 i) / i": (np.log(10.0 * INDEX) / INDEX, 1.0),
    "1 / (i sqrt(log))": (1.0 / (INDEX * np.sqrt(np.log(INDEX + 1.0))), 1.0),
    "log(i + 1) / i^2": (np.log(INDEX + 1.0) / INDEX**2, 2.0),
    "sqrt(log) i^-1.5": (np.sqrt(np.log(INDEX + 1.0)) * INDEX**-1.5, 1.5),
    "pairs with a logarithm": (np.sqrt(np.log(np.ceil(INDEX / 2.0) + 1.0)) / np.ceil(INDEX / 2.0), 1.0),
    "late, with a logarithm": (np.sqrt(np.log(INDEX + 1.0)) * (1.0 + 2.0 / INDEX) / INDEX, 1.0),
    "1/i with 0.3/i": (np.sort(np.concatenate([1.0 / INDEX, 0.3 / INDEX]))[:-201:-1], 1.0),
    "1/i with 0.3/i^2": (np.sort(np.concatenate([1.0 / INDEX, 0.3 / INDEX**2]))[:-151:-1], 1.0),
    "i^-2 with i^-3": (np.sort(np.concatenate([INDEX**-2, INDEX**-3]))[:-201:-1], 2.0),
    "Matern, nu = 3/2": ((1.0 + 0.1 * INDEX**2) ** -2, 4.0),
}


@pytest.mark.parametrize("p", [0.6, 1.0, 1.7, 3.0])
def test_power_laws_are_recognised(p):
    """A power is found with its exponent and its constant, exact or with noise of one per cent."""
    i = np.arange(1.0, 121.0)
    exact = decay_law(0.3 * i**-p)
    assert exact.kind == "power"
    assert abs(exact.rate - p) <= exact.error < 1e-8
    assert abs(exact.rate - p) < 1e-10
    assert_allclose(exact.amplitude, 0.3, rtol=1e-9)
    assert exact.diverges == (p <= 1.0)
    noise = np.sort(i**-p * np.exp(0.01 * np.random.default_rng(2).standard_normal(120)))[::-1]
    noisy = decay_law(noise)
    assert noisy.kind == "power"
    assert abs(noisy.rate - p) <= noisy.error < 0.3


@pytest.mark.parametrize("r", [20, 30, 60, 200])
@pytest.mark.parametrize("name", SLOWLY_VARYING)
def test_the_error_of_an_exponent_covers_slowly_varying_corrections(name, r):
    """Late onsets, logarithms, steps and sequences that interlace: where a power is claimed, the true one is covered.

    With sixty values it is claimed, but for the fifteen steps; with two hundred always.
    """
    s, p = SLOWLY_VARYING[name]
    law = decay_law(s[:r])
    claimed = law.kind == "power"
    assert abs(law.rate - p) <= law.error or not claimed
    assert claimed or r < 60 or (r, name) == (60, "steps of four")


@pytest.mark.parametrize("name", ["(x > y)", "pairs of 1/i", "sqrt(log(i + 1)) / i", "1/i with 0.3/i"])
def test_a_jump_is_told_by_sixty_values(name):
    """The sum is said to diverge, and the exponent to be 1 within its error."""
    law = decay_law(SLOWLY_VARYING[name][0][:60])
    assert law.diverges
    assert "as a jump or a logarithmic singularity gives" in str(law)


@pytest.mark.parametrize(("s", "kind", "rate"), [
    (0.4 ** np.arange(25.0), "exponential", -math.log(0.4)),
    (SIN[:30], "exponential", -2.0 * math.log(GOLDEN)),
    (0.7 ** np.ceil(np.arange(60.0) / 2.0), "exponential", -0.5 * math.log(0.7)),
    (np.exp(-1.5 * np.sqrt(np.arange(60.0))), "root-exponential", None),
    (np.exp(-np.sqrt(np.arange(1.0, 61.0))), "root-exponential", 1.0),
    (np.exp(-3.0 * np.cbrt(np.arange(1.0, 61.0))), "cube-root-exponential", 3.0),
    (np.exp(-0.7 * np.arange(1.0, 61.0) ** (2.0 / 3.0)), "two-thirds-exponential", 0.7),
    (np.exp(-0.02 * np.arange(40.0) ** 2), "gaussian", None),
], ids=["geometric", "sin", "geometric pairs", "root from 0", "root", "cube root", "two thirds", "gaussian"])
def test_faster_decay_is_no_power(s, kind, rate):
    """Exponentials of i, of its roots and of its square are told from a power, and their rates are found."""
    law = decay_law(s)
    assert (law.kind, law.diverges) == (kind, False)
    assert rate is None or abs(law.rate - rate) <= law.error
    assert "faster than any power" in str(law)
    assert "their sum converges" in str(law)


def test_only_reliable_values_are_fitted():
    """Values within ten error bars, or ten roundings, here a floor below a geometric spectrum, do not enter."""
    s = np.maximum(0.1 ** np.arange(40.0), 1e-16)
    assert decay_law(s, np.full(40, 1e-16)).kind == decay_law(s).kind == "exponential"
    few = decay_law(s[:3])
    assert (few.kind, math.isnan(few.rate), few.error, few.diverges) == ("unknown", True, math.inf, False)
    assert str(few) == "only 3 singular values can be used, too few to tell how they decay"
    assert decay_law([]).kind == decay_law(np.zeros(20)).kind == "unknown"


def test_what_the_values_do_not_tell_is_said():
    """Equal values, and a dozen values in pairs, tell nothing; a power near 1 with few values leaves the sum open."""
    for s in (np.ones(20), 1.0 / np.ceil(INDEX[:12] / 2.0)):
        assert str(decay_law(s)) == "the singular values do not tell a power from faster decay"
    assert "leaves open whether their sum converges" in str(decay_law((1.0 + 5.0 / INDEX[:20]) / INDEX[:20]))


def test_multiplicities_are_positions():
    """Values with multiplicities give about the law of the expanded values."""
    s = np.arange(1.0, 61.0) ** -2
    pairs, expanded = decay_law(s, multiplicities=np.full(60, 2)), decay_law(np.repeat(s, 2))
    assert abs(pairs.rate - expanded.rate) < 0.02
    assert abs(pairs.rate - 2.0) <= pairs.error


def test_extreme_multiplicities_do_no_harm():
    """Multiplicities of zero do not count; those that leave all indices alike leave the law unknown."""
    s = np.arange(1.0, 31.0) ** -2
    assert decay_law(np.repeat(s, 2), multiplicities=np.tile([1, 0], 30)) == decay_law(s)
    assert decay_law(s, multiplicities=np.concatenate([[1e17], np.ones(29)])).kind == "unknown"
    assert decay_law(s, multiplicities=10.0 ** np.arange(30.0)).kind == "power"


def test_growth_of_a_jump():
    """The sampled step (x > y) is a triangle of ones: its nuclear norm grows like log(n) / pi, as the law says."""
    law = decay_law(SLOWLY_VARYING["(x > y)"][0][:60])
    sizes = np.array([200, 800])
    sampled = [np.linalg.svd(np.tri(n) / n, compute_uv=False).sum() for n in sizes]
    assert_allclose(np.diff(law.nuclear_growth(sizes)), np.diff(sampled), rtol=0.02)
    assert_allclose(law.effective_rank_growth(sizes, 0.5**0.5), 2.0 * law.nuclear_growth(sizes) ** 2)
    assert "= 0.21 (log n)^2" in law.growth(norm=0.5**0.5)
    assert "(C log n)^2 / E[h^2], C = 0.32" in law.growth()


def test_growth_of_a_slower_power():
    """For p < 1 the effective rank grows like n^(2 - 2p)."""
    law = decay_law(0.3 * INDEX**-0.8)
    n = np.array([1e3, 1e6])
    assert_allclose(law.nuclear_growth(n), 0.3 * n**0.2 / 0.2, rtol=1e-9)
    assert law.growth() == "the effective rank of a sampled n by n matrix grows like n^0.4"


def test_nothing_grows_where_the_sum_converges():
    """Asking for the growth of what does not grow is a mistake, as is a matrix of one entry."""
    law = decay_law(INDEX**-2)
    assert law.growth() == ""
    with pytest.raises(ValueError, match="the law must be one whose sum diverges, got: the singular values fall"):
        law.nuclear_growth(100)
    with pytest.raises(ValueError, match="n must be at least 2, got 1"):
        decay_law(1.0 / INDEX).nuclear_growth(1)
    with pytest.raises(ValueError, match="norm must be positive"):
        decay_law(1.0 / INDEX).effective_rank_growth(10, 0.0)


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


@pytest.mark.parametrize(("a", "c"), [(1.0 / 3.0, 3.0), (0.5, 0.8), (2.0 / 3.0, 0.4)])
def test_tail_of_a_stretched_exponential(a, c):
    """An exponential of a root of i is continued as such, and its spread is a bound."""
    s = np.exp(-c * np.arange(1.0, 20001.0) ** a)
    rest = s[60:]
    tail = nuclear_tail(s[:60], np.zeros(60), float(np.linalg.norm(rest)))
    assert abs(tail.nuclear - rest.sum()) <= tail.nuclear_error <= 2.0 * rest.sum()
    spread = float(rest @ np.log(s[59] / np.maximum(rest, 1e-300))) / rest.sum()
    assert (1.0 - 1e-9) * spread <= tail.spread <= 1.0 / a * spread


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
    assert "the effective rank of a sampled n by n matrix grows like" in rank.note
    assert math.isinf(nuclear_norm(s, tail=tail))
    assert math.isinf(effective_rank(s, kind="entropy", tail=tail))
    assert math.isfinite(effective_rank(s, kind="stable", tail=tail))


def test_a_finite_rank_keeps_its_tail_as_an_error_bar():
    """Two values and a rounding-size remainder: the sum is theirs, to within the remainder."""
    tail = nuclear_tail([2.0, 1.0], [1e-15, 1e-15], 1e-9)
    assert (tail.nuclear, tail.nuclear_error) == (0.0, 1e-9)
    assert all(effective_rank([2.0, 1.0], kind=kind, tail=tail).error < 1e-7 for kind in KINDS)


def test_many_small_values_are_within_the_bar():
    """A geometric series and fifty equal values of 1e-9: hidden from the law, but not from the bar if it knows d."""
    s, hidden = 0.3 ** np.arange(18.0), np.full(50, 1e-9)
    beyond = np.concatenate([0.3 ** np.arange(18.0, 40.0), hidden])
    tail = nuclear_tail(s, np.full(18, 1e-16), float(np.linalg.norm(beyond)), dimension=72)
    assert abs(nuclear_norm(s, tail=tail) - s.sum() - beyond.sum()) <= nuclear_norm(s, tail=tail).error
    true = np.concatenate([s, beyond])
    for kind in KINDS:
        rank = effective_rank(s, kind=kind, tail=tail)
        assert abs(rank - PLAIN[kind](np.sort(true)[::-1])) <= rank.error < 1e-4


def test_computed_values_are_in_the_sum_though_not_listed():
    """A bar of what is hidden is around the sum of all values computed, for a finite rank and for a law."""
    for s in (np.array([1e8]), 0.5 ** np.arange(30.0)):
        law, tail = decay_and_tail(s, None, 1e-3 * s[-1], Unlisted(2e-3 * s[-1], 1e-9 * s[-1], 100.0, 0.0, 3.0 * s[0]))
        assert tail.nuclear - tail.nuclear_error <= 2e-3 * s[-1] <= tail.nuclear + tail.nuclear_error
        assert law == decay_law(s)
        assert nuclear_norm(s, tail=tail) == nuclear_norm(s, tail=tail).lower == pytest.approx(3.0 * s[0])


@pytest.mark.parametrize("r", [3, 20])
def test_a_kernel_that_breaks_is_not_continued_without_its_power(r):
    """A jump on a smooth kernel: the geometric values that are seen say nothing of the 1/i that must follow."""
    unlisted = Unlisted(0.0, 1e-13, 100.0, broken=True)
    tail = decay_and_tail(0.3 ** np.arange(float(r)), None, 1e-13, unlisted)[1]
    assert math.isinf(tail.nuclear_error)
    assert tail.note.startswith("h breaks, or is too rough to tell")
    power = decay_and_tail(np.arange(1.0, 101.0) ** -2, None, 6e-4, Unlisted(0.0, 6e-4, 100.0, broken=True))[1]
    assert math.isfinite(power.nuclear_error)


def test_what_cannot_be_known_has_an_infinite_bar():
    """Too few values to fit a law, or more energy beyond the rank than the law explains: no bound is claimed."""
    few = nuclear_tail([1.0, 0.5], [0.0, 0.0], 0.3)
    assert math.isinf(few.nuclear_error)
    assert "too few values" in few.note
    unexplained = nuclear_tail(0.5 ** np.arange(20.0), np.zeros(20), 0.3)
    assert math.isinf(unexplained.nuclear_error)
    assert "more lies beyond" in unexplained.note


def test_an_end_of_the_values_is_no_divergence():
    """Values like 1/i that stop are no jump: with nothing beyond the rank is finite, with little there is no claim."""
    s = 1.0 / np.arange(1.0, 41.0)
    finite = nuclear_tail(s, np.full(40, 1e-16), 1e-9)
    assert (finite.nuclear, finite.nuclear_error) == (0.0, 1e-9)
    little = nuclear_tail(s, np.full(40, 1e-16), 1e-4)
    assert math.isfinite(little.nuclear)
    assert math.isinf(little.nuclear_error)
    assert "less lies beyond" in little.note


def test_every_plausible_law_is_within_the_bar():
    """A dozen values in pairs fit a power and an exponential of the root: no bound is claimed, and that is said."""
    tail = nuclear_tail(1.0 / np.ceil(INDEX[:12] / 2.0), np.zeros(12), 0.5)
    assert math.isinf(tail.nuclear_error)
    assert "do not tell a power from faster decay" in tail.note


def test_nothing_beyond():
    """Without energy beyond the rank there is no sum beyond it, and no error."""
    assert repr(effective_rank([1.0, 1.0], tail=nuclear_tail([1.0, 1.0], [0.0, 0.0], 0.0))) == "2.0"
