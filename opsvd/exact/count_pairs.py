r"""Probability ratios of pairs of dependent counts: two of a Poisson law, and two of a binomial law.

Each is the probability of a pair over the product of its marginals, and is :math:`\sum_n r^n p_n(x) p_n(y)`, with r
the correlation and p_n the polynomials orthonormal under the law: those of Charlier, or of Krawtchouk.
"""

import math

import numpy as np
from scipy.special import gammaln, xlogy

from .._support.validation import affordable, finite_float, positive_float
from .geometric import powers
from .pairs import Ratio, correlation


def poisson_pair(r: float, n: int) -> np.ndarray:
    r"""Spectrum of the probability ratio of two Poisson variables of correlation r: :math:`r^i`, 0 <= r < 1.

    For x and y of the law Poisson(mean), whatever the mean, and the kernel that :func:`poisson_pair_kernel` returns.

    Raises
    ------
    NotSquareIntegrableError
        If r >= 1.

    References
    ----------
    H. O. Lancaster, The structure of bivariate distributions, Ann. Math. Statist. 29 (1958).
    NIST Digital Library of Mathematical Functions, 18.19 and 18.23: Charlier polynomials.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.poisson_pair(0.5, 4))
    [1.    0.5   0.25  0.125]
    """
    return powers(correlation(r), n)


def _whole(x: np.ndarray) -> np.ndarray:
    """Return counts as integers."""
    return np.asarray(np.rint(x)).astype(np.int64)


def poisson_pair_kernel(r: float, mean: float) -> Ratio:
    r"""Return the probability ratio of two Poisson(mean) variables of correlation r, 0 <= r < 1.

    They are U + W and V + W, with W of the law Poisson(r m) and U and V of the law Poisson((1 - r) m), independent:

    .. math:: h = e^{r m} (1 - r)^{x + y} \sum_w \binom{x}{w} \binom{y}{w}\, w!\, \left(\frac{r}{(1 - r)^2 m}\right)^w

    for m = mean, and x, y = 0, 1, ... All terms are positive. The relative error is about 1e-16 of the logarithms of
    the factorials: 1e-13 for counts of a hundred.

    References
    ----------
    J. T. Campbell, The Poisson correlation function, Proc. Edinburgh Math. Soc. 4 (1934).

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import exact
    >>> h = exact.poisson_pair_kernel(0.5, mean=2.0)
    >>> print(h(np.array([0, 1]), np.array([0, 1])))    # e at zero, and (e / 4) (1 + 1)
    [2.71828183 1.35914091]
    """
    r, mean = correlation(r), positive_float(mean, "mean")
    if mean > 1e4:
        raise ValueError(f"mean must be at most 10^4, since the sum has as many terms as there are counts, got {mean}; "
                         f"pass a smaller one")

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = np.broadcast_arrays(_whole(x), _whole(y))
        fewer = np.minimum(x, y)
        log_factorial = gammaln(np.arange(max(x.max(initial=0), y.max(initial=0)) + 2.0))[1:]
        total = np.zeros(x.shape)
        outside = r * mean + (x + y) * math.log1p(-r) + log_factorial[x] + log_factorial[y]
        for w in range(fewer.max(initial=0) + 1):
            rest = log_factorial[np.maximum(x - w, 0)] + log_factorial[np.maximum(y - w, 0)] + log_factorial[w]
            term = np.exp(outside - rest + xlogy(w, r / ((1.0 - r) ** 2 * mean)))
            total += np.where(w <= fewer, term, 0.0)
        return total

    return ratio


def binomial_pair(r: float, trials: int) -> np.ndarray:
    r"""Spectrum of the probability ratio of two binomial variables of correlation r: :math:`r^i`, i = 0 ... trials.

    For x and y of the law Binomial(trials, p), 0 <= r <= 1, whatever p, and the kernel that
    :func:`binomial_pair_kernel` returns. Values that are zero, or below the smallest double, are left out.

    Parameters
    ----------
    r : float
        The correlation, in [0, 1]. At 1 the kernel is 1 / P(x) where x = y, and zero elsewhere.
    trials : int
        The number N of trials: the law has N + 1 atoms, and the kernel as many values.

    References
    ----------
    G. K. Eagleson, Polynomial expansions of bivariate distributions, Ann. Math. Statist. 35 (1964).
    NIST Digital Library of Mathematical Functions, 18.19 and 18.23: Krawtchouk polynomials.

    Examples
    --------
    >>> from opsvd import exact
    >>> print(exact.binomial_pair(0.5, trials=3))
    [1.    0.5   0.25  0.125]
    """
    values = powers(_share(r), affordable(trials, "trials", 3.0) + 1)
    return values[values > 0.0]


def _share(r: float) -> float:
    """Return a correlation in [0, 1], or raise naming r."""
    r = finite_float(r, "r")
    if not 0.0 <= r <= 1.0:
        raise ValueError(f"r must lie in [0, 1], being the correlation of two trials, got {r}; pass such a number")
    return r


def binomial_pair_kernel(r: float, trials: int, p: float) -> Ratio:
    r"""Return the probability ratio of two Binomial(trials, p) variables of correlation r, 0 <= r <= 1.

    Each of N trials gives a pair of successes and failures of correlation r; x and y count the successes. Given x and
    y, w trials with two successes have the hypergeometric law that independence would give them, and

    .. math:: h = \sum_w \frac{\binom{x}{w} \binom{N - x}{y - w}}{\binom{N}{y}}\,
              (1 + r q / p)^w\, (1 - r)^{x + y - 2 w}\, (1 + r p / q)^{N - x - y + w}

    with q = 1 - p and x, y = 0, ..., N. All terms are positive.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import exact
    >>> h = exact.binomial_pair_kernel(0.5, trials=1, p=0.25)
    >>> print(h(np.array([0, 0, 1]), np.array([0, 1, 1])))    # 1 + r p / q, 1 - r, 1 + r q / p
    [1.16666667 0.5        2.5       ]
    """
    r, size, p = _share(r), affordable(trials, "trials"), finite_float(p, "p")
    if not 0.0 < p < 1.0:
        raise ValueError(f"p must lie between 0 and 1, got {p}; pass the probability of a success")
    log_factorial = gammaln(np.arange(1.0, size + 2.0))
    both, neither = 1.0 + r * (1.0 - p) / p, 1.0 + r * p / (1.0 - p)

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = np.broadcast_arrays(_whole(x), _whole(y))
        outside = log_factorial[x] + log_factorial[size - x] + log_factorial[y] + log_factorial[size - y]
        total = np.zeros(x.shape)
        for w in range(np.minimum(x, y).max(initial=0) + 1):
            parts = np.stack([np.full_like(x, w), x - w, y - w, size - x - y + w])
            weight = outside - log_factorial[np.clip(parts, 0, size)].sum(axis=0) - log_factorial[size]
            term = xlogy(parts[0], both) + xlogy(parts[1] + parts[2], 1.0 - r) + xlogy(parts[3], neither)
            total += np.where((parts >= 0).all(axis=0), np.exp(weight + term), 0.0)
        return total

    return ratio
