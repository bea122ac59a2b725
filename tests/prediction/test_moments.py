"""Fourth moments of singular functions of vectors, and the split of their multiplets."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import gamma

import opsvd
from opsvd.prediction.moments import fourth_moments, mixed_moments

TRIALS = 300


@pytest.fixture(scope="module", params=[(2, 0), (3, 1), (12, 0)], ids=str)
def sector(request):
    """The decomposition of tanh(<x, y>) in R^k, and which radial function is looked at."""
    k, index = request.param
    return opsvd.decompose(opsvd.elementwise(np.tanh, k), rtol=1e-3), index


def test_mixed_moments_of_harmonics(sector):
    """E[f_i f_j f_k f_l] against means over random points; sums over all members are those of the radial functions."""
    svd, index = sector
    counts = svd.left.multiplicities
    moments, first = mixed_moments(svd.left, np.arange(len(counts)), np.array([index])), sum(counts[:index])
    x = svd.mu_x.sample(40_000, np.random.default_rng(0))
    f = svd.left.truncated(index + 1, sum(counts[: index + 1]))(x)[:, first:]
    found = np.einsum("ni,nj,nk,nl->ijkl", *[f[:, :3]] * 4, optimize=True) / len(x)
    assert_allclose(moments[:3, :3, :3, :3], found, atol=0.15)
    assert_allclose(np.einsum("iijj->", moments), counts[index] ** 2 * fourth_moments(svd.left)[0][index, index],
                    rtol=1e-10)


def test_what_is_not_known_of_mixed_moments():
    """Harmonics of high degree in many dimensions, and several radial functions together."""
    svd = opsvd.decompose(opsvd.elementwise(np.tanh, 12), rtol=1e-3)
    owners = np.arange(len(svd.left.multiplicities))
    assert mixed_moments(svd.left, owners, np.array([1])) is None
    assert mixed_moments(svd.left, owners, np.array([0, 1])) is None


@pytest.mark.thorough
def test_a_multiplet_of_vectors_is_split():
    """The three values of tanh(<x, y>) in R^3: mean and spread of the first, second and third largest."""
    n = 200
    svd = opsvd.decompose(opsvd.elementwise(np.tanh, 3), rtol=1e-3)
    prediction = svd.predict(n)
    group = prediction.multiplets[0]
    assert group.indices.tolist() == [0, 1, 2]
    assert "the mean of s_1 to s_3; s_1 to s_3 are predicted as a multiplet" in prediction.statement
    s = opsvd.monte_carlo(opsvd.elementwise(np.tanh, 3), n, trials=TRIALS, rank=3, rng=4).singular_values
    assert (np.abs(s.mean(axis=0) - group.mean) < 4.0 * s.std(axis=0) / np.sqrt(TRIALS) + group.error).all()
    assert_allclose(s.std(axis=0), group.std, rtol=0.2)
    assert_allclose(s.mean(axis=1).std(), prediction.std[0], rtol=0.15)


@pytest.mark.thorough
def test_functions_of_several_coordinates_without_symmetry():
    """A kernel of R^2 without rotations: near-equal values are predicted as a multiplet."""
    h = opsvd.Kernel(lambda x, y: x[..., 0] * y[..., 0] + 0.99 * x[..., 1] * y[..., 1], dims=(2, 2))
    plane = opsvd.Gaussian.standard(2)
    prediction = opsvd.decompose(h, plane, plane, rtol=1e-6).predict(400)
    assert [group.indices.tolist() for group in prediction.multiplets] == [[0, 1]]
    s = opsvd.monte_carlo(h, 400, plane, plane, trials=200, rank=2, rng=4, engine="low-rank").singular_values
    group = prediction.multiplets[0]
    assert (np.abs(s.mean(axis=0) - group.mean) < 4.0 * s.std(axis=0) / np.sqrt(200) + group.error).all()


@pytest.mark.parametrize("c", [0.3, 0.38, 0.45, 0.49])
def test_fourth_moments_of_growing_functions(c):
    """The first function of exp(cxy) is exp(a x^2): its fourth moment is finite below c = sqrt(3) / 4, infinite above.

    In terms of g = sqrt(1/4 - c^2) it is g sqrt(2 / (2 g - 1/2)), from the Gaussian integral of f^4.
    """
    svd, g = opsvd.decompose(lambda x, y: np.exp(c * x * y)), np.sqrt(0.25 - c**2)
    exact = g * np.sqrt(2.0 / (2.0 * g - 0.5)) if g > 0.25 else np.inf
    assert_allclose([fourth_moments(side)[0][0, 0] for side in (svd.left, svd.right)], exact, rtol=1e-4)


@pytest.mark.parametrize("a", [0.1, 0.2, 0.26, 0.3])
def test_fourth_moments_at_a_singular_point(a):
    """|x|^-a y: E f^4 = E|x|^(-4a) / (E|x|^(-2a))^2 is finite below a = 1/4."""
    svd = opsvd.decompose(lambda x, y: np.abs(x) ** -a * y, rtol=1e-5)
    exact = np.inf if a >= 0.25 else np.sqrt(np.pi) * gamma(0.5 - 2.0 * a) / gamma(0.5 - a) ** 2
    assert_allclose(fourth_moments(svd.left)[0][0, 0], exact, rtol=1e-3)
    assert_allclose(fourth_moments(svd.right)[0][0, 0], 3.0, rtol=1e-9)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")    # moments, and not values, are looked at
def test_infinite_moments_of_vectors():
    """In sectors, on grids and at random points: f grows like exp(a x^2), or has a root for a denominator."""
    plane = opsvd.Gaussian.standard(2)
    kernels = [opsvd.elementwise(lambda z: np.exp(0.45 * z), 3),
               opsvd.Kernel(lambda x, y: np.exp(0.45 * x[..., 0] * y[..., 0]) * (1.0 + 0.3 * x[..., 1] * y[..., 1]),
                            dims=(2, 2))]
    for kernel, mu in zip(kernels, (opsvd.Gaussian.standard(3), plane), strict=True):
        prediction = opsvd.decompose(kernel, mu, mu, rtol=1e-4).predict(10**6)
        assert prediction.unknown[0]
        assert not prediction.valid[0]
    light = opsvd.Kernel(lambda x, y: np.cos(x[..., 0] * y[..., 0] + 0.5 * x[..., 1] * y[..., 1] + x[..., 1]),
                         dims=(2, 2))
    assert not opsvd.decompose(light, plane, plane, rtol=1e-3).predict(1000).unknown[0]
