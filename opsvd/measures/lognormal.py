"""The lognormal measure."""

import numpy as np

from .._support.validation import finite_float, positive_float
from .gaussian import Gaussian
from .pushforward import Pushforward


class LogNormal(Pushforward):
    r"""The law of :math:`x = e^y` with y Gaussian: the image of ``Gaussian(mean, std)`` under the exponential.

    The coordinate is :math:`\log x`, and the polynomials are those of Hermite in it: polynomials in x are not dense.

    Parameters
    ----------
    mean : float, default 0.0
        The mean of log x.
    std : float, default 1.0
        The standard deviation of log x, positive.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not a finite number, or `std` is not positive, or x beyond 8 of its deviations is no float.

    Examples
    --------
    >>> from opsvd import LogNormal
    >>> mu = LogNormal(0.0, 0.5)
    >>> rule = mu.gauss_rule(20)
    >>> print(round(float(rule.weights @ mu.points(rule.nodes)), 10))    # exp(std^2 / 2)
    1.1331484531
    """

    arguments = ("mean", "std")

    def __init__(self, mean: float = 0.0, std: float = 1.0) -> None:
        self.mean, self.std = finite_float(mean, "mean"), positive_float(std, "std")
        # Of x the squares must be floats; eight deviations hold all but 1e-15 of the mass.
        if abs(self.mean) + 8.0 * self.std > 340.0:
            raise ValueError(f"mean and std must leave exp(|mean| + 8 std) a float with a square, got "
                             f"mean={self.mean!r} and std={self.std!r}; take h(exp(x), y) under opsvd.Gaussian")
        if self.std <= 1e-14 * max(abs(self.mean), 1.0):
            raise ValueError(f"std must be large enough for exp(y) to be more than a few floats, got "
                             f"mean={self.mean!r} and std={self.std!r}; take opsvd.Gaussian")
        super().__init__(Gaussian(self.mean, self.std), _exponential, np.log)

    def logarithmic_slope(self, t: np.ndarray) -> np.ndarray:
        """One: the coordinate is the logarithm."""
        return np.ones(np.shape(t))


def _exponential(y: np.ndarray) -> np.ndarray:
    """No zero, at which logarithms are infinite, and no infinity."""
    return np.asarray(np.exp(np.clip(y, -700.0, 345.0)))
