"""Hard classes of kernels of numbers: their singular values by closed forms, or by rules of another kind."""

import numpy as np
from numpy.polynomial.legendre import legval
from scipy.optimize import brentq

__all__ = ["band_values", "exponential_values", "floor_values"]


def exponential_values(length, width, count):
    """Of exp(-|x - y| / length) under a uniform measure on an interval: roots of the Karhunen-Loeve equation.

    R. G. Ghanem and P. D. Spanos, Stochastic Finite Elements (1991), section 2.3: 2 l / (L (1 + l^2 w^2)), where
    w L + 2 arctan(l w) is i pi.
    """
    roots = np.array([brentq(lambda w, i=i: w * width + 2.0 * np.arctan(w * length) - i * np.pi, 0.0,
                             i * np.pi / width, xtol=1e-15) for i in range(1, count + 1)])
    return 2.0 * length / (1.0 + (length * roots) ** 2) / width


def _legendre(t, degree):
    """Polynomials orthonormal on [0, 1] of degrees up to `degree`, (degree + 1, ...)."""
    scale = np.sqrt(2.0 * np.arange(degree + 1) + 1.0)
    return legval(2.0 * t - 1.0, np.diag(scale))


def _below(degree):
    """The matrix of (u > v) between polynomials orthonormal on [0, 1]: integrals of integrals, by an exact rule."""
    nodes, weights = np.polynomial.legendre.leggauss(degree + 2)
    nodes, weights = 0.5 * nodes + 0.5, 0.5 * weights
    inner = _legendre(nodes[:, None] * nodes, degree) @ weights * nodes    # integrals from 0 to each node
    return _legendre(nodes, degree) * weights @ inner.T


def band_values(cells, degree=24):
    """Of (|x - y| < 1 / cells) under Uniform(0, 1): polynomials on cells, between which all integrals are exact.

    On one cell the kernel is one, on the next above it is (u > v), in coordinates from 0 to 1 on each.
    """
    below, size = _below(degree), degree + 1
    matrix = np.kron(np.eye(cells), np.eye(size)[:, :1] @ np.eye(size)[:1])
    # x in one cell and y in the next: x - y = u - v - 1 > -1 in units of a cell, which is u > v.
    matrix += np.kron(np.eye(cells, k=1), below) + np.kron(np.eye(cells, k=-1), below.T)
    return np.linalg.svd(matrix, compute_uv=False) / cells


def floor_values(cells, degree=60):
    """Of floor(cells (x + y)) under Uniform(0, 1): i + j on cells, and (u + v > 1) inside of each pair of them."""
    index, ones = np.arange(cells) / np.sqrt(cells), np.ones(cells) / np.sqrt(cells)
    basis = np.linalg.qr(np.stack([ones, index], axis=1))[0]
    cellwise = basis.T @ (np.outer(index, ones) + np.outer(ones, index)) @ basis
    average = basis.T @ np.outer(ones, ones) @ basis
    size = degree + 1
    above = _below(degree) * (-1.0) ** np.arange(size)    # (u > 1 - v): the polynomials of 1 - v change sign
    matrix = np.kron(cellwise, np.eye(size)[:, :1] @ np.eye(size)[:1]) + np.kron(average, above)
    return np.linalg.svd(matrix, compute_uv=False)
