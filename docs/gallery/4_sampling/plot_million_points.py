r"""
A sampled matrix of a million rows
==================================

The matrix :math:`\tanh(x_i y_j) / n` with :math:`n = 10^6` has :math:`10^{12}` entries. They are never computed: some
rows and columns are enough, and random entries of all others bound the error.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd


def kernel(x, y):
    return np.tanh(x * y)


svd = opsvd.decompose(kernel)

# %%
# Points are the mean differences of two samples from the operator, for its first three values. They scatter by
# :math:`n^{-1/2}`, as predicted (lines): a digit costs a hundred times the size. The quadrature has ten digits in a
# tenth of a second.

fig, ax = plt.subplots(layout="constrained")
sizes = np.array([1_000, 10_000, 100_000, 1_000_000])
for n in sizes:
    sampled = opsvd.monte_carlo(kernel, int(n), trials=2, engine="low-rank", rng=0)
    off = np.abs(sampled.singular_values[:, :3] / svd.singular_values[:3] - 1.0).mean(axis=0)
    ax.loglog([n] * 3, off, "o", color="C0")
    print(f"n = {n}: s_1 of two samples is off by {off[0]:.1e}, of itself")
predictions = [svd.predict(int(n)) for n in sizes]
for i in range(3):
    # The mean absolute value of a Gaussian is sqrt(2 / pi) of its standard deviation.
    scatter = [np.sqrt(2.0 / np.pi) * prediction.std[i] / svd.singular_values[i] for prediction in predictions]
    ax.loglog(sizes, scatter, "k--", linewidth=0.8)
ax.set(xlabel="n", ylabel="relative difference from the operator")
