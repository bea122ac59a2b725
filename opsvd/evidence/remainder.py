"""Evidence from the remainder: h minus the answer, seen on rules that the method did not use."""

from dataclasses import dataclass, field

import numpy as np

from .._support.floats import EPS, TINY
from ..operator.evidence import Evidence
from ..spectrum import Estimate, Unlisted
from .images import Images

# The remainder is known from a sample of its values: its norm is taken to be up to this much larger. No bar is false
# with it in benchmarks/accuracy_of_error_bars.py and benchmarks/honesty_of_vectors.py.
NORM_MARGIN = 2.0
# For the order of the values, where a bound stands for the operator norm: the same benchmarks.
ORDER_MARGIN = 1.5


@dataclass(frozen=True, eq=False, kw_only=True)
class RemainderEvidence(Evidence):
    r"""How the answer compares with the kernel, seen on independent rules.

    With :math:`R = h - \sum_i s_i f_i \bar g_i` the remainder:

    Attributes
    ----------
    values : ndarray, shape (r,)
    size : float
        :math:`\sqrt{E[h^2]}`.
    remainder : float
        :math:`\sqrt{E[R^2]}`, the largest over the rules, with what lies outside the domain.
    operator_norm : float
        A bound of the operator norm of R, or `remainder` where that was enough.
    coupling : float
        The Frobenius norm of :math:`E[\bar f_i R g_j]`, the largest over the rules: what the remainder does to the
        singular values at first order.
    overlaps : ndarray, shape (rules, r), or None
        The real parts of :math:`K_{ii} = E[\bar f_i R g_i]` on each rule.
    images : Images or None
        Where R itself was not small enough to tell: what T makes of the leading singular functions.
    complement : ndarray, shape (r,), or None
        For q = 1, 2, ..., a bound of the operator norm of :math:`h - \sum_{i \le q} s_i f_i g_i`, with all margins;
        infinite where it was not looked at.
    dimension : int
        How many singular values the remainder may have, as far as it was seen: the nodes of the largest rule.
    least : float
        The smallest :math:`\sqrt{E[R^2]}` on any rule.
    still_to_come : ndarray, shape (r,), or None
        What values would still change by with finer discretisations, where rules of similar sizes are wrong alike.
    rounding : float
        What rounding does to a value of the matrix, relative to the first.
    """

    values: np.ndarray
    size: float
    remainder: float
    operator_norm: float
    coupling: float
    dimension: int
    least: float = 0.0
    overlaps: np.ndarray | None = field(default=None, repr=False)
    images: Images | None = field(default=None, repr=False)
    complement: np.ndarray | None = field(default=None, repr=False)
    still_to_come: np.ndarray | None = field(default=None, repr=False)
    # Backward error of LAPACK's SVD, in units of eps * s_1, as seen on the problem table, with a margin.
    rounding: float = 16.0 * EPS

    def beside(self) -> np.ndarray:
        r"""Bounds, shape (r,), of the norm of what is left of T beside the leading q computed functions, q = 1, 2, ...

        At most :math:`s_{q+1} + \|R\|`; where both are of one size, it is less, and known better as a whole.
        """
        unseen = min(self.remainder, self.operator_norm)
        bounds = np.append(self.values, 0.0)[1:] + ORDER_MARGIN * unseen
        if self.complement is not None:
            bounds = np.minimum(bounds, self.complement)
        return np.asarray(np.minimum.accumulate(bounds))

    def bars(self) -> np.ndarray:
        r"""Error bars, shape (r,), from the remainder :math:`R` and the images of singular functions.

        Weyl: every singular value of :math:`T = T_r + R` is within :math:`\|R\|` of that of :math:`T_r`. More sharply,
        in the bases of the leading q computed singular functions and their complements, T is the 2 by 2 block matrix
        with S + K and D on its diagonal, where :math:`K_{ij} = E[\bar f_i R g_j]`, and off-diagonal blocks of norm at
        most e, so that (Li and Li 2005)

        .. math:: |\sigma_i - s_i| \le \|K\| + \frac{2 e^2}{\eta_i + \sqrt{\eta_i^2 + 4 e^2}},
                  \qquad \eta_i = s_i - \|D\| > 0 .

        From pointwise values, all computed functions are taken, and :math:`\|R\|` bounds e and :math:`\|D\|`. From
        images, e is the norm of :math:`T g_j - s_j f_j` and :math:`T^* f_j - s_j g_j` for j up to q, and
        :math:`\|D\|` at most :math:`s_{q+1} + \|R\|`, or what it was found to be; the best q is taken. The smallest
        bound, plus rounding. All are rigorous given the norms; these are estimated by quadrature, hence the safety
        factors.

        References
        ----------
        C.-K. Li and R.-C. Li, A note on eigenvalues of perturbed Hermitian matrices, Linear Algebra Appl. 395 (2005).
        """
        s = self.values
        if len(s) == 0:
            return np.zeros(0)
        remainder = NORM_MARGIN * min(self.remainder, self.operator_norm)
        bars = np.minimum(remainder, NORM_MARGIN * self.coupling + _quadratic(remainder, s - remainder))
        if self.images is not None:
            coupling, residual = NORM_MARGIN * self.images.coupling, NORM_MARGIN * self.images.residual
            gap = s[:, None] - self.beside()[:len(residual)]
            usable = (np.arange(len(residual)) >= np.arange(len(s))[:, None]) & (gap > 0.0)
            bounds = np.where(usable, coupling + _quadratic(residual, gap), np.inf)
            bars = np.minimum(bars, bounds.min(axis=1, initial=np.inf))
        bars = bars + self.rounding * s[0]
        return np.asarray(bars if self.still_to_come is None else bars + self.still_to_come)

    @property
    def norm(self) -> Estimate:
        r"""It is known twice: by the check rules, and as the norm of computed values with what they leave.

        With R what the leading q terms leave of h, :math:`E[h^2] = \|R\|^2 + \sum_{i \le q} s_i (s_i + 2 K_{ii})`, of
        which the terms with K are at most :math:`2 (\sum_{i \le q} s_i^2)^{1/2} \|K\|`. The best q is taken.
        """
        spectral = np.sqrt(np.cumsum(self.values**2))
        whole = np.max(spectral, initial=0.0)
        low, high = np.array([whole - self.remainder]), np.array([whole + self.remainder])
        if self.images is not None:
            seen = spectral[:len(self.images.coupling)]
            coupling = NORM_MARGIN * self.images.coupling
            left = np.array([self.left_out(q + 1) for q in range(len(seen))])
            low, high = np.append(low, seen - coupling), np.append(high, np.hypot(seen, NORM_MARGIN * left) + coupling)
        apart = np.maximum(self.size - low, high - self.size).min()
        return Estimate(self.size, float(apart) + 0.5 * self.rounding * self.size)

    def left_out(self, rank: int) -> float:
        r"""A bound of what the leading `rank` terms leave out, :math:`(E[(h - \sum_{i \le r} s_i f_i g_i)^2])^{1/2}`.

        With d the norm of the values beyond the rank it is the root of
        :math:`\|R\|^2 + d^2 + 2 \sum_{i > r} s_i K_{ii}`, where the last term is zero only if h was projected exactly.
        Without the overlaps, it is at most :math:`2 d \|K\|`.
        """
        dropped = float(np.linalg.norm(self.values[rank:]))
        crossed = dropped * self.coupling
        if self.overlaps is not None:
            crossed = float((self.overlaps[:, rank:] @ self.values[rank:]).max(initial=0.0))
        # Where h breaks, rules see different parts of R near the break; the largest may be too small by their spread.
        spread = max(self.remainder - self.least, 0.0) if self.least > 0.0 else 0.0
        return float(np.sqrt((self.remainder + spread) ** 2 + dropped**2 + 2.0 * crossed))

    def beyond(self, rank: int) -> Unlisted:
        """What the remainder may hold, and the sum of all values from below."""
        bars = self.bars()
        return Unlisted(float(self.values[rank:].sum()), self.remainder, float(self.dimension),
                        self._energy_from_below(bars[:rank]), self._sum_from_below(bars),
                        broken=self.breaks)

    def _energy_from_below(self, errors: np.ndarray) -> float:
        r"""The root of :math:`E[h^2] - \sum_{i \le r} \sigma_i^2` at least, for the r values with these errors.

        :math:`E[h^2] = \|R\|^2 + \sum_i s_i^2 + 2 \sum_i s_i K_{ii}`, over all computed values.
        """
        if self.overlaps is None:
            return 0.0
        s, rank = self.values, len(errors)
        crossed = 2.0 * float((self.overlaps @ s).min(initial=0.0))
        unsure = float(errors @ (2.0 * s[:rank] + errors))
        energy = (self.least / NORM_MARGIN) ** 2 + float(s[rank:] @ s[rank:]) + NORM_MARGIN * crossed - unsure
        # Each sum is rounded by some eps times the square of the norm.
        return float(np.sqrt(max(energy - self.rounding * self.size**2, 0.0)))

    def _sum_from_below(self, errors: np.ndarray) -> float:
        r"""The nuclear norm of T at least.

        It is the sum of true values, which are within their bars of the computed ones. It is also the largest of
        :math:`\mathrm{tr}(W^* T)` over partial isometries W, and :math:`W = \sum_{i \le q} f_i g_i` gives
        :math:`\sum_{i \le q} (s_i + K_{ii})`, for every q.
        """
        s = self.values
        sums = [np.maximum(s - errors, 0.0).sum()]
        rounding = self.rounding * s.max(initial=0.0)
        # A coupling of all that the remainder is says that its integrals are not known.
        if self.overlaps is not None and self.coupling < self.remainder:
            margin = NORM_MARGIN * np.abs(self.overlaps).max(axis=0, initial=0.0) + rounding
            sums.append(np.cumsum(s - margin).max(initial=0.0))
        if self.images is not None:
            # The trace of a q by q matrix is at most sqrt(q) times its Frobenius norm.
            count = len(self.images.coupling)
            margin = NORM_MARGIN * np.sqrt(np.arange(1.0, count + 1.0)) * self.images.coupling
            sums.append((np.cumsum(s[:count] - rounding) - margin).max(initial=0.0))
        return float(max(sums))


def largest_evidence(seen: list[RemainderEvidence]) -> RemainderEvidence:
    """The largest of all that several checks show of the same answer, with images of as many functions."""
    largest = {name: max(getattr(evidence, name) for evidence in seen)
               for name in ("size", "remainder", "operator_norm", "coupling", "dimension")}
    near = Images(*(np.max([getattr(evidence.images, name) for evidence in seen], axis=0)
                    for name in ("residual", "coupling")))
    return RemainderEvidence(values=seen[0].values, images=near, **largest)


def settled(singular_values: np.ndarray, errors: np.ndarray, rtol: float) -> bool:
    """Whether error bars are all below rtol * s_1, or so for many values and all that stand above their bars."""
    goal = rtol * singular_values.max(initial=0.0)
    accurate = errors <= goal
    visible = singular_values > np.maximum(errors, goal)
    return bool(accurate.all() or (accurate.sum() >= 8 and accurate[visible].all()))


def _quadratic(e: float | np.ndarray, gap: np.ndarray) -> np.ndarray:
    """The second-order term for off-diagonal blocks of norm e: at most e, about e^2 / gap."""
    gap = np.maximum(gap, 0.0)
    return np.asarray(2.0 * np.square(e) / np.maximum(gap + np.sqrt(gap**2 + 4.0 * np.square(e)), TINY))
