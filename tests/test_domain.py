"""The box that carries a kernel, and kernels that no box carries."""

import numpy as np
import pytest

from opsvd import Gaussian, Kernel, NonFiniteKernelError, NotSquareIntegrableError
from opsvd.domain import find_domain, weighted_samples

MU = Gaussian()


def test_bounded_kernels_need_what_the_density_needs():
    """For a bounded kernel sqrt(rho) falls to a hundredth of the tolerance at the edge."""
    domain = find_domain(Kernel(lambda x, y: np.tanh(x * y)), MU, MU, 1e-10)
    assert MU.sqrt_density(np.array(domain.x)).max() < 1e-12
    assert max(np.abs(domain.x)) < 13.0
    assert 0.0 < domain.missing < 1e-12


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
