r"""
A method of your own
====================

A method turns a problem into ever finer discretisations. It knows nothing of SVDs or error bars: these are taken care
of, by rules that the method did not use. Here: Legendre polynomials on [-1, 1].
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd
from opsvd.bases import LineBasis
from opsvd.evidence.comparison import compared
from opsvd.operator.discretisation import galerkin_block
from opsvd.quadrature import orthonormal_legendre

interval = opsvd.Uniform(-1.0, 1.0)


class LegendreBasis(LineBasis):
    """The polynomials that are orthonormal under the uniform measure on [-1, 1]."""

    panels = np.array([-1.0, 1.0])

    def __init__(self, measure, size):
        self.measure, self.rule = measure, measure.gauss_rule(size + 8)
        self.count = size
        self.at_nodes = self.half_density(self.rule.nodes) * self.rule.sqrt_lebesgue[:, None]

    def half_density(self, x):
        return orthonormal_legendre(x, self.count) * (np.abs(x) <= 1.0)[..., None]


class LegendreGalerkin(opsvd.Method):
    """Legendre polynomials, twice as many each time."""

    def refusal(self, problem):
        return None if problem.mu_x == problem.mu_y == interval else "takes the uniform measure on [-1, 1]"

    def discretisations(self, problem):
        for size in (8, 16, 32, 64):
            block = galerkin_block(problem, LegendreBasis(problem.mu_x, size), LegendreBasis(problem.mu_y, size + 1))
            checks = ((problem.mu_x.gauss_rule(size + 21), problem.mu_y.gauss_rule(size + 23)),)
            yield compared(problem, (block,), checks, f"{size} Legendre polynomials")


# %%
# The method is passed as it is. The error bars come from the library:

svd = opsvd.decompose(lambda x, y: np.exp(x * y), interval, interval, method=LegendreGalerkin())
print(svd.method)
svd.plot()

# %%
# The values are known by another way (``opsvd.exact``), and lie within the bars:

exact = opsvd.exact.exp_product_uniform(1.0, svd.rank)
print("error / bar, at most:", float(np.max(np.abs(svd.singular_values - exact) / svd.errors).round(3)))
plt.show()
