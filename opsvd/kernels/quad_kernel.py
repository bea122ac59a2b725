"""Kernels of numbers at points of quadruple precision."""

from typing import Any, Self

import numpy as np

from .._support.probe import tried
from .._support.quad import as_quad, is_quad, quad_type
from .._support.user_function import real_values
from .kernel import Kernel

_ADVICE = ("it is called with arrays of the dtype numpy_quaddtype.QuadPrecDType(), for which numpy's elementwise "
           "functions are there, and not those of scipy: write np.tanh(x * y), and take erf from opsvd.erf")


class QuadKernel(Kernel):
    """A real kernel h of numbers, whose points and values are arrays of quadruple precision.

    It has the budget of the kernel that it is made `of`, and a count of its own. Values of double precision, as
    ``np.where(x > y, 1.0, 0.0)`` gives them, are taken as they are: `opsvd.probing.digits` sees whether they are
    rounded.
    """

    @classmethod
    def of(cls, kernel: Kernel) -> Self:
        """The kernel in quadruple precision; raises KernelError if h fails there."""
        made = cls.__new__(cls)
        vars(made).update(vars(kernel), dtype=quad_type(), evaluations=0)
        x, y = as_quad([[-0.37], [0.29]]), as_quad([[0.13, 0.47]])
        tried(lambda x, y: made.converted(made.function(x, y)), (x, y), "h failed in quadruple precision", _ADVICE)
        return made

    def __call__(self, x: Any, y: Any) -> np.ndarray:
        """Evaluate h at points x and y that broadcast against each other."""
        return self.at_points(as_quad(x), as_quad(y))

    def listed(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Lists of points, in quadruple precision."""
        return as_quad(x), as_quad(y)

    def converted(self, values: Any, dtype: Any = None) -> np.ndarray:    # noqa: ARG002 -- there is one type
        """What the function returned, in quadruple precision."""
        return np.asarray(values) if is_quad(values) else as_quad(real_values(values, self._called))
