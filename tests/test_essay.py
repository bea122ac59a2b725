"""The essay's figures: what they show is what the essay shows, and the limits drawn in are right."""

import functools

import numpy as np
import pytest
from scipy import integrate

from opsvd import essay
from opsvd.essay import essay_figures, essay_panels, quarter_circle_quantiles

TITLES = ["x", "sin", "tanh", "z^2", "log", "M"]


@pytest.fixture(scope="module", autouse=True)
def _each_operator_once():
    """Decompose each of the essay's kernels once for the whole file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(essay, "decompose", functools.cache(essay.decompose))
        yield


@pytest.fixture(scope="module")
def panels():
    """Compute the panels once, small."""
    return essay_panels(n=(30, 90), ranks_n=(10, 40, 160), trials=20, rng=0)


@pytest.mark.thorough
def test_the_panels_are_those_of_the_essay(panels):
    """Six panels in the essay's order, each with a complete spectrum for each n, and the last alone grows."""
    assert len(panels) == 6
    for panel, word in zip(panels, TITLES, strict=True):
        assert word in panel.title
        assert [s.size for s in panel.spectra] == [30, 90]
        assert panel.ranks.shape == (20, 3)
        assert all((np.diff(s) <= 0.0).all() for s in panel.spectra)
    assert [panel.grows for panel in panels] == [False] * 5 + [True]


def test_operator_limits_are_the_known_ones(panels):
    """The closed forms: 1 for the identity, golden-ratio powers for sin, 3 for the square, two values for log|z|."""
    r = (5**0.5 - 1) / 2
    mean, variance = -(np.euler_gamma + np.log(2.0)) / 2, np.pi**2 / 8
    exact = {0: [1.0], 1: np.sqrt(1 - r**2) * r ** np.array([1, 3, 5, 7]), 3: [3.0],
             4: np.sqrt(mean**2 + variance) + np.array([1, -1]) * abs(mean)}
    for k, values in exact.items():
        for limit in panels[k].limits:
            np.testing.assert_allclose(limit[: len(values)], values, rtol=1e-9)
    for k in (0, 3, 4):
        assert panels[k].limits[0].size == len(exact[k])


def test_rank_limits_are_the_known_ones(panels):
    """Effective ranks: 1 for rank one, sqrt(5) for sin (as its label says), (sum s)^2 / sum s^2 for log|z|."""
    assert panels[0].ranks_limit == pytest.approx(np.ones(3), abs=1e-9)
    assert panels[1].ranks_limit == pytest.approx(np.full(3, 5**0.5), abs=1e-9)
    assert r"\sqrt{5}$ = 2.2361" in panels[1].ranks_label
    assert panels[3].ranks_limit == pytest.approx(np.ones(3), abs=1e-9)
    s = panels[4].limits[0]
    assert panels[4].ranks_limit == pytest.approx(np.full(3, s.sum() ** 2 / (s @ s)), abs=1e-8)


def test_samples_tend_to_the_limits(panels):
    """At n = 160 the mean sampled rank is within five standard errors of its limit, and 2 % for what n leaves."""
    for panel in panels:
        mean, error = panel.ranks[:, -1].mean(), panel.ranks[:, -1].std(ddof=1) / np.sqrt(20)
        assert abs(mean - panel.ranks_limit[-1]) <= 5.0 * error + 0.02 * panel.ranks_limit[-1]


def test_only_independent_entries_grow(panels):
    """From n = 10 to 160 the rank grows sixteenfold for independent entries, and by less than half for the others."""
    growth = [panel.ranks[:, -1].mean() / panel.ranks[:, 0].mean() for panel in panels]
    assert max(growth[:5]) < 1.5
    assert growth[5] == pytest.approx(16.0, rel=0.05)


def test_the_quantiles_are_those_of_the_quarter_circle():
    """The density integrated up to each quantile gives its level; the mean tends to 8/3pi, the mean square to one."""
    n = 7
    for i, s in enumerate(quarter_circle_quantiles(n)):
        below, _ = integrate.quad(lambda t: np.sqrt(4.0 - t * t) / np.pi, 0.0, s)
        assert below == pytest.approx(1.0 - (i + 0.5) / n, abs=1e-9)
    many = quarter_circle_quantiles(4000)
    assert many.mean() == pytest.approx(8.0 / (3.0 * np.pi), abs=1e-5)
    assert (many**2).mean() == pytest.approx(1.0, abs=1e-5)
    assert (np.diff(many) < 0.0).all()


def test_a_large_gaussian_matrix_follows_the_quantiles(panels):
    """Every sampled value of the last panel is near its quantile; the largest are spaced by about n^-2/3."""
    for n, spectrum, quantiles in zip(panels[5].n, panels[5].spectra, panels[5].limits, strict=True):
        assert np.abs(spectrum - quantiles).max() < 3.0 * n ** (-2.0 / 3.0)


def test_the_same_seed_gives_the_same_panels():
    """Everything random comes from rng."""
    first, second, other = (essay_panels(n=(5,), ranks_n=(5,), trials=2, rng=rng) for rng in (3, 3, 4))
    for a, b, c in zip(first, second, other, strict=True):
        np.testing.assert_array_equal(a.ranks, b.ranks)
        np.testing.assert_array_equal(a.spectra[0], b.spectra[0])
        assert not np.array_equal(a.spectra[0], c.spectra[0])


@pytest.mark.thorough
def test_the_figures_show_samples_and_limits(tmp_path):
    """Each panel holds the spectra and the limit over them, with the essay's axes; all figures can be saved."""
    figures = essay_figures(n=(10, 20), ranks_n=(10, 20, 40), trials=3, rng=0)
    for k, (a, b, c) in enumerate(zip(*(figure.axes for figure in figures), strict=True)):
        assert len(a.get_lines()) == (4 if k == 5 else 3)
        large, small, *limits = [line.get_ydata() for line in a.get_lines()]
        assert ({large.size, small.size}, len(limits)) == (({20}, 2) if k == 5 else ({20, 10}, 1))
        words = [text.get_text() for text in b.get_legend().get_texts()]
        assert words[:2] == ["one standard deviation to either side", "sampled: mean of 3"]
        assert ("predicted mean at n" in words) == (len(b.get_lines()) == 3)
        assert {ax.get_xscale() for ax in (a, b, c)} == {"log"}
        assert (a.get_yscale(), b.get_yscale(), c.get_yscale()) == ("linear", "log" if k == 5 else "linear", "log")
        assert k == 5 or b.get_ylim() >= (0.0, 3.0)
    for name, figure in zip("abc", figures, strict=True):
        figure.savefig(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 20_000


def test_crosses_are_where_a_value_can_be_told():
    """On linear axes what is above two hundredths of s_1, on logarithmic ones what is above its error bar."""
    functions = {"tanh": np.tanh}
    linear, _, logarithmic = essay_figures(functions=functions, n=(10,), ranks_n=(10, 20), trials=1, rng=0)
    told, all_of_them = (figure.axes[0].get_lines()[-1].get_ydata() for figure in (linear, logarithmic))
    assert 1 < told.size < all_of_them.size
    assert told.min() > 0.02 * told[0] > all_of_them.min()
    panel = essay_panels(functions=functions, n=(10,), ranks_n=(10, 20), trials=1, rng=0)[0]
    assert all_of_them.size == np.count_nonzero(panel.limits[0] > panel.limit_errors[0])


@pytest.mark.thorough
def test_predicted_ranks_pass_through_the_sampled_ones():
    """Where they can be predicted, the means are within their scatter; for a jump nothing is predicted, nor a limit."""
    relu, jump, _ = essay_panels(functions={"relu": lambda z: np.maximum(z, 0.0), "jump": lambda z: (z > 1.0) * 1.0},
                                 n=(10,), ranks_n=(60, 240), trials=20, rng=0)
    assert relu.predicted_n[[0, -1]].tolist() == [60.0, 240.0]
    error = relu.ranks.std(axis=0, ddof=1) / np.sqrt(20)
    assert (np.abs(relu.ranks.mean(axis=0) - relu.predicted[[0, -1]]) < 5.0 * error + 0.01).all()
    assert relu.ranks_label == "operator: 2.0000"
    assert jump.predicted.size == 0
    assert np.isnan(jump.ranks_limit).all()
    assert jump.ranks_label.startswith("operator: at least ")


@pytest.mark.thorough
def test_functions_of_ones_own():
    """A panel for each, in their order, and the independent entries; names that are formulas are titles as they are."""
    functions = {"relu_6": lambda z: np.clip(z, 0.0, 6.0), "exp(z)/$": lambda z: np.exp(0.1 * z), "c": np.cos}
    figures = essay_figures(functions=functions, n=(5,), ranks_n=(5, 9), trials=1, rng=0)
    titles = [ax.get_title() for ax in figures[0].axes]
    assert titles[:2] == [r"$\mathbf{A}_{\mathrm{relu\_6}}$", r"exp(z)/\$"]
    assert [len(figure.axes) for figure in figures] == [4, 4, 4]
    for figure in figures:
        figure.canvas.draw()
    for wrong in ([np.tanh], {}, {1: np.tanh}, {"": np.tanh}):
        with pytest.raises(TypeError, match="functions must be a dictionary of functions by their names"):
            essay_panels(functions=wrong, n=(5,), ranks_n=(5,), trials=1)
    with pytest.raises(TypeError, match=r"functions must hold functions of one variable, got 3 .* for 'three'"):
        essay_panels(functions={"three": 3}, n=(5,), ranks_n=(5,), trials=1)


def test_the_zero_function_is_drawn():
    """Nothing is above zero, and nothing fails."""
    for figure in essay_figures(functions={"zero": lambda z: 0.0 * z}, n=(5,), ranks_n=(5, 9), trials=2, rng=0):
        figure.canvas.draw()


def test_sizes_are_checked():
    """A size below one is refused by name."""
    with pytest.raises(ValueError, match="ranks_n must be an integer of at least 1, got 0"):
        essay_panels(n=(5,), ranks_n=(0,), rng=0)
    with pytest.raises(ValueError, match="trials must be an integer of at least 1, got 0"):
        essay_panels(n=(5,), ranks_n=(5,), trials=0, rng=0)
