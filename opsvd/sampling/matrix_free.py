"""Matrix-free engines: all that is asked of a matrix is a few passes over its rows."""

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from .._validation import positive_int
from .engine import Cost, Engine, MatrixSpectrum, Tick, entry_seconds, silent
from .krylov import Pass, leading_values
from .matrix import SampledMatrix
from .remainder import lanczos_remainder

__all__ = ["MatrixFree", "rows_at_a_time"]

_DEFAULT_RANK = 20
# Passes are timed beforehand as if so many were needed.
_EXPECTED = 4
# Multiplications a second in products of tall matrices, on one core.
_SPEED = {"float64": 7e9, "float32": 1.6e10}
# Bytes that a block of rows may take.
_BLOCK = 1.6e8
_DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class MatrixFree(Engine):
    r"""Randomised SVD in passes over row blocks, A never being stored.

    A pass brings products with `width` columns; blocks are evaluated, used twice and forgotten.
    See `opsvd.sampling.krylov` for the iteration, and `opsvd.sampling.remainder` for the nuclear norm of the rest.

    Parameters
    ----------
    width : int, optional
        Columns a pass, by default the rank and twenty more, at most twice the rank but ten at least.
    rtol : float, default 1e-5
        The errors aimed at, relative to s_1; what was reached is stated with each value.
    rounds : int, default 10
        At most so many for the singular values, of one pass each, or two where values below the root of rounding are
        wanted.
    lanczos, probes : int, default 10 and 8
        Passes for the nuclear norm, and how many vectors they take. With ``lanczos=0`` only the interval that the
        Frobenius norm leaves is given.
    dtype : {"float64", "float32"}
        The precision of entries and products. With "float32", which is two to four times as fast, errors are at least
        2e-6 of s_1; what single precision does to h is measured on some rows.
    memory : float, default 1.5e9
        Bytes that the blocks and the Krylov space may take.
    seed : int, default 0
        For the random start: the same matrix has the same answer.
    """

    width: int | None = None
    rtol: float = 1e-5
    rounds: int = 10
    lanczos: int = 10
    probes: int = 8
    dtype: str = "float64"
    memory: float = 1.5e9
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.dtype not in _DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(map(repr, _DTYPES))}, got {self.dtype!r}; "
                             f"leave it out for double precision")
        positive_int(self.rounds, "rounds")
        if self.lanczos < 0 or (self.lanczos and positive_int(self.probes, "probes") < 2):
            raise ValueError(f"lanczos must not be negative, and probes at least 2, got {self.lanczos} and "
                             f"{self.probes}; lanczos=0 leaves the estimate out")
        if self.width is not None:
            positive_int(self.width, "width")

    @abstractmethod
    def one_pass(
        self, matrix: SampledMatrix, right: np.ndarray | None, left: np.ndarray | None, *, fused: bool
    ) -> Pass:
        """What `Passes` says, unscaled, for right (m, l) and left (n, l) in the precision `dtype`."""

    def spectrum(self, matrix: SampledMatrix, rank: int | None = None, tick: Tick = silent) -> MatrixSpectrum:
        """The leading `rank` values, by default 20, with stated errors, and the sum of the rest with its interval."""
        k, width, columns = self._sizes(matrix, rank)
        total = _EXPECTED + self.lanczos
        done = 0

        def passes(right: np.ndarray | None, left: np.ndarray | None, *, fused: bool = False) -> Pass:
            nonlocal done
            single = [None if block is None else np.asarray(block, dtype=self.dtype) for block in (right, left)]
            found, scale = self.one_pass(matrix, single[0], single[1], fused=fused), matrix.scale
            done += 1
            tick(min(done / total, 0.99))
            return Pass(np.asarray(found.y, dtype=np.float64) * scale,
                        np.asarray(found.z, dtype=np.float64) * (scale**2 if fused else scale), found.energy * scale**2)

        rng = np.random.default_rng(self.seed)
        leading = leading_values(passes, matrix.shape, rank=k, width=width, rtol=self.rtol, rounds=self.rounds,
                                 columns=columns, eps=float(np.finfo(self.dtype).eps), rng=rng)
        rest = lanczos_remainder(passes, leading, matrix.shape, steps=self.lanczos, probes=self.probes, rng=rng)
        tick(1.0)
        errors = leading.errors + self._precision(matrix)
        return MatrixSpectrum(leading.values[: errors.size], errors, math.sqrt(leading.energy), rest, repr(self),
                              f"{leading.passes} passes with {width} columns, and {done - leading.passes} for the rest")

    def _sizes(self, matrix: SampledMatrix, rank: int | None) -> tuple[int, int, int]:
        """The rank, the width of a pass, and how many columns of the Krylov space are kept."""
        least = min(matrix.shape)
        k = min(_DEFAULT_RANK if rank is None else rank, least)
        width = min(max(self.width or min(k + 20, max(2 * k, k + 10)), k), least)
        room = int((self.memory - 2.0 * _BLOCK) / (8.0 * 5.0 * sum(matrix.shape)))
        if room < 2 * width:
            need = 8.0 * 5.0 * sum(matrix.shape) * 2 * width + 2.0 * _BLOCK
            raise ValueError(f"memory must be at least {need:.1e} bytes for {k} singular values of a matrix of "
                             f"{matrix.shape[0]} x {matrix.shape[1]}, got {self.memory:.1e}; raise it, or lower rank")
        return k, width, min(room, least)

    def _precision(self, matrix: SampledMatrix) -> float:
        """What single precision may have done to each value: rounding in products, and in the values of h."""
        if self.dtype == "float64":
            return 0.0
        rows = np.unique(np.linspace(0, matrix.shape[0] - 1, 40).astype(int))
        squares = 0.0
        for left in range(0, matrix.shape[1], 1 << 14):
            columns = slice(left, min(left + (1 << 14), matrix.shape[1]))
            change = matrix.values(rows, columns, np.float32) - matrix.values(rows, columns)
            squares += float(np.vdot(change, change))
        changed = matrix.scale * math.sqrt(squares * matrix.shape[0] / rows.size)
        return 4.0 * changed

    def cost(self, matrix: SampledMatrix, rank: int | None = None) -> Cost:
        """See `Engine.cost`; four passes are expected for the values, which kernels with jumps need."""
        (n, m), (_, width, columns) = matrix.shape, self._sizes(matrix, rank)
        passes = _EXPECTED + self.lanczos
        products = 2.0 * (_EXPECTED * width + self.lanczos * max(self.probes, 2))
        seconds = float(n) * m * (passes * (entry_seconds(matrix, self.dtype) + 1e-9) + products / _SPEED[self.dtype])
        kept = min(columns, _EXPECTED * width)
        memory = 1e8 + 2.0 * 8.0 * m * rows_at_a_time(matrix) + 8.0 * 5.0 * (n + m) * kept
        return Cost(seconds, memory, f"{passes} passes over {n} x {m} entries, {width} columns at a time")


def rows_at_a_time(matrix: SampledMatrix, most: float = _BLOCK) -> int:
    """How many rows make a block."""
    n, m = matrix.shape
    return int(min(n, max(16, most // (8 * m))))
