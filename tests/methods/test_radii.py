"""Lengths and degrees that hold the energy: known energies, growth that is refused, and spectra that end."""

import numpy as np
import pytest

from opsvd import NotSquareIntegrableError, elementwise
from opsvd.methods.angular_profile import product_profile
from opsvd.methods.radii import enough_degrees, find_radii, largest_beyond
from opsvd.quadrature import harmonics


def radii_of(phi, k, tol):
    """The radii of phi(<x, y>), and the profile that they were found with."""
    line = elementwise(phi)
    return find_radii(lambda top: product_profile(line, k, 2.0 * top + np.log(k) + 0.1, tol), k, tol)


@pytest.mark.parametrize("k", [2, 3, 50])
def test_the_norm_and_the_lengths_of_a_product(k):
    """E <x, y>^2 = k; for large k the lengths are near sqrt(k), and little is missing."""
    radii, _ = radii_of(lambda z: z, k, 1e-6)
    assert radii.norm == pytest.approx(np.sqrt(k), rel=1e-5)
    assert radii.missing < 1e-5
    for low, high in (radii.x, radii.y):
        assert low < 0.0 < high < 3.0
        assert high < 6.0 / np.sqrt(k) or k == 2


@pytest.mark.thorough
def test_what_grows_too_fast_is_refused():
    """exp(0.6 <x, y>) has no norm."""
    with pytest.raises(NotSquareIntegrableError, match="does not decay with the lengths"):
        radii_of(lambda z: np.exp(0.6 * z), 2, 1e-4)


def test_degrees_end_with_a_polynomial():
    """<x, y>^2 has the degrees 0 and 2 alone, for which the first three are enough; sign takes all that there are."""
    radii, profile = radii_of(lambda z: z * z, 3, 1e-6)
    assert enough_degrees(profile, radii, 3, 1e-6, (True, False)) == 3
    radii, profile = radii_of(np.sign, 2, 1e-6)
    assert enough_degrees(profile, radii, 2, 1e-6, (False, True)) == 192


def test_no_value_of_the_degrees_beyond_is_larger_than_their_norm_allows():
    """N(3, 5) = 11 values of one size have the norm; if degree 5 is zero by parity, 13 of degree 6; zero stays zero."""
    assert largest_beyond(2.0, 3, 5, (True, True)) == pytest.approx(2.0 / np.sqrt(harmonics(3, 5)))
    assert largest_beyond(2.0, 3, 5, (True, False)) == pytest.approx(2.0 / np.sqrt(harmonics(3, 6)))
    assert largest_beyond(0.0, 3, 5, (True, True)) == 0.0
