"""Tails that go on where floats do not tell points apart."""

import numpy as np
import pytest
from scipy import stats

from opsvd import Beta, Circle, Density, Exponential, Gamma, Gaussian, LogNormal, Mixture, StudentT, Uniform


@pytest.mark.parametrize(("measure", "reaches"), [
    (Gaussian(), []), (Uniform(2.0, 3.0), []), (Circle(), []), (Exponential(), []), (LogNormal(), []),
    (StudentT(10.0), []),
    (StudentT(3.0), []),    # its density is nothing before
    (StudentT(1.0), [340.0, 340.0]),    # sinh(t)
    (Beta(0.5, 0.5), [708.4, 36.7]),    # e^t above the least float, and e^-t above the rounding of 1
    (Beta(0.5, 3.0), [705.5, 39.7]),    # from the median of t
    (Gamma(0.3), [708.4]),
    (Mixture([Gaussian(), StudentT(1.0)], [0.5, 0.5]), [340.0, 340.0]),
])
def test_how_far_points_are_told_apart(measure, reaches):
    """None where the density is nothing before; otherwise to where exponentials end."""
    assert [tail.reach for tail in measure.tails] == pytest.approx(reaches, rel=0.02)
    for tail in measure.tails:
        x = measure.points(tail.coordinates)
        assert (np.diff(np.abs(x[0] - x[-1])) != 0.0).any()
        assert (np.diff(tail.distances) < 0.0).all()
        assert tail.distances[0] < tail.reach
        assert (tail.sqrt_density > 0.0).all()


def test_the_end_of_a_table_is_one():
    """The table of a heavy density ends where its numbers do, with mass beyond; that of a light one with none."""
    (tail,) = Density(lambda x: 0.5 * x**-1.5, (1.0, np.inf)).tails
    assert (tail.sqrt_density > 0.0).all()
    assert Density(stats.expon.pdf, (0.0, np.inf)).tails == ()


@pytest.mark.parametrize(("df", "count"), [(1.0, 1), (3.0, 2), (4.1, 3), (10.0, 5)])
def test_polynomials_of_heavy_densities(df, count):
    """A Density of Student's law has as many polynomials as `StudentT`: those of degree below df / 2."""
    assert Density(stats.t(df).pdf, (-np.inf, np.inf)).most_polynomials == StudentT(df).most_polynomials == count
