"""The options of the command line: what they are, and which of them go together."""

import argparse
import difflib
import math
import os
import re
import sys
import textwrap
from collections.abc import Callable, Container, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn

from ._support.validation import finite_float, positive_float, positive_int, tolerance
from .expressions import parse_functions
from .measure_expressions import MEASURES_AS_TEXT, parse_measure
from .measures import Measure
from .methods import METHODS
from .sampling.monte_carlo import MOST_TRIALS

ROOT = "1/sqrt(k)"
"""The scale of <x, y> that is computed from k."""

_SUFFIXES = (".png", ".pdf", ".svg")

# Rows and columns of a sampled matrix: docs/sampling.md has times and memory up to this size.
_LARGEST_SAMPLE = 1_000_000


class ExitStatus(IntEnum):
    """How the program ended; the last two are what shells give for one that SIGINT or SIGPIPE ended."""

    AGREES = 0
    DISAGREES = 1
    WRONG_USAGE = 2
    FAILED = 3
    INTERRUPTED = 130
    BROKEN_PIPE = 141


_DESCRIPTION = """\
The singular values of a kernel: of a function h(x, y) of two random variables, by default Gaussian, written as

    h(x, y) = s_1 f_1(x) g_1(y) + s_2 f_2(x) g_2(y) + ...,    E[f_i f_j] = E[g_i g_j] = 1 if i = j, else 0.

They are what the singular values of the n by n matrix h(x_i, y_j) / n, with random x_i and y_j, tend to as n grows.
They are computed by quadrature, each with an error bar, and then compared with such matrices, drawn at random.
Two other things can be asked for: --sample takes the SVD of one large random matrix, and --essay draws figures.
opsvd explore shows all of it on a page in the browser, where a formula can be typed."""

_EPILOG = """\
KERNEL is a formula in x and y, such as "tanh(x*y)", "exp(-(x-y)**2/2)", "where(x > y, 1, 0)" or "max(x*y, 0)",
or module:function, a Python function h(x, y) that accepts numpy arrays, from a module that can be imported here.

MEASURE is one of the calls below, with arguments by position or by name, of which those that show a value may be left
out; or module:name, a measure that a Python module makes.
%(measures)s
--x "gaussian(M, S)" is the same as --x-mean M --x-std S.

examples:
  opsvd "tanh(x*y)"
  opsvd "exp(-abs(x-y))" --x "uniform(0, 1)" --y "beta(2, 3)"
  opsvd "exp(0.3*x*y)" --rtol 1e-12 --x-std 0.5
  opsvd "log(abs(x*y))" --n 100,1000 --trials 50 --plot log.png
  opsvd mykernels:h --json --no-crosscheck
  opsvd "tanh(x*y)" --k 3          x and y in R^3, and x*y for <x, y>
  opsvd mykernels:g --k 3          x and y in R^3, for a Python function of arrays (..., 3)
  opsvd "tanh(x*y)" --k 1000 --scale "1/sqrt(k)" --no-crosscheck
  opsvd --json -- "-x*y"           a formula that begins with a minus stands after --
  opsvd "tanh(x*y)" --sample 1000000 --max-rank 20
  opsvd --essay figures            the essay's figures, with the limit drawn in
  opsvd --essay figures --phi "relu,gelu,tanh(2*z)"
  opsvd explore                    a page in the browser; opsvd explore --help shows more

An option that has no use beside another is refused, and the message says which to leave out.
--json prints one object; a number that is infinite or undefined is null, and a note beside it says why.
The decomposition is printed, and saved, as soon as it is done: whatever fails later, or Ctrl-C, leaves it.

exit status:
  0    done; the comparison agrees, or it was not asked for, or could not be decided, which the table says.
       A tolerance that was not met is said on stderr
  1    done; the comparison disagrees
  2    wrong usage: nothing was computed, and stderr says what to change
  3    an error: stderr says what failed, and stdout has what was done before
  130  interrupted (Ctrl-C): stdout has what was done
  141  whoever read the output, such as head, has stopped reading"""

_DEFAULTS: dict[str, Any] = {
    "kernel": None, "rtol": 1e-10, "max_rank": None, "method": "auto", "k": 1, "scale": None, "x": None,
    "x_mean": 0.0, "x_std": 1.0, "y": None, "y_mean": 0.0, "y_std": 1.0, "n": (100, 300, 1000), "trials": None,
    "seed": 0, "sample": None, "no_crosscheck": False, "plot": None, "save": None, "json": False, "essay": None,
    "phi": None}

_PROBLEM = {"kernel", "max_rank", "k", "scale", "x", "x_mean", "x_std", "y", "y_mean", "y_std", "json"}
# What each of these options does, and those that have a use beside it.
_MODES = {
    "essay": ("draws the figures of the essay, for functions of its own, or those of --phi",
              {"essay", "phi", "n", "trials", "seed"}),
    "sample": ("takes the SVD of one random matrix, and decomposes and compares nothing",
               _PROBLEM | {"sample", "seed"}),
    "no_crosscheck": ("draws no random matrices", _PROBLEM | {"no_crosscheck", "rtol", "method", "plot", "save"}),
}


def _require(fits: bool, needed: str, text: str, advice: str = "") -> None:
    """Raise argparse's error, saying what is needed in place of a text, unless that fits."""
    if not fits:
        raise argparse.ArgumentTypeError(f"needs {needed}, got {text!r}{advice}")


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part) for part in text.split(","))
    except ValueError:
        sizes = (0,)
    _require(min(sizes) >= 1, "whole numbers of at least 1, such as 100,300,1000", text)
    _require(max(sizes) <= _LARGEST_SAMPLE, f"whole numbers of at most {_LARGEST_SAMPLE}, such as 100,300,1000", text,
             "; larger matrices are sampled in Python, by opsvd.monte_carlo")
    return sizes


def _shape(text: str) -> tuple[int, int]:
    sizes = _sizes(text)
    _require(len(sizes) <= 2, "one number, or two for the rows and columns of one matrix, such as 6000,5000", text,
             "; for several sizes leave --sample out, and use --n")
    return sizes[0], sizes[-1]


def _scale(text: str) -> str:
    try:
        good = text == ROOT or 0.0 < abs(float(text)) < math.inf
    except ValueError:
        good = False
    _require(good, f"a number other than zero, or {ROOT}", text)
    return text


def _measure(text: str) -> Measure:
    try:
        return parse_measure(text)
    except (TypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(" ".join(str(error).split())) from error


def _functions(text: str) -> dict[str, Callable[..., Any]]:
    try:
        return parse_functions(text)
    except (TypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(" ".join(str(error).split())) from error


def _picture(text: str) -> Path:
    return _file(text, _SUFFIXES)


def _archive(text: str) -> Path:
    return _file(text, (".npz",))


def _file(text: str, suffixes: tuple[str, ...]) -> Path:
    path = Path(text)
    _require(path.suffix.lower() in suffixes, f"a name that ends in {', '.join(suffixes)}", text)
    _require(path.parent.is_dir(), "a directory that exists", text)
    writable = os.access(path if path.exists() else path.parent, os.W_OK)
    _require(writable and not path.is_dir(), "a file that can be written", text)
    return path


def _directory(text: str) -> Path:
    path = Path(text)
    nearest = next(place for place in (path, *path.absolute().parents) if place.exists())
    _require(nearest.is_dir() and os.access(nearest, os.W_OK), "a directory that can be written or made", text)
    return path


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        self.exit(ExitStatus.WRONG_USAGE, f"opsvd: error: {message}; {self.prog} --help shows more\n")


def _listed(names: Sequence[str]) -> str:
    """Names in lines of the width of the help."""
    return textwrap.fill(", ".join(names), 117, initial_indent="  ", subsequent_indent="  ", break_long_words=False)


def _parser() -> Parser:
    parser = Parser("opsvd", description=_DESCRIPTION, epilog=_EPILOG % {"measures": _listed(MEASURES_AS_TEXT)},
                     allow_abbrev=False,
                     usage="opsvd KERNEL [options]\n       opsvd KERNEL --sample N[,M] [options]\n"
                           "       opsvd --essay DIR [--n N,...] [--trials T] [--seed S]\n"
                           "       opsvd explore [KERNEL] [options]",
                     formatter_class=argparse.RawDescriptionHelpFormatter, argument_default=argparse.SUPPRESS)
    parser.add_argument("kernel", metavar="KERNEL", nargs="?", help="a formula in x and y, or module:function")
    # Of the module as it is now: an import of opsvd here would be one of a layer above.
    version = f"opsvd {sys.modules[__package__].__version__}"
    parser.add_argument("--version", action="version", version=version, help="print the version")
    numerics = parser.add_argument_group("decomposition")
    numerics.add_argument("--rtol", type=float, metavar="R", help="error wanted, relative to s_1 (default: 1e-10)")
    numerics.add_argument("--max-rank", type=int, metavar="R",
                          help="at most R singular values (default: all that are above the error wanted)")
    numerics.add_argument("--method", choices=tuple(METHODS), metavar="NAME",
                          help=f"how to discretise: {', '.join(METHODS)}; auto (the default) chooses, and says why")
    numerics.add_argument("--k", type=int, metavar="K",
                          help="x and y are vectors of R^K, and x*y in a formula is <x, y> (default: 1, numbers)")
    numerics.add_argument("--scale", type=_scale, metavar="C",
                          help="with --k: C <x, y> in place of <x, y>; a number, or 1/sqrt(k)")
    for name in ("x", "y"):
        numerics.add_argument(f"--{name}", type=_measure, metavar="MEASURE",
                              help=f"the measure of {name}, such as \"uniform(0, 1)\"; see below (default: gaussian)")
        numerics.add_argument(f"--{name}-mean", type=float, metavar="M",
                              help=f"without --{name}: mean of the Gaussian {name} (default: 0)")
        numerics.add_argument(f"--{name}-std", type=float, metavar="S",
                              help=f"without --{name}: its standard deviation (default: 1)")
    sampling = parser.add_argument_group("random matrices")
    sampling.add_argument("--n", type=_sizes, metavar="N,...",
                          help="sizes of those to compare with (default: 100,300,1000)")
    sampling.add_argument("--trials", type=int, metavar="T",
                          help="how many of each size, at least 2 (default: 20; for --essay, 10)")
    sampling.add_argument("--seed", type=int, metavar="S", help="seed of the random numbers, at least 0 (default: 0)")
    sampling.add_argument("--no-crosscheck", action="store_true", help="compare with none")
    sampling.add_argument("--sample", type=_shape, metavar="N[,M]",
                          help=f"do no more than take the SVD of one N by M matrix; N and M up to {_LARGEST_SAMPLE}")
    output = parser.add_argument_group("output")
    output.add_argument("--plot", type=_picture, metavar="FILE", help="draw a picture: .png, .pdf or .svg")
    output.add_argument("--save", type=_archive, metavar="FILE",
                        help="write the decomposition to a file, .npz, which opsvd.load reads in Python")
    output.add_argument("--json", action="store_true", help="print one JSON object in place of text")
    output.add_argument("--essay", type=_directory, metavar="DIR",
                        help="draw the essay's figures into DIR, for the sizes --n; takes no KERNEL")
    output.add_argument("--phi", type=_functions, metavar="F,...",
                        help="with --essay: functions of one variable in place of its own: names that formulas may "
                             "call, such as relu,gelu, formulas in z, or module:function")
    return parser


def read_options(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; one that makes no sense ends the program with status 2, and a line on stderr.

    `mode` is the option that decides what is done: "essay", "sample", "no_crosscheck", or "" for all of it.
    """
    parser = _parser()
    words = list(sys.argv[1:] if argv is None else argv)
    words = _joined(_options_first(words, parser._option_string_actions))
    given, others = parser.parse_known_args(words)
    if others:
        parser.error(_superfluous(others[0], parser))
    names = vars(given)
    if ("kernel" in names) == ("essay" in names):
        parser.error("needs a KERNEL such as \"tanh(x*y)\", or --essay DIR, and not both")
    mode = next((name for name in _MODES if name in names), "")
    if mode:
        does, used = _MODES[mode]
        for name in sorted(names.keys() - used):
            parser.error(f"{_option(name)} has no use beside {_option(mode)}, which {does}: leave one of them out")
    for side in "xy":
        for name in (f"{side}_mean", f"{side}_std"):
            if side in names and name in names:
                parser.error(f"{_option(name)} has no use beside --{side}, which gives the whole measure: leave one of "
                             f"them out, or write --{side} \"gaussian(mean=M, std=S)\"")
    dims = [names[side].dim for side in "xy" if side in names and names[side].dim > 1]
    if dims and "k" not in names:
        names["k"] = dims[0]
    if missing := _without_company(names):
        parser.error(missing)
    return argparse.Namespace(**_DEFAULTS | names, mode=mode)


def _without_company(names: Container[str]) -> str:
    """Say what is wrong with an option that needs another, which is not there."""
    if "phi" in names and "essay" not in names:
        return ("--phi has no use without --essay DIR, whose functions it gives; write the function into KERNEL, as in "
                "\"tanh(x*y)\"")
    if "scale" in names and "k" not in names:
        return ("--scale C needs --k K, being the factor of <x, y> for vectors of R^K; for numbers write it into the "
                "formula, as in \"tanh(0.5*x*y)\"")
    return ""


def _options_first(words: list[str], known: Container[str]) -> list[str]:
    """Move options that stand after ``--``, and after the KERNEL there, to before it."""
    if "--" not in words:
        return words
    mark = words.index("--")
    before, after = words[:mark], words[mark + 1:]
    if after and after[0].split("=")[0] in known:    # the KERNEL stands before --, or nowhere
        return before + after
    first = next((i for i, word in enumerate(after) if word.split("=")[0] in known), len(after))
    return [*before, *after[first:], "--", *after[:first]]


def _joined(words: list[str]) -> list[str]:
    """Write ``--x-mean -1e-3`` as ``--x-mean=-1e-3``: argparse takes such numbers for options."""
    joined: list[str] = []
    for word in words:
        number = re.fullmatch(r"-(\d+\.?\d*|\.\d+)e[-+]?\d+", word, re.IGNORECASE)
        if number and joined and joined[-1].startswith("--") and joined[-1] != "--":
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _superfluous(word: str, parser: argparse.ArgumentParser) -> str:
    """Say what to do about a word that is neither an option nor the first KERNEL."""
    if not word.startswith("-"):
        return f"takes one KERNEL, got {word!r} as well; put the formula into quotes"
    if not word.startswith("--"):
        return (f"there is no option {word!r}; if it is a formula, it stands after --, as in opsvd --json -- "
                f"\"-x*y\"")
    known = [name for name in parser._option_string_actions if name.startswith("--")]
    near = difflib.get_close_matches(word.split("=")[0], known, 1)
    return f"there is no option {word!r}{f', perhaps {near[0]} is meant' if near else ''}"


def check_options(args: argparse.Namespace) -> None:
    """Check the numbers, before anything is computed. Raises TypeError or ValueError."""
    tolerance(args.rtol, "--rtol")
    positive_int(1 if args.max_rank is None else args.max_rank, "--max-rank")
    positive_int(args.k, "--k")
    positive_int(1 if args.trials is None else args.trials, "--trials", MOST_TRIALS)
    for name in ("x", "y"):
        finite_float(getattr(args, f"{name}_mean"), f"--{name}-mean")
        positive_float(getattr(args, f"{name}_std"), f"--{name}-std")
    if args.seed < 0:
        raise ValueError(f"--seed must be an integer of at least 0, got {args.seed}; pass for example 1")
    if args.mode == "" and args.trials == 1:
        raise ValueError("--trials must be at least 2, because the scatter of the matrices is needed, got 1; pass for "
                         "example 20, or --no-crosscheck")
    for name, measure in (("x", args.x), ("y", args.y)):
        if measure is not None and measure.dim != args.k:
            raise ValueError(f"--{name} must be a measure on R^{args.k}, as --k or the other measure says, got "
                             f"{measure!r} of dimension {measure.dim}; pass another, or other dimensions")
    if args.k > 1:
        if args.x_mean or args.y_mean:
            raise ValueError(f"--x-mean and --y-mean must be zero with --k, got {args.x_mean:g} and {args.y_mean:g}; "
                             f"leave them out")
        if args.method != "auto":
            raise ValueError(f"--method must be auto with --k, got {args.method}; leave it out")
