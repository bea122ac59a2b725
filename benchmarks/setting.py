"""The setting of every benchmark: the problem table of the tests, and what it runs on."""

import platform
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import threadpoolctl

import opsvd

__all__ = ["LEADING", "leading_error", "machine", "print_tables", "problem_table"]

LEADING = 6
"""So many singular values are compared."""


def problem_table() -> dict[str, Any]:
    """Return the problems of tests/problems.py by name."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from problems import PROBLEMS

    return {problem.name: problem for problem in PROBLEMS}


def leading_error(values: np.ndarray, problem: Any) -> float:
    """The largest error of the leading values in units of s_1; beyond a finite rank, or the last value, it is zero."""
    computed, truth = (np.pad(s[:LEADING], (0, max(0, LEADING - len(s)))) for s in (values, problem.exact))
    return float(np.abs(computed - truth).max() / truth[0])


def machine() -> str:
    """Say what computes: the command, versions, processor, and each BLAS (numpy and scipy may bring their own)."""
    versions = f"opsvd {opsvd.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
    blas = sorted(f"{library['internal_api']} {library['version']}, {library.get('architecture', 'unknown')} kernels, "
                  f"threads: {library['num_threads']}"
                  for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas")
    command = f"python benchmarks/{Path(sys.argv[0]).name}"
    return "\n".join([command, f"Python {platform.python_version()}, {versions}",
                      f"{_processor()}, {platform.system()}", *blas])


def print_tables(head: str, tables: Iterable[Callable[[bool], Iterable[str]]]) -> None:
    """Print a head, and each table line by line as it is computed: a small one if --quick is given."""
    print(head, flush=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        for table in tables:
            print()
            for line in table("--quick" in sys.argv):
                print(line, flush=True)


def _processor() -> str:
    """The name of the processor, where the system tells it."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
