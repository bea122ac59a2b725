"""Spectra of phi(<x, y>) for standard Gaussian vectors of R^k that are known in closed form."""

import math

import numpy as np

__all__ = ["product_spectrum", "relu_values", "sign_values", "step_values"]


def _mean_cosine(k):
    r"""E|t| = Gamma(k/2) / (sqrt(pi) Gamma((k+1)/2)), as a product, since large gamma functions lose digits."""
    if k % 2 == 0:
        return math.exp(math.fsum(math.log1p(-0.5 / (i + 0.5)) for i in range(1, k // 2))) * 2.0 / math.pi
    return math.exp(math.fsum(math.log1p(-0.5 / i) for i in range(1, (k - 1) // 2 + 1)))


def sign_values(k, degrees):
    """The singular values of sign(<x, y>) in R^k: E|t| at degree 1, and times l / (l + k) from l to l + 2."""
    steps = np.arange(1, max(degrees) + 1, 2)
    values = dict(zip(steps.tolist(), _mean_cosine(k) * np.cumprod([1.0, *(steps / (steps + k))[:-1]]), strict=True))
    return np.array([values[int(degree)] for degree in degrees])


def relu_values(k, degrees):
    """The singular values of max(<x, y>, 0) at even degrees: k E|t| / 2 at 0, and times |l - 1| / (l + k + 1)."""
    steps = np.arange(0, max(degrees) + 1, 2)
    ratios = np.abs(steps - 1) / (steps + k + 1)
    values = dict(zip(steps.tolist(), 0.5 * k * _mean_cosine(k) * np.cumprod([1.0, *ratios[:-1]]), strict=True))
    return np.array([values[int(degree)] for degree in degrees])


def product_spectrum(values, k):
    """The distinct values of the product of k scalar kernels with values a r^m: a^k r^m, C(m + k - 1, k - 1) times."""
    ratio = values[1] / values[0]
    powers = np.arange(len(values))
    return values[0]**k * ratio**powers, [math.comb(m + k - 1, k - 1) for m in powers]


def _step_on_a_degree(z, k, degree):
    r"""E_t[(z t > 1) p_l(t)] for z > 1, in closed form for k = 2 and 3."""
    if k == 2:
        angle = np.arccos(1.0 / z)
        return angle / np.pi if degree == 0 else math.sqrt(2.0) * np.sin(degree * angle) / (degree * np.pi)
    antiderivative = np.polynomial.legendre.Legendre.basis(degree).integ()
    return 0.5 * math.sqrt(2 * degree + 1) * (antiderivative(1.0) - antiderivative(1.0 / z))


def step_values(k, degree):
    """The leading singular values of (<x, y> > 1) in R^2 or R^3 on harmonics of a degree: two to about 1e-12.

    A Galerkin method between polynomials in u = log|x| times the half-density; u + v = tau^2 takes away the root at
    the break, and the integral over u is a trapezoid sum.
    """
    low, high, size = -3.2, 2.3, 36

    def half_density(u):
        return np.exp(0.5 * ((1 - k / 2) * math.log(2) - math.lgamma(k / 2) + k * u - np.exp(2 * u) / 2))

    def polynomials(u):
        place = np.clip((2 * u - low - high) / (high - low), -1.0, 1.0)
        return half_density(u)[..., None] * np.polynomial.chebyshev.chebvander(place, size - 1)

    u, step = np.linspace(low, high, 600, retstep=True)
    triangle = np.linalg.qr(math.sqrt(step) * polynomials(u))[1]

    def functions(u):
        """Orthonormal half-densities, times that of the measure once more."""
        return np.linalg.solve(triangle.T, polynomials(u).T).T * half_density(u)[:, None]

    edges = np.linspace(0.0, math.sqrt(2.0 * high), 9)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    half = 0.5 * np.diff(edges)[:, None]
    tau = (edges[:-1, None] + half * (1.0 + nodes)).ravel()
    measure = (half * weights).ravel() * 2.0 * tau * _step_on_a_degree(np.exp(tau**2), k, degree)
    left = functions(u)
    matrix = np.zeros((size, size))
    for s, weight in zip(tau**2, measure, strict=True):
        v = s - u
        inside = (v > low) & (v < high)
        matrix += weight * step * left[inside].T @ functions(v[inside])
    counts = 1 if degree == 0 else 2 if k == 2 else 2 * degree + 1
    return np.linalg.svd(matrix, compute_uv=False) / math.sqrt(counts)
