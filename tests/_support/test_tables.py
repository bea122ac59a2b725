"""Results as tables: rows, dictionaries that JSON takes, frames of pandas, and HTML for notebooks."""

import inspect
import json

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

mpl.use("Agg")

import opsvd
from opsvd._support.tables import Tabular, cell, plain


def tanh(x, y):
    """The essay's kernel."""
    return np.tanh(x * y)


@pytest.fixture(scope="module")
def results():
    """A result of each class, by name."""
    svd, vectors = opsvd.decompose(tanh), opsvd.decompose(opsvd.elementwise(np.tanh, 4), rtol=1e-3)
    x, y = np.random.default_rng(0).standard_normal((2, 60))
    return {
        "svd": svd, "vectors": vectors, "prediction": svd.predict(200), "equivalent": vectors.equivalent(50),
        "law": opsvd.deterministic_equivalent([1.0, 0.5], [2, 5], 40), "decay": svd.decay,
        "unknown decay": opsvd.decompose(lambda x, y: x * y).decay, "one": opsvd.monte_carlo(tanh, 30, rng=0),
        "several": opsvd.monte_carlo(tanh, 120, trials=3, rng=0),
        "sweep": opsvd.monte_carlo_sweep(tanh, [20, 40], trials=2, rng=0),
        "matrix": opsvd.check_matrix(tanh(x[:, None], y), svd),
        "check": opsvd.crosscheck(tanh, (30, 60), trials=3, rng=0, svd=svd),
        "dependence": opsvd.dependence(np.array([[20, 3, 5], [4, 30, 6], [2, 8, 25]])),
        "nothing": opsvd.decompose(lambda x, y: 0.0 * x * y)}


def test_every_result_is_a_table(results):
    """Whatever a public function returns as a result has rows, a dictionary, a frame, HTML, and a picture."""
    public = [getattr(opsvd, name) for name in opsvd.__all__]
    kinds = {one for one in public if inspect.isclass(one) and issubclass(one, Tabular)}
    assert kinds == {type(one) for one in results.values()}
    named = {"OperatorSVD", "FiniteSizePrediction", "DeterministicEquivalent", "RadialEquivalent", "DecayLaw",
             "MonteCarloSpectrum", "MonteCarloSweep", "CrossCheck", "MatrixCheck", "Dependence"}
    assert {kind.__name__ for kind in kinds} == named


@pytest.mark.thorough
def test_json_takes_their_dictionaries(results):
    """Arrays are lists, and everything is there again after JSON."""
    for name, one in results.items():
        given = one.to_dict()
        read = json.loads(json.dumps(given))
        assert read.keys() == given.keys(), name
    assert results["svd"].to_dict()["singular_values"] == results["svd"].singular_values.tolist()
    assert results["svd"].to_dict()["effective_rank"]["value"] == results["svd"].effective_rank().value
    assert results["vectors"].to_dict()["measures"]["x"] == {"name": "GaussianVector", "k": 4, "std": 1.0}
    np.testing.assert_array_equal(results["prediction"].to_dict()["mean"], results["prediction"].mean)


def test_frames_have_the_rows(results):
    """One row for each of `records`, with its names for columns."""
    pytest.importorskip("pandas")
    for name, one in results.items():
        frame, rows = one.to_pandas(), one.records()
        assert len(frame) == len(rows), name
        assert list(frame.columns) == (list(rows[0]) if rows else []), name
    frame = results["vectors"].to_pandas()
    assert frame["i"].tolist()[:2] == [1, 5]
    assert frame["multiplicity"].tolist()[:1] == [4]
    assert frame["singular_value"].tolist() == results["vectors"].values.tolist()


def test_notebooks_show_tables(results):
    """A sentence above the table and not in a caption, at most a dozen rows, and no infinite errors."""
    for name, one in results.items():
        html = one._repr_html_()
        assert "<caption>" not in html, name
        assert html.startswith("<div><b>"), name
        assert html.count("<tr>") <= 13, name
        assert "inf" not in html.split("<tbody>")[1].split("</tbody>")[0], name
    html = results["vectors"]._repr_html_()
    assert html.count("<td>4</td>") >= 1
    assert "multiplicity" in html
    assert "multiplicity" not in results["svd"]._repr_html_()
    assert "&lt;" not in html.split("<table>")[0]


@pytest.mark.parametrize("name", ["svd", "vectors", "prediction", "equivalent", "law", "decay", "unknown decay", "one",
                                  "several", "sweep", "matrix", "check", "nothing"])
def test_results_draw_themselves(results, name, tmp_path):
    """Into the Axes that they are given, with both axes labelled, or told apart by the names of quantities."""
    ax = Figure().subplots()
    assert results[name].plot(ax) is ax
    assert ax.get_ylabel()
    assert ax.get_xlabel() or [text.get_text() for text in ax.get_xticklabels()] == list(results[name].quantities)
    ax.figure.savefig(tmp_path / "picture.png")


def test_numbers_become_pythons_own():
    """Arrays, scalars, tuples and estimates, at any depth."""
    found = plain((np.arange(2), np.float64(1.5), [opsvd.Estimate(2.0, 0.5)], "text", None))
    assert found[:2] == [[0, 1], 1.5]
    assert found[2][0]["value"] == 2.0
    assert found[3:] == ["text", None]
    assert [cell(value) for value in (1.23456789, float("nan"), True, 3, "a")] == ["1.23457", "", "yes", "3", "a"]
