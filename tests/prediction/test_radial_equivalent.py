"""The law of whole spectra of vectors: against the law for Gaussian rows, simulation, and the second order."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import svdvals

import opsvd
from opsvd import RadialEquivalent, deterministic_equivalent, elementwise


def mean_rank(phi, k, shape, trials):
    """The mean sampled effective rank of phi(<x, y> / sqrt k), and its standard error."""
    ranks = []
    for trial in range(trials):
        rng = np.random.default_rng([trial, k])
        s = svdvals(phi(rng.standard_normal((shape[0], k)) @ rng.standard_normal((k, shape[1])) / np.sqrt(k)))
        ranks.append(s.sum() ** 2 / (s @ s))
    return np.mean(ranks), np.std(ranks, ddof=1) / np.sqrt(trials)


@pytest.mark.parametrize("shape", [(300, 300), (100, 400)])
def test_one_shell_is_the_law_for_gaussian_rows(shape):
    """With a single length on each side, whatever the levels and the noise beyond are."""
    levels, counts, tail = np.array([[[0.1]], [[0.02]]]), np.array([20.0, 500.0]), np.array([[0.3]])
    ones = np.ones(1), np.ones(1)
    law = RadialEquivalent(*shape, 10, levels, counts, ones, tail, 1e9)
    plain = deterministic_equivalent([0.1, 0.02], counts, *shape, tail_energy=0.3)
    assert_allclose(law.nuclear_norm.value, plain.nuclear_norm, rtol=1e-6)
    assert_allclose(law.energy, plain.energy, rtol=1e-12)
    assert law.left_open < 1e-3
    half = RadialEquivalent(*shape, 10, levels, counts, ones, tail, 500.0)
    assert half.nuclear_norm.value == law.nuclear_norm.value
    assert half.left_open > 1.0


@pytest.mark.thorough
@pytest.mark.parametrize(("phi", "kinks", "k", "shape"), [
    (np.tanh, (), 4, (200, 200)), (np.tanh, (), 16, (300, 200)), (lambda z: z * z - 1.0, (), 16, (200, 200)),
    (lambda z: np.maximum(z, 0.0), (0,), 6, (200, 200)), (np.sign, (0,), 20, (200, 200)),
    (lambda z: z**3, (), 3, (200, 150))])
def test_sampled_effective_ranks(phi, kinks, k, shape):
    """Within the stated error, and nearer than one per cent for k = 16 and more; the law for Gaussian rows is not."""
    svd = opsvd.decompose(elementwise(lambda z: phi(z / np.sqrt(k)), k, kinks), rtol=1e-5)
    law = svd.equivalent(*shape)
    found, noise = mean_rank(phi, k, shape, 6)
    assert abs(found - law.effective_rank.value) <= law.effective_rank.error + 3.0 * noise
    if k >= 16:
        assert_allclose(found, law.effective_rank.value, rtol=0.01)
    plain = deterministic_equivalent(svd.values, svd.multiplicities, *shape, tail_energy=svd.tail**2)
    assert plain.effective_rank >= 0.999 * law.effective_rank.value


@pytest.mark.parametrize("n", [10**4, 10**5])
def test_large_samples_are_the_second_order(n):
    """For n large against everything, the nuclear norm is that of `predict`, within its error: in R^3."""
    svd = opsvd.decompose(elementwise(lambda z: z * z - 1.0, 3))
    second, law = svd.predict(n).nuclear, svd.equivalent(n).nuclear_norm.value
    assert second.valid
    assert abs(law - second.mean) <= second.error + 2e-4 * law
    assert abs(law - second.mean) <= 0.2 * abs(second.bias) + 2e-4 * law
    assert "OperatorSVD.equivalent may have its law" in svd.predict(20).statement


@pytest.mark.thorough
def test_a_million_dimensions():
    """Linear functions lose half of k / n of the effective rank of k: here, all but that of independent entries."""
    svd = opsvd.decompose(elementwise(lambda z: z, 10**6))
    assert_allclose(svd.equivalent(1000).effective_rank.value / 1000, (8.0 / (3.0 * np.pi)) ** 2, rtol=2e-3)


def test_what_cannot_be():
    """No vectors, no lengths; the zero kernel has an effective rank of zero."""
    with pytest.raises(TypeError, match="equivalent needs a kernel of vectors that is real and invariant"):
        opsvd.decompose(lambda x, y: x * y).equivalent(10)
    with pytest.raises(ValueError, match="m must be an integer of at least 1"):
        opsvd.decompose(elementwise(np.tanh, 3), rtol=1e-2).equivalent(10, 0)
    zero = opsvd.decompose(elementwise(lambda z: 0.0 * z, 3)).equivalent(10)
    assert (zero.effective_rank.value, zero.nuclear_norm.value) == (0.0, 0.0)
    assert repr(zero).startswith("RadialEquivalent(n=10, m=10, effective rank 0")
