"""The uniform measure on the circle."""

import math
from typing import Any

import numpy as np

from .uniform import Uniform


class Circle(Uniform):
    r"""Angles uniform on the circle, as numbers of :math:`[0, 2\pi)`.

    Other angles are taken modulo :math:`2\pi`. The measure is ``Uniform(0, 2 * pi)``, and it says that the line is
    closed to a circle by its `period`: smooth kernels that are periodic take a trigonometric basis, in which they
    converge geometrically.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> circle = opsvd.Circle()
    >>> svd = opsvd.decompose(lambda x, y: np.exp(np.cos(x - y)), circle, circle)
    >>> svd.singular_values[:3].round(9).tolist()    # Bessel functions I_0(1), I_1(1), I_1(1)
    [1.266065878, 0.565159104, 0.565159104]
    """

    arguments: tuple[str, ...] = ()
    period = 2.0 * math.pi

    def __init__(self) -> None:
        super().__init__(0.0, self.period)

    def __eq__(self, other: object) -> bool:
        """There is one."""
        return type(other) is Circle

    def __hash__(self) -> int:
        """By name."""
        return hash("Circle")

    @property
    def plain(self) -> bool:
        """Coordinates are points."""
        return True

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """Angles in [0, 2 pi)."""
        return np.asarray(np.mod(np.asarray(x, dtype=np.float64), self.period))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Circle":    # noqa: ARG003 -- there is nothing to state
        """The circle."""
        return cls()
