r"""
Rounding a low-rank matrix
==========================

A product :math:`xy` that is stored with few bits is :math:`\phi(xy)` with a staircase :math:`\phi`. How much rank does
rounding add? The rounding error is a small jump function, whose singular values decay slowly, so that it shows as a
shelf below the one large value.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

import opsvd

warnings.simplefilter("ignore", opsvd.ConvergenceWarning)    # slow spectra: bars say how far each value is known

fig, ax = plt.subplots(layout="constrained")
for bits in (1, 2, 3):
    step = 4.0 / 2**bits
    most = 2.0 - step / 2.0

    def rounded(z, step=step, most=most):
        """The nearest of the levels +-step/2, +-3 step/2, ..., +-most."""
        return np.clip(step * (np.floor(z / step) + 0.5), -most, most)

    jumps = step * np.arange(1 - 2 ** (bits - 1), 2 ** (bits - 1))
    svd = opsvd.decompose(opsvd.elementwise(rounded, kinks=jumps), rtol=1e-4, max_rank=10)
    ax.semilogy(np.arange(1, svd.rank + 1), svd.singular_values / svd.singular_values[0], "o-",
                label=f"{bits} bit{'s' if bits > 1 else ''}: {2**bits} levels")
    print(f"{bits} bits: the first value holds {svd.singular_values[0] ** 2 / svd.norm**2:.4f} of the energy")
ax.set(xlabel="i", ylabel="singular value over the first")
ax.legend()

# %%
# One bit is the sign, which is a product of signs: its rank stays one. With more levels the spectrum is a long tail,
# and its level falls with the size of a step.
