"""Geometric spectra, against Gauss-Hermite rules, and against the sums and energies that fix such a sequence."""

import math

import numpy as np
import pytest
from gaussian_rules import gauss_hermite_spectrum
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from opsvd import exact
from opsvd.errors import NotSquareIntegrableError

GOLDEN = (1 + math.sqrt(5)) / 2


# name, spectrum as a function of n, h, E[h^2] in closed form by the Gaussian integral of h^2
ENTIRE = [
    ("exp(0.3xy)", lambda n: exact.exp_product(0.3, n), lambda x, y: np.exp(0.3 * x * y), (1 - 4 * 0.3**2) ** -0.5),
    ("exp(-0.2xy)", lambda n: exact.exp_product(-0.2, n), lambda x, y: np.exp(-0.2 * x * y), (1 - 4 * 0.2**2) ** -0.5),
    ("cos(xy)", lambda n: exact.cos_product(1, n), lambda x, y: np.cos(x * y), (1 + 5**-0.5) / 2),
    ("cos(-0.3xy)", lambda n: exact.cos_product(-0.3, n), lambda x, y: np.cos(0.3 * x * y), (1 + 1.36**-0.5) / 2),
    ("sin(xy)", lambda n: exact.sin_product(1, n), lambda x, y: np.sin(x * y), (1 - 5**-0.5) / 2),
    ("sin(-0.7xy)", lambda n: exact.sin_product(-0.7, n), lambda x, y: np.sin(0.7 * x * y), (1 - 2.96**-0.5) / 2),
    ("Mehler 0.5", lambda n: exact.mehler(0.5, n),
     lambda x, y: np.exp(-(x * x + y * y - 4 * x * y) / 6) / math.sqrt(0.75), 1 / 0.75),
    ("squared exponential", lambda n: exact.squared_exponential(1.5, n),
     lambda x, y: np.exp(-((x - y) ** 2) / 4.5), (1 + 4 / 1.5**2) ** -0.5),
    ("squared exponential, std 0.5", lambda n: exact.squared_exponential(0.7, n, std=0.5),
     lambda x, y: np.exp(-((x - y) ** 2) / (8 * 0.7**2)), (1 + 4 * 0.25 / 0.7**2) ** -0.5),
]


@pytest.mark.parametrize(("name", "spectrum", "h", "energy"), ENTIRE, ids=[case[0] for case in ENTIRE])
def test_entire_kernels(name, spectrum, h, energy):
    """The first values are those of the kernel at 160 Gauss-Hermite nodes; all squares sum to E[h^2].

    The ratios here are below 0.62, so that 200 values are all.
    """
    assert_allclose(spectrum(12), gauss_hermite_spectrum(h)[:12], rtol=0, atol=1e-14, err_msg=name)
    assert_allclose(np.sum(spectrum(200) ** 2), energy, rtol=1e-14, err_msg=name)


@given(c=st.floats(-0.4999, 0.4999))
def test_exp_spectrum_over_its_range(c):
    """A geometric sequence is fixed by its sum, E[exp(c x^2)] = (1 - 2|c|)^(-1/2), and its energy, for every c."""
    s = exact.exp_product(c, 3)
    ratio = s[1] / s[0]
    assert_allclose(s[2] * s[0], s[1] ** 2, rtol=1e-14, atol=1e-300)
    assert_allclose(s[0] / (1 - ratio), (1 - 2 * abs(c)) ** -0.5, rtol=1e-12)
    assert_allclose(s[0] ** 2 / (1 - ratio**2), (1 - 4 * c * c) ** -0.5, rtol=1e-12)


@given(c=st.floats(-1e3, 1e3))
def test_sine_and_cosine_over_their_range(c):
    """The energies of sine and cosine are (1 -+ (1 + 4 c^2)^(-1/2)) / 2 for every c, small and large."""
    for spectrum, sign in ((exact.sin_product, -1), (exact.cos_product, 1)):
        s = spectrum(c, 2)
        ratio = s[1] / s[0] if s[0] > 0 else 0.0
        energy = s[0] ** 2 / ((1 - ratio) * (1 + ratio))
        assert_allclose(energy, 0.5 * (1 + sign / math.hypot(1, 2 * c)), rtol=1e-10, atol=1e-15)


@given(length=st.floats(0.05, 50), std=st.floats(0.05, 50))
def test_squared_exponential_over_its_range(length, std):
    """The trace is E[h(x, x)] = 1 and the energy (1 + 4 std^2 / length^2)^(-1/2): both fix a geometric sequence."""
    s = exact.squared_exponential(length, 2, std=std)
    ratio = s[1] / s[0]
    assert_allclose(s[0] / (1 - ratio), 1, rtol=1e-9)
    assert_allclose(s[0] ** 2 / ((1 - ratio) * (1 + ratio)), (1 + 4 * (std / length) ** 2) ** -0.5, rtol=1e-9)


def test_squared_exponential_is_mehlers_kernel_rescaled():
    """exp(c x y) times Gaussians: with c = r/(1 + r^2) the ratio of Mehler's expansion is that of the kernel.

    exp(-(x-y)^2 / 2 l^2) = g(x) exp(x y / l^2) g(y), and in the measure g^2 rho, of variance v = 1/(1 + 2/l^2), the
    kernel exp(x y / l^2) has the ratio of exp_product(v / l^2), and its values times E[g^2] = sqrt(v).
    """
    for length in (0.4, 1.0, 3.0):
        v = 1 / (1 + 2 / length**2)
        expected = math.sqrt(v) * exact.exp_product(v / length**2, 30)
        assert_allclose(exact.squared_exponential(length, 30), expected, rtol=1e-12)


def test_sine_golden_ratio():
    """At c = 1 the ratio is the inverse golden ratio, and the effective rank of sin(xy) is sqrt(5)."""
    assert_allclose(exact.sin_product(1, 2), math.sqrt(1 - GOLDEN**-2) * np.array([GOLDEN**-1, GOLDEN**-3]), rtol=1e-14)
    assert_allclose(exact.effective_rank_sin_product(1), math.sqrt(5), rtol=1e-15)


@pytest.mark.parametrize("c", [-3.0, 0.01, 0.5, 1.0, 7.0])
def test_effective_rank_is_that_of_the_values(c):
    """(sum s)^2 / sum s^2 of enough values of sine, and of cosine, is the closed form."""
    for spectrum in (exact.sin_product, exact.cos_product):
        s = spectrum(c, 2000)
        assert_allclose(np.sum(s) ** 2 / np.sum(s**2), exact.effective_rank_sin_product(c), rtol=1e-12)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: exact.exp_product(0.5, 3), NotSquareIntegrableError, r"c must lie in \(-1/2, 1/2\).*got \|c\| = 0.5"),
    (lambda: exact.exp_product(-1, 3), NotSquareIntegrableError, r"c must lie"),
    (lambda: exact.exp_product(math.nan, 3), ValueError, "c must be finite"),
    (lambda: exact.mehler(1.0, 3), NotSquareIntegrableError, r"r must be a correlation in \(-1, 1\)"),
    (lambda: exact.cos_product("one", 3), TypeError, "c must be a real number"),
    (lambda: exact.sin_product(1, 0), ValueError, "n must be an integer of at least 1"),
    (lambda: exact.effective_rank_sin_product(0), ValueError, "c must not be zero"),
    (lambda: exact.squared_exponential(0, 3), ValueError, "length must be positive"),
    (lambda: exact.squared_exponential(1, 3, std=-1), ValueError, "std must be positive"),
])
def test_arguments_out_of_range_are_named(call, error, message):
    """Each argument outside its range raises an error that names it."""
    with pytest.raises(error, match=message):
        call()
