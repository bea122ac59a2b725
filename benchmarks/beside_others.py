"""Compare opsvd with others where they do the same job: errors, and seconds as ratios.

- sparse-ir finds the singular value expansion of its own kernels on [-1, 1] x [-1, 1], for Lebesgue measure, and takes
  other kernels from a class that says where to cut. opsvd takes the same operator under uniform measures, which
  halves the values.
- The same class of sparse-ir, given h(x, y) times the half-densities on a box, finds the values under Gaussian
  measures. The cuts are ours: equal segments.
- OpenTURNS finds Karhunen-Loeve eigenvalues of covariance models on an interval: singular values, being positive.
- scikit-learn's Nystroem maps points to features by some of them, drawn at random; the squares of the singular values
  of the features of all points are its estimates of eigenvalues.
- Gauss rules with a fixed number of nodes, and sampled matrices, are what one would write without a library.

Run it with

    pip install -e '.[bench]' 'sparse-ir[xprec]==1.1.7' openturns scikit-learn
    python benchmarks/beside_others.py > benchmarks/results/beside_others.txt
"""

import importlib
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import numpy as np
import threadpoolctl
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.legendre import leggauss, legvander
from setting import LEADING, leading_error, machine, problem_table

import opsvd
from opsvd.quadrature import composite_gauss_legendre

ROUNDS = 5
# Half the width of the box that stands for the line, and its segments.
REACH, SEGMENTS, ORDER = 9.0, 36, 16
RTOL = 1e-10
INTERVAL = opsvd.Uniform(-1.0, 1.0)
PATHS, SAMPLED, POINTS, FEATURES = 1000, 1000, 5000, 200

Kernel = Callable[[Any, Any], Any]
Solver = Callable[[], np.ndarray | opsvd.OperatorSVD]


def required(module: str, package: str) -> Any:
    """Import a competitor, or say what to install."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise SystemExit(f"this benchmark needs {package}; install it with: pip install '{package}'") from None


@dataclass
class Job:
    """One operator: its values, how well they are known, and who computes them; what came of it, and opsvd's bar."""

    name: str
    exact: np.ndarray
    accuracy: float
    solvers: dict[str, Solver]
    seconds: dict[str, list[float]] = field(default_factory=dict)
    values: dict[str, np.ndarray] = field(default_factory=dict)
    bar: float = 0.0

    def run(self) -> None:
        """Run every solver once."""
        for name, solve in self.solvers.items():
            start = time.process_time()
            found = solve()
            self.seconds.setdefault(name, []).append(time.process_time() - start)
            if isinstance(found, opsvd.OperatorSVD):
                self.bar = float(found.errors[:LEADING].max() / found.singular_values[0])
                found = found.singular_values
            self.values[name] = found


def on_interval(h: Kernel) -> Solver:
    """Let opsvd decompose h under uniform measures on [-1, 1]."""
    return lambda: opsvd.decompose(h, INTERVAL, INTERVAL, rtol=RTOL)


def logistic(scale: float) -> Kernel:
    """The logistic kernel exp(-scale y (x + 1) / 2) / (1 + exp(-scale y)), written so that nothing overflows."""
    def h(x: Any, y: Any) -> Any:
        v = scale * np.abs(y)
        return np.exp(-0.5 * v * (1.0 + np.sign(y) * x)) / (1.0 + np.exp(-v))

    return h


def bose(scale: float) -> Kernel:
    """The regularised Bose kernel y exp(-scale y (x + 1) / 2) / (1 - exp(-scale y)), likewise."""
    def h(x: Any, y: Any) -> Any:
        v = scale * np.abs(y)
        with np.errstate(invalid="ignore"):
            factor = np.where(v > 0.0, -v / np.expm1(-v), 1.0) / scale
        return np.exp(-0.5 * v * (1.0 + np.sign(y) * x)) * factor

    return h


def panel_values(h: Kernel, order: int) -> np.ndarray:
    """Values under uniform measures on [-1, 1] by Nystrom on panels halving towards 0 and both ends."""
    steps = 2.0 ** -np.arange(1.0, 25.0)
    edges = np.unique(np.concatenate([[-1.0, 0.0, 1.0], steps, -steps, 1.0 - steps, steps - 1.0]))
    x, w = composite_gauss_legendre(edges, order)
    root = np.sqrt(0.5 * w)
    return np.linalg.svd(h(x[:, None], x) * root[:, None] * root, compute_uv=False)


def triangle_values(k: Callable[[np.ndarray], np.ndarray], degree: int) -> np.ndarray:
    r"""Values of :math:`k(|x - y|)` under uniform measures on [-1, 1], for k smooth on [0, 2].

    Projected on Legendre polynomials; the triangle y < x is the image of a square, x = s, y = -1 + (s + 1) t, on which
    the integrand is smooth. The other triangle is its mirror image.
    """
    nodes, weights = leggauss(degree + 40)
    s, t = nodes[:, None], 0.5 * (1.0 + nodes)
    y = -1.0 + (s + 1.0) * t
    # Densities 1/2 for x and for y, and dy dx = (s + 1) dt ds.
    weight = 0.25 * weights[:, None] * (0.5 * weights) * (s + 1.0) * k(s - y)
    norms = np.sqrt(2.0 * np.arange(degree) + 1.0)
    lower = np.einsum("im,ij,ijn->mn", legvander(nodes, degree - 1) * norms, weight, legvander(y, degree - 1) * norms,
                      optimize=True)
    return np.linalg.svd(lower + lower.T, compute_uv=False)


def two_ways(values: Callable[[int], np.ndarray], coarse: int, fine: int) -> tuple[np.ndarray, float]:
    """Values, and how well they are known: the largest difference of two discretisations, over s_1."""
    first, second = values(coarse), values(fine)
    return second, float(np.abs(first[:LEADING] - second[:LEADING]).max() / second[0])


def sparse_ir_jobs(ir: SimpleNamespace) -> Iterator[Job]:
    """Its own kernels, with its own hints: in double precision, and as it comes, in twice that."""
    for name, kernel, h in (("logistic kernel, 42", ir.kernel.LogisticKernel(42.0), logistic(42.0)),
                            ("logistic kernel, 1000", ir.kernel.LogisticKernel(1e3), logistic(1e3)),
                            ("regularised Bose kernel, 42", ir.kernel.RegularizedBoseKernel(42.0), bose(42.0))):
        exact, accuracy = two_ways(lambda order, h=h: panel_values(h, order), 12, 16)
        yield Job(f"{name}, uniform measures", exact, accuracy, {
            "opsvd": on_interval(h),
            "sparse-ir, double": lambda kernel=kernel: ir.double(kernel) / 2.0,
            "sparse-ir, default": lambda kernel=kernel: ir.default(kernel) / 2.0,
        })


def load_sparse_ir() -> SimpleNamespace:
    """sparse-ir: two of its settings as functions from kernel to singular values, and its class for our kernels."""
    kernel, sve = (required(f"sparse_ir.{part}", "sparse-ir[xprec]==1.1.7") for part in ("kernel", "sve"))
    required("xprec", "sparse-ir[xprec]==1.1.7")
    edges = np.linspace(-REACH, REACH, SEGMENTS + 1)

    class Hints(kernel.AbstractSVEHints):    # type: ignore[misc, name-defined]
        """Equal segments, with Gauss-Legendre nodes."""

        segments_x = segments_y = edges
        ngauss, nsvals = ORDER, SEGMENTS * ORDER

    class OnTheLine(kernel.AbstractKernel):    # type: ignore[misc, name-defined]
        """The kernel h(x, y) times the half-densities of standard Gaussians, on a box."""

        xrange = yrange = (-REACH, REACH)

        def __init__(self, h: Kernel) -> None:
            self.h = h

        def __call__(self, x: Any, y: Any, x_plus: Any = None, x_minus: Any = None) -> Any:  # noqa: ARG002
            """Evaluate."""
            density = opsvd.Gaussian().sqrt_density
            return self.h(x, y) * density(x) * density(y)

        def sve_hints(self, eps: float) -> Any:  # noqa: ARG002
            """Say where to cut."""
            return Hints()

    # svd_strat="fast", its default in double precision, wants a function that scipy 1.15 has no more.
    return SimpleNamespace(
        kernel=kernel, on_the_line=OnTheLine,
        double=lambda k: sve.compute(k, eps=1e-8, work_dtype=float, svd_strat="default").s,
        default=lambda k: sve.compute(k).s)


def line_jobs(ir: SimpleNamespace) -> Iterator[Job]:
    """Kernels of the problem table under standard Gaussians."""
    for name in ("sin(xy)", "tanh(xy)", "log|xy|", "exp(-|x - y|)", "(x > y)"):
        problem = problem_table()[name]
        yield Job(f"{name}, standard Gaussians", problem.exact, problem.accuracy, {
            "opsvd": lambda h=problem.h: opsvd.decompose(h, rtol=RTOL),
            "sparse-ir, our segments": lambda h=problem.h: ir.double(ir.on_the_line(h)),
            **{f"Gauss-Hermite, {n} nodes": lambda h=problem.h, n=n: by_nodes(h, *gauss_hermite(n)) for n in (40, 320)},
            "sampled matrix, n = 1000": lambda h=problem.h: by_samples(h, np.random.default_rng(1).standard_normal),
        })


def gauss_hermite(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for standard Gaussian measure."""
    nodes, weights = hermegauss(n)
    return nodes, weights / np.sqrt(2.0 * np.pi)


def gauss_legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for the uniform measure on [-1, 1]."""
    nodes, weights = leggauss(n)
    return nodes, 0.5 * weights


def by_nodes(h: Kernel, nodes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The values of the matrix of h between the nodes of a rule (Nystrom); infinite ones are left out."""
    with np.errstate(divide="ignore"):
        matrix = h(nodes[:, None], nodes) * np.sqrt(weights[:, None] * weights)
    return np.linalg.svd(np.where(np.isfinite(matrix), matrix, 0.0), compute_uv=False)


def by_samples(h: Kernel, draw: Callable[[int], np.ndarray]) -> np.ndarray:
    """The values of one sampled matrix."""
    return np.linalg.svd(h(draw(SAMPLED)[:, None], draw(SAMPLED)) / SAMPLED, compute_uv=False)


def by_features(kernel: str, gamma: float, approximation: Any) -> np.ndarray:
    """Eigenvalues from the features of scikit-learn's Nystroem, of points that are uniform on [-1, 1]."""
    points = np.random.default_rng(2).uniform(-1.0, 1.0, (POINTS, 1))
    nystroem = approximation(kernel=kernel, gamma=gamma, n_components=FEATURES, random_state=0)
    return np.linalg.svd(nystroem.fit_transform(points) / np.sqrt(POINTS), compute_uv=False) ** 2


def covariance_jobs(ot: Any, nystroem: Any) -> Iterator[Job]:
    """Covariance models on [-1, 1]: by quadrature, finite elements, the SVD of sampled paths, and random features."""
    domain = ot.Interval(-1.0, 1.0)

    def solved(algorithm: Any) -> np.ndarray:
        algorithm.run()
        return np.array(algorithm.getResult().getEigenvalues()) / 2.0

    def mesh(points: int) -> Any:
        return ot.IntervalMesher([points - 1]).build(domain)

    # The last column: the kernels that scikit-learn has as functions of whole arrays, with their gamma.
    for name, model, k, features in (
        ("exp(-|x - y|)", ot.AbsoluteExponential([1.0], [1.0]), lambda d: np.exp(-d), ("laplacian", 1.0)),
        ("Matern 3/2", ot.MaternModel([1.0], [1.0], 1.5), lambda d: (1 + 3**0.5 * d) * np.exp(-(3**0.5) * d), None),
        ("Matern 5/2", ot.MaternModel([1.0], [1.0], 2.5),
         lambda d: (1 + 5**0.5 * d + 5 * d * d / 3) * np.exp(-(5**0.5) * d), None),
        ("squared exponential", ot.SquaredExponential([1.0], [1.0]), lambda d: np.exp(-d * d / 2), ("rbf", 0.5)),
    ):
        exact, accuracy = two_ways(lambda degree, k=k: triangle_values(k, degree), 40, 50)
        solvers: dict[str, Solver] = {"opsvd": on_interval(lambda x, y, k=k: k(np.abs(x - y)))}
        for n in (20, 80, 320):
            solvers[f"quadrature, degree {n}"] = lambda n=n, model=model: solved(
                ot.KarhunenLoeveQuadratureAlgorithm(domain, domain, model, n, 1e-12))
        for n in (100, 400):
            solvers[f"P1 elements, {n}"] = lambda n=n, model=model: solved(
                ot.KarhunenLoeveP1Algorithm(mesh(n), model, 1e-12))
        solvers[f"SVD of {PATHS} paths"] = lambda model=model: solved(
            ot.KarhunenLoeveSVDAlgorithm(ot.GaussianProcess(model, mesh(200)).getSample(PATHS), 1e-12))
        if features:
            solvers[f"Nystroem, {FEATURES} of {POINTS}"] = lambda one=features: by_features(*one, nystroem)
        solvers["Gauss-Legendre, 40 nodes"] = lambda k=k: by_nodes(lambda x, y: k(np.abs(x - y)), *gauss_legendre(40))
        yield Job(f"{name}, uniform measures", exact, accuracy, solvers)


def table(jobs: list[Job]) -> Iterator[str]:
    """The lines of the table."""
    yield f"{'':<28} {'error / s_1':>11} {'values':>7} {'time / opsvd':>13}"
    for job in jobs:
        yield f"\n{job.name} (values known to {job.accuracy:.0e})"
        unit = np.median(job.seconds["opsvd"])
        for name, values in job.values.items():
            count = int(np.sum(values > RTOL * values[0]))
            yield (f"  {name:<26} {leading_error(values, job):>11.0e} {count:>7} "
                   f"{np.median(job.seconds[name]) / unit:>13.2f}"
                   + (f"   {1e3 * unit:.0f} ms, bars to {job.bar:.0e}" if name == "opsvd" else ""))


def main() -> None:
    """Measure in interleaved rounds and print the table."""
    ir, ot = load_sparse_ir(), required("openturns", "openturns")
    nystroem = required("sklearn.kernel_approximation", "scikit-learn").Nystroem
    ot.TBB.Disable()
    ot.RandomGenerator.SetSeed(0)
    with threadpoolctl.threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
        jobs = [*sparse_ir_jobs(ir), *line_jobs(ir), *covariance_jobs(ot, nystroem)]
        for _ in range(ROUNDS):
            for job in jobs:
                job.run()
        setting = machine()
    print("How do others do what opsvd does, where they do?\n")
    others = ", ".join(f"{name} {version(name)}" for name in ("sparse-ir", "xprec", "openturns", "scikit-learn"))
    print(f"{setting}\n{others}")
    print(f"error: the largest of the leading {LEADING} values; values: those found above {RTOL:.0e} s_1; times: "
          f"medians of {ROUNDS} rounds\nopsvd: rtol={RTOL:.0e}, with functions and error bars, of which the largest of "
          f"the leading {LEADING} is shown over s_1\n")
    print("\n".join(table(jobs)))


if __name__ == "__main__":
    main()
