"""What T makes of computed singular functions, by integrals that know nothing of how they were computed."""

from dataclasses import dataclass

import numpy as np

from .discretisation import Discretisation
from .domain import Domain
from .kernels import Kernel
from .quadrature import Rule
from .singular_functions import SingularFunctions, SingularSystem
from .slices import slice_integrals

__all__ = ["Images", "images"]

_EPS = float(np.finfo(np.float64).eps)
# Not the order of any method: no node in common.
_ORDER = 20
_MOST = 64
# Random slices may give a residual that is this much larger.
_DISAGREES = 4.0
# Strips along the ends of the domain, as parts of its width, whose energies tell how images decay; and a decay, from one
# strip to the next, that is not told from none.
_MARGIN, _SLOWEST = 0.04, 0.99
# The square root of how many slices there are, about.
_SLICES = 16.0


@dataclass(frozen=True, eq=False)
class Images:
    r"""Residuals of the leading q singular triplets, for q = 1, 2, ...

    Attributes
    ----------
    residual : ndarray, shape (q,)
        The larger of the norms of :math:`T g_j - s_j f_j` and of :math:`T^* f_j - s_j g_j`, over all j up to this one.
    coupling : ndarray, shape (q,)
        The larger of the norms of :math:`E[f_i (T g_j - s_j f_j)]` and of :math:`E[g_i (T^* f_j - s_j g_j)]`, over all i
        and j up to this one.
    """

    residual: np.ndarray
    coupling: np.ndarray


def images(kernel: Kernel, discretisation: Discretisation, system: SingularSystem, rtol: float, outside: float,
           spots: tuple[Rule, Rule], samples: np.ndarray) -> Images:
    """Apply T and its adjoint to the leading singular functions, along slices at the nodes of the first check rule.

    The slices themselves are held against h at random points, `spots`, where it has the weighted values `samples`:
    what they do not explain is missing from the images. Images outside the domain are extrapolated from their decay towards its ends; `outside`, the norm of h there, bounds them.
    """
    tol = max(1e-2 * rtol, 16.0 * _EPS)
    count = min(len(system.values), _MOST)
    s, left, right = system.values[:count], system.left.truncated(count), system.right.truncated(count)
    rule_x, rule_y = discretisation.checks[0]
    domain = discretisation.domain
    size = float(np.linalg.norm(s)) / _SLICES
    x, y = (np.unique(np.clip(functions.panels, *interval))
            for functions, interval in ((left, domain.x), (right, domain.y)))
    sides = (_residuals(kernel, rule_x, domain.x, left, right, y, s, tol, size, outside),
             _residuals(kernel.transposed(), rule_y, domain.y, right, left, x, s, tol, size, outside))
    missed = _missed(kernel, domain, left, right, y, s, tol, size, spots, samples)
    residual, coupling = (np.max(parts, axis=0) for parts in zip(*sides, strict=True))
    # Where random slices disagree with those at the nodes, the nodes missed something, and do not know integrals either.
    trusted = missed <= _DISAGREES * residual
    return Images(np.maximum(residual, missed), np.where(trusted, coupling, np.maximum(coupling, missed)))


def _missed(kernel: Kernel, domain: Domain, left: SingularFunctions, right: SingularFunctions, panels: np.ndarray,
            s: np.ndarray, tol: float, size: float, spots: tuple[Rule, Rule], samples: np.ndarray) -> np.ndarray:
    """What random slices show: residuals there, cumulative over j, with what the slices themselves miss of h."""
    x, y = spots
    inside = (x.nodes >= domain.x[0]) & (x.nodes <= domain.x[1])
    seen = (y.nodes >= domain.y[0]) & (y.nodes <= domain.y[1])
    x, y = x.restricted(inside), y.restricted(seen)
    slices = slice_integrals(kernel, x, right.measure, panels, tol, order=_ORDER, size=size)
    f = left.half_density(x.nodes) * x.sqrt_lebesgue[:, None]
    residual = slices.against_resolved(right.half_density) - f * s
    unexplained = slices.missed(y, samples[np.ix_(inside, seen)])
    return np.asarray(np.hypot(np.sqrt(np.cumsum(np.sum(residual**2, axis=0))), unexplained))


def _residuals(kernel: Kernel, rule: Rule, interval: tuple[float, float], left: SingularFunctions,
               right: SingularFunctions, panels: np.ndarray, s: np.ndarray, tol: float,
               size: float, outside: float) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative norms of T g_j - s_j f_j, and of its components along f_i, for j (and i) up to 1, 2, ..."""
    inside = (rule.nodes >= interval[0]) & (rule.nodes <= interval[1])
    slices = slice_integrals(kernel, rule.restricted(inside), right.measure, panels, tol, order=_ORDER,
                             size=size)
    f = left.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None]
    residual = -f * s
    there = slices.against_resolved(right.half_density)
    residual[inside] += there
    coupling = f.T @ residual
    beyond = np.minimum(_energy_beyond(there, rule.nodes[inside], interval), outside**2)
    columns = np.sqrt(np.cumsum(np.sum(residual**2, axis=0)) + beyond)
    corners = np.array([np.linalg.norm(coupling[:q, :q]) for q in range(1, len(s) + 1)])
    return columns + slices.unresolved, corners + slices.unresolved



def _energy_beyond(there: np.ndarray, nodes: np.ndarray, interval: tuple[float, float]) -> np.ndarray:
    """Continue the energy of images, shape (n, q), geometrically beyond both ends; cumulative, shape (q,)."""
    energy = np.cumsum(there**2, axis=1)
    step = _MARGIN * (interval[1] - interval[0])
    beyond = np.zeros(there.shape[1])
    for distance in (nodes - interval[0], interval[1] - nodes):
        last, before = (energy[(distance >= low * step) & (distance < (low + 1) * step)].sum(axis=0) for low in (0, 1))
        ratio = np.minimum(last / np.maximum(before, np.finfo(float).tiny), _SLOWEST)
        beyond += last * ratio / (1.0 - ratio)
    return beyond
