"""Singular functions as callables: f_i and g_i at any points."""

import operator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import scipy.linalg

from .._support.quad import dtype_at, is_quad, rounded, rounded_as
from ..bases import Basis, LineBasis, RadialFunctions, SectorBasis, polar
from ..kernels import Kernel, Side
from ..measures import LineMeasure, Measure
from ..quadrature import gegenbauer
from .extension import Extension, SliceExtension, without_zeros
from .inner_products import inner_products
from .whole_multiplets import distinct_values, sum_of_products


class Part(NamedTuple):
    """Singular functions that are sums in one basis, as those of one block of the operator are.

    Attributes
    ----------
    basis : Basis
    coefficients : ndarray, shape (N, r)
    columns : ndarray of int, shape (r,)
        Which of all distinct functions these are.
    """

    basis: Basis
    coefficients: np.ndarray
    columns: np.ndarray

    def leading(self, count: int) -> "Part":
        """What is among the first `count` of all distinct functions."""
        kept = self.columns < count
        # A copy in one piece, as a file holds it: products with a view on a larger matrix are rounded otherwise.
        return Part(self.basis, self.coefficients[:, kept].copy(order="K"), self.columns[kept])


@dataclass(frozen=True, eq=False)
class SingularFunctions:
    r"""The functions :math:`f_1, \dots, f_r` on one side of a kernel, orthonormal in :math:`L^2(\mu)`.

    ``functions[i]`` is one of them. Called with points they give one value for each function: numbers of shape (...)
    and vectors of shape (..., k) give (..., r), rows of a block have shape (..., b, k), or (..., b) where rows are
    numbers, and functions of kernels with matrices for values, and of blocks, give (..., p, r).

    Functions are summed in their bases, in which they are orthonormal to rounding. On the line this has digits where
    the density is not small (for a Gaussian, within 8.6 standard deviations); farther out, where dividing by
    :math:`\sqrt\rho` loses digits, they are extended through the kernel by :math:`f_i = T g_i / s_i`, and so are those
    of quasi-random points everywhere. In several dimensions a function keeps far out the value that it has where its
    basis ends, which is a bounded continuation and no more: see the bases. The functions of small singular values carry
    noise, of about :math:`\epsilon s_1 / s_i` in the root mean square.

    Of rotation-invariant kernels each radial function of degree l makes N(k, l) functions, with all harmonics of
    `opsvd.bases.spherical_harmonics`, in order, until there are r. A call whose harmonics would be too many to be
    listed raises ValueError; sums over whole multiplets, as in ``svd(x, y)``, never need them.

    Attributes
    ----------
    parts : tuple of Part
        Bases, with coefficients of the functions that are sums in them.
    listed : int or None
        The number r of functions, if the last multiplet is cut.
    extension : Extension, SliceExtension or None
        Without one, as in a result loaded without its kernel, functions are known only where they are summed.
    near_zero : ndarray, shape (3, r), or None
        In place of an extension: the functions closer to zero than their bases reach, on the left, at zero and on the
        right; NaN for those that are not constant there to 1e-7.
    """

    parts: tuple[Part, ...]
    listed: int | None = None
    extension: Extension | SliceExtension | None = None
    near_zero: np.ndarray | None = None

    def __repr__(self) -> str:
        """Say how many functions there are, and of what."""
        return f"SingularFunctions(rank {len(self)}, variable ~ {self.measure!r})"

    def __len__(self) -> int:
        """The number r of functions."""
        return int(sum(self.multiplicities)) if self.listed is None else self.listed

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """Of the values: float64, complex128 where the kernel is complex, or that of numpy-quaddtype."""
        return np.result_type(*(part.coefficients for part in self.parts))

    def __getitem__(self, index: int) -> "SingularFunction":
        """One of the functions, counted from 0, or from the end with a negative index."""
        i, count = operator.index(index), len(self)
        if not -count <= i < count:
            raise IndexError(f"index must be from 0 to {count - 1}, as there are {count} functions, got {i}; "
                             f"decompose with a smaller rtol for more")
        return SingularFunction(self, i % count)

    @property
    def side(self) -> Side:
        """The points, and the values that functions have there."""
        return self.parts[0].basis.side

    @property
    def measure(self) -> Measure:
        """The measure under which the functions are orthonormal; of a block, that of one row."""
        return self.side.measure

    @property
    def line(self) -> LineMeasure:
        """The same, of functions of numbers."""
        return self._of_line()[0].measure

    @cached_property
    def multiplicities(self) -> list[int]:
        """How many functions each of the distinct ones makes, which have one singular value."""
        counts = {column: part.basis.multiplicity for part in self.parts for column in part.columns.tolist()}
        return [counts[column] for column in range(len(counts))]

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate the functions at points.

        Raises
        ------
        NonFiniteKernelError
            If the kernel is not finite at a point that the extension needs.
        ValueError
            If there is no kernel (after ``load(path)``) and a point lies where sums in the basis lose their digits, or
            if there are too many harmonics to be listed.
        """
        points, leading = self.side.flattened(x, quad=is_quad(self))
        summed = self._trusted(points)
        if summed.all():
            return self.side.shaped(self._summed(points), leading)
        values = np.empty((len(summed) * self.side.width, len(self)), dtype_at(points, self.dtype))
        if summed.any():    # only on the line are sums trusted at some of the points
            values[summed] = self._summed(points[summed])
        if self.near_zero is not None and np.isfinite(self.near_zero).all():
            close = ~summed & (np.abs(points) <= max(part.basis.gap for part in self.parts))
            values[close] = self.near_zero[np.sign(points[close]).astype(int) + 1]
            summed |= close
        others = ~summed if summed.any() else slice(None)
        values[others] = self._extended(points[others])
        return self.side.shaped(values, leading)

    def extend(self, x: Any) -> np.ndarray:
        r"""Evaluate by :math:`f_i = T g_i / s_i` everywhere: slower than a call, and with more digits where h breaks.

        At any x the error of :math:`s_i f_i(x)` is at most about :math:`\epsilon (s_1 / s_i) \|h(x, \cdot)\|`, and
        what T makes of that of :math:`g_i`. Without a kernel, or where sums are exact, it is the same as a call.
        """
        if self.extension is None or all(part.basis.exact for part in self.parts):
            return self(x)
        points, leading = self.side.flattened(x, quad=is_quad(self))
        return self.side.shaped(self._extended(points), leading)

    def in_products(self, x: Any) -> np.ndarray:
        """By `extend` where that takes one rule for all points, and by a call where each has a slice that is split."""
        return self.extend(x) if isinstance(self.extension, Extension) else self(x)

    def inner(self, other: "SingularFunctions") -> np.ndarray:
        r"""The inner products :math:`E[\bar f_i g_j]` with the functions of another decomposition: shape (r, q).

        Functions of numbers are integrated by Gauss rules on the panels of both, to 1e-7: where panels end, functions
        are that small against their largest. Functions of atoms are summed. The singular values of a part of the
        matrix, such as ``inner(other)[:3, :3]``, are the cosines of the principal angles between the spans of those
        functions.

        Parameters
        ----------
        other : SingularFunctions
            Under the same measure.

        Raises
        ------
        TypeError, ValueError
            If `other` is something else, or under another measure, or if the functions are of vectors.

        Examples
        --------
        >>> import numpy as np
        >>> import opsvd
        >>> tanh, clip = (opsvd.decompose(h, rtol=1e-6, max_rank=3)
        ...               for h in (lambda x, y: np.tanh(x * y), lambda x, y: np.clip(x * y, -1.0, 1.0)))
        >>> bool(np.allclose(tanh.left.inner(tanh.left), np.eye(3), atol=1e-12))
        True
        >>> cosines = np.linalg.svd(tanh.left.inner(clip.left), compute_uv=False)
        >>> bool(np.all(cosines <= 1.0 + 1e-12)), bool(cosines[0] > 0.999)
        (True, True)
        """
        return inner_products(self, other)

    @property
    def on_line(self) -> bool:
        """Whether the functions are of numbers, and sums of half-densities."""
        return len(self._of_line()) == len(self.parts)

    def reconstruct(self, other: "SingularFunctions", values: np.ndarray, x: Any, y: Any) -> np.ndarray:
        r"""The sum :math:`\sum_i s_i f_i(x) \bar g_i(y)` over whole multiplets; x and y broadcast against each other.

        Of a radial function with all its harmonics it is :math:`s\, F(|x|) \bar G(|y|) \sqrt{N} p_l(t)`, where t is the
        cosine of the angle. Values, shape (q,), are those of the distinct functions.
        """
        if self.radial is None and max(self.multiplicities, default=1) > 1:
            return sum_of_products((self.parts, other.parts), values, x, y)
        if self.radial is None or not self.degrees.any():    # of the lengths alone
            f, g = self.in_products(x), other.in_products(y).conj()
            if self.side.values is not None:
                return np.asarray(np.einsum("...ir,r,...jr->...ij", f, values, g))
            return np.asarray(np.sum(f * values * g, axis=-1))
        (r, along_x), (s, along_y) = (polar(np.asarray(points, dtype=np.float64)) for points in (x, y))
        t = np.clip(np.einsum("...k,...k->...", along_x, along_y), -1.0, 1.0)
        sectors = self._of_sectors()
        polynomials = gegenbauer(t, self.measure.dim, max(basis.degree for basis in sectors) + 1)
        f, g, total = self.radial_sums(r), other.radial_sums(s).conj(), np.zeros(t.shape, self.dtype)
        for part, basis in zip(self.parts, sectors, strict=True):
            weights = values[part.columns] * basis.multiplicity_root
            total += (f[..., part.columns] * weights * g[..., part.columns]).sum(axis=-1) * polynomials[basis.degree]
        return total

    def _of_sectors(self) -> list[SectorBasis]:
        return [part.basis for part in self.parts if isinstance(part.basis, SectorBasis)]

    @property
    def radial(self) -> RadialFunctions | None:
        """The basis of functions of the length, if the functions are these times harmonics."""
        return next((basis.radial for basis in self._of_sectors()), None)

    @property
    def degrees(self) -> np.ndarray:
        """The degree of the harmonics of each distinct function, if these are radial functions times harmonics."""
        degrees = np.zeros(len(self.multiplicities), dtype=int)
        for part, basis in zip(self.parts, self._of_sectors(), strict=True):
            degrees[part.columns] = basis.degree
        return degrees

    def mixed_of_members(self, index: int) -> np.ndarray | None:
        """E[f_i f_j f_k f_l] of all functions that a radial function makes: (N, N, N, N); None if they are too many."""
        for part, basis in zip(self.parts, self._of_sectors(), strict=True):
            members = basis.fourth_moments_of_members() if index in part.columns else None
            if members is not None:
                return np.asarray(basis.radial.moments(self.stacked[:, [index]])[0, 0] * members)
        return None

    @property
    def stacked(self) -> np.ndarray:
        """The coefficients of all distinct functions, (N, q), whose bases are of one size."""
        matrix = np.zeros((self.parts[0].basis.size, len(self.multiplicities)), self.dtype)
        for part in self.parts:
            matrix[:, part.columns] = part.coefficients
        return matrix

    def radial_sums(self, lengths: np.ndarray) -> np.ndarray:
        r"""The radial functions F, with :math:`E[|F(|x|)|^2] = 1`: lengths (...) give (..., q)."""
        return self._of_sectors()[0].radial_sums(np.asarray(lengths, dtype=np.float64), self.stacked)

    def shells(self) -> tuple[np.ndarray, np.ndarray]:
        """Radial functions at the nodes of a Gauss rule for the length, and masses: see `RadialBasis.shells`."""
        return self._of_sectors()[0].radial.shells(self.stacked)

    def means(self) -> list[tuple[np.ndarray, np.ndarray, bool]]:
        """For each basis, values (n, width, q) of distinct functions, weights (n,), and whether points were drawn."""
        summed = partial(distinct_values, self.parts) if max(self.multiplicities, default=1) > 1 else self._summed
        return [(summed(rule.points).reshape(len(rule.weights), self.side.width, -1), rule.weights, rule.drawn)
                for rule in (part.basis.mean_rule() for part in self.parts) if rule is not None]

    @property
    def interval(self) -> tuple[float, float]:
        """Where the bases live, on the line."""
        return min(basis.interval[0] for basis in self._of_line()), max(basis.interval[1] for basis in self._of_line())

    @property
    def panels(self) -> np.ndarray:
        """Edges of panels on each of which the functions are smooth, on the line."""
        return np.unique(np.concatenate([basis.panels for basis in self._of_line()]))

    def half_density(self, x: np.ndarray) -> np.ndarray:
        r""":math:`f_i(x) \sqrt{\rho(x)}` summed in the basis, on the line: shape (...) gives (..., r)."""
        values = np.zeros((*np.shape(x), len(self)), dtype_at(x, self.dtype))
        for part, basis in zip(self.parts, self._of_line(), strict=True):
            values[..., part.columns] = basis.combine(x, part.coefficients)
        return values

    def _of_line(self) -> list[LineBasis]:
        return [part.basis for part in self.parts if isinstance(part.basis, LineBasis)]

    def _trusted(self, points: np.ndarray) -> np.ndarray:
        """Where sums in all bases keep their digits."""
        return np.asarray(np.all([part.basis.trusted(points) for part in self.parts], axis=0))

    def _summed(self, points: np.ndarray) -> np.ndarray:
        """Sums in the bases, (n width, r), multiplets written out as far as they are listed."""
        count = len(self)
        values = np.empty((len(points) // (self.side.rows or 1) * self.side.width, count), dtype_at(points, self.dtype))
        starts = np.array([min(start, count) for start in accumulate([0, *self.multiplicities])])
        for basis, coefficients, columns in self.parts:
            first = starts[columns]
            some = coefficients[:, first < count]
            if basis.multiplicity == 1:
                values[:, first[first < count]] = basis.sums(points, some).reshape(len(values), some.shape[1])
            elif some.size:
                members = basis.sums(points, some)
                for j, start in enumerate(first[first < count].tolist()):
                    values[:, start:start + basis.multiplicity] = members[:, j, :count - start]
        return values

    def _extended(self, points: np.ndarray) -> np.ndarray:
        if self.extension is not None:
            return rounded_as(points, self.extension(points))
        if len(points) == 0:
            return np.zeros((0, len(self)))
        if not self._of_line():
            raise ValueError("functions of a saved result must have their kernel, which a file cannot hold; give it "
                             "back with opsvd.load(path, h=h)")
        atoms = all(part.basis.exact for part in self.parts)
        where = f"be an atom of {self.measure!r}" if atoms else f"lie {self._known_beside(float(points[0]))}"
        raise ValueError(f"x must {where}, where this saved result is known without its kernel, got "
                         f"{rounded(points)[0].tolist()!r}; give the kernel back with opsvd.load(path, h=h)")

    def _known_beside(self, x: float) -> str:
        """Between which nodes sums are to be trusted, in words; without the gap that x lies in, if it is in one."""
        bases = self._of_line()
        nodes = np.sort(np.concatenate([basis.measure.points(basis.rule.nodes) for basis in bases]))
        known = nodes[self._trusted(nodes)]
        inner = np.searchsorted(known, x)
        gap = f" and not in ({known[inner - 1]:.4g}, {known[inner]:.4g})" if 0 < inner < len(known) else ""
        low, high = (known[0], known[-1]) if len(known) else bases[0].measure.support
        return f"in [{low:.4g}, {high:.4g}]{gap}"

    def truncated(self, distinct: int, listed: int | None = None) -> "SingularFunctions":
        """The first `distinct` of the distinct functions, of which so many are listed, by default all."""
        extension = None if self.extension is None else self.extension.leading(distinct)
        near_zero = None if self.near_zero is None else self.near_zero[:, :distinct].copy()
        return SingularFunctions(tuple(part.leading(distinct) for part in self.parts), listed, extension, near_zero)

    def through(self, kernel: Kernel, other: "SingularFunctions", values: np.ndarray, *, left: bool,
                breaks: bool) -> "SingularFunctions":
        """These functions extended through `kernel` and the `other` side's functions, where their bases need that."""
        weighted = [found for part in other.parts if (found := part.basis.weighted_values(part.coefficients))]
        if len(weighted) < len(other.parts):
            return self
        if breaks:
            mine = kernel if left else kernel.adjoint()
            return replace(self, extension=SliceExtension(mine, SingularFunctions(other.parts), values))
        nodes = np.concatenate([points for points, _ in weighted])
        columns = np.argsort(np.concatenate([part.columns for part in other.parts]))
        matrix = scipy.linalg.block_diag(*(found for _, found in weighted))[:, columns]
        made = Extension(kernel, left, nodes, matrix / values, self.side.rows or 1)
        return replace(self, extension=without_zeros(made))

    def values_near_zero(self) -> list[np.ndarray]:
        """What `near_zero` is to be: one array, or none where the bases leave no gap, or the kernel fails there."""
        gap = max(part.basis.gap for part in self.parts)
        if self.near_zero is not None or self.extension is None or gap == 0.0:
            return [] if self.near_zero is None else [self.near_zero]
        # At parts of the distance to zero that the bases reach.
        distances = gap * np.array([1.0, 0.7, 0.4, 0.2, 0.1, 1e-2, 1e-4, 1e-8])
        try:
            values = self._extended(np.concatenate([-distances, [0.0], distances]))
        except Exception:  # noqa: BLE001 -- whatever a user's function raises: what is known must be saved all the same
            return []
        left, right = values[:len(distances)], values[len(distances) + 1:]
        varies = np.max([np.ptp(part, axis=0) for side in (left, right) for part in (side.real, side.imag)], axis=0)
        # Their root mean square is one, and where sums end about eight digits are left.
        return [np.where(varies <= 1e-7, np.stack([left[0], values[len(distances)], right[0]]), np.nan)]


@dataclass(frozen=True, eq=False)
class SingularFunction:
    """One of several singular functions: points of shape (...) give values of shape (...), or (..., p)."""

    functions: SingularFunctions
    index: int

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate the function at points; see `SingularFunctions`."""
        return self._leading(x)[..., self.index]

    @cached_property
    def _leading(self) -> SingularFunctions:
        """The functions up to this one."""
        ends = accumulate(self.functions.multiplicities)
        distinct = next(count for count, end in enumerate(ends, start=1) if end > self.index)
        return self.functions.truncated(distinct, self.index + 1)

    def __repr__(self) -> str:
        """Say which it is, counted from 1 as in formulas, and of what."""
        return f"SingularFunction({self.index + 1} of {len(self.functions)}, variable ~ {self.functions.measure!r})"


@dataclass(frozen=True, eq=False)
class SingularSystem:
    """All that one discretisation gives: values, shape (r,), nonincreasing, with their functions."""

    values: np.ndarray
    left: SingularFunctions
    right: SingularFunctions
