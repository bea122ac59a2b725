"""Complex-valued kernels: one SVD, with complex singular functions, h = sum s_i f_i(x) conj(g_i(y))."""

import functools
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from quiet import quietly
from scipy.special import gammaln

import opsvd
from opsvd import Circle, Exponential, Gaussian, KernelError, StudentT, Uniform, exact
from opsvd.figures import new_figure
from opsvd.sampling import ArrayBlocks
from opsvd.testing import check_kernel

UNIFORM, CIRCLE = Uniform(-1.0, 1.0), Circle()
PLANE, PLANE3 = Gaussian.standard(2), Gaussian.standard(3)


def fourier(x, y):
    """The kernel of the Fourier transform."""
    return np.exp(1j * x * y)


def turned(h):
    """A kernel times phases of x and of y, which change no singular value."""
    return lambda x, y: np.exp(1j * (2.0 * np.arctan(x) - 3.0 * np.arctan(y))) * h(x, y)


def gaussian_values(c, n):
    """Of exp(icxy) under standard Gaussians: geometric, with an effective rank of sqrt(1 + 4 c^2) + 2 c."""
    ratio = (np.sqrt(1.0 + 4.0 * c * c) - 1.0) / (2.0 * c)
    return np.sqrt(1.0 - ratio**2) * ratio ** np.arange(n)


def twisted_values(theta, n):
    """Of (x > y) + exp(i theta) (x < y): u = T f has u' = (1 - exp(i theta)) f and u(0) = exp(i theta) u(1)."""
    frequencies = np.abs(theta + 2.0 * np.pi * np.arange(-n, n + 1))
    return np.sort(2.0 * math.sin(0.5 * theta) / frequencies)[::-1][:n]


KNOWN = {
    **{f"exp({c}ixy)": (lambda x, y, c=c: np.exp(1j * c * x * y), Gaussian(), gaussian_values(c, 80))
       for c in (0.5, 1.0, 3.0)},
    **{f"exp({c}ixy), uniform": (lambda x, y, c=c: np.exp(1j * c * x * y), UNIFORM,
                                 exact.exp_i_product_uniform(c, 40)) for c in (2.0, 20.0)},
    "exp(exp(i(x - y))), circle": (lambda x, y: np.exp(np.exp(1j * (x - y))), CIRCLE,
                                   np.exp(-gammaln(np.arange(1.0, 26.0)))),
    "i tanh(xy)": (lambda x, y: 1j * np.tanh(x * y), Gaussian(), None),
    "a jump, uniform": (turned(np.greater), UNIFORM, exact.heaviside_difference(200)),
    "a jump, exponential": (turned(np.greater), Exponential(), exact.heaviside_difference(200)),
    "a jump, StudentT(3)": (turned(np.greater), StudentT(3.0), exact.heaviside_difference(200)),
    "a kink, uniform": (turned(lambda x, y: np.abs(x - y)), UNIFORM, 2.0 * exact.abs_difference_cdf(200)),
    "a twisted jump": (lambda x, y: np.where(x > y, 1.0, np.exp(1j)), UNIFORM, twisted_values(1.0, 200)),
    "a quarter turn": (lambda x, y: (x > y) + 1j * (x < y), Gaussian(), twisted_values(0.5 * math.pi, 200)),
}
"""Kernels, the measure of both variables, and their values."""


SLOW = {"a jump, exponential", "a jump, StudentT(3)", "a quarter turn"}


@pytest.mark.parametrize(("name", "rtol"), [
    pytest.param(name, rtol, marks=pytest.mark.thorough if rtol == 1e-10 and name in SLOW else ())
    for name in KNOWN for rtol in (1e-4, 1e-10)])
def test_values_are_known_and_bars_hold(name, rtol):
    """Bars are true at every tolerance, and six values are as good as was asked for."""
    h, mu, true = KNOWN[name]
    if true is None:    # those of the real kernel
        true = opsvd.decompose(lambda x, y: np.tanh(x * y), mu, mu).singular_values
    svd = quietly(h, mu, mu, rtol=rtol)
    rank = min(svd.rank, len(true))
    assert rank >= 4
    assert (np.abs(svd.singular_values[:rank] - true[:rank]) <= svd.errors[:rank] + 1e-14 * true[0]).all()
    assert_allclose(svd.singular_values[:4], true[:4], rtol=0, atol=rtol * true[0])
    assert abs(svd.norm.value - np.linalg.norm(true)) <= svd.norm.error + np.linalg.norm(true[-20:]) * 2.0


@pytest.mark.parametrize("method", ["hermite", "scaled-hermite", "logarithmic", "finite-rank", "panels", "product",
                                    "uniform", "polynomials"])
def test_every_method_for_numbers(method):
    """All of them take complex kernels."""
    svd = quietly(fourier, method=method, rtol=1e-6)
    true = gaussian_values(1.0, svd.rank)
    assert svd.rank >= 8
    assert (np.abs(svd.singular_values - true) <= svd.errors).all()


@functools.cache
def decomposed():
    """A kernel whose functions are complex on both sides, under two measures."""
    return opsvd.decompose(turned(fourier), UNIFORM, Gaussian())


def test_functions_are_orthonormal_and_sum_to_the_kernel():
    """E[conj(f_i) f_j] and E[conj(g_i) g_j] are the identity, and h is the sum of s_i f_i(x) conj(g_i(y))."""
    svd = decomposed()
    for functions, mu in ((svd.left, UNIFORM), (svd.right, Gaussian())):
        rule = mu.gauss_rule(80)
        f = functions(rule.nodes)[:, :6]
        assert f.dtype == np.complex128
        assert np.abs(f.imag).max() > 0.1
        assert_allclose((f.conj() * rule.weights[:, None]).T @ f, np.eye(6), rtol=0, atol=1e-9)
    x, y = np.array([[0.3], [-0.8]]), np.array([0.5, 0.9, -1.7])
    assert_allclose(svd(x, y), turned(fourier)(x, y), rtol=0, atol=1e-9)
    by_hand = (svd.left(x[:, 0]) * svd.singular_values) @ svd.right(y).conj().T
    assert_allclose(by_hand, svd(x, y), rtol=0, atol=1e-12)


def test_phases_follow_the_convention_of_signs():
    """f_i is real and positive in the rightmost lobe of its half-density that reaches half the maximum."""
    svd, x = opsvd.decompose(fourier), np.linspace(-8.0, 8.0, 4001)
    f, g = svd.left(x)[:, :8], svd.right(x)[:, :8]
    half = np.abs(f) * Gaussian().sqrt_density(x)[:, None]
    last = len(x) - 1 - np.argmax((half >= 0.5 * half.max(axis=0))[::-1], axis=0)
    assert (f[last, np.arange(8)].real > 0.0).all()
    assert_allclose(f.imag, 0.0, rtol=0, atol=1e-7)    # of this kernel they are Hermite functions
    assert_allclose(g, f * (-1j) ** np.arange(8), rtol=0, atol=1e-6)
    f = decomposed().left(np.linspace(-1.0, 1.0, 4001))[:, :5]
    last = len(f) - 1 - np.argmax((np.abs(f) >= 0.5 * np.abs(f).max(axis=0))[::-1], axis=0)
    assert_allclose(np.angle(f[last, np.arange(5)]), 0.0, rtol=0, atol=0.3)    # the lobe has nodes, not all points


def test_the_adjoint_exchanges_left_and_right():
    """conj(h(x, y)) as a kernel of y and x has the functions of the other side, up to a common phase of both."""
    svd, h = decomposed(), turned(fourier)
    swapped = opsvd.decompose(lambda y, x: np.conj(h(x, y)), Gaussian(), UNIFORM)
    assert_allclose(swapped.singular_values[:8], svd.singular_values[:8], rtol=0, atol=1e-12)
    x, y = np.linspace(-0.9, 0.8, 7), np.linspace(-2.0, 1.7, 7)
    phases = swapped.left(y)[:, :6] / svd.right(y)[:, :6]
    assert_allclose(np.abs(phases), 1.0, rtol=0, atol=1e-7)
    assert_allclose(phases, np.broadcast_to(phases[:1], phases.shape), rtol=0, atol=1e-7)
    assert_allclose(swapped.right(x)[:, :6], svd.left(x)[:, :6] * phases[0], rtol=0, atol=1e-7)
    kernel = opsvd.Kernel(h)
    assert_allclose(kernel.adjoint().grid(y, x), kernel.grid(x, y).conj().T, rtol=1e-14)


def test_conjugating_the_kernel_conjugates_the_functions():
    """The sum of s_i conj(f_i) g_i."""
    svd, h = decomposed(), turned(fourier)
    other = opsvd.decompose(lambda x, y: np.conj(h(x, y)), UNIFORM, Gaussian())
    x = np.linspace(-0.9, 0.9, 7)
    assert_allclose(other.left(x)[:, :6], svd.left(x)[:, :6].conj(), rtol=0, atol=1e-7)
    assert_allclose(other.right(x)[:, :6], svd.right(x)[:, :6].conj(), rtol=0, atol=1e-7)


def test_the_parts_are_other_operators():
    """Real and imaginary part have other values than the whole."""
    whole, real = opsvd.decompose(fourier), opsvd.decompose(lambda x, y: np.cos(x * y))
    assert abs(whole.singular_values[1] - real.singular_values[1]) > 0.1
    assert whole.effective_rank().value == pytest.approx(math.sqrt(5.0) + 2.0, abs=whole.effective_rank().error)
    assert whole.nuclear_norm().value == pytest.approx(math.sqrt(math.sqrt(5.0) + 2.0), abs=whole.nuclear_norm().error)


def test_a_file_keeps_complex_functions(tmp_path):
    """Saved and loaded: the same numbers, with the kernel and without; another kernel is refused."""
    svd = decomposed()
    svd.save(tmp_path / "svd.npz")
    x = np.linspace(-0.9, 0.9, 5)
    for again in (opsvd.load(tmp_path / "svd.npz"), opsvd.load(tmp_path / "svd.npz", turned(fourier))):
        assert_array_equal(again.singular_values, svd.singular_values)
        assert_array_equal(again.errors, svd.errors)
        assert_allclose(again.left(x), svd.left(x), rtol=0, atol=1e-12)
        assert_allclose(again.right(x), svd.right(x), rtol=0, atol=1e-12)
        assert again.predict(100).statement == svd.predict(100).statement
    with pytest.raises(ValueError, match="h must be the kernel"):
        opsvd.load(tmp_path / "svd.npz", fourier)


def test_figures_show_both_parts():
    """Real parts, and imaginary parts fainter, of f and of g; breaks over the absolute value."""
    svd = decomposed()
    lines = opsvd.plot_functions(svd, ax=new_figure(4, 4).subplots(), count=2).lines
    assert len(lines) == 8
    x = np.asarray(lines[0].get_xdata())
    assert_allclose(lines[0].get_ydata(), svd.left(x)[:, 0].real, atol=1e-12)
    assert_allclose(lines[2].get_ydata(), svd.left(x)[:, 0].imag, atol=1e-12)
    assert_allclose(lines[3].get_ydata(), svd.right(np.asarray(lines[3].get_xdata()))[:, 0].imag, atol=1e-12)
    drawn = opsvd.plot_spectrum(svd, new_figure(4, 4).subplots()).lines
    assert np.isin(svd.singular_values[:3], np.concatenate([line.get_ydata() for line in drawn])).all()
    jump = turned(np.greater)
    points = opsvd.break_points(jump, UNIFORM, UNIFORM)
    assert len(points) > 20
    assert_allclose(points[:, 0], points[:, 1], atol=1e-12)
    x, y = opsvd.plot_breaks(jump, UNIFORM, UNIFORM, ax=new_figure(4, 4).subplots()).lines[0].get_data()
    assert_allclose(x, y, atol=1e-12)


def test_samples_are_as_predicted():
    """Means of sampled values against `predict`; both verdicts of the cross-check; one matrix against another."""
    svd, h = decomposed(), turned(fourier)
    prediction = svd.predict(100)
    sampled = opsvd.monte_carlo(h, 100, UNIFORM, Gaussian(), trials=30, rng=0, rank=3)
    valid = prediction.valid[:3]
    assert valid[:2].all()
    allowed = 5.0 * prediction.std[:3] / math.sqrt(30.0) + prediction.error[:3]
    assert (np.abs(sampled.mean - prediction.mean[:3]) <= allowed)[valid].all()
    assert prediction.multiplets == ()
    check = opsvd.crosscheck(h, (50, 100), UNIFORM, Gaussian(), trials=8, rng=1, svd=svd)
    assert check.agrees, check.verdict
    cosine = opsvd.decompose(lambda x, y: np.cos(x * y), UNIFORM, Gaussian())
    assert not opsvd.crosscheck(h, (50, 100), UNIFORM, Gaussian(), trials=8, rng=1, svd=cosine).agrees
    jump = opsvd.decompose(turned(np.greater), UNIFORM, Gaussian(), rtol=1e-6)
    values = 600.0 * opsvd.sample_matrix(turned(np.greater), 600, UNIFORM, Gaussian(), rng=2)
    assert values.dtype == np.complex128
    assert opsvd.check_matrix(values, jump).p_value > 1e-4
    assert opsvd.check_matrix(values * 1.3, jump).p_value < 1e-6
    check_kernel(h, UNIFORM, Gaussian())


@pytest.mark.parametrize("engine", ["low-rank", "row-blocks", "dask", "array"])
def test_other_engines_refuse(engine):
    """They say which one takes complex matrices."""
    with pytest.raises(ValueError, match=r"matrix must be real for this engine, got KernelMatrix\(50 x 50\) of dtype "
                                         r"complex128; use engine='dense', which takes complex ones"):
        opsvd.monte_carlo(fourier, 50, engine=ArrayBlocks(library="numpy") if engine == "array" else engine)


def waves(x, y):
    """The kernel of the Fourier transform in several dimensions."""
    return np.exp(1j * np.sum(x * y, axis=-1))


def twisted(x, y):
    """A real kernel of two coordinates a side times phases of x and of y, which change no singular value."""
    phase = np.arctan(x[..., 0]) - 2.0 * np.tanh(y[..., 1])
    return np.exp(1j * phase) * smooth(x, y)


def smooth(x, y):
    """The real kernel."""
    return np.exp(-0.5 * (x[..., 0] - y[..., 0]) ** 2 - 0.2 * x[..., 1] ** 2 * y[..., 1])


SQUARE = opsvd.Product(UNIFORM, UNIFORM)


@pytest.mark.parametrize("method", ["auto", pytest.param("tensor", marks=pytest.mark.thorough), "grid"])
def test_vectors_to_ten_digits(method):
    """Of waves on a square the values are products of those of waves on an interval."""
    svd, line = quietly(waves, SQUARE, SQUARE, method=method), exact.exp_i_product_uniform(1.0, 12)
    true = np.sort(np.ravel(np.outer(line, line)))[::-1][:10]
    assert (np.abs(svd.singular_values[:10] - true) <= svd.errors[:10] + 1e-15).all()
    assert svd.errors[:10].max() <= 1e-10 * true[0]
    x, y = SQUARE.sample(50, np.random.default_rng(0)), SQUARE.sample(50, np.random.default_rng(1))
    assert_allclose(svd(x, y), waves(x, y), rtol=0, atol=1e-5)    # the sum ends where values are 1e-10
    f = svd.left(SQUARE.sample(20_000, np.random.default_rng(2)))[:, :4]
    assert_allclose(f.conj().T @ f / len(f), np.eye(4), rtol=0, atol=0.05)


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["auto", "quasi-random"])
def test_vectors_have_the_values_of_the_real_kernel(method):
    """By products and their remainder at points, and by points alone: within the bars of both, and sampling agrees."""
    real = quietly(smooth, SQUARE, SQUARE)
    svd = quietly(twisted, SQUARE, SQUARE, method=method, max_seconds=5.0)
    q = min(svd.rank, real.rank, 10)
    assert q >= 3
    assert (np.abs(svd.singular_values[:q] - real.singular_values[:q]) <= svd.errors[:q] + real.errors[:q]).all()
    assert opsvd.crosscheck(twisted, (100, 200), SQUARE, SQUARE, svd=svd, trials=20, rng=0).agrees


@pytest.mark.thorough
def test_vectors_that_break():
    """A jump on the plane: products, and what they leave at quasi-random points."""
    def jump(x, y):
        return np.exp(1j * (x[..., 0] - y[..., 1])) * (x[..., 0] + x[..., 1] * y[..., 1] > y[..., 0])

    real = quietly(lambda x, y: np.abs(jump(x, y)), PLANE, PLANE, max_seconds=5.0)
    svd = quietly(jump, PLANE, PLANE, max_seconds=5.0)
    q = min(svd.rank, real.rank)
    assert q >= 5
    assert (np.abs(svd.singular_values[:q] - real.singular_values[:q]) <= svd.errors[:q] + real.errors[:q]).all()
    assert svd.errors[0] < 0.01


def test_sums_of_components_of_vectors():
    """Two waves of different coordinates: their values beside each other, less what their constants share."""
    svd = opsvd.decompose(lambda x, y: fourier(x[..., 0], y[..., 0]) + 1j * x[..., 1] * y[..., 1], PLANE, PLANE)
    true = np.sort(np.append(gaussian_values(1.0, 12), 1.0))[::-1]
    assert (np.abs(svd.singular_values[:12] - true[:12]) <= svd.errors[:12]).all()
    assert svd.errors[:12].max() < 1e-7


@pytest.mark.parametrize("max_evaluations", [200, 1000])
@pytest.mark.parametrize(("mu_x", "mu_y"), [
    (StudentT(4.0), Gaussian()), (opsvd.Discrete([0.0, 1.0, 3.0], [0.5, 0.3, 0.2]), Gaussian()), (PLANE, PLANE)])
def test_few_values(mu_x, mu_y, max_evaluations):
    """Complex kernels of numbers, of atoms and of vectors have a first value from some hundred values."""
    def h(x, y):
        if mu_x is PLANE:
            x, y = x[..., 0], y[..., 0]
        return np.exp(1j * (x - y)) / (1.0 + 0.1 * (x * y) ** 2)

    def real(x, y):
        return np.abs(h(x, y))

    svd, whole = quietly(h, mu_x, mu_y, max_evaluations=max_evaluations), quietly(real, mu_x, mu_y, rtol=1e-3)
    assert svd.rank >= 1
    assert svd.evaluations <= max_evaluations
    assert abs(svd.singular_values[0] - whole.singular_values[0]) <= svd.errors[0] + whole.errors[0]


def by_length(h):
    """A rotation-invariant kernel times phases of the lengths, which change no singular value."""
    return lambda x, y: np.exp(1j * (np.sum(x**2, axis=-1) - np.sin(np.sum(y**2, axis=-1)))) * h(x, y)


def of_distance(x, y):
    """A Gaussian kernel."""
    return np.exp(-0.5 * np.sum((x - y) ** 2, axis=-1))


@pytest.mark.parametrize("measure", [opsvd.Sphere(3), opsvd.Ball(3), opsvd.Ball(2)], ids=str)
def test_functions_of_lengths_and_an_angle(measure):
    """The values of the real kernel, to ten digits, with functions that are orthonormal and sum to h."""
    svd, real = (opsvd.decompose(h, measure, measure) for h in (by_length(of_distance), of_distance))
    assert_allclose(svd.singular_values[:20], real.singular_values[:20], rtol=0, atol=1e-10)
    x, y = (measure.sample(20_000, np.random.default_rng(seed)) for seed in (0, 1))
    f = svd.left(x)[:, :4]
    assert_allclose(f.conj().T @ f / len(f), np.eye(4), rtol=0, atol=0.05)
    assert_allclose(svd(x[:50], y[:50]), by_length(of_distance)(x[:50], y[:50]), rtol=0, atol=1e-6)


def test_a_hermitian_kernel_of_vectors_has_eigenvalues():
    """Those of the real kernel that it is times a phase of x and the conjugate one of y."""
    def h(x, y):
        return np.exp(1j * (np.sum(x**2, axis=-1) - np.sum(y**2, axis=-1))) * of_distance(x, y)

    ball = opsvd.Ball(2)
    assert_allclose(opsvd.decompose(h, ball, ball).eigenvalues[:8],
                    opsvd.decompose(of_distance, ball, ball).eigenvalues[:8], rtol=0, atol=1e-10)


@pytest.mark.parametrize("form", ["known", pytest.param("black box", marks=pytest.mark.thorough)])
def test_a_wave_of_an_inner_product(form):
    """Its values are those of waves of numbers, multiplied: of exp(i <x, y> / 2) in R^3 one, three, six, ..."""
    h = opsvd.elementwise(lambda z: np.exp(0.5j * z), 3) if form == "known" else (
        lambda x, y: np.exp(0.5j * np.sum(x * y, axis=-1)))
    svd, line = opsvd.decompose(h, PLANE3, PLANE3, rtol=1e-8), gaussian_values(0.5, 4)
    true = line[0] ** 2 * np.repeat(line, [1, 3, 6, 10])
    assert (np.abs(svd.singular_values[:20] - true) <= svd.errors[:20] + 1e-15).all()
    assert svd.errors[:20].max() <= 1e-8
    assert "a product of 3 kernels of numbers" in svd.method
    assert svd.multiplicities[:4].tolist() == [1, 3, 6, 10]
    with pytest.raises(TypeError, match="equivalent needs a kernel of vectors that is real"):
        svd.equivalent(100)


@pytest.mark.thorough
def test_the_real_and_the_imaginary_part_break():
    """sign(z) + i |z| / 2: odd degrees have the values of the one, and even degrees those of the other."""
    svd, odd, even = (opsvd.decompose(opsvd.elementwise(phi, 3), PLANE3, PLANE3, rtol=1e-6) for phi in (
        lambda z: np.sign(z) + 0.5j * np.abs(z), np.sign, lambda z: 0.5 * np.abs(z)))
    both = np.sort(np.concatenate([odd.singular_values[:20], even.singular_values[:20]]))[::-1][:20]
    assert_allclose(svd.singular_values[:20], both, rtol=0, atol=2e-6)


@pytest.mark.parametrize("method", ["polar", "zonal"])
def test_methods_for_covariances_that_are_not_round_refuse(method):
    """In words that say what to do."""
    with pytest.raises(ValueError, match=r"takes real kernels of vectors: leave method out"):
        opsvd.decompose(waves, PLANE, PLANE, method=method)


@pytest.mark.parametrize("method", ["sectors", "polar", "zonal", "tensor", "grid"])
def test_methods_for_vectors_refuse_numbers_as_before(method):
    """That a kernel is complex is not what is wrong with it there."""
    with pytest.raises(ValueError, match="takes kernels of vectors"):
        opsvd.decompose(fourier, method=method)


@pytest.mark.parametrize(("make", "words"), [
    (lambda: opsvd.blockwise(lambda z: 1j * z, 2),
     r"phi must return real numbers, got dtype complex128 in blocks; take their real or imaginary parts"),
    (lambda: opsvd.decompose(lambda x, y: 1j * (x * y)[..., None, None] * np.eye(2)),
     r"h must return real numbers, got dtype complex128 in matrices; take their real or imaginary parts, or return "
     r"numbers, which may be complex"),
    (lambda: opsvd.decompose(lambda x, y: 1j * x * y if np.size(y) > 30 else x * y),
     r"h must return real numbers, got dtype complex128 after real numbers where it was tried; return complex numbers "
     r"everywhere, as x \+ 0j does, or take the real part"),
    (lambda: opsvd.Density(lambda x: 0.5 + 0j * x, (-1.0, 1.0)),
     r"pdf must return real numbers, got dtype complex128; return its real part, if that is what it means"),
    (lambda: opsvd.monte_carlo(np.multiply, 20, engine=ArrayBlocks(library="numpy", function=lambda x, y: 1j * x * y)),
     r"function must return real numbers, got dtype complex128; take its real part, or engine='dense'"),
])
def test_complex_numbers_where_none_are_taken(make, words):
    """Blocks, matrices, kernels that were real, densities and array libraries say what they want."""
    with pytest.raises(KernelError, match=words):
        make()


def test_a_complex_kernel_with_no_imaginary_part():
    """Values of the type complex with nothing but zeros beside: the values of the real kernel."""
    svd, real = opsvd.decompose(lambda x, y: np.sin(x * y) + 0j), opsvd.decompose(lambda x, y: np.sin(x * y))
    assert svd.left.dtype == np.complex128
    assert_allclose(svd.singular_values[:10], real.singular_values[:10], rtol=0, atol=1e-12)


def test_infinities_of_complex_kernels():
    """What grows is refused, and NaN is named."""
    with pytest.raises(opsvd.NotSquareIntegrableError, match=r"E\[h\^2\] is infinite"):
        opsvd.decompose(lambda x, y: np.exp((1.0 + 1.0j) * x * y))
    with pytest.raises(opsvd.NonFiniteKernelError, match=r"h must be finite, but h\(.*\) = \(?nan"):
        opsvd.decompose(lambda x, y: np.where(x > 0.5, np.nan, 1j * x * y))
