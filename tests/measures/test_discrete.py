"""Measures of finitely many points: atoms, labels, samples, and errors for bad arguments."""

import numpy as np
import pytest
from scipy.stats import binom

from opsvd import Discrete, Empirical, Gaussian, Mixture, parse_measure

BINOMIAL = Discrete(np.arange(11.0), binom(10, 0.3).pmf(np.arange(11)))
VECTORS = Empirical([[0.0, 1.0], [2.0, -1.0], [0.0, 0.5], [0.0, 1.0]])


def test_equal_points_become_one_atom_and_impossible_ones_none():
    """Atoms are in order, their probabilities add up, and what has none is left out."""
    mu = Discrete([2.0, -1.0, 2.0, 7.0, 0.0], [0.25, 0.25, 0.125, 0.0, 0.375])
    assert mu.atoms.tolist() == [-1.0, 0.0, 2.0]
    assert mu.masses.tolist() == [0.25, 0.375, 0.375]
    assert VECTORS.atoms.tolist() == [[0.0, 0.5], [0.0, 1.0], [2.0, -1.0]]
    assert VECTORS.masses.tolist() == [0.25, 0.5, 0.25]
    assert Empirical([0.0, -0.0, 1.0]).masses.tolist() == pytest.approx([2.0 / 3.0, 1.0 / 3.0])


def test_weights_are_normalised():
    """Of any size: their sum may be beyond the largest float."""
    assert Empirical([1.0, 2.0], [1e308, 1e308]).masses.tolist() == [0.5, 0.5]
    assert Empirical([1.0, 2.0, 3.0], [1, 0, 3]).masses.tolist() == [0.25, 0.75]


@pytest.mark.parametrize("mu", [BINOMIAL, VECTORS], ids=repr)
def test_coordinates_are_labels(mu):
    """Each atom is an interval of length one; its density integrates to one, and points and coordinates are inverse."""
    labels = np.arange(len(mu.atoms)) + 0.5
    np.testing.assert_array_equal(mu.points(labels), mu.atoms)
    np.testing.assert_array_equal(mu.coordinate(mu.atoms), labels)
    assert np.sum(mu.sqrt_density(labels) ** 2) == pytest.approx(1.0, abs=1e-15)
    np.testing.assert_array_equal(mu.points(labels - 0.5), mu.atoms)
    assert mu.span == (0.0, len(labels))
    assert mu.contains(mu.atoms).all()
    assert not mu.contains(mu.atoms + 0.25).any()
    np.testing.assert_array_equal(mu.supported(mu.atoms + 1e-9), mu.atoms)


def test_quantiles_are_those_of_scipy():
    """The point below which there is a part of the mass."""
    p = np.linspace(0.01, 0.99, 43)
    np.testing.assert_array_equal(BINOMIAL.from_uniform(p), binom(10, 0.3).ppf(p))
    assert (BINOMIAL.points(np.array(BINOMIAL.center)), BINOMIAL.support) == (3.0, (0.0, 10.0))


@pytest.mark.parametrize("mu", [BINOMIAL, VECTORS], ids=repr)
def test_samples_are_atoms_as_often_as_they_should_be(mu):
    """Counts of 20 000 draws, to five of their deviations."""
    x = mu.sample(20_000, np.random.default_rng(0))
    assert x.shape == ((20_000, 2) if mu.dim == 2 else (20_000,))
    counts = np.bincount(mu.label(mu.coordinate(x)), minlength=len(mu.atoms))
    expected = 20_000 * mu.masses
    assert (np.abs(counts - expected) <= 5.0 * np.sqrt(expected) + 1.0).all()
    assert mu.contains(x).all()


def test_symmetry_is_that_of_atoms_and_probabilities():
    """About the middle, or not at all."""
    assert Discrete([-1.0, 0.0, 3.0, 4.0], [0.2, 0.3, 0.3, 0.2]).symmetry == 1.5
    assert Discrete([-1.0, 0.0, 3.0, 4.0], [0.2, 0.3, 0.2, 0.3]).symmetry is None
    assert VECTORS.symmetry is None


def test_equality_and_short_forms():
    """By atoms and probabilities, whatever the order; long ones are named by their number."""
    assert Empirical([2.0, 1.0]) == Empirical([1.0, 2.0]) != Discrete([1.0, 2.0], [0.5, 0.5])
    assert hash(Empirical([2.0, 1.0])) == hash(Empirical([1.0, 2.0]))
    assert repr(Discrete([0, 1], [0.3, 0.7])) == "Discrete(points=[0.0, 1.0], probabilities=[0.3, 0.7])"
    assert repr(Empirical(np.arange(100.0))) == "Empirical(100 points from 0 to 99)"
    assert repr(VECTORS) == "Empirical(3 points of R^2)"
    again = Empirical.from_state(Empirical(np.arange(1.0, 8.0), np.arange(1.0, 8.0)).state())
    assert again == Empirical(np.arange(1.0, 8.0), np.arange(1.0, 8.0))


def test_they_can_be_written_as_text():
    """For the command line."""
    assert parse_measure("discrete([0, 1], [.3, .7])") == Discrete([0, 1], [0.3, 0.7])
    assert parse_measure("empirical([[0, 1], [2, 3]])") == Empirical([[0, 1], [2, 3]])
    mixed = parse_measure("mixture([discrete([0], [1]), gaussian], [.5, .5])")
    assert mixed == Mixture([Discrete([0.0], [1.0]), Gaussian()], [0.5, 0.5])


@pytest.mark.parametrize(("make", "message"), [
    (lambda: Discrete([0, 1], [0.3, 0.6]), r"probabilities must sum to one, got .* of the sum 0.9; pass"),
    (lambda: Discrete([0, 1], [-0.3, 1.3]), "probabilities must be 2 finite numbers that are not negative"),
    (lambda: Discrete([0, 1], [1.0]), "probabilities must be 2 finite numbers"),
    (lambda: Discrete([0, np.nan], [0.5, 0.5]), "points must be finite"),
    (lambda: Discrete(np.ones((2, 2, 2)), [0.5, 0.5]), r"shape \(n,\) for numbers or \(n, k\) for vectors"),
    (lambda: Empirical([]), "n at least one"),
    (lambda: Empirical([1.0, 2.0], [0.0, 0.0]), "and not all zero"),
    (lambda: Mixture([VECTORS, Gaussian()]), "components must be measures of numbers, got Empirical"),
])
def test_bad_arguments_are_named(make, message):
    """With the requirement, and what came."""
    with pytest.raises(ValueError, match=message):
        make()
