"""Spectra under measures that are not Gaussian, by rules of numpy and scipy, which share nothing with opsvd."""

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from scipy.special import roots_genlaguerre

__all__ = ["arcsine_rule", "circle_rule", "gamma_rule", "spectrum_at", "uniform_rule"]


def uniform_rule(nodes, low=-1.0, high=1.0):
    """Gauss-Legendre nodes and probabilities for the uniform law on an interval.

    By the formula of Christoffel: numpy's own weights have relative errors of 1e-12 next to the ends.
    """
    t, _ = leggauss(nodes)
    p = 1.0 / (legvander(t, nodes - 1) ** 2 @ (2.0 * np.arange(nodes) + 1.0))
    return 0.5 * (low + high) + 0.5 * (high - low) * t, p


def gamma_rule(nodes, shape):
    """Gauss-Laguerre nodes and probabilities for the law Gamma(shape) of scale one."""
    x, w = roots_genlaguerre(nodes, shape - 1.0)
    return x, w / w.sum()


def arcsine_rule(nodes):
    """Chebyshev nodes and equal probabilities for the arcsine law on [-1, 1], Beta(1/2, 1/2)."""
    return np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes), np.full(nodes, 1.0 / nodes)


def circle_rule(nodes):
    """Equally spaced angles and equal probabilities."""
    return 2.0 * np.pi * np.arange(nodes) / nodes, np.full(nodes, 1.0 / nodes)


def spectrum_at(h, rule_x, rule_y=None):
    """Singular values of the kernel sampled at the nodes of two rules, or of one."""
    (x, p), (y, q) = rule_x, rule_x if rule_y is None else rule_y
    return np.linalg.svd(np.sqrt(p)[:, None] * h(x[:, None], y[None, :]) * np.sqrt(q), compute_uv=False)
