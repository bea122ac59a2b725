"""Where fourth moments are infinite under a measure, prediction, cross-check and matrix check say so."""

import numpy as np
import pytest

import opsvd
from opsvd import Exponential, Gaussian, LogNormal, StudentT, Uniform

HEAVY = {
    "xy, StudentT(3)": (np.multiply, StudentT(3.0), StudentT(3.0), [True]),
    "xy, StudentT(4)": (np.multiply, StudentT(4.0), StudentT(4.0), [True]),
    "x + y, StudentT(3) and Gaussian": (np.add, StudentT(3.0), Gaussian(), [True, False]),
    "max(x - y, 0), StudentT(3)": (lambda x, y: np.maximum(x - y, 0.0), StudentT(3.0), StudentT(3.0), [True, True]),
    "exp(0.3 x) + y, exponential": (lambda x, y: np.exp(0.3 * x) + y, Exponential(), Uniform(), [True]),
    "xy, LogNormal(0, 2)": (np.multiply, LogNormal(0.0, 2.0), LogNormal(0.0, 2.0), [True]),    # finite, but rare
}
LIGHT = {
    "xy, StudentT(5)": (np.multiply, StudentT(5.0), StudentT(5.0)),
    "tanh(x) tanh(y), StudentT(1)": (lambda x, y: np.tanh(x) * np.tanh(y), StudentT(1.0), StudentT(1.0)),
    "exp(0.2 x) + y, exponential": (lambda x, y: np.exp(0.2 * x) + y, Exponential(), Uniform()),
}


@pytest.mark.parametrize("name", HEAVY)
def test_infinite_moments_are_said(name):
    """No mean is given where none is known, at any n; and nothing of it is compared."""
    h, mu_x, mu_y, unknown = HEAVY[name]
    svd = opsvd.decompose(h, mu_x, mu_y, rtol=1e-6)
    for n in (50, 10**6):
        prediction = svd.predict(n)
        first = prediction.unknown[:len(unknown)]
        assert first.tolist() == unknown
        assert np.isnan(prediction.mean[prediction.unknown]).all()
        assert np.isinf(prediction.std[prediction.unknown]).all()
        assert np.isinf(prediction.error[prediction.unknown]).all()
        assert not prediction.valid[prediction.unknown].any()
        assert not prediction.energy_valid[prediction.unknown].any()
        assert np.isinf([prediction.nuclear.std, prediction.effective_rank.std]).all()
        assert not prediction.nuclear.valid
        assert not prediction.effective_rank.valid
        words = "no value can be predicted, and at no other n" if prediction.unknown.all() else "at any n"
        assert words in prediction.statement
        assert "fourth moments of the singular functions are infinite, or rest on points of probability" \
            in prediction.statement
    check = opsvd.crosscheck(h, (30, 60), mu_x, mu_y, trials=3, rng=0, svd=svd)
    assert np.isnan(check.z[:, 0]).all()
    assert "fourth moments of singular functions are infinite, or not small against it" in str(check)
    if prediction.unknown.all():
        assert not check.agrees
        assert check.verdict.startswith("undecided: sampled values tend to those of the operator, but how near")
        sample = 40.0 * opsvd.sample_matrix(h, 40, mu_x, mu_y, rng=0)
        assert "nothing can be compared" in opsvd.check_matrix(sample, svd).verdict


@pytest.mark.parametrize("name", LIGHT)
def test_finite_moments_are_used(name):
    """The sampled values are where they are predicted, and the verdict is reached."""
    h, mu_x, mu_y = LIGHT[name]
    svd = opsvd.decompose(h, mu_x, mu_y, rtol=1e-6)
    assert not svd.predict(400).unknown.any()
    check = opsvd.crosscheck(h, (200, 400), mu_x, mu_y, trials=10, rng=0, svd=svd)
    assert check.agrees, check.verdict
