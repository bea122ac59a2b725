r"""
A first decomposition
=====================

The kernel :math:`\tanh(xy)` under standard Gaussians: its singular values, its singular functions, and a matrix that is
sampled from it.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd

svd = opsvd.decompose(lambda x, y: np.tanh(x * y))
svd

# %%
# Every singular value has an error bar. On a logarithmic axis they are far below the values.

svd.plot()

# %%
# The functions :math:`f_1, \dots, f_4` are orthonormal under the Gaussian. Odd and even ones do not mix, because
# :math:`\tanh` is odd.

x = np.linspace(-3.0, 3.0, 400)
fig, ax = plt.subplots(layout="constrained")
for i in range(4):
    ax.plot(x, svd.left[i](x), label=f"$f_{i + 1}$")
ax.set(xlabel="x", ylabel="$f_i(x)$", ylim=(-4.0, 4.0))
ax.legend()

# %%
# A matrix :math:`\tanh(x_i y_j) / n` of random numbers has nearly these singular values, whatever n is. They scatter
# about the values of the operator by some parts of :math:`n^{-1/2}`.

rng = np.random.default_rng(0)
fig, ax = plt.subplots(layout="constrained")
for n in (100, 400, 1600):
    matrix = np.tanh(np.outer(rng.standard_normal(n), rng.standard_normal(n))) / n
    ax.semilogy(range(1, 9), np.linalg.svd(matrix, compute_uv=False)[:8], "o-", label=f"one sample, n = {n}", alpha=0.7)
ax.semilogy(range(1, 9), svd.singular_values[:8], "k_", markersize=14, label="the operator")
ax.set(xlabel="i", ylabel="singular value")
ax.legend()
