r"""A quantity that falls by about one factor from step to step, continued beyond the last step that is known.

Steps may be panels that halve towards a singular point, strips along the end of a domain, or degrees of polynomials.
"""

import numpy as np

SLOWEST_RATE = 2e-3
"""A rate of decay below this, per step or per unit of a logarithm, is not told from none.

Energy nearer to zero than r is :math:`r^{2a + 1}` for :math:`|x|^a`, so that exponents within 1e-3 of -1/2 count as
those of functions that are not square-integrable.
"""


def fall(last: float | np.ndarray, before: float | np.ndarray) -> np.ndarray:
    """The factor from the step before to the last: zero if the last holds nothing, infinite if only the last does."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(np.equal(last, 0.0), 0.0, np.divide(last, before))


def continued(last: float | np.ndarray, factor: float | np.ndarray) -> np.ndarray:
    r"""What lies beyond the last step: :math:`a q + a q^2 + \dots = a\, q / (1 - q)`.

    Parameters
    ----------
    last : float or ndarray
        The amount a of the last step.
    factor : float or ndarray
        By which it falls from step to step, as from `fall`. Factors above 1 - `SLOWEST_RATE` count as this one: the
        sum is finite also where steps do not fall. Whether that is an error, or unknown, is for the caller to say.

    Returns
    -------
    ndarray
        Of the shape of the arguments.

    Examples
    --------
    >>> from opsvd.quadrature import continued, fall
    >>> float(continued(0.25, fall(0.25, 0.5)))
    0.25
    """
    q = np.minimum(factor, 1.0 - SLOWEST_RATE)
    return np.asarray(last * q / (1.0 - q))
