"""The cross-check: it agrees when both are right, and disagrees when one is not."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from quiet import quietly
from scipy.stats import kstest

from opsvd import Gaussian, KernelError, Uniform, decompose, elementwise
from opsvd.comparison.crosscheck import CrossCheck, crosscheck
from opsvd.prediction.finite_size import predict
from opsvd.sampling import monte_carlo


def sine(x, y):
    """Singular values that fall by the golden ratio squared."""
    return np.sin(x * y)


def tanh(x, y):
    """The essay's kernel."""
    return np.tanh(x * y)


def relu(x, y):
    """One half, twice."""
    return np.maximum(x * y, 0.0)


@pytest.fixture(scope="module")
def decompositions():
    """The decompositions of the kernels above."""
    return {h: decompose(h) for h in (sine, tanh, relu)}


@pytest.fixture(scope="module")
def check(decompositions):
    """A cross-check of sin(xy)."""
    return crosscheck(sine, (60, 240), trials=12, rng=0, svd=decompositions[sine])


@pytest.mark.parametrize(("h", "trials"), [
    (sine, 2), (tanh, 2), *(pytest.param(*case, marks=pytest.mark.thorough)
                            for case in ((relu, 2), (sine, 10), (tanh, 10), (relu, 10)))])
def test_right_answers_agree(h, trials, decompositions):
    """Thirty cross-checks of right answers: none disagrees, and each compared something at both sizes."""
    checks = [crosscheck(h, (100, 150), trials=trials, rng=seed, svd=decompositions[h]) for seed in range(30)]
    assert all(check.agrees for check in checks)
    assert all(check.comparisons >= 2 for check in checks)


@pytest.mark.thorough
@pytest.mark.parametrize("h", [sine, tanh])
def test_z_scores_are_standard_normal(h, decompositions):
    """Over 100 cross-checks the z-scores of each value follow the standard normal distribution."""
    z = np.array([crosscheck(h, 150, trials=8, rng=seed, rank=2, svd=decompositions[h]).z[0] for seed in range(100)])
    for scores in z.T:
        assert kstest(scores, "norm").pvalue > 1e-3
        assert 0.75 < scores.std() < 1.15


@pytest.mark.parametrize(("h", "factor"), [
    (sine, 0.95), *(pytest.param(*case, marks=pytest.mark.thorough)
                    for case in ((tanh, 0.95), (relu, 0.95), (sine, 1.05), (tanh, 1.05), (relu, 1.05)))])
def test_a_scaled_spectrum_is_detected(h, factor, decompositions):
    """Singular values wrong by 5 per cent are found out by many small matrices."""
    wrong = decompositions[h].times(factor)
    check = crosscheck(h, (120, 240), trials=120, rng=3, svd=wrong)
    assert not check.agrees
    assert check.verdict.startswith("quadrature and sampling disagree")


@pytest.mark.parametrize(("h", "other"), [(sine, tanh), (tanh, sine), (relu, tanh)])
def test_another_kernel_is_detected(h, other, decompositions):
    """The decomposition of one kernel does not pass for that of another."""
    check = crosscheck(h, (100, 300), trials=10, rng=0, svd=decompositions[other])
    assert not check.agrees
    assert "disagree" in check.verdict


def test_the_fields_are_what_they_say(check, decompositions):
    """Shapes, and each number against what it is made of."""
    svd = decompositions[sine]
    k, r = 2, check.singular_values.size
    assert (check.n, check.trials) == ((60, 240), 12)
    for name in ("mean", "standard_error", "predicted_mean", "bias", "z", "valid"):
        assert getattr(check, name).shape == (k, r)
    assert_array_equal(check.singular_values, svd.singular_values[:r])
    assert_array_equal(check.errors, svd.errors[:r])
    assert (check.standard_error > 0.0).all()
    assert check.operator_effective_rank == svd.effective_rank()
    prediction = svd.predict(240)
    assert_array_equal(check.valid[1], prediction.valid[:r])
    assert_array_equal(check.predicted_mean[1][check.valid[1]], prediction.mean[:r][check.valid[1]])
    assert_allclose(check.bias, check.predicted_mean - check.singular_values, atol=1e-12)
    assert_array_equal(np.isnan(check.z), ~check.valid)
    assert check.comparisons == check.valid.sum() + np.isfinite(check.z_energy).sum()
    larger = max(prediction.std[0] / 12**0.5, check.standard_error[1, 0])
    uncertainty = np.hypot(larger, prediction.error[0])
    assert_allclose(check.z[1, 0], (check.mean[1, 0] - prediction.mean[0]) / uncertainty, rtol=1e-9)


def test_effective_rank_against_n(check, decompositions):
    """The sampled effective rank is near that of the operator, whatever n is."""
    difference = np.abs(check.effective_rank - decompositions[sine].effective_rank())
    assert (difference < [0.5, 0.2]).all()
    assert (check.effective_rank_error < 0.2).all()


def test_the_same_seed_gives_the_same_check(check, decompositions):
    """Everything random comes from rng; the matrices of one size do not depend on the number of trials of another."""
    again = crosscheck(sine, (60, 240), trials=12, rng=0, svd=decompositions[sine])
    assert_array_equal(again.mean, check.mean)
    streams = np.random.default_rng(0).spawn(2)
    assert_array_equal(check.mean[1], monte_carlo(sine, 240, trials=12, rng=streams[1]).mean[: check.mean.shape[1]])


def test_it_decomposes_when_no_decomposition_is_given():
    """With measures of its own: a shift of x moves into the kernel."""
    check = crosscheck(lambda x, y: np.cos(x * y), 200, Gaussian(0.5, 0.8), Gaussian(0.0, 1.2), trials=6, rng=1)
    assert check.n == (200,)
    assert check.agrees


@pytest.mark.parametrize("h", [lambda x, y: np.sign(x * y), lambda x, y: 3.0], ids=["sign", "constant"])
def test_values_that_do_not_fluctuate(h):
    """A sampled value that is exact in every trial has a z-score of 0, not of rounding over rounding."""
    check = crosscheck(h, (20, 100), trials=3, rng=0)
    assert (np.abs(check.z) < 0.1).all()
    assert check.agrees
    wrong = decompose(h).times(1.0 + 1e-6)
    assert not crosscheck(h, (20, 100), trials=3, rng=0, svd=wrong).agrees


def test_zero():
    """The zero kernel has rank 0, and agrees; what is not zero does not pass for it."""
    check = crosscheck(lambda x, y: 0.0 * x * y, (10, 20), trials=2, rng=0)
    assert (check.z.shape, check.agrees) == ((2, 0), True)
    assert "sum of squares" in str(check)
    assert not crosscheck(sine, (10, 20), trials=2, rng=0, svd=decompose(lambda x, y: 0.0 * x * y)).agrees


@pytest.mark.thorough
def test_a_norm_without_values():
    """A kernel of which no value is known has a norm, with a bar: samples agree with it, and not with a third of it."""
    def h(x, y):
        return (np.floor(15.0 * x) == np.floor(15.0 * y)) * 1.0

    unit = Uniform()
    svd = quietly(h, unit, unit, max_evaluations=100_000)
    assert svd.rank == 0
    assert crosscheck(h, (20, 30), unit, unit, trials=50, rng=0, svd=svd).agrees
    assert not crosscheck(lambda x, y: 3.0 * h(x, y), (20, 30), unit, unit, trials=50, rng=0, svd=svd).agrees


def test_equal_values_are_compared_in_order(decompositions):
    """relu(xy) has one value twice, which sampling splits: the larger one is predicted above it, the other below."""
    check = crosscheck(relu, (100, 200), trials=100, rng=0, svd=decompositions[relu])
    assert check.valid.all()
    assert (check.predicted_mean[:, 0] > 0.51).all()
    assert (check.predicted_mean[:, 1] < 0.49).all()
    assert np.abs(check.z).max() < 4.0
    assert np.isfinite(check.z_energy).all()
    assert "(-)" not in str(check)


def test_the_split_of_equal_values_is_seen(decompositions):
    """Two values that sampling does not split are not those of relu(xy), whose sum of squares they have."""
    svd = decompositions[relu]
    assert not crosscheck(lambda x, y: 0.56 * np.sign(x * y) + 0.433, 200, trials=100, rng=0, svd=svd).agrees


def test_what_is_not_predicted_is_explained():
    """A dash in the table stands for no prediction, and a line below says so."""
    assert "\n(-): not to be predicted at that n" in str(crosscheck(sine, (20, 30), trials=4, rng=0, rank=4))


def test_nothing_comparable_is_undecided():
    """Where fourth moments drown the prediction, as for (xy)^3 at n = 50, it neither agrees nor alarms."""
    check = crosscheck(lambda x, y: (x * y) ** 3, 50, trials=4, rng=0)
    assert (check.comparisons, check.agrees) == (0, False)
    assert check.verdict.startswith("undecided")


def test_how_many_values_are_compared(decompositions):
    """By default those above the noise at the largest n; `rank` says otherwise, within the ranks and sizes."""
    svd = decompositions[sine]
    few, many = (crosscheck(sine, n, trials=2, rng=0, svd=svd).singular_values.size for n in (50, 800))
    assert 1 <= few < many <= 8
    assert crosscheck(sine, 50, trials=2, rng=0, rank=5, svd=svd).singular_values.size == 5
    assert crosscheck(sine, 7, trials=2, rng=0, rank=20, svd=svd).singular_values.size == 7
    assert crosscheck(relu, 50, trials=2, rng=0, rank=5, svd=decompositions[relu]).singular_values.size == 2


def test_text(check):
    """The table shows each value with its z-score, and ends with the verdict; notebooks get the same."""
    lines = str(check).splitlines()
    assert lines[0] == "sampled means over 12 matrices of each size (z-score)"
    assert lines[1].split() == ["i", "operator", "n", "=", "60", "n", "=", "240"]
    assert lines[2].split()[:2] == ["1", "0.485868"]
    assert f"({check.z[0, 0]:+.1f})" in lines[2]
    assert lines[-1] == check.verdict
    assert check.verdict.startswith("quadrature and sampling agree: ")
    assert repr(check) == f"CrossCheck(n=(60, 240), trials=12, {check.verdict})"
    html = check._repr_html_()
    assert html.count("<tr>") == len(lines) - 3    # the first, the last, and what (-) means
    assert "(-): not to be predicted" in html
    assert check.verdict in html


def test_plot(check):
    """One Axes takes the singular values; without one, a pyplot figure shows the effective rank beside."""
    plt = pytest.importorskip("matplotlib.pyplot")
    ax = check.plot()
    left, right = ax.figure.axes
    assert left is ax
    assert (left.get_yscale(), right.get_xscale()) == ("log", "log")
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["operator, $n = \\infty$", "sampled"]
    assert right.get_xlim()[0] < 0.9 * min(check.n)
    assert right.get_xlim()[1] > 1.1 * max(check.n)
    ax.figure.canvas.draw()
    plt.close(ax.figure)
    figure = plt.figure()
    given = figure.subplots()
    assert check.plot(given) is given
    assert len(figure.axes) == 1
    labels = {text.get_text() for text in given.get_legend().get_texts()}
    assert {"operator, $n = \\infty$", "sampled, $n = 60$", "sampled, $n = 240$"} < labels
    assert any(label.startswith("predicted at that $n$") for label in labels)
    plt.close(figure)


SHOWN = {
    "sin": (sine, (50, 100, 200)),
    "rank one": (lambda x, y: np.sign(x * y), (50, 100)),
    "constant": (lambda x, y: 3.0, (50, 100)),
    "square": (lambda x, y: (x * y) ** 2, (50, 100)),
    "one size": (relu, 100),
    "zero": (lambda x, y: 0.0 * x * y, (20, 30)),
    "vectors": (elementwise(np.tanh, 3), (50, 100)),
}


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.thorough if name in {"constant", "square", "one size"} else ())
    for name in SHOWN])
def test_figures_have_room_around_what_they_show(name):
    """Limits lie beyond every value and every error bar, by a visible part of the axis, and never by rounding alone."""
    plt = pytest.importorskip("matplotlib.pyplot")
    h, n = SHOWN[name]
    check = crosscheck(h, n, trials=4, rng=0, svd=decompose(h, rtol=1e-4))
    ax = check.plot()
    left, right = ax.figure.axes
    ax.figure.canvas.draw()

    def places(axis, values):
        return axis.transAxes.inverted().transform(axis.transData.transform(
            np.column_stack([np.full(np.size(values), 1.0), np.ravel(values)])))[:, 1]

    shown = np.concatenate([check.singular_values, *check.mean, *(check.mean + check.standard_error)])
    if shown.size:
        assert (places(left, shown) > 0.02).all()
        assert (places(left, shown) < 0.96).all()
        assert left.get_ylim()[1] > 1.5 * left.get_ylim()[0]
    highest = places(right, check.effective_rank + check.effective_rank_error).max()
    assert 0.0 <= highest < 0.96
    limit = check.operator_effective_rank
    if np.isfinite(limit + limit.error):
        assert places(right, limit)[0] < 0.96
    plt.close(ax.figure)


def test_plot_needs_matplotlib(check, monkeypatch):
    """Without matplotlib the error names the extra to install."""
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"CrossCheck\.plot needs matplotlib.*pip install 'opsvd\[plot\]'"):
        check.plot()


def test_bad_arguments(decompositions):
    """Every mistake is named."""
    svd = decompositions[sine]
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        crosscheck(sine, (100, 0), svd=svd)
    with pytest.raises(ValueError, match="n must name at least one"):
        crosscheck(sine, (), svd=svd)
    with pytest.raises(ValueError, match="trials must be an integer of at least 1, got 0"):
        crosscheck(sine, 10, trials=0, svd=svd)
    with pytest.raises(ValueError, match="trials must be at least 2, because their scatter"):
        crosscheck(sine, 10, trials=1, svd=svd)
    with pytest.raises(ValueError, match="rank must be an integer of at least 1"):
        crosscheck(sine, 10, rank=0, svd=svd)
    with pytest.raises(ValueError, match=r"mu_y must be the measure of svd.*pass mu_y=svd\.mu_y"):
        crosscheck(sine, 10, Gaussian(), Gaussian(1.0), svd=svd)
    with pytest.raises(KernelError, match="h must be finite"):
        crosscheck(lambda x, y: np.where(x > 3.2, np.nan, np.sin(x * y)), 1000, trials=2, rng=0, svd=svd)


def test_it_is_frozen(check):
    """A finished cross-check cannot be changed."""
    assert isinstance(check, CrossCheck)
    with pytest.raises(AttributeError):
        check.trials = 3


@pytest.mark.parametrize("k", [2, 3])
def test_multiplets_are_compared_by_their_means(k):
    """tanh(<x, y>): a multiplet counts once, and its sampled mean is where it must be."""
    kernel = elementwise(np.tanh, k)
    svd = decompose(kernel, rtol=1e-4)
    check = crosscheck(kernel, n=(150, 300), trials=12, rng=2, svd=svd)
    assert check.agrees
    assert check.multiplicities[:2].tolist() == svd.multiplicities[:2].tolist()
    assert check.valid[1, 0]
    assert f"1 ({k} times)" in str(check)
    wrong = replace(svd, values=1.2 * svd.values)
    assert not crosscheck(kernel, n=300, trials=12, rng=2, svd=wrong).agrees


def test_multiplets_are_predicted_as_means():
    """One value that stands three times, with x uniform on a sphere: exact second-order terms by simulation."""
    rng, n, trials = np.random.default_rng(0), 200, 200
    means = []
    for _ in range(trials):
        x, y = rng.standard_normal((2, n, 3))
        means.append(np.linalg.svd(x @ y.T / n, compute_uv=False)[:3].mean())
    moments = [[5.0 / 3.0]]
    prediction = predict([1.0], moments, moments, n, multiplicities=[3])
    error = np.std(means) / np.sqrt(trials)
    assert abs(np.mean(means) - prediction.mean[0]) < 4.0 * error + prediction.error[0]
    np.testing.assert_allclose(np.std(means), prediction.std[0], rtol=0.2)
    assert prediction.valid[0]


@pytest.mark.parametrize("h", [
    lambda x, y: np.exp(0.49 * x * y),
    lambda x, y: np.abs(x * y) ** -0.3,
    lambda x, y: np.exp(0.15 * x * x + 0.1 * x * y),
], ids=["exp(0.49xy)", "root", "growth"])
def test_infinite_fourth_moments_are_said(h):
    """Samples are drawn and shown; that nothing can be compared at any n, and why, is the verdict."""
    check = crosscheck(h, n=(40, 60), trials=3, rng=0)
    assert check.unknown.all()
    assert check.comparisons == 0
    assert "cannot be known: fourth moments" in check.verdict
    assert np.isfinite(check.mean).all()


def test_a_failure_leaves_the_decomposition():
    """If sampling fails after the decomposition, the exception has it."""
    def h(x, y):
        if x.shape == (50, 1):
            raise LookupError("no table for that")
        return np.tanh(x * y)

    with pytest.raises(LookupError) as caught:
        crosscheck(h, n=50, trials=2)
    assert caught.value.svd.converged
    assert "the attribute svd" in caught.value.__notes__[0]


def test_an_interruption_leaves_the_decomposition():
    """The same for Ctrl-C before anything is drawn."""
    def h(x, y):
        if x.shape == (50, 1):
            raise KeyboardInterrupt
        return np.tanh(x * y)

    with pytest.raises(KeyboardInterrupt) as caught:
        crosscheck(h, n=50, trials=2)
    assert caught.value.svd.converged
