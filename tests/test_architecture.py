"""The layers of docs/design.md, read from its table and checked against every import in the package."""

import ast
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import opsvd

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "opsvd"

# Imports that point upwards, each with its reason; they stand inside functions, so that loading stays one-way.
UPWARDS = {
    ("answer", "figures"): "OperatorSVD.plot draws itself; matplotlib loads only when it is asked to",
}

# What sampling may know, so that the cross-check compares two computations that share no code.
SAMPLING_LAYERS = {0, 1, 2, 3, 5}


@dataclass(frozen=True)
class Import:
    """One import: the unit it stands in, the module it names, and whether it waits inside a function."""

    unit: str
    target: str
    lazy: bool
    typing: bool
    where: str


def layer_table() -> dict[str, int]:
    """Read {unit: layer} from the table, where a unit is a module or a package directly below opsvd."""
    table = {}
    for line in (ROOT / "docs" / "design.md").read_text(encoding="utf-8").splitlines():
        if row := re.match(r"\|\s*(\d+)\s*\|([^|]*)\|", line):
            table |= {name.strip("/"): int(row[1]) for name in re.findall(r"`([^`]+)`", row[2])}
    return table


LAYERS = layer_table()


def module_name(path: Path) -> str:
    """Return the dotted name of a file: opsvd/quadrature/rule.py is opsvd.quadrature.rule."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def unit_of(module: str) -> str:
    """Return the part of a module's name that the table lists, or "" for opsvd itself."""
    return module.split(".")[1] if "." in module else ""


UNITS = {unit_of(module) for module in MODULES}


def named_modules(node: ast.Import | ast.ImportFrom, path: Path) -> list[str]:
    """Return the absolute names of the modules that an import statement in `path` names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    package = path.relative_to(ROOT).parent.parts
    base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
    base = base if node.level else str(node.module)
    # `from . import a` names the module a; `from .a import b` names a, unless b is a module itself.
    return [f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names]


def statements(tree: ast.AST, lazy: bool = False, typing: bool = False) -> Iterator[tuple[ast.stmt, bool, bool]]:
    """Yield every import statement below `tree`, and whether it is inside a function or under TYPE_CHECKING."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, lazy, typing
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        yield from statements(node, lazy or inside, typing or checking)


def imports_of(module: str) -> list[Import]:
    """Return every import of a module of opsvd."""
    path = MODULES[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        Import(unit_of(module), target, lazy, typing, f"{path.relative_to(ROOT)}:{node.lineno}")
        for node, lazy, typing in statements(tree)
        for target in named_modules(node, path)
    ]


def is_ours(target: str) -> bool:
    """Tell whether a module belongs to opsvd."""
    return target.split(".")[0] == "opsvd"


INTERNAL = [item for module in MODULES for item in imports_of(module) if is_ours(item.target)]
EXTERNAL = [item for module in MODULES for item in imports_of(module) if not is_ours(item.target)]


def reached_from(unit: str) -> set[str]:
    """Return the units that `unit` imports, at once or through others, but for the listed upward imports."""
    reached, waiting = set(), [unit]
    while waiting:
        current = waiting.pop()
        reached.add(current)
        targets = {unit_of(item.target) for item in INTERNAL if item.unit == current}
        waiting += [target for target in targets - reached if (current, target) not in UPWARDS]
    return reached - {unit}


def test_every_module_has_a_layer():
    """A module that the table does not list could import anything; opsvd itself and __main__ stand above it."""
    assert UNITS - {"", "__main__"} <= set(LAYERS)


def test_the_table_lists_only_what_exists():
    """The design page does not describe modules that are not there."""
    assert set(LAYERS) - UNITS == set()


def test_imports_point_downwards():
    """A module imports from its own layer and those below; the exceptions are lazy and listed with their reasons."""
    wrong = [
        f"{item.where}: {item.unit} (layer {LAYERS[item.unit]}) imports {item.target}"
        for item in INTERNAL
        if item.unit in LAYERS
        and LAYERS.get(unit_of(item.target), math.inf) > LAYERS[item.unit]
        and not ((item.unit, unit_of(item.target)) in UPWARDS and (item.lazy or item.typing))
    ]
    assert wrong == []


def test_every_listed_exception_is_used():
    """An exception that nothing needs any more is removed from the list."""
    assert set(UPWARDS) <= {(item.unit, unit_of(item.target)) for item in INTERNAL}


def test_sampling_knows_nothing_of_the_methods():
    """The cross-check is independent: nothing that sampling reaches, even through others, is a method or a result."""
    assert {unit for unit in reached_from("sampling") if LAYERS.get(unit) not in SAMPLING_LAYERS} == set()


def test_the_core_needs_numpy_and_scipy_alone():
    """Other packages come in through _optional.require; an import for the type checker costs nothing."""
    allowed = {"numpy", "scipy", *sys.stdlib_module_names}
    assert [f"{i.where}: {i.target}" for i in EXTERNAL if i.target.split(".")[0] not in allowed and not i.typing] == []


def test_the_top_level_is_only_a_list_of_names():
    """opsvd/__init__.py holds a docstring, imports, __all__ and __version__."""
    docstring, *body = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)
    rest = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    assert all(isinstance(node, ast.Assign) for node in rest)
    assert sorted(ast.unparse(node.targets[0]) for node in rest) == ["__all__", "__version__"]


def test_the_api_page_lists_every_public_name():
    """docs/api.rst and opsvd.__all__ say the same."""
    page = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    listed = re.findall(r"^    (\w+)$", page, re.MULTILINE)
    assert sorted(listed) == sorted(set(opsvd.__all__) - {"__version__"})


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("from .rule import Rule", "quadrature/x.py", ["opsvd.quadrature.rule"]),
        ("from ..kernels import Kernel", "quadrature/x.py", ["opsvd.kernels"]),
        ("from . import kernels, measures", "x.py", ["opsvd.kernels", "opsvd.measures"]),
        ("from opsvd import Kernel", "x.py", ["opsvd"]),
        ("import opsvd.kernels", "x.py", ["opsvd.kernels"]),
        ("from scipy.special import erf", "x.py", ["scipy.special"]),
    ],
)
def test_imports_are_resolved(source, path, expected):
    """The reader of imports, on which everything above rests, understands every form of the statement."""
    (node,) = ast.parse(source).body
    assert named_modules(node, PACKAGE / path) == expected


def test_lazy_and_typing_imports_are_told_apart():
    """An import inside a function is lazy; one under TYPE_CHECKING is for the type checker alone."""
    source = "import a\nif TYPE_CHECKING:\n    import b\nclass C:\n    def f(self):\n        import c\n"
    found = [(node.names[0].name, lazy, typing) for node, lazy, typing in statements(ast.parse(source))]
    assert found == [("a", False, False), ("b", False, True), ("c", True, False)]
