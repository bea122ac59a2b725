"""Measures that are invariant under rotations: samples, lengths, where kernels may be asked, files, messages."""

import math

import numpy as np
import pytest
from quiet import quietly
from scipy.special import chdtr

import opsvd
from opsvd import Ball, Gaussian, Rotational, Sphere
from opsvd.measures import Atom, Chi, lengths_of
from opsvd.testing import check_measure

STUDENT = Rotational(3, opsvd.Exponential(0.5))
ROUND = [Sphere(2), Sphere(5, 2.0), Sphere(1000), Ball(2), Ball(3, 0.5), Ball(30), STUDENT, Gaussian.standard(4)]


@pytest.mark.parametrize("measure", ROUND, ids=repr)
def test_measures_are_consistent(measure):
    """Samples, points from standard coordinates, and the law of the length."""
    check_measure(measure)


def test_correlated_vectors_are_consistent():
    """A Gaussian that is not round, and one of a singular covariance."""
    check_measure(Gaussian([1.0, 0.0], [[2.0, 1.0], [1.0, 2.0]]))
    check_measure(Gaussian([0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]]))


def test_what_is_not_of_one_law_is_found():
    """Samples of another length, and of other points than the coordinates give."""
    class Wrong(Sphere):
        def sample(self, n, rng):
            return 1.5 * super().sample(n, rng)

    class Shifted(Gaussian.standard(2).__class__):
        def sample(self, n, rng):
            return super().sample(n, rng) + 0.3

    with pytest.raises(AssertionError, match="lengths must be the law"):
        check_measure(Wrong(3))
    with pytest.raises(AssertionError, match=r"lengths must be|sample and unwhiten must be of one measure"):
        check_measure(Shifted([0.0, 0.0]))


def test_points_are_in_the_support():
    """On the sphere to rounding, and never outside of the ball by more."""
    rng = np.random.default_rng(0)
    assert np.allclose(np.linalg.norm(Sphere(4, 3.0).sample(1000, rng), axis=1), 3.0, rtol=1e-15)
    for k in (2, 50):
        z = rng.standard_normal((2000, k)) * 10.0 ** rng.uniform(-3.0, 3.0, (2000, 1))
        assert (np.linalg.norm(Ball(k).unwhiten(z), axis=1) <= 1.0).all()
        assert (np.linalg.norm(Ball(k).sample(2000, rng), axis=1) <= 1.0).all()


@pytest.mark.parametrize("measure", [Sphere(3), Sphere(2, 2.0), Ball(4), STUDENT], ids=repr)
def test_equal_measures_are_equal(measure):
    """By their arguments, with equal hashes, and again from their state."""
    again = type(measure).from_state(measure.state())
    assert again == measure
    assert hash(again) == hash(measure)
    assert measure != Sphere(7)


def test_the_laws_of_lengths():
    """A point, a power of a uniform number, and the chi law."""
    assert isinstance(lengths_of(Sphere(3, 2.0)), Atom)
    ball = lengths_of(Ball(3, 2.0))
    np.testing.assert_allclose(ball.from_uniform(np.array([0.125, 0.5])), [1.0, 2.0 * 0.5 ** (1 / 3)], rtol=1e-14)
    chi = lengths_of(Gaussian(np.zeros(3), 4.0))
    assert isinstance(chi, Chi)
    rule = chi.gauss_rule(20)
    np.testing.assert_allclose(rule.weights @ chi.points(rule.nodes) ** 2, 12.0, rtol=1e-13)
    for k in (2, 1000):
        many = Chi(k, 1.0)
        p = np.array([1e-9, 0.3, 0.999])
        np.testing.assert_allclose(chdtr(k, many.from_uniform(p) ** 2), p, rtol=1e-9)
        samples = many.sample(4000, np.random.default_rng(0)) ** 2
        assert abs(samples.mean() - k) <= 6.0 * math.sqrt(2.0 * k / 4000)
    with pytest.raises(TypeError, match="lengths must be"):
        lengths_of(Gaussian())


def test_the_atom():
    """One point, one polynomial, one node."""
    atom = Atom(2.0)
    assert atom.points(np.array([0.1, 0.9])).tolist() == [2.0, 2.0]
    assert len(atom.gauss_rule(5)) == 1
    assert atom.polynomials(np.array([0.5]), 1).tolist() == [[1.0]]
    with pytest.raises(ValueError, match="n must be at most 1"):
        atom.polynomials(np.array([0.5]), 2)


def test_bad_arguments_are_named():
    """What is wrong, and what to do."""
    with pytest.raises(ValueError, match=r"k must be at least 2, .*, got 1; take a measure on the line"):
        Sphere(1)
    with pytest.raises(ValueError, match="radius must be"):
        Ball(3, -1.0)
    with pytest.raises(ValueError, match=r"lengths must be a measure of numbers that are not negative.*begins at -"):
        Rotational(3, Gaussian())
    with pytest.raises(TypeError, match="lengths must be"):
        Rotational(3, Sphere(3))


def test_kernels_are_asked_on_the_sphere_alone():
    """Probing, sectors, points and files: a kernel that raises elsewhere is decomposed, saved and compared."""
    def h(x, y):
        for points in (x, y):
            if np.abs(np.linalg.norm(points, axis=-1) - 1.0).max() > 1e-12:
                raise AssertionError(f"lengths {np.linalg.norm(points, axis=-1)}")
        return np.exp(np.sum(x * y, axis=-1) + extra * x[..., 0] ** 2)

    for extra, rtol, method in ((0.0, 1e-10, "seen to be"), (1.0, 0.1, "quasi-random")):    # noqa: B007 -- h has it
        svd = opsvd.decompose(h, Sphere(3), Sphere(3), rtol=rtol, max_evaluations=5_000_000)
        assert svd.converged
        assert method in svd.method
        assert svd.left(np.eye(3)).shape == (3, svd.rank)


def test_kernels_are_asked_in_the_ball_alone():
    """A kernel with a root that is no number outside."""
    def h(x, y):
        squares = [np.sum(points**2, axis=-1) for points in (x, y)]
        if max(square.max() for square in squares) > 1.0:
            raise AssertionError(f"outside: {[square.max() - 1.0 for square in squares]}")
        return np.sqrt(1.0 - squares[0]) * (1.0 + np.sum(x * y, axis=-1)) * (1.0 - squares[1])

    svd = quietly(h, Ball(3), Ball(3), rtol=1e-4, max_evaluations=2_000_000)
    # E(1 - r^2) and E(1 - r^2)^2 under 3 r^2 dr, and with r^2 / 3 each for the second.
    np.testing.assert_allclose(svd.values[0], math.sqrt(0.4 * 8.0 / 35.0), atol=svd.errors[0])
    np.testing.assert_allclose(svd.values[1], math.sqrt(6.0 / 35.0 * 8.0 / 105.0) / 3.0, atol=svd.errors[1])


@pytest.mark.parametrize("measures", [(Sphere(3), Sphere(3)), pytest.param(
    (Ball(2), Gaussian.standard(2)), marks=pytest.mark.thorough)], ids=str)
def test_what_is_made_of_a_decomposition(measures, tmp_path):
    """Functions are orthonormal, files hold them, predictions agree with samples, and figures are drawn."""
    kernel = opsvd.elementwise(lambda z: np.maximum(z, 0.0), measures[0].dim)
    whole = opsvd.decompose(kernel, *measures, rtol=1e-6)
    svd = whole.truncate(9)
    for functions, mu in zip((svd.left, svd.right), measures, strict=True):
        x = mu.sample(5_000, np.random.default_rng(0))
        f = functions(x)[:, :4]
        np.testing.assert_allclose(f.T @ f / len(x), np.eye(4), atol=0.1)
    svd.save(tmp_path / "svd.npz")
    loaded = opsvd.load(tmp_path / "svd.npz")
    assert (loaded.mu_x, loaded.mu_y) == measures
    x = measures[0].sample(20, np.random.default_rng(0))
    np.testing.assert_array_equal(loaded.left(x), svd.left(x))
    assert opsvd.crosscheck(kernel, 400, *measures, trials=10, rng=1, svd=whole).agrees
    sampled = opsvd.monte_carlo(kernel, 100, *measures, trials=10, rng=2).effective_rank()
    law = whole.equivalent(100).effective_rank.value
    assert abs(law - np.mean(sampled)) <= 0.1 * law
    assert svd.plot() is not None
