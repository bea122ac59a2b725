"""Hard classes that the default method resolves: many values of one size, thin bands, fast oscillation."""

import numpy as np
import pytest
from computed_values import VALUES
from hard_values import (
    band_of_gaussians,
    band_values,
    cardioid_values,
    cosine_of_exponential,
    exponential_values,
    floor_of_gaussians,
    floor_values,
    ring_values,
)
from scipy.sparse.linalg import eigsh
from scipy.special import ndtr

import opsvd
from opsvd import Gaussian, Kernel, Uniform, exact
from opsvd.methods.ridge import _Convolution
from opsvd.operator.problem import Problem


def assert_ten_digits(svd, values, least):
    """So many values at least, within the tolerance, with bars that hold."""
    assert svd.converged
    assert svd.rank >= least
    assert svd.errors.max() <= 1e-10 * values[0]
    assert (np.abs(svd.singular_values - values[:svd.rank]) <= svd.errors).all()


def test_a_short_length_on_a_long_interval():
    """exp(-|x - y| / 0.1) on [0, 10], of which a hundred values are of one size: Karhunen and Loeve."""
    mu = Uniform(0.0, 10.0)
    assert_ten_digits(opsvd.decompose(lambda x, y: np.exp(-np.abs(x - y) / 0.1), mu, mu),
                      exponential_values(0.1, 10.0, 100), 10)


@pytest.mark.thorough
def test_steps_along_circles():
    """Floor(x^2 + y^2) on [0, 2]: roots at every tip of a circle, against Lagrange functions that are level there."""
    mu = Uniform(0.0, 2.0)
    svd = opsvd.decompose(lambda x, y: np.floor(x * x + y * y), mu, mu, max_evaluations=20_000_000)
    assert_ten_digits(svd, ring_values(4), 9)


@pytest.mark.thorough
def test_a_thin_band():
    """(|x - y| < 1/20), against polynomials on twenty cells."""
    svd = opsvd.decompose(lambda x, y: np.abs(x - y) < 0.05, Uniform(), Uniform())
    assert_ten_digits(svd, band_values(20), 8)


@pytest.mark.thorough
def test_a_thin_band_of_gaussians():
    """The same under Gaussians, as a function of x - y, against interpolation on cells."""
    svd = opsvd.decompose(lambda x, y: np.abs(x - y) < 0.05, max_seconds=100.0)
    assert_ten_digits(svd, band_of_gaussians(0.05, 40), 12)


@pytest.mark.thorough
@pytest.mark.parametrize(("half_width", "least"), [(0.02, 30), (0.005, 12)])
def test_thinner_bands_of_gaussians(half_width, least):
    """A hundred values are within a third of the first, and known by how much less all others are."""
    svd = opsvd.decompose(lambda x, y: np.abs(x - y) < half_width, max_seconds=200.0)
    known = band_of_gaussians(half_width, 20)
    assert svd.converged
    assert svd.rank >= least
    wrong = np.abs(svd.singular_values[:20] - np.resize(known, svd.rank)[:20])[:min(svd.rank, 20)]
    # Rules of another kind have errors of some roundings as well.
    assert (wrong <= svd.errors[:len(wrong)] + 1e-14 * known[0]).all()


def test_a_thin_band_beside_the_origin_is_seen():
    """No point of a coarse grid falls into (|x - 2y + 1| < 0.01); its breaks are found, and that it is a ridge."""
    kernel, mu = Kernel(lambda x, y: np.abs(x - 2.0 * y + 1.0) < 0.01), Gaussian()
    problem = Problem(kernel, mu, mu, 1e-10)
    assert problem.structure.linear_form == (1.0, -2.0)
    breaks = _Convolution.of(problem, -2.0).pieces.breaks
    np.testing.assert_allclose(breaks, np.array([-1.01, -0.99]) / np.sqrt(5.0), atol=1e-13)


@pytest.mark.thorough
def test_many_steps_of_gaussians():
    """floor(3(x + y)), of 85 jumps, whose values from the third on stand twice."""
    svd = opsvd.decompose(lambda x, y: np.floor(3.0 * (x + y)), max_seconds=200.0)
    assert_ten_digits(svd, floor_of_gaussians(40, 3), 6)


@pytest.mark.thorough
def test_frequencies_that_grow_exponentially():
    """cos(exp(x) y), against the eigenvalues of T T*, of which the kernel is known."""
    svd = opsvd.decompose(lambda x, y: np.cos(np.exp(x) * y), max_seconds=100.0)
    assert_ten_digits(svd, cosine_of_exponential(40), 6)


@pytest.mark.thorough
def test_a_cardioid():
    """It turns back at two points above one x; six digits of T T* on panels."""
    svd = opsvd.decompose(lambda x, y: (x * x + y * y - x) ** 2 < x * x + y * y, max_seconds=100.0)
    assert svd.converged
    assert svd.rank >= 6
    np.testing.assert_allclose(svd.singular_values, cardioid_values(svd.rank), atol=2e-5)


@pytest.mark.thorough
def test_a_narrow_pole_that_repeats():
    """1/(1.0001 + sin(x + y)), of some thousand values of one size; tests/computed_values.py has the leading ones."""
    svd = opsvd.decompose(lambda x, y: 1.0 / (1.0001 + np.sin(x + y)), max_seconds=100.0)
    values = np.array(VALUES["1/(1.0001 + sin(x + y))"][1])
    assert svd.converged
    assert svd.rank >= 8
    count = min(svd.rank, len(values))
    assert (np.abs(svd.singular_values - np.resize(values, svd.rank))[:count] <= svd.errors[:count] + 1e-12).all()


@pytest.mark.thorough
def test_many_steps():
    """floor(10(x + y)), against polynomials on ten cells."""
    svd = opsvd.decompose(lambda x, y: np.floor(10.0 * (x + y)), Uniform(), Uniform(), max_seconds=100.0)
    assert_ten_digits(svd, floor_values(10), 6)


@pytest.mark.thorough
def test_fast_oscillation():
    """sin(100xy), whose values fall by a hundredth each."""
    svd = opsvd.decompose(lambda x, y: np.sin(100.0 * x * y), max_seconds=100.0)
    assert_ten_digits(svd, exact.sin_product(100.0, 300), 80)


def test_the_rules_agree_with_closed_forms():
    """One step is (u + v > 1), of values 2 / ((2i - 1) pi); one cell is a constant; a band's sum of squares."""
    np.testing.assert_allclose(floor_values(1)[:10], 2.0 / (np.pi * (2.0 * np.arange(10) + 1.0)), rtol=1e-12)
    np.testing.assert_allclose(band_values(1)[:2], [1.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(floor_of_gaussians(4)[:2], [10.2531245, 9.7531245], rtol=1e-8)
    assert abs(np.sum(band_values(20) ** 2) - (0.1 - 0.0025)) <= 1e-3
    assert abs(np.sum(exponential_values(0.1, 10.0, 400) ** 2) - (0.01 - 0.1**2 / 200.0)) <= 1e-5


def of_intervals(ends, reach, count):
    """Ten leading values of the indicator of y in intervals of x under Gaussians, from T T* at Gauss-Legendre nodes.

    The kernel of T T* is the probability of what two slices have in common: an integral in closed form, with kinks.
    So values tend to theirs like the square of the distance of nodes, and half as many nodes tell the leading error.
    """
    fine, coarse = (_of_intervals(ends, reach, nodes) for nodes in (count, count // 2))
    return fine + (fine - coarse) / 3.0


def _of_intervals(ends, reach, count):
    """The same from one rule."""
    t, w = np.polynomial.legendre.leggauss(count)
    x, root = reach * t, np.sqrt(reach * w * np.exp(-0.5 * (reach * t) ** 2) / np.sqrt(2.0 * np.pi))
    common = np.zeros((count, count))
    for low, high in ends(x):
        for other, end in ends(x):
            below, above = np.maximum(low[:, None], other), np.minimum(high[:, None], end)
            common += np.where(above > below, ndtr(above) - ndtr(below), 0.0)
    return np.sqrt(eigsh(root[:, None] * common * root, k=10, return_eigenvectors=False)[::-1])


@pytest.mark.thorough
def test_a_thin_band_along_a_parabola():
    """(|y - x^2| < 0.05): most slices see the band between nodes, and what is left is bounded along them."""
    def band(x, y):
        return np.abs(y - x * x) < 0.05

    svd, reflected = opsvd.decompose(band), opsvd.decompose(lambda x, y: band(y, -x))
    assert svd.converged
    assert svd.rank >= 7
    known = of_intervals(lambda x: [(x * x - 0.05, x * x + 0.05)], 3.0, 2000)    # y = 9 is far out
    assert np.abs(svd.singular_values[:7] - known[:7]).max() < 4e-5 * known[0]
    q = min(svd.rank, reflected.rank)
    wrong = np.abs(svd.singular_values[:q] - reflected.singular_values[:q])
    assert q >= 6
    assert (wrong <= svd.errors[:q] + reflected.errors[:q]).all()


@pytest.mark.thorough
def test_a_thin_band_along_a_circle():
    """(|x^2 + y^2 - 1| < 0.1), whose values come in pairs that are nearly equal."""
    def root(t):
        return np.sqrt(np.maximum(t, 0.0))

    svd = opsvd.decompose(lambda x, y: np.abs(x * x + y * y - 1.0) < 0.1, max_seconds=100.0)
    assert svd.converged
    assert svd.rank >= 6
    known = of_intervals(lambda x: [(root(0.9 - x * x), root(1.1 - x * x)),
                                    (-root(1.1 - x * x), -root(0.9 - x * x))], 1.05, 1500)
    assert np.abs(svd.singular_values[:6] - known[:6]).max() < 1e-3 * known[0]


@pytest.mark.thorough
def test_a_cusp():
    """(x^2 < y < 2 x^2): two curves that touch at the origin, seen from both sides."""
    def ends(x):
        return [(x * x, 2.0 * x * x)]

    known = of_intervals(ends, 3.0, 1500)    # y = 9 is far out
    for h in (lambda x, y: (x * x < y) & (y < 2.0 * x * x), lambda x, y: (y * y < x) & (x < 2.0 * y * y)):
        svd = opsvd.decompose(h, max_rank=8, max_seconds=100.0)
        assert svd.converged
        assert svd.rank == 8
        np.testing.assert_allclose(svd.singular_values[:8], known[:8], rtol=0.0, atol=1e-6)


@pytest.mark.thorough
def test_a_break_along_a_line_where_rounding_decides():
    """sign(|x - y| - |x + 1/10|) is -sign(y + 1/10) sign(2x - y + 1/10), and has the values of the second factor.

    Slices beside y = -1/10 are rounding of h, and never resolved.
    """
    svd = opsvd.decompose(lambda x, y: np.sign(np.abs(x - y) - np.abs(x + 0.1)), rtol=1e-8,
                          max_seconds=100.0)
    known = opsvd.decompose(lambda x, y: np.sign(2.0 * x - y + 0.1))
    count = min(svd.rank, known.rank)
    assert svd.converged
    assert count >= 8
    wrong = np.abs(svd.singular_values[:count] - known.singular_values[:count])
    assert (wrong <= svd.errors[:count] + known.errors[:count]).all()


@pytest.mark.thorough
def test_a_thin_band_beside_the_origin():
    """(|x - 2y + 1| < w): at w = 0.02 fifty values of ten digits, seen from both sides; at 0.05 by another rule."""
    svd, turned = (opsvd.decompose(h, max_seconds=100.0) for h in (
        lambda x, y: np.abs(x - 2.0 * y + 1.0) < 0.02, lambda x, y: np.abs(y - 2.0 * x + 1.0) < 0.02))
    count = min(svd.rank, turned.rank)
    assert svd.converged
    assert count >= 50
    wrong = np.abs(svd.singular_values[:count] - turned.singular_values[:count])
    assert (wrong <= svd.errors[:count] + turned.errors[:count]).all()
    wider = opsvd.decompose(lambda x, y: np.abs(x - 2.0 * y + 1.0) < 0.05, max_seconds=100.0)
    known = of_intervals(lambda x: [(0.5 * (x + 0.95), 0.5 * (x + 1.05))], 6.0, 2000)
    np.testing.assert_allclose(wider.singular_values[:8], known[:8], rtol=0.0, atol=2e-4 * known[0])


@pytest.mark.thorough
def test_two_overlapping_discs():
    """A notch of their union is 0.003 high; and as seen from the other side."""
    def discs(x, y):
        return ((x - 0.4) ** 2 + y * y < 1.0) | ((x + 0.4) ** 2 + (y - 0.3) ** 2 < 1.0)

    def ends(x):
        halves = [np.sqrt(np.maximum(1.0 - (x + shift) ** 2, 0.0)) for shift in (-0.4, 0.4)]
        (low, high), (other, end) = (-halves[0], halves[0]), (0.3 - halves[1], 0.3 + halves[1])
        both = (halves[0] > 0.0) & (halves[1] > 0.0)    # on such lines in y the discs overlap
        assert (np.maximum(low, other) <= np.minimum(high, end))[both].all()
        return [(np.where(both, np.minimum(low, other), np.where(halves[0] > 0.0, low, other)),
                 np.where(both, np.maximum(high, end), np.where(halves[0] > 0.0, high, end)))]

    svd, turned = (opsvd.decompose(h, rtol=1e-6, max_seconds=100.0) for h in (discs, lambda x, y: discs(y, -x)))
    count = min(svd.rank, turned.rank)
    assert svd.converged
    assert count >= 8
    wrong = np.abs(svd.singular_values[:count] - turned.singular_values[:count])
    assert (wrong <= svd.errors[:count] + turned.errors[:count]).all()
    np.testing.assert_allclose(svd.singular_values[:8], of_intervals(ends, 1.4, 2000)[:8], atol=1e-4)


@pytest.mark.thorough
def test_a_grid_of_lines():
    """sign(sin 5x + sin 5y) of uniform angles: values are 2 / (pi (2j + 1)), twice each.

    Lines leave the box between the points where they cross, and T g has kinks there.
    """
    mu = Uniform(-np.pi, np.pi)
    svd = opsvd.decompose(lambda x, y: np.sign(np.sin(5.0 * x) + np.sin(5.0 * y)), mu, mu, max_seconds=100.0)
    assert_ten_digits(svd, 2.0 / (np.pi * np.repeat(2.0 * np.arange(40) + 1.0, 2)), 6)


@pytest.mark.thorough
def test_a_grid_of_lines_of_gaussians():
    """The same: 5x and 5y are uniform angles to 4e-6."""
    svd = opsvd.decompose(lambda x, y: np.sign(np.sin(5.0 * x) + np.sin(5.0 * y)), max_seconds=200.0)
    assert svd.errors[1] <= 1e-9
    assert svd.errors[5] <= 1e-8
    known = 2.0 / (np.pi * np.repeat([1.0, 3.0, 5.0], 2))
    np.testing.assert_allclose(svd.singular_values[:6], known, atol=2e-5)
