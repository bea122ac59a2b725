"""Which singular values do kernels without a closed form have, and to how many digits is that known? Computed here.

Computes those of tests/broken_problems.py in two discretisations and prints tests/computed_values.py:

    python benchmarks/reference_values.py > computed_values.py

A new row begins there with ``"its name": (1.0, [1.0])``. Names as arguments print the entries of these kernels alone.
Progress goes to the standard error output: how far the two agree, and E[h^2] in closed form and by integration.
"""

import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
from setting import problem_table

COUNT = 10
# The two differ in panels, polynomials, the ends of the domain, the pieces of the integrals, and in which of the two
# variables is cut first: the second integrates over x for fixed y, and uses the breaks as functions of y.
FIRST = {"reach": 11.0, "panels": 52, "order": 20, "step": 1.0}
SECOND = {"reach": 10.3, "panels": 45, "order": 22, "step": 0.7}

HEAD = '''"""Singular values that have no closed form, printed by benchmarks/reference_values.py: do not edit.

Each name has an accuracy, relative to the first value, and values: the mean of two discretisations. The accuracy is
twice the largest difference between the two, and never less than the rounding of an SVD, 2e-15.
"""

VALUES = {'''


def transposed(problem: Any) -> Any:
    """The problem of h(y, x), whose singular values are the same."""
    return replace(problem, h=lambda x, y: problem.h(y, x), breaks=problem.breaks.transposed(),
                   mu_x=problem.mu_y, mu_y=problem.mu_x)


def two_computations(problem: Any) -> tuple[np.ndarray, np.ndarray]:
    """The leading values from both discretisations; of a periodic kernel, from a circle and from panels."""
    from references import circle_spectrum, spectrum

    if "circle" in problem.source:
        return circle_spectrum(problem, 3400)[:COUNT], spectrum(problem, **SECOND)[:COUNT]
    return spectrum(problem, **FIRST)[:COUNT], spectrum(transposed(problem), **SECOND)[:COUNT]


def entry(name: str, values: np.ndarray, accuracy: float) -> str:
    """The lines of VALUES for one kernel, with 17 significant digits."""
    rows = [", ".join(f"{value:.17g}" for value in values[k:k + 4]) for k in range(0, len(values), 4)]
    return "\n".join([f'    "{name}": ({accuracy:.0e}, [', *(f"        {row}," for row in rows), "    ]),"])


def report(problem: Any) -> str:
    """Compute one kernel, say how well, and return its entry."""
    from references import energy

    start = time.perf_counter()
    first, second = two_computations(problem)
    values = 0.5 * (first + second)
    values = values[values > 1e-14 * values[0]]
    difference = np.abs(first - second).max() / values[0]
    given = "unknown"
    if problem.tail_energy is not None:
        given = f"{np.sum(problem.exact**2) + problem.tail_energy:.15f}"
    print(f"{problem.name:36} {difference:.1e}  E[h^2] {given}, integrated {energy(problem):.15f} "
          f"{energy(transposed(problem), reach=10.0, panels=29):.15f}, {time.perf_counter() - start:.0f} s",
          file=sys.stderr, flush=True)
    return entry(problem.name, values, max(2e-15, 2.0 * difference))


def main() -> None:
    """Print the entries of all kernels, or of those named."""
    table = problem_table()
    from broken_problems import BROKEN

    names = sys.argv[1:] or [problem.name for problem in BROKEN]
    entries = [report(table[name]) for name in names]
    print("\n".join(entries if sys.argv[1:] else [HEAD, *entries, "}"]))


if __name__ == "__main__":
    main()
