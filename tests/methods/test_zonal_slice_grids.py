"""What a function of the coordinate of x along w is on harmonics of x."""

import numpy as np
import pytest

from opsvd.measures import Chi
from opsvd.methods.zonal_planes import RoundPlane
from opsvd.methods.zonal_slice_grids import SliceGrid
from opsvd.methods.zonal_slice_rules import SliceSize


class OfThePlane(SliceGrid):
    """Polynomials in the angle of the plane itself, whatever phi is."""

    def turned(self, plane):
        """The same."""
        return plane


@pytest.mark.parametrize("p", [2, 3, 5])
@pytest.mark.parametrize("check", [False, True])
def test_means_of_all_degrees_have_the_energy_of_a_function(p, check):
    """q(<x, w>) is the sum over all harmonics Y of x of (R_m* q)(|x|) Y(w) Y(x): energies add up to that of q, one."""
    plane = RoundPlane(p, Chi(p, 1.0), 0.3, 0.0, 0.9)    # far poles, so that few degrees hold all
    grid = OfThePlane(None, plane, SliceSize(24, 4, 4, 60), check=check)
    energies = np.zeros(60)
    for degree in grid.degrees:
        energies[grid.polynomials(degree)] += grid.multiplicity(degree) * np.sum(grid.averaged(degree) ** 2, axis=0)
    np.testing.assert_allclose(energies[:6], 1.0, atol=1e-12)
    assert energies.max() < 1.0 + 1e-12
