"""Hermite functions at the scale of the kernel: growth, oscillation, short lengths; and how the scale is found."""

import numpy as np
import pytest
from problems import PROBLEMS

import opsvd
from opsvd import ConvergenceWarning, Gaussian, ScaledHermite
from opsvd.bases import HermiteBasis
from opsvd.kernels import Kernel
from opsvd.methods.phase_space import fitting_gaussians, fitting_of_coefficients
from opsvd.methods.polynomial_attempt import PolynomialAttempt
from opsvd.methods.scaled_hermite import from_few_values
from opsvd.operator.problem import Problem

GAUSSIAN = ["exp(0.48xy)", "exp(0.49xy)", "Mehler ratio, r = 0.9", "squared exponential, length 0.05", "sin(10xy)"]
LEADING = ["cos(30xy)", "Mehler ratio, r = 0.99"]


def find(name):
    """The problem of this name."""
    return next(problem for problem in PROBLEMS if problem.name == name)


def fitting(h, mu_x=Gaussian(), mu_y=Gaussian()):    # noqa: B008
    """The Gaussians that fit a kernel."""
    kernel = Kernel(h)
    return fitting_gaussians(Problem(kernel, mu_x, mu_y))


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*GAUSSIAN, *LEADING])
def test_values_to_rounding(name):
    """Ten digits and more of all values returned, and bars that hold; the whole spectrum, or leading values of many."""
    problem = find(name)
    svd = opsvd.decompose(problem.h, problem.mu_x, problem.mu_y, method="scaled-hermite", max_seconds=1e3)
    count = min(svd.rank, len(problem.exact))
    error = np.abs(svd.singular_values[:count] - problem.exact[:count])
    assert svd.converged
    assert count >= 6
    assert error.max() <= 1e-12 * problem.exact[0]
    assert (error <= svd.errors[:count]).all()


@pytest.mark.parametrize(("h", "std"), [
    (lambda x, y: np.sin(x * y), 5**-0.25),
    (lambda x, y: np.exp(-50 * (x - y) ** 2), (1 + 4 * 100) ** -0.25),
    (lambda x, y: np.exp(0.4 * x * y), (1 - 4 * 0.4**2) ** -0.25),
    (lambda x, y: x + y, 1.0),
])
def test_the_scale_is_that_of_the_singular_functions(h, std):
    """Mehler: those of exp(cxy), sin(cxy), squared exponentials are Hermite functions of a known deviation."""
    x, y = fitting(h)
    assert x.mean == y.mean == 0.0
    assert abs(x.std / std - 1.0) < 0.03
    assert abs(y.std / std - 1.0) < 0.03


def test_the_centre_is_that_of_the_energy():
    """exp(x + y) has its energy around (2, 2)."""
    x, y = fitting(lambda x, y: np.exp(x + y))
    assert abs(x.mean - 2.0) < 0.1
    assert abs(y.mean - 2.0) < 0.1
    assert abs(x.std - 1.0) < 0.03


@pytest.mark.parametrize("h", [lambda x, y: 1.0 + 0 * x * y * 0, lambda x, y: 0.0 * x * y])
def test_kernels_without_slopes_or_energy(h):
    """A constant has those of its density; the zero kernel none."""
    found = fitting(h)
    assert found is None or abs(found[0].std - 1.0) < 0.05


def test_functions_of_another_gaussian_are_orthonormal():
    """Under the measure, by a rule of fine panels, for any mean and deviation."""
    mu = Gaussian(0.5, 2.0)
    basis = HermiteBasis(mu, 30, center=-1.0, std=0.7)
    x = np.linspace(-25.0, 25.0, 20001)
    values = basis.half_density(x)
    np.testing.assert_allclose(values.T @ values * (x[1] - x[0]), np.eye(31), atol=1e-12)
    low, high = basis.interval
    assert -25.0 < low < -1.0 < high < 25.0


def test_leading_values_may_be_refused():
    """With leading=False nothing is given where the whole spectrum is out of reach: it is within a larger tolerance."""
    problem = find("cos(30xy)")
    with pytest.warns(ConvergenceWarning, match=r"This is the answer for rtol=0\.01"):
        svd = opsvd.decompose(problem.h, method=ScaledHermite(leading=False))
    assert not svd.converged
    exact = opsvd.exact.cos_product(30.0, svd.rank)
    assert (np.abs(svd.singular_values - exact) <= svd.errors).all()


@pytest.mark.parametrize(("h", "mean", "std"), [
    (lambda x, y: np.exp(0.45 * x * y), 0.0, 0.19**-0.25), (lambda x, y: np.exp(-0.5 * (x - y) ** 2), 0.0, 5.0**-0.25),
    (lambda x, y: np.exp(0.2 * x * y + 2.0 * x - 0.1 * x**2), None, None)])
def test_coefficients_tell_the_scales(h, mean, std):
    """As points do, to some percent; of exp(c xy) and of Mehler's kernel the scales are known."""
    problem = Problem(Kernel(h), Gaussian(), Gaussian())
    found = fitting_of_coefficients(PolynomialAttempt(problem, 23).block.matrix, *problem.gaussians)
    x, y = fitting_gaussians(problem)
    assert found[0].std == pytest.approx(x.std, rel=0.1)
    assert found[1].std == pytest.approx(y.std, rel=0.1)
    assert found[0].mean == pytest.approx(x.mean, abs=0.25)
    if std is not None:
        assert found[0].std == pytest.approx(std, rel=0.02)
        assert found[0].mean == mean


@pytest.mark.parametrize(("h", "z"), [(lambda x, y: np.exp(0.45 * x * y), (1.0 - 0.19**0.5) / 0.9),
                                      (lambda x, y: np.exp(-2.0 * (x - y) ** 2), 2.0 / (2.25 + 1.0625**0.5))])
def test_few_values_suffice_where_the_scale_is_another(h, z):
    """No more functions than the decay of the coefficients, z^n, asks for; none for a kink.

    What n functions leave beyond two thirds of them is z^(2n/3). An estimate a twentieth larger is rounded to fours.
    """
    problem = Problem(Kernel(h), Gaussian(), Gaussian(), 1e-6)
    first = PolynomialAttempt(problem, 23)
    discretisation = next(from_few_values(problem, first))
    least = 1.5 * np.log(problem.tolerances.coefficients) / np.log(z)
    assert least <= discretisation.blocks[0].left.size < 1.05 * least + 4.0
    assert list(from_few_values(Problem(Kernel(np.maximum), Gaussian(), Gaussian(), 1e-6), first)) == []
