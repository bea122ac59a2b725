"""Methods: options, refusals, and what each one reaches."""

import functools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quiet import quietly
from scipy.special import gamma

import opsvd
from opsvd import ConvergenceWarning, Gaussian, HermiteGalerkin, NotSquareIntegrableError, Panels, Ridge
from opsvd.measures import LineMeasure
from opsvd.methods import METHODS, as_method
from opsvd.testing import check_method

# Methods of kernels of numbers alone.
OF_NUMBERS = ("polynomials", "hermite", "scaled-hermite", "logarithmic", "finite-rank", "panels", "product", "uniform")
PLANE = Gaussian.standard(2)


class Other(LineMeasure):
    """Not a Gaussian by its class."""

    span, center, scale = (-np.inf, np.inf), 0.0, 1.0
    sample, sqrt_density = Gaussian().sample, Gaussian().sqrt_density


@pytest.mark.parametrize("method", ["auto", *OF_NUMBERS, HermiteGalerkin(80), Panels(500)], ids=repr)
def test_every_method_passes_the_check(method):
    """Known spectra, honest bars, orthonormal functions."""
    check_method(method)


@pytest.mark.parametrize("name", METHODS)
def test_names_and_objects_are_the_same(name):
    """A method by name is its object with default options."""
    kind = getattr(opsvd.methods, METHODS[name])
    assert type(as_method(name)) is kind
    assert as_method(kind()) is not None


@pytest.mark.parametrize("method", ["chebyshev", 3, None])
def test_unknown_methods_are_refused(method):
    """The message lists what there is."""
    with pytest.raises(ValueError, match=r"method must be one of 'auto', 'atoms', .* or a Method object .*, got"):
        opsvd.decompose(lambda x, y: x * y, method=method)


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_methods_of_numbers_refuse_others(name):
    """Vectors, blocks and matrices."""
    for h, mu in ((lambda x, y: np.sum(x * y, axis=-1), PLANE),
                  (lambda x, y: (x * y)[..., None, None] * np.ones((2, 2)), Gaussian()),
                  (opsvd.blockwise(lambda z: z / np.linalg.norm(z, axis=(-2, -1), keepdims=True), 2), Gaussian())):
        with pytest.raises(ValueError, match=r"method must suit .* takes kernels of numbers; leave it out"):
            opsvd.decompose(h, mu, mu, method=name)


# Kernels with their measures, of all kinds that methods tell apart.
OTHERS = {
    "invariant": (lambda x, y: np.exp(0.3 * np.sum(x * y, axis=-1)), (PLANE, PLANE)),
    "elementwise": (opsvd.elementwise(np.tanh, 2), ()),
    "sum": (lambda x, y: np.sin(x[..., 0] * y[..., 1]) + x[..., 1] ** 2 * y[..., 0], (PLANE, PLANE)),
    "number and vector": (lambda x, y: np.sin(x * y[..., 0]) + y[..., 1], (Gaussian(), PLANE)),
    "many coordinates": (lambda x, y: np.exp(0.1 * np.sum(x * y, axis=-1)), (Gaussian.standard(12),) * 2),
    "many coordinates without symmetry": (lambda x, y: np.sin(0.3 * np.sum(x**2 * y, axis=-1)),
                                          (Gaussian.standard(12),) * 2),
    "shifted": (lambda x, y: np.exp(0.3 * np.sum(x * y, axis=-1)), (Gaussian([0.0, 1.0]), PLANE)),
    "matrices": (opsvd.MatrixKernel(lambda x, y: np.sin(0.5 * x * y)[..., None, None] * np.array([[2.0, 1], [0, 1]])),
                 ()),
    "blocks": (opsvd.blockwise(lambda z: z / np.linalg.norm(z, axis=(-2, -1), keepdims=True), 2), ()),
    "numbers": (lambda x, y: np.sin(x * y), ()),
}


@functools.cache
def answer(method, kernel):
    """To five per cent, once for each method."""
    h, measures = OTHERS[kernel]
    return quietly(h, *measures, rtol=0.05, max_evaluations=8_000_000, method=method)


@pytest.mark.parametrize(("method", "kernel"), [
    ("sectors", "invariant"), ("sectors", "elementwise"), ("sectors", "many coordinates"),
    ("tensor", "invariant"), ("tensor", "sum"), ("tensor", "number and vector"),
    ("tensor", "shifted"),
    ("grid", "sum"), ("grid", "number and vector"), ("grid", "shifted"), ("grid", "matrices"),
    pytest.param("grid", "blocks", marks=pytest.mark.thorough),
    ("quasi-random", "elementwise"), ("quasi-random", "number and vector"), ("quasi-random", "many coordinates"),
    pytest.param("quasi-random", "many coordinates without symmetry", marks=pytest.mark.thorough),
    ("quasi-random", "shifted"), ("quasi-random", "matrices"), ("quasi-random", "blocks"), ("quasi-random", "numbers"),
])
def test_methods_of_vectors_by_name_agree_with_the_default(method, kernel):
    """Within the bars of both, whether or not the method is the one for the kernel."""
    words = {"sectors": "spherical harmonics", "tensor": "Hermite polynomials in products", "grid": "in products",
             "quasi-random": "quasi-random points"}
    chosen, named = answer("auto", kernel), answer(method, kernel)
    count = min(chosen.rank, named.rank)
    assert words[method] in named.method
    assert count > 0
    assert (np.abs(chosen.singular_values[:count] - named.singular_values[:count])
            <= chosen.errors[:count] + named.errors[:count]).all()


@pytest.mark.parametrize(("method", "kernel", "why"), [
    ("sectors", "numbers", "takes kernels of vectors with numbers for values"),
    ("sectors", "matrices", "takes kernels of vectors with numbers for values"),
    ("sectors", "blocks", "takes kernels of vectors with numbers for values"),
    ("sectors", "shifted", "takes measures that are invariant under rotations: Sphere"),
    ("sectors", "number and vector", "takes measures that are invariant under rotations: Sphere"),
    ("sectors", "sum", r"takes kernels with h\(Qx, Qy\) = h\(x, y\) for all rotations Q, and h differs at random"),
    ("tensor", "numbers", "takes kernels of vectors with numbers for values"),
    ("tensor", "matrices", "takes kernels of vectors with numbers for values"),
    ("tensor", "blocks", "takes kernels of vectors with numbers for values"),
    ("tensor", "many coordinates", "takes kernels that are sums of functions of few coordinates each"),
    ("tensor", "many coordinates without symmetry", "takes kernels that are sums of functions of few coordinates each"),
    ("grid", "numbers", "takes kernels of vectors, blocks, and kernels with matrices for values"),
    ("grid", "many coordinates", "takes points of few coordinates, and h has 12 and 12, so that a matrix would have"),
])
def test_methods_of_vectors_refuse_what_they_cannot_do(method, kernel, why):
    """In words that say what the method takes."""
    h, measures = OTHERS[kernel]
    with pytest.raises(ValueError, match=f"method must suit the kernel, but .* {why}.*; leave it out to have it cho"):
        opsvd.decompose(h, *measures, method=method)


@pytest.mark.thorough
def test_quasi_random_points_are_those_of_any_measure():
    """Made of uniform numbers by its quantiles; the bar holds."""
    svd = quietly(lambda x, y: x * y, Other(), method="quasi-random", rtol=1e-2)
    assert abs(svd.singular_values[0] - 1.0) <= svd.errors[0]


@pytest.mark.parametrize(("method", "needed"), [
    ("hermite", "Gaussian for Hermite polynomials"), ("scaled-hermite", "Gaussian for Hermite functions"),
    ("logarithmic", "symmetric about zero, or of positive numbers, without an end but zero, and smooth in log|x|"),
    (Ridge(1.0), "Gaussian for ridge functions"),
])
def test_measures_that_do_not_fit_are_refused(method, needed):
    """The message shows the measures and names a method that takes them."""
    pattern = f"mu_x and mu_y must be {re.escape(needed)}, .*got .*Other.*; use method='p.*'; leave"
    with pytest.raises(ValueError, match=pattern):
        opsvd.decompose(lambda x, y: x * y, Other(), method=method)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"degree": 0}, "degree must be an integer of at least 1"),
    ({"degree": 20, "quadrature": 20}, r"quadrature must be at least degree \+ 1 = 21 nodes, got 20"),
    ({"quadrature": 20}, "quadrature needs a degree to go with"),
])
def test_bad_hermite_options_are_refused(arguments, message):
    """Each option is checked where it enters."""
    with pytest.raises(ValueError, match=message):
        HermiteGalerkin(**arguments)


def test_bad_panel_options_are_refused():
    """A budget below the first panels is none."""
    with pytest.raises(ValueError, match="max_nodes must be at least 160, which the first panels take, got 100"):
        Panels(max_nodes=100)
    with pytest.raises(ValueError, match="max_nodes must be an integer of at least 1, got 0"):
        Panels(max_nodes=0)


@settings(max_examples=10)
@given(st.integers(0, 2**31))
def test_hermite_is_exact_for_polynomials(seed):
    """A polynomial of degree d is reproduced to rounding by degree d: its projection is itself."""
    coefficients = np.random.default_rng(seed).standard_normal((5, 5))
    svd = opsvd.decompose(lambda x, y: np.polynomial.hermite_e.hermeval2d(*np.broadcast_arrays(x, y), coefficients),
                          method=HermiteGalerkin(degree=4, quadrature=5))
    norms = np.sqrt([1.0, 1.0, 2.0, 6.0, 24.0])
    exact = np.linalg.svd(coefficients * np.outer(norms, norms), compute_uv=False)
    np.testing.assert_allclose(svd.singular_values, exact[:svd.rank], atol=1e-13 * exact[0])


def test_galerkin_values_rise_with_degree_to_the_true_ones():
    """The values of a projection never exceed the true ones, and grow with the space: here for tanh(xy)."""
    truth = opsvd.decompose(lambda x, y: np.tanh(x * y), rtol=1e-12).singular_values[:4]
    previous = np.zeros(4)
    for degree in (9, 19, 39, 79):
        with pytest.warns(ConvergenceWarning):
            svd = opsvd.decompose(lambda x, y: np.tanh(x * y), method=HermiteGalerkin(degree, 600), rtol=1e-12)
        values = np.append(svd.singular_values, np.zeros(4))[:4]
        assert (values >= previous - 1e-14).all()
        assert (values <= truth + 1e-10).all()
        previous = values


@pytest.mark.parametrize("h", [
    lambda x, y: 1.0 / x,
    lambda x, y: np.abs(x) ** -0.5 * y,
    lambda x, y: y / np.abs(x * y) ** 1.5,
])
def test_singularities_that_are_not_square_integrable_are_refused(h):
    """E[h^2] = inf at a point raises with the place, instead of a large number."""
    with pytest.raises(NotSquareIntegrableError, match=r"does not decay towards [xy] = "):
        opsvd.decompose(h)


@pytest.mark.thorough
@pytest.mark.parametrize("exponent", [-0.1, -0.3, -0.4, -0.45])
def test_integrable_singularities_have_bars_that_hold(exponent):
    """|x|^a down to a = -0.45, of which panels see ever less: the extrapolated rest is in the error bars."""
    exact = np.sqrt(2.0**exponent * gamma(exponent + 0.5) / np.sqrt(np.pi))
    svd = quietly(lambda x, y: np.abs(x) ** exponent)
    assert abs(svd.singular_values[0] - exact) <= svd.errors[0]
    assert svd.errors[0] < 0.2 * exact


def test_a_steep_break_is_no_divergence():
    """Next to a jump along a nearly vertical line the energy of a bounded kernel vanishes on one side."""
    svd = quietly(lambda x, y: (1.81 * x + 0.0286 * y > 0.22) * np.sin(2.7 * x * y + 1.26))
    assert svd.norm < 1.0


def test_no_nodes_coincide_in_x_and_y():
    """log|x + y| is infinite on a diagonal: no node pair of any rule lies there. log|x - y| is in the problem table."""
    assert quietly(lambda x, y: np.log(np.abs(x + y)), rtol=1e-3).rank > 0


def test_budget_is_kept():
    """A kernel that no panel resolves stops at the budget, with a warning that says so."""
    kernel = opsvd.Kernel(lambda x, y: np.sin(1e4 * x * y))
    with pytest.warns(ConvergenceWarning, match="not converged"):
        svd = opsvd.decompose(kernel, method=Panels(max_nodes=320), max_evaluations=5_000_000)
    assert not svd.converged
    assert svd.evaluations == kernel.evaluations <= 5_000_000
