"""What lies beyond the listed values of a rotation-invariant kernel: degrees left out, and what they may add up to."""

import math

import numpy as np

from ..quadrature import continued, fall
from . import Tail
from .laws import FEWEST_FITTED, POWER, RELIABLE, fit_laws

_OF_SAMPLES = "svd.equivalent(n) has that of a matrix of n rows"


def sector_tail(energy: tuple[float, float], listed: np.ndarray, sums: np.ndarray, errors: np.ndarray,
                degrees: np.ndarray, *, complete: bool, hidden: float = 0.0, total_least: float = 0.0) -> Tail:
    r"""The tail of a spectrum of which some values of each degree are listed.

    Parameters
    ----------
    energy : (float, float)
        Bounds of :math:`\sum s^2` over all values that are not listed.
    listed, sums, errors : ndarray, shape (degrees,)
        For each degree: :math:`\sum N s` over the listed values and over all computed ones, and how far the latter may
        be off.
    degrees : ndarray, shape (degrees,)
        The degrees l, increasing.
    complete : bool
        Whether nothing lies beyond the last degree.
    hidden : float
        What may be hidden beside the computed values of all degrees, as a sum: see `opsvd.spectrum.Unlisted`.
    total_least : float
        A bound from below for the sum of all values.

    Notes
    -----
    The sums :math:`q_l = \sum_j N(k, l) s_{lj}` are continued beyond the last degree by the laws of decay of
    `opsvd.decay_law`, fitted to them as a sequence. Where they do not fall yet, or only like a power whose sum
    diverges, nothing bounds the nuclear norm, and the note says so.
    """
    least, root = (math.sqrt(max(bound, 0.0)) for bound in energy)
    nuclear, error, note = _continued(listed, sums, errors, degrees, complete)
    return Tail(root, nuclear, error if math.isinf(error) else error + hidden, note=note, least=least,
                extrapolated=root > 0.0, total_least=total_least)


def _continued(listed: np.ndarray, sums: np.ndarray, errors: np.ndarray, degrees: np.ndarray,
               complete: bool) -> tuple[float, float, str]:
    """The sum of what is not listed, its bar, and why either is infinite."""
    unlisted, bar = float(np.sum(sums - listed)), float(np.sum(errors))
    if complete:
        return unlisted, bar, ""
    # Degrees of one parity may be missing, and the last ones may be noise.
    told = np.flatnonzero((sums > RELIABLE * errors) & (sums > 0.0))
    fitted = told[len(told) // 4:]
    index = np.arange(1.0, len(told) + 1.0)[len(told) // 4:]
    fits = fit_laws(index, np.log(sums[fitted]), errors[fitted] / sums[fitted]) if len(told) else []
    start, last = float(len(told)), int(told[-1]) if len(told) else -1
    # A power is the law of the sums if its exponent is known to 15 per cent. One that is 1 within its error is 1.
    certain = len(fits) == 1 and fits[0].law is POWER and fits[0].error <= 0.15 * max(1.0, abs(fits[0].rate))
    # Sums that differ by less than one per cent do not fall, whatever law fits their noise best.
    constant = len(fitted) >= FEWEST_FITTED and float(np.ptp(np.log(sums[fitted]))) < 1e-2
    if constant or (certain and fits[0].rate - fits[0].error <= 1.0):
        power = 0.0 if constant else -fits[0].rate
        return math.inf, math.inf, (f"the values of degree l add up to about l^{power:.2g}, as far as degree "
                                    f"{int(degrees[last])}, so that the sum of all diverges; {_OF_SAMPLES}")
    if not fits and (few := _geometric(sums[told])) is not None:
        return unlisted + few, bar + few, ""
    beyond = [fit.sum_beyond(start, fit.rate) for fit in fits]
    most = max((fit.sum_beyond(start, fit.rate - fit.error) for fit in fits), default=math.inf)
    # What is computed beyond the last sum that is fitted is in the continuation.
    fitted_part = unlisted - float(np.sum((sums - listed)[last + 1:]))
    estimate = next(filter(math.isfinite, beyond), 0.0)
    if not math.isfinite(most) or not fits:
        return unlisted, math.inf, (f"the values of degree l still add up to too much at degree {int(degrees[-1])}, "
                                    f"the last computed: this is what they are known to add up to; {_OF_SAMPLES}")
    return fitted_part + estimate, bar + max(estimate, most - estimate), ""


def _geometric(sums: np.ndarray) -> float | None:
    """What at least three sums go on to, as a geometric series; None if the last do not each fall by half."""
    if len(sums) < 3 or sums[-1] > 0.5 * sums[-2] or sums[-2] > 0.5 * sums[-3]:
        return None
    return float(continued(sums[-1], max(fall(sums[-1], sums[-2]), fall(sums[-2], sums[-3]))))
