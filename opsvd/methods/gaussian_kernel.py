"""Gaussian kernels: exponentials of polynomials of degree two, whose spectra are geometric by Mehler's formula."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from ..bases import ExactHermiteBasis
from ..evidence.geometric import geometric_evidence
from ..operator.discretisation import Block, Discretisation, Triplets
from ..operator.problem import Problem
from ..probing.quadratic_exponent import QuadraticExponent
from .base import GaussianMethod
from .polynomial_attempt import default_nodes


class GaussianKernel(GaussianMethod):
    r"""Singular values of :math:`\pm e^{q(x, y)}`, q a polynomial of degree two, under Gaussian measures.

    They are :math:`s_i = s_0 t^i`, and the singular functions are Hermite functions of other Gaussians. That h is such
    a kernel is found out from log h along the ridge where its half-density is large (see
    `opsvd.probing.quadratic_exponent`). So the Mehler kernel of correlation 0.9999, whose energy reaches to 70
    deviations and whose ridge is a hundredth wide, has ten digits, and so has exp(0.499xy). Both overflow before their
    energy has fallen: there h is taken to go on as the polynomial says, and no error bar knows of anything else there.
    The note says so.

    Gives up, without a discretisation, on all other kernels.

    Raises
    ------
    ValueError
        If a measure is not Gaussian.

    References
    ----------
    F. G. Mehler, J. reine angew. Math. 66 (1866) 161-176.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: np.exp(0.499 * x * y), method="gaussian-kernel")
    >>> round(float(svd.singular_values[1] / svd.singular_values[0]), 10)    # (1 - sqrt(1 - 4 c^2)) / 2c at c = 0.499
    0.9386634043
    """

    _measures, _otherwise = "Gaussian for Gaussian kernels", "panels"

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield the closed form, or nothing."""
        found = problem.quadratic_exponent
        if found is None:
            return
        ratio = found.ratio
        # Of values below 1e-17 of the first the bars, of some roundings, are larger; and no more have functions than
        # `ScaledHermite` tries.
        count = min(768, 1 + math.ceil(math.log(1e-17) / math.log(max(ratio, 1e-17))))
        values = found.first_value * ratio ** np.arange(count)
        alternating = -np.sign(found.form[0, 1]) if ratio > 0.0 else 1.0
        left, right = (ExactHermiteBasis(mu, count - 1, default_nodes(count - 1), mu.mean + mu.std * center,
                                         mu.std * deviation)
                       for mu, center, deviation in zip(
                           problem.gaussians, found.center.tolist(), found.deviations.tolist(), strict=True))
        matrix = np.diag(found.sign * values * alternating ** np.arange(count))
        evidence = partial(geometric_evidence, problem.kernel, problem.gaussians, found, problem.rtol)
        yield Discretisation((Block(left, right, matrix),), evidence, _note(found, left, right),
                             limit=_LIMIT, factorise=_of_diagonal)


_LIMIT = ("Values of h are rounded along the ridge by as much: the exponent is a difference of large numbers. Write it "
          "so that they do not cancel")


def _note(found: QuadraticExponent, left: ExactHermiteBasis, right: ExactHermiteBasis) -> str:
    """What was found, and whether floats end before the energy of h does."""
    means, deviations = ([round(number, 6) + 0.0 for number in (getattr(left.reference, name),
                                                               getattr(right.reference, name))]
                         for name in ("mean", "std"))
    overflow = "; h overflows before its energy has fallen, and is taken to go on like this" if found.overflows else ""
    return (f"Gaussian kernel: log h is a polynomial of degree two, and values fall by {found.ratio:.6g}, with Hermite "
            f"functions of mean {means[0]:.3g} and deviation {deviations[0]:.3g} in x, {means[1]:.3g} and "
            f"{deviations[1]:.3g} in y{overflow}")


def _of_diagonal(matrix: np.ndarray) -> Triplets:
    """The SVD of a diagonal matrix whose entries do not increase in size."""
    entries, unit = np.diagonal(matrix), np.eye(len(matrix))
    return unit, np.abs(entries), unit * np.where(entries < 0.0, -1.0, 1.0)
