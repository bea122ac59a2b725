"""How long do both problem tables take, beside an older version of opsvd? Every kernel in turn by both, in one run.

The kernels of tests/problems.py and tests/measured_problems.py, with no hint given. Each version has a process of its
own, and both are asked for one kernel after the other, so that a slow spell of the machine falls on both. Times are
processor seconds on one BLAS thread, the least of a few. It also says where bars are wider than they were, and where
they do not hold. Run it with a checkout of the older version:

    git worktree add OLDER 5755a84
    python benchmarks/beside_older.py OLDER > benchmarks/results/beside_older.txt

`--table measured` takes one table, `--only tanh` the kernels whose names contain that, and `--quick` every tenth
kernel, once.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl
from setting import LEADING, machine, problem_table

import opsvd

HERE = Path(__file__).resolve()


def tables() -> dict[str, dict[str, Any]]:
    """The kernels of both tables by name."""
    problems = problem_table()    # which makes tests/ importable
    from measured_problems import MEASURED

    return {"problems": problems, "measured": {problem.name: problem for problem in MEASURED}}


def answered(problem: Any) -> dict[str, float]:
    """Seconds, the largest bar of the leading values over s_1, false bars, values, and evaluations of one kernel."""
    start = time.process_time()
    svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y)
    seconds = time.process_time() - start
    count, first = min(svd.rank, len(problem.exact)), float(problem.exact.max(initial=0.0)) or 1.0
    false = np.abs(svd.singular_values[:count] - problem.exact[:count]) > svd.errors[:count] + problem.accuracy * first
    return {"seconds": seconds, "bar": float(svd.errors[:LEADING].max(initial=0.0)) / first,
            "false": int(false.sum()), "values": svd.rank, "evaluations": svd.evaluations}


def serve() -> None:
    """Answer for one kernel after the other: names come in on lines, and answers go out."""
    problems = {name: problem for table in tables().values() for name, problem in table.items()}
    warnings.simplefilter("ignore")    # what a tolerance that is missed warns of
    with threadpoolctl.threadpool_limits(1):
        for line in sys.stdin:
            print(json.dumps(answered(problems[json.loads(line)])), flush=True)


class Version:
    """A process that has one version of opsvd, with the problem tables of this one."""

    def __init__(self, tree: Path) -> None:
        environment = os.environ | {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen([sys.executable, str(HERE), "--serve", str(tree)],    # noqa: S603 -- this file
                                        env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, name: str) -> dict[str, float]:
        """The answer for one kernel."""
        assert self.process.stdin is not None    # both are pipes
        assert self.process.stdout is not None
        print(json.dumps(name), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def row(name: str, before: list[dict[str, float]], now: list[dict[str, float]]) -> str:
    """One line: seconds of both, their ratio, evaluations of both, and what is to be said of bars."""
    old, new = (min(answer["seconds"] for answer in answers) for answers in (before, now))
    said = [f"{now[0]['false']:.0f} false bars"] if now[0]["false"] else []
    if now[0]["bar"] > 1.5 * before[0]["bar"]:
        said.append(f"bars {before[0]['bar']:.0e} -> {now[0]['bar']:.0e}")
    return (f"{name:<48} {old:>7.3f} {new:>7.3f} {new / old:>6.2f} {before[0]['evaluations']:>12,.0f} "
            f"{now[0]['evaluations']:>12,.0f}  {'; '.join(said)}").rstrip()


def main() -> None:
    """Ask both, and print the rows and the totals."""
    parser = argparse.ArgumentParser(description="How long do both problem tables take, beside an older version?")
    parser.add_argument("older", type=Path, help="a checkout of the older version")
    parser.add_argument("--repeats", type=int, default=3, help="of which the least counts (%(default)s)")
    parser.add_argument("--table", choices=["problems", "measured"], help="only one of the two tables")
    parser.add_argument("--only", default="", metavar="PATTERN", help="only kernels whose names contain this")
    parser.add_argument("--quick", action="store_true", help="every tenth kernel, once")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve()
        return
    names = [name for table, problems in tables().items() if asked.table in {None, table} for name in problems
             if asked.only in name][::10 if asked.quick else 1]
    older, newer = Version(asked.older.resolve()), Version(HERE.parents[1])
    print(f"{(__doc__ or '').splitlines()[0]}\n\n{machine()}\n")
    print(f"{'kernel':<48} {'before':>7} {'now':>7} {'ratio':>6} {'evaluations':>12} {'now':>12}")
    seconds = []
    for name in names:
        for version in (older, newer):    # what a process makes once for a measure
            version.ask(name)
        pairs = [(older.ask(name), newer.ask(name)) for _ in range(1 if asked.quick else asked.repeats)]
        before, now = ([pair[i] for pair in pairs] for i in (0, 1))
        seconds.append([min(answer["seconds"] for answer in answers) for answers in (before, now)])
        print(row(name, before, now), flush=True)
    old, new = np.array(seconds).T
    print(f"\n{len(names)} kernels: sum {old.sum():.1f} s -> {new.sum():.1f} s ({new.sum() / old.sum():.2f}); median "
          f"{np.median(old):.3f} s -> {np.median(new):.3f} s ({np.median(new) / np.median(old):.2f}); slowest "
          f"{old.max():.2f} s -> {new.max():.2f} s")


if __name__ == "__main__":
    main()
