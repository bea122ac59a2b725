"""What is known of several sampled matrices: their spectra, with standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.axes import plot_values
from .._support.tables import Tabular
from ..kernels import power_of_two
from ..spectrum import effective_ranks
from .engine import MatrixSpectrum
from .text import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class MonteCarloSpectrum(Tabular):
    """The singular values of several sampled n x m matrices.

    Attributes
    ----------
    n, m : int
        The size of the matrices.
    matrices : tuple of MatrixSpectrum
        What the engine says of each matrix: values, their errors as singular values of it, and what lies beyond.
    rank : int
        How many values `singular_values` holds.
    engine : str
        What computed them.
    interrupted : bool
        Whether there should have been more.
    """

    n: int
    m: int
    matrices: tuple[MatrixSpectrum, ...]
    rank: int
    engine: str
    interrupted: bool = False

    @property
    def trials(self) -> int:
        """The number of matrices."""
        return len(self.matrices)

    @property
    def spectra(self) -> np.ndarray:
        """All computed singular values of each matrix, nonincreasing, shape (trials, at least r), zeros at the end.

        Where an engine gives fewer for some matrix, the zeros are right to within the errors it states.
        """
        width = max(self.rank, *(one.values.size for one in self.matrices))
        return np.stack([np.pad(one.values, (0, width - one.values.size)) for one in self.matrices])

    @property
    def singular_values(self) -> np.ndarray:
        """The leading singular values of each matrix, shape (trials, r)."""
        return self.spectra[:, : self.rank]

    @property
    def mean(self) -> np.ndarray:
        """The mean over the trials of each leading singular value, shape (r,)."""
        return np.asarray(self.singular_values.mean(axis=0))

    @property
    def standard_error(self) -> np.ndarray:
        """The standard error of `mean` from the scatter of the trials, shape (r,); inf for a single trial."""
        return standard_error(self.singular_values)

    @property
    def engine_error(self) -> np.ndarray:
        """The largest error that the engine states for each value in any trial, shape (r,)."""
        bars = [np.pad(one.errors, (0, max(self.rank - one.errors.size, 0)), mode="edge")[: self.rank]
                for one in self.matrices]
        return np.asarray(np.max(bars, axis=0))

    @property
    def norms(self) -> np.ndarray:
        """The Frobenius norm of each whole matrix, shape (trials,)."""
        return np.array([one.norm for one in self.matrices])

    def effective_rank(self, kind: str = "nuclear") -> np.ndarray:
        """The effective rank of each whole matrix, whatever `rank` is, shape (trials,); see `opsvd.effective_rank`.

        Where an engine computes only leading values, the sum of those beyond is estimated (see `nuclear_norm`), and
        `effective_rank_error` says how well.
        """
        if all(one.remainder.high == 0.0 for one in self.matrices):
            return effective_ranks(self.spectra, kind=kind)
        return np.array([one.effective_rank(kind).value for one in self.matrices])

    def effective_rank_error(self, kind: str = "nuclear") -> np.ndarray:
        """What the engine leaves open of each effective rank, shape (trials,)."""
        return np.array([one.effective_rank(kind).error for one in self.matrices])

    def effective_rank_likely_error(self) -> np.ndarray:
        """What each effective rank is likely off by, shape (trials,): often far less than the error, and no bound."""
        return np.array([one.likely_error() for one in self.matrices])

    def nuclear_norm(self) -> np.ndarray:
        """The nuclear norm of each whole matrix, shape (trials,): never the sum of the leading values alone."""
        return np.array([one.nuclear_norm().value for one in self.matrices])

    def nuclear_norm_error(self) -> np.ndarray:
        """What the engine leaves open of each nuclear norm, shape (trials,)."""
        return np.array([one.nuclear_norm().error for one in self.matrices])

    def records(self) -> list[dict[str, Any]]:
        """One row for each leading value, and for the effective rank: mean, standard error, engine's error."""
        size = {"n": self.n, "m": self.m, "trials": self.trials}
        ranks, names = self.effective_rank(), [f"s_{i + 1}" for i in range(self.rank)]
        rows = [*zip(names, self.mean, self.standard_error, self.engine_error, strict=True),
                ("effective_rank", ranks.mean(), standard_error(ranks), self.effective_rank_error().max())]
        return [size | {"quantity": name, "mean": float(mean), "standard_error": float(scatter),
                        "engine_error": float(error)} for name, mean, scatter, error in rows]

    def _heading(self) -> tuple[str, str]:
        return "Sampled matrices", repr(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the means of the values with their standard errors, or the values of a single matrix."""
        bars = np.where(np.isfinite(self.standard_error), self.standard_error, 0.0)
        label = "one matrix" if self.trials == 1 else f"mean of {self.trials} matrices, $\\pm$ its standard error"
        return plot_values(ax, self.mean, bars, title=f"sampled, {self.n} x {self.m}", label=label)

    def __repr__(self) -> str:
        """Name the size and the number of trials."""
        size = f"n={self.n}" if self.n == self.m else f"n={self.n}, m={self.m}"
        cut = ", interrupted" if self.interrupted else ""
        return f"MonteCarloSpectrum({size}, trials={self.trials}, rank={self.rank}, engine={self.engine!r}{cut})"

    def __str__(self) -> str:
        """Show the leading singular values with their standard errors."""
        ranks, size = self.effective_rank(), f"n = {self.n}" if self.n == self.m else f"n = {self.n}, m = {self.m}"
        single = self.trials == 1
        matrices = "one sampled matrix" if single else f"{self.trials} sampled matrices"
        # One matrix does not tell how others scatter; what is known is how well its own values were computed.
        heads = ("singular value", "error of its SVD") if single else ("mean", "standard error")
        errors = self.engine_error if single else self.standard_error
        rows = [f"{i:>4}  {mean:<14.6g}  {error:.1e}" for i, (mean, error) in enumerate(
            zip(self.mean, errors, strict=True), start=1)]
        scatter = "" if single else f", standard error {standard_error(ranks):.1e}"
        unknown = float(self.effective_rank_error().max())
        likely = f" (likely {float(self.effective_rank_likely_error().max()):.1e})"
        engine = f"; the engine leaves {unknown:.1e}{likely} open" if unknown > 1e-6 * ranks.mean() else ""
        cut = ", interrupted" if self.interrupted else ""
        return "\n".join([f"{matrices}, {size}, engine {self.engine}{cut}", f"   i  {heads[0]:<14}  {heads[1]}",
                          *shortened(rows, 10, indent="      "), f"effective rank {ranks.mean():.6g}{scatter}{engine}"])



def standard_error(samples: np.ndarray) -> np.ndarray:
    """Return the standard error of the mean over the first axis; inf for a single sample."""
    if len(samples) == 1:
        return np.full(samples.shape[1:], np.inf)
    unit = power_of_two(float(np.abs(samples).max(initial=0.0)))
    return np.asarray((samples / unit).std(axis=0, ddof=1) * (unit / np.sqrt(len(samples))))
