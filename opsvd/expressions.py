"""Kernels written as text: formulas such as ``tanh(x*y)``, and ``module:function``."""

import ast
import difflib
import functools
import importlib
import itertools
import math
import operator
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from scipy import special

from .kernels import Kernel, elementwise

Term = Callable[[tuple[np.ndarray, np.ndarray]], Any]

# A formula is also the name of its kernel, in messages, tables and titles.
_MAX_LENGTH = 1000

# Each level takes two or three of the thousand frames that Python nests, both to read a formula and to evaluate it.
_MAX_DEPTH = 100

CONSTANTS = {"pi": math.pi, "e": math.e}

FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    **{name: (getattr(np, name), 1, 1) for name in (
        "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh",
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "square", "abs", "sign",
        "floor", "ceil", "rint", "sinc")},
    **{name: (getattr(special, name), 1, 1) for name in ("erf", "erfc", "ndtr")},
    "relu": (lambda z: np.maximum(z, 0.0), 1, 1),
    "sigmoid": (special.expit, 1, 1),
    "gelu": (lambda z: z * special.ndtr(z), 1, 1),
    "silu": (lambda z: z * special.expit(z), 1, 1),
    "softplus": (lambda z: np.logaddexp(0.0, z), 1, 1),
    "Phi": (special.ndtr, 1, 1),
    **{name: (getattr(np, name), 2, 2) for name in ("arctan2", "hypot", "heaviside", "maximum", "minimum")},
    "min": (lambda *values: functools.reduce(np.minimum, values), 2, 16),
    "max": (lambda *values: functools.reduce(np.maximum, values), 2, 16),
    "where": (np.where, 3, 3),
    "clip": (np.clip, 3, 3),
}
"""What a formula may call: name -> (function, fewest arguments, most arguments)."""

_ARITHMETIC: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow}
_COMPARISONS: dict[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
    ast.Eq: np.equal, ast.NotEq: np.not_equal}
_LOGICAL: dict[type[ast.boolop], Callable[..., Any]] = {ast.And: np.logical_and, ast.Or: np.logical_or}
_UNARY: dict[type[ast.unaryop], Callable[..., Any]] = {
    # Truth is 1.0 or 0.0 throughout: numpy's own booleans cannot be subtracted.
    ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Not: lambda z: np.logical_not(z) * 1.0}

# Python warns of a number that runs into a keyword, as in "1or x", and of some backslashes. A thread must not change
# filters of warnings, as they belong to the whole process: a space is put in instead, and backslashes are refused.
_NUMBER_BEFORE_KEYWORD = re.compile(
    r"((?<![\w.])(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)"
    r"|(?:(?<![\w.])\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?)(?=and|else|for|i[fns]|not|or)")

_VARIABLES: dict[str, Term] = {"x": operator.itemgetter(0), "y": operator.itemgetter(1)}

_ALLOWED = (f"A formula is made of x, y, {', '.join(CONSTANTS)}, numbers, parentheses, "
            f"+ - * / // % **, < <= > >= == !=, and or not, and the functions {', '.join(sorted(FUNCTIONS))}")
_ADVICE = "write a function, and pass module:function"

_HINTS: dict[type[ast.AST], str] = {
    ast.BitXor: "a power is written **",
    ast.BitAnd: "write `and`",
    ast.BitOr: "write `or`; an absolute value is abs(z)",
    ast.Invert: "write `not`",
    ast.IfExp: "write where(condition, a, b)",
    ast.Lambda: "write the formula alone, without `lambda x, y:`",
    ast.NamedExpr: "write the formula alone",
}
_KINDS: dict[type[ast.AST], str] = {
    ast.Attribute: "an attribute", ast.Subscript: "a subscript", ast.IfExp: "a conditional", ast.Lambda: "a lambda",
    ast.Tuple: "a tuple", ast.List: "a list", ast.Set: "a set", ast.Dict: "a dictionary",
    ast.ListComp: "a comprehension", ast.SetComp: "a comprehension", ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension", ast.JoinedStr: "a string", ast.Starred: "an unpacking",
    ast.NamedExpr: "an assignment", ast.BinOp: "an operator", ast.UnaryOp: "an operator", ast.Compare: "a comparison"}


def short(text: str) -> str:
    """Text in quotes, as messages show it: the beginning of what is long."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Say which of the known names is meant, if one is near; else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"perhaps {close[0]!r} is meant" if close else ""


class Reader:
    """Turns the syntax tree of one formula into nested functions of (x, y), and refuses whatever is not listed.

    Attributes
    ----------
    kind : str
        What the text is, for messages.
    allowed : str
        What it may be made of, as a sentence without its full stop.
    advice : str
        What to do where it is too long, or nested too deeply.
    variables : dict
        The names that stand for something other than a constant.
    """

    kind, allowed, advice, variables = "formula", _ALLOWED, _ADVICE, _VARIABLES

    def __init__(self, text: str) -> None:
        self.text = text

    def tree(self) -> ast.AST:
        """The syntax tree of the text, or ValueError."""
        text = self.text
        if len(text) > _MAX_LENGTH:
            raise ValueError(f"a {self.kind} must be at most {_MAX_LENGTH} characters long, got {len(text)}; "
                             f"{self.advice}")
        if len(text.splitlines()) > 1:
            raise ValueError(f"a {self.kind} must be one line, got {short(text)}; join its lines")
        if "\\" in text:
            raise ValueError(f"the {self.kind} {short(text)} is not well formed at character "
                             f"{text.index(chr(92)) + 1}: a backslash. {self.allowed}")
        try:
            return ast.parse(text, mode="eval").body
        except (MemoryError, RecursionError):
            raise ValueError(f"the {self.kind} {short(text)} is nested too deeply to be read; {self.advice}") from None
        except (SyntaxError, ValueError) as error:
            column = getattr(error, "offset", None)
            place = f" at character {column}" if column else ""
            raise ValueError(f"the {self.kind} {short(text)} is not well formed{place}: "
                             f"{getattr(error, 'msg', error)}. {self.allowed}") from None

    def refuse(self, node: ast.AST, what: str, hint: str = "") -> NoReturn:
        """Raise the ValueError that names `what`, where it stands, and what is allowed."""
        # ast counts columns in bytes of UTF-8.
        column = len(self.text.encode()[:getattr(node, "col_offset", 0)].decode()) + 1
        advice = f"; {hint}" if hint else ""
        raise ValueError(f"in the {self.kind} {short(self.text)}, at character {column}: {what}{advice}. "
                         f"{self.allowed}")

    def term(self, node: ast.AST, depth: int = 0) -> Term:
        """Translate one node, and what stands below it."""
        if depth > _MAX_DEPTH:
            self.refuse(node, f"more than {_MAX_DEPTH} levels of nesting", self.advice)
        function: Callable[..., Any]
        match node:
            case ast.Constant():
                return self.number(node)
            case ast.Name():
                return self.name(node)
            case ast.Call(args=parts):
                function = self.called(node)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                function, parts = _UNARY[type(op)], [operand]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                function, parts = _ARITHMETIC[type(op)], [left, right]
            case ast.BoolOp(op=op, values=parts):
                function = functools.partial(_folded, _LOGICAL[type(op)])
            case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARISONS for op in ops):
                function = functools.partial(_chained, [_COMPARISONS[type(op)] for op in ops])
                parts = [left, *others]
            case _:
                kind = _KINDS.get(type(node), type(node).__name__)
                piece = ast.get_source_segment(self.text, node) or self.text
                self.refuse(node, f"{kind}, {short(piece)}, which is not allowed", self.hint(node))
        terms = [self.term(part, depth + 1) for part in parts]
        return lambda point: function(*(term(point) for term in terms))

    def hint(self, node: ast.AST) -> str:
        """Say what to write in place of a refused node."""
        if isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
            return f"write {node.attr} alone"
        op: ast.AST = getattr(node, "op", node)
        return _HINTS.get(type(op), "")

    def number(self, node: ast.Constant) -> Term:
        """Translate a number, into a float: 9**9**9**9 is then infinite at once, and not a long integer for ever."""
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            wave = isinstance(node.value, complex) and self.kind == "formula"
            hint = "write a complex kernel in Python, and pass module:function" if wave else ""
            self.refuse(node, f"the constant {short(repr(node.value))}, which is not a real number", hint)
        value = np.float64(str(node.value))    # of its text: a long integer is infinite then, and no error
        if not np.isfinite(value):
            self.refuse(node, "a number beyond 1e308")
        return lambda _: value

    def name(self, node: ast.Name) -> Term:
        """Translate x, y or a constant."""
        if node.id in self.variables:
            return self.variables[node.id]
        if node.id in FUNCTIONS:
            self.refuse(node, f"the function {node.id!r} without its arguments", f"write for example {node.id}(x*y)")
        if node.id not in CONSTANTS:
            self.refuse(node, f"unknown name {node.id!r}", suggestion(node.id, [*CONSTANTS, *FUNCTIONS]))
        value = np.float64(CONSTANTS[node.id])
        return lambda _: value

    def called(self, node: ast.Call) -> Callable[..., Any]:
        """Return the listed function that a call names, having checked how many arguments it gets."""
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in FUNCTIONS:
            hint = self.hint(node.func) or suggestion(name, FUNCTIONS)
            if isinstance(node.func, ast.Constant | ast.BinOp) or name in (*self.variables, *CONSTANTS):
                hint = "a product is written with *"
            self.refuse(node, f"a call of {short(name)}, which is not a listed function", hint)
        function, fewest, most = FUNCTIONS[name]
        if node.keywords:
            self.refuse(node, f"a keyword argument of {name!r}", "pass arguments by position")
        if not fewest <= len(node.args) <= most:
            needed = str(fewest) if fewest == most else f"{fewest} to {most}"
            self.refuse(node, f"{name!r} needs {needed} argument(s), got {len(node.args)}")
        return function


def _folded(logical: Callable[..., Any], *values: Any) -> Any:
    return functools.reduce(logical, values) * 1.0


def _chained(comparisons: list[Callable[..., Any]], *values: Any) -> Any:
    links = (compare(*pair) for compare, pair in zip(comparisons, itertools.pairwise(values), strict=True))
    return _folded(np.logical_and, *links)


def imported(text: str) -> Any:
    """The object that ``module:name`` names, of a module that may lie in the current directory; None for other text."""
    named = re.fullmatch(r"([^\W\d][\w.]*):([^\W\d][\w.]*)", text)
    if named is None:
        return None
    module_name, path = named.groups()
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
    except Exception as error:
        raise ValueError(f"cannot import the module {module_name!r}: {type(error).__name__}: {error}; "
                         f"run in the directory that holds it, or install it") from error
    finally:
        sys.path.remove(here)
    for name in path.split("."):
        if not hasattr(found, name):
            hint = suggestion(name, vars(found)) if hasattr(found, "__dict__") else ""
            raise ValueError(f"{module_name!r} has nothing named {path!r}; {hint or 'check the name after the colon'}")
        found = getattr(found, name)
    return found


def parse_kernel(text: str) -> Callable[..., Any]:
    """Read a kernel h(x, y) from text.

    A formula is read by a whitelist over Python's syntax tree, and never by ``eval``: it can compute, and do nothing
    else. It is made of x, y, `CONSTANTS`, numbers, arithmetic, comparisons (which give 1.0 or 0.0, and may be
    chained), ``and``, ``or``, ``not`` and the functions listed in `FUNCTIONS`. All arithmetic is in float64.

    Text of the form ``module:function`` imports that module, which may lie in the current directory, and runs it.

    Parameters
    ----------
    text : str
        A formula such as ``"tanh(x*y)"`` or ``"where(x > y, 1, 0)"``, at most 1000 characters long and nested at most
        100 deep; or ``"module:function"``.

    Returns
    -------
    callable
        ``h(x, y)``, which broadcasts. That of a formula has the formula for its ``__name__``.

    Raises
    ------
    TypeError
        If `text` is not a string.
    ValueError
        If the formula holds anything not listed (the message names it, its position, and what is allowed), or if
        there is no such module or function.

    Examples
    --------
    >>> from opsvd.expressions import parse_kernel
    >>> h = parse_kernel("where(x > y, 1, 0)")
    >>> h.__name__
    'where(x > y, 1, 0)'
    >>> print(h([0.0, 1.0, 2.0], 1.0))
    [0. 0. 1.]
    >>> parse_kernel("tnah(x*y)")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: in the formula 'tnah(x*y)', at character 1: a call of 'tnah', which is not a listed function; ...
    """
    if not isinstance(text, str):
        raise TypeError(f"a kernel must be given as text, got {type(text).__name__}; pass for example 'tanh(x*y)'")
    text = text.strip()
    if not text:
        raise ValueError("the formula must not be empty, got ''; pass for example 'tanh(x*y)'")
    if (found := imported(text)) is not None:
        if not callable(found):
            raise ValueError(f"{text} must be callable as h(x, y), got {type(found).__name__}; name a function")
        return found    # type: ignore[no-any-return]
    reader = Reader(_NUMBER_BEFORE_KEYWORD.sub(r"\1 ", text))
    return _Formula(text, reader.term(reader.tree()))


class _FunctionReader(Reader):
    """Turns the syntax tree of a formula in z into a function of one number."""

    kind, variables = "function", {"z": operator.itemgetter(0)}
    allowed = _ALLOWED.replace("made of x, y,", "made of z,").replace("A formula", "A function of z")


def parse_functions(text: str) -> dict[str, Callable[..., Any]]:
    """Read functions of one variable from text, between commas.

    Each is the name of one that formulas may call, such as ``relu``, or a formula in z, such as ``tanh(2*z)``, or
    ``module:function``. Commas inside parentheses belong to a formula.

    Parameters
    ----------
    text : str

    Returns
    -------
    dict
        The functions by what was written.

    Raises
    ------
    ValueError
        If a formula holds anything that is not listed, or one function is empty or written twice.

    Examples
    --------
    >>> from opsvd.expressions import parse_functions
    >>> functions = parse_functions("relu, clip(z, -1, 1)")
    >>> list(functions), float(functions["relu"](2.0))
    (['relu', 'clip(z, -1, 1)'], 2.0)
    """
    found: dict[str, Callable[..., Any]] = {}
    depths = itertools.accumulate((character == "(") - (character == ")") for character in text)
    outside = [i for i, (character, depth) in enumerate(zip(text, depths, strict=True))
               if character == "," and depth == 0]
    for start, end in itertools.pairwise([-1, *outside, len(text)]):
        name = text[start + 1:end].strip()
        if not name or name in found:
            raise ValueError(f"functions must be different, with commas between, got {short(text)}; write for example "
                             f"relu,gelu")
        found[name] = _function_of_one(name)
    return found


def _function_of_one(text: str) -> Callable[..., Any]:
    """One function of `parse_functions`."""
    if text in FUNCTIONS and FUNCTIONS[text][1:] == (1, 1):
        return FUNCTIONS[text][0]
    if (found := imported(text)) is not None:
        if not callable(found):
            raise ValueError(f"{text} must be callable as phi(z), got {type(found).__name__}; name a function")
        return found    # type: ignore[no-any-return]
    reader = _FunctionReader(_NUMBER_BEFORE_KEYWORD.sub(r"\1 ", text))
    term = reader.term(reader.tree())
    return lambda z: term((np.asarray(z, dtype=np.float64), np.zeros(0)))


class _Formula:
    """The function h(x, y) of a formula; pickled as its text."""

    def __init__(self, text: str, term: Term) -> None:
        self.__name__ = self.__qualname__ = text
        self._term = term

    def __call__(self, x: Any, y: Any) -> Any:
        return self._term((np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)))

    def __repr__(self) -> str:
        return f"<formula {self.__name__!r}>"

    def __reduce__(self) -> tuple[Callable[[str], Callable[..., Any]], tuple[str]]:
        return parse_kernel, (self.__name__,)


def of_inner_product(h: Callable[..., Any], k: int, scale: float = 1.0) -> Kernel | None:
    """The kernel phi(scale <x, y>) of vectors of R^k, for an h(x, y) = phi(xy) of numbers; None for any other h."""
    z, one = np.array([-1.3, -0.4, 0.7, 2.1]), np.ones(1)
    h = Kernel(h)    # which says what is wrong with h, if anything is
    with np.errstate(all="ignore"):
        alike = np.array_equal(h(z, one), h(one, z), equal_nan=True) and np.allclose(
            h(4.0 * z, 0.25 * one), h(z, one), rtol=1e-12, equal_nan=True)
    if not alike:
        return None
    kernel: Kernel = elementwise(lambda w: h(scale * np.asarray(w), one), k)
    return kernel
