"""What users hold can be pickled and copied, as multiprocessing does, if their kernel is a module's function."""

import copy
import pickle

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Gaussian


def smooth(x, y):
    """A kernel of numbers."""
    return np.sin(x * y)


def step(x, y):
    """One that breaks."""
    return x > y


def ridges(x, y):
    """One that is a function of x + y with breaks."""
    return np.floor(x + y)


def clipped(z):
    """A function with kinks."""
    return np.clip(z, -1.0, 1.0)


def plane(x, y):
    """A kernel of vectors."""
    return np.cos(x[..., 0] + 0.1 * x[..., 1] * y[..., 0])


def rough(x, y):
    """A kernel of all coordinates together."""
    return np.abs(np.sum(x * y, axis=-1)) + np.sin(np.sum(x, axis=-1) + 0.3 * np.sum(y * y, axis=-1))


def symmetric(blocks):
    """A map of blocks."""
    return blocks + 0.5 * np.swapaxes(blocks, -1, -2)


def matrices(x, y):
    """A kernel with matrices for values."""
    return np.exp(0.2 * x * y)[..., None, None] * np.eye(2)


def twins(thing):
    """Through every protocol, and copied."""
    yield from (pickle.loads(pickle.dumps(thing, protocol)) for protocol in (2, pickle.HIGHEST_PROTOCOL))  # noqa: S301
    yield copy.copy(thing)
    yield copy.deepcopy(thing)


KERNELS = {
    "function": opsvd.Kernel(smooth),
    "of vectors": opsvd.Kernel(plane, dims=(2, 2)),
    "transposed": opsvd.Kernel(plane, dims=(2, 2)).transposed(),
    "transposed twice": opsvd.Kernel(smooth).transposed().transposed(),
    "elementwise": opsvd.elementwise(clipped, kinks=(-1, 1)),
    "elementwise, a ufunc": opsvd.elementwise(np.tanh, 3),
    "elementwise, of two products": opsvd.elementwise(np.multiply, (3, 2)),
    "elementwise, transposed": opsvd.elementwise(np.tanh, 3).transposed(),
    "matrices": opsvd.MatrixKernel(matrices),
    "matrices, transposed": opsvd.MatrixKernel(matrices).transposed(),
    "formula": opsvd.Kernel(opsvd.parse_kernel("where(x > y, tanh(x*y), 1)")),
    "blocks": opsvd.blockwise(symmetric, 2, 2),
    "entries of blocks": opsvd.elementwise(opsvd.blockwise(np.tanh, 2).entry()),
}


@pytest.mark.parametrize("name", KERNELS)
def test_kernels(name):
    """Every form has the same values, names, dimensions and counts."""
    kernel = KERNELS[name]
    x, y = (np.random.default_rng(side).standard_normal((4, dim))[:, 0 if dim == 1 else slice(None)]
            for side, dim in enumerate(kernel.dims))
    values = kernel.grid(x, y)
    for twin in twins(kernel):
        assert (repr(twin), twin.dims, twin.evaluations) == (repr(kernel), kernel.dims, kernel.evaluations)
        np.testing.assert_array_equal(twin.grid(x, y), values)
    assert opsvd.parse_kernel("x*y").__name__ == "x*y"


RESULTS = {
    "hermite": (smooth, {}),
    "scaled": (opsvd.parse_kernel("exp(0.49*x*y)"), {}),
    "logarithmic": (opsvd.elementwise(clipped, kinks=(-1, 1)), {"rtol": 1e-6}),
    "slices": (step, {"rtol": 1e-6}),
    "ridge": (ridges, {"rtol": 1e-4}),
    "moved": (smooth, {"mu_x": Gaussian(1.0, 0.5), "method": "uniform"}),
    "sectors": (opsvd.elementwise(np.tanh, 5), {"rtol": 1e-2}),
    "polar": (opsvd.elementwise(np.tanh, 2), {"rtol": 1e-3, "mu_x": Gaussian(np.zeros(2), np.diag([1.0, 0.25])),
                                              "mu_y": Gaussian.standard(2)}),
    "plane": (plane, {"rtol": 1e-2, "mu_x": Gaussian(np.zeros(2), 0.5 * np.eye(2) + 0.5),
                      "mu_y": Gaussian.standard(2)}),
    "points": (rough, {"rtol": 0.1, "mu_x": Gaussian.standard(6), "mu_y": Gaussian.standard(6)}),
    "blocks": (opsvd.blockwise(symmetric, 2), {"rtol": 1e-6}),
    "entries of blocks": (opsvd.blockwise(np.tanh, 2), {}),
    "matrices": (matrices, {"rtol": 1e-6}),
}


def points(functions, n):
    """Random points, or blocks of rows."""
    side = getattr(functions, "side", None)
    rows = side.rows if side is not None and side.rows else 1
    drawn = functions.measure.sample(n * rows, np.random.default_rng(0))
    return drawn if rows == 1 else drawn.reshape(n, rows, *drawn.shape[1:])


@pytest.mark.parametrize("name", RESULTS)
def test_results(name, tmp_path):
    """Results of every way, with their functions, prediction, measures, and what `save` writes of them."""
    h, options = RESULTS[name]
    svd = quietly(h, **options)
    x, y = points(svd.left, 5), points(svd.right, 5)
    for twin in twins(svd):
        assert (repr(twin), twin.status, twin.norm, twin.spectrum_tail) == (repr(svd), svd.status, svd.norm,
                                                                            svd.spectrum_tail)
        assert (twin.mu_x, twin.mu_y) == (svd.mu_x, svd.mu_y)
        np.testing.assert_array_equal(twin.left(x), svd.left(x))
        np.testing.assert_array_equal(twin(x, y), svd(x, y))
        twin.save(tmp_path / "twin.npz")
    np.testing.assert_array_equal(opsvd.load(tmp_path / "twin.npz").values, svd.values)
    if svd.mu_x.dim == 1 and svd.left.measure is svd.mu_x and hasattr(svd.left, "extend"):
        far = 11.0 if getattr(svd.left, "side", None) is None else points(svd.left, 1)
        np.testing.assert_array_equal(twin.left(far), svd.left(far))


@pytest.mark.thorough
def test_everything_else_that_is_returned():
    """Predictions, laws, sampled spectra, comparisons, estimates, measures, methods, closed forms."""
    svd = opsvd.decompose(smooth, rtol=1e-6)
    vectors = opsvd.decompose(opsvd.elementwise(np.tanh, 5), rtol=1e-2)
    sampled = opsvd.monte_carlo(smooth, 30, trials=3, rng=0)
    things = [
        svd.predict(100), svd.effective_rank(), svd.nuclear_norm(), svd.decay, svd.spectrum_tail,
        vectors.predict(100), vectors.equivalent(100),
        opsvd.deterministic_equivalent(svd.values, svd.multiplicities, 50),
        sampled, opsvd.monte_carlo_sweep(smooth, [20, 30], trials=2, rng=0), opsvd.sampling_cost(smooth, 100),
        opsvd.crosscheck(smooth, n=(50,), trials=5, rng=0, svd=svd),
        opsvd.check_matrix(opsvd.sample_matrix(smooth, 60, rng=0), svd),
        Gaussian(1.0, 2.0), Gaussian.standard(3), Gaussian([0.0, 1.0], [[1.0, 1.0], [1.0, 1.0]]),
        Gaussian(np.zeros(2), [[2.0, 1.0], [1.0, 2.0]]), Gaussian().gauss_rule(5),
        opsvd.HermiteGalerkin(), opsvd.Ridge(-1.0), opsvd.Panels(), opsvd.ProductIntegration(),
        opsvd.NonFiniteKernelError("h"), opsvd.NotSquareIntegrableError("h"), opsvd.ConvergenceWarning("h"),
    ]
    for thing in things:
        for twin in twins(thing):
            assert type(twin) is type(thing)
            assert repr(twin) == repr(thing)
    for thing in (thing for thing in things if isinstance(thing, opsvd.Measure)):
        assert all(twin == thing and hash(twin) == hash(thing) for twin in twins(thing))
        assert all(twin == thing for twin in twins(thing))


def test_a_lambda_is_the_users_to_name():
    """Python cannot pickle it; a copy of the result, and a file, do without."""
    svd = opsvd.decompose(lambda x, y: np.sin(x * y))
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(svd)
    np.testing.assert_array_equal(copy.deepcopy(svd).left(11.0), svd.left(11.0))
