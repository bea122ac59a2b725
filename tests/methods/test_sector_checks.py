"""Check grids of lengths: no node of the bases, equally spaced shifts, and what they make of a known kernel."""

import numpy as np
import pytest

from opsvd import elementwise
from opsvd.bases import RadialBasis
from opsvd.methods.angular_profile import product_profile
from opsvd.methods.sector_checks import CheckGrids


@pytest.fixture(scope="module")
def grids():
    """The check grids of two bases in R^3, for <x, y>."""
    profile = product_profile(elementwise(lambda z: z), 3, 6.0, 1e-12)
    return CheckGrids(profile, None, RadialBasis(3, 0.1, 1.8, 101), RadialBasis(3, 0.1, 1.759, 101), 2)


def test_no_check_node_is_a_node_of_a_basis(grids):
    """At least a hundredth of a step, less rounding, lies between them."""
    for check in (grids.first, *grids.others):
        for nodes, basis in ((check.x, grids.left), (check.y, grids.right)):
            assert np.abs(nodes[:, None] - basis.grid).min() > 0.00999 * basis.step


@pytest.mark.parametrize("direction", [(1, 0), (0, 1), (1, 1), (1, -1)], ids=str)
def test_shifts_of_the_five_grids_are_equally_spaced(grids, direction):
    """In x, in y, along x + y and along x - y: they divide the step of the check grids into fifths."""
    checks = [grids.first, *grids.others]
    step = checks[0].step
    along = np.array([direction[0] * check.x[-1] + direction[1] * check.y[-1] for check in checks])
    parts = np.sort(np.round((along - along[0]) / step * 5.0, 6) % 5.0)
    np.testing.assert_allclose(parts, np.arange(5.0), atol=1e-5)


def test_a_grid_sees_the_norm_and_the_functions_of_a_product(grids):
    """|x| |y| on degree 1 has the norm sqrt(3), and is spanned by the function |x| of the bases."""
    check = grids.first
    assert np.linalg.norm(check.matrix(1)) == pytest.approx(np.sqrt(3.0), rel=1e-9)
    assert np.linalg.norm(check.matrix(0)) < 1e-12
    np.testing.assert_array_equal(check.matrix(1, images=True), check.matrix(1))
    f, g = check.functions(grids.left, grids.right)
    coefficients = np.sqrt(0.1) * grids.left.weights * np.exp(grids.left.grid)
    other = np.sqrt(0.1) * grids.right.weights * np.exp(grids.right.grid)
    np.testing.assert_allclose(np.outer(f @ coefficients, g @ other) * np.sqrt(3.0), check.matrix(1), atol=1e-6)
    assert check.beyond < 1e-12
    assert 0.0 < check.rounding(1) < 1e-14
