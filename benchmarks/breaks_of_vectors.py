"""Are kernels phi(<x, y>) with kinks and jumps known to rounding at every k? Degrees of phi against those of phi'.

By Stein's lemma the singular values of degree l of phi in R^k are those of degree l - 1 of phi' in R^(k + 2): two
computations with other kernels, breaks of another order, and other dimensions.
"""

import time
from itertools import accumulate
from pathlib import Path

import numpy as np
from setting import machine

from opsvd import OperatorSVD, decompose, elementwise

CASES = [
    ("max(z - 1, 0)", lambda z: np.maximum(z - 1.0, 0.0), lambda z: (z > 1.0) * 1.0, (1.0,)),
    ("clip(z, -1, 1)", lambda z: np.clip(z, -1.0, 1.0), lambda z: (np.abs(z) < 1.0) * 1.0, (-1.0, 1.0)),
    ("|z + 0.3|", lambda z: np.abs(z + 0.3), lambda z: np.sign(z + 0.3), (-0.3,)),
]
DIMENSIONS = (2, 3, 5, 10, 50, 1000)


def main() -> None:
    """Print and store the table."""
    lines = [machine(), "", "the leading value of each degree from 1 to 5, over s_1, and processor seconds for both"]
    for name, phi, slope, kinks in CASES:
        for k in DIMENSIONS:
            start = time.process_time()
            svd, other = (decompose(elementwise(f, dim, kinks)) for f, dim in ((phi, k), (slope, k + 2)))
            seconds = time.process_time() - start
            differences, bars = _compared(svd, other)
            lines.append(f"{name:<15} k = {k:<5} difference {differences:.1e}, sum of bars {bars:.1e}, {seconds:.1f} s")
            print(lines[-1], flush=True)
    path = Path(__file__).parent / "results" / "breaks_of_vectors.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _compared(svd: OperatorSVD, other: OperatorSVD) -> tuple[float, float]:
    """The largest difference over s_1, and the largest sum of bars."""
    differences, bars = [], []
    for degree in range(1, 6):
        places = [_leading(part, index) for part, index in ((svd, degree), (other, degree - 1))]
        if None in places:
            continue
        i, j = places
        differences.append(abs(svd.values[i] - other.values[j]) / svd.values[0])
        bars.append((svd.value_errors[i] + other.value_errors[j]) / svd.values[0])
    return max(differences), max(bars)


def _leading(svd: OperatorSVD, degree: int) -> int | None:
    """The index of the first value of a degree; equal values of several degrees are one."""
    here = np.flatnonzero(svd.left.degrees == degree)
    if len(here) == 0:
        return None
    # Values are merged in order: each entry's group is the one in which its number falls.
    ends = np.array(list(accumulate(int(m) for m in svd.multiplicities)), dtype=object)
    before = sum(svd.left.multiplicities[:here[0]])
    return int(np.searchsorted(ends, before, side="right"))


if __name__ == "__main__":
    main()
