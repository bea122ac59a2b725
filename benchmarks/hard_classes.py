"""Decompose the hard classes of kernels of numbers: how many values, with which bars, in which time, and how true.

Thin bands, short lengths, fast oscillation, many steps, energies beyond floats, curves with cusps. Each is decomposed
with the default tolerance and method, and held against a closed form or a rule of another kind, from
tests/hard_values.py and opsvd.exact. Run it with

    python benchmarks/hard_classes.py [--quick] > benchmarks/results/hard_classes.txt
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import threadpoolctl
from setting import machine

import opsvd
from opsvd import Gaussian, Uniform, exact

sys.path.append(str(Path(__file__).parents[1] / "tests"))

MANY = 800
SECONDS = 300.0


class Row(NamedTuple):
    """A kernel with its measure, and its singular values, if they are known."""

    name: str
    h: Callable[[Any, Any], Any]
    measure: opsvd.Measure
    values: Callable[[], np.ndarray] | None
    slow: bool = False


def mehler(r: float) -> Callable[[Any, Any], Any]:
    """The density ratio of two standard Gaussians of correlation r."""
    rest = 1.0 - r * r
    return lambda x, y: np.exp(-(r * r * (x * x + y * y) - 2.0 * r * x * y) / (2.0 * rest)) / np.sqrt(rest)


def rows() -> list[Row]:
    """All of them."""
    import hard_values as known
    from computed_values import VALUES

    gaussian, unit, long = Gaussian(), Uniform(), Uniform(0.0, 10.0)
    return [
        Row("Mehler, correlation 0.999", mehler(0.999), gaussian, lambda: exact.mehler(0.999, MANY)),
        Row("Mehler, correlation 0.9999", mehler(0.9999), gaussian, lambda: exact.mehler(0.9999, MANY)),
        Row("exp(0.499xy)", lambda x, y: np.exp(0.499 * x * y), gaussian, lambda: exact.exp_product(0.499, MANY)),
        Row("exp(-|x - y| / 0.1) on [0, 10]", lambda x, y: np.exp(-np.abs(x - y) / 0.1), long,
            lambda: known.exponential_values(0.1, 10.0, 200)),
        Row("sin(100xy)", lambda x, y: np.sin(100.0 * x * y), gaussian, lambda: exact.sin_product(100.0, MANY), True),
        Row("cos(100xy)", lambda x, y: np.cos(100.0 * x * y), gaussian, lambda: exact.cos_product(100.0, MANY), True),
        Row("cos(exp(x) y)", lambda x, y: np.cos(np.exp(x) * y), gaussian,
            lambda: known.cosine_of_exponential(40), True),
        Row("floor(10(x + y)), Gaussian", lambda x, y: np.floor(10.0 * (x + y)), gaussian,
            lambda: known.floor_of_gaussians(40), True),
        Row("floor(10(x + y)) on [0, 1]", lambda x, y: np.floor(10.0 * (x + y)), unit,
            lambda: known.floor_values(10), True),
        Row("(|x - y| < 0.05), Gaussian", lambda x, y: np.abs(x - y) < 0.05, gaussian,
            lambda: known.band_of_gaussians(0.05, 40)),
        Row("(|x - y| < 0.02), Gaussian", lambda x, y: np.abs(x - y) < 0.02, gaussian,
            lambda: known.band_of_gaussians(0.02, 20), True),
        Row("(|x - y| < 0.01), Gaussian", lambda x, y: np.abs(x - y) < 0.01, gaussian,
            lambda: known.band_of_gaussians(0.01, 20), True),
        Row("(|x - y| < 0.005), Gaussian", lambda x, y: np.abs(x - y) < 0.005, gaussian,
            lambda: known.band_of_gaussians(0.005, 20), True),
        Row("1/(1 + ((x - y) / 0.01)^2)", lambda x, y: 1.0 / (1.0 + ((x - y) / 0.01) ** 2), gaussian, None, True),
        Row("floor(3(x + y)), Gaussian", lambda x, y: np.floor(3.0 * (x + y)), gaussian,
            lambda: known.floor_of_gaussians(40, 3), True),
        Row("(|y - x^2| < 0.05)", lambda x, y: np.abs(y - x * x) < 0.05, gaussian, None, True),
        Row("(|x^2 + y^2 - 1| < 0.02)", lambda x, y: np.abs(x * x + y * y - 1.0) < 0.02, gaussian, None, True),
        Row("(|x - 2y + 1| < 0.005)", lambda x, y: np.abs(x - 2.0 * y + 1.0) < 0.005, gaussian, None, True),
        Row("(x^2 < y < 2x^2)", lambda x, y: (x * x < y) & (y < 2.0 * x * x), gaussian, None, True),
        Row("(|y| < x^2)", lambda x, y: np.abs(y) < x * x, gaussian, None),
        Row("two overlapping discs",
            lambda x, y: ((x - 0.4) ** 2 + y * y < 1.0) | ((x + 0.4) ** 2 + (y - 0.3) ** 2 < 1.0),
            gaussian, None, True),
        Row("sign(|x - y| - |x + 0.1|)", lambda x, y: np.sign(np.abs(x - y) - np.abs(x + 0.1)), gaussian, None, True),
        Row("sign(sin(5x) + sin(5y))", lambda x, y: np.sign(np.sin(5.0 * x) + np.sin(5.0 * y)), gaussian, None, True),
        Row("exp(-((y - x^2) / 0.05)^2)", lambda x, y: np.exp(-(((y - x * x) / 0.05) ** 2)), gaussian, None, True),
        Row("floor(x^2 + y^2)", lambda x, y: np.floor(x * x + y * y), gaussian, None, True),
        Row("floor(x^2 + y^2), deviation 1/2", lambda x, y: np.floor(x * x + y * y), Gaussian(0.0, 0.5), None, True),
        Row("exp(0.4999xy) + 1", lambda x, y: np.exp(0.4999 * x * y) + 1.0, gaussian, None),
        Row("(|x - y| < 0.05) on [0, 1]", lambda x, y: np.abs(x - y) < 0.05, unit, lambda: known.band_values(20)),
        Row("1/(1.0001 + sin(x + y))", lambda x, y: 1.0 / (1.0001 + np.sin(x + y)), gaussian,
            lambda: np.array(VALUES["1/(1.0001 + sin(x + y))"][1])),
        Row("sign(sin(5x) sin(5y))", lambda x, y: np.sign(np.sin(5.0 * x) * np.sin(5.0 * y)), gaussian,
            lambda: np.ones(1)),
        Row("cardioid ((x^2 + y^2 - x)^2 < x^2 + y^2)", lambda x, y: (x * x + y * y - x) ** 2 < x * x + y * y, gaussian,
            None),    # to 1e-6 there is tests/hard_values.py
        Row("cusp (y^2 < x^3)", lambda x, y: (x > 0) & (y * y < np.maximum(x, 0.0) ** 3), gaussian, None, True),
        Row("two lenses that touch",
            lambda x, y: ((x - 1.0) ** 2 + y * y < 1.0) | ((x + 1.0) ** 2 + y * y < 1.0), gaussian, None, True),
        Row("sign(sin(5(x + y)) sin(5(x - y)))",
            lambda x, y: np.sign(np.sin(5.0 * (x + y)) * np.sin(5.0 * (x - y))), gaussian, None, True),
        Row("floor(10xy)", lambda x, y: np.floor(10.0 * x * y), gaussian, None, True),
        Row("spiral, sign(sin(angle + 4 radius))",
            lambda x, y: np.sign(np.sin(np.arctan2(y, x) + 4.0 * np.hypot(x, y))), gaussian, None, True),
        Row("the same on [-1, 1]",
            lambda x, y: np.sign(np.sin(np.arctan2(y, x) + 4.0 * np.hypot(x, y))), Uniform(-1.0, 1.0), None, True),
    ]


def line(row: Row) -> str:
    """Decompose one kernel, and compare."""
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # the table says whether the tolerance was met
        try:
            svd = opsvd.decompose(row.h, row.measure, row.measure, max_seconds=SECONDS)
        except (opsvd.KernelError, opsvd.NotSquareIntegrableError) as error:
            return f"{row.name:42}  {time.process_time() - start:6.2f}  refused: {str(error)[:60]}"
    seconds, values = time.process_time() - start, svd.singular_values
    if svd.rank == 0:
        return f"{row.name:42}  {seconds:6.2f}  {svd.evaluations:9d}     0  no value is known"
    bars, error, holds = svd.errors / values[0], "", ""
    if row.values is not None:
        truth = row.values()[:svd.rank]
        wrong = np.abs(values[:len(truth)] - truth)
        error = f"{wrong.max() / truth[0]:.0e}"
        # Rules of another kind have errors of some roundings as well.
        holds = "yes" if (wrong <= svd.errors[:len(truth)] + 1e-14 * truth[0]).all() else "NO"
    return (f"{row.name:42}  {seconds:6.2f}  {svd.evaluations:9d}  {svd.rank:4d}  {bars[0]:9.0e}  {bars.max():11.0e}  "
            f"{error:>6}  {holds:>5}  {'yes' if svd.converged else 'no':>9}  {svd.method.split('(auto')[0][:40]}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only kernels that take less than two seconds or so")
    quick = parser.parse_args().quick
    print(f"What do the hard classes give?\n\n{machine()}\n")
    print(f"rtol=1e-10, max_seconds={SECONDS:g}; bars and errors in units of s_1, seconds are those of the processor\n")
    print(f"{'h(x, y)':42}  seconds  values of h  rank  first bar  largest bar  error  holds  converged  method")
    for row in rows():
        if not (quick and row.slow):
            print(line(row), flush=True)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        main()
