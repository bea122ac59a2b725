"""What T makes of computed singular functions, by integrals that know nothing of how they were computed."""

from dataclasses import dataclass, field, replace

import numpy as np

from .._support.arrays import squares
from .._support.linalg import corner_norms
from ..bases import LineBasis, PanelBasis
from ..kernels import Kernel
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..operator.tolerances import Tolerances
from ..probing.corners import NO_CORNERS, Corners
from ..probing.domain import Domain, within
from ..probing.slice_splitter import Cuts, slice_integrals
from ..probing.slices import SliceIntegrals
from ..quadrature import Rule, continued, fall, joined
from .carriers import few_carriers_margin
from .rounded_jumps import coupling_along_slices
from .slice_norm import SliceNorm

# Strips along the ends of the domain, as parts of its width, whose energies tell how images decay.
_STRIP = 0.04


@dataclass(frozen=True, eq=False)
class SlicePlaces:
    """Where slices are to be looked at closely: see `opsvd.probing.slice_splitter.slice_integrals`.

    Attributes
    ----------
    cuts : callable or None
        Where they are thought to break.
    edges : ndarray
        Of panels on which they are looked at besides those of the singular functions: thin strips take narrow ones.
    corners : Corners
        Where curves of breaks meet: beside these, which are edges, h may differ on strips of any width.
    """

    cuts: Cuts | None = None
    edges: np.ndarray = field(default_factory=lambda: np.zeros(0))
    corners: Corners = NO_CORNERS


@dataclass(frozen=True, eq=False)
class Images:
    r"""Residuals of the leading q singular triplets, for q = 1, 2, ...

    Attributes
    ----------
    residual : ndarray, shape (q,)
        The larger of the norms of :math:`T g_j - s_j f_j` and of :math:`T^* f_j - s_j g_j`, over all j up to this one.
    coupling : ndarray, shape (q,)
        The larger of the norms of :math:`E[\bar f_i (T g_j - s_j f_j)]` and of
        :math:`E[\bar g_i (T^* f_j - s_j g_j)]`, over all i and j up to this one.
    breaks : bool
        Whether slices were found to break, or were given up.
    at_one_node : ndarray, shape (q,), or None
        What the node of a rule that matters most does to `coupling`: rules do not know more where a residual has a kink
        between nodes.
    rounded : ndarray, shape (q,)
        What roundings of points do to values where h jumps along a curve: see `opsvd.evidence.rounded_jumps`.
    norms : tuple of SliceNorm
        What is left beside leading terms, along slices in y and in x.
    """

    residual: np.ndarray
    coupling: np.ndarray
    breaks: bool = False
    at_one_node: np.ndarray | None = None
    rounded: np.ndarray | float = 0.0
    norms: tuple[SliceNorm, ...] = field(default=(), repr=False)


def images(kernel: Kernel, domain: Domain, check: tuple[Rule, Rule], system: SingularSystem, rtol: float, *,
           outside: float, hidden: float, spots: tuple[Rule, Rule], samples: np.ndarray, with_norms: bool = True,
           places: tuple[SlicePlaces, SlicePlaces] = (SlicePlaces(), SlicePlaces())) -> Images:
    """Apply T and its adjoint to the leading singular functions, along slices at the nodes of a check rule.

    Parameters
    ----------
    kernel, domain, check, system, rtol
        As in `opsvd.evidence.comparison.Comparison`.
    outside : float
        The norm of h outside the domain, and nearer to singular points than nodes: a bound for the images there. Those
        outside are extrapolated from their decay.
    hidden : float
        The part of it that is nearer to singular points, relative to the norm.
    spots : tuple of Rule
        Random points in x and y, drawn from the measures. Slices at those in x are held against h at those in y: what
        they do not explain is missing from the images.
    samples : ndarray
        The weighted values of h there.
    with_norms : bool
        Whether the slices are kept, for the norms of what is left beside leading terms.
    places : tuple of SlicePlaces
        Where slices along y, and along x, are to be looked at closely.
    """
    count = min(len(system.values), 160)    # others have bars from the remainder alone
    s, left, right = system.values[:count], system.left.truncated(count), system.right.truncated(count)
    rule_x, rule_y = check
    # Orders that no method has, so that no node is common.
    tol, order = Tolerances(rtol, kernel.eps).integrals, 11 if kernel.dear else 20
    # A twentieth of what is left, up to some gigabytes, and more where slices are smooth on smaller scales.
    most = int(np.clip(kernel.budget.evaluations_left // 20 if kernel.budget else 0, 10_000_000, 50_000_000))
    along_y = _Side(kernel, left, right, s, domain.x, domain.y, tol, order, places[0], most)
    along_x = _Side(kernel.adjoint(), right, left, s, domain.y, domain.x, tol, order, places[1], most)
    sides, norms, rounded, breaks = [], [], np.zeros(1), False
    # One after the other, since slices with many breaks take gigabytes.
    for side, rule, random in ((along_y, rule_x, spots[:1]), (along_x, rule_y, ())):
        (slices, there), *at_spots = side.seen_at(rule, *random)
        if at_spots:
            unexplained, missed = side.missed(*at_spots[0], spots, samples)
        sides.append(side.residuals(slices, there, rule, outside))
        rounded = rounded + side.rounded(slices, rule)
        breaks |= len(slices.breaks) > 0 or slices.exhausted
        if with_norms and not kernel.complex:
            norms.append(side.norm(slices, there, rule, unexplained + outside))
        del slices, at_spots
    residual, coupling, at_one_node = (np.max(parts, axis=0) for parts in zip(*sides, strict=True))
    unseen = hidden * float(np.hypot(np.linalg.norm(system.values), outside))
    residual, missed = np.hypot(residual, unseen), np.hypot(missed, unseen)
    # Where random slices disagree with those at the nodes, the nodes missed something, and their integrals are wrong.
    # Some hundred random slices tell a residual to within a factor of four.
    trusted = missed <= 4.0 * residual
    return Images(np.maximum(residual, missed), np.where(trusted, coupling, np.maximum(coupling, missed)), breaks,
                  at_one_node, rounded, tuple(norms))


def telling_slices(rule: Rule, samples: np.ndarray, remainder: np.ndarray) -> tuple[Rule, np.ndarray]:
    """Which of random slices are looked at: those on which most is left, and some others, which stand for the rest.

    Parameters
    ----------
    rule : Rule, n nodes
        Random points in x.
    samples, remainder : ndarray, shape (n, m)
        Weighted values of h there, and what the answer leaves of them.

    Returns
    -------
    Rule, ndarray
        Fewer nodes, with weights that make up for the others, and the samples there. Means stay what they are, as far
        as nodes tell them, and what a few slices alone show is seen on all of these.
    """
    most, step = 40, 5    # of 300 slices 92, which tell a norm to a tenth
    order = np.argsort(-squares(remainder).sum(axis=1), kind="stable")
    # The others in the order in which they were drawn, which is random.
    first, others = order[:most], np.sort(order[most:])
    some = others[::step]
    chosen = np.concatenate([first, some])
    factors = np.repeat([1.0, np.sqrt(len(others) / max(len(some), 1))], [len(first), len(some)])
    fewer = rule.restricted(chosen)
    return replace(fewer, sqrt_lebesgue=factors * fewer.sqrt_lebesgue), factors[:, None] * samples[chosen]


@dataclass(frozen=True, eq=False)
class _Side:
    """T g_j against s_j f_j; or, with everything exchanged, T* f_j against s_j g_j."""

    kernel: Kernel
    left: SingularFunctions
    right: SingularFunctions
    s: np.ndarray
    domain_x: tuple[float, float]
    domain_y: tuple[float, float]
    tol: float
    order: int
    places: SlicePlaces
    most: int

    def seen_at(self, *rules: Rule) -> list[tuple[SliceIntegrals, np.ndarray]]:
        """Slices and T g_j, weighted, (n, q), at nodes of rules that lie in the domain: found together, given apart."""
        inside = [rule.restricted(within(rule.nodes, self.domain_x)) for rule in rules]
        panels = np.unique(np.clip(np.append(self._pieces[0], self.places.edges), *self.domain_y))
        # A slice has a sixteenth of the norm, as of some 256.
        slices = slice_integrals(self.kernel, joined(*inside), self.right.line, panels, self.tol, order=self.order,
                                 size=float(np.linalg.norm(self.s)) / 16.0, budget=len(rules) * self.most,
                                 cuts=self.places.cuts, corners=self.places.corners)
        there = slices.against_resolved(self.right.half_density, self.basis(slices))
        rows = np.split(np.arange(len(there)), np.cumsum([len(rule) for rule in inside])[:-1])
        return [(slices.restricted(some), there[some]) for some in rows]

    @property
    def _pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """Edges and roots of functions on panels that hold the g_j."""
        bases = [part.basis for part in self.right.parts if isinstance(part.basis, LineBasis)]    # as all are
        return bases[0].pieces if len(bases) == 1 else (self.right.panels, np.zeros((0, 2)))

    def basis(self, slices: SliceIntegrals) -> PanelBasis:
        """Functions on panels that the slices share, which hold the g_j."""
        edges, roots = self._pieces
        if len(roots) == 0:
            return slices.basis
        panels = np.union1d(slices.basis.edges[[0, -1]], np.clip(edges, *self.domain_y))
        return PanelBasis(self.right.line, panels, self.order, roots)

    def residuals(self, slices: SliceIntegrals, there: np.ndarray, rule: Rule,
                  outside: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cumulative norms of T g_j - s_j f_j, and of its components along f_i, for j (and i) up to 1, 2, ...

        And the largest part of the latter that comes from one node.
        """
        inside = within(rule.nodes, self.domain_x)
        f = self.left.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None]
        residual = -f * self.s
        residual[inside] += there
        coupling = f.conj().T @ residual
        beyond = np.minimum(energy_beyond(there, rule.nodes[inside], self.domain_x), outside**2)
        energies = np.cumsum(squares(residual), axis=1)
        margin = few_carriers_margin(energies)
        columns = np.sqrt(energies.sum(axis=0) + beyond)
        at_one_node = np.sqrt((np.cumsum(squares(f), axis=1) * energies).max(axis=0))
        # Inner products take each slice times the functions there.
        wrong = slices.unresolved_against(np.sqrt(np.cumsum(squares(f[inside]), axis=1)))
        # Norms of more functions are no less, though their margins may be.
        return (np.maximum.accumulate(margin * columns) + slices.unresolved,
                np.maximum.accumulate(margin * corner_norms(coupling)) + wrong, at_one_node)

    def rounded(self, slices: SliceIntegrals, rule: Rule) -> np.ndarray:
        """What roundings of y do to the coupling, (q,), where slices jump."""
        return coupling_along_slices(self.kernel, self.left, self.right, rule, slices.breaks)

    def missed(self, slices: SliceIntegrals, there: np.ndarray, spots: tuple[Rule, Rule],
               samples: np.ndarray) -> tuple[float, np.ndarray]:
        """What random slices miss of h; and residuals there, cumulative over j, with that."""
        rows, columns = within(spots[0].nodes, self.domain_x), within(spots[1].nodes, self.domain_y)
        # Where all functions are zero, slices may end, and h does not matter to images.
        columns &= self.right.half_density(spots[1].nodes).any(axis=1)
        rule = spots[0].restricted(rows)
        residual = there - self.left.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None] * self.s
        unexplained = slices.missed(spots[1].restricted(columns), samples[np.ix_(rows, columns)])
        return unexplained, np.sqrt(np.cumsum(np.sum(squares(residual), axis=0)) + unexplained**2)

    def norm(self, slices: SliceIntegrals, there: np.ndarray, rule: Rule, unseen: float) -> SliceNorm:
        """What is left beside leading terms, of which the slices miss something besides."""
        inside = rule.restricted(within(rule.nodes, self.domain_x))
        return SliceNorm(slices, self.basis(slices), inside, self.left, there, self.s, slices.unresolved + unseen)


def energy_beyond(there: np.ndarray, nodes: np.ndarray, interval: tuple[float, float]) -> np.ndarray:
    """Continue the energy of images, shape (n, q), geometrically beyond both ends; cumulative, shape (q,)."""
    energy = np.cumsum(squares(there), axis=1)
    step = _STRIP * (interval[1] - interval[0])
    beyond = np.zeros(there.shape[1])
    for distance in (nodes - interval[0], interval[1] - nodes):
        last, before = (energy[(distance >= low * step) & (distance < (low + 1) * step)].sum(axis=0) for low in (0, 1))
        beyond += continued(last, fall(last, before))
    return beyond
