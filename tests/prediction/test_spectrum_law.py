"""Quantiles and densities of whole spectra: against closed forms, samples, the real axis, and what is known before."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose
from scipy.integrate import trapezoid
from scipy.linalg import svdvals

import opsvd
from opsvd import deterministic_equivalent, elementwise
from opsvd.prediction.shell_equations import ShellEquations


def ordered(phi, k, shape, trials):
    """The means of ordered singular values of sampled matrices of phi(<x, y> / sqrt k)."""
    found = []
    for trial in range(trials):
        rng = np.random.default_rng([trial, k])
        x, y = (rng.standard_normal((size, k)) for size in shape)
        found.append(svdvals(phi(x @ y.T / math.sqrt(k))) / math.sqrt(shape[0] * shape[1]))
    return np.mean(found, axis=0)


def law_of(phi, k, shape, kinks=(), max_rank=None):
    """The law for phi(<x, y> / sqrt k)."""
    svd = opsvd.decompose(elementwise(lambda z: phi(z / math.sqrt(k)), k, kinks), rtol=1e-6, max_rank=max_rank)
    return svd.equivalent(*shape)


def test_the_quarter_circle():
    """Independent entries: the density of s, times s for the logarithm."""
    law = deterministic_equivalent([], [], 1000, tail_energy=1000.0)
    s = np.array([0.01, 0.1, 0.5, 1.0, 1.5])
    assert_allclose(law.density(s), 1000.0 * s * np.sqrt(4.0 - s**2) / math.pi, rtol=1e-3)
    assert law.density(3.0) == 0.0


@pytest.mark.parametrize("ratio", [0.3, 1.0, 4.0])
def test_products_of_gaussian_matrices_have_the_moments_of_two_wishart_matrices(ratio):
    """One value s of multiplicity N: E tr (A A^T)^2 / N s^4 is (1 + N/n) (1 + N/m) plus what is of lower order."""
    n, m, many = 1000, 600, round(1000 * ratio)
    law = deterministic_equivalent([1.0], [many], n, m)
    u = np.linspace(-16.0, 4.0, 20001)
    density = law.density(np.exp(u))
    # Of the free product of two Marchenko-Pastur laws, by their S-transforms.
    for power, moment in ((2, 1.0), (4, 1.0 + many / n + many / m)):
        assert_allclose(trapezoid(density * np.exp(power * u), u), many * moment, rtol=5e-3)


@pytest.mark.parametrize(("phi", "kinks", "k", "shape"), [
    (np.sign, (0,), 20, (200, 200)),
    pytest.param(np.tanh, (), 16, (300, 200), marks=pytest.mark.thorough),
    pytest.param(lambda z: np.maximum(z, 0.0), (0,), 10, (250, 250), marks=pytest.mark.thorough)])
def test_sampled_spectra(phi, kinks, k, shape):
    """The values that hold nine tenths of the nuclear norm: within 8 per cent each, and 1 in the mean."""
    s, law = ordered(phi, k, shape, 4), law_of(phi, k, shape, kinks)
    off = law.singular_values / s - 1.0
    many = np.cumsum(s) < 0.9 * s.sum()
    assert np.abs(off[many]).max() < 0.08
    assert np.abs(off[many][3:]).mean() < 0.01


@pytest.mark.parametrize(("phi", "k", "shape", "max_rank"), [
    (np.tanh, 50, (2000, 2000), None), (lambda z: z * z - 1.0, 30, (400, 300), None),
    pytest.param(np.tanh, 3, (120, 80), None, marks=pytest.mark.thorough),
    pytest.param(lambda z: np.exp(0.3 * z), 5, (100, 1000), None, marks=pytest.mark.thorough),
    # All 756 values, more than there are rows: the equations are followed to where rounding ends them.
    pytest.param(lambda z: np.sin(3.0 * z), 2, (400, 400), None, marks=pytest.mark.thorough)])
def test_the_sum_is_that_of_the_real_axis(phi, k, shape, max_rank):
    """Quantiles add up to the nuclear norm, and their squares to the energy: two other rules."""
    law = law_of(phi, k, shape, max_rank=max_rank)
    s = law.singular_values
    assert s.shape == (min(shape),)
    assert (np.diff(s) <= 0.0).all()
    assert_allclose(s.sum(), law.nuclear_norm.value, rtol=5e-3)
    assert_allclose(s @ s, law.energy, rtol=2e-2)
    assert_allclose(law.quantiles([1.0 - 0.5 / min(shape), 0.5]), [s[0], law.quantiles(0.5)], rtol=1e-9)


def test_a_level_that_once_led_astray():
    """Newton's method found another solution here, at angles that followed too fast: 11 of 200 values were lost."""
    law = deterministic_equivalent([1.0, 0.2, 0.05], [20, 200, 2000], 300, 200, tail_energy=1.0)
    assert_allclose(law.singular_values.sum(), law.nuclear_norm, rtol=5e-4)
    assert law.singular_values[-1] > 0.04


def test_gaps_are_gaps():
    """Between two levels far apart there is nothing, and no quantile lies there."""
    law = deterministic_equivalent([1.0, 0.01], [7, 50], 10_000)
    s = law.singular_values
    assert s[6] > 0.9
    assert 0.008 < s[56] < s[7] < 0.012
    assert s[57] == 0.0
    assert np.abs(law.density([0.05, 0.1, 0.3])).max() < 1e-3


def test_equations_that_are_not_solved_are_said():
    """A density that lacks values, or energy, is not given without a word."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ShellEquations, "counts", lambda self: (np.linspace(-3.0, 1.0, 9), np.ones(9), True))
        with pytest.warns(opsvd.ConvergenceWarning, match="times the energy, and 4 values of 40"):
            _ = deterministic_equivalent([], [], 40, tail_energy=1.0).singular_values
    with pytest.MonkeyPatch.context() as patch:
        astray = ShellEquations._solved
        patch.setattr(ShellEquations, "_solved", lambda *args: (*astray(*args)[:2], np.zeros(args[2].size, dtype=bool)))
        with pytest.warns(opsvd.ConvergenceWarning, match="were not solved everywhere"):
            _ = deterministic_equivalent([], [], 40, tail_energy=1.0).singular_values


def test_bad_arguments():
    """Fractions are from 0 to 1, and singular values positive."""
    law = deterministic_equivalent([1.0], [3], 10)
    with pytest.raises(ValueError, match="fractions must be numbers from 0 to 1"):
        law.quantiles([0.5, 1.5])
    with pytest.raises(ValueError, match="s must be finite and positive"):
        law.density([0.0, 1.0])


def test_matrices_that_nobody_can_store():
    """The law of a matrix of 10^12 rows has quantiles, and no list of singular values."""
    law = deterministic_equivalent([1.0], [10], 10**12, tail_energy=1e6)
    assert_allclose(law.quantiles(0.5), 0.80794551 * 1e-3, rtol=1e-3)
    assert law.to_dict()["quantiles"]["0.5"] == law.quantiles(0.5)
    with pytest.raises(ValueError, match=r"min\(n, m\) .* ask for quantiles"):
        _ = law.singular_values


@pytest.mark.thorough
def test_nothing_and_everything_in_a_dictionary():
    """The zero operator has zeros, and no density; results have quantiles among their numbers, and draw themselves."""
    zero = deterministic_equivalent([], [], 5)
    assert zero.quantiles([0.0, 0.5, 1.0]).tolist() == [0.0] * 3
    assert zero.density([0.5]).tolist() == [0.0]
    law = law_of(np.tanh, 30, (20, 30))
    assert law.to_dict()["quantiles"]["0.5"] == law.quantiles(0.5)
    assert law.to_dict()["effective_rank"]["value"] == law.effective_rank.value
    ax = law.plot(Figure().subplots())
    assert ax.lines[0].get_ydata().tolist() == law.singular_values.tolist()
