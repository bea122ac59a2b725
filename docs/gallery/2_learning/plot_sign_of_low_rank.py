r"""
The sign of a low-rank matrix
=============================

Sign descent replaces a gradient by its signs. The gradient of a layer for a batch of k examples has rank k. Its signs
have full rank, but how is the spectrum distributed? The matrix :math:`\mathrm{sign}(X Y^\top)` is a sample of the
kernel :math:`\mathrm{sign}(\langle x, y \rangle)` on :math:`\mathbb R^k \times \mathbb R^k`.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd

K, N = 8, 1024
svd = opsvd.decompose(opsvd.elementwise(np.sign, K), rtol=1e-4)
for value, count in zip(svd.values[:4], svd.multiplicities, strict=False):
    print(f"{value:.6f} stands {count} times")

# %%
# Degree 1 holds k equal values, and degree 3 already 112. In a matrix of n = 1024 rows the first multiplet is sharp,
# and the second is smeared out; all others together form a bulk. ``equivalent`` predicts the whole spectrum of such a
# matrix without drawing it.

rng = np.random.default_rng(0)
matrix = np.sign(rng.standard_normal((N, K)) @ rng.standard_normal((K, N))) / N
sampled = np.linalg.svd(matrix, compute_uv=False)
law = svd.equivalent(N)
fig, ax = plt.subplots(layout="constrained")
index = np.arange(1, N + 1)
ax.loglog(index, sampled, ".", markersize=3, label=f"one sample, n = {N}")
start = 0
for value, count in zip(svd.values, svd.multiplicities.tolist(), strict=True):
    if start >= N:
        break
    ax.hlines(value, start + 1, min(start + count, N), color="k", linewidth=2, label=None if start else "the operator")
    start += count
ax.set(xlabel="i", ylabel="singular value", ylim=(1e-4, 1.0))
ax.legend()

# %%
# The effective rank :math:`(\sum s)^2 / \sum s^2`, predicted and sampled:

print("predicted:", law.effective_rank)
print(f"sampled:   {sampled.sum() ** 2 / np.sum(sampled**2):.1f}")
