r"""
Attention scores at a temperature
=================================

Attention weighs values by :math:`\exp(\langle q, k \rangle / \tau)`, before each row is normalised. For random Gaussian
queries and keys in :math:`\mathbb R^d` that matrix is a sample of the kernel. How low its rank is depends on the
temperature, and there is a temperature below which its energy is infinite.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd

D = 8
fig, ax = plt.subplots(layout="constrained")
for tau in (16.0, 8.0, 4.0, 2.5):
    svd = opsvd.decompose(opsvd.elementwise(lambda z, t=tau: np.exp(z / t), D), rtol=1e-6)
    stands = np.cumsum(svd.multiplicities.astype(float))
    ax.loglog(stands, svd.values / svd.values[0], "o-", markersize=4, label=rf"$\tau$ = {tau:g}")
    print(f"tau = {tau:g}: stable rank {svd.norm**2 / svd.values[0] ** 2:.2f}, effective rank {svd.effective_rank()}")
ax.set(xlabel="how many singular values are at least as large", ylabel="singular value over the first", xlim=(0.8, 1e6),
       ylim=(1e-6, 2.0))
ax.legend()

# %%
# At :math:`\tau = 2` and below, :math:`E[e^{2\langle q, k \rangle / \tau}]` is infinite. Sampled spectra then have no
# limit: a few large entries decide them.

try:
    opsvd.decompose(opsvd.elementwise(lambda z: np.exp(z / 1.9), D))
except opsvd.NotSquareIntegrableError as error:
    print(error)
