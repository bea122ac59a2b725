"""The spectrum of a finite sample: against exact expectations, against simulation, and where it must not be trusted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import gammaln

from opsvd.prediction.finite_size import predict
from opsvd.quadrature import gauss_hermite, hermite_polynomials

NODES, LEBESGUE = gauss_hermite(200)
WEIGHTS = LEBESGUE * np.exp(-0.5 * NODES**2) / np.sqrt(2.0 * np.pi)


def hermite_moments(r):
    """E[psi_i^2 psi_j^2] of the first r Hermite polynomials."""
    squares = hermite_polynomials(NODES, r) ** 2
    return (squares * WEIGHTS[:, None]).T @ squares


def mehler(r):
    """The Mehler kernel at correlation 1/2: s_i = 2^-i, f_i = g_i = psi_i; values, moments, and f as a function."""
    return 0.5 ** np.arange(r), hermite_moments(r), lambda x: hermite_polynomials(x, r)


def galerkin_sin(r):
    """Compute sin(xy) by Gauss-Hermite: values, moments of f and g, and both as functions."""
    root = np.sqrt(WEIGHTS)
    kernel = np.sin(np.outer(NODES, NODES))
    u, s, vt = np.linalg.svd(root[:, None] * kernel * root)

    def extended(points, vectors):
        return np.sin(np.outer(points, NODES)) @ (root[:, None] * vectors) / s[:r]

    f, g = (lambda x: extended(x, vt[:r].T)), (lambda y: extended(y, u[:, :r]))
    moments = [(squares * WEIGHTS[:, None]).T @ squares for squares in (f(NODES) ** 2, g(NODES) ** 2)]
    return s[:r], *moments, f, g


def simulate(s, f, g, size, trials):
    """Singular values of F S G^T for sampled F and G, by way of their triangular factors: shape (trials, r)."""
    n, m = size
    rng = np.random.default_rng(7)

    def factor(function, count):
        return np.linalg.qr(function(rng.standard_normal(count)), mode="r") / np.sqrt(count)

    return np.stack([np.linalg.svd(factor(f, n) * s @ factor(g, m).T, compute_uv=False) for _ in range(trials)])


def scores(samples, prediction):
    """Deviations of sampled means from predicted ones, over standard errors and what the prediction admits."""
    uncertainty = np.hypot(samples.std(axis=0, ddof=1) / np.sqrt(len(samples)), prediction.error)
    return ((samples.mean(axis=0) - prediction.mean) / uncertainty)[prediction.valid]


@pytest.mark.parametrize(("n", "m"), [(20, 20), (100, 100), (50, 400), (10000, 30)])
def test_rank_one_against_the_exact_expectation(n, m):
    """For h = xy the value is |x| |y| / sqrt(nm), whose mean and variance are known through the Gamma function."""
    chi = [np.sqrt(2.0 / k) * np.exp(gammaln((k + 1) / 2.0) - gammaln(k / 2.0)) for k in (n, m)]
    mean = chi[0] * chi[1]
    prediction = predict([1.0], [[3.0]], [[3.0]], n, m)
    assert abs(prediction.mean[0] - mean) <= prediction.error[0]
    assert_allclose(prediction.std[0], np.sqrt(1.0 - mean**2), rtol=3.0 / min(n, m))
    assert_allclose(prediction.energy[0], 1.0, rtol=1e-14)
    assert_allclose(prediction.energy_std[0], np.sqrt((1 + 2 / n) * (1 + 2 / m) - 1), rtol=3.0 / min(n, m))


@pytest.mark.parametrize(("n", "m"), [(100, 100), (300, 100)])
def test_sin_against_simulation(n, m):
    """Means within four standard errors, standard deviations within 15 per cent, wherever the prediction is valid."""
    s, left, right, f, g = galerkin_sin(12)
    samples, prediction = simulate(s, f, g, (n, m), 600), predict(s, left, right, n, m)
    assert prediction.valid[:2].all()
    assert np.abs(scores(samples, prediction)).max() < 4.0
    assert_allclose((samples.std(axis=0, ddof=1) / prediction.std)[prediction.valid], 1.0, atol=0.15)


@pytest.mark.thorough
def test_the_bias_is_seen():
    """The simulation tells the prediction from the operator value: without the bias the scores are beyond six."""
    s, left, right, f, g = galerkin_sin(12)
    samples, prediction = simulate(s, f, g, (100, 100), 2000), predict(s, left, right, 100)
    assert abs(prediction.bias[1]) > 5.0 * prediction.error[1] / 2.0
    error = samples[:, 1].std(ddof=1) / np.sqrt(2000)
    assert abs(samples[:, 1].mean() - s[1]) / error > 3.5
    assert abs(scores(samples, prediction)).max() < 4.0


def test_second_order_where_the_first_vanishes():
    """For the Mehler kernel f_1 = 1: s_1 fluctuates by order 1/n alone, and both mean and deviation are predicted."""
    s, moments, f = mehler(12)
    samples, prediction = simulate(s, f, f, (400, 400), 1500), predict(s, moments, moments, 400)
    assert prediction.valid[0]
    assert abs(scores(samples, prediction)[0]) < 4.0
    assert 1.0 < samples[:, 0].std() / prediction.std[0] < 1.25
    assert prediction.std[0] < 0.1 * predict([1.0], [[3.0]], [[3.0]], 400).std[0]


def test_equal_values_are_predicted_by_their_energy_alone():
    """The kernel relu(xy) has the values 1/2, 1/2 with f = sqrt(2) relu(+-x): invalid one by one, valid together."""
    moments = np.diag([6.0, 6.0])
    prediction = predict([0.5, 0.5], moments, moments, 200)
    assert not prediction.valid.any()
    assert prediction.energy_valid.tolist() == [False, True]

    def halves(x):
        return np.sqrt(2.0) * np.stack([np.maximum(x, 0.0), np.maximum(-x, 0.0)], axis=-1)

    energy = (simulate(np.array([0.5, 0.5]), halves, halves, (200, 200), 1000) ** 2).sum(axis=1)
    assert abs(energy.mean() - prediction.energy[1]) < 4.0 * energy.std() / np.sqrt(1000)
    assert_allclose(energy.std(), prediction.energy_std[1], rtol=0.1)


def test_near_equal_values_become_valid_when_n_resolves_them():
    """Values 1 and 0.9 are told apart when their standard deviations are small against 0.1."""
    moments = np.array([[3.0, 1.0], [1.0, 3.0]])
    valid = [predict([1.0, 0.9], moments, moments, n).valid.all() for n in (10, 100, 1000, 10000, 100000)]
    assert valid == sorted(valid)
    assert (valid[0], valid[-1]) == (False, True)


def test_large_fourth_moments_are_not_trusted():
    """Invalid where moments are not small against n: there the sampled scatter is nothing like the expansion's."""
    s, moments, f = mehler(12)
    samples, prediction = simulate(s, f, f, (100, 100), 300), predict(s, moments, moments, 100)
    assert prediction.valid.tolist() == [True, True] + [False] * 10
    assert (samples.std(axis=0) < 0.5 * prediction.std)[3:].all()


def test_values_that_change_places_are_not_trusted():
    """With disjoint supports no term of the bias is large, yet 0.5 and 0.45 overtake each other at n = 200."""
    moments = np.diag([6.0, 6.0])
    assert not predict([0.5, 0.45], moments, moments, 200).valid.any()
    assert predict([0.5, 0.45], moments, moments, 2000).valid.all()


def test_a_scatter_of_a_quarter_is_the_limit():
    """A relative standard deviation of 0.27 is not trusted, one of 0.24 is."""
    wide, narrow = (predict([1.0], [[moment]], [[moment]], 100) for moment in (16.0, 12.5))
    assert_allclose([wide.std[0], narrow.std[0]], [0.27386, 0.23979], rtol=1e-4)
    assert (wide.valid[0], narrow.valid[0]) == (False, True)


def test_infinite_moments_are_never_valid():
    """A moment that overflows gives no prediction, without warnings."""
    prediction = predict([1.0, 0.5], [[np.inf, 1.0], [1.0, np.nan]], [[3.0, 1.0], [1.0, 3.0]], 10**6)
    assert not prediction.valid.any()
    assert prediction.unknown.tolist() == [True, True]
    assert np.isnan(prediction.mean).all()
    assert np.isinf(prediction.std).all()
    assert "no value can be predicted, and at no other n, because fourth moments" in prediction.statement
    assert np.isinf([prediction.nuclear.std, prediction.effective_rank.std]).all()
    part = predict([1.0, 0.5], [[3.0, 1.0], [1.0, np.inf]], [[3.0, 1.0], [1.0, 3.0]], 10**6)
    assert "1 of the 2 values cannot be predicted at any n" in part.statement


def test_a_value_without_moments_harms_others_no_more_than_its_size():
    """s_2 f_2 g_2 moves s_1 by no more than s_2, whatever the moments of f_2 are; energies with it are unknown."""
    moments = [[3.0, np.inf], [np.inf, np.inf]]
    small, large = (predict([1.0, s], moments, moments, 1000) for s in (1e-4, 0.5))
    assert small.unknown.tolist() == [False, True]
    assert (small.valid.tolist(), small.energy_valid.tolist()) == ([True, False], [True, False])
    assert 1e-4 <= small.error[0] < 2e-4
    assert not large.valid.any()


spectra = st.integers(1, 7).flatmap(
    lambda r: st.tuples(st.lists(st.floats(0.01, 1.0), min_size=r, max_size=r), st.integers(0, 2**32)))


def random_case(case):
    """A nonincreasing spectrum and two matrices of fourth moments of orthonormal functions."""
    rng = np.random.default_rng(case[1])
    s = np.sort(case[0])[::-1]

    def moments():
        functions = np.linalg.qr(rng.standard_normal((60, s.size)))[0] * np.sqrt(60.0)
        return (functions**2).T @ functions**2 / 60.0

    return s, moments(), moments()


@given(spectra, st.integers(5, 10**6), st.integers(5, 10**6))
def test_transposing_and_scaling(case, n, m):
    """Transposing h swaps f with g and n with m, and changes nothing; scaling h scales everything but validity."""
    s, left, right = random_case(case)
    one, two, three = predict(s, left, right, n, m), predict(s, right, left, m, n), predict(8.0 * s, left, right, n, m)
    for name in ("mean", "std", "energy", "energy_std"):
        assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-9, atol=1e-12)
        power = 2 if "energy" in name else 1
        assert_allclose(8.0**power * getattr(one, name), getattr(three, name), rtol=1e-12)
    assert (one.valid == three.valid).all()


@given(spectra, st.integers(5, 10**6))
def test_the_whole_energy_is_unbiased(case, n):
    """The expectation of the squared Frobenius norm is E h^2 at every n."""
    s, left, right = random_case(case)
    prediction = predict(s, left, right, n)
    assert_allclose(prediction.energy[-1], (s**2).sum(), rtol=1e-9)
    assert prediction.energy_error[-1] <= 1e-12


def test_rank_zero():
    """No singular values, no predictions."""
    assert predict([], np.zeros((0, 0)), np.zeros((0, 0)), 10).mean.shape == (0,)


def test_repr():
    """It says for which sizes, and how much of it can be trusted."""
    assert repr(predict([1.0], [[3.0]], [[3.0]], 100, 50)) == "FiniteSizePrediction(n=100, m=50, 1 of 1 valid)"


def test_bad_arguments():
    """Every mistake is named."""
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        predict([1.0], [[3.0]], [[3.0]], 0)
    with pytest.raises(ValueError, match="m must be an integer of at least 1"):
        predict([1.0], [[3.0]], [[3.0]], 10, -1)
    with pytest.raises(ValueError, match="singular_values must be finite, nonnegative and nonincreasing"):
        predict([0.5, 1.0], np.eye(2), np.eye(2), 10)
    with pytest.raises(ValueError, match=r"right_moments must have shape \(1, 1\).*got \(2, 2\)"):
        predict([1.0], [[3.0]], np.eye(2), 10)


@pytest.mark.parametrize("rank", [2, 5, 13, 20])
def test_values_that_are_not_given_are_in_the_error(rank):
    """Of min(x, y) on the unit interval, as 400 values predict it: the values beyond push those that are given up."""
    s = 1.0 / (np.pi * (np.arange(400) + 0.5)) ** 2
    moments = np.ones((400, 400)) + 0.5 * np.eye(400)    # of sqrt(2) sin((i - 1/2) pi x)
    whole = predict(s, moments, moments, 300, 600)
    few = predict(s[:rank], moments[:rank, :rank], moments[:rank, :rank], 300, 600,
                  beyond=(s[rank:].sum(), (s[rank:] ** 2).sum()))
    known = whole.valid[:rank] & few.valid
    assert known[0]
    assert (np.abs(few.mean - whole.mean[:rank]) <= few.error + whole.error[:rank])[known].all()
    assert (np.abs(few.energy - whole.energy[:rank]) <= few.energy_error + whole.energy_error[:rank]).all()


def test_a_tail_of_nothing_takes_nothing_from_equal_values():
    """Of relu(xy), whose values are 1/2 twice, what may lie beyond is rounding: all that is predicted is as without."""
    moments = np.full((2, 2), 3.0)    # its functions are |x| and x
    without, with_tail = (predict([0.5, 0.5], moments, moments, 200, beyond=beyond)
                          for beyond in ((0.0, 0.0), (1e-9, 1e-21)))
    assert without.energy_valid.tolist() == with_tail.energy_valid.tolist() == [False, True]
    assert_allclose(with_tail.energy_error[1], without.energy_error[1], atol=1e-20)
    assert_allclose(with_tail.energy_std[1], without.energy_std[1], rtol=1e-12)


def test_pairs_push_pairs():
    """Values beyond come in pairs where those that are given do: what they do is finite, and in the error."""
    s = np.repeat(0.5 ** np.arange(10), 2)
    moments = np.ones((20, 20)) + 0.5 * np.eye(20)
    whole = predict(s, moments, moments, 400)
    few = predict(s[:4], moments[:4, :4], moments[:4, :4], 400, beyond=(s[4:].sum(), (s[4:] ** 2).sum()))
    pairs = [1, 3]
    assert np.isfinite(few.energy_error[pairs]).all()
    assert (np.abs(few.energy - whole.energy[:4]) <= few.energy_error + whole.energy_error[:4])[pairs].all()


@pytest.mark.parametrize("t", [1e-12, 1e-6, 0.1])
def test_values_that_fluctuate_by_those_beyond_alone(t):
    """Of 1 + t sign(xy) the first value does not scatter by itself, but with the second, which need not be given."""
    whole = predict([1.0, t], np.ones((2, 2)), np.ones((2, 2)), 50)
    alone = predict([1.0], [[1.0]], [[1.0]], 50, beyond=(t, t**2))
    assert whole.valid[0]
    assert alone.valid[0]
    assert alone.energy_valid[0]
    assert_allclose(alone.std, whole.std[:1], rtol=1e-9)
    assert abs(alone.mean[0] - whole.mean[0]) <= alone.error[0] * (1.0 + 1e-9) + 1e-15


@pytest.mark.parametrize(("energy", "groups"), [(0.0, 1), (1e-20, 1), (1.0, 0)])
def test_a_group_that_is_pushed_has_no_law(energy, groups):
    """Where values that are not given move a group by more than a sample hides, it is not predicted."""
    def mixed(indices):
        one = np.eye(len(indices))    # of independent normal variables
        return sum(np.einsum(f"{pairs},{others}->ijkl", one, one) for pairs, others in (("ij", "kl"), ("ik", "jl"),
                                                                                    ("il", "jk")))

    moments = np.ones((2, 2)) + 2.0 * np.eye(2)
    found = predict([1.0, 1.0], moments, moments, 100, left_mixed=mixed, right_mixed=mixed, beyond=(energy, energy))
    assert len(found.multiplets) == groups
    assert all(np.isfinite(group.error) for group in found.multiplets)


def test_small_values_of_a_few_atoms():
    """Forty atoms at 200 samples: what the larger values do together to the last ones is more than a first order."""
    rng = np.random.default_rng(5)
    points = rng.standard_normal((40, 3))
    kernel = np.tanh(points @ points.T) / 40.0
    u, s, vt = np.linalg.svd(kernel)
    left, right = 40.0 * u**2, 40.0 * vt.T**2
    prediction = predict(s, left.T @ left / 40.0, right.T @ right / 40.0, 200, 200)
    shares = rng.multinomial(200, np.full(40, 1.0 / 40.0), (200, 2)) / 5.0
    samples = np.linalg.svd(np.sqrt(shares[:, 0, :, None] * shares[:, 1, None]) * kernel, compute_uv=False)
    assert prediction.valid.any()
    assert np.abs(scores(samples, prediction)).max() < 3.5
    assert_allclose(samples.std(axis=0, ddof=1)[prediction.valid], prediction.std[prediction.valid], rtol=0.25)
