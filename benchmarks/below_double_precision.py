"""Laws of decay over thirty decades, and the digits of singular values below double precision.

For five functions of xy under standard Gaussians: the law of decay that `decay_law` finds in double precision and in
quadruple precision. Then the errors of sin(xy), whose values are known in closed form, on two Gauss rules, and ten
values of tanh(xy) beside those of mpmath, which share no code with opsvd: its trapezoid rule in log|x| with 50 digits,
and Rayleigh-Ritz steps.

    OMP_NUM_THREADS=1 python benchmarks/below_double_precision.py > benchmarks/results/below_double_precision.txt

takes some five minutes; --quick takes sin(xy) to 1e-15 alone. --figure draws docs/figures/below_double_precision.png
too. With `sparse-ir[xprec]==1.1.7`, which needs another version of numpy than numpy-quaddtype,
`--sparse-ir FILE` writes its values of its own kernels and its seconds to FILE, and a later run with
`--beside FILE` compares them.
"""

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "below_double_precision.png"
SCALES = 10.0, 42.0
"""Of the logistic kernel, exp(-scale y (x + 1) / 2) / (1 + exp(-scale y)) on [-1, 1] x [-1, 1]."""


def functions() -> dict[str, Any]:
    """The functions phi of phi(xy)."""
    import opsvd

    return {"tanh": np.tanh, "sin": np.sin, "gelu": lambda z: 0.5 * z * (1.0 + opsvd.erf(z / np.sqrt(0.0 * z + 2.0))),
            "exp(-|z|)": lambda z: np.exp(-np.abs(z)), "1/(1 + z^2)": lambda z: 1.0 / (1.0 + z * z)}


def of_product(phi: Any) -> Any:
    """The kernel phi(xy)."""
    return lambda x, y: phi(x * y)


def laws(names: list[str]) -> dict[str, Any]:
    """Print the law of each function in both precisions, and return the decompositions in quadruple precision."""
    import opsvd

    found = {}
    print("power: a with log(s_1 / s_i) like (i - 1)^a over the second half of the values, by least squares\n"
          f"{'phi':>12} {'values':>6} {'last / s_1':>10} {'bar / s_1':>9} {'seconds':>7} {'power':>6}  law")
    for name in names:
        for precision in ("double", "quad"):
            start = time.process_time()
            svd = opsvd.decompose(of_product(functions()[name]), precision=precision, max_seconds=600.0)
            s = svd.singular_values
            print(f"{name:>12} {svd.rank:6} {float(s[-1] / s[0]):10.1e} {float(svd.errors.max()) / float(s[0]):9.1e} "
                  f"{time.process_time() - start:7.1f} {power(s):6.3f}  {svd.decay.kind}, rate {svd.decay.rate:.4g}, "
                  f"error {svd.decay.error:.1g}", flush=True)
            found[name] = svd
    return found


def power(singular_values: Any) -> float:
    """The power a of the index with which the logarithms of the values fall, from their second half."""
    s = np.array(singular_values, dtype=float)
    half = np.arange(len(s) // 2, len(s))
    return float(np.polyfit(np.log(half), np.log(np.log(s[0] / s[half])), 1)[0])


def sine(svd: Any, other: Any) -> None:
    """Print the errors of the values of sin(xy) on two rules, beside its closed form."""
    from opsvd._support.quad import as_quad, rounded

    # s_i = sqrt(E[sin^2] (1 - q^2)) q^(i - 1) with q = (3 - sqrt 5) / 2: see opsvd.exact.sin_product.
    root = np.sqrt(as_quad(5.0))
    ratio = (3.0 - root) / 2.0
    exact = [np.sqrt((1.0 - 1.0 / root) / 2.0 * (1.0 - ratio * ratio))]
    for _ in range(svd.rank - 1):
        exact.append(exact[-1] * ratio)
    truth = np.array(exact)
    print(f"\nsin(xy), {svd.method}; and with 400 nodes\n"
          f"{'i':>3} {'s_i / s_1':>10} {'error / s_i':>11} {'400 nodes':>11} {'error / s_1':>11} {'bar / s_i':>10}")
    size = rounded(truth)
    errors = [rounded(one.singular_values[:svd.rank] - truth[:one.rank]) for one in (svd, other)]
    for i in [*range(0, svd.rank, 6), svd.rank - 1]:
        print(f"{i + 1:3} {size[i] / size[0]:10.1e} {errors[0][i] / size[i]:11.1e} {errors[1][i] / size[i]:11.1e} "
              f"{abs(errors[0][i]) / size[0]:11.1e} {svd.errors[i] / size[i]:10.1e}")
    for digits in (20, 12, 6):
        good = np.abs(errors[0]) <= 10.0**-digits * size
        last = size[: int(np.argmin(np.append(good, False)))][-1] / size[0]
        print(f"{digits} digits down to {last:.1e} of the first")
    print(f"largest error over its bar: {float((np.abs(errors[0]) / svd.errors).max()):.2f}")


def tanh_by_mpmath(count: int, nodes: int = 22) -> list[Any]:
    """The leading values of tanh(xy), by the trapezoid rule in log|x| with so many nodes in a unit."""
    import mpmath
    from mpmath import mpf

    # The error of the first value is exp(-pi^2 nodes / 2), 1e-47 for 22 nodes, and that of the tenth 1e6 times as
    # large; what lies below the left end at -26.5 is exp(-79.5) = 3e-35.
    mpmath.mp.dps = 50
    step, first, last = mpf(1) / nodes, round(-26.5 * nodes), round(2.7 * nodes)
    x = [mpmath.exp(step * k) for k in range(first, last)]
    weights = [mpmath.sqrt(step * mpmath.sqrt(2 / mpmath.pi) * z * mpmath.exp(-z * z / 2)) for z in x]
    # By products of exp(step), tanh is wanted at sums of indices alone.
    table = [mpmath.tanh(mpmath.exp(step * k)) for k in range(2 * first, 2 * last)]
    matrix = [[a * b * table[i + j] for j, b in enumerate(weights)] for i, a in enumerate(weights)]
    rough = np.linalg.eigh(np.array(matrix, dtype=float))
    order = np.argsort(-np.abs(rough[0]))[:count + 8]
    vectors = [[mpf(number) for number in column] for column in rough[1][:, order].T.tolist()]
    for _ in range(4):    # each step squares the ratio of values that are wanted to those that are not
        vectors = _orthonormal(vectors)
        images = [[mpmath.fdot(row, vector) for row in matrix] for vector in vectors]
        small = mpmath.matrix([[mpmath.fdot(a, b) for b in images] for a in vectors])
        values = mpmath.eigsy((small + small.T) / 2, eigvals_only=True)
        vectors = images
    return sorted((abs(value) for value in values), reverse=True)[:count]


def _orthonormal(vectors: list[list[Any]]) -> list[list[Any]]:
    """Gram and Schmidt, twice."""
    import mpmath

    for _ in range(2):
        done: list[list[Any]] = []
        for vector in vectors:
            rest = vector
            for other in done:
                part = mpmath.fdot(other, rest)
                rest = [a - part * b for a, b in zip(rest, other, strict=True)]
            size = mpmath.sqrt(mpmath.fdot(rest, rest))
            done.append([a / size for a in rest])
        vectors = done
    return vectors


def tanh(svd: Any) -> None:
    """Print ten values of tanh(xy) beside those of mpmath."""
    import mpmath

    print("\ntanh(xy), ten values by mpmath, the relative difference of those in quadruple precision, and its part of "
          "the bar")
    for i, value in enumerate(tanh_by_mpmath(10)):
        number = svd.singular_values[i]
        parts = [float(number), float(number - float(number))]
        parts.append(float(number - parts[0] - parts[1]))
        difference = mpmath.fsum(parts) - value
        print(f"{i + 1:3} {mpmath.nstr(value, 28):>32} {float(difference / value):9.1e} "
              f"{abs(float(difference)) / svd.errors[i]:6.2f}")


def logistic(scale: float) -> Any:
    """The logistic kernel, written so that nothing overflows."""
    def h(x: Any, y: Any) -> Any:
        v = scale * np.abs(y)
        return np.exp(-0.5 * v * (1.0 + np.sign(y) * x)) / (1.0 + np.exp(-v))

    return h


def write_sparse_ir(path: Path) -> None:
    """The values of the logistic kernel by sparse-ir as it comes, over the first, with seconds."""
    import sparse_ir

    found = {}
    for scale in SCALES:
        start = time.process_time()
        s = sparse_ir.sve.compute(sparse_ir.LogisticKernel(scale)).s
        found[str(scale)] = [[float(value) for value in s], time.process_time() - start]
    path.write_text(json.dumps(found), encoding="utf-8")


def beside(path: Path) -> None:
    """Print how values of sparse-ir differ from those in quadruple precision, and the seconds of both."""
    import opsvd

    interval = opsvd.Uniform(-1.0, 1.0)
    print("\nlogistic kernel beside sparse-ir 1.1.7 as it comes: values below are over the first")
    print(f"{'scale':>6} {'values':>13} {'last value':>19} {'seconds':>12}  largest difference / s_1, and at s_i below "
          f"1e-12 relative to s_i")
    for scale, (values, seconds) in json.loads(path.read_text(encoding="utf-8")).items():
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # 384 nodes do not resolve the scale 42
            svd = opsvd.decompose(logistic(float(scale)), interval, interval, precision="quad", max_seconds=600.0)
        mine = np.array(svd.singular_values / svd.singular_values[0], dtype=float)
        theirs = np.array(values) / values[0]
        count = min(len(mine), len(theirs))
        difference = np.abs(mine[:count] - theirs[:count])
        small = mine[:count] < 1e-12
        print(f"{float(scale):6g} {len(theirs):6}{svd.rank:7} {theirs[-1]:9.1e} {mine[-1]:9.1e} {seconds:6.1f}"
              f"{time.process_time() - start:6.1f}  {difference.max():.1e}  "
              f"{(difference / mine[:count])[small].max(initial=0.0):.1e}; bar / s_1 of opsvd "
              f"{svd.errors.max() / float(svd.singular_values[0]):.1e}")


def draw(found: dict[str, Any]) -> None:
    """Values against their index, and against its root, where those of root-exponential laws lie on a line."""
    from opsvd.figures import COLOURS, new_figure, styled

    figure = new_figure(9.0, 4.0)
    axes = figure.subplots(1, 2, sharey=True)
    for ax, power, label in zip(np.ravel(axes), (1.0, 0.5), ("$i$", r"$\sqrt{i}$"), strict=True):
        styled(ax)
        for (name, svd), colour, marker in zip(found.items(), COLOURS, "osv^D", strict=False):
            s = np.array(svd.singular_values, dtype=float)
            ax.plot(np.arange(1.0, len(s) + 1.0) ** power, s / s[0], marker, color=colour, markersize=3.0, label=name)
        ax.axhspan(1e-31, 2.2e-16, color="0.5", alpha=0.12, linewidth=0.0)
        ax.set(xlabel=label, yscale="log", ylim=(1e-31, 3.0))
    first = np.ravel(axes)[0]
    first.set(ylabel=r"$s_i / s_1$")
    first.text(2.0, 3e-31, "below double precision", fontsize=8)
    np.ravel(axes)[1].legend(title=r"$\phi(xy)$", fontsize=8)
    figure.savefig(FIGURE, dpi=160)


def main(arguments: list[str] | None = None) -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="sin(xy) to 1e-15 alone")
    parser.add_argument("--figure", action="store_true", help="draw the figure too")
    parser.add_argument("--sparse-ir", type=Path, help="write the values of sparse-ir to this file, and stop")
    parser.add_argument("--beside", type=Path, help="compare with the values in this file")
    given = parser.parse_args(arguments)
    if given.sparse_ir:
        write_sparse_ir(given.sparse_ir)
        return
    from setting import machine

    import opsvd

    print(machine(), end="\n\n")
    if given.quick:
        svd = opsvd.decompose(of_product(np.sin), precision="quad", rtol=1e-15)
        exact = opsvd.exact.sin_product(1.0, svd.rank)
        print(f"sin(xy): {svd}, largest error {np.abs(np.array(svd.singular_values, dtype=float) - exact).max():.1e}")
        return
    found = laws(list(functions()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        other = opsvd.decompose(of_product(np.sin), precision="quad", method=opsvd.HermiteGalerkin(degree=399),
                                max_seconds=600.0)
    sine(found["sin"], other)
    tanh(found["tanh"])
    if given.beside:
        beside(given.beside)
    if given.figure:
        draw(found)


if __name__ == "__main__":
    main()
