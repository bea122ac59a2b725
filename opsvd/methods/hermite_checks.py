"""Rules on which answers in Hermite functions are held against the kernel."""

import numpy as np

from ..bases import HermiteBasis
from ..probing.domain import Domain
from ..quadrature import Rule, composite_gauss_legendre

# On a panel; benchmarks/check_rules.py shows that they see the errors that they check.
_CHECK_NODES = 12


def hermite_check_rules(left: HermiteBasis, right: HermiteBasis, domain: Domain) -> tuple[tuple[Rule, Rule], ...]:
    """Two pairs of rules that share no nodes with those of two bases, nor with each other."""
    shifted = np.random.default_rng(left.degree).uniform(0.2, 0.8) - 0.5
    return tuple((_check_rule(left, domain.x, shift), _check_rule(right, domain.y, shift)) for shift in (0.0, shifted))


def _check_rule(basis: HermiteBasis, domain: tuple[float, float], shift: float) -> Rule:
    """Gauss-Legendre panels, shifted by a part of their width, over the domain and wherever the functions reach.

    They are at most a scale of the measure wide; where the functions are, twelve nodes on at most two wavelengths of
    the fastest resolve them, and leave narrow features little room to hide.
    """
    low, high = basis.interval
    scale = basis.measure.scale
    inside = _equal_panels(low, high, min(scale, float(np.diff(basis.panels).max())))
    edges = np.union1d(inside, np.concatenate([_equal_panels(domain[0], low, scale),
                                               _equal_panels(high, domain[1], scale)]))
    widths = np.diff(edges)
    edges[1:-1] += shift * (widths[1:] if shift > 0.0 else widths[:-1])
    return basis.measure.rule(*composite_gauss_legendre(edges, _CHECK_NODES))


def _equal_panels(low: float, high: float, width: float) -> np.ndarray:
    """Edges of panels of at most this width; none of an empty interval."""
    return np.linspace(low, high, int(np.ceil((high - low) / width)) + 1) if high > low else np.zeros(0)
