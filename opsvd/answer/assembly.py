"""The answer of one discretisation: from values, evidence and a selection to a result."""


import numpy as np

from .._support.arrays import leading_true
from .._support.quad import is_quad
from ..operator.discretisation import Discretisation
from ..operator.evidence import Evidence, Listed
from ..operator.singular_functions import SingularSystem
from ..spectrum.multiplets import MOST_EXPANDED, as_counts, expanded, merged, ordered_errors
from .result import OperatorSVD
from .selection import Selection
from .status import status

# Values that stand so many times above their error bars tell how a spectrum decays.
_TOLD = 10.0


def assembled(discretisation: Discretisation, system: SingularSystem, evidence: Evidence, chosen: Selection, *,
              rtol: float, max_rank: int | None) -> OperatorSVD:
    """List the selected values with their functions, and account for the rest."""
    s, bars, counts = evidence.values, evidence.bars(), as_counts(system.left.multiplicities)
    # Values beyond the rank that are known to be values, though not which, tell how the spectrum decays.
    near = evidence.near()
    kept = max(chosen.rank, leading_true(s[:len(near)] > _TOLD * near))
    precise = system.values if is_quad(system.values) else s
    listed = Listed(precise[:kept], np.concatenate([bars[:chosen.rank], near[chosen.rank:kept]]), counts[:kept])
    if not evidence.ordered:
        values, value_bars, totals = merged(listed.values, listed.bars, listed.counts.tolist())
        listed = Listed(values, value_bars, as_counts(totals))
    rank = min(sum(listed.counts.tolist()), MOST_EXPANDED)
    errors = listed.bars if evidence.ordered else ordered_errors(*listed, rank, ((s + bars)[kept:], counts[kept:]))
    tail = evidence.left_out(kept)
    decay, beyond = evidence.spectrum(listed, kept, tail)
    given = errors[:chosen.rank] if evidence.ordered else errors
    worst = float(given.max(initial=0.0)) if chosen.rank else evidence.left_out(0)
    following = max(float(s[chosen.rank]) if chosen.rank < len(s) else 0.0, evidence.floor)
    whole = OperatorSVD(
        values=listed.values, multiplicities=listed.counts, value_errors=listed.bars,
        singular_values=expanded(listed.values, listed.counts, rank), errors=errors,
        left=system.left.truncated(kept, rank), right=system.right.truncated(kept, rank), norm=evidence.norm, tail=tail,
        rtol=rtol, method=discretisation.note, evaluations=0, breaks=evidence.breaks, decay=decay, spectrum_tail=beyond,
        converged=max(worst, chosen.unfound) <= chosen.goal,
        status=status(goal=chosen.goal, rtol=rtol, rank=chosen.rank, worst=worst, unfound=chosen.unfound,
                      following=following, remainder=evidence.remainder, limit=discretisation.limit))
    if kept > chosen.rank:
        whole = whole.leading(chosen.rank)
    return whole if max_rank is None or max_rank >= whole.rank else whole.truncate(max_rank)
