"""Product integration: kernels with breaks along unknown curves, against closed forms; and what it refuses."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ndtr

import opsvd
from opsvd import ConvergenceWarning, Gaussian, Kernel, ProductIntegration
from opsvd._support.linalg import compact_svd
from opsvd.operator.problem import Problem

STANDARD = Gaussian()
STEPS = 2.0 / (np.pi * (2.0 * np.arange(40) + 1.0))


def values_of(h, mu_x=STANDARD, mu_y=STANDARD, *, rtol=1e-10, method=None):
    """Singular values of the last discretisation, without any error bars to hide behind."""
    problem = Problem(Kernel(h), mu_x, mu_y, rtol)
    *_, last = (ProductIntegration() if method is None else method).discretisations(problem)
    return compact_svd(last.blocks[0].matrix)[1], last


def test_a_step_to_rounding():
    """(x > y): s_i = 2 / ((2i - 1) pi)."""
    found, last = values_of(lambda x, y: x > y, rtol=1e-12)
    np.testing.assert_allclose(found[:8], STEPS[:8], atol=1e-14)
    np.testing.assert_allclose(found[:24], STEPS[:24], rtol=1e-6)
    assert last.note.startswith("product integration: ")
    assert last.evidence.known.leading


def test_a_kink_on_the_diagonal_has_no_meeting_points():
    """Of |F(x) - F(y)|: searches find what is no break, and panels towards where these meet took twice the values."""
    law = opsvd.Exponential(2.0)
    svd = opsvd.decompose(lambda x, y: np.abs(np.expm1(-2.0 * x) - np.expm1(-2.0 * y)), law, law)
    assert svd.converged
    assert svd.evaluations < 2_000_000


def roots(function, starts):
    """One root in each interval between two starts."""
    return np.array([brentq(function, *interval, xtol=1e-15) for interval in pairwise(starts)])


def absolute_differences():
    """Values of |u - v| on the unit square, by its differential equation: 2 / k^2 for three families of k."""
    pi = math.pi
    odd = pi * (2.0 * np.arange(4) + 1.0)
    even = 2.0 * roots(lambda t: t * math.sin(t) + math.cos(t), [0.5 * pi, 1.5 * pi, 2.5 * pi, 3.5 * pi])
    positive = 2.0 * roots(lambda t: t * math.tanh(t) - 1.0, [1.0, 1.5])
    return np.sort(2.0 / np.concatenate([odd, even, positive]) ** 2)[::-1]


def cantilever():
    """Values of max(u - v, 0): integration twice, so that 1 / s^2 are the frequencies of a beam clamped at one end."""
    return roots(lambda t: math.cos(t) + 1.0 / math.cosh(t), math.pi * np.arange(7.0)) ** -2.0


@pytest.mark.parametrize(("h", "exact"), [
    (lambda x, y: 1.0 * (ndtr(x) + ndtr(y) > 1.0), STEPS[:6]),
    (lambda x, y: np.minimum(ndtr(x), ndtr(y)) - ndtr(x) * ndtr(y), (math.pi * np.arange(1.0, 7.0)) ** -2.0),
    (lambda x, y: np.abs(ndtr(x) - ndtr(y)), absolute_differences()[:6]),
    (lambda x, y: np.maximum(ndtr(x) - ndtr(y), 0.0), cantilever()),
], ids=["reflected step", "Brownian bridge", "absolute difference", "beam"])
def test_kernels_of_ranks(h, exact):
    """Functions of Phi(x) and Phi(y) have the spectra they have on the unit square, in closed form."""
    found, _ = values_of(h)
    np.testing.assert_allclose(found[:len(exact)], exact, atol=1e-12)


def test_measures_may_differ():
    """(x > m + s z), z standard: a step between x under Gaussian(m, s) and z."""
    found, _ = values_of(lambda x, y: 1.0 + 2.0 * y > x, Gaussian(1.0, 2.0), rtol=1e-12)
    np.testing.assert_allclose(found[:6], STEPS[:6], atol=1e-13)


@pytest.mark.thorough
def test_panels_end_at_vertical_tangents_with_roots():
    """The singular functions of the disc are smooth in the root of the distance from its leftmost and rightmost points.

    Elsewhere they are smooth.
    """
    found, last = values_of(lambda x, y: x**2 + y**2 < 2.0 * math.log(2.0), rtol=1e-4)
    assert np.linalg.norm(found) < math.sqrt(0.5)    # E[h^2] = 1/2
    basis, radius = last.blocks[0].left, math.sqrt(2.0 * math.log(2.0))
    edges, roots = basis.edges, basis.roots
    for tip, inwards in ((-radius, 1.0), (radius, -1.0)):
        assert np.abs(edges - tip).min() < 1e-7
        assert np.abs(roots[roots[:, 1] == inwards, 0] - tip).min() < 1e-7
    assert np.diff(edges)[np.abs(edges[:-1] - 3.0).argmin()] > 0.3


@pytest.mark.thorough
def test_crossings_become_edges():
    """Where two breaks cross, functions have kinks."""
    _, last = values_of(lambda x, y: 1.0 * (x > y) + (x + y > 1.0), rtol=1e-4)
    assert np.abs(last.blocks[0].left.edges - 0.5).min() < 1e-7
    assert np.abs(last.blocks[0].right.edges - 0.5).min() < 1e-7


def within_bars(h, exact, mu_x=STANDARD, mu_y=STANDARD):
    """Whether the answer converges, and its bars hold."""
    svd = opsvd.decompose(h, mu_x, mu_y, method="product", max_seconds=120.0)
    return svd.converged and bool((np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors).all())


@pytest.mark.parametrize("end", [0.5, 1.0])
def test_a_curve_that_ends_at_a_line(end):
    """(y < x < c) is a step of ranks below Phi(c). The slice nearest to the corner does not show its two breaks."""
    assert within_bars(lambda x, y: (x > y) & (x < end), ndtr(end) * STEPS)


def test_a_triangle():
    """(|y| < x < 1): even in y, and a step of the ranks of |x| and |y| below 1, for half of x."""
    assert within_bars(lambda x, y: (np.abs(y) < x) & (x < 1.0), math.sqrt(0.5) * (2.0 * ndtr(1.0) - 1.0) * STEPS)


@pytest.mark.thorough
def test_a_line_that_rounding_blurs():
    """sign(|x - y| - |x + c|) jumps at y = -c, but for rounding, which is not the same in every slice."""
    svd = opsvd.decompose(lambda x, y: np.sign(np.abs(x - y) - np.abs(x + 0.5)), max_seconds=120.0)
    assert svd.converged
    assert abs(svd.norm - 1.0) < 1e-6


@pytest.mark.thorough
@pytest.mark.parametrize("h", [
    lambda x, y: (y > x) & (y < 2.0 * x),
    lambda x, y: (y > x**2) & (y < x + 1.0),
    lambda x, y: (y > np.cos(2.0 * x)) & (x > -0.0283),
    lambda x, y: (y > -1.0) & (y < 0.2 * x + 0.4) & (y < 1.1 - 2.3 * x) & (y > 0.7 * x - 0.9),
], ids=["wedge", "lens", "waves", "quadrilateral"])
def test_corners_seen_from_either_side(h):
    """Transposed, and reflected in x: slices meet the corners elsewhere, and values are the same within the bars."""
    several = [opsvd.decompose(one, max_seconds=120.0) for one in (
        h, lambda x, y: h(y, x), lambda x, y: h(-x, y))]
    assert all(svd.converged for svd in several)
    count = min(svd.rank for svd in several)
    assert count >= 5
    for other in several[1:]:
        apart = np.abs(several[0].singular_values[:count] - other.singular_values[:count])
        assert (apart <= several[0].errors[:count] + other.errors[:count]).all()


@pytest.mark.thorough
def test_values_do_not_exceed_the_true_ones():
    """Galerkin projections: compared with a finer one, values rise, and only by the square of what panels miss."""
    coarse, _ = values_of(lambda x, y: np.abs(x - y), rtol=1e-6)
    fine, _ = values_of(lambda x, y: np.abs(x - y), rtol=1e-12)
    assert (coarse[:8] <= fine[:8] * (1.0 + 1e-9)).all()
    np.testing.assert_allclose(coarse[:4], fine[:4], rtol=1e-7)


NOISE = Kernel(lambda x, y: np.modf(np.sin(12.9898 * x + 78.233 * y) * 43758.5453)[0])


def test_noise_is_left_to_uniform_panels_and_said_so():
    """One discretisation, with a remark for the status."""
    (only,) = ProductIntegration().discretisations(Problem(NOISE, STANDARD, STANDARD))
    assert only.note.startswith("uniform panels")
    assert "looks like noise or a fractal" in only.remark


@pytest.mark.thorough
def test_a_status_says_that_h_is_noise():
    """Also where the method was chosen by name."""
    with pytest.warns(ConvergenceWarning, match="noise or a fractal"):
        opsvd.decompose(NOISE, method="product")


def test_the_zero_kernel_ends_at_once():
    """No singular functions, nothing to refine."""
    svd = opsvd.decompose(lambda x, y: 0.0 * x * y, method="product")
    assert svd.rank == 0


def test_max_nodes_bounds_the_panels():
    """At most so many nodes a variable, whatever is asked for."""
    _, last = values_of(lambda x, y: np.sin(9.0 * x * y) * (x > y), rtol=1e-4, method=ProductIntegration(max_nodes=320))
    assert max(last.blocks[0].matrix.shape) <= 320


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"modes": 0}, ValueError, "modes must be an integer of at least 1, got 0"),
    ({"modes": 2.5}, TypeError, "modes must be an integer, got 2.5"),
    ({"max_nodes": -3}, ValueError, "max_nodes must be an integer of at least 1, got -3"),
])
def test_bad_options_are_named(arguments, error, message):
    """Where they enter."""
    with pytest.raises(error, match=message):
        ProductIntegration(**arguments)


def test_repr_is_the_call():
    """With the options that were given."""
    assert repr(ProductIntegration(modes=7, max_nodes=800)) == "ProductIntegration(modes=7, max_nodes=800)"


@pytest.mark.thorough
@settings(max_examples=5)
@given(st.floats(-2.0, 2.0), st.floats(0.5, 2.0), st.booleans())
def test_steps_along_any_line(shift, slope, rising):
    """(y > c + a x) under Gaussians that make it a step between ranks: the spectrum is the same for all lines."""
    a = slope if rising else -slope
    found, _ = values_of(lambda x, y: y > shift + a * x, STANDARD, Gaussian(shift, slope), rtol=1e-8)
    np.testing.assert_allclose(found[:5], STEPS[:5], atol=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize("h", [
    lambda x, y: np.maximum(1.0 - x**2 - y**2, 0.0) * (y > 0.2), lambda x, y: x * (x > y)],
    ids=["a line cuts a curve", "a jump vanishes at an edge"])
def test_breaks_that_few_slices_show_to_rounding(h):
    """Where a line ends at a curve, and where a jump has no height: ten values, which h exchanged has as well."""
    both = [opsvd.decompose(k) for k in (h, lambda x, y: h(y, x))]
    assert all(svd.converged and svd.rank >= 10 for svd in both)
    values, others = (svd.singular_values[:10] for svd in both)
    assert (np.abs(values - others) <= sum(svd.errors[:10] for svd in both)).all()


@pytest.mark.thorough
def test_values_of_a_jump_that_vanishes():
    """Of x (x > y): T T* has the kernel x y min(F(x), F(y)), which is continuous."""
    svd = opsvd.decompose(lambda x, y: x * (x > y))
    squared = opsvd.decompose(lambda x, y: x * y * np.minimum(ndtr(x), ndtr(y)))
    s, errors = svd.singular_values[:10], svd.errors[:10]
    assert (np.abs(s**2 - squared.singular_values[:10]) <= 2.0 * s * errors + squared.errors[:10]).all()


def test_a_status_says_that_panels_end():
    """And how more are allowed, where neither the time nor the values are spent."""
    with pytest.warns(ConvergenceWarning, match="max_nodes=320 allows"):
        svd = opsvd.decompose(lambda x, y: x * x + y * y < 1.0, method=ProductIntegration(max_nodes=320))
    assert "opsvd.ProductIntegration(max_nodes=640) takes more" in svd.status
    assert "ran out" not in svd.status
