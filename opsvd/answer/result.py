"""The result: an operator SVD with error bars."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.archive import read_archive, write_archive
from .._support.validation import broadcast, finite_points, instance, positive_int
from ..evidence.error_bars import Evidence, left_out, reliable, unlisted
from ..kernels import SMALLEST_SIZE, Kernel, entrywise, paired, power_of_two, require_same_kernel
from ..measures import Measure
from ..operator.grid_functions import GridFunctions
from ..operator.nystrom_functions import NystromFunctions
from ..operator.sector_functions import SectorFunctions
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..prediction.finite_size import FiniteSizePrediction, predict
from ..prediction.moments import Functions, fourth_moments, mixed_moments, multiplet_moments
from ..prediction.radial_equivalent import RadialEquivalent, sector_equivalent
from ..spectrum import DecayLaw, Estimate, Tail, decay_and_tail, effective_rank, hilbert_schmidt_norm, nuclear_norm
from ..spectrum.multiplets import as_counts, expanded, first_multiplets
from .saved import functions_from_arrays, functions_to_arrays

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["OperatorSVD", "load", "require_svd"]

_SHOWN = 8
# Values that stand so many times above their error bars tell how a spectrum decays.
_TOLD = 10.0


@dataclass(frozen=True, eq=False)
class OperatorSVD:
    r"""The singular value decomposition :math:`h(x, y) = \sum_i s_i f_i(x) g_i(y)` of a kernel.

    Made by `opsvd.decompose`. Values are nonincreasing. Signs: f_i is positive in the rightmost lobe where
    :math:`|f_i| \sqrt\rho` reaches half its maximum, and g_i follows. Singular functions of equal values are an
    arbitrary orthonormal basis of their span.

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
        Absolute error bars: the true i-th singular value lies within. What they rest on is told in the documentation of
        the methods, and in `opsvd.evidence.error_bars`.
    left, right : SingularFunctions or SectorFunctions
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
    left: Functions
    right: Functions
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

    @classmethod
    def assemble(cls, note: str, system: SingularSystem, errors: np.ndarray, evidence: Evidence, *,
                 rtol: float, rank: int, hidden: float) -> "OperatorSVD":
        """Keep the leading `rank` of all computed singular values, and account for the rest.

        What is hidden is the largest value that may be missing from a list that claims to be complete.
        """
        s = system.values
        goal = rtol * float(s.max(initial=0.0))
        worst = float(errors[:rank].max()) if rank else evidence.remainder
        # Values beyond the rank that are known to be values, though not which, tell how the spectrum decays.
        near = reliable(s, evidence, errors)
        kept = max(rank, int(np.argmin(np.append(s > _TOLD * near, False))))
        bars = np.concatenate([errors[:rank], near[rank:kept]])
        tail = left_out(s, evidence, kept)
        breaks = evidence.images is not None and evidence.images.breaks
        decay, beyond = decay_and_tail(s[:kept], bars, tail, unlisted(s, evidence, errors, kept, broken=breaks))
        whole = cls(values=s[:kept], multiplicities=system.multiplicities[:kept], value_errors=bars,
                    singular_values=s[:kept], errors=bars, left=system.left.truncated(kept),
                    right=system.right.truncated(kept),
                    norm=Estimate(evidence.norm, _norm_error(s, evidence)), tail=tail,
                    rtol=rtol, method=note, evaluations=0, converged=max(worst, hidden) <= goal,
                    breaks=breaks,
                    status=_status(worst, goal, rtol, rank, hidden=hidden, remainder=evidence.remainder,
                                   following=float(s[rank]) if rank < len(s) else 0.0),
                    decay=decay, spectrum_tail=beyond)
        return whole._leading(rank)

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
        r"""The reconstruction :math:`\sum_i s_i f_i(x) g_i(y)`; x and y broadcast against each other."""
        x, y = finite_points(x, "x", self.mu_x.dim), finite_points(y, "y", self.mu_y.dim)
        if isinstance(self.left, SectorFunctions) and isinstance(self.right, SectorFunctions):
            broadcast(x.shape[:-1], y.shape[:-1])
            return self.left.reconstruct(self.right, self._radial_values(), x, y)
        if isinstance(self.left, SectorFunctions) or isinstance(self.right, SectorFunctions):
            raise TypeError("left and right must be functions of one kind")
        f, g = self.left.extend(x), self.right.extend(y)
        values = 2 if self.of_matrices else 1    # axes of functions beside those of points
        broadcast(f.shape[:-values], g.shape[:-values])
        if self.of_matrices:
            return np.asarray(np.einsum("...ir,r,...jr->...ij", f, self.singular_values, g))
        return np.asarray(np.sum(f * self.singular_values * g, axis=-1))

    def effective_rank(self, kind: str = "nuclear") -> Estimate:
        r"""The effective rank with its error bar, by default :math:`(\sum_i s_i)^2 / \sum_i s_i^2`.

        The kinds, and what the bar rests on, are those of `opsvd.effective_rank`.
        """
        return effective_rank(self.values, kind=kind, **self._spectrum())

    def nuclear_norm(self) -> Estimate:
        r"""The nuclear norm :math:`\sum_i s_i` with its error bar; infinite where the sum diverges.

        What lies beyond the values given is continued from them, so that the bar is `extrapolated`; the bound `lower`
        rests on what was computed, and no truncation lowers it.
        """
        return nuclear_norm(self.values, **self._spectrum())

    def hilbert_schmidt_norm(self) -> Estimate:
        r"""The norm :math:`(\sum_i s_i^2)^{1/2}` with its error bar, from the singular values and their tail."""
        return hilbert_schmidt_norm(self.values, **self._spectrum())

    def _spectrum(self) -> dict[str, Any]:
        return {"multiplicities": self.multiplicities, "errors": self.value_errors, "tail": self.spectrum_tail}

    def _radial_values(self) -> np.ndarray:
        """The singular value of each radial function: several of them may make up one multiplet."""
        if not isinstance(self.left, SectorFunctions):
            return self.values
        value, before, owners = 0, 0, []
        for count in self.left.multiplicities:
            while before >= int(self.multiplicities[value]):
                before -= int(self.multiplicities[value])
                value += 1
            owners.append(value)
            before += count
        return np.asarray(self.values[np.array(owners, dtype=int)])

    def predict(self, n: int, m: int | None = None) -> FiniteSizePrediction:
        """Predict the singular values of a sampled n by m matrix; see `opsvd.prediction.finite_size.predict`."""
        self._require_squares("predict")
        # The values of a matrix add up to no more than the root of their number times that of their squares.
        least = min(positive_int(n, "n"), n if m is None else positive_int(m, "m"))
        most = float(np.sqrt(least)) * self.tail
        left, right = self.left, self.right
        beyond: dict[str, Any] = {"beyond": (min(self.spectrum_tail.nuclear_bounds[1], most), self.tail**2),
                                  "most_beyond": most}
        if isinstance(left, SectorFunctions) and isinstance(right, SectorFunctions):
            owners = np.searchsorted(-self.values, -self._radial_values())
            moments = [multiplet_moments(side, owners, len(self.values)) for side in (left, right)]
            return predict(self.values, moments[0], moments[1], n, m, multiplicities=self.multiplicities,
                           left_mixed=partial(_of_sectors, left, owners),
                           right_mixed=partial(_of_sectors, right, owners), **beyond)
        prediction = predict(self.singular_values, fourth_moments(left), fourth_moments(right), n, m,
                             left_mixed=partial(mixed_moments, left), right_mixed=partial(mixed_moments, right),
                             **beyond)
        if not (isinstance(self.left, GridFunctions | NystromFunctions) and isinstance(self.right, GridFunctions |
                                                                                       NystromFunctions)):
            return prediction
        # Energies are sums of |f_i|^2, and not of f_i . f_j, which for functions with several values are two things.
        energies = predict(self.singular_values, self.left.fourth_moments[1], self.right.fourth_moments[1], n, m,
                           **beyond)
        return replace(prediction, energy_std=energies.energy_std, energy_error=energies.energy_error,
                       energy_valid=energies.energy_valid, covariance=energies.covariance,
                       nuclear=replace(prediction.nuclear, std=energies.nuclear.std),
                       effective_rank=replace(prediction.effective_rank, std=energies.effective_rank.std))

    @property
    def of_matrices(self) -> bool:
        """Whether h has matrices for values, and singular functions vectors."""
        return isinstance(self.left, GridFunctions | NystromFunctions) and self.left.side.values is not None

    def equivalent(self, n: int, m: int | None = None) -> RadialEquivalent:
        """The law of the whole spectrum of a sampled n by m matrix, for rotation-invariant kernels of vectors.

        Where values stand so often that n is not large against their number; see `opsvd.prediction.radial_equivalent`.

        Raises
        ------
        TypeError
            If the kernel is not of vectors, and invariant under rotations.

        Examples
        --------
        The part of n that the effective rank of a sign takes:

        >>> import numpy as np
        >>> import opsvd
        >>> svd = opsvd.decompose(opsvd.elementwise(np.sign, 64, kinks=[0]), rtol=1e-4)
        >>> print(round(svd.equivalent(4096).effective_rank.value / 4096, 3))
        0.356
        """
        if not (isinstance(self.left, SectorFunctions) and isinstance(self.right, SectorFunctions)):
            raise TypeError("equivalent needs a kernel of vectors that is invariant under rotations, such as "
                            "elementwise(phi, k) with k > 1; use predict, or opsvd.deterministic_equivalent(values, "
                            "multiplicities, n)")
        self._require_squares("equivalent")
        n = positive_int(n, "n")
        return sector_equivalent(self.left, self.right, self._radial_values(), self.tail**2,
                                 (n, n if m is None else positive_int(m, "m")))

    def truncate(self, rank: int) -> "OperatorSVD":
        """Return the decomposition with the leading `rank` singular values; the others go into the tail."""
        return self._leading(min(positive_int(rank, "rank"), self.rank))

    def _leading(self, rank: int) -> "OperatorSVD":
        kept = first_multiplets(self.multiplicities, rank)
        s, dropped = self.values[:kept], self.values[kept:]
        if kept == len(self.values) and rank >= self.rank:
            return self
        counts, others = self.multiplicities[:kept], self.multiplicities[kept:]
        tail, beyond = self.tail, self.spectrum_tail
        if len(dropped):
            beyond = replace(beyond, total_least=max(beyond.total_least, self.nuclear_norm().lower))
            beyond = beyond.preceded_by(dropped, self.value_errors[kept:], float(s[-1] if kept else dropped[0]), others)
            most = dropped + self.value_errors[kept:]
            tail = math.hypot(tail, *(np.sqrt(others.astype(np.float64)) * most))
        cut = replace(self, values=s, multiplicities=counts, value_errors=self.value_errors[:kept],
                      singular_values=self.singular_values[:rank], errors=self.errors[:rank], tail=tail,
                      spectrum_tail=beyond)
        return replace(cut, left=_first(self.left, counts, cut.rank), right=_first(self.right, counts, cut.rank))

    def times(self, factor: float) -> "OperatorSVD":
        """The decomposition of h times a positive factor: the same functions, and values times the factor."""
        left, right = (side.of_scaled(factor) if isinstance(side, NystromFunctions) else side
                       for side in (self.left, self.right))
        return replace(self, values=self.values * factor, value_errors=self.value_errors * factor,
                       singular_values=self.singular_values * factor, errors=self.errors * factor, left=left,
                       right=right, norm=self.norm.times(factor), tail=self.tail * factor,
                       status=f"{self.status} (in units of {factor:.3g})", decay=self.decay.times(factor),
                       spectrum_tail=self.spectrum_tail.times(factor))

    def _require_squares(self, what: str) -> None:
        """Raise unless the squares of values and their tail are numbers."""
        if power_of_two(self.norm.value) != 1.0 and not SMALLEST_SIZE <= self.norm.value <= 1.0 / SMALLEST_SIZE:
            raise ValueError(f"{what} needs the squares of singular values, got a norm of {self.norm.value:.3g}; "
                             f"decompose c * h with a suitable constant c")

    def _extended(self, kernel: Kernel) -> "OperatorSVD":
        """With singular functions that are evaluated through the kernel."""
        if isinstance(self.left, NystromFunctions) and isinstance(self.right, NystromFunctions):
            return replace(self, left=self.left.extended(kernel), right=self.right.extended(kernel))
        if not (isinstance(self.left, SingularFunctions) and isinstance(self.right, SingularFunctions)):
            return self
        unit, breaks = power_of_two(self.norm.value), self.breaks
        s, kernel = self.singular_values / unit, kernel if unit == 1.0 else kernel.scaled(1.0 / unit)
        return replace(self, left=self.left.extended(kernel, self.right, s, breaks=breaks),
                       right=self.right.extended(kernel.transposed(), self.left, s, breaks=breaks))

    def for_kernel(self, kernel: Kernel, evaluations: int, remark: str) -> "OperatorSVD":
        """With functions that are evaluated through the kernel, the cost, and what stood in the way of more."""
        status = self.status if self.converged or not remark else f"{self.status} ({remark})"
        return replace(self._extended(kernel), evaluations=evaluations, status=status)

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

    def _repr_html_(self) -> str:
        """A table of the leading values for notebooks."""
        rows = "".join(f"<tr><td>{i + 1}</td><td>{Estimate(s, e)!r}</td></tr>" for i, (s, e) in
                       enumerate(zip(self.singular_values[:_SHOWN], self.errors[:_SHOWN], strict=True)))
        more = f"<tr><td colspan='2'>and {self.rank - _SHOWN} more</td></tr>" if self.rank > _SHOWN else ""
        caption = (f"Operator SVD of rank {self.rank}; tail {self.tail:.1e} of norm {self.norm.value:.6g}; "
                   f"{_escaped(self.status)}")
        return (f"<table><caption>{caption}</caption><tr><th>i</th><th>singular value</th></tr>"
                f"{rows}{more}</table>")


def load(path: str | PathLike[str], h: Callable[..., Any] | Kernel | None = None) -> OperatorSVD:
    """Read a decomposition written by `OperatorSVD.save`.

    Parameters
    ----------
    path : path
        The file.
    h : callable or Kernel, optional
        The kernel, which a file cannot hold. It is held against a few values of the one that was decomposed. On the
        line, singular functions can then be called at any point; without it only where sums in their basis keep eight
        digits, for a Gaussian within 8.6 standard deviations of its mean or less, and elsewhere they raise. Functions
        of quasi-random points cannot be called without it at all, and other kinds do not need it.

    Returns
    -------
    OperatorSVD
        The same to the last bit, but that reconstruction without the kernel is a sum in the basis. Prediction needs no
        kernel.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file.
    ValueError
        If the file was not written by `save`, or in another format, or changed since; or if `h` is another kernel.
    TypeError
        If `path` is no path, or `h` not callable.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import opsvd
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "tanh.npz"
    >>> opsvd.decompose(lambda x, y: np.tanh(x * y)).save(path)
    >>> opsvd.load(path).singular_values[:2].round(9).tolist()
    [0.523183285, 0.059203253]
    >>> opsvd.load(path, h=lambda x, y: np.sin(x * y))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: h must be the kernel of the saved result, but at x = ...
    """
    meta, arrays = read_archive(path)
    values, counts = arrays["values"], as_counts([int(count) for count in meta["multiplicities"]])
    svd = OperatorSVD(values=values, multiplicities=counts, value_errors=arrays["value_errors"],
                      singular_values=expanded(values, counts, meta["rank"]), errors=arrays["errors"],
                      left=functions_from_arrays(arrays, "left"), right=functions_from_arrays(arrays, "right"),
                      norm=Estimate(*meta["norm"]), tail=meta["tail"], rtol=meta["rtol"], method=meta["method"],
                      evaluations=meta["evaluations"], status=meta["status"], converged=meta["converged"],
                      breaks=meta["breaks"], decay=DecayLaw(**meta["decay"]),
                      spectrum_tail=Tail(**meta["spectrum_tail"]), kernel_values=arrays.get("kernel_values"))
    if h is None:
        return svd
    kernel, mu_x, mu_y = paired(h, svd.mu_x, svd.mu_y)
    if (mu_x, mu_y) != (svd.mu_x, svd.mu_y):    # the default measure fits kernels of vectors too
        raise ValueError(f"h must be a kernel of the points of this result, under {svd.mu_x!r} and {svd.mu_y!r}, got "
                         f"{kernel!r} for points of {kernel.dims} coordinates; pass the kernel that was decomposed")
    kernel = entrywise(kernel)
    if svd.kernel_values is not None:
        require_same_kernel(kernel, mu_x, mu_y, svd.kernel_values)
    return svd._extended(kernel)


def require_svd(svd: object, name: str) -> OperatorSVD:
    """Return `svd` if it is a decomposition, or raise naming `name`."""
    return instance(svd, name, OperatorSVD, "pass what opsvd.decompose returned")


def _norm_error(singular_values: np.ndarray, evidence: Evidence) -> float:
    """sqrt(E h^2) is known twice: by the check rule, and as the norm of all computed values with the remainder."""
    spectral = float(np.linalg.norm(singular_values))
    return abs(evidence.norm - spectral) + evidence.remainder + 8.0 * float(np.finfo(np.float64).eps) * evidence.norm


def _status(worst: float, goal: float, rtol: float, rank: int, *, hidden: float, following: float,
            remainder: float) -> str:
    if worst > goal:
        return (f"not converged: the largest error bar is {worst:.1e}, rtol={rtol:g} asks for {goal:.1e}; the error "
                f"bars hold all the same. The kernel is not resolved within the budget: accept a larger rtol or a "
                f"smaller max_rank, or give a Method with a larger budget")
    if hidden > goal:
        return (f"not converged: the {rank} values given are known to {worst:.1e}, but another of up to {hidden:.1e} "
                f"may be missing, and rtol={rtol:g} asks for {goal:.1e}. The kernel is not resolved within the budget: "
                f"accept a larger rtol or a smaller max_rank, or give a Method with a larger budget")
    reached = f"converged: every error bar is at most {worst:.1e}, within rtol * s_1 = {goal:.1e}"
    if following > goal:
        return (f"{reached}; the spectrum decays slowly, and goes on beyond the {rank} values given, from "
                f"{following:.1e} downwards: see tail")
    if remainder > goal:    # which may be one value that no rule resolved, far too small to move the others
        return f"{reached}; what the {rank} values given leave out has a norm of {remainder:.1e}: see tail"
    return reached


def _of_sectors(functions: SectorFunctions, owners: np.ndarray, values: np.ndarray) -> np.ndarray | None:
    """Mixed moments of the members of a multiplet; `owners` says to which value each radial function belongs."""
    return mixed_moments(functions, np.flatnonzero(np.isin(owners, values)))


def _first(functions: Functions, counts: np.ndarray, rank: int) -> Functions:
    """The functions of the first `rank` singular values, and the radial functions of whole multiplets."""
    if not isinstance(functions, SectorFunctions):
        return functions.truncated(rank)
    return functions.truncated(first_multiplets(as_counts(functions.multiplicities), sum(counts.tolist())), rank)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
