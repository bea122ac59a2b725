r"""
Maximal correlation of a copula
===============================

How strongly can functions of two random variables be correlated? The largest correlation of :math:`f(x)` and
:math:`g(y)` over all f and g is the maximal correlation (Hirschfeld, Gebelein, Rényi). It is the second singular value
of the density ratio :math:`p(x, y) / (p(x) p(y))`; the first is one, of the constant functions. For a copula both
marginals are uniform, and the ratio is its density.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd


def clayton(u, v, theta):
    """The density of the Clayton copula, dependent where both variables are small."""
    return (1.0 + theta) * (u * v) ** (-1.0 - theta) * (u**-theta + v**-theta - 1.0) ** (-2.0 - 1.0 / theta)


def frank(u, v, theta):
    """The density of the Frank copula, symmetric."""
    scale = 1.0 - np.exp(-theta)
    return theta * scale * np.exp(-theta * (u + v)) / (scale - (1 - np.exp(-theta * u)) * (1 - np.exp(-theta * v))) ** 2


# %%
# A Frank copula with :math:`\theta = 5`. The canonical correlations fall geometrically. The best functions are close to
# straight lines: here the plain correlation of u and v is nearly the best.

unit = opsvd.Uniform(0.0, 1.0)
dependence = opsvd.dependence(lambda u, v: frank(u, v, 5.0), unit, unit)
print(dependence)

u = np.linspace(0.001, 0.999, 300)
fig, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.8), layout="constrained")
left.semilogy(np.arange(1, 9), dependence.correlations[:8], "o")
left.set(xlabel="i", ylabel="canonical correlation")
for i in range(3):
    right.plot(u, dependence.left[i](u), label=f"$f_{i + 1}$")
right.set(xlabel="u", ylabel="function of u")
right.legend()

# %%
# A Clayton copula with :math:`\theta = 1` depends on its lower corner: :math:`E[h^2]` is infinite, and there are no
# canonical correlations in the usual sense. The library does not return a number; it says why.

try:
    opsvd.dependence(lambda u, v: clayton(u, v, 1.0), unit, unit)
except opsvd.NotSquareIntegrableError as error:
    print(error)
