r"""The metric entropy of the image of the unit ball, from singular values.

An operator maps the unit ball to an ellipsoid whose semi-axes are the singular values. Its *metric entropy* H(eps) is
the logarithm of the least number of balls of radius eps that cover it.
"""

import math
from typing import Any

import numpy as np

from .._support.floats import EPS
from .._support.validation import positive_float
from .estimate import Estimate
from .functionals import Spectrum, checked
from .tail import Tail


def metric_entropy(values: Any, eps: float, *, multiplicities: Any = None, errors: Any = None,
                   tail: Tail | None = None) -> Estimate:
    r"""The metric entropy H(eps) of the ellipsoid with the semi-axes :math:`s_i`, in nats, between two bounds.

    .. math:: \sum_{s_i > \epsilon} \log \frac{s_i}{\epsilon} \;\le\; H(\epsilon) \;\le\; \min_d
        \sum_{i \le d} \frac12 \log\Big( 2 + \frac{8 s_i^2}{\epsilon^2 - s_{d+1}^2} \Big), \qquad s_{d+1} < \epsilon

    Parameters
    ----------
    values, multiplicities, errors, tail
        As in `nuclear_norm`.
    eps : float
        The radius of the balls.

    Returns
    -------
    Estimate
        The sum on the left, at the computed values. Its error reaches from there to the farther bound: H(eps) is within
        `lower` and `upper`, if each value is within its bar, and what lies beyond them is as `tail` says. Divide by
        log 2 for bits.

    Notes
    -----
    *From below.* The projection to the first d axes has :math:`\prod_i s_i` times the volume of the unit ball of
    :math:`R^d`, and balls that cover it have :math:`\epsilon^d` times that each. *From above.* In the same projection
    choose points that are :math:`\eta` apart, as many as there is room for. Balls of radius :math:`\eta / 2` around
    them do not meet, and lie in a sum of ellipsoid and ball that is inside the ellipsoid with the semi-axes
    :math:`\sqrt{2 s_i^2 + \eta^2 / 2}`; compare volumes. Each point of the image is within :math:`\eta` of one of
    them in the first d axes, and within :math:`s_{d+1}` in the others; :math:`\eta^2 = \epsilon^2 - s_{d+1}^2`. The
    two sums differ by about 1.04 for every value above eps, so that the relative error falls as eps does.

    References
    ----------
    A. N. Kolmogorov and V. M. Tikhomirov, epsilon-entropy and epsilon-capacity of sets in function spaces (1959).

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.spectrum import metric_entropy
    >>> H = metric_entropy(0.5 ** np.arange(60), 2.0**-40)    # (1 + 2 + ... + 40) log 2 is 568.4
    >>> round(float(H), 1), round(H.lower, 1), round(H.upper, 1)
    (568.4, 568.4, 612.6)
    """
    eps, spectrum = positive_float(eps, "eps"), checked(values, multiplicities, errors, tail)
    value = _volume(spectrum.values, spectrum.counts, eps)
    lower = _volume(spectrum.lower, spectrum.counts, eps)
    upper = _covering(spectrum, eps)
    rounding = 8.0 * EPS * (value + upper if math.isfinite(upper) else value)
    lower, upper = max(lower - rounding, 0.0), upper + rounding
    return Estimate(value, max(upper - value, value - lower), lower=lower, upper=upper)


def _volume(s: np.ndarray, counts: np.ndarray, eps: float) -> float:
    """The sum of log(s / eps) over the values above eps."""
    above = s > eps
    return float(counts[above] @ (np.log(s[above]) - math.log(eps)))


def _covering(spectrum: Spectrum, eps: float) -> float:
    """The least of the bounds from above, for some fifty numbers d of values that leave a smaller one than eps."""
    with np.errstate(over="ignore"):    # what is too large makes the bound infinite
        s, counts = np.minimum.accumulate(spectrum.upper / eps), spectrum.counts
    beyond = spectrum.tail.hilbert_schmidt / eps
    largest = min(float(s.min(initial=math.inf)), beyond)    # of the values beyond
    if max(float(s.max(initial=0.0)), largest) <= 1.0:
        return 0.0    # one ball around zero
    if largest >= 1.0:
        # At most 2 beyond^2 of the values beyond are above sqrt(1/2), since their squares sum to no more than beyond^2.
        return _bound(np.append(s, largest), np.append(counts, 2.0 * beyond * beyond), math.sqrt(0.5))
    following = np.append(s, largest)
    # Every d gives a bound. Both following^2 and what it lacks of one are tried from a thousandth to 1/2, in steps of
    # thirty per cent.
    steps = np.geomspace(1e-3, 0.5, 25)
    levels = np.sqrt(np.concatenate([1.0 - steps, steps]))
    first = int(np.argmax(following < 1.0))
    chosen = np.unique(np.clip(np.searchsorted(-following, -levels), first, s.size))
    return min(_bound(s[:d], counts[:d], float(following[d])) for d in {first, *chosen.tolist()})


def _bound(s: np.ndarray, counts: np.ndarray, following: float) -> float:
    """The sum of log(2 + 8 s^2 / (1 - following^2)) / 2, over the values that stand at all."""
    s, counts = s[(s > 0.0) & (counts > 0.0)], counts[(s > 0.0) & (counts > 0.0)]
    ratios = math.log(8.0) + 2.0 * np.log(s) - math.log1p(-following * following)
    return float(0.5 * counts @ np.logaddexp(math.log(2.0), ratios))
