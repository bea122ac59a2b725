"""The command ``opsvd explore``: its options, and what they start."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .._support.messages import described, one_line
from ..command_options import ExitStatus, Parser
from ..measure_expressions import parse_measure
from .inputs import Inputs
from .server import NOTEBOOK, editable, free_port, serve

_DESCRIPTION = """\
Opens a page in the browser where a formula h(x, y) can be typed, and shows its singular values with their error bars,
its singular functions, where it breaks, and how the singular values and effective ranks of random matrices compare.
The page is a marimo notebook; the extra `explore` installs what it needs. It is served to this machine only, and to
those who know the token in its address. It loads nothing from the network, reads formulas, and runs no other code."""

_EPILOG = """\
examples:
  opsvd explore
  opsvd explore "exp(-abs(x-y))" --x "uniform(0, 1)" --y "beta(2, 3)"
  opsvd explore "tanh(x*y)" --k 3
  opsvd explore --edit                     the notebook itself, to be changed, as opsvd_explore.py
  opsvd explore -- "-x*y"                  a formula that begins with a minus stands after --"""


def _parser() -> Parser:
    parser = Parser("opsvd explore", description=_DESCRIPTION, epilog=_EPILOG, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formula", metavar="KERNEL", nargs="?", default="tanh(x*y)",
                        help="the formula to begin with (default: tanh(x*y))")
    for name in ("x", "y"):
        parser.add_argument(f"--{name}", metavar="MEASURE", default="gaussian",
                            help=f"the measure of {name} to begin with (default: gaussian)")
    parser.add_argument("--k", type=int, metavar="K", help="x and y are vectors of R^K (default: 1, numbers)")
    parser.add_argument("--edit", nargs="?", type=Path, const=Path("opsvd_explore.py"), metavar="FILE",
                        help="copy the notebook to FILE (default: opsvd_explore.py), unless it is there already, and "
                             "open it to be edited; it may run any code")
    parser.add_argument("--port", type=int, default=0, metavar="P", help="where to listen (default: a free port)")
    parser.add_argument("--no-browser", action="store_true", help="open no browser; the address is printed")
    return parser


def explore(argv: Sequence[str]) -> int:
    """Serve the page until Ctrl-C, and return the exit status: that of `opsvd.cli.main`."""
    parser = _parser()
    args = parser.parse_args(argv)
    if args.edit is not None and args.edit.suffix != ".py":
        parser.error(f"--edit FILE must be a name that ends in .py, got {args.edit}; put the KERNEL before --edit")
    try:
        args.k = max(parse_measure(args.x).dim, parse_measure(args.y).dim) if args.k is None else args.k
        inputs = Inputs(args.formula, args.x, args.y, args.k)
        inputs.kernel()
    except (TypeError, ValueError) as error:
        parser.error(one_line(error))
    try:
        port = free_port(args.port)
    except (OSError, OverflowError):
        parser.error(f"--port must be a free port between 1 and 65535, got {args.port}; leave it out to have one found")
    try:
        path = NOTEBOOK if args.edit is None else editable(args.edit)
        given = {"formula": inputs.formula, "x": inputs.x, "y": inputs.y, "k": str(inputs.k)}
        serve(path, given, port=port, edit=args.edit is not None, browser=not args.no_browser)
    except KeyboardInterrupt:
        return ExitStatus.AGREES
    except (ImportError, OSError) as error:
        parser.exit(ExitStatus.FAILED, f"opsvd: error: {described(error)}\n")
    return ExitStatus.AGREES
