r"""
Plane waves: a complex kernel
=============================

The kernel :math:`e^{icxy}` is the Fourier transform, seen through two Gaussian windows. Its singular values are
geometric, and their sum is :math:`(\sqrt{1 + 4c^2} + 2c)^{1/2}`. The larger the bandwidth c, the more values count.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd

fig, ax = plt.subplots(layout="constrained")
for c in (0.5, 1.0, 2.0, 4.0):
    svd = opsvd.decompose(lambda x, y, c=c: np.exp(1j * c * x * y))
    ax.semilogy(np.arange(svd.rank), svd.singular_values, ".-", label=f"c = {c:g}")
    exact = np.sqrt(np.sqrt(1.0 + 4.0 * c**2) + 2.0 * c)
    print(f"c = {c:g}: sum of all values {svd.nuclear_norm().value:.9f}, in closed form {exact:.9f}")
ax.set(xlabel="n", ylabel="singular value", xlim=(0, 60))
ax.legend()

# %%
# The singular functions are Hermite functions. Their values are real up to a constant phase, which is chosen so that
# :math:`f_i` is positive in its last lobe.

svd = opsvd.decompose(lambda x, y: np.exp(2j * x * y))
x = np.linspace(-3.0, 3.0, 300)
fig, ax = plt.subplots(layout="constrained")
for i in range(3):
    ax.plot(x, svd.left[i](x).real, label=f"$f_{i + 1}$")
ax.set(xlabel="x", ylabel="$f_i(x)$")
ax.legend()
print("largest imaginary part:", np.abs(svd.left(x)[:, :3].imag).max())
