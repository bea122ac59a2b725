"""Ridge functions phi(x + b y): spectra known in closed form, whatever phi is, and phi that is refused."""


import numpy as np
import pytest
from quiet import quietly
from scipy.special import gamma, gammaln

import opsvd
from opsvd import ConvergenceWarning, Gaussian, Kernel, NotSquareIntegrableError, Ridge, exact
from opsvd._support.budget import Budget
from opsvd.methods.convolution import _q, convolution_blocks
from opsvd.methods.ridge import _Convolution
from opsvd.operator.problem import Problem
from opsvd.quadrature import Pieces, gauss_legendre, legendre_transform

SIZE = 200


def power_spectrum(a):
    r"""Singular values of |x - y|^a: the matrix between Hermite polynomials from the moments of a power.

    E[|Z|^a He_2j(Z)] = 2^(a/2) Gamma((a + 1) / 2) / sqrt(pi) * a (a - 2) ... (a - 2j + 2), and the addition theorem.
    """
    even = np.arange(SIZE)
    factors = a - 2.0 * even[:-1]
    logs = np.append(0.0, np.cumsum(np.log(np.abs(factors)))) - 0.5 * gammaln(2 * even + 1)
    c = np.zeros(2 * SIZE)
    c[::2] = 2.0**a * gamma((a + 1) / 2) / np.sqrt(np.pi) * np.append(1.0, np.cumprod(np.sign(factors))) * np.exp(logs)
    m, n = np.arange(SIZE)[:, None], np.arange(SIZE)
    binomial = np.exp(0.5 * (gammaln(m + n + 1) - gammaln(m + 1) - gammaln(n + 1) - (m + n) * np.log(2.0)))
    return np.linalg.svd(binomial * (-1.0) ** n * c[m + n], compute_uv=False)


@pytest.mark.parametrize("a", [1.0, 0.5, 2.5])
def test_powers_of_a_difference(a):
    """Six values of |x - y|^a to twelve digits, and within their bars."""
    svd = opsvd.decompose(lambda x, y: np.abs(x - y) ** a, method=Ridge(-1.0))
    known = power_spectrum(a)[:6]
    assert svd.converged
    assert np.abs(svd.singular_values[:6] - known).max() <= 1e-12 * known[0]
    assert (np.abs(svd.singular_values[:6] - known) <= svd.errors[:6] + 1e-12).all()


@pytest.mark.thorough
@pytest.mark.parametrize("a", [-0.3, -0.4])
def test_strong_singularities_have_bars_that_hold(a):
    """What lies nearer to the line than the nodes of phi is missing from the values, and in the bars."""
    svd = quietly(lambda x, y: np.abs(x - y) ** a, max_rank=1)
    assert svd.rank == 1
    assert abs(svd.singular_values[0] - power_spectrum(a)[0]) <= svd.errors[0] <= 1e-6


@pytest.mark.thorough
def test_jumps_steps_and_many_breaks():
    """The sign of x - y, and a step that is nearly one: the values differ as they must, and none is wrong."""
    jump, step = (opsvd.decompose(h, method=Ridge(-1.0))
                  for h in (lambda x, y: np.sign(x - y), lambda x, y: np.tanh(1000 * (x - y))))
    known = exact.sign_difference(6)
    assert np.abs(jump.singular_values[:6] - known).max() <= 1e-11
    assert 1e-8 < np.abs(step.singular_values[0] - known[0]) < 1e-6
    assert step.errors[0] < 1e-10


@pytest.mark.thorough
def test_a_strip_between_all_nodes_is_resolved():
    """A strip of half-width 1e-4 on a steep ridge: values change by as much as they do for 1e-3, divided by ten."""
    plain, thin, wide = (opsvd.decompose(
        lambda x, y, w=w: np.tanh(20.0 * (x - y)) + 0.01 * (np.abs(x - y - 0.3) < w), max_seconds=100.0)
        for w in (0.0, 1e-4, 1e-3))
    change = [svd.singular_values[0] - plain.singular_values[0] for svd in (thin, wide)]
    assert thin.converged
    assert abs(change[0] - 0.1 * change[1]) <= 1e-6 * change[1]
    assert change[0] > 1e5 * thin.errors[0]


@pytest.mark.parametrize(("evaluations", "most"), [(200_000_000, 3200), (1_000_000_000, 6400)])
def test_more_nodes_are_taken_where_images_on_them_are_paid_for(evaluations, most):
    """floor(10(x + y)), whose functions oscillate along all of the domain: by default, and with 100 seconds or more."""
    kernel = Kernel(lambda x, y: np.floor(10.0 * (x + y))).limited(Budget(evaluations))
    problem = Problem(kernel, Gaussian(), Gaussian())
    found = _Convolution.of(problem, 1.0)
    sizes = {found.size(problem.domain, width): width for width in np.geomspace(0.2, 0.02, 50)}
    paid = [size for size, width in sizes.items() if Ridge(1.0)._pays(found, problem.domain, width)]
    assert 0.9 * most < max(paid) <= most
    assert not Ridge(1.0, max_nodes=1000)._pays(found, problem.domain, 0.1)


def test_means_and_deviations():
    """|x + 2y| of shifted and scaled variables, seen from both sides, is the same operator."""
    mu_x, mu_y = Gaussian(1.0, 2.0), Gaussian(-0.5, 1.5)
    one = opsvd.decompose(lambda x, y: np.abs(x + 2 * y), mu_x, mu_y, method=Ridge(2.0))
    other = opsvd.decompose(lambda x, y: np.abs(y + 2 * x), mu_y, mu_x, method=Ridge(0.5))
    assert np.abs(one.singular_values[:6] - other.singular_values[:6]).max() <= 1e-12 * one.singular_values[0]


@pytest.mark.thorough
def test_a_wrong_coefficient_is_no_lie():
    """h is evaluated along a line only, but the bars look elsewhere: a ridge that is none has wide bars."""
    with pytest.warns(ConvergenceWarning, match="not converged"):
        svd = opsvd.decompose(lambda x, y: np.abs(x - 2 * y), method=Ridge(-1.0))
    assert svd.method.startswith("ridge function of x - 1 y")
    assert svd.worst_error > 0.1


def test_not_square_integrable_across_a_line():
    """|x - y|^(-1/2) diverges along the diagonal."""
    with pytest.raises(NotSquareIntegrableError, match=r"line of constant x - 1 y"):
        opsvd.decompose(lambda x, y: np.abs(x - y) ** -0.5)


@pytest.mark.parametrize(("b", "error", "message"), [
    (0.0, ValueError, "b must not be zero"),
    (np.inf, ValueError, "b must be finite"),
])
def test_bad_coefficients(b, error, message):
    """b is a finite number, and not zero."""
    with pytest.raises(error, match=message):
        Ridge(b)


def test_q_is_the_convolution_of_legendre_polynomials():
    """Q_00(tau) is a half of the length on which both arguments are in [-1, 1], and Q_10 is odd."""
    tau, transform = np.array([-1.5, -0.5, 0.0, 1.0]), legendre_transform(16)
    blocks = transform @ _q(tau) @ transform.T
    np.testing.assert_allclose(blocks[:, 0, 0], 0.5 * (2 - np.abs(tau)), atol=1e-14)
    np.testing.assert_allclose(blocks[:, 1, 0], blocks[:, 0, 1], atol=1e-14)
    assert abs(blocks[2, 1, 0]) < 1e-14


@pytest.mark.parametrize("degree", [0, 1, 5])
def test_powers_of_a_sum_are_integrated_exactly(degree):
    """(s + t)^d is a polynomial in either variable, so that its integrals are its values at the nodes, weighted."""
    edges, (t, w) = np.linspace(-1.5, 1.5, 7), gauss_legendre(16)
    blocks = convolution_blocks(lambda z: z**degree, Pieces(np.linspace(-2.0, 2.0, 6), np.zeros(0)), edges)
    centres = edges[1:-1, None, None] + 0.25 * (t[:, None] + t)
    np.testing.assert_allclose(blocks, centres**degree * np.sqrt(w[:, None] * w), rtol=0.0, atol=1e-13)
