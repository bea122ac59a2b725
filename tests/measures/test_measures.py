"""Gaussian measures: density, samples, rules, and errors for bad parameters."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from opsvd import Gaussian, GaussianVector, KernelError, Uniform
from opsvd.testing import check_measure


@pytest.mark.parametrize("measure", [Gaussian(), Gaussian(1.5, 0.2), Gaussian(-3.0, 40.0)])
def test_measure_is_consistent(measure):
    """Density, Gauss rule and samples are of one measure."""
    check_measure(measure)


def test_sqrt_density_is_that_of_scipy():
    """The square root of the normal density, with mean and standard deviation."""
    x = np.linspace(-4.0, 6.0, 31)
    np.testing.assert_allclose(Gaussian(1.0, 2.0).sqrt_density(x) ** 2, norm(1.0, 2.0).pdf(x), rtol=1e-13)


def test_rule_has_mean_and_variance():
    """A moved and scaled rule gives the moments of the measure."""
    rule = Gaussian(1.0, 2.0).gauss_rule(1000)
    assert rule.weights @ rule.nodes == pytest.approx(1.0, abs=1e-12)
    assert rule.weights @ rule.nodes**2 == pytest.approx(5.0, abs=1e-11)
    assert len(rule.restricted(rule.nodes > 0.0)) < len(rule) == 1000


def test_samples_are_reproducible():
    """The same generator state gives the same points."""
    first, second = (Gaussian(2.0, 3.0).sample(50, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"std": -1.0}, ValueError, "std must be positive, got -1.0; pass a number greater than zero"),
    ({"std": 0.0}, ValueError, "std must be positive"),
    ({"mean": np.nan}, ValueError, "mean must be finite, got nan"),
    ({"mean": "a"}, TypeError, "mean must be a real number, got 'a'"),
    ({"std": [1.0, 2.0]}, TypeError, "std must be a real number"),
])
def test_bad_parameters_are_named(arguments, error, message):
    """A bad mean or std raises with the argument, the requirement and the value."""
    with pytest.raises(error, match=message):
        Gaussian(**arguments)


def test_bad_counts_are_named():
    """A sample or a rule of no points is refused."""
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        Gaussian().sample(0, np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"n must be an integer, got 2.5"):
        Gaussian().gauss_rule(2.5)


CORRELATED = Gaussian([1.0, -2.0], [[2.0, 0.6], [0.6, 0.5]])


@pytest.mark.parametrize("measure", [CORRELATED, Gaussian.standard(2), GaussianVector([1.0, 0.0], 4.0)])
def test_vectors_have_mean_and_covariance(measure):
    """Samples, the Gauss rule and the density are those of the Gaussian with this mean and covariance."""
    x = measure.sample(20_000, np.random.default_rng(0))
    np.testing.assert_allclose(x.mean(axis=0), measure.mean, atol=0.06)
    np.testing.assert_allclose(np.cov(x.T), measure.cov, atol=0.12)
    rule = measure.gauss_rule(6)
    assert rule.weights @ np.prod(rule.nodes, axis=1) == pytest.approx(measure.cov[0, 1] + np.prod(measure.mean))
    density = multivariate_normal(measure.mean, measure.cov).pdf(x[:9])
    np.testing.assert_allclose(measure.sqrt_density(x[:9]) ** 2, density, rtol=1e-12)


def test_whitening_undoes_itself():
    """Whitened samples are standard, and unwhiten brings them back."""
    x = CORRELATED.sample(20_000, np.random.default_rng(1))
    z = CORRELATED.whiten(x)
    np.testing.assert_allclose(np.cov(z.T), np.eye(2), atol=0.05)
    np.testing.assert_allclose(CORRELATED.unwhiten(z), x, rtol=1e-12)


def test_singular_covariances_are_said_plainly():
    """Samples stay on the flat, there is no density, and both are said."""
    measure = Gaussian(mean=[1.0, 1.0, 0.0], cov=np.diag([1.0, 0.0, 4.0]))
    assert repr(measure) == "GaussianVector(k=3, singular covariance of rank 2)"
    x = measure.sample(7, np.random.default_rng(0))
    assert (x[:, 1] == 1.0).all()
    assert measure.whiten(x).shape == (7, 2)
    np.testing.assert_allclose(measure.unwhiten(measure.whiten(x)), x, atol=1e-14)
    with pytest.raises(ValueError, match="covariance has rank 2 in dimension 3; work with whiten"):
        measure.sqrt_density(x)


def test_standard_gaussians_of_any_dimension():
    """One is the line; a million takes no matrix."""
    assert Gaussian.standard() == Gaussian.standard(1) == Gaussian()
    huge = Gaussian.standard(10**6)
    assert (huge.dim, huge.isotropic_std, repr(huge)) == (10**6, 1.0, "Gaussian.standard(1000000)")
    assert huge.sample(2, np.random.default_rng(0)).shape == (2, 10**6)
    assert Gaussian.standard(2) == Gaussian([0.0, 0.0], np.eye(2)) != CORRELATED
    assert len({Gaussian.standard(2), GaussianVector([0.0, 0.0])}) == 1
    assert CORRELATED.isotropic_std is None


@pytest.mark.parametrize(("mean", "cov", "message"), [
    ([0.0, np.inf], np.eye(2), "mean must be a vector of at least two finite numbers"),
    ([0.0, 0.0], np.eye(3), r"cov must be a matrix of finite numbers, shape \(2, 2\)"),
    ([0.0, 0.0], [[1.0, 0.5], [0.0, 1.0]], "cov must be symmetric"),
    ([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], "cov must be positive semidefinite and not zero, got eigenvalues from -1"),
    ([0.0, 0.0], np.zeros((2, 2)), "positive semidefinite and not zero"),
    ([0.0, 0.0], -1.0, "cov must be positive"),
])
def test_bad_vectors_are_named(mean, cov, message):
    """A mean or covariance that cannot be raises with the requirement."""
    with pytest.raises(ValueError, match=message):
        Gaussian(mean=mean, cov=cov)


def test_tensor_rules_that_would_be_huge_are_refused():
    """Nodes to the power k."""
    with pytest.raises(ValueError, match="at most 10000000 nodes in all, got n = 10 in dimension 8"):
        Gaussian.standard(8).gauss_rule(10)


def test_a_density_must_not_change_its_argument():
    """The nodes of a rule are what it is called with."""
    class Careless(Gaussian):
        def sqrt_density(self, x):
            x -= self.mean
            return np.exp(-0.25 * x * x) / (2.0 * np.pi) ** 0.25

    with pytest.raises(KernelError, match="sqrt_density must not change its arguments"):
        check_measure(Careless())


def test_a_measure_from_a_factor_keeps_it():
    """A covariance with equal eigenvalues has many factors; measures with any of them are equal."""
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    root = turn * np.array([2.0, 2.0, 0.5])
    mu = GaussianVector.of_root(np.ones(3), root)
    np.testing.assert_array_equal(mu.root, root)
    np.testing.assert_allclose(mu.cov, turn @ np.diag([4.0, 4.0, 0.25]) @ turn.T, atol=1e-14)
    with pytest.raises(ValueError, match="read-only"):
        mu.root[0] = 0.0
    again = GaussianVector.of_root(mu.mean, mu.root)
    assert (again, hash(again), again.rank) == (mu, hash(mu), 3)
    assert GaussianVector.of_root(np.zeros(3), 2.0) == Gaussian(np.zeros(3), 4.0) != mu
    assert GaussianVector.of_root(np.zeros(3), root[:, :2]).rank == 2


def test_equal_measures_have_equal_hashes():
    """A mean of minus zero is zero."""
    one, other = Gaussian([0.0, 1.0], 2.0), Gaussian([-0.0, 1.0], 2.0)
    assert (one, hash(one)) == (other, hash(other))


@pytest.mark.parametrize("far", [1e3, -1e4, 1e6])
@pytest.mark.parametrize("n", [24, 112])
def test_gauss_weights_far_from_zero(far, n):
    """Nodes are rounded, to much of their distance near the ends; weights are not those of rounded nodes."""
    rule = Uniform(far, far + 1.0).gauss_rule(n)
    assert abs(rule.weights.sum() - 1.0) < 1e-14
    assert abs(rule.weights @ np.exp(rule.nodes - far) - np.expm1(1.0)) < 1e-16 * max(abs(far), 100.0)
