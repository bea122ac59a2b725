"""The box that carries a kernel, and kernels that no box carries."""

import math

import numpy as np
import pytest
import scipy.special
from quiet import quietly

import opsvd
from opsvd import Gaussian, Kernel, NonFiniteKernelError, NotSquareIntegrableError, exact
from opsvd._support.budget import Budget
from opsvd.probing.domain import find_domain, weighted_samples

MU = Gaussian()


def test_bounded_kernels_need_what_the_density_needs():
    """For a bounded kernel sqrt(rho) falls to a hundredth of the tolerance at the edge."""
    domain = find_domain(Kernel(lambda x, y: np.tanh(x * y)), MU, MU, 1e-10)
    assert MU.sqrt_density(np.array(domain.x)).max() < 1e-12
    assert max(np.abs(domain.x)) < 13.0
    assert 0.0 < domain.missing < 1e-12


@pytest.mark.parametrize("start", [3.0, 5.2, 6.0, 9.0])
def test_energy_that_begins_far_out_has_a_box(start):
    """(x > 5.2) exp(-y^2) to 1e-2, for which a box of 6.07 would do if h were not zero in most of it."""
    svd = opsvd.decompose(lambda x, y: (x > start) * np.exp(-(y**2)), rtol=1e-2)
    exact_value = math.sqrt(scipy.special.ndtr(-start) / math.sqrt(5.0))
    assert abs(svd.values[0] - exact_value) <= svd.errors[0] <= 1e-2 * exact_value
    assert abs(svd.norm - exact_value) <= svd.norm.error


@pytest.mark.parametrize(("h", "side"), [
    (lambda x, y: np.exp(2.0 * x) * np.abs(y), 12.0),
    (lambda x, y: np.exp(0.48 * x * y), 36.0),
    (lambda x, y: np.exp(0.24 * x**2) * np.cos(y), 36.0),
])
def test_growing_kernels_widen_the_box(h, side):
    """The energy h^2 rho, not the density, decides."""
    assert find_domain(Kernel(h), MU, MU, 1e-10).x[1] > side


def test_what_overflow_cuts_off_is_stated():
    """exp(0.499 xy) overflows where its energy is not yet small: the rest is extrapolated, and is not small."""
    domain = find_domain(Kernel(lambda x, y: np.exp(0.499 * x * y)), MU, MU, 1e-10)
    assert domain.missing > 0.1


def test_box_moves_with_the_measure():
    """Mean and standard deviation move and scale the box."""
    domain = find_domain(Kernel(lambda x, y: np.sin(x * y)), Gaussian(100.0, 0.1), MU, 1e-10)
    assert 98.5 < domain.x[0] < 99.0
    assert 101.0 < domain.x[1] < 101.5


@pytest.mark.parametrize("h", [
    lambda x, y: np.exp(x * y),
    lambda x, y: np.exp(0.5 * x * y),
    lambda x, y: np.exp(-2.0 * x * y),
    lambda x, y: np.exp(0.25 * x**2),
    lambda x, y: np.exp(x**2 * y**2),
    lambda x, y: np.cosh(x * y) + y,
])
def test_growth_that_no_gaussian_tames_is_refused(h):
    """E[h^2] = inf by growth raises, and says what to do."""
    with pytest.raises(NotSquareIntegrableError, match=r"E\[h\^2\] is infinite.*smaller std"):
        find_domain(Kernel(h), MU, MU, 1e-10)


def test_the_same_growth_under_a_narrow_measure_is_accepted():
    """exp(xy) is square-integrable where the product of the standard deviations is below 1/2."""
    narrow = Gaussian(std=0.6)
    assert find_domain(Kernel(lambda x, y: np.exp(x * y)), narrow, narrow, 1e-10).x[1] > 0.0


@pytest.mark.parametrize(("h", "message"), [
    (lambda x, y: np.sqrt(x * y), r"h\(.*\) = nan"),
    (lambda x, y: np.where(np.abs(x) < 1.0, np.inf, 0.0) * y**2, r"h\(.*\) = (inf|nan)"),
])
def test_values_that_are_not_finite_name_a_point(h, message):
    """NaN, and infinities close to the centre, raise with the point."""
    with pytest.raises(NonFiniteKernelError, match=message):
        find_domain(Kernel(h), MU, MU, 1e-10)


def test_samples_outside_the_domain_are_zero_and_not_evaluated():
    """The kernel is never asked for values outside its box."""
    kernel = Kernel(lambda x, y: np.ones(np.broadcast_shapes(np.shape(x), np.shape(y))))
    domain = find_domain(kernel, MU, MU, 1e-1)
    before, rule = kernel.evaluations, MU.gauss_rule(60)
    samples = weighted_samples(kernel, domain, rule, rule)
    inside = int(((rule.nodes >= domain.x[0]) & (rule.nodes <= domain.x[1])).sum())
    assert kernel.evaluations - before < 60**2
    assert np.count_nonzero(samples) == kernel.evaluations - before
    assert inside**2 <= 60**2


def test_samples_do_not_depend_on_the_order_of_the_nodes():
    """Whether those inside are one run or not, and however many rows are sampled at a time."""
    kernel = Kernel(lambda x, y: np.exp(np.sin(x + 2.0 * y)))
    domain, rule = find_domain(kernel, MU, MU, 1e-10), MU.gauss_rule(400)
    assert abs(rule.nodes[0]) > domain.x[1]
    order = np.random.default_rng(0).permutation(400)
    expected = weighted_samples(kernel, domain, rule, rule)
    np.testing.assert_array_equal(weighted_samples(kernel, domain, rule.restricted(order), rule), expected[order])
    np.testing.assert_array_equal(weighted_samples(kernel, domain, rule, rule.restricted(order)), expected[:, order])


def test_a_gap_in_the_support_is_no_power():
    """Energy at the edge and farther in, but none between: the power that would fill the gap is infinite."""
    domain = find_domain(Kernel(lambda x, y: ((np.abs(x) > 7.0) | (np.abs(x) < 5.0)) * np.exp(-y * y)), MU, MU, 1e-10)
    assert domain.norm > 0.0
    assert domain.missing < 1e-11


def one_sided(a):
    """E[exp(2 a max(z, 0)^2)]^(1/2)."""
    return math.sqrt(0.5 + 0.5 / math.sqrt(1.0 - 4.0 * a))


RISE, FALL = (lambda z: np.exp(0.2 * np.maximum(z, 0.0) ** 2)), (lambda z: np.exp(0.23 * np.minimum(z, 0.0) ** 2))
WAVE = math.sqrt(0.5 * (1.0 + math.exp(-2.0)))


@pytest.mark.parametrize("mu", [MU, Gaussian(3.0, 0.5), Gaussian(-1e3, 20.0)])
@pytest.mark.parametrize(("h", "expected"), [
    (lambda x, y: RISE(x) * np.cos(y), one_sided(0.2) * WAVE),
    (lambda x, y: FALL(x) * np.cos(y), one_sided(0.23) * WAVE),
    (lambda x, y: RISE(y) * np.cos(x), one_sided(0.2) * WAVE),
    (lambda x, y: FALL(y) * np.cos(x), one_sided(0.23) * WAVE),
    (lambda x, y: RISE(x) * FALL(y), one_sided(0.2) * one_sided(0.23)),
    (lambda x, y: FALL(x) * RISE(y), one_sided(0.23) * one_sided(0.2)),
    (lambda x, y: scipy.special.ndtr(-x) ** -0.4 + 0.0 * y, math.sqrt(5.0)),
    (lambda x, y: scipy.special.ndtr(y) ** -0.4 + 0.0 * x, math.sqrt(5.0)),
])
def test_growth_on_one_side(h, expected, mu):
    """The box grows where h does; on the other side it stays, and its tail is still measured from the centre."""
    svd = opsvd.decompose(lambda x, y: h((x - mu.mean) / mu.std, (y - mu.mean) / mu.std), mu, mu)
    assert svd.rank == 1
    assert abs(svd.singular_values[0] - expected) <= svd.errors[0] + 1e-14 * expected
    assert svd.errors[0] <= 1e-9 * expected


@pytest.mark.parametrize("method", ["hermite", "scaled-hermite", "finite-rank", "panels", "product", "uniform"])
def test_growth_on_one_side_by_any_method(method):
    """All of them begin with the box."""
    svd = quietly(lambda x, y: RISE(x) * np.cos(y), method=method, rtol=1e-4, max_seconds=2.0)
    assert abs(svd.singular_values[0] - one_sided(0.2) * WAVE) <= svd.errors[0]


def test_too_much_growth_on_one_side():
    """It is refused, and the box in the message is wide on that side only."""
    box = r"\[-11.77, 37.0, -11.77, 11.77\].* lies where the densities are zero to any float"
    with pytest.raises(NotSquareIntegrableError, match=box):
        find_domain(Kernel(lambda x, y: np.exp(0.26 * np.maximum(x, 0.0) ** 2) * np.cos(y)), MU, MU, 1e-10)


def test_an_overflow_in_a_corner_ends_the_box():
    """It may not be evaluated there; exp(0.49 xy) times 1e30 overflows at x = y = 36.6, and needs no such points."""
    svd = opsvd.decompose(lambda x, y: 1e30 * np.exp(0.49 * x * y))
    expected = 1e30 * exact.exp_product(0.49, 5)
    assert (np.abs(svd.singular_values[:5] - expected) <= svd.errors[:5] + 1e-13 * expected).all()
    with pytest.raises(NonFiniteKernelError, match=r"h\(-?4\.0, "):
        find_domain(Kernel(lambda x, y: np.where((np.abs(x) > 3.95) & (np.abs(y) > 3.95), np.inf, x)), MU, MU, 1e-10)


def test_a_box_that_the_budget_cannot_widen_is_no_sign_of_growth():
    """A thin band along a parabola, on grids of few points: it was said not to be square-integrable."""
    band = Kernel(lambda x, y: 1.0 * (np.abs(y - x**2) < 0.3))
    svd = quietly(band, rtol=1e-6, max_evaluations=50_000)
    assert not svd.converged
    budget = Budget(500)
    budget.dear = True
    domain = find_domain(Kernel(lambda x, y: np.exp(0.49 * x * y)).limited(budget), MU, MU, 1e-10)
    assert domain.missing > 1e-3
