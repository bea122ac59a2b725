"""The main job beside the problem table: known figures, options, narrow features, and what is refused."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from problems import tagged
from quiet import quietly
from scipy.special import ndtr

import opsvd
from opsvd import ConvergenceWarning, Gaussian, NotSquareIntegrableError
from opsvd.answer.judged import Judged
from opsvd.answer.status import not_within


def test_known_values():
    """The figures that the design page quotes."""
    tanh = opsvd.decompose(lambda x, y: np.tanh(x * y))
    np.testing.assert_allclose(tanh.singular_values[:3], [0.523183285, 0.059203253, 0.012625784], atol=5e-10)
    log = opsvd.decompose(lambda x, y: np.log(np.abs(x * y)))
    np.testing.assert_allclose(log.singular_values, [1.914695, 0.644332], atol=1e-6)
    rank = opsvd.decompose(lambda x, y: np.sin(x * y)).effective_rank()
    assert abs(rank - math.sqrt(5.0)) < 1e-9
    assert abs(rank - math.sqrt(5.0)) <= rank.error < 1e-9


def test_tanh_is_stable_under_refinement():
    """Other tolerances, and twice the panels, change no value of tanh(xy) by more than 1e-12."""
    values = [opsvd.decompose(lambda x, y: np.tanh(x * y), rtol=rtol).singular_values[:8]
              for rtol in (1e-8, 1e-10, 1e-12)]
    np.testing.assert_allclose(values[0], values[2], atol=1e-12)
    np.testing.assert_allclose(values[1], values[2], atol=1e-12)


@pytest.mark.parametrize("problem", [p for p in tagged("finite-rank") if p.rank == 0], ids=str)
def test_zero_has_rank_zero(problem):
    """The zero kernel gives empty arrays and zeros, and no crash anywhere."""
    svd = opsvd.decompose(problem.h)
    assert (svd.rank, svd.norm, svd.tail, svd.effective_rank()) == (0, 0.0, 0.0, 0.0)
    assert svd.converged
    assert svd.left(np.ones((2, 3))).shape == (2, 3, 0)
    assert svd(0.3, [1.0, 2.0]).tolist() == [0.0, 0.0]


def test_integers_and_booleans_are_kernels():
    """Steps that return bool or int are taken as numbers."""
    as_bool = opsvd.decompose(lambda x, y: (x > 0) & (y > 0))
    as_int = opsvd.decompose(lambda x, y: (x > 0).astype(int) * (y > 0))
    np.testing.assert_allclose(as_bool.singular_values, [0.5], atol=1e-12)
    np.testing.assert_allclose(as_int.singular_values, [0.5], atol=1e-12)


def test_max_rank_truncates_into_the_tail():
    """The leading values are unchanged, and the tail says what is gone."""
    whole = opsvd.decompose(lambda x, y: np.sin(x * y))
    some = opsvd.decompose(lambda x, y: np.sin(x * y), max_rank=3)
    np.testing.assert_array_equal(some.singular_values, whole.singular_values[:3])
    assert some.tail == pytest.approx(np.linalg.norm(whole.singular_values[3:]), rel=1e-9)
    assert abs(some.effective_rank() - whole.effective_rank()) <= some.effective_rank().error


def test_missed_tolerance_warns_and_says_so():
    """A jump along a curve, by a method that is poor at it: a warning, a status, and bars around the true values."""
    with pytest.warns(ConvergenceWarning, match="not converged: the largest error bar is .* accept a larger rtol"):
        svd = opsvd.decompose(lambda x, y: x > y, method="hermite")
    assert not svd.converged
    assert svd.status.startswith("not converged")
    exact = 2.0 / ((2.0 * np.arange(1, svd.rank + 1) - 1.0) * np.pi)
    assert (np.abs(svd.singular_values - exact) <= svd.errors).all()


@pytest.mark.parametrize(("width", "where"), [(0.02, (1.7, -2.3)), (0.05, (-3.0, 0.4)), (0.02, (0.01, 0.02))])
@pytest.mark.parametrize("background", [0.0, 1.0])
def test_small_bumps_are_not_missed(width, where, background):
    """A Gaussian bump far narrower than the first grid, alone or on tanh(xy): s of the bump, and sum s^2, are right."""
    def bump(x, y):
        return np.exp(-((x - where[0]) ** 2 + (y - where[1]) ** 2) / (2.0 * width**2))

    svd = opsvd.decompose(lambda x, y: background * np.tanh(x * y) + bump(x, y))
    if background == 0.0:
        one = [np.sqrt(width**2 / (width**2 + 2.0)) * np.exp(-(c**2) / (width**2 + 2.0)) for c in where]
        assert abs(svd.singular_values[0] - np.sqrt(np.prod(one))) <= svd.errors[0] <= 1e-10 * svd.singular_values[0]
    else:
        x, y = (c + width * np.linspace(-2.0, 2.0, 9) for c in where)
        expected = np.tanh(x[:, None] * y) + bump(x[:, None], y)
        np.testing.assert_allclose(svd(x[:, None], y), expected, atol=1e-7)


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_sizes_that_are_not_seen_are_refused(size):
    """Neither infinities nor a silent zero: where few points see a narrow kernel, the message says to scale h."""
    with pytest.raises(opsvd.KernelError, match=r"h must have a size .* decompose c \* h"):
        opsvd.decompose(lambda x, y: size * (np.abs(x - 1.0) < 0.2) * (np.abs(y + 2.0) < 0.1))


@pytest.mark.parametrize("width", [0.008, 0.001])
def test_a_trace_of_something_narrow_is_not_taken_for_zero(width):
    """A spike too narrow for the first grids is found or refused, but is not the zero kernel."""
    def spike(x, y):
        return np.exp(-((x - 0.77) ** 2 + (y + 1.31) ** 2) / (2.0 * width**2))

    if width == 0.001:    # all that any grid sees of it is below 1e-120
        with pytest.raises(opsvd.KernelError, match="although h is not zero"):
            opsvd.decompose(spike)
        return
    svd = opsvd.decompose(spike)
    exact = np.prod([np.sqrt(width / np.hypot(width, np.sqrt(2.0))) * np.exp(-(c**2) / (2.0 * (width**2 + 2.0)))
                     for c in (0.77, 1.31)])
    assert abs(svd.singular_values[0] - exact) <= svd.errors[0]


@pytest.mark.thorough
def test_fast_oscillation_in_one_variable_is_resolved():
    """Where x needs few panels y may have many: sin(xy) for x about 30."""
    svd = opsvd.decompose(lambda x, y: np.sin(x * y), Gaussian(30.0, 0.1), method="panels")
    assert svd.converged


def test_not_square_integrable_raises():
    """exp(xy) has E[h^2] = inf under unit Gaussians."""
    with pytest.raises(NotSquareIntegrableError, match=r"\|c\| < 1/2"):
        opsvd.decompose(lambda x, y: np.exp(x * y))


def test_nan_names_a_point():
    """The error tells where h is NaN."""
    with pytest.raises(opsvd.NonFiniteKernelError, match=r"h must be finite, but h\(-.*\) = nan"):
        opsvd.decompose(lambda x, y: np.log(x) * y)


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"rtol": 0.0}, ValueError, "rtol must be positive, got 0.0"),
    ({"rtol": 2.0}, ValueError, "rtol must be below 1, being relative to the largest singular value, got 2.0"),
    ({"rtol": "small"}, TypeError, "rtol must be a real number, got 'small'"),
    ({"max_rank": 0}, ValueError, "max_rank must be an integer of at least 1, got 0"),
    ({"max_rank": 2.5}, TypeError, "max_rank must be an integer, got 2.5"),
    ({"mu_x": 1.0}, TypeError, "mu_x must be a probability measure, got 1.0"),
    ({"mu_y": Gaussian}, TypeError, "mu_y must be a probability measure"),
    ({"method": "qr"}, ValueError, "method must be one of 'auto'"),
])
def test_bad_arguments_are_named(arguments, error, message):
    """Each bad argument raises with its name, the requirement, and what came."""
    with pytest.raises(error, match=message):
        opsvd.decompose(lambda x, y: x * y, **arguments)


@pytest.mark.parametrize(("h", "message"), [
    (lambda x, y: math.sin(x * y), r"np\.tanh\(x \* y\) and not math\.tanh"),
    (lambda x, y: np.zeros(5), r"it returned shape \(5,\)"),
])
def test_bad_kernels_are_named(h, message):
    """Scalar-only and wrong-shaped kernels raise before anything is computed."""
    with pytest.raises(opsvd.KernelError, match=message):
        opsvd.decompose(h)


@pytest.mark.thorough
def test_a_thin_ring_that_the_first_nodes_miss_is_not_the_end():
    """Hermite nodes see nothing but zeros; other methods are asked, and give it."""
    def ring(x, y):
        return ((x**2 + y**2 > 1.0) & (x**2 + y**2 < 1.1)) * 1.0

    svd = opsvd.decompose(ring, rtol=1e-3, max_evaluations=20_000_000, max_seconds=1e3)
    exact = np.sqrt(np.exp(-0.5) - np.exp(-0.55))    # the mass between the radii, under the plane Gaussian
    assert svd.converged
    # The tail is a bound, with what rules differ by.
    assert exact <= np.hypot(np.linalg.norm(svd.singular_values), svd.tail) < 1.4 * exact


@pytest.mark.parametrize("width", [0.01, 0.003, 0.001, 0.0005])
def test_a_strip_that_the_first_nodes_miss_is_resolved(width):
    """Random pairs see it, and slices find its edges."""
    svd = opsvd.decompose(lambda x, y: np.where(np.abs(x - 0.11) < width, y, 0.0))
    exact = np.sqrt(ndtr(0.11 + width) - ndtr(0.11 - width))
    assert svd.rank == 1
    assert abs(svd.singular_values[0] - exact) <= svd.errors[0] + 1e-14    # of the difference of probabilities
    assert svd.errors[0] <= 1e-12


@pytest.mark.thorough
def test_energy_beyond_all_densities_is_told():
    """A kernel that is just square-integrable reaches further than densities are numbers."""
    def growing(x, y):
        return np.exp(0.4999 * x * y) + 1.0

    with pytest.warns(ConvergenceWarning, match="take measures with a smaller std"):
        svd = opsvd.decompose(growing)
    assert "raise max_seconds" not in svd.status    # which would not help
    assert svd.tail >= np.sqrt(1.0 / np.sqrt(1.0 - 4.0 * 0.4999**2))


@pytest.mark.thorough
def test_a_truncation_error_below_the_tolerance_is_in_the_bars():
    """At a loose tolerance, slices that are polynomials to within it count with what they lack."""
    loose, tight = (opsvd.decompose(lambda x, y: np.maximum(np.minimum(x, y), -0.5), rtol=rtol)
                    for rtol in (1e-4, 1e-10))
    count = min(loose.rank, tight.rank)
    apart = np.abs(loose.singular_values[:count] - tight.singular_values[:count])
    assert (apart <= loose.errors[:count] + tight.errors[:count]).all()


def test_digits_of_leading_values_decide():
    """Of two answers without an accurate value, one with small bars and a wide one is more than one bar between.

    What is converged is more than bars far below the tolerance, where another value may be missing.
    """
    def answer(errors, *, converged=False):
        svd = SimpleNamespace(errors=np.array(errors), rank=3, rtol=1e-10, converged=converged)
        return Judged(svd, discretisation=None, accurate=0, complete=False, remainder=0.0, remark="")

    some, none = answer([1e-5, 1e-4, 4e-2]), answer([3e-2, 3e-2, 3e-2])
    assert some.better(none)
    assert not none.better(some)
    assert answer([1e-5, 1e-4, 3e-2]).better(some)
    assert answer([1e-12] * 3, converged=True).better(answer([1e-14] * 3))
    assert not answer([1e-14] * 3).better(answer([1e-12] * 3, converged=True))


@pytest.mark.thorough
def test_a_kernel_that_cannot_have_ten_digits_has_fewer():
    """sin(1 / x) y oscillates without end: its one value is known, and the status names the tolerance of the answer."""
    svd = quietly(lambda x, y: np.sin(1.0 / x) * y)
    exact = 0.760396937643645560    # sqrt((1 - E cos(2 / x)) / 2), by quadrature in 1 / x with 30 digits
    assert svd.rank == 1
    assert abs(svd.singular_values[0] - exact) <= svd.errors[0] <= 0.01 * exact
    assert not svd.converged
    assert "This is the answer for rtol=0.01 (slices of h do not become smooth" in svd.status


@pytest.mark.thorough
def test_a_part_of_the_budget_is_kept_for_a_larger_tolerance():
    """Slices of sin(1 / (x^2 + y^2)) take all of a budget for ten digits; two digits are had from what is kept.

    The values are those of three matrices on 125 to 245 graded panels, which agree to 5e-6.
    """
    svd = quietly(lambda x, y: np.sin(1.0 / (x * x + y * y)), max_evaluations=40_000_000, max_seconds=1e6)
    exact = np.array([0.490286, 0.278488, 0.159499, 0.112483, 0.086917, 0.070789, 0.059711])
    assert svd.rank >= 5
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors).all()
    assert svd.errors[0] < 0.01 * exact[0]
    assert "This is the answer for rtol=0.01" in svd.status


def test_the_status_of_a_larger_tolerance_says_what_is_missing():
    """Bars that are too wide, or values that are left out."""
    assert "the largest error bar is 1.0e-10, rtol=1e-10 asks for 5.0e-11" in not_within(1e-10, 5e-11, 1e-10, "")
    assert "but values are left out that rtol=1e-10 asks for" in not_within(1e-11, 5e-11, 1e-10, "")
