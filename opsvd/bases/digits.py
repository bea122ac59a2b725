"""How far out sums in a basis keep their digits when they are divided by the root of the density."""

import numpy as np

SPARSE = 1e-8
"""Below this square root of the density, in units of the scale, dividing by it loses more than half of 16 digits."""

FARTHEST = float(np.sqrt(-4.0 * np.log(SPARSE)))
"""The square root of a Gaussian density falls to that part of its maximum at so many standard deviations, 8.6."""
