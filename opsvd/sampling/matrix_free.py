"""Matrix-free engines: all that is asked of a matrix is a few passes over its rows."""

import math
from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from .._support.validation import nonnegative_int, one_of, positive_float, positive_int, tolerance
from ..matrices import Part, SampledMatrix
from .engine import Cost, Engine, MatrixSpectrum, Remainder, Tick, checked, entry_seconds, silent
from .krylov import Leading, Pass, Passes, Product, block_products, krylov_rounds, leading_values
from .remainder import frobenius_remainder, lanczos_remainder

# Rounds that are expected of matrices too small to be tried out: test_cost.py compares what is said with what is taken.
_EXPECTED_ROUNDS = 4
# Rows on which the effect of single precision is measured: 2 per cent of the evaluations of a pass at n = 4000.
_ROWS_COMPARED = 40
# Multiplications a second in products of tall matrices, on one core. At n = 3 x 10^4 in single precision 36 s are said,
# and 37 s were taken (benchmarks/results/sampling_at_scale.txt).
_PRODUCT_SPEED = {"float64": 7e9, "float32": 1.6e10}
# Bytes of a block of rows: little beside the 1.5e9 of a whole iteration, and 200 rows at n = 10^5.
_BLOCK_BYTES = 1.6e8


@dataclass(frozen=True)
class MatrixFree(Engine):
    r"""Randomised SVD in passes over row blocks, A never being stored.

    A pass brings products with `width` columns; blocks are evaluated, used twice and forgotten.
    See `opsvd.sampling.krylov` for the iteration, and `opsvd.sampling.remainder` for the sum of the values beyond.

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
        """Check the options."""
        one_of(self.dtype, "dtype", _PRODUCT_SPEED, "leave it out for double precision")
        tolerance(self.rtol, "rtol")
        positive_float(self.memory, "memory")
        positive_int(self.rounds, "rounds")
        nonnegative_int(self.seed, "seed")
        if nonnegative_int(self.lanczos, "lanczos") and positive_int(self.probes, "probes") < 2:
            raise ValueError("lanczos needs probes at least 2, because their scatter is part of the interval, got "
                             "probes=1; leave probes out, or pass lanczos=0 for no estimate")
        if self.width is not None:
            positive_int(self.width, "width")

    @abstractmethod
    def one_pass(self, matrix: SampledMatrix, q: np.ndarray, product: Product) -> Pass:
        """What `Passes` says, unscaled, for q in the precision `dtype`: (n, l) for "left", or else (m, l)."""

    def spectrum(self, matrix: SampledMatrix, rank: int | None = None, tick: Tick = silent) -> MatrixSpectrum:
        """The leading `rank` values, by default 20, with stated errors, and the sum of those beyond with its interval.

        If interrupted (Ctrl-C) after the first round: the values and errors that it gave, and `interrupted` is True.
        """
        sizes = self._sizes(matrix, checked(matrix, rank, tick))
        total, done = _EXPECTED_ROUNDS + self.lanczos, 0

        def one_pass(q: np.ndarray, product: Product) -> Pass:
            nonlocal done
            found = self.one_pass(matrix, q, product)
            done += 1
            tick(min(done / total, 0.99))
            return found

        leading, beyond = self._iterated(one_pass, matrix, sizes)
        tick(1.0)
        errors = leading.errors + self._precision(matrix)
        note = (f"{leading.passes} passes with {sizes[1]} columns, and {done - leading.passes} for the rest"
                f"{'; interrupted' if leading.interrupted else ''}")
        return MatrixSpectrum(leading.values[: errors.size], errors, math.sqrt(leading.energy), beyond, repr(self),
                              note, interrupted=leading.interrupted)

    def _iterated(self, one_pass: Passes, matrix: SampledMatrix, sizes: tuple[int, int, int]
                  ) -> tuple[Leading, Remainder]:
        """Leading triplets, and the sum of the values beyond, by passes over the unscaled matrix."""
        scale, rng = matrix.scale, np.random.default_rng(self.seed)

        def passes(q: np.ndarray, product: Product) -> Pass:
            found = one_pass(np.asarray(q, dtype=self.dtype), product)
            return Pass(np.asarray(found.y, dtype=np.float64) * scale,
                        np.asarray(found.z, dtype=np.float64) * (scale**2 if product == "both" else scale),
                        found.energy * scale**2)

        eps = float(np.finfo(self.dtype).eps)
        # The rounds have no name here, so that their space is given back before Lanczos vectors take its place.
        leading = leading_values(krylov_rounds(passes, matrix.shape, *sizes, rounds=self.rounds, eps=eps, rng=rng),
                                 self.rtol)
        try:
            steps = 0 if leading.interrupted else self.lanczos
            return leading, lanczos_remainder(passes, leading, steps, self.probes, rng)
        except KeyboardInterrupt:
            return replace(leading, interrupted=True), frobenius_remainder(leading)

    def _sizes(self, matrix: SampledMatrix, rank: int | None) -> tuple[int, int, int]:
        """The rank, the width of a pass, and how many columns of the Krylov space are kept."""
        least = min(matrix.shape)
        k = min(20 if rank is None else rank, least)
        width = min(max(self.width or min(k + 20, max(2 * k, k + 10)), k), least)
        room = int((self.memory - 2.0 * _BLOCK_BYTES) / (8.0 * 5.0 * sum(matrix.shape)))
        if room < 2 * width:
            need = 8.0 * 5.0 * sum(matrix.shape) * 2 * width + 2.0 * _BLOCK_BYTES
            raise ValueError(f"memory must be at least {need:.1e} bytes for {k} singular values of a matrix of "
                             f"{matrix.shape[0]} x {matrix.shape[1]}, got {self.memory:.1e}; raise it, or lower rank")
        return k, width, min(room, least)

    def _precision(self, matrix: SampledMatrix) -> float:
        """What single precision may have done to each value: rounding in products, and in the values of h."""
        if self.dtype == "float64":
            return 0.0
        rows = np.unique(np.linspace(0, matrix.shape[0] - 1, _ROWS_COMPARED).astype(int))
        squares = 0.0
        for left in range(0, matrix.shape[1], 1 << 14):
            columns = slice(left, min(left + (1 << 14), matrix.shape[1]))
            change = matrix.values(rows, columns, np.float32) - matrix.values(rows, columns)
            squares += float(np.vdot(change, change))
        return 4.0 * (matrix.scale * math.sqrt(squares * matrix.shape[0] / rows.size))

    def cost(self, matrix: SampledMatrix, rank: int | None = None) -> Cost:
        """See `Engine.cost`; how many passes are needed is tried out on some hundred rows and columns."""
        (k, width, columns), (n, m) = self._sizes(matrix, checked(matrix, rank)), matrix.shape
        rounds, products = self._pilot(matrix, (k, width, columns))
        kept = min(columns, rounds * width)
        evaluations = float(n) * m * len(products) + (2.0 * _ROWS_COMPARED * m if self.dtype == "float32" else 0.0)
        # Products with the matrix, and factorisations and projections of the Krylov space.
        multiplications = float(n) * m * sum(products), rounds * kept * (2.0 * n * kept + 6.0 * m * width)
        seconds = (evaluations * (entry_seconds(matrix, self.dtype) + 1e-9)
                   + multiplications[0] / _PRODUCT_SPEED[self.dtype] + multiplications[1] / _PRODUCT_SPEED["float64"])
        # In columns of eight bytes: what is kept of the space and of both images of it, and what the last products and
        # vectors take; while a pass is made, while the space grows, and while Lanczos vectors do.
        with_blocks = self.block_memory(matrix, width)
        memory = max(with_blocks + 8.0 * (m * (2 * kept + 4 * width) + n * (kept + 2 * width)),
                     8.0 * (m * (3 * kept + 3 * width) + n * (3 * kept + 2 * width)),
                     with_blocks + 8.0 * (m * (4 * width + (self.lanczos + 4) * self.probes) + n * 2 * width))
        return Cost(seconds, memory, f"{len(products)} passes over {n} x {m} entries, {width} columns at a time",
                    evaluations)

    def block_memory(self, matrix: SampledMatrix, width: int) -> float:  # noqa: ARG002 -- some engines keep products
        """Bytes that the blocks of a pass take, while they are evaluated and multiplied by `width` columns."""
        return float(np.dtype(self.dtype).itemsize) * rows_at_a_time(matrix) * matrix.shape[1] + matrix.tile_bytes()

    def _pilot(self, matrix: SampledMatrix, sizes: tuple[int, int, int]) -> tuple[int, list[int]]:
        """How many rounds are expected, and for each pass with how many columns the matrix is multiplied.

        The iteration is tried on a random part of the matrix, whose leading values are about the same. A larger matrix
        needed up to one round more, for five kernels, two ranks and three tolerances: one more is expected.
        """
        (n, m), (k, width, columns), log = matrix.shape, sizes, []
        side = 8 * width    # so that four rounds fill half of the part
        if n * m <= 4 * side**2:    # too small to be worth it
            rounds, two = min(_EXPECTED_ROUNDS, self.rounds), self.dtype == "float32"
            return rounds, ([width] * 2 if two else [2 * width]) * rounds + [2 * self.probes] * self.lanczos
        rng = np.random.default_rng(self.seed)
        rows, left_out = (np.sort(rng.choice(size, min(size, side), replace=False)) for size in (n, m))
        part = Part(matrix, rows, left_out)
        block = part.fill(np.empty(part.shape, dtype=self.dtype), 0)

        def counted(q: np.ndarray, product: Product) -> Pass:
            log.append(q.shape[1] * (2 if product == "both" else 1))
            return block_products(block, q, product)

        leading, _ = self._iterated(counted, part, (k, width, min(columns, *part.shape)))
        if leading.interrupted:
            raise KeyboardInterrupt
        last = log[leading.passes - 1]
        further = [] if leading.rounds == self.rounds else [last] if last > width else [last] * 2
        return leading.rounds + bool(further), log[: leading.passes] + further + log[leading.passes :]


def rows_at_a_time(matrix: SampledMatrix, most: float = _BLOCK_BYTES) -> int:
    """How many rows make a block."""
    n, m = matrix.shape
    return int(min(n, max(16, most // (8 * m))))
