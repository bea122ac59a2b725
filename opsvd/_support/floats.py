"""Numbers of double precision, and how many of them are worked on at once."""

import numpy as np

EPS = float(np.finfo(np.float64).eps)
"""The distance from one to the next number: 2.2e-16."""

TINY = float(np.finfo(np.float64).tiny)
"""The smallest normal number: 2.2e-308."""

CHUNK = 4_000_000
"""Numbers of an array that is worked on at once: 32 MB, so that memory stays bounded whatever a user asks for."""
