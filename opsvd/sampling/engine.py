"""What an engine is: the SVD of one sampled matrix, with errors, what lies beyond, and what it will cost."""

import math
import timeit
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from .._support.validation import function, instance, positive_int
from ..matrices import Certificate, SampledMatrix, StoredMatrix
from ..spectrum import Estimate, effective_ranks

Tick = Callable[[float], None]
"""Called with the part of the work on one matrix that is done, from 0 to 1."""


def silent(done: float) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Cost:
    """What one matrix will cost, said beforehand.

    Attributes
    ----------
    seconds : float
        Of one core, at the speed at which h is evaluated now.
    memory : float
        The most bytes that are needed at a time, besides what the process has already.
    work : str
        In words.
    evaluations : float
        How many entries are evaluated.
    """

    seconds: float
    memory: float
    work: str
    evaluations: float = 0.0

    def __str__(self) -> str:
        """In a line."""
        return f"{self.work}: about {_time(self.seconds)} and {self.memory / 1e9:.2g} GB"


@dataclass(frozen=True)
class Remainder:
    """The sum of the singular values beyond those computed: an estimate, and the interval that holds it.

    `error` is what the estimate is likely off by, which is no bound, and often far less than what the interval leaves.
    """

    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    note: str = ""
    error: float = 0.0


@dataclass(frozen=True, eq=False)
class MatrixSpectrum:
    r"""The leading singular values of one matrix, with what is known of those beyond.

    Attributes
    ----------
    values : ndarray, shape (r,)
        Nonincreasing.
    errors : ndarray, shape (r,)
        Absolute errors of `values` as singular values of this matrix: those of the engine, not of sampling.
    norm : float
        The Frobenius norm of the whole matrix.
    remainder : Remainder
        The sum of the values beyond; zero where all are given.
    engine : str
        What computed it.
    note : str
        What it rests on, in words.
    certificate : Certificate or None
        For approximations that have one: how far they were from the matrix at entries they had not used.
    interrupted : bool
        Whether the work was cut short (Ctrl-C), so that the errors are larger than they could be.
    """

    values: np.ndarray
    errors: np.ndarray
    norm: float
    remainder: Remainder
    engine: str
    note: str = ""
    certificate: Certificate | None = None
    interrupted: bool = False

    def __repr__(self) -> str:
        """Show the leading values, and how well they are known."""
        shown = ", ".join(f"{value:.6g}" for value in self.values[:3])
        more = ", ..." if self.values.size > 3 else ""
        return (f"MatrixSpectrum({self.values.size} values [{shown}{more}], largest error {self.errors.max():.0e}, "
                f"engine={self.engine!r}{', interrupted' if self.interrupted else ''})")

    def times(self, factor: float) -> "MatrixSpectrum":
        """The spectrum of the matrix times a factor."""
        beyond, certificate = self.remainder, self.certificate
        return self if factor == 1.0 else replace(
            self, values=self.values * factor, errors=self.errors * factor, norm=self.norm * factor,
            remainder=replace(beyond, value=beyond.value * factor, low=beyond.low * factor, high=beyond.high * factor,
                              error=beyond.error * factor),
            certificate=None if certificate is None else replace(certificate, residual=certificate.residual * factor,
                                                                 worst=certificate.worst * factor))

    @property
    def complete(self) -> bool:
        """Whether nothing lies beyond `values` but rounding."""
        return self.remainder.high <= 1e-6 * float(self.values.sum())

    def nuclear_norm(self) -> Estimate:
        """The sum of all singular values, from `lower` to `upper`; its error bar reaches to the farther of them."""
        total, error = float(self.values.sum()), float(self.errors.sum())
        beyond = self.remainder
        farther = max(beyond.high - beyond.value, beyond.value - beyond.low)
        return Estimate(total + beyond.value, error + farther, beyond.note, lower=total + beyond.low - error,
                        upper=total + beyond.high + error)

    def effective_rank(self, kind: str = "nuclear") -> Estimate:
        r"""The effective rank of the whole matrix; see `opsvd.effective_rank`.

        Its error bar says what the engine leaves open. The entropy needs every singular value: where they are not all
        computed it is not given, but refused with a ValueError.
        """
        if self.norm == 0.0:
            return Estimate(0.0)
        if self.complete:
            value = float(effective_ranks(self.values, kind=kind))
            open_part = 2.0 * (float(self.errors.sum()) + self.remainder.high) / float(self.values.sum())
            if kind == "entropy" and open_part > 0.0:
                # A part w of the sum, in no more than 1 / w values, adds at most w + 2 w log(1 / w) to the entropy.
                open_part *= 1.0 + math.log(self.values.size + 1.0) + 2.0 * max(-math.log(open_part), 0.0)
            return Estimate(value, value * open_part)
        if kind == "nuclear":
            nuclear = self.nuclear_norm()
            value = (nuclear.value / self.norm) ** 2
            return Estimate(value, ((nuclear.value + nuclear.error) / self.norm) ** 2 - value, self.remainder.note,
                            lower=(nuclear.lower / self.norm) ** 2, upper=(nuclear.upper / self.norm) ** 2)
        if kind == "stable":
            value = (self.norm / float(self.values[0])) ** 2
            return Estimate(value, 2.0 * value * float(self.errors[0] / self.values[0]))
        effective_ranks(np.ones(1), kind=kind)    # refuses an unknown kind
        raise ValueError(f"kind={kind!r} needs all singular values, and {self.engine} computed {self.values.size}; "
                         f"use engine='dense', or kind='nuclear'")

    def likely_error(self) -> float:
        """What the effective rank is likely off by: less than its error bar, and no bound; see `Remainder`."""
        if self.norm == 0.0:
            return 0.0
        total = float(self.values.sum()) + self.remainder.value
        return 2.0 * (total / self.norm) * ((float(self.errors.sum()) + self.remainder.error) / self.norm)


class Engine(ABC):
    """A way to compute the singular values of a sampled matrix.

    A new engine is one file with a subclass, and one line in ``opsvd.sampling.ENGINES``. It asks the matrix for
    blocks, rows, columns or pairs, whatever suits it, and must state errors that are true.
    """

    @abstractmethod
    def spectrum(self, matrix: SampledMatrix, rank: int | None = None, tick: Tick = silent) -> MatrixSpectrum:
        """The leading `rank` singular values, by default as many as the engine gives without being asked."""

    @abstractmethod
    def cost(self, matrix: SampledMatrix, rank: int | None = None) -> Cost:
        """What `spectrum` will cost; a few blocks of entries are evaluated to time them."""

    def singular_values(self, matrix: Any) -> np.ndarray:
        """The singular values of a stored array, shape (r,), as many as the engine gives."""
        return self.spectrum(StoredMatrix(matrix)).values


def checked(matrix: Any, rank: Any, tick: Any = silent, *, real: bool = True) -> int | None:
    """Return the rank if there is one; raise TypeError or ValueError naming what is not what an engine takes.

    Unless `real` is False, it takes real matrices only.
    """
    given = instance(matrix, "matrix", SampledMatrix, "pass StoredMatrix(array)")  # type: ignore[type-abstract]
    if real and given.dtype.kind == "c":
        raise ValueError(f"matrix must be real for this engine, got {given!r} of dtype {given.dtype}; use "
                         f"engine='dense', which takes complex ones")
    function(tick, "tick", "tick(done)", "print", 1)
    return None if rank is None else positive_int(rank, "rank")


def entry_seconds(matrix: SampledMatrix, dtype: Any = None) -> float:
    """Time the evaluation of an entry, on blocks of eight rows that grow until one takes 10 ms.

    A few entries tell how slow a slow kernel is, and a fast one is timed on a tile. The first block, which may compile
    or load, does not count. By default entries are of the type of the matrix.
    """
    (n, m), dtype = matrix.shape, matrix.dtype if dtype is None else dtype
    rows, took, count = slice(0, min(n, 8)), 0.0, 1
    widths = sorted({min(m, width) for width in (8, 256, 1 << 13, 1 << 15)})
    matrix.values(rows, slice(0, widths[0]), dtype)
    for width in widths:
        evaluated = partial(matrix.values, rows, slice(0, width), dtype)
        took, count = min(timeit.repeat(evaluated, repeat=2, number=1)), width * min(n, 8)
        if took > 0.01:    # a thousand times what the clock and a call take
            break
    return took / count


def _time(seconds: float) -> str:
    if seconds < 90.0:
        return f"{max(seconds, 0.001):.2g} s"
    return f"{seconds / 60.0:.2g} min" if seconds < 5400.0 else f"{seconds / 3600.0:.2g} h"
