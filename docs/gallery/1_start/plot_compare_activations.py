r"""
Do activation functions see the same features?
==============================================

Two kernels :math:`\phi(xy)` and :math:`\psi(xy)` may have different singular values and still nearly the same singular
functions. The principal angles between their leading singular spaces tell.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import ndtr

import opsvd

ACTIVATIONS = {
    "tanh": np.tanh,
    "clip": lambda z: np.clip(z, -1.0, 1.0),
    "sin": np.sin,
    "erf-like": lambda z: 2.0 * ndtr(z) - 1.0,
    "z exp(-z^2/2)": lambda z: z * np.exp(-z * z / 2.0),
}
results = {name: opsvd.decompose(opsvd.elementwise(phi), rtol=1e-6) for name, phi in ACTIVATIONS.items()}

# %%
# ``left.inner(other)`` is the matrix of inner products :math:`E[f_i \tilde f_j]`; the singular values of its leading 3
# by 3 part are the cosines of the principal angles. One means the same space.

names = list(results)
cosines = np.array([[np.linalg.svd(results[a].left.inner(results[b].left)[:3, :3], compute_uv=False)[-1]
                     for b in names] for a in names])
fig, ax = plt.subplots(figsize=(5.6, 4.6), layout="constrained")
image = ax.imshow(cosines, cmap="cividis", vmin=0.0, vmax=1.0)
ax.set_xticks(range(len(names)), names, rotation=30, ha="right")
ax.set_yticks(range(len(names)), names)
for i in range(len(names)):
    for j in range(len(names)):
        ax.text(j, i, f"{cosines[i, j]:.2f}", ha="center", va="center", color="k" if cosines[i, j] > 0.6 else "w")
ax.set_title("cosine of the largest angle between\nthe three leading left functions", fontsize=10)
fig.colorbar(image)
