"""Canonical correlations of densities, tables and labels, against closed forms and scipy."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, poisson

import opsvd
from opsvd import Discrete, Gaussian, Uniform, dependence, exact

# Colours of eyes and hair in Caithness: R. A. Fisher, Ann. Eugenics 10 (1940), 422-429.
CAITHNESS = np.array([[326, 38, 241, 110, 3], [688, 116, 584, 188, 4], [343, 84, 909, 412, 26], [98, 48, 403, 681, 85]])


def gaussian_ratio(r):
    """The density ratio of two standard Gaussian variables of correlation r."""
    return lambda x, y: np.exp((2.0 * r * x * y - r**2 * (x**2 + y**2)) / (2.0 * (1.0 - r**2))) / np.sqrt(1.0 - r**2)


def test_colours_of_eyes_and_hair():
    """Fisher's canonical correlations, and the chi-square of scipy."""
    found = dependence(CAITHNESS)
    np.testing.assert_array_equal(found.correlations.round(4), [0.4464, 0.1735, 0.0293])
    assert found.maximal_correlation == found.correlations[0]
    assert found.errors.max() < 1e-14
    chi_square, p_value, freedom, _ = chi2_contingency(CAITHNESS)
    assert found.chi_square == pytest.approx(chi_square, rel=1e-12)
    assert (found.degrees_of_freedom, found.p_value) == (freedom, pytest.approx(p_value, rel=1e-9))
    assert found.inertia == pytest.approx(found.principal_inertias.sum(), rel=1e-13)
    assert repr(found) == ("Dependence(5387 pairs, 4 x 5, chi-square 1240, inertia 0.2302, canonical correlations "
                           "[0.4464, 0.1735, 0.02932], largest error 1e-15)")


def test_coordinates_are_those_of_correspondence_analysis():
    """Mean zero and variance one under the masses; principal ones are profiles in the others' standard ones."""
    found, shares = dependence(CAITHNESS), CAITHNESS / CAITHNESS.sum()
    r, c = found.row_masses, found.column_masses
    np.testing.assert_allclose(r, shares.sum(axis=1), rtol=1e-13)
    for masses, standard in ((r, found.row_standard), (c, found.column_standard)):
        np.testing.assert_allclose(masses @ standard, 0.0, atol=1e-13)
        np.testing.assert_allclose((standard * masses[:, None]).T @ standard, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(shares / r[:, None] @ found.column_standard, found.row_principal, atol=1e-13)
    np.testing.assert_allclose((shares / c).T @ found.row_standard, found.column_principal, atol=1e-13)
    rebuilt = np.outer(r, c) * (1.0 + found.row_principal @ found.column_standard.T)
    np.testing.assert_allclose(rebuilt, shares, atol=1e-14)


def test_standard_errors_are_the_scatter_of_samples():
    """Of 300 tables of as many pairs drawn from the shares, to fifteen per cent."""
    rng, found = np.random.default_rng(0), dependence(CAITHNESS)
    drawn = np.array([dependence(rng.multinomial(5387, CAITHNESS.ravel() / 5387.0).reshape(4, 5)).correlations[:2]
                      for _ in range(300)])
    np.testing.assert_allclose(drawn.std(axis=0), found.standard_errors[:2], rtol=0.15)


def test_labels_are_counted():
    """Pairs of text and numbers, in the order of their labels."""
    rng = np.random.default_rng(1)
    x = rng.choice(np.array(["dark", "light", "red"]), 500)
    y = np.where(rng.random(500) < 0.4, np.char.str_len(x), rng.integers(3, 6, 500))
    found = dependence(x, y)
    assert found.row_labels.tolist() == ["dark", "light", "red"]
    assert found.column_labels.tolist() == [3, 4, 5]
    table = [[np.count_nonzero((x == a) & (y == b)) for b in found.column_labels] for a in found.row_labels]
    np.testing.assert_array_equal(dependence(table).correlations, found.correlations)
    assert found.total == 500.0


@pytest.mark.parametrize("r", [0.3, -0.6])
def test_gaussian_variables_have_the_powers_of_their_correlation(r):
    """Mehler's formula: the maximal correlation is that of the variables."""
    found = dependence(gaussian_ratio(r), Gaussian(), Gaussian())
    expected = np.abs(r) ** np.arange(1.0, 8.0)
    assert (np.abs(found.correlations[:7] - expected) <= found.errors[:7]).all()
    assert found.inertia == pytest.approx(r**2 / (1.0 - r**2), rel=1e-9)
    x = np.array([-1.0, 0.5, 2.0])
    np.testing.assert_allclose(np.abs(found.left(x)[:, 0]), np.abs(x), atol=1e-8)


def test_copulas_and_counts():
    """Farlie, Gumbel and Morgenstern: theta / 3; two Poisson variables: the powers of r."""
    fgm = dependence(lambda x, y: 1.0 + 0.7 * (1.0 - 2.0 * x) * (1.0 - 2.0 * y), Uniform(), Uniform())
    np.testing.assert_allclose(fgm.correlations, [0.7 / 3.0], rtol=0, atol=fgm.errors[0])
    law = Discrete(np.arange(60), poisson(3.0).pmf(np.arange(60)))
    counts = dependence(exact.poisson_pair_kernel(0.5, 3.0), law, law)
    np.testing.assert_allclose(counts.correlations[:5], 0.5 ** np.arange(1.0, 6.0), rtol=0, atol=1e-12)
    assert counts.row_standard.shape == (60, len(counts.correlations))


def test_independence_is_seen_exactly():
    """A table of products of whole numbers has no correlation; a density of one has none above rounding."""
    found = dependence(np.outer([1, 2, 3], [4, 5]))
    assert (len(found.correlations), found.chi_square, found.maximal_correlation) == (0, 0.0, 0.0)
    smooth = dependence(lambda x, y: 1.0 + 0.0 * x * y, Uniform(), Uniform())
    assert (len(smooth.correlations), smooth.maximal_correlation) == (0, 0.0)
    assert 0.0 < smooth.maximal_correlation.error < 1e-13


@pytest.mark.parametrize(("arguments", "message"), [
    ((lambda x, y: 1.0 + 0.3 * x * y + 0.2 * x, Gaussian(), Gaussian()),
     "mean over y is one for every x, but it differs from one by 0.2"),
    ((lambda x, y: np.exp(1j * x * y), Gaussian(), Gaussian()), "values are real numbers"),
    ((np.random.default_rng(0).standard_normal(50), np.random.default_rng(1).standard_normal(50)),
     "pairs of a continuous variable do not tell the density ratio; pass a density"),
    (([[1, 0], [2, 0]],), "no row or column of zeros, got 0 rows and 1 columns"),
    (([[1, -1], [2, 3]],), "finite and not negative"),
    (([1, 1, 2, 2], [1, 1, 2]), "as many labels as source, 4, got 3"),
    (([1, 1, 2, 2], [1, np.nan, 2, 2]), "labels that are finite"),
    (([[1, 2], [3, 4]], None, Gaussian()), "mu_y must be left out for a table"),
])
def test_what_is_no_dependence_is_refused(arguments, message):
    """Densities that are no ratios, continuous samples, and tables that are none, with what to do."""
    with pytest.raises(ValueError, match=message):
        dependence(*arguments)


def test_what_a_density_has_not():
    """Rows, chi-square and standard errors are of tables."""
    found = dependence(gaussian_ratio(0.3), Gaussian(), Gaussian())
    with pytest.raises(ValueError, match="chi_square is of a table of counts"):
        _ = found.chi_square
    with pytest.raises(ValueError, match="both variables must be discrete"):
        _ = found.row_standard
    with pytest.raises(TypeError, match="must have the measures of x and y beside it"):
        dependence(gaussian_ratio(0.3))


def test_results_can_be_saved(tmp_path):
    """As the decomposition that they hold."""
    found = dependence(CAITHNESS)
    found.svd.save(tmp_path / "colours.npz")
    again = opsvd.Dependence(opsvd.load(tmp_path / "colours.npz"), found.total)
    np.testing.assert_array_equal(again.row_standard, found.row_standard)
    np.testing.assert_array_equal(again.standard_errors, found.standard_errors)


def test_pictures_of_a_table():
    """Correlations with bars; and a biplot of principal coordinates, with the labels of rows and columns."""
    plt = pytest.importorskip("matplotlib.pyplot")
    found = dependence(CAITHNESS)
    axes = plt.subplots()[1]
    assert found.plot(axes) is axes
    biplot = found.biplot()
    rows, columns = (line.get_xydata() for line in biplot.lines[:2])
    np.testing.assert_allclose(rows, found.row_principal[:, :2])
    np.testing.assert_allclose(columns, found.column_principal[:, :2])
    assert len(biplot.texts) == sum(CAITHNESS.shape)
    assert "86.6 % of the inertia" in biplot.get_xlabel()
    plt.close("all")
    with pytest.raises(ValueError, match="two canonical correlations, got 1"):
        dependence(np.array([[5, 2], [1, 7]])).biplot()


def test_records_of_a_density():
    """A row for each correlation; the shares of the inertia add up to one but for what is left out."""
    found = dependence(gaussian_ratio(0.5), Gaussian(), Gaussian())
    rows = found.records()
    assert [row["i"] for row in rows] == list(range(1, len(rows) + 1))
    assert sum(row["share_of_inertia"] for row in rows) == pytest.approx(1.0, abs=1e-9)
    assert found.to_dict()["correlation"] == found.correlations.tolist()
