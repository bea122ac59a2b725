"""How far sums of values that a law of decay continues are from the truth, and how wide their bars are.

The values of a kernel are cut off at a part of the first, the sum of the others is continued by `nuclear_tail`, and
compared with the sum of the values that were cut off. Beside the laws of the library stand those without the
exponentials of i^(1/3) and i^(2/3).

    python benchmarks/continued_tails.py > benchmarks/results/continued_tails.txt
"""

import math
from collections.abc import Iterator

import numpy as np
from setting import machine, print_tables

import opsvd
from opsvd.spectrum import laws, nuclear_tail

CUTS = (1e-2, 1e-3, 1e-4, 1e-6, 1e-8)

KERNELS = {
    "tanh(xy)": lambda x, y: np.tanh(x * y),
    "tanh(3xy)": lambda x, y: np.tanh(3.0 * x * y),
    "1/cosh(xy)": lambda x, y: 1.0 / np.cosh(x * y),
    "1/cosh(x - y)": lambda x, y: 1.0 / np.cosh(x - y),
    "erf(xy)": lambda x, y: opsvd.erf(x * y),
    "arctan(xy)": lambda x, y: np.arctan(x * y),
    "log cosh(xy)": lambda x, y: np.logaddexp(x * y, -x * y) - math.log(2.0),
    "1/(1 + (xy)^2)": lambda x, y: 1.0 / (1.0 + (x * y) ** 2),
    "1/(1 + (x - y)^2)": lambda x, y: 1.0 / (1.0 + (x - y) ** 2),
    "sqrt(1 + (x - y)^2)": lambda x, y: np.sqrt(1.0 + (x - y) ** 2),
    "1/(1 + exp(-x - y))": lambda x, y: 1.0 / (1.0 + np.exp(-x - y)),
    "sin(xy)": lambda x, y: np.sin(x * y),
    "exp(-(x - y)^2)": lambda x, y: np.exp(-((x - y) ** 2)),
    **{f"tanh(<x, y>), k = {k}": opsvd.elementwise(np.tanh, k) for k in (2, 3, 4)},
}

SETS = {"without": tuple(law for law in laws.LAWS if law.kind not in ("cube-root-exponential",
                                                                       "two-thirds-exponential")),
        "with": laws.LAWS}


def tails(quick: bool) -> Iterator[str]:
    """The sum and the bar over the true sum beyond each cut, for both sets of laws, and what they come to."""
    yield f"{'kernel':22}{'cut':>7}{'values':>8}" + "".join(f"{f'{name}: sum':>16}{'bar':>9}" for name in SETS)
    ratios: dict[str, list[float]] = {name: [] for name in SETS}
    false = dict.fromkeys(SETS, 0)
    for name, h in list(KERNELS.items())[:3 if quick else None]:
        svd = opsvd.decompose(h, rtol=1e-13 if h.__class__.__name__ == "function" else 1e-8, max_seconds=8.0)
        s = svd.singular_values
        for cut in CUTS:
            r = int(np.sum(s > cut * s[0]))
            if not 6 <= r < len(s) - 3:
                continue
            truth, norm = float(s[r:].sum()), math.hypot(svd.tail, *s[r:])
            row = f"{name:22}{cut:7.0e}{r:8d}"
            for kind, some in SETS.items():
                laws.LAWS = some
                tail = nuclear_tail(s[:r], np.full(r, 1e-4 * cut * s[0]), norm)
                false[kind] += abs(tail.nuclear - truth) > tail.nuclear_error
                ratios[kind].append(tail.nuclear_error / truth)
                row += f"{tail.nuclear / truth:16.3g}{tail.nuclear_error / truth:9.3g}"
            yield row
    for kind, found in ratios.items():
        finite = [ratio for ratio in found if math.isfinite(ratio)]
        yield (f"{kind}: {false[kind]} of {len(found)} bars are false, {len(found) - len(finite)} are infinite, the "
               f"others are {np.exp(np.mean(np.log(finite))):.2f} times the true sum in the geometric mean")


if __name__ == "__main__":
    print_tables(machine(), [tails])
