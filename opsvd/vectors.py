"""Kernels of vectors: which way to go, refined until the error bars meet the tolerance."""

import math
from dataclasses import replace

import numpy as np

from .budget import BudgetExhaustedError
from .errors import KernelError
from .kernels import Elementwise, Kernel, elementwise
from .measures import GaussianVector, Measure
from .methods.angular_profile import ProductProfile, product_profile
from .methods.sectors import Profiles, Radii, enough_degrees, find_radii, sector_discretisations
from .result import OperatorSVD
from .sector_svd import Asked, sector_svd

__all__ = ["decompose_vectors"]

# The first discretisation aims at this part of rtol.
_AIM = 0.03


def decompose_vectors(kernel: Kernel, mu_x: Measure, mu_y: Measure, *, rtol: float,
                      max_rank: int | None) -> OperatorSVD:
    """The operator SVD of a kernel of vectors; see `opsvd.decompose`."""
    if isinstance(kernel, Elementwise) and isinstance(mu_x, GaussianVector) and isinstance(mu_y, GaussianVector):
        stds = mu_x.isotropic_std, mu_y.isotropic_std
        if stds[0] is not None and stds[1] is not None and not (mu_x.mean.any() or mu_y.mean.any()):
            return _from_product(kernel, (mu_x, mu_y), stds[0] * stds[1], rtol, max_rank)
    raise KernelError(f"h must be elementwise(phi, k) under Gaussians of mean zero and equal variances, if x or y is a "
                      f"vector, got {kernel!r} under {mu_x!r} and {mu_y!r}; sample others with opsvd.monte_carlo")


def _from_product(kernel: Elementwise, measures: tuple[GaussianVector, GaussianVector], scale: float, rtol: float,
                  max_rank: int | None) -> OperatorSVD:
    """The answer for phi(<x, y>)."""
    k, aim = kernel.k, max(_AIM * rtol, 1e-15)
    line = elementwise(lambda z: kernel.phi(scale * z), kinks=np.array(kernel.kinks) / scale)
    line.budget, line.evaluations = kernel.budget, 0

    def make(top: float) -> ProductProfile:
        return product_profile(line, k, 2.0 * top + math.log(k) + 0.1, max(0.1 * aim, 1e-14))

    radii, profile = find_radii(make, k, aim)
    svd = _refined(profile, radii, profile.parities, measures, Asked(rtol, max_rank, f"phi(<x, y>) in R^{k}"))
    kernel.evaluations += line.evaluations
    return svd


def _refined(profiles: Profiles, radii: Radii, parities: tuple[bool, bool],
             measures: tuple[GaussianVector, GaussianVector], asked: Asked) -> OperatorSVD:
    """Refine until the error bars meet rtol, or the budget runs out."""
    best: OperatorSVD | None = None
    try:
        size = enough_degrees(profiles, radii, profiles.k, asked.rtol, parities)
        for discretisation in sector_discretisations(profiles, radii, size, parities, max(_AIM * asked.rtol, 1e-15)):
            svd = sector_svd(discretisation, measures, asked)
            if best is None or (svd.converged, len(svd.values)) > (best.converged, len(best.values)):
                best = svd
            if svd.converged:
                break
    except BudgetExhaustedError as exhausted:
        if best is None:
            raise KernelError(f"phi(<x, y>) needs more than the budget allows ({exhausted}); raise max_evaluations or "
                              f"max_seconds, or rtol") from exhausted
        best = replace(best, status=f"{best.status} ({exhausted})")
    if best is None:
        raise RuntimeError("no discretisation was solved")
    return best
