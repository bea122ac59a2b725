"""Quasi-random points: honest bars on kernels with known spectra, functions, and where it ends."""

import math
from itertools import islice

import numpy as np
import pytest
from quiet import quietly
from scipy.special import ndtri

import opsvd
from opsvd import ConvergenceWarning, Gaussian, KernelError, QuasiRandom, elementwise, exact
from opsvd.kernels import Kernel
from opsvd.measures import GaussianVector
from opsvd.methods.quasi_random import quasi_random_points
from opsvd.operator.problem import Problem

FIVE, SIX = Gaussian.standard(5), Gaussian.standard(6)
SCALES = np.array([1.0, 0.8, 0.6, 0.4, 0.3, 0.2])
STEP = 2.0 / ((2.0 * np.arange(1, 400) - 1.0) * np.pi)


def products(scalars):
    """All products of values of several scalar kernels, nonincreasing."""
    values = np.ones(1)
    for scalar in scalars:
        values = np.sort(np.outer(values, scalar).ravel())[::-1][:2000]
    return values


def of_inner(phi, k, kinks=()):
    """A kernel phi(<x, y>) that hides what it is, and its values by sectors."""
    mu = Gaussian.standard(k)
    return (lambda x, y: phi(np.einsum("...k,...k->...", x, y)), mu, mu,
            opsvd.decompose(elementwise(phi, k, kinks), rtol=1e-5).singular_values)


def scalar(h, mean=0.0):
    """Values of a kernel of two numbers."""
    return opsvd.decompose(h, Gaussian(mean), Gaussian(mean), rtol=1e-8).singular_values


def exp_of(c):
    """exp(c <x, y>), one number or one for each coordinate."""
    return lambda x, y: np.exp(np.einsum("...k,...k->...", x * c, y))


PROBLEMS = {
    "exp": lambda: (exp_of(0.2), SIX, SIX, products([exact.exp_product(0.2, 30)] * 6)),
    "exp, scales": lambda: (exp_of(0.3 * SCALES), SIX, SIX, products([exact.exp_product(0.3 * c, 30) for c in SCALES])),
    "exp, mean": lambda: (exp_of(0.15), GaussianVector(np.full(6, 0.1)), GaussianVector(np.full(6, 0.1)),
                          products([scalar(lambda x, y: np.exp(0.15 * x * y), 0.1)] * 6)),
    "exp, heavy": lambda: (exp_of(0.45), Gaussian.standard(2), Gaussian.standard(2),
                           products([exact.exp_product(0.45, 60)] * 2)),
    "cos, scales": lambda: (lambda x, y: np.prod(np.cos(SCALES * x * y), axis=-1), SIX, SIX,
                            products([exact.cos_product(c, 30) for c in SCALES])),
    "1 + tanh / 2": lambda: (lambda x, y: np.prod(1.0 + 0.5 * np.tanh(x * y), axis=-1), FIVE, FIVE,
                             products([scalar(lambda x, y: 1.0 + 0.5 * np.tanh(x * y))] * 5)),
    "sum of sines": lambda: (lambda x, y: np.sum(np.sin(x * y), axis=-1), SIX, SIX,
                             np.repeat(exact.sin_product(1, 30), 6)),
    "squared exponential": lambda: (lambda x, y: np.exp(-0.5 * np.sum((SCALES * (x - y)) ** 2, axis=-1)), SIX, SIX,
                                    products([scalar(lambda x, y, c=c: np.exp(-0.5 * (c * (x - y)) ** 2))
                                              for c in SCALES])),
    "orthant": lambda: (lambda x, y: np.all(x > y, axis=-1), FIVE, FIVE, products([STEP] * 5)),
    "half-space": lambda: (lambda x, y: x.sum(axis=-1) > y.sum(axis=-1), FIVE, FIVE, STEP),
    "R x R^5": lambda: (lambda x, y: np.exp(0.3 * x * y.sum(axis=-1) / np.sqrt(5.0)), Gaussian(), FIVE,
                        exact.exp_product(0.3, 30)),
    "tanh": lambda: of_inner(lambda z: np.tanh(z / np.sqrt(8.0)), 8),
    "tanh, k = 50": lambda: of_inner(np.tanh, 50),
    "sign": lambda: of_inner(np.sign, 5, [0]),
    "relu": lambda: of_inner(lambda z: np.maximum(z, 0.0), 5, [0]),
    "rank three": lambda: (lambda x, y: x[..., 0] * y[..., 1] + 0.5 * x[..., 1] * x[..., 2] * y[..., 3] * y[..., 4]
                           + 0.1 * x[..., 5], SIX, SIX, np.array([1.0, 0.5, 0.1])),
}


def sampled(h, mu_x, mu_y, evaluations=12_000_000, rtol=1e-10):
    """The answer from quasi-random points, within a budget that ends it at 1024 a side or fewer."""
    return quietly(h, mu_x, mu_y, rtol=rtol, method="quasi-random", max_evaluations=evaluations,
                   max_seconds=1e6)


# One of each kind: products, sums, jumps, few directions, functions of <x, y>.
QUICK = {"exp, scales", "exp, heavy", "sum of sines", "orthant", "R x R^5", "tanh, k = 50", "sign", "rank three"}


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.thorough)
                                  for name in PROBLEMS])
def test_bars_are_honest(name):
    """Every value given lies within its bar of the known one, sorted values against sorted values; so does the norm."""
    h, mu_x, mu_y, values = PROBLEMS[name]()
    svd = sampled(h, mu_x, mu_y, 3_000_000)
    expected = np.append(values, np.zeros(60))[:svd.rank]
    assert (np.abs(svd.values - expected) <= svd.errors).all()
    assert (svd.errors < 0.5 * svd.values).all()
    assert "max_evaluations" in svd.status
    if name not in {"exp, heavy", "tanh, k = 50"}:
        assert svd.rank >= 1
        assert svd.errors[0] < 0.2 * svd.values[0]


@pytest.mark.thorough
def test_more_points_are_better():
    """From 512 to 1024 points a side, the bar of a smooth kernel's largest value falls."""
    h, mu_x, mu_y, values = PROBLEMS["squared exponential"]()
    coarse, fine = (sampled(h, mu_x, mu_y, budget) for budget in (3_000_000, 12_000_000))
    assert fine.errors[0] < coarse.errors[0]
    assert abs(fine.norm - np.linalg.norm(values)) <= fine.norm.error
    assert "1024 quasi-random points" in fine.method


@pytest.mark.thorough
def test_products_of_jumps_and_kinks_in_three_coordinates():
    """Far down the spectrum of a product of three kernels, values from few points are too small, then too large."""
    def h(x, y):
        far = np.abs(x - y - np.array([0.0, 0.0, 0.49]))
        return np.exp(-far[..., 0]) * (x[..., 1] > y[..., 1]) * far[..., 2]

    z = ndtri((np.arange(1200) + 0.5) / 1200)
    factors = [np.linalg.svd(f(z[:, None], z[None] + 1e-9) / 1200, compute_uv=False)[:40] for f in (
        lambda x, y: np.exp(-np.abs(x - y)), lambda x, y: 1.0 * (x > y), lambda x, y: np.abs(x - y - 0.49))]
    expected = np.sort(np.einsum("i,j,k->ijk", *factors).ravel())[::-1]
    problem = Problem(Kernel(h, dims=(3, 3)), Gaussian.standard(3), Gaussian.standard(3))
    for discretisation in islice(QuasiRandom().discretisations(problem), 3):    # 256, 512 and 1024 points
        evidence = discretisation.evidence(discretisation.system)
        values, bars = evidence.values, evidence.bars()
        clear = values > 3.0 * bars
        assert (np.abs(values - expected[:len(values)]) <= bars + 1e-4 * values)[clear].all()


@pytest.mark.thorough
def test_five_directions_with_five(tmp_path):
    """tanh of all five coordinates with weights: functions, prediction, cross-check, and what limits it."""
    weights = np.arange(1.0, 6.0)

    def h(x, y):
        return np.tanh(np.sum(weights * x * y, axis=-1))

    with pytest.warns(ConvergenceWarning, match="quasi-random points a side leave open, and fall like one over"):
        svd = opsvd.decompose(h, FIVE, FIVE, rtol=1e-3, max_evaluations=12_000_000)
    assert svd.rank >= 5
    assert svd.evaluations < 12_000_000
    x = np.random.default_rng(0).standard_normal((4000, 5))
    f = svd.left(x)[:, :3]
    np.testing.assert_allclose(f.T @ f / len(x), np.eye(3), atol=0.1)
    assert np.sqrt(np.mean((svd(x[:500], x[500:1000]) - h(x[:500], x[500:1000])) ** 2)) < 1.5 * svd.tail
    assert opsvd.crosscheck(h, (200, 400), FIVE, FIVE, trials=8, rng=0, svd=svd).agrees
    svd.truncate(3).save(tmp_path / "svd.npz")
    np.testing.assert_allclose(opsvd.load(tmp_path / "svd.npz", h).left(x[:5]), svd.left(x[:5])[:, :3], rtol=1e-12)
    with pytest.raises(ValueError, match=r"give it back with opsvd\.load"):
        opsvd.load(tmp_path / "svd.npz").left(x)


def test_one_coordinate_with_six():
    """h: R x R^6 that takes all of y together: a tolerance that points meet is met without a warning."""
    svd = opsvd.decompose(lambda x, y: np.cos(x) * np.exp(-np.abs(y).max(axis=-1)), Gaussian(), SIX, rtol=0.05)
    assert svd.converged
    assert svd.values[0] == pytest.approx(np.sqrt(0.5 * (1.0 + np.exp(-2.0))) * np.sqrt(0.049), rel=0.3)
    assert svd.left(np.zeros(3)).shape == (3, svd.rank)


def test_a_kernel_that_is_not_seen_is_not_zero():
    """A bump in a corner of R^6 that no point hits: no value, and no claim that there is none."""
    svd = sampled(lambda x, y: np.all(x > 2.0, axis=-1) & np.all(y > 2.0, axis=-1), SIX, SIX, 1_000_000)
    assert (svd.rank, svd.converged) == (0, False)
    assert "h is zero at all points" in svd.status
    assert math.isinf(svd.tail)
    assert math.isinf(svd.norm.error)
    assert math.isinf(svd.nuclear_norm().error)


def test_what_few_points_carry_may_be_more():
    """sign(x_3) times a bump of width 1e-3 in y_1, of which four thousand points meet a few: the norm is in its bar."""
    def h(x, y):
        return np.sign(x[..., 2]) * np.exp(-5e5 * (y[..., 0] + 0.7) ** 2)

    three = Gaussian.standard(3)
    norm = math.sqrt(math.exp(-1e6 * 0.49 / (1.0 + 2e6)) / math.sqrt(1.0 + 2e6))    # E[exp(-1e6 (y + 0.7)^2)]
    svd = sampled(h, three, three, 2_000_000)
    assert abs(svd.norm - norm) <= svd.norm.error
    assert svd.rank > 0 or svd.tail >= norm


def test_points_are_standard_normals():
    """Means and covariances of 1024 points are right to thousandths; beyond Sobol's dimensions points are random."""
    z = quasi_random_points(6, 1024, 0)
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=2e-3)
    np.testing.assert_allclose(z.T @ z / 1024, np.eye(6), atol=0.05)
    assert quasi_random_points(30_000, 4, 0).std() == pytest.approx(1.0, abs=0.02)


def test_what_does_not_fit_is_refused():
    """A million coordinates leave forty points, with a remedy."""
    with pytest.raises(KernelError, match=r"64 points a side fit into memory, but only 32 do: .* take fewer"):
        opsvd.decompose(lambda x, y: np.tanh(x[..., 0] * y[..., -1] + x[..., 1] * y[..., 2] + x.sum(axis=-1)),
                        Gaussian.standard(10**6), Gaussian.standard(10**6), method="quasi-random")
