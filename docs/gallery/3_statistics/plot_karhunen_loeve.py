r"""
Karhunen-Loève expansion of Matern fields
=========================================

A Gaussian process with the covariance :math:`k(x, y)` on [0, 1] is a sum
:math:`\sum_i \sqrt{\lambda_i}\, \xi_i\, f_i(x)` with independent standard Gaussian :math:`\xi_i`. The
:math:`\lambda_i` and :math:`f_i` are the eigenvalues and eigenfunctions of the covariance (Mercer's theorem). For a
positive semidefinite kernel they are the singular values and singular functions.
"""

import matplotlib.pyplot as plt
import numpy as np

import opsvd

LENGTH = 0.3
COVARIANCES = {
    "1/2 (rough)": lambda r: np.exp(-r),
    "3/2": lambda r: (1.0 + np.sqrt(3.0) * r) * np.exp(-np.sqrt(3.0) * r),
    "5/2": lambda r: (1.0 + np.sqrt(5.0) * r + 5.0 * r**2 / 3.0) * np.exp(-np.sqrt(5.0) * r),
    "infinite (squared exponential)": lambda r: np.exp(-(r**2) / 2.0),
}
unit = opsvd.Uniform(0.0, 1.0)
expansions = {
    name: opsvd.decompose(lambda x, y, k=k: k(np.abs(x - y) / LENGTH), unit, unit, rtol=1e-5)
    for name, k in COVARIANCES.items()
}

# %%
# The smoother the process, the faster its eigenvalues fall: like :math:`i^{-2}`, :math:`i^{-4}` and :math:`i^{-6}` for
# the smoothness 1/2, 3/2 and 5/2, and faster than any power for the squared exponential.

fig, ax = plt.subplots(layout="constrained")
for name, kl in expansions.items():
    index = np.arange(1, kl.rank + 1)
    ax.loglog(index, kl.eigenvalues, "o-", markersize=3, label=f"smoothness {name}")
ax.set(xlabel="i", ylabel=r"$\lambda_i$", ylim=(1e-6, 1.0))
ax.legend()

# %%
# Paths of the process of smoothness 3/2. The coefficients are independent, so that a path with more terms refines the
# same path with fewer.

kl = expansions["3/2"]
x = np.linspace(0.0, 1.0, 400)
functions = kl.left(x)
xi = np.random.default_rng(4).standard_normal(kl.rank)
fig, ax = plt.subplots(layout="constrained")
for terms in (3, 8, kl.rank):
    ax.plot(x, functions[:, :terms] @ (np.sqrt(kl.eigenvalues) * xi)[:terms], label=f"{terms} terms")
ax.set(xlabel="x", ylabel="path")
ax.legend()

# %%
# How many terms are needed for a part of the variance? ``svd.tail`` would say it as a root mean square of the kernel;
# for the variance, add the eigenvalues, whose sum is :math:`E[k(x, x)] = 1`.

for name, kl in expansions.items():
    terms = int(np.searchsorted(np.cumsum(kl.eigenvalues), 0.99)) + 1
    print(f"smoothness {name}: {terms} terms hold 99 % of the variance")
