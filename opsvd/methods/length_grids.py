r"""Rotation-invariant kernels under any laws of the lengths, as a sum over degrees of spherical harmonics.

Each degree is a kernel :math:`c_l(|x|, |y|) / \sqrt{N(k, l)}` of the lengths alone (see `sections`), between a basis
on the line for each law. On a sphere there is one length, and the kernel is a number: the Gegenbauer coefficient.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .._support.arrays import squares
from .._support.floats import EPS
from ..bases import LengthBasis, LineBasis, PanelBasis, PolynomialBasis, RadialFunctions
from ..measures import LineMeasure
from ..quadrature import equal_panels
from .angular_slices import CHECK_CUT
from .length_profile import LengthProfile
from .radii import MOST_DEGREES, Radii, degrees_for
from .sections import LengthRule

# Of polynomials in the length: each step costs twice the one before.
_DEGREES = (7, 11, 17, 25, 37, 53)


def rule_of(basis: LineBasis) -> LengthRule:
    """The lengths at which a basis is sampled, with the roots of their weights."""
    return LengthRule(basis.measure.points(basis.rule.nodes), basis.rule.sqrt_weights)


class LengthCheck:
    """The functions c_l at other lengths than those of two bases, by other integrals over the angle.

    Attributes
    ----------
    x, y : LineBasis
        Those at whose nodes they are.
    beyond : float
        The norm of what all degrees beyond hold, as seen here.
    truncation : float
        See `Sections`.
    """

    def __init__(self, profile: LengthProfile, bases: tuple[LineBasis, LineBasis], size: int) -> None:
        self.x, self.y = (basis.rule.nodes for basis in bases)
        self._rules = [rule_of(basis) for basis in bases]
        self._lebesgue = [basis.rule.sqrt_lebesgue for basis in bases]
        seen = profile.sections(self._rules[0], self._rules[1], size, check=True)
        self._weights = self._rules[0].roots[:, None] * self._rules[1].roots
        self.values, self.truncation = seen.values, seen.truncation
        self.beyond = float(np.linalg.norm(seen.beyond * self._weights))

    def matrix(self, degree: int, *, images: bool = False) -> np.ndarray:    # noqa: ARG002 -- none are filtered
        """The values of c_l times the square roots of the weights."""
        return np.asarray(self.values[degree] * self._weights)

    def rounding(self, degree: int) -> float:
        """What a relative error of eps in the lengths changes on a degree, as a norm."""
        total = 0.0
        for axis, rule in enumerate(self._rules):
            steps = np.diff(self.values[degree], axis=axis) * np.delete(self._weights, 0, axis=axis)
            apart = np.maximum(np.diff(np.log(rule.lengths)), 1e-6)    # lengths at an end of the support are equal
            total += float(np.linalg.norm(steps / (apart[:, None] if axis == 0 else apart)))
        return EPS * total

    def functions(self, left: RadialFunctions, right: RadialFunctions) -> tuple[np.ndarray, np.ndarray]:
        """The functions of two bases at the nodes, times the square roots of the weights."""
        f, g = (basis.half_density(nodes) * root[:, None] for basis, nodes, root in
                zip((left, right), (self.x, self.y), self._lebesgue, strict=True))
        return f, g


@dataclass(frozen=True, eq=False)
class LengthGrids:
    """The functions c_l between bases on the line, and at the nodes of others.

    It has what `sector_evidence` asks of `SectorGrids`.

    Attributes
    ----------
    profile : LengthProfile
    left, right : LengthBasis
    checks : (LineBasis, LineBasis)
        At whose nodes the answer is held against h.
    size : int
        The number of degrees.
    """

    profile: LengthProfile
    left: LengthBasis
    right: LengthBasis
    checks: tuple[LineBasis, LineBasis]
    size: int

    # Nothing is taken to be smooth: bars are twice the remainder on each degree.
    smooth = imaged = False
    shifted_checks = ()
    norms = None

    @property
    def k(self) -> int:
        """The dimension."""
        return self.profile.k

    @property
    def hidden(self) -> tuple[float, float]:
        """The energy that the rounding of <x, y> moves."""
        return 0.0, self.profile.misplaced[1]

    @property
    def radii(self) -> Radii:
        """Nothing is missing: the bases reach as far as the laws do."""
        return Radii((0.0, 0.0), (0.0, 0.0), 0.0, math.hypot(float(np.linalg.norm(self.values)), self.beyond))

    @cached_property
    def check(self) -> LengthCheck:
        """The one that is looked at."""
        return LengthCheck(self.profile, self.checks, self.size)

    @cached_property
    def _matrices(self) -> tuple[np.ndarray, float, float]:
        """The matrices of all degrees between the bases, the norm of what is beyond, and the truncation."""
        x, y = (rule_of(basis.line) for basis in (self.left, self.right))
        seen = self.profile.sections(x, y, self.size)
        weights = x.roots[:, None] * y.roots
        analysed = [self.right.line.analyse(self.left.line.analyse(c * weights).T).T for c in seen.values]
        return np.array(analysed), float(np.linalg.norm(seen.beyond * weights)), seen.truncation

    @property
    def values(self) -> np.ndarray:
        """The matrices of all degrees, shape (degrees, left.count, right.count)."""
        return self._matrices[0]

    def matrix(self, degree: int) -> np.ndarray:
        """The matrix of c_l between the bases."""
        return np.asarray(self.values[degree])

    @property
    def beyond(self) -> float:
        """The norm of what all degrees beyond hold."""
        return max(self._matrices[1], self.check.beyond)

    @property
    def beyond_error(self) -> float:
        """How far both rules disagree on it."""
        return abs(self._matrices[1] - self.check.beyond)

    @property
    def truncation(self) -> float:
        """The norm of truncation errors in the angle, on each degree."""
        return self._matrices[2] + self.check.truncation

    @cached_property
    def parities(self) -> tuple[bool, bool]:
        """Whether there are even degrees, and odd ones; of the zero kernel, even ones."""
        even, odd = (float(np.linalg.norm(self.values[parity::2])) for parity in (0, 1))
        # A parity that is smaller than this part of the other is rounding.
        return even > 1e-14 * odd or odd == 0.0, odd > 1e-14 * even

    @property
    def degrees(self) -> list[int]:
        """The degrees that are not zero by parity."""
        return [degree for degree in range(self.size) if self.parities[degree % 2]]

    @property
    def tail(self) -> float:
        """The norm of the last third of the coefficients in either length, over that of all."""
        sums = np.linalg.norm(self.values, axis=0)
        ends = [np.linalg.norm(sums[-(-2 * sums.shape[0] // 3):]) if sums.shape[0] > 2 else 0.0,
                np.linalg.norm(sums[:, -(-2 * sums.shape[1] // 3):]) if sums.shape[1] > 2 else 0.0]
        return float(max(ends) / (np.linalg.norm(sums) or 1.0))


def length_grids(profile: LengthProfile, laws: tuple[LineMeasure, LineMeasure], rtol: float,
                 degrees: float) -> Iterator[LengthGrids]:
    """Yield with ever more functions of the lengths: polynomials while their coefficients fall fast, then panels.

    Values on degrees that are left out are below `degrees` times the largest.
    """
    x, y = (rule_of(_polynomials(law, 11 + side) if _has_polynomials(law) else _panels(law, 4.0, side))
            for side, law in enumerate(laws))
    weights, coarse = x.roots[:, None] * y.roots, profile.coarse()

    def energies(size: int) -> tuple[list[float], float]:
        seen = coarse.sections(x, y, size)
        return [float(squares(c * weights).sum()) for c in seen.values], float(squares(seen.beyond * weights).sum())

    inner, outer = energies(12)
    norm = math.sqrt(sum(inner) + outer)
    points = all(law.most_polynomials == 1 for law in laws)    # the kernel is a number on each degree
    # Numbers take no SVDs, so that more degrees than elsewhere are affordable: a second for the most.
    size = degrees_for(energies, profile.k, norm, degrees, (True, True), most=(2 if points else 1) * MOST_DEGREES)
    if points:    # one function of the angle may take what many do elsewhere
        profile = replace(profile, budget=50 * profile.budget)
    profile = profile.with_panels(x, y, norm)
    for degree in _DEGREES if all(map(_has_polynomials, laws)) else ():
        # Neither are all nodes of one rule near those of the other, nor are both as fine.
        rules = [tuple(_polynomials(law, number + side) for side, law in enumerate(laws))
                 for number in (degree, math.ceil(1.25 * degree) + 4)]
        grids = _between(profile, rules[0], rules[1], size)
        yield grids
        if points:
            return
        if grids.tail ** ((_DEGREES[-1] + 1.0) / (degree + 1.0)) > 0.1 * rtol:    # would be so with the most of them
            break
    for width in (4.0, 2.0, 1.0, 0.5, 0.25):
        rules = [tuple(_panels(law, width, side, _breaks(profile, laws[1 - side]), check=check)
                       for side, law in enumerate(laws)) for check in (False, True)]
        # For each pair of nodes a function of the angle takes some hundred values, and some 10 kB.
        if math.prod(basis.size for basis in rules[1]) > 40_000:
            return
        yield _between(profile, rules[0], rules[1], size)


def _has_polynomials(law: LineMeasure) -> bool:
    """Whether there are enough for a first look, or all that there can be."""
    return law.most_polynomials == 1 or law.most_polynomials > _DEGREES[1]


def _polynomials(law: LineMeasure, degree: int) -> LineBasis:
    """The polynomials up to a degree, or all that are of use."""
    return PolynomialBasis(law, int(min(degree, law.most_polynomials - 1)))


def _breaks(profile: LengthProfile, other: LineMeasure) -> list[float]:
    """Lengths at which the functions c_l break, if those on the other side are all one."""
    if other.most_polynomials != 1:
        return []
    point = float(other.points(np.array(other.center)))
    return [product / point for product in profile.products]


def _panels(law: LineMeasure, width: float, side: int, breaks: Sequence[float] = (), *,
            check: bool = False) -> LineBasis:
    r"""Panels of a width, in scales of the law, with edges at breaks; for checks others, with more nodes.

    Those of x and of y, the sides 0 and 1, have no node in common: h may be infinite where both lengths are the same.

    A break of phi at w is met from the length on at which \|x\| \|y\| is w: c_l has the power (k - 1) / 2 of the
    distance there, or a higher one, and turns like the l-th polynomial beside its end, in the root of the distance.
    Panels are graded towards it from above.
    """
    if law.most_polynomials == 1:
        return PolynomialBasis(law, 0)
    (low, high), inner, outer = law.box(1e-16), law.box(0.1), law.outer_widths
    # In the tails the half-density falls by at most e^6 on a panel of the first width: there are six of these.
    ends = zip((low, *inner), (*inner, high), (0.5 * width * outer[0], width * law.scale, 0.5 * width * outer[1]),
               strict=True)
    edges = np.unique(np.concatenate([equal_panels(*panel) for panel in ends]))
    edges = np.union1d(edges, law.edges[(law.edges > low) & (law.edges < high)])
    kept = np.zeros(0)
    for length in breaks:
        start = float(law.coordinate(np.array(length)))
        if low < start < high:
            # To 1e-8 of the first: what the root of the distance has nearer is 1e-8 of its norm.
            kept = np.append(kept, [start, *(start + (edges[edges > start][0] - start) * 0.25 ** np.arange(1.0, 14.0))])
    edges = np.union1d(edges, kept)
    if check:    # none goes across a break
        edges = np.unique(np.concatenate([edges[:1], edges[:-1] + CHECK_CUT * np.diff(edges), edges[-1:], kept]))
    return PanelBasis(law, edges, (14 if check else 12) + side)


def _between(profile: LengthProfile, bases: tuple[LineBasis, ...], checks: tuple[LineBasis, ...],
             size: int) -> LengthGrids:
    return LengthGrids(profile, LengthBasis(bases[0]), LengthBasis(bases[1]), (checks[0], checks[1]), size)
