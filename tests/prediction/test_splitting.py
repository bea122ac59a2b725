"""What sampling makes of equal values, and the functionals of `predict`: against simulation."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import opsvd
from opsvd.prediction.finite_size import predict

TRIALS = 300
KERNELS = {
    "relu": lambda x, y: np.maximum(x * y, 0.0),
    "pair": lambda x, y: x * y + 0.495 * (x * x - 1.0) * (y * y - 1.0),
    "tanh": lambda x, y: np.tanh(x * y),
}


@pytest.fixture(scope="module", params=KERNELS)
def compared(request):
    """The decomposition of a kernel, a prediction at 240 x 160, and what was sampled there."""
    h = KERNELS[request.param]
    svd = opsvd.decompose(h)
    return request.param, svd.predict(240, 160), opsvd.monte_carlo(h, 240, m=160, trials=TRIALS, rank=4, rng=2)


@pytest.mark.thorough
def test_multiplets(compared):
    """Mean and spread of the ordered values: of two equal ones, of 1 and 0.99, and none where values are apart."""
    name, prediction, sampled = compared
    assert [group.indices.tolist() for group in prediction.multiplets] == ([] if name == "tanh" else [[0, 1]])
    for group in prediction.multiplets:
        s = sampled.singular_values[:, group.indices]
        assert (np.abs(s.mean(axis=0) - group.mean) < 4.0 * s.std(axis=0) / np.sqrt(TRIALS) + group.error).all()
        assert_allclose(s.std(axis=0), group.std, rtol=0.25)
        total = s.sum(axis=1)
        assert abs(total.mean() - group.total) < 4.0 * total.std() / np.sqrt(TRIALS)
        assert_allclose(total.std(), group.total_std, rtol=0.15)
        # Treated as if sampling did not split them, the first would be off by many standard errors.
        assert s[:, 0].mean() - prediction.mean[0] > 8.0 * s[:, 0].std() / np.sqrt(TRIALS)
    assert ("predicted as a multiplet" in prediction.statement) == (name != "tanh")


@pytest.mark.thorough
def test_nuclear_norm_and_effective_rank(compared):
    """Mean within noise and stated error, standard deviation within a quarter where the first order does not vanish."""
    name, prediction, sampled = compared
    for found, functional in ((sampled.nuclear_norm(), prediction.nuclear),
                              (sampled.effective_rank(), prediction.effective_rank)):
        assert functional.valid
        assert abs(found.mean() - functional.mean) < 4.0 * found.std() / np.sqrt(TRIALS) + functional.error
        assert 0.5 < found.std() / functional.std < 1.6
    assert prediction.nuclear.bias < 0.0
    if name == "tanh":
        assert_allclose(sampled.effective_rank().std(), prediction.effective_rank.std, rtol=0.15)


def test_covariance():
    """Leading values of tanh(xy) among each other, and variances on the diagonal."""
    svd = opsvd.decompose(KERNELS["tanh"])
    prediction = svd.predict(200)
    sampled = opsvd.monte_carlo(KERNELS["tanh"], 200, trials=200, rank=2, rng=5).singular_values
    found = np.cov(sampled, rowvar=False)
    assert_allclose(np.sqrt(np.diag(prediction.covariance))[:2], prediction.std[:2], rtol=0.01)
    assert abs(found[0, 1] - prediction.covariance[0, 1]) < 4.0 * np.sqrt(found[0, 0] * found[1, 1] / 200.0)


def test_the_statement():
    """It says at which sizes, for which values, and whether the effective rank is predicted."""
    svd = opsvd.decompose(lambda x, y: np.sin(x * y))
    small, large = svd.predict(30).statement, svd.predict(10_000).statement
    assert small.startswith("at 30 x 30, the expansion holds for")
    assert small.endswith("that of the effective rank does not hold")
    assert "s_1, s_2, s_3, s_4" in large


def test_without_values_or_with_a_divergent_sum():
    """No values, no effective rank; where the nuclear norm is infinite it is never said to be valid."""
    assert predict([], np.zeros((0, 0)), np.zeros((0, 0)), 10).effective_rank.valid
    diverging = predict([1.0], [[3.0]], [[3.0]], 10, beyond=(np.inf, 0.1))
    assert not diverging.effective_rank.valid
    assert diverging.effective_rank.error == np.inf
