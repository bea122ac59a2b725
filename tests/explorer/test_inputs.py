"""What is typed into the page, as a problem and as code."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import opsvd
from opsvd.explorer import EXAMPLES, HELP, Inputs


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))
def test_examples_can_be_read(example):
    """Each example names a kernel and measures that fit each other."""
    inputs = Inputs(*example)
    (mu_x, mu_y), kernel = inputs.measures(), inputs.kernel()
    assert kernel.dims == (mu_x.dim, mu_y.dim) == (inputs.k, inputs.k)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (Inputs("tnah(x*y)"), "perhaps 'tanh' is meant"),
        (Inputs("x*y", x="gausian"), "gausian"),
        (Inputs("x*y", x="beta(2)"), "does not take these arguments"),
        (Inputs("x + y", k=3), "for k = 3 the formula must be a function of x\\*y"),
        (Inputs("x*y", x="sphere(3)"), "measure of x must be one of R\\^1.*set k = 3"),
        (Inputs("x*y", y="circle", k=3), "measure of y must be one of R\\^3"),
        (Inputs("antigravity:h"), "formula must not have a colon.*--edit"),
        (Inputs("x*y", y="antigravity:mu"), "measure must not have a colon"),
    ],
)
def test_what_makes_no_sense_is_refused(inputs, message):
    """The message says what is wrong, and what to do; modules are never imported."""
    with pytest.raises(ValueError, match=message):
        (inputs.kernel(), inputs.measures())


def test_the_kernel_has_the_name_of_its_formula():
    """Figures and messages name what was typed; for vectors they say what x*y stands for."""
    assert Inputs("sin(x*y)").kernel().name == "sin(x*y)"
    assert Inputs("sin(x*y)", k=2).kernel().name == "sin(x*y) with <x, y> for x*y"


@pytest.mark.parametrize("inputs", [
    Inputs("sin(x*y)", rtol=1e-4, n=(20, 40)),
    Inputs("exp(-abs(x - y))", "uniform(0, 1)", "beta(2, 3)", rtol=1e-4, n=(20, 40)),
    Inputs("tanh(x*y)", k=3, rtol=1e-3, n=(20, 40)),
], ids=lambda inputs: inputs.formula)
def test_the_code_computes_what_the_page_shows(inputs, monkeypatch, capsys):
    """The code runs by itself, and its values are those of the kernel and the measures of the page."""
    monkeypatch.setattr(plt, "show", lambda: None)
    names = {}
    exec(inputs.code(), names)  # noqa: S102 -- the code is what is tested
    plt.close("all")
    svd = opsvd.decompose(inputs.kernel(), *inputs.measures(), rtol=inputs.rtol)
    assert np.array_equal(names["svd"].singular_values, svd.singular_values)
    assert names["check"].n == inputs.n
    assert "agree" in capsys.readouterr().out


def test_the_help_lists_functions_and_measures():
    """What can be typed is what the readers of formulas and measures take."""
    assert "softplus" in HELP
    assert "`beta(a, b, low=0.0, high=1.0)`" in HELP
