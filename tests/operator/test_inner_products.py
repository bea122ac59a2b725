"""Inner products of singular functions of two decompositions."""

import numpy as np
import pytest

import opsvd
from tests.quiet import quietly

UNIT = opsvd.Uniform(0.0, 1.0)
ATOMS = opsvd.Empirical(np.linspace(-1.0, 2.0, 20))
MEASURES = {
    "Gaussian": (opsvd.Gaussian(), opsvd.Gaussian()),
    "uniform, with a singular end": (UNIT, opsvd.Beta(0.5, 0.5)),
    "circle": (opsvd.Circle(), opsvd.Circle()),
    "heavy tails": (opsvd.StudentT(5.0), opsvd.StudentT(5.0)),
    "atoms, and a line": (ATOMS, UNIT),
}


@pytest.mark.parametrize("name", MEASURES)
def test_functions_in_different_bases_are_compared(name):
    """Functions of two methods: each set is orthonormal, and what they have in common is the same seen from either."""
    smooth = quietly(lambda x, y: np.tanh(x * y + 0.3), *MEASURES[name], rtol=1e-8)
    broken = quietly(lambda x, y: np.abs(x - y), *MEASURES[name], rtol=1e-6, max_rank=5)
    for one, other in ((smooth.left, broken.left), (broken.right, smooth.right)):
        assert np.allclose(one.inner(one), np.eye(len(one)), atol=1e-7)
        found = one.inner(other)
        assert np.allclose(found, other.inner(one).T, atol=1e-7)
        assert np.linalg.norm(found, 2) <= 1.0 + 1e-7


def test_of_complex_functions_the_first_are_conjugated():
    """The matrix of a decomposition with itself is the identity."""
    wave = opsvd.decompose(lambda x, y: np.exp(1j * x * y), rtol=1e-6)
    assert np.allclose(wave.left.inner(wave.left), np.eye(wave.rank), atol=1e-7)


def test_known_functions():
    """Of sin and cos of xy the functions are even and odd: at right angles; of exp(cxy) at two c as Hermite's say."""
    sine, cosine = (opsvd.decompose(h, rtol=1e-8) for h in (lambda x, y: np.sin(x * y), lambda x, y: np.cos(x * y)))
    assert np.abs(sine.left.inner(cosine.right)).max() < 1e-7
    narrow, wide = (opsvd.decompose(lambda x, y, c=c: np.exp(c * x * y), rtol=1e-8) for c in (0.2, 0.3))
    # The first function is a Gaussian density over rho, to the half: exp(-a x^2 / 2), with E of its square one.
    a, b = (0.5 * (np.sqrt(1.0 - 4.0 * c**2) - 1.0) for c in (0.2, 0.3))
    expected = ((1.0 + 2.0 * a) * (1.0 + 2.0 * b)) ** 0.25 / np.sqrt(1.0 + a + b)
    assert abs(narrow.left.inner(wide.left)[0, 0] - expected) < 1e-7


def test_what_cannot_be_compared_is_refused():
    """Another measure, vectors, and anything else."""
    line, unit = opsvd.decompose(lambda x, y: x * y), opsvd.decompose(lambda x, y: x * y, UNIT, UNIT)
    with pytest.raises(ValueError, match="under the same measure"):
        line.left.inner(unit.left)
    with pytest.raises(TypeError, match="other must be a SingularFunctions"):
        line.left.inner(line)
    vectors = opsvd.decompose(opsvd.elementwise(np.sin, 3), rtol=1e-3)
    with pytest.raises(ValueError, match="over samples x"):
        vectors.left.inner(vectors.left)
