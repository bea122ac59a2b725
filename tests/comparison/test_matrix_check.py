"""One matrix against a claim: honest where it is true, and not fooled where it is false."""

import numpy as np
import pytest
from scipy.stats import kstest

import opsvd
from opsvd.comparison.matrix_check import compared

KERNELS = {
    "tanh": lambda x, y: np.tanh(x * y),
    "sin": lambda x, y: np.sin(x * y),
    "relu": lambda x, y: np.maximum(x * y - 1.0, 0.0),
}


@pytest.fixture(scope="module")
def claims():
    """The decompositions of the kernels above."""
    return {name: opsvd.decompose(h, rtol=1e-7) for name, h in KERNELS.items()}


def matrix_of(h, n, m, seed=0):
    """The values h(x_i, y_j)."""
    rng = np.random.default_rng(seed)
    return h(rng.standard_normal((n, 1)), rng.standard_normal((1, m)))


@pytest.mark.thorough
@pytest.mark.parametrize("name", KERNELS)
def test_p_values_are_uniform_under_the_claim(claims, name):
    """Kolmogorov and Smirnov do not reject uniform p-values over 120 true claims, equal values among them."""
    n = 300
    sampled = opsvd.monte_carlo(KERNELS[name], n, trials=120, rank=8, rng=11,
                                engine="dense" if name == "relu" else "low-rank")
    prediction = claims[name].predict(n)
    checks = [compared(one, prediction, claims[name]) for one in sampled.matrices]
    assert len(checks[0].quantities) >= 1
    assert kstest([check.p_value for check in checks], "uniform").pvalue > 1e-3
    assert np.mean([check.p_value < 0.01 for check in checks]) < 0.06


@pytest.mark.parametrize("name", KERNELS)
def test_true_and_false_claims(claims, name):
    """A matrix passes for what it is, and not for another kernel, nor scaled, nor with its entries shuffled."""
    matrix = matrix_of(KERNELS[name], 500, 400)
    true = opsvd.check_matrix(matrix, claims[name])
    assert true.p_value > 1e-3
    assert true.verdict.startswith("the matrix is as claimed")
    assert opsvd.check_matrix(matrix.T, claims[name]).statistic == pytest.approx(true.statistic, rel=0.3)
    other = claims["sin" if name == "tanh" else "tanh"]
    shuffled = np.random.default_rng(0).permutation(matrix.ravel()).reshape(matrix.shape)
    for values, claim in ((matrix, other), (1.5 * matrix, claims[name]), (shuffled, claims[name])):
        false = opsvd.check_matrix(values, claim)
        assert false.p_value < 1e-3
        assert "is not what is claimed" in false.verdict


def test_equal_values_are_compared_by_their_sum(claims):
    """For max(xy - 1, 0) every value stands twice, and their order is random: the quantity is s_1 + s_2."""
    check = opsvd.check_matrix(matrix_of(KERNELS["relu"], 500, 500), claims["relu"])
    assert check.quantities[0] == "s_1 + s_2"
    assert abs(check.z[0]) < 4.0
    assert str(check).splitlines()[1].split()[:3] == ["s_1", "+", "s_2"]
    assert repr(check).startswith("MatrixCheck(500 x 500, the matrix is as claimed")


def test_nothing_to_predict_is_undecided():
    """Where fourth moments drown the prediction, there is no p-value."""
    h = lambda x, y: (x * y) ** 3  # noqa: E731
    check = opsvd.check_matrix(matrix_of(h, 50, 50), opsvd.decompose(h))
    assert np.isnan(check.p_value)
    assert check.verdict.startswith("undecided")


def test_bad_arguments(claims):
    """Every mistake is named."""
    with pytest.raises(ValueError, match="matrix must be a two-dimensional array of finite numbers"):
        opsvd.check_matrix([1.0, 2.0], claims["tanh"])
    with pytest.raises(ValueError, match="rank must be an integer of at least 1"):
        opsvd.check_matrix([[1.0, 2.0]], claims["tanh"], rank=0)
