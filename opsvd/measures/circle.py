"""The uniform measure on a circle."""

import numpy as np

from .uniform import Uniform


class Circle(Uniform):
    r"""An angle that is uniform on :math:`[0, 2\pi)`; functions of it are expanded in sines and cosines.

    A kernel gets angles of this interval. Smooth kernels that are periodic take a trigonometric basis, in which they
    converge geometrically; others are decomposed as under `Uniform`.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> circle = opsvd.Circle()
    >>> svd = opsvd.decompose(lambda x, y: np.exp(np.cos(x - y)), circle, circle)
    >>> svd.singular_values[:3].round(9).tolist()    # Bessel functions I_0(1), I_1(1), I_1(1)
    [1.266065878, 0.565159104, 0.565159104]
    """

    arguments = ()

    def __init__(self) -> None:
        super().__init__(0.0, 2.0 * np.pi)
        self.period = 2.0 * np.pi

    def __eq__(self, other: object) -> bool:
        """All circles are the same."""
        return isinstance(other, Circle)

    def __hash__(self) -> int:
        """By type."""
        return hash(Circle)
