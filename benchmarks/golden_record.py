"""Does a change of the code change an answer? Every kernel of the problem tables, decomposed and held against a record.

`record` decomposes each kernel of tests/problems.py and tests/vector_problems.py at two tolerances, and writes a file:
one row a line, with singular values, error bars, multiplicities, status, method, evaluations, what is left out, and
processor seconds. `compare` does the same and prints what differs from such a file, or compares two of them:

    python benchmarks/golden_record.py record FILE
    python benchmarks/golden_record.py compare FILE [NEWER_FILE]

The exit status of `compare` is 1 if values or multiplicities changed, or a status became worse. Evaluations are the
only budget, so that on one machine, with the same numpy and scipy, two records differ in their seconds alone.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import threadpoolctl
from setting import machine, problem_table

import opsvd

__all__ = ["KINDS", "STORED", "compared", "decomposed", "differences", "grade", "read_record"]

STORED = Path(__file__).parent / "results" / "golden_record.json"
KINDS = ("numbers", "vectors", "blocks", "matrices")
RTOLS = (1e-4, 1e-10)
# Large, so that no clock decides, also where a hiccup of the machine makes one value of h look slow.
MAX_SECONDS = 1e9
# Of the leading values, so many are written down.
VALUES = 60
# Values that move by more than this part of s_1 have moved, and bars by more than this part of themselves.
MOVED, CHANGED = 1e-13, 1e-6
# Statuses from best to worst.
GRADES = ("converged", "not converged", "raised")

Row = dict[str, Any]
"""What is written down of one decomposition: see `decomposed`."""


@cache
def tables() -> dict[tuple[str, str], tuple[Any, tuple[Any, ...], dict[str, int]]]:
    """For each kind and name: what makes the kernel, the measures, and the budget."""
    numbers = problem_table().values()    # which makes tests/ importable
    from vector_problems import VECTOR_PROBLEMS

    return {("numbers", p.name): (lambda p=p: p.h, (p.mu_x, p.mu_y), {}) for p in numbers} | {
        (p.kind, p.name): (p.build, p.measures, {"max_evaluations": p.max_evaluations}) for p in VECTOR_PROBLEMS}


def decomposed(kind: str, name: str) -> list[Row]:
    """The rows of one kernel, one for each tolerance."""
    with threadpoolctl.threadpool_limits(1):
        return [_row(kind, name, rtol) for rtol in RTOLS]


def _row(kind: str, name: str, rtol: float) -> Row:
    """Decompose one kernel at one tolerance."""
    build, measures, options = tables()[kind, name]
    row: Row = {"kind": kind, "name": name, "rtol": rtol}
    start = process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")    # what a missed tolerance warns of is in the status
        try:
            svd = opsvd.decompose(build(), *measures, rtol=rtol, max_seconds=MAX_SECONDS, **options)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is written down
            return row | {"status": f"raised {type(error).__name__}: {error}", "count": 0, "values": [], "errors": [],
                          "multiplicities": [], "norm": 0.0, "tail": 0.0, "method": "", "evaluations": 0,
                          "seconds": round(process_time() - start, 3)}
    seconds = process_time() - start
    return row | {"status": svd.status, "count": len(svd.values), "values": svd.values[:VALUES].tolist(),
                  "errors": svd.value_errors[:VALUES].tolist(), "multiplicities": _written(svd.multiplicities),
                  "norm": float(svd.norm), "tail": float(svd.tail), "method": svd.method,
                  "evaluations": svd.evaluations, "seconds": round(seconds, 3)}


def _written(multiplicities: np.ndarray) -> list[int]:
    """Multiplicities of the leading values, or nothing if all are one."""
    counts = [int(count) for count in multiplicities]
    return counts[:VALUES] if set(counts) - {1} else []


def grade(row: Row) -> int:
    """How good a status is: an index of `GRADES`."""
    return next(i for i, word in enumerate(GRADES) if row["status"].startswith(word))


def moved(old: Row, new: Row) -> tuple[float, bool]:
    """By how much values moved at most, relative to s_1; and whether one moved beyond the bars of both rows."""
    q = min(len(old["values"]), len(new["values"]))
    if q == 0:
        return 0.0, False
    change, bars = (np.abs(np.subtract(new["values"][:q], old["values"][:q])),
                    np.add(new["errors"][:q], old["errors"][:q]))
    return float(change.max() / old["values"][0]), bool((change > bars).any())


def _relative(old: float, new: float) -> float:
    """The change relative to the smaller: infinite if one alone is zero."""
    return 0.0 if old == new else abs(new - old) / min(abs(old), abs(new)) if old and new else np.inf


def differences(old: Row, new: Row) -> list[str]:
    """What differs between two rows, in words; those of answers come first and are marked by a star."""
    found = []
    change, beyond = moved(old, new)
    if change > MOVED:
        found.append(f"* values moved by {change:.1e} s_1, {'BEYOND' if beyond else 'within'} the bars")
    for key, text in (("count", "number of values"), ("multiplicities", "multiplicities")):
        if old[key] != new[key]:
            found.append(f"* {text} {_first_change(old[key], new[key])}")
    if grade(new) > grade(old):
        found.append(f"* status became worse: {old['status']} -> {new['status']}")
    elif old["status"] != new["status"]:
        found.append(f"status: {old['status']} -> {new['status']}")
    q = min(len(old["errors"]), len(new["errors"]))
    bars = [_relative(*pair) for pair in zip(old["errors"][:q], new["errors"][:q], strict=True)]
    if max(bars, default=0.0) > CHANGED:
        worst = int(np.argmax(bars))
        found.append(f"bars: {sum(bar > CHANGED for bar in bars)} of {q}, most that of s_{worst + 1}, "
                     f"{old['errors'][worst]:.3e} -> {new['errors'][worst]:.3e}")
    found += [f"{key}: {old[key]:.8g} -> {new[key]:.8g}" for key, limit in (("norm", MOVED), ("tail", CHANGED))
              if _relative(old[key], new[key]) > limit]
    return found + [f"{key}: {old[key]} -> {new[key]}" for key in ("method", "evaluations") if old[key] != new[key]]


def _first_change(old: Any, new: Any) -> str:
    """Two numbers, or the first of two lists that differ."""
    if isinstance(old, int):
        return f"{old} -> {new}"
    i = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return f"{old[i:i + 3]} -> {new[i:i + 3]}, from value {i + 1} on"


def rows_of(kinds: Iterable[str], pattern: str, workers: int) -> Iterator[Row]:
    """Decompose the kernels of some kinds whose names contain a pattern."""
    keys = [(kind, name) for kind, name in tables() if kind in kinds and pattern in name]
    with ProcessPoolExecutor(workers) as pool:
        for rows in pool.map(decomposed, *zip(*keys, strict=True)):
            yield from rows


def read_record(path: Path) -> list[Row]:
    """The rows of a file."""
    return json.loads(path.read_text(encoding="utf-8"))["rows"]


def write_record(path: Path, rows: Iterable[Row]) -> None:
    """Write rows, one a line."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"machine": {json.dumps(machine().splitlines())},\n"rows": [')
        for i, row in enumerate(rows):
            file.write(f"{',' if i else ''}\n{json.dumps(row)}")
            file.flush()
        file.write("\n]}\n")


def compared(old: Iterable[Row], new: Iterable[Row]) -> bool:
    """Print each row that differs, and totals; whether an answer changed."""
    before = {(row["kind"], row["name"], row["rtol"]): row for row in old}
    counts: dict[str, int] = {}
    seconds = {kind: np.zeros(2) for kind in KINDS}
    for row in new:
        key = row["kind"], row["name"], row["rtol"]
        if key not in before:
            counts["new"] = counts.get("new", 0) + 1
            print(f"{key}: not in the record")
            continue
        found = differences(before[key], row)
        seconds[row["kind"]] += before.pop(key)["seconds"], row["seconds"]
        what = "answers changed" if any(one.startswith("*") for one in found) else "differ" if found else "same"
        counts[what] = counts.get(what, 0) + 1
        if found:
            print(f"{row['kind']}, {row['name']}, rtol={row['rtol']:g}: {'; '.join(found)}", flush=True)
    for key in before:
        print(f"{key}: only in the record")
    print(f"\nrows: {', '.join(f'{count} {what}' for what, count in counts.items())}; {len(before)} only in the record")
    for kind, (once, now) in seconds.items():
        print(f"{kind:<9} {once:8.1f} s -> {now:8.1f} s")
    return "answers changed" in counts or bool(before)


def chosen(rows: Iterable[Row], kinds: Iterable[str], pattern: str) -> list[Row]:
    """The rows of some kinds whose names contain a pattern."""
    return [row for row in rows if row["kind"] in kinds and pattern in row["name"]]


def main() -> int:
    """Record, or compare."""
    parser = argparse.ArgumentParser(description="Record the answers for all problems, or compare with a record.")
    parser.add_argument("command", choices=["record", "compare"])
    parser.add_argument("file", type=Path, help="the record to write, or to compare with")
    parser.add_argument("newer", type=Path, nargs="?", help="a second record, instead of decomposing now")
    parser.add_argument("--only", default="", metavar="PATTERN", help="only kernels whose names contain this")
    parser.add_argument("--kind", choices=KINDS, help="only kernels of this kind")
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    asked = parser.parse_args()
    choice = (asked.kind,) if asked.kind else KINDS, asked.only
    if asked.command == "record":
        write_record(asked.file, rows_of(*choice, asked.workers))
        return 0
    new = rows_of(*choice, asked.workers) if asked.newer is None else chosen(read_record(asked.newer), *choice)
    return int(compared(chosen(read_record(asked.file), *choice), new))


if __name__ == "__main__":
    sys.exit(main())
