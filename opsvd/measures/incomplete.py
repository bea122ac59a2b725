"""The beta and gamma laws: quantiles, as logarithms where they are too small for floats, and the beta function."""

import math

import numpy as np
from scipy.special import betaincinv, betaln, gammainccinv, gammaincinv, gammaln

from ..quadrature import log_gamma_excess

# Below this the distribution functions are powers to rounding, and quantiles are roots of p, which have a logarithm
# where they have no float.
_POWER_LAW = 1e-18


def log_beta(a: float, b: float) -> float:
    """The logarithm of the beta function, also of large arguments, where it is no difference of log-gamma functions."""
    if max(a, b) < 16.0:
        return float(betaln(a, b))
    total = a + b
    powers = (part * (math.log1p(-(other / total)) if one > other else math.log(one / total))
              for part, one, other in ((a - 0.5, a, b), (b - 0.5, b, a)))
    return (math.fsum(powers) + 0.5 * math.log(2.0 * math.pi / total)
            + log_gamma_excess(a) + log_gamma_excess(b) - log_gamma_excess(total))


def logit_of_beta_quantile(a: float, b: float, p: np.ndarray) -> np.ndarray:
    """The logit of the x in [0, 1] below which the law of density x^(a - 1) (1 - x)^(b - 1) has the part p."""
    p = np.asarray(p, dtype=np.float64)
    low = betaincinv(a, b, p) <= 0.5
    # From the nearer end, to which the distance has all digits.
    below, distance = _log_beta_quantile(a, b, np.where(low, p, 0.5))
    above, other = _log_beta_quantile(b, a, np.where(low, 0.5, 1.0 - p))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(low, below - np.log1p(-distance), np.log1p(-other) - above))


def _log_beta_quantile(a: float, b: float, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of a quantile, and itself."""
    x = np.asarray(betaincinv(a, b, p))
    with np.errstate(divide="ignore"):
        power = (np.log(p) + np.log(a) + log_beta(a, b)) / a
        return np.where(x < _POWER_LAW, power, np.log(np.maximum(x, _POWER_LAW))), x


def gamma_quantile(a: float, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The x below which the law of density x^(a - 1) e^-x has the part p, and its logarithm."""
    p = np.asarray(p, dtype=np.float64)
    x = np.where(p < 0.5, gammaincinv(a, p), gammainccinv(a, 1.0 - p))
    with np.errstate(divide="ignore"):
        power = (np.log(p) + gammaln(a + 1.0)) / a
        return x, np.where(x < _POWER_LAW, power, np.log(np.maximum(x, _POWER_LAW)))
