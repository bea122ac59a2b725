"""Evidence for another kernel: what a change of h does to every number of an answer."""

import numpy as np
import pytest

from opsvd.evidence.moved import Moved
from opsvd.evidence.remainder import RemainderEvidence
from opsvd.operator.evidence import Listed
from opsvd.spectrum import effective_rank, effective_ranks, hilbert_schmidt_norm, nuclear_norm

VALUES = 0.5 ** np.arange(12.0)


@pytest.mark.parametrize("rank", [1, 4, 12])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_functionals_hold_whatever_the_change_is(rank, sign):
    """If all values move together, by as much as the norm of the change allows, all intervals have the new ones."""
    moved = 1e-3
    exact = RemainderEvidence(
        values=VALUES, size=float(np.linalg.norm(VALUES)), remainder=1e-15, operator_norm=1e-15, coupling=1e-15,
        dimension=12, least=1e-15, overlaps=np.zeros((1, 12)))
    evidence = Moved(exact, moved)
    bars = evidence.bars()
    _, tail = evidence.spectrum(Listed(VALUES[:rank], bars[:rank], np.ones(rank)), rank, evidence.left_out(rank))
    truth = np.abs(VALUES + sign * moved / np.sqrt(12.0))
    known = {"errors": bars[:rank], "tail": tail}
    numbers = [(nuclear_norm(VALUES[:rank], **known), truth.sum()),
               (hilbert_schmidt_norm(VALUES[:rank], **known), np.linalg.norm(truth))]
    numbers += [(effective_rank(VALUES[:rank], kind=kind, **known), effective_ranks(truth, kind=kind))
                for kind in ("nuclear", "entropy", "stable")]
    for estimate, value in numbers:
        assert estimate.lower <= value <= estimate.upper
        assert abs(estimate - value) <= estimate.error
    assert tail.least <= np.linalg.norm(np.sort(truth)[::-1][rank:])
