"""Singular functions as callables: f_i and g_i at any points."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._support.linalg import leading_columns
from .._support.validation import finite_points
from ..bases import BASES, Basis
from ..kernels import Kernel
from ..measures import Measure
from ..probing.slice_splitter import slice_integrals
from ..quadrature import Rule

__all__ = ["Extension", "SingularFunctions", "SingularSystem", "SliceExtension"]

_CHUNK = 1_000_000
_SLICE_TOL, _SLICE_ORDER = 1e-13, 20
# Parts of the distance to zero that a basis reaches, at which functions are looked at, and by how much they may vary
# to be called constant: their root mean square is one, and where sums end about eight digits are left.
_GRADED, _CONSTANT = np.array([1.0, 0.7, 0.4, 0.2, 0.1, 1e-2, 1e-4, 1e-8]), 1e-7


@dataclass(frozen=True, eq=False)
class Extension:
    r"""The formula :math:`f_i = T g_i / s_i`, evaluated by a rule in the other variable.

    Attributes
    ----------
    kernel : Kernel
        h for the left functions, h with its variables exchanged for the right ones.
    nodes : ndarray, shape (m,)
        Nodes y_j in the other variable.
    matrix : ndarray, shape (m, r)
        :math:`w_j g_i(y_j) / s_i`.
    """

    kernel: Kernel
    nodes: np.ndarray
    matrix: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Evaluate at points (n,), giving (n, r); in pieces, so that memory stays bounded."""
        step = max(1, _CHUNK // max(len(self.nodes), 1))
        pieces = [self.kernel.finite_grid(x[i:i + step], self.nodes) @ self.matrix for i in range(0, len(x), step)]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.matrix.shape[1]))

    def truncated(self, rank: int) -> "Extension":
        """For the first `rank` functions."""
        return _without_zeros(self.kernel, self.nodes, self.matrix[:, :rank])


@dataclass(frozen=True, eq=False)
class SliceExtension:
    r"""The formula :math:`f_i = T g_i / s_i` for kernels with breaks, by integrals along slices that are split there.

    Attributes
    ----------
    kernel : Kernel
        h for the left functions, h with its variables exchanged for the right ones.
    functions : SingularFunctions
        :math:`g_i`, summed in their basis.
    singular_values : ndarray, shape (r,)
    """

    kernel: Kernel
    functions: "SingularFunctions"
    singular_values: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Evaluate at points (n,), giving (n, r)."""
        if len(x) == 0:
            return np.zeros((0, len(self.singular_values)))
        g = self.functions
        plain = Rule(x, np.ones_like(x), np.ones_like(x))
        slices = slice_integrals(self.kernel, plain, g.measure, g.panels, _SLICE_TOL, order=_SLICE_ORDER)
        return np.asarray(slices.against_resolved(g.half_density) / self.singular_values)

    def truncated(self, rank: int) -> "SliceExtension":
        """For the first `rank` functions."""
        return SliceExtension(self.kernel, self.functions.truncated(rank), self.singular_values[:rank])


@dataclass(frozen=True, eq=False)
class SingularFunctions:
    r"""The functions :math:`f_1, \dots, f_r` of one variable, orthonormal in :math:`L^2(\mu)`.

    Calling it with points of shape (...) gives values of shape (..., r). Where the density is not small (for a
    Gaussian, within 8.6 standard deviations) they are summed in their basis, in which they are orthonormal to rounding.
    Farther out, where dividing by :math:`\sqrt\rho` loses digits, they are extended through the kernel by
    :math:`f_i = T g_i / s_i`. The functions of small singular values carry noise, of about
    :math:`\epsilon s_1 / s_i` in the root mean square.

    Attributes
    ----------
    parts : tuple of (Basis, ndarray)
        Bases, and coefficients of shape (N_b, r): orthonormal columns when stacked.
    extension : Extension, SliceExtension or None
        Without one (a result loaded from a file, whose kernel is gone) the functions are known only where they are
        summed.
    inner : ndarray, shape (3, r), or None
        In place of an extension: the functions closer to zero than their bases reach, on the left, at zero and on the
        right; NaN for those that are not constant there to 1e-7.
    """

    parts: tuple[tuple[Basis, np.ndarray], ...]
    extension: Extension | SliceExtension | None = None
    inner: np.ndarray | None = None

    def __repr__(self) -> str:
        """Say how many functions there are, and of what."""
        return f"SingularFunctions(rank {len(self)}, variable ~ {self.parts[0][0].measure!r})"

    def __len__(self) -> int:
        """The number r of functions."""
        return int(self.parts[0][1].shape[1])

    @property
    def measure(self) -> Measure:
        """The measure under which the functions are orthonormal."""
        return self.parts[0][0].measure

    @property
    def interval(self) -> tuple[float, float]:
        """Where the basis lives."""
        intervals = [basis.interval for basis, _ in self.parts]
        return min(a for a, _ in intervals), max(b for _, b in intervals)

    @property
    def panels(self) -> np.ndarray:
        """Edges of panels on each of which the functions are smooth."""
        return np.unique(np.concatenate([basis.panels for basis, _ in self.parts]))

    def half_density(self, x: np.ndarray) -> np.ndarray:
        r""":math:`f_i(x) \sqrt{\rho(x)}` summed in the basis: shape (...) gives (..., r)."""
        return np.asarray(sum(basis.combine(x, coefficients) for basis, coefficients in self.parts))

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate the functions: points of shape (...) give (..., r).

        Raises
        ------
        NonFiniteKernelError
            If the kernel is not finite at a point that the extension needs.
        ValueError
            If there is no kernel (after ``load(path)``) and a point lies where sums in the basis lose their digits.
        """
        points = finite_points(x, "x", 1)
        flat = points.ravel()
        summed = self._trusted(flat)
        values = np.empty((len(flat), len(self)))
        values[summed] = self._summed(flat[summed])
        if self.inner is not None and np.isfinite(self.inner).all():
            close = ~summed & (np.abs(flat) <= self._gap)
            values[close] = self.inner[np.sign(flat[close]).astype(int) + 1]
            summed |= close
        values[~summed] = self._extended(flat[~summed])
        return values.reshape(*points.shape, len(self))

    def extend(self, x: Any) -> np.ndarray:
        r"""Evaluate by :math:`f_i = T g_i / s_i` everywhere: points of shape (...) give (..., r).

        At any x the error of :math:`s_i f_i(x)` is at most about :math:`\epsilon (s_1 / s_i) \|h(x, \cdot)\|`. Without
        a kernel, or with one that has breaks, this is the same as a call.
        """
        points = finite_points(x, "x", 1)
        if not isinstance(self.extension, Extension):
            return self(points)
        return self._extended(points.ravel()).reshape(*points.shape, len(self))

    def at_nodes(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Values (n, r) and weights (n,) at the nodes where sums in all bases have digits, for the rule of each basis.

        What lies farther out has a probability of less than 1e-16, and is not asked for: there a kernel may overflow.
        """
        rules = [basis.rule.restricted(self._trusted(basis.rule.nodes)) for basis, _ in self.parts]
        return [(self._summed(rule.nodes), rule.weights) for rule in rules]

    def _trusted(self, x: np.ndarray) -> np.ndarray:
        """Where sums in all bases keep their digits when they are divided by the root of the density."""
        return np.asarray(np.all([basis.trusted(x) for basis, _ in self.parts], axis=0))

    @property
    def _gap(self) -> float:
        return max(basis.gap for basis, _ in self.parts)

    def _summed(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.half_density(x) / self.measure.sqrt_density(x)[:, None])

    def _extended(self, x: np.ndarray) -> np.ndarray:
        if self.extension is not None:
            return self.extension(x)
        if len(x):
            raise ValueError(f"x must lie {self._known_beside(float(x[0]))}, where this saved result is known without "
                             f"its kernel, got {float(x[0])!r}; give the kernel back with opsvd.load(path, h=h)")
        return np.zeros((0, len(self)))

    def _known_beside(self, x: float) -> str:
        """Between which nodes sums are to be trusted, in words; without the gap that x lies in, if it is in one."""
        nodes = np.sort(np.concatenate([basis.rule.nodes for basis, _ in self.parts]))
        known = nodes[self._trusted(nodes)]
        inner = np.searchsorted(known, x)
        gap = f" and not in ({known[inner - 1]:.4g}, {known[inner]:.4g})" if 0 < inner < len(known) else ""
        low, high = (known[0], known[-1]) if len(known) else self.interval
        return f"in [{low:.4g}, {high:.4g}]{gap}"

    def truncated(self, rank: int) -> "SingularFunctions":
        """The first `rank` functions."""
        extension = None if self.extension is None else self.extension.truncated(rank)
        inner = None if self.inner is None else leading_columns(self.inner, rank)
        return SingularFunctions(tuple((basis, leading_columns(c, rank)) for basis, c in self.parts), extension,
                                 inner)

    def extended(self, kernel: Kernel, other: "SingularFunctions", singular_values: np.ndarray, *,
                 breaks: bool) -> "SingularFunctions":
        """These functions with the extension through `kernel` and the `other` side's functions."""
        if breaks:
            return SingularFunctions(self.parts, SliceExtension(kernel, SingularFunctions(other.parts),
                                                                singular_values))
        nodes = np.concatenate([basis.rule.nodes for basis, _ in other.parts])
        matrix = np.concatenate([basis.rule.sqrt_weights[:, None] * basis.synthesise(c) for basis, c in other.parts])
        return SingularFunctions(self.parts, _without_zeros(kernel, nodes, matrix / singular_values))

    def state(self, prefix: str) -> dict[str, Any]:
        """Arrays for saving, under names that begin with `prefix`.

        Raises TypeError for a basis that `from_state` does not know.
        """
        arrays: dict[str, Any] = {f"{prefix}.inner": values for values in self._values_near_zero()}
        for i, (basis, coefficients) in enumerate(self.parts):
            name = type(basis).__name__
            if BASES.get(name) is not type(basis):
                raise TypeError(f"a result can be saved in the bases {', '.join(BASES)} only, got {name}; add the "
                                f"basis to opsvd.bases, or save the values alone with numpy.savez")
            arrays[f"{prefix}.{i}.basis"] = name
            arrays[f"{prefix}.{i}.coefficients"] = coefficients
            arrays.update({f"{prefix}.{i}.state.{name}": value for name, value in basis.state().items()})
        return arrays

    def _values_near_zero(self) -> list[np.ndarray]:
        """What `inner` is to be: one array, or none where the bases leave no gap, or the kernel fails there."""
        if self.inner is not None or self.extension is None or self._gap == 0.0:
            return [] if self.inner is None else [self.inner]
        distances = self._gap * _GRADED
        try:
            values = self._extended(np.concatenate([-distances, [0.0], distances]))
        except Exception:  # noqa: BLE001 -- whatever a user's function raises: what is known must be saved all the same
            return []
        left, right = values[:len(distances)], values[len(distances) + 1:]
        varies = np.maximum(np.ptp(left, axis=0), np.ptp(right, axis=0))
        return [np.where(varies <= _CONSTANT, np.stack([left[0], values[len(distances)], right[0]]), np.nan)]

    @classmethod
    def from_state(cls, measure: Measure, arrays: Any, prefix: str) -> "SingularFunctions":
        """Rebuild from what `state` gave."""
        parts: list[tuple[Basis, np.ndarray]] = []
        while f"{prefix}.{len(parts)}.basis" in arrays:
            head = f"{prefix}.{len(parts)}"
            names = [name for name in arrays if name.startswith(f"{head}.state.")]
            state = {name.removeprefix(f"{head}.state."): _plain(arrays[name]) for name in names}
            basis = BASES[str(arrays[f"{head}.basis"])](measure, **state)  # type: ignore[call-arg]
            parts.append((basis, arrays[f"{head}.coefficients"]))
        return cls(tuple(parts), inner=arrays.get(f"{prefix}.inner"))


@dataclass(frozen=True, eq=False)
class SingularSystem:
    """All that one discretisation gives: values, shape (r,), nonincreasing, with their functions."""

    values: np.ndarray
    multiplicities: np.ndarray
    left: SingularFunctions
    right: SingularFunctions


def _without_zeros(kernel: Kernel, nodes: np.ndarray, matrix: np.ndarray) -> Extension:
    """The extension without nodes that no function uses, so that it is the same whatever else was truncated."""
    used = np.flatnonzero(np.abs(matrix).max(axis=1, initial=0.0) > 0.0)
    return Extension(kernel, nodes[used], np.ascontiguousarray(matrix[used]))


def _plain(array: np.ndarray) -> Any:
    """A number back from the array that a file makes of it."""
    return array.item() if array.ndim == 0 else array
