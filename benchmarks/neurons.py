"""Laws of the neurons of a network, and the ranks of the updates that they give.

The entries of a gradient are products <x_i, y_j> of a row for each output and a row for each input, so that an
elementwise function of it is a sample of phi(<x, y>) if rows are independent draws. Of their law we know covariances.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from networks import Factors, Network
from scipy.stats import kurtosis

import opsvd
from opsvd.spectrum import effective_ranks

SEED = 0
KINDS = ("nuclear", "stable", "entropy")


class Neurons(opsvd.Measure):
    """The law of a function of a Gaussian vector: activations and errors of neurons of which that vector is the input.

    Its points have shape (..., dim), those of the Gaussian any, and `image` maps one to the other.
    """

    everywhere = True

    def __init__(self, gaussian: opsvd.GaussianVector, image: Callable[[np.ndarray], np.ndarray]) -> None:
        self.gaussian, self.image, self.rank = gaussian, image, gaussian.rank

    @property
    def dim(self) -> int:
        """The number of the image's coordinates."""
        return int(self.center.shape[-1])

    @property
    def center(self) -> np.ndarray:
        """The image of the mean."""
        return self.image(self.gaussian.mean)

    @property
    def scale(self) -> np.ndarray:
        """As if each number was of size one: sampling does not ask."""
        return np.ones(self.dim)

    def unwhiten(self, z: np.ndarray) -> np.ndarray:
        """The image of points of the Gaussian."""
        return self.image(self.gaussian.unwhiten(z))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points."""
        return self.image(self.gaussian.sample(n, rng))


def fitted(rows: np.ndarray) -> opsvd.GaussianVector:
    """The Gaussian with mean and covariance of rows, (n, k)."""
    mean = rows.mean(axis=0)
    return opsvd.GaussianVector.of_root(mean, (rows - mean).T / math.sqrt(len(rows)))


def joint(parts: list[Factors]) -> Factors:
    """The factors of several batches side by side."""
    return Factors(*(np.concatenate(part, axis=1) for part in zip(*parts, strict=True)))


def gaussian_factors(network: Network, factors: Factors) -> tuple[opsvd.Measure, opsvd.Measure]:
    """Gaussians of mean zero with the second moments of errors and activations."""
    left, right = (opsvd.GaussianVector.of_root(np.zeros(rows.shape[1]), rows.T / math.sqrt(len(rows)))
                   for rows in (network.left(factors), network.right(factors)))
    return left, right


def through_activations(network: Network, factors: Factors) -> tuple[opsvd.Measure, opsvd.Measure]:
    """What comes in and goes out before activations is Gaussian; these are applied to it."""
    b = factors.errors.shape[1]

    def errors(rows: np.ndarray) -> np.ndarray:
        return rows[..., :b] * network.output.slope(rows[..., b:])

    inputs = fitted(factors.inputs)
    return (Neurons(fitted(np.hstack([factors.errors, factors.outputs])), errors),
            inputs if network.input is None else Neurons(inputs, network.input.value))


def ranks(values: np.ndarray) -> np.ndarray:
    """The effective ranks of spectra, (..., r), by `KINDS`: shape (3, ...)."""
    return np.stack([effective_ranks(values, kind=kind) for kind in KINDS])


def ranks_of(matrix: np.ndarray) -> np.ndarray:
    """The effective ranks of one matrix."""
    return ranks(np.linalg.svd(matrix, compute_uv=False))


def sampled(phi: Callable[..., Any], dims: tuple[int, ...], measures: tuple[opsvd.Measure, opsvd.Measure],
            size: tuple[int, int], trials: int = 2) -> np.ndarray:
    """The mean effective ranks of matrices of neurons drawn from measures."""
    found = opsvd.monte_carlo(opsvd.elementwise(phi, dims), size[0], *measures, m=size[1], trials=trials, rng=SEED,
                              engine="dense")
    return ranks(found.spectra).mean(axis=-1)


def by_halves(network: Network, factors: Factors) -> float:
    """The nuclear rank of the sign where one half of the neurons is the measure, over that of the other half."""
    x, y = network.left(factors), network.right(factors)
    halves = [(x[half::2], y[half::2]) for half in (0, 1)]
    svd = opsvd.decompose(opsvd.elementwise(np.sign, x.shape[1]), *(opsvd.Empirical(rows) for rows in halves[0]))
    other = halves[1][0] @ halves[1][1].T
    return float(ranks(svd.singular_values)[0] / ranks_of(np.sign(other))[0])


@cache
def round_rank(k: int, size: tuple[int, int]) -> float:
    """The nuclear rank of the sign of a product of standard Gaussian matrices of k columns."""
    return 1.0 if k == 1 else opsvd.decompose(opsvd.elementwise(np.sign, k, [0]), rtol=1e-4).equivalent(
        *size).effective_rank.value


def replaced(network: Network, batches: list[Factors], phi: Callable[..., Any]) -> str:
    """Ranks of a function of gradients where errors, outputs, inputs, or all of them, are drawn from Gaussians.

    Where they are drawn one by one, errors know nothing of outputs; all together do.
    """
    factors, rng, b = joint(batches), np.random.default_rng(SEED), batches[0].errors.shape[1]
    drawn = Factors(*(fitted(rows).sample(len(rows), rng) for rows in factors))
    left = fitted(np.hstack(factors[:2])).sample(len(factors.errors), rng)
    errors, outputs = np.split(left, 2, axis=1)
    some = (factors._replace(**{name: getattr(drawn, name)}) for name in Factors._fields)
    found = []
    for one in (factors, *some, Factors(errors, outputs, drawn.inputs)):
        x, y = network.left(one), network.right(one)
        gradients = [x[:, i:i + b] @ y[:, i:i + b].T for i in range(0, x.shape[1], b)]
        found.append(ranks_of(phi(*gradients))[0])
    excess = [np.median(kurtosis(rows, axis=0)) for rows in factors]
    negative = [np.mean((rows < 0.0).all(axis=1)) for rows in (factors.outputs, outputs)]
    return f"{factors.errors.shape[1]:4} {text(found)} {text(excess)} {text(negative)}"


def of_linear_functions(phi: Callable[..., Any], count: int, k: int, n: int) -> tuple[float, float]:
    """The energy share of linear functions in phi(z_1, ..., z_T), and the nuclear rank of a matrix of n by n.

    For x_t and y_t standard in R^k, k large, z_t = <x_t, y_t> / sqrt(k) is Gaussian. As a function of x_t and y_t it
    has k values 1 / sqrt(k). What of phi is orthogonal to all z_t is noise, of full rank.
    """
    z = np.random.default_rng(SEED).standard_normal((count, 200_000))
    values = phi(*z)
    energy, parts = np.mean(values**2), z @ values / z.shape[1]
    share = float(np.sum(parts**2) / energy)
    law = opsvd.deterministic_equivalent(np.abs(parts) / math.sqrt(k * energy), np.full(count, k), n,
                                         tail_energy=max(1.0 - share, 0.0))
    return share, law.effective_rank


def text(numbers: Any) -> str:
    """Numbers in columns."""
    return " ".join(f"{number:8.3f}" for number in np.ravel(numbers))


def adam(*gradients: Any) -> Any:
    """The direction of Adam's step after gradients, from moments of zero, with the constants of optax.adam."""
    first = second = 0.0
    for gradient in gradients:
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
    count = len(gradients)
    return first / (1.0 - 0.9**count) / (np.sqrt(second / (1.0 - 0.999**count)) + 1e-8)


def rmsprop(*gradients: Any) -> Any:
    """The direction of the step of RMSprop, with the constants of optax.rmsprop."""
    second = 0.0
    for gradient in gradients:
        second = 0.9 * second + 0.1 * gradient**2
    return gradients[-1] / (np.sqrt(second) + 1e-8)


MAPS = {"Adam": adam, "RMSprop": rmsprop}
