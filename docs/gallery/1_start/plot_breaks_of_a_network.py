r"""
Where a network of rectified units has its kinks
================================================

A network with two inputs x and y is piecewise linear if its units are rectified. opsvd is given the function alone, as
a black box. It finds the kinks by bisection along slices, and cuts its integrals there.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd

rng = np.random.default_rng(3)
W1, W2, w3 = rng.standard_normal((5, 2)), rng.standard_normal((4, 5)), rng.standard_normal(4)
b1, b2 = rng.standard_normal(5), rng.standard_normal(4)


def network(x, y):
    """Two hidden layers, of five and four rectified units."""
    hidden = np.maximum(W1[:, 0] * x[..., None] + W1[:, 1] * y[..., None] + b1, 0.0)
    return np.maximum(hidden @ W2.T + b2, 0.0) @ w3 / 4.0


opsvd.plot_breaks(network)

# %%
# The decomposition has ten digits or more for its leading values, though the kinks lie anywhere:

svd = opsvd.decompose(network, max_rank=8, rtol=1e-8)
for value, bar in zip(svd.singular_values, svd.errors, strict=True):
    print(f"{value:.10f} +- {bar:.0e}")
svd.plot()
plt.show()
