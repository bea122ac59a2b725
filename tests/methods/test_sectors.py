"""Kernels phi(<x, y>) of vectors: closed forms, multiplicities, functions, and what is said of the rest."""


import numpy as np
import pytest
from quiet import quietly
from vector_references import product_spectrum, relu_values, sign_values

import opsvd
from opsvd import Gaussian, NotSquareIntegrableError, elementwise, exact
from opsvd.quadrature import harmonics


def relu(z):
    """The positive part."""
    return np.maximum(z, 0.0)


@pytest.fixture(scope="module")
def tanh3():
    """The decomposition that most tests share."""
    return opsvd.decompose(elementwise(np.tanh, 3), rtol=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize("k", [3, 7, 50, 10**4])
def test_sign_is_funk_and_heckes(k):
    """One value for each odd degree, to 1e-10 and within its bar, with the number of harmonics."""
    svd = opsvd.decompose(elementwise(np.sign, k, kinks=[0]), rtol=1e-8)
    degrees = 2 * np.arange(len(svd.values)) + 1
    expected = sign_values(k, degrees)
    np.testing.assert_allclose(svd.values, expected, atol=1e-10 * expected[0])
    assert (np.abs(svd.values - expected) <= svd.value_errors + 1e-15 * expected).all()
    assert svd.multiplicities.tolist() == [harmonics(k, int(degree)) for degree in degrees]
    assert svd.norm.value == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize("k", [3, 50, pytest.param(10**4, marks=pytest.mark.thorough)])
def test_relu_is_funk_and_heckes(k):
    """Even degrees, and degree one with the value 1/2."""
    svd = opsvd.decompose(elementwise(relu, k, kinks=[0]), rtol=1e-8)
    linear = np.flatnonzero((svd.multiplicities == k) & (np.abs(svd.values - 0.5) < 1e-9))
    assert len(linear) == 1
    even = np.delete(svd.values, linear)
    expected = relu_values(k, 2 * np.arange(len(even)))
    np.testing.assert_allclose(even, expected, atol=1e-10 * svd.values[0])
    assert svd.norm.value == pytest.approx(np.sqrt(k / 2), rel=1e-10)


@pytest.mark.parametrize(("phi", "scalar"), [
    (lambda z: np.exp(0.25 * z), exact.exp_product(0.25, 60)),
    (lambda z: np.exp(-0.1 * z), exact.exp_product(-0.1, 60)),
], ids=["exp(z/4)", "exp(-z/10)"])
def test_exponentials_are_products(phi, scalar):
    """Values of the scalar kernel multiplied, C(m + k - 1, k - 1) times: degrees of one parity fall together."""
    k = 5
    svd = opsvd.decompose(elementwise(phi, k), rtol=1e-9)
    values, counts = product_spectrum(scalar, k)
    q = len(svd.values)
    assert q >= 6
    assert svd.multiplicities.tolist() == counts[:q]
    assert (np.abs(svd.values - values[:q]) <= svd.value_errors).all()
    assert svd.converged


@pytest.mark.thorough
@pytest.mark.parametrize("k", [2, 5])
def test_the_cosine_has_the_even_ones(k):
    """cos(c <x, y>) and sin share the spectrum a^k r^m between them: even m here."""
    c = 0.5
    ratio = (np.sqrt(1.0 + 4.0 * c * c) - 1.0) / (2.0 * c)
    svd = opsvd.decompose(elementwise(lambda z: np.cos(c * z), k), rtol=1e-9)
    values, counts = product_spectrum((1.0 - ratio**2) ** 0.5 * ratio ** np.arange(80.0), k)
    q = len(svd.values)
    assert svd.multiplicities.tolist() == counts[0:2 * q:2]
    np.testing.assert_allclose(svd.values, values[0:2 * q:2], atol=1e-9 * values[0])


@pytest.mark.thorough
@pytest.mark.parametrize("k", [10, 1000])
def test_tanh_is_stable_under_refinement(k):
    """Asked for more, it gives the same values to 1e-12, within both bars."""
    coarse, fine = (opsvd.decompose(elementwise(np.tanh, k), rtol=rtol) for rtol in (1e-7, 1e-11))
    q = len(coarse.values)
    difference = np.abs(coarse.values - fine.values[:q])
    assert (difference <= coarse.value_errors + fine.value_errors[:q]).all()
    np.testing.assert_allclose(fine.values[:q], coarse.values, atol=1e-12 * fine.values[0])
    assert coarse.multiplicities.tolist() == fine.multiplicities[:q].tolist()


@pytest.mark.thorough
@pytest.mark.parametrize("k", [1000, 10**6])
def test_a_million_dimensions_cost_the_same(k):
    """As many evaluations of phi at a million as at a thousand, a fraction of a second's."""
    svd = opsvd.decompose(elementwise(np.tanh, k))
    assert svd.converged
    assert svd.multiplicities[:2].tolist() == [k, harmonics(k, 3)]
    assert svd.evaluations < 2_000_000
    assert svd.left.multiplicities[0] == k


def test_measures_scale():
    """Standard deviations of 2 and 1/4 are those of phi(z / 2)."""
    scaled = opsvd.decompose(elementwise(np.tanh, 4), Gaussian(np.zeros(4), 4.0), Gaussian(np.zeros(4), 0.0625),
                             rtol=1e-6)
    plain = opsvd.decompose(elementwise(lambda z: np.tanh(0.5 * z), 4), rtol=1e-6)
    np.testing.assert_allclose(scaled.values, plain.values, atol=1e-9)


def test_functions_are_orthonormal_and_reconstruct(tanh3):
    """f_i by Monte Carlo over points of R^3; the sum over multiplets is h, to the tail."""
    cut = tanh3.truncate(10)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 40_000, 3))
    f = cut.left(x)
    assert f.shape == (40_000, 10)
    np.testing.assert_allclose(f.T @ f / len(x), np.eye(10), atol=0.06)
    error = tanh3(x[:4000], y[:4000]) - np.tanh((x * y)[:4000].sum(axis=1))
    assert np.sqrt(np.mean(error**2)) == pytest.approx(tanh3.tail, rel=0.5)
    assert cut.left(x[0]).shape == (10,)
    images = np.tanh(x[:3] @ y.T) @ cut.right(y) / len(y)
    np.testing.assert_allclose(images, cut.left(x[:3]) * cut.singular_values, atol=0.03)


def test_values_are_expanded(tanh3):
    """singular_values repeats values by their multiplicities; truncation keeps whole multiplets in the sums."""
    assert tanh3.multiplicities[:3].tolist() == [3, 7, 3]
    np.testing.assert_array_equal(tanh3.singular_values[:13], np.repeat(tanh3.values[:3], [3, 7, 3]))
    cut = tanh3.truncate(5)
    assert (cut.rank, cut.multiplicities.tolist()) == (5, [3, 7])
    assert cut.errors.shape == (5,)
    dropped = np.sum(tanh3.multiplicities[2:] * tanh3.values[2:] ** 2)
    assert cut.tail == pytest.approx(np.sqrt(tanh3.tail**2 + dropped))
    assert abs(cut.effective_rank() - tanh3.effective_rank()) <= cut.effective_rank().error
    assert opsvd.decompose(elementwise(np.tanh, 3), rtol=1e-6, max_rank=5).rank == 5


def test_effective_ranks_multiply():
    """exp(0.3 <x, y>): the effective rank is the scalar one to the power k."""
    scalar = opsvd.decompose(elementwise(lambda z: np.exp(0.3 * z))).effective_rank()
    rank = opsvd.decompose(elementwise(lambda z: np.exp(0.3 * z), 3), rtol=1e-8).effective_rank()
    assert abs(rank - scalar**3) <= rank.error < 1e-2


@pytest.mark.thorough
def test_effective_ranks_that_are_infinite_or_unknown_say_so():
    """sign in R^2 adds up to 1/l; tanh in R^1000 adds up to more with every degree."""
    assert "the sum of all diverges" in opsvd.decompose(elementwise(np.sign, 3, [0]), rtol=1e-6).effective_rank().note
    rank = opsvd.decompose(elementwise(np.tanh, 1000)).effective_rank()
    assert np.isinf(rank.error)
    assert "still add up to too much" in rank.note
    assert opsvd.decompose(elementwise(np.tanh, 1000)).effective_rank("stable").error < 1e-3


@pytest.mark.thorough
def test_what_is_known_of_slow_spectra_is_said():
    """The status tells how large values beyond may be; all that are given are larger."""
    svd = opsvd.decompose(elementwise(np.sign, 3, [0]), rtol=1e-6)
    assert svd.converged
    assert "the spectrum goes on beyond" in svd.status
    assert svd.method.startswith("phi(<x, y>) in R^3: spherical harmonics to degree 191")


@pytest.mark.thorough
def test_kinks_away_from_zero_have_honest_bars():
    """clip(<x, y>, -1, 1) in R^10 against a finer tolerance: within the bars."""
    def clip(z):
        return np.clip(z, -1.0, 1.0)

    coarse, fine = (quietly(elementwise(clip, 10, [-1, 1]), rtol=rtol) for rtol in (1e-5, 1e-9))
    q = min(len(coarse.values), len(fine.values))
    assert (np.abs(coarse.values[:q] - fine.values[:q]) <= coarse.value_errors[:q] + fine.value_errors[:q]).all()


@pytest.mark.thorough
def test_saved_and_loaded(tanh3, tmp_path):
    """Values, multiplicities beyond int64, functions, and the reconstruction."""
    path = tmp_path / "svd.npz"
    tanh3.save(path)
    again = opsvd.load(path)
    x = np.random.default_rng(1).standard_normal((5, 3))
    np.testing.assert_array_equal(again.singular_values, tanh3.singular_values)
    np.testing.assert_array_equal(again.truncate(9).left(x), tanh3.truncate(9).left(x))
    np.testing.assert_array_equal(again(x, x[::-1]), tanh3(x, x[::-1]))
    huge = opsvd.decompose(elementwise(lambda z: np.tanh(z / 1000), 10**6))
    huge.save(path)
    assert opsvd.load(path).multiplicities.tolist() == huge.multiplicities.tolist()


@pytest.mark.thorough
def test_what_cannot_be_is_refused(tanh3):
    """Infinite E[h^2], harmonics beyond counting, points of the wrong shape, other methods."""
    with pytest.raises(NotSquareIntegrableError, match="does not decay with the lengths"):
        opsvd.decompose(elementwise(lambda z: np.exp(0.6 * z), 3))
    with pytest.raises(NotSquareIntegrableError, match="does not decay towards <x, y> = 0"):
        opsvd.decompose(elementwise(lambda z: np.abs(z) ** -0.5, 3, [0]))
    with pytest.raises(ValueError, match="truncate the decomposition to fewer singular functions"):
        opsvd.decompose(elementwise(np.tanh, 1000)).left(np.ones(1000))
    with pytest.raises(ValueError, match=r"x must hold vectors of R\^3"):
        tanh3.left(np.ones(2))
    with pytest.raises(ValueError, match=r"method must suit the kernel, but Panels.* takes kernels of numbers"):
        opsvd.decompose(elementwise(np.tanh, 3), method="panels")
    with pytest.raises(opsvd.KernelError, match="phi must not oscillate"):
        opsvd.decompose(elementwise(np.cos, 10**6))


def test_the_zero_kernel():
    """No values, norm zero."""
    svd = opsvd.decompose(elementwise(lambda z: 0.0 * z, 3))
    assert (svd.rank, float(svd.norm)) == (0, 0.0)


@pytest.mark.thorough
@pytest.mark.parametrize("c", [0.45, 0.49])
def test_bars_know_how_far_functions_reach(c):
    """exp(c <x, y>) in R^5: all of the leading values to 1e-11, although phi overflows where 0.3 % of the norm is."""
    svd = opsvd.decompose(elementwise(lambda z: np.exp(c * z), 5), rtol=1e-6)
    values, counts = product_spectrum(exact.exp_product(c, 60), 5)
    assert svd.converged
    assert svd.multiplicities[:4].tolist() == counts[:4]
    assert (np.abs(svd.values[:4] - values[:4]) <= svd.value_errors[:4]).all()
    assert svd.value_errors[0] <= 1e-11 * values[0]
    assert abs(svd.norm - np.linalg.norm(exact.exp_product(c, 400)) ** 5) <= svd.norm.error


def test_the_cost_is_said_before_it_is_paid(caplog):
    """To the logger of the package: values of h, and the size of matrices, before the first is taken."""
    five = opsvd.Gaussian.standard(5)
    seen = []

    def together(x, y):
        seen.append(len(caplog.records))
        return np.tanh(np.sum(np.arange(1.0, 6.0) * x * y, axis=-1))

    with caplog.at_level("INFO", logger="opsvd"):
        opsvd.decompose(together, five, five, rtol=0.1)
    assert caplog.records[0].getMessage() == (
        "256 quasi-random points a side, 8 scramblings: 5.2e+05 values of h, matrices of 256 by 256, 0.00052 GB each")
    assert seen[-1] == len(caplog.records)


def test_the_kernel_that_is_zero():
    """Rank zero, and a status that says so."""
    two = opsvd.Gaussian.standard(2)
    svd = opsvd.decompose(lambda x, y: 0.0 * x[..., 0] * y[..., 0], two, two)
    assert (svd.rank, svd.norm, svd.tail, svd.converged) == (0, 0.0, 0.0, True)
    assert svd.status.startswith("converged")


@pytest.mark.parametrize(("c", "k"), [
    pytest.param(1e-3, 10**6, marks=pytest.mark.thorough), (1e-2, 10**5), (1.0 / 300.0, 10**5), (2e-3, 2 * 10**5),
])
def test_overflow_where_the_density_is_nil(c, k):
    """exp(c <x, y>) overflows at <x, y> = 710 / c, hundreds of deviations out; its values are those of Mehler's kernel.

    Of one coordinate they are (1 + r^2)^(1/2) r^n, with r = 2c / (1 + (1 - 4 c^2)^(1/2)).
    """
    svd = opsvd.decompose(elementwise(lambda z: np.exp(c * z), k))
    r = 2.0 * c / (1.0 + np.sqrt(1.0 - 4.0 * c * c))
    expected = np.exp(0.5 * k * np.log1p(r * r)) * r ** np.arange(len(svd.values))
    assert len(svd.values) >= 3
    assert (np.abs(svd.values - expected) <= svd.value_errors + 1e-12 * expected).all()
    assert svd.multiplicities[:2].tolist() == [1, k]


@pytest.mark.thorough
@pytest.mark.parametrize("phi", [lambda z: np.sqrt(5e5 - z) / 1e3, lambda z: np.cosh(z / 1e3) * np.sign(z)])
def test_other_functions_that_end_where_the_density_is_nil(phi):
    """NaN beyond 500 deviations, and a jump: the norm is that of phi(1000 z), z normal, to 1 / k."""
    svd = opsvd.decompose(elementwise(phi, 10**6), rtol=1e-6)
    z, w = Gaussian().gauss_rule(200).nodes, Gaussian().gauss_rule(200).weights
    assert svd.norm.value == pytest.approx(np.sqrt(w @ phi(1e3 * z) ** 2), rel=2e-5)


@pytest.mark.thorough
def test_overflow_that_matters_is_refused():
    """exp(cosh(z)) overflows at seven deviations, where it is not small."""
    with pytest.raises(opsvd.NonFiniteKernelError, match="h must be finite"):
        opsvd.decompose(elementwise(lambda z: np.exp(np.cosh(z / 1e3)), 10**6))


@pytest.mark.thorough
def test_a_black_box_of_waves_is_not_contradicted_by_values_that_are_rounding():
    """cos(<x, y>) of two vectors has the values of the elementwise kernel: it went to quasi-random points."""
    space = opsvd.Gaussian.standard(3)
    svd = opsvd.decompose(lambda x, y: np.cos(np.sum(x * y, axis=-1)), space, space)
    known = opsvd.decompose(opsvd.elementwise(np.cos, 3), space, space)
    assert svd.method.startswith("seen to be a function of <x, y>")
    np.testing.assert_allclose(svd.singular_values[:20], known.singular_values[:20], rtol=0, atol=1e-12)
