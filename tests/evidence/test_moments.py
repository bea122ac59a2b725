"""Bounds of the largest singular value from one random matrix: means without bias, and bars that hold."""

import numpy as np
import pytest
from quiet import quietly

import opsvd
from opsvd.evidence.moments import _moments, moment_evidence


def test_means_are_without_bias():
    """Over all matrices of a kernel between two equal atoms a side, those of distinct points are sums of powers."""
    kernel = np.array([[1.0, 2.0], [0.5, -1.0]])
    found, count = np.zeros(4), 4
    for number in range(2 ** (2 * count)):
        bits = (number >> np.arange(2 * count)) & 1
        found += _moments(kernel[np.ix_(bits[:count], bits[count:])])[0][:, 0] / 2.0 ** (2 * count)
    s = np.linalg.svd(kernel / 2.0, compute_uv=False)
    means = [np.mean(kernel.mean(axis=axis) ** 2) for axis in (1, 0)]
    np.testing.assert_allclose(found, [np.sum(s**2), np.sum(s**4), *means], rtol=1e-12)


def test_means_without_a_row_or_a_column():
    """They are those of the smaller matrices."""
    matrix = np.random.default_rng(4).standard_normal((5, 7))
    _, (rows, columns) = _moments(matrix)
    np.testing.assert_allclose(rows[:, 2], _moments(np.delete(matrix, 2, axis=0))[0][:, 0], rtol=1e-12)
    np.testing.assert_allclose(columns[:, 3], _moments(np.delete(matrix, 3, axis=1))[0][:, 0], rtol=1e-12)


def test_of_zero_there_is_nothing():
    """The value is zero, and is not given."""
    evidence = moment_evidence(np.zeros((5, 5)))
    assert evidence.values.tolist() == [0.0]
    assert evidence.unfound == np.inf


@pytest.mark.parametrize(("phi", "dim", "largest"), [
    (np.tanh, 3, 0.4019661687), (lambda z: np.exp(0.1 * z), 3, None), (lambda z: 1.0 / (1.0 + z**2), 2, None),
], ids=["tanh", "exp", "rational"])
@pytest.mark.parametrize("values", [1000, 3000])
def test_few_values_of_vectors(phi, dim, largest, values):
    """The largest value has a bar below itself, that holds; of a thousand values there may be none."""
    mu = opsvd.Gaussian.standard(dim)
    if largest is None:
        largest = opsvd.decompose(opsvd.elementwise(phi, dim), rtol=1e-6).singular_values[0]
    asked = []

    def h(x, y):
        found = phi(np.sum(x * y, axis=-1)) + 0.0 * x[..., 0]
        asked.append(found.size)
        return found

    svd = quietly(h, mu, mu, max_evaluations=values)
    assert sum(asked) <= values
    assert svd.rank == 1 or (values == 1000 and phi is not np.tanh)
    assert (np.abs(svd.singular_values - largest) <= svd.errors).all()
    assert (svd.errors < svd.singular_values).all()
