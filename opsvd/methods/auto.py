"""The default method: Hermite polynomials while they work, panels where they do not."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..discretisation import Discretisation
from ..domain import find_domain
from ..kernels import Kernel
from ..measures import Gaussian, Measure
from .base import Method
from .hermite_galerkin import DEGREES, HermiteGalerkin
from .panels import Panels

__all__ = ["Auto"]


class Auto(Method):
    """Try Hermite polynomials of degree 47 to 191, and go to panels if their coefficients decay too slowly.

    The decision rests on the energy of the coefficients in the last third of the degrees, which is what the error
    bars will be about: if it is above the tolerance, and would be so too at the highest degree were the decay
    geometric, polynomials are given up. The note of the result says what was chosen and why.
    """

    def __repr__(self) -> str:
        """The call that makes it."""
        return "Auto()"

    def discretisations(self, kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float) -> Iterator[Discretisation]:
        """Yield from Hermite-Galerkin, then from panels, sharing the domain."""
        domain = find_domain(kernel, mu_x, mu_y, rtol)
        reason = "the measures are not both Gaussian"
        if isinstance(mu_x, Gaussian) and isinstance(mu_y, Gaussian):
            for degree in DEGREES:
                attempt = HermiteGalerkin().at_degree(kernel, domain, mu_x, mu_y, degree)
                tail = _relative_tail(attempt.blocks[0].matrix)
                if tail <= rtol**0.75:    # the bars fall faster than the coefficients; the driver looks at the bars
                    yield replace(attempt, note=f"{attempt.note} (auto: the Hermite coefficients decay to {tail:.0e})")
                reason = f"the last Hermite coefficients, to degree {degree}, are still {tail:.0e} of all"
                if tail ** ((DEGREES[-1] + 1) / (degree + 1)) > rtol:
                    break
        for finer in Panels().within(kernel, domain, mu_x, mu_y, rtol):
            yield replace(finer, note=f"{finer.note} (auto: {reason})")


def _relative_tail(matrix: np.ndarray) -> float:
    """The share, as a norm, of the coefficients beyond two thirds of the degree in either variable."""
    cut = 2 * len(matrix) // 3
    norm = float(np.linalg.norm(matrix))
    tail = float(np.hypot(np.linalg.norm(matrix[cut:]), np.linalg.norm(matrix[:cut, cut:])))
    return tail / norm if norm > 0.0 else 0.0
