"""The result: an operator SVD with error bars."""

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.archive import write_archive
from .._support.arrays import leading_part
from .._support.quad import as_quad, is_quad, rounded
from .._support.tables import Records, Tabular
from .._support.validation import broadcast, finite_points, instance, positive_int
from ..kernels import SMALLEST_SIZE, Kernel, QuadKernel, power_of_two
from ..measures import Measure
from ..operator.singular_functions import SingularFunctions
from ..spectrum import DecayLaw, Estimate, Tail
from ..spectrum.multiplets import as_counts, expanded, first_multiplets
from .eigenvalues import signs
from .factors import Factors, factor
from .functionals import WithSpectrum
from .saved import functions_to_arrays
from .tables import measure_record, spectrum_records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..prediction.finite_size import FiniteSizePrediction
    from ..prediction.radial_equivalent import RadialEquivalent


@dataclass(frozen=True, eq=False)
class OperatorSVD(WithSpectrum, Tabular):
    r"""The singular value decomposition :math:`h(x, y) = \sum_i s_i f_i(x) g_i(y)` of a kernel.

    Made by `opsvd.decompose`. Values are nonincreasing. The sign of :math:`f_i` is chosen so that it is positive in the
    rightmost lobe where :math:`|f_i| \sqrt\rho` reaches half its maximum, with :math:`\rho` the density of x. This
    fixes the sign of :math:`g_i` as well. Singular functions of equal values are an arbitrary orthonormal basis of
    their span. If h is complex, it is the sum of :math:`s_i f_i(x) \overline{g_i(y)}`, and :math:`f_i` is real and
    positive at the last node where it reaches that half.

    Attributes
    ----------
    values : ndarray, shape (q,)
        The distinct singular values, each standing as often as `multiplicities` says.
    multiplicities : ndarray of int, shape (q,)
        Exact, however large: beyond int64 the array holds Python's integers.
    value_errors : ndarray, shape (q,)
        The error bars of `values`.
    singular_values : ndarray, shape (r,)
        The values with their multiplicities expanded, up to `max_rank`, or to 10 000 of them. The last multiplet may
        go on beyond; it counts in full in `tail`, in norms and effective ranks, and in the reconstruction.
    errors : ndarray, shape (r,)
        Absolute error bars: the true i-th singular value lies within. The page "Methods and error bars" of the
        documentation says what they rest on.
    left, right : SingularFunctions
        Callables: points of shape (...) give :math:`f_i` and :math:`g_i` as (..., r); vectors (..., k) do as well.
    norm : Estimate
        :math:`\sqrt{E[h^2]}`.
    tail : float
        What `values` leave out: a bound, given the quadrature, of the root-mean-square error of the reconstruction,
        :math:`(E[(h - \sum s_i f_i g_i)^2])^{1/2}`, and so of :math:`\sqrt{E[h^2] - \sum s_i^2}`. It is computed from
        what was left out, and so means something far below the rounding of that difference.
    rtol : float
        The tolerance that was asked for.
    method : str
        What was done, and why.
    evaluations : int
        How many values of h it took.
    status : str
        Whether `rtol` was met, in words; `converged` says it as a bool.
    breaks : bool
        Whether integrals over h must be split where it breaks, or it is too rough to tell.
    decay : DecayLaw
        How the values fall, as far as they are known, those beyond the rank among them: ``print(svd.decay)``.
    kernel_values : ndarray or None
        A few values of h, by which `opsvd.load` knows it again.
    """

    values: np.ndarray
    multiplicities: np.ndarray
    value_errors: np.ndarray
    singular_values: np.ndarray
    errors: np.ndarray
    left: SingularFunctions
    right: SingularFunctions
    norm: Estimate
    tail: float
    rtol: float
    method: str
    evaluations: int
    status: str
    converged: bool
    breaks: bool
    decay: DecayLaw
    spectrum_tail: Tail
    kernel_values: np.ndarray | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the values: float64, or that of numpy-quaddtype."""
        return self.values.dtype

    @property
    def rank(self) -> int:
        """The number r of singular values."""
        return len(self.singular_values)

    @property
    def worst_error(self) -> float:
        """The largest error bar; for a result without singular values, all of the norm that may be missing."""
        return float(self.errors.max()) if self.rank else self.tail

    @property
    def mu_x(self) -> Measure:
        """The measure of x."""
        return self.left.measure

    @property
    def mu_y(self) -> Measure:
        """The measure of y."""
        return self.right.measure

    def __call__(self, x: Any, y: Any) -> np.ndarray:
        r"""The reconstruction :math:`\sum_i s_i f_i(x) \overline{g_i(y)}`; x and y broadcast against each other."""
        given, values = (x, y), self.values[self._owners]
        x, y = finite_points(x, "x", self.mu_x.dim), finite_points(y, "y", self.mu_y.dim)
        rows = int(self.left.side.rows is not None)
        broadcast(*(leading_part(points, rows + int(mu.dim > 1)) for points, mu in ((x, self.mu_x), (y, self.mu_y))))
        if is_quad(self) and any(map(is_quad, given)):
            return self.left.reconstruct(self.right, values, *map(as_quad, given))
        return self.left.reconstruct(self.right, rounded(values), x, y)

    def factors(self, x: Any, y: Any) -> Factors:
        r"""Factors of the matrix :math:`h(x_i, y_j)` for given points, without h at the pairs of them.

        Parameters
        ----------
        x : array_like, shape (n,) or (n, k)
        y : array_like, shape (m,) or (m, k)
            Of kernels of blocks the rows of a point stand as in a call of `left` and `right`.

        Returns
        -------
        Factors
            U with the columns :math:`f_i(x)`, the singular values s, and V with the columns :math:`g_i(y)`, conjugated
            where they are complex: ``(U * s) @ V.T`` is h at the points. Where h has p by q matrices for values, U has
            n p rows and V has m q. For points of the measures its root-mean-square error is `tail`; single entries may
            be farther off. A multiplet that is cut at `rank` functions lacks the others.

        Notes
        -----
        The columns of U and V are orthonormal in the mean over the measures, and not for the points at hand; for the
        SVD of that very matrix take QR of both, and the SVD of ``R_U * s @ R_V.T``.

        Examples
        --------
        >>> import numpy as np
        >>> import opsvd
        >>> svd = opsvd.decompose(lambda x, y: np.tanh(x * y))
        >>> x, y = np.random.default_rng(0).standard_normal((2, 5000))
        >>> U, s, V = svd.factors(x, y)
        >>> U.shape == V.shape == (5000, svd.rank)
        True
        >>> bool(np.allclose(U[:9] * s @ V[:9].T, np.tanh(np.outer(x[:9], y[:9])), atol=1e-8))
        True
        """
        u, v = factor(self.left, x, "x"), factor(self.right, y, "y").conj()
        s = self.singular_values
        return Factors(u, s if is_quad(u) else rounded(s), v)

    @property
    def eigenvalues(self) -> np.ndarray:
        r"""For symmetric h, the eigenvalues :math:`\lambda_i = \pm s_i`, shape (r,), in the order of `singular_values`.

        Of those of one size the positive ones come first; `errors` are their bars. NaN where functions of the same
        value are not all listed, or where bars are too wide to know the functions. ``(svd.eigenvalues >= 0).all()``
        says whether h is positive semidefinite, as far as values are listed.

        Raises
        ------
        ValueError
            If the measures differ, or the singular functions show that h is not symmetric.

        Examples
        --------
        >>> import opsvd
        >>> print(opsvd.decompose(lambda x, y: x + y).eigenvalues.round(9))    # of sqrt(2) times two projections
        [ 1. -1.]
        """
        if self.mu_x != self.mu_y:
            raise ValueError(f"mu_x and mu_y must be the same for eigenvalues, got {self.mu_x!r} and {self.mu_y!r}; "
                             f"use singular_values")
        owners = self._owners
        found = signs(rounded(self.values)[owners], self.value_errors[owners], self.left, self.right, self.rtol)
        return expanded(self.values[owners] * found, as_counts(self.left.multiplicities), self.rank)

    def _spectrum(self) -> dict[str, Any]:
        return {"multiplicities": self.multiplicities, "errors": self.value_errors, "tail": self.spectrum_tail}

    @property
    def _owners(self) -> np.ndarray:
        """To which value each distinct function belongs: several of them may make up one multiplet."""
        ends = list(accumulate(self.multiplicities.tolist()))
        starts = list(accumulate(self.left.multiplicities, initial=0))[:-1]
        return np.array([bisect_right(ends, start) for start in starts], dtype=int)

    def predict(self, n: int, m: int | None = None) -> "FiniteSizePrediction":
        """Predict the singular values of a sampled n by m matrix; see `opsvd.prediction.finite_size.predict`."""
        from ..prediction.finite_size import predict
        from ..prediction.moments import mixed_moments, multiplet_moments
        self._require_squares("predict")
        # The values of a matrix add up to no more than the root of their number times that of their squares.
        least = min(positive_int(n, "n"), n if m is None else positive_int(m, "m"))
        most = float(np.sqrt(least)) * self.tail
        beyond: dict[str, Any] = {"beyond": (min(self.spectrum_tail.nuclear_bounds[1], most), self.tail**2),
                                  "most_beyond": most}
        owners, sides = self._owners, (self.left, self.right)
        (inner_x, lengths_x), (inner_y, lengths_y) = (
            multiplet_moments(side, owners, len(self.values)) for side in sides)
        left_mixed, right_mixed = (partial(mixed_moments, side, owners) for side in sides)
        values = rounded(self.values)
        prediction = predict(values, inner_x, inner_y, n, m, multiplicities=self.multiplicities,
                             left_mixed=left_mixed, right_mixed=right_mixed, **beyond)
        if self.left.side.width == 1 and self.right.side.width == 1:
            return prediction
        # Energies are sums of |f_i|^2, and not of f_i . f_j, which for functions with several values are two things.
        energies = predict(values, lengths_x, lengths_y, n, m, **beyond)
        return replace(prediction, energy_std=energies.energy_std, energy_error=energies.energy_error,
                       energy_valid=energies.energy_valid, covariance=energies.covariance,
                       nuclear=replace(prediction.nuclear, std=energies.nuclear.std),
                       effective_rank=replace(prediction.effective_rank, std=energies.effective_rank.std))

    def equivalent(self, n: int, m: int | None = None) -> "RadialEquivalent":
        """The law of the whole spectrum of a sampled n by m matrix, for rotation-invariant kernels of vectors.

        Where values stand so often that n is not large against their number: effective rank and nuclear norm with their
        errors, singular values, quantiles and density. See `opsvd.prediction.radial_equivalent`.

        Raises
        ------
        TypeError
            If the kernel is not real, of vectors, and invariant under rotations.

        Examples
        --------
        The part of n that the effective rank of a sign takes:

        >>> import numpy as np
        >>> import opsvd
        >>> svd = opsvd.decompose(opsvd.elementwise(np.sign, 64, kinks=[0]), rtol=1e-4)
        >>> print(round(svd.equivalent(4096).effective_rank.value / 4096, 3))
        0.356
        """
        if self.left.radial is None or self.left.dtype.kind == "c":
            raise TypeError("equivalent needs a kernel of vectors that is real and invariant under rotations, such as "
                            "elementwise(phi, k) with k > 1; use predict, or opsvd.deterministic_equivalent(values, "
                            "multiplicities, n)")
        self._require_squares("equivalent")
        from ..prediction.radial_equivalent import sector_equivalent
        return sector_equivalent(self.left, self.right, self.values[self._owners], self.tail**2,
                                 (positive_int(n, "n"), positive_int(n if m is None else m, "m")))

    def truncate(self, rank: int) -> "OperatorSVD":
        """Return the decomposition with the leading `rank` singular values; the others go into the tail."""
        return self.leading(min(positive_int(rank, "rank"), self.rank))

    def leading(self, rank: int) -> "OperatorSVD":
        """The same for any rank, zero among them."""
        kept = first_multiplets(self.multiplicities, rank)
        s, dropped = self.values[:kept], rounded(self.values[kept:])
        if kept == len(self.values) and rank >= self.rank:
            return self
        counts, others = self.multiplicities[:kept], self.multiplicities[kept:]
        tail, beyond = self.tail, self.spectrum_tail
        if len(dropped):
            beyond = replace(beyond, total_least=max(beyond.total_least, self.nuclear_norm().lower))
            beyond = beyond.preceded_by(dropped, self.value_errors[kept:], float(s[-1] if kept else dropped[0]), others)
            most = dropped + self.value_errors[kept:]
            tail = math.hypot(tail, *(np.sqrt(others.astype(np.float64)) * most))
        listed = min(rank, self.rank)
        # Several distinct functions may make up one multiplet.
        distinct = first_multiplets(as_counts(self.left.multiplicities), sum(counts.tolist()))
        return replace(self, values=s, multiplicities=counts, value_errors=self.value_errors[:kept],
                       singular_values=self.singular_values[:rank], errors=self.errors[:rank], tail=tail,
                       spectrum_tail=beyond, left=self.left.truncated(distinct, listed),
                       right=self.right.truncated(distinct, listed))

    def times(self, factor: float) -> "OperatorSVD":
        """The decomposition of h times a positive factor: the same functions, and values times the factor."""
        return replace(self, values=self.values * factor, value_errors=self.value_errors * factor,
                       singular_values=self.singular_values * factor, errors=self.errors * factor,
                       norm=self.norm.times(factor), tail=self.tail * factor,
                       status=f"{self.status} (in units of {factor:.3g})", decay=self.decay.times(factor),
                       spectrum_tail=self.spectrum_tail.times(factor))

    def _require_squares(self, what: str) -> None:
        """Raise unless the squares of values and their tail are numbers."""
        if power_of_two(self.norm.value) != 1.0 and not SMALLEST_SIZE <= self.norm.value <= 1.0 / SMALLEST_SIZE:
            raise ValueError(f"{what} needs the squares of singular values, got a norm of {self.norm.value:.3g}; "
                             f"decompose c * h with a suitable constant c")

    def extended(self, kernel: Kernel) -> "OperatorSVD":
        """With singular functions that are evaluated through the kernel, where their bases need that."""
        unit = power_of_two(self.norm.value)
        kernel = QuadKernel.of(kernel) if is_quad(self) else kernel
        s, kernel = self.singular_values / unit, kernel if unit == 1.0 else kernel.scaled(1.0 / unit)
        left, right = (mine.through(kernel, other, s, left=mine is self.left, breaks=self.breaks)
                       for mine, other in ((self.left, self.right), (self.right, self.left)))
        return replace(self, left=left, right=right)

    def for_kernel(self, kernel: Kernel, evaluations: int, remark: str) -> "OperatorSVD":
        """With functions that are evaluated through the kernel, the cost, and what stood in the way of more."""
        status = self.status if self.converged or not remark else f"{self.status} ({remark})"
        return replace(self.extended(kernel), evaluations=evaluations, status=status)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the singular values with their error bars; needs matplotlib (the extra ``plot``)."""
        from ..figures import plot_spectrum
        return plot_spectrum(self, ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything but the kernel to an ``.npz`` file, without pickle; read it with `opsvd.load`.

        The name is used as it is: no suffix is added. An old file of that name is lost only when the new one is whole.

        Parameters
        ----------
        path : path

        Raises
        ------
        TypeError
            If `path` is no path, or a measure is not Gaussian, or a basis not one of opsvd's.
        OSError
            If the file cannot be written; nothing is left of it then.
        """
        meta = {"method": self.method, "status": self.status, "converged": self.converged,
                "breaks": self.breaks, "decay": vars(self.decay), "evaluations": self.evaluations, "rtol": self.rtol,
                "tail": self.tail, "norm": [self.norm.value, self.norm.error, self.norm.note],
                "spectrum_tail": vars(self.spectrum_tail), "rank": self.rank,
                "multiplicities": [str(count) for count in self.multiplicities.tolist()]}
        known = {} if self.kernel_values is None else {"kernel_values": self.kernel_values}
        write_archive(path, meta, {"values": self.values, "value_errors": self.value_errors, "errors": self.errors,
                                   **known, **functions_to_arrays(self.left, "left"),
                                   **functions_to_arrays(self.right, "right")})

    def __repr__(self) -> str:
        """One line."""
        lead = ", ".join(f"{value:.6g}" for value in self.singular_values[:3])
        more = ", ..." if self.rank > 3 else ""
        return (f"OperatorSVD(rank {self.rank}, singular values [{lead}{more}], "
                f"largest error {self.worst_error:.0e}, {'' if self.converged else 'NOT '}converged)")

    def records(self) -> Records:
        """A row for each distinct value: its first index, from 1, the value, its error bar, and how often it stands."""
        return spectrum_records(self.values, self.value_errors, self.multiplicities)

    def to_dict(self) -> dict[str, Any]:
        """All numbers and words as Python's own, the measures among them, and norms and ranks with their bars.

        ``json.dumps`` takes it; what is infinite stays so.

        Examples
        --------
        >>> import opsvd
        >>> svd = opsvd.decompose(lambda x, y: x * y)
        >>> svd.to_dict()["converged"], svd.to_dict()["measures"]["x"]
        (True, {'name': 'Gaussian', 'mean': 0.0, 'std': 1.0})
        """
        known = super().to_dict()
        known |= {"nuclear_norm": self.nuclear_norm().record(), "effective_rank": self.effective_rank().record()}
        measures = {"x": measure_record(self.mu_x), "y": measure_record(self.mu_y)}
        return {"measures": measures, **{name: value for name, value in known.items() if name != "kernel_values"}}

    def _shown(self) -> Records:
        return [{"i": row["i"], "singular_value": repr(Estimate(row["singular_value"], row["error"])),
                 "multiplicity": row["multiplicity"]} for row in self.records()]

    def _heading(self) -> tuple[str, str]:
        return f"Operator SVD of rank {self.rank}", self.status

    def _note(self) -> str:
        return (f"norm {self.norm!r}, of which the values above leave out {self.tail:.1e}; effective rank "
                f"{self.effective_rank()!r}")


def require_svd(svd: object, name: str) -> OperatorSVD:
    """Return `svd` if it is a decomposition, or raise naming `name`."""
    return instance(svd, name, OperatorSVD, "pass what opsvd.decompose returned")
