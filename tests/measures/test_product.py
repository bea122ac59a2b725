"""Products of measures: points, coordinates, files, messages, and what is made of decompositions under them."""

import numpy as np
import pytest

import opsvd
from opsvd import Circle, Discrete, Gamma, Gaussian, Product, Sphere, Uniform
from opsvd.testing import check_measure

PAIR = Product(Uniform(2.0, 3.0), Gamma(0.5))
MIXED = Product(Sphere(3), Gaussian([1.0, 0.0], [[2.0, 1.0], [1.0, 2.0]]), Gaussian(3.0, 0.5))
COIN = Product(Discrete([0.0, 1.0], [0.3, 0.7]), Product(Circle(), Gaussian()))


@pytest.mark.parametrize("measure", [PAIR, MIXED, COIN], ids=["pair", "mixed", "coin"])
def test_measures_are_consistent(measure):
    """Samples and points from standard coordinates; equality, and again from the state."""
    check_measure(measure)
    again = type(measure).from_state(measure.state())
    assert again == measure
    assert hash(again) == hash(measure)
    assert measure != PAIR or measure is PAIR


def test_coordinates_are_those_of_the_parts():
    """There and back, and none where a part has none."""
    rng = np.random.default_rng(0)
    measure = Product(PAIR, Gaussian([1.0, 0.0], [[2.0, 1.0], [1.0, 2.0]]))
    x = measure.sample(50, rng)
    assert x.shape == (50, 4)
    assert len(measure.lines) == 4
    np.testing.assert_allclose(measure.placed(measure.unplaced(x)), x, rtol=1e-12)
    assert MIXED.lines == ()
    assert (MIXED.dim, MIXED.rank) == (6, 6)
    assert MIXED.everywhere is False
    assert Product(Gaussian(), Gaussian.standard(3)).everywhere
    with pytest.raises(NotImplementedError, match="has no independent coordinates"):
        Sphere(3).placed(np.zeros(3))
    with pytest.raises(NotImplementedError, match="has no independent coordinates"):
        Sphere(3).unplaced(np.zeros(3))


def test_centres_are_points():
    """Medians of numbers, in the units of points, and the scales that go with them."""
    np.testing.assert_allclose(PAIR.center[0], 2.5)
    np.testing.assert_allclose(Product(Gaussian(1.0, 3.0), Gaussian()).scale, [3.0, 1.0])


def test_bad_arguments_are_named():
    """One part is no product, and a part is a measure."""
    with pytest.raises(ValueError, match="measures must be two or more"):
        Product(Gaussian())
    with pytest.raises(TypeError, match=r"measures\[1\] must be"):
        Product(Gaussian(), 3.0)
    with pytest.raises(ValueError, match="z must hold 2 standard coordinates"):
        PAIR.unwhiten(np.zeros(3))


@pytest.mark.thorough
def test_what_is_made_of_a_decomposition(tmp_path):
    """Functions are orthonormal, kernels are summed back, files and predictions hold, sampling agrees."""
    def h(x, y):
        if max(np.abs(points[..., 0]).max() for points in (x, y)) > 1.0:
            raise AssertionError("outside of the interval")
        return np.exp(-np.sum((x - y) ** 2, axis=-1) / 4.0)

    mu = Product(Uniform(-1.0, 1.0), Gaussian(0.0, 0.5))
    svd = opsvd.decompose(h, mu, mu)
    assert svd.converged
    rng = np.random.default_rng(0)
    x, y = mu.sample(40_000, rng), mu.sample(30, rng)
    f = svd.left(x)[:, :4]
    np.testing.assert_allclose(f.T @ f / len(x), np.eye(4), atol=0.05)
    np.testing.assert_allclose(svd(x[:30], y), h(x[:30], y), atol=1e-8)
    svd.save(tmp_path / "svd.npz")
    loaded = opsvd.load(tmp_path / "svd.npz", h=h)
    assert loaded.mu_x == mu
    np.testing.assert_array_equal(loaded.left(y), svd.left(y))
    assert opsvd.crosscheck(h, 100, mu, mu, trials=10, rng=1, svd=svd).agrees
    # The values are products of those in one dimension.
    one = opsvd.decompose(lambda x, y: np.exp(-((x - y) ** 2) / 4.0), Uniform(-1.0, 1.0), Uniform(-1.0, 1.0))
    two = opsvd.decompose(lambda x, y: np.exp(-((x - y) ** 2) / 4.0), Gaussian(0.0, 0.5), Gaussian(0.0, 0.5))
    both = np.sort(np.outer(one.singular_values, two.singular_values).ravel())[::-1]
    np.testing.assert_allclose(svd.singular_values[:6], both[:6], rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", ["tensor", "grid"])
def test_methods_say_what_they_take(method):
    """A part on a sphere has no coordinates for products."""
    with pytest.raises(ValueError, match="takes measures of independent coordinates"):
        opsvd.decompose(lambda x, y: np.sum(x * y, axis=-1), MIXED, MIXED, method=method)
