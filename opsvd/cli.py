"""The command line: ``opsvd "tanh(x*y)"`` or ``python -m opsvd "tanh(x*y)"``."""

import argparse
import io
import json
import math
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from ._support.files import replacing
from ._support.messages import described, one_line
from ._support.optional import require
from .answer.result import OperatorSVD
from .answer.tables import measure_record
from .command_options import ROOT, ExitStatus, check_options, read_options
from .comparison.crosscheck import CrossCheck, crosscheck
from .driver import decompose
from .errors import ConvergenceWarning, LongSamplingWarning, SamplingInterruptedWarning
from .essay import essay_figures
from .explorer.command import explore
from .expressions import of_inner_product, parse_kernel
from .figures import summary_figure
from .kernels import Kernel
from .measures import Gaussian, GaussianVector, Measure
from .sampling import monte_carlo


def significant(value: float, error: float) -> str:
    """Write a value to the digits that its error warrants, the last being the first that is uncertain."""
    if not (math.isfinite(value) and math.isfinite(error)):
        return str(float(value))
    if value == 0.0 or error >= abs(value):
        return f"{value:.1g}"
    # Beyond 16 digits a double has nothing more to say.
    digits = 16 if error == 0.0 else math.floor(math.log10(abs(value))) - math.floor(math.log10(error)) + 1
    return f"{value:#.{min(max(digits, 1), 16)}g}".rstrip(".")


def _spectrum_table(svd: OperatorSVD, rows: int = 20) -> str:
    """The first values, one a row: a spectrum such as 1/i has hundreds."""
    values = [significant(s, error) for s, error in zip(svd.values[:rows], svd.value_errors, strict=False)]
    width = max(map(len, [*values, "singular value"]))
    multiplets = bool((svd.multiplicities > 1).any())
    times = [f"  {count} times" if multiplets else "" for count in svd.multiplicities.tolist()]
    lines = [f"{'i':>4}  {'singular value':<{width}}  error bar{'  multiplicity' if multiplets else ''}"]
    lines += [f"{i:>4}  {value:<{width}}  {error:.1e}{count}"
              for i, (value, error, count) in enumerate(zip(values, svd.value_errors, times, strict=False), start=1)]
    if len(svd.values) > rows:
        lines.append(f"      and {len(svd.values) - rows} more, down to {svd.values[-1]:.1e} (--json has all)")
    return "\n".join(lines)


def _problem(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> str:
    return f"h(x, y) = {kernel.name}, x ~ {mu_x}, y ~ {mu_y}"


def _signs(svd: OperatorSVD) -> dict[str, str]:
    """What is known of the signs of eigenvalues, where h is symmetric."""
    try:
        negative = int(np.count_nonzero(svd.eigenvalues < 0.0))
    except ValueError:
        return {}
    return {"symmetric": f"{negative} of the {svd.rank} eigenvalues listed are negative" if negative else
            "positive semidefinite, as far as eigenvalues are listed"}


def _report(kernel: Kernel, svd: OperatorSVD) -> str:
    facts = {
        "norm": f"{svd.norm}, sqrt(E h^2)",
        "tail": f"{svd.tail:.1e}, what the values above leave out of it",
        "nuclear norm": f"{svd.nuclear_norm()}, sum s",
        "effective rank": f"{svd.effective_rank()}, (sum s)^2 / sum s^2",
        **_signs(svd),
        "method": svd.method,
        "status": svd.status,
        "evaluations": f"{svd.evaluations} values of h",
    }
    return "\n".join([_problem(kernel, svd.mu_x, svd.mu_y), "", _spectrum_table(svd), "",
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


def _measures_record(mu_x: Measure, mu_y: Measure) -> dict[str, Any]:
    return {"measures": {"x": measure_record(mu_x), "y": measure_record(mu_y)}}


def _missing(svd: OperatorSVD, check: CrossCheck | None) -> list[str]:
    """Why numbers of a record are null, in words."""
    notes = [f"{name}.upper is null: nothing bounds it from above, as what lies beyond the values given is continued"
             for name, one in (("nuclear_norm", svd.nuclear_norm()), ("effective_rank", svd.effective_rank()))
             if math.isinf(one.upper)]
    if check is not None and np.isnan(check.z).any():
        notes.append("crosscheck.z and crosscheck.predicted_mean are null where a value cannot be predicted at that n: "
                     "fourth moments of its singular functions are not small against n")
    return notes


def _named(record: object, *names: str) -> dict[str, Any]:
    """Some attributes of an object, by name."""
    return {name: getattr(record, name) for name in names}


def _record(kernel: Kernel, svd: OperatorSVD, check: CrossCheck | None, notes: list[str], failures: list[str]
            ) -> dict[str, Any]:
    return {
        "kernel": kernel.name,
        **_measures_record(svd.mu_x, svd.mu_y),
        **_named(svd, "rtol", "singular_values", "errors", "values", "multiplicities"),
        "norm": _named(svd.norm, "value", "error"),
        "tail": svd.tail,
        "nuclear_norm": svd.nuclear_norm().record(),
        "effective_rank": svd.effective_rank().record(),
        **_named(svd, "method", "status", "converged", "evaluations"),
        "crosscheck": None if check is None else _named(
            check, "n", "trials", "singular_values", "multiplicities", "mean", "standard_error", "predicted_mean", "z",
            "agrees", "verdict", "drawn", "interrupted"),
        "notes": [*notes, *_missing(svd, check)],
        "failures": failures,
    }


def _sampling(args: argparse.Namespace) -> dict[str, Any]:
    """Collect what sampling is told; the number of trials has its default where it is used."""
    trials = {} if args.trials is None else {"trials": args.trials}
    return {"n": args.n, "rng": args.seed, **trials}


def _measures(args: argparse.Namespace) -> tuple[Measure, Measure]:
    """Those of --x and --y, and without these Gaussians of the means and deviations that are given."""
    def one(given: Measure | None, mean: float, std: float) -> Measure:
        gaussian = Gaussian(mean, std) if args.k == 1 else GaussianVector(np.zeros(args.k), std**2)
        return gaussian if given is None else given

    return one(args.x, args.x_mean, args.x_std), one(args.y, args.y_mean, args.y_std)


def _of_vectors(h: Callable[..., Any], k: int) -> bool:
    """Whether h takes vectors of R^k: five pairs of them have five values, and not five times k."""
    points = np.random.default_rng(0).standard_normal((2, 5, k))
    try:
        with np.errstate(all="ignore"):
            return bool(np.shape(h(*points)) == (5,))
    except Exception:  # noqa: BLE001 -- a function of numbers may raise anything here, and says later what is wrong
        return False


def _kernel(args: argparse.Namespace, h: Callable[..., Any]) -> Kernel:
    """The kernel that is asked for: h itself, or for --k and --scale the function of <x, y> that it stands for."""
    if args.k == 1 and args.scale is None:
        return Kernel(h, measures=_measures(args))
    if ":" in args.kernel and _of_vectors(h, args.k):
        if args.scale is not None:
            raise _UsageError(f"--scale is the factor of <x, y> for a KERNEL of x*y, and {args.kernel} is a function "
                              f"of vectors: leave it out, and scale inside the function")
        return Kernel(h, None, (args.k, args.k), _measures(args))
    scale = 1.0 / math.sqrt(args.k) if args.scale == ROOT else float(args.scale or 1.0)
    kernel = of_inner_product(h, args.k, scale)
    if kernel is None:
        raise _UsageError(f"KERNEL must be a function of x*y with --k, which stands for <x, y>, or module:function, a "
                          f"function of arrays of vectors, shape (..., {args.k}), got {args.kernel!r}; "
                          f"write other kernels of vectors in Python")
    kernel.name = f"{args.kernel} with {'' if scale == 1.0 else f'{args.scale} '}<x, y> for x*y"
    return kernel


class _UsageError(ValueError):
    """The command line asks for what there is not."""


@contextmanager
def _noted() -> Iterator[list[str]]:
    """Print warnings as lines on stderr, at once, and collect them."""
    notes: list[str] = []

    def note(message: Warning | str, *_: Any, **__: Any) -> None:
        notes.append(one_line(message))
        print(f"opsvd: note: {notes[-1]}", file=sys.stderr)

    with warnings.catch_warnings():
        for category in (ConvergenceWarning, LongSamplingWarning, SamplingInterruptedWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = note
        yield notes


def _failed(message: str, status: ExitStatus) -> ExitStatus:
    """Say on stderr what is wrong, and return the exit status."""
    print(f"opsvd: error: {message}", file=sys.stderr)
    return status


@contextmanager
def _attempt(what: str, failures: list[str]) -> Iterator[None]:
    """Do something that may fail: then it is said on stderr, and added to what has failed."""
    try:
        yield
    except Exception as error:    # noqa: BLE001 -- kernels may raise anything, and the decomposition is to be left
        failures.append(f"{what}{described(error)}")
        print(f"opsvd: error: {failures[-1]}", file=sys.stderr)


def _decompose(args: argparse.Namespace, kernel: Kernel, notes: list[str]) -> int:
    """Decompose, print, compare, draw; return the exit status. What fails after the decomposition leaves it."""
    mu_x, mu_y = _measures(args)
    svd = decompose(kernel, mu_x, mu_y, rtol=args.rtol, max_rank=args.max_rank, method=args.method)
    check: CrossCheck | None = None
    failures: list[str] = []
    interrupted = False
    try:
        if not args.json:
            print(_report(kernel, svd), flush=True)
        if args.save:
            _save(args, svd, failures)
        if args.mode != "no_crosscheck":
            with _attempt("decomposed, but the comparison with random matrices failed: ", failures):
                check = crosscheck(kernel, mu_x=mu_x, mu_y=mu_y, svd=svd, **_sampling(args))
        if check is not None and not args.json:
            print(f"\n{check}", flush=True)
        interrupted = check is not None and check.interrupted
        if args.plot and not interrupted:
            _draw(args, svd, check, failures)
    except KeyboardInterrupt:
        interrupted = True
    if interrupted:
        failures.append("interrupted: the decomposition is complete, but not what follows it")
        print(f"opsvd: {failures[-1]}", file=sys.stderr)
    if args.json:
        print(json.dumps(_plain(_record(kernel, svd, check, notes, failures)), indent=1, allow_nan=False))
    if failures:
        return ExitStatus.INTERRUPTED if interrupted else ExitStatus.FAILED
    agrees = check is None or check.comparisons == 0 or check.agrees
    return ExitStatus.AGREES if agrees else ExitStatus.DISAGREES


def _save(args: argparse.Namespace, svd: OperatorSVD, failures: list[str]) -> None:
    with _attempt("decomposed, but saving failed: ", failures):
        svd.save(args.save)
        if not args.json:
            print(f"\nwrote {args.save}", flush=True)


def _draw(args: argparse.Namespace, svd: OperatorSVD, check: CrossCheck | None, failures: list[str]) -> None:
    with _attempt("decomposed, but the picture failed: ", failures):
        figure = summary_figure(svd, check)
        with replacing(args.plot) as file:
            figure.savefig(file, format=args.plot.suffix[1:].lower())
        if not args.json:
            print(f"\nwrote {args.plot}")


def _sample(args: argparse.Namespace, kernel: Kernel, notes: list[str]) -> int:
    """Take the SVD of one sampled matrix, and say beforehand on stderr what it costs."""
    def said(_done: float, message: str) -> None:
        if message:
            print(f"opsvd: {message}", file=sys.stderr)

    (mu_x, mu_y), (n, m) = _measures(args), args.sample
    sampled = monte_carlo(kernel, n, mu_x, mu_y, m=m, rng=args.seed,
                          rank=None if args.max_rank is None else min(args.max_rank, n, m), progress=said)
    if args.json:
        record = {"kernel": kernel.name, **_measures_record(mu_x, mu_y), "n": n, "m": m, "engine": sampled.engine,
                  "singular_values": sampled.mean, "errors": sampled.engine_error,
                  "effective_rank": sampled.matrices[0].effective_rank().record(), "records": sampled.records(),
                  "notes": [*notes, "standard_error is null: one matrix does not tell how others scatter"]}
        print(json.dumps(_plain(record), indent=1, allow_nan=False))
    else:
        print(f"{_problem(kernel, mu_x, mu_y)}\n\n{sampled}")
    return ExitStatus.INTERRUPTED if sampled.interrupted else ExitStatus.AGREES


def _essay(args: argparse.Namespace) -> int:
    """Draw the essay's figures into a directory, which is made when they are there."""
    require("matplotlib", "plot", "--essay")
    figures = essay_figures(functions=args.phi, **_sampling(args))
    made = [place for place in (args.essay, *args.essay.parents) if not place.exists()]
    args.essay.mkdir(parents=True, exist_ok=True)
    try:
        for letter, figure in zip("abc", figures, strict=True):
            path = args.essay / f"low_rank_exps_{letter}.png"
            with replacing(path) as file:
                figure.savefig(file, format="png", dpi=150)
            print(f"wrote {path}")
    finally:
        for place in made:
            with suppress(OSError):    # it is not empty
                place.rmdir()
    return ExitStatus.AGREES


def _run(args: argparse.Namespace) -> int:
    """Do what the options say, and return the exit status."""
    try:
        check_options(args)
        h = None if args.kernel is None else parse_kernel(args.kernel)
    except (ValueError, TypeError) as error:
        return _failed(one_line(error), ExitStatus.WRONG_USAGE)
    with _noted() as notes:
        if h is None:
            return _essay(args)
        if args.plot:
            require("matplotlib", "plot", "--plot")    # before the work, not after it
        action = _sample if args.mode == "sample" else _decompose
        return action(args, _kernel(args, h), notes)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        0: done; a tolerance that was not met is said on stderr. 1: the cross-check was decided, and disagrees. 2: wrong
        usage. 3: something failed, and stderr says what. 130: interrupted. 141: nobody reads the output any more. What
        was done before is printed in all cases.

    Raises
    ------
    SystemExit
        By --help and --version, and with 2 if the options do not make sense.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["explore"]:
        return explore(words[1:])
    args = read_options(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")    # names in a formula or a file may be in any script
    try:
        status = _run(args)
        sys.stdout.flush()
    except _UsageError as error:
        return _failed(str(error), ExitStatus.WRONG_USAGE)
    except KeyboardInterrupt:
        print("opsvd: interrupted: nothing was computed", file=sys.stderr)
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return ExitStatus.BROKEN_PIPE
    except SystemExit as error:
        return _failed(f"{args.kernel} called sys.exit({error.code!r})", ExitStatus.FAILED)
    except Exception as error:    # noqa: BLE001 -- kernels may raise anything, and a person is to read one line
        status = _failed(described(error), ExitStatus.FAILED)
        _close_stdout()
    return status


def _close_stdout() -> None:
    """If standard output cannot be written, send what is left of it nowhere, so that Python's end is quiet."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
