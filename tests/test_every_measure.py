"""Every public function of decomposition, sampling and prediction, run under every measure."""

import functools
import math

import numpy as np
import pytest
from measure_rules import spectrum_at
from measure_table import LINE, ROUND, ROWS, kernel
from numpy.testing import assert_allclose, assert_array_equal
from quiet import quietly

import opsvd
from opsvd.figures import new_figure
from opsvd.sampling import ArrayBlocks, draw_sample, near_equal
from opsvd.testing import check_kernel

EVERY = pytest.mark.parametrize("row", ROWS, ids=str)
OF_NUMBERS = pytest.mark.parametrize("row", LINE, ids=str)
# A chance deviation that is seen once in a million tests.
SIGMAS = 5.0


@functools.cache
def decomposed(row):
    """The decomposition of the kernel of the table, with the measure on both sides."""
    return opsvd.decompose(kernel(row), row.measure, row.measure, rtol=1e-8)


@functools.cache
def sampled(row):
    """Twenty matrices."""
    return opsvd.monte_carlo(kernel(row), 100, row.measure, row.measure, m=80, trials=20, rng=3, engine="dense")


@functools.cache
def checked(row):
    """A cross-check."""
    return opsvd.crosscheck(kernel(row), (60, 120), row.measure, row.measure, trials=8, rng=1, svd=decomposed(row))


def grid(row, h=None):
    """Values on the grid of the points of the rule of the row."""
    x, _ = row.rule
    return (kernel(row) if h is None else h)(x[:, None], x[None, :])


@EVERY
def test_values_are_those_of_a_rule_of_scipy(row):
    """The leading values, and the norm, to the accuracy of points of equal probability."""
    svd, (x, p) = decomposed(row), row.rule
    found = svd.singular_values[:3]
    assert svd.converged
    assert (svd.errors[:3] <= 1e-8 * found[0]).all()
    assert_allclose(found, spectrum_at(kernel(row), row.rule)[:3], rtol=0, atol=5e-3 * found[0])
    assert svd.hilbert_schmidt_norm().value == pytest.approx(math.sqrt(p @ grid(row) ** 2 @ p), rel=5e-3)
    f = svd.left(x)[:, :2]
    assert_allclose((f * p[:, None]).T @ f, np.eye(2), rtol=0, atol=0.05)
    assert_allclose(svd(x[:, None], x[None, :]), grid(row), rtol=0, atol=1e-6)


@OF_NUMBERS
def test_two_measures_that_differ(row):
    """With a uniform x, and y of the table: the pair is the transpose of the exchanged pair."""
    uniform = ROWS[1]
    h = kernel(uniform, row)
    svd = opsvd.decompose(h, uniform.measure, row.measure, rtol=1e-6)
    turned = opsvd.decompose(lambda x, y: h(y, x), row.measure, uniform.measure, rtol=1e-6)
    count = min(svd.rank, turned.rank)
    assert count >= 3
    difference = np.abs(svd.singular_values[:count] - turned.singular_values[:count])
    assert (difference <= svd.errors[:count] + turned.errors[:count]).all()
    x, y = uniform.rule[0][::40], row.rule[0][::40]
    assert_allclose(svd.left(x)[:, 0], turned.right(x)[:, 0], rtol=0, atol=1e-5)
    assert_allclose(svd.right(y)[:, 0], turned.left(y)[:, 0], rtol=0, atol=1e-5)


@OF_NUMBERS
def test_sampled_values_are_as_predicted(row):
    """Means over twenty matrices against `predict`, where it says that it holds; energies likewise."""
    prediction, found = decomposed(row).predict(100, 80), sampled(row)
    valid = prediction.valid[:3]
    assert valid[0]
    assert not prediction.unknown[:3].any()
    allowed = SIGMAS * prediction.std / math.sqrt(20) + prediction.error
    assert (np.abs(found.mean[:3] - prediction.mean[:3]) <= allowed[:3])[valid].all()
    spread = found.singular_values.std(axis=0, ddof=1)[:3] / prediction.std[:3]
    assert ((spread > 0.4) & (spread < 2.0))[valid].all()
    assert found.effective_rank().mean() == pytest.approx(
        prediction.effective_rank.mean, abs=SIGMAS * prediction.effective_rank.std / math.sqrt(20)
        + prediction.effective_rank.error)


@EVERY
def test_the_mean_energy_of_samples_is_the_square_of_the_norm(row):
    """E of the squared Frobenius norm is E[h^2], at any n."""
    squares = sampled(row).norms**2
    error = squares.std(ddof=1) / math.sqrt(len(squares))
    assert abs(squares.mean() - decomposed(row).hilbert_schmidt_norm().value ** 2) <= SIGMAS * error


@EVERY
@pytest.mark.parametrize("engine", ["low-rank", "row-blocks", "dask", "array", "auto"])
def test_engines_agree(row, engine):
    """All engines find the values of one matrix that LAPACK does, within the errors that they state."""
    options = {"m": 40, "rank": 3, "rng": 7}
    one, other = (opsvd.monte_carlo(kernel(row), 50, row.measure, row.measure, engine=solver, **options)
                  for solver in (ArrayBlocks(library="numpy") if engine == "array" else engine, "dense"))
    allowed = one.engine_error + 1e-12 * other.singular_values[0, 0]
    assert (np.abs(one.singular_values - other.singular_values) <= allowed).all()
    assert (one.engine_error <= 1e-6).all()


@EVERY
@pytest.mark.parametrize("engine", ["dense", "row-blocks"])
def test_sweeps(row, engine):
    """Of each size, values within the predicted deviations; the shapes are those that were asked for."""
    sweep = opsvd.monte_carlo_sweep(kernel(row), [60, (90, 40)], row.measure, row.measure, trials=2, rank=2, rng=5,
                                    engine=engine)
    assert [(one.n, one.m) for one in sweep] == [(60, 60), (90, 40)]
    for one in sweep:
        prediction = decomposed(row).predict(one.n, one.m)
        allowed = SIGMAS * prediction.std[0] / math.sqrt(2.0) + prediction.error[0]
        assert abs(one.mean[0] - prediction.mean[0]) <= allowed < 0.4 * one.mean[0]
    assert [record["quantity"] for record in sweep.records()[:3]] == ["s_1", "s_2", "effective_rank"]


@EVERY
def test_a_sampled_matrix_holds_the_values_at_its_points(row):
    """`sample_matrix` is h at points of the support, over sqrt(nm); `sampling_cost` knows its size."""
    sample = draw_sample(kernel(row), 30, row.measure, row.measure, m=20, rng=4)
    assert row.inside(sample.x).all()
    assert row.inside(sample.y).all()
    values = kernel(row)(sample.x[:, None], sample.y[None, :]) / math.sqrt(600.0)
    assert_allclose(sample.matrix, values, rtol=1e-14)
    assert_array_equal(opsvd.sample_matrix(kernel(row), 30, row.measure, row.measure, m=20, rng=4), sample.matrix)
    cost = opsvd.sampling_cost(kernel(row), 30, row.measure, row.measure, m=20, engine="dense")
    assert cost.evaluations == 600.0
    assert cost.memory >= 8.0 * 600.0


@EVERY
def test_singular_vectors_are_singular_functions(row):
    """The first singular vectors of a matrix are near the first functions, and far from the second."""
    svd, sample = decomposed(row), draw_sample(kernel(row), 300, row.measure, row.measure, rng=6)
    u, _, vt = np.linalg.svd(sample.matrix)
    for vectors, functions in ((u, svd.left(sample.x)), (vt.T, svd.right(sample.y))):
        groups = near_equal(svd.singular_values[:1], 0.1)
        assert opsvd.subspace_error(vectors[:, :1], functions[:, :1], groups)[0] < 0.1
        assert opsvd.subspace_error(vectors[:, :1], functions[:, 1:2], groups)[0] > 0.9


@pytest.mark.parametrize("row", ROWS[::2], ids=str)
def test_crosschecks_decide(row):
    """Quadrature and sampling agree; with another kernel's values they do not."""
    check = checked(row)
    assert check.comparisons >= 2
    assert check.agrees, check.verdict
    twice = opsvd.decompose(lambda x, y: 1.5 * kernel(row)(x, y), row.measure, row.measure, rtol=1e-6)
    wrong = opsvd.crosscheck(kernel(row), 80, row.measure, row.measure, trials=5, rng=1, svd=twice)
    assert not wrong.agrees


@OF_NUMBERS
def test_a_matrix_is_told_from_another(row):
    """A matrix of the kernel passes `check_matrix`, and one of another kernel does not."""
    sample = draw_sample(kernel(row), 400, row.measure, row.measure, rng=8)
    values = 400.0 * sample.matrix
    assert opsvd.check_matrix(values, decomposed(row)).p_value > 1e-4
    assert opsvd.check_matrix(1.3 * values, decomposed(row)).p_value < 1e-6


@OF_NUMBERS
def test_functionals_of_the_values(row):
    """Effective rank, nuclear norm and decay, by the method of the result and by the functions, against the sample."""
    svd = decomposed(row)
    s = svd.singular_values
    assert svd.effective_rank().value == pytest.approx(s.sum() ** 2 / (s @ s), rel=1e-6)
    assert opsvd.effective_rank(s).value == pytest.approx(s.sum() ** 2 / (s @ s), rel=1e-12)
    assert svd.nuclear_norm().value == pytest.approx(opsvd.nuclear_norm(s).value, rel=1e-6)
    assert opsvd.hilbert_schmidt_norm(s).value == pytest.approx(math.sqrt(s @ s), rel=1e-12)
    large = opsvd.deterministic_equivalent(svd.values, svd.multiplicities, 10**7, tail_energy=svd.tail**2)
    assert large.energy == pytest.approx(s @ s, rel=1e-6)
    assert large.nuclear_norm == pytest.approx(s.sum(), rel=0.02)
    assert "power" not in {svd.decay.kind, opsvd.decay_law(s, svd.errors).kind}    # as h is smooth


@OF_NUMBERS
def test_equivalent_refuses_numbers(row):
    """The law shell by shell is for vectors, and says what to use instead."""
    with pytest.raises(TypeError, match=r"equivalent needs a kernel of vectors .* use predict, or opsvd\.determ"):
        decomposed(row).equivalent(100)


@OF_NUMBERS
def test_breaks_are_found_where_the_kernel_breaks(row):
    """A jump across a quantile of y: all points lie on it, to rounding, and inside the support."""
    x, _ = row.rule
    place = float(np.sort(x)[3 * len(x) // 5])
    smooth = kernel(row)

    def h(x, y):
        return smooth(x, y) + (y > place)

    points = opsvd.break_points(h, row.measure, row.measure)
    if row.atoms:    # between which there is nothing
        assert points.shape == (0, 2)
        return
    assert len(points) > 20
    assert row.inside(points[:, 0]).all()
    assert_allclose(points[:, 1], place, rtol=1e-9, atol=1e-9)
    ax = opsvd.plot_breaks(h, row.measure, row.measure, ax=new_figure(4, 4).subplots())
    drawn = ax.lines[0].get_ydata()
    assert len(drawn) > 20
    assert_allclose(drawn, place, rtol=1e-9, atol=1e-9)


@OF_NUMBERS
def test_figures_show_points_of_the_support(row):
    """Functions are drawn at points of the measure, with the values that they have there; spectra at the values."""
    svd = decomposed(row)
    lines = opsvd.plot_functions(svd, ax=new_figure(4, 4).subplots(), count=2).lines
    x, f = (np.asarray(part) for part in lines[0].get_data())
    known = ~np.isnan(x)
    assert known.sum() == len(row.rule[0]) if row.atoms else known.sum() > 100
    assert row.inside(x[known]).all()
    assert_allclose(f[known], svd.left(x[known])[:, 0], rtol=1e-12, atol=1e-12)
    drawn = np.concatenate([line.get_ydata() for line in opsvd.plot_spectrum(svd, new_figure(4, 4).subplots()).lines])
    assert np.isin(svd.singular_values[:3], drawn).all()
    ax = checked(row).plot(new_figure(4, 4).subplots())
    assert np.isin(checked(row).mean[0, 0], np.concatenate([np.ravel(line.get_ydata()) for line in ax.lines]
                                                           + [np.ravel(part.get_offsets()) for part in ax.collections]))


STRUCTURED = {
    "tanh(xy)": lambda x, y: np.tanh(x * y), "exp(-|x - y|)": lambda x, y: np.exp(-np.abs(x - y)),
    "(x > y)": np.greater, "x + y": np.add, "sin(x - 2y)": lambda x, y: np.sin(x - 2.0 * y),
    "cos(x) y": lambda x, y: np.cos(x) * y, "|x + y - 2|": lambda x, y: np.abs(x + y - 2.0),
}


@pytest.mark.parametrize("name", STRUCTURED)
@pytest.mark.parametrize("row", [row for row in LINE if row.atoms or "gap" in row.name], ids=str)
def test_structure_is_probed_inside_supports(row, name):
    """Products, differences and symmetries are looked for at points of the measures, and not between their parts."""
    def h(x, y):
        if not (row.inside(x).all() and ROWS[1].inside(y).all()):
            raise AssertionError("outside of a support")
        return STRUCTURED[name](x, y)

    svd = quietly(h, row.measure, ROWS[1].measure, rtol=1e-4)
    x, p = row.rule
    y, q = ROWS[1].rule
    true = spectrum_at(STRUCTURED[name], (x, p), (y, q))
    if true[0] == 0.0:    # where one variable is always the larger
        assert svd.rank == 0
        return
    assert abs(svd.singular_values[0] - true[0]) <= svd.errors[0] + 1e-2 * true[0]


@pytest.mark.parametrize("row", ROUND, ids=str)
def test_vectors(row):
    """What the tests of numbers look at value by value, with multiplets."""
    svd, found = decomposed(row), sampled(row)
    prediction = svd.predict(100, 80)
    assert prediction.valid[0]
    allowed = SIGMAS * prediction.std[0] / math.sqrt(20) + prediction.error[0]
    assert abs(found.mean[0] - prediction.mean[0]) <= allowed <= 0.1 * found.mean[0]
    law = svd.equivalent(100, 80)
    assert law.energy == pytest.approx(svd.norm.value**2, rel=1e-6)
    assert found.effective_rank().mean() == pytest.approx(law.effective_rank.value, rel=0.1)
    values = 300.0 * draw_sample(kernel(row), 300, row.measure, row.measure, rng=8).matrix
    verdict = opsvd.check_matrix(values, svd).verdict    # f_1 is nearly constant
    assert verdict.startswith("undecided: nothing can be compared")
    assert "of second order, of which no covariances are known" in verdict
    with pytest.raises(ValueError, match="h must be a kernel of two numbers"):
        opsvd.break_points(kernel(row), row.measure, row.measure)
    line = opsvd.plot_functions(svd, ax=new_figure(4, 4).subplots(), count=1).lines[0]
    at = line.get_xdata()
    lengths, angles = (np.ones_like(at), at) if isinstance(row.measure, opsvd.Sphere) else (at, np.zeros_like(at))
    points = np.zeros((len(at), row.measure.dim))
    points[:, 0], points[:, 1] = lengths * np.cos(angles), lengths * np.sin(angles)
    assert row.inside(points).all()
    assert angles.max() <= np.pi
    total = np.sum(svd.multiplicities * svd.values)
    assert svd.nuclear_norm().value == pytest.approx(total, rel=0.05)


@EVERY
def test_what_is_saved_is_loaded(row, tmp_path):
    """Values, bars, functions and predictions are the same; measures made of functions are refused in words."""
    svd, path = decomposed(row), tmp_path / "svd.npz"
    if not row.saved:
        with pytest.raises(TypeError, match=r"must be made of numbers to be saved|can be saved under the"):
            svd.save(path)
        assert not path.exists()
        return
    svd.save(path)
    again = opsvd.load(path)
    assert_array_equal(again.singular_values, svd.singular_values)
    assert_array_equal(again.errors, svd.errors)
    inside = row.rule[0][len(row.rule[0]) // 4:-len(row.rule[0]) // 4:10]
    assert_allclose(again.left(inside), svd.left(inside), rtol=0, atol=1e-12)
    assert_allclose(again.predict(100).mean[:2], svd.predict(100).mean[:2], rtol=1e-12)
    known = opsvd.load(path, kernel(row))
    assert_allclose(known.left(row.rule[0][::40]), svd.left(row.rule[0][::40]), rtol=0, atol=1e-9)
    if row.name != "Density":
        assert again.mu_x == row.measure


@EVERY
def test_the_kernel_is_one(row):
    """`check_kernel` takes its points from the measures."""
    check_kernel(kernel(row), row.measure, row.measure)
