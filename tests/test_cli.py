"""The command line: what it prints, where, and with which exit status."""

import functools
import json
import math
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import opsvd
from opsvd import cli
from opsvd.cli import main, significant
from opsvd.command_options import read_options
from opsvd.comparison.crosscheck import crosscheck
from opsvd.essay import essay_figures
from opsvd.figures import new_figure

SMALL = ["--n", "40,80", "--trials", "10"]
PNG = b"\x89PNG\r\n\x1a\n"


def test_a_person_sees_the_table(capsys):
    """Values to the digits their bars warrant, the bars, and what was done at what cost; nothing on stderr."""
    assert main(["tanh(x*y)", "--no-crosscheck"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("h(x, y) = tanh(x*y), x ~ Gaussian(mean=0.0, std=1.0), y ~ Gaussian(mean=0.0, std=1.0)\n")
    first = out.splitlines()[3].split()
    assert first[0] == "1"
    assert first[1].startswith("0.523183285")
    assert float(first[2]) <= 1e-10 * 0.523183285
    facts = ("norm:", "tail:", "effective rank:  1.29501379", "method:", "status:          converged", "evaluations:")
    assert all(fact in out for fact in facts)
    assert err == ""


def test_the_crosscheck_is_printed(capsys):
    """Unless it is refused, the comparison with random matrices follows, and its verdict decides the status."""
    assert main(["sin(x*y)", *SMALL]) == 0
    out = capsys.readouterr().out
    check = crosscheck(lambda x, y: np.sin(x * y), n=(40, 80), trials=10, rng=0)
    assert check.agrees
    assert check.verdict in out


def test_a_disagreement_has_status_one(capsys, monkeypatch):
    """Where sampling and quadrature disagree, the status is 1 and the verdict is printed all the same."""
    honest = cli.crosscheck

    def against_another(h, **options):
        wrong = opsvd.decompose(lambda x, y: 2.0 * np.sin(x * y))
        return honest(h, **options | {"svd": wrong})

    monkeypatch.setattr(cli, "crosscheck", against_another)
    assert main(["sin(x*y)", *SMALL, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["crosscheck"]["agrees"] is False


def test_an_undecided_crosscheck_has_status_zero(capsys):
    """With matrices too small to predict anything, the verdict says so, and nothing has disagreed."""
    assert main(["tanh(x*y)", "--n", "2", "--trials", "2"]) == 0
    assert "undecided" in capsys.readouterr().out


def test_json_holds_everything(capsys):
    """The JSON is valid, and holds what the library returns, to the last bit."""
    assert main(["sin(x*y)", *SMALL, "--json", "--rtol", "1e-8", "--y-std", "0.5"]) == 0
    record = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    svd = opsvd.decompose(lambda x, y: np.sin(x * y), opsvd.Gaussian(), opsvd.Gaussian(0.0, 0.5), rtol=1e-8)
    assert record["kernel"] == "sin(x*y)"
    assert record["measures"] == {
        "x": {"name": "Gaussian", "mean": 0.0, "std": 1.0}, "y": {"name": "Gaussian", "mean": 0.0, "std": 0.5}}
    assert record["singular_values"] == svd.singular_values.tolist()
    assert record["errors"] == svd.errors.tolist()
    assert record["norm"]["value"] == svd.norm
    assert record["tail"] == svd.tail
    assert record["effective_rank"]["value"] == svd.effective_rank()
    assert record["effective_rank"]["error"] == svd.effective_rank().error
    assert record["nuclear_norm"] == svd.nuclear_norm().record() | {"upper": None}
    assert record["effective_rank"]["lower"] == svd.effective_rank().lower
    assert record["effective_rank"]["extrapolated"] is True
    assert (record["method"], record["status"], record["converged"]) == (svd.method, svd.status, True)
    assert record["evaluations"] == svd.evaluations
    assert [note.split(" is null")[0] for note in record["notes"][:2]] == ["nuclear_norm.upper", "effective_rank.upper"]
    assert [note for note in record["notes"] if note.startswith("crosscheck.z and")] == record["notes"][2:]
    assert any(None in row for row in record["crosscheck"]["z"])
    assert [[value is None for value in row] for row in record["crosscheck"]["predicted_mean"]] == [
        [value is None for value in row] for row in record["crosscheck"]["z"]]
    assert record["crosscheck"]["n"] == [40, 80]
    assert len(record["crosscheck"]["z"]) == 2
    assert record["crosscheck"]["agrees"] is True


def test_json_has_no_infinities():
    """Numbers that JSON cannot hold become null, at any depth; numpy's become Python's."""
    given = {"a": np.array([1.0, np.inf]), "b": [math.nan, {"c": np.float64(-np.inf)}], "d": np.int64(3), "e": "inf"}
    assert cli._plain(given) == {"a": [1.0, None], "b": [None, {"c": None}], "d": 3, "e": "inf"}


def test_the_measures_and_options_reach_the_computation(capsys):
    """E x^2 = 1 + 4 under N(1, 2^2): the single value of xy is sqrt(5); and max_rank and method are passed on."""
    assert main(["x*y", "--x-mean", "1", "--x-std", "2", "--no-crosscheck", "--json", "--method", "hermite"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["singular_values"] == pytest.approx([5**0.5], abs=1e-9)
    assert "ermite" in record["method"]
    assert main(["sin(x*y)", "--max-rank", "2", "--no-crosscheck", "--json", "--method", "panels"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert len(record["singular_values"]) == 2
    assert "panel" in record["method"].lower()


def test_long_spectra_are_cut_in_the_table(capsys):
    """The table stops at twenty rows and says how many more there are."""
    assert main(["sin(x*y)", "--no-crosscheck"]) == 0
    out = capsys.readouterr().out
    rank = opsvd.decompose(lambda x, y: np.sin(x * y)).rank
    assert rank > 20
    assert f"and {rank - 20} more" in out
    assert sum(line.split()[:1] == [str(i)] for i in range(1, 40) for line in out.splitlines()) == 20


@pytest.mark.parametrize(("formula", "words"), [
    ("exp(-(x-y)**2/2)", "positive semidefinite, as far as eigenvalues are listed"),
    ("x+y", "1 of the 2 eigenvalues listed are negative"), ("x+2*y", None)])
def test_the_signs_of_eigenvalues_are_told(formula, words, capsys):
    """Of symmetric kernels the report says how many eigenvalues are negative; of others it says nothing."""
    assert main([formula, "--no-crosscheck", "--rtol", "1e-6"]) == 0
    line = [row for row in capsys.readouterr().out.splitlines() if row.startswith("symmetric:")]
    assert [row.split(maxsplit=1)[1] for row in line] == ([] if words is None else [words])


def test_one_large_matrix(capsys):
    """With --sample one matrix is drawn, its cost said on stderr beforehand, and nothing else computed."""
    assert main(["tanh(x*y)", "--sample", "6000,5000", "--max-rank", "2"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("opsvd: cross approximation of 6000 x 5000 in about")
    assert out.startswith("h(x, y) = tanh(x*y), x ~ Gaussian(")
    assert "\n\none sampled matrix, n = 6000, m = 5000, engine LowRank(" in out
    assert main(["x*y", "--k", "3", "--sample", "50", "--max-rank", "4"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert float(rows[6].split()[1]) > 0.5    # the third value of <x, y> in R^3, and
    assert float(rows[7].split()[1]) < 1e-12    # no fourth one
    assert main(["x*y", "--sample", "20", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert records["records"][0]["quantity"] == "s_1"
    assert records["records"][0]["standard_error"] is None
    assert records["notes"] == ["standard_error is null: one matrix does not tell how others scatter"]
    assert (records["n"], records["m"], len(records["singular_values"])) == (20, 20, 20)
    assert records["effective_rank"]["value"] == pytest.approx(1.0)


def test_rank_zero_is_printed(capsys):
    """The zero kernel has no singular values, and says so without failing."""
    assert main(["0*x*y", "--no-crosscheck"]) == 0
    assert "converged" in capsys.readouterr().out


@pytest.mark.thorough
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture_is_drawn(suffix, tmp_path, capsys):
    """--plot writes a picture of the kind that its name says, and prints where."""
    path = tmp_path / f"sine.{suffix}"
    assert main(["sin(x*y)", *SMALL, "--plot", str(path)]) == 0
    assert f"wrote {path}" in capsys.readouterr().out
    assert path.read_bytes().startswith(PNG if suffix == "png" else b"<?xml")


def test_a_picture_without_matplotlib_is_refused_at_once(tmp_path, capsys, monkeypatch):
    """A missing matplotlib is said before anything is computed."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in ("decompose", "essay_figures"):
        monkeypatch.setattr(cli, name, lambda *_, **__: pytest.fail("computed first"))
    assert main(["x*y", "--plot", str(tmp_path / "x.png")]) == 3
    assert "--plot needs matplotlib, which is not installed" in capsys.readouterr().err
    assert main(["--essay", str(tmp_path / "figures")]) == 3
    assert "--essay needs matplotlib, which is not installed" in capsys.readouterr().err
    assert not (tmp_path / "figures").exists()


@pytest.mark.thorough
def test_the_essay_is_drawn(tmp_path, capsys, monkeypatch):
    """--essay makes its directory and writes its figures there."""
    monkeypatch.setattr(cli, "essay_figures", functools.partial(essay_figures, ranks_n=(5, 9)))
    directory = tmp_path / "new" / "figures"
    assert main(["--essay", str(directory), "--n", "5,9", "--trials", "1"]) == 0
    out = capsys.readouterr().out
    for letter in "abc":
        path = directory / f"low_rank_exps_{letter}.png"
        assert path.read_bytes().startswith(PNG)
        assert f"wrote {path}" in out


def test_the_essay_is_drawn_for_other_functions(tmp_path, monkeypatch):
    """--phi takes names, formulas in z with commas of their own, and module:function."""
    (tmp_path / "mine.py").write_text("import numpy as np\ndef cubes(z):\n    return z**3\n")
    monkeypatch.chdir(tmp_path)
    seen = {}

    def figures(**options):
        seen.update(options)
        return [new_figure(1, 1) for _ in range(3)]

    monkeypatch.setattr(cli, "essay_figures", figures)
    phi = "relu, max(z, min(0.5, -z)), mine:cubes"
    assert main(["--essay", ".", "--phi", phi]) == 0
    assert list(seen["functions"]) == ["relu", "max(z, min(0.5, -z))", "mine:cubes"]
    assert [float(phi(-2.0)) for phi in seen["functions"].values()] == [0.0, 0.5, -8.0]
    assert {path.name for path in tmp_path.glob("*.png")} == {f"low_rank_exps_{letter}.png" for letter in "abc"}


def test_a_shortfall_is_a_note(capsys, monkeypatch):
    """A ConvergenceWarning is one plain line on stderr, stands in the JSON too, and leaves status 0."""
    honest = cli.decompose

    def short(*args, **options):
        warnings.warn("the tolerance was not reached", opsvd.ConvergenceWarning, stacklevel=2)
        return honest(*args, **options)

    monkeypatch.setattr(cli, "decompose", short)
    assert main(["x*y", "--no-crosscheck", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == "opsvd: note: the tolerance was not reached\n"
    assert json.loads(out)["notes"][0] == "the tolerance was not reached"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tnah(x*y)"], "perhaps 'tanh' is meant"),
        ([""], "the formula must not be empty"),
        (["x*y", "--x-std", "-1"], "--x-std must be positive, got -1.0"),
        (["x*y", "--y-std", "inf"], "--y-std must be finite"),
        (["x*y", "--y-mean", "nan"], "--y-mean must be finite"),
        (["x*y", "--rtol", "2"], "--rtol must be below 1"),
        (["x*y", "--max-rank", "0"], "--max-rank must be an integer of at least 1"),
        (["x*y", "--sample", "9", "--max-rank", "-3"], "--max-rank must be an integer of at least 1"),
        (["nosuchmodule:h"], "cannot import the module 'nosuchmodule'"),
        (["x*y", "--trials", "0"], "--trials must be an integer of at least 1"),
        (["x*y", "--trials", "1"], "--trials must be at least 2"),
        (["x*y", "--trials", "1000000000000"], "--trials must be an integer of at most 100000"),
        (["x*y", "--seed", "-1"], "--seed must be an integer of at least 0, got -1"),
        (["x*y", "--sample", "9", "--seed", "-1"], "--seed must be an integer of at least 0, got -1"),
        (["tanh(x*y)", "--k", "3", "--method", "panels"], "--method must be auto with --k"),
    ],
)
def test_wrong_usage_is_one_line(arguments, message, capsys, monkeypatch):
    """A value that cannot be is one line on stderr with status 2, before anything is computed."""
    for name in ("decompose", "monte_carlo"):
        monkeypatch.setattr(cli, name, lambda *_, **__: pytest.fail("computed first"))
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("opsvd: error: ")
    assert err.count("\n") == 1
    assert message in err


KERNELS = """
import os, signal, sys
import numpy as np

def raises(x, y):
    if x.size > 90:
        raise ZeroDivisionError("division of a person by zero")
    return np.tanh(x * y)

def at(n, what):
    def h(x, y):
        if x.shape == (n, 1):
            what()
        return np.tanh(x * y)
    return h

def fails():
    raise LookupError("no table for that")

def no_memory():
    return np.empty((10**9, 10**9))

raises_in_samples, too_large = at(77, fails), at(77, no_memory)
interrupted_in_samples = at(77, lambda: os.kill(os.getpid(), signal.SIGINT))
interrupted = at(3, lambda: os.kill(os.getpid(), signal.SIGINT))
ends = at(3, sys.exit)

def nan_in_samples(x, y):
    return np.where(x.size in (77, 77 * 77), np.nan, np.tanh(x * y))    # and beside the points too

def größe(x, y):
    return x * y
"""


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """A module of kernels that fail, or are interrupted, in the current directory."""
    (tmp_path / "hostile.py").write_text(KERNELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    # Shells let programs in the background ignore Ctrl-C, and tests that run there.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
    sys.modules.pop("hostile", None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["exp(x*y)"], "E[h^2]"),
        (["log(x)"], "h must be finite, but h("),
        (["log(x*y)", "--k", "3"], "h must be finite"),
        (["math:atan2"], "h must accept arrays and broadcast"),
        (["hostile:raises"], "ZeroDivisionError: division of a person by zero (in hostile.py, line 7)"),
        (["hostile:ends"], "hostile:ends called sys.exit(None)"),
        (["x*y", "--k", "1000000000000"], "not enough memory"),
    ],
)
@pytest.mark.usefixtures("kernels")
def test_an_error_is_one_line(arguments, message, capsys):
    """What fails before the decomposition is one line on stderr with status 3, and nothing on stdout."""
    assert main(arguments) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("opsvd: error: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "needs a KERNEL"),
        (["x*y", "--essay", "figures"], "and not both"),
        (["x*y", "--n", "100,ten"], "needs whole numbers of at least 1, such as 100,300,1000, got '100,ten'"),
        (["x*y", "--n", "0"], "needs whole numbers of at least 1"),
        (["x*y", "--plot", "picture.gif"], "needs a name that ends in .png, .pdf, .svg, got 'picture.gif'"),
        (["x*y", "--save", "result.txt"], "needs a name that ends in .npz, got 'result.txt'"),
        (["x*y", "--save", "no/such/directory/result.npz"], "needs a directory that exists"),
        (["x*y", "--plot", "no/such/directory/picture.png"], "needs a directory that exists"),
        (["x*y", "--plot", "directory.png"], "needs a file that can be written"),
        (["--essay", "file"], "needs a directory that can be written or made, got 'file'"),
        (["--essay", "file/in/it"], "needs a directory that can be written or made"),
        (["x*y", "--method", "magic"], "invalid choice: 'magic'"),
        (["x*y", "--rtol", "small"], "invalid float value: 'small'"),
        (["x*y", "--n", "1000000000000"], "needs whole numbers of at most 1000000"),
        (["x*y", "--sample", "1000000000000"], "needs whole numbers of at most 1000000"),
        (["x*y", "--sample", "10,20,30"], "needs one number, or two for the rows and columns of one matrix"),
        (["x*y", "--scale", "2"], "--scale C needs --k K"),
        (["x*y", "--phi", "relu"], "--phi has no use without --essay DIR"),
        (["--essay", "figures", "--phi", "relu,,gelu"], "functions must be different, with commas between"),
        (["--essay", "figures", "--phi", "relu(x)"], "unknown name 'x'. A function of z is made of z, pi, e"),
        (["--essay", "figures", "--phi", "relo"], "unknown name 'relo'; perhaps 'relu' is meant"),
        (["x*y", "--k", "3", "--scale", "nan"], "needs a number other than zero"),
        (["x*y", "--tril", "3"], "there is no option '--tril', perhaps --trials is meant"),
        (["x*y", "x+y"], "takes one KERNEL, got 'x+y' as well"),
        (["-x*y"], "there is no option '-x*y'; if it is a formula, it stands after --"),
        (["--json", "--", "-x*y", "x"], "takes one KERNEL, got 'x' as well"),
    ],
)
def test_a_wrong_option_is_explained(arguments, message, capsys, tmp_path, monkeypatch):
    """A command line that makes no sense ends with status 2 and one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "directory.png").mkdir()
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("opsvd: error: ")
    assert err.count("\n") == 1
    assert message in err


VALUES = {
    "--rtol": "1e-3", "--max-rank": "2", "--method": "auto", "--k": "2", "--scale": "2",
    "--x-mean": "0", "--x-std": "1", "--y-mean": "0", "--y-std": "1",
    "--n": "10", "--trials": "5", "--seed": "1", "--sample": "10", "--plot": "a.png",
    "--save": "a.npz", "--essay": "figures", "--no-crosscheck": None, "--json": None}
PROBLEM = {"--max-rank", "--k", "--scale", "--x-mean", "--x-std", "--y-mean", "--y-std", "--json"}
USED = {
    "--essay": {"--n", "--trials", "--seed"},
    "--sample": PROBLEM | {"--seed"},
    "--no-crosscheck": PROBLEM | {"--rtol", "--method", "--plot", "--save"},
}


def words(*options):
    """Options with their values; --scale comes with --k, as it must."""
    needed = [*options, *(["--k"] if "--scale" in options and "--k" not in options else [])]
    return [word for option in needed for word in (option, VALUES[option]) if word is not None]


@pytest.mark.parametrize("option", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_every_pair_of_options_is_used_or_refused(option, other, capsys):
    """Of two options, either both have a use, or the command line is refused with the names of both."""
    mode = next((name for name in USED if name in (option, other)), None)
    kernel = [] if mode == "--essay" else ["x*y"]
    line = [*kernel, *(words(option, other) if option != other else words(option))]
    if mode is None or {option, other} <= USED[mode] | {mode}:
        read_options(line)
        return
    with pytest.raises(SystemExit):
        read_options(line)
    err = capsys.readouterr().err
    assert f"beside {mode}" in err
    assert "leave one of them out" in err


def test_numbers_with_an_exponent_may_be_negative():
    """--x-mean -1e-3 is a number, and not an option."""
    assert read_options(["x*y", "--x-mean", "-1e-3", "--y-mean", "-2"]).x_mean == -1e-3


def test_a_scale_on_the_line(capsys):
    """--k 1 with a scale is tanh(0.5 x y), for any means."""
    assert main(["tanh(x*y)", "--k", "1", "--scale", "0.5", "--x-mean", "1", "--no-crosscheck", "--json"]) == 0
    svd = opsvd.decompose(lambda x, y: np.tanh(0.5 * x * y), opsvd.Gaussian(1.0))
    record = json.loads(capsys.readouterr().out)
    np.testing.assert_allclose(record["singular_values"][:3], svd.singular_values[:3], atol=1e-10)


@pytest.mark.parametrize(("name", "message"), [
    ("raises_in_samples", "LookupError: no table for that (in hostile.py"),
    ("nan_in_samples", "h must be finite"),
    ("too_large", "not enough memory"),
])
@pytest.mark.usefixtures("kernels")
def test_what_fails_after_the_decomposition_leaves_it(name, message, capsys):
    """The table stands on stdout, the failure on stderr, and the status is 3; in JSON the failure is in the object."""
    line = [f"hostile:{name}", "--n", "77", "--trials", "3"]
    assert main(line) == 3
    out, err = capsys.readouterr()
    assert "0.5231832" in out
    assert err.startswith("opsvd: error: decomposed, but the comparison with random matrices failed: ")
    assert err.count("\n") == 1
    assert message in err
    assert main([*line, "--json"]) == 3
    record = json.loads(capsys.readouterr().out)
    assert record["singular_values"][0] == pytest.approx(0.523183285)
    assert record["crosscheck"] is None
    assert message in record["failures"][0]


def test_a_picture_that_fails_leaves_the_rest(tmp_path, capsys, monkeypatch):
    """Where the picture cannot be written after all, the tables are there, and the status is 3."""
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(cli, "summary_figure", full)
    assert main(["sin(x*y)", *SMALL, "--plot", str(tmp_path / "a.png")]) == 3
    out, err = capsys.readouterr()
    assert "agree" in out
    assert "wrote" not in out
    assert err == "opsvd: error: decomposed, but the picture failed: no space left\n"


def test_growing_kernels_are_decomposed_and_compared(capsys):
    """exp(0.49xy), whose singular functions have no fourth moments: all is printed, and what nobody knows is said."""
    assert main(["exp(0.49*x*y)", "--n", "40,80", "--trials", "5"]) == 0
    out, err = capsys.readouterr()
    assert "1.2915340527650" in out
    assert "undecided" in out
    assert "fourth moments of the singular functions are infinite" in out
    assert err == ""


@pytest.mark.parametrize(("name", "printed"), [("interrupted", False), ("interrupted_in_samples", True)])
@pytest.mark.usefixtures("kernels")
def test_an_interruption_has_its_status(name, printed, capsys):
    """Ctrl-C ends with status 130, in one line, with what was done on stdout."""
    line = [f"hostile:{name}", "--n", "40,77", "--trials", "3"]
    assert main(line) == 130
    out, err = capsys.readouterr()
    assert ("0.5231832" in out) == printed
    assert "interrupted" in err
    assert ("interrupted, with 3 of 3 at n = 40, 0 of 3 at n = 77" in out) == printed
    assert main([*line, "--json"]) == 130
    out = capsys.readouterr().out
    if printed:
        record = json.loads(out)
        assert "interrupted" in record["failures"][0]
        assert (record["crosscheck"]["drawn"], record["crosscheck"]["interrupted"]) == ([3], True)
    else:
        assert out == ""


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize(("name", "status", "message"), [
    ("interrupted_in_samples", 130, "opsvd: interrupted: nothing was computed"),
    ("too_large", 3, "opsvd: error: not enough memory"),
    ("raises_in_samples", 3, "opsvd: error: LookupError: no table for that (in hostile.py, line 18)"),
    ("nan_in_samples", 3, "opsvd: error: h must be finite"),
])
def test_a_sample_that_ends_early(name, status, message, capsys):
    """With --sample nothing is done before the end; after the cost, stderr has one line."""
    assert main([f"hostile:{name}", "--sample", "77"]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith(message)
    assert err.count("\n") <= 2


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_what_is_done_of_an_interrupted_comparison_is_printed(json, capsys, monkeypatch, tmp_path):
    """A comparison, or a sample, that returns a part is printed, and the status is 130; no picture is begun."""
    def part(honest, *args, **options):
        result = honest(*args, **options)
        object.__setattr__(result, "interrupted", True)
        return result

    for name in ("crosscheck", "monte_carlo"):
        monkeypatch.setattr(cli, name, functools.partial(part, getattr(cli, name)))
    assert main(["sin(x*y)", *SMALL, *json, "--plot", str(tmp_path / "a.png")]) == 130
    out, err = capsys.readouterr()
    assert "agree" in out
    assert "0.48586" in out
    assert "interrupted" in err
    assert not (tmp_path / "a.png").exists()
    assert main(["sin(x*y)", "--sample", "40", *json]) == 130
    assert "effective" in capsys.readouterr().out


@pytest.mark.parametrize("where", ["computing", "writing"])
def test_a_failed_essay_leaves_no_folder(where, tmp_path, capsys, monkeypatch):
    """Whether the numbers or the writing fail, the directories made for them are gone, and others stay."""
    class Unwritable:
        def savefig(self, *_, **__):
            raise OSError("no space left")

    def figures(**_):
        if where == "computing":
            raise MemoryError
        return Unwritable(), Unwritable(), Unwritable()

    monkeypatch.setattr(cli, "essay_figures", figures)
    assert main(["--essay", str(tmp_path / "new" / "figures")]) == 3
    assert capsys.readouterr().err.startswith("opsvd: error: ")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old").mkdir()
    assert main(["--essay", str(tmp_path / "old")]) == 3
    assert (tmp_path / "old").is_dir()


def run(*arguments, encoding="utf-8", **options):
    """Run the command line in a process of its own."""
    return subprocess.run([sys.executable, "-m", "opsvd", *arguments], check=False, stderr=subprocess.PIPE,
                          env=os.environ | {"PYTHONIOENCODING": encoding}, **options)


@pytest.mark.thorough
@pytest.mark.usefixtures("kernels")
def test_terminals_without_signs():
    """Where stdout is ASCII, +- takes the place of the sign, and names are escaped."""
    done = run("hostile:größe", "--n", "40", "--trials", "2", encoding="ascii", stdout=subprocess.PIPE)
    assert done.returncode == 0
    text = done.stdout.decode("ascii")
    assert r"gr\xf6\xdfe" in text
    assert " +- " in text
    assert done.stderr == b""


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk():
    """What cannot be printed is an error in one line, and Python's own end adds nothing."""
    with Path("/dev/full").open("wb") as full:
        done = run("x*y", "--no-crosscheck", stdout=full)
    assert done.returncode == 3
    assert done.stderr.count(b"\n") == 1


@pytest.mark.thorough
def test_a_reader_that_stops():
    """`opsvd ... | head` says nothing on stderr; the status is that of a broken pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    done = run("x*y", "--no-crosscheck", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_help_explains_itself(capsys):
    """--help says what a kernel is, shows examples, and documents the exit status and the JSON."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    words = ("a function h(x, y) of two random variables", 'opsvd "tanh(x*y)"', "module:function", "status", "null")
    assert all(word in out for word in words)
    assert max(map(len, out.splitlines())) <= 120
    assert all(f"\n  {status} " in out for status in (0, 1, 2, 3, 130, 141))
    assert all(f"  {option} " in out for option in VALUES)


def test_the_version_is_that_of_the_package(capsys):
    """--version prints the package's version."""
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"opsvd {opsvd.__version__}\n"


def test_a_leading_minus_follows_two_dashes(capsys):
    """A formula that begins with a minus is given after --, as --help says."""
    assert main(["--no-crosscheck", "--json", "--", "-x*y"]) == 0
    assert json.loads(capsys.readouterr().out)["kernel"] == "-x*y"


def test_options_may_follow_two_dashes():
    """What stands after -- and is an option is one, before or after the formula."""
    for words in (["--", "-x*y", "--rtol", "1e-3", "--json"], ["--json", "--", "-x*y", "--rtol", "1e-3"],
                  ["-x*y".replace("-", "0-"), "--", "--json", "--rtol=1e-3"]):
        options = read_options(words)
        assert options.kernel.endswith("-x*y")
        assert (options.rtol, options.json) == (1e-3, True)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.52318328512345, 2e-10, "0.5231832851"),
        (0.5, 1e-10, "0.5000000000"),
        (0.5, 0.0, "0.5000000000000000"),
        (1234.5678, 0.05, "1234.57"),
        (5.0, 1.0, "5"),
        (5.0, 7.0, "5"),
        (1.234e-12, 3e-14, "1.23e-12"),
        (0.0, 1e-3, "0"),
        (2.0, 1e-30, "2.000000000000000"),
        (math.inf, 0.0, "inf"),
    ],
)
def test_digits_follow_the_error(value, error, text):
    """The last digit written is the first that the error reaches, and never beyond what a double holds."""
    assert significant(value, error) == text


@pytest.mark.thorough
def test_it_runs_as_a_module(tmp_path):
    """`python -m opsvd` runs in a process of its own, and finds a module of the current directory."""
    (tmp_path / "mykernels.py").write_text("import numpy as np\n\ndef wave(x, y):\n    return np.sin(x * y)\n")
    command = [sys.executable, "-m", "opsvd", "mykernels:wave", "--no-crosscheck", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    record = json.loads(done.stdout)
    assert record["kernel"] == "wave"
    assert record["singular_values"][0] == pytest.approx(0.4858682717566457, abs=1e-10)


def test_a_python_function_of_vectors(tmp_path, capsys, monkeypatch):
    """With --k, module:function may be a function of x*y, or one of vectors, which takes no --scale."""
    (tmp_path / "vectorial.py").write_text(
        "import numpy as np\n\ndef inner(x, y):\n    return np.tanh(np.sum(x * y, axis=-1))\n\n"
        "def phi(x, y):\n    return np.tanh(x * y)\n\ndef wrong(x, y):\n    return np.tanh(x) * y\n")
    monkeypatch.syspath_prepend(tmp_path)
    line = ["--k", "3", "--rtol", "1e-4", "--no-crosscheck", "--json"]
    values = []
    for name in ("inner", "phi"):
        assert main([f"vectorial:{name}", *line]) == 0
        values.append(json.loads(capsys.readouterr().out)["values"][:2])
    np.testing.assert_allclose(*values, rtol=1e-6)
    assert main(["vectorial:inner", *line, "--scale", "0.5"]) == 2
    assert "--scale is the factor of <x, y>" in capsys.readouterr().err
    assert main(["vectorial:wrong", *line]) == 2
    assert "or module:function, a function of arrays of vectors, shape (..., 3)" in capsys.readouterr().err


def test_vectors_are_asked_for_by_their_dimension(capsys):
    """--k 3 reads x*y as <x, y>, prints multiplicities, and compares multiplets; --scale multiplies."""
    assert main(["tanh(x*y)", "--k", "3", "--rtol", "1e-4", "--n", "100", "--trials", "5"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("h(x, y) = tanh(x*y) with <x, y> for x*y, x ~ Gaussian.standard(3)")
    assert "3 times" in out
    assert "1 (3 times)" in out
    arguments = ["tanh(x*y)", "--k", "100", "--no-crosscheck", "--json", "--rtol", "1e-6"]
    assert main([*arguments, "--scale", "1/sqrt(k)"]) == 0
    record = json.loads(capsys.readouterr().out)
    svd = opsvd.decompose(opsvd.elementwise(lambda z: np.tanh(0.1 * z), 100), rtol=1e-6)
    np.testing.assert_allclose(record["values"], svd.values, atol=1e-12)
    assert record["multiplicities"] == svd.multiplicities.tolist()
    assert record["measures"]["x"] == {"name": "GaussianVector", "k": 100, "std": 1.0}


@pytest.mark.parametrize(("arguments", "message"), [
    (["tanh(x + y)", "--k", "3"], "KERNEL must be a function of x*y with --k"),
    (["tanh(x*y)", "--k", "0"], "--k must be an integer of at least 1"),
    (["tanh(x*y)", "--k", "3", "--x-mean", "1"], "--x-mean and --y-mean must be zero with --k"),
])
def test_vectors_that_cannot_be(capsys, arguments, message):
    """What the command line does not take for vectors is said, with status 2."""
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("x", "y", "value", "name"), [
    ("sphere(3)", "sphere(3)", np.sinh(1.0), "Sphere"),
    ("ball(3, 1)", "sphere(k=3)", None, "Ball"),
    ("rotational(3, uniform(0, 1))", "ball(3)", None, "Rotational"),
    ("product(uniform(-1, 1), uniform(-1, 1), uniform(-1, 1))", "gaussian([0, 0, 0], cov=0.01)", None, "Product"),
])
def test_measures_of_vectors_by_name(x, y, value, name, capsys):
    """Spheres, balls, laws of the length and products, for a function of <x, y>."""
    assert main(["exp(x*y)", "--k", "3", "--x", x, "--y", y, "--no-crosscheck", "--json", "--rtol", "1e-2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["measures"]["x"]["name"] == name
    if value is not None:
        assert abs(found["values"][0] - value) <= 1e-10
