"""What z-scores are made of: means over multiplets, and thresholds."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.stats import norm

from opsvd.comparison.z_scores import FALSE_ALARM, multiplet_means, threshold


def test_means_over_multiplets():
    """The mean over the members of each value, for one spectrum and for several; values beyond do not count."""
    one = np.array([5.0, 4.0, 2.0, 1.0, 0.5])
    assert_array_equal(multiplet_means(one, np.array([1, 2])), [5.0, 3.0])
    assert_array_equal(multiplet_means(np.stack([one, 2.0 * one]), np.array([1, 2])), [[5.0, 3.0], [10.0, 6.0]])


def test_zeros_follow_what_an_engine_gives():
    """An engine of low rank gives fewer values than a multiplet has members: those beyond are zero."""
    assert_array_equal(multiplet_means(np.array([[4.0, 2.0]]), np.array([1, 4, 3])), [[4.0, 0.5, 0.0]])


@pytest.mark.parametrize("shape", [(7,), (3, 7)])
def test_no_multiplets_have_no_means(shape):
    """The other axes stay."""
    assert multiplet_means(np.ones(shape), np.array([], dtype=int)).shape == (*shape[:-1], 0)


@pytest.mark.parametrize("comparisons", [1, 5, 40])
def test_the_threshold_tends_to_bonferroni(comparisons):
    """With many trials all z-scores together exceed it by chance with the probability of a false alarm."""
    t = threshold(comparisons, 10**12)
    assert 2.0 * comparisons * norm.sf(t) == pytest.approx(FALSE_ALARM, rel=1e-4)
    assert threshold(comparisons, 5) > t
