r"""Whether h is the exponential of a polynomial of degree two, as Gaussian kernels are: its half-density is a Gaussian.

In standard coordinates w = (u, v) of two Gaussian measures the half-density form of such a kernel is

.. math:: H(w) = \frac{\pm 1}{\sqrt{2\pi}} e^{e - (w - w_0)^T M (w - w_0) / 2},

of finite energy exactly if M is positive definite. Only logarithms of h are looked at, near the ridge where H is large:
so narrow ridges are seen, and those along which h overflows before H is small.
"""

import math
from dataclasses import dataclass

import numpy as np

from .._support.floats import EPS
from ..kernels import Kernel
from ..measures import UNDERFLOW, Gaussian, Measure

_NORMAL = -math.log(np.finfo(float).tiny)    # the logarithms of normal numbers are smaller in size


@dataclass(frozen=True, eq=False)
class QuadraticExponent:
    """The half-density form of a Gaussian kernel, in standard coordinates.

    Attributes
    ----------
    sign : float
        That of h.
    exponent : float
        The logarithm e of the largest value times the root of 2 pi.
    center : ndarray, shape (2,)
        Where the largest value is, :math:`w_0`.
    form : ndarray, shape (2, 2)
        The matrix M.
    determinant : float
        Of the matrix: known to more digits than its entries tell.
    """

    sign: float
    exponent: float
    center: np.ndarray
    form: np.ndarray
    determinant: float

    @property
    def root(self) -> float:
        r"""The root :math:`r = \sqrt{\det M / (M_{11} M_{22})}`: one if h is separable, and small on a narrow ridge."""
        return math.sqrt(self.determinant / (self.form[0, 0] * self.form[1, 1]))

    @property
    def ratio(self) -> float:
        r"""The ratio t of neighbouring singular values, by Mehler's formula: :math:`t^2 = (1 - r) / (1 + r)`."""
        product = self.form[0, 0] * self.form[1, 1]
        return float(abs(self.form[0, 1]) / math.sqrt(product) / (1.0 + self.root))

    @property
    def first_value(self) -> float:
        r"""The largest singular value, :math:`e^e (\sqrt{M_{11} M_{22}}\, (1 + r))^{-1/2}`."""
        return math.exp(self.exponent) / math.sqrt(math.sqrt(self.form[0, 0] * self.form[1, 1]) * (1.0 + self.root))

    @property
    def deviations(self) -> np.ndarray:
        r"""The deviations of the Gaussians whose Hermite functions are singular, :math:`(2 r M_{ii})^{-1/2}`."""
        return np.asarray(1.0 / np.sqrt(2.0 * self.root * np.diagonal(self.form)))

    @property
    def overflows(self) -> bool:
        """Whether h or a density is no number somewhere within six deviations of the energy along the ridge."""
        lengths, axes = np.linalg.eigh(self.form)
        w = self.center + np.outer([-6.0, 6.0], axes[:, 0] / math.sqrt(2.0 * self.determinant / lengths[1]))
        return not self.logarithms(w.T)[1].all()

    def exponents(self, w: np.ndarray) -> np.ndarray:
        """The exponents at points (2, ...)."""
        from_center = w - self.center.reshape(2, *(1,) * (w.ndim - 1))
        return np.asarray(self.exponent - 0.5 * np.einsum("i...,ij,j...->...", from_center, self.form, from_center))

    def logarithms(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The logarithms of h at points (2, ...), and where both h and the densities are normal numbers in floats."""
        logarithms = self.exponents(w) + 0.25 * np.sum(w**2, axis=0)
        _, farthest = Gaussian().box(UNDERFLOW)
        return logarithms, (np.abs(logarithms) < _NORMAL) & (np.abs(w).max(axis=0) < farthest)

    def rounding(self, w: np.ndarray) -> np.ndarray:
        """What rounding may do to the logarithms of h at points (2, n), at most."""
        # Of the largest terms of the exponent, which may cancel, sixteen roundings are more than sums of a few have.
        far = np.abs(w) + np.abs(self.center)[:, None]
        terms = np.einsum("in,ij,jn->n", far, np.abs(self.form), far)
        return np.asarray(16.0 * EPS * (1.0 + abs(self.exponent) + terms))

    def drawn(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Points (2, count) drawn from the density that is in proportion to the square of H."""
        root = np.linalg.cholesky(2.0 * self.form)
        return np.asarray(self.center[:, None] + np.linalg.solve(root.T, rng.standard_normal((2, count))))


def find_quadratic_exponent(kernel: Kernel, mu_x: Measure, mu_y: Measure) -> QuadraticExponent | None:
    """What a kernel is if it is the exponential of a polynomial of degree two under two Gaussians, of finite energy.

    Some 2300 values begin the search, which most other kernels do not survive. Then there are three or more rounds of
    49 values, each on the ellipse on which H is large by the round before, and a check at 400 random points. Where
    values are dear it begins with 256 values, and ends with 100.

    Returns None for all other kernels, for complex ones, and where floats lose the polynomial in rounding.
    """
    if kernel.complex or not (isinstance(mu_x, Gaussian) and isinstance(mu_y, Gaussian)):
        return None
    seen, rng = _Logarithm(kernel, mu_x, mu_y), np.random.default_rng(48)
    u, v = rng.standard_normal((2, 16 if kernel.dear else 48))
    values = seen.values(np.stack(np.broadcast_arrays(u[:, None], v)))
    positive, negative = (values > 0.0).any(), (values < 0.0).any()
    if positive == negative or np.isnan(values).any():
        return None
    seen.sign = 1.0 if positive else -1.0
    with np.errstate(divide="ignore"):
        sizes = np.log(np.abs(values)) - 0.25 * (u[:, None] ** 2 + v**2)
    i, j = np.unravel_index(np.argmax(sizes), sizes.shape)
    center, axes = np.array([u[i], v[j]]), 0.1 * np.eye(2)
    found: QuadraticExponent | None = None
    for _ in range(8):    # from a step of a tenth to the ellipse takes three, of a narrow ridge four or five
        if (fitted := seen.fitted(center, axes)) is None:
            return None
        before, (found, axes) = found, fitted
        center = np.clip(found.center, -seen.inner, seen.inner)
        if before is not None and abs(found.determinant - before.determinant) <= 1e-5 * found.determinant:
            finite = found.form[0, 0] > 0.0 and found.determinant > 0.0
            return found if finite and seen.agrees(found, rng) else None
    return None


class _Logarithm:
    """The logarithm of a kernel of one sign, as a function of standard coordinates."""

    def __init__(self, kernel: Kernel, mu_x: Gaussian, mu_y: Gaussian) -> None:
        self.kernel, self.mu_x, self.mu_y, self.sign = kernel, mu_x, mu_y, 1.0
        # Deviations from the means within which the ridge is sought, and twice as far h is looked at: the squares of
        # farther points lose digits, and exp(xy / 2), the fastest growth of finite energy, overflows at 37.
        self.inner = 10.0

    def values(self, w: np.ndarray) -> np.ndarray:
        """Values of h at points (2, ...)."""
        return self.kernel(self.mu_x.mean + self.mu_x.std * w[0], self.mu_y.mean + self.mu_y.std * w[1])

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """The logarithm at points (2, ...): NaN where h has another sign, infinite where it is zero or overflows."""
        with np.errstate(all="ignore"):
            return np.asarray(np.log(self.sign * self.values(w)))

    def fitted(self, center: np.ndarray, axes: np.ndarray) -> tuple[QuadraticExponent, np.ndarray] | None:
        """Fit a polynomial around a point, along the columns of `axes`; with the axes of the ellipse that it has.

        The axes are made shorter until h is a normal number at all points: subnormal ones have few digits. None if it
        is none, or log h not such a polynomial.
        """
        side = np.linspace(-1.0, 1.0, 7)
        s, t = (part.ravel() for part in np.meshgrid(side, side))
        for _ in range(24):
            w = center[:, None] + axes @ np.stack([s, t])
            logarithms = self(w)
            if np.isnan(logarithms).any():
                return None
            if (np.abs(logarithms) < _NORMAL).all():
                break
            axes = 0.5 * axes
        else:
            return None
        terms = np.stack([np.ones_like(s), s, t, s * s, s * t, t * t], axis=1)
        exponents = logarithms - 0.25 * np.sum(w**2, axis=0)
        polynomial = np.linalg.lstsq(terms, exponents, rcond=None)[0]
        # Rounding leaves far less than a millionth, and other functions mostly leave more at the first look.
        if np.abs(terms @ polynomial - exponents).max() > 1e-6 * (1.0 + np.abs(exponents).max()):
            return None
        k, b1, b2, *form = polynomial.tolist()
        inner = -np.array([[2.0 * form[0], form[1]], [form[1], 2.0 * form[2]]])
        inverse = np.linalg.inv(axes)
        matrix = inverse.T @ inner @ inverse
        sizes, turn = np.linalg.eigh(0.5 * (matrix + matrix.T))
        inner_determinant = inner[0, 0] * inner[1, 1] - inner[0, 1] ** 2
        if not sizes[1] > 0.0:
            return None
        # Of short axes rounding may hide how H falls along a ridge.
        step = np.linalg.lstsq(inner, np.array([b1, b2]), rcond=1e-15)[0]
        found = QuadraticExponent(self.sign, k + 0.5 * (b1 * step[0] + b2 * step[1]), center + axes @ step, matrix,
                                  inner_determinant / float(np.linalg.det(axes)) ** 2)
        # As far as H falls to e^-8 of its maximum, or as far as is looked.
        lengths = np.minimum(4.0 / np.sqrt(np.maximum(np.abs(sizes), 1e-300)), 1.4 * self.inner)
        return found, turn * lengths

    def agrees(self, found: QuadraticExponent, rng: np.random.Generator) -> bool:
        """Whether log h is the polynomial, to rounding, at random points near the ridge, as far as h is a number."""
        count = 100 if self.kernel.dear else 400
        w = found.drawn(count, rng)
        # Along a long ridge most points are too far out: these are moved inwards.
        beyond = np.maximum(np.abs(w).max(axis=0) / (2.0 * self.inner * rng.random(w.shape[1])), 1.0)
        w = np.clip(found.center, -self.inner, self.inner)[:, None] + (w - found.center[:, None]) / beyond
        expected, seen = found.logarithms(w)
        return bool(np.count_nonzero(seen) >= count // 4
                    and (np.abs(self(w) - expected)[seen] <= found.rounding(w).max()).all())
