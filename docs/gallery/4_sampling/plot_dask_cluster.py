r"""
Sampled matrices on many cores with dask
========================================

Large matrices of kernels of vectors are not low-rank, so that every entry is needed. The engine ``DaskBlocks`` computes
blocks of rows as tasks of dask: on the cores of one machine, or on a cluster of many if a ``dask.distributed`` client
is there. The result does not depend on how the work is split.
"""

import dask
import matplotlib.pyplot as plt
import numpy as np

import opsvd
from opsvd.sampling import DaskBlocks, RowBlocks

kernel = opsvd.elementwise(lambda z: np.tanh(z / 4.0), 16)
svd = opsvd.decompose(kernel, rtol=1e-4)

with dask.config.set(scheduler="threads", num_workers=2):
    sampled = opsvd.monte_carlo(kernel, 1500, trials=1, engine=DaskBlocks(), rng=0)
alone = opsvd.monte_carlo(kernel, 1500, trials=1, engine=RowBlocks(), rng=0)
difference = np.abs(sampled.singular_values - alone.singular_values).max()
print(f"with dask and without, values differ by {difference:.0e}")

fig, ax = plt.subplots(layout="constrained")
values = sampled.singular_values[0]
ax.semilogy(np.arange(1, len(values) + 1), values, ".", label="sampled, n = 1500")
ax.hlines(svd.values[0], 1, 16, color="k", label="the operator: 16 equal values")
ax.set(xlabel="i", ylabel="singular value")
ax.legend()
