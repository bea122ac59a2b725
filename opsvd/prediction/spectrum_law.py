"""What the law of a whole sampled spectrum gives: its density, its quantiles, and the figure of both."""

import math
import warnings
from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._support.axes import plot_values
from .._support.tables import Tabular, plain
from .._support.validation import described, real_array, require_memory
from ..errors import ConvergenceWarning
from .shell_equations import ShellEquations

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class SpectrumLaw(Tabular):
    r"""The law of all singular values of a sampled n x m matrix; a subclass has the equations that it follows.

    The law is that of means over samples, for large n and m. Its density is the imaginary part of
    :math:`\sum_i \sigma_i^2 / (\sigma_i^2 - z)` next to the positive axis. It is computed when it is first asked for,
    in about a second, and held against the number of values and their energy, which are known.
    """

    n: int
    m: int

    @property
    @abstractmethod
    def energy(self) -> float:
        """The expected squared Frobenius norm, which is that of the operator at any n and m."""

    @abstractmethod
    def _equations(self) -> ShellEquations:
        """The equations, in units of the norm; asked for only if the energy is not zero."""

    @cached_property
    def singular_values(self) -> np.ndarray:
        """What a sampled spectrum looks like: the quantiles of the law, nonincreasing, shape (min(n, m),).

        The i-th is where the law has i - 1/2 values above it. A value of multiplicity one is given as if it were many.
        Values below 1e-8 of the norm are zeros: the law does not know them.
        """
        least = min(self.n, self.m)
        require_memory(float(least), "min(n, m)", least, "ask for quantiles")
        return self._at_counts(np.arange(least) + 0.5)

    def quantiles(self, fractions: Any) -> np.ndarray:
        """Below which singular values these fractions of all min(n, m) of them lie.

        Parameters
        ----------
        fractions : array_like
            Numbers from 0 to 1, as for `numpy.quantile`.

        Returns
        -------
        ndarray
            Of the same shape.

        Examples
        --------
        Independent entries of variance 1 / n have singular values from 0 to 2, half of them below 0.808:

        >>> import opsvd
        >>> law = opsvd.deterministic_equivalent([], [], 1000, tail_energy=1000.0)
        >>> print(law.quantiles([0.5, 0.9]).round(2))
        [0.81 1.61]
        """
        parts = real_array(fractions, "fractions")
        if not ((parts >= 0.0) & (parts <= 1.0)).all():
            raise ValueError(f"fractions must be numbers from 0 to 1, got {described(fractions)}; pass for example "
                             f"[0.05, 0.5, 0.95]")
        return self._at_counts((1.0 - parts) * min(self.n, self.m))

    def density(self, s: Any) -> np.ndarray:
        r"""How many singular values the law has near s, for each unit of :math:`\log s`.

        So :math:`\int \mathrm{density}(s)\, ds / s` is their number, and that of a histogram with logarithmic bins is
        the density times the width of a bin in :math:`\log s`.

        Parameters
        ----------
        s : array_like
            Singular values, positive.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        points = real_array(s, "s")
        if not (np.isfinite(points) & (points > 0.0)).all():
            raise ValueError(f"s must be finite and positive, got {described(s)}; pass singular values")
        return np.asarray(np.interp(np.log(points), self._curve.log_s, self._curve.density, left=0.0, right=0.0))

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw what a sampled spectrum looks like; needs matplotlib (the extra ``plot``)."""
        values = self.singular_values
        known = np.where(values > 0.0, values, np.nan)
        return plot_values(ax, known, np.zeros_like(known), title=f"{self.n} x {self.m}: the law of all values",
                           label="quantiles of the law")

    def to_dict(self) -> dict[str, Any]:
        """All attributes, the functionals, and some quantiles by their fractions, as Python's own: json.dumps takes it.

        The singular values, which may be millions, are not among them.
        """
        known = {name: plain(getattr(self, name)) for name in ("energy", "nuclear_norm", "effective_rank")}
        fractions = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
        quantiles = dict(zip(map(str, fractions), self.quantiles(fractions).tolist(), strict=True))
        return {**super().to_dict(), **known, "quantiles": quantiles}

    def _at_counts(self, above: np.ndarray) -> np.ndarray:
        """The singular values above which the law has so many."""
        log_s, _, counts, known = self._curve
        return np.where(above <= known, np.exp(np.interp(above, counts[::-1], log_s[::-1])), 0.0)

    @cached_property
    def _curve(self) -> "_Curve":
        if self.energy == 0.0:
            return _Curve(np.array([-np.inf]), np.zeros(1), np.zeros(1), 0.0)
        equations = self._equations()
        u, density, complete = equations.counts()
        # In a gap the extrapolated density may undershoot zero: no value is taken back.
        from scipy.integrate import cumulative_trapezoid, trapezoid  # importing opsvd would take a fifth longer
        above = np.maximum.accumulate(-cumulative_trapezoid(density[::-1], u[::-1], initial=0))[::-1]
        energy = float(trapezoid(np.exp(u) * density, u))
        missing = equations.rank - above[0] if complete else min(equations.rank - above[0], 0.0)
        if not (abs(energy - 1.0) < 0.05 and abs(missing) < 0.02 * equations.rank + 0.5):
            warnings.warn(f"the density of the law has {energy:.4g} times the energy, and {above[0]:.6g} values of "
                          f"{equations.rank}: quantiles and densities are not to be relied on", ConvergenceWarning,
                          stacklevel=3)
        known = float(equations.rank if complete else above[0])
        return _Curve(0.5 * (u + math.log(self.energy)), 2.0 * np.maximum(density, 0.0), above, known)


class _Curve(NamedTuple):
    """Logarithms of singular values, increasing; the density there; how many lie above, and how many are known."""

    log_s: np.ndarray
    density: np.ndarray
    above: np.ndarray
    known: float
