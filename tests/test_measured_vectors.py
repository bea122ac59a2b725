"""The table of kernels of vectors under measures that are not Gaussian: values and error bars."""

import numpy as np
import pytest
from measured_vectors import MEASURED_VECTORS
from quiet import quietly

from opsvd import Ball, Gaussian, Product, Rotational, Sphere

# The tolerances besides 1e-10 at which bars are to be true.
LOOSER = (1e-4, 1e-8)


def held(svd, problem):
    """Whether the listed values, one for each of a multiplet, are within their bars of the exact ones."""
    exact = np.repeat(problem.values, [min(count, svd.rank + 1) for count in problem.counts])[:svd.rank]
    computed, errors = svd.singular_values[:len(exact)], svd.errors[:len(exact)]
    return bool((np.abs(computed - exact) <= errors).all())


def test_every_measure_is_in_the_table():
    """Names are unique, and there are rows for each measure of vectors."""
    names = [problem.name for problem in MEASURED_VECTORS]
    assert len(names) == len(set(names)) >= 60
    used = {type(measure) for problem in MEASURED_VECTORS for measure in (problem.mu_x, problem.mu_y)}
    assert used == {Sphere, Ball, Rotational, Product, type(Gaussian.standard(2))}


@pytest.mark.parametrize("problem", MEASURED_VECTORS, ids=str)
def test_values_and_bars(problem):
    """At rtol = 1e-10: six leading values to 1e-10 s_1, as often as they stand, within their bars."""
    svd = quietly(problem.build(), problem.mu_x, problem.mu_y, max_seconds=1e4)
    count = min(6, len(problem.values))
    if len(svd.values) < count:    # of many coordinates few values are above the tolerance
        assert problem.mu_x.dim >= 30
        count = len(svd.values)
    np.testing.assert_allclose(svd.values[:count], problem.values[:count], rtol=0, atol=1e-10 * problem.values[0])
    assert [int(number) for number in svd.multiplicities[:count]] == problem.counts[:count]
    assert held(svd, problem)
    assert svd.converged


@pytest.mark.thorough
@pytest.mark.parametrize(("problem", "rtol"), [pytest.param(problem, LOOSER[i % 2], id=str(problem)) for i, problem in
                                               enumerate([*MEASURED_VECTORS[::4], *MEASURED_VECTORS[-3:]])])
def test_bars_are_true_at_other_tolerances(problem, rtol):
    """Whatever is asked for: one of two tolerances each."""
    assert held(quietly(problem.build(), problem.mu_x, problem.mu_y, rtol=rtol), problem)
