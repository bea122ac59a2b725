"""The problem table itself: every spectrum accounts for E[h^2], by a rule that no method and no closed form uses."""

import math

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss
from numpy.testing import assert_allclose
from problems import GELU, LOGISTIC, PROBLEMS, TAGS, TANH, tagged
from references import NO_BREAKS, spectrum
from references import energy as energy_between_breaks
from scipy.integrate import quad
from scipy.special import ndtr

# Panels of one standard deviation out to 30: the growing kernels move the mass of h^2 out to 16 standard deviations.
FAR = 30.0
# Edges 4^-k, k = 0 ... 25, on both sides of x = 0: what lies inside the last, 1e-15, is below rounding for all.
GRADED = np.array([sign * 4.0**-k for sign in (-1, 1) for k in range(26)] + [0.0])

# Too wide, too narrow or too oscillating for these panels; E[h^2] is a Gaussian integral.
ENERGIES = {
    "exp(0.49xy)": 1 / math.sqrt(1 - 4 * 0.49**2),
    "Mehler ratio, r = 0.99": 1 / (1 - 0.99**2),
    "squared exponential, length 0.05": 1 / math.sqrt(1 + 4 / 0.05**2),
    "sin(10xy)": (1 - 1 / math.sqrt(401)) / 2,
    "cos(10xy)": (1 + 1 / math.sqrt(401)) / 2,
    "cos(30xy)": (1 + 1 / math.sqrt(3601)) / 2,
}


def rule(problem, measure, order=20):
    """Nodes and Lebesgue weights of composite Gauss-Legendre; for all but entire h, with edges graded to x = 0."""
    edges = measure.mean + measure.std * np.arange(-FAR, FAR + 1)
    if "entire" not in problem.tags:
        edges = np.unique(np.concatenate([edges, GRADED]))
    t, w = leggauss(order)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + t)).ravel(), (half * w).ravel()


def sqrt_density(measure, x):
    """The square root of the Gaussian density."""
    return np.exp(-(((x - measure.mean) / (2 * measure.std)) ** 2)) / np.sqrt(measure.std * np.sqrt(2 * np.pi))


def scaled_kernel(problem, x, y):
    """The values h(x, y) sqrt(rho(x) rho(y)), finite where h^2 overflows and the densities underflow."""
    with np.errstate(over="ignore"):
        return problem.h(x, y) * sqrt_density(problem.mu_x, x) * sqrt_density(problem.mu_y, y)


def energy(problem):
    """E[h^2]: as known, or between the breaks of h, or by the composite rule."""
    if problem.name in ENERGIES:
        return ENERGIES[problem.name]
    if problem.breaks is not NO_BREAKS:
        return energy_between_breaks(problem)
    x, wx = rule(problem, problem.mu_x)
    y, wy = rule(problem, problem.mu_y)
    return float(wx @ scaled_kernel(problem, x[:, None], y) ** 2 @ wy)


def panel_spectrum(problem, reach=16):
    """The singular values of the kernel sampled at the composite rule, out to `reach` standard deviations."""
    x, wx = rule(problem, problem.mu_x, order=17)
    y, wy = rule(problem, problem.mu_y, order=17)
    keep_x = abs(x - problem.mu_x.mean) < reach * problem.mu_x.std
    keep_y = abs(y - problem.mu_y.mean) < reach * problem.mu_y.std
    x, wx, y, wy = x[keep_x], wx[keep_x], y[keep_y], wy[keep_y]
    matrix = np.sqrt(wx)[:, None] * scaled_kernel(problem, x[:, None], y) * np.sqrt(wy)
    # Of such low rank that a hundred random combinations of columns span all of them to rounding.
    span, _ = np.linalg.qr(matrix @ np.random.default_rng(0).standard_normal((len(y), min(100, len(y)))))
    spanned = span.T @ matrix
    assert np.linalg.norm(matrix - span @ spanned) <= 1e-14 * np.linalg.norm(matrix)
    return np.linalg.svd(spanned, compute_uv=False)


CLOSED = [problem for problem in PROBLEMS if problem.tail_energy is not None]
# Sampled at these panels, breaks are not resolved, and the values of infinitely many growing functions reach beyond 16
# standard deviations: these are left to the energy here, and to tests/exact/.
SAMPLED = [problem for problem in PROBLEMS if problem.breaks is NO_BREAKS and problem.name not in ENERGIES
           and not ("growth" in problem.tags and problem.rank is None)]
# Closed forms on which the computer of references is itself tested.
KNOWN = [problem for problem in PROBLEMS if "reference" not in problem.tags and problem.breaks is not NO_BREAKS]
# Rows that take a fraction of a second each, with at least one of every kind of break.
QUICK = ["clip(xy, -1, 1)", "(xy > 1)", "Matern 5/2", "max(x + y - 1/2, 0)", "(x > y) + (x + y > 1)",
         "|y - x^2|", "min(x, y^2)", "(|x| + |y| < 1)", "sqrt(x^2 + y^2)", "arctan2(y, x)"]
MORE = ["|x - y|, stds 1 and 2", "(y > x^2 - 1)", "|x^2 - y^2|", "tanh(20(x - y))"]


def find(name):
    """The problem of this name."""
    return next(problem for problem in PROBLEMS if problem.name == name)


@pytest.mark.parametrize("problem", CLOSED, ids=str)
def test_the_values_account_for_the_energy(problem):
    """Sum of exact^2, and of the tail, is E[h^2], to the rounding of a sum of a million terms."""
    assert_allclose(np.sum(problem.exact**2) + problem.tail_energy, energy(problem), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("problem", SAMPLED, ids=str)
def test_the_values_are_those_of_panels(problem):
    """Every value, and the energy beyond them, is that of the kernel sampled at graded panels in x and y."""
    sampled = panel_spectrum(problem)
    scale = max([1e-300, *problem.exact[:1]])
    assert_allclose(sampled[: len(problem.exact)], problem.exact, rtol=0, atol=1e-14 * scale)
    if problem.rank is not None:
        assert sampled[problem.rank] <= 1e-14 * scale
    if problem.tail_energy is None:
        beyond = np.sum(sampled[len(problem.exact):] ** 2)
        assert_allclose(np.sum(problem.exact**2) + beyond, energy(problem), rtol=1e-13)


@pytest.mark.parametrize("problem", KNOWN, ids=str)
def test_the_computer_of_references_finds_closed_forms(problem):
    """Galerkin between the breaks gives the known values of jumps, kinks, bumps and lines."""
    computed = spectrum(problem, panels=52)[:10]
    exact = problem.exact[:10]
    assert_allclose(computed[:len(exact)], exact, rtol=0, atol=2e-13 * exact[0])
    if problem.rank is not None:
        assert computed[problem.rank] <= 1e-14 * exact[0]


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.thorough) for name in MORE)])
def test_references_are_stable(name):
    """A third, coarser discretisation has the same leading five values, and all of its values nearly all of E[h^2]."""
    problem = find(name)
    computed = spectrum(problem, reach=9.5, panels=24, order=18, step=0.8)
    assert_allclose(computed[:5], problem.exact[:5], rtol=0, atol=1e-12 * problem.exact[0])
    energy = energy_between_breaks(problem)
    assert 0.98 * energy <= np.sum(computed**2) <= (1 + 1e-13) * energy


def slicewise_energy(inner):
    """E of a function of x, even, that the Gaussian measure of y has been integrated out of, on [0, 12]."""
    return 2 * quad(lambda x: inner(x) * math.exp(-x * x / 2) / math.sqrt(2 * math.pi), 0, 12,
                    points=[1], epsabs=1e-14, epsrel=1e-13, limit=400)[0]


@pytest.mark.parametrize(("name", "inner"), [
    ("(xy > 1)", lambda x: ndtr(-1 / x) if x > 0 else 0.0),
    ("sign(xy) (|xy| > 0.5)", lambda x: 2 * ndtr(-0.5 / x) if x > 0 else 0.0),
    ("(y > x^2 - 1)", lambda x: ndtr(1 - x * x)),
    ("(x^2 - y^2 > 1)", lambda x: 2 * ndtr(math.sqrt(max(x * x - 1, 0))) - 1),
])
def test_energies_without_a_closed_form(name, inner):
    """P(jump) by adaptive integration of a slice known in closed form, which shares nothing with the panels."""
    problem = find(name)
    adaptive = slicewise_energy(inner)
    assert_allclose(energy_between_breaks(problem), adaptive, rtol=1e-11)
    assert np.sum(problem.exact**2) < adaptive


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if {"curve", "near-singular"} & p.tags], ids=str)
def test_breaks_are_where_they_are_said_to_be(problem):
    """Both descriptions of the curves are one: every break of h(x, .) at y is a break of h(., y) at x."""
    rng = np.random.default_rng(7)
    x = rng.standard_normal(40)
    with np.errstate(all="ignore"):
        y = problem.breaks.y_at(x)
        row, column = np.nonzero(np.abs(y) < 4)
        back = problem.breaks.x_at(y[row, column])
        distance = np.nanmin(np.where(np.isfinite(back), np.abs(back - x[row, None]), np.inf), axis=1)
    assert len(row)
    assert distance.max() <= 1e-9


def test_references_begin_as_known():
    """The tanh values of the design, to nine digits, and two values that parity gives exactly."""
    assert_allclose(TANH[:3], [0.523183285, 0.059203253, 0.012625784], rtol=0, atol=5e-10)
    assert LOGISTIC[0] == 0.5
    assert GELU[0] == 0.5


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_row_is_well_formed(problem):
    """Values positive and nonincreasing, at most 60, none below 1e-14 of the first; rank and tags consistent."""
    values = problem.exact
    assert values.dtype == np.float64
    assert values.ndim == 1
    assert len(values) <= 60
    assert np.all(np.diff(values) <= 0)
    assert np.all(values > 1e-14 * values[:1])
    assert problem.tags <= TAGS.keys()
    assert problem.source
    assert ("finite-rank" in problem.tags) == (problem.rank is not None)
    assert 1e-15 <= problem.accuracy <= 1e-12
    if problem.rank is not None:
        assert problem.rank == len(values)
        assert problem.tail_energy == 0.0
    if problem.tail_energy is not None:
        assert problem.tail_energy >= 0.0


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_breaks_are_tagged(problem):
    """A curve is a jump, a kink or a root, nothing else is, and its place is known."""
    kinds = {"jump", "kink", "root"} & problem.tags
    assert len(kinds) == ("curve" in problem.tags)
    if "curve" in problem.tags:
        assert problem.breaks is not NO_BREAKS
        assert "entire" not in problem.tags


def test_names_are_unique():
    """A name identifies a row."""
    names = [str(problem) for problem in PROBLEMS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_is_used(tag):
    """`tagged` finds at least one problem a tag."""
    assert tagged(tag)


def test_unknown_tags_are_refused():
    """A misspelt tag would otherwise select nothing, and the tests on it would pass."""
    with pytest.raises(KeyError, match="tag must be one of"):
        tagged("axis_singular")


def test_shifted_measures_are_tagged():
    """The tag says exactly which problems leave the standard Gaussian."""
    for problem in PROBLEMS:
        standard = all((m.mean, m.std) == (0.0, 1.0) for m in (problem.mu_x, problem.mu_y))
        assert standard != ("shifted-measure" in problem.tags)
