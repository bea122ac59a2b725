"""Quadrature rules, a family a file."""

from .angular import angle_density, gauss_gegenbauer, gegenbauer, harmonics, log_gamma_excess, recurrence
from .arnoldi import weighted_polynomials
from .band_limit import FILTER_WINDOW, band_limited, filter_envelope
from .breaks import classify_breaks, find_breaks
from .chebyshev import chebyshev_analysis, chebyshev_sum
from .continuation import SLOWEST_RATE, continued, fall
from .distribution import Distribution
from .fourth_moments import RARE, fourth_moments_by_rule, mixed_moments, unknown_by_sample, wide_sample
from .gauss_hermite import gauss_hermite, hermite_functions, hermite_polynomials
from .gauss_legendre import (
    composite_gauss_legendre,
    divided,
    equal_panels,
    gauss_legendre,
    gauss_lobatto,
    on_panels,
    place_between,
)
from .jacobi import jacobi_recurrence
from .laguerre import gauss_of_lengths, radial_hermite
from .lanczos import lanczos
from .legendre import legendre_analysis, legendre_moments, legendre_sum, legendre_transform, orthonormal_legendre
from .panel_function import PanelFunction
from .pieces import PIECE_ORDER, Pieces, find_pieces
from .polynomials import gauss_nodes, improved_nodes, orthonormal_polynomials
from .rooted import BENDS, bent_nodes, bent_places, bent_rule, graded_towards_roots, points_at
from .rule import Rule, joined
from .singular_points import hidden_energy, poles

__all__ = ["BENDS", "FILTER_WINDOW", "PIECE_ORDER", "RARE", "SLOWEST_RATE", "Distribution", "PanelFunction", "Pieces",
           "Rule", "angle_density", "band_limited", "bent_nodes", "bent_places", "bent_rule", "chebyshev_analysis",
           "chebyshev_sum", "classify_breaks", "composite_gauss_legendre", "continued", "divided", "equal_panels",
           "fall", "filter_envelope", "find_breaks", "find_pieces", "fourth_moments_by_rule", "gauss_gegenbauer",
           "gauss_hermite", "gauss_legendre", "gauss_lobatto", "gauss_nodes", "gauss_of_lengths", "gegenbauer",
           "graded_towards_roots", "harmonics", "hermite_functions", "hermite_polynomials", "hidden_energy",
           "improved_nodes", "jacobi_recurrence", "joined", "lanczos", "legendre_analysis", "legendre_moments",
           "legendre_sum", "legendre_transform", "log_gamma_excess", "mixed_moments", "on_panels",
           "orthonormal_legendre", "orthonormal_polynomials", "place_between", "points_at", "poles", "radial_hermite",
           "recurrence", "unknown_by_sample", "weighted_polynomials", "wide_sample"]
