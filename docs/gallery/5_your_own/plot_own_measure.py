r"""
A measure of your own
=====================

The logistic law has the density :math:`1 / (4 \cosh^2(x / 2))`. As a density it takes one line. As a class of your own
it can say more: exact quantiles, its symmetry, and arguments by which two of them are compared.
"""

import math

import matplotlib.pyplot as plt
import numpy as np

import opsvd
from opsvd.testing import check_measure

by_density = opsvd.Density(lambda x: 0.25 / np.cosh(0.5 * x) ** 2, (-math.inf, math.inf))


class Logistic(opsvd.LineMeasure):
    """The logistic law of a scale s: density 1 / (4 s cosh^2(x / 2s))."""

    arguments = ("s",)
    center = symmetry = 0.0
    span = (-math.inf, math.inf)

    def __init__(self, s=1.0):
        self.s = float(s)

    @property
    def scale(self):
        return self.s

    def sqrt_density(self, t):
        return 0.5 / (math.sqrt(self.s) * np.cosh(np.clip(0.5 * np.asarray(t) / self.s, -700.0, 700.0)))

    def quantile(self, p):
        with np.errstate(divide="ignore"):
            return self.s * (np.log(p) - np.log1p(-np.asarray(p)))


# %%
# ``check_measure`` compares quantiles, samples, polynomials and the mass with the density. It says nothing if all of
# them agree.

check_measure(Logistic(2.0))
print(Logistic(2.0) == Logistic(2.0), Logistic(2.0))

# %%
# Both ways give the same values; a cross-check by sampling uses the quantiles.

svd = opsvd.decompose(lambda x, y: np.tanh(x - y), Logistic(), Logistic())
other = opsvd.decompose(lambda x, y: np.tanh(x - y), by_density, by_density)
count = min(svd.rank, other.rank)
print(f"{count} values agree to {np.abs(svd.singular_values - other.singular_values[:count])[:count].max():.0e}")
print(opsvd.crosscheck(lambda x, y: np.tanh(x - y), [200], Logistic(), Logistic(), trials=20, rng=0).agrees)
fig, ax = plt.subplots(layout="constrained")
x = np.linspace(-6.0, 6.0, 300)
for i in range(3):
    ax.plot(x, svd.left[i](x), label=f"$f_{i + 1}$")
ax.set(xlabel="x", ylabel="$f_i(x)$", title="tanh(x - y) under the logistic law")
ax.legend()
