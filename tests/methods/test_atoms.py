"""Discrete measures: singular values, functions and bars of finite matrices, and what takes no atoms."""

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Discrete, Empirical, Gaussian, Uniform, decompose


def samples(n, m, k=1):
    """Two samples of numbers, or of vectors."""
    rng = np.random.default_rng(n)
    return (rng.standard_normal((n, k)), rng.exponential(size=(m, k))) if k > 1 else (
        rng.standard_normal(n), rng.exponential(size=m))


def spectrum(h, x, y):
    """numpy's singular values of h(x_i, y_j) / sqrt(nm)."""
    return np.linalg.svd(h(x[:, None], y[None]) / np.sqrt(len(x) * len(y)), compute_uv=False)


def normalised(z):
    """A map of blocks."""
    return z / np.linalg.norm(z, axis=(-2, -1), keepdims=True)


def only_at(points, h):
    """The kernel h, which raises unless both variables are among given points."""
    def checked(x, y):
        for some, known in zip((x, y), points, strict=True):
            assert np.isin(some, known).all(), "h was called at points of probability zero"
        return h(x, y)
    return checked


@pytest.mark.parametrize("h", [lambda x, y: np.tanh(x * y), lambda x, y: np.exp(-np.abs(x - y)), lambda x, y: x > y,
                               lambda x, y: np.exp(1j * x * y)], ids=["tanh", "kink", "jump", "complex"])
@pytest.mark.parametrize(("n", "m"), [(30, 41), (400, 300), (1, 7)])
def test_samples_have_the_values_of_their_matrix(h, n, m):
    """To 1e-13 of the first, whatever the kernel, with bars at rounding; h is called at the points alone."""
    x, y = samples(n, m)
    svd = decompose(only_at((x, y), h), Empirical(x), Empirical(y), rtol=1e-12)
    exact = spectrum(h, x, y)
    assert svd.converged
    errors = np.abs(svd.singular_values - exact[:svd.rank])
    assert errors.max() <= 1e-13 * exact[0]
    assert (errors <= svd.errors + 1e-15 * exact[0]).all()
    assert svd.errors.max() <= 1e-12 * exact[0]
    assert np.sqrt(np.sum(exact[svd.rank:] ** 2)) <= svd.tail + 1e-15


def test_equal_points_change_nothing():
    """The matrix has equal rows; the measure has one atom for them."""
    x, y = samples(40, 30)
    x = np.concatenate([x, x[:11], x[:3]])
    svd = decompose(lambda x, y: np.cos(x + y * y), Empirical(x), Empirical(y))
    exact = spectrum(lambda x, y: np.cos(x + y * y), x, y)
    np.testing.assert_allclose(svd.singular_values, exact[:svd.rank], rtol=0, atol=1e-13 * exact[0])


def test_probabilities_are_weights():
    """The matrix has the roots of both probabilities."""
    rng = np.random.default_rng(5)
    p, q = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(9))
    x, y = np.arange(6.0), np.arange(9.0)
    svd = decompose(lambda x, y: np.sqrt(x + y), Discrete(x, p), Discrete(y, q))
    exact = np.linalg.svd(np.sqrt(p)[:, None] * np.sqrt(x[:, None] + y) * np.sqrt(q), compute_uv=False)
    np.testing.assert_allclose(svd.singular_values, exact[:svd.rank], rtol=0, atol=1e-13)
    f, g = svd.left(x), svd.right(y)
    np.testing.assert_allclose((f * p[:, None]).T @ f, np.eye(svd.rank), atol=1e-13)
    np.testing.assert_allclose((g * q[:, None]).T @ g, np.eye(svd.rank), atol=1e-13)
    np.testing.assert_allclose(svd(x[:, None], y), np.sqrt(x[:, None] + y), atol=1e-9)


def test_vectors_and_matrices_for_values():
    """Points of any dimension; values stand one below the other."""
    x, y = samples(50, 60, k=3)

    def h(x, y):
        return np.exp(-np.sum((x - y) ** 2, axis=-1))

    svd = decompose(h, Empirical(x), Empirical(y))
    exact = spectrum(h, x, y)
    np.testing.assert_allclose(svd.singular_values, exact[:svd.rank], rtol=0, atol=1e-13 * exact[0])
    np.testing.assert_allclose(svd(x[:, None], y), h(x[:, None], y[None]), atol=1e-8)

    def matrices(x, y):
        return np.stack([np.sin(x[..., 0] * y[..., 1]), np.cos(x[..., 2] - y[..., 0])], axis=-1)[..., None]

    svd = decompose(matrices, Empirical(x), Empirical(y))
    stacked = matrices(x[:, None], y[None])[..., 0].transpose(0, 2, 1).reshape(100, 60) / np.sqrt(3000.0)
    exact = np.linalg.svd(stacked, compute_uv=False)
    np.testing.assert_allclose(svd.singular_values, exact[:svd.rank], rtol=0, atol=1e-13 * exact[0])
    assert svd.left(x[:5]).shape == (5, 2, svd.rank)
    np.testing.assert_allclose(svd(x[3], y[4]), matrices(x[3], y[4]), atol=1e-8)


def test_functions_elsewhere_are_those_of_the_kernel():
    """f = T g / s at points that are no atoms; a loaded result without a kernel refuses them."""
    x, y = samples(20, 25)
    svd = decompose(lambda x, y: np.tanh(x * y), Empirical(x), Empirical(y))
    g = svd.right(y)[:, :3]
    expected = np.tanh(0.3 * y) @ g / len(y) / svd.singular_values[:3]
    np.testing.assert_allclose(svd.left(0.3)[:3], expected, rtol=1e-10)


def test_results_are_saved_to_the_last_bit(tmp_path):
    """Numbers and vectors: values, functions and measures."""
    for k in (1, 2):
        x, y = samples(20, 25, k)
        svd = decompose(opsvd.elementwise(np.tanh, k), Empirical(x), Empirical(y))
        svd.save(tmp_path / "atoms.npz")
        loaded = opsvd.load(tmp_path / "atoms.npz")
        assert (loaded.mu_x, loaded.mu_y, loaded.tail) == (svd.mu_x, svd.mu_y, svd.tail)
        np.testing.assert_array_equal(loaded.left(x), svd.left(x))
        with pytest.raises(ValueError, match=r"must be an atom of Empirical\(20 points .* give the kernel back"):
            loaded.left(x[:1] + 0.123)
        again = opsvd.load(tmp_path / "atoms.npz", opsvd.elementwise(np.tanh, k))
        np.testing.assert_array_equal(again.left(x[:1] + 0.123), svd.left(x[:1] + 0.123))


def test_sums_of_all_values_are_known():
    """Nothing is continued beyond the last value: nuclear norm and effective ranks have bars at rounding."""
    x, y = samples(60, 50)
    svd = decompose(lambda x, y: np.exp(-np.abs(x - y)), Empirical(x), Empirical(y))
    exact = spectrum(lambda x, y: np.exp(-np.abs(x - y)), x, y)
    nuclear = svd.nuclear_norm()
    assert abs(nuclear - exact.sum()) <= nuclear.error <= 1e-10
    assert not nuclear.extrapolated
    rank = svd.effective_rank()
    assert abs(rank - exact.sum() ** 2 / np.sum(exact**2)) <= rank.error <= 1e-8
    shares = exact / exact.sum()
    entropy = svd.effective_rank("entropy")
    assert abs(entropy - np.exp(-np.sum(shares * np.log(shares)))) <= entropy.error <= 1e-6
    few = svd.truncate(5).nuclear_norm()
    assert abs(few - exact.sum()) <= few.error + 1e-12


@pytest.mark.thorough
def test_predictions_hold_for_atoms():
    """The mean and the deviation of the first value of sampled matrices, of numbers and of vectors."""
    law = Discrete([0.0, 1.0, 2.0], [0.2, 0.3, 0.5])
    svd = decompose(lambda x, y: np.tanh(x * y), law, law)
    prediction = svd.predict(200)
    sampled = opsvd.monte_carlo(lambda x, y: np.tanh(x * y), 200, law, law, trials=200, rng=0)
    values = np.array([one.values[0] for one in sampled.matrices])
    assert abs(values.mean() - prediction.mean[0]) <= 5.0 * values.std() / np.sqrt(200.0)
    assert values.std() == pytest.approx(prediction.std[0], rel=0.25)
    x, y = samples(30, 40, k=2)
    check = opsvd.crosscheck(lambda x, y: np.exp(-np.sum((x - y) ** 2, axis=-1)), (400, 500), Empirical(x),
                             Empirical(y), trials=5, rng=0)
    assert check.agrees


def test_what_takes_no_atoms_says_so():
    """Other measures, kernels that are infinite at a pair of atoms, too many entries."""
    x, y = samples(20, 25)
    with pytest.raises(ValueError, match="takes discrete measures, such as"):
        decompose(lambda x, y: x * y, Uniform(), Uniform(), method="atoms")
    with pytest.raises(ValueError, match="takes kernels of points, not of blocks of rows"):
        decompose(opsvd.blockwise(normalised, 2), Empirical(x), Empirical(y))
    with pytest.raises(opsvd.NonFiniteKernelError, match="must be finite"):
        decompose(lambda x, y: np.log(np.abs(x - y)), Empirical(x), Empirical(x))


def test_other_pairs_take_points():
    """Atoms with a Gaussian vector: quasi-random points."""
    x, _ = samples(20, 25, k=2)
    svd = quietly(lambda x, y: np.sum(x * y, axis=-1), Empirical(x), Gaussian.standard(2), max_evaluations=2_000_000)
    exact = np.sqrt(np.linalg.eigvalsh(x.T @ x / 20))[::-1]
    assert "quasi-random" in svd.method
    assert (np.abs(svd.singular_values[:2] - exact) <= svd.errors[:2]).all()


def test_the_zero_kernel_has_no_values():
    """And needs no tolerance."""
    x, y = samples(20, 25)
    svd = decompose(lambda x, y: 0.0 * x * y, Empirical(x), Empirical(y))
    assert (svd.rank, svd.converged, svd.tail) == (0, True, 0.0)


def test_points_far_apart_in_size():
    """Kernels of any size: a power of two is divided out."""
    x, y = samples(20, 25)
    svd = decompose(lambda x, y: 1e200 * np.tanh(x * y), Empirical(x), Empirical(y))
    exact = spectrum(lambda x, y: np.tanh(x * y), x, y)
    np.testing.assert_allclose(svd.singular_values[:5] / 1e200, exact[:5], rtol=1e-11)


@pytest.mark.parametrize(("h", "other"), [(lambda x, y: x > y, Empirical(samples(1500, 1500)[1])),
                                         (lambda x, y: np.tanh(x * y), Gaussian())], ids=["atoms", "a Gaussian"])
def test_a_small_budget_takes_points(h, other):
    """Where all entries are too many and not of low rank, scrambled points give wide bars, which hold."""
    x = samples(1500, 1500)[0]
    svd = quietly(h, Empirical(x), other, max_evaluations=500_000)
    exact = decompose(h, Empirical(x), other).singular_values
    assert svd.rank >= 1
    assert not svd.converged
    assert (np.abs(svd.singular_values - exact[:svd.rank]) <= svd.errors).all()
