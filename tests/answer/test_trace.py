"""The nuclear norm of semidefinite kernels is the mean of their diagonal; others keep what is known without."""

import math

import numpy as np
import pytest

import opsvd
from opsvd import Circle, Discrete, Gaussian, Kernel, Mixture, Sphere, Uniform
from opsvd.answer.trace import Diagonal
from opsvd.operator.problem import Problem

UNIT = Uniform(0.0, 1.0)
ATOMS = Mixture([Gaussian(), Discrete([0.0, 1.0], [0.5, 0.5])], [0.5, 0.5])


def distance(x, y):
    """|x - y| of vectors."""
    return np.sqrt(np.sum((x - y) ** 2, axis=-1))


def inner(x, y):
    """<x, y>, no larger than one."""
    return np.clip(np.sum(x * y, axis=-1), -1.0, 1.0)


def laplacian(x, y):
    """exp(-|x - y|)."""
    return np.exp(-np.abs(x - y))


def block(length):
    """The integral of exp(-2|x - y|) over a square."""
    return 0.5 * (math.exp(-2.0 * length) - 1.0 + 2.0 * length)


def same_side(x, y):
    """exp(-|x - y|) within [0, 0.3] and within [0.3, 1]: it jumps where its diagonal does not."""
    return ((x > 0.3) == (y > 0.3)) * laplacian(x, y)


# name: (kernel, measure, nuclear norm, E[h^2] or None)
DEFINITE = {
    "min(x, y)": (np.minimum, UNIT, 0.5, 1.0 / 6.0),
    "-min(x, y)": (lambda x, y: -np.minimum(x, y), UNIT, 0.5, 1.0 / 6.0),
    "min(x, y) - xy": (lambda x, y: np.minimum(x, y) - x * y, UNIT, 1.0 / 6.0, 1.0 / 90.0),
    "exp(-|x - y|)": (laplacian, UNIT, 1.0, block(1.0)),
    "a nugget": (lambda x, y: laplacian(x, y) + (x == y), UNIT, 1.0, block(1.0)),
    "0/0 on the diagonal": (lambda x, y: laplacian(x, y) * (x - y) / (x - y), UNIT, 1.0, block(1.0)),
    "scaled": (lambda x, y: 1e-200 * laplacian(x, y), UNIT, 1e-200, None),
    "jumps": (same_side, UNIT, 1.0, block(0.3) + block(0.7)),
    "growing": (lambda x, y: np.exp(0.3 * x * y) * laplacian(x, y), Gaussian(), 0.4**-0.5, None),
    "arccosine, degree 1": (lambda x, y: (np.sqrt(1.0 - inner(x, y) ** 2) + (np.pi - np.arccos(inner(x, y)))
                                          * inner(x, y)) / np.pi, Sphere(3), 1.0, None),
    "geodesic, noise near the diagonal": (lambda x, y: np.exp(-np.arccos(inner(x, y))), Sphere(3), 1.0, None),
}
SLOW = {
    "exp(-|x - y|) on the sphere": (lambda x, y: np.exp(-distance(x, y)), Sphere(3), 1.0, None),
    "complex": (lambda x, y: np.exp(-np.abs(x - y) + 2j * (x - y)), Gaussian(), 1.0, None),
    "fractional": (lambda x, y: 0.5 * (x**0.6 + y**0.6 - np.abs(x - y) ** 0.6), UNIT, 0.625, None),
    "a thin peak": (lambda x, y: laplacian(x, y) + 0.01 * np.maximum(0.0, 1.0 - 1e4 * np.abs(x - y)), UNIT, 1.01, None),
    "a nugget, which counts at atoms": (lambda x, y: laplacian(x, y) + (x == y), ATOMS, 1.5, None),
    "periodic": (lambda x, y: np.exp(-np.arccos(np.cos(x - y))), Circle(), 1.0, None),
}
OTHERS = {
    "x > y": (lambda x, y: np.where(x > y, 1.0, 0.0), UNIT),
    "-|x - y|": (lambda x, y: -np.abs(x - y), UNIT),
    "not symmetric": (lambda x, y: laplacian(x, y) + 1e-6 * x, UNIT),
    "indefinite at high frequencies": (lambda x, y: laplacian(x, y) - 0.51 * laplacian(x, y) ** 2, UNIT),
    "one negative eigenvalue": (lambda x, y: laplacian(x, y) - 1e-3 * np.cos(100.0 * (x - y)), UNIT),
    "a negative direction below a short length": (
        lambda x, y: np.exp(-65.0 * np.abs(x - y)) - 0.015 * np.tanh(x) * np.tanh(y), Gaussian()),
    "no limit on the diagonal": (lambda x, y: -np.log(np.abs(x - y)), UNIT),
    "an infinite diagonal": (lambda x, y: np.abs(x - y) ** -0.3, UNIT),
    "infinite at a point of it": (lambda x, y: np.abs((x - 0.5) * (y - 0.5)) ** -0.2, UNIT),
}


@pytest.mark.parametrize("name", [*DEFINITE, *(pytest.param(name, marks=pytest.mark.thorough) for name in SLOW)])
@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_the_nuclear_norm_is_the_mean_of_the_diagonal(name):
    """Within its bar, which is small; the bound from below holds; and so do those of the effective rank."""
    h, mu, total, energy = (DEFINITE | SLOW)[name]
    svd = opsvd.decompose(h, mu, mu, max_seconds=5.0)
    norm, rank = svd.nuclear_norm(), svd.effective_rank()
    assert abs(norm - total) <= norm.error <= (5e-5 if name in DEFINITE else 2e-3) * total
    assert norm.lower <= total * (1.0 + 1e-12)
    assert norm.extrapolated
    assert "semidefinite at all" in norm.note
    if energy is not None:
        assert abs(rank - total**2 / energy) <= rank.error <= 2e-4 * rank


@pytest.mark.parametrize("name", OTHERS)
def test_the_diagonal_of_kernels_that_do_not_seem_semidefinite_says_nothing(name):
    """They have no trace."""
    h, mu = OTHERS[name]
    assert Diagonal(Problem(Kernel(h), mu, mu)).trace() is None


@pytest.mark.parametrize("h", [lambda x, y: -np.abs(x - y), lambda x, y: laplacian(x, y) + 1e-6 * x])
def test_other_kernels_keep_what_is_known(h):
    """Their sums are continued."""
    svd = opsvd.decompose(h, UNIT, UNIT, rtol=1e-6)
    assert math.isinf(svd.spectrum_tail.total_most)
    assert svd.nuclear_norm().extrapolated
    assert "semidefinite" not in svd.nuclear_norm().note


@pytest.mark.parametrize("seed", range(4))
def test_drawn_kernels_are_told_apart(seed):
    """Sums with a negative part, however small: where no eigenvalue seems negative, what is so is within the bar."""
    rng = np.random.default_rng(seed)
    rates = 10.0 ** rng.uniform(-0.5, 2.0, 3)
    parts = [lambda x, y: np.exp(-rates[0] * np.abs(x - y)), lambda x, y: np.exp(-((rates[1] * (x - y)) ** 2)),
             lambda x, y: np.cos(rates[2] * (x - y)), lambda x, y: np.tanh(x) * np.tanh(y)]
    weights = [1.0, *(10.0 ** rng.uniform(-5.0, 0.0, 3) * rng.choice([-1.0, 1.0], 3))]

    def h(x, y):
        return sum(weight * part(x, y) for weight, part in zip(weights, parts, strict=True))

    x = UNIT.from_uniform((np.arange(900.0) + 0.5) / 900.0)
    eigenvalues = np.linalg.eigvalsh(h(x[:, None], x)) / 900.0
    negative = float(np.abs(eigenvalues[eigenvalues < 0.0]).sum())
    trace = Diagonal(Problem(Kernel(h), UNIT, UNIT)).trace()
    assert trace is not None or negative > 0.0
    assert trace is None or 2.0 * negative <= trace.total.error + 4.0 * trace.hidden + 1e-12


def test_a_diagonal_of_zeros_is_that_of_zero_alone():
    """Values of |x - y| in single precision have no errors on the diagonal."""
    svd = opsvd.decompose(lambda x, y: np.abs(np.asarray(x, np.float32) - np.asarray(y, np.float32)), rtol=1e-6)
    assert "semidefinite" not in svd.nuclear_norm().note


def test_truncated_scaled_and_saved_results_keep_the_sum(tmp_path):
    """It is one number for the whole spectrum; what it is taken from is not in a file."""
    svd = opsvd.decompose(laplacian, UNIT, UNIT)
    svd.save(tmp_path / "laplacian.npz")
    for other in (svd.truncate(2), svd.times(4.0), opsvd.load(tmp_path / "laplacian.npz")):
        unit = other.singular_values[0] / svd.singular_values[0]
        assert abs(other.nuclear_norm() - unit) <= other.nuclear_norm().error <= 5e-5 * unit


def test_the_mean_of_a_diagonal_that_varies_among_vectors():
    """By quasi-random points: x1^2 + x2^2, with variances 1 and 4, is 5 in the mean."""
    mu = Gaussian([0.0, 0.0], np.diag([1.0, 4.0]))
    kernel = Kernel(lambda x, y: np.sum(x * y, axis=-1) * np.exp(-distance(x, y)), dims=(2, 2))
    trace = Diagonal(Problem(kernel, mu, mu)).trace()
    assert abs(trace.total - 5.0) <= trace.total.error <= 0.05
    assert trace.sign == 1.0


def test_it_is_not_sought_in_very_many_dimensions():
    """Twenty points with all of their pairs would not fit memory: in R^(10^6) it took 24 GB."""
    for k in (40, 20_000):
        svd = opsvd.decompose(opsvd.elementwise(lambda z, k=k: np.exp(z / np.sqrt(8.0 * k)), k), rtol=1e-4)
        assert ("by E[h(x, x)]" in svd.nuclear_norm().note) == (k == 40)
