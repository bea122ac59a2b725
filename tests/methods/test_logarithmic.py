"""Logarithmic coordinates: phi(xy) to rounding, whatever phi does at zero, and its values with kinks and jumps too."""

from itertools import islice

import numpy as np
import pytest
from problems import PROBLEMS
from quiet import quietly
from scipy.special import gamma

import opsvd
from opsvd import Exponential, Gamma, Gaussian, LogNormal, NotSquareIntegrableError, StudentT
from opsvd._support.linalg import compact_svd
from opsvd.kernels import elementwise
from opsvd.methods import Logarithmic
from opsvd.operator.problem import Problem
from opsvd.quadrature import composite_gauss_legendre
from opsvd.testing import check_method

PRODUCTS = {
    "sin(xy)", "cos(xy)", "cos(0.1xy)", "exp(0.3xy)", "(xy)^2", "(xy)^3", "(1 + xy)^3", "a constant",
    "zero", "|xy|", "|xy|^(1/2)", "sign(xy)", "relu(xy)", "log|xy|", "sin(xy), stds 2 and 1/2", "tanh(xy)",
    "arctan(xy)", "1/(1 + exp(-xy))", "gelu(xy)", "exp(-|xy|)",
}
BROKEN = {
    "clip": (lambda z: np.clip(z, -1.0, 1.0), 1.0, (-1,)),
    "relu(z - 1)": (lambda z: np.maximum(z - 1.0, 0.0), 1.0, (1, -1)),
    "step": (lambda z: 1.0 * (z > 1.0), 1.0, (1, -1)),
    "ternary": (lambda z: np.sign(z) * (np.abs(z) > 0.5), 0.5, (-1,)),
    "Huber": (lambda z: np.where(np.abs(z) < 1.0, 0.5 * z * z, np.abs(z) - 0.5), 1.0, (1,)),
}


def values_of(phi, mu_x=Gaussian(), mu_y=Gaussian(), *, level=0, kernel=None):    # noqa: B008
    """The singular values of one of the discretisations, the first, and the kernel, which counts its evaluations."""
    kernel = kernel or opsvd.Kernel(lambda x, y: phi(x * y))
    discretisations = Logarithmic().discretisations(Problem(kernel, mu_x, mu_y))
    blocks = next(islice(discretisations, level, None)).blocks
    return np.sort(np.concatenate([compact_svd(block.matrix)[1] for block in blocks]))[::-1], kernel


def gaussian(v):
    """The half-density of log|x| under a Gaussian, for functions of one parity."""
    return (2.0 / np.pi) ** 0.25 * np.exp(0.5 * v - 0.25 * np.exp(2.0 * v))


# Of positive numbers, or of one parity; and from where to where it is looked at.
HALF_DENSITIES = {
    "Exponential": (Exponential(), 0.0, lambda v: np.exp(0.5 * v - 0.5 * np.exp(v)), (-28.0, 4.0)),
    "Gamma": (Gamma(0.7), 0.0, lambda v: np.exp(0.35 * v - 0.5 * np.exp(v)) / gamma(0.7) ** 0.5, (-40.0, 4.0)),
    "StudentT": (StudentT(3.0), -1.0, lambda v: (4.0 / (np.pi * np.sqrt(3.0))) ** 0.5 * np.exp(0.5 * v)
                 / (1.0 + np.exp(2.0 * v) / 3.0), (-34.0, 12.0)),
}


def product_integration(phi, c, parity, w=gaussian, ends=(-31.0, 3.0)):
    """Singular values of one parity of phi(xy), which breaks at |z| = c, by panels in u = log x.

    The integrals of k(u_i + v) w(v) l_j(v), l_j the Lagrange functions of a panel in v, are split at the break,
    v = log c - u_i. The panels are symmetric about log(c) / 2, so that log c - u takes edges to edges, and what is left
    is smooth in u on each.
    """
    t, dt = np.polynomial.legendre.leggauss(14)
    edges = 0.5 * np.log(c) + 0.5 * np.arange(-200, 201)
    edges = edges[(edges > ends[0]) & (edges < ends[1])]
    u, du = (edges[:-1, None] + 0.25 * (t + 1.0)).ravel(), 0.25 * np.tile(dt, len(edges) - 1)

    def k(s):
        return phi(np.exp(s)) if parity == 0.0 else 0.5 * (phi(np.exp(s)) + parity * phi(-np.exp(s)))

    matrix = k(u[:, None] + u) * w(u) * du
    lagrange = np.linalg.inv(np.polynomial.legendre.legvander(t, 13))
    for i, split in enumerate(np.log(c) - u):
        p = int(np.floor((split - edges[0]) / 0.5))
        if 0 <= p < len(edges) - 1:
            v, dv = composite_gauss_legendre(np.array([edges[p], split, edges[p + 1]]), 20)
            values = k(u[i] + v) * w(v) * dv
            legendre = np.polynomial.legendre.legvander(4.0 * (v - edges[p]) - 1.0, 13)
            matrix[i, 14 * p:14 * (p + 1)] = values @ legendre @ lagrange
    return np.linalg.svd((w(u) * np.sqrt(du))[:, None] * matrix / np.sqrt(du), compute_uv=False)


def test_the_method_passes_the_check():
    """Known spectra, honest bars, orthonormal functions."""
    check_method(Logarithmic())


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.name in PRODUCTS], ids=str)
def test_values_are_exact_to_rounding(problem):
    """Every phi(xy) of the table, smooth or singular at zero: 2e-14 of the first value, with bars that hold."""
    svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y, method="logarithmic")
    assert svd.converged
    count = min(svd.rank, len(problem.exact))
    error = np.abs(svd.singular_values[:count] - problem.exact[:count])
    assert (error <= svd.errors[:count]).all()
    assert (error <= 2e-14 * problem.exact[:1]).all()
    assert svd.rank == problem.rank or problem.rank is None


@pytest.mark.parametrize(("exponent", "tolerance"), [(-0.1, 1e-14), (-0.3, 1e-14), (-0.4, 1e-14), (-0.45, 1e-11)])
def test_integrable_singularities_at_zero(exponent, tolerance):
    """|z|^a, of rank one: functions that reach to |x| = e^-300 are followed as far as the budget goes."""
    exact = 2.0**exponent * gamma(exponent + 0.5) / np.sqrt(np.pi)
    values, _ = values_of(lambda z: np.abs(z) ** exponent)
    assert abs(values[0] - exact) < tolerance * exact


@pytest.mark.parametrize("exponent", [-0.5, -0.6, -1.0])
def test_singularities_at_zero_that_are_not_square_integrable_are_refused(exponent):
    """E|xy|^(2a) = inf from a = -1/2 on."""
    with pytest.raises(NotSquareIntegrableError, match="does not decay towards x = 0"):
        values_of(lambda z: np.abs(z) ** exponent)


def test_poles_are_refused():
    """1 / (xy - 1) is not square-integrable; log|xy - 1| and |xy - 1|^(-0.3) are."""
    with pytest.raises(NotSquareIntegrableError, match=r"h\^2 is not integrable beside \|xy\| = 1"):
        values_of(lambda z: 1.0 / (z - 1.0))
    assert values_of(lambda z: np.log(np.abs(z - 1.0)))[0][0] > 0.0
    assert values_of(lambda z: np.abs(z - 1.0) ** -0.3)[0][0] > 0.0


@pytest.mark.parametrize("name", BROKEN)
def test_kinks_and_jumps_keep_their_digits(name):
    """Six values of every half to 1e-13, found breaks included, from about 13 000 evaluations of phi."""
    phi, c, parities = BROKEN[name]
    exact = np.sort(np.concatenate([product_integration(phi, c, parity)[:6] for parity in parities]))[::-1]
    values, kernel = values_of(phi)
    np.testing.assert_allclose(values[:len(exact)], exact, atol=1e-13 * exact[0])
    assert kernel.evaluations < 20_000


@pytest.mark.parametrize(("c", "level"), [(1e-3, 0), (0.2, 0), (7.0, 3)])
def test_a_break_may_be_anywhere(c, level):
    """sign(z) (|z| > c) for small and large c, under measures that move it: far out it takes a finer step."""
    exact = product_integration(lambda z: np.sign(z) * (np.abs(z) > c), c, -1)[:4]
    values, _ = values_of(lambda z: np.sign(z) * (np.abs(z) > 6.0 * c), Gaussian(0.0, 3.0), Gaussian(0.0, 2.0),
                          level=level)
    np.testing.assert_allclose(values[:4], exact, atol=1e-11 * exact[0])


def test_known_kinks_are_not_searched_for():
    """The same values, without the bisection."""
    phi = BROKEN["clip"][0]
    searched, kernel = values_of(phi)
    known, elementwise_kernel = values_of(phi, kernel=elementwise(phi, kinks=(-1.0, 1.0)))
    np.testing.assert_allclose(known[:6], searched[:6], rtol=1e-12)
    assert elementwise_kernel.evaluations < kernel.evaluations


def test_steep_places_need_no_small_step():
    """tanh(1000 (z - 1)), which no grid of the first step resolves, against the next step."""
    first, finer = (values_of(lambda z: np.tanh(1000.0 * (z - 1.0)), level=level)[0] for level in (0, 1))
    np.testing.assert_allclose(first[:6], finer[:6], atol=1e-12)


@pytest.mark.parametrize("phi", [np.floor, lambda z: np.sin(10.0 * z), lambda z: np.exp(0.3 * z) * (z > 1.0)],
                         ids=["many jumps", "fast oscillation", "growth beside a jump"])
def test_it_gives_up_early_on_what_it_cannot_do(phi):
    """No discretisation, and few evaluations."""
    kernel = opsvd.Kernel(lambda x, y: phi(x * y))
    assert list(Logarithmic().discretisations(Problem(kernel, Gaussian(), Gaussian()))) == []
    assert kernel.evaluations < 50_000


@pytest.mark.parametrize("mu", [Gaussian(mean=0.1), Gaussian(mean=-2.0, std=3.0)])
def test_measures_that_are_not_centred_are_refused(mu):
    """The message shows them."""
    with pytest.raises(ValueError, match="mu_x and mu_y must be symmetric about zero, or of positive numbers"):
        opsvd.decompose(lambda x, y: x * y, mu, method="logarithmic")


def test_a_bad_budget_is_refused():
    """A positive integer."""
    with pytest.raises(ValueError, match="max_nodes must be an integer of at least 1, got 0"):
        Logarithmic(max_nodes=0)


def test_a_small_budget_has_wide_bars():
    """50 nodes leave out much of a constant towards zero, and the bars know."""
    svd = quietly(lambda x, y: 1.0 + 0.0 * x * y, method=Logarithmic(max_nodes=50))
    assert 1e-10 < abs(svd.singular_values[0] - 1.0) <= svd.errors[0]


def test_parities_that_are_not_there_have_no_block():
    """tanh is odd, cos is even, the logistic function is neither, and zero keeps one block."""
    def parities(phi):
        kernel = opsvd.Kernel(lambda x, y: phi(x * y))
        discretisation = next(Logarithmic().discretisations(Problem(kernel, Gaussian(), Gaussian(), 1e-6)))
        return [block.left.parity for block in discretisation.blocks]

    assert parities(np.tanh) == [-1]
    assert parities(np.cos) == [1]
    assert parities(lambda z: 1.0 / (1.0 + np.exp(-z))) == [1, -1]
    assert parities(lambda z: 0.0 * z) == [1]


def test_functions_of_tiny_values_are_orthonormal_too():
    """E[f_i f_j] = delta_ij to 1e-10 on an independent rule, for values down to 1e-12 of the first."""
    svd = opsvd.decompose(lambda x, y: np.tanh(x * y), rtol=1e-12, method="logarithmic")
    assert svd.singular_values[-1] < 1e-10 * svd.singular_values[0]
    u, weights = composite_gauss_legendre(np.linspace(-90.0, 2.6, 900), 16)
    x = np.concatenate([-np.exp(u), np.exp(u)])
    for functions in (svd.left, svd.right):
        f = functions.half_density(x) * np.sqrt(np.tile(weights, 2) * np.abs(x))[:, None]
        np.testing.assert_allclose(f.T @ f, np.eye(svd.rank), atol=1e-10)


def test_the_reconstruction_and_the_saved_result(tmp_path):
    """The sum of s_i f_i(x) g_i(y) is h, before and after saving."""
    h = lambda x, y: np.tanh(x * y)    # noqa: E731
    svd = opsvd.decompose(h, method="logarithmic")
    x, y = np.linspace(-3.0, 3.0, 8), np.linspace(-2.5, 2.6, 7)
    np.testing.assert_allclose(svd(x[:, None], y), np.tanh(np.outer(x, y)), atol=1e-8)
    svd.save(tmp_path / "tanh.npz")
    np.testing.assert_allclose(opsvd.load(tmp_path / "tanh.npz").left(x), svd.left(x), rtol=1e-12)


@pytest.mark.parametrize("name", ["Exponential", *(
    pytest.param(name, marks=pytest.mark.thorough) for name in ("Gamma", "StudentT"))])
def test_other_measures_against_panels(name):
    """A clipped xy: six values to 1e-11, found by the default method, with bars that hold."""
    measure, parity, w, ends = HALF_DENSITIES[name]
    h = lambda x, y: np.clip(x * y, -0.7, 0.7)    # noqa: E731
    exact = product_integration(lambda z: np.clip(z, -0.7, 0.7), 0.7, parity, w, ends)[:6]
    svd = opsvd.decompose(h, measure, measure)
    assert svd.method.startswith("logarithmic coordinates")
    assert svd.converged
    error = np.abs(svd.singular_values[:6] - exact)
    assert (error <= 1e-11 * exact[0]).all()
    assert (error <= svd.errors[:6] + 1e-13 * exact[0]).all()


@pytest.mark.parametrize(("mu_x", "mu_y"), [
    (Gaussian(), StudentT(3.0)), (Gaussian(0.0, 2.0), Exponential()),
    pytest.param(Gamma(0.3), StudentT(2.0), marks=pytest.mark.thorough),
    (LogNormal(1.0, 0.5), Gaussian()),
])
def test_pairs_of_different_laws_against_panels(mu_x, mu_y):
    """Both methods have true bars, so that their values differ by no more than these; functions make h again."""
    h = lambda x, y: np.tanh(x * y - 0.3)    # noqa: E731
    svd, other = (opsvd.decompose(h, mu_x, mu_y, method=method) for method in ("logarithmic", "panels"))
    count = min(svd.rank, other.rank)
    assert count >= 10
    apart = np.abs(svd.singular_values[:count] - other.singular_values[:count])
    assert (apart <= svd.errors[:count] + other.errors[:count]).all()
    rng = np.random.default_rng(5)
    x, y = mu_x.sample(7, rng), mu_y.sample(6, rng)
    np.testing.assert_allclose(svd(x[:, None], y), h(x[:, None], y), atol=1e-6)


def test_a_measure_of_positive_numbers_is_saved(tmp_path):
    """Functions come back from the file."""
    h = lambda x, y: 1.0 / (1.0 + np.exp(-np.clip(x * y, -700.0, 700.0)))    # noqa: E731
    svd = opsvd.decompose(h, Exponential(), StudentT(3.0), method="logarithmic", rtol=1e-6)
    svd.save(tmp_path / "result.npz")
    x = np.linspace(0.1, 3.0, 5)
    loaded = opsvd.load(tmp_path / "result.npz")
    np.testing.assert_allclose(loaded.left(x), svd.left(x), rtol=1e-10)
    np.testing.assert_allclose(loaded.right(x), svd.right(x), rtol=1e-10)
