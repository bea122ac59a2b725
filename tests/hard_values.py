"""Hard classes of kernels of numbers: their singular values by closed forms, or by rules of another kind."""

import numpy as np
import scipy.sparse.linalg
from numpy.polynomial.legendre import legval
from scipy.linalg import eigh
from scipy.optimize import brentq
from scipy.special import ndtr

__all__ = ["band_of_gaussians", "band_values", "cardioid_values", "cosine_of_exponential", "exponential_values",
           "floor_of_gaussians", "floor_values"]


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


def floor_of_gaussians(count, steps=10):
    """Of floor(n (x + y)) under standard Gaussians: n (x + y) - 1/2 less a sawtooth, whose terms are orthogonal.

    With z = n (x + y) it is z - 1/2 + sum_k sin(2 pi k z) / (pi k). Each sine is a sum of two products of sines and
    cosines of 2 pi n k x and of y, of norm 1 / sqrt(2), which are orthogonal to polynomials and to each other to
    exp(-(2 pi n)^2 / 2): to e^-177 for three steps.
    """
    leading = np.abs(np.linalg.eigvalsh([[-0.5, steps], [steps, 0.0]]))
    return np.append(np.sort(leading)[::-1], np.repeat(0.5 / (np.pi * np.arange(1.0, count)), 2))[:count]


def cosine_of_exponential(count):
    """Of cos(exp(x) y) under standard Gaussians: roots of the eigenvalues of T T*, of which the kernel is known.

    E[cos(u y) cos(v y)] is (exp(-(u - v)^2 / 2) + exp(-(u + v)^2 / 2)) / 2, here for u = exp(x), v = exp(x').
    Gauss-Legendre panels are a unit wide in u where x is above zero, and in x below; x above 5 has 3e-7 of the mass.
    """
    edges = np.append(np.linspace(-9.0, 0.0, 10), np.log(np.arange(2.0, 149.0)))
    nodes, weights = np.polynomial.legendre.leggauss(10)
    half = 0.5 * np.diff(edges)[:, None]
    x = (edges[:-1, None] + half * (1.0 + nodes)).ravel()
    roots = np.sqrt((half * weights).ravel() * np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi))
    u = np.exp(x)
    gram = 0.5 * (np.exp(-0.5 * (u[:, None] - u) ** 2) + np.exp(-0.5 * (u[:, None] + u) ** 2)) * np.outer(roots, roots)
    size = len(gram)
    return np.sqrt(eigh(gram, eigvals_only=True, subset_by_index=[size - count, size - 1])[::-1])


def band_of_gaussians(half_width, count):
    """Of (|x - y| < w) under standard Gaussians: interpolation on cells of width w, between which integrals are exact.

    For x at a node of a cell the integral goes over the cell, the one below from x - w and the one above to x + w.
    """
    order, cells = 10, round(8.5 / half_width)
    nodes, weights = np.polynomial.legendre.leggauss(order)
    nodes, weights = 0.5 * nodes + 0.5, 0.5 * weights
    # Integrals of Lagrange polynomials from 0 to each node, through orthonormal polynomials.
    transform = _legendre(nodes, order - 1) * weights
    inner = np.stack([_legendre(t * nodes, order - 1) @ weights * t for t in nodes]) @ transform
    x = half_width * (np.arange(-cells, cells)[:, None] + nodes).ravel()
    density = np.exp(-0.25 * x**2) / (2.0 * np.pi) ** 0.25
    blocks = 2 * cells
    matrix = (scipy.sparse.kron(scipy.sparse.eye(blocks), np.tile(weights, (order, 1)))
              + scipy.sparse.kron(scipy.sparse.eye(blocks, k=1), inner)
              + scipy.sparse.kron(scipy.sparse.eye(blocks, k=-1), np.tile(weights, (order, 1)) - inner))
    roots = np.sqrt(np.tile(weights, blocks))
    # From values at nodes to coefficients in an orthonormal basis, roughly: the rule is exact for products.
    scaled = scipy.sparse.diags(half_width * density * roots) @ matrix @ scipy.sparse.diags(density / roots)
    start = np.random.default_rng(0).standard_normal(len(x))
    return np.sort(scipy.sparse.linalg.svds(scaled.tocsr(), k=count, v0=start, return_singular_vectors=False))[::-1]


def cardioid_values(count):
    """Of ((x^2 + y^2 - x)^2 < x^2 + y^2) under standard Gaussians, to some 1e-6: roots of the eigenvalues of T T*.

    The curve is r = 1 + c, c the cosine of the angle. At x = c (1 + c) the slice holds |y| below (1 + c)(1 - c^2)^(1/2)
    for the larger root c, and for x below zero above that for the smaller. The kernel of T T* is the mass that two
    slices share. Panels shrink towards -1/4, 0 and 2.
    """
    steps = np.append(2.0 ** -np.arange(26.0), 0.0)[::-1]
    edges = np.unique(np.concatenate([-0.25 + 0.125 * steps, -0.125 * steps, steps, 2.0 - steps,
                                      np.linspace(-0.25, 2.0, 91)]))
    nodes, weights = np.polynomial.legendre.leggauss(8)
    half = 0.5 * np.diff(edges)[:, None]
    x = (edges[:-1, None] + half * (1.0 + nodes)).ravel()
    roots = np.sqrt((half * weights).ravel() * np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi))
    cosines = 0.5 * (-1.0 + np.sqrt(1.0 + 4.0 * x) * np.array([[1.0], [-1.0]]))
    high, low = (1.0 + cosines) * np.sqrt(np.maximum(1.0 - cosines**2, 0.0))
    below, above = (ndtr(np.where(x < 0.0, low, 0.0)), ndtr(high))
    shared = 2.0 * np.maximum(np.minimum(above[:, None], above) - np.maximum(below[:, None], below), 0.0)
    gram, size = shared * np.outer(roots, roots), len(x)
    return np.sqrt(eigh(gram, eigvals_only=True, subset_by_index=[size - count, size - 1])[::-1])


def ring_values(rings, order=50):
    """Of floor(x^2 + y^2) for uniform x and y from 0 to the root of an integer, of which so many rings are cut.

    The singular functions have roots at those of integers. Between two of these y is 3 u^2 - 2 u^3, level at both ends,
    so that they are smooth in u. T is applied to Lagrange functions at Gauss-Legendre nodes in u: on each interval of y
    a slice has one jump.
    """
    nodes, weights = np.polynomial.legendre.leggauss(order)
    u, w = 0.5 * nodes + 0.5, 0.5 * weights
    low = np.sqrt(np.arange(rings))[:, None]
    widths = (np.sqrt(np.arange(1.0, rings + 1.0))[:, None] - low) / np.sqrt(rings)
    x = low + np.sqrt(rings) * widths * (3.0 * u**2 - 2.0 * u**3)
    masses, squares = (widths * w * 6.0 * u * (1.0 - u)).ravel(), x.ravel() ** 2
    whole, transform = np.floor(squares), _legendre(u, order - 1) * w
    matrix = np.zeros((len(masses), rings, order))
    for k in range(rings):
        share = (np.sqrt(k + 1.0 + whole - squares) - low[k]) / (np.sqrt(rings) * widths[k])
        jump = 0.5 - np.sin(np.arcsin(1.0 - 2.0 * share) / 3.0)
        for start, stop, value in ((np.zeros_like(jump), jump, whole + k), (jump, np.ones_like(jump), whole + k + 1.0)):
            at = start[:, None] + (stop - start)[:, None] * u
            measure = (value * (stop - start))[:, None] * w * widths[k] * 6.0 * at * (1.0 - at)
            matrix[:, k] += np.einsum("iq,jiq->ij", measure, _legendre(at, order - 1)) @ transform
    roots = np.sqrt(masses)
    return np.linalg.svd(roots[:, None] * matrix.reshape(len(roots), -1) / roots, compute_uv=False)
