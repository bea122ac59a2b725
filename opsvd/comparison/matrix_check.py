"""Is this matrix an elementwise function of a low-rank one, as claimed? One matrix against a decomposition."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaincc

from .._support.axes import plot_values
from .._support.tables import Records, Tabular
from .._support.validation import positive_int
from ..answer.result import OperatorSVD, require_svd
from ..prediction.finite_size import FiniteSizePrediction
from ..prediction.splitting import Multiplet
from ..sampling import Engine, MatrixSpectrum, SampledMatrix, StoredMatrix
from ..sampling.engines import as_engine
from ..sampling.trials import announce, cut_short
from .z_scores import FALSE_ALARM, MOST_COMPARED, multiplet_means

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The part of a variance that the first order must explain: covariances are known to the first order alone.
_FIRST_ORDER = 0.99


@dataclass(frozen=True, eq=False)
class MatrixCheck(Tabular):
    """One matrix against the prediction for a sample of its size.

    Attributes
    ----------
    n, m : int
    quantities : tuple of str
        What is compared: leading singular values, or the sums of those that are equal or nearly so.
    sampled, predicted, std : ndarray, shape (k,)
        These of the matrix over sqrt(nm), what they must be, and their standard deviations.
    z : ndarray, shape (k,)
        Their deviations in standard deviations, one by one.
    statistic : float
        The squared distance of all of these from what is predicted, in the metric of their covariance: under the claim
        it follows the chi-squared distribution with k degrees of freedom.
    p_value : float
        The probability of a distance as large or larger, if the claim is true; NaN where nothing can be predicted.
    statement : str
        Where the prediction holds, and why nothing is compared all the same, if that is so.
    interrupted : bool
        Whether the singular values were cut short (Ctrl-C): their errors, which are in `std`, are then larger than they
        could be.
    """

    n: int
    m: int
    quantities: tuple[str, ...]
    sampled: np.ndarray
    predicted: np.ndarray
    std: np.ndarray
    z: np.ndarray
    statistic: float
    p_value: float
    statement: str
    interrupted: bool = False

    @property
    def verdict(self) -> str:
        """The outcome in words, at the level of one in a thousand."""
        cut = "; interrupted, with what was computed until then" if self.interrupted else ""
        if not self.quantities:
            return f"undecided: nothing can be compared; {self.statement}{cut}"
        size = f"{len(self.quantities)} quantities, p = {self.p_value:.2g}{cut}"
        if self.p_value < FALSE_ALARM:
            return f"the matrix is not what is claimed, or not drawn as claimed: {size}"
        return f"the matrix is as claimed, as far as its singular values tell: {size}"

    def records(self) -> Records:
        """A row for each quantity: that of the matrix, what it must be, its standard deviation, and z."""
        return [{"quantity": name, "matrix": float(s), "predicted": float(mean), "std": float(std), "z": float(z)}
                for name, s, mean, std, z in zip(self.quantities, self.sampled, self.predicted, self.std, self.z,
                                                 strict=True)]

    def _heading(self) -> tuple[str, str]:
        return f"A matrix of {self.n} x {self.m}", self.verdict

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw what is predicted, with one standard deviation to either side, and what the matrix has as lines.

        Needs matplotlib (the extra ``plot``).
        """
        ax = plot_values(ax, self.predicted, self.std, title=f"a matrix of {self.n} x {self.m}",
                         label="predicted, $\\pm$ one standard deviation", beside=self.sampled,
                         beside_label="the matrix")
        ax.set_xticks(range(1, len(self.quantities) + 1), self.quantities, rotation=30)
        ax.set(xlabel="", ylabel="singular values, and sums of these")
        return ax

    def __repr__(self) -> str:
        """Name the size and the outcome."""
        return f"MatrixCheck({self.n} x {self.m}, {self.verdict})"

    def __str__(self) -> str:
        """Show the values beside what they must be."""
        rows = [f"{name:>10}  {s:<12.6g}  {mean:<12.6g}  {std:.1e}  {z:+.1f}" for name, s, mean, std, z in zip(
            self.quantities, self.sampled, self.predicted, self.std, self.z, strict=True)]
        return "\n".join([f"{'':>10}  matrix        predicted     std      z", *rows, self.verdict])


def check_matrix(
    matrix: Any, svd: OperatorSVD, *, rank: int | None = None, engine: str | Engine = "auto"
) -> MatrixCheck:
    r"""Test whether one matrix can be h(x_i, y_j) for independent x_i and y_j, h being the kernel of `svd`.

    No points are needed, and no rows and columns in any order: singular values alone decide. Of equal values the sum or
    the mean is taken, since their order is random. Under the claim, with the predicted means and covariance matrix C,

    .. math:: T = (\sigma - E \sigma)^T C^{-1} (\sigma - E \sigma) \sim \chi^2_k.

    Parameters
    ----------
    matrix : array_like, shape (n, m), or SampledMatrix
        The values h(x_i, y_j) themselves; they are divided by sqrt(nm) here. A SampledMatrix has its own scale.
    svd : OperatorSVD
        The claim.
    rank : int, optional
        At most so many leading values, by default eight; never more than can be predicted.
    engine : str or Engine, default "auto"
        What computes the singular values of the matrix.

    Returns
    -------
    MatrixCheck
        If interrupted (Ctrl-C): of the values that are known until then, with a `SamplingInterruptedWarning`. Of
        engines that know none, the interruption is raised.

    Raises
    ------
    ValueError
        If the matrix is not two-dimensional, or not finite.

    Warns
    -----
    LongSamplingWarning
        Beforehand, if it will take more than a minute.

    Notes
    -----
    A small p-value says that the values deviate more than sampling explains. A large one does not prove the claim:
    other kernels have the same singular values, and what is small against the standard deviations is not seen.

    p-values rest on the normal limit of the values. For tanh, sin and max(xy - 1, 0) at n = 1000 they were uniform
    (Kolmogorov and Smirnov, ``benchmarks/null_p_values.py``); where values are skewed, far tails are heavier.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> h = lambda x, y: np.tanh(x * y)
    >>> svd, rng = opsvd.decompose(h), np.random.default_rng(0)
    >>> x, y = rng.standard_normal((500, 1)), rng.standard_normal((1, 400))
    >>> bool(opsvd.check_matrix(h(x, y), svd).p_value > 0.01)
    True
    >>> bool(opsvd.check_matrix(np.sin(x * y), svd).p_value > 0.01)
    False
    """
    svd, given = require_svd(svd, "svd"), matrix if isinstance(matrix, SampledMatrix) else StoredMatrix(matrix)
    n, m = given.shape
    if given is not matrix:
        given.scale = 1.0 / math.sqrt(float(n) * m)
    prediction = svd.predict(n, m)
    most = min(MOST_COMPARED if rank is None else positive_int(rank, "rank"), prediction.counts.size)
    needed = min(int(prediction.counts[:most].sum()), n, m)
    solver = as_engine(engine)
    announce([solver.cost(given, max(needed, 1))], "pass a smaller matrix, or another engine, for less")
    spectrum = solver.spectrum(given, max(needed, 1))
    if spectrum.interrupted:
        cut_short(f"{spectrum.values.size} singular values are known, to {spectrum.errors.max():.1e}")
    return compared(spectrum, prediction, svd, most)


def compared(
    spectrum: MatrixSpectrum, prediction: FiniteSizePrediction, svd: OperatorSVD, most: int = MOST_COMPARED
) -> MatrixCheck:
    """Compare a spectrum that is computed already; see `check_matrix`."""
    rows = _quantities(prediction, most)
    k = rows.shape[1]
    counts = prediction.counts[:k]
    values, bars = (multiplet_means(array, counts) for array in (spectrum.values, spectrum.errors))
    mean, error, variance = prediction.mean[:k].copy(), prediction.error[:k].copy(), prediction.std[:k] ** 2
    for group in _groups(prediction, k):
        # Of a group the sum alone is compared; how it is shared out among the members does not matter.
        d = group.indices.size
        mean[group.indices], error[group.indices] = group.total / d, group.error / d
        variance[group.indices] = group.total_std**2 / d
    # What is not compared may be infinite.
    used = rows.any(axis=0)
    mean, error, variance = (np.where(used, array, 0.0) for array in (mean, error, variance))
    first = rows @ np.where(np.outer(used, used), prediction.covariance[:k, :k], 0.0) @ rows.T
    ours = svd.value_errors if (prediction.counts > 1).any() else svd.errors
    unsure = (rows @ error) ** 2 + (rows @ (ours[:k] + bars)) ** 2 + (1e-12 * svd.norm.value) ** 2
    covariance = first + np.diag(np.maximum(rows @ variance - np.diag(first), 0.0) + unsure)
    deviation = rows @ (values - mean)
    std = np.sqrt(np.diag(covariance))
    degrees = deviation.size
    statistic = float(deviation @ np.linalg.solve(covariance, deviation)) if degrees else 0.0
    p_value = float(gammaincc(0.5 * degrees, 0.5 * statistic)) if degrees else math.nan
    second = "" if degrees or not prediction.valid.any() else (
        "; but more than a hundredth of their variances is of second order, of which no covariances are known: a "
        "larger matrix may do")
    return MatrixCheck(prediction.n, prediction.m, tuple(_name(row, counts) for row in rows), rows @ values,
                       rows @ mean, std, deviation / std, statistic, p_value, prediction.statement + second,
                       spectrum.interrupted)


def _groups(prediction: FiniteSizePrediction, most: int) -> list[Multiplet]:
    """The groups of nearly equal values among the leading ones; what stands several times is compared by its mean."""
    if (prediction.counts > 1).any():
        return []
    return [group for group in prediction.multiplets if group.indices[-1] < most]


def _quantities(prediction: FiniteSizePrediction, most: int) -> np.ndarray:
    """What is compared, as combinations of the leading `most` values: single ones, and sums of groups.

    Single ones must be valid. Variances must be those of the first order: of the second, no covariances are known.
    """
    most = min(most, prediction.valid.size, int((prediction.counts.cumsum() <= min(prediction.n, prediction.m)).sum()))
    normal = np.diag(prediction.covariance) >= _FIRST_ORDER * prediction.std**2
    grouped = [group.indices for group in _groups(prediction, most) if prediction.covariance[
        np.ix_(group.indices, group.indices)].sum() >= _FIRST_ORDER * group.total_std**2]
    single = [np.array([i]) for i in range(most) if prediction.valid[i] and normal[i]]
    chosen = sorted([*grouped, *single], key=lambda indices: int(indices[0]))
    return np.array([np.isin(np.arange(most), indices) for indices in chosen], dtype=np.float64).reshape(
        len(chosen), most)


def _name(row: np.ndarray, counts: np.ndarray) -> str:
    ends = counts.cumsum()
    names = [f"s_{end:.0f}" if count == 1 else f"mean of s_{end - count + 1:.0f} to s_{end:.0f}"
             for end, count in zip(ends, counts, strict=True)]
    return " + ".join(names[i] for i in np.flatnonzero(row))
