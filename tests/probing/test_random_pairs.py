"""Tests of opsvd.probing.random_pairs: pairs stay, and all of them make up integrals."""

import numpy as np
import pytest

from opsvd import Beta, Gaussian, StudentT, Uniform
from opsvd.evidence.pairs import answer_by_values, seen_at_pairs
from opsvd.kernels import Kernel
from opsvd.probing.domain import find_domain
from opsvd.probing.random_pairs import RandomPairs


def pairs_of(h, mu_x, mu_y):
    """None are drawn yet; and the domain of the kernel."""
    kernel = Kernel(h, measures=(mu_x, mu_y)).along(mu_x, mu_y)
    return RandomPairs(kernel, (mu_x, mu_y)), find_domain(kernel, mu_x, mu_y, 1e-6)


def masses(cells, centre):
    """Those of two products of functions: one that lies somewhere, and one that lies anywhere."""
    narrow = np.exp(-(((np.arange(cells) + 0.5) / cells - centre) ** 2) / 0.02)
    return np.stack([narrow / narrow.sum(), np.full(cells, 1.0 / cells)], axis=1)


@pytest.mark.parametrize(("mu_x", "mu_y"), [(Gaussian(1.0, 2.0), Uniform(-1.0, 3.0)), (Beta(0.5, 2.0), StudentT(5.0))])
def test_pairs_of_several_batches_integrate(mu_x, mu_y):
    """The mean of cos(x + y)^2, to three deviations of independent pairs; batches are of other sizes and other laws."""
    pairs, domain = pairs_of(lambda x, y: np.cos(x + y), mu_x, mu_y)
    for count, centre in ((300, 0.4), (3000, 0.6), (900, 0.5)):
        pairs.draw(domain, (masses(32, centre), masses(64, 1.0 - centre)), count)
    t, u, values, weights = pairs.within(domain)
    rng = np.random.default_rng(0)
    exact = np.mean(np.cos(mu_x.sample(400_000, rng) + mu_y.sample(400_000, rng)) ** 2)
    assert weights @ values**2 == pytest.approx(exact, rel=0.05)
    assert len(np.unique(t)) == len(t) > 4000    # no batch has pairs of another
    assert len(np.unique(u)) == len(u)


def test_a_pair_that_contradicts_one_answer_contradicts_the_next():
    """A square with a thousandth of the mass, around a pair of the first batch; those of the second are elsewhere."""
    mu, answer = Gaussian(), answer_by_values(lambda t, _: np.zeros(len(t)), 1e-3)
    pairs, domain = pairs_of(lambda x, y: np.cos(x - y), mu, mu)
    seen_at_pairs(pairs, domain, answer, 300)
    t, u, *_ = pairs.within(domain)
    middle = int(np.argmin(t**2 + u**2))

    def waves(t, u):
        return np.cos(t - u) * mu.sqrt_density(t) * mu.sqrt_density(u)

    pairs, _ = pairs_of(
        lambda x, y: np.cos(x - y) + ((np.abs(x - t[middle]) < 0.02) & (np.abs(y - u[middle]) < 0.02)), mu, mu)
    first = seen_at_pairs(pairs, domain, answer, 300)
    then = seen_at_pairs(pairs, domain, answer_by_values(waves, 1e-3), 400)
    assert seen_at_pairs(RandomPairs(pairs.kernel, pairs.lines), domain, answer_by_values(waves, 1e-3),
                         400).remainder < 1e-12
    assert then.count > first.count
    assert then.remainder > 0.01    # the norm of the square is 0.016


def test_pairs_around_one_pair_integrate_with_the_others():
    """A bump of a millionth of the mass, of which batches have a flank for a centre, and all of cos(x - y)."""
    mu, width = Gaussian(), 0.003

    def bump(x, y):
        return np.exp(-((x - 1.0) ** 2 + y**2) / (2.0 * width**2))

    pairs, domain = pairs_of(lambda x, y: np.cos(x - y), mu, mu)
    pairs.draw(domain, (masses(32, 0.4), masses(64, 0.6)), 3000)
    for batch in range(3):
        pairs.draw_around(domain, (1.0 + width * (1 - batch), 2.0 * width), 10_000)
    t, u, values, weights = pairs.within(domain)
    area = np.pi * width**2 / (2.0 * np.pi) * np.exp(-0.5)
    found = weights @ (bump(t, u) * mu.sqrt_density(t) * mu.sqrt_density(u)) ** 2
    assert found == pytest.approx(area, rel=0.1)
    assert weights @ values**2 == pytest.approx(0.5 * (1.0 + np.exp(-4.0)), rel=0.05)
