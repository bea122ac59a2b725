"""Functions that act on b by b blocks of a matrix jointly."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .._support.arrays import leading_part
from .._support.budget import Budget, BudgetExhaustedError, evaluated
from .._support.probe import require_alone, tried
from .._support.user_function import UserFunction
from .._support.validation import broadcast, described, function, positive_int, real_array, require_memory
from ..errors import KernelError, NonFiniteKernelError
from .elementwise import elementwise
from .kernel import Kernel

# Any seed will do, as long as each run tries a map on the same blocks.
_SEED_OF_TRIED_BLOCKS = 20240305

_LAST_AXES = "let it act on the last two axes, as np.linalg.svd does"


class BlockKernel(Kernel):
    r"""The matrix-valued kernel :math:`\Phi(x y^T)`, x and y of b rows in R^k each; made by `blockwise`.

    On a grid of rows, numbers of them that b divides, it is the matrix whose b by b blocks are
    :math:`\Phi(X_I Y_J^T)`: `grid` and sampling take it like any other kernel of vectors. It has no value at single
    rows.

    Attributes
    ----------
    phi : callable
    b, k : int
    """

    _called = "phi"
    _why_real = " in blocks; take their real or imaginary parts"

    def __init__(self, phi: Callable[[np.ndarray], Any], b: int, k: int) -> None:
        phi = function(phi, "phi", "phi(blocks), blocks of shape (..., b, b)", "lambda blocks: np.tanh(blocks)")
        self.b, self.k = positive_int(b, "b"), positive_int(k, "k")
        # Twelve blocks on which the map is tried, and eight arrays of that size in which it may do its work.
        require_memory(12 * 8 * float(b) ** 2, "b", b, "take smaller blocks")
        self._begin(UserFunction(phi, "phi"), None, (self.k, self.k))
        self._try_blocks()
        self.eps = self.phi.eps

    @property
    def phi(self) -> UserFunction:
        """The map of blocks."""
        return self.function

    def __repr__(self) -> str:
        """Name the map and its blocks."""
        return f"BlockKernel({self.name}, b={self.b}, k={self.k})"

    def __call__(self, x: Any, y: Any) -> np.ndarray:
        """Refuse: single rows make no block."""
        raise KernelError(f"a kernel of {self.b} by {self.b} blocks has no value at single rows, got x = "
                          f"{described(x)} and y = {described(y)}; use blocks(x, y) with x and y of shape "
                          f"(n, {self.b}, {self.k})")

    def blocks(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The blocks of x (n, b, k) with y (m, b, k): shape (n, m, b, b)."""
        return self._mapped(np.einsum("nik,mjk->nmij", self._rows(x, "x"), self._rows(y, "y")))

    def beside(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The blocks of x (n, b, k) with y (n, b, k), pair by pair: shape (n, b, b)."""
        x, y = self._rows(x, "x"), self._rows(y, "y")
        broadcast(leading_part(x, 2), leading_part(y, 2))
        return self._mapped(np.einsum("nik,njk->nij", x, y))

    def _rows(self, value: Any, name: str) -> np.ndarray:
        """A list of blocks of rows, shape (n, b, k)."""
        rows = real_array(value, name)
        if rows.shape[1:] != (self.b, self.k):
            raise ValueError(f"{name} must hold blocks of {self.b} rows in R^{self.k}, shape (n, {self.b}, {self.k}), "
                             f"got shape {rows.shape}; pass an array of that shape")
        return rows

    def _mapped(self, products: np.ndarray) -> np.ndarray:
        """Phi of blocks (..., b, b), finite."""
        return evaluated(self.budget, self._mapped_at_once, (products,), (2,), width=self.b**2)

    def _mapped_at_once(self, products: np.ndarray) -> np.ndarray:
        """The same, from one call of phi."""
        values = self._numbers(products)
        self.evaluations += products.size
        self._require_same_shape(products, values)
        if not np.isfinite(values).all():
            bad = tuple(np.argwhere(~np.isfinite(values))[0][:-2])
            raise NonFiniteKernelError(f"phi must be finite, but is not at the block {products[bad].tolist()}; define "
                                       f"it there")
        return values

    def grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The matrix of all blocks of rows x, (n,) or (n, k), with rows y: shape (n, m)."""
        x, y = self.listed(x, y)
        n, m, shape = len(x), len(y), (-1, self.b, self.k)
        self.require_whole(n, m)
        return np.asarray(self.blocks(x.reshape(shape), y.reshape(shape)).transpose(0, 2, 1, 3).reshape(n, m))

    finite_grid = grid    # which raises where phi is not finite

    def require_whole(self, n: int, m: int) -> None:
        """Raise ValueError unless n and m rows make whole blocks."""
        if n % self.b or m % self.b:
            raise ValueError(f"n and m, the numbers of rows x and y, must be multiples of b = {self.b}, got {n} and "
                             f"{m}; take {n - n % self.b} or {n - n % self.b + self.b}")

    def entry(self) -> Callable[[np.ndarray], np.ndarray] | None:
        """The function of one number that phi applies to each entry, if it does; verified at unseen blocks.

        Phi applies a function to each if values do not change where the numbers are dealt to other places of other
        blocks.
        """
        rng = np.random.default_rng(_SEED_OF_TRIED_BLOCKS)
        # Blocks of some 256 numbers in all, of which six such sets take a quarter of the budget at most; dealing needs
        # two blocks at least.
        numbers = 256 if self.budget is None else min(256, self.budget.evaluations // 24)
        count = max(2, numbers // self.b**2)
        for scale in (1.0, math.sqrt(self.k), 0.1):
            z = scale * rng.standard_normal((count, self.b, self.b))
            dealt = rng.permutation(z.size)
            joint, single = self._mapped(z).ravel(), self._mapped(z.ravel()[dealt].reshape(z.shape)).ravel()
            if not np.abs(joint[dealt] - single).max() <= 1e-12 * np.abs(joint).max():    # but for rounding
                return None
        return self._alone

    def _alone(self, z: np.ndarray) -> np.ndarray:
        """Phi of numbers (...) that it takes one by one, as many in a block as there is room for."""
        values = np.asarray(z, dtype=np.float64)
        blocks = np.resize(values, (-(-values.size // self.b**2), self.b, self.b))
        return self._numbers(blocks).ravel()[:values.size].reshape(values.shape)

    def _require_same_shape(self, blocks: np.ndarray, values: np.ndarray) -> None:
        if values.shape != blocks.shape:
            raise KernelError(f"phi must map blocks of shape (..., {self.b}, {self.b}) to the same shape: for shape "
                              f"{blocks.shape} it returned shape {values.shape}; {_LAST_AXES}")

    def _try_blocks(self) -> None:
        z = np.random.default_rng(_SEED_OF_TRIED_BLOCKS).standard_normal((3, 4, self.b, self.b))
        whole = tried(self._numbers, (z,), f"phi failed on blocks of shape {z.shape}", _LAST_AXES)
        self._require_same_shape(z, whole)
        require_alone(self._numbers, (z,), whole, "phi must act on each block by itself", _LAST_AXES)


def blockwise(phi: Callable[[np.ndarray], Any], b: int, k: int = 1) -> BlockKernel:
    r"""The kernel of a function that acts on the b by b blocks of :math:`X Y^T` jointly.

    For :math:`X, Y` of shape (n, k), n a multiple of b, the matrix of all blocks :math:`\Phi(X_I Y_J^T)`, over n, has
    for large n the singular values of

    .. math:: (T g)(x) = \frac1b E_y[\Phi(x y^T)\, g(y)],

    x and y of b rows each, with functions f and g with values in R^b and :math:`E[f_i \cdot f_j] = \delta_{ij}`. The
    1/b is because a matrix of n rows has n/b blocks a side: so an elementwise phi has the values of
    ``elementwise(phi, k)``.

    Parameters
    ----------
    phi : callable
        Blocks of shape (..., b, b) to the same shape.
    b : int
        The size of the blocks.
    k : int, default 1
        The dimension of a row.

    Returns
    -------
    BlockKernel
        For `decompose`, `sample_matrix` and `monte_carlo`, with measures of rows in R^k.

    Raises
    ------
    KernelError
        If phi does not act on the last two axes, or not on each block by itself.
    TypeError, ValueError
        If b or k is not a positive integer.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> def normalised(blocks):
    ...     return blocks / np.linalg.norm(blocks, axis=(-2, -1), keepdims=True)
    >>> matrix = opsvd.sample_matrix(opsvd.blockwise(normalised, 2), 200, rng=0)
    >>> print(np.linalg.svd(matrix, compute_uv=False)[:2].round(12))
    [0.5 0. ]
    """
    return BlockKernel(phi, b, k)


def entrywise(kernel: Kernel, budget: Budget | None = None) -> Kernel:
    """The kernel phi(<x, y>) in place of blocks of which phi acts on each entry by itself; others as they are.

    Where the budget does not allow to tell, the blocks stay.
    """
    tried = kernel if budget is None else kernel.limited(budget)
    try:
        alone = isinstance(tried, BlockKernel) and tried.entry() is not None
    except BudgetExhaustedError:
        return kernel
    return elementwise(kernel._alone, kernel.dims[0]) if alone and isinstance(kernel, BlockKernel) else kernel
