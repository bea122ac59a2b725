"""Evidence for direct sums: the bars of each part, and the norm of the whole."""

import numpy as np

from opsvd import Estimate
from opsvd.evidence.images import Images
from opsvd.evidence.parts import PartsEvidence
from opsvd.evidence.remainder import ORDER_MARGIN, RemainderEvidence


def part(values, residual, norm):
    """A part whose values have residuals, and what is beside them a norm."""
    values = np.array(values)
    return RemainderEvidence(values=values, size=1.0, remainder=norm, operator_norm=norm, coupling=norm, dimension=50,
                             images=Images(np.full(len(values), residual), np.zeros(len(values))),
                             complement=np.full(len(values), norm))


def evidence(*parts):
    """The parts together."""
    values = np.sort(np.concatenate([one.values for one in parts]))[::-1]
    norm = float(np.sqrt(np.sum(values**2) + 0.01))
    return PartsEvidence(values=values, parts=parts, counts=(1,) * len(parts), added=1e-13,
                         known_norm=Estimate(norm, 1e-9), floor=ORDER_MARGIN * 0.02)


def test_bars_follow_the_order_of_all_values():
    """Each value has the bar of its own part."""
    first, second = part([0.8, 0.2], 1e-6, 0.02), part([0.5, 0.4], 1e-4, 0.02)
    bars = evidence(first, second).bars()
    assert bars[[0, 3]].max() < 1e-10 < bars[[1, 2]].min()


def test_no_bar_reaches_higher_than_what_is_left_beside_all_values():
    """A value below it may be as large as that, but not as large as both together."""
    small = evidence(part([0.8, 0.025], 1e-6, 0.02))
    assert small.values[1] + small.bars()[1] < ORDER_MARGIN * 0.02 + 1e-5


def test_what_is_left_out_is_what_the_norm_leaves():
    """With all that the norm may be off by."""
    whole = evidence(part([0.8, 0.2], 1e-6, 0.02))
    assert 0.1 <= whole.left_out(2) < 0.101
    assert abs(whole.left_out(1) - np.hypot(0.1, 0.2)) < 1e-3
    assert whole.beyond(1).computed == 0.2
