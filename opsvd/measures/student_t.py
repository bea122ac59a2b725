"""The measures of Student, with heavy tails."""

import math

import numpy as np
from scipy.special import polygamma

from .._support.validation import affordable, finite_float, generator, points, positive_float
from .coordinates import HyperbolicSine
from .incomplete import log_beta, logit_of_beta_quantile
from .placed import CoordinateMeasure


class StudentT(CoordinateMeasure):
    r"""Student's measure on the line, of density proportional to :math:`(1 + (x - m)^2 / (\nu s^2))^{-(\nu + 1) / 2}`.

    One degree of freedom makes the law of Cauchy. The coordinate t has :math:`x = m + s \sqrt\nu \sinh t`, and the
    density :math:`\cosh^{-\nu}(t) / B(\nu / 2, 1 / 2)`. Only the polynomials of degree below :math:`\nu / 2` have
    finite norms.

    Parameters
    ----------
    df : float
        The degrees of freedom :math:`\nu`, positive.
    mean : float, default 0.0
        The place m of the symmetry, which is the mean if there is one.
    scale : float, default 1.0
        The length s, positive. The attribute `unit` has it; `scale` is that of the coordinate.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not a finite number, or `df` or `scale` is not positive.

    Examples
    --------
    >>> from opsvd import StudentT
    >>> mu = StudentT(df=5.0)
    >>> rule = mu.gauss_rule(2)
    >>> print(round(float(rule.weights @ mu.points(rule.nodes)**2), 10))    # df / (df - 2)
    1.6666666667
    """

    def __init__(self, df: float, mean: float = 0.0, scale: float = 1.0) -> None:
        self.df, self.mean = positive_float(df, "df"), finite_float(mean, "mean")
        self.unit = positive_float(scale, "scale")
        self.most_polynomials = float(math.ceil(0.5 * self.df))
        self.coordinates = HyperbolicSine(self.mean, self.unit * math.sqrt(self.df))
        self.symmetry = self.mean
        self._log_norm = log_beta(0.5 * self.df, 0.5)

    @property
    def given(self) -> dict[str, float]:
        """The degrees of freedom, the mean and the scale."""
        return {"df": self.df, "mean": self.mean, "scale": self.unit}

    @property
    def center(self) -> float:
        """Zero, the coordinate of the mean."""
        return 0.0

    @property
    def scale(self) -> float:
        """The standard deviation of the coordinate."""
        return float(np.sqrt(0.5 * polygamma(1, 0.5 * self.df)))

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density of t."""
        t = points(t, "t", 1)
        far = np.abs(t) > 1.0
        # Near zero without cancellation, since many degrees of freedom multiply it.
        squared = np.sinh(0.5 * np.where(far, 0.0, t)) ** 2
        with np.errstate(invalid="ignore"):
            log_cosh = np.where(far, np.logaddexp(t, -t) - np.log(2.0), np.log1p(2.0 * squared))
        return np.asarray(np.exp(-0.5 * (self.df * log_cosh + self._log_norm)))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points, shape (n,)."""
        x = self.mean + self.unit * generator(rng).standard_t(self.df, affordable(n, "n"))
        return np.asarray(np.clip(x, *self.support))

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        # (1 + tanh t) / 2 has a beta law, whose logit is 2t.
        return 0.5 * logit_of_beta_quantile(0.5 * self.df, 0.5 * self.df, p)

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of Gegenbauer polynomials of a negative parameter and an imaginary variable."""
        self.require_polynomials(n)
        k = np.arange(1.0, n)
        b = np.sqrt(self.df * k * (self.df + 1.0 - k) / ((self.df - 2.0 * k) * (self.df - 2.0 * k + 2.0)))
        return np.full(n, self.mean), np.append(1.0, self.unit * b)
