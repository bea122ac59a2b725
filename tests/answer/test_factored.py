"""Products of kernels of numbers: taken apart, put together with true bars, and told from what is no product."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quiet import quietly

import opsvd
from opsvd import Beta, Gaussian, Kernel, Product, StudentT, Uniform, exact
from opsvd.evidence.factored import FactoredEvidence, FactorSpectrum, largest_products
from opsvd.probing.factors import find_factors
from opsvd.spectrum import Estimate

UNIT, TWO, THREE = Uniform(0.0, 1.0), Gaussian.standard(2), Gaussian.standard(3)
RATES = np.array([1.0, 2.0, 3.0])


def squares(x, y, rates=1.0):
    """The exponential of minus squared distances, with a rate for each coordinate."""
    return np.exp(-np.sum(rates * (x - y) ** 2, axis=-1))


def distances(x, y):
    """The exponential of minus distances of coordinates."""
    return np.exp(-np.sum(np.abs(x - y), axis=-1))


def later(x, y):
    """Whether every coordinate of x is above that of y."""
    return np.prod(1.0 * (x > y), axis=-1)


def crossed(x, y):
    """One coordinate of x with another one of y, and two that stand alone."""
    return np.exp(0.2 * x[..., 0] * y[..., 2]) * x[..., 1] * np.abs(y[..., 0])


def products(*factors):
    """The largest products of values."""
    return largest_products(factors, 2000).values


def of_rate(rate):
    """The values of exp(-rate (x - y)^2)."""
    return exact.squared_exponential(np.sqrt(0.5 / rate), 80)


def of_wave(c):
    """The values of e^(icxy), a geometric sequence."""
    q = (np.sqrt(1.0 + 4.0 * c * c) - 1.0) / (2.0 * c)
    return np.sqrt(np.sqrt(1.0 + 4.0 * c * c) + 2.0 * c) * (1.0 - q) * q ** np.arange(60.0)


METRIC, COVARIANCE = (np.array(rows) for rows in (
    [[2.0, 0.5, 0.3], [0.5, 1.0, -0.4], [0.3, -0.4, 0.7]], [[1.0, 0.3, -0.2], [0.3, 2.0, 0.5], [-0.2, 0.5, 0.5]]))


def of_metric(x, y):
    """A squared exponential with lengths along directions that are not those of coordinates."""
    return np.exp(-np.einsum("...i,ij,...j", x - y, METRIC, x - y))


JUMP, DISTANCE = 2.0 / (np.pi * (2.0 * np.arange(400) + 1.0)), exact.exponential_covariance(1.0, 200)
KNOWN = {
    "a squared exponential": (squares, TWO, products(of_rate(1.0), of_rate(1.0)), 300),
    "three lengths": (lambda x, y: squares(x, y, RATES), THREE, products(*map(of_rate, RATES)), 900),
    "three lengths, many coordinates": (lambda x, y: squares(x, y, np.tile(RATES, 3)), Gaussian.standard(9),
                                        products(*(of_rate(rate) for rate in np.tile(RATES, 3))), 900),
    "a metric and a covariance": (of_metric, Gaussian([0.0, 1.0, -1.0], COVARIANCE), products(*map(
        of_rate, np.linalg.eigvals(METRIC @ COVARIANCE).real)), 900),
    "exponentials on a cube": (distances, Product(UNIT, UNIT, UNIT), products(DISTANCE, DISTANCE, DISTANCE), 100),
    "jumps": (later, Product(UNIT, Beta(0.5, 0.5)), products(JUMP, JUMP), 15),
    "crossed coordinates": (crossed, THREE, exact.exp_product(0.2, 20), 10),
    "waves": (lambda x, y: np.exp(1j * np.sum(x * y * np.array([1.0, 0.5]), axis=-1)), TWO,
              products(of_wave(1.0), of_wave(0.5)), 300),
    "waves of <x, y>": (lambda x, y: np.exp(1j * np.sum(x * y, axis=-1)), TWO, products(of_wave(1.0), of_wave(1.0)),
                        900),
}
"""h, the measure of x and of y, the values, and how many are to be given at least."""


@pytest.mark.parametrize("name", KNOWN)
def test_values_of_products(name):
    """All within bars, none above the tolerance, and many: also of kinks and jumps, and in nine dimensions."""
    h, mu, true, least = KNOWN[name]
    svd = opsvd.decompose(h, mu, mu)
    assert svd.converged
    assert "a product of" in svd.method
    assert svd.rank >= least
    assert (np.abs(svd.singular_values - true[:svd.rank]) <= svd.errors).all()
    assert (svd.errors <= 1e-10 * true[0]).all()


def test_functions_and_sums():
    """Functions are orthonormal, their sum leaves the tail, and singular values add up to E[h(x, x)] = 1."""
    mu = Product(UNIT, Gaussian(), StudentT(3.0))
    svd = opsvd.decompose(distances, mu, mu, rtol=1e-4)
    rng = np.random.default_rng(0)
    x, y = mu.sample(5000, rng), mu.sample(5000, rng)
    f = svd.left(x)[:, :6]
    np.testing.assert_allclose(f.T @ f / len(x), np.eye(6), atol=0.2)
    missed = (distances(x, y) - svd(x, y)) ** 2
    assert np.sqrt(missed.mean()) <= 1.1 * svd.tail
    assert abs(svd.norm.value**2 - np.mean(distances(x, y) ** 2)) <= 0.02
    total = svd.nuclear_norm()
    assert abs(total.value - 1.0) <= total.error
    assert np.isfinite(svd.left(np.array([[0.5, 60.0, -1e9], [0.0, -60.0, 0.0]]))).all()


def test_they_come_back_from_a_file(tmp_path):
    """With bases of different kinds, to the last bit."""
    mu = Product(UNIT, Gaussian())
    svd = opsvd.decompose(lambda x, y: np.abs(x[..., 0] - y[..., 0]) * np.tanh(x[..., 1] * y[..., 1]), mu, mu)
    svd.save(tmp_path / "product.npz")
    again = opsvd.load(tmp_path / "product.npz")
    x = mu.sample(100, np.random.default_rng(1))
    np.testing.assert_array_equal(again.left(x), svd.left(x))
    np.testing.assert_array_equal(again(x, x), svd(x, x))


@pytest.mark.thorough
def test_what_is_no_product_is_not_taken_for_one():
    """A corner that one pair in a hundred thousand has, and a sum: others do them, with bars that hold."""
    def corner(x, y):
        return squares(x, y) + 0.5 * (x[..., 0] > 2.7) * (y[..., 1] > 2.7)

    svd = quietly(corner, TWO, TWO, rtol=1e-3, max_evaluations=5_000_000)
    assert "a product of" not in svd.method
    assert find_factors(Kernel(lambda x, y: squares(x, y) + 0.1 * x[..., 0], dims=(2, 2)), TWO, TWO) is None
    assert find_factors(Kernel(lambda x, y: np.tanh(np.sum(x * y, axis=-1)), dims=(2, 2)), TWO, TWO) is None
    assert find_factors(Kernel(lambda x, y: 0.0 * np.sum(x * y, axis=-1), dims=(2, 2)), TWO, TWO) is None


def test_functions_of_the_inner_product_are_left_to_rotations():
    """exp(<x, y> / 4) has its multiplets, which products would list one by one."""
    svd = opsvd.decompose(lambda x, y: np.exp(0.25 * np.sum(x * y, axis=-1)), THREE, THREE)
    assert svd.multiplicities[:4].tolist() == [1, 3, 6, 10]


def test_products_that_rotations_leave_as_they_are_have_multiplets():
    """exp(-|x - y|^2) in the plane: the m-th value stands m times."""
    svd = opsvd.decompose(squares, TWO, TWO)
    assert svd.multiplicities[:8].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_coordinates_of_factors():
    """Those that h does not use are in none; those that stand alone are paired."""
    found = find_factors(Kernel(crossed, dims=(3, 3)), THREE, THREE)
    assert [(factor.x, factor.y) for factor in found.each] == [(0, 2), (1, 0)]


def test_few_values_tell_a_product():
    """Of twenty thousand values, where panels in four directions would have twelve in each."""
    mu, true = Product(UNIT, UNIT), products(DISTANCE, DISTANCE)
    svd = quietly(distances, mu, mu, max_evaluations=20_000)
    assert svd.rank >= 10
    assert (np.abs(svd.singular_values - true[:svd.rank]) <= svd.errors).all()


def test_largest_products_are_those_of_all():
    """Against the list of all."""
    rng = np.random.default_rng(0)
    factors = [np.sort(rng.random(n))[::-1] for n in (7, 5, 9)]
    chosen = largest_products(factors, 40)
    everything = np.sort(np.multiply.outer(np.multiply.outer(factors[0], factors[1]), factors[2]).ravel())[::-1]
    np.testing.assert_allclose(chosen.values, everything[:40], rtol=1e-15)
    np.testing.assert_allclose(np.prod([f[n] for f, n in zip(factors, chosen.numbers.T, strict=True)], axis=0),
                               chosen.values, rtol=1e-15)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), width=st.floats(1e-6, 0.2))
def test_bars_of_products_hold_whatever_the_factors_are(seed, width):
    """True values anywhere within the bars of factors, and others that these do not list: bars of products hold."""
    rng, spectra, true = np.random.default_rng(seed), [], []
    for _ in range(3):
        values = np.sort(rng.random(8))[::-1]
        bars = width * rng.random(8) * values
        exact_ones = np.sort(np.maximum(values + bars * rng.uniform(-1.0, 1.0, 8), 0.0))[::-1]
        bars = np.maximum(bars, np.abs(exact_ones - values))    # bars of the i-th value, which may have changed places
        unlisted = exact_ones[-1] * rng.random(5)
        spectra.append(FactorSpectrum(values, bars, Estimate(2.0), Estimate(9.0), float(np.linalg.norm(unlisted))))
        true.append(np.concatenate([exact_ones, unlisted]))
    chosen = largest_products([spectrum.values for spectrum in spectra], 60)
    evidence = FactoredEvidence(chosen.values, chosen.numbers, tuple(spectra))
    everything = largest_products(true, 10**6).values
    known = chosen.values > evidence.floor + evidence.bars()
    assert (np.abs(everything[:60] - chosen.values) <= evidence.bars())[known].all()


def test_functions_of_a_narrow_factor_are_nothing_beside_it():
    """A bump of deviation 1/20 times exp(2 y / 5): beyond the bump its function is zero, not what it is at an end."""
    def h(x, y):
        return np.exp(-200.0 * (x[..., 1] - 0.3) ** 2 + 0.4 * y[..., 0])

    two, rng = Gaussian.standard(2), np.random.default_rng(0)
    svd = opsvd.decompose(h, two, two, rtol=1e-6)
    x, y = rng.standard_normal((2, 20000, 2))
    assert "one coordinate" in svd.method
    assert np.abs(svd(x, y) - h(x, y)).max() <= 1e-9


@pytest.mark.parametrize("swapped", [False, True])
def test_a_number_beside_a_vector(swapped):
    """A kernel of one of two coordinates is one of numbers: sign(x - y) under Gaussians has 2 / (2j + 1) pi twice."""
    measures = [opsvd.Gaussian(), opsvd.Gaussian.standard(2)]
    svd = quietly(lambda x, y: np.sign(x[..., 0] - y) if swapped else np.sign(x - y[..., 0]),
                  *(measures[::-1] if swapped else measures), rtol=1e-6)
    assert (np.abs(svd.singular_values[:4] - np.repeat([2.0, 2.0 / 3.0], 2) / np.pi) <= svd.errors[:4]).all()
    assert svd.errors[3] < 1e-6
    assert svd.left(np.zeros((3, 2)) if swapped else np.zeros(3)).shape == (3, svd.rank)


def test_no_product_where_no_coordinate_is_left():
    """(x > y_1) exp(y_2) of a number x: nothing stands beside y_2."""
    svd = quietly(lambda x, y: (x > y[..., 0]) * np.exp(y[..., 1]), opsvd.Gaussian(), opsvd.Gaussian.standard(2),
                  max_evaluations=200_000)
    assert abs(svd.norm.value - np.sqrt(0.5 * np.exp(2.0))) <= svd.norm.error
