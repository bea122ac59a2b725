"""OperatorSVD: functions, reconstruction, truncation, prediction, saving and showing."""

import dataclasses

import numpy as np
import pytest
from scipy.special import j0, ndtr

import opsvd
from opsvd import Gaussian
from opsvd.operator.extension import Extension, SliceExtension
from opsvd.quadrature import composite_gauss_legendre

KERNELS = {
    "sin": lambda x, y: np.sin(x * y),
    "tanh": lambda x, y: np.tanh(x * y),
    "log": lambda x, y: np.log(np.abs(x * y)),
    "relu": lambda x, y: np.maximum(x * y, 0.0),
    "gauss": lambda x, y: np.exp(-((x - y) ** 2) / 2.0),
    "growth": lambda x, y: np.exp(0.45 * x * y),
}


@pytest.fixture(scope="module", params=KERNELS, ids=str)
def case(request):
    """A kernel and its decomposition."""
    h = KERNELS[request.param]
    return h, opsvd.decompose(h)


def independent_rule(half_width=29.0):
    """Points and Gaussian weights of panels that no method used, graded towards zero."""
    graded = np.geomspace(1e-14, half_width, 70)
    edges = np.unique(np.concatenate([-graded, [0.0], graded, np.linspace(-half_width, half_width, 237)]))
    x, w = composite_gauss_legendre(edges, 20)
    return x, w * np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)


def test_functions_are_orthonormal_on_an_independent_rule(case):
    """E[f_i f_j] = E[g_i g_j] = delta_ij, to 1e-10 or to the noise eps s_1 / s_i that small values carry."""
    _, svd = case
    x, w = independent_rule()
    noise = 1e3 * np.finfo(float).eps * svd.singular_values[0] / svd.singular_values
    for functions in (svd.left(x), svd.right(x)):
        gram = (functions * w[:, None]).T @ functions
        assert (np.abs(gram - np.eye(svd.rank)) <= 1e-10 + np.maximum.outer(noise, noise)).all()
        leading = svd.singular_values > 1e-4 * svd.singular_values[0]
        assert np.abs(gram - np.eye(svd.rank))[np.ix_(leading, leading)].max() < 1e-10


def test_reconstruction_has_the_stated_tail(case):
    """The root-mean-square error of the reconstruction, by an independent rule, is the tail, or rounding."""
    h, svd = case
    x, w = composite_gauss_legendre(np.linspace(-11.0, 11.0, 65), 16)
    w = w * Gaussian().sqrt_density(x) ** 2
    error = np.sqrt(w @ (svd(x[:, None], x) - h(x[:, None], x)) ** 2 @ w)
    assert error <= 1.01 * svd.tail + 1e-13 * svd.norm


def test_functions_are_a_singular_pair(case):
    """T g_i = s_i f_i at points between and far beyond the nodes, relative to the size of h there."""
    h, svd = case
    y, w = independent_rule()
    x = np.array([-7.0, -2.3, -0.4, 0.031, 1.7, 5.5, 8.0])
    values = h(x[:, None], y)
    applied = (values * w) @ svd.right(y)
    size = np.sqrt(values**2 @ w)[:, None] + svd.norm
    noise = 1e2 * np.finfo(float).eps * svd.singular_values[0] / svd.singular_values * size
    assert (np.abs(applied - svd.singular_values * svd.left.extend(x)) <= noise).all()
    # Sums in the basis are accurate as half-densities: the root of the density is what they are divided by.
    in_the_bulk = slice(1, 6)
    root = Gaussian().sqrt_density(x)[:, None]
    apart = svd.singular_values * root * np.abs(svd.left(x) - svd.left.extend(x))
    assert (apart <= np.maximum(1e-11, noise))[in_the_bulk].all()


def test_singular_functions_of_known_kernels():
    """Mehler's density ratio has the Hermite polynomials for singular functions, far out as well."""
    r = 0.5
    svd = opsvd.decompose(lambda x, y: np.exp((2 * r * x * y - r**2 * (x**2 + y**2)) / (2 * (1 - r**2)))
                          / np.sqrt(1 - r**2))
    x = np.linspace(-12.0, 12.0, 25)
    expected = np.stack([np.ones_like(x), x, (x**2 - 1.0) / np.sqrt(2.0), (x**3 - 3.0 * x) / np.sqrt(6.0)], axis=-1)
    np.testing.assert_allclose(svd.left(x)[:, :4], expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(svd.right(x[9:16])[:, :4], expected[9:16], rtol=1e-11, atol=1e-12)


def test_signs_are_fixed_by_convention(case):
    """In the rightmost lobe where the half-density reaches half its maximum f_i is positive."""
    _, svd = case
    x = np.linspace(-15.0, 15.0, 3001) + 1e-4
    size = svd.left.half_density(x)[:, :4]
    peak = np.abs(size).max(axis=0)
    for i in range(size.shape[1]):
        assert size[np.flatnonzero(np.abs(size[:, i]) > 0.5 * peak[i])[-1], i] > 0.0


def test_shapes_follow_the_points():
    """Points of shape (...) give (..., r); the reconstruction broadcasts."""
    svd = opsvd.decompose(KERNELS["sin"], max_rank=4)
    assert svd.left(0.3).shape == (4,)
    assert svd.right(np.zeros((2, 3))).shape == (2, 3, 4)
    assert svd.left(np.zeros(0)).shape == (0, 4)
    assert svd(np.zeros((3, 1)), np.zeros(5)).shape == (3, 5)
    assert svd(0.1, 0.2) == pytest.approx(np.sin(0.02), abs=1e-2)
    with pytest.raises(TypeError, match=r"x must be an array of real numbers, got .* of dtype complex128"):
        svd.left(1j)


def test_truncation_returns_a_new_result():
    """Values, functions and tail of the truncated result; the first one is unchanged."""
    svd = opsvd.decompose(KERNELS["tanh"])
    two = svd.truncate(2)
    assert (two.rank, svd.truncate(10_000).rank) == (2, svd.rank)
    np.testing.assert_allclose(two.left(0.7), svd.left(0.7)[:2], rtol=1e-13)
    assert two.tail == pytest.approx(np.hypot(svd.tail, np.linalg.norm(svd.singular_values[2:])))
    for kind in ("nuclear", "entropy", "stable"):
        whole, part = svd.effective_rank(kind), two.effective_rank(kind)
        assert abs(whole - part) <= part.error
    with pytest.raises(ValueError, match="rank must be an integer of at least 1, got 0"):
        svd.truncate(0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        svd.tail = 0.0


def test_values_and_multiplicities_expand_to_the_singular_values(case):
    """The singular values are the values, each as often as its multiplicity says."""
    _, svd = case
    np.testing.assert_array_equal(np.repeat(svd.values, svd.multiplicities), svd.singular_values)
    assert (np.diff(svd.singular_values) <= 0.0).all()
    assert svd.errors.shape == svd.singular_values.shape


def test_predict_uses_the_moments_of_the_functions():
    """xy has f = x, g = y and E x^4 = 3: standard deviation 1/sqrt(n), bias -1/(2n)."""
    prediction = opsvd.decompose(lambda x, y: x * y).predict(400)
    np.testing.assert_allclose(prediction.std, [1.0 / 20.0], rtol=1e-9)
    np.testing.assert_allclose(prediction.bias, [-0.5 / 400.0], rtol=1e-9)


@pytest.mark.parametrize("mu_y", [Gaussian(), Gaussian(0.5, 0.8)])
def test_save_and_load(case, tmp_path, mu_y):
    """Everything but the kernel comes back; within its interval the functions need no kernel; no pickle in the file."""
    h, _ = case
    svd = opsvd.decompose(h, mu_y=mu_y)
    path = tmp_path / "result"
    svd.save(path)
    again = opsvd.load(path)
    for field in ("values", "multiplicities", "singular_values", "errors"):
        np.testing.assert_array_equal(getattr(again, field), getattr(svd, field))
    for field in ("norm", "tail", "rtol", "method", "evaluations", "status", "converged", "spectrum_tail", "mu_x",
                  "mu_y"):
        assert getattr(again, field) == getattr(svd, field)
    assert again.norm.error == svd.norm.error
    x = np.linspace(-3.0, 3.0, 12)
    np.testing.assert_array_equal(again.left(x), svd.left(x))
    np.testing.assert_array_equal(again.right(x), svd.right(x))
    with pytest.raises(ValueError, match=r"x must lie in .* got 99.0; give the kernel back with opsvd.load"):
        again.left(99.0)
    with_kernel = opsvd.load(path, h=h)
    np.testing.assert_allclose(with_kernel.left.extend(x), svd.left.extend(x), rtol=1e-12, atol=1e-12)


def test_other_files_are_refused(tmp_path):
    """A file of another kind, or of a later version, raises with the remedy."""
    path = tmp_path / "other.npz"
    np.savez(path, a=np.ones(3))
    with pytest.raises(ValueError, match=r"path must be a file written by OperatorSVD\.save"):
        opsvd.load(path)
    np.savez(path, opsvd='{"version": 99}')
    with pytest.raises(ValueError, match="got version 99; use the version of opsvd that wrote it"):
        opsvd.load(path)


def test_text_is_short_and_html_is_a_table(case):
    """One line for the console; a table with bars for a notebook."""
    _, svd = case
    assert repr(svd).startswith(f"OperatorSVD(rank {svd.rank}, singular values [")
    assert "\n" not in repr(svd)
    assert svd._repr_html_().count("<tr>") >= 2
    assert "±" in svd._repr_html_()


def step_functions(x, rank):
    """sqrt(2) sin((i - 1/2) pi Phi(x)) and cos of the same: left and right singular functions of (x > y)."""
    phase = np.pi * ndtr(x)[:, None] * (np.arange(rank) + 0.5)
    return np.sqrt(2.0) * np.sin(phase), np.sqrt(2.0) * np.cos(phase)


@pytest.fixture(scope="module")
def step():
    """(x > y), whose slices break."""
    return opsvd.decompose(lambda x, y: x > y)


def test_functions_of_a_step_are_sines_and_cosines(step):
    """To 1e-9 where the measure is, both with the same sign; and so are their products with the values.

    Functions from the twelfth on oscillate faster than panels were made for: they are known to 1e-7.
    """
    x = np.linspace(-6.0, 6.0, 41)
    left, right = step_functions(x, step.rank)
    signs = np.sign(step.left(x)[-1] * left[-1])
    for found, true in ((step.left(x) * signs, left), (step.right(x) * signs, right)):
        np.testing.assert_allclose(found[:, :11], true[:, :11], atol=1e-9)
        np.testing.assert_allclose(found, true, atol=1e-7)
    assert step(1.0, 0.2) == pytest.approx(np.sum(step.singular_values * step_functions(np.array([1.0]), step.rank)[0]
                                                  * step_functions(np.array([0.2]), step.rank)[1]), abs=1e-9)


def test_functions_of_a_step_far_outside_the_box(step):
    """At 10, 20 and 1000 standard deviations, where no basis reaches, they follow from the kernel: f = T g / s."""
    x = np.array([-1e3, -20.0, -10.0, 10.0, 20.0, 1e3])
    assert isinstance(step.left.extension, SliceExtension)
    left, right = step_functions(x, step.rank)
    signs = np.sign(step.left(x)[-1] * left[-1])
    np.testing.assert_allclose(step.left(x) * signs, left, atol=1e-8)
    np.testing.assert_allclose(step.right(x) * signs, right, atol=1e-8)


def test_functions_through_breaks_are_those_of_the_basis(step):
    """The extension along split slices, evaluated where the basis is trusted, agrees with it."""
    x = np.linspace(-5.0, 5.0, 23)
    for functions in (step.left, step.right):
        np.testing.assert_allclose(functions.extension(x), functions(x), atol=1e-8)
        np.testing.assert_array_equal(functions.extend(x), functions.extension(x))
        np.testing.assert_array_equal(functions.in_products(x), functions(x))
        assert functions.extension(np.zeros(0)).shape == (0, step.rank)
    two = step.truncate(2)
    np.testing.assert_allclose(two.left(np.array([0.3, 40.0])), step.left(np.array([0.3, 40.0]))[:, :2], atol=1e-12)


def test_functions_through_breaks_have_the_digits_of_values():
    """Of (x > y) on [0, 1] functions are sines: sums on panels have ten digits, and `extend` has thirteen."""
    uniform = opsvd.Uniform(0.0, 1.0)
    svd = opsvd.decompose(lambda x, y: (x > y) * 1.0, uniform, uniform, max_rank=5)
    x = np.linspace(0.001, 0.999, 41)
    sines = np.sqrt(2.0) * np.sin((np.arange(5.0) + 0.5) * np.pi * x[:, None])
    extended = svd.left.extend(x)
    sines *= np.sign(np.sum(extended * sines, axis=0))
    np.testing.assert_allclose(svd.left(x), sines, atol=1e-9)
    np.testing.assert_allclose(extended, sines, atol=1e-11)


def test_smooth_kernels_are_extended_by_a_rule(case):
    """A kernel without breaks needs no splitting of slices."""
    _, svd = case
    assert not svd.breaks
    assert isinstance(svd.left.extension, Extension)


def test_save_and_load_of_a_kernel_with_breaks(step, tmp_path):
    """What is known of its breaks comes back, and with h its functions are extended through split slices again."""
    path = tmp_path / "step.npz"
    step.save(path)
    again = opsvd.load(path)
    assert (again.breaks, again.status, again.decay) == (True, step.status, step.decay)
    x = np.linspace(-4.0, 4.0, 9)
    np.testing.assert_array_equal(again.left(x), step.left(x))
    np.testing.assert_array_equal(again(x, 0.1), step(x, 0.1))
    with pytest.raises(ValueError, match=r"give the kernel back with opsvd\.load"):
        again.right(-50.0)
    whole = opsvd.load(path, h=lambda x, y: x > y)
    assert isinstance(whole.right.extension, SliceExtension)
    far = np.array([-50.0, 12.0, 30.0])
    np.testing.assert_allclose(whole.left(far), step.left(far), atol=1e-12)
    np.testing.assert_allclose(whole.right(far), step.right(far), atol=1e-12)


def test_the_tail_of_a_slow_spectrum(step):
    """sum s_i^2 + tail^2 = 1/2, though only the leading values are given; the status says that there are more."""
    assert step.norm == pytest.approx(np.sqrt(0.5), rel=2e-3)
    assert abs(step.norm - np.sqrt(0.5)) <= step.norm.error
    exact = np.sqrt(0.5 - np.sum((2.0 / (np.pi * (2.0 * np.arange(step.rank) + 1.0))) ** 2))
    assert step.tail == pytest.approx(exact, rel=0.05)
    assert "the spectrum goes on beyond" in step.status


def test_evaluations_and_remarks_belong_to_the_kernel():
    """for_kernel sets the cost; what stood in the way is told only where the tolerance was missed."""
    svd = opsvd.decompose(KERNELS["sin"])
    kernel = opsvd.Kernel(KERNELS["sin"])
    met = svd.for_kernel(kernel, 12, "a remark")
    assert (met.evaluations, met.status) == (12, svd.status)
    missed = dataclasses.replace(svd, converged=False).for_kernel(kernel, 12, "a remark")
    assert missed.status == f"{svd.status} (a remark)"
    np.testing.assert_allclose(met.left(0.7), svd.left(0.7), rtol=1e-13)


@pytest.mark.parametrize("name", ["sin", "complex", "sectors", "matrices"])
def test_factors_are_those_of_the_matrix(name):
    """U s V^T is the matrix of h at the points, to the tail in the root mean square, for every kind of kernel."""
    plane = opsvd.Gaussian.standard(2)
    h, measures = {
        "sin": (lambda x, y: np.sin(x * y), ()), "complex": (lambda x, y: np.exp(1j * x * y), ()),
        "sectors": (lambda x, y: np.tanh(np.sum(x * y, axis=-1)), (plane, plane)),
        "matrices": (lambda x, y: np.exp(0.2 * x * y)[..., None, None] * np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.2]]),
                     ()),
    }[name]
    svd = opsvd.decompose(h, *measures, rtol=1e-6)
    rng = np.random.default_rng(0)
    x, y = svd.mu_x.sample(40, rng), svd.mu_y.sample(50, rng)
    u, s, v = svd.factors(x, y)
    np.testing.assert_array_equal(s, svd.singular_values)
    values = h(x[:, None], y[None])
    if name == "matrices":
        values = values.transpose(0, 2, 1, 3).reshape(80, 150)
    error = np.sqrt(np.mean(np.abs((u * s) @ v.T - values) ** 2))
    assert error <= 5.0 * svd.tail + 1e-12


def test_factors_want_lists_of_points():
    """A grid of points is no list, and neither is one point."""
    svd = opsvd.decompose(KERNELS["sin"])
    with pytest.raises(ValueError, match="x must be a list of points, one axis of them, got 2 axes"):
        svd.factors(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match="y must be a list of points, one axis of them, got 0 axes"):
        svd.factors(np.ones(3), 1.0)


SYMMETRIC = {
    "both signs in one value": (lambda x, y: x + y, [1.0, -1.0]),
    "sine": (lambda x, y: np.sin(x * y), None),
    "squared exponential": (lambda x, y: np.exp(-((x - y) ** 2) / 2.0), None),
    "twice": (lambda x, y: np.maximum(x * y, 0.0), [0.5, 0.5]),
    "Hermitian": (lambda x, y: np.exp(1j * (x - y)) - 0.25 * x * y, None),
    "vectors": (opsvd.elementwise(np.tanh, 3), None),
    "matrices": (lambda x, y: np.exp(0.2 * x * y)[..., None, None] * np.array([[1.0, 0.5], [0.5, -1.0]]), None),
}


@pytest.mark.parametrize("name", SYMMETRIC)
def test_eigenvalues_of_symmetric_kernels(name):
    """They are the singular values with signs, and those of a sampled matrix at the same points on both sides."""
    h, exact = SYMMETRIC[name]
    svd = opsvd.decompose(h, rtol=1e-6, max_rank=40)
    values = svd.eigenvalues
    known = ~np.isnan(values)
    assert known.sum() >= svd.rank - 1
    np.testing.assert_allclose(np.abs(values)[known], svd.singular_values[known], rtol=1e-12)
    if exact is not None:
        np.testing.assert_allclose(values, exact, atol=1e-9)
    x = svd.mu_x.sample(600, np.random.default_rng(0))
    matrix = h(x[:, None], x[None]) / 600.0
    if name == "matrices":
        matrix = matrix.transpose(0, 2, 1, 3).reshape(1200, 1200)
    sampled = np.linalg.eigvalsh(matrix)
    sampled = sampled[np.argsort(-np.abs(sampled))]
    # The order of values of one size, and of both signs, is chance in a sample.
    first = np.flatnonzero(np.abs(values[:4]) > 0.1)
    np.testing.assert_allclose(np.sort(sampled[first]), np.sort(values[first]), atol=0.12)


@pytest.mark.parametrize(("phi", "exact"), [
    (lambda z: z + 2.0 * z**2 - 1.0, [0.5, 0.5, 0.5, 0.5]), (lambda z: z - 2.0 * z**2 + 1.0, [0.5, 0.5, -0.5, -0.5])])
def test_degrees_that_share_a_singular_value_do_not_mix(phi, exact):
    """cos(t) and cos(2t) on the circle have one singular value, on two degrees; the distance between them is zero."""
    circle = opsvd.Sphere(2)
    svd = opsvd.decompose(opsvd.elementwise(phi, 2), circle, circle, rtol=1e-6)
    assert len(svd.values) == 1
    # Of equal values rounding decides which degree comes first.
    np.testing.assert_allclose(np.sort(svd.eigenvalues), np.sort(exact), atol=1e-12)


def test_a_positive_semidefinite_kernel_has_no_negative_eigenvalue():
    """min(x, y) on [0, 1] has 1 / ((i - 1/2) pi)^2; less one half, the first of them is negative."""
    unit = opsvd.Uniform(0.0, 1.0)
    assert (opsvd.decompose(np.minimum, unit, unit, rtol=1e-4).eigenvalues > 0.0).all()
    shifted = opsvd.decompose(lambda x, y: np.minimum(x, y) - 0.5, unit, unit, rtol=1e-4).eigenvalues
    assert (shifted[shifted < 0.0]).size == 1


@pytest.mark.parametrize("h", [lambda x, y: np.tanh(x * y) + 0.01 * x, lambda x, y: np.sin(x - y),
                               lambda x, y: np.exp(1j * (x + y)) + x])
def test_kernels_that_are_not_symmetric_have_no_eigenvalues(h):
    """Neither nearly symmetric ones, nor those whose sign changes with the order, nor complex symmetric ones."""
    with pytest.raises(ValueError, match=r"h must be symmetric, h\(x, y\) = h\(y, x\), for eigenvalues"):
        _ = opsvd.decompose(h).eigenvalues


def test_eigenvalues_of_functions_that_are_not_known():
    """The values of J_0(2.2 xy) far down are nearer to each other than their bars: their signs are not told."""
    mu = opsvd.Gamma(2.0)
    svd = opsvd.decompose(lambda x, y: j0(2.2 * x * y), mu, mu, rtol=1e-3)
    values = svd.eigenvalues
    assert np.isnan(values).any()
    np.testing.assert_allclose(np.abs(values[:20]), svd.singular_values[:20], rtol=1e-12)


def test_eigenvalues_need_one_measure():
    """Functions of x and of y are compared under the same measure."""
    with pytest.raises(ValueError, match="mu_x and mu_y must be the same for eigenvalues"):
        _ = opsvd.decompose(lambda x, y: x * y, opsvd.Gaussian(), opsvd.Gaussian(0.0, 2.0)).eigenvalues


@pytest.mark.parametrize("measure", [
    Gaussian(), opsvd.Discrete([1.0, 2.0], [0.5, 0.5]), opsvd.Empirical([[1.0, 2.0], [0.0, 1.0]]), opsvd.Circle(),
    Gaussian.standard(2), opsvd.Sphere(3), opsvd.Product(opsvd.Uniform(), Gaussian())], ids=str)
def test_the_zero_kernel_has_all_that_others_have(measure):
    """With no singular values: functions, sums, factors, eigenvalues and predictions of shape (..., 0), or zero."""
    def h(x, y):
        return 0.0 * (x * y if measure.dim == 1 else (x * y).sum(axis=-1))

    svd = opsvd.decompose(h, measure, measure)
    x = measure.sample(7, np.random.default_rng(0))
    assert svd.rank == 0
    assert svd.left(x).shape == (7, 0)
    np.testing.assert_array_equal(svd(x, x), np.zeros(7))
    assert [part.shape for part in svd.factors(x, x)] == [(7, 0), (0,), (7, 0)]
    assert svd.eigenvalues.shape == (0,)
    assert svd.predict(50).nuclear.mean == 0.0
