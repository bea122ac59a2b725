"""Kernels of a function that is applied to each entry of a matrix phi(<x, y>), or of several phi(<x, y>, <z, w>)."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, Self, overload

import numpy as np

from .._support.probe import require_alone, tried
from .._support.user_function import UserFunction, numbers
from .._support.validation import described, function, positive_int, real_array, sizes
from ..errors import KernelError
from .kernel import Kernel, name_of
from .probe_grid import probe_grid

_VECTORISE_PHI = (
    "phi must take one array and act on each of its numbers, like numpy's functions: np.tanh and not math.tanh, "
    "np.maximum(z, 0) and not max(z, 0), no sum, sort or softmax over them; a function of two variables is passed as h "
    "itself"
)
_VECTORISE_SEVERAL = (
    "phi must take as many arrays as k names inner products and act on each of their numbers, like numpy's functions: "
    "lambda z, w: np.tanh(z) * w, no sum, sort or softmax over them"
)


class _OfProducts(Kernel):
    """What kernels of one inner product and of several have in common: phi, and the dimensions of the products."""

    def __init__(self, phi: Callable[..., Any], dims: tuple[int, ...]) -> None:
        self.phi, self.product_dims = UserFunction(phi, "phi"), dims
        _probe_phi(self.phi, len(dims))
        super().__init__(partial(_of_products, self.phi, dims), name=name_of(phi), dims=(sum(dims), sum(dims)))

    @property
    def factor(self) -> float:
        """What the values of phi are multiplied by."""
        return self.phi.factor

    @property
    def coordinates_written(self) -> int:
        """See `Kernel.coordinates_written`: inner products are taken at once."""
        return len(self.product_dims)

    def scaled(self, factor: float) -> Self:
        """Return the kernel of phi times a factor, with the same count and budget."""
        phi = self.phi.times(factor)
        return self._changed(phi=phi, function=UserFunction(partial(_of_products, phi, self.product_dims), "h"))

    def of_arrays(self) -> Callable[[Any, Any], Any]:
        """See `Kernel.of_arrays`: one matrix product for each inner product."""
        return self.function if self.dims == (1, 1) else partial(_of_matrix_products, self.phi, self.product_dims)


class Elementwise(_OfProducts):
    """The kernel phi(<x, y>), which knows its phi and where phi is not smooth; made by `elementwise`.

    Attributes
    ----------
    phi : callable
    k : int
        The dimension of x and y.
    kinks : tuple of float
        In increasing order.
    """

    def __init__(self, phi: Callable[[Any], Any], k: int, kinks: Any) -> None:
        checked = function(phi, "phi", "phi(z)", "np.tanh")
        self.k, self.kinks = positive_int(k, "k"), _kinks(kinks)
        super().__init__(checked, (self.k,))

    def __repr__(self) -> str:
        """Name the function, and the dimension if it is not one."""
        return f"Elementwise({self.name})" if self.k == 1 else f"Elementwise({self.name}, k={self.k})"


class ElementwiseOfSeveral(_OfProducts):
    """The kernel phi(<x_1, y_1>, ..., <x_T, y_T>) of parts of vectors x and y; made by `elementwise`.

    Attributes
    ----------
    phi : callable
        Of T arrays.
    product_dims : tuple of int
        The dimensions of the parts of x, and of those of y.
    """

    def __init__(self, phi: Callable[..., Any], k: tuple[int, ...]) -> None:
        count, call = len(k), "phi(" + ", ".join(f"z{i + 1}" for i in range(len(k))) + ")"
        checked = function(phi, "phi", f"{call} for the {count} inner products of k = {k}", "lambda z1, z2: z1 * z2",
                           count)
        super().__init__(checked, k)

    def __repr__(self) -> str:
        """Name the function and the dimensions."""
        return f"ElementwiseOfSeveral({self.name}, k={self.product_dims})"


@overload
def elementwise(phi: Callable[[Any], Any], k: int = 1, kinks: Any = ()) -> Elementwise: ...
@overload
def elementwise(phi: Callable[..., Any], k: Sequence[int], kinks: Any = ()) -> Kernel: ...
def elementwise(phi: Callable[..., Any], k: int | Sequence[int] = 1, kinks: Any = ()) -> Kernel:
    r"""The kernel :math:`h(x, y) = \varphi(\langle x, y \rangle)` of a function applied to each entry of a matrix.

    For :math:`X, Y` of shape (n, k) with random rows, :math:`\varphi(X Y^T)` is a sample of it. Any function of two
    variables that depends on xy alone would do; this form says so, and spares the search for kinks.

    A function of several low-rank matrices :math:`X_t Y_t^T`, entry by entry, is the kernel
    :math:`\varphi(\langle x_1, y_1 \rangle, \dots, \langle x_T, y_T \rangle)` of the vectors
    :math:`x = (x_1, \dots, x_T)` and :math:`y = (y_1, \dots, y_T)`: give their dimensions as a sequence.

    Parameters
    ----------
    phi : callable
        A function of one variable that acts on each number of an array by itself; of T variables if `k` has T members.
    k : int or sequence of int, default 1
        The dimension of x and y: any, at about the same cost. For k > 1 x and y have shape (..., k), and measures
        that are not given are ``Gaussian.standard(k)``. Normalise by composing:
        ``elementwise(lambda z: np.tanh(z / np.sqrt(k)), k)``. A sequence holds the dimensions of the parts
        :math:`x_t` and :math:`y_t`: x and y have their sum, and the parts follow each other in the last axis.
    kinks : array_like of float, default ()
        Where phi, or a derivative of it, is not continuous: ``(-1, 1)`` for ``lambda z: np.clip(z, -1, 1)``, ``(0,)``
        for the absolute value. If there are none, or they are not known, leave it empty.

    Returns
    -------
    Elementwise
        A `Kernel`.

    Raises
    ------
    TypeError
        If `phi` is not callable, or not with as many arguments as `k` has members, or `kinks` are not numbers.
    KernelError
        If `phi` does not act on arrays, or not on each of their numbers by itself.
    ValueError
        If `k` is not positive, or `kinks` are not finite, or given for several inner products.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.kernels import elementwise
    >>> kernel = elementwise(lambda z: np.clip(z, -1.0, 1.0), kinks=[1, -1])
    >>> kernel.kinks
    (-1.0, 1.0)
    >>> print(kernel(0.5, np.array([1.0, 4.0])))
    [0.5 1. ]

    The entries of one matrix of rank two over those of another, which is how an optimiser divides a gradient:

    >>> ratio = elementwise(lambda z, w: z / np.sqrt(1.0 + w**2), (2, 2))
    >>> ratio.dims
    (4, 4)
    >>> print(ratio(np.ones(4), np.array([1.0, 0.0, 0.0, 2.0])).round(3))
    0.447
    """
    dims = sizes(k, "k")
    if len(dims) == 1:
        return Elementwise(phi, dims[0], kinks)
    if _kinks(kinks):
        raise ValueError(f"kinks must be empty for a function of several inner products, k = {dims}, got "
                         f"{described(kinks)}; leave it out")
    return ElementwiseOfSeveral(phi, dims)


def _kinks(kinks: Any) -> tuple[float, ...]:
    places = real_array(kinks, "kinks")
    if places.ndim != 1 or not np.isfinite(places).all():
        raise ValueError(f"kinks must be a sequence of finite numbers z where phi(z) is not smooth, got "
                         f"{described(kinks)}; pass for example (-1, 1)")
    return tuple(np.unique(places).tolist())


def _probe_phi(phi: UserFunction, count: int) -> None:
    """Try phi on arrays and on some of their numbers: what mixes them, as a softmax does, gives no kernel."""
    def values(*z: np.ndarray) -> np.ndarray:
        return numbers(phi(*z), "phi")

    advice = _VECTORISE_PHI if count == 1 else _VECTORISE_SEVERAL
    products = np.multiply(*probe_grid((count, count)))
    z = (products,) if count == 1 else tuple(np.moveaxis(products, -1, 0))
    shape = z[0].shape
    whole = tried(values, z, f"phi failed on an array z of shape {shape}", advice)
    if whole.shape not in {(), shape}:
        raise KernelError(f"phi must act on each number by itself: for z of shape {shape} it returned shape "
                          f"{whole.shape}. {advice}")
    require_alone(values, z, whole, "phi must act on each number by itself", advice)


def _of_products(phi: Callable[..., Any], dims: tuple[int, ...], x: np.ndarray, y: np.ndarray) -> Any:
    """The values of phi at the inner products of the parts of points, which have these dimensions."""
    if dims == (1,):
        return phi(x * y)
    return phi(*(_inner(x[..., part], y[..., part]) for part in _parts(dims)))


def _of_matrix_products(phi: Callable[..., Any], dims: tuple[int, ...], x: Any, y: Any) -> Any:
    """The same on a grid, x (n, 1, k) and y (1, m, k), for arrays of any library."""
    return phi(*(x[:, 0, part] @ y[0, :, part].T for part in _parts(dims)))


def _parts(dims: tuple[int, ...]) -> list[slice]:
    """Where the parts of a vector lie in it."""
    return [slice(stop - dim, stop) for dim, stop in zip(dims, accumulate(dims), strict=True)]


def _inner(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The products <x, y> of vectors that broadcast; on a grid, (n, 1, k) and (1, m, k), by one matrix product."""
    if x.ndim == y.ndim == 3 and x.shape[1] == y.shape[0] == 1:
        return np.asarray(x[:, 0] @ y[0].T)
    return np.asarray(np.einsum("...k,...k->...", x, y))
