r"""
A payoff of two assets
======================

The payoff of a basket option is :math:`\max(a e^{\sigma x} + b e^{\tau y} - K, 0)` with Gaussian x and y. It has a kink
along a curve. How many products :math:`f(x) g(y)` replace it? This is the question behind separable approximations in
pricing. opsvd finds the curve by itself.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd


def payoff(x, y):
    """A call on a basket of two assets of volatility 0.4 and 0.3, at the money."""
    return np.maximum(np.exp(0.4 * x - 0.08) + np.exp(0.3 * y - 0.045) - 2.0, 0.0)


svd = opsvd.decompose(payoff, rtol=1e-6)
print(svd)
opsvd.plot_breaks(payoff)

# %%
# The kink makes the singular values fall like :math:`i^{-2}`. A handful of terms
# is enough for the accuracy that prices need:

fig, ax = plt.subplots(layout="constrained")
ax.loglog(np.arange(1, svd.rank + 1), svd.singular_values, "o", label="singular values")
index = np.arange(2, svd.rank + 1)
ax.loglog(index, svd.singular_values[3] * (index / 4.0) ** -2.0, "k--", label="$i^{-2}$")
ax.set(xlabel="i", ylabel="$s_i$")
ax.legend()
for terms in (1, 2, 4, 6):
    if terms <= svd.rank:
        print(f"{terms} terms leave {svd.truncate(terms).tail / svd.norm:.2%} of the root mean square")
