"""The command line under measures: each family by name, with every output, and messages for what is no measure."""

import json

import numpy as np
import pytest
from measure_table import LINE

import opsvd
from opsvd.cli import main

NAMED = [row for row in LINE if row.text]
# Bounded, and written as the command line takes it.
FORMULA = "1/(1.5 + sin(2*arctan(x) - arctan(y)))"
KINK = ["exp(-abs(x-y))", "--x", "uniform(0, 1)", "--y", "beta(2, 3)", "--rtol", "1e-6"]


def kernel(x, y):
    """What the formula says."""
    return 1.0 / (1.5 + np.sin(2.0 * np.arctan(x) - np.arctan(y)))


def known(row):
    """The decomposition that the library gives under the measure and a uniform one."""
    return opsvd.decompose(kernel, row.measure, opsvd.Uniform(0.0, 1.0), rtol=1e-6)


@pytest.mark.parametrize("row", NAMED, ids=str)
def test_each_family_by_name(row, capsys):
    """The text makes the measure, and the values are those of the library, to the last bit; the measure is named."""
    assert opsvd.parse_measure(row.text) == row.measure
    assert main([FORMULA, "--x", row.text, "--y", "uniform(0, 1)", "--rtol", "1e-6", "--no-crosscheck", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    svd = known(row)
    assert record["singular_values"] == pytest.approx(svd.singular_values.tolist(), rel=1e-12, abs=1e-12)
    assert record["errors"] == pytest.approx(svd.errors.tolist(), rel=0.1, abs=1e-13)
    assert record["measures"]["x"]["name"] == type(row.measure).__name__
    assert record["measures"]["y"] == {"name": "Uniform", "low": 0.0, "high": 1.0}


@pytest.mark.parametrize("row", NAMED, ids=str)
def test_a_sample_of_each_family(row, capsys):
    """With --sample the first value is where it is predicted, in the variable y as well."""
    assert main([FORMULA, "--x", row.text, "--y", "uniform(0, 1)", "--sample", "200,150", "--max-rank", "2",
                 "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["singular_values"]
    prediction = known(row).predict(200, 150)
    assert prediction.valid[0]
    assert abs(found[0] - prediction.mean[0]) <= 6.0 * prediction.std[0] + prediction.error[0]
    assert abs(found[0] - prediction.mean[0]) <= 0.2 * found[0]


@pytest.mark.thorough
def test_the_whole_of_it(tmp_path, capsys):
    """Tables that name the measures, a cross-check that agrees, a picture, and a file with the same values."""
    picture, file = tmp_path / "kink.png", tmp_path / "kink.npz"
    assert main([*KINK, "--n", "40,80", "--trials", "5", "--plot", str(picture), "--save", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("h(x, y) = exp(-abs(x-y)), x ~ Uniform(low=0.0, high=1.0), y ~ Beta(a=2.0, b=3.0, low=0.0, "
                          "high=1.0)\n")
    assert "0.76178" in out
    assert "quadrature and sampling agree" in out
    assert f"wrote {picture}" in out
    assert f"wrote {file}" in out
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert err == ""
    svd = opsvd.decompose(lambda x, y: np.exp(-np.abs(x - y)), opsvd.Uniform(), opsvd.Beta(2.0, 3.0), rtol=1e-6)
    loaded = opsvd.load(file)
    np.testing.assert_allclose(loaded.singular_values, svd.singular_values, rtol=0, atol=1e-12)
    assert (loaded.mu_x, loaded.mu_y) == (svd.mu_x, svd.mu_y)


def test_what_cannot_be_saved_leaves_the_rest(tmp_path, capsys, monkeypatch):
    """A measure made of functions: the table stands, stderr says why there is no file, and the status is 3."""
    (tmp_path / "laws.py").write_text("import numpy as np\nimport opsvd\n"
                                      "sinh = opsvd.Pushforward(opsvd.Gaussian(), np.sinh, np.arcsinh)\n")
    monkeypatch.chdir(tmp_path)
    assert main(["tanh(x)*y", "--x", "laws:sinh", "--no-crosscheck", "--save", "a.npz"]) == 3
    out, err = capsys.readouterr()
    assert "effective rank" in out
    assert err.startswith("opsvd: error: decomposed, but saving failed: a measure must be made of numbers to be saved")
    assert err.count("\n") == 1
    assert not (tmp_path / "a.npz").exists()


def test_infinite_moments_are_said(capsys):
    """xy under Student's law: refused with two degrees of freedom, and not to be predicted with three."""
    assert main(["x*y", "--x", "student_t(2)"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("opsvd: error: h must be square-integrable, but h^2 times the densities does not decay along "
                          "the tail of StudentT(df=2.0")
    assert main(["x*y", "--x", "student_t(3)", "--n", "30,60", "--trials", "3"]) == 0
    out = capsys.readouterr().out
    assert "undecided: sampled values tend to those of the operator, but how near they are at any n" in out


@pytest.mark.parametrize(("text", "message"), [
    ("foo(1)", "a call of 'foo', which is no measure that can be written as text. A measure is one of"),
    ("uniform(1, 0)", "in the measure 'uniform(1, 0)': high must be larger than low"),
    ("uniform(1", "is not well formed at character 8: '(' was never closed"),
    ("beta(2)", "beta(a, b, low=0.0, high=1.0) does not take these arguments: missing a required argument: 'b'"),
    ("beta(-1, 2)", "a must be positive, got -1.0"),
    ("gaussian(0, 1, 2)", "too many positional arguments"),
    ("gaussian(sigma=2)", "does not take these arguments"),
    ("uniform(low=0, low=1)", "an argument that is given twice"),
    ("normal(0, 1)", "write gaussian(mean, std)"),
    ("unifrom(0, 1)", "perhaps 'uniform' is meant"),
    ("density(1)", "a Density is made of functions: make it in Python, and pass module:name"),
    ("tabulated(1)", "the table of a Density is made of functions: make it in Python, and pass module:name"),
    ("uniform(x, 1)", "unknown name 'x'"),
    ("__import__('os')", "which is not a real number"),
    ("mixture([gaussian], [0.5])", "weights must sum to one"),
    ("", "the measure must not be empty"),
    ("3", "a measure must be named, got '3'"),
    ("nosuchmodule:mu", "cannot import the module 'nosuchmodule'"),
    ("math:pi", "math:pi must be a measure, got float"),
])
@pytest.mark.parametrize("side", ["--x", "--y"])
def test_bad_measures_are_one_line(side, text, message, capsys):
    """Status 2, and a line on stderr that names the option, and says what is wrong."""
    with pytest.raises(SystemExit) as caught:
        main(["x*y", side, text])
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"opsvd: error: argument {side}: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(("options", "message"), [
    (["--x", "uniform(0, 1)", "--x-mean", "2"], "--x-mean has no use beside --x, which gives the whole measure"),
    (["--y", "uniform(0, 1)", "--y-std", "2"], "--y-std has no use beside --y, which gives the whole measure"),
])
def test_a_measure_and_its_parts(options, message, capsys):
    """A mean beside a measure is refused."""
    with pytest.raises(SystemExit):
        main(["x*y", *options])
    assert message in capsys.readouterr().err


def test_a_measure_of_the_wrong_dimension(capsys):
    """Numbers for vectors."""
    assert main(["x*y", "--x", "uniform(0, 1)", "--k", "3"]) == 2
    assert "--x must be a measure on R^3, as --k or the other measure says, got Uniform" in capsys.readouterr().err


@pytest.mark.thorough
def test_complex_kernels(tmp_path, capsys, monkeypatch):
    """A function of a module: values, cross-check, picture and file; a formula says that it is one of real numbers."""
    (tmp_path / "waves.py").write_text("import numpy as np\n\n\ndef fourier(x, y):\n    return np.exp(2j * x * y)\n")
    monkeypatch.chdir(tmp_path)
    assert main(["waves:fourier", "--x", "uniform(-1, 1)", "--y", "uniform(-1, 1)", "--n", "40,80", "--trials", "4",
                 "--json", "--plot", "a.png", "--save", "a.npz"]) == 0
    record = json.loads(capsys.readouterr().out)
    true = opsvd.exact.exp_i_product_uniform(2.0, 6)
    np.testing.assert_allclose(record["singular_values"][:6], true, rtol=0, atol=1e-10)
    assert record["crosscheck"]["agrees"] is True
    assert opsvd.load("a.npz").left.dtype == np.complex128
    assert (tmp_path / "a.png").stat().st_size > 5000
    assert main(["exp(1j*x*y)"]) == 2
    assert "write a complex kernel in Python, and pass module:function" in capsys.readouterr().err
