"""The kernel wrapper: what it accepts, what it refuses and how it says so."""

import math

import numpy as np
import pytest

import opsvd
from opsvd import Kernel, KernelError, NonFiniteKernelError
from opsvd._support.budget import Budget
from opsvd.kernels import Elementwise, as_kernel, elementwise
from opsvd.testing import check_kernel

X, Y = np.array([-1.0, 0.5]), np.array([0.25, 1.0, 3.0])
PLANE = opsvd.Gaussian.standard(2)


@pytest.mark.parametrize("h", [
    lambda x, y: np.tanh(x * y),
    lambda x, y: x > y,
    lambda x, y: np.floor(x + y).astype(int),
    lambda x, y: (x * y).astype(np.float32),
    lambda x, y: np.sin(x),
    lambda x, y: np.cos(y),
    lambda x, y: 2,
    np.vectorize(lambda x, y: math.tanh(x * y)),
])
def test_vectorised_callables_are_accepted(h):
    """Floats, integers, booleans, functions of one variable and constants give a grid of float64."""
    values = Kernel(h).grid(X, Y)
    assert values.shape == (2, 3)
    assert values.dtype == np.float64
    check_kernel(h)


@pytest.mark.parametrize(("h", "message"), [
    (lambda x, y: math.tanh(x * y), r"(?s)h failed on arrays x of shape \(3, 1\).*np\.tanh\(x \* y\)"),
    (lambda x, y: 1.0 if x > y else 0.0, r"(?s)h failed on arrays.*np\.where\(x > y, 1\.0, 0\.0\)"),
    (lambda x, y: (x * y).ravel(), r"for x of shape \(3, 1\) and y of shape \(1, 4\) it returned shape \(12,\)"),
    (lambda x, y: np.sum(x * y), r"it returned shape \(\)"),
    (lambda x, y: np.dot(x, y).T, r"it returned shape \(4, 3\)"),
    (lambda x, y: (x * y)[None], r"it returned shape \(1, 3, 4\)"),
    (lambda x, y: "much", "h must return numbers"),
])
def test_other_callables_are_refused(h, message):
    """Scalar-only, wrong-shaped and reducing functions raise with the vectorised form or the remedy."""
    with pytest.raises(KernelError, match=message):
        Kernel(h)


@pytest.mark.parametrize("h", [lambda x: x, lambda x, y, z: x, np.tanh])
def test_functions_of_another_number_of_variables_are_refused(h):
    """Also numpy's own, which take an array to write into after their arguments."""
    with pytest.raises(TypeError, match=r"h must be callable as h\(x, y\), got <.*; pass a function"):
        Kernel(h)


def test_what_cannot_be_called_is_refused():
    """An array is not a kernel."""
    with pytest.raises(TypeError, match=r"h must be callable as h\(x, y\), got array\(.*\(ndarray\); pass a function"):
        Kernel(np.eye(3))


def test_evaluations_are_counted():
    """One for each value asked for; the probe of the form is not counted."""
    kernel = Kernel(lambda x, y: x * y)
    assert kernel.evaluations == 0
    kernel.grid(X, Y)
    kernel(0.5, 0.5)
    assert kernel.evaluations == 7
    assert as_kernel(kernel) is kernel


def test_non_finite_values_name_a_point():
    """NaN and infinity are reported with the point where they happened."""
    with pytest.raises(NonFiniteKernelError, match=r"h\(-1.0, 0.25\) = nan"):
        Kernel(lambda x, y: np.sqrt(x) * y).finite_grid(X, Y)
    with pytest.raises(NonFiniteKernelError, match=r"h\(-1.0, 3.0\) = inf"):
        Kernel(lambda x, y: np.where(y > 2.0, np.inf, x)).finite_grid(X, Y)


def test_transposed_swaps_the_variables():
    """h^T(y, x) = h(x, y)."""
    kernel = Kernel(lambda x, y: x - 2.0 * y)
    np.testing.assert_array_equal(kernel.transposed().grid(Y, X), kernel.grid(X, Y).T)


def normalised(z, axis):
    """A softmax over one axis."""
    return np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)


MIXING = {
    "matrix product": lambda x, y: np.tanh(x @ y),
    "first column": lambda x, y: np.tanh(x[:, 0][:, None] * y),
    "softmax over x": lambda x, y: normalised(x * y, 0),
    "softmax over y": lambda x, y: normalised(x * y, -1),
    "scaled": lambda x, y: x / x.std() * y,
    "centred": lambda x, y: np.tanh((x - x.mean()) * y),
    "accumulated": lambda x, y: np.cumsum(x * y, axis=0),
    "sorted": lambda x, y: np.sort(x * y, axis=0),
    "ranked": lambda x, y: np.argsort(y, axis=-1) + 0.0 * x,
    "reversed": lambda x, y: x[::-1] * y,
    "largest": lambda x, y: (x * y == np.max(x * y)),
    "by the largest": lambda x, y: x / x.max() * y,
    "by the smallest": lambda x, y: x * (y - y.min()),
    "counted": lambda x, y: x * y / x.size,
    "small": lambda x, y: 1e-100 * (x - x.mean()) * y,
}


@pytest.mark.parametrize("h", MIXING.values(), ids=MIXING)
@pytest.mark.parametrize("call", [opsvd.decompose, opsvd.sampling_cost, opsvd.sample_matrix, opsvd.crosscheck],
                         ids=lambda call: call.__name__)
def test_what_mixes_points_is_refused_at_once(h, call):
    """Kernels that are not pointwise, or want columns and rows, give one message, before anything is computed."""
    calls = []

    def counted(x, y):
        calls.append(1)
        return h(x, y)

    for kernel, measures in ((counted, {}), (lambda x, y: counted(x, y)[..., None, None] * np.eye(2), {}),
                             (lambda x, y: counted(x[..., 0], y[..., 1]), {"mu_x": PLANE, "mu_y": PLANE})):
        calls.clear()
        options = {"n": 10} if call in (opsvd.sampling_cost, opsvd.sample_matrix) else {}
        with pytest.raises(KernelError, match=r"h must act on each pair of points by itself.*nothing may be summed"):
            call(kernel, **options, **measures)
        assert len(calls) <= 8


@pytest.mark.parametrize("h", [
    lambda x, y: x[:, 0] @ y[0].T,
    lambda x, y: np.tanh(x[:, :, 0] * y[:, :, 0]),
    lambda x, y: (x * y).sum(axis=2),
    lambda x, y: np.sum((x - x.mean(axis=0)) * y, axis=-1),
    lambda x, y: np.sum(x * y, axis=-1) / x.std(),
])
def test_vectors_are_mixed_over_their_coordinates_only(h):
    """What works on grids of vectors alone, or mixes vectors, is refused; sums over the last axis are not."""
    with pytest.raises(KernelError, match="h must act on each pair of points by itself"):
        Kernel(h, dims=(2, 2))
    Kernel(lambda x, y: np.sum(normalised(x, -1) * np.sort(y, axis=-1), axis=-1), dims=(2, 2))


def test_noise_and_rounding_do_not_count_as_mixing():
    """Values that rounding changes, that are not finite, or that change from call to call, are no matter of form."""
    for h in (lambda x, y: np.sin(1e5 * x * y), lambda x, y: 1.0 / (x - x) + y, lambda x, y: np.log(x * y),
              lambda x, y: 1e200 * x * y, lambda x, y: 1e-300 * x / y, lambda x, y: x.astype(np.float32) * y,
              lambda x, y: np.random.default_rng().random(np.broadcast_shapes(x.shape, y.shape))):
        assert Kernel(h).dims == (1, 1)


@pytest.mark.parametrize("phi", [lambda z: normalised(z, -1), np.sort, lambda z: np.cumsum(z, axis=-1),
                                 lambda z: z - z.mean(axis=-1, keepdims=True), lambda z: z[..., ::-1]])
@pytest.mark.parametrize("k", [1, 3])
def test_elementwise_functions_do_not_mix_rows_either(phi, k):
    """Along the last axis rows alone look as they do together."""
    with pytest.raises(KernelError, match="phi must act on each number by itself"):
        elementwise(phi, k)


def test_impure_kernels_are_caught_by_the_check():
    """A kernel that draws random numbers is no kernel."""
    rng = np.random.default_rng(0)
    with pytest.raises(AssertionError, match="pure function"):
        check_kernel(lambda x, y: x * y + rng.random(np.broadcast_shapes(np.shape(x), np.shape(y))))


def test_elementwise_is_a_kernel_of_the_product():
    """It is phi(xy), keeps phi and its kinks in order, counts evaluations and passes the checks of kernels."""
    kernel = elementwise(lambda z: np.clip(z, -1.0, 1.0), kinks=[1, -1, 1.0])
    np.testing.assert_array_equal(kernel.grid(X, Y), np.clip(np.outer(X, Y), -1.0, 1.0))
    assert (kernel.k, kernel.kinks, kernel.evaluations) == (1, (-1.0, 1.0), X.size * Y.size)
    assert kernel.phi(3.0) == 1.0
    assert as_kernel(kernel) is kernel
    check_kernel(kernel)


@pytest.mark.parametrize("phi", [np.tanh, lambda z: z > 0.0, np.log, lambda z: 2.0,
                                 np.vectorize(math.tanh), lambda z: np.round(z).astype(int)])
def test_elementwise_takes_any_vectorised_function(phi):
    """Ufuncs, booleans, integers, constants, and functions that are not finite everywhere."""
    kernel = elementwise(phi)
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(phi(np.outer(X, Y)), (X.size, Y.size))
    np.testing.assert_array_equal(kernel.grid(X, Y), expected)
    assert kernel.kinks == ()


def test_elementwise_has_a_name():
    """The name of phi is that of the kernel."""
    assert repr(elementwise(np.tanh)) == "Elementwise(tanh)"


@pytest.mark.parametrize(("phi", "message"), [
    (math.tanh, "phi failed on an array z of shape .*np.tanh and not math.tanh"),
    (lambda x, y: x * y, "phi failed .* a function of two variables is passed as h itself"),
    (np.sum, "phi must act on each number by itself"),
    (lambda z: np.exp(z) / np.exp(z).sum(), "phi must act on each number by itself"),
    (lambda z: z.T, "phi must act on each number by itself"),
])
def test_elementwise_refuses_what_is_not_elementwise(phi, message):
    """Functions of numbers, of two variables, reductions and functions that mix the numbers are told what to do."""
    with pytest.raises(KernelError, match=message):
        elementwise(phi)


def test_elementwise_checks_its_arguments():
    """Every mistake is named."""
    with pytest.raises(TypeError, match=r"phi must be callable as phi\(z\), got 1.0 \(float\)"):
        elementwise(1.0)
    with pytest.raises(ValueError, match="k must be an integer of at least 1, got 0"):
        elementwise(np.tanh, k=0)
    with pytest.raises(ValueError, match="kinks must be a sequence of finite numbers"):
        elementwise(np.tanh, kinks=[0.0, math.inf])
    with pytest.raises(ValueError, match="kinks must be a sequence of finite numbers"):
        elementwise(np.abs, kinks=0.0)
    with pytest.raises(TypeError, match="kinks must be an array of real numbers"):
        elementwise(np.abs, kinks=["zero"])


def test_values_on_a_singular_curve_are_taken_beside_it():
    """log|x - y| at x = y is not finite, and a few roundings away it is; other values stay as they are."""
    kernel = Kernel(lambda x, y: np.log(np.abs(x - y)))
    points = np.array([-3.0, 0.5, 2.0])
    values = kernel.finite_grid(points, points)
    assert np.isfinite(values).all()
    assert (np.diag(values) < -30.0).all()
    off = ~np.eye(3, dtype=bool)
    np.testing.assert_array_equal(values[off], kernel.grid(points, points)[off])
    assert values[0, 0] == pytest.approx(np.log(32.0 * np.finfo(float).eps * 6.0), abs=0.5)


def test_zero_over_zero_is_taken_beside():
    """sin(xy) / (xy) at y = 0, and a kernel that is 0/0 along x = y."""
    cardinal = Kernel(lambda x, y: np.sin(x * y) / (x * y))
    np.testing.assert_allclose(cardinal.finite_grid(X, np.array([0.0]))[:, 0], 1.0, rtol=1e-12)
    quotient = Kernel(lambda x, y: (np.exp(x) - np.exp(y)) / (x - y))
    assert quotient.finite_beside(np.array([1.0]), np.array([1.0]))[0] == pytest.approx(np.e, rel=0.2)


def test_points_beside_are_counted():
    """Only those that were not finite are asked for again."""
    kernel = Kernel(lambda x, y: 1.0 / np.abs(x - y) ** 0.25)
    kernel.finite_grid(np.array([0.0, 1.0]), np.array([1.0, 2.0, 3.0]))
    assert kernel.evaluations == 6 + 1


def test_finite_beside_pairs_points():
    """Points that broadcast, not a grid; and a region of NaN names the first point."""
    kernel = Kernel(lambda x, y: np.where(y > 2.0, np.nan, x + y))
    np.testing.assert_array_equal(kernel.finite_beside(np.array([1.0, 2.0]), np.array([0.5, 1.5])), [1.5, 3.5])
    with pytest.raises(NonFiniteKernelError, match=r"h\(2.0, 2.5\) = nan"):
        kernel.finite_beside(np.array([1.0, 2.0]), np.array([0.5, 2.5]))


def test_transposed_shares_the_count():
    """What the transposed kernel is asked for, its original answers: evaluations are counted there, once."""
    kernel = Kernel(lambda x, y: x - 2.0 * y)
    transposed = kernel.transposed()
    transposed.grid(Y, X)
    assert (kernel.evaluations, transposed.name) == (X.size * Y.size, f"{kernel.name} transposed")
    np.testing.assert_array_equal(transposed.transposed().grid(X, Y), kernel.grid(X, Y))


def test_elementwise_kernels_stay_elementwise_when_limited():
    """A budget does not take phi and its kinks away."""
    kernel = elementwise(np.abs, kinks=[0.0]).limited(Budget(10, math.inf))
    assert isinstance(kernel, Elementwise)
    assert (kernel.kinks, kernel.evaluations) == ((0.0,), 0)


def test_vectors_broadcast_over_the_axes_before_the_last():
    """On a grid h sees x as (n, 1, p) and y as (1, m, q); a transposed kernel exchanges them."""
    kernel = Kernel(lambda x, y: x[..., 0] + 10.0 * y[..., 2], dims=(2, 3))
    x, y = np.arange(8.0).reshape(4, 2), np.arange(15.0).reshape(5, 3)
    expected = x[:, None, 0] + 10.0 * y[None, :, 2]
    np.testing.assert_array_equal(kernel.grid(x, y), expected)
    np.testing.assert_array_equal(kernel.transposed().grid(y, x), expected.T)
    assert kernel(x[0], y[0]).shape == ()
    mixed = Kernel(lambda x, y: x * y[..., 1], dims=(1, 2))
    assert mixed.grid(x[:, 0], x).shape == (4, 4)
    np.testing.assert_array_equal(mixed.transposed().grid(x, x[:, 0]), mixed.grid(x[:, 0], x).T)


def test_elementwise_of_vectors_is_a_function_of_their_product():
    """phi(<x, y>), on a grid and on pairs."""
    kernel, rng = elementwise(np.tanh, 3, kinks=[1.0]), np.random.default_rng(0)
    x, y = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    np.testing.assert_allclose(kernel.grid(x, y), np.tanh(x @ y.T), rtol=1e-12)
    np.testing.assert_allclose(kernel(x, y), np.tanh((x * y).sum(axis=-1)), rtol=1e-12)
    assert repr(kernel) == "Elementwise(tanh, k=3)"
    assert elementwise(np.tanh, 10**6).dims == (10**6, 10**6)


def test_elementwise_of_several_products_takes_parts_of_vectors():
    """phi(<x_1, y_1>, <x_2, y_2>) on grids, on pairs, transposed and scaled; one member of k is one product."""
    kernel, rng = elementwise(lambda z, w: z / np.sqrt(1.0 + w**2), (3, 2)), np.random.default_rng(0)
    x, y = rng.standard_normal((4, 5)), rng.standard_normal((6, 5))
    z, w = x[:, :3] @ y[:, :3].T, x[:, 3:] @ y[:, 3:].T
    np.testing.assert_allclose(kernel.grid(x, y), z / np.sqrt(1.0 + w**2), rtol=1e-12)
    np.testing.assert_allclose(kernel(x, y[:4]), np.diag(kernel.grid(x, y[:4])), rtol=1e-12)
    np.testing.assert_allclose(kernel.transposed().grid(y, x), kernel.grid(x, y).T, rtol=1e-12)
    np.testing.assert_array_equal(kernel.scaled(2.0).grid(x, y), 2.0 * kernel.grid(x, y))
    np.testing.assert_allclose(kernel.of_arrays()(x[:, None], y[None]), kernel.grid(x, y), rtol=1e-12)
    assert (kernel.dims, repr(kernel)) == ((5, 5), "ElementwiseOfSeveral(<lambda>, k=(3, 2))")
    assert repr(elementwise(np.tanh, [3])) == "Elementwise(tanh, k=3)"
    check_kernel(elementwise(np.multiply, (1, 1)))


def test_values_of_a_product_of_functions_are_all_products():
    """tanh(z) tanh(w) of two numbers a side: the products of the values of tanh(xy)."""
    one = opsvd.decompose(elementwise(np.tanh), rtol=1e-8).singular_values[:6]
    svd = opsvd.decompose(elementwise(lambda z, w: np.tanh(z) * np.tanh(w), (1, 1)), rtol=1e-2)
    exact = np.sort(np.outer(one, one).ravel())[::-1][:4]
    assert (np.abs(svd.singular_values[:4] - exact) <= svd.errors[:4]).all()
    np.testing.assert_allclose(svd.singular_values[:4], exact, atol=1e-3)


@pytest.mark.thorough
def test_bars_of_several_products_hold():
    """tanh(z) <x_2, y_2> with x_2 in R^3, by quasi-random points: each value of tanh(xy) stands three times."""
    one = opsvd.decompose(elementwise(np.tanh), rtol=1e-8).singular_values[:4]
    with pytest.warns(opsvd.ConvergenceWarning):
        svd = opsvd.decompose(elementwise(lambda z, w: np.tanh(z) * w, (1, 3)), rtol=1e-2)
    exact = np.repeat(one, 3)[:svd.rank]
    assert (np.abs(svd.singular_values[:len(exact)] - exact) <= svd.errors[:len(exact)]).all()


@pytest.mark.parametrize(("phi", "k", "message"), [
    (np.sin, (2, 3), r"phi must be callable as phi\(z1, z2\) for the 2 inner products of k = \(2, 3\), got .*sin"),
    (lambda z: z, (2, 3), r"phi must be callable as phi\(z1, z2\) for the 2 inner products of k = \(2, 3\)"),
    (lambda z, w: np.sort(z) + w, (2, 3), "phi must act on each number by itself.*as many arrays as k names"),
    (lambda z, w: float(z) + w, (2, 3), "phi failed on an array z of shape.*as many arrays as k names"),
    (np.multiply, (2, 0), "k must be an integer of at least 1, got 0"),
    (np.multiply, (), "k must name at least one"),
])
def test_elementwise_of_several_products_checks_its_arguments(phi, k, message):
    """Functions of another number of arguments, or that mix numbers, and dimensions that are none."""
    with pytest.raises((KernelError, TypeError, ValueError), match=message):
        elementwise(phi, k)


def test_several_products_take_no_kinks():
    """Kinks are places on a line."""
    with pytest.raises(ValueError, match=r"kinks must be empty for a function of several inner products.*\[0.0\]"):
        elementwise(np.multiply, (2, 2), [0.0])


def test_vector_kernels_show_the_vectorised_form():
    """A kernel of single vectors, or points of the wrong dimension: the message shows what to write."""
    with pytest.raises(KernelError, match=r"for vectors h must accept x of shape \(..., p\)"):
        Kernel(lambda x, y: float(x @ y), dims=(3, 3))
    with pytest.raises(KernelError, match=r"np.sum\(x \* y, axis=-1\)"):
        Kernel(lambda x, y: x * y, dims=(3, 3))
    with pytest.raises(ValueError, match=r"y must hold vectors of R\^3, shape \(..., 3\), got shape \(5, 2\)"):
        Kernel(lambda x, y: (x * y).sum(axis=-1), dims=(3, 3)).grid(np.ones((4, 3)), np.ones((5, 2)))


def test_vectors_where_h_is_not_finite():
    """A singular point is stepped around; where that does not help, the vectors are named."""
    kernel = Kernel(lambda x, y: np.log(np.linalg.norm(x - y, axis=-1)), dims=(2, 2))
    x = np.array([[1.0, 2.0], [0.0, 1.0]])
    assert np.isfinite(kernel.finite_grid(x, x)).all()
    broken = Kernel(lambda x, y: np.where(x[..., 0] > 0.5, np.nan, y[..., 0]), dims=(2, 2))
    with pytest.raises(NonFiniteKernelError, match=r"h\(\[1.0, 2.0\], \[1.0, 2.0\]\) = nan"):
        broken.finite_grid(x, x)


def test_transposed_kernels_are_as_dear():
    """The budget is that of the kernel that pays, also of coordinates and of what is transposed twice."""
    budget = Budget(evaluations=10**6)
    kernel = Kernel(lambda x, y: x * y).limited(budget)
    others = kernel.transposed(), kernel.adjoint().along(opsvd.Exponential(), None), kernel.transposed().transposed()
    assert not any(other.dear for other in others)
    budget.dear = True
    assert all(other.dear for other in others)
