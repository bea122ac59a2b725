r"""
Time and frequency limiting: prolate functions
==============================================

Limiting a function to an interval and its Fourier transform to a band is an operator with the kernel
:math:`\sin(c(x - y)) / (\pi(x - y))` on [-1, 1]. About :math:`2c / \pi` of its eigenvalues are close to one, and
then they drop to zero within a few. The eigenfunctions are the prolate spheroidal wave functions
(Slepian, Landau and Pollak).
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd

interval = opsvd.Uniform(-1.0, 1.0)
fig, ax = plt.subplots(layout="constrained")
for c in (5.0, 10.0, 20.0, 40.0):
    # Under the uniform measure of density 1/2 the kernel is twice the one for dx.
    svd = opsvd.decompose(lambda x, y, c=c: 2.0 * c / np.pi * np.sinc(c * (x - y) / np.pi), interval, interval)
    ax.plot(np.arange(1, svd.rank + 1), svd.singular_values, "o-", markersize=3, label=f"c = {c:g}")
    print(f"c = {c:g}: {np.sum(svd.singular_values > 0.5)} values above one half; 2c / pi = {2.0 * c / np.pi:.1f}")
ax.set(xlabel="i", ylabel="eigenvalue", xlim=(0, 40))
ax.legend()

# %%
# The small values are known to be accurate, because a differential operator commutes with this one. ``opsvd.exact``
# computes them from it, and they lie within the error bars:

exact = 2.0 * 40.0 / np.pi * opsvd.exact.sinc_difference_uniform(40.0, svd.rank)
print(np.abs(svd.singular_values - exact).max(), "is the largest difference,", svd.errors.max(), "the largest bar")
