"""How the package is built: the layers of docs/design.md against every import, and rules that every file keeps."""

import ast
import graphlib
import inspect
import io
import math
import re
import subprocess
import sys
import tokenize
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import opsvd

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "opsvd"

# Lazy imports that point upwards, as pairs of units, each with its reason.
UPWARDS: dict[tuple[str, str], str] = {}

# Imports that close a circle of files, as pairs of modules, each with its reason.
CIRCLES: dict[tuple[str, str], str] = {}

# The files that construct results, and those that write the words of a status.
RESULTS_CONSTRUCTED_IN = {"answer/assembly.py", "answer/loading.py"}
NOT_CONVERGED_WRITTEN_IN = {"answer/status.py"}

# The most module-level numbers: it may fall, and may not rise.
MOST_NUMBERS = 150

# Notebooks, which marimo runs and nothing imports: they stand above all layers, as what a person writes does.
NOTEBOOKS = {"explorer/notebook.py"}

# What sampling may know, so that the cross-check compares two computations that share no code.
SAMPLING_LAYERS = {0, 1, 2, 3, 5}


@dataclass(frozen=True)
class Import:
    """One import: the unit and the module it stands in, the module it names, and whether it waits inside a function."""

    unit: str
    module: str
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


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))
           if path.relative_to(PACKAGE).as_posix() not in NOTEBOOKS}
SOURCES = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in MODULES.values()}


# Worked out when they are first asked for, and not by every process that collects tests.
@cache
def tree_of(source: str) -> ast.Module:
    """Return the syntax tree of a file, which is made once."""
    return ast.parse(source)


def trees() -> dict[str, ast.Module]:
    """Return the syntax trees of all files, by name."""
    return {name: tree_of(source) for name, source in SOURCES.items()}


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
        if isinstance(node, ast.expr):    # which holds no statement
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, lazy, typing
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        yield from statements(node, lazy or inside, typing or checking)


def imports_of(module: str) -> list[Import]:
    """Return every import of a module of opsvd."""
    path = MODULES[module]
    return [
        Import(unit_of(module), module, target, lazy, typing, f"{path.relative_to(ROOT)}:{node.lineno}")
        for node, lazy, typing in statements(trees()[path.relative_to(PACKAGE).as_posix()])
        for target in named_modules(node, path)
    ]


def is_ours(target: str) -> bool:
    """Tell whether a module belongs to opsvd."""
    return target.split(".")[0] == "opsvd"


@cache
def internal() -> list[Import]:
    """Return all imports of modules of opsvd."""
    return [item for module in MODULES for item in imports_of(module) if is_ours(item.target)]


def external() -> list[Import]:
    """Return all imports of other modules."""
    return [item for module in MODULES for item in imports_of(module) if not is_ours(item.target)]


def reached_from(unit: str) -> set[str]:
    """Return the units that `unit` imports, at once or through others, but for the listed upward imports."""
    reached, waiting = set(), [unit]
    while waiting:
        current = waiting.pop()
        reached.add(current)
        targets = {unit_of(item.target) for item in internal() if item.unit == current}
        waiting += [target for target in targets - reached if (current, target) not in UPWARDS]
    return reached - {unit}


def circle(arrows: Iterable[tuple[str, str]]) -> list[str]:
    """Return the nodes of a circle of arrows, the first of them again at the end, or nothing."""
    graph: dict[str, set[str]] = {}
    for start, end in arrows:
        graph.setdefault(start, set()).add(end)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def strings(tree: ast.AST) -> Iterator[str]:
    """Yield all text in a tree but docstrings, and other text that is a statement."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield from strings(node)


def constructs(tree: ast.AST, name: str) -> bool:
    """Tell whether a class is called by its name, or as `cls` by its own methods."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == name]
    own = [node for found in classes for node in ast.walk(found)]
    return any(isinstance(call, ast.Name) and (call.id == name or (call.id == "cls" and call in own)) for call in calls)


def tells_functions_apart(tree: ast.AST) -> bool:
    """Tell whether isinstance asks for a class whose name ends in Functions."""
    return any(
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "isinstance"
        and any(name.endswith("Functions") for name in re.findall(r"\w+", ast.unparse(node.args[1])))
        for node in ast.walk(tree)
    )


def numbers(source: str) -> dict[str, bool]:
    """Return the numbers of a module, by name, and whether each has its line and its reason to itself.

    A number is a name that a statement of the module binds to an expression in which a number is written; functions,
    dictionaries and text are none. Its reason is a comment on its line or directly above, or text directly below.
    """
    found = {}
    lines = [line.strip() for line in source.splitlines()]
    for node in tree_of(source).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        names = [ast.unparse(name) for name, value in pairs if is_number(value)]
        reason = [lines[node.lineno - 2].startswith("#"), "#" in lines[node.end_lineno - 1],
                  "".join(lines[node.end_lineno:node.end_lineno + 1]).lstrip("r").startswith('"""')]
        found |= dict.fromkeys(names, len(names) == 1 and any(reason))
    return found


def is_number(value: ast.expr) -> bool:
    """Tell whether an expression computes something from numbers written in it."""
    nodes = list(ast.walk(value))
    kinds = {type(node.value) for node in nodes if isinstance(node, ast.Constant)}
    others = ast.Lambda | ast.Dict | ast.DictComp | ast.ListComp
    return bool(kinds & {int, float}) and str not in kinds and not any(isinstance(node, others) for node in nodes)


def lines_of_code(source: str) -> set[int]:
    """Return the numbers of the lines of a file that hold code: no blank lines, comments or docstrings."""
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in silent:
            code |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            code -= set(range(node.lineno, node.end_lineno + 1))
    return code


def functions_of(source: str) -> list[tuple[str, int]]:
    """Return the functions of a file, and their lines of code."""
    code = sorted(lines_of_code(source))
    return [(node.name, bisect_right(code, node.end_lineno) - bisect_left(code, node.lineno))
            for node in ast.walk(tree_of(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_every_module_has_a_layer():
    """A module that the table does not list could import anything; opsvd itself and __main__ stand above it."""
    assert UNITS - {"", "__main__"} <= set(LAYERS)


def test_the_table_lists_only_what_exists():
    """The design page does not describe modules that are not there."""
    assert set(LAYERS) - UNITS == set()


def test_every_file_has_a_place():
    """The design page names each."""
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[\w]+\.py", page)) | {"__init__.py"}
    assert {path.name for path in PACKAGE.rglob("*.py")} - named == set()


def test_imports_point_downwards():
    """A module imports from its own layer and those below, lazily and for types too; what is listed is lazy."""
    wrong = [
        f"{item.where}: {item.unit} (layer {LAYERS[item.unit]}) imports {item.target}"
        for item in internal()
        if item.unit in LAYERS
        and LAYERS.get(unit_of(item.target), math.inf) > LAYERS[item.unit]
        and not ((item.unit, unit_of(item.target)) in UPWARDS and item.lazy)
    ]
    assert wrong == []


def test_every_listed_exception_is_used():
    """An exception that nothing needs any more is removed from the list."""
    assert set(UPWARDS) <= {(item.unit, unit_of(item.target)) for item in internal()}
    assert set(CIRCLES) <= {(item.module, item.target) for item in internal()}


def test_no_files_import_each_other_in_a_circle():
    """Each file can be read without those that use it: lazy imports and those for types count as well."""
    assert circle({(item.module, item.target) for item in internal()} - set(CIRCLES)) == []


def test_results_are_constructed_in_few_places():
    """What an answer consists of is decided where it is assembled, and where it is loaded."""
    assert {name for name, tree in trees().items()
            if "OperatorSVD" in SOURCES[name] and constructs(tree, "OperatorSVD")} <= RESULTS_CONSTRUCTED_IN


def test_the_words_of_a_status_are_written_in_few_places():
    """Every kind of answer that has not met its tolerance says so in the same words."""
    assert {name for name, tree in trees().items()
            if any("not converged" in text for text in strings(tree))} <= NOT_CONVERGED_WRITTEN_IN


def test_singular_functions_are_not_told_apart():
    """What depends on the kind of singular functions is a method of theirs."""
    assert {name for name, tree in trees().items() if tells_functions_apart(tree)} == set()


def test_no_kind_of_kernel_has_an_svd_of_its_own():
    """All kernels take one way from discretisation to answer."""
    assert {name for name in SOURCES if name.endswith("_svd.py")} == set()


def test_few_files_lie_outside_the_folders():
    """A folder is an idea; directly in opsvd are the driver and what people call."""
    assert len([path for path in PACKAGE.iterdir() if path.is_file()]) <= 12


def test_files_are_short():
    """A file has at most 400 lines."""
    assert {name for name, source in SOURCES.items() if len(source.splitlines()) > 400} == set()


def test_functions_are_short():
    """A function has at most 50 lines of code: those of files where one spans more lines are counted."""
    spans = {name: max((node.end_lineno - node.lineno + 1 for node in ast.walk(tree)
                        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)), default=0)
             for name, tree in trees().items()}
    assert {(name, function) for name, source in SOURCES.items() if spans[name] > 50
            for function, lines in functions_of(source) if lines > 50} == set()


def test_every_number_has_a_reason():
    """A number of a module stands alone, and a comment or a docstring says where it comes from."""
    wrong = [f"{name}: {number}" for name, source in SOURCES.items()
             for number, reason in numbers(source).items() if not reason]
    assert wrong == []


def test_numbers_are_few():
    """Numbers that one function uses stand in it, and what can be an option is one."""
    assert sum(len(numbers(source)) for source in SOURCES.values()) <= MOST_NUMBERS


def test_sampling_knows_nothing_of_the_methods():
    """The cross-check is independent: nothing that sampling reaches, even through others, is a method or a result."""
    assert {unit for unit in reached_from("sampling") if LAYERS.get(unit) not in SAMPLING_LAYERS} == set()


def test_the_core_needs_numpy_and_scipy_alone():
    """Other packages come in through _optional.require; an import for the type checker costs nothing."""
    allowed = {"numpy", "scipy", *sys.stdlib_module_names}
    assert [f"{item.where}: {item.target}" for item in external()
            if item.target.split(".")[0] not in allowed and not item.typing] == []


def imported_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has after a statement."""
    command = [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, check=True, text=True, capture_output=True).stdout.split())


def test_importing_opsvd_imports_nothing():
    """What a name needs is imported when the name is first used: SPEC 1 of Scientific Python."""
    assert {name for name in imported_by("import opsvd") if name.split(".")[0] in ("numpy", "scipy", "opsvd")} == {
        "opsvd", "opsvd._support", "opsvd._support.public_names"}


def test_decomposing_numbers_imports_what_numbers_need():
    """Methods for vectors and for quadruple precision, and predictions, wait until they are asked for."""
    found = imported_by("import opsvd.driver; opsvd.methods.Auto")
    others = ("scipy.fft", "opsvd.prediction", "opsvd.methods.quad", "opsvd.methods.sectors", "opsvd.methods.tensor")
    assert "opsvd.methods.auto" in found
    assert [name for name in found if name.startswith(others)] == []


def test_all_public_names_import_no_statistics():
    """scipy.stats takes twice as long as all of opsvd; only the method that draws Sobol points imports it."""
    assert "scipy.stats" not in imported_by("from opsvd import *; import opsvd.cli")


def test_the_top_level_is_only_a_list_of_names():
    """opsvd/__init__.pyi holds imports, __all__ and __version__, and opsvd/__init__.py takes its names from there."""
    docstring, *body = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)
    rest = [node for node in body if not isinstance(node, ast.ImportFrom)]
    assert [ast.unparse(node) for node in rest[:-1]] == ["__version__: str"]
    assert isinstance(rest[-1], ast.Assign)
    assert ast.literal_eval(rest[-1].value) == opsvd.__all__
    assert all(hasattr(opsvd, name) for name in opsvd.__all__)


def test_signatures_name_what_is_taken_for_a_measure():
    """`help` shows the name `MeasureLike`, not all of the types behind it, which fill ten lines."""
    public = [getattr(opsvd, name) for name in opsvd.__all__]
    shown = {one.__name__: str(inspect.signature(one)) for one in public if inspect.isfunction(one)}
    assert "MeasureLike" in shown["decompose"]
    assert not [name for name, signature in shown.items() if "numpy._typing" in signature]


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


def test_circles_are_found():
    """A circle is found wherever it begins, and only if there is one."""
    assert circle([("a", "b"), ("b", "c"), ("a", "c")]) == []
    assert set(circle([("z", "a"), ("a", "b"), ("b", "c"), ("c", "a")])) == {"a", "b", "c"}


def test_constructions_are_found():
    """A class is constructed by its name, by `cls` in its own methods, and not by `cls` elsewhere."""
    assert constructs(ast.parse("def f():\n    return A(1)"), "A")
    assert constructs(ast.parse("class A:\n    def make(cls):\n        return cls(1)"), "A")
    assert not constructs(ast.parse("class B:\n    def make(cls):\n        return cls(1)\nA.made(2)"), "A")


def test_text_is_read_without_docstrings():
    """Words in messages count, formatted ones too; those in docstrings do not."""
    found = strings(ast.parse('"""a"""\ndef f():\n    """b"""\n    return f"c {1} d", "e"\nX = 1\n"""g"""'))
    assert sorted(found) == [" d", "c ", "e"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("isinstance(f, GridFunctions)", True),
        ("isinstance(f, Other | operator.GridFunctions)", True),
        ("isinstance(functions, Other)", False),
    ],
)
def test_functions_told_apart_are_found(source, expected):
    """Any class of singular functions that isinstance asks for is seen."""
    assert tells_functions_apart(ast.parse(source)) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("_A = 1    # as many as there are\n", {"_A": True}),
        ("# As many as there are.\n_A: int = 2 * B\n", {"_A": True}),
        ('A = (\n    1.0,\n)\n"""As many as there are."""\n', {"A": True}),
        ("# As many as there are.\n_A = 1\n_B = 2\n", {"_A": True, "_B": False}),
        ("# As many as there are.\n\n_A = 1\n", {"_A": False}),
        ("_A, _B = 1, 2    # as many as there are\n", {"_A": False, "_B": False}),
        ("A = True\nB = 'two'\nC = {1: 2}\nD = lambda: 1\nE = f(C)\ndef g():\n    F = 1\n", {}),
    ],
)
def test_numbers_and_their_reasons_are_found(source, expected):
    """Reasons stand beside, directly above or directly below; of two numbers in a line none has its own."""
    assert numbers(source) == expected


def test_lines_of_code_are_counted():
    """Blank lines, comments and docstrings do not count; statements over several lines do, with all of them."""
    source = 'def f():\n    """Say.\n\n    More.\n    """\n\n    # why\n    return (1,\n            2)\n'
    assert functions_of(source) == [("f", 3)]
