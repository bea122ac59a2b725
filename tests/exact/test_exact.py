"""The closed forms, against computations that share nothing with them or with opsvd's methods."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermegauss
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import polygamma

from opsvd import exact
from opsvd.errors import NotSquareIntegrableError

GOLDEN = (1 + math.sqrt(5)) / 2


def gauss_hermite_spectrum(h, nodes=160):
    """Singular values of the kernel sampled at Gauss-Hermite nodes, with numpy's own rule."""
    x, w = hermegauss(nodes)
    root = np.sqrt(w / math.sqrt(2 * math.pi))
    return np.linalg.svd(root[:, None] * h(x[:, None], x[None, :]) * root, compute_uv=False)


def mean(f, points=()):
    """E[f(x)] for a standard Gaussian, by scipy's adaptive quadrature between the points where f is singular."""
    edges = [-40.0, -8.0, *points, 8.0, 40.0]
    pieces = [quad(lambda t: f(t) * math.exp(-t * t / 2) / math.sqrt(2 * math.pi), a, b, epsabs=1e-15, epsrel=1e-13)[0]
              for a, b in pairwise(edges)]
    return math.fsum(pieces)


def volterra(size):
    """The matrix of (V g)(u) = integral of g over [0, u] in orthonormal Legendre polynomials on [0, 1].

    The integral of P_k is (P_{k+1} - P_{k-1}) / (2 (2k + 1)) there: a tridiagonal matrix, exact but for the cut.
    """
    k = np.arange(size - 1)
    below = 0.5 / np.sqrt((2 * k + 1) * (2 * k + 3))
    matrix = np.diag(below, -1) - np.diag(below, 1)
    matrix[0, 0] = 0.5
    return matrix


# name, spectrum as a function of n, h, E[h^2] in closed form by the Gaussian integral of h^2
ENTIRE = [
    ("exp(0.3xy)", lambda n: exact.exp_product(0.3, n), lambda x, y: np.exp(0.3 * x * y), (1 - 4 * 0.3**2) ** -0.5),
    ("exp(-0.2xy)", lambda n: exact.exp_product(-0.2, n), lambda x, y: np.exp(-0.2 * x * y), (1 - 4 * 0.2**2) ** -0.5),
    ("cos(xy)", lambda n: exact.cos_product(1, n), lambda x, y: np.cos(x * y), (1 + 5**-0.5) / 2),
    ("cos(-0.3xy)", lambda n: exact.cos_product(-0.3, n), lambda x, y: np.cos(0.3 * x * y), (1 + 1.36**-0.5) / 2),
    ("sin(xy)", lambda n: exact.sin_product(1, n), lambda x, y: np.sin(x * y), (1 - 5**-0.5) / 2),
    ("sin(-0.7xy)", lambda n: exact.sin_product(-0.7, n), lambda x, y: np.sin(0.7 * x * y), (1 - 2.96**-0.5) / 2),
    ("Mehler 0.5", lambda n: exact.mehler(0.5, n),
     lambda x, y: np.exp(-(x * x + y * y - 4 * x * y) / 6) / math.sqrt(0.75), 1 / 0.75),
    ("squared exponential", lambda n: exact.squared_exponential(1.5, n),
     lambda x, y: np.exp(-((x - y) ** 2) / 4.5), (1 + 4 / 1.5**2) ** -0.5),
    ("squared exponential, std 0.5", lambda n: exact.squared_exponential(0.7, n, std=0.5),
     lambda x, y: np.exp(-((x - y) ** 2) / (8 * 0.7**2)), (1 + 4 * 0.25 / 0.7**2) ** -0.5),
]


@pytest.mark.parametrize(("name", "spectrum", "h", "energy"), ENTIRE, ids=[case[0] for case in ENTIRE])
def test_entire_kernels(name, spectrum, h, energy):
    """The first values are those of the kernel at 160 Gauss-Hermite nodes; all squares sum to E[h^2].

    The ratios here are below 0.62, so that 200 values are all.
    """
    assert_allclose(spectrum(12), gauss_hermite_spectrum(h)[:12], rtol=0, atol=1e-14, err_msg=name)
    assert_allclose(np.sum(spectrum(200) ** 2), energy, rtol=1e-14, err_msg=name)


@given(c=st.floats(-0.4999, 0.4999))
def test_exp_spectrum_over_its_range(c):
    """A geometric sequence is fixed by its sum, E[exp(c x^2)] = (1 - 2|c|)^(-1/2), and its energy, for every c."""
    s = exact.exp_product(c, 3)
    ratio = s[1] / s[0]
    assert_allclose(s[2] * s[0], s[1] ** 2, rtol=1e-14, atol=1e-300)
    assert_allclose(s[0] / (1 - ratio), (1 - 2 * abs(c)) ** -0.5, rtol=1e-12)
    assert_allclose(s[0] ** 2 / (1 - ratio**2), (1 - 4 * c * c) ** -0.5, rtol=1e-12)


@given(c=st.floats(-1e3, 1e3))
def test_sine_and_cosine_over_their_range(c):
    """The energies of sine and cosine are (1 -+ (1 + 4 c^2)^(-1/2)) / 2 for every c, small and large."""
    for spectrum, sign in ((exact.sin_product, -1), (exact.cos_product, 1)):
        s = spectrum(c, 2)
        ratio = s[1] / s[0] if s[0] > 0 else 0.0
        energy = s[0] ** 2 / ((1 - ratio) * (1 + ratio))
        assert_allclose(energy, 0.5 * (1 + sign / math.hypot(1, 2 * c)), rtol=1e-10, atol=1e-15)


@given(length=st.floats(0.05, 50), std=st.floats(0.05, 50))
def test_squared_exponential_over_its_range(length, std):
    """The trace is E[h(x, x)] = 1 and the energy (1 + 4 std^2 / length^2)^(-1/2): both fix a geometric sequence."""
    s = exact.squared_exponential(length, 2, std=std)
    ratio = s[1] / s[0]
    assert_allclose(s[0] / (1 - ratio), 1, rtol=1e-9)
    assert_allclose(s[0] ** 2 / ((1 - ratio) * (1 + ratio)), (1 + 4 * (std / length) ** 2) ** -0.5, rtol=1e-9)


def test_squared_exponential_is_mehlers_kernel_rescaled():
    """exp(c x y) times Gaussians: with c = r/(1 + r^2) the ratio of Mehler's expansion is that of the kernel.

    exp(-(x-y)^2 / 2 l^2) = g(x) exp(x y / l^2) g(y), and in the measure g^2 rho, of variance v = 1/(1 + 2/l^2), the
    kernel exp(x y / l^2) has the ratio of exp_product(v / l^2), and its values times E[g^2] = sqrt(v).
    """
    for length in (0.4, 1.0, 3.0):
        v = 1 / (1 + 2 / length**2)
        expected = math.sqrt(v) * exact.exp_product(v / length**2, 30)
        assert_allclose(exact.squared_exponential(length, 30), expected, rtol=1e-12)


def test_sine_golden_ratio():
    """At c = 1 the ratio is the inverse golden ratio, and the effective rank of sin(xy) is sqrt(5)."""
    assert_allclose(exact.sin_product(1, 2), math.sqrt(1 - GOLDEN**-2) * np.array([GOLDEN**-1, GOLDEN**-3]), rtol=1e-14)
    assert_allclose(exact.effective_rank_sin_product(1), math.sqrt(5), rtol=1e-15)


@pytest.mark.parametrize("c", [-3.0, 0.01, 0.5, 1.0, 7.0])
def test_effective_rank_is_that_of_the_values(c):
    """(sum s)^2 / sum s^2 of enough values of sine, and of cosine, is the closed form."""
    for spectrum in (exact.sin_product, exact.cos_product):
        s = spectrum(c, 2000)
        assert_allclose(np.sum(s) ** 2 / np.sum(s**2), exact.effective_rank_sin_product(c), rtol=1e-12)


@pytest.mark.parametrize(("spectrum", "matrix"), [
    (exact.heaviside_difference, volterra(120)),
    (exact.min_cdf, volterra(120) @ volterra(120).T),
    (exact.sign_difference, volterra(120) - volterra(120).T),
], ids=["jump", "min", "sign"])
def test_spectra_in_quantile_coordinates(spectrum, matrix):
    """Legendre-Galerkin in u = F(x): (u > v) is Volterra's V, min(u, v) is V V^T, sign(u - v) is V - V^T."""
    assert_allclose(spectrum(12), np.linalg.svd(matrix, compute_uv=False)[:12], rtol=0, atol=1e-14)


def power_sum_beyond(i, power):
    """The sum of ((j - 1/2) pi)^-power over j > i, a polygamma value."""
    return polygamma(power - 1, i + 0.5) / (math.factorial(power - 1) * math.pi**power)


@pytest.mark.parametrize(("powers", "beyond", "trace"), [
    (exact.heaviside_difference(100) ** 2, power_sum_beyond(100, 2), 1 / 2),    # E[(u > v)^2]
    (exact.heaviside_difference(100) ** 4, power_sum_beyond(100, 4), 1 / 6),    # E[min(u, v)^2], as V V* is min
    (exact.sign_difference(100) ** 2, 2 * power_sum_beyond(50, 2), 1),    # E[sign^2]; the values stand in pairs
    (exact.min_cdf(100), power_sum_beyond(100, 2), 1 / 2),    # E[min(u, u)]
    (exact.min_cdf(100) ** 2, power_sum_beyond(100, 4), 1 / 6),    # E[min(u, v)^2]
], ids=["jump, squares", "jump, fourth powers", "sign, squares", "min, trace", "min, squares"])
def test_trace_identities(powers, beyond, trace):
    """Powers of all values sum to traces known from the kernel alone."""
    assert_allclose(np.sum(powers) + beyond, trace, rtol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_odd_and_even_numbers_of_values(n):
    """As many values come back as asked for, nonincreasing, also where they stand in pairs."""
    for spectrum in (exact.heaviside_difference, exact.min_cdf, exact.sign_difference):
        s = spectrum(n)
        assert s.shape == (n,)
        assert np.all(np.diff(s) <= 0)


@pytest.mark.parametrize("a", [-0.3, 0.0, 0.5, 1.0, 2.5])
def test_absolute_moments(a):
    """The value of |xy|^a is E|x|^(2a), by adaptive quadrature in t = x^(1/4), where it is smooth enough."""
    expected = 2 * quad(lambda t: 4 * t ** (8 * a + 3) * math.exp(-(t**8) / 2), 0, 2, epsabs=1e-15, epsrel=1e-13)[0]
    assert_allclose(exact.abs_power_product(a), [expected / math.sqrt(2 * math.pi)], rtol=1e-11)


@pytest.mark.parametrize("p", [1, 2, 3, 10, 150])
def test_monomials_are_even_moments(p):
    """(2p - 1)!! agrees with the Gamma function, up to the last p whose value is a double."""
    assert_allclose(exact.monomial_product(p), exact.abs_power_product(p), rtol=1e-13)


@pytest.mark.parametrize("p", [1, 2, 3, 6])
def test_monomials_are_polynomials(p):
    """The Hermite matrix of (xy)^p has the one value (2p - 1)!!, and no other."""
    coefficients = np.zeros((p + 1, p + 1))
    coefficients[p, p] = 1
    assert_allclose(exact.polynomial_kernel(coefficients), exact.monomial_product(p), rtol=1e-13)


def test_log_abs_moments():
    """The two values of log|xy| are those of the matrix of moments of log|x|, found by adaptive quadrature."""
    m = mean(lambda t: math.log(abs(t)), points=(0.0,))
    second = mean(lambda t: math.log(abs(t)) ** 2, points=(0.0,))
    std = math.sqrt(second - m * m)
    expected = np.linalg.svd(np.array([[2 * m, std], [std, 0]]), compute_uv=False)
    assert_allclose(exact.log_abs_product(), expected, rtol=1e-10)


@pytest.mark.parametrize(("values", "energy"), [
    (exact.sign_product(), 1.0),
    (exact.relu_product(), 2 * mean(lambda t: max(t, 0.0) ** 2, points=(0.0,)) ** 2),
    (exact.linear_sum(), 2.0),
    (exact.log_abs_product(), 2 * mean(lambda t: math.log(abs(t)) ** 2, points=(0.0,))
     + 2 * mean(lambda t: math.log(abs(t)), points=(0.0,)) ** 2),
    (exact.separable(math.exp(2), 1), mean(lambda t: math.exp(2 * t))),
], ids=["sign", "relu", "x + y", "log", "exp(x)|y|"])
def test_finite_spectra_have_the_right_energy(values, energy):
    """The squares sum to E[h^2], from one-dimensional moments by adaptive quadrature."""
    assert_allclose(np.sum(values**2), energy, rtol=1e-11)


FINITE = st.floats(-10, 10).filter(lambda t: t == 0 or abs(t) > 1e-3)


@given(f_mean=FINITE, f_std=FINITE.map(abs), g_mean=FINITE, g_std=FINITE.map(abs))
def test_sums_of_functions_match_their_matrix(f_mean, f_std, g_mean, g_std):
    """f(x) + g(y) has the values of [[m, tau], [sigma, 0]]; zeros are left out."""
    expected = np.linalg.svd(np.array([[f_mean + g_mean, g_std], [f_std, 0]]), compute_uv=False)
    s = exact.sum_of_functions(f_mean, f_std, g_mean, g_std)
    assert_allclose(np.concatenate([s, np.zeros(2 - len(s))]), expected, rtol=0, atol=1e-14 * max(expected[0], 1))


def test_degenerate_sums_and_products():
    """A constant and a function of x alone have rank one, and zero has rank none."""
    assert_allclose(exact.sum_of_functions(3, 0, -1, 0), [2])
    assert_allclose(exact.sum_of_functions(3, 4, 0, 0), [5])
    assert exact.sum_of_functions(1, 0, -1, 0).shape == (0,)
    assert exact.separable(0, 5).shape == (0,)


def test_finite_rank_agrees_with_sums_of_functions():
    """x^2 + y^2 in the bases (x^2, 1) and (1, y^2), which are not orthogonal."""
    values = exact.finite_rank([[3, 1], [1, 1]], [[1, 1], [1, 3]])
    assert_allclose(values, [math.sqrt(3) + 1, math.sqrt(3) - 1], rtol=1e-14)


@given(coefficients=st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5), min_size=1, max_size=4))
def test_polynomial_energy(coefficients):
    """The squares sum to E[h^2] = sum of A_pq A_rs m_{p+r} m_{q+s}, with m the moments; the rank is that of A."""
    a = np.array(coefficients, dtype=float)
    moments = [0 if k % 2 else math.prod(range(1, k, 2)) for k in range(9)]
    rows, columns = a.shape
    left = np.array([[moments[p + r] for r in range(rows)] for p in range(rows)])
    right = np.array([[moments[q + s] for s in range(columns)] for q in range(columns)])
    values = exact.polynomial_kernel(a)
    assert len(values) == np.linalg.matrix_rank(a)
    assert_allclose(np.sum(values**2), np.trace(left @ a @ right @ a.T), rtol=1e-13, atol=1e-300)


def test_polynomials_match_gauss_hermite():
    """A polynomial that is neither even nor symmetric, against its values at the nodes of an exact Gauss rule."""
    a = [[1, 0, 0.5, 0], [-2, 1, 0, -1], [0, 3, 0, 0]]
    sampled = gauss_hermite_spectrum(lambda x, y: np.polynomial.polynomial.polyval2d(*np.broadcast_arrays(x, y), a), 20)
    assert_allclose(exact.polynomial_kernel(a), sampled[:3], rtol=1e-13)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.exp_product(0.5, 3), NotSquareIntegrableError, r"c must lie in \(-1/2, 1/2\).*got \|c\| = 0.5"),
    (lambda: exact.exp_product(-1, 3), NotSquareIntegrableError, r"c must lie"),
    (lambda: exact.exp_product(math.nan, 3), ValueError, "c must be finite"),
    (lambda: exact.mehler(1.0, 3), NotSquareIntegrableError, r"r must be a correlation in \(-1, 1\)"),
    (lambda: exact.cos_product("one", 3), TypeError, "c must be a real number"),
    (lambda: exact.sin_product(1, 0), ValueError, "n must be an integer of at least 1"),
    (lambda: exact.sign_difference(2.5), TypeError, "n must be an integer"),
    (lambda: exact.effective_rank_sin_product(0), ValueError, "c must not be zero"),
    (lambda: exact.squared_exponential(0, 3), ValueError, "length must be positive"),
    (lambda: exact.squared_exponential(1, 3, std=-1), ValueError, "std must be positive"),
    (lambda: exact.abs_power_product(-0.5), NotSquareIntegrableError, "a must be above -1/2"),
    (lambda: exact.abs_power_product(151), ValueError, "a must be at most 150"),
    (lambda: exact.monomial_product(0), ValueError, "p must be an integer of at least 1"),
    (lambda: exact.monomial_product(151), ValueError, "p must be at most 150"),
    (lambda: exact.separable(-1, 1), ValueError, "f_second_moment must not be negative"),
    (lambda: exact.separable(1, math.inf), ValueError, "g_second_moment must be finite"),
    (lambda: exact.sum_of_functions(0, 1, 0, -1), ValueError, "g_std must not be negative"),
    (lambda: exact.finite_rank([[1, 2], [2, 1]], np.eye(2)), ValueError, "gram_left must be symmetric and positive"),
    (lambda: exact.finite_rank(np.eye(2), [[1, 0], [0.5, 1]]), ValueError, "gram_right must be symmetric"),
    (lambda: exact.finite_rank(np.eye(2), np.eye(3)), ValueError, "gram_right must have the shape of gram_left"),
    (lambda: exact.finite_rank([1, 2], np.eye(2)), ValueError, "gram_left must be a finite square matrix"),
    (lambda: exact.polynomial_kernel([1, 2]), ValueError, "coefficients must be a finite matrix"),
    (lambda: exact.polynomial_kernel(np.zeros((152, 1))), ValueError, "degrees at most 150"),
    (lambda: exact.polynomial_kernel([[math.nan]]), ValueError, "coefficients must be a finite matrix"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
