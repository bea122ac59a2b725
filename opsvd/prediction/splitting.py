"""Equal and nearly equal singular values, split by sampling: the law of the ordered values."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .sampled_operator import LARGEST_RELATIVE_STD, SampledOperator

MixedMoments = Callable[[np.ndarray], np.ndarray | None]
"""Gives E[f_i f_j f_k f_l], shape (d, d, d, d), for all d functions of some values, by their indices; or None."""


@dataclass(frozen=True, eq=False)
class Multiplet:
    """The ordered singular values of a sampled matrix that come from equal or nearly equal ones.

    Attributes
    ----------
    indices : ndarray of int, shape (d,)
        Which values.
    mean, std : ndarray, shape (d,)
        Of the first, second, ... largest of them.
    covariance : ndarray, shape (d, d)
    error : float
        What the means may be off by: noise of the simulation, and an estimate of the next order.
    total, total_std : float
        Mean and standard deviation of their sum, without simulation: in the sum no denominator vanishes.
    """

    indices: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    covariance: np.ndarray
    error: float
    total: float
    total_std: float

    def __repr__(self) -> str:
        """Name the values."""
        return f"Multiplet(s_{self.indices[0] + 1} to s_{self.indices[-1] + 1}, sum {self.total:.6g})"


def runs(operator: SampledOperator) -> list[np.ndarray]:
    """Indices of neighbours whose order sampling does not decide, or of one value that stands several times."""
    s, scatter, counts = operator.s, operator.scatter, operator.counts
    # Beyond three standard deviations of the difference sampling decides the order, but for one time in a thousand.
    near = -np.diff(s) < 3.0 * np.sqrt(scatter[1:] + scatter[:-1])
    found = np.split(np.arange(s.size), np.flatnonzero(~near) + 1)
    # The mixed moments of d values are d^4 numbers, whose covariance matrix is decomposed: d is at most twelve.
    return [run for run in found if 1 < counts[run].sum() <= 12 and (run.size == 1 or (counts[run] == 1).all())
            and (np.sqrt(scatter[run]) <= LARGEST_RELATIVE_STD * s[run]).all()]


def split(
    indices: np.ndarray, s: np.ndarray, moments: np.ndarray, points: np.ndarray, outer: tuple[float, float, float],
) -> Multiplet:
    r"""The law of the singular values of :math:`(1 + \Delta_F)^{1/2} S (1 + \Delta_G)^{1/2}` within a group.

    By the central limit theorem the two perturbations are Gaussian, with covariances
    :math:`(E[f_i f_j f_k f_l] - \delta_{ij} \delta_{kl}) / n`; the ordered values are simulated, with a fixed seed.

    Parameters
    ----------
    indices : ndarray of int, shape (d,)
    s : ndarray, shape (d,)
        The values of the group.
    moments : ndarray, shape (2, d, d, d, d)
        Mixed fourth moments of the f and of the g.
    points : ndarray, shape (2, 1, 1)
        n and m.
    outer : tuple of float
        The mean shift of each value of the group by all other values, its error, and the variance of the sum of these
        shifts.
    """
    rng, d = np.random.default_rng(0), s.size
    # 10,000 for a pair, so that the noise of means, which is in the error, is 2 per cent of a standard deviation.
    draws = 20_000 // d
    one, other = (_root(_perturbation(mixed, size, draws, rng)) for mixed, size in zip(moments, points, strict=True))
    values = np.linalg.svd(one @ (s[:, None] * other), compute_uv=False)
    mean, covariance = values.mean(axis=0), np.cov(values, rowvar=False)
    diagonals = np.einsum("xiijj->xij", moments)
    products = ((diagonals - 1.0) / points).sum(axis=0)
    shifts = ((diagonals - np.eye(d)) / points).sum(axis=0)
    total = float(s.sum()) - 0.25 * float((shifts * np.outer(s, s) / np.add.outer(s, s)).sum())
    # The sum is known: what is drawn is how it is shared out.
    mean += (total - mean.sum()) / d + outer[0]
    std = np.sqrt(np.diag(covariance))
    relative = float(std.max() / s.min())
    return Multiplet(indices, mean, std, covariance,
                     outer[1] + float(std.max()) * (2.0 / math.sqrt(draws) + relative**2),
                     total + d * outer[0], math.sqrt(max(0.25 * float(s @ products @ s), 0.0) + outer[2]))


def _perturbation(moments: np.ndarray, size: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw symmetric Gaussian matrices with the covariance of sampled second moments, shape (draws, d, d)."""
    d = moments.shape[0]
    covariance = (moments.reshape(d * d, d * d) - np.outer(np.eye(d), np.eye(d))) / size
    w, v = np.linalg.eigh(0.5 * (covariance + covariance.T))
    drawn = rng.standard_normal((draws, d * d)) @ (v * np.sqrt(np.maximum(w, 0.0))).T
    matrices = drawn.reshape(draws, d, d)
    return np.asarray(0.5 * (matrices + matrices.transpose(0, 2, 1)))


def _root(delta: np.ndarray) -> np.ndarray:
    """The roots of 1 + delta, shape (draws, d, d)."""
    w, v = np.linalg.eigh(np.eye(delta.shape[-1]) + delta)
    return np.asarray((v * np.sqrt(np.maximum(w, 0.0))[:, None, :]) @ v.transpose(0, 2, 1))
