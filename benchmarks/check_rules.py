"""Show whether checks of one rule by another see the errors that they check, where these fall like a power of the size.

A check compares a rule with another one. If both are of one family and of nearly one size, both err alike: where errors
fall like n^-p, the difference of n and n + m nodes is p m / n of the error. Here the rules of every check, made by the
library itself, integrate functions that are smooth but for one point, against a few smooth functions. The point is at
random places, or at an end. A row says

    order    p, as true errors of the rule fall like n^-p from the smallest size to the largest
    error    the true error of the method's rule at the largest size, the median over the places
    ratio    true error over the bar that the check gives for it, with the factor of the bar: median, 90 %, and worst
    false    the share of all places and sizes at which the true error exceeds the bar

A median ratio above one is a check that is dishonest by its kind. A small share of false bars at a median below one is
chance: the errors of both rules were equal at some places. What else goes into a bar (the square of the remainder,
random points, images) is not in the ratio. Run it with

    python benchmarks/check_rules.py > benchmarks/results/check_rules.txt
"""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from setting import machine

import opsvd
from opsvd import Gaussian, elementwise
from opsvd.bases import HermiteBasis, LogarithmicBasis, PanelBasis
from opsvd.evidence.scatter import scatter_bars
from opsvd.kernels import Kernel
from opsvd.measures import radial_half_density, radial_reach
from opsvd.methods import angular_profile, angular_slices, grids, logarithmic, panels, tensor
from opsvd.methods.grids import _Coarser, _still_to_come
from opsvd.methods.panel_rules import ORDER, check_rule, first_edges, random_rule
from opsvd.methods.polynomial_attempt import polynomial_check_rules
from opsvd.methods.profile import halving_edges
from opsvd.methods.quasi_random import SCRAMBLINGS, quasi_random_points
from opsvd.methods.radii import Radii
from opsvd.methods.sections import Sections
from opsvd.methods.sector_grids import sector_grids
from opsvd.methods.uniform import loose_checks
from opsvd.probing.domain import Domain
from opsvd.quadrature import Pieces, Rule, gauss_gegenbauer, gauss_hermite, gegenbauer, hermite_functions

LIBRARY = Path(opsvd.__file__).parent
PLACES, SEED = 60, 5
CHANCE = 0.05    # a larger share of false bars stands in the table as such
SAFETY = 2.0    # of `error_bars`: a bar is twice what the check rules show
LINE = Gaussian()

Values = Callable[[np.ndarray], np.ndarray]
"""Points (n,) to values (n,)."""


@dataclass(frozen=True)
class Rough:
    """A function that is smooth but for one point c, on any of the domains; at an end there is no place to draw."""

    name: str
    at: Callable[[np.ndarray, float], np.ndarray]
    at_end: bool = False


INSIDE = (Rough("jump", lambda u, c: 1.0 * (u > c)), Rough("root", lambda u, c: np.sqrt(np.abs(u - c))),
          Rough("kink", lambda u, c: np.abs(u - c)))
ENDS = (Rough("(1 - t)^(1/4)", lambda t, _: np.maximum(1.0 - t, 0.0) ** 0.25, True),
        Rough("arccos t", lambda t, _: np.arccos(np.clip(t, -1.0, 1.0)), True),
        Rough("sqrt(1 - t^2)", lambda t, _: np.sqrt(np.maximum(1.0 - t * t, 0.0)), True))


@dataclass(frozen=True)
class Size:
    """One size of a check: the integrals by the method's rule and the bars, for a function, against smooth ones."""

    n: float
    judged: Callable[[Values], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Check:
    """A check of the library, by the line that fixes its rules.

    Attributes
    ----------
    file, mark : str
        Where it stands: the first line of the file that holds the mark.
    what : str
        Both rules.
    sizes : tuple of Size
    truth : callable
        A function and its singular point give its integrals against the smooth functions.
    places : (float, float)
        Where the singular point is drawn.
    functions : tuple of Rough
    """

    file: str
    mark: str
    what: str
    sizes: tuple[Size, ...]
    truth: Callable[[Values, float], np.ndarray]
    places: tuple[float, float]
    functions: tuple[Rough, ...] = INSIDE

    @property
    def where(self) -> str:
        """File and line."""
        lines = (LIBRARY / self.file).read_text(encoding="utf-8").splitlines()
        return f"{self.file}:{next((i for i, line in enumerate(lines, 1) if self.mark in line), 0)}"


# ----------------------------------------------------------------------------------------------------------------------
# Truth: Gauss-Legendre panels, graded towards the singular point and the ends


def graded(low: float, high: float, points: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on panels that halve towards some points."""
    steps = 2.0 ** -np.arange(0.0, 50.0)
    edges = np.unique(np.concatenate([np.linspace(low, high, 60), *[p + s * steps for p in points for s in (-1.0, 1.0)],
                                      points]))
    edges = np.concatenate([[low], edges[(edges > low) & (edges < high)], [high]])
    t, w = np.polynomial.legendre.leggauss(20)
    half = 0.5 * np.diff(edges)[:, None]
    return (edges[:-1, None] + half * (t + 1.0)).ravel(), (half * w).ravel()


def against(weights: np.ndarray, smooth: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sums over points (n,) of weights, values, and each of the smooth functions (q, n): shape (q,)."""
    return np.asarray(smooth @ (weights * values))


def on_rules(method: tuple[np.ndarray, np.ndarray], checks: list[tuple[np.ndarray, np.ndarray]],
             smooth: Callable[[np.ndarray], np.ndarray], factor: float,
             together: bool = True) -> Callable[[Values], tuple[np.ndarray, np.ndarray]]:
    """Integrals by a rule, and bars from the largest difference to the others, as a norm where a coupling is one."""
    def judged(function: Values) -> tuple[np.ndarray, np.ndarray]:
        mine, *others = (against(w, smooth(u), function(u)) for u, w in (method, *checks))
        change = np.max([np.abs(other - mine) for other in others], axis=0)
        if together:
            change = np.full_like(change, max(float(np.linalg.norm(other - mine)) for other in others))
        return mine, factor * change
    return judged


# ----------------------------------------------------------------------------------------------------------------------
# Angles


ANGULAR_DEGREES = 4


def angular_truth(k: int) -> Callable[[Values, float], np.ndarray]:
    """Integrals under the density of t = cos(theta), over theta."""
    front = math.gamma(0.5 * k) / (math.sqrt(math.pi) * math.gamma(0.5 * (k - 1)))

    def truth(function: Values, c: float) -> np.ndarray:
        theta, w = graded(0.0, math.pi, [0.0, math.pi, *([math.acos(c)] if abs(c) < 1.0 else [])])
        t = np.cos(theta)
        return against(w * front * np.sin(theta) ** (k - 2), gegenbauer(t, k, ANGULAR_DEGREES), function(t))
    return truth


def gegenbauer_pair(k: int) -> Check:
    """Gauss-Gegenbauer rules of 2 L + 30 and 2 L + 37 nodes: a pair that no check uses, for comparison."""
    sizes = tuple(Size(n, on_rules(gauss_gegenbauer(k, n), [gauss_gegenbauer(k, n + 7)],
                                   lambda t: gegenbauer(t, k, ANGULAR_DEGREES), SAFETY, together=False))
                  for n in (2 * degrees + 30 for degrees in (12, 24, 48, 96, 192)))
    return Check("quadrature/angular.py", "def gauss_gegenbauer",
                 f"NOT A CHECK, for comparison: Gauss-Gegenbauer in R^{k}, n against n + 7", sizes, angular_truth(k),
                 (-0.95, 0.95), (*INSIDE, *ENDS))


def slices_check(k: int, split: bool) -> Check:
    """Panels in the angle, each function split where it breaks or, for what is overlooked, not at all."""
    def judged(degrees: int) -> Callable[[Values], tuple[np.ndarray, np.ndarray]]:
        def of(function: Values) -> tuple[np.ndarray, np.ndarray]:
            kernel = Kernel(lambda x, theta: function(np.cos(theta)) + 0.0 * x[..., 0], dims=(2, 1))
            sums, lost = [], 0.0
            for check in (False, True):
                edges = angular_slices.first_panels(k, check=check)
                if not split:
                    edges = np.union1d(edges, np.linspace(edges[0], edges[-1], degrees // 3 + 1 + check))
                slices = angular_slices.angular_slices(kernel, k, np.ones((1, 2)), np.ones(1), 1e-10 if split else 1e9,
                                                       edges=edges, check=check, size=1.0)
                found = angular_slices.angular_sums(slices, k, degrees, 0.0)
                sums.append(found.coefficients[:ANGULAR_DEGREES, 0])
                lost += float(found.truncation[0]) if split else 0.0
            return sums[0], SAFETY * np.abs(sums[0] - sums[1]) + lost
        return of
    how = "split at breaks" if split else "breaks overlooked"
    return Check("methods/angular_slices.py", "CHECK_ORDER = ",
                 f"functions of the angle in R^{k}, {how}: 16 against 20 nodes, panels elsewhere",
                 tuple(Size(degrees, judged(degrees)) for degrees in (12, 24, 48)), angular_truth(k), (-0.95, 0.95),
                 (*INSIDE, *ENDS))


def product_check(k: int) -> Check:
    """Panels of phi(<x, y>) that do not know of a break, at |x| |y| = 2."""
    edges, z = halving_edges(-20.0, math.log(2.0) + 0.1), 2.0

    def judged(degrees: int) -> Callable[[Values], tuple[np.ndarray, np.ndarray]]:
        def of(function: Values) -> tuple[np.ndarray, np.ndarray]:
            line = elementwise(lambda w: function(w / z))
            profile = angular_profile.ProductProfile(line, k, Pieces(edges, np.zeros(0)), (True, True), 1e-12,
                                                     (0.0, 0.0))
            mine, other = (profile.of_products(np.array([math.log(z)]), degrees, check=check)[0][:ANGULAR_DEGREES, 0]
                           for check in (False, True))
            return mine, SAFETY * np.abs(mine - other)
        return of
    return Check("methods/angular_profile.py", "order = CHECK_ORDER",
                 f"phi(<x, y>) in R^{k}, break overlooked: 16 against 20 nodes, panels elsewhere",
                 tuple(Size(degrees, judged(degrees)) for degrees in (12, 24, 48, 96, 192)), angular_truth(k),
                 (-0.95, 0.95))


# ----------------------------------------------------------------------------------------------------------------------
# Radii


@dataclass(frozen=True)
class _Nothing:
    """A kernel that is zero, for the sake of the grids of lengths on which it is asked for."""

    k: int
    hidden: tuple[float, float] = (0.0, 0.0)
    breaks: bool = True

    def filtered(self, step: float) -> None:
        """As it is."""

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *, check: bool = False) -> Sections:  # noqa: ARG002
        """Zeros."""
        return Sections(np.zeros((size, len(x), len(y))), np.zeros((len(x), len(y))), 0.0)


def radial_check(k: int) -> Check:
    """The trapezoid rule in the logarithm of the length, against those on the check grids of the library."""
    low, high = radial_reach(60.0, k)

    def smooth(delta: np.ndarray) -> np.ndarray:
        q = k * np.exp(2.0 * delta)
        return np.stack([np.ones_like(delta), (q - k) / math.sqrt(2.0 * k)])

    def rule(nodes: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
        return nodes, step * radial_half_density(nodes, k) ** 2

    sizes, radii = [], Radii((low, high), (low, high), 0.0, 1.0)
    for d in sector_grids(_Nothing(k), radii, 1, (True, True), 0.03e-6):
        checks = [rule(grid.x, grid.step) for grid in (d.checks.first, *d.checks.others)]
        h = d.left.step
        sizes.append(Size(1.0 / h, on_rules(rule(d.left.grid, h), checks, smooth, SAFETY)))

    def truth(function: Values, c: float) -> np.ndarray:
        delta, w = graded(low, high + 0.5, [c])
        return against(w * radial_half_density(delta, k) ** 2, smooth(delta), function(delta))
    return Check("methods/sector_checks.py", "CHECK_STEP = ",
                 f"trapezoid in log|x|, R^{k}: h against all check grids, of 0.8 h", tuple(sizes), truth, (-0.6, 0.5))


# ----------------------------------------------------------------------------------------------------------------------
# The line


HERMITE_DEGREES = 4


def hermite_smooth(x: np.ndarray) -> np.ndarray:
    """The first Hermite polynomials: (q, n)."""
    return np.asarray((hermite_functions(x, HERMITE_DEGREES) / hermite_functions(x, 1)).T)


def line_truth(function: Values, c: float) -> np.ndarray:
    """Under the standard Gaussian."""
    x, w = graded(-9.0, 9.0, [c])
    return against(w * np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi), hermite_smooth(x), function(x))


def probabilities(rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """Nodes, and weights under the measure, where these are not zero."""
    inside = np.abs(rule.nodes) < 12.0
    return rule.nodes[inside], rule.weights[inside]


def gauss_rule(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Hermite, as `tensor` uses it."""
    nodes, lebesgue = gauss_hermite(n)
    return nodes, lebesgue * hermite_functions(nodes, 1)[:, 0] ** 2


def line_check(file: str, mark: str, what: str, sizes: list[Size]) -> Check:
    """A check for functions of one standard Gaussian."""
    return Check(file, mark, what, tuple(sizes), line_truth, (-1.5, 1.5))


def tensor_check() -> Check:
    """Gauss-Hermite rules against larger ones; the differences are multiplied, and the largest is taken."""
    def judged(n: int) -> Callable[[Values], tuple[np.ndarray, np.ndarray]]:
        larger = [tensor._check_sizes(((n,), ()), check)[0][0] for check in range(len(tensor._CHECKS))]
        alone = [on_rules(gauss_rule(n), [gauss_rule(m)], hermite_smooth, SAFETY / (1.0 - math.sqrt(n / m)))
                 for m in larger]

        def of(function: Values) -> tuple[np.ndarray, np.ndarray]:
            values, bars = zip(*(one(function) for one in alone), strict=True)
            return values[0], np.max(bars, axis=0)
        return of
    return line_check("methods/tensor.py", "_CHECKS = ",
                      "Gauss-Hermite: n against larger m, times 1 / (1 - (n / m)^(1/2))",
                      [Size(n, judged(n)) for n in (8, 16, 32, 64, 128, 256)])


def grid_check(in_panels: bool) -> Check:
    """Products of one basis: check rules, and what values would change by if errors fell as those of jumps do."""
    make, every = (grids._panels, grids._PANELS) if in_panels else (grids._hermite, grids._HERMITE)
    sizes = []
    for i in range(2, len(every)):
        made = [make(every[j]) for j in (i, i - 1, i - 2)]
        bases, check = [probabilities(grid.bases[0].rule) for grid in made], probabilities(made[0].checks[0])

        def judged(function: Values, made: list = made, bases: list = bases,
                   check: tuple = check) -> tuple[np.ndarray, np.ndarray]:
            mine, *coarser = (against(w, hermite_smooth(x), function(x)) for x, w in bases)
            coupling = np.linalg.norm(mine - against(check[1], hermite_smooth(check[0]), function(check[0])))
            before = tuple(_Coarser(grid.size, values, 1.0)
                           for grid, values in zip(made[:0:-1], coarser[::-1], strict=True))
            return mine, SAFETY * coupling + _still_to_come(mine, made[0], 1.0, before)
        sizes.append(Size(made[0].size, judged))
    what = ("panels of 16 nodes against shifted ones of 3 or 4" if in_panels else "Gauss-Hermite: n against n + 4")
    return line_check("methods/grids.py", "ends = np.linspace" if in_panels else "gauss_rule(size + 4)",
                      f"{what}, and against two sizes before", sizes)


def hermite_check() -> Check:
    """Hermite functions against two sets of Gauss-Legendre panels."""
    sizes = []
    for degree in (47, 95, 127, 191):
        basis = HermiteBasis(LINE, degree, degree + 17)
        domain = Domain((-9.0, 9.0), (-9.0, 9.0), 0.0, 1.0, False)
        checks = [probabilities(pair[0]) for pair in polynomial_check_rules(basis, basis, domain)]
        sizes.append(Size(degree, on_rules(probabilities(basis.rule), checks, hermite_smooth, SAFETY)))
    return line_check("methods/polynomial_attempt.py", "_CHECK_NODES", "Gauss-Hermite against two sets of panels",
                      sizes)


def logarithmic_check() -> Check:
    """The trapezoid rule in log|x| of phi(x y), with a break overlooked, against Lobatto panels and random points."""
    rng, top, sizes = np.random.default_rng(0), math.log(9.0), []
    for step in (0.2, 0.14, 0.1, 0.07, 0.05):
        basis = LogarithmicBasis(LINE, step, top, int(22.0 / step), 1)
        checks = logarithmic._check_rules(LINE, top - 22.0, top, logarithmic._CHECK_ORDERS[0], rng)
        sizes.append(Size(1.0 / step, on_rules(probabilities(basis.rule), [probabilities(rule) for rule in checks],
                                               hermite_smooth, SAFETY)))
    return line_check("methods/logarithmic.py", "_CHECK_ORDERS", "trapezoid in log|x| against Lobatto, and random",
                      sizes)


def panel_check() -> Check:
    """Panels that could not be refined: Gauss-Legendre against Gauss-Lobatto on the same, and random points."""
    rng, sizes = np.random.default_rng(0), []
    for count in (4, 8, 16, 32):
        edges = first_edges((-9.0, 9.0), count)
        checks = [check_rule(LINE, edges, 8.0, panels._CHECK_ORDER), random_rule(LINE, edges, rng, 3)]
        sizes.append(Size(count, on_rules(probabilities(PanelBasis(LINE, edges, ORDER).rule),
                                          [probabilities(rule) for rule in checks], hermite_smooth, SAFETY)))
    return line_check("methods/panels.py", "_CHECK_ORDER", "panels: 16 Gauss against 14 Lobatto nodes, and 3 random",
                      sizes)


def uniform_check() -> Check:
    """The same for panels that nobody refines."""
    rng, sizes = np.random.default_rng(0), []
    for count in (20, 40, 80):
        edges = np.linspace(-9.0, 9.0, count + 1)
        checks = [pair[0] for pair in loose_checks(LINE, LINE, edges, edges, rng)]
        sizes.append(Size(count, on_rules(probabilities(PanelBasis(LINE, edges, ORDER).rule),
                                          [probabilities(rule) for rule in checks], hermite_smooth, SAFETY)))
    return line_check("methods/uniform.py", "orders = ", "panels: 16 Gauss against 12 to 14 Lobatto nodes, and random",
                      sizes)


def quasi_random_check() -> Check:
    """Means over scramblings in four dimensions, of a function of the sum of the coordinates."""
    def judged(n: int) -> Callable[[Values], tuple[np.ndarray, np.ndarray]]:
        points = [quasi_random_points(4, n, seed).sum(axis=1) / 2.0 for seed in range(SCRAMBLINGS)]
        smooth = [hermite_smooth(u) for u in points]

        def of(function: Values) -> tuple[np.ndarray, np.ndarray]:
            samples = [s * function(u) for s, u in zip(smooth, points, strict=True)]
            full = np.array([s.mean(axis=1) for s in samples])
            half = np.array([s[:, :n // 2].mean(axis=1) for s in samples])
            return scatter_bars(half, full)
        return of
    return line_check("evidence/scatter.py", "_CHANGES =", "scrambled Sobol points: n / 2 against n, and scatter",
                      [Size(n, judged(n)) for n in (256, 512, 1024, 2048, 4096)])


# ----------------------------------------------------------------------------------------------------------------------


def all_checks() -> Iterator[Check]:
    """Every check that compares two rules."""
    yield from (gegenbauer_pair(k) for k in (2, 3, 5))
    yield from (slices_check(k, split) for k in (2, 3) for split in (True, False))
    yield from (product_check(3), radial_check(2), radial_check(5), tensor_check(), grid_check(False), grid_check(True),
                hermite_check(), logarithmic_check(), panel_check(), uniform_check(), quasi_random_check())


def verdict(median: float, false: float) -> str:
    """Which kind of dishonest check it is, if any."""
    return "DISHONEST" if median > 1.0 else "by chance" if false > CHANCE else ""


def row(check: Check, rough: Rough) -> str:
    """What a check tells of one kind of function."""
    rng = np.random.default_rng(SEED)
    places = [math.inf] if rough.at_end else rng.uniform(*check.places, PLACES).tolist()
    errors, ratios = [], []
    for size in check.sizes:
        found = []
        for c in places:
            values, bars = size.judged(lambda u, c=c: rough.at(u, c))
            error = np.abs(values - check.truth(lambda u, c=c: rough.at(u, c), c))
            found.append(error)
            # Rounding of this file's own sums, and of zeros by symmetry, tells nothing.
            told = error > 1e-12
            ratios.extend((error[told] / np.maximum(bars[told], 1e-300)).tolist())
        errors.append(float(np.median(np.max(found, axis=1))))
    order = math.log(errors[0] / errors[-1]) / math.log(check.sizes[-1].n / check.sizes[0].n)
    median, most, worst = np.quantile(ratios, [0.5, 0.9, 1.0]) if ratios else (0.0, 0.0, 0.0)
    false = float(np.mean(np.array(ratios) > 1.0)) if ratios else 0.0
    return (f"    {rough.name:<14} {order:>5.1f} {errors[-1]:>9.1e} {median:>8.2g} {most:>8.2g} {worst:>8.2g} "
            f"{100.0 * false:>5.0f} %   {verdict(median, false)}")


def main() -> None:
    """Print the table."""
    print(f"Do the checks see the errors that they check?\n\n{machine()}\n")
    print(f"    {'function':<14} {'order':>5} {'error':>9} {'median':>8} {'90 %':>8} {'worst':>8} {'false':>7}")
    for check in all_checks():
        print(f"\n{check.where}  {check.what}", flush=True)
        for rough in check.functions:
            print(row(check, rough), flush=True)


if __name__ == "__main__":
    sys.exit(main())
