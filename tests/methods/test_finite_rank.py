"""Kernels of finite rank: functions of one variable that are as rough as they like."""


import numpy as np
import pytest
from quiet import quietly
from scipy.integrate import quad
from scipy.special import ndtr

import opsvd
from opsvd import ConvergenceWarning, Gaussian, LogNormal, Pushforward, StudentT, Uniform, exact
from opsvd.operator.problem import Problem
from opsvd.probing.structure import Structure
from opsvd.quadrature import Pieces, find_pieces, hermite_polynomials, hidden_energy, poles


def density(x):
    """The standard Gaussian density."""
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


def test_fast_oscillation():
    """cos(60(x - y)) is of rank two, with values (1 +- exp(-7200)) / 2."""
    svd = opsvd.decompose(lambda x, y: np.cos(60 * (x - y)))
    assert svd.method.startswith("rank 2")
    assert np.abs(svd.singular_values - 0.5).max() <= svd.worst_error <= 1e-12


def test_many_jumps():
    """floor(x) |y - 0.3|: a product of two norms, of which one is a series."""
    svd = opsvd.decompose(lambda x, y: np.floor(x) * np.abs(y - 0.3))
    k = np.arange(-40, 41)
    second = np.sum(k**2 * (ndtr(k + 1.0) - ndtr(k)))
    known = exact.separable(second, 1.0 + 0.3**2)[0]
    assert svd.rank == 1
    assert abs(svd.singular_values[0] - known) <= svd.errors[0] <= 1e-12 * known
    assert abs(svd.norm - known) <= svd.norm.error


def test_a_root_at_an_end():
    """x^0.3 cos(y): points of checks beside zero do not take what is there for a part of the whole."""
    unit = Uniform(0.0, 1.0)
    svd = opsvd.decompose(lambda x, y: x**0.3 * np.cos(y), unit, unit)
    known = np.sqrt((0.5 + np.sin(2.0) / 4.0) / 1.6)
    assert svd.method.startswith("rank 1")
    assert svd.converged
    assert abs(svd.singular_values[0] - known) <= svd.errors[0] <= 1e-13
    assert abs(svd.norm - known) <= svd.norm.error <= 1e-12


@pytest.mark.parametrize("power", [0.3, 0.45])
@pytest.mark.parametrize("at", [0.0, 0.5])
def test_what_singular_points_hide_is_in_the_bars(power, at):
    """|x - a|^(-p) y: for p near 1/2 much of the energy is nearer to a than floats are dense."""
    svd = quietly(lambda x, y: np.abs(x - at) ** -power * y, method="finite-rank")
    moment = quad(lambda t: density(at + t) + density(at - t), 0, 20, weight="alg", wvar=(-2 * power, 0))[0]
    assert svd.rank == 1
    assert abs(svd.singular_values[0] - np.sqrt(moment)) <= svd.errors[0]


@pytest.mark.parametrize("power", [0.3, 0.4, 0.45, 0.48])
def test_hidden_energy_bounds_what_is_missing(power):
    """At least what is missing, and not many times it."""
    def f(x):
        return (np.abs(x - 0.5) ** -power)[:, None]

    def weight(x):
        return np.sqrt(density(x))

    with np.errstate(divide="ignore"):
        pieces = find_pieces(f, weight, Pieces(np.linspace(-10, 10, 17), np.zeros(0)), 1e-12, search_width=0.1,
                             limit=400)
    t, w = np.polynomial.legendre.leggauss(16)
    half = 0.5 * np.diff(pieces.edges)[:, None]
    x = pieces.edges[:-1, None] + half * (1 + t)
    energies = np.sum(f(x.ravel()).reshape(x.shape) ** 2 * density(x) * half * w, axis=1)
    whole = quad(lambda t: density(0.5 + t) + density(0.5 - t), 0, 20, weight="alg", wvar=(-2 * power, 0))[0]
    missing = whole - energies.sum()
    assert missing <= hidden_energy(pieces.edges, energies) <= 100 * missing


def test_nothing_is_hidden_at_jumps_and_kinks():
    """Pieces that end at a break without shrinking towards it hide nothing."""
    edges = np.array([-2.0, -1.0, 0.3, 1.0, 2.0])
    assert hidden_energy(edges, np.array([0.0, 1.0, 3.0, 0.1])) == 0.0


def test_poles():
    """A power of one half is one, of 0.4 is none."""
    for power, is_pole in ((0.5, True), (0.7, True), (0.4, False), (-0.5, False)):
        assert poles(lambda x, p=power: np.abs(x - 0.5) ** -p, np.array([0.5]))[0] == is_pole
    assert poles(np.abs, np.zeros(0)).shape == (0,)


def test_other_kernels_are_left_alone():
    """A kernel of higher rank gets no discretisation, and a message that says so."""
    with pytest.warns(ConvergenceWarning, match="cannot do this kernel"):
        opsvd.decompose(lambda x, y: np.tanh(x * y), method="finite-rank")


def test_saved_results_evaluate(tmp_path):
    """The basis of few functions on many panels survives a file."""
    svd = opsvd.decompose(lambda x, y: np.sign(np.sin(9 * x)) * np.floor(y))
    svd.save(tmp_path / "svd.npz")
    x = np.linspace(-2.0, 2.0, 7)
    np.testing.assert_allclose(opsvd.load(tmp_path / "svd.npz").left(x), svd.left(x), atol=1e-13)


def hermite(z, degree):
    """The orthonormal polynomial of a degree."""
    return hermite_polynomials(np.ravel(z), degree + 1)[:, degree].reshape(np.shape(z))


@pytest.mark.parametrize(("n", "m"), [(126, 126), (127, 127), (150, 151), (200, 60)])
def test_products_of_hermite_polynomials(n, m):
    """One value, one: far out they are of any size, and say the same at any point."""
    svd = opsvd.decompose(lambda x, y: hermite(x, n) * hermite(y, m))
    assert svd.rank == 1
    assert abs(svd.singular_values[0] - 1.0) <= svd.errors[0] <= 1e-12


def test_a_core_that_is_singular_gives_no_discretisation(monkeypatch):
    """Rows and columns that do not tell the others are not solved for."""
    kernel = opsvd.Kernel(lambda x, y: np.where(np.abs(x) < 1.0, x, 0.0) * y)
    for rows in ([2.0], [2.0, 0.5], [0.3, 0.6]):
        skeleton = np.array(rows), np.array([0.3, 0.7])[:len(rows)]
        monkeypatch.setattr("opsvd.operator.problem.find_structure", lambda *_, found=skeleton: Structure(found))
        assert not list(opsvd.FiniteRank().discretisations(Problem(kernel, opsvd.Gaussian(), opsvd.Gaussian())))


@pytest.mark.thorough
@pytest.mark.parametrize(("df", "bar"), [(3.0, 1e-8), (1.0, 0.02)])
def test_oscillation_along_heavy_tails(df, bar):
    """cos(x + 2y) under laws of Student: what is farther out than pieces reach is in the bars, at second order."""
    law = StudentT(df)
    at = np.sqrt(df) * np.array([2.0, 4.0])
    transform = np.exp(-at) * (1.0 + at if df == 3.0 else 1.0)    # E[cos 2x], E[cos 4y]
    exact = [0.5 * np.sqrt(np.prod(1.0 + sign * transform)) for sign in (1.0, -1.0)]
    svd = quietly(lambda x, y: np.cos(x + 2.0 * y), law, law)
    assert svd.method.startswith("rank 2")
    assert "accept a larger rtol" in svd.status
    assert svd.rank == 2
    assert (np.abs(svd.singular_values - exact) <= svd.errors).all()
    assert svd.worst_error <= bar * exact[0]


def test_oscillation_along_lighter_tails_is_resolved():
    """Under a lognormal law and the hyperbolic sine of a Gaussian no interval is too long."""
    svd = opsvd.decompose(lambda x, y: np.cos(x + 2.0 * y), LogNormal(), Pushforward(Gaussian(), np.sinh, np.arcsinh))
    assert svd.method.startswith("rank 2")
    assert svd.converged
    z = np.linspace(-8.0, 8.0, 1_000_001)
    grams = []
    for angle, sign in ((np.exp(z), 1.0), (2.0 * np.sinh(z), -1.0)):
        functions = np.stack([np.cos(angle), sign * np.sin(angle)]) * np.sqrt(density(z) * 1.6e-5)
        grams.append(functions @ functions.T)
    np.testing.assert_allclose(svd.singular_values, exact.finite_rank(*grams), rtol=0, atol=1e-12)


def norm(rate, kink):
    """Of exp(-rate |x - kink|) on the unit interval."""
    return np.sqrt((2.0 - np.exp(-2.0 * rate * kink) - np.exp(-2.0 * rate * (1.0 - kink))) / (2.0 * rate))


@pytest.mark.parametrize(("a", "b", "c", "d", "rtol"), [
    (4.594, 5.185, 0.1534, 0.6956, 1e-3), (0.9, 3.1, 0.7123, 0.2811, 1e-2), (2.2, 1.3, 0.6246, 0.5262, 1e-4),
    (5.3, 0.8, 0.0417, 0.9231, 1e-6), (1.7, 4.4, 0.4382, 0.3333, 1e-5), (3.9, 2.6, 0.8871, 0.6012, 1e-7)])
def test_kinks_on_pieces_between_all_check_points(a, b, c, d, rtol):
    """Pieces beside a kink are narrow, and resolve it to the tolerance: what they lack is in the bars."""
    unit = opsvd.Uniform()
    svd = opsvd.decompose(lambda x, y: np.exp(-a * np.abs(x - c)) * np.exp(-b * np.abs(y - d)), unit, unit, rtol=rtol,
                          method="finite-rank")
    truth = norm(a, c) * norm(b, d)
    for value in (opsvd.spectrum.Estimate(svd.singular_values[0], svd.errors[0]), svd.norm, svd.nuclear_norm()):
        assert abs(value - truth) <= value.error + 1e-15
    assert svd.converged


@pytest.mark.thorough    # seconds
def test_random_kinks_have_true_bars():
    """Of 150 such kernels 25 had bars too small, by up to a factor of 270 000, before pieces were looked at."""
    rng, unit = np.random.default_rng(0), opsvd.Uniform()
    for _ in range(150):
        (a, b), (c, d), rtol = rng.uniform(0.5, 6.0, 2), rng.uniform(0.02, 0.98, 2), 10.0 ** -rng.integers(1, 9)
        svd = quietly(lambda x, y, a=a, b=b, c=c, d=d: np.exp(-a * np.abs(x - c)) * np.exp(-b * np.abs(y - d)),
                      unit, unit, rtol=rtol)
        assert abs(svd.singular_values[0] - norm(a, c) * norm(b, d)) <= svd.errors[0] + 1e-15
