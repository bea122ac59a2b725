"""What the SVD of a density ratio says of two random variables."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc

from .._support.axes import COLOURS, axes_or_new, plot_values, styled
from .._support.floats import EPS
from .._support.tables import Records, Tabular
from ..answer.result import OperatorSVD
from ..measures import Discrete
from ..operator.singular_functions import SingularFunctions
from ..spectrum import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Dependence(Tabular):
    r"""Canonical correlations and functions of two random variables, made by `opsvd.dependence`.

    .. math:: h(x, y) = 1 + \sum_i \rho_i f_i(x) g_i(y), \qquad E[f_i] = E[g_i] = 0,

    where h is the density of the pair over the product of the marginal ones. Under the pair,
    :math:`E[f_i(x) g_j(y)] = \rho_i \delta_{ij}`: no two functions have a larger correlation than
    :math:`f_1` and :math:`g_1`. The names of tables are those of correspondence analysis.

    Attributes
    ----------
    svd : OperatorSVD
        Of h - 1, the density ratio without its trivial value one. It can be saved, sampled and drawn.
    total : float or None
        The number of pairs in a table of counts; None for a density.
    row_labels, column_labels : ndarray, shape (R,) and (C,), or None
        What the rows and columns of a table stand for.
    """

    svd: OperatorSVD
    total: float | None = None
    row_labels: np.ndarray | None = None
    column_labels: np.ndarray | None = None

    @property
    def correlations(self) -> np.ndarray:
        r"""The canonical correlations :math:`\rho_1 \ge \rho_2 \ge \dots`, those that stand above their bars: (r,)."""
        s = self.svd.singular_values
        return np.asarray(s[:int(np.count_nonzero(s > self._rounding))])

    @property
    def errors(self) -> np.ndarray:
        """Error bars of `correlations`, (r,): of the computation alone, and not of sampling; see `standard_errors`."""
        return np.asarray(self.svd.errors[:len(self.correlations)] + self._rounding)

    @property
    def _rounding(self) -> float:
        """What the rounding of h does to h - 1. Tables of counts have their differences to rounding."""
        return 0.0 if self.total is not None else 8.0 * EPS * math.hypot(1.0, float(self.svd.norm))

    @property
    def maximal_correlation(self) -> Estimate:
        """The largest correlation of a function of x and one of y, with its bar."""
        if len(self.correlations) == 0:
            return Estimate(0.0, min(self.svd.tail + self._rounding, 1.0))
        return Estimate(float(self.correlations[0]), float(self.errors[0]))

    @property
    def left(self) -> SingularFunctions:
        """The canonical functions :math:`f_i`."""
        return self.svd.left

    @property
    def right(self) -> SingularFunctions:
        """The canonical functions :math:`g_i`."""
        return self.svd.right

    @property
    def principal_inertias(self) -> np.ndarray:
        """The squares of `correlations`, (r,)."""
        return np.asarray(self.correlations**2)

    @property
    def inertia(self) -> Estimate:
        r"""The sum of all principal inertias, :math:`E[(h - 1)^2]` under the product of the marginals."""
        norm, error = float(self.svd.norm), self.svd.norm.error + self._rounding
        return Estimate(norm**2, 2.0 * norm * error + error**2)

    @property
    def chi_square(self) -> float:
        """Pearson's statistic of independence, the number of pairs times `inertia`: of a table."""
        return self._of_table("chi_square") * float(self.inertia)

    @property
    def degrees_of_freedom(self) -> int:
        """(R - 1)(C - 1), of a table with R rows and C columns."""
        self._of_table("degrees_of_freedom")
        return math.prod(len(measure.atoms) - 1 for measure in self._atoms)

    @property
    def p_value(self) -> float:
        """The probability of so large a `chi_square` under independence, for many pairs: of a table."""
        return float(chdtrc(max(self.degrees_of_freedom, 1), self.chi_square))

    @property
    def row_masses(self) -> np.ndarray:
        """The shares of the rows, (R,): of discrete variables."""
        return self._atoms[0].masses

    @property
    def column_masses(self) -> np.ndarray:
        """The shares of the columns, (C,)."""
        return self._atoms[1].masses

    @cached_property
    def row_standard(self) -> np.ndarray:
        r"""Standard coordinates of the rows, :math:`f_i` at each: (R, r), of mean 0 and variance 1 under the masses."""
        return self.left(self._atoms[0].atoms)[:, :len(self.correlations)]

    @cached_property
    def column_standard(self) -> np.ndarray:
        """Standard coordinates of the columns, (C, r)."""
        return self.right(self._atoms[1].atoms)[:, :len(self.correlations)]

    @property
    def row_principal(self) -> np.ndarray:
        r"""Principal coordinates of the rows, :math:`\rho_i f_i`: (R, r)."""
        return np.asarray(self.row_standard * self.correlations)

    @property
    def column_principal(self) -> np.ndarray:
        r"""Principal coordinates of the columns, :math:`\rho_i g_i`: (C, r)."""
        return np.asarray(self.column_standard * self.correlations)

    @property
    def standard_errors(self) -> np.ndarray:
        r"""Asymptotic standard errors of `correlations`, (r,), for independent pairs: of a table.

        By the delta method: a share of the pair (x, y) moves :math:`\rho` by
        :math:`\psi = f g - \rho (f^2 + g^2) / 2`, of mean zero under the pair, so that the variance is
        :math:`E[\psi^2] / n`. That holds for many pairs, and correlations that are neither zero nor equal to another:
        where they differ by some standard errors. These errors are of sampling, and far above `errors`.

        References
        ----------
        M. E. O'Neill, Asymptotic distributions of the canonical correlations from contingency tables, Austral. J.
        Statist. 20 (1978).
        """
        total = self._of_table("standard_errors")
        pairs = np.outer(self.row_masses, self.column_masses)
        shares = pairs * (1.0 + self.row_standard * self.correlations @ self.column_standard.T)
        found = []
        for f, g, rho in zip(self.row_standard.T, self.column_standard.T, self.correlations, strict=True):
            psi = np.outer(f, g) - 0.5 * rho * (f[:, None] ** 2 + g**2)
            found.append(math.sqrt(max(float(np.sum(shares * psi**2)), 0.0) / total))
        return np.array(found)

    @property
    def _atoms(self) -> tuple[Discrete, Discrete]:
        left, right = self.svd.mu_x, self.svd.mu_y
        if not (isinstance(left, Discrete) and isinstance(right, Discrete)):
            raise ValueError(f"both variables must be discrete to have rows and columns, got {left!r} and {right!r}; "
                             f"call left and right at points instead")
        return left, right

    def _of_table(self, name: str) -> float:
        if self.total is None:
            raise ValueError(f"{name} is of a table of counts, or of pairs of labels, got a density; pass these to "
                             f"opsvd.dependence")
        return self.total

    def records(self) -> Records:
        """A row for each canonical correlation: its number, value, error bar, and share of the inertia."""
        shares = self.principal_inertias / max(float(self.inertia), EPS**2)
        return [{"i": i, "correlation": float(rho), "error": float(error), "share_of_inertia": float(share)}
                for i, (rho, error, share) in enumerate(zip(self.correlations, self.errors, shares, strict=True), 1)]

    def to_dict(self) -> dict[str, Any]:
        """The correlations with their bars and shares, and what is known of a table, as Python's own numbers."""
        columns = {name: [row[name] for row in self.records()] for name in ("correlation", "error", "share_of_inertia")}
        return super().to_dict() | columns | {"inertia": float(self.inertia)}

    def _heading(self) -> tuple[str, str]:
        return "Canonical correlations", repr(self)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the canonical correlations with their error bars; needs matplotlib (the extra ``plot``)."""
        ax = plot_values(ax, self.correlations, self.errors, title="canonical correlations",
                         label="$\\rho_i$ and its error bar")
        ax.set_ylabel("canonical correlation $\\rho_i$")
        return ax

    def biplot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw rows and columns of a table by their first two principal coordinates, as correspondence analysis does.

        Rows near each other have similar shares of the columns, and columns alike. A row lies in the direction of the
        columns that it has more of than others. Needs matplotlib (the extra ``plot``).

        Raises
        ------
        ValueError
            If the variables are not discrete, or if there are fewer than two correlations.
        """
        rows, columns = self.row_principal, self.column_principal
        if len(self.correlations) < 2:
            raise ValueError(f"a biplot must have two canonical correlations, got {len(self.correlations)}; draw "
                             f"row_principal and column_principal as numbers")
        ax = styled(axes_or_new(ax), "rows and columns, principal coordinates")
        for points, labels, marker, colour, kind in (
                (rows, self.row_labels, "o", COLOURS[0], "rows"),
                (columns, self.column_labels, "s", COLOURS[1], "columns")):
            ax.plot(*points[:, :2].T, marker, color=colour, label=kind)
            for point, label in zip(points, range(len(points)) if labels is None else labels, strict=True):
                ax.annotate(str(label), point[:2], xytext=(4, 4), textcoords="offset points", color=colour)
        shares = 100.0 * self.principal_inertias[:2] / float(self.inertia)
        ax.set(xlabel=f"first axis, {shares[0]:.1f} % of the inertia", ylabel=f"second axis, {shares[1]:.1f} %")
        ax.axhline(0.0, color="0.8", linewidth=0.8, zorder=0)
        ax.axvline(0.0, color="0.8", linewidth=0.8, zorder=0)
        ax.set_aspect("equal", adjustable="datalim")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        """The leading correlations, and how much they explain."""
        shown = ", ".join(f"{value:.4g}" for value in self.correlations[:6])
        more = ", ..." if len(self.correlations) > 6 else ""
        of = ""
        if self.total is not None:
            rows, columns = (len(measure.atoms) for measure in self._atoms)
            of = f"{self.total:.10g} pairs, {rows} x {columns}, chi-square {self.chi_square:.5g}, "
        return (f"Dependence({of}inertia {float(self.inertia):.4g}, canonical correlations [{shown}{more}], largest "
                f"error {float(self.errors.max(initial=0.0)):.0e})")
