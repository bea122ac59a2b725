"""Kernels and spectra of a size far from one: what is divided out, and what comes back."""

import math

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Gaussian, KernelError
from opsvd.kernels import power_of_two, unit_factor
from opsvd.sampling import ArrayBlocks, RowBlocks
from opsvd.spectrum import Tail, effective_rank, hilbert_schmidt_norm

SIZES = [2.0**-997, 1e-170, 1e-50, 1e50, 1e160, 2.0**960]
PLANE, SPACE = Gaussian.standard(2), Gaussian.standard(3)


def pair(x, y):
    """A 2 by 2 matrix."""
    return np.stack([np.stack([np.exp(0.2 * x * y), x + 0 * y], -1), np.stack([y + 0 * x, x * y], -1)], -2)


KINDS = {
    "numbers": (lambda c: lambda x, y: c * np.tanh(x * y), Gaussian(), 1e-8),
    "jump": (lambda c: lambda x, y: c * (x > y), Gaussian(), 1e-4),
    "elementwise": (lambda c: opsvd.elementwise(lambda z: c * np.tanh(z), 3), SPACE, 1e-4),
    "black box": (lambda c: lambda x, y: c * np.tanh(np.sum(x * y, axis=-1)), SPACE, 1e-4),
    "coordinates": (lambda c: lambda x, y: c * np.exp(-(x[..., 0] - y[..., 0])**2) * x[..., 1], PLANE, 1e-4),
    "points": (lambda c: lambda x, y: c * np.maximum(x[..., 0] * y[..., 1] + x[..., 1]**2 - (x * y**2)[..., 2], 0.0),
               SPACE, 1e-1),
    "blocks": (lambda c: opsvd.blockwise(lambda z: c * (z @ z), 2), Gaussian(), 1e-4),
    "matrices": (lambda c: lambda x, y: c * pair(x, y), Gaussian(), 1e-2),
}


def solved(kind, c):
    """The decomposition of a kernel times c."""
    make, mu, rtol = KINDS[kind]
    return quietly(make(c), mu, mu, rtol=rtol)


@pytest.mark.parametrize("kind", [
    pytest.param(kind, marks=pytest.mark.thorough if kind in {"black box", "elementwise", "points"} else ())
    for kind in KINDS])
def test_a_scaled_kernel_has_scaled_values(kind):
    """The same digits times the size, functions, norms and effective ranks, whatever the kernel is of."""
    plain = solved(kind, 1.0)
    for c in (2.0**-997, 1e-170, 2.0**960) if plain.evaluations < 5_000_000 else (1e-170, 1e160):
        svd = solved(kind, c)
        assert len(svd.values) == len(plain.values)
        assert (np.abs(svd.values / c - plain.values) <= svd.value_errors / c + 1e-14).all()
        np.testing.assert_allclose(svd.value_errors / c, plain.value_errors, rtol=0.1, atol=1e-13)
        for ours, theirs in ((svd.norm, plain.norm), (svd.hilbert_schmidt_norm(), plain.hilbert_schmidt_norm())):
            np.testing.assert_allclose(ours / c, theirs, rtol=1e-5, atol=1e-13)
            np.testing.assert_allclose(ours.error / c, theirs.error, rtol=0.1, atol=1e-13)
        np.testing.assert_allclose(svd.truncate(1).tail / c, plain.truncate(1).tail, rtol=1e-6)
        np.testing.assert_allclose(svd.effective_rank(), plain.effective_rank(), rtol=1e-6)
        assert "in units of" in svd.status
        if kind != "blocks":
            x, y = (svd.mu_x.sample(4, np.random.default_rng(seed)) for seed in (0, 1))
            np.testing.assert_allclose(svd(x, y) / c, plain(x, y), atol=1e-5)


@pytest.mark.parametrize("c", SIZES)
@pytest.mark.parametrize("engine", ["dense", "low-rank", "row-blocks", RowBlocks(dtype="float32"),
                                    ArrayBlocks(library="numpy")])
def test_samples_scale_as_kernels_do(engine, c):
    """Values, their scatter, the norm and the effective rank of sampled matrices."""
    def sampled(size):
        return opsvd.monte_carlo(lambda x, y: size * np.tanh(x * y), 60, trials=3, rng=0, rank=3, engine=engine)

    if isinstance(engine, ArrayBlocks):
        pytest.importorskip("array_api_compat")
    ours, plain = sampled(c), sampled(1.0)
    for name in ("mean", "standard_error", "norms"):
        np.testing.assert_allclose(getattr(ours, name) / c, getattr(plain, name), rtol=1e-5)
    np.testing.assert_allclose(ours.effective_rank(), plain.effective_rank(), rtol=1e-4)
    np.testing.assert_allclose(ours.nuclear_norm() / c, plain.nuclear_norm(), rtol=1e-4)
    assert (ours.effective_rank_likely_error() >= 0.0).all()


def test_a_function_for_another_library_is_scaled_as_h_is():
    """They are compared, and must be of one size."""
    pytest.importorskip("array_api_compat")

    def h(x, y):
        return 1e-170 * np.tanh(x * y)

    engine = ArrayBlocks(library="numpy", function=h)
    sampled = opsvd.monte_carlo(h, 60, rng=0, rank=1, engine=engine)
    assert sampled.mean[0] == pytest.approx(opsvd.monte_carlo(h, 60, rng=0, rank=1).mean[0], rel=1e-9)


def test_results_of_any_size_are_saved(tmp_path):
    """And their functions are extended through the kernel as before."""
    for h in (lambda x, y: 1e-170 * np.tanh(x * y), lambda x, y: 1e200 * (x > y)):
        svd = opsvd.decompose(h, rtol=1e-4)
        svd.save(tmp_path / "svd.npz")
        loaded, x = opsvd.load(tmp_path / "svd.npz", h=h), np.array([0.3, 9.5])
        np.testing.assert_array_equal(loaded.values, svd.values)
        np.testing.assert_allclose(loaded.left(x)[:, 0], svd.left(x)[:, 0], rtol=1e-9)


def test_breaks_do_not_depend_on_the_size():
    """The same points."""
    points, small = (opsvd.break_points(lambda x, y, c=c: c * (x > y)) for c in (1.0, 1e-170))
    np.testing.assert_array_equal(points, small)


def test_what_needs_squares_says_so():
    """Energies of matrices of size 1e-170 are no numbers."""
    svd = opsvd.decompose(lambda x, y: 1e-170 * np.tanh(x * y))
    with pytest.raises(ValueError, match=r"predict needs the squares of singular values, got a norm of 5.27e-171"):
        svd.predict(100)
    spherical = opsvd.decompose(opsvd.elementwise(lambda z: 1e160 * np.tanh(z), 3), rtol=1e-3)
    with pytest.raises(ValueError, match="equivalent needs the squares"):
        spherical.equivalent(100)


def test_a_trace_is_not_scaled():
    """What one or two points see of a narrow kernel of vectors is no size, and not zero."""
    def spike(x, y):
        return np.exp(-60.0 * np.sum((x - 3.0) ** 2, axis=-1) - 60.0 * np.sum(y**2, axis=-1))

    with pytest.raises(KernelError, match="although h is not zero"):
        opsvd.decompose(spike, PLANE, PLANE)
    assert unit_factor(opsvd.Kernel(spike, dims=(2, 2)), PLANE, PLANE) == 1.0


@pytest.mark.parametrize("c", [1e-200, 1e200])
@pytest.mark.parametrize("most", [1000, 2900])
@pytest.mark.parametrize("measure", [Gaussian(), PLANE, opsvd.Discrete([1.0, 2.0], [0.5, 0.5])], ids=str)
def test_kernels_of_any_size_with_few_values(c, most, measure):
    """They are not called zero, and the norm is within its bar."""
    def h(x, y):
        product = x * y if measure.dim == 1 else x[..., 0] * y[..., 1]
        return c * np.tanh(product)

    svd = quietly(h, measure, measure, max_evaluations=most)
    truth = 0.526683914 if measure.dim != 1 or isinstance(measure, Gaussian) else np.sqrt(
        np.mean(np.tanh([1.0, 2.0, 2.0, 4.0]) ** 2))
    assert abs(svd.norm.value / c - truth) <= svd.norm.error / c + 1e-9
    assert svd.norm.error < svd.norm.value
    assert svd.tail / c < 0.8


@pytest.mark.parametrize("c", [1e-200, 1.0, 1e200])
def test_a_matrix_of_which_samples_see_little_is_scaled(c):
    """The identity of 400 atoms, and one entry of 160 000: exact, or an error that says what to do."""
    atoms = opsvd.Discrete(np.arange(400.0), np.full(400, 1.0 / 400.0))
    svd = opsvd.decompose(lambda x, y: c * (x == y), atoms, atoms)
    np.testing.assert_allclose(svd.singular_values / c, np.full(400, 1.0 / 400.0), rtol=1e-13)
    if c != 1.0:
        with pytest.raises(KernelError, match="so that squares are numbers, got"):
            opsvd.decompose(lambda x, y: c * ((x == 17.0) & (y == 23.0)), atoms, atoms)


def test_the_power_of_two():
    """Of sizes far from one; 1 for others, and for zero."""
    assert [power_of_two(size) for size in (0.0, 1.0, 1e-12, 1e12)] == [1.0] * 4
    for size in (5e-324, 1e-300, 1e-20, 1e20, 1.7e308):
        assert 0.5 <= size / power_of_two(size) <= 2.0
        assert math.frexp(power_of_two(size))[0] == 0.5


@pytest.mark.parametrize("c", SIZES)
def test_functionals_of_spectra_of_any_size(c):
    """Effective ranks do not change, and norms are scaled, with their bars and what lies beyond."""
    s, errors = np.array([2.0, 1.0, 0.25]), np.full(3, 1e-6)
    tail = Tail(0.1, 0.2, 0.05, 1.0, least=0.01)
    for kind in ("nuclear", "stable", "entropy"):
        ours, plain = (effective_rank(s * size, kind=kind, errors=errors * size, tail=tail.times(size))
                       for size in (c, 1.0))
        np.testing.assert_allclose([ours, ours.error], [plain, plain.error], rtol=1e-6)
    ours, plain = (hilbert_schmidt_norm(s * size, errors=errors * size, tail=tail.times(size)) for size in (c, 1.0))
    np.testing.assert_allclose([ours / c, ours.error / c], [plain, plain.error], rtol=1e-9)
    longer = tail.times(c).preceded_by(s[1:] * c, errors[1:] * c, 2.0 * c)
    np.testing.assert_allclose(longer.hilbert_schmidt / c, tail.preceded_by(s[1:], errors[1:], 2.0).hilbert_schmidt)
