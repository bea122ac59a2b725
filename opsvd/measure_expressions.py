"""Measures written as text: calls such as ``uniform(0, 1)``, and ``module:name``."""

import ast
import inspect
from typing import Any

import numpy as np

from .expressions import CONSTANTS, FUNCTIONS, Reader, Term, imported, short, suggestion
from .measures import MEASURES, Measure

_IN_PYTHON = "is made of functions: make it in Python, and pass module:name"

_OTHERWISE = {
    "normal": "write gaussian(mean, std)",
    "density": f"a Density {_IN_PYTHON}",
    "pushforward": f"a Pushforward {_IN_PYTHON}",
    "tabulated": f"the table of a Density {_IN_PYTHON}",
    "gaussianvector": "write gaussian([0, 0, 0], cov=1.0), with a mean for each coordinate",
}
"""What is not called by its own name, and what to do instead."""


def _key(name: str) -> str:
    """A name without capitals and underscores: StudentT, student_t and studentt are one."""
    return name.lower().replace("_", "")


_NAMED: dict[str, type[Measure]] = {key: measure for name, measure in MEASURES.items()
                                    if (key := _key(name)) not in _OTHERWISE}


def _signature(measure: type[Measure]) -> inspect.Signature:
    """The arguments of a measure, without their types."""
    parameters = list(inspect.signature(measure.__init__).parameters.values())[1:]
    return inspect.Signature([one.replace(annotation=inspect.Parameter.empty) for one in parameters])


MEASURES_AS_TEXT = tuple(f"{name}{_signature(measure)}" for name, measure in sorted(_NAMED.items()))
"""All measures that can be written as text, with their arguments."""


class _MeasureReader(Reader):
    """Turns the syntax tree of a call into a measure."""

    kind, variables = "measure", {}
    allowed = (f"A measure is one of {', '.join(MEASURES_AS_TEXT)}; arguments are numbers, such as -1.5 or 2*pi, lists "
               f"in brackets, and measures")
    advice = "make it in Python, and pass module:name"

    def value(self, node: ast.AST, depth: int = 0) -> Any:
        """A measure, a list, or a number."""
        if depth > 20:    # more than anybody writes, and far from the depth that Python stands
            self.refuse(node, "more than 20 levels of nesting", self.advice)
        match node:
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name not in FUNCTIONS:
                options = {self.keyword(part): self.value(part.value, depth + 1) for part in keywords}
                if len(options) < len(keywords):
                    self.refuse(node, "an argument that is given twice")
                return self.measure(node, name, [self.value(part, depth + 1) for part in args], options)
            case ast.Name(id=name) if _key(name) in _NAMED or _key(name) in _OTHERWISE:
                return self.measure(node, name, [], {})
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return [self.value(part, depth + 1) for part in parts]
            case ast.Constant(value=int(number)) if not isinstance(number, bool) and number < 2**53:
                return number
            case _:
                with np.errstate(all="ignore"):
                    return float(self.term(node)((np.zeros(0), np.zeros(0))))

    def name(self, node: ast.Name) -> Term:
        """Translate a constant; what is unknown may be meant for a measure."""
        if node.id not in (*CONSTANTS, *FUNCTIONS):
            self.refuse(node, f"unknown name {node.id!r}", suggestion(_key(node.id), [*_NAMED, *CONSTANTS]))
        return super().name(node)

    def keyword(self, node: ast.keyword) -> str:
        """The name of an argument."""
        return node.arg if node.arg is not None else self.refuse(node.value, "an unpacking, which is not allowed")

    def measure(self, node: ast.AST, name: str, args: list[Any], options: dict[str, Any]) -> Measure:
        """The measure of a name and arguments."""
        key = _key(name)
        if key not in _NAMED:
            hint = _OTHERWISE.get(key) or suggestion(key, _NAMED)
            self.refuse(node, f"a call of {short(name)}, which is no measure that can be written as text", hint)
        made = MEASURES["GaussianVector"] if key == "gaussian" and "cov" in options else _NAMED[key]
        try:
            _signature(made).bind(*args, **options)
        except TypeError as error:
            self.refuse(node, f"{key}{_signature(made)} does not take these arguments: {error}")
        try:
            return made(*args, **options)
        except (TypeError, ValueError) as error:
            raise ValueError(f"in the measure {short(self.text)}: {error}") from error


def parse_measure(text: str) -> Measure:
    """Read a measure from text.

    It is written as the call that makes it in Python, by the name of its class in any case, with arguments by position
    or by name: ``"uniform(0, 1)"``, ``"gaussian(mean=1, std=2)"``, ``"beta(1/2, 1/2)"``, ``"circle"``,
    ``"mixture([gaussian(-1, 0.5), gaussian(1, 0.5)], [0.3, 0.7])"``. Arguments are numbers (with pi, e, arithmetic and
    the functions of `opsvd.parse_kernel`), lists in brackets, and measures. It is read by a whitelist over Python's
    syntax tree, and never by ``eval``. What `repr` shows of a measure whose arguments are numbers can be read as well.

    Text of the form ``module:name`` imports that module, which may lie in the current directory, and runs it; the name
    must be that of a measure.

    Parameters
    ----------
    text : str

    Returns
    -------
    Measure

    Raises
    ------
    TypeError
        If `text` is not a string, or ``module:name`` is no measure.
    ValueError
        If the text names no measure (the message lists them all), or the arguments are not those of the measure, or if
        there is no such module or name.

    Examples
    --------
    >>> import opsvd
    >>> opsvd.parse_measure("beta(2, 3)")
    Beta(a=2.0, b=3.0, low=0.0, high=1.0)
    >>> opsvd.parse_measure("beta(2)")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: in the measure 'beta(2)', at character 1: beta(a, b, low=0.0, high=1.0) does not take these ...
    """
    if not isinstance(text, str):
        raise TypeError(f"a measure must be given as text, got {type(text).__name__}; pass for example 'uniform(0, 1)'")
    text = text.strip()
    if not text:
        raise ValueError("the measure must not be empty, got ''; pass for example 'uniform(0, 1)'")
    if (found := imported(text)) is None:
        reader = _MeasureReader(text)
        found = reader.value(reader.tree())
        if not isinstance(found, Measure):
            raise ValueError(f"a measure must be named, got {short(text)}; pass for example 'uniform(0, 1)'. "
                             f"{reader.allowed}")
    if not isinstance(found, Measure):
        raise TypeError(f"{text} must be a measure, got {type(found).__name__}; name one, such as opsvd.Uniform(0, 1)")
    return found
