"""Decompositions in quadruple precision, against closed forms and mpmath."""

import sys
from pathlib import Path

import numpy as np
import pytest
from quiet import quietly
from scipy.special import erf

import opsvd
from opsvd._support.quad import EPS_QUAD, as_quad, is_quad, product, quad_type, rounded
from opsvd.kernels import Kernel, QuadKernel
from opsvd.probing.digits import few_digits, rounding_of_values

pytest.importorskip("numpy_quaddtype")
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
TANH = ("0.5231832852512845040001369084", "0.05920325309182734836515833686", "0.01262578417588737155883173714",
        "0.003157971801017101085256255627", "0.0008511208026815374119767741259", "0.000239294271001355681315179071",
        "0.00006916786547886306787993095396", "0.00002043503328334868230983433126",
        "0.000006169379360553670514925715372", "0.000001909984965382081329188758912")
UNIFORM = opsvd.Uniform(-1.0, 1.0)


def exponential(x, y):
    """The kernel exp(2xy/5), with the ratio 1/2."""
    return np.exp(x * y / 5.0 * 2.0)


@pytest.fixture(scope="module")
def svd():
    """Under Gaussians of half the standard deviation the ratio is less, and few nodes are enough."""
    return opsvd.decompose(exponential, opsvd.Gaussian(0.0, 0.5), opsvd.Gaussian(0.0, 0.5), precision="quad")


def exact_values(count):
    """The geometric sequence of exp(xy/10) under standard Gaussians, in quadruple precision."""
    c = as_quad(2.0) / 5.0 / 4.0
    root = np.sqrt(1.0 - 4.0 * c * c)
    ratio, values = 2.0 * c / (1.0 + root), [np.sqrt(2.0 / (1.0 + root))]
    for _ in range(count - 1):
        values.append(values[-1] * ratio)
    return np.array(values)


def test_values_of_a_geometric_spectrum(svd):
    """All down to 1e-30 of the first are within their bars, and these within the default tolerance."""
    assert svd.converged
    assert svd.rtol == 1e-30
    assert is_quad(svd.singular_values)
    exact = exact_values(svd.rank)
    errors = rounded(np.abs(svd.singular_values - exact))
    assert (errors <= svd.errors).all()
    assert float(errors.max()) <= 20.0 * EPS_QUAD
    assert float(svd.singular_values[-1] / svd.singular_values[0]) < 1e-28
    assert svd.decay.kind == "exponential"


def test_functions_have_the_precision_of_points(svd):
    """At points of quadruple precision the sum is h to thirty digits; at others functions are rounded."""
    x, y = as_quad([0.3, -0.7]), as_quad([0.2, 1.1])
    assert float(np.abs(svd(x, y) - exponential(x, y)).max()) <= 1e-29
    assert is_quad(svd.left(x))
    assert svd(0.3, 0.2).dtype == np.float64
    assert np.array_equal(svd.left(rounded(x)), rounded(svd.left(as_quad(rounded(x)))))
    factors = svd.factors(x, y)
    assert float(np.abs(product(factors.U * factors.s, factors.V.T) - exponential(x[:, None], y)).max()) <= 1e-29
    assert svd.factors([0.3], [0.2]).U.dtype == svd.factors([0.3], [0.2]).s.dtype == np.float64


def test_what_is_told_of_a_spectrum_is_in_double_precision(svd):
    """Functionals, predictions, eigenvalues, tables and figures take a result in quadruple precision."""
    ratio = float(svd.singular_values[1] / svd.singular_values[0])
    assert svd.effective_rank().value == pytest.approx((1.0 + ratio) / (1.0 - ratio), rel=1e-14)
    assert opsvd.effective_rank(svd.singular_values).value == pytest.approx((1.0 + ratio) / (1.0 - ratio), rel=1e-14)
    assert svd.predict(100).n == 100
    assert (svd.eigenvalues[:5] > 0.0).all()
    assert isinstance(svd.to_dict()["values"][0], float)
    assert svd.truncate(2).tail == pytest.approx(float(svd.singular_values[2]) / np.sqrt(1.0 - ratio**2), rel=1e-10)
    assert opsvd.decay_law(svd.singular_values).used > 15


def test_files_keep_all_digits(svd, tmp_path):
    """Values and functions are the same to the last bit; a kernel may be given back."""
    svd.save(tmp_path / "quad.npz")
    loaded, whole = (opsvd.load(tmp_path / "quad.npz", h=h) for h in (None, exponential))
    x = as_quad([0.4, -0.1])
    for other in (loaded, whole):
        assert bool(np.all(other.singular_values == svd.singular_values))
        assert bool(np.all(other.left(x) == svd.left(x)))
    assert bool(np.all(whole.left(as_quad([7.5])) == svd.left(as_quad([7.5]))))
    with pytest.raises(ValueError, match="known without its kernel"):
        loaded.left(as_quad([7.5]))


def test_legendre_polynomials_on_an_interval():
    """Of exp(xy) on [-1, 1] values of sixteen digits are those of double precision, and there are twice as many."""
    double, quad = (opsvd.decompose(lambda x, y: np.exp(x * y), UNIFORM, UNIFORM, precision=precision)
                    for precision in ("double", "quad"))
    count = double.rank
    assert rounded(quad.singular_values)[:count] == pytest.approx(double.singular_values, abs=1e-14)
    assert quad.converged
    assert quad.rank > 2 * count - 3


@pytest.mark.thorough
def test_the_logarithmic_grid_takes_a_function_that_has_a_kink_at_zero():
    """Of exp(-|xy|) Gauss rules of finite size have no digits; logarithms have all, at a tolerance of 1e-14."""
    double = opsvd.decompose(lambda x, y: np.exp(-np.abs(x * y)))
    quad = opsvd.decompose(lambda x, y: np.exp(-np.abs(x * y)), precision="quad", rtol=1e-14, max_seconds=60.0)
    assert quad.converged
    assert "logarithm" in quad.method
    few = quietly(lambda x, y: x * y, precision="quad", method=opsvd.Logarithmic(max_nodes=200), rtol=1e-15)
    assert "197 nodes on either side" in few.method
    assert rounded(quad.singular_values)[:double.rank] == pytest.approx(double.singular_values, abs=2e-13)


def test_few_digits_of_h_are_told_and_covered():
    """A kernel that takes its argument through double precision gets bars of that size, and words."""
    svd = quietly(lambda x, y: np.exp((x * y).astype(np.float64)), UNIFORM, UNIFORM, precision="quad")
    assert not svd.converged
    assert "The values of h have some 16 digits only" in svd.status
    fine = opsvd.decompose(lambda x, y: np.exp(x * y), UNIFORM, UNIFORM, precision="quad")
    count = min(svd.rank, fine.rank)
    errors = rounded(np.abs(svd.singular_values[:count] - fine.singular_values[:count]))
    assert 1e-19 < errors.max() < 1e-15
    assert (errors <= svd.errors[:count]).all()


@pytest.mark.parametrize(("h", "digits"), [
    (lambda x, y: np.tanh(x * y), (33.0, 36.0)), (lambda x, y: np.tanh((x * y).astype(np.float64)), (15.5, 18.0)),
    (lambda x, y: np.sin(x * y.astype(np.float32)), (6.5, 10.0)), (lambda x, y: np.exp(x) * y, (33.0, 36.0)),
    (lambda x, y: 1.0 / (3.0 + x * y), (33.0, 36.0))])
def test_digits_of_values(h, digits):
    """How many digits values have is seen from the values."""
    kernel = QuadKernel.of(Kernel(h))
    found = rounding_of_values(kernel, opsvd.Gaussian(), UNIFORM)
    assert digits[0] < -np.log10(found) < digits[1]
    assert bool(few_digits(found)) == (digits[0] < 30.0)


def test_constants_and_jumps_have_no_errors_of_values():
    """Values that do not change along lines are exact."""
    for h in (lambda x, y: 1.0 + 0.0 * x * y, lambda x, y: np.where(x > y, 1.0, 0.0)):
        assert rounding_of_values(QuadKernel.of(Kernel(h)), opsvd.Gaussian(), opsvd.Gaussian()) == 0.0


@pytest.mark.thorough
def test_other_shapes_of_kernels():
    """Zero, a constant, a kernel of one variable, and one that has another size."""
    assert quietly(lambda x, y: 0.0 * x * y, UNIFORM, UNIFORM, precision="quad").rank == 0
    constant = opsvd.decompose(lambda x, y: 2.0, UNIFORM, UNIFORM, precision="quad")
    assert float(constant.singular_values[0]) == pytest.approx(2.0)
    assert opsvd.decompose(lambda x, y: x, UNIFORM, UNIFORM, precision="quad").rank == 1
    large = opsvd.decompose(lambda x, y: 1e60 * (x + y), UNIFORM, UNIFORM, precision="quad")
    # x + y has two values, of which each is the size of the root of E[x^2].
    assert rounded(large.singular_values) == pytest.approx([1e60 / np.sqrt(3.0)] * 2, rel=1e-14)


@pytest.mark.parametrize(("options", "error", "words"), [
    ({"precision": "single"}, ValueError, "precision must be one of 'double', 'quad', got 'single'"),
    ({"method": "panels"}, ValueError, "'auto', 'polynomials', 'hermite', 'logarithmic', got Panels"),
    ({"mu_x": opsvd.StudentT(4)}, ValueError, "takes Gaussian and Uniform measures in quadruple precision"),
    ({"mu_x": UNIFORM, "method": "logarithmic"}, ValueError, "takes Gaussian measures in quadruple precision"),
    ({"mu_x": UNIFORM, "method": "hermite"}, ValueError, "must be Gaussian for Hermite polynomials"),
    ({"h": opsvd.elementwise(np.tanh, 3)}, ValueError, "takes real kernels of numbers in quadruple precision"),
    ({"h": lambda x, y: np.exp(1j * x * y)}, ValueError, "takes real kernels of numbers in quadruple precision"),
    ({"h": lambda x, y: erf(x * y)}, opsvd.KernelError,
     "h failed in quadruple precision")])
def test_what_is_refused(options, error, words):
    """Messages name the argument, what came, and what there is."""
    given = {"h": lambda x, y: x * y, "precision": "quad", **options}
    with pytest.raises(error, match=words):
        opsvd.decompose(given.pop("h"), **given)


def test_the_extra_is_named(monkeypatch):
    """Without numpy-quaddtype the message says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "numpy_quaddtype", None)
    with pytest.raises(ImportError, match=r"pip install 'opsvd\[quad\]'"):
        opsvd.decompose(lambda x, y: x * y, precision="quad")


def test_options_of_methods_are_kept():
    """A degree and a number of nodes are those that were asked for."""
    for method, words in ((opsvd.Polynomials(degree=31), "32 Gauss nodes"),
                          (opsvd.HermiteGalerkin(degree=11, quadrature=21), "22 Gauss nodes")):
        assert words in quietly(lambda x, y: np.exp(x * y / 4.0), precision="quad", method=method).method


def test_a_short_budget_gives_an_answer():
    """If there is no time for an answer in quadruple precision there is a coarse one in double precision."""
    svd = quietly(lambda x, y: np.tanh(x * y), precision="quad", max_evaluations=2000)
    assert not svd.converged
    assert svd.singular_values.dtype == np.float64
    assert abs(svd.singular_values[0] - 0.523183285) <= svd.errors[0]


def test_arrays_that_h_gets_are_of_the_type_of_numpy_quaddtype():
    """And read-only, as those of double precision are."""
    seen = []

    def h(x, y):
        seen.append((x.dtype, x.flags.writeable or y.flags.writeable))
        return x * y

    opsvd.decompose(h, UNIFORM, UNIFORM, precision="quad")
    assert (quad_type(), False) in seen
    assert not any(writeable for _, writeable in seen)


@pytest.mark.thorough
def test_sine_of_a_product_down_to_1e_30():
    """The closed form has a ratio of (3 - sqrt 5) / 2: twelve digits to 1e-24, six to 1e-30, and bars that hold."""
    svd = opsvd.decompose(lambda x, y: np.sin(x * y), precision="quad", max_seconds=120.0)
    root = np.sqrt(as_quad(5.0))
    ratio = (3.0 - root) / 2.0
    exact = [np.sqrt((1.0 - 1.0 / root) / 2.0 * (1.0 - ratio * ratio))]
    for _ in range(svd.rank - 1):
        exact.append(exact[-1] * ratio)
    errors, sizes = rounded(np.abs(svd.singular_values - np.array(exact))), rounded(np.array(exact))
    assert svd.converged
    assert sizes[-1] <= 3e-30 * sizes[0]
    assert (errors <= svd.errors).all()
    assert (errors <= 1e-12 * sizes)[sizes >= 1e-24 * sizes[0]].all()
    assert (errors <= 3e-6 * sizes).all()


@pytest.mark.thorough
def test_ten_values_of_tanh_beside_mpmath():
    """Those of benchmarks/below_double_precision.py, which share no code with the library, to thirty digits of s_1."""
    mpmath = pytest.importorskip("mpmath")
    svd = opsvd.decompose(lambda x, y: np.tanh(x * y), precision="quad", max_seconds=120.0)
    with mpmath.workdps(40):
        for number, text in zip(svd.singular_values[:10], TANH, strict=True):
            exact = mpmath.mpf(text)
            computed = mpmath.mpf(float(number)) + mpmath.mpf(float(number - float(number)))
            assert abs(computed - exact) <= 1e-27 * exact    # which is what 28 digits say


@pytest.mark.thorough
def test_the_quick_benchmark(capsys):
    """It prints the error of sin(xy) at a tolerance of 1e-15."""
    pytest.importorskip("threadpoolctl")
    import below_double_precision

    below_double_precision.main(["--quick"])
    assert float(capsys.readouterr().out.split()[-1]) <= 1e-15


@pytest.mark.thorough
def test_a_kernel_that_leaves_nothing_at_the_outermost_nodes():
    """The half-densities of 192 nodes are below the numbers of double precision there, and the answer is not."""
    unit = opsvd.Gaussian(0.5)
    svd = opsvd.decompose(lambda x, y: np.exp(-(x - y) ** 2 / 2.0), unit, unit, precision="quad", max_seconds=60.0)
    root = np.sqrt(as_quad(5.0))
    exact = [(1.0 + root) / (3.0 + root)]    # of opsvd.exact.squared_exponential, with t = 2
    for _ in range(svd.rank - 1):
        exact.append(exact[-1] * 2.0 / (3.0 + root))
    assert svd.converged
    assert (rounded(np.abs(svd.singular_values - np.array(exact))) <= svd.errors).all()
