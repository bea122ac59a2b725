"""Saved results come back the same to the last bit, and do not extrapolate without their kernel."""

from dataclasses import replace

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd import Gaussian, Kernel
from opsvd.bases import LineBasis, PanelBasis, PointBasis
from opsvd.figures import new_figure
from opsvd.operator.singular_functions import SingularFunctions

TURN = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
EQUAL = Gaussian(np.zeros(3), TURN @ np.diag([2.0, 2.0, 0.5]) @ TURN.T)
SHARED = Gaussian(np.ones(3), 0.5 * np.eye(3) + 0.5)
NEARLY_ROUND = Gaussian(np.zeros(2), TURN[:2] @ TURN[:2].T + np.array([[0.0, 1e-17], [1e-17, 0.0]]))
SINGULAR = Gaussian([0.0, 1.0, 2.0], [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def in_all_directions(x, y):
    """A kernel that no rotation leaves alone."""
    return np.exp(0.1 * np.sum(x * y, axis=-1)) * np.cos(x[..., 0])


def in_a_plane(x, y):
    """A kernel of two coordinates a side."""
    return np.tanh(x[..., 0] * y[..., 1] + 0.3 * x[..., 1] * y[..., 0])


def rough(x, y):
    """A kernel of all coordinates together."""
    return np.abs(np.sum(x * y, axis=-1)) + np.sin(np.sum(x, axis=-1) + 0.3 * np.sum(y * y, axis=-1))


def symmetric(blocks):
    """Blocks with their transposes."""
    return blocks + 0.5 * np.swapaxes(blocks, -1, -2)


def matrices(x, y):
    """A kernel with 1 by 2 matrices for values."""
    return np.stack([np.sin(x[..., 0] * y[..., 0]), x[..., 1] * y[..., 1]], axis=-1)[..., None, :]


CASES = {
    "hermite": (lambda x, y: np.sin(x * y), {}),
    "of rank four": (lambda x, y: np.sin(x * y), {"max_rank": 4}),
    "growth": (lambda x, y: np.exp(0.45 * x * y), {}),
    "moved": (lambda x, y: np.tanh(x * y), {"mu_x": Gaussian(0.3, 2.0), "mu_y": Gaussian(-1.0, 0.4)}),
    "breaks": (lambda x, y: x > y, {}),
    "logarithmic": (lambda x, y: np.log(np.abs(x * y)), {}),
    "finite rank": (lambda x, y: np.cos(60.0 * (x - y)), {}),
    "panels": (lambda x, y: np.abs(x - 1.0) + np.abs(y) * x, {"method": "panels"}),
    "uniform": (lambda x, y: np.tanh(x * y), {"method": "uniform", "rtol": 1e-4}),
    "constant": (lambda x, y: 0.0 * x * y + 2.0, {}),
    "zero": (lambda x, y: 0.0 * x * y, {}),
    "formula": (opsvd.parse_kernel("tanh(x*y) + where(x > y, 1, 0)"), {"rtol": 1e-6}),
    "sectors": (opsvd.elementwise(np.tanh, 3), {"rtol": 1e-2, "mu_x": Gaussian(np.zeros(3), 2.0)}),
    "sectors, turned": (opsvd.elementwise(np.tanh, 3), {"rtol": 1e-2, "mu_y": Gaussian(np.zeros(3), TURN @ TURN.T)}),
    "tensor": (in_all_directions, {"rtol": 1e-2, "mu_x": EQUAL, "mu_y": SHARED, "max_evaluations": 200_000}),
    "grid": (in_a_plane, {"rtol": 1e-2, "mu_x": NEARLY_ROUND, "mu_y": Gaussian([1.0, 0.0], [[2.0, 1.0], [1.0, 2.0]])}),
    "flat": (lambda x, y: np.sin(x[..., 0] + 0.3 * y[..., 1] + 0.2 * x[..., 2] * y[..., 0]),
             {"rtol": 1e-4, "mu_x": SINGULAR, "mu_y": Gaussian([0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]])}),
    "mixed": (lambda x, y: np.exp(0.1 * x[..., 0] * y) + x[..., 1],
              {"mu_x": Gaussian(np.zeros(2), [[2.0, 1.0], [1.0, 2.0]])}),
    "points": (rough, {"rtol": 0.1, "mu_x": Gaussian(np.zeros(6), 0.5 * np.eye(6) + 0.5),
                       "mu_y": Gaussian.standard(6)}),
    "blocks": (opsvd.blockwise(symmetric, 2), {"rtol": 1e-6, "mu_x": Gaussian(0.5, 2.0)}),
    "blocks, entry by entry": (opsvd.blockwise(np.tanh, 2), {}),
    "blocks of vectors, entry by entry": (opsvd.blockwise(np.tanh, 2, 2), {"rtol": 1e-4}),
    "matrices": (lambda x, y: np.exp(0.2 * x * y)[..., None, None] * np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 2.0]]),
                 {"max_evaluations": 200_000}),
    "matrices of vectors": (matrices, {"rtol": 1e-2, "mu_x": NEARLY_ROUND, "mu_y": Gaussian.standard(2),
                                       "max_evaluations": 1_000_000}),
}


@pytest.fixture(scope="module", params=[
    pytest.param(name, marks=pytest.mark.thorough) if name == "grid" else name for name in CASES])
def case(request, tmp_path_factory):
    """A kernel, its decomposition, and the file it was saved to."""
    h, options = CASES[request.param]
    svd = quietly(h, **options)
    path = tmp_path_factory.mktemp("saved") / "svd.npz"
    svd.save(path)
    return h, svd, path


def points(functions, n):
    """Random points, or blocks of rows."""
    rng, side = np.random.default_rng(n), getattr(functions, "side", None)
    rows = side.rows if side is not None and side.rows else 1
    drawn = functions.measure.sample(n * rows, rng)
    return drawn if rows == 1 else drawn.reshape(n, rows, *drawn.shape[1:])


def assert_same_functions(again, svd):
    """To the last bit, at one point, a few and many."""
    for n in (1, 7, 150):
        x, y = points(svd.left, n), points(svd.right, n)
        np.testing.assert_array_equal(again.left(x), svd.left(x))
        np.testing.assert_array_equal(again.right(y), svd.right(y))


def assert_same_prediction(again, svd):
    """Every number of it."""
    one, other = again.predict(1000, 300), svd.predict(1000, 300)
    for name in ("mean", "bias", "std", "error", "valid", "energy", "energy_std", "covariance"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.nuclear, one.effective_rank) == (other.nuclear, other.effective_rank)


def test_all_numbers_and_words_come_back(case):
    """Values, bars, counts, norms, status, and the measures with their factors."""
    _, svd, path = case
    again = opsvd.load(path)
    for name in ("values", "multiplicities", "value_errors", "singular_values", "errors", "kernel_values"):
        np.testing.assert_array_equal(getattr(again, name), getattr(svd, name))
    for name in ("norm", "tail", "rtol", "method", "evaluations", "status", "converged", "breaks", "spectrum_tail",
                 "rank", "worst_error"):
        assert getattr(again, name) == getattr(svd, name)
    assert repr(again.decay) == repr(svd.decay)
    assert (again.norm.error, again.norm.note) == (svd.norm.error, svd.norm.note)
    for one, other in ((again.mu_x, svd.mu_x), (again.mu_y, svd.mu_y)):
        assert (one, hash(one), repr(one)) == (other, hash(other), repr(other))
        np.testing.assert_array_equal(getattr(one, "root", 0.0), getattr(other, "root", 0.0))


def test_functions_come_back(case):
    """Without the kernel, where they are known without it."""
    _, svd, path = case
    again = opsvd.load(path)
    if isinstance(svd.left.parts[0].basis, PointBasis):
        for call in (again.left, again.right):
            with pytest.raises(ValueError, match=r"give it back with opsvd\.load\(path, h=h\)"):
                call(points(svd.left, 3))
    else:
        assert_same_functions(again, svd)


def test_functions_come_back_with_the_kernel(case):
    """Everywhere then, and sums of them too."""
    h, svd, path = case
    again = opsvd.load(path, h)
    assert_same_functions(again, svd)
    x, y = points(svd.left, 9), points(svd.right, 9)
    np.testing.assert_array_equal(again(x, y), svd(x, y))
    if isinstance(svd.left.parts[0].basis, LineBasis):
        far = svd.mu_x.center + svd.mu_x.scale * np.array([-30.0, -12.0, -9.3, 0.0, 9.3, 12.0, 30.0])
        np.testing.assert_array_equal(again.left(far), svd.left(far))
        np.testing.assert_array_equal(again.left.extend(far), svd.left.extend(far))


def test_prediction_comes_back(case):
    """It needs no kernel, as it asks for no functions far out."""
    _, svd, path = case
    assert_same_prediction(opsvd.load(path), svd)


def test_truncated_results_come_back(case, tmp_path):
    """A part of the columns is written, and read, like all of them."""
    h, svd, _ = case
    if svd.rank < 2:
        pytest.skip("nothing to cut off")
    two, path = svd.truncate(2), tmp_path / "two.npz"
    two.save(path)
    assert_same_functions(opsvd.load(path, h), two)
    assert_same_prediction(opsvd.load(path), two)
    assert path.stat().st_size < case[2].stat().st_size + 1000


def test_a_loaded_result_can_be_saved_again(case, tmp_path):
    """Nothing is lost on the way, though there is no kernel any more: the same arrays stand in both files."""
    _, _, path = case
    opsvd.load(path).save(tmp_path / "again.npz")
    with np.load(path) as one, np.load(tmp_path / "again.npz") as other:
        assert one.files == other.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


def test_the_law_of_whole_spectra_comes_back(tmp_path):
    """It rests on radial functions alone."""
    svd = opsvd.decompose(opsvd.elementwise(np.sign, 64, kinks=[0]), rtol=1e-2)
    svd.save(tmp_path / "svd.npz")
    assert opsvd.load(tmp_path / "svd.npz").equivalent(4096).effective_rank == svd.equivalent(4096).effective_rank


def test_another_kernel_is_refused(case):
    """Values of h are held against those of the kernel that was decomposed."""
    h, _, path = case
    if isinstance(h, opsvd.BlockKernel):
        others = [opsvd.blockwise(lambda z: h.phi(z) * (1.0 + 1e-6), h.b, h.k)]
    else:
        others = [lambda x, y: h(x, y) + 1e-5, lambda x, y: 1.0 + np.cos(h(x, y))]
    for other in others:
        with pytest.raises(ValueError, match=r"h must be the kernel of the saved result, but .* leave h out"):
            opsvd.load(path, other)


def test_other_values_are_shown_and_other_forms_refused(tmp_path):
    """The point and both values; matrices in place of numbers; what is no kernel at all."""
    path = tmp_path / "svd.npz"
    opsvd.decompose(lambda x, y: np.sin(x * y)).save(path)
    with pytest.raises(ValueError, match=r"but at x = \S+, y = \S+ it returned \S+, and there it was \S+; pass that"):
        opsvd.load(path, h=lambda x, y: np.sin(x + y))
    with pytest.raises(ValueError, match="its values are of another shape"):
        opsvd.load(path, h=lambda x, y: np.sin(x * y)[..., None, None] * np.eye(2))
    with pytest.raises(TypeError, match="h must be callable"):
        opsvd.load(path, h=3)
    same = opsvd.load(path, h=lambda x, y: (1.0 + 1e-14) * np.sin(x * y) + 1e-17)    # as another machine may round
    assert same.left.extension is not None


@pytest.mark.parametrize("h", [lambda x, y: np.sin(x * y), lambda x, y: np.exp(0.45 * x * y), lambda x, y: x > y,
                               lambda x, y: np.cos(60.0 * (x - y))], ids=["sin", "growth", "step", "cos60"])
def test_without_the_kernel_nothing_is_extrapolated(tmp_path, h):
    """What is given is right to seven digits of the largest function; elsewhere it is an error that says what to do."""
    svd = opsvd.decompose(h)
    svd.save(tmp_path / "svd.npz")
    again = opsvd.load(tmp_path / "svd.npz")
    for x in np.concatenate([np.linspace(-40.0, 40.0, 161), [8.4, 8.6, 13.0]]):
        for one, other in ((again.left, svd.left), (again.right, svd.right)):
            try:
                values = one(x)
            except ValueError as error:
                assert "give the kernel back with opsvd.load(path, h=h)" in str(error)    # noqa: PT017 -- or it is right
                assert abs(x) > 7.5
            else:
                np.testing.assert_array_equal(values, other(x))
    with pytest.raises(ValueError, match=r"x must lie in \[-[78]\.\d+, [78]\.\d+\], where this saved result is known"):
        again(13.0, 0.0)


def test_close_to_zero_functions_are_known_or_refused(tmp_path):
    """In coordinates log|x| a basis ends before zero: where functions are constant there, the constants are saved."""
    for h, known in ((lambda x, y: np.maximum(x * y - 0.5, 0.0), True), (lambda x, y: np.sign(x * y - 0.3), True),
                     (lambda x, y: np.log(np.abs(x * y)), False)):
        svd = opsvd.decompose(h, method="logarithmic", rtol=1e-6)
        svd.save(tmp_path / "svd.npz")
        again = opsvd.load(tmp_path / "svd.npz").truncate(2)
        gap = again.left.parts[0][0].gap
        x = gap * np.array([-0.9, -1e-3, -1e-300, 1e-9, 0.5])
        if known:
            np.testing.assert_allclose(again.left(x), svd.left(x)[:, :2], atol=2e-7)
            opsvd.plot_functions(again, ax=new_figure(4, 4).subplots())
        else:
            with pytest.raises(ValueError, match=r"and not in \(-\S+, \S+\), where this saved result is known"):
                again.left(x)


def test_a_kernel_that_fails_far_out_can_be_saved(tmp_path):
    """Nothing asks for functions there: neither saving nor prediction."""
    def h(x, y):
        if np.abs(x).max() > 9.0 or np.abs(y).max() > 9.0:
            raise RuntimeError("too far out")
        return np.sin(x * y)

    path = tmp_path / "svd.npz"
    svd = opsvd.decompose(lambda x, y: np.sin(x * y))
    svd.extended(Kernel(h)).save(path)
    np.testing.assert_array_equal(opsvd.load(path).left(0.3), svd.left(0.3))
    assert_same_prediction(opsvd.load(path), svd)
    assert_same_prediction(opsvd.load(path, lambda x, y: np.sin(x * y)), svd)


def test_what_a_file_cannot_hold_is_refused_before_it_is_written(tmp_path):
    """A measure or a basis of a user's own."""
    class Mine(PanelBasis):
        pass

    class Other(opsvd.LineMeasure):
        span, center, scale = (-np.inf, np.inf), 0.0, 1.0

        def sqrt_density(self, t):
            return Gaussian().sqrt_density(t)

    svd = opsvd.decompose(lambda x, y: np.sin(x * y), method="panels")
    part = svd.left.parts[0]
    basis = part.basis
    path = tmp_path / "svd.npz"
    mine = replace(svd, left=SingularFunctions((
        part._replace(basis=Mine(basis.measure, basis.edges, basis.order)),)))
    with pytest.raises(TypeError, match=r"in the bases .*FourierBasis, GridBasis, HermiteBasis, .* only, got Mine"):
        mine.save(path)
    other = replace(svd, left=SingularFunctions((
        part._replace(basis=PanelBasis(Other(), basis.edges, basis.order)),)))
    with pytest.raises(TypeError, match=r"a result can be saved under the measures .*Beta, .* only, got Other"):
        other.save(path)
    assert not path.exists()
