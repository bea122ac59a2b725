"""Kernels of numbers: the answer held against the kernel on rules that the method did not use, and by images."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._support.arrays import leading_true
from .._support.budget import BudgetExhaustedError
from .._support.floats import EPS, TINY
from .._support.linalg import compact_svd, leading_triplets, norm_bound
from ..kernels import SMALLEST_SIZE, Kernel, size_out_of_range
from ..measures import LineMeasure
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..probing.domain import Domain, weighted_samples
from ..probing.random_pairs import RandomPairs
from ..quadrature import Rule, joined
from .carriers import carriers_of_samples
from .compared_evidence import ComparedEvidence
from .images import SlicePlaces, images, telling_slices
from .on_rules import SeenOnRules, without_traces
from .pairs import answer_of, pairs_for, seconds_at_a_pair, seen_at_pairs, seen_by_pairs_alone, stratified_rule
from .remainder import NORM_MARGIN, ORDER_MARGIN, settled
from .ridge_norm import RidgeNorm
from .rounded_jumps import coupling_at_edges
from .slice_norm import left_beside

# Points in x and in y at which h is held against the answer wherever the measures have their mass: as many values as
# the smallest check rules take.
_SPOTS = 300
# If the remainder is at most 1.05 times the energy outside the domain, a finer basis cannot lower the bars.
_LIMITED_BY_DOMAIN = 1.05
# If the energy outside the domain may make a value of this part of the first, no bar can be told: with the margin of
# the norm it is larger than the first value itself.
_HOPELESS = 0.67
# Parts of the sixth value: for the number of values above each, what is left beside their functions is bounded anew.
_PARTS_OF_SIXTH = (0.3, 0.45, 0.6, 0.75)


@dataclass(frozen=True, eq=False)
class KnownRemainder:
    r"""What a method knows of what it leaves of h, so that checks need not find it out.

    Attributes
    ----------
    hidden : float
        The part of the norm that lies nearer to singular points than any nodes, relative to all of it.
    lacking : (float, float)
        What is missed between the points that are looked at, relative to the norm of h: as the norm of a remainder, and
        what that couples, :math:`E[\bar f_i R g_j]`.
    piecewise : bool
        Whether the functions are polynomials on panels: what is left may be that of a kink within one of them.
    unrefined : bool
        Whether such a kink is left wherever it is, because panels are never refined.
    leading : bool
        Whether the method aims at the leading singular values only, as where a spectrum decays slowly.
    broken : bool
        Whether h breaks along curves: then its singular values fall like a power, and leading triplets do.
    ridge : RidgeNorm or None
        Where h is a function of x + b y: what bounds the norm of all that is left beside the leading functions.
    places : (SlicePlaces, SlicePlaces)
        Where slices along y, and along x, are to be looked at closely.
    """

    hidden: float = 0.0
    lacking: tuple[float, float] = (0.0, 0.0)
    piecewise: bool = False
    unrefined: bool = False
    leading: bool = False
    broken: bool = False
    ridge: RidgeNorm | None = None
    places: tuple[SlicePlaces, SlicePlaces] = (SlicePlaces(), SlicePlaces())


@dataclass(frozen=True, eq=False)
class Comparison:
    r"""Makes the evidence for kernels of numbers.

    Attributes
    ----------
    kernel : Kernel
    domain : Domain
        Where the kernel was looked at, and what lies beyond.
    rtol : float
    checks : tuple of (Rule, Rule)
        Rules in x and y that the method did not use. The first pair is the most accurate; the others must not
        contradict it.
    pairs : RandomPairs
        Where values are dear, what every answer is held against.
    known : KnownRemainder
    final : bool
        Whether images are not looked at, as where the method has given up.
    wanted : int
        How many accurate leading values are an answer: twice as many as make one, or all that are asked for.
    """

    kernel: Kernel
    domain: Domain
    rtol: float
    checks: tuple[tuple[Rule, Rule], ...]
    pairs: RandomPairs
    known: KnownRemainder = KnownRemainder()
    final: bool = False
    wanted: int = 12

    def __call__(self, system: SingularSystem) -> ComparedEvidence | None:
        """Hold the answer against the kernel; None if the checks see no more than traces of it.

        First the values of the kernel are compared. Where that leaves error bars above `rtol`, as it does for kernels
        with breaks, whose pointwise remainder is large although their integrals are right, T is applied to the singular
        functions as well. Where values are dear, both is done with few of them, if these are enough. Traces are zeros
        although h is not zero, or sizes that have nothing to do with each other.
        """
        if self.kernel.dear and (evidence := self._of_few_values(system)) is not None:
            return evidence
        if (thinned := self._thinned()) is not None:
            evidence = thinned._on_grids(system)
            if evidence is not None and settled(system.values, evidence.bars(), self.rtol):
                return evidence
        return self._on_grids(system)

    def _on_grids(self, system: SingularSystem) -> ComparedEvidence | None:
        """Evidence from the check rules, and from images where these are not enough."""
        rng, s = np.random.default_rng(_SPOTS), system.values
        checks = (*self.checks, (_spots(system.left.line, rng), _spots(system.right.line, rng)))
        functions = zip(*(_on_rules(side, rules) for side, rules in
                          zip((system.left, system.right), zip(*checks, strict=True), strict=True)), strict=True)
        compared = [SeenOnRules.of(self.kernel, self.domain, rules, s, f, g)
                    for rules, (f, g) in zip(checks, functions, strict=True)]
        if not self.kernel.dear:
            compared[:-1] = [one.with_cells(self.kernel, self.domain, rules)
                             for one, rules in zip(compared[:-1], self.checks, strict=True)]
        norms, remainders = [one.size for one in compared], [one.margin * one.norm for one in compared]
        if 0.0 < max(norms) < SMALLEST_SIZE or max(norms) > 1.0 / SMALLEST_SIZE:
            raise size_out_of_range(max(norms))
        # Where rules do not agree that h is there, some of the random points must.
        # Two that both see it differ by less than a thousandfold, and sixteen points tell a size.
        seen = max(norms[:-1]) <= 1e3 * min(norms[:-1]) and norms[0] > 0.0
        if not seen and carriers_of_samples(compared[-1].samples) < 16.0 and self.domain.norm > 0.0:
            return None
        if not seen:
            remainders[-1] *= NORM_MARGIN    # a few hundred of them tell it roughly
        # All rules see the same operator: the others tell how far its size is certain.
        first = remainders[0]
        if first > self.rtol * norms[0]:
            first = compared[0].margin * norm_bound(compared[0].remainder)
        # What pairs alone see lies between the slices that images take as well.
        alone = seen_by_pairs_alone(self.kernel, self.domain, system, 4.0 * max(remainders))
        peak = self._around_peak(system, checks, compared)
        between = alone > 0.0 or peak > 4.0 * remainders[-1]    # that of random points, at which the slices are
        remainders += [alone, peak]
        evidence = self._evidence(system, compared, norms, remainders, first)
        evidence = replace(evidence, rounded=coupling_at_edges(self.kernel, system))
        if self.final or between or settled(s, evidence.bars(), self.rtol):
            return evidence
        try:
            spots, seen_there = telling_slices(checks[-1][0], compared[-1].samples, compared[-1].remainder)
            evidence = self._with_images(system, evidence, self.checks[0], (spots, checks[-1][1]), seen_there,
                                         self._outside(norms[0]))
            # Of fewer values than are wanted more may be accurate if what is left beside them is known.
            if not self._enough(s, evidence.bars()):
                evidence = replace(evidence, complement=self._complement(system, evidence, compared[0], first))
                evidence = evidence if self.known.ridge is not None else self._with_slices(evidence)
            return evidence.beside_fewer()
        except BudgetExhaustedError:    # wider bars, then, and the driver hears of it at its next step
            return evidence

    def _around_peak(self, system: SingularSystem, checks: tuple[tuple[Rule, Rule], ...],
                     compared: list[SeenOnRules]) -> float:
        """The norm of what is left at pairs of points, where few nodes see it, or did of an answer before; else zero.

        What they see may be a flank of a feature that lies between them. Then pairs around it see the feature, many of
        them; where few do, they tell no more than the nodes. Where values are dear, pairs are known.
        """
        rules, one = max(zip(checks, compared, strict=True), key=lambda pair: pair[1].norm)
        few = one.carriers < 16.0 and one.norm > 64.0 * EPS * one.size
        budget, count = self.kernel.budget, 2000
        if self.kernel.dear or not (few or self.pairs.drawn) or (
                budget is not None and budget.evaluations_left < 4 * count):
            return 0.0
        if few:
            self.pairs.draw_around(self.domain, one.peak(rules), count // 32)
        seen = seen_at_pairs(self.pairs, self.domain, answer_of(system), count)
        return 0.0 if seen is None or seen.carriers < 16.0 else seen.remainder

    def _thinned(self) -> "Comparison | None":
        """The same with a part of the nodes, if these are very many and the answer is to be all of h; else None.

        Where functions oscillate fast, rules have thousands of nodes. What is left of an answer to all digits shows on
        as many as rules have for slow functions; if more is left than that, all of them are looked at.
        """
        slow = 600    # nodes of check rules for sin(xy) and exp(0.45xy), as accurate as any: 564 and 744
        step = min(len(rule) for pair in self.checks for rule in pair) // slow
        if step < 3 or self.known.leading or self.known.piecewise:    # fewer save little where they are not enough
            return None
        # Those of one pair do not lie beside those of the other.
        return replace(self, final=True, checks=tuple(
            (x.every(step, i * step // 2), y.every(step, i * step // 2)) for i, (x, y) in enumerate(self.checks)))

    def _complement(self, system: SingularSystem, evidence: ComparedEvidence, compared: SeenOnRules,
                    first: float) -> np.ndarray:
        """Bounds, shape (r,), of what is left beside the leading q functions, for some q; else infinite."""
        s, images = system.values, evidence.images
        counts = _counts(s)
        if self.known.ridge is not None and not self.kernel.complex:
            # Where images of some are wrong by more, no bound makes their bars small.
            residual = np.zeros(0) if images is None else images.residual
            good = int(np.count_nonzero(residual <= 10.0 * self.rtol**0.5 * s[0]))
            counts = sorted({min(q, good) for q in counts if good > 0}, reverse=True)
            bounds = self.known.ridge.beside(self.kernel, system, counts)
        else:
            unseen = min(evidence.remainder, evidence.operator_norm)
            bounds = compared.beside(counts) + evidence.operator_norm - first + (ORDER_MARGIN - 1.0) * unseen
        complement = np.full(len(s), np.inf)
        complement[np.array(counts, dtype=int) - 1] = bounds
        return complement

    def _with_slices(self, evidence: ComparedEvidence) -> ComparedEvidence:
        """With bounds, along slices, of what is left beside leading functions, if only these are aimed at.

        Where these alone make a few values accurate, functions were resolved for no more: finer ones will have others.
        """
        images, complement = evidence.images, evidence.complement
        if images is None or complement is None or not (self.known.leading and images.norms):
            return evidence
        beside = left_beside(evidence.values, images.residual, images.norms, ORDER_MARGIN - 1.0)
        finer = replace(evidence, complement=np.minimum(complement, beside), images=replace(images, norms=())
                        ).beside_fewer()
        goal = self.rtol * evidence.values.max(initial=0.0)
        before, now = (leading_true(known.bars() <= goal) for known in (evidence, finer))
        return replace(finer, exhausted=finer.exhausted and not before < finer.enough <= now < self.wanted)

    def _of_few_values(self, system: SingularSystem) -> ComparedEvidence | None:
        """Evidence from pairs of points, and from a few slices; None if h is zero at all pairs."""
        evidence = self._at_pairs(system)
        if evidence is None:
            return None
        try:    # where values end before, the pairs show more than roundings do
            evidence = replace(evidence, rounded=coupling_at_edges(self.kernel, system))
            if self.final or settled(system.values, evidence.bars(), self.rtol):
                return evidence
            return self._on_few_slices(system, evidence)
        except BudgetExhaustedError:    # wider bars, then, and the driver hears of it at its next step
            return evidence

    def _at_pairs(self, system: SingularSystem) -> ComparedEvidence | None:
        """What pairs of points show; None if they do not tell the remainder."""
        values = system.values
        count = pairs_for(self.kernel, seconds_each=seconds_at_a_pair(system))
        seen = seen_at_pairs(self.pairs, self.domain, answer_of(system), count)
        if seen is None:
            return None
        outside = self._outside(seen.size)
        left = seen.left_by(values)
        remainder = float(np.hypot(left, outside))
        return ComparedEvidence(
            values=values, size=float(np.hypot(_norm(values, seen.size, left), outside)), remainder=remainder,
            operator_norm=remainder, coupling=remainder, least=max(left - seen.unsure, EPS * left),
            dimension=seen.count,
            **self._limits(values, seen.size, remainder, remainder))

    def _enough(self, singular_values: np.ndarray, bars: np.ndarray) -> bool:
        """Whether as many leading values are accurate as are wanted, or all that matter."""
        accurate = leading_true(bars <= self.rtol * singular_values.max(initial=0.0))
        return accurate >= self.wanted or settled(singular_values, bars, self.rtol)

    def _on_few_slices(self, system: SingularSystem, evidence: ComparedEvidence) -> ComparedEvidence:
        """With what a small random grid tells of the operator norm of the remainder, and slices there of images."""
        # Slices at half of the points of a side, which are twice 48: their mean tells a norm to a tenth.
        cells = 48
        rng = np.random.default_rng(cells)
        rules = tuple(stratified_rule(line, interval, cells, rng) for line, interval in
                      ((system.left.line, self.domain.x), (system.right.line, self.domain.y)))
        samples = weighted_samples(self.kernel, self.domain, *rules)
        (f,), (g,) = (_on_rules(side, (rule,)) for side, rule in zip((system.left, system.right), rules, strict=True))
        # The norm of a sampled remainder is that of the operator, and what its energy makes up at random.
        rest = samples - (f * system.values) @ g.conj().T
        # What pairs see besides, as of a feature between the points, is taken to be alike.
        larger = max(evidence.remainder / max(float(np.linalg.norm(rest)), TINY), 1.0)
        norm = larger * float(np.linalg.norm(rest, 2))
        outside = self._outside(evidence.size)
        halves, spots = [rule.every(2, 0) for rule in rules], rules[0].every(4, 1)
        known = replace(evidence, operator_norm=min(evidence.operator_norm, norm + outside))
        return self._with_images(system, known, (halves[0], halves[1]), (spots, rules[1]), 2.0 * samples[1::4], outside)

    def _with_images(self, system: SingularSystem, evidence: ComparedEvidence, check: tuple[Rule, Rule],    # noqa: PLR0917 -- what `images` takes
                     spots: tuple[Rule, Rule], samples: np.ndarray, outside: float) -> ComparedEvidence:
        """With what images tell besides."""
        seen = images(self.kernel, self.domain, check, system, self.rtol, outside=outside, hidden=self.known.hidden,
                      spots=spots, samples=samples, with_norms=self.known.ridge is None,
                      places=self.known.places if self.known.ridge is None else (
                          SlicePlaces(self.known.ridge.cuts_in_y), SlicePlaces(self.known.ridge.cuts_in_x)))
        # Rules on which h breaks do not know the integrals of what is left.
        coupling = evidence.remainder if seen.breaks and self.known.piecewise else evidence.coupling
        if seen.breaks and self.known.unrefined and seen.at_one_node is not None:
            seen = replace(seen, coupling=np.maximum(seen.coupling, seen.at_one_node))
        along_curves = np.pad(np.atleast_1d(seen.rounded), (0, len(system.values) - np.size(seen.rounded)), mode="edge")
        return replace(evidence, images=seen, coupling=coupling, rounded=evidence.rounded + along_curves)

    def _outside(self, size: float) -> float:
        """The norm of h outside the domain, and of what is between points or nearer to singular ones, given h's."""
        return math.hypot(self.domain.missing, self.known.hidden, self.known.lacking[0]) * size

    def _evidence(self, system: SingularSystem, compared: list[SeenOnRules], norms: list[float],
                  remainders: list[float], first: float) -> ComparedEvidence:
        """What the values on all rules show; `first` bounds the operator norm of the remainder on the first."""
        s, outside, largest = system.values, self._outside(norms[0]), max(remainders)
        couplings = [one.f.conj().T @ one.remainder @ one.g for one in compared]    # shape (r, r)
        # Rules that disagree on the size of the remainder have not resolved it, and do not know its integrals either.
        trusted = largest <= 4.0 * remainders[0] + 4.0 * EPS * norms[0]
        coupling = max(one.margin * float(np.linalg.norm(matrix)) for one, matrix in
                       zip(compared, couplings, strict=True)) if trusted else largest
        if self.known.piecewise and trusted and largest > 100.0 * EPS * norms[0]:
            coupling = min(coupling * max(one.uncertain for one in compared), largest)
        between = self.known.lacking[1] * norms[0]
        overlaps = np.array([np.diagonal(matrix).real for matrix in couplings])
        bound = first * largest / remainders[0] if remainders[0] > 0.0 else largest
        size = float(np.hypot(_norm(s, norms[0], largest), outside))
        remainder = float(np.hypot(largest, outside))
        return ComparedEvidence(
            values=s, size=size, remainder=remainder, operator_norm=bound + outside,
            coupling=coupling + between, least=min(one.norm for one in compared),
            dimension=max(min(one.remainder.shape) for one in compared[:-1]),
            overlaps=np.concatenate([overlaps - between, overlaps + between]) if between else overlaps,
            **self._limits(s, size, remainder, bound + outside))

    def _limits(self, singular_values: np.ndarray, size: float, remainder: float,
                operator_norm: float) -> dict[str, Any]:
        """What stands in the way of more, given the norm of h, and two norms of the remainder."""
        beyond_domain = self.domain.missing * size
        return {"unfound": max(operator_norm - self._outside(size), 0.0),
                "exhausted": self.known.leading or remainder <= _LIMITED_BY_DOMAIN * beyond_domain,
                "hopeless": beyond_domain >= _HOPELESS * singular_values.max(initial=0.0) > 0.0}


def compared(problem: Problem, blocks: tuple[Block, ...], checks: tuple[tuple[Rule, Rule], ...], note: str,
             known: KnownRemainder = KnownRemainder(), *, domain: Domain | None = None,
             remark: str = "") -> Discretisation:
    """A discretisation of a kernel of numbers that is held against the kernel: see `Comparison`.

    A `remark` says that the method has given up, and why.
    """
    seen = Comparison(problem.kernel, domain or problem.domain, problem.rtol, checks, problem.pairs, known,
                      final=bool(remark), wanted=min(problem.max_rank or Comparison.wanted, Comparison.wanted))
    return Discretisation(blocks, seen, note, remark=remark,
                          factorise=leading_triplets if known.broken else compact_svd)


def _counts(singular_values: np.ndarray) -> list[int]:
    """How many values are above some parts of the sixth, if there are others: from many to few."""
    s = singular_values
    counts = [int(np.count_nonzero(s > part * s[5])) for part in _PARTS_OF_SIXTH] if len(s) >= 6 else []
    return sorted({count for count in counts if count < len(s)}, reverse=True)


def _norm(singular_values: np.ndarray, seen: float, remainder: float) -> float:
    """The norm of h: that of the answer to within the remainder, which may be much less than the error of a rule."""
    return seen if remainder > 1e-3 * seen else float(np.linalg.norm(singular_values))


def _on_rules(functions: SingularFunctions, rules: tuple[Rule, ...]) -> list[np.ndarray]:
    """Weighted samples of functions on several rules, (n, r) each: all at once, as recurrences cost by the call."""
    together = joined(*rules)
    values = functions.half_density(together.nodes)
    values *= together.sqrt_lebesgue[:, None]
    return np.split(without_traces(values, 1.0), np.cumsum([len(rule) for rule in rules])[:-1])


def _spots(measure: LineMeasure, rng: np.random.Generator) -> Rule:
    """Random points drawn from a measure: they are dense where the mass is, whatever the scale of anything else."""
    t = measure.coordinate(measure.sample(_SPOTS, rng))
    density = measure.sqrt_density(t)
    return Rule(t, 1.0 / (np.sqrt(_SPOTS) * density), density)
