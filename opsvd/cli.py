"""The command line: ``opsvd "tanh(x*y)"`` or ``python -m opsvd "tanh(x*y)"``."""

import argparse
import json
import math
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ._files import replacing
from ._optional import require
from ._validation import positive_int
from .crosscheck import CrossCheck, crosscheck
from .decompose import decompose
from .errors import ConvergenceWarning
from .essay import essay_figures
from .expressions import parse_kernel
from .kernels import Kernel, elementwise
from .measures import Gaussian, GaussianVector, Measure
from .methods import METHODS
from .plotting import summary_figure
from .result import OperatorSVD
from .sampling import monte_carlo

__all__ = ["main"]

_ROWS = 20    # of the table; a spectrum such as 1/i has hundreds
_ROOT = "1/sqrt(k)"
_SUFFIXES = (".png", ".pdf", ".svg")

_DESCRIPTION = """\
The singular values of a kernel: of a function h(x, y) of two random variables, Gaussian here, written as

    h(x, y) = s_1 f_1(x) g_1(y) + s_2 f_2(x) g_2(y) + ...,    E[f_i f_j] = E[g_i g_j] = 1 if i = j, else 0.

They are what the singular values of the n by n matrix h(x_i, y_j) / n, with random x_i and y_j, tend to as n grows.
They are computed by quadrature, each with an error bar, and then compared with such matrices, drawn at random."""

_EPILOG = """\
KERNEL is a formula in x and y, such as "tanh(x*y)", "exp(-(x-y)**2/2)", "where(x > y, 1, 0)" or "max(x*y, 0)",
or module:function, a Python function h(x, y) that accepts numpy arrays, from a module that can be imported here.

examples:
  opsvd "tanh(x*y)"
  opsvd "exp(0.3*x*y)" --rtol 1e-12 --x-std 0.5
  opsvd "log(abs(x*y))" --n 100,1000 --trials 50 --plot log.png
  opsvd mykernels:h --json --no-crosscheck
  opsvd "tanh(x*y)" --k 3          x and y in R^3, and x*y for <x, y>
  opsvd "tanh(x*y)" --k 1000 --scale "1/sqrt(k)" --no-crosscheck
  opsvd -- "-x*y"                  a formula that begins with a minus follows --
  opsvd "tanh(x*y)" --sample 1000000 --max-rank 20
  opsvd --essay figures            the essay's two figures, with the limit drawn in

--json prints one object; a number that is infinite or undefined is null, and a note beside it says why.

exit status: 0, computed (a tolerance that was not met is said on stderr, and a comparison that could not be
decided in the table); 1, the comparison disagrees; 2, nothing computed, with the reason on stderr."""


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part) for part in text.split(","))
    except ValueError:
        sizes = (0,)
    if min(sizes) < 1:
        raise argparse.ArgumentTypeError(f"needs whole numbers of at least 1, such as 100,300,1000, got {text!r}")
    return sizes


def _scale(text: str) -> str:
    try:
        good = text == _ROOT or 0.0 < abs(float(text)) < math.inf
    except ValueError:
        good = False
    if not good:
        raise argparse.ArgumentTypeError(f"needs a number other than zero, or {_ROOT}, got {text!r}")
    return text


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in _SUFFIXES:
        raise argparse.ArgumentTypeError(f"needs a name that ends in {', '.join(_SUFFIXES)}, got {text!r}")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"needs a directory that exists, got {text!r}")
    return path


class _Version(argparse.Action):
    """Prints the version, read when asked for: opsvd itself lists the command line's own layer."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"opsvd {sys.modules[__package__].__version__}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("opsvd", description=_DESCRIPTION, epilog=_EPILOG, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernel", metavar="KERNEL", nargs="?", help="a formula in x and y, or module:function")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    numerics = parser.add_argument_group("decomposition")
    numerics.add_argument("--rtol", type=float, default=1e-10, help="error wanted, relative to s_1 (default: 1e-10)")
    numerics.add_argument("--max-rank", type=int, metavar="R", help="compute at most R singular values")
    numerics.add_argument("--method", default="auto", choices=tuple(METHODS),
                          help="how to discretise; auto (the default) chooses, and says why")
    numerics.add_argument("--k", type=int, default=1, metavar="K",
                          help="x and y are vectors of R^K, and x*y in KERNEL is <x, y> (default: 1)")
    numerics.add_argument("--scale", type=_scale, default="1", metavar="C",
                          help="with --k: C <x, y> in place of <x, y>; a number, or 1/sqrt(k)")
    for name in ("x", "y"):
        numerics.add_argument(f"--{name}-mean", type=float, default=0.0, metavar="M",
                              help=f"mean of {name} (default: 0)")
        numerics.add_argument(f"--{name}-std", type=float, default=1.0, metavar="S",
                              help=f"standard deviation of {name} (default: 1)")
    sampling = parser.add_argument_group("comparison with random matrices")
    sampling.add_argument("--n", type=_sizes, default=(100, 300, 1000), help="their sizes (default: 100,300,1000)")
    sampling.add_argument("--trials", type=int, help="how many matrices of each size (default: 20; for --essay, 10)")
    sampling.add_argument("--seed", type=int, default=0, help="seed of the random numbers (default: 0)")
    sampling.add_argument("--sample", type=_sizes, metavar="N[,M]",
                          help="take the SVD of one N by M matrix, up to N = 1000000, and compute nothing else")
    sampling.add_argument("--no-crosscheck", action="store_true", help="draw none")
    output = parser.add_argument_group("output")
    output.add_argument("--plot", type=_picture, metavar="FILE", help="draw a picture: .png, .pdf or .svg")
    output.add_argument("--json", action="store_true", help="print one JSON object in place of text")
    output.add_argument("--essay", type=Path, metavar="DIR",
                        help="draw the essay's two figures into DIR, for the sizes --n; takes no KERNEL")
    return parser


def significant(value: float, error: float) -> str:
    """Write a value to the digits that its error warrants, the last being the first that is uncertain."""
    if not (math.isfinite(value) and math.isfinite(error)):
        return str(float(value))
    if value == 0.0 or error >= abs(value):
        return f"{value:.1g}"
    # Beyond 16 digits a double has nothing more to say.
    digits = 16 if error == 0.0 else math.floor(math.log10(abs(value))) - math.floor(math.log10(error)) + 1
    return f"{value:#.{min(max(digits, 1), 16)}g}".rstrip(".")


def _spectrum_table(svd: OperatorSVD) -> str:
    values = [significant(s, error) for s, error in zip(svd.values[:_ROWS], svd.value_errors, strict=False)]
    width = max(map(len, [*values, "singular value"]))
    multiplets = bool((svd.multiplicities > 1).any())
    times = [f"  {count} times" if multiplets else "" for count in svd.multiplicities.tolist()]
    lines = [f"{'i':>4}  {'singular value':<{width}}  error bar{'  multiplicity' if multiplets else ''}"]
    lines += [f"{i:>4}  {value:<{width}}  {error:.1e}{count}"
              for i, (value, error, count) in enumerate(zip(values, svd.value_errors, times, strict=False), start=1)]
    if len(svd.values) > _ROWS:
        lines.append(f"      and {len(svd.values) - _ROWS} more, down to {svd.values[-1]:.1e} (--json has all)")
    return "\n".join(lines)


def _report(kernel: Kernel, svd: OperatorSVD) -> str:
    facts = {
        "norm": f"{svd.norm}, sqrt(E h^2)",
        "tail": f"{svd.tail:.1e}, what the values above leave out of it",
        "nuclear norm": f"{svd.nuclear_norm()}, sum s",
        "effective rank": f"{svd.effective_rank()}, (sum s)^2 / sum s^2",
        "method": svd.method,
        "status": svd.status,
        "evaluations": f"{svd.evaluations} values of h",
    }
    return "\n".join([f"h(x, y) = {kernel.name}, x ~ {svd.mu_x}, y ~ {svd.mu_y}", "", _spectrum_table(svd), "",
                      *(f"{name + ':':<16} {fact}" for name, fact in facts.items())])


def _plain(value: Any) -> Any:
    """Turn arrays into lists, and numbers that JSON cannot hold into None."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _measure(mu: Measure) -> dict[str, Any]:
    """A measure for JSON; the command line makes no others."""
    return {"k": mu.dim, "std": mu.isotropic_std} if isinstance(mu, GaussianVector) else vars(mu)


def _record(kernel: Kernel, svd: OperatorSVD, check: CrossCheck | None, notes: list[str]) -> dict[str, Any]:
    comparison = None if check is None else {
        "n": check.n, "trials": check.trials, "z": check.z, "agrees": check.agrees, "verdict": check.verdict}
    record: dict[str, Any] = _plain({
        "kernel": kernel.name,
        "measures": {"x": _measure(svd.mu_x), "y": _measure(svd.mu_y)},
        "rtol": svd.rtol,
        "singular_values": svd.singular_values,
        "errors": svd.errors,
        "values": svd.values,
        "multiplicities": svd.multiplicities,
        "norm": {"value": svd.norm.value, "error": svd.norm.error},
        "tail": svd.tail,
        "nuclear_norm": svd.nuclear_norm().record(),
        "effective_rank": svd.effective_rank().record(),
        "method": svd.method,
        "status": svd.status,
        "converged": svd.converged,
        "evaluations": svd.evaluations,
        "crosscheck": comparison,
        "notes": notes,
    })
    return record


def _sampling(args: argparse.Namespace) -> dict[str, Any]:
    """Collect what sampling is told; the number of trials has its default where it is used."""
    trials = {} if args.trials is None else {"trials": args.trials}
    return {"n": args.n, "rng": args.seed, **trials}


def _problem(args: argparse.Namespace) -> tuple[Kernel, Measure, Measure]:
    """The kernel and the measures that are asked for."""
    h = Kernel(parse_kernel(args.kernel))
    if positive_int(args.k, "--k") == 1:
        return h, Gaussian(args.x_mean, args.x_std), Gaussian(args.y_mean, args.y_std)
    if args.x_mean or args.y_mean:
        raise ValueError(f"--x-mean and --y-mean must be zero with --k, got {args.x_mean:g} and {args.y_mean:g}; leave "
                         f"them out")
    z, one = np.array([-1.3, -0.4, 0.7, 2.1]), np.ones(1)
    if not (np.array_equal(h(z, one), h(one, z)) and np.allclose(h(4.0 * z, 0.25 * one), h(z, one), rtol=1e-12)):
        raise ValueError(f"KERNEL must be a function of x*y with --k, which stands for <x, y>, got {args.kernel!r}; "
                         f"write other kernels of vectors in Python")
    scale = 1.0 / math.sqrt(args.k) if args.scale == _ROOT else float(args.scale)
    kernel = elementwise(lambda w: h(scale * np.asarray(w), np.ones(1)), args.k)
    kernel.name = f"{args.kernel} with {'' if scale == 1.0 else f'{args.scale} '}<x, y> for x*y"
    mu_x, mu_y = (GaussianVector(np.zeros(args.k), std * std) for std in (args.x_std, args.y_std))
    return kernel, mu_x, mu_y


def _decompose(args: argparse.Namespace) -> int:
    """Decompose, compare, draw and print; return the exit status."""
    if args.plot:
        require("matplotlib", "plot", "--plot")    # before the work, not after it
    kernel, mu_x, mu_y = _problem(args)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        svd = decompose(kernel, mu_x, mu_y, rtol=args.rtol, max_rank=args.max_rank, method=args.method)
        check = None if args.no_crosscheck else crosscheck(
            kernel, mu_x=mu_x, mu_y=mu_y, svd=svd, **_sampling(args))
        if args.plot:
            figure = summary_figure(svd, check)
            with replacing(args.plot) as file:
                figure.savefig(file, format=args.plot.suffix[1:].lower())
    notes = [str(warning.message) for warning in caught]
    for note in notes:
        print(f"opsvd: note: {note}", file=sys.stderr)
    if args.json:
        print(json.dumps(_record(kernel, svd, check, notes), indent=1, allow_nan=False))
    else:
        print(_report(kernel, svd))
        if check is not None:
            print(f"\n{check}")
        if args.plot:
            print(f"\nwrote {args.plot}")
    disagrees = check is not None and check.comparisons > 0 and not check.agrees
    return int(disagrees)


def _sample(args: argparse.Namespace) -> int:
    """Take the SVD of one sampled matrix, and say beforehand on stderr what it costs."""
    def said(_done: float, message: str) -> None:
        if message:
            print(f"opsvd: {message}", file=sys.stderr)

    (kernel, mu_x, mu_y), (n, m) = _problem(args), (args.sample * 2)[:2]
    sampled = monte_carlo(kernel, n, mu_x, mu_y, m=m, rng=args.seed,
                          rank=None if args.max_rank is None else min(args.max_rank, n, m), progress=said)
    print(json.dumps(_plain(sampled.records()), indent=1, allow_nan=False) if args.json else sampled)
    return 0


def _essay(args: argparse.Namespace) -> int:
    """Draw the essay's two figures into a directory."""
    args.essay.mkdir(parents=True, exist_ok=True)
    figures = essay_figures(**_sampling(args))
    for letter, figure in zip("ab", figures, strict=True):
        path = args.essay / f"low_rank_exps_{letter}.png"
        with replacing(path) as file:
            figure.savefig(file, format="png", dpi=150)
        print(f"wrote {path}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        0: computed; a tolerance that was not met is said on stderr. 1: the cross-check was decided, and disagrees.
        2: nothing was computed, and stderr says why.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    if (args.kernel is None) == (args.essay is None):
        parser.error("needs a KERNEL such as \"tanh(x*y)\", or --essay DIR, and not both; --help shows more")
    try:
        if args.sample is not None and args.kernel is not None:
            return _sample(args)
        return _decompose(args) if args.essay is None else _essay(args)
    except (ValueError, TypeError, ImportError, OSError) as error:
        print(f"opsvd: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
