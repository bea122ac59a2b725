"""How a spectrum decays, what that says of the values beyond the computed rank, and of large samples."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._support.axes import COLOURS, axes_or_new, styled
from .._support.signs import plus_minus
from .._support.tables import Records, Tabular
from .._support.validation import described, instance, nonnegative_float, positive_float, real_array, require_fields
from .estimate import rounded_up
from .functionals import Spectrum, checked
from .laws import FEWEST_FITTED, LAWS, POWER, Fit, fit_laws, reliable
from .tail import Tail, thinnest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# sqrt(E h^2 - sum s_i^2) is a root of a difference of nearly equal numbers: below this part of the norm, some roots of
# eps, it is rounding. Where what no computed value stands for is below it, the sum of the computed values is known
# better than any law tells. At 1e-9 test_many_small_values_are_within_the_bar of tests/spectrum/ fails.
_NEGLIGIBLE = 1e-7


@dataclass(frozen=True)
class DecayLaw(Tabular):
    r"""How singular values decay with their index; ``str(law)`` says it in a sentence.

    Attributes
    ----------
    kind : str
        ``"power"``: :math:`s_i \approx C i^{-p}`; ``"cube-root-exponential"``, ``"root-exponential"``,
        ``"two-thirds-exponential"``, ``"exponential"`` or ``"gaussian"``: :math:`C e^{-c i^a}` with a = 1/3, 1/2, 2/3,
        1 or 2, whichever of these is nearest to a decay faster than any power; ``"unknown"`` where the values do not
        tell a power from faster decay.
    rate, error : float
        The exponent p, or the rate c, and how far it may be off; NaN and inf if the law is unknown.
    amplitude : float
        C; NaN if the law is unknown.
    used : int
        The number of values fitted.
    """

    kind: str
    rate: float
    error: float
    amplitude: float
    used: int

    @property
    def diverges(self) -> bool:
        """Whether the sum of the values is taken to diverge: a power with p <= 1, or p not told from 1.

        Not told from 1 means within the error, if the error is at most 0.25: a wider one includes powers whose sums
        converge as fast as that of :math:`i^{-3/2}`.
        """
        return self.kind == POWER.kind and (self.rate <= 1.0 or (self._may_be_one and self.error <= 0.25))

    @property
    def _may_be_one(self) -> bool:
        return abs(self.rate - 1.0) <= self.error

    def times(self, factor: float) -> "DecayLaw":
        """The law of the values times a factor."""
        return replace(self, amplitude=self.amplitude * factor)

    def nuclear_growth(self, n: Any) -> np.ndarray:
        r"""The leading asymptotic of the nuclear norm of a sampled n by n matrix, where the sum diverges.

        .. math:: \sum_{i \le n} C i^{-p} \sim C \log n \ (p = 1), \qquad C n^{1 - p} / (1 - p) \ (p < 1).

        Parameters
        ----------
        n : array_like
            Sizes of at least 2.

        Returns
        -------
        ndarray, the shape of n

        Raises
        ------
        ValueError
            If the sum does not diverge, so that nothing grows.

        Notes
        -----
        Only leading: for p = 1 the next term is a constant, which log n exceeds slowly. For p < 1 the power of n is
        right, but not the factor: values with i of the order of n, whose sum is not small, differ in a sample.
        """
        if not self.diverges:
            raise ValueError(f"the law must be one whose sum diverges, got: {self}; where the sum converges nothing "
                             f"grows with n, use nuclear_norm and effective_rank")
        sizes = real_array(n, "n")
        if not ((sizes >= 2.0) & np.isfinite(sizes)).all():
            raise ValueError(f"n must be at least 2, got {described(n)}; pass the finite size of a matrix")
        if self._may_be_one:
            return np.asarray(self.amplitude * np.log(sizes))
        return np.asarray(self.amplitude * sizes ** (1.0 - self.rate) / (1.0 - self.rate))

    def effective_rank_growth(self, n: Any, norm: float) -> np.ndarray:
        r"""The leading asymptotic of :math:`(\sum_i s_i)^2 / \sum_i s_i^2` for a sampled n by n matrix.

        The square of `nuclear_growth` over :math:`E[h^2]`, with what is said there; `norm` is :math:`\sqrt{E[h^2]}`.
        """
        growth, norm = self.nuclear_growth(n), positive_float(norm, "norm")
        with np.errstate(over="ignore"):
            return np.asarray((growth / norm) ** 2)

    def growth(self, norm: float | None = None) -> str:
        """How the effective rank of a sampled n by n matrix grows, in words; empty where the sum does not diverge."""
        norm = None if norm is None else positive_float(norm, "norm")
        if not self.diverges:
            return ""
        if not self._may_be_one:
            return f"the effective rank of a sampled n by n matrix grows like n^{2.0 - 2.0 * self.rate:.2g}"
        value = "" if norm is None else f" = {math.prod([self.amplitude / norm] * 2):.2g} (log n)^2"
        return (f"the effective rank of a sampled n by n matrix grows like (C log n)^2 / E[h^2]{value}, "
                f"C = {self.amplitude:.2g}")

    def sentence(self, norm: float | None = None) -> str:
        """The law, and what follows from it, in a sentence; `norm` is the root of E[h^2], if known."""
        norm = None if norm is None else positive_float(norm, "norm")
        if self.kind == "unknown":
            return (f"only {self.used} singular values can be used, too few to tell how they decay" if
                    self.used < FEWEST_FITTED else "the singular values do not tell a power from faster decay")
        rate = f"{self.rate:.3g} {plus_minus()} {rounded_up(self.error)}"
        if self.kind != POWER.kind:
            formula = next(law.formula for law in LAWS if law.kind == self.kind)
            return (f"as far as they are known the singular values fall faster than any power, most nearly like "
                    f"{formula} with c = {rate}, so that their sum converges")
        law = f"the singular values fall like i^-p with p = {rate}"
        if self.diverges:
            so = "; p = 1, as a jump or a logarithmic singularity gives, is within that, and then" if (
                self._may_be_one) else ", so that"
            return f"{law}{so} their sum diverges: {self.growth(norm)}"
        if self.rate - self.error <= 1.0:
            return f"{law}, which leaves open whether their sum converges"
        return f"{law}, so that their sum converges"

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence()

    def records(self) -> Records:
        """One row: what is known of the law."""
        return [self.to_dict()]

    def _heading(self) -> tuple[str, str]:
        return "Decay", str(self)

    def _values(self, index: np.ndarray) -> np.ndarray:
        """What the law gives for the values of these indices, from 1; NaN if the law is unknown."""
        law = next((law for law in LAWS if law.kind == self.kind), None)
        if law is None:
            return np.full(index.shape, np.nan)
        # Where p = 1 is possible and the sum diverges, C is that of p = 1.
        rate = 1.0 if self.diverges and self._may_be_one else self.rate
        return np.asarray(self.amplitude * np.exp(-rate * law.f(index)))

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the law over as many values as were fitted, on logarithmic axes: over ``svd.plot()``, for example.

        Needs matplotlib (the extra ``plot``).
        """
        ax = axes_or_new(ax)
        if not ax.has_data():
            styled(ax, "decay").set(xscale="log", yscale="log", xlabel="index $i$", ylabel="singular value $s_i$")
        index = np.arange(1.0, max(self.used, 2) + 1.0)
        name = f"{self.kind}, rate {self.rate:.3g}"
        ax.plot(index, self._values(index), color=COLOURS[1], linestyle="--", label=name)
        ax.legend()
        return ax


def decay_law(values: Any, errors: Any = None, *, multiplicities: Any = None) -> DecayLaw:
    r"""Say whether singular values fall like a power :math:`C i^{-p}`, and with which p, or faster.

    Least squares for :math:`\log s_i` as a linear function of :math:`\log i`, and of :math:`i^a` with a = 1/3, 1/2,
    2/3, 1 and 2, over the last three quarters of the values that stand ten times above their error bars. The best wins,
    unless a power and a faster decay fit alike.

    Parameters
    ----------
    values : array_like, shape (r,)
        Singular values, nonincreasing. Pairs and longer runs of equal values, and sequences that interlace, are
        steps around a law and widen its error.
    errors : array_like, shape (r,), optional
        Error bars; never taken to be below rounding, which is 2e-16 of the largest value, and 2e-34 for values of
        quadruple precision.
    multiplicities : array_like, shape (r,), optional
        How often each value stands; by default once.

    Returns
    -------
    DecayLaw

    Notes
    -----
    Asymptotics enter slowly: :math:`i^{-1} \sqrt{\log i}` looks like :math:`i^{-0.9}` at i = 200. The error of the
    rate covers what the two halves of the values disagree, what the rate changes by when slowly varying corrections
    are fitted as well (:math:`1/i` and :math:`\log\log i` for a power, :math:`\log i` for the others), alone and
    together, what the values scatter around that, and what the error bars may do to it.

    A finite spectrum cannot prove a law: one that sets in beyond the values given goes unseen, and so do corrections
    that cancel each other over the range of the values, or vary even more slowly than those tried; with fewer than
    thirty values the error is then too small.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.spectrum import decay_law
    >>> print(decay_law(np.exp(-np.sqrt(np.arange(1.0, 61.0))), np.full(60, 1e-5)))
    as far as they are known the singular values fall faster than any power, most nearly like exp(-c sqrt(i)) with ...
    >>> jump = decay_law(2.0 / (np.pi * (2.0 * np.arange(1.0, 101.0) - 1.0)))    # of (x > y)
    >>> jump.kind, round(jump.rate, 2), jump.diverges
    ('power', 1.01, True)
    >>> print(jump.growth(norm=0.5**0.5))
    the effective rank of a sampled n by n matrix grows like (C log n)^2 / E[h^2] = 0.2 (log n)^2, C = 0.32
    """
    return _fitted(checked(values, multiplicities, errors))[0]


def _fitted(spectrum: Spectrum) -> tuple[DecayLaw, list[Fit]]:
    """The best law, unknown if there is none, or the fits leave open whether it is a power; and all fits."""
    usable = reliable(spectrum)
    fits, used = fit_laws(*usable), usable[0].size
    if len({fit.law is POWER for fit in fits}) != 1:
        return DecayLaw("unknown", math.nan, math.inf, math.nan, used), fits
    best = fits[0]
    law = DecayLaw(best.law.kind, best.rate, best.error, best.amplitude(best.rate), used)
    return (replace(law, amplitude=best.amplitude(1.0)) if law.diverges and law._may_be_one else law), fits


@dataclass(frozen=True)
class Unlisted:
    r"""What is known of the values beyond those listed, besides :math:`(\sum_{i > r} s_i^2)^{1/2}`.

    Attributes
    ----------
    computed : float
        The sum of those that were computed, however well.
    unseen : float
        The Hilbert-Schmidt norm of what no computed value stands for.
    dimension : float
        Over how many values it is taken to be spread: the nodes of the rule on which it was seen.
    least, total_least : float
        Bounds from below, as in `Tail`.
    broken : bool
        Whether the kernel breaks, or may: then its values fall like a power in the end.
    """

    computed: float
    unseen: float
    dimension: float
    least: float = 0.0
    total_least: float = 0.0
    broken: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not a size."""
        require_fields(self)

    @property
    def unseen_sum(self) -> float:
        """The largest sum of so many values with this Hilbert-Schmidt norm."""
        return math.sqrt(self.dimension) * self.unseen


def nuclear_tail(values: Any, errors: Any, tail_hs: float, *, multiplicities: Any = None,
                 dimension: float = 1.0) -> Tail:
    r"""Estimate :math:`\sum_{i > r} s_i` from the decay of the values, and say where it diverges.

    1. If `tail_hs` is 0, nothing lies beyond.
    2. With fewer than eight reliable values no law can be fitted. If `tail_hs` is negligible, the rank is taken to be
       finite, and the error bar is what may lie unseen, :math:`\sqrt d` times `tail_hs`, with d the `dimension`; if
       not, the error bar is infinite. The same holds where much less lies beyond the rank than the law says, so that
       the law cannot go on.
    3. Otherwise the law that fits best (see `decay_law`) is continued beyond r. The error bar is at least the sum
       itself, and covers a decay slower by the uncertainty of the fit, every law that fits about as well, and what may
       lie unseen, as in 2.
    4. Where the law is a power whose sum is taken to diverge (`DecayLaw.diverges`), and `tail_hs` is not negligible:
       infinite, with a note that says why, and how the effective rank of a sampled matrix grows.
    5. Where `tail_hs` is not negligible, and three times what the continued law explains, the error bar is infinite.

    Negligible is below 1e-7 of the Hilbert-Schmidt norm: `tail_hs` is the root of a difference of nearly equal numbers,
    so that this much may be rounding.

    Parameters
    ----------
    values, errors : array_like, shape (r,)
    tail_hs : float
        :math:`(E h^2 - \sum_{i \le r} s_i^2)^{1/2}`.
    multiplicities : array_like, shape (r,), optional
    dimension : float, default 1.0
        Over how many values `tail_hs` may be spread: d of them add up to as much as :math:`\sqrt d` times that.

    Returns
    -------
    Tail
        Its `extrapolated` is True, unless `tail_hs` is 0.

    Notes
    -----
    The continuation is evidence and not proof: nothing computed can exclude that values beyond the rank decay more
    slowly than all those before, or that more than d values, unseen, add up to what no law explains. What is sure is
    that all values add up to no less than those listed less their bars: `Tail.total_least`.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.spectrum import effective_rank, nuclear_tail
    >>> s = 0.5 ** np.arange(30)
    >>> effective_rank(s, tail=nuclear_tail(s, None, s[-1] / np.sqrt(3.0)))
    3 ± 6e-09 (extrapolated; at least 2.999999994)
    """
    unlisted = Unlisted(0.0, nonnegative_float(tail_hs, "tail_hs"), positive_float(dimension, "dimension"))
    return decay_and_tail(values, errors, tail_hs, unlisted, multiplicities=multiplicities)[1]


def decay_and_tail(values: Any, errors: Any, tail_hs: float, unlisted: Unlisted, *,
                   multiplicities: Any = None) -> tuple[DecayLaw, Tail]:
    """What `decay_law` says, and `nuclear_tail` with all that is known of the values not listed, from one fit."""
    spectrum, tail_hs = checked(values, multiplicities, errors), nonnegative_float(tail_hs, "tail_hs")
    instance(unlisted, "unlisted", Unlisted, "use nuclear_tail, which makes one")
    law, fits = _fitted(spectrum)
    if tail_hs == 0.0:
        return law, Tail()
    continued = _tail(spectrum, fits, law, tail_hs, unlisted)
    total_least = max(unlisted.total_least, float(spectrum.counts @ spectrum.lower))
    return law, replace(_with_unseen(spectrum, continued, unlisted), least=min(unlisted.least, tail_hs),
                        extrapolated=True, total_least=total_least)


def _tail(spectrum: Spectrum, fits: list[Fit], law: DecayLaw, tail_hs: float, unlisted: Unlisted) -> Tail:
    """The rules of `nuclear_tail`, less what may lie unseen beside a law."""
    norm, r = math.hypot(float(np.sqrt(spectrum.counts @ spectrum.values**2)), tail_hs), float(spectrum.counts.sum())
    negligible = unlisted.unseen <= _NEGLIGIBLE * norm
    computed = unlisted.computed
    spread = thinnest(computed, unlisted.dimension, _last(spectrum)) / computed if computed > 0.0 else 0.0
    finite = Tail(tail_hs, computed, 0.0, spread)

    def unknown(note: str, nuclear: float = tail_hs) -> Tail:
        return Tail(tail_hs, nuclear, math.inf, math.inf, note)

    if unlisted.broken and not any(fit.law is POWER for fit in fits):
        return unknown("h breaks, or is too rough to tell: where it breaks singular values fall like a power in the "
                       "end, and those that are known do not show which")
    if not fits:
        return finite if negligible else unknown("too few values to tell how those beyond the rank decay")
    least = min(fit.energy_beyond(r, fit.rate + fit.error) for fit in fits)
    if least > 9.0 * max(tail_hs, _NEGLIGIBLE * norm) ** 2 and (negligible or law.diverges):
        return finite if negligible else unknown("less lies beyond the rank than the values foretell")
    if law.diverges and not negligible:
        return unknown(law.sentence(norm), math.inf)
    sums = [fit.sum_beyond(r, fit.rate) for fit in fits]
    nuclear = next(filter(math.isfinite, sums), tail_hs)
    if not negligible and tail_hs**2 > 9.0 * max(fit.energy_beyond(r, fit.rate) for fit in fits):
        return unknown("more lies beyond the rank than the decay of the values explains", nuclear)
    most = max(fit.sum_beyond(r, fit.rate - fit.error) for fit in fits)
    spread = max(fit.law.spread(r, fit.rate - fit.error) for fit in fits)
    return Tail(tail_hs, nuclear, max(nuclear, most - nuclear), spread, law.sentence() if math.isinf(most) else "")


def _last(spectrum: Spectrum) -> float:
    """The smallest of its values that is not zero."""
    return float(spectrum.values.min(initial=math.inf, where=spectrum.values > 0.0))


def _with_unseen(spectrum: Spectrum, continued: Tail, unlisted: Unlisted) -> Tail:
    r"""A continuation that covers as well the sum of what was computed, to within what lies unseen beside it.

    By the triangle inequality the nuclear norm of T is within that of :math:`R = T - \sum s_i f_i g_i` of the sum of
    all values computed, and :math:`\|R\|_1 \le \sqrt d \, \|R\|_2` if R has rank d.
    """
    if math.isinf(continued.nuclear + continued.nuclear_error):
        return replace(continued, nuclear=max(continued.nuclear, unlisted.computed))
    value = max(continued.nuclear, unlisted.computed)
    low, high = continued.nuclear_bounds
    low, high = min(low, unlisted.computed - unlisted.unseen_sum), max(high, unlisted.computed + unlisted.unseen_sum)
    beside = max(high - continued.nuclear_bounds[1], unlisted.unseen_sum)
    share = thinnest(beside, unlisted.dimension, _last(spectrum))
    spread = (continued.nuclear_bounds[1] * continued.spread + share) / high if high > 0.0 else 0.0
    return replace(continued, nuclear=value, nuclear_error=max(high - value, value - max(low, 0.0)), spread=spread)
