"""phi(<x, y>) under Gaussians that are not round, against rules that know nothing of harmonics in R^k."""

import functools
import warnings

import numpy as np
import pytest
from scipy.special import eval_legendre, ndtr

import opsvd
from opsvd import ConvergenceWarning, Gaussian, decompose, elementwise
from opsvd.methods import Polar
from opsvd.quadrature import composite_gauss_legendre

PHI = {"tanh": (np.tanh, ()), "sign": (np.sign, (0.0,)), "relu": (lambda z: np.maximum(z, 0.0), (0.0,)),
       "gelu": (lambda z: z * ndtr(z), ()), "clip": (lambda z: np.clip(z, -1.0, 1.0), (-1.0, 1.0)),
       "absolute": (np.abs, (0.0,))}


def stretched(*deviations):
    """A Gaussian of independent coordinates."""
    return Gaussian(np.zeros(len(deviations)), np.diag(np.square(deviations)))


@functools.cache
def answer(name, *deviations, rtol=1e-10):
    """The decomposition of phi(<x, y>), x with these deviations and y standard."""
    phi, kinks = PHI[name]
    k = len(deviations)
    return decompose(elementwise(phi, k, kinks), stretched(*deviations), Gaussian.standard(k), rtol=rtol,
                     max_seconds=200.0)


def values_on_the_circle(power, small, count=400):
    r"""Values of sign, max(z, 0) and \|z\| in R^2 from a matrix between directions alone, by their Fourier series.

    phi(<x, y>) is :math:`|x|^p |y|^p` times a function of the cosine, so that E[|x|^(2p)] given the direction is a
    weight on the circle.
    """
    angle = 2.0 * np.pi * (np.arange(count) + 0.5) / count
    quadratic = np.cos(angle) ** 2 + (np.sin(angle) / small) ** 2
    # x has the deviations 1 and `small`; the density of directions, and the moment: E[r^(2 p)] = (2 p)!! / q^p.
    weight = 1.0 / (small * count * quadratic) * (2.0 / quadratic) ** (1 if power else 0)
    n = np.arange(-count // 4, count // 4 + 1)
    even = np.where(n % 2 == 0, 1.0, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        absolute = even * 2.0 / np.pi * np.cos(0.5 * np.pi * n) / (1.0 - n**2)    # of |cos|
        sign = np.where(n % 2 == 1, 2.0 / np.pi * np.sin(0.5 * np.pi * n) / n, 0.0)
    cosine = np.where(np.abs(n) == 1, 0.5, 0.0)
    absolute = np.where(np.abs(n) == 1, 0.0, absolute)
    series = {"sign": sign, "absolute": absolute, "relu": 0.5 * (absolute + cosine)}
    waves = np.exp(1j * np.outer(angle, n))

    def spectrum(name, other):
        left, right = (np.sqrt(part)[:, None] * waves for part in (weight, other))
        return np.linalg.svd((left * series[name]) @ right.conj().T, compute_uv=False)

    round_weight = np.full(count, 1.0 / count) * (2.0 if power else 1.0)
    return lambda name: spectrum(name, round_weight)


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "power"), [("sign", 0), ("relu", 1), ("absolute", 1)])
def test_jumps_and_kinks_at_zero_against_a_matrix_between_directions(name, power):
    """Ten values, within their bars, and these below 1e-9 of the first."""
    svd = answer(name, 1.0, 0.5)
    reference = values_on_the_circle(power, 0.5)(name)[:10]
    assert svd.converged
    assert svd.rank >= 10
    assert svd.errors[:10].max() < 1e-9 * svd.values[0]
    np.testing.assert_array_less(np.abs(svd.singular_values[:10] - reference), svd.errors[:10] + 1e-12)


@pytest.mark.thorough
def test_values_that_were_tried_by_hand():
    """sign and tanh with the deviations 1/2 and 1: from one exact side and a rule of 90 radii, written for a trial."""
    np.testing.assert_allclose(answer("sign", 1.0, 0.5).singular_values[:4],
                               [0.74021428, 0.52373935, 0.20530308, 0.20517473], atol=5e-9)
    np.testing.assert_allclose(answer("tanh", 1.0, 0.5).singular_values[:4],
                               [0.49370662, 0.29961097, 0.06205948, 0.05773420], atol=5e-9)


def image(phi, kinks, functions, a, deviations):
    """E[phi(<a, y>) g(y)] for a point a of R^2, along a and across it, on panels that end at kinks and at zero."""
    length, along = np.linalg.norm(a), a / np.linalg.norm(a)
    ends = np.unique([0.0, *(kink / length for kink in kinks)])
    panels = np.unique(np.concatenate([ends + side * step for side in (-1.0, 1.0) for step in
                                       (0.0, 1e-3, 0.01, 0.1, 0.4, 1.0, 2.0, 4.0, 9.0)]))
    x, weights_x = composite_gauss_legendre(panels, 12)
    y, weights_y = composite_gauss_legendre(np.array([-9.0, -4.0, -2.0, -1.0, -0.4, -0.1, -0.01, 0.0, 0.01, 0.1, 0.4,
                                                      1.0, 2.0, 4.0, 9.0]), 10)
    points = x[:, None, None] * along + y[:, None] * np.array([-along[1], along[0]])
    density = np.exp(-0.5 * np.sum((points / deviations) ** 2, axis=-1)) / (2.0 * np.pi * np.prod(deviations))
    weights = weights_x[:, None] * weights_y * density * phi(length * x)[:, None]
    return weights.ravel() @ functions(points.reshape(-1, 2))


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["tanh", "clip", "relu", "gelu"])
def test_functions_are_singular(name):
    """T g_j = s_j f_j at points in the plane, by integrals in Cartesian coordinates."""
    svd, (phi, kinks) = answer(name, 1.0, 0.5).truncate(4), PHI[name]
    for x in np.array([[0.7, -0.3], [-1.5, 0.4], [0.1, 0.9]]):
        there = image(phi, kinks, svd.right, x, np.ones(2))
        np.testing.assert_allclose(there, svd.singular_values * svd.left(x), atol=2e-6)


@pytest.mark.parametrize(("name", "deviations"), [
    ("tanh", (1.0, 0.1)), ("sign", (1.0, 0.1)), ("gelu", (1.0, 0.1)), ("clip", (1.0, 0.1)), ("relu", (1.0, 0.1)),
    ("absolute", (1.0, 0.1)), ("tanh", (1.0, 0.5, 0.25)), ("clip", (1.0, 0.5, 0.25))])
@pytest.mark.thorough
def test_ten_values_are_known_to_nine_digits(name, deviations):
    """With deviations in ratios up to ten, whatever phi does; twice as fine a setting agrees."""
    svd, other = answer(name, *deviations), answer(name, *deviations, rtol=1e-8)
    assert svd.errors[:10].max() < 1e-9 * svd.values[0]
    count = min(svd.rank, other.rank)
    assert count >= 8
    np.testing.assert_array_less(np.abs(svd.singular_values[:count] - other.singular_values[:count]),
                                 svd.errors[:count] + other.errors[:count])


@pytest.mark.parametrize("name", ["gelu", "relu"])
@pytest.mark.thorough
def test_classes_of_one_value_do_not_hide_others(name):
    """The odd parts of relu and gelu are z / 2, with one value for each direction: it was taken for the least of many.

    Then three to seven values were given in place of ten.
    """
    svd = answer(name, 1.0, 0.3, 0.1, rtol=1e-5)
    assert svd.converged
    assert svd.rank >= 10
    for value in (0.5, 0.15, 0.05):    # of <x, y> / 2
        nearest = int(np.argmin(np.abs(svd.singular_values - value)))
        assert abs(svd.singular_values[nearest] - value) <= svd.errors[nearest] + 1e-14


@pytest.mark.thorough
def test_four_directions():
    """The values of R^4 are those that quasi-random points give, within the bars of both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        four = answer("tanh", 1.0, 0.9, 0.9, 0.8, rtol=1e-3)
    by_points = decompose(elementwise(np.tanh, 4), stretched(1.0, 0.9, 0.9, 0.8), Gaussian.standard(4), rtol=0.1,
                          method="quasi-random")
    assert four.rank >= 4
    np.testing.assert_array_less(np.abs(four.singular_values[:4] - by_points.singular_values[:4]),
                                 four.errors[:4] + by_points.errors[:4])


@pytest.mark.thorough
def test_ten_values_of_a_jump_in_four_directions():
    """sign with one wide direction of four: E[sign sign] is 1 - 2 angle / pi, one matrix a degree of the others.

    Rules of Gauss and Legendre in both angles err by 3e-5 where that has a kink.
    """
    svd = answer("sign", 1.0, 0.1, 0.1, 0.1, rtol=1e-3)
    nodes, weights = np.polynomial.legendre.leggauss(100)
    angle, masses = 0.5 * np.pi * (nodes + 1.0), weights * np.sin(0.5 * np.pi * (nodes + 1.0)) ** 2
    x = np.stack([np.cos(angle), 0.1 * np.sin(angle)])
    x /= np.linalg.norm(x, axis=0)
    cosines, reference = np.cos(angle), []
    along, across = (np.multiply.outer(part, part)[:, :, None] for part in x)
    kernel = 1.0 - 2.0 / np.pi * np.arccos(np.clip(along + across * cosines, -1.0, 1.0))
    for degree in range(4):
        matrix = kernel @ (0.25 * np.pi * weights * np.sin(angle) * eval_legendre(degree, cosines))
        squares = np.linalg.eigvalsh(np.sqrt(masses)[:, None] * matrix * np.sqrt(masses))[-4:]
        reference += np.sqrt(np.maximum(squares, 0.0)).tolist() * (2 * degree + 1)
    assert svd.rank >= 10
    assert svd.errors[:10].max() < 1e-3 * svd.values[0]
    apart = np.abs(svd.singular_values[:10] - np.sort(reference)[::-1][:10])
    np.testing.assert_array_less(apart, svd.errors[:10] + 5e-5)


@pytest.mark.thorough
def test_three_directions_against_sampling():
    """sign(<x, y>) in R^3: values of matrices of 400 rows are where they are predicted to be."""
    svd = answer("sign", 1.0, 0.5, 0.4, rtol=1e-3)
    assert svd.converged
    check = opsvd.crosscheck(elementwise(np.sign, 3, (0.0,)), 400, stretched(1.0, 0.5, 0.4), Gaussian.standard(3),
                             svd=svd, trials=8, rng=0)
    assert np.abs(check.z[0, :3]).max() < 5.0


def test_black_boxes_are_recognised():
    """tanh(<x, y>) with correlated coordinates on both sides has the values of its diagonal form."""
    mu = Gaussian(np.zeros(2), [[1.0, 0.3], [0.3, 0.5]])
    nu = Gaussian(np.zeros(2), [[0.7, -0.2], [-0.2, 1.0]])
    svd = decompose(lambda x, y: np.tanh(np.sum(x * y, axis=-1)), mu, nu, rtol=1e-6)
    assert "seen to be phi(<x, y>)" in svd.method
    d = np.sqrt(np.linalg.eigvals(mu.cov @ nu.cov))
    known = decompose(elementwise(np.tanh, 2), stretched(*d), Gaussian.standard(2), rtol=1e-6)
    np.testing.assert_allclose(svd.singular_values[:6], known.singular_values[:6], atol=1e-7)
    assert abs(svd(np.array([0.3, 0.4]), np.array([-1.0, 0.2])) - np.tanh(-0.22)) < 1e-2


def test_black_boxes_of_other_forms_are_recognised():
    """tanh(<x, M y>) under round Gaussians has the values of phi(<x, y>) with the singular values of M."""
    matrix = np.array([[1.0, 0.3], [-0.2, 0.5], [0.1, 0.0]])
    svd = decompose(lambda x, y: np.tanh(np.einsum("...p,pq,...q->...", x, matrix, y)), Gaussian.standard(3),
                    Gaussian.standard(2), rtol=1e-4)
    assert "seen to be phi(<x, M y>)" in svd.method
    known = decompose(elementwise(np.tanh, 2), stretched(*np.linalg.svd(matrix)[1]), Gaussian.standard(2), rtol=1e-4)
    np.testing.assert_allclose(svd.singular_values[:4], known.singular_values[:4], atol=1e-5)
    x, y = np.array([0.3, 0.4, -0.2]), np.array([-1.0, 0.2])
    assert abs(svd(x, y) - np.tanh(x @ matrix @ y)) < 3e-2


@pytest.mark.thorough
def test_the_result_is_used_like_any_other(tmp_path):
    """Saved and loaded, predicted from, and checked by sampling."""
    svd = answer("tanh", 1.0, 0.5, rtol=1e-4)
    svd.save(tmp_path / "svd.npz")
    loaded = opsvd.load(tmp_path / "svd.npz")
    x = np.random.default_rng(0).standard_normal((5, 2))
    np.testing.assert_array_equal(loaded.left(x), svd.left(x))
    prediction = svd.predict(1000)
    assert np.abs(prediction.mean[:3] / svd.singular_values[:3] - 1.0).max() < 0.05


def test_the_zero_kernel_has_no_values():
    """Nor is that an error."""
    svd = decompose(elementwise(lambda z: 0.0 * z, 2), stretched(1.0, 0.5), Gaussian.standard(2), method="polar")
    assert svd.rank == 0
    assert svd.converged


def test_refusals_say_why():
    """Numbers, other kernels, other measures, more directions than are affordable, and one that hardly matters."""
    two, three, five = (Gaussian.standard(k) for k in (2, 3, 5))
    for arguments, message in [
            ((lambda x, y: np.tanh(x * y),), "takes kernels of vectors"),
            ((lambda x, y: np.sum(x + y, axis=-1), two, two), "takes functions of <x, y>"),
            ((elementwise(np.tanh, 2), Gaussian(np.ones(2), 1.0), two), "of mean zero"),
            ((elementwise(np.tanh, 5), stretched(5, 4, 3, 2, 1), five), "they use 5"),
            ((elementwise(np.tanh, 3), stretched(1, 1, 1e-4), three), "ratios up to 40")]:
        with pytest.raises(ValueError, match=message):
            decompose(*arguments, method="polar")


@pytest.mark.thorough
def test_a_short_budget_gives_wide_bars_that_hold():
    """With a tenth of the values that the tolerance takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        svd = decompose(elementwise(PHI["clip"][0], 2, (-1.0, 1.0)),
                        stretched(1.0, 0.5), Gaussian.standard(2), max_evaluations=600_000)
    reference = answer("clip", 1.0, 0.5)
    count = min(svd.rank, reference.rank)
    assert count >= 1
    np.testing.assert_array_less(np.abs(svd.singular_values[:count] - reference.singular_values[:count]),
                                 svd.errors[:count] + reference.errors[:count])


def test_the_method_names_itself():
    """Its call makes it."""
    assert repr(Polar()) == "Polar()"
