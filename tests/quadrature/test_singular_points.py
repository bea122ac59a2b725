"""What is hidden at singular points: all that grows there, and next to nothing of what is bounded."""

import numpy as np
import pytest

from opsvd.quadrature import hidden_energy


def hidden_of(integral):
    """What is hidden of a function on [0, 1], given the integral of f^2 up to any point, and the width of where it is.

    The narrowest pieces are the first two.
    """
    edges = np.append(0.0, 2.0 ** np.arange(-40.0, 1.0))
    return hidden_energy(edges, np.diff([0.0, *integral(edges[1:])])), edges[2]


@pytest.mark.parametrize("a", [0.02, 0.2, 0.45])
def test_of_growing_functions_no_less_is_hidden_than_a_constant_leaves(a):
    """For x^-a, whose best constant on [0, w] is its mean, and no more than all."""
    hidden, w = hidden_of(lambda x: x ** (1.0 - 2.0 * a) / (1.0 - 2.0 * a))
    everything = w ** (1.0 - 2.0 * a) / (1.0 - 2.0 * a)
    constant = w ** (1.0 - 2.0 * a) / (1.0 - a) ** 2
    assert everything - constant <= hidden <= everything


@pytest.mark.parametrize("a", [0.2, 0.45, 0.49])
def test_quarters_that_were_halved_hide_as_much_as_quarters(a):
    """Neighbours are as wide as each other there: steps away from the singular point have two pieces each."""
    quarters = np.append(0.0, 4.0 ** np.arange(-20.0, 1.0))
    halved = np.sort(np.append(quarters, 2.5 * quarters[1:-1]))
    of_quarters, of_halves = (hidden_energy(edges, np.diff(edges ** (1.0 - 2.0 * a) / (1.0 - 2.0 * a)))
                              for edges in (quarters, halved))
    assert of_halves == pytest.approx(of_quarters, rel=1e-12)
    everything = quarters[1] ** (1.0 - 2.0 * a) / (1.0 - 2.0 * a)
    assert everything - quarters[1] ** (1.0 - 2.0 * a) / (1.0 - a) ** 2 <= of_quarters <= everything


@pytest.mark.parametrize("twice", [0.0, 1e-28])
def test_beside_zero_pieces_count_down_to_the_narrowest(twice):
    """Of log x on pieces down to 1e-24 1e-22 is hidden, also where a cut stands beside zero once more."""
    edges = np.append(0.0, 4.0 ** np.arange(-40.0, 1.0))
    if twice:
        edges = np.insert(edges, 1, twice)
    integral = edges * (np.log(np.maximum(edges, 1e-300)) ** 2 - 2.0 * np.log(np.maximum(edges, 1e-300)) + 2.0)
    assert 0.0 < hidden_energy(edges, np.diff(integral)) <= 1e-20


def test_of_bounded_functions_next_to_nothing_is_hidden():
    """For 1 - x^(1/3), which grows towards zero, but to one."""
    hidden, w = hidden_of(lambda x: x - 1.5 * x ** (4.0 / 3.0) + 0.6 * x ** (5.0 / 3.0))
    mean_square, mean = 1.0 - 1.5 * w ** (1.0 / 3.0) + 0.6 * w ** (2.0 / 3.0), 1.0 - 0.75 * w ** (1.0 / 3.0)
    assert w * (mean_square - mean**2) <= hidden <= 1e-3 * w


def test_pieces_that_shrink_from_one_side_alone_tell_nothing_of_the_other():
    """A function that is one up to a jump at zero, and zero beyond, where pieces do not shrink towards it."""
    edges = np.concatenate([[-3.0, -1.0, 0.0], 2.0 ** np.arange(-40.0, 1.0)])
    energies = np.where(edges[1:] > 0.0, 1e-6, 1.0) * np.diff(edges)
    energies[0] = 1.5    # less than twice that of half the width: it would grow towards zero
    assert hidden_energy(edges, energies) <= 1e-15
