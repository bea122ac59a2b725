"""Kernels phi(<x, y>) of a function that is applied to each entry of a matrix."""

from collections.abc import Callable
from functools import partial
from typing import Any, Self

import numpy as np

from .._support.probe import require_alone, tried
from .._support.user_function import UserFunction, numbers
from .._support.validation import described, function, positive_int, real_array
from ..errors import KernelError
from .kernel import Kernel, name_of, probe_grid

_VECTORISE_PHI = (
    "phi must take one array and act on each of its numbers, like numpy's functions: np.tanh and not math.tanh, "
    "np.maximum(z, 0) and not max(z, 0), no sum, sort or softmax over them; a function of two variables is passed as h "
    "itself"
)


class Elementwise(Kernel):
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
        self.phi = UserFunction(function(phi, "phi", "phi(z)", "np.tanh"), "phi")
        self.k, self.kinks = positive_int(k, "k"), _kinks(kinks)
        _probe_phi(self.phi)
        super().__init__(partial(_of_products, self.phi, self.k), name=name_of(phi), dims=(k, k))

    def __repr__(self) -> str:
        """Name the function, and the dimension if it is not one."""
        return f"Elementwise({self.name})" if self.k == 1 else f"Elementwise({self.name}, k={self.k})"

    @property
    def factor(self) -> float:
        """What the values of phi are multiplied by."""
        return self.phi.factor

    def scaled(self, factor: float) -> Self:
        """Return the kernel of phi times a factor, with the same count and budget."""
        phi = self.phi.times(factor)
        return self._changed(phi=phi, function=UserFunction(partial(_of_products, phi, self.k), "h"))


def elementwise(phi: Callable[[Any], Any], k: int = 1, kinks: Any = ()) -> Elementwise:
    r"""The kernel :math:`h(x, y) = \varphi(\langle x, y \rangle)` of a function applied to each entry of a matrix.

    For :math:`X, Y` of shape (n, k) with random rows, :math:`\varphi(X Y^T)` is a sample of it. Any function of two
    variables that depends on xy alone would do; this form says so, and spares the search for kinks.

    Parameters
    ----------
    phi : callable
        A function of one variable that acts on each number of an array by itself.
    k : int, default 1
        The dimension of x and y: any, at about the same cost. For k > 1 x and y have shape (..., k), and measures
        that are not given are ``Gaussian.standard(k)``. Normalise by composing:
        ``elementwise(lambda z: np.tanh(z / np.sqrt(k)), k)``.
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
        If `phi` is not callable, or `kinks` are not numbers.
    KernelError
        If `phi` does not act on arrays, or not on each of their numbers by itself.
    ValueError
        If `k` is not positive, or `kinks` are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.kernels import elementwise
    >>> kernel = elementwise(lambda z: np.clip(z, -1.0, 1.0), kinks=[1, -1])
    >>> kernel.kinks
    (-1.0, 1.0)
    >>> print(kernel(0.5, np.array([1.0, 4.0])))
    [0.5 1. ]
    """
    return Elementwise(phi, k, kinks)


def _kinks(kinks: Any) -> tuple[float, ...]:
    places = real_array(kinks, "kinks")
    if places.ndim != 1 or not np.isfinite(places).all():
        raise ValueError(f"kinks must be a sequence of finite numbers z where phi(z) is not smooth, got "
                         f"{described(kinks)}; pass for example (-1, 1)")
    return tuple(np.unique(places).tolist())


def _probe_phi(phi: UserFunction) -> None:
    """Try phi on an array and on some of its numbers: what mixes them, as a softmax does, gives no kernel."""
    def values(z: np.ndarray) -> np.ndarray:
        return numbers(phi(z), "phi")

    z = np.multiply(*probe_grid((1, 1)))
    whole = tried(values, (z,), f"phi failed on an array z of shape {z.shape}", _VECTORISE_PHI)
    if whole.shape not in {(), z.shape}:
        raise KernelError(f"phi must act on each number by itself: for z of shape {z.shape} it returned shape "
                          f"{whole.shape}. {_VECTORISE_PHI}")
    require_alone(values, (z,), whole, "phi must act on each number by itself", _VECTORISE_PHI)


def _of_products(phi: Callable[[Any], Any], k: int, x: np.ndarray, y: np.ndarray) -> Any:
    """The values phi(<x, y>) at points of R^k."""
    return phi(x * y if k == 1 else _inner(x, y))


def _inner(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The products <x, y> of vectors that broadcast; on a grid, (n, 1, k) and (1, m, k), by one matrix product."""
    if x.ndim == y.ndim == 3 and x.shape[1] == y.shape[0] == 1:
        return np.asarray(x[:, 0] @ y[0].T)
    return np.asarray(np.einsum("...k,...k->...", x, y))
