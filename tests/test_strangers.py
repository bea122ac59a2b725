"""What a stranger adds to the library: a basis, an evidence and a method, one file each, and no other file."""

import sys
from pathlib import Path

import numpy as np
import pytest

import opsvd

sys.path.insert(0, str(Path(__file__).parent / "strangers"))
from cells import Cells
from halving import Halving

# sin(x) y + x: E[h^2] = (1 - exp(-2)) / 2 + 1, and the cross term vanishes with E[y].
ENERGY = 0.5 * (1.0 - np.exp(-2.0)) + 1.0


def h(x, y):
    """A kernel of rank two."""
    return np.sin(x) * y + x


@pytest.mark.filterwarnings("ignore::opsvd.ConvergenceWarning")
def test_a_strangers_method_is_refined_judged_and_assembled():
    """The driver asks for more cells until the bars are within the tolerance; they hold, and so do the functions."""
    mine, known = (opsvd.decompose(h, method=method, rtol=1e-1) for method in (Halving(ENERGY), "auto"))
    count = min(mine.rank, known.rank)
    assert count >= 1
    assert mine.method.endswith("cells of equal probability")
    assert (np.abs(mine.singular_values[:count] - known.singular_values[:count]) <= mine.errors[:count]).all()
    x = np.random.default_rng(0).standard_normal(2000)
    gram = mine.left(x).T @ mine.left(x) / len(x)
    np.testing.assert_allclose(gram, np.eye(mine.rank), atol=0.15)
    assert mine.predict(100).valid.size == mine.rank


def test_a_strangers_basis_is_named_where_it_cannot_be_saved(tmp_path):
    """A file knows the bases that the library lists: the message says so."""
    svd = opsvd.decompose(lambda x, y: x * y, method=Halving(1.0), rtol=0.5)
    with pytest.raises(TypeError, match=r"got Cells; add the basis to opsvd\.bases"):
        svd.save(tmp_path / "mine.npz")


def test_a_strangers_basis_is_orthonormal():
    """It keeps the contract of a basis: combinations are what their coefficients say."""
    basis = Cells(opsvd.Gaussian(), 16)
    values = basis.sums(basis.rule.nodes, np.eye(16)) * np.sqrt(basis.rule.weights)[:, None]
    np.testing.assert_allclose(values.T @ values, np.eye(16), atol=1e-12)
