"""Formulas: the right value for everything listed, a clear refusal of everything else."""

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from opsvd.expressions import CONSTANTS, FUNCTIONS, parse_kernel
from opsvd.kernels import Kernel

X, Y = np.array([[-1.3], [0.4], [2.0]]), np.array([[-0.7, 0.4, 1.9, 3.0]])

VALUES = {
    "tanh(x*y)": np.tanh(X * Y),
    "exp(0.3*x*y)": np.exp(0.3 * X * Y),
    "x*y > 1": X * Y > 1,
    "where(x > y, 1, 0)": X > Y,
    "max(x*y, 0)": np.maximum(X * Y, 0),
    "min(x, y, 0.5)": np.minimum(np.minimum(X, Y), 0.5),
    "log(abs(x*y))": np.log(np.abs(X * Y)),
    "-x**2 + 3 - +y": -(X**2) + 3 - Y,
    "x % 2 + y // 2 - x/y": X % 2 + Y // 2 - X / Y,
    "2**-x * pi - e": 2.0**-X * math.pi - math.e,
    "0 < x < y <= 3": (X > 0) & (X < Y) & (Y <= 3),
    "x == y or not x >= 0": (X == Y) | (X < 0),
    "x > 0 and y > 0 and x != y": (X > 0) & (Y > 0) & (X != Y),
    "(x > y) - (y > x)": np.sign(X - Y),
    "clip(x*y, -1, 1) + heaviside(x - y, 0.5)": np.clip(X * Y, -1, 1) + np.heaviside(X - Y, 0.5),
    "relu(x*y) + Phi(x - y)": np.maximum(X * Y, 0) + special.ndtr(X - Y),
    "sigmoid(x*y) * softplus(y)": np.log1p(np.exp(Y)) / (1 + np.exp(-X * Y)),
    "gelu(x) + silu(y)": X * (1 + special.erf(X / math.sqrt(2))) / 2 + Y / (1 + np.exp(-Y)),
    "  hypot(x, y)  ": np.sqrt(X**2 + Y**2),
    "1e-3*sinc(x)*y**3": 1e-3 * np.sin(np.pi * X) / (np.pi * X) * Y**3,
}

REFUSED = {
    "tnah(x*y)": (1, "a call of 'tnah', which is not a listed function"),
    "1 + tanhh(x)": (5, "perhaps 'tanh' is meant"),
    "x + ppi": (5, "unknown name 'ppi'; perhaps 'pi' is meant"),
    "é + z": (1, "unknown name 'é'"),
    "'é', z": (1, "a tuple"),
    "sin(x) + z": (10, "unknown name 'z'"),
    "abs('é') + z": (5, "the constant \"'é'\", which is not a real number"),
    "x.__class__": (1, "an attribute, 'x.__class__', which is not allowed"),
    "2*x.real": (3, "an attribute, 'x.real', which is not allowed"),
    "().__class__.__bases__[0].__subclasses__()": (1, "which is not a listed function"),
    "__import__('os').system('ls')": (1, "which is not a listed function"),
    "__import__": (1, "unknown name '__import__'"),
    "eval(x)": (1, "a call of 'eval'"),
    "np.tanh(x*y)": (1, "write tanh alone"),
    "x[0]": (1, "a subscript, 'x[0]'"),
    "lambda x, y: x*y": (1, "a lambda, 'lambda x, y: x*y', which is not allowed; write the formula alone"),
    "[x for x in y]": (1, "a comprehension"),
    "sin(x for x in y)": (4, "a comprehension"),
    "1 if x > y else 0": (1, "write where(condition, a, b)"),
    "x^2": (1, "a power is written **"),
    "1 + (x & y)": (6, "write `and`"),
    "x | y": (1, "write `or`"),
    "~x": (1, "write `not`"),
    "x @ y": (1, "an operator, 'x @ y'"),
    "x << 2": (1, "an operator, 'x << 2'"),
    "x is y": (1, "a comparison, 'x is y'"),
    "x in y": (1, "a comparison, 'x in y'"),
    "2(x + y)": (1, "a product is written with *"),
    "x(y)": (1, "a product is written with *"),
    "sin(x, out=y)": (1, "a keyword argument of 'sin'; pass arguments by position"),
    "sin(*x)": (5, "an unpacking, '*x'"),
    "sin(x, y)": (1, "'sin' needs 1 argument(s), got 2"),
    "max(x)": (1, "'max' needs 2 to 16 argument(s), got 1"),
    "x + sin": (5, "the function 'sin' without its arguments"),
    "1j*x": (1, "the constant '1j', which is not a real number"),
    "True": (1, "the constant 'True'"),
    "'x'": (1, "which is not a real number"),
    "f'{x}'": (1, "a string"),
    "...": (1, "the constant 'Ellipsis'"),
    "(z := x)": (2, "an assignment"),
    "{x: y}": (1, "a dictionary"),
    "1e999": (1, "a number beyond 1e308"),
    "9"*900: (1, "a number beyond 1e308"),
    "-"*300 + "x": (102, "more than 100 levels of nesting"),
}

MALFORMED = {
    "": "the formula must not be empty",
    "   ": "the formula must not be empty",
    "x +": "is not well formed",
    "(x": "is not well formed at character 1: '(' was never closed",
    "x y": "is not well formed at character",
    "x; y": "is not well formed at character",
    "import os": "is not well formed at character",
    "x = 2": "is not well formed at character",
    "x\0": "is not well formed",
    "(x +\ny)": "a formula must be one line",
    "x" * 1001: "at most 1000 characters long, got 1001",
    "(" * 400 + "x" + ")" * 400: "too",
}


@pytest.mark.parametrize("text", VALUES)
def test_a_formula_has_the_value_it_says(text):
    """Every formula agrees with the same thing written in numpy, on a grid, and keeps its text as its name."""
    h = parse_kernel(text)
    assert h.__name__ == text.strip()
    values, expected = (np.broadcast_to(array, (3, 4)) for array in (h(X, Y), VALUES[text] * 1.0))
    np.testing.assert_allclose(values, expected, rtol=1e-14)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_listed_function_can_be_called(name):
    """Each function is read with its fewest arguments, broadcasts, and gives finite floats in its domain."""
    _, fewest, _ = FUNCTIONS[name]
    first = "1 + x" if name == "arccosh" else "x"
    h = parse_kernel(f"{name}({', '.join([first, 'y', '0.5'][:fewest])})")
    values = np.asarray(h(np.array([[0.3]]), np.array([[0.7]])))
    assert values.dtype == np.float64
    assert np.isfinite(values).all()


@pytest.mark.parametrize("text", VALUES)
def test_a_formula_is_a_kernel(text):
    """Whatever is read passes the wrapper's own trial, and a formula without x or y gives a plain number."""
    assert Kernel(parse_kernel(text)).grid(X[:, 0], Y[0]).shape == (3, 4)
    assert parse_kernel("2*pi")(X, Y) == 2 * math.pi


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_listed_is_refused(text):
    """The message names the piece, its position counted in characters, and what is allowed."""
    position, piece = REFUSED[text]
    with pytest.raises(ValueError, match=f"at character {position}: ") as caught:
        parse_kernel(text)
    assert piece in str(caught.value)
    assert "A formula is made of x, y, pi, e, numbers" in str(caught.value)


@pytest.mark.parametrize("text", MALFORMED)
def test_what_cannot_be_read_is_refused(text):
    """Text that is no expression, or too much of one, gives a ValueError and never another exception."""
    with pytest.raises(ValueError, match="formula") as caught:
        parse_kernel(text)
    assert MALFORMED[text] in str(caught.value)


def test_powers_of_integers_are_floats():
    """A tower of powers overflows at once, where integers would compute for ever."""
    with np.errstate(over="ignore"):
        assert parse_kernel("9**9**9**9")(X, Y) == math.inf
        assert parse_kernel("10**400")(X, Y) == math.inf
    with np.errstate(invalid="ignore"):
        assert np.isnan(parse_kernel("(-1)**0.5")(X, Y))


@given(st.text(alphabet="xye0123456789.+-*/%()<>=!,[]{}_'\" \\abcdfgilmnoprstw&|^~@#\n", max_size=40))
def test_no_text_gives_anything_but_a_value_or_a_value_error(text):
    """Random text is either read, and gives real numbers, or refused with ValueError."""
    try:
        h = parse_kernel(text)
    except ValueError:
        return
    with np.errstate(all="ignore"):
        values = np.broadcast_to(np.asarray(h(X, Y)), (3, 4))
    assert values.dtype == np.float64


@given(st.recursive(
    st.sampled_from(["x", "y", "pi", "2", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"cos({text})")),
    max_leaves=12))
def test_arithmetic_agrees_with_python(text):
    """A random formula agrees with Python's own reading of it: precedence and nesting are the language's."""
    expected = eval(text, {"__builtins__": {}}, {"x": X, "y": Y, "cos": np.cos, **CONSTANTS})  # noqa: S307
    np.testing.assert_array_equal(parse_kernel(text)(X, Y), expected)


def test_a_function_of_a_module_is_found(tmp_path, monkeypatch):
    """module:function is imported from the current directory, with dots on both sides, leaving sys.path as it was."""
    (tmp_path / "mykernels_a.py").write_text("def h(x, y):\n    return x - y\n\nclass Box:\n    h = staticmethod(h)\n")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert parse_kernel("mykernels_a:h")(3.0, 1.0) == 2.0
    assert parse_kernel(" mykernels_a:Box.h ")(3.0, 1.0) == 2.0
    assert parse_kernel("numpy.linalg:norm") is np.linalg.norm
    assert sys.path == before


def test_what_a_module_lacks_is_named(tmp_path, monkeypatch):
    """A missing module, a broken module, a missing name and a name that cannot be called each say so."""
    (tmp_path / "mykernels_b.py").write_text("constant = 3\n")
    (tmp_path / "mykernels_broken.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="cannot import the module 'mykernels_none': ModuleNotFoundError"):
        parse_kernel("mykernels_none:h")
    with pytest.raises(ValueError, match="cannot import the module 'mykernels_broken': ZeroDivisionError"):
        parse_kernel("mykernels_broken:h")
    with pytest.raises(ValueError, match="nothing named 'konstant'; perhaps 'constant' is meant"):
        parse_kernel("mykernels_b:konstant")
    with pytest.raises(ValueError, match="nothing named 'qqq'; check the name after the colon"):
        parse_kernel("mykernels_b:qqq")
    with pytest.raises(ValueError, match=r"mykernels_b:constant must be callable as h\(x, y\), got int"):
        parse_kernel("mykernels_b:constant")


def test_only_text_is_read():
    """Anything but a string is refused by type."""
    with pytest.raises(TypeError, match="a kernel must be given as text, got function"):
        parse_kernel(lambda x, y: x * y)
