"""Monte Carlo: the spectra of several sampled matrices, with standard errors."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._threads import one_blas_thread
from .._validation import positive_int
from ..kernels import Kernel
from ..measures import Gaussian, Measure
from ..pairing import paired
from ..spectrum import effective_ranks
from .engine import Engine
from .engines import as_engine
from .sample import iid_gaussian, sample_matrix

__all__ = ["MonteCarloSpectrum", "iid", "monte_carlo"]

_SHOWN = 10
# Up to this size, more BLAS threads gain little on idle cores, and lose much on busy ones.
_SMALL = 1500


@dataclass(frozen=True, eq=False)
class MonteCarloSpectrum:
    """The singular values of several sampled n x n matrices.

    Attributes
    ----------
    n : int
        The size of the matrices.
    spectra : ndarray, shape (trials, n)
        All singular values of each matrix, nonincreasing.
    rank : int
        How many of them `singular_values` holds.
    engine : str
        What computed them.
    """

    n: int
    spectra: np.ndarray
    rank: int
    engine: str

    @property
    def trials(self) -> int:
        """The number of matrices."""
        return len(self.spectra)

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

    def effective_rank(self, kind: str = "nuclear") -> np.ndarray:
        """The effective rank of each whole matrix, whatever `rank` is, shape (trials,); see `opsvd.effective_rank`."""
        return effective_ranks(self.spectra, kind=kind)

    def __repr__(self) -> str:
        """Name the size and the number of trials."""
        return f"MonteCarloSpectrum(n={self.n}, trials={self.trials}, rank={self.rank}, engine={self.engine!r})"

    def __str__(self) -> str:
        """Show the leading singular values with their standard errors."""
        ranks = self.effective_rank()
        rows = [f"{i:>4}  {mean:<12.6g}  {error:.1e}"
                for i, (mean, error) in enumerate(zip(self.mean[:_SHOWN], self.standard_error, strict=False), start=1)]
        more = [f"      and {self.rank - _SHOWN} more"] if self.rank > _SHOWN else []
        matrices = "one sampled matrix" if self.trials == 1 else f"{self.trials} sampled matrices"
        return "\n".join([f"{matrices}, n = {self.n}, engine {self.engine}", "   i  mean          standard error",
                          *rows, *more,
                          f"effective rank {ranks.mean():.6g}, standard error {standard_error(ranks):.1e}"])


def monte_carlo(
    h: Callable[..., Any] | Kernel,
    n: int,
    mu_x: Measure = Gaussian(),  # noqa: B008 -- immutable
    mu_y: Measure = Gaussian(),  # noqa: B008
    *,
    trials: int = 1,
    rank: int | None = None,
    rng: Any = None,
    engine: str | Engine = "auto",
) -> MonteCarloSpectrum:
    """Draw sampled matrices h(x_i, y_j) / n, and take their singular values.

    Parameters
    ----------
    h : callable or Kernel
        ``h(x, y)``, vectorised.
    n : int
        The size of the matrices.
    mu_x, mu_y : Measure
        By default standard Gaussians.
    trials : int, default 1
        How many matrices to draw. Each has its own stream of random numbers, so that the first ones are the same
        however many are drawn.
    rank : int, optional
        How many singular values to report, by default all n.
    rng : optional
        Anything that `numpy.random.default_rng` takes.
    engine : {"auto", "dense"} or Engine
        What computes the singular values.

    Returns
    -------
    MonteCarloSpectrum

    Raises
    ------
    NonFiniteKernelError
        If h is not finite at a sampled pair; the message names it.
    TypeError, ValueError
        If an argument is not what it must be.

    Notes
    -----
    One matrix gives s_1 with a relative error of order n^(-1/2), far above the errors of the quadrature; see
    `opsvd.crosscheck`.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.sampling import monte_carlo
    >>> sampled = monte_carlo(lambda x, y: np.sign(x * y), 100, trials=5, rng=0)
    >>> sampled
    MonteCarloSpectrum(n=100, trials=5, rank=100, engine='Dense()')
    >>> print(sampled.effective_rank().round(9))
    [1. 1. 1. 1. 1.]
    """
    (kernel, mu_x, mu_y), n = paired(h, mu_x, mu_y), positive_int(n, "n")
    return _spectra(lambda stream: sample_matrix(kernel, n, mu_x, mu_y, stream), n,
                    trials=trials, rank=rank, rng=rng, engine=engine)


def iid(
    n: int, *, trials: int = 1, rank: int | None = None, rng: Any = None, engine: str | Engine = "auto"
) -> MonteCarloSpectrum:
    """Draw matrices with independent entries N(0, 1/n), and take their singular values: the full-rank contrast.

    Parameters are those of `monte_carlo`.
    """
    n = positive_int(n, "n")
    return _spectra(lambda stream: iid_gaussian(n, stream), n, trials=trials, rank=rank, rng=rng, engine=engine)


def standard_error(samples: np.ndarray) -> np.ndarray:
    """Return the standard error of the mean over the first axis; inf for a single sample."""
    if len(samples) == 1:
        return np.full(samples.shape[1:], np.inf)
    return np.asarray(samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))


def _spectra(
    draw: Callable[[np.random.Generator], np.ndarray],
    n: int,
    *,
    trials: int,
    rank: int | None,
    rng: Any,
    engine: str | Engine,
) -> MonteCarloSpectrum:
    """Take the spectra of `trials` matrices, each drawn from its own stream."""
    trials, solver = positive_int(trials, "trials"), as_engine(engine)
    rank = n if rank is None else positive_int(rank, "rank")
    if rank > n:
        raise ValueError(f"rank must be at most n = {n}, the number of singular values of a sampled matrix, got "
                         f"{rank}; lower rank or raise n")
    streams = np.random.default_rng(rng).spawn(trials)
    with one_blas_thread() if n <= _SMALL else nullcontext():
        spectra = np.stack([solver.singular_values(draw(stream)) for stream in streams])
    return MonteCarloSpectrum(n, spectra, rank, repr(solver))
