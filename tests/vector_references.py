"""Spectra of phi(<x, y>) for standard Gaussian vectors of R^k that are known in closed form."""

import math

import numpy as np

__all__ = ["product_spectrum", "relu_values", "sign_values"]


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
