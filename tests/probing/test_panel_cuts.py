"""Where panels are cut at ends of curves, and where they have roots."""

import numpy as np
import pytest

from opsvd import Uniform
from opsvd._support.budget import Budget
from opsvd.kernels import Kernel
from opsvd.probing.cells_from_slices import curved_cells
from opsvd.probing.domain import Domain
from opsvd.probing.panel_cuts import changes_at, where_curves_end


def test_a_change_is_found_to_rounding():
    """Of a step, from either side."""
    kernel = Kernel(lambda x, y: (x > 0.3) + 0.0 * y)
    for ends in ((-1.0, 2.0), (2.0, -1.0)):
        assert changes_at(kernel, *ends, np.array([0.5])) == pytest.approx(0.3, abs=1e-15)


@pytest.mark.parametrize("side", [-1, 1], ids=["left", "right"])
@pytest.mark.parametrize(("center", "box"), [(0.2, (-3.0, 3.0)), (-1.0, (-1.0, 3.0))], ids=["turns back", "leaves"])
def test_where_a_circle_ends(center, box, side):
    """Two breaks meet at its tip; or one leaves the box there, if the other is outside."""
    kernel = Kernel(lambda x, y: x**2 + (y - center) ** 2 < 1.0)
    x = np.sort(-side * np.array([0.1, 0.5, 0.8, 1.3]))
    half = np.sqrt(np.maximum(1.0 - x**2, 0.0))
    breaks = [np.array([y for y in (center - r, center + r) if r > 0.0 and y > box[0]]) for r in half]
    place, to = where_curves_end(kernel, x, breaks, box)
    assert place == pytest.approx(-side, abs=1e-14)
    assert to == side
    there = np.flatnonzero(np.abs(x) < 1.0)[:2]
    assert where_curves_end(kernel, x[there], [breaks[i] for i in there], box) is None


@pytest.mark.parametrize("h", [
    pytest.param(lambda x, y: (x - 0.4) ** 2 + (y - 0.55) ** 2 < 0.1, marks=pytest.mark.thorough),
    pytest.param(lambda x, y: (y - 0.5) ** 2 < np.maximum(x - 0.3, 0.0) ** 3, marks=pytest.mark.thorough),
    lambda x, y: (x - 0.4) ** 2 + y**2 < 0.1], ids=["circle", "cusp", "half"])
def test_beside_tips_panels_have_roots(h):
    """Curves are polynomials in the root of the distance: panels that were halved took all values, and missed 1e-6."""
    kernel, line = Kernel(lambda x, y: 1.0 * h(x, y), measures=(Uniform(0.0, 1.0),) * 2), Uniform(0.0, 1.0)
    kernel = kernel.limited(Budget(60_000))
    kernel.budget.dear = True
    cells = curved_cells(kernel, Domain((0.0, 1.0), (0.0, 1.0), 0.0, 1.0, widened=False), (line, line), 1e-9, nodes=16)
    assert cells.missed <= 1e-9
    assert kernel.evaluations <= 45_000
    assert cells.misplaced <= 1e-5
    x, y = np.random.default_rng(5).random((2, 100_000))
    np.testing.assert_allclose(cells(x, y), h(x, y), atol=1e-8)
