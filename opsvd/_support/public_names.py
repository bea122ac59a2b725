"""Public names of a package that are imported when they are first used: SPEC 1 of Scientific Python."""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def from_stub(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package, from the stub ``__init__.pyi`` beside its ``file``.

    The stub tells type checkers and editors the same names, so that each stands once. ``from . import module`` is a
    module, and ``from .module import name`` a name in one.

    References
    ----------
    Scientific Python SPEC 1, "Lazy loading of submodules and functions",
    https://scientific-python.org/specs/spec-0001/.
    """
    stub = ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8"))
    places = {name.name: node.module for node in stub.body if isinstance(node, ast.ImportFrom) for name in node.names}

    def find(name: str) -> Any:
        if module := places.get(name):
            found = getattr(import_module(f"{package}.{module}"), name)
        elif find_spec(f"{package}.{name}"):    # a module, in the stub or not: opsvd.sampling works after import opsvd
            found = import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(sys.modules[package], name, found)    # the next use finds it there, without this function
        return found

    names = sorted(places)
    return find, lambda: sorted({*vars(sys.modules[package]), *names}), names
