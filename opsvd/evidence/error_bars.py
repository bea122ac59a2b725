"""The promise behind every number: error bars from rules that the method did not use."""

from dataclasses import dataclass, field, replace

import numpy as np

from .._support.arrays import leading_true
from .._support.budget import BudgetExhaustedError
from .._support.linalg import norm_bound
from ..kernels import SMALLEST_SIZE, Kernel, size_out_of_range
from ..operator.discretisation import Discretisation
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..probing.domain import weighted_samples
from ..quadrature import Rule, joined
from ..spectrum import Unlisted
from .images import Images, images

__all__ = ["Evidence", "accurate_count", "error_bars", "gather_evidence", "largest_evidence",
           "left_out", "reliable", "settled", "unlisted"]

_EPS = float(np.finfo(np.float64).eps)
# The remainder is known from a sample of its values: its norm is taken to be up to this much larger.
_SAFETY = 2.0
# For the order of the values, where a bound stands for the operator norm.
_ORDERING = 1.5
# Backward error of LAPACK's SVD, in units of eps * s_1, as seen on the problem table, with a margin.
_ROUNDING = 16.0
# A remainder of less than this part of h tells the norm of h better than rules do.
_SMALL = 1e-3
# Points in x and in y at which h is held against the answer wherever the measures have their mass.
_SPOTS = 300
# Norms of h on two rules that both see it differ by less than this factor.
_SEEN_ALIKE = 1e3
# Random points that show the size of h are at least so many.
_FEW = 16
# Entries below this part of the largest are traces: no sum of products of them matters.
_TRACE = 1e-60
# Where fewer leading values are accurate, it may be for not knowing how much is left beside them. That is looked at
# where values are below these parts of the sixth.
_PLENTY, _AIM, _PARTS = 12, 6, (0.3, 0.45, 0.6, 0.75)
# So many accurate values are an answer, though there may be more between rtol * s_1 and the last error bars.
_MANY = 8


@dataclass(frozen=True, eq=False)
class Evidence:
    r"""How the answer compares with the kernel, seen on independent rules.

    With :math:`R = h - \sum_i s_i f_i g_i` the remainder:

    Attributes
    ----------
    norm : float
        :math:`\sqrt{E[h^2]}`.
    remainder : float
        :math:`\sqrt{E[R^2]}`, the largest over the rules, with what lies outside the domain.
    spread : float
        A bound of the operator norm of R, or `remainder` where that was enough.
    coupling : float
        The Frobenius norm of :math:`E[f_i R g_j]`, the largest over the rules: what the remainder does to the singular
        values at first order.
    overlaps : ndarray, shape (rules, r), or None
        :math:`K_{ii} = E[f_i R g_i]` on each rule.
    images : Images or None
        Where R itself was not small enough to tell: what T makes of the leading singular functions.
    complement : ndarray, shape (r,), or None
        For q = 1, 2, ..., a bound of the operator norm of :math:`h - \sum_{i \le q} s_i f_i g_i`; infinite where it was
        not looked at.
    dimension : int
        How many singular values the remainder may have, as far as it was seen: the nodes of the largest rule.
    least : float
        The smallest :math:`\sqrt{E[R^2]}` on any rule.
    """

    norm: float
    remainder: float
    spread: float
    coupling: float
    dimension: int
    least: float = 0.0
    overlaps: np.ndarray | None = field(default=None, repr=False)
    images: Images | None = field(default=None, repr=False)
    complement: np.ndarray | None = field(default=None, repr=False)

    def beyond(self, singular_values: np.ndarray) -> np.ndarray:
        r"""Bounds, shape (r,), of the norm of what is left of T beside the leading q computed functions, q = 1, 2, ...

        At most :math:`s_{q+1} + \|R\|`; where both are of one size, it is less, and known better as a whole.
        """
        unseen = min(self.remainder, self.spread)
        bounds = np.append(singular_values, 0.0)[1:] + _ORDERING * unseen
        if self.complement is not None:
            bounds = np.minimum(bounds, self.complement + (_ORDERING - 1.0) * unseen)
        return np.asarray(np.minimum.accumulate(bounds))


def gather_evidence(kernel: Kernel, discretisation: Discretisation, system: SingularSystem,
                    rtol: float) -> Evidence | None:
    """Hold the answer against the kernel on the check rules of a discretisation.

    First the values of the kernel are compared. Where that leaves error bars above `rtol`, as it does for kernels with
    breaks, whose pointwise remainder is large although their integrals are right, T is applied to the singular
    functions as well. None if they see no more than traces of h: zeros although h is not zero, or sizes that
    have nothing to do with each other.
    """
    checks = (*discretisation.checks, _spots(system))
    samples = [weighted_samples(kernel, discretisation.domain, *rules) for rules in checks]
    functions = zip(*(_on_rules(side, rules) for side, rules in
                      zip((system.left, system.right), zip(*checks, strict=True), strict=True)), strict=True)
    compared = [_Comparison(f, g, _remainder(sample, (f * system.values) @ g.T))
                for (f, g), sample in zip(functions, samples, strict=True)]
    norms = [float(np.linalg.norm(sample)) for sample in samples]
    remainders = [float(np.linalg.norm(comparison.remainder)) for comparison in compared]
    couplings = [comparison.coupling for comparison in compared]
    if 0.0 < max(norms) < SMALLEST_SIZE or max(norms) > 1.0 / SMALLEST_SIZE:
        raise size_out_of_range(max(norms))
    # Where rules do not agree that h is there, some of the random points must.
    seen = max(norms[:-1]) <= _SEEN_ALIKE * min(norms[:-1]) and norms[0] > 0.0
    if not seen and _participation(samples[-1]) < _FEW and discretisation.domain.norm > 0.0:
        return None
    if not seen:
        remainders[-1] *= _SAFETY    # a few hundred of them tell it roughly
    outside = float(np.hypot(discretisation.domain.missing, discretisation.hidden)) * norms[0]
    # Rules that disagree on the size of the remainder have not resolved it, and do not know its integrals either.
    trusted = max(remainders) <= 4.0 * remainders[0] + 4.0 * _EPS * norms[0]
    coupling = max(float(np.linalg.norm(matrix)) for matrix in couplings) if trusted else max(remainders)
    # All rules see the same operator: the others tell how far its size is certain.
    first = norm_bound(compared[0].remainder) if remainders[0] > rtol * norms[0] else remainders[0]
    spread = first * max(remainders) / remainders[0] if remainders[0] > 0.0 else max(remainders)
    # The norm of h is that of the answer to within the remainder, which may be much less than the error of a rule.
    norm = norms[0] if max(remainders) > _SMALL * norms[0] else float(np.linalg.norm(system.values))
    evidence = Evidence(norm=float(np.hypot(norm, outside)), remainder=float(np.hypot(max(remainders), outside)),
                        spread=spread + outside, coupling=coupling, least=min(remainders),
                        dimension=max(min(sample.shape) for sample in samples[:-1]),
                        overlaps=np.array([np.diagonal(matrix) for matrix in couplings]))
    if discretisation.remark or settled(system.values, error_bars(system.values, evidence), rtol):
        return evidence
    try:
        evidence = replace(evidence, images=images(kernel, discretisation, system, rtol, outside=outside,
                                                   spots=checks[-1], samples=samples[-1]))
    except BudgetExhaustedError:    # wider bars, then, and the driver hears of it at its next step
        return evidence
    goal = rtol * system.values.max(initial=0.0)
    if accurate_count(error_bars(system.values, evidence), goal) >= _PLENTY:
        return evidence
    return replace(evidence, complement=compared[0].complement(system.values) + evidence.spread - first)


@dataclass(frozen=True, eq=False)
class _Comparison:
    """The answer beside the kernel on one pair of rules: functions (n, r) and (m, r) and the remainder (n, m) there."""

    f: np.ndarray
    g: np.ndarray
    remainder: np.ndarray

    @property
    def coupling(self) -> np.ndarray:
        """The matrix of the remainder between the functions, shape (r, r)."""
        return np.asarray(self.f.T @ self.remainder @ self.g)

    def complement(self, singular_values: np.ndarray) -> np.ndarray:
        """Bounds, shape (r,), of the norm of what is left beside the leading q functions, for some q; else infinite."""
        s, bounds = singular_values, np.full(len(singular_values), np.inf)
        left, stop = self.remainder.copy(), len(s)
        for part in _PARTS if len(s) >= _AIM else ():
            q = int(np.count_nonzero(s > part * s[_AIM - 1]))
            if q < stop:
                left += (self.f[:, q:stop] * s[q:stop]) @ self.g[:, q:stop].T
                bounds[q - 1], stop = norm_bound(left), q
        return bounds


def _participation(samples: np.ndarray) -> float:
    """The number of samples that share the energy: zero if there is none."""
    energy = np.square(samples / max(float(np.abs(samples).max()), np.finfo(float).tiny))
    return float(energy.sum() ** 2 / max(np.sum(energy**2), 1.0))


def _on_rules(functions: SingularFunctions, rules: tuple[Rule, ...]) -> list[np.ndarray]:
    """Weighted samples of functions on several rules, (n, r) each: all at once, as recurrences cost by the call."""
    together = joined(*rules)
    values = functions.half_density(together.nodes)
    values *= together.sqrt_lebesgue[:, None]
    return [_without_traces(part) for part in np.split(values, np.cumsum([len(rule) for rule in rules])[:-1])]


def _remainder(sample: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """Their difference, in the memory of the second."""
    return _without_traces(np.subtract(sample, answer, out=answer))


def _without_traces(matrix: np.ndarray) -> np.ndarray:
    """Set to zero what is so small that products would be subnormal numbers, with which BLAS takes a hundredfold."""
    # No array of absolute values: memory that is fresh costs more than the passes do.
    trace = _TRACE * max(float(matrix.max(initial=0.0)), -float(matrix.min(initial=0.0)))
    traces = (matrix <= trace) & (matrix >= -trace)
    traces &= matrix != 0.0
    if traces.any():
        np.putmask(matrix, traces, 0.0)
    return matrix


def _spots(system: SingularSystem) -> tuple[Rule, Rule]:
    """Random points drawn from the measures: they are dense where the mass is, whatever the scale of anything else."""
    rng = np.random.default_rng(_SPOTS)
    rules = []
    for measure in (system.left.measure, system.right.measure):
        x = measure.sample(_SPOTS, rng)
        density = measure.sqrt_density(x)
        rules.append(Rule(x, 1.0 / (np.sqrt(_SPOTS) * density), density))
    return rules[0], rules[1]


def largest_evidence(seen: list[Evidence]) -> Evidence:
    """The largest of all that several checks show of the same answer, with images of as many functions."""
    norm, remainder, spread, coupling = (max(getattr(evidence, name) for evidence in seen)
                                         for name in ("norm", "remainder", "spread", "coupling"))
    near = Images(*(np.max([getattr(evidence.images, name) for evidence in seen], axis=0)
                    for name in ("residual", "coupling")))
    return Evidence(norm=norm, remainder=remainder, spread=spread, coupling=coupling,
                    dimension=max(evidence.dimension for evidence in seen), images=near)


def accurate_count(errors: np.ndarray, goal: float) -> int:
    """How many leading values have bars of at most a goal."""
    return leading_true(errors <= goal)


def settled(singular_values: np.ndarray, errors: np.ndarray, rtol: float) -> bool:
    """Whether error bars are all below rtol * s_1, or so for many values and all that stand above their bars."""
    goal = rtol * singular_values.max(initial=0.0)
    accurate = errors <= goal
    visible = singular_values > np.maximum(errors, goal)
    return bool(accurate.all() or (accurate.sum() >= _MANY and accurate[visible].all()))


def error_bars(singular_values: np.ndarray, evidence: Evidence) -> np.ndarray:
    r"""Error bars of singular values, shape (r,), from the remainder :math:`R` and the images of singular functions.

    Weyl: every singular value of :math:`T = T_r + R` is within :math:`\|R\|` of that of :math:`T_r`. More sharply, in
    the bases of the leading q computed singular functions and their complements, T is the 2 by 2 block matrix with
    S + K and D on its diagonal, where :math:`K_{ij} = E[f_i R g_j]`, and off-diagonal blocks of norm at most e, so that
    (Li and Li 2005)

    .. math:: |\sigma_i - s_i| \le \|K\| + \frac{2 e^2}{\eta_i + \sqrt{\eta_i^2 + 4 e^2}},
              \qquad \eta_i = s_i - \|D\| > 0 .

    From pointwise values, all computed functions are taken, and :math:`\|R\|` bounds e and :math:`\|D\|`. From images,
    e is the norm of :math:`T g_j - s_j f_j` and :math:`T^* f_j - s_j g_j` for j up to q, and
    :math:`\|D\|` at most :math:`s_{q+1} + \|R\|`, or what it was found to be; the best q is taken. The smallest bound,
    plus rounding. All are rigorous given the norms; these are estimated by quadrature, hence the safety factors.

    References
    ----------
    C.-K. Li and R.-C. Li, A note on eigenvalues of perturbed Hermitian matrices, Linear Algebra Appl. 395 (2005).
    """
    s = singular_values
    if len(s) == 0:
        return np.zeros(0)
    remainder = _SAFETY * min(evidence.remainder, evidence.spread)
    bars = np.minimum(remainder, _SAFETY * evidence.coupling + _quadratic(remainder, s - remainder))
    if evidence.images is not None:
        coupling, residual = _SAFETY * evidence.images.coupling, _SAFETY * evidence.images.residual
        gap = s[:, None] - evidence.beyond(s)[:len(residual)]
        usable = (np.arange(len(residual)) >= np.arange(len(s))[:, None]) & (gap > 0.0)
        bounds = np.where(usable, coupling + _quadratic(residual, gap), np.inf)
        bars = np.minimum(bars, bounds.min(axis=1, initial=np.inf))
    return np.asarray(bars + _ROUNDING * _EPS * s[0])


def reliable(singular_values: np.ndarray, evidence: Evidence, errors: np.ndarray) -> np.ndarray:
    """Errors, shape (r,), of values that may not be told apart from what the remainder hides.

    A residual says that there is a true singular value close to a computed one, but not that it is the i-th: enough to
    see how a spectrum decays. Never larger than `errors`, which are for the i-th value.
    """
    if evidence.images is None:
        return errors
    count = len(evidence.images.residual)
    near = np.append(_SAFETY * (evidence.images.coupling + evidence.images.residual),
                     np.full(len(singular_values) - count, np.inf))
    return np.asarray(np.minimum(errors, near))


def left_out(singular_values: np.ndarray, evidence: Evidence, rank: int) -> float:
    r"""A bound of what the leading `rank` terms leave out, :math:`(E[(h - \sum_{i \le r} s_i f_i g_i)^2])^{1/2}`.

    With d the norm of the values beyond the rank it is the root of :math:`\|R\|^2 + d^2 + 2 \sum_{i > r} s_i K_{ii}`,
    where the last term is zero only if h was projected exactly. Without the overlaps, it is at most
    :math:`2 d \|K\|`.
    """
    dropped = float(np.linalg.norm(singular_values[rank:]))
    crossed = dropped * evidence.coupling
    if evidence.overlaps is not None:
        crossed = float((evidence.overlaps[:, rank:] @ singular_values[rank:]).max(initial=0.0))
    return float(np.sqrt(evidence.remainder**2 + dropped**2 + 2.0 * crossed))


def unlisted(singular_values: np.ndarray, evidence: Evidence, errors: np.ndarray, rank: int, *,
             broken: bool = False) -> Unlisted:
    """What is known of the values beyond the leading `rank`, and of the sum of all: `errors`, shape (r,), are bars."""
    return Unlisted(float(singular_values[rank:].sum()), evidence.remainder, float(evidence.dimension),
                    _energy_from_below(singular_values, evidence, errors[:rank]),
                    _sum_from_below(singular_values, evidence, errors), broken=broken)


def _energy_from_below(singular_values: np.ndarray, evidence: Evidence, errors: np.ndarray) -> float:
    r"""The root of :math:`E[h^2] - \sum_{i \le r} \sigma_i^2` at least, for the r values with these errors.

    :math:`E[h^2] = \|R\|^2 + \sum_i s_i^2 + 2 \sum_i s_i K_{ii}`, over all computed values.
    """
    if evidence.overlaps is None:
        return 0.0
    s, rank = singular_values, len(errors)
    crossed = 2.0 * float((evidence.overlaps @ s).min(initial=0.0))
    unsure = float(errors @ (2.0 * s[:rank] + errors))
    energy = (evidence.least / _SAFETY) ** 2 + float(s[rank:] @ s[rank:]) + _SAFETY * crossed - unsure
    # Each sum is rounded by some eps times the square of the norm.
    return float(np.sqrt(max(energy - _ROUNDING * _EPS * evidence.norm**2, 0.0)))


def _sum_from_below(singular_values: np.ndarray, evidence: Evidence, errors: np.ndarray) -> float:
    r"""The nuclear norm of T at least.

    It is the sum of true values, which are within their bars of the computed ones. It is also the largest of
    :math:`\mathrm{tr}(W^* T)` over partial isometries W, and :math:`W = \sum_{i \le q} f_i g_i` gives
    :math:`\sum_{i \le q} (s_i + K_{ii})`, for every q.
    """
    s = singular_values
    sums = [np.maximum(s - errors, 0.0).sum()]
    rounding = _ROUNDING * _EPS * s.max(initial=0.0)
    # A coupling of all that the remainder is says that its integrals are not known.
    if evidence.overlaps is not None and evidence.coupling < evidence.remainder:
        lost = _SAFETY * np.abs(evidence.overlaps).max(axis=0, initial=0.0) + rounding
        sums.append(np.cumsum(s - lost).max(initial=0.0))
    if evidence.images is not None:
        # The trace of a q by q matrix is at most sqrt(q) times its Frobenius norm.
        count = len(evidence.images.coupling)
        lost = _SAFETY * np.sqrt(np.arange(1.0, count + 1.0)) * evidence.images.coupling
        sums.append((np.cumsum(s[:count] - rounding) - lost).max(initial=0.0))
    return float(max(sums))


def _quadratic(e: float | np.ndarray, gap: np.ndarray) -> np.ndarray:
    """The second-order term for off-diagonal blocks of norm e: at most e, about e^2 / gap."""
    gap = np.maximum(gap, 0.0)
    return np.asarray(2.0 * np.square(e) / np.maximum(gap + np.sqrt(gap**2 + 4.0 * np.square(e)), np.finfo(float).tiny))
