"""What other lengths, other directions and more harmonics show of the singular triplets of phi(<a, b>)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..bases import RadialBasis
from ..evidence.images import Images
from ..evidence.remainder import ORDER_MARGIN, RemainderEvidence
from .polar_law import PolarLaw
from .polar_operator import PolarOperator, Triplets, columns_of, moved

# Applications of the remainder to noise, which are odd, and vectors of noise, by dimension: a bound is false with a
# probability of 10^-15, or of 10^-10 where an application takes long.
_EFFORT = {2: (7, 15), 3: (5, 10), 4: (7, 10)}


@dataclass(frozen=True, eq=False)
class PolarCheck:
    """T on a class of harmonics as other rules see it, and where the triplets to be judged were found.

    Attributes
    ----------
    operator : PolarOperator
        On other lengths and directions, with more harmonics.
    whole : PolarOperator
        On some lengths with all harmonics: for the norm of what the triplets leave.
    left, right : RadialBasis
        In which the radial functions of the triplets are summed.
    beyond : float
        A bound of the norm of T on all harmonics that not even these are.
    outside : float
        The norm of what lies at lengths that were not looked at.
    """

    operator: PolarOperator[PolarLaw]
    whole: PolarOperator[PolarLaw]
    left: RadialBasis
    right: RadialBasis
    beyond: float
    outside: float

    @property
    def unseen(self) -> float:
        """A bound of what neither operator has: it needs no margin."""
        return self.beyond + self.outside

    def evidence(self, triplets: Triplets, left: tuple[float, float]) -> RemainderEvidence:
        """Residuals of the triplets, and the norms of what all of them leave, as `left_by` gives them."""
        op, s = self.operator, triplets.s
        f = moved(triplets.f, self.left, op.left.delta, op.angular.shape)
        g = moved(triplets.g, self.right, op.right.delta, op.angular.shape)
        inner_f, inner_g = op.of_left(f), op.of_right(g)
        along_x = _residuals(op.forward(inner_g) - f * s, f, op.of_left)
        along_y = _residuals(op.backward(inner_f) - g * s, g, op.of_right)
        # Functions that are not orthonormal under the other rules are off by as much.
        skew = 0.5 * s.max(initial=0.0) * sum(
            corner_norms(_products(functions, inner) - np.eye(len(s))) for functions, inner in ((f, inner_f),
                                                                                              (g, inner_g)))
        size, norm = left
        images = Images(np.maximum(along_x[0], along_y[0]) + self.outside,
                        np.maximum(along_x[1], along_y[1]) + skew + self.outside**2 / (s.max(initial=0.0) or 1.0))
        # What is left beside the leading q is a direct sum of the others and of what is beside all, up to residuals.
        complement = np.maximum(np.append(s[1:], 0.0), norm + self.unseen) + 2.0 * images.residual
        complement += (ORDER_MARGIN - 1.0) * min(norm, size)
        return RemainderEvidence(
            values=s, size=float(np.hypot(np.linalg.norm(s), size)), remainder=size + self.unseen,
            operator_norm=norm + self.unseen / ORDER_MARGIN, coupling=norm + self.unseen, images=images,
            complement=complement, dimension=int(np.prod(op.angular.shape)) * len(op.left.delta))

    def left_by(self, triplets: Triplets) -> tuple[float, float]:
        r"""The Hilbert-Schmidt norm of what the triplets leave, R, to a third, and a bound of its operator norm.

        As in `norm_bound`, but of an odd Chebyshev polynomial :math:`T_n(R / \beta)`, whose applications take R and R*
        in turn. It is at most one up to :math:`\beta`, small near zero, where most values of R are, and grows fast
        beyond: if its norm is at most v, then :math:`\|R\| \le \beta \cosh(\mathrm{arcosh}(\max(v, 1)) / n)`, whatever
        :math:`\beta` is. We take the last value.
        """
        op, s = self.whole, triplets.s
        f = moved(triplets.f, self.left, op.left.delta, op.angular.shape)
        g = moved(triplets.g, self.right, op.right.delta, op.angular.shape)
        applications, vectors = _EFFORT[sum(op.angular.sizes)]
        noise = op.noise(vectors)
        image = op.forward(noise) - _sums(f * s, _products(g, noise))
        inner = op.of_left(image)
        norms = np.sqrt(_squares(image, inner))
        size, largest = math.sqrt(float(np.mean(norms**2))), float(norms.max())
        if largest <= EPS * s.max(initial=0.0):
            return largest, largest
        guess = max(float(s.min(initial=largest)), 1e-3 * largest)
        image, inner = image / guess, inner / guess
        for _ in range(applications // 2):
            back = op.backward(inner) - _sums(g * s, _products(f, inner))
            noise = 2.0 / guess * op.of_right(back) - noise
            step = 2.0 / guess * (op.forward(noise) - _sums(f * s, _products(g, noise)))
            image = step - image
            inner = op.of_left(image)
        grown = 10.0 * math.sqrt(2.0 / math.pi) * math.sqrt(float(_squares(image, inner).max()))
        return size, guess * math.cosh(math.acosh(max(grown, 1.0)) / applications)


def _residuals(residual: np.ndarray, functions: np.ndarray,
               inner_products: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The cumulative norms of residuals, and those of their components along the functions."""
    inner = inner_products(residual)
    return np.sqrt(np.cumsum(_squares(residual, inner))), corner_norms(_products(functions, inner))


def _squares(functions: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """The squares of the norms of functions, whose inner products with all harmonics are given."""
    return np.asarray(np.maximum(np.sum(columns_of(functions * inner), axis=0), 0.0))


def _products(functions: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """The inner products of functions with others, of which those with all harmonics are given."""
    return np.asarray(columns_of(functions).T @ columns_of(inner))


def _sums(functions: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    return np.asarray(np.matmul(functions, coefficients))
