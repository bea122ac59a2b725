"""The default method: Hermite polynomials while they work; then whatever the kernel turns out to need."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..kernels import Kernel
from ..measures import Gaussian, Measure
from ..operator.discretisation import Discretisation
from ..probing.domain import Domain, find_domain
from ..probing.structure import Structure, find_structure
from .base import Method
from .finite_rank import FiniteRank
from .hermite_galerkin import DEGREES, HermiteGalerkin
from .logarithmic import Logarithmic
from .panels import Panels
from .product_integration import ProductIntegration
from .refinement import panel_tails
from .ridge import Ridge
from .scaled_hermite import ScaledHermite

__all__ = ["Auto"]

# Panels that do not resolve the kernel with so many nodes are left to product integration.
_PANEL_NODES = 2560
_FEW = 8


class Auto(Method):
    """The first method that does it, after what the kernel turns out to be.

    1. Hermite polynomials of degree 47 to 191 are given up if their coefficients decay too slowly: if the energy of
       those in the last third of the degrees, which is what the error bars will be about, is above the tolerance, and
       would be so too at the highest degree were the decay geometric.
    2. A kernel of small rank takes integrals of functions of one variable.
    3. Hermite functions of other Gaussians do kernels that grow, oscillate, or have a short length.
    4. Functions of xy go to the logarithmic grid, before that if they are bounded; those of x + b y to equal panels.
    5. Panels are tried unless slices of the kernel stay unresolved on many of them.
    6. The rest, broken along curves or narrow, goes to product integration.

    The note of the result says what was chosen and why.
    """

    def __repr__(self) -> str:
        """The call that makes it."""
        return "Auto()"

    def discretisations(self, kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float) -> Iterator[Discretisation]:
        """Yield from one method after the other, sharing the domain."""
        domain = find_domain(kernel, mu_x, mu_y, rtol)
        reason = "the measures are not both Gaussian"
        if isinstance(mu_x, Gaussian) and isinstance(mu_y, Gaussian):
            for degree in DEGREES:
                attempt = HermiteGalerkin().at_degree(kernel, domain, mu_x, mu_y, degree)
                if attempt.tail <= rtol**0.75:    # bars fall faster than coefficients; the driver looks at the bars
                    yield attempt.discretisation(f" (auto: the Hermite coefficients decay to {attempt.tail:.0e})")
                reason = f"the last Hermite coefficients, to degree {degree}, are still {attempt.tail:.0e} of all"
                if attempt.tail ** ((DEGREES[-1] + 1) / (degree + 1)) > rtol:
                    break
        structure = find_structure(kernel, domain, mu_x, mu_y)
        reason = f"{reason}; {structure}"
        for finer in self._later(kernel, domain, mu_x, mu_y, rtol, structure=structure):
            yield replace(finer, note=f"{finer.note} (auto: {reason})")

    def _later(self, kernel: Kernel, domain: Domain, mu_x: Measure, mu_y: Measure, rtol: float, *,
               structure: Structure) -> Iterator[Discretisation]:
        """What comes after Hermite polynomials."""
        resolved = False    # as a ridge function, for which product integration would do no more
        gaussian = isinstance(mu_x, Gaussian) and isinstance(mu_y, Gaussian)
        product = structure.product and gaussian and mu_x.center == mu_y.center == 0.0
        if structure.skeleton is not None and not product:
            yield from FiniteRank().within(kernel, domain, mu_x, mu_y, skeleton=structure.skeleton, rtol=rtol)
        if gaussian:
            # Of a ridge function that is not resolved by few degrees, the leading values are had otherwise.
            methods: list[ScaledHermite | Logarithmic] = [ScaledHermite(leading=structure.linear_form is None)]
            if product:    # what grows takes Hermite functions
                methods.insert(1 if domain.widened else 0, Logarithmic())
            for method in methods:
                yield from method.within(kernel, domain, mu_x, mu_y, rtol)
            if structure.linear_form is not None:
                for attempt in Ridge(structure.linear_form[1]).within(kernel, domain, mu_x, mu_y, rtol):
                    resolved = True
                    yield attempt
        for attempt in Panels(_PANEL_NODES).within(kernel, domain, mu_x, mu_y, rtol):
            matrix = attempt.blocks[0].matrix
            tails = np.concatenate([panel_tails(matrix), panel_tails(matrix.T)])
            # A singular point leaves a few panels unresolved, a break along a curve most of them.
            if np.count_nonzero(tails > rtol**0.75 * np.linalg.norm(matrix)) > _FEW:
                break
            yield attempt
        if not resolved:
            yield from ProductIntegration().within(kernel, domain, mu_x, mu_y, rtol)
