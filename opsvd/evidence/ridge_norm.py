r"""What is left of a function of x + b y beside its leading terms: a bound of the operator norm, by Fourier transforms.

In standard coordinates :math:`\xi, \eta` of two Gaussian measures, with
:math:`\zeta = \xi \cos\theta + \eta \sin\theta` and :math:`\tau` across it, the half-density form of
:math:`\varphi(\zeta)` is

.. math:: H(\xi, \eta) = e^{-\tau^2 / 4}\, G(\zeta), \qquad
          G(\zeta) = \varphi(\zeta)\, e^{-\zeta^2 / 4} / \sqrt{2\pi} .

The first factor is a mean of plane waves, each of which is a product of two phases, one of x and one of y. So it lowers
operator norms, and that of H is at most that of the convolution with G:

.. math:: \|H\| \le |\cos\theta \sin\theta|^{-1/2} \sup_k |\hat G(k)| .

This bounds what a smooth filter takes from G. What it leaves is band-limited, and so are the leading singular
functions: equally spaced samples have the same operator norm, and are a Hankel matrix.

Slow and fast waves hardly mix, so that the larger of both norms counts, and not their sum. Let A and B be multipliers
of frequencies, :math:`A^2 + B^2 = 1`, with B zero up to a frequency below that of the filter, and A beyond another one.
Then D, what is left beside leading terms, is

.. math:: D = A D A + B D B + A [A, D] + B [B, D] ,

of which the first two terms are at most the larger of the norms of slow waves and of fast ones. The plane waves of the
first factor shift frequencies by some units, so that the commutators are of the size of the change of A over them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from scipy.special import erfc

from .._support.arrays import squares
from .._support.linalg import norm_bound_by_products
from ..kernels import Kernel
from ..measures import Gaussian
from ..operator.singular_functions import SingularFunctions, SingularSystem
from ..quadrature import composite_gauss_legendre
from .pairs import pairs_for
from .remainder import NORM_MARGIN


@dataclass(frozen=True, eq=False)
class RidgeNorm:
    r"""Bounds what is left of :math:`\varphi(\xi \cos\theta + \eta \sin\theta)` beside its leading terms.

    Attributes
    ----------
    phi : callable
        Points zeta (n,) -> real values (n,), finite.
    edges : ndarray
        Of pieces on which phi is smooth.
    breaks : ndarray
        Those edges at which it was found to break.
    cos, sin : float
    mu_x, mu_y : Gaussian
    reach : float
        Where phi is cut off, and x and y: the half-density is 1e-8 there, and bounds need a few digits.
    """

    phi: Callable[[np.ndarray], np.ndarray]
    edges: np.ndarray
    breaks: np.ndarray
    cos: float
    sin: float
    mu_x: Gaussian
    mu_y: Gaussian
    reach: float = 8.6

    def cuts_in_y(self, x: np.ndarray) -> np.ndarray:
        """Where slices at points x (n,) break: shape (n, breaks), increasing."""
        return _crossed(self.breaks, (self.mu_x, self.cos), (self.mu_y, self.sin), x)

    def cuts_in_x(self, y: np.ndarray) -> np.ndarray:
        """The same of slices at points y."""
        return _crossed(self.breaks, (self.mu_y, self.sin), (self.mu_x, self.cos), y)

    def beside(self, kernel: Kernel, system: SingularSystem, counts: list[int]) -> np.ndarray:
        r"""Bounds of :math:`\|T - \sum_{i \le q} s_i f_i g_i\|`, for each q of `counts`.

        The filter leaves fast enough waves for the others to be less than a tenth of the sixth value, or less than six
        tenths and apart from the functions; or as many as matrices of ten thousand rows hold.
        """
        if not counts:
            return np.zeros(0)
        wanted = 0.1 * float(system.values[min(5, len(system.values) - 1)])
        for band in (150.0, 600.0, 2400.0):
            filtered = _Filtered(self, band)
            if filtered.taken <= wanted or filtered.tells(system, max(counts), 6.0 * wanted):
                break
        unexplained = self._unexplained(kernel)
        return np.array([filtered.beside(system, count) + unexplained for count in counts])

    def _unexplained(self, kernel: Kernel) -> float:
        """The norm of h less phi, at random points drawn from the measures, with a margin."""
        xi, eta = np.random.default_rng(len(self.edges)).standard_normal((2, pairs_for(kernel)))
        points = [mu.mean + mu.std * standard for mu, standard in
                  zip((self.mu_x, self.mu_y), (xi, eta), strict=True)]
        wrong = kernel.finite_beside(*points) - self.phi(self.cos * xi + self.sin * eta)
        return NORM_MARGIN * float(np.sqrt(np.mean(squares(wrong))))


class _Filtered:
    """G without its fast waves, on a grid of zeta, and a bound of what they do.

    Parameters
    ----------
    ridge : RidgeNorm
    band : float
        The filter falls from one to 1e-6 between four fifths of this frequency and it.
    """

    def __init__(self, ridge: RidgeNorm, band: float) -> None:
        self.ridge = ridge
        # G is transformed on a grid eight times as fine as that of the matrix, which is half as wide again as it need
        # be; and so is known there.
        finer, spare = 8, 1.5
        step = math.pi / (finer * spare * band)
        size = _fast_length(math.ceil(4.0 * ridge.reach / (step * finer)))
        frequencies, transform, variation = _transformed(ridge, step, size * finer)
        known = frequencies <= finer * band
        kept = 0.5 * erfc((frequencies - 0.9 * band) / (0.03 * band))
        # Of a function of bounded variation V the transform is at most V / k.
        fast = max(float((np.abs(transform) * (1.0 - kept))[known].max()), variation / (finer * band))
        # A tenth more, for what is between the frequencies of the grid.
        scale, beyond = 1.1 * abs(ridge.cos * ridge.sin) ** -0.5, _size_cut_off(ridge)
        self.taken, self.beyond = scale * (fast + beyond), scale * beyond
        self.band, self.apart = band, _fast_and_mixed(ridge, band, frequencies[known], np.abs(transform[known]),
                                                      kept=kept[known], faster=variation / (finer * band), scale=scale)
        self.step, self.reach = step * finer, math.floor(ridge.reach / (step * finer))
        numbers = np.arange(-self.reach, self.reach + 1)
        smooth = np.fft.irfft((transform * kept)[:size // 2 + 1], n=size) / self.step
        self.phi = smooth[numbers] * np.exp(0.25 * (numbers * self.step) ** 2)

    @cached_property
    def _hankel(self) -> tuple[int, np.ndarray]:
        """The length of transforms, and that of the values of phi at all sums of two numbers of rows."""
        most = sum(self._rows(share) for share in (self.ridge.cos, self.ridge.sin))
        length = _fast_length(2 * most + 1)
        values, reach = np.zeros(length), min(self.reach, most)
        numbers = np.arange(-reach, reach + 1)
        values[numbers] = self.phi[numbers + self.reach]
        return length, np.fft.rfft(values)[:, None]

    def _rows(self, share: float) -> int:
        """Rows on either side of the middle."""
        return math.floor(self.ridge.reach * abs(share) / self.step)

    def tells(self, system: SingularSystem, count: int, size: float) -> bool:
        """Whether fast waves beside so many functions, and what mixes with them, are less than some size."""
        ridge = self.ridge
        f, _ = self._on_grid(system.left, ridge.mu_x, ridge.cos, count)
        g, _ = self._on_grid(system.right, ridge.mu_y, ridge.sin, count)
        return sum(self._fast(f, g, float(system.values[0]))) <= size

    def _fast(self, f: np.ndarray, g: np.ndarray, largest: float) -> tuple[float, float]:
        """Bounds of what D does to fast waves, and of the commutators with A and B; f and g are rows of functions."""
        in_f, in_g = (self._fast_part(functions) for functions in (f, g))
        fast, mixed = self.apart
        return fast + largest * in_f * in_g, mixed + math.sqrt(2.0) * largest * (in_f + in_g)

    def _fast_part(self, functions: np.ndarray) -> float:
        """The norm of B times functions, (n, count), equally spaced."""
        length = _fast_length(len(functions))
        frequencies = 2.0 * math.pi / (length * self.step) * np.arange(length // 2 + 1)
        waves = np.fft.rfft(functions, n=length, axis=0) * _Fast.share(frequencies / self.band)[:, None]
        return float(np.sqrt(2.0 * squares(waves).sum() / length))

    def beside(self, system: SingularSystem, count: int) -> float:
        """The bound, beside some of the leading terms."""
        ridge = self.ridge
        f, left = self._on_grid(system.left, ridge.mu_x, ridge.cos, count)
        g, right = self._on_grid(system.right, ridge.mu_y, ridge.sin, count)
        s = system.values[:count, None]

        def product(vectors: np.ndarray, into: np.ndarray, of: np.ndarray, far: np.ndarray, near: np.ndarray
                    ) -> np.ndarray:
            length, transform = self._hankel
            # The sum over j of phi(i + j) v(j) is a convolution with v turned round.
            turned = np.fft.rfft((near[:, None] * vectors)[::-1], n=length, axis=0)
            shift = (len(far) - len(near)) // 2
            summed = np.roll(np.fft.irfft(turned * transform, n=length, axis=0), shift, axis=0)[:len(far)]
            return np.asarray(far[:, None] * summed - into @ (s * (of.T @ vectors)))

        forth = partial(product, into=f, of=g, far=left, near=right)
        back = partial(product, into=g, of=f, far=right, near=left)
        guess = float(system.values[min(count, len(system.values) - 1)])
        slow = norm_bound_by_products(lambda v: back(forth(v)), len(right), guess, 8)
        fast, mixed = self._fast(f, g, float(system.values[0]))
        return float(min(slow + self.taken, max(slow, fast) + mixed + self.beyond))

    def _on_grid(self, side: SingularFunctions, mu: Gaussian, share: float,
                 count: int) -> tuple[np.ndarray, np.ndarray]:
        """Weighted samples of functions, (n, count), and half-densities, (n,), in the order in which zeta grows."""
        standard = np.arange(-self._rows(share), self._rows(share) + 1) * (self.step / share)
        root = math.sqrt(self.step / abs(share))
        functions = side.truncated(count).half_density(mu.mean + mu.std * standard) * (math.sqrt(mu.std) * root)
        return functions, np.exp(-0.25 * standard**2) * root


class _Fast:
    """Where B rises from zero to one, as parts of the band, and how much farther plane waves may shift frequencies.

    It is zero for the functions of values near the first, and one before the filter takes anything. A tenth of the
    narrowest band are fifteen units of frequency.
    """

    start, full, shift = 0.6, 0.75, 0.1

    @classmethod
    def share(cls, place: np.ndarray) -> np.ndarray:
        """B at frequencies in units of the band."""
        return np.asarray(np.sin(0.5 * math.pi * np.clip((place - cls.start) / (cls.full - cls.start), 0.0, 1.0)))


def _fast_and_mixed(ridge: RidgeNorm, band: float, frequencies: np.ndarray, sizes: np.ndarray, *, kept: np.ndarray,
                    faster: float, scale: float) -> tuple[float, float]:
    r"""Bounds of the norm of :math:`B H B`, and of what is neither that nor slow, for the whole function.

    :math:`e^{-\tau^2 / 4}` is the mean of :math:`e^{i \omega \tau}` over :math:`\omega` of variance 1/2, which shifts
    frequencies by :math:`\omega \tan\theta` in x and by :math:`\omega \cot\theta` in y. `faster` bounds the
    transform beyond the frequencies, and `kept` is the filter.
    """
    place, tangent = frequencies / band, abs(ridge.sin / ridge.cos)
    farther = math.erfc(_Fast.shift * band / max(tangent, 1.0 / tangent)) * float(sizes.max())
    fast = max(float(sizes[place >= _Fast.start - _Fast.shift].max()), faster)
    # What the filter takes of slow waves.
    lost = float((sizes * (1.0 - kept))[place <= _Fast.full + _Fast.shift].max())
    between = (place >= _Fast.start - _Fast.shift) & (place <= _Fast.full + _Fast.shift)
    steepest, mean = 0.5 * math.pi / ((_Fast.full - _Fast.start) * band), math.sqrt(1.0 / math.pi)
    mixed = steepest * mean * (tangent + 1.0 / tangent) * float(sizes[between].max())
    return scale * (fast + farther), scale * (lost + 2.0 * farther + math.sqrt(2.0) * (mixed + farther))


def _fast_length(least: int) -> int:
    """The smallest product of powers of 2, 3 and 5 that is no less: transforms of such lengths are fast."""
    from scipy.fft import next_fast_len  # 20 ms, for functions of x + by alone

    return int(next_fast_len(least, real=True))


def _transformed(ridge: RidgeNorm, step: float, size: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Frequencies, the Fourier transform of G there, and the variation of G: through a Gaussian on a grid of zeta."""
    # Twelve nodes to a cell on which the fastest wave turns by twelve: an error of 1e-10.
    count = math.ceil(2.0 * ridge.reach / (12.0 * 1.5 * step / math.pi))
    inner = ridge.edges[np.abs(ridge.edges) < ridge.reach]
    nodes, weights = composite_gauss_legendre(np.union1d(np.linspace(-ridge.reach, ridge.reach, count + 1), inner), 12)
    values = _weighted(ridge, nodes)
    variation = float(np.abs(np.diff(values, prepend=0.0, append=0.0)).sum())
    values = values * weights
    width, first, grid = 1.2 * step, np.round(nodes / step).astype(int), np.zeros(size)
    for number in range(-7, 8):    # to 5.8 widths, where the Gaussian is 5e-8
        place = ((first + number) * step - nodes) / width
        grid += np.bincount((first + number) % size, values * np.exp(-0.5 * place**2), minlength=size)
    frequencies = 2.0 * math.pi / (size * step) * np.arange(size // 2 + 1)
    spread = math.sqrt(2.0 * math.pi) * width * np.exp(-0.5 * (width * frequencies) ** 2)
    return frequencies, np.fft.rfft(grid) * step / spread, variation


def _weighted(ridge: RidgeNorm, nodes: np.ndarray) -> np.ndarray:
    """G at points (n,)."""
    return np.asarray(ridge.phi(nodes) * np.exp(-0.25 * nodes**2) / math.sqrt(2.0 * math.pi))


def _size_cut_off(ridge: RidgeNorm) -> float:
    """The integral of the size of G where phi is cut off."""
    total = 0.0
    for edges in (np.union1d(ridge.edges[ridge.edges < -ridge.reach], [-ridge.reach]),
                  np.union1d(ridge.edges[ridge.edges > ridge.reach], [ridge.reach])):
        if len(edges) > 1:
            nodes, weights = composite_gauss_legendre(edges, 16)
            total += float(np.abs(_weighted(ridge, nodes)) @ weights)
    return total


def _crossed(zeta: np.ndarray, here: tuple[Gaussian, float], there: tuple[Gaussian, float],
             points: np.ndarray) -> np.ndarray:
    """Where lines of constant zeta cross slices at points of one variable: points of the other."""
    (mu, share), (other, rest) = here, there
    standard = (zeta - share * ((points - mu.mean) / mu.std)[:, None]) / rest
    return np.sort(other.mean + other.std * standard, axis=1)
