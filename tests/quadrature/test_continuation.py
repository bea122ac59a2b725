"""The geometric continuation: exact for a geometric series, finite for what does not fall, of any shape."""

import numpy as np
import pytest

from opsvd.quadrature import SLOWEST_RATE, continued, fall


@pytest.mark.parametrize("q", [0.0, 0.1, 0.5, 0.99])
def test_a_geometric_series_is_continued_exactly(q):
    """From its last two terms to the sum of all that follow."""
    terms = 3.0 * q ** np.arange(5001.0)
    np.testing.assert_allclose(continued(terms[3], fall(terms[3], terms[2])), terms[4:].sum(), rtol=1e-12)


@pytest.mark.parametrize("factor", [1.0 - SLOWEST_RATE, 1.0, 2.0, np.inf])
def test_what_does_not_fall_has_a_finite_sum(factor):
    """That of the slowest decay that is told from none."""
    assert continued(2.0, factor) == pytest.approx(2.0 / SLOWEST_RATE - 2.0)


def test_zeros_need_no_care():
    """Nothing goes on to nothing, also from nothing; something after nothing does not fall."""
    np.testing.assert_array_equal(fall(np.array([0.0, 0.0, 1.0, 1e-300]), np.array([1.0, 0.0, 0.0, 1e300])),
                                  [0.0, 0.0, np.inf, 0.0])
    assert continued(0.0, fall(0.0, 0.0)) == 0.0


def test_many_are_continued_at_once():
    """Each as it would be by itself."""
    last, before = np.random.default_rng(0).uniform(0.0, 1.0, (2, 20))
    together = continued(last, fall(last, before))
    np.testing.assert_array_equal(together, [continued(a, fall(a, b)) for a, b in zip(last, before, strict=True)])
