"""Kernels of vectors without symmetry: components and directions found, closed forms, functions, and honest bars."""

import math

import numpy as np
import pytest
from quiet import quietly
from scipy.special import ndtr

import opsvd
from opsvd import Gaussian, exact
from opsvd.kernels import Kernel
from opsvd.probing.coordinates import find_coordinates

TWO, SIX = Gaussian.standard(2), Gaussian.standard(6)


def components(h, mu_x, mu_y):
    """The components that are found, and whether coordinates were turned."""
    found = find_coordinates(Kernel(h, dims=(mu_x.dim, mu_y.dim)), mu_x, mu_y)
    return [(c.x, c.y) for c in found.components], not np.array_equal(found.turn_x, np.eye(len(found.turn_x)))


def mixed(x, y):
    """Two terms that take different coordinates."""
    return np.sin(x[..., 0] * y[..., 1]) + x[..., 1] ** 2 * y[..., 0]


@pytest.fixture(scope="module")
def svd():
    """The decomposition that some tests share."""
    return opsvd.decompose(mixed, TWO, TWO, rtol=1e-8)


def test_components_are_found():
    """Sums are taken apart, unused coordinates left out, and one direction among six is turned to."""
    assert components(mixed, TWO, TWO) == ([((0,), (1,)), ((1,), (0,))], False)
    assert components(lambda x, y: np.tanh(x[..., 0] * y[..., 0] + x[..., 1] * y[..., 1]), TWO, TWO) == (
        [((0, 1), (0, 1))], False)
    assert components(lambda x, y: np.tanh(x * y[..., 0]) + y[..., 1], Gaussian(), TWO) == (
        [((0,), (0,)), ((), (1,))], False)
    assert components(lambda x, y: np.exp(0.2 * x[..., 3] * y[..., 5]), SIX, SIX) == ([((3,), (5,))], False)
    found, turned = components(lambda x, y: np.sin((x @ np.arange(6.0)) * (y @ np.ones(6)) / 8.0), SIX, SIX)
    assert (len(found), turned) == (1, True)
    assert [len(side) for side in found[0]] == [1, 1]


def test_two_terms_have_both_spectra(svd):
    """sin(x1 y2) + x2^2 y1: the spectrum of sin, and E[x^4]^(1/2) for the other, which shares no function with it."""
    expected = np.sort(np.append(exact.sin_product(1, 40), np.sqrt(3.0)))[::-1]
    assert svd.converged
    np.testing.assert_allclose(svd.values, expected[:len(svd.values)], atol=1e-12)
    assert (np.abs(svd.values - expected[:len(svd.values)]) <= svd.errors).all()


@pytest.mark.parametrize(("h", "scalar"), [
    (lambda x, y: np.sum(np.sin(x * y), axis=-1), np.repeat(exact.sin_product(1, 30), 6)),
    (lambda x, y: np.exp(0.2 * x[..., 3] * y[..., 5]), exact.exp_product(0.2, 30)),
], ids=["additive", "single coordinate"])
def test_six_dimensions_cost_what_is_used(h, scalar):
    """Additive and single-coordinate kernels of R^6, to 1e-8 with less than a million evaluations."""
    svd = opsvd.decompose(h, SIX, SIX, rtol=1e-8)
    assert svd.converged
    np.testing.assert_allclose(svd.values, scalar[:len(svd.values)], atol=1e-12)
    assert svd.evaluations < 1_000_000


def test_products_of_entire_kernels():
    """cos(x1 y1 / 2) exp(x2 y2 / 5): all products of two closed forms."""
    def h(x, y):
        return np.cos(0.5 * x[..., 0] * y[..., 0]) * np.exp(0.2 * x[..., 1] * y[..., 1])

    svd = opsvd.decompose(h, TWO, TWO, rtol=1e-5)
    expected = np.sort(np.outer(exact.cos_product(0.5, 30), exact.exp_product(0.2, 30)).ravel())[::-1]
    q = len(svd.values)
    assert q >= 6
    assert svd.converged
    assert (np.abs(svd.values - expected[:q]) <= svd.errors).all()
    np.testing.assert_allclose(svd.values, expected[:q], atol=1e-8)


def test_numbers_and_vectors():
    """h: R x R^2, exp(x y1 / 4) y2: the scalar spectrum, y2 being of norm one."""
    svd = opsvd.decompose(lambda x, y: np.exp(0.25 * x * y[..., 0]) * y[..., 1], Gaussian(), TWO, rtol=1e-8)
    np.testing.assert_allclose(svd.values, exact.exp_product(0.25, 60)[:len(svd.values)], atol=1e-12)
    assert svd.left(np.zeros(3)).shape == svd.right(np.zeros((3, 2))).shape == (3, svd.rank)


def test_correlated_covariances():
    """sin(x1 y2) under correlated vectors is the scalar kernel under the marginals of x1 and y2."""
    mu = Gaussian([0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]])
    svd = opsvd.decompose(lambda x, y: np.sin(x[..., 0] * y[..., 0]), mu, mu, rtol=1e-8)
    np.testing.assert_allclose(svd.values, exact.sin_product(1, 60)[:len(svd.values)], atol=1e-10)
    assert "turned coordinates" in svd.method


def test_singular_covariances():
    """On a line in R^2 with x1 = x2, x1 + x2 = 2 x1 is a number of standard deviation two."""
    mu = Gaussian([0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]])
    svd = opsvd.decompose(lambda x, y: np.sin(0.25 * x.sum(axis=-1) * y.sum(axis=-1)), mu, mu, rtol=1e-8)
    np.testing.assert_allclose(svd.values, exact.sin_product(1, 60)[:len(svd.values)], atol=1e-10)


def test_bars_are_honest_where_polynomials_are_poor():
    """tanh(x1 y1 + x2 y2 / 2) with few products: finer ones lie within the bars, which are wide."""
    def h(x, y):
        return np.tanh(x[..., 0] * y[..., 0] + 0.5 * x[..., 1] * y[..., 1])

    coarse = quietly(h, TWO, TWO, rtol=0.1)
    reference = np.array([0.4937314, 0.2996076, 0.0621848])    # products of 68 by 48, with 85 by 63 to check
    q = min(3, coarse.rank)
    assert q > 0
    assert (np.abs(coarse.values[:q] - reference[:q]) <= coarse.errors[:q] + 1e-5).all()


def test_functions_and_reconstruction(svd, tmp_path):
    """Orthonormal by a tensor rule, the sum is h, and all of it survives saving."""
    rule = TWO.gauss_rule(90)    # exact to degree 179: the leading functions have no more that matters
    f = svd.left(rule.nodes)[:, :6]
    np.testing.assert_allclose((f * rule.weights[:, None]).T @ f, np.eye(6), atol=1e-9)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 7, 2))
    np.testing.assert_allclose(svd(x, y), mixed(x, y), atol=1e-5)
    svd.save(tmp_path / "svd.npz")
    again = opsvd.load(tmp_path / "svd.npz")
    np.testing.assert_array_equal(again(x, y), svd(x, y))
    assert svd.truncate(2).left(x[0]).shape == (2,)
    with pytest.raises(ValueError, match=r"x must hold vectors of R\^2"):
        svd.left(np.ones(3))


def test_samples_agree(svd):
    """The cross-check takes these too."""
    assert opsvd.crosscheck(mixed, 300, TWO, TWO, trials=10, rng=0, svd=svd, rank=2).agrees


@pytest.mark.thorough
def test_constants_and_what_does_not_fit():
    """A constant has one value; a budget that is too small leaves the answer of a few points."""
    np.testing.assert_allclose(opsvd.decompose(lambda x, y: 2.0, TWO, TWO).values, [2.0])
    def h(x, y):
        return np.tanh(x[..., 0] * y[..., 0] + 0.5 * x[..., 1] * y[..., 1])

    with pytest.warns(opsvd.ConvergenceWarning, match="max_evaluations=500000 leaves"):
        coarse = opsvd.decompose(h, TWO, TWO, max_evaluations=500_000)
    fine = opsvd.decompose(h, TWO, TWO, rtol=1e-4)
    assert coarse.evaluations <= 500_000
    assert coarse.rank >= 3
    assert (np.abs(coarse.singular_values - fine.singular_values[:coarse.rank]) <= coarse.errors + 1e-4).all()


def test_what_overflows_is_not_square_integrable():
    """exp of a polynomial of degree four: E[h^2] is infinite, and products of polynomials see it overflow."""
    three = Gaussian.standard(3)
    with pytest.raises(opsvd.NotSquareIntegrableError, match="h must be square-integrable, but h"):
        opsvd.decompose(lambda x, y: np.exp(2.0 * x[..., 0] * y[..., 0] * x[..., 1] * y[..., 1] + x[..., 2]), three,
                        three, rtol=1e-4)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")    # for kinks bars are true and wide
@pytest.mark.parametrize("kink", [-1.3, -0.72, -0.2, 1.1])
def test_bars_hold_wherever_a_kink_lies_between_nodes(kink):
    """min(x_1, c) min(y_1, 0.71): one value, the product of two norms. A single check was wrong at c = -0.72."""
    def norm(c):
        # E[min(x, c)^2] by parts: the part below c of x^2, and c^2 above.
        return math.sqrt(ndtr(c) - c * math.exp(-0.5 * c * c) / math.sqrt(2.0 * math.pi) + c * c * ndtr(-c))

    three = Gaussian.standard(3)
    svd = opsvd.decompose(lambda x, y: np.minimum(x[..., 0], kink) * np.minimum(y[..., 0], 0.71), three, three,
                          rtol=1e-7)
    assert abs(svd.values[0] - norm(kink) * norm(0.71)) <= svd.errors[0] <= 0.05 * svd.values[0]


def test_an_unused_direction_that_slopes_know_to_rounding():
    """tanh(x_1 + 0.24 y_2) + cos(x_2 - 0.54 y_2) to sixteen digits, where slopes give the direction of y to twelve."""
    uniform = opsvd.Product(opsvd.Uniform(-1.0, 1.0), opsvd.Uniform(-1.0, 1.0))
    correlated = Gaussian(np.zeros(2), [[1.7496, -0.8405], [-0.8405, 2.5896]])

    def h(x, y):
        return np.tanh(x[..., 0] + 0.24 * y[..., 1]) + np.cos(x[..., 1] - 0.54 * y[..., 1])

    t, w = np.polynomial.legendre.leggauss(30)
    z, v = np.polynomial.hermite_e.hermegauss(100)
    y = z * np.sqrt(2.5896)
    roots = np.sqrt(np.multiply.outer(np.multiply.outer(0.5 * w, 0.5 * w), v / v.sum()))
    matrix = (np.tanh(t[:, None, None] + 0.24 * y) + np.cos(t[:, None] - 0.54 * y)) * roots
    known = np.linalg.svd(matrix.reshape(900, -1), compute_uv=False)
    for svd in (opsvd.decompose(h, uniform, correlated), opsvd.decompose(lambda x, y: h(y, x), correlated, uniform)):
        assert "turned" in svd.method
        assert (np.abs(svd.singular_values - known[:svd.rank]) <= svd.errors + 1e-15).all()


@pytest.mark.parametrize("rtol", [0.05, 1e-4])
def test_what_components_lack_is_in_the_bars(rtol):
    """A term of 4e-7 is as small as rounding of slopes, and is left out: it moves the first value by 1.3e-9."""
    def h(x, y):
        first, second = x[..., 0] * y[..., 0] + 0.147 * x[..., 1], x[..., 1] * y[..., 1]
        return np.exp(0.078 * first) + 4.3e-7 * np.exp(0.078 * second)

    t, weights = np.polynomial.hermite_e.hermegauss(16)
    nodes, roots = np.stack(np.meshgrid(t, t), axis=-1).reshape(-1, 2), np.sqrt(np.outer(weights, weights)).ravel()
    expected = np.linalg.svd(roots[:, None] * h(nodes[:, None], nodes) * roots, compute_uv=False) / weights.sum()**2
    svd = quietly(h, TWO, TWO, rtol=rtol)
    assert svd.rank >= 1
    assert (np.abs(svd.singular_values - expected[:svd.rank]) <= svd.errors + 1e-14).all()


@pytest.mark.parametrize("begin", [4.0, 4.5])
def test_a_term_that_begins_far_out_is_in_the_tail(begin):
    """x_1 y_1 + max(x_2 - b, 0) y_2 has the values 1 and E[max(x_2 - b, 0)^2]^(1/2): the second is not forgotten."""
    def h(x, y):
        return x[..., 0] * y[..., 0] + np.maximum(x[..., 1] - begin, 0.0) * y[..., 1]

    density = math.exp(-0.5 * begin**2) / math.sqrt(2.0 * math.pi)
    second = math.sqrt((1.0 + begin**2) * ndtr(-begin) - begin * density)
    svd = quietly(h, TWO, TWO, rtol=1e-2, method="tensor")
    assert abs(svd.singular_values[0] - 1.0) <= svd.errors[0]
    assert svd.rank > 1 or svd.tail >= second
    assert abs(svd.norm - math.hypot(1.0, second)) <= svd.norm.error
