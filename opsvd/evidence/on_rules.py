"""How an answer compares with the kernel on a pair of rules that the method did not use."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .._support.arrays import squares
from .._support.linalg import norm_bound
from ..kernels import Kernel
from ..probing.domain import Domain, blocks_of_samples
from ..quadrature import Rule
from .carriers import carriers_of_samples, margin_of
from .cells_of_nodes import norms_of_cells


@dataclass(frozen=True, eq=False)
class SeenOnRules:
    """The answer beside the kernel on one pair of rules.

    Values (r,) and functions (n, r) and (m, r) of the answer, the norm of the kernel there, and the remainder (n, m).
    """

    values: np.ndarray
    f: np.ndarray
    g: np.ndarray
    size: float
    remainder: np.ndarray

    @classmethod
    def of(cls, kernel: Kernel, domain: Domain, rules: tuple[Rule, Rule], values: np.ndarray,    # noqa: PLR0917 -- fields
           f: np.ndarray, g: np.ndarray) -> "SeenOnRules":
        """With the remainder in the memory of the answer: fresh memory costs more than the passes do."""
        remainder, energy = (f * -values) @ g.conj().T, 0.0
        for where, samples in blocks_of_samples(kernel, domain, *rules):
            energy += float(np.vdot(samples, samples).real)
            remainder[where] += without_traces(samples, values.max(initial=0.0))
        return cls(values, f, g, math.sqrt(energy), remainder)

    def with_cells(self, kernel: Kernel, domain: Domain, rules: tuple[Rule, Rule]) -> "SeenOnRules":
        """With what their cells hold, if it is less, in place of what pairs say at which h is far above the answer.

        While few pairs carry the remainder.
        """
        seen, known = self, np.zeros(self.remainder.shape, bool)
        while seen.carriers < 64.0:
            rows, columns = np.nonzero((np.abs(seen.remainder) > seen.norm / 16.0) & ~known)    # 256 at most
            answer = np.sum(seen.f[rows] * seen.values * seen.g[columns].conj(), axis=1)
            far = np.abs(seen.remainder[rows, columns]) > 4.0 * np.abs(answer)
            if not far.any():
                break
            pairs, answer = (rows[far], columns[far]), answer[far]
            known[pairs], left = True, seen.remainder[pairs]
            norms, rest = norms_of_cells(kernel, domain, rules, pairs, answer)
            remainder = seen.remainder.copy()
            remainder[pairs] *= np.minimum(rest / np.abs(left), 1.0)
            energy = seen.size**2 - float(np.sum(np.maximum(squares(left + answer) - norms**2, 0.0)))
            seen = replace(seen, size=math.sqrt(max(energy, 0.0)), remainder=remainder)
        return seen

    @property
    def samples(self) -> np.ndarray:
        """Those of the kernel."""
        return np.asarray(self.remainder + (self.f * self.values) @ self.g.conj().T)

    @cached_property
    def norm(self) -> float:
        """That of the remainder at the nodes."""
        return float(np.linalg.norm(self.remainder))

    @cached_property
    def carriers(self) -> float:
        """How many pairs of nodes share the energy of the remainder."""
        return carriers_of_samples(self.remainder)

    @property
    def margin(self) -> float:
        """By how much the remainder may be larger than the nodes show, where few of them see it."""
        return float(margin_of(self.carriers))

    def peak(self, rules: tuple[Rule, Rule]) -> tuple[float, float]:
        """The nodes of the rules at which the remainder is largest, as a half-density."""
        x, y = rules
        size = np.abs(self.remainder) / x.sqrt_lebesgue[:, None] / y.sqrt_lebesgue
        row, column = np.unravel_index(np.argmax(size), size.shape)
        return float(x.nodes[row]), float(y.nodes[column])

    @property
    def uncertain(self) -> float:
        """By how much the integrals of the remainder may be larger than this rule says: one if it resolves them.

        A smooth remainder changes its sign from node to node, and its integrals against the functions are far smaller
        than those of absolute values. That of a kink is of one sign beside it, and lies between few nodes.
        """
        f, g = self.f[:, :8], self.g[:, :8]
        seen = float(np.linalg.norm(f.conj().T @ (self.remainder @ g)))
        most = float(np.linalg.norm(np.abs(f).T @ (np.abs(self.remainder) @ np.abs(g))))
        return most / seen if seen > 0.02 * most else 1.0

    def beside(self, counts: list[int]) -> np.ndarray:
        """Bounds of the norm of what is left beside the leading q functions, for each q of `counts`, which decrease."""
        s, left, stop, bounds = self.values, self.remainder.copy(), len(self.values), []
        for q in counts:
            left += (self.f[:, q:stop] * s[q:stop]) @ self.g[:, q:stop].conj().T
            bounds.append(norm_bound(left))
            stop = q
        return np.array(bounds)


def without_traces(matrix: np.ndarray, size: float) -> np.ndarray:
    """Set to zero what is so small that products would be subnormal numbers, with which BLAS takes a hundredfold.

    No sum of products of entries below 1e-60 of the size matters: it takes their rounding to a larger number.
    """
    large = 1e-44 * size * (1.0 + 1.0j if matrix.dtype.kind == "c" else 1.0)
    matrix += large
    matrix -= large
    return matrix
