"""Singular functions of rotation-invariant kernels: functions of the length times spherical harmonics."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._support.linalg import leading_columns
from .._support.validation import finite_points
from ..bases import RadialBasis, polar, spherical_harmonics
from ..measures import GaussianVector
from ..quadrature import gegenbauer, harmonics

__all__ = ["SectorFunctions"]

# Lengths in a Gauss rule, and the mass below which one is left out.
_SHELLS, _LEAST_MASS = 16, 1e-9


@dataclass(frozen=True, eq=False)
class SectorFunctions:
    r"""The functions :math:`f(x) = F(|x|)\, Y(x / |x|)`, orthonormal in :math:`L^2(\mu)` on R^k.

    Called with points of shape (..., k) it gives values of shape (..., r): for each radial function F of degree l, in
    order, all N(k, l) harmonics Y of `opsvd.bases.spherical_harmonics`, until there are r. A call whose harmonics would
    be too many to be listed raises ValueError; sums over whole multiplets, as in ``svd(x, y)``, never need them.

    F is known at the lengths that the measure has and where h has its energy: see `RadialBasis.trusted`. At shorter and
    longer ones it keeps the value that it has at the end of that range; x = 0 has the direction of the last coordinate.
    So the functions have a value at every point, which out there is a bounded continuation and no more.

    Attributes
    ----------
    measure : GaussianVector
        Centred and isotropic.
    basis : RadialBasis
        In which the radial functions are summed, in units of the standard deviation.
    degrees : ndarray of int, shape (q,)
        The degree of each radial function.
    coefficients : ndarray, shape (basis.count, q)
    count : int
        The number r of functions.
    """

    measure: GaussianVector
    basis: RadialBasis
    degrees: np.ndarray
    coefficients: np.ndarray
    count: int

    def __repr__(self) -> str:
        """Say how many functions there are, and of what."""
        return f"SectorFunctions(rank {len(self)}, variable ~ {self.measure!r})"

    def __len__(self) -> int:
        """Return the number of functions."""
        return self.count

    @property
    def multiplicities(self) -> list[int]:
        """How many functions each radial function makes."""
        return [harmonics(self.measure.dim, int(degree)) for degree in self.degrees]

    def radial(self, lengths: np.ndarray) -> np.ndarray:
        r"""The radial functions F, with :math:`E[F(|x|)^2] = 1`: lengths (...) give (..., q)."""
        lengths = np.asarray(lengths, dtype=np.float64)
        std = self.measure.isotropic_std or 1.0
        with np.errstate(divide="ignore"):
            delta = np.log(lengths.ravel() / (std * math.sqrt(self.basis.k)))
        inside = np.clip(delta, *self.basis.trusted)
        return self.basis.functions(inside, self.coefficients).reshape(*lengths.shape, len(self.degrees))

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate at points (..., k), giving (..., r)."""
        points = finite_points(x, "x", self.measure.dim)
        flat = points.reshape(-1, self.measure.dim)
        radial = self.radial(polar(flat)[0])
        known: dict[int, np.ndarray] = {}
        parts, left = [np.zeros((len(flat), 0))], self.count
        for j, degree in enumerate(self.degrees.tolist()):
            if left <= 0:
                break
            if degree not in known:
                known[degree] = spherical_harmonics(flat, degree)
            parts.append((radial[:, j:j + 1] * known[degree])[:, :left])
            left -= known[degree].shape[1]
        return np.concatenate(parts, axis=1).reshape(*points.shape[:-1], self.count)

    def reconstruct(self, other: "SectorFunctions", values: np.ndarray, x: Any, y: Any) -> np.ndarray:
        r"""The sum over whole multiplets, :math:`\sum s\, F(|x|) G(|y|) \sqrt{N} p_l(t)`; leading axes broadcast."""
        (r, along_x), (s, along_y) = (polar(np.asarray(points, dtype=np.float64)) for points in (x, y))
        t = np.clip(np.einsum("...k,...k->...", along_x, along_y), -1.0, 1.0)
        polynomials = gegenbauer(t, self.measure.dim, int(self.degrees.max(initial=0)) + 1)
        f, g = self.radial(r), other.radial(s)
        total = np.zeros(t.shape)
        for j, (degree, count) in enumerate(zip(self.degrees.tolist(), self.multiplicities, strict=True)):
            total += (values[j] * math.sqrt(count)) * f[..., j] * g[..., j] * polynomials[degree]
        return total

    def truncated(self, radial: int, count: int) -> "SectorFunctions":
        """The first `radial` radial functions, and of the singular functions they make the first `count`."""
        return replace(self, degrees=self.degrees[:radial], count=count,
                       coefficients=leading_columns(self.coefficients, radial))

    def shells(self) -> tuple[np.ndarray, np.ndarray]:
        r"""A Gauss rule for the length: radial functions times the roots of the masses, (p, q), and the masses, (p,).

        Sums over p of products of two columns are :math:`E[F_i F_j]`.
        """
        order = np.arange(_SHELLS)
        shape = 0.5 * self.measure.dim
        # |x|^2 / 2 is a Gamma variable: the Jacobi matrix of the Laguerre polynomials.
        off = np.sqrt(order[1:] * (order[1:] + shape - 1.0))
        nodes, vectors = np.linalg.eigh(np.diag(2.0 * order + shape) + np.diag(off, 1) + np.diag(off, -1))
        masses, delta = vectors[0] ** 2, 0.5 * np.log(2.0 * nodes / self.measure.dim)
        kept = masses > _LEAST_MASS
        functions = self.basis.functions(np.clip(delta[kept], *self.basis.trusted), self.coefficients)
        return functions * np.sqrt(masses[kept])[:, None], masses[kept]

    def moments(self) -> np.ndarray:
        """E[F_i^2 F_j^2], shape (q, q), inf where not known."""
        return self.basis.moments(self.coefficients)

    def state(self, prefix: str) -> dict[str, Any]:
        """Arrays for saving, under names that begin with `prefix`."""
        return {f"{prefix}.degrees": self.degrees, f"{prefix}.coefficients": self.coefficients,
                f"{prefix}.count": self.count,
                **{f"{prefix}.basis.{name}": value for name, value in self.basis.state().items()}}

    @classmethod
    def from_state(cls, measure: GaussianVector, arrays: Any, prefix: str) -> "SectorFunctions":
        """Rebuild from what `state` gave."""
        head = f"{prefix}.basis."
        names = [name for name in arrays if name.startswith(head)]
        basis = RadialBasis(**{name.removeprefix(head): arrays[name].item() for name in names})
        return cls(measure, basis, arrays[f"{prefix}.degrees"], arrays[f"{prefix}.coefficients"],
                   int(arrays[f"{prefix}.count"]))
