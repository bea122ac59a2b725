r"""
Spectra of NNGP and NTK kernels
===============================

Wide neural networks are described by two kernels: the NNGP kernel, the covariance of the outputs at random weights, and
the neural tangent kernel (NTK), which governs training by gradient descent. For rectified units both are known in
closed form (Cho and Saul 2009; Jacot, Gabriel and Hongler 2018). On the sphere they are functions of the cosine, and
their eigenfunctions are spherical harmonics: one eigenvalue for each degree.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd


def nngp_and_ntk(cosine, depth):
    """The NNGP kernel and the NTK of so many hidden layers of rectified units, normalised to NNGP(1) = 1."""
    nngp = ntk = np.clip(cosine, -1.0, 1.0)
    for _ in range(depth):
        angle = np.arccos(nngp)
        derivative = 1.0 - angle / np.pi
        nngp = np.clip((np.sqrt(1.0 - nngp**2) + nngp * (np.pi - angle)) / np.pi, -1.0, 1.0)
        ntk = nngp + ntk * derivative
    return nngp, ntk


# %%
# In :math:`\mathbb R^{10}`, with 1 and 4 hidden layers. A kernel of one hidden layer has no odd degrees beyond the
# first; deeper ones have. The eigenvalues of the NTK fall more slowly: it can learn higher degrees.

sphere = opsvd.Sphere(10)
fig, ax = plt.subplots(layout="constrained")
for depth, line in ((1, "o"), (4, "s")):
    for index, name in enumerate(("NNGP", "NTK")):
        kernel = opsvd.elementwise(lambda t, i=index, d=depth: nngp_and_ntk(t, d)[i], 10)
        svd = opsvd.decompose(kernel, sphere, sphere, rtol=1e-8)
        ax.loglog(np.cumsum(svd.multiplicities), svd.values / svd.values[0], line, fillstyle=("none", "full")[index],
                  label=f"{name}, {depth} hidden layer{'s' if depth > 1 else ''}")
ax.set(xlabel="how many eigenvalues are at least as large", ylabel="eigenvalue over the first")
ax.legend()

# %%
# Inputs are rarely of one length. Under Gaussian inputs the NNGP kernel is a function of both lengths and the cosine,
# and opsvd finds out by itself that it is invariant under rotations:


def gaussian_inputs(x, y):
    """The NNGP kernel of one hidden layer for vectors of any length."""
    lengths = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
    return lengths * nngp_and_ntk(np.sum(x * y, axis=-1) / lengths, 1)[0]


gaussian = opsvd.Gaussian.standard(10)
svd = opsvd.decompose(gaussian_inputs, gaussian, gaussian, rtol=1e-6)
print(svd.method)
for value, count in zip(svd.values, svd.multiplicities, strict=True):
    print(f"{value:.8f} stands {count} times")
