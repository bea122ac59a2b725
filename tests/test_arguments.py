"""Every argument of every public function, with everything that it is not: accepted, or refused in clear words."""

import contextlib
import inspect
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import MethodType

import matplotlib.pyplot as plt
import measure_rows  # noqa: F401 -- it adds rows
import pytest
from argument_table import ROWS, Row
from bad_arguments import VALUES

import opsvd

PACKAGE = str(Path(opsvd.__file__).parent)

# What a message must say to do, in one of these words.
ADVICE = re.compile(r"\b(pass|use|leave|take|give|write|return|convert|define|lower|raise|keep|sort|drop|decompose|"
                    r"add|compare|let|make|install|save|choose|name|start|normalise)\b")
# A kernel that does not take the points of a measure may be told of in place of the measure.
ALSO_NAMED = {"mu_x": "h", "mu_y": "h", "dims": "h", "text": "formula", "array": "matrix", "kernel": "x"}
# Of the values that a costly function accepts, so many are tried.
TRIED = 1


@pytest.fixture(autouse=True, scope="module")
def elsewhere(tmp_path_factory):
    """What is saved under names such as "abc" goes to a directory of its own, and figures are closed."""
    with contextlib.chdir(tmp_path_factory.mktemp("arguments")):
        yield
    plt.close("all")


def parameters(row: Row) -> list[str]:
    """The names of a function's arguments."""
    function = row.function()
    if inspect.isclass(function) and function.__init__ is not object.__init__:
        return list(inspect.signature(function.__init__).parameters)[1:]
    return list(inspect.signature(function).parameters)


def unclear(error: BaseException, name: str, given: object) -> str:
    """What is wrong with an error about the argument `name`, or nothing."""
    if not isinstance(error, (TypeError, ValueError, *((OSError,) if name == "path" else ()))):
        return f"{type(error).__name__} is no error about arguments"
    where = traceback.extract_tb(error.__traceback__)[-1]
    if not where.filename.startswith(PACKAGE):
        return f"it comes from {where.filename}:{where.lineno}"
    return unsaid(str(error), name, given)


def unsaid(message: str, name: str, given: object) -> str:
    """What a message about the argument `name` does not say, or nothing."""
    if not re.search(rf"\b({name}|{ALSO_NAMED.get(name, name)})\b", message):
        return "it does not name the argument"
    if not re.search(r"\b(got|returned|failed)\b", message) and repr(given) not in message:
        return "it does not say what came"
    if not ADVICE.search(message):
        return "it does not say what to do"
    return ""


def complaints(row: Row, name: str) -> Iterator[str]:
    """Everything that is wrong with how a function takes the values as one of its arguments."""
    tried = sorted(row.accepts[name])[: TRIED if row.costly else None]
    for value, make in VALUES.items():
        if value in row.accepts[name] and value not in tried:
            continue
        given = make()
        arguments = row.fitting() | {name: given}
        try:
            row.function()(**arguments)
        except BaseException as error:  # noqa: BLE001 -- whatever comes is judged
            if value in row.accepts[name]:
                if value not in row.fails:
                    yield f"{value} is refused: {type(error).__name__}: {error}"
            elif what := unclear(error, name, given):
                yield f"{value} is unclear, {what}: {type(error).__name__}: {error}"
        else:
            if value not in row.accepts[name]:
                yield f"{value} is accepted"


@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning", "ignore::opsvd.LongSamplingWarning")
@pytest.mark.parametrize(("function", "name"), [(function, name) for function, row in ROWS.items()
                                                for name in row.accepts])
def test_every_value_is_accepted_or_refused_in_clear_words(function, name):
    """TypeError or ValueError, from opsvd, naming the argument, what came, and what to do."""
    assert list(complaints(ROWS[function], name)) == []


# Public modules, whose functions, classes and methods have rows.
MODULES = (opsvd, opsvd.sampling, opsvd.spectrum, opsvd.testing, opsvd.exact, opsvd.kernels, opsvd.methods)

# Classes that the library makes, of what it has checked; what is abstract; and what argument checks are made of.
MADE_BY_THE_LIBRARY = {
    "Certificate", "Cost", "CrossCheck", "DecayLaw", "Dependence", "DeterministicEquivalent", "FiniteSizePrediction",
    "MatrixCheck", "MatrixSpectrum", "MonteCarloSpectrum", "MonteCarloSweep", "NotLowRankError", "OperatorSVD",
    "RadialEquivalent", "Remainder", "Sample", "SingularFunctions", "TrialError"}
ABSTRACT = {"Engine", "LineMeasure", "Measure", "Method", "SampledMatrix"}
# Of the package of kernels, what users call is in the others too; the rest is called by the library.
CALLED_OF_KERNELS = {"BlockKernel", "Elementwise", "Kernel", "MatrixKernel", "as_kernel", "blockwise", "elementwise"}
HELPERS = set(opsvd.kernels.__all__) - CALLED_OF_KERNELS | {"hold_for_few_points"} | {
    "parse_measure",    # its errors name the place in the text
    "Product"}    # takes any number of measures: see tests/measures/test_product.py
# Methods that other parts of the library call, with what they have checked.
CALLED_BY_THE_LIBRARY = {
    "along", "at_points", "block_memory", "box", "choose", "coarseness", "contains", "converted", "coordinate",
    "coordinate_of_variable", "coordinates_of_normal", "discretisation", "discretisations", "extended", "fill",
    "finite_beside", "finite_grid", "for_kernel", "from_state", "from_uniform", "half_density", "in_products", "label",
    "leading", "limited", "listed", "log_density", "logarithmic_slope", "mapped", "mixed_of_members", "moved",
    "non_finite", "of_root", "one_pass", "order", "pairs", "pilot_rank", "placed", "points", "polynomials",
    "preceded_by", "quantile", "radial", "radial_sums", "reconstruct", "recurrence", "refusal", "require_polynomials",
    "require_whole", "rule",
    "scaled", "state", "supported", "through", "times", "truncated", "unplaced", "values", "variable"}


def underlying(function: object) -> object:
    """The function of a bound or static method, and of an object that is called."""
    if isinstance(function, staticmethod | classmethod | MethodType):
        return function.__func__
    return function if inspect.isfunction(function) or inspect.isclass(function) else type(function).__call__


def takes_arguments(function: object, fewest: int) -> bool:
    """Whether a function or class has at least so many parameters."""
    try:
        return len(inspect.signature(function).parameters) >= fewest
    except (TypeError, ValueError):    # exceptions
        return False


def public_functions() -> Iterator[tuple[str, object]]:
    """Everything public that takes arguments: functions, classes, methods and calls, with their names."""
    kinds: dict[type, None] = {}
    for module in MODULES:
        for name in module.__all__:
            member = getattr(module, name)
            if not (inspect.isclass(member) or inspect.isfunction(member)) or name in HELPERS:
                continue
            if inspect.isclass(member):
                kinds[member] = None
            if name not in MADE_BY_THE_LIBRARY | ABSTRACT and takes_arguments(member, 1):
                yield name, member
    for kind in kinds:
        for name in dir(kind):
            method = underlying(inspect.getattr_static(kind, name)) if hasattr(kind, name) else None
            public = name == "__call__" or (name[0] != "_" and name not in CALLED_BY_THE_LIBRARY)
            fewest = 1 if isinstance(inspect.getattr_static(kind, name, None), staticmethod) else 2
            if (inspect.isfunction(method) and public and kind.__name__ not in ABSTRACT
                    and takes_arguments(method, fewest)):
                yield f"{kind.__name__}.{name}", method


def test_every_public_function_has_a_row():
    """What is new, or has a new argument, has a row that says which values fit."""
    known = {underlying(row.function()) for row in ROWS.values()}
    assert [name for name, function in public_functions() if function not in known] == []
    assert {name: parameters(row) for name, row in ROWS.items() if set(parameters(row)) != set(row.accepts)} == {}


def test_the_lists_of_exceptions_name_what_exists():
    """An exception that is not needed any more is removed."""
    names = {name for module in MODULES for name in module.__all__}
    assert names >= MADE_BY_THE_LIBRARY | ABSTRACT | HELPERS
    kinds = [getattr(module, name) for module in MODULES for name in module.__all__]
    methods = {method for kind in kinds if inspect.isclass(kind) for method in dir(kind)}
    assert methods >= CALLED_BY_THE_LIBRARY


@pytest.mark.parametrize(("error", "wrong"), [
    (AttributeError("n must be an integer, got 'a'; pass 3"), "no error about arguments"),
    (ValueError("n must be an integer, got 'a'; pass 3"), "it comes from"),
])
def test_the_judge_of_messages_is_strict(error, wrong):
    """Errors of other kinds, and from elsewhere, are unclear whatever they say."""
    with pytest.raises(type(error)) as caught:
        raise error
    assert wrong in unclear(caught.value, "n", "a")


@pytest.mark.parametrize(("message", "wrong"), [
    ("m must be an integer, got 'a'; pass 3", "it does not name the argument"),
    ("n must be an integer; pass 3", "it does not say what came"),
    ("n must be an integer, got 'a'", "it does not say what to do"),
    ("n must be an integer, got 'a'; pass 3", ""),
])
def test_messages_say_three_things(message, wrong):
    """The argument, what came, and what to do."""
    assert unsaid(message, "n", 1.5) == wrong
